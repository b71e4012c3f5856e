"""Figures against the record: is the picture the one that was written, and is what its sidecar says of it true.

What the sidecar states must have stood in the record when the figure was made: that is a problem where it did not.
What was changed in the record since makes a figure *stale*, which is a warning.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workflow.anchors import Anchor
from workflow.codec import decode, encode
from workflow.figure.captions import credit_of
from workflow.files import sha256_of
from workflow.findings import joint_state
from workflow.model import (
    Annotation,
    Capture,
    DateSpan,
    Event,
    Export,
    FigureRecipe,
    Finding,
    Observation,
    Offset,
    Site,
    Stretch,
)
from workflow.readmodels import evidence
from workflow.stills import Still, marks_shown, onto, stills_of

if TYPE_CHECKING:
    from workflow.project import Project
    from workflow.store import FigureEntry

__all__ = ["FigureCheck", "checks_at", "figure_at", "known_figures", "recipe_check"]

_SUFFIX = ".json"
_FORMAT, _REPORT = "sitetrack-figure/", "sitetrack-report/"
_LARGEST_SIDECAR, _LARGEST_OF_REPORT = 16 * 2**20, 512 * 2**20
_MOST_VERSIONS = 2**31 - 1


@dataclass(frozen=True, slots=True)
class _Mark:
    id: str
    version: int


@dataclass(frozen=True, slots=True)
class _Panel:
    capture: str
    sha256: str
    file: str
    acquired: DateSpan
    state: str
    credit: str
    synthetic: bool
    stretch: tuple[Stretch, ...]
    annotations: tuple[_Mark, ...]
    offset: dict[str, object] | None = None
    states: dict[str, str] | None = None
    frame: str = ""
    aligned: dict[str, object] | None = None
    control: dict[str, object] | None = None
    standpoint: int | None = 0  # 0 where an older sidecar says nothing


@dataclass(frozen=True, slots=True)
class _Recipe:
    name: str
    version: int


@dataclass(frozen=True, slots=True)
class _Chain:
    count: int
    sha256: str


@dataclass(frozen=True, slots=True)
class _Sidecar:
    """What is read of a sidecar."""

    format: str
    sha256: str
    site: str
    chain: _Chain
    panels: tuple[_Panel, ...]
    target: str | None = None
    targets: tuple[str, ...] = ()
    interval: dict[str, object] | None = None
    recipe: _Recipe | None = None
    options: dict[str, object] | None = None


@dataclass(slots=True)
class FigureCheck:
    """A figure being checked: first its files, then with `compare` what its sidecar says.

    `anchor` is the chain head that the sidecar names, for the walk over the record.
    """

    name: str
    problems: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    is_gone: bool = False
    anchor: Anchor | None = None
    content: _Sidecar | None = None

    def compare(self, project: Project) -> None:
        """Hold what the sidecar says against the record."""
        content = self.content
        if content is None:
            return
        if project.record.get(Site, content.site) is None:
            self._wrong(f"is of site {content.site}, which the record does not have")
            return
        for number, panel in enumerate(content.panels):
            capture = project.record.get(Capture, panel.capture)
            if capture is None:
                self._wrong(f"shows capture {panel.capture}, which the record does not have")
                continue
            self._compare_capture(project, content, panel, capture.value)
            self._compare_offset(project, content, panel)
            self._compare_view(project, content.panels[:number], panel, capture.value)
            self._compare_marks(project, content, panel)
            self._compare_state(project, content, panel)
        self._compare_interval(project, content)

    def _wrong(self, what: str) -> None:
        self.problems.append(f"Figure {self.name} {what}.")

    def _stale(self, what: str) -> None:
        self.warnings.append(f"stale: figure {self.name}: {what}.")

    def _compare_capture(self, project: Project, content: _Sidecar, panel: _Panel, now: Capture) -> None:
        subject = f"capture {now.id} ({now.file})"
        history = project.record.history(Capture, now.id)
        before = [one for one in history if one.seq <= content.chain.count]
        # a write may have come between the reading of the capture and that of the chain's head
        said = [_differences(panel, decode(Capture, json.loads(one.payload))) for one in before]
        if not said:
            self._wrong(f"shows {subject}, which came into the record after it")
        elif all(said):
            self._wrong(f"says of {subject} what the record never said: {', '.join(said[-1])}")
        elif changed := _differences(panel, now):
            self._stale(f"{', '.join(changed)} of {subject} changed since")
        if panel.standpoint not in (0, project.standpoint_since(now)):
            self._stale(f"the standpoint of {subject} changed since")
        if now.withdrawn is not None:
            self.warnings.append(f"Figure {self.name} shows {subject}, {project.withdrawal_of(now)}.")

    def _compare_offset(self, project: Project, content: _Sidecar, panel: _Panel) -> None:
        key = f"{content.site}.{panel.capture}"
        now = project.record.get(Offset, key)
        if panel.offset is None:
            if now is not None and now.value.applied:
                self._stale(f"capture {panel.capture} is aligned now")
            return
        version = _version(panel.offset.get("version"))
        was = project.record.at(Offset, key, version) if version else None
        # a sidecar may be older than a field, which is empty then
        if was is None or {"error_m": None, **panel.offset} != {**encode(was), "version": version}:
            self._wrong(f"says of the offset of capture {panel.capture} what the record never said")
        elif now is not None and now.version != version:
            self._stale(f"the offset of capture {panel.capture} was estimated again")

    def _compare_view(
        self, project: Project, before: Sequence[_Panel], panel: _Panel, capture: Capture
    ) -> None:
        """How a still lies in the view of an earlier panel, as it would be drawn now."""
        if capture.is_georeferenced or capture.withdrawn is not None:
            return
        now = _laid_now(project, before, _still(panel, capture))
        if now != panel.aligned:
            self._stale(
                f"capture {panel.capture} is aligned now"
                if panel.aligned is None
                else f"the alignment of capture {panel.capture} changed since"
            )

    def _compare_marks(self, project: Project, content: _Sidecar, panel: _Panel) -> None:
        for mark in panel.annotations:
            version = _version(mark.version)
            was = project.record.at(Annotation, mark.id, version) if version else None
            now = project.record.get(Annotation, mark.id)
            if was is None or now is None or (was.site, was.capture) != (content.site, panel.capture):
                self._wrong(
                    f"shows annotation {mark.id} at version {mark.version}, which the record does not have"
                )
            elif now.version != version:
                what = "was deleted" if now.value.deleted else f"is at version {now.version}, not {version}"
                self._stale(f"annotation {mark.id} {what}")
        if (content.options or {}).get("marks") is False:  # the twin without marks shows no new ones either
            return
        shown = {mark.id for mark in panel.annotations}
        capture = project.capture(panel.capture, withdrawn=True)
        others = project.annotations(site=content.site, capture=panel.capture)
        targets = {content.target or "", *content.targets}
        there = marks_shown(capture, _still(panel, capture).number, others, targets)
        keys = [one.id for one in there if one.id not in shown]
        new = [key for key in keys if project.record.history(Annotation, key)[0].seq > content.chain.count]
        if new:
            self._stale(f"{len(new)} annotations were drawn on capture {panel.capture} since")

    def _compare_state(self, project: Project, content: _Sidecar, panel: _Panel) -> None:
        rows = project.record.rows(Observation, site=content.site, capture=panel.capture)
        # figures of one target say its state alone
        stated = {content.target: panel.state} if panel.states is None else panel.states
        for target, was in stated.items():
            about = [row.value for row in rows if row.value.target == target and not row.value.deleted]
            states = {one.state for one in about if one.review.counts}
            now = joint_state(states) if states else ""
            if now != was:
                of = f" of {target}" if len(stated) > 1 else ""
                self._stale(
                    f"it says '{was or 'nothing'}'{of} of capture {panel.capture}, the record '{now or 'nothing'}'"
                )

    def _compare_interval(self, project: Project, content: _Sidecar) -> None:
        now = next(_appeared(evidence.findings(project, site=content.site), content.target), None)
        stated = content.interval
        if _bounds(stated) != _bounds(encode(now) if now else None):
            words = stated.get("phrase") if stated else "none"
            self._stale(f"its interval is '{words}', the record gives '{now.phrase if now else 'none'}'")


# -- the files -----------------------------------------------------------------------------------------------


def known_figures(project: Project) -> list[FigureCheck]:
    """A check of every figure that the record noted; one that is not where it was written is only marked so."""
    return [
        _check(entry.file, project.root / entry.file, [entry])
        if (project.root / entry.file).is_file()
        else FigureCheck(entry.file, is_gone=True)
        for entry in project.record.figures()
    ]


def recipe_check(recipe: FigureRecipe) -> FigureCheck:
    """A check of a stored recipe: what it rested on when it was saved, against the record."""
    stated = {"sha256": "", **recipe.evidence, "options": encode(recipe.options)}
    try:
        return FigureCheck(recipe.id, content=decode(_Sidecar, stated))
    except Exception:  # noqa: BLE001  cattrs raises groups of anything
        return FigureCheck(recipe.id, [f"Figure {recipe.id} has lost what it rested on: save it anew."])


def checks_at(project: Project, path: Path) -> list[FigureCheck]:
    """Checks of what lies at `path`: a figure, or a report and each of its figures; the sidecar stands for either."""
    whole = path.with_name(path.name.removesuffix(_SUFFIX)) if path.suffix == _SUFFIX else path
    said = _report_sidecar(whole)
    if said is None:
        return [figure_at(project, path)]
    name = project.name_of(whole)
    report = FigureCheck(name)
    sha256 = sha256_of(whole)
    if sha256 != said.get("sha256"):
        report.problems.append(f"Report {name} is not the file that its sidecar describes.")
    elif sha256 not in {row.value.sha256 for row in project.record.rows(Export)}:
        report.warnings.append(f"Report {name} is not one that this project noted; its sidecar was checked.")
    figures = said.get("figures")
    return [report, *(_within(name, number, one) for number, one in enumerate(figures or (), 1))]


def _report_sidecar(whole: Path) -> dict[str, Any] | None:
    """What stands beside a report; None where there is no report, or what is there cannot be read as one."""
    beside = whole.with_name(whole.name + _SUFFIX)
    try:
        if not whole.is_file() or beside.stat().st_size > _LARGEST_OF_REPORT:
            return None
        said = json.loads(beside.read_bytes())
    except (OSError, ValueError, RecursionError):
        return None
    is_report = isinstance(said, dict) and str(said.get("format")).startswith(_REPORT)
    return said if is_report and isinstance(said.get("figures"), list) else None


def _within(report: str, number: int, content: object) -> FigureCheck:
    """A check of one figure of a report; its file is the report's."""
    check = FigureCheck(f"{number} of {report}")
    check.content = _read(
        json.dumps({"sha256": "", **content} if isinstance(content, dict) else None).encode()
    )
    if check.content is None:
        check._wrong("cannot be read")
    else:
        chain = check.content.chain
        check.anchor = Anchor(chain.count, chain.sha256, purpose=f"sidecar of {report}")
    return check


def figure_at(project: Project, path: Path) -> FigureCheck:
    """A check of the figure at `path` (a picture or its sidecar), also one that was moved or is not known."""
    picture = path.with_name(path.name.removesuffix(_SUFFIX)) if path.suffix == _SUFFIX else path
    name = project.name_of(picture)
    if not picture.is_file():
        return FigureCheck(str(picture), [f"Figure {picture} is missing."])
    entries = project.record.figures()
    here = [one for one in entries if one.file == name]
    return _check(name, picture, here or _alike(entries, picture))


def _alike(entries: Sequence[FigureEntry], picture: Path) -> list[FigureEntry]:
    """Noted figures of which the picture or its sidecar is a copy."""
    try:
        sha256 = sha256_of(picture)
        beside = picture.with_name(picture.name + _SUFFIX)
        sidecar = sha256_of(beside) if beside.is_file() else ""
    except OSError:  # said where it is checked
        return []
    both = [one for one in entries if (one.sha256, one.sidecar_sha256) == (sha256, sidecar)]
    return both or [one for one in entries if one.sha256 == sha256 or one.sidecar_sha256 == sidecar]


def _check(name: str, picture: Path, entries: Sequence[FigureEntry]) -> FigureCheck:
    check = FigureCheck(name)
    beside = picture.with_name(picture.name + _SUFFIX)
    try:
        sha256 = sha256_of(picture)
        if not beside.is_file():
            check._wrong(f"has no sidecar ({beside.name}), which says what it rests on")
            return check
        with beside.open("rb") as file:
            data = file.read(_LARGEST_SIDECAR + 1)
    except OSError as error:
        check._wrong(f"cannot be read ({error.strerror})")
        return check
    if entries and sha256 not in {one.sha256 for one in entries}:
        check._wrong("was changed since it was written")
    if entries and hashlib.sha256(data).hexdigest() not in {one.sidecar_sha256 for one in entries}:
        check.problems.append(f"The sidecar of figure {name} was changed since it was written.")
        return check
    check.content = _read(data)
    if check.content is None:
        check.problems.append(f"The sidecar of figure {name} cannot be read as one.")
        return check
    if not entries:
        check.warnings.append(f"Figure {name} is not one that this project noted; its sidecar was checked.")
        if check.content.sha256 != sha256:
            check._wrong("is not the picture that its sidecar describes")
    chain = check.content.chain
    check.anchor = Anchor(chain.count, chain.sha256, purpose=f"sidecar of {name}")
    return check


def _read(data: bytes) -> _Sidecar | None:
    try:
        content = decode(_Sidecar, json.loads(data))
    except Exception:  # noqa: BLE001  anybody may have written it, and cattrs raises groups of anything
        return None
    return content if content.format.startswith(_FORMAT) and content.chain.count >= 0 else None


# -- comparing -----------------------------------------------------------------------------------------------


def _differences(panel: _Panel, capture: Capture) -> list[str]:
    """Names of what a panel says otherwise than a capture; a credit may be given for one that has none."""
    pairs: dict[str, tuple[object, object]] = {
        "SHA-256": (panel.sha256, capture.sha256),
        "file name": (panel.file, capture.file),
        "date": (panel.acquired, capture.acquired),
        "credit": (panel.credit, credit_of(capture) if capture.credit else panel.credit),
        "synthetic": (panel.synthetic, capture.synthetic),
        "stretch": (panel.stretch, capture.stretch),
        "control points": (panel.control, _as_json(capture.control)),
    }
    return [name for name, (stated, known) in pairs.items() if stated != known]


def _as_json(value: object) -> Any:
    return None if value is None else json.loads(json.dumps(encode(value)))


def _still(panel: _Panel, capture: Capture) -> Still:
    """The picture that a panel shows, of a clip its frame."""
    codes = [one.code for one in stills_of([capture])]
    return Still(capture, codes.index(panel.frame) if panel.frame in codes else 0)


def _laid_now(project: Project, before: Sequence[_Panel], still: Still) -> dict[str, Any] | None:
    """How a still would lie in the view of the first earlier panel that it can be shown in."""
    stills = project.stills(still.capture.site or "")
    known = {one.id: one for one in stills}
    for panel in before:
        capture = known.get(panel.capture)
        if capture is None or panel.aligned is not None:
            continue
        if laid := onto(stills, _still(panel, capture), still):
            return laid.stated
    return None


def _version(stated: object) -> int:
    """A version that may be asked for, else 0."""
    return stated if isinstance(stated, int) and 0 < stated <= _MOST_VERSIONS else 0


def _appeared(findings: Sequence[Finding], target: str | None) -> Iterator[Finding]:
    for one in findings:
        if (one.target, one.event, one.source) == (target, Event.APPEARED, "imagery"):
            yield one


def _bounds(interval: dict[str, object] | None) -> tuple[object, object]:
    return (interval.get("after"), interval.get("by")) if interval else (None, None)
