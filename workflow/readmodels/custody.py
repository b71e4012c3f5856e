"""Is everything still as it was: the chain, every original and working copy, every figure, against the anchors.

What is wrong is a *problem*; what a reader should know and is nobody's fault is a *warning*: a figure that shows a
withdrawn capture, or rests on what has been said anew since.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from workflow.anchors import Anchor, append_anchor, read_anchors
from workflow.backup import check_manifest
from workflow.bundle import confirm, is_bundle
from workflow.errors import InputRefused, ProjectUnusable
from workflow.files import sha256_of
from workflow.model import Capture, StoredFile
from workflow.readmodels import figurecheck
from workflow.settings import ANCHORS_FILE, ATTACHMENTS, BACKUP_FILE, ORIGINALS, WORKING, is_in_library

if TYPE_CHECKING:
    from workflow.project import Project
    from workflow.store import ChainHead

__all__ = ["file_problem", "verify", "verify_figures"]

Row = dict[str, Any]
Progress = Callable[[str, int, int], None]
K = TypeVar("K")
_LEFT = "it was left in its place; put it back, or take it in again with 'sitetrack ingest --in-place' from where it is"


def verify(
    project: Project, anchors: Sequence[ChainHead | Anchor] = (), progress: Progress | None = None
) -> list[Row]:
    """One row ``ok checked problems warnings``: the chain, the heads, the files of the library, and the figures.

    `anchors` are chain heads that were noted; those in ``.sitetrack/anchors.txt`` and in sidecars are held against
    the record too. Where nothing is wrong, the chain's head is added to that file. A backup is held against its
    manifest.

    Raises
    ------
    ProjectUnusable
        when the record cannot be read at all.
    """
    library = _library(project)  # before the captures: an intake that ends meanwhile left no stray
    figures, unread = _known_figures(project)
    noted, warnings = _noted(project)
    stated = (one.anchor for one in figures if one.anchor is not None)
    found = project.record.verify([*anchors, *noted, *stated])
    problems = [*found.problems, *unread]
    captures = _readable(project, Capture, problems)
    files = _files(captures, _readable(project, StoredFile, problems))
    if (project.root / BACKUP_FILE).exists():
        left = [file for file in files if not is_in_library(file.path)]
        files = [file for file in files if is_in_library(file.path)]
        if left:
            warnings.append(
                f"Originals that were left in their place and are not in the backup: {len(left)}."
            )
    for done, file in enumerate(files, 1):
        problems += _problem(project, file, captures)
        if progress is not None:
            progress("files", done, len(files))
    problems += check_manifest(project.root)
    if not found.problems:  # else the captures may not be all, and nothing can be held against them
        problems += _strays(library, files)
        for figure in figures:
            figure.compare(project)
    problems += [line for one in figures for line in one.problems]
    warnings += [line for one in figures for line in one.warnings]
    gone = sum(one.is_gone for one in figures)
    if gone:
        warnings.append(f"Figures that are no longer where they were written: {gone}.")
    if not problems and not (project.root / BACKUP_FILE).exists():  # a backup stays as it was made
        warnings += _note(project, found.head, noted)
    checked = found.checked + len(files) + len(figures) - gone
    return [{"ok": not problems, "checked": checked, "problems": problems, "warnings": warnings}]


def verify_figures(
    project: Project, paths: Sequence[Path], anchors: Sequence[ChainHead | Anchor] = ()
) -> list[Row]:
    """One row ``ok checked problems warnings`` on these figures, reports and bundles, and the chain.

    `paths` are pictures, reports, their sidecars, or evidence bundles. `checked` counts figures, files of
    bundles, and what of the record was read.

    Raises
    ------
    ProjectUnusable
        when the record cannot be read at all.
    """
    bundles = [confirm(project, path) for path in paths if is_bundle(path)]
    figures = [
        check for path in paths if not is_bundle(path) for check in figurecheck.checks_at(project, path)
    ]
    noted, warnings = _noted(project)
    stated = (one.anchor for one in figures if one.anchor is not None)
    found = project.record.verify([*anchors, *noted, *stated])
    if not found.problems:
        for figure in figures:
            figure.compare(project)
    problems = [*found.problems, *(line for one in figures for line in one.problems)]
    problems += [line for lines, _ in bundles for line in lines]
    warnings += [line for one in figures for line in one.warnings]
    checked = found.checked + len(figures) + sum(files for _, files in bundles)
    return [{"ok": not problems, "checked": checked, "problems": problems, "warnings": warnings}]


# -- anchors -------------------------------------------------------------------------------------------------


def _noted(project: Project) -> tuple[tuple[Anchor, ...], list[str]]:
    """The anchors of the project's own file, and a sentence on what of it cannot be read."""
    try:
        anchors, broken = read_anchors(project.state_dir / ANCHORS_FILE)
    except InputRefused as error:
        return (), [str(error)]
    if not broken:
        return anchors, []
    lines = ", ".join(map(str, broken[:5])) + (", …" if len(broken) > 5 else "")
    return anchors, [f"Lines of {ANCHORS_FILE} that cannot be read were passed over: {lines}."]


def _note(project: Project, head: ChainHead, noted: Sequence[Anchor]) -> list[str]:
    """Add the chain's head to the project's anchors where it is a new one; a sentence where that fails."""
    if not head.count or any((one.count, one.sha256) == (head.count, head.sha256) for one in noted):
        return []
    try:
        file = project.state_dir / ANCHORS_FILE
        append_anchor(file, head.count, head.sha256, datetime.now(UTC), "verify")
    except OSError as error:
        return [f"The head of the chain could not be noted in {ANCHORS_FILE} ({error.strerror})."]
    return []


def _known_figures(project: Project) -> tuple[list[figurecheck.FigureCheck], list[str]]:
    try:
        return figurecheck.known_figures(project), []
    except ProjectUnusable as error:  # the walk over the record has to be made all the same
        return [], [f"The list of figures cannot be read: {error}"]


# -- files of the library ------------------------------------------------------------------------------------


def _library(project: Project) -> list[str]:
    """The files among the originals, working copies and attachments, as paths from the project's root."""
    folders = [project.imagery / name for name in (ORIGINALS, WORKING, ATTACHMENTS)]
    files = (path for folder in folders if folder.is_dir() for path in folder.iterdir() if path.is_file())
    return sorted(path.relative_to(project.root).as_posix() for path in files)


def _readable(project: Project, kind: type[K], problems: Sequence[str]) -> list[K]:
    try:
        return [row.value for row in project.record.rows(kind)]
    except ProjectUnusable:
        if not problems:
            raise
        return []  # the walk has named what cannot be read


def _files(captures: Sequence[Capture], stored: Sequence[StoredFile]) -> list[StoredFile]:
    """What should lie in the library: the files that were noted, and those that captures name besides."""
    files = {one.path: one for one in stored if is_in_library(one.path)}
    elsewhere = {one.path: one for one in stored if not is_in_library(one.path)}
    for capture in captures:
        removed = capture.withdrawn is not None and capture.withdrawn.files_removed
        for role, path, sha256 in capture.files:
            if is_in_library(path):
                files.setdefault(path, StoredFile(path, sha256, None, role, capture.id, removed))
            elif not removed:  # what was left in its place is the owner's: only where a capture still says so
                files.setdefault(
                    path, elsewhere.get(path) or StoredFile(path, sha256, None, role, capture.id)
                )
    return list(files.values())


def _problem(project: Project, file: StoredFile, captures: Sequence[Capture]) -> Iterator[str]:
    problem = file_problem(project.root, file)
    if problem:
        name = next((f" ({one.file})" for one in captures if one.id == file.capture), "")
        way = "" if is_in_library(file.path) else f" ({_LEFT})"
        yield f"The {file.role} of capture {file.capture}{name} {problem}: {file.path}{way}."


def file_problem(root: Path, file: StoredFile) -> str:
    """What is wrong with a file below the project folder `root`, as ``is missing``; empty where it is as noted.

    Its hash is taken again where one was noted, after its size. A file that was removed must not be there.
    """
    path = root / file.path
    try:
        if file.removed:
            there = path.is_file()
            return "was withdrawn, to be removed (run 'sitetrack captures withdraw' again)" if there else ""
        if not path.is_file():
            return "is missing"
        size = path.stat().st_size
        if file.size_bytes is not None and size != file.size_bytes:
            return f"was changed ({size} bytes, {file.size_bytes} were noted)"
        if file.sha256 and sha256_of(path) != file.sha256:
            return "was changed"
    except (OSError, ValueError) as error:
        return f"cannot be read ({getattr(error, 'strerror', None) or error})"
    return ""


def _strays(library: Sequence[str], files: Sequence[StoredFile]) -> Iterator[str]:
    """A sentence for each file of the library that is no capture's: an intake was killed, or somebody put it there."""
    known = {file.path for file in files}
    for path in library:
        if path not in known:
            yield f"{path} belongs to no capture: take its picture in again with 'sitetrack ingest', or remove it."
