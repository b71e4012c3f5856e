"""Putting a finished file where it belongs so that a crash leaves the old one, the new one, or none."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import uuid
from pathlib import Path

__all__ = ["put_in_place", "remove_below", "sha256_of", "sync_folder", "write_if_changed"]


def put_in_place(finished: Path, target: Path) -> None:
    """Move `finished` to `target` in the same file system, durably; a file that is there is replaced."""
    _sync_file(finished)
    finished.replace(target)
    sync_folder(target.parent)


def write_if_changed(target: Path, content: bytes) -> bool:
    """Write `content` to `target` atomically unless it holds just that; whether it was written."""
    if target.is_file() and target.read_bytes() == content:
        return False
    partial = target.with_name(f".{target.name}.{uuid.uuid4().hex[:8]}.partial")
    try:
        partial.write_bytes(content)
        put_in_place(partial, target)
    finally:
        partial.unlink(missing_ok=True)
    return True


def remove_below(folder: Path, path: Path) -> None:
    """Remove the file `path`, read-only or not, where it lies below `folder`; else, or where it is gone, nothing."""
    if not path.resolve().is_relative_to(folder.resolve()):
        return
    with contextlib.suppress(FileNotFoundError):
        path.chmod(0o644)  # Windows removes nothing that is read-only
        path.unlink()


def sha256_of(path: Path) -> str:
    """SHA-256 of a file's bytes, hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _sync_file(path: Path) -> None:
    with path.open("rb+") as handle:
        os.fsync(handle.fileno())


def sync_folder(folder: Path) -> None:
    """Make new names in `folder` durable where the system lets a folder be opened (Windows does not)."""
    try:
        handle = os.open(folder, os.O_RDONLY)
    except OSError:
        return
    try:
        os.fsync(handle)
    except OSError as error:
        if error.errno in (errno.EIO, errno.ENOSPC):
            raise
        # else a file system that cannot sync a folder
    finally:
        os.close(handle)
