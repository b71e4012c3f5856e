"""Publication figures of a site: choose the captures, compose, write the picture and its sidecar."""

from __future__ import annotations

import hashlib
import json
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workflow.anchors import append_anchor, read_anchors
from workflow.errors import InputRefused, WorkflowError
from workflow.executors import OpenExecutor, open_executor
from workflow.exporters.figures import SUFFIXES, suffix_of
from workflow.files import write_if_changed
from workflow.fonts import load_fonts
from workflow.publish.compose import Figure, FigureOptions, compose
from workflow.publish.prov import prov
from workflow.settings import ANCHORS_FILE
from workflow.store import FigureEntry

if TYPE_CHECKING:
    from workflow.fonts import Fonts
    from workflow.project import Project

__all__ = [
    "SUFFIXES",
    "Figure",
    "FigureOptions",
    "Job",
    "Known",
    "Published",
    "check_output",
    "compose",
    "described",
    "drawn",
    "evidence_of",
    "plain_name",
    "write_all",
    "write_figure",
    "write_many",
]


@dataclass(frozen=True, slots=True)
class Published:
    """What was written: the figure and its sidecar, beside what is in them.

    `not_noted` says why the project could not note the figure; empty where it did.
    """

    file: Path
    sidecar: Path
    figure: Figure
    not_noted: str = ""


@dataclass(frozen=True, slots=True)
class Job:
    """A figure of `write_many`: the site, the files to write, and what is said of it."""

    site: str
    outs: tuple[Path, ...]
    options: FigureOptions = field(default_factory=FigureOptions)


def write_figure(
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
    return write_all(project, site_id, (out,), options, recipe)[0]


def write_all(
    project: Project,
    site_id: str,
    outs: Sequence[Path],
    options: FigureOptions | None = None,
    recipe: tuple[str, int] | None = None,
) -> tuple[Published, ...]:
    """`write_figure` in several formats: the figure is composed once, and no file is written before all are made."""
    for out in outs:
        check_output(out)
    figure = compose(project, site_id, options or FigureOptions(), load_fonts(), recipe)
    return _in_place(project, figure, outs, _files(figure, outs))


def write_many(
    project: Project, jobs: Iterable[Job], executor: str | None = None, known: Known | None = None
) -> Iterator[tuple[Job, tuple[Published, ...] | WorkflowError]]:
    """`write_all` for many figures, in the order of the `jobs`; one that is refused leaves the others alone.

    See `drawn` for `executor` and `known`.

    Raises
    ------
    BuildMissing
        when the typefaces were not built.
    """
    for job, figure, files in drawn(project, jobs, executor, known):
        if isinstance(figure, WorkflowError):
            yield job, figure
            continue
        try:
            yield job, _in_place(project, figure, job.outs, files)
        except WorkflowError as error:
            yield job, error


Known = Callable[[Job, Figure], Mapping[str, bytes] | None]
"""The files of a figure by suffix where they are there already."""


def drawn(
    project: Project, jobs: Iterable[Job], executor: str | None = None, known: Known | None = None
) -> Iterator[tuple[Job, Figure | WorkflowError, Mapping[str, bytes]]]:
    """Each figure with its files by suffix, in the order of the `jobs`; one that is refused with its error.

    This thread alone reads the record; `executor` (see `open_executor`; default: a thread for each core) draws and
    encodes, a few figures ahead, what is not `known`.

    Raises
    ------
    BuildMissing
        when the typefaces were not built.
    """
    fonts = load_fonts()
    with open_executor(executor) as opened:
        waiting: deque[tuple[Job, Figure | WorkflowError, Callable[[], Mapping[str, bytes]]]] = deque()
        for job in jobs:
            waiting.append((job, *_started(project, job, fonts, opened, known)))
            if len(waiting) > 2 * opened.workers:
                yield _finished(*waiting.popleft())
        while waiting:
            yield _finished(*waiting.popleft())


def _started(
    project: Project, job: Job, fonts: Fonts, executor: OpenExecutor, known: Known | None
) -> tuple[Figure | WorkflowError, Callable[[], Mapping[str, bytes]]]:
    try:
        for out in job.outs:
            check_output(out)
        figure = compose(project, job.site, job.options, fonts)
    except WorkflowError as error:
        return error, dict
    there = known(job, figure) if known else None
    if there is not None:
        return figure, lambda: there
    return figure, executor.pool.submit(_files, figure, job.outs).result


def _finished(
    job: Job, figure: Figure | WorkflowError, files: Callable[[], Mapping[str, bytes]]
) -> tuple[Job, Figure | WorkflowError, Mapping[str, bytes]]:
    try:
        return job, figure, files()
    except WorkflowError as error:
        return job, error, {}


def _files(figure: Figure, outs: Sequence[Path]) -> dict[str, bytes]:
    """The figure in each format that is asked for."""
    return {suffix: figure.content(suffix) for suffix in dict.fromkeys(suffix_of(out.name) for out in outs)}


def _in_place(
    project: Project, figure: Figure, outs: Sequence[Path], files: Mapping[str, bytes]
) -> tuple[Published, ...]:
    return tuple(_published(project, figure, out, files[suffix_of(out.name)]) for out in outs)


def _published(project: Project, figure: Figure, out: Path, file: bytes) -> Published:
    beside = out.with_name(f"{out.name}.json")
    content, text = described(project, figure, out.name, file)
    try:
        write_if_changed(out, file)
        write_if_changed(beside, text)
    except OSError as error:
        raise InputRefused(
            str(out), f"cannot be written ({error.strerror})", "choose another file"
        ) from error
    return Published(out, beside, figure, _note(project, out, content, text))


def described(project: Project, figure: Figure, name: str, file: bytes) -> tuple[dict[str, Any], bytes]:
    """The sidecar of a figure's `file` of that `name`: what it says, and its bytes."""
    content = {"figure": name, "sha256": hashlib.sha256(file).hexdigest(), **figure.sidecar}
    content["prov"] = prov(project, content)
    text = json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
    return content, text.encode()


def _note(project: Project, out: Path, content: Mapping[str, Any], sidecar: bytes) -> str:
    """Note the figure's hashes and the chain's head; why that failed, which is no reason to lose the figure."""
    chain = content["chain"]
    try:
        name = project.name_of(out)
        entry = FigureEntry(name, content["sha256"], hashlib.sha256(sidecar).hexdigest())
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
    suffix = suffix_of(out.name)
    return out.with_name(f"{out.name.removesuffix(suffix)}-plain{suffix}" if suffix else f"{out.name}-plain")


def check_output(out: Path) -> None:
    """See that a figure can go to `out` before any work is done.

    Raises
    ------
    InputRefused
        when the suffix is not one of `SUFFIXES`, the folder is missing, or `out` is a folder.
    """
    if not suffix_of(out.name):
        kind = f"as {out.suffix}" if out.suffix else "without a suffix"
        raise InputRefused(str(out), f"figures are not written {kind}", f"use {', '.join(SUFFIXES)}")
    if not out.parent.is_dir():
        raise InputRefused(str(out), f"the folder {out.parent} is missing", "make it, or choose another")
    if out.is_dir():
        raise InputRefused(str(out), "is a folder", "name a file in it")
