"""Files brought alone into an empty folder, hashed on the way; what was read is put where it belongs."""

from __future__ import annotations

import hashlib
import shutil
import stat
import unicodedata
from dataclasses import dataclass
from pathlib import Path

from workflow.errors import InputRefused
from workflow.files import put_in_place, sha256_of, sync_folder
from workflow.intake.orders import envi_header
from workflow.intake.sandbox import Limits, RefusalError
from workflow.intake.sniff import ENVI, HEAD_BYTES, Kind, kind_of, what_else

__all__ = ["Brought", "Found", "bring", "check_room", "check_unchanged", "find", "listing_of", "store"]

_COPY_BYTES = 2**20


@dataclass(frozen=True, slots=True)
class Found:
    """A picture as it lies on the disk: what format it has, and its files, the pixels first."""

    kind: Kind
    files: tuple[Path, ...]

    @property
    def size_bytes(self) -> int:
        """Size of all files together."""
        return sum(path.stat().st_size for path in self.files)


@dataclass(frozen=True, slots=True)
class Brought:
    """A file in a folder of its own: where it came from, where it is now, the SHA-256 and size of its bytes."""

    origin: Path
    path: Path
    sha256: str
    size_bytes: int


def find(path: Path, limits: Limits) -> Found:
    """The format of a regular file within the size limit, told by its first bytes, or by an ENVI header beside it.

    Raises
    ------
    InputRefused
        when it is no picture that is taken.
    """
    if not _is_text(path.name):
        shown = "".join(one if _is_text(one) else "?" for one in path.name)
        raise InputRefused(
            shown,
            "its name cannot be read as text (not UTF-8, or control characters)",
            "rename it and repeat",
        )
    head = _head(path, limits)
    kind = kind_of(head)
    if kind is not None:
        return Found(kind, (path,))
    header = envi_header(path)
    if header is None or header == path:
        raise InputRefused(path.name, *what_else(head))
    _head(header, limits)
    return Found(ENVI, (path, header))


def _is_text(name: str) -> bool:
    """Whether a record can keep a name, and a terminal show it."""
    return all(unicodedata.category(one) not in ("Cc", "Cs") for one in name)


def _head(path: Path, limits: Limits) -> bytes:
    try:
        status = path.stat()
        if stat.S_ISDIR(status.st_mode):
            raise InputRefused(path.name, "is a folder", "give the pictures in it")
        if not stat.S_ISREG(status.st_mode):
            raise InputRefused(path.name, "is not a regular file", "give a picture")
        _check_length(path.name, status.st_size, limits)
        with path.open("rb") as handle:
            return handle.read(HEAD_BYTES)
    except (OSError, ValueError) as error:
        if isinstance(error, InputRefused):
            raise
        reason = getattr(error, "strerror", None) or str(error)
        raise InputRefused(
            path.name, f"cannot be read ({reason})", "check the path and its permissions"
        ) from error


def _check_length(name: str, size: int, limits: Limits) -> None:
    if size == 0:
        raise InputRefused(name, "is empty", "fetch it again from its source")
    if size > limits.file_bytes:
        raise InputRefused(
            name,
            f"has {size} bytes, the limit is {limits.file_bytes}",
            "cut it to the sites that are watched",
        )


def check_room(found: list[Found], imagery: Path, *, in_place: bool) -> None:
    """Refuse what the disk has no room for: about twice its size for the working copy, once more for the original.

    Raises
    ------
    RefusalError
        when there is not that much.
    """
    needed = (2 if in_place else 3) * sum(one.size_bytes for one in found)
    if shutil.disk_usage(imagery).free < needed:
        raise RefusalError(
            "there is not enough free space to take it", f"free {needed // 2**20 + 1} MB and repeat"
        )


def bring(found: Found, folder: Path, *, in_place: bool) -> tuple[Brought, ...]:
    """The files of a picture in `folder`, which is made and holds nothing else: copies, or links to where they lie.

    What is read later is what was hashed: a copy by itself, a file that is left in its place by `check_unchanged`.

    Raises
    ------
    RefusalError
        when one cannot be copied or linked.
    """
    folder.mkdir()
    suffix = found.files[0].suffix.lower()
    suffixes = (suffix if suffix in found.kind.suffixes else found.kind.suffixes[0], ".hdr")
    pairs = [(path, folder / f"picture{end}") for path, end in zip(found.files, suffixes, strict=False)]
    return tuple((_link if in_place else _copy)(path, target) for path, target in pairs)


def _copy(path: Path, target: Path) -> Brought:
    digest, size = hashlib.sha256(), 0
    try:
        with path.open("rb") as source, target.open("xb") as copy:
            while chunk := source.read(_COPY_BYTES):
                digest.update(chunk)
                size += len(chunk)
                copy.write(chunk)
    except OSError as error:
        raise RefusalError(f"cannot be copied ({error.strerror})", "check the disk and repeat") from error
    return Brought(path, target, digest.hexdigest(), size)


def _link(path: Path, target: Path) -> Brought:
    whole = path.resolve()
    if not _is_text(str(whole)):
        raise RefusalError(
            "the names of its folders cannot be read as text", "rename them, or take it in without --in-place"
        )
    try:
        try:
            target.symlink_to(whole)
        except OSError:  # Windows asks for a privilege
            target.hardlink_to(whole)
        return Brought(path, target, sha256_of(whole), whole.stat().st_size)
    except OSError as error:
        raise RefusalError(
            f"cannot be read where it lies ({error.strerror})", "take it in without --in-place"
        ) from error


def check_unchanged(files: tuple[Brought, ...]) -> None:
    """Hash files again that were read where they lie.

    Raises
    ------
    RefusalError
        when one is not what it was.
    """
    for file in files:
        try:
            same = sha256_of(file.path) == file.sha256
        except OSError:
            same = False
        if not same:
            raise RefusalError(
                f"changed while it was read ({file.origin.name})", "repeat when nothing writes to it"
            )


def listing_of(files: tuple[Brought, ...]) -> bytes:
    """The list of several files as ``sha256sum`` writes it: a hash and a name a line."""
    names = ["".join(one if one.isprintable() else "?" for one in file.origin.name) for file in files]
    return "".join(f"{file.sha256}  {name}\n" for file, name in zip(files, names, strict=True)).encode()


def store(source: Path, target: Path, *, read_only: bool = False) -> None:
    """Move a finished file to its place; one of that name that is there has the same bytes, and stays."""
    size = source.stat().st_size
    if target.is_file() and (not read_only or target.stat().st_size == size):
        return
    if not target.parent.is_dir():
        target.parent.mkdir(exist_ok=True)
        # a power cut must not take the folder with what was acknowledged in it
        sync_folder(target.parent.parent)
    try:
        put_in_place(source, target)
        if read_only:
            target.chmod(0o444)
    except PermissionError:  # Windows: somebody else put it there first and has it open, or it is read-only
        if not target.is_file():
            raise
