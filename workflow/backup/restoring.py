"""A backup becomes a project again: checked before, copied, checked after; nothing is ever overwritten."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from workflow.backup.folders import Progress, copy_hashed, refuse_full_disk, unfinished
from workflow.backup.making import ANCHORS
from workflow.backup.manifest import RECORD, Manifest, check_manifest, read_manifest
from workflow.errors import ProjectUnusable
from workflow.settings import ATTACHMENTS, IMAGERY_DIR, ORIGINALS, STATE_DIR
from workflow.store import Record, refuse_taken
from workflow.ties import Tie, checked_address, tie

__all__ = ["restore"]

_READ_ONLY = (f"{IMAGERY_DIR}/{ORIGINALS}/", f"{IMAGERY_DIR}/{ATTACHMENTS}/")


def restore(
    backup: Path, target: Path, at: datetime, *, database: str = "", progress: Progress | None = None
) -> Manifest:
    """Make a project of a backup in `target`, a folder that is not there or is empty; its record goes to `database`.

    Without `database` it stays in the folder. The chain's head at the time of the backup is noted with `at`, so that
    `verify` holds the record against it.

    Raises
    ------
    ProjectUnusable
        when the backup was changed, or the database cannot be used or holds a record; nothing is left behind.
    InputRefused
        when something is at `target`, or its disk is too full.
    """
    with unfinished(target) as folder:
        if database:
            refuse_taken(checked_address(database))
        manifest = _sound(backup, progress)
        refuse_full_disk(target, sum(file.size_bytes for file in manifest.files))
        for done, file in enumerate(manifest.files, 1):
            written = copy_hashed(
                backup / file.path, folder / file.path, read_only=file.path.startswith(_READ_ONLY)
            )
            if written != (file.sha256, file.size_bytes):
                raise ProjectUnusable(backup / file.path, "it changed while it was read", "check the disk")
            if progress is not None:
                progress("files", done, len(manifest.files))
        (folder / IMAGERY_DIR).mkdir(exist_ok=True)
        _note(folder / ANCHORS, f"{_utc(at)} {manifest.chain.count} {manifest.chain.sha256} restore\n")
        _check_record(folder, manifest)
        if database:
            _move(folder, database, progress)
    return manifest


def _sound(backup: Path, progress: Progress | None) -> Manifest:
    manifest = read_manifest(backup)
    problems = check_manifest(backup, progress)
    if problems:
        more = f" and {len(problems) - 1} more" if len(problems) > 1 else ""
        raise ProjectUnusable(
            backup,
            f"the backup is damaged ({problems[0].rstrip('.')}{more}), nothing was restored",
            "restore another backup",
        )
    return manifest


def _note(path: Path, line: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="utf-8", newline="\n") as file:
        file.write(line)


def _utc(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _check_record(folder: Path, manifest: Manifest) -> None:
    with Record.open(folder / RECORD, create=False) as record:
        problems = list(record.verify([manifest.chain]).problems)
        if record.chain_head() != manifest.chain or record.id != manifest.record:
            problems.append("it is not the record that the backup's list names")
    if problems:
        raise ProjectUnusable(
            folder / RECORD,
            f"the backup's record does not hold together ({problems[0]})",
            "restore another backup",
        )


def _move(folder: Path, database: str, progress: Progress | None) -> None:
    """Put the record into the database; the folder keeps none of its own and works with that."""
    with Record.open(folder / RECORD, create=False) as record:
        copied = record.copy_to(database, progress)
        tie(folder / STATE_DIR, Tie(record.id, copied.name))
    for name in (RECORD, f"{RECORD}-wal", f"{RECORD}-shm"):
        (folder / name).unlink(missing_ok=True)
