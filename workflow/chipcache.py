"""The cache of chips on disk: how large it is, and what goes when it is larger than it may be.

What was not used for longest goes first, and nothing that a run uses. A run says so by a lock that the system
lets go when its process ends, however it ends, so runs on one project need not know of each other.
"""

from __future__ import annotations

import contextlib
import os
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock, Timeout

from workflow.errors import InputRefused
from workflow.settings import CHIP_CACHE_GB, CHIP_CACHE_VARIABLE

__all__ = ["CacheSize", "in_use", "limit_bytes", "make_room", "size"]

_RUNS = "runs"
# clocks of a file server and of this machine may differ
_MARGIN_S = 60.0
_ABANDONED_S = 86_400.0


@dataclass(frozen=True, slots=True)
class CacheSize:
    """How many chips there are, and the bytes of these and of what was drawn from them."""

    chips: int
    bytes: int


def limit_bytes() -> int:
    """Bytes that the chips of a project may take up: SITETRACK_CHIP_CACHE_GB, else 10 GB.

    Raises
    ------
    InputRefused
        when the setting is no number, or below zero.
    """
    text = os.environ.get(CHIP_CACHE_VARIABLE, "").strip()
    try:
        gigabytes = float(text or CHIP_CACHE_GB)
        if 0 <= gigabytes < 1e9:
            return round(gigabytes * 1e9)
    except ValueError:
        pass
    raise InputRefused(
        f"{CHIP_CACHE_VARIABLE} '{text}'", "is not a number of gigabytes", "set it to 10, or 0.5"
    )


def size(folder: Path) -> CacheSize:
    """What the cache in `folder` holds."""
    found = list(_files(folder))
    # what was drawn from a chip has a second name after its key
    chips = sum(path.stem.isalnum() for path, _ in found)
    return CacheSize(chips, sum(status.st_size for _, status in found))


@contextmanager
def in_use(folder: Path) -> Iterator[None]:
    """Within it, nothing that is used from now on is evicted, by whichever process.

    Where the folder cannot be written there is no cache to look after.
    """
    lock: FileLock | None = None
    with contextlib.suppress(OSError):
        (folder / _RUNS).mkdir(parents=True, exist_ok=True)
        with _evicting(folder):  # whoever evicts now does not know of us yet
            lock = FileLock(folder / _RUNS / f"{time.time_ns()}-{uuid.uuid4().hex}.lock")
            lock.acquire()
    try:
        yield
    finally:
        if lock is not None:
            _remove(lock)


def make_room(folder: Path, limit: int) -> CacheSize:
    """Evict chips until at most `limit` bytes are left, or nothing that may go; what there is then.

    What a run uses stays, and so does what cannot be removed because somebody has it open (Windows).
    """
    if size(folder).bytes <= limit:
        return size(folder)
    with contextlib.suppress(OSError), _evicting(folder):
        oldest_run = _oldest_run(folder)
        found = sorted(_files(folder), key=lambda one: one[1].st_mtime_ns)
        left = sum(status.st_size for _, status in found)
        for path, status in found:
            if left <= limit or status.st_mtime >= oldest_run - _MARGIN_S:
                break
            with contextlib.suppress(OSError):
                path.unlink()
                left -= status.st_size
        _drop_abandoned(folder)
    return size(folder)


def _evicting(folder: Path) -> FileLock:
    return FileLock(folder / _RUNS / "evicting.lock")


def _files(folder: Path) -> Iterator[tuple[Path, os.stat_result]]:
    for path in folder.glob("*/*.npz"):
        with contextlib.suppress(OSError):  # gone meanwhile
            yield path, path.stat()


def _oldest_run(folder: Path) -> float:
    """When the oldest run under way began, in seconds since 1970; without one, infinitely late."""
    oldest = float("inf")
    for path in (folder / _RUNS).glob("*-*.lock"):
        lock = FileLock(path, timeout=0)
        try:
            lock.acquire()
        except Timeout:
            oldest = min(oldest, int(path.name.partition("-")[0]) / 1e9)
        else:
            _remove(lock)
    return oldest


def _remove(lock: FileLock) -> None:
    lock.release()
    with contextlib.suppress(OSError):
        Path(lock.lock_file).unlink()


def _drop_abandoned(folder: Path) -> None:
    """Remove halves of chips that a process left when it was killed, a day ago or longer."""
    for path in folder.glob("*/*.part"):
        with contextlib.suppress(OSError):
            if path.stat().st_mtime < time.time() - _ABANDONED_S:
                path.unlink()
