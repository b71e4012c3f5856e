"""A bundle held against the project that it came from: whether the chain it states is the record's."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from workflow.bundle import verify

if TYPE_CHECKING:
    from workflow.project import Project

__all__ = ["confirm", "is_bundle"]


def is_bundle(path: Path) -> bool:
    """Whether a path that is to be checked is meant as a bundle: a zip, or a folder that has a manifest."""
    return path.suffix.lower() == ".zip" or (path / verify.MANIFEST).is_file()


def confirm(project: Project, path: Path) -> tuple[list[str], int]:
    """What of the bundle (a zip, or a folder) does not hold by itself or against the record, and files checked."""
    try:
        report = verify.check(verify.opened(path))
    except (verify.Unreadable, OSError) as error:
        return [f"Bundle {path}: {error}"], 0
    problems, place = list(report.problems), 0
    with closing(project.record.revision_rows()) as rows:
        for place, (stated, row) in enumerate(zip(report.hashes, rows, strict=False), 1):
            if stated != row["sha256"]:
                problems.append(f"its chain is not the record's from revision {place} on.")
                break
        else:
            if place < len(report.hashes):
                problems.append(f"its chain has {len(report.hashes)} revisions, the record {place}.")
    return [f"Bundle {path}: {problem}" for problem in problems], report.files
