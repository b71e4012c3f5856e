"""A backup is made: the record first, from one state of it, then the pictures that it names, which never change."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from workflow import __version__
from workflow.backup.folders import (
    Progress,
    copy_hashed,
    hash_of,
    refuse_full_disk,
    unfinished,
    write_durably,
)
from workflow.backup.manifest import RECORD, BackedUp, Manifest, check_manifest, render
from workflow.errors import ProjectUnusable
from workflow.model import Capture, FileRole, Site, StoredFile
from workflow.project import Project
from workflow.register import read_sites, write_register
from workflow.settings import BACKUP_FILE, IMAGERY_DIR, LIMITS_FILE, REGISTER_FILE, STATE_DIR, is_in_library
from workflow.store import Record

__all__ = ["back_up", "left_in_place"]

# chain heads that were noted; read before the record, which then holds all of them
ANCHORS = f"{STATE_DIR}/anchors.txt"
_NAMED = 5


@dataclass(frozen=True, slots=True)
class _Picture:
    """A file of the library that the record names; `sha256` is empty where nobody noted it."""

    path: str
    sha256: str
    subject: str
    read_only: bool


def back_up(
    project: Project,
    target: Path,
    at: datetime,
    *,
    incomplete: bool = False,
    progress: Progress | None = None,
) -> Manifest:
    """Copy the project into `target`, a folder that is not there or is empty; others may write meanwhile.

    The folder appears whole, checked and with its manifest, or not at all. `at` is the instant to note.

    Raises
    ------
    ProjectUnusable
        when pictures are missing or changed and `incomplete` does not allow that, or the record is damaged.
    InputRefused
        when something is at `target`, or its disk is too full.
    """
    with unfinished(target) as folder:
        refuse_full_disk(target, _size_bytes(project))
        _copy_if_there(project, folder, ANCHORS)
        _copy_if_there(project, folder, LIMITS_FILE)
        project.record.copy_to(folder / RECORD, progress)
        with Record.open(folder / RECORD) as record:
            head, record_id = record.chain_head(), record.id
            pictures = _pictures(record)
            _copy_register(project, folder, [row.value for row in record.rows(Site)])
        for suffix in (".lock", ".queue"):
            (folder / RECORD).with_suffix(suffix).unlink(missing_ok=True)
        files = [
            _entry(folder, name)
            for name in (REGISTER_FILE, LIMITS_FILE, ANCHORS, RECORD)
            if (folder / name).exists()
        ]
        (folder / IMAGERY_DIR).mkdir(exist_ok=True)
        copied, missing = _copy(project.root, folder, pictures, progress)
        if missing and not incomplete:
            raise _refusal(project.root, missing)
        files += copied
        manifest = Manifest(at, f"sitetrack {__version__}", record_id, head, tuple(files), tuple(missing))
        write_durably(folder / BACKUP_FILE, render(manifest))
        problems = check_manifest(folder, progress)
        if problems:
            raise ProjectUnusable(
                target, f"the copy is not what was copied ({problems[0]})", "check the disk"
            )
    return manifest


def _size_bytes(project: Project) -> int:
    """About how much there is to copy; the record once more for SQLite's log."""
    pictures = _pictures(project.record)
    sizes = [
        (project.root / one.path).stat().st_size for one in pictures if (project.root / one.path).is_file()
    ]
    record = Path(project.record.name)
    return sum(sizes) + (2 * record.stat().st_size if record.is_file() else 0)


def _copy_if_there(project: Project, folder: Path, name: str) -> None:
    if (project.root / name).is_file():
        copy_hashed(project.root / name, folder / name)


def _copy_register(project: Project, folder: Path, sites: list[Site]) -> None:
    """The register file as somebody wrote it; where it is not of the record's state by now, as that state has it.

    Else a restored project would take the difference for an edit of the file.
    """
    copy_hashed(project.register_file, folder / REGISTER_FILE)
    there = {site.id: site for site in sites}
    if any(there.get(site.id) != site for site in read_sites(folder / REGISTER_FILE).sites):
        (folder / REGISTER_FILE).unlink()
        write_register(folder / REGISTER_FILE, sites)


def _entry(folder: Path, name: str) -> BackedUp:
    return BackedUp(name, hash_of(folder / name), (folder / name).stat().st_size)


def left_in_place(captures: Iterable[Capture]) -> int:
    """How many originals lie outside the library; a backup leaves them where they are."""
    return sum(not is_in_library(path) for capture in captures for _, path, _ in capture.files)


def _pictures(record: Record) -> list[_Picture]:
    """Each file once, although two captures may name it; not those that were taken away on purpose.

    Working copies and attachments of earlier versions of a capture too: the record can be gone back to them.
    """
    found: dict[str, _Picture] = {}
    names = {}
    for capture in (row.value for row in record.rows(Capture)):
        names[capture.id] = subject = f"capture {capture.id} ({capture.file})"
        if capture.withdrawn is not None and capture.withdrawn.files_removed:
            continue
        for role, path, sha256 in capture.files:
            if is_in_library(path):
                read_only = role is not FileRole.WORKING
                found.setdefault(path, _Picture(path, sha256, f"The {role} of {subject}", read_only))
    for file in (row.value for row in record.rows(StoredFile)):
        if not file.removed and file.role is not FileRole.ORIGINAL and is_in_library(file.path):
            subject = f"The {file.role} of {names.get(file.capture, f'capture {file.capture}')}"
            read_only = file.role is FileRole.ATTACHMENT
            found.setdefault(file.path, _Picture(file.path, file.sha256, subject, read_only))
    return list(found.values())


def _copy(
    root: Path, folder: Path, pictures: list[_Picture], progress: Progress | None
) -> tuple[list[BackedUp], list[str]]:
    """What was copied, and a sentence for each file that could not be or is not what the record says."""
    copied, missing = [], []
    for done, picture in enumerate(pictures, 1):
        try:
            sha256, size = copy_hashed(
                root / picture.path, folder / picture.path, read_only=picture.read_only
            )
        except FileNotFoundError:
            missing.append(f"{picture.subject} is missing: {picture.path}.")
        else:
            if picture.sha256 and picture.sha256 != sha256:
                missing.append(f"{picture.subject} was changed: {picture.path}.")
                (folder / picture.path).chmod(0o644)
                (folder / picture.path).unlink()
            else:
                copied.append(BackedUp(picture.path, sha256, size))
        if progress is not None:
            progress("files", done, len(pictures))
    return copied, missing


def _refusal(root: Path, missing: list[str]) -> ProjectUnusable:
    named = " ".join(missing[:_NAMED]) + (
        f" And {len(missing) - _NAMED} more." if len(missing) > _NAMED else ""
    )
    return ProjectUnusable(
        root,
        f"not everything that the record names is there, so there is no backup. {named.rstrip('.')}",
        "bring the files back (ingest the pictures again), or take a backup without them with --incomplete",
    )
