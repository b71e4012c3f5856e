"""Publication figures of a site: choose the captures, compose, write the picture and its sidecar."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workflow.anchors import append_anchor, read_anchors
from workflow.errors import InputRefused, WorkflowError
from workflow.files import write_if_changed
from workflow.fonts import load_fonts
from workflow.publish.compose import Figure, FigureOptions, compose
from workflow.settings import ANCHORS_FILE
from workflow.store import FigureEntry

if TYPE_CHECKING:
    from workflow.project import Project

__all__ = [
    "SUFFIXES",
    "Figure",
    "FigureOptions",
    "Published",
    "before_after",
    "check_output",
    "compose",
    "evidence_of",
    "plain_name",
]

SUFFIXES = (".png",)


@dataclass(frozen=True, slots=True)
class Published:
    """What was written: the figure and its sidecar, beside what is in them.

    `not_noted` says why the project could not note the figure; empty where it did.
    """

    file: Path
    sidecar: Path
    figure: Figure
    not_noted: str = ""


def before_after(
    project: Project,
    site_id: str,
    out: Path,
    options: FigureOptions | None = None,
    recipe: tuple[str, int] | None = None,
) -> Published:
    """Write the figure of a site to `out` and its sidecar beside it; files that are there are replaced.

    The project notes what was written, and the head of its chain, so that `verify` can check the figure.

    Raises
    ------
    UnknownName, AmbiguousName
        when a site, target or capture is not known.
    InputRefused
        when `out` cannot be written, or the figure cannot be made (see `compose`).
    FigureRefused
        when the linter blocks the figure.
    BuildMissing
        when the typefaces were not built.
    """
    check_output(out)
    figure = compose(project, site_id, options or FigureOptions(), load_fonts(), recipe)
    beside = out.with_name(f"{out.name}.json")
    content = {"figure": out.name, **figure.sidecar}
    text = json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
    try:
        write_if_changed(out, figure.png)
        write_if_changed(beside, text.encode())
    except OSError as error:
        raise InputRefused(
            str(out), f"cannot be written ({error.strerror})", "choose another file"
        ) from error
    return Published(out, beside, figure, _note(project, out, figure, text.encode()))


def _note(project: Project, out: Path, figure: Figure, sidecar: bytes) -> str:
    """Note the figure's hashes and the chain's head; why that failed, which is no reason to lose the figure."""
    chain = figure.sidecar["chain"]
    try:
        name = project.name_of(out)
        entry = FigureEntry(name, figure.sidecar["sha256"], hashlib.sha256(sidecar).hexdigest())
        if entry not in project.record.figures():
            project.record.save_figure(entry)
        file, purpose = project.state_dir / ANCHORS_FILE, f"figure {name}"
        known = {(one.count, one.sha256, one.purpose) for one in read_anchors(file)[0]}
        if chain["count"] and (chain["count"], chain["sha256"], " ".join(purpose.split())) not in known:
            append_anchor(file, chain["count"], chain["sha256"], datetime.now(UTC), purpose)
    except (
        WorkflowError,
        OSError,
        ValueError,
    ) as error:  # a project that is read-only, a name that is no text
        return f"The figure is written, but the project could not note it: {error}"
    return ""


def evidence_of(figure: Figure) -> dict[str, Any]:
    """What a recipe keeps of a figure's sidecar, to tell later whether it went stale."""
    kept = ("format", "site", "target", "panels", "interval", "chain")
    return {key: figure.sidecar[key] for key in kept}


def plain_name(out: Path) -> Path:
    """Where the twin of a figure without marks goes: ``arch-plain.png`` beside ``arch.png``."""
    return out.with_name(f"{out.stem}-plain{out.suffix}")


def check_output(out: Path) -> None:
    """See that a figure can go to `out` before any work is done.

    Raises
    ------
    InputRefused
        when the suffix is not one of `SUFFIXES`, the folder is missing, or `out` is a folder.
    """
    if out.suffix.lower() not in SUFFIXES:
        kind = f"as {out.suffix}" if out.suffix else "without a suffix"
        raise InputRefused(str(out), f"figures are not written {kind}", f"use {' or '.join(SUFFIXES)}")
    if not out.parent.is_dir():
        raise InputRefused(str(out), f"the folder {out.parent} is missing", "make it, or choose another")
    if out.is_dir():
        raise InputRefused(str(out), "is a folder", "name a file in it")
