"""All sites that are to be told of: a folder with a figure each, or one report."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from workflow.chips import digest
from workflow.errors import InputRefused, WorkflowError
from workflow.exporters.figures import Words
from workflow.exporters.reports import SUFFIXES, Chapter, Contents, Drawn, Report, write
from workflow.figure import Drawing, draw_network, draw_series
from workflow.files import write_if_changed
from workflow.fonts import load_fonts
from workflow.growthchart import chart
from workflow.landmass import network
from workflow.model import Author, Export, FigureOptions
from workflow.publish import Figure, Job, drawn, write_many
from workflow.publish.data import NO_REASON
from workflow.publish.inside import NO_RECORD
from workflow.settings import BACKUP_FILE

if TYPE_CHECKING:
    from workflow.fonts import Fonts
    from workflow.project import Project

__all__ = ["INDEX", "Made", "check_report", "is_report", "write_folder", "write_report"]

INDEX = "figures.json"
"""The list of a folder's figures."""

Progress = Callable[[str, int, int], None]
T = TypeVar("T")
_KEPT = "report"  # below the project's own folder: figures of a report that is not finished
_WIDTH_MM, _MAP_MM, _ROWS, _DPI = 170.0, 150.0, 38, 300
_FORMAT = "sitetrack-report/1"


@dataclass(frozen=True, slots=True)
class Made:
    """What was written: the file or folder, what stands in the record of it, each site's figure or why it has none.

    `reused` counts the figures that were there already.
    """

    out: Path
    export: Export
    rows: tuple[dict[str, Any], ...]
    reused: int


def is_report(out: Path) -> bool:
    """Whether `out` is one document rather than a folder."""
    return out.suffix.lower() in SUFFIXES


def check_report(project: Project, out: Path, contents: Contents) -> None:
    """See that it can go to `out` before any work is done.

    Raises
    ------
    InputRefused
        when there is no site to tell of, `out` cannot be written, or the project is a backup.
    """
    if not contents.chapters:
        raise InputRefused(
            "The report",
            "no site has an approved date yet" if contents.unreviewed else "there is no site to tell of",
            "approve what was said with 'sitetrack review', or take --unreviewed"
            if contents.unreviewed
            else "register sites with 'sitetrack sites add'",
        )
    if is_report(out) and out.is_dir():
        raise InputRefused(str(out), "is a folder", "name a file in it")
    if not is_report(out) and (out.is_file() or out.suffix):
        raise InputRefused(
            str(out), "is no report and no folder", f"use {' or '.join(SUFFIXES)}, or a folder"
        )
    if not out.absolute().parent.is_dir():
        raise InputRefused(str(out), f"the folder {out.parent} is missing", "make it, or choose another")
    if (project.root / BACKUP_FILE).is_file():
        raise InputRefused(
            str(project.root), "it is a backup, whose record notes no export", "restore it first"
        )


# -- a folder ------------------------------------------------------------------------------------------------


def write_folder(
    project: Project,
    author: Author,
    contents: Contents,
    out: Path,
    options: FigureOptions,
    *,
    suffixes: Sequence[str] = (".png",),
    why: str = "",
    progress: Progress | None = None,
    executor: str | None = None,
) -> Made:
    """A figure of each chapter in the folder `out`, in each format, with its sidecar, and `INDEX` beside them.

    A figure that is there and rests on what the record holds now is left as it is: what was interrupted goes on where
    it was.

    Raises
    ------
    InputRefused
        when the folder cannot be written.
    BuildMissing
        when the typefaces were not built.
    """
    try:
        out.mkdir(exist_ok=True)
    except OSError as error:
        raise _unwritable(out, error) from error
    jobs = [
        Job(one.site, tuple(out / f"{one.site}{suffix}" for suffix in suffixes), _numbered(options, one))
        for one in contents.chapters
    ]
    reused = Counter[str]()

    def known(job: Job, figure: Figure) -> dict[str, bytes] | None:
        found = {suffix: _there(one, figure) for suffix, one in zip(suffixes, job.outs, strict=True)}
        if any(one is None for one in found.values()):
            return None
        reused["figures"] += 1
        return {suffix: one for suffix, one in found.items() if one is not None}

    rows: list[dict[str, Any]] = []
    for job, made in _shown(write_many(project, jobs, executor, known), len(jobs), progress):
        if isinstance(made, WorkflowError):
            rows.append({"site": job.site, "files": [], "refused": str(made)})
            continue
        row = {"site": job.site, "files": [one.file.name for one in made], "refused": None}
        rows.append(row | {key: made[0].figure.sidecar[key] for key in ("caption", "alt_text")})
    index = _json({"format": "sitetrack-figures/1", "title": contents.title, "figures": rows})
    try:
        write_if_changed(out / INDEX, index)
    except OSError as error:
        raise _unwritable(out / INDEX, error) from error
    export = _logged(project, author, contents, "figures", out, index, rows, why)
    return Made(out, export, tuple(rows), reused["figures"])


def _there(out: Path, figure: Figure) -> bytes | None:
    """The file where it is there, whole, and its sidecar says what this one would."""
    try:
        file = out.read_bytes()
        said = json.loads(out.with_name(f"{out.name}.json").read_bytes())
    except (OSError, ValueError):
        return None
    if not isinstance(said, dict) or said.get("sha256") != hashlib.sha256(file).hexdigest():
        return None
    return file if _lasting(said) == _lasting(json.loads(json.dumps(figure.sidecar))) else None


def _lasting(sidecar: Mapping[str, Any]) -> dict[str, Any]:
    """What of a sidecar follows from the evidence: not its file, nor where the chain stood."""
    return {key: value for key, value in sidecar.items() if key not in ("figure", "sha256", "prov", "chain")}


def _numbered(options: FigureOptions, chapter: Chapter) -> FigureOptions:
    return replace(options, number=str(chapter.number))


# -- a report ------------------------------------------------------------------------------------------------


def write_report(
    project: Project,
    author: Author,
    contents: Contents,
    out: Path,
    options: FigureOptions,
    *,
    why: str = "",
    progress: Progress | None = None,
    executor: str | None = None,
) -> Made:
    """One document with all chapters, and ``FILE.json`` beside it; the same record gives the same bytes.

    Figures that are done are kept until the report is: what was interrupted goes on where it was.

    Raises
    ------
    InputRefused
        when the file cannot be written.
    BuildMissing
        when the typefaces or the base of maps were not built.
    """
    fonts, suffix = load_fonts(), out.suffix.lower()
    keep = project.state_dir / _KEPT
    jobs = [
        Job(one.site, (out.with_name(f"{one.site}{suffix}"),), _numbered(options, one))
        for one in contents.chapters
    ]
    reused, parts = Counter[str](), []

    def known(_: Job, figure: Figure) -> dict[str, bytes] | None:
        try:
            file = _part(keep, figure, suffix).read_bytes()
        except OSError:
            return None
        reused["figures"] += 1
        return {suffix: file}

    chapters, figures = [], []
    done = _shown(drawn(project, jobs, executor, known), len(jobs), progress)
    for chapter, (_, figure, files) in zip(contents.chapters, done, strict=True):
        if isinstance(figure, WorkflowError):
            chapters.append(Drawn(chapter, None, str(figure)))
            continue
        part = _part(keep, figure, suffix)
        parts.append(part)
        try:
            keep.mkdir(parents=True, exist_ok=True)
            write_if_changed(part, files[suffix])
        except OSError as error:
            raise _unwritable(part, error) from error
        chapters.append(Drawn(chapter, files[suffix]))
        figures.append(figure)
    file = write(_report(contents, chapters, figures, fonts), suffix)
    rows: list[dict[str, Any]] = [
        {"site": one.chapter.site, "files": [], "refused": one.refused or None} for one in chapters
    ]
    head = project.record.chain_head()
    sidecar = {
        "format": _FORMAT,
        "report": out.name,
        "sha256": hashlib.sha256(file).hexdigest(),
        "title": contents.title,
        "audience": contents.audience,
        "chain": {"count": head.count, "sha256": head.sha256},
        "figures": [one.sidecar for one in figures],
    }
    export = _logged(project, author, contents, f"report {suffix[1:]}", out, file, rows, why)
    try:
        write_if_changed(out, file)
        write_if_changed(out.with_name(f"{out.name}.json"), _json(sidecar))
    except OSError as error:
        raise _unwritable(out, error) from error
    for part in parts:
        part.unlink(missing_ok=True)
    return Made(out, export, tuple(rows), reused["figures"])


def _part(keep: Path, figure: Figure, suffix: str) -> Path:
    return keep / f"{digest([_lasting(figure.sidecar), suffix])}{suffix}"


def _report(contents: Contents, chapters: Sequence[Drawn], figures: Sequence[Figure], fonts: Fonts) -> Report:
    drawing, says = _network(contents, fonts)
    growth = b""
    if contents.growth:
        from workflow.exporters.charts import to_png

        growth = to_png(chart(contents.growth, marks=contents.marks).properties(width=820, height=340), fonts)
    rows = [contents.series[at : at + _ROWS] for at in range(0, len(contents.series), _ROWS)]
    sheets = [
        draw_series(some, contents.edges, _WIDTH_MM, _DPI, fonts.measure) for some in rows if contents.edges
    ]
    return Report(
        contents,
        tuple(chapters),
        drawing,
        says,
        growth,
        tuple(sheets),
        _credits(figures),
        _words(contents, figures),
        fonts,
    )


def _network(contents: Contents, fonts: Fonts) -> tuple[Drawing | None, str]:
    """The map, and what stands beneath it."""
    told = [(one.number, one.place) for one in contents.chapters if one.place is not None]
    if not told:
        return None, ""
    shown = network([place for _, place in told], _WIDTH_MM / _MAP_MM)
    drawing, crowded = draw_network(
        shown, [number for number, _ in told], _WIDTH_MM, _MAP_MM, _DPI, fonts.measure
    )
    says = (
        "Numbers are those of the figures. Outlines: Natural Earth, 1:50 million; borders as it draws them."
    )
    hidden = [str(one.number) for one in contents.chapters if one.place is None]
    if crowded:
        says += f" Without room for their number, among the dots: {', '.join(map(str, crowded))}."
    if hidden:
        says += f" Not on the map, their place not told or not known: {', '.join(hidden)}."
    return drawing, says


def _credits(figures: Sequence[Figure]) -> tuple[str, ...]:
    """A line for each credit: whose pictures, and which."""
    shown: dict[str, dict[str, None]] = {}
    for figure in figures:
        for panel in figure.sidecar["panels"]:
            shown.setdefault(panel["credit"] or "No credit", {})[panel["file"]] = None
    lines = [f"{credit}: {', '.join(files)}." for credit, files in sorted(shown.items())]
    return (*lines, "Map: Natural Earth, public domain.")


def _words(contents: Contents, figures: Sequence[Figure]) -> Words:
    credits = dict.fromkeys(figure.sheet.words.credit for figure in figures if figure.sheet.words.credit)
    stamped = [figure.sheet.words.stamped for figure in figures]
    authors = dict.fromkeys(figure.sheet.words.creator for figure in figures if figure.sheet.words.creator)
    return Words(
        title=contents.title,
        caption=f"{len(contents.chapters)} sites. {contents.growth_says}".strip(),
        alt="",
        credit="; ".join(credits),
        creator="; ".join(authors),
        source="",
        identifiers=tuple(dict.fromkeys(one for figure in figures for one in figure.sheet.words.identifiers)),
        stamped=max(stamped, default=NO_RECORD),
    )


# -- both ----------------------------------------------------------------------------------------------------


def _shown(done: Iterator[T], total: int, progress: Progress | None) -> Iterator[T]:
    """The same, told of while it goes on."""
    for number, one in enumerate(done, 1):
        if progress:
            progress("figures", number, total)
        yield one


def _logged(
    project: Project,
    author: Author,
    contents: Contents,
    kind: str,
    out: Path,
    body: bytes,
    rows: Sequence[Mapping[str, Any]],
    why: str,
) -> Export:
    """Note who took what, and why."""
    entry = Export(
        id="",
        kind=kind,
        file=project.name_of(out),
        sha256=hashlib.sha256(body).hexdigest(),
        size_bytes=len(body),
        sites=tuple(one.site for one in contents.chapters),
        counts={"sites": len(rows), "figures": sum(row["refused"] is None for row in rows)},
        audience=contents.audience,
    )
    return project.record.log_export(author, why.strip() or NO_REASON, entry)


def _json(content: Mapping[str, Any]) -> bytes:
    return (json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()


def _unwritable(out: Path, error: OSError) -> InputRefused:
    return InputRefused(str(out), f"cannot be written ({error.strerror})", "choose another place")
