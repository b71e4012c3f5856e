"""Folders that appear whole or not at all, and files that are hashed while they are copied."""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

from workflow.errors import InputRefused
from workflow.files import sync_folder

__all__ = ["Progress", "copy_hashed", "hash_of", "refuse_full_disk", "unfinished", "write_durably"]

Progress = Callable[[str, int, int], None]
_BLOCK = 1 << 20
# names of files, folders, SQLite's journal: what a disk holds besides the bytes of the files
_SPARE_BYTES = 16 << 20


@contextlib.contextmanager
def unfinished(target: Path) -> Iterator[Path]:
    """A new folder beside `target` that is moved there at the end; on an error nothing is left of it.

    Raises
    ------
    InputRefused
        when something is at `target` already, but for an empty folder; it is not touched.
    """
    target = target.absolute()
    _refuse_taken(target)
    partial = target.with_name(f".{target.name}.{uuid.uuid4().hex[:8]}.partial")
    try:
        partial.mkdir(parents=True)
        yield partial
        for folder, _, _ in os.walk(partial):
            sync_folder(Path(folder))
        _refuse_taken(target)
        if target.exists():  # Windows moves nothing onto an empty folder
            target.rmdir()
        partial.rename(target)
        sync_folder(target.parent)
    finally:
        _discard(partial)


def _refuse_taken(target: Path) -> None:
    if target.exists() and not (target.is_dir() and not any(target.iterdir())):
        raise InputRefused(
            str(target),
            "there is something already, and it was not touched",
            "name a folder that is not there",
        )


def _discard(folder: Path) -> None:
    if not folder.exists():
        return
    for path in folder.rglob("*"):
        if path.is_file():
            path.chmod(0o644)  # Windows removes no file that is read-only
    shutil.rmtree(folder)


def refuse_full_disk(target: Path, needed_bytes: int) -> None:
    """Raise `InputRefused` when the disk of `target` has no room for so much."""
    there = next(folder for folder in target.absolute().parents if folder.exists())
    free = shutil.disk_usage(there).free
    if free < needed_bytes + _SPARE_BYTES:
        raise InputRefused(
            str(target),
            f"{_megabytes(needed_bytes + _SPARE_BYTES)} are needed there and {_megabytes(free)} are free",
            "free some space or name a folder on another disk",
        )


def _megabytes(size_bytes: int) -> str:
    return f"{size_bytes / 1e6:,.0f} MB"


def copy_hashed(source: Path, target: Path, *, read_only: bool = False) -> tuple[str, int]:
    """Copy a file durably; SHA-256 and size in bytes of what was read."""
    target.parent.mkdir(parents=True, exist_ok=True)
    digest, size = hashlib.sha256(), 0
    with source.open("rb") as reading, target.open("xb") as writing:
        while block := reading.read(_BLOCK):
            digest.update(block)
            size += writing.write(block)
        writing.flush()
        os.fsync(writing.fileno())
    if read_only:
        target.chmod(0o444)
    return digest.hexdigest(), size


def write_durably(target: Path, content: bytes) -> None:
    """Write a new file, and have the disk keep it."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with target.open("xb") as writing:
        writing.write(content)
        writing.flush()
        os.fsync(writing.fileno())


def hash_of(path: Path) -> str:
    """SHA-256 of a file."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()
