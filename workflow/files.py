"""Putting a finished file where it belongs so that a crash leaves the old one, the new one, or none."""

from __future__ import annotations

import errno
import os
import uuid
from pathlib import Path

__all__ = ["put_in_place", "sync_folder", "write_if_changed"]


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
