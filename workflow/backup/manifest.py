"""``backup.json``: what a backup holds, file by file, and the chain's head at the time.

It is canonical JSON and carries its own hash, so a changed byte in it shows like one in any other file.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import Any

from cattrs import BaseValidationError

from workflow.backup.folders import Progress, hash_of
from workflow.codec import canonical_json, decode, encode
from workflow.errors import ProjectUnusable
from workflow.settings import BACKUP_FILE, RECORD_FILE, STATE_DIR
from workflow.store import ChainHead

__all__ = ["BackedUp", "Manifest", "check_manifest", "read_manifest", "render"]

_REMEDY = "take another backup"
RECORD = f"{STATE_DIR}/{RECORD_FILE}"


@dataclass(frozen=True, slots=True)
class BackedUp:
    """One file: `path` is POSIX, relative to the backup's folder."""

    path: str
    sha256: str
    size_bytes: int


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup holds. `at` is when its record was read, `missing` says which pictures it lacks, and why."""

    at: datetime
    software: str
    record: str
    chain: ChainHead
    files: tuple[BackedUp, ...]
    missing: tuple[str, ...] = ()


def render(manifest: Manifest) -> bytes:
    """The manifest as it is written."""
    content = encode(manifest)
    return f"{canonical_json(content | {'sha256': _sha256(content)})}\n".encode()


def _sha256(content: dict[str, Any]) -> str:
    return hashlib.sha256(canonical_json(content).encode()).hexdigest()


def read_manifest(folder: Path) -> Manifest:
    """The manifest of the backup in `folder`.

    Raises
    ------
    ProjectUnusable
        when there is none, or it was changed.
    """
    path = folder / BACKUP_FILE
    try:
        written = path.read_bytes()
    except OSError as error:
        raise ProjectUnusable(
            folder, f"it is no backup ({BACKUP_FILE} cannot be read)", "check the path"
        ) from error
    try:
        content = json.loads(written)
        content.pop("sha256")
        manifest = decode(Manifest, content)
        is_whole = render(manifest) == written and all(_is_inside(file.path) for file in manifest.files)
    except (ValueError, TypeError, KeyError, AttributeError, BaseValidationError):
        is_whole = False
    if not is_whole:
        raise ProjectUnusable(path, "the backup's list of files was changed or is damaged", _REMEDY)
    return manifest


def _is_inside(path: str) -> bool:
    parts = PurePosixPath(path).parts
    return (
        bool(parts)
        and not path.startswith("/")
        and ".." not in parts
        and ":" not in path
        and "\\" not in path
    )


def check_manifest(folder: Path, progress: Progress | None = None) -> list[str]:
    """A sentence for every file of the backup in `folder` that is gone or was changed; empty where it is no backup."""
    if not (folder / BACKUP_FILE).exists():
        return []
    try:
        manifest = read_manifest(folder)
    except ProjectUnusable as error:
        return [str(error)]
    return list(_problems(folder, manifest, progress))


def _problems(folder: Path, manifest: Manifest, progress: Progress | None) -> Iterator[str]:
    for done, file in enumerate(manifest.files, 1):
        yield from _file(folder / file.path, file)
        if progress is not None:
            progress("backup", done, len(manifest.files))
    log = folder / f"{RECORD}-wal"
    if log.exists() and log.stat().st_size:
        yield f"{RECORD} was written to after the backup was made ({log.name} is not empty)."


def _file(path: Path, file: BackedUp) -> Iterator[str]:
    try:
        if not path.is_file():
            yield f"{file.path} is missing from the backup."
        elif path.stat().st_size != file.size_bytes or hash_of(path) != file.sha256:
            yield f"{file.path} was changed after the backup was made."
    except OSError as error:
        yield f"{file.path} cannot be read ({error.strerror})."
