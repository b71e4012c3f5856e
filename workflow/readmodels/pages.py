"""What the dashboard's pages show, as plain values; nothing here knows how it is drawn.

Positions are WGS 84 (lon, lat). Words for dates follow their precision, and every date goes with its basis.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any, TypeVar

from workflow.chips import covering, covering_each, site_grid_of
from workflow.findings import joint_state
from workflow.georef import control_words
from workflow.grid import SiteGrid
from workflow.interpretability import Limits, Reading, reading
from workflow.model import (
    Annotation,
    Capture,
    Finding,
    Georeference,
    LonLat,
    Observation,
    Offset,
    Site,
    State,
    TargetClass,
)
from workflow.readings import Place, person, place_of
from workflow.readmodels import evidence, growth
from workflow.readmodels.dates import basis_words, dated, local_words
from workflow.readmodels.optics import Optics, optics
from workflow.readmodels.reviews import hidden_from
from workflow.readmodels.scores import PlacedChange, placed_changes
from workflow.readmodels.siteday import Past, past_of, site_state
from workflow.stills import Space, frame_of, space_of, stills_of, timecode, view_words
from workflow.timespan import Language, format_span
from workflow.words import say

if TYPE_CHECKING:
    from workflow.project import Project

__all__ = [
    "CaptureCard",
    "ComparePage",
    "MarkCard",
    "OverviewPage",
    "SiteCard",
    "bound_words",
    "compare",
    "finding_rows",
    "finding_words",
    "note_lines",
    "overview",
    "site_state",
    "site_titles",
]

OPEN = "open"


@dataclass(frozen=True, slots=True)
class SiteCard:
    """A site on the overview. `state` is that of its targets on their newest decisive capture (see
    `site_state`), `past` what was known on earlier days.
    """

    id: str
    name: str
    name_local: str
    category: str
    lonlat: LonLat | None
    precision_m: float | None
    state: str
    captures: int
    targets: int
    note: str
    past: Past = field(default_factory=Past)


@dataclass(frozen=True, slots=True)
class OverviewPage:
    """All sites, all findings, and how many targets had appeared: `growth` has rows of `growth.growth`.

    `places` are the sites as registered, in the order of their cards.
    """

    sites: tuple[SiteCard, ...]
    places: tuple[Site, ...]
    findings: tuple[Finding, ...]
    growth: tuple[dict[str, Any], ...]
    captures: int
    observations: int
    synthetic: bool
    names: Mapping[str, str]
    labels: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class CaptureCard:
    """A capture at a site. `states` maps a target's id to a state or `disputed`.

    `local` is the day at the site where it is another than that in UTC, which `label` names; else empty. `readings`
    says for each target what the picture can show of its class, `mine` what the reader has said of each. `offset` is
    how the picture was laid on the site's reference, None where that was not tried. `optics` is how it was taken
    and can be shown. `placed` says by how many points somebody placed it by hand, and how far off that is; else empty.
    `frames` are the time codes of a clip, `keys` those of its stills (see `workflow.stills.Still`).
    """

    id: str
    file: str
    label: str
    local: str
    basis: str
    earliest: date | None
    latest: date | None
    provider: str
    kind: str
    gsd_m: float | None
    credit: str
    synthetic: bool
    aligned: str
    states: Mapping[str, str]
    warnings: tuple[str, ...]
    readings: Mapping[str, Reading]
    optics: Optics
    mine: Mapping[str, str] = field(default_factory=dict)
    offset: Offset | None = None
    placed: str = ""
    frames: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class MarkCard:
    """An annotation that was not deleted, with the version that a change is based on.

    `frame` is the number of the frame of a clip that it is drawn on.
    """

    mark: Annotation
    version: int
    frame: int = 0


@dataclass(frozen=True, slots=True)
class ComparePage:
    """One site: pictures on its grid, pictures without a place on the map, marks, and what follows.

    `grid` is None for a site that is not located. `space` is what the stills without coordinates share, None without
    any. `changes` are those that scorers suggest, by target.
    """

    site: Site
    captures: tuple[CaptureCard, ...]
    stills: tuple[CaptureCard, ...]
    marks: tuple[MarkCard, ...]
    findings: tuple[Finding, ...]
    synthetic: bool
    grid: SiteGrid | None
    space: Space | None = None
    changes: Mapping[str, tuple[PlacedChange, ...]] = field(default_factory=dict)


def overview(project: Project, language: Language = "en") -> OverviewPage:
    """Everything that the overview shows, from one state of the record; `language` is that of `labels`."""
    with project.record.snapshot():
        return _overview(project, language)


def _overview(project: Project, language: Language) -> OverviewPage:
    said, ever = project.witnesses()
    captures = {one.id: one for one in project.captures()}
    findings = evidence.findings(project)
    sites = project.sites()
    over, tied, stated = covering_each(sites, captures.values()), _by_site(captures.values()), _by_site(said)
    cards = [
        _site_card(
            site,
            stated.get(site.id, ()),
            ever,
            tuple({one.id: one for one in (*over[site.id], *tied.get(site.id, ()))}.values()),
        )
        for site in sites
    ]
    return OverviewPage(
        sites=tuple(cards),
        places=sites,
        findings=findings,
        growth=tuple(growth.growth_rows(findings, sites)),
        captures=len(captures),
        observations=len(project.observations()),
        synthetic=any(capture.synthetic for capture in captures.values()),
        names={card.id: card.name for card in cards},
        labels={capture.id: dated(capture.acquired, language) for capture in ever.values()},
    )


def site_titles(project: Project) -> dict[str, str]:
    """What each site is called, by its id: its name, and its local name behind it."""
    return {
        site.id: f"{site.name} · {site.name_local}" if site.name_local else site.name
        for site in project.sites()
    }


S = TypeVar("S", Capture, Observation)


def _by_site(some: Iterable[S]) -> dict[str | None, list[S]]:
    found: dict[str | None, list[S]] = {}
    for one in some:
        found.setdefault(one.site, []).append(one)
    return found


def _site_card(
    site: Site, said: Sequence[Observation], captures: Mapping[str, Capture], pictures: Sequence[Capture]
) -> SiteCard:
    past = past_of(said, captures, pictures)
    return SiteCard(
        id=site.id,
        name=site.name,
        name_local=site.name_local,
        category=site.category,
        lonlat=site.position.lonlat if site.position else None,
        precision_m=site.position.precision_m if site.position else None,
        state=past.now.state,
        captures=len(pictures),
        targets=len(site.targets),
        note=site.note,
        past=past,
    )


# -- one site ------------------------------------------------------------------------------------------------


def compare(
    project: Project, site_id: str, *, reader: str | None = None, language: Language = "en"
) -> ComparePage:
    """Everything that the comparison of one site shows, or shows to `reader`, from one state of the record.

    Where `reader` may yet give a second reading, what others said of that target in that capture is left out:
    its state, their marks of it, and what follows from it for the findings. `language` is that of dates.

    Raises
    ------
    UnknownName
        when there is no such site.
    """
    with project.record.snapshot(site_id):
        return _compare(project, site_id, reader, language)


def _compare(project: Project, site_id: str, reader: str | None, language: Language) -> ComparePage:
    site = project.site(site_id)
    hidden = hidden_from(project, reader, site.id) if reader is not None else frozenset()
    said = [one for one in project.statements(site=site.id) if place_of(one) not in hidden]
    offsets = {offset.capture: offset for offset in project.offsets(site=site.id)}
    on_map = covering(project, site)
    shown = {capture.id for capture in on_map}
    tied = sorted(
        (row.value for row in project.record.rows(Capture, site=site.id)), key=lambda one: one.date_order
    )
    apart = [capture for capture in tied if capture.withdrawn is None and capture.id not in shown]
    rows = project.record.rows(Annotation, site=site.id)
    clips = {one.id: one for one in apart if one.frames}
    limits = project.limits()
    return ComparePage(
        site=site,
        captures=tuple(
            _capture_card(capture, site, limits, said, offsets, reader, language) for capture in on_map
        ),
        stills=tuple(
            _capture_card(capture, site, limits, said, offsets, reader, language) for capture in apart
        ),
        marks=tuple(
            MarkCard(row.value, row.version, _frame(row.value, clips))
            for row in rows
            if not row.value.deleted and not _is_hidden(row.value, hidden, reader)
        ),
        findings=evidence.findings(project, site=site.id, without=hidden),
        synthetic=any(capture.synthetic for capture in (*on_map, *apart)),
        grid=site_grid_of(project, site, on_map) if site.position else None,
        space=space_of([one for one in apart if one.georeference is Georeference.NONE]),
        changes=placed_changes(site, project.record.scores(site.id), on_map),
    )


def _frame(mark: Annotation, clips: Mapping[str, Capture]) -> int:
    clip = clips.get(mark.capture)
    return frame_of(clip, mark) if clip else 0


def _is_hidden(mark: Annotation, hidden: Collection[Place], reader: str | None) -> bool:
    """Whether the mark is somebody else's, of a target that `reader` reads a second time."""
    return place_of(mark) in hidden and person(mark.author) != person(reader or "")


def _capture_card(
    capture: Capture,
    site: Site,
    limits: Mapping[TargetClass, Limits],
    said: Iterable[Observation],
    offsets: Mapping[str, Offset],
    reader: str | None,
    language: Language,
) -> CaptureCard:
    span = capture.acquired
    here = [one for one in said if one.capture == capture.id]
    return CaptureCard(
        id=capture.id,
        file=capture.file,
        label=format_span(span, language),
        local=local_words(capture, site, language),
        basis=basis_words(span.basis, language),
        earliest=span.earliest,
        latest=span.latest,
        provider=capture.provider,
        kind=capture.kind.value,
        gsd_m=capture.gsd_m,
        credit=capture.credit,
        synthetic=capture.synthetic,
        aligned=_aligned(capture, offsets, language),
        states=_states(here),
        warnings=capture.warnings,
        readings={
            one.id: reading(one.kind, limits[one.kind], capture.gsd_m, capture.off_nadir_deg, language)
            for one in site.targets
        },
        mine={one.target: str(one.state) for one in here if reader and person(one.author) == person(reader)},
        offset=offsets.get(capture.id),
        placed=control_words(capture.control, language),
        frames=tuple(timecode(one.at_s) for one in capture.frames),
        keys=tuple(one.key for one in stills_of([capture])),
        optics=optics(capture, site.position.lonlat if site.position else None),
    )


def _aligned(capture: Capture, offsets: Mapping[str, Offset], language: Language) -> str:
    if capture.georeference is Georeference.NONE or capture.crs is None:
        return view_words(capture.view, language) if capture.view else say("not georeferenced", language)
    offset = offsets.get(capture.id)
    if any(one.reference == capture.id for one in offsets.values()):
        return say("alignment reference", language)
    if offset is None:
        return say("not aligned", language)
    if not offset.applied:
        words = say("not aligned", language)
        return f"{words} ({offset.reason})" if offset.reason else words
    east, north = f"{offset.dx_m:+.1f}", f"{offset.dy_m:+.1f}"
    return say("aligned by {east} m E, {north} m N", language, east=east, north=north)


def _states(said: Iterable[Observation]) -> dict[str, str]:
    found: dict[str, set[State]] = {}
    for one in said:
        found.setdefault(one.target, set()).add(one.state)
    return {target: joint_state(states) for target, states in found.items()}


def finding_words(one: Finding, language: Language = "en") -> str:
    """What a finding says of its target: ``appeared late 2021 or early 2022``, ``not seen as of 4 May
    2019``.
    """
    phrase = evidence.phrase_in(one, language)
    if not one.seen:
        return phrase
    event = say(one.event.value, language)
    if one.after is None and one.by is None:
        return say("{event}, date unknown", language, event=event)
    return say("{event} {phrase}", language, event=event, phrase=phrase)


def finding_rows(
    findings: Iterable[Finding],
    names: Mapping[str, str],
    labels: Mapping[str, str],
    language: Language = "en",
) -> list[dict[str, Any]]:
    """Rows of a table of findings: words for people, days as ``2021-05-30``, ``open`` where nothing bounds.

    `doubts` are words on what weakens the row; `note_lines` has the sentences.
    """
    return [
        {
            "site": names.get(one.site, one.site),
            "target": one.target,
            "finding": finding_words(one, language),
            "doubts": ", ".join(say(doubt.value, language) for doubt in one.doubts),
            "after": bound_words(one.after, language),
            "by": bound_words(one.by, language),
            "witnesses": " / ".join(labels.get(capture, capture) for capture in one.witnesses),
            "source": say(one.source, language),
            "synthetic": one.synthetic,
            "id": one.site,
        }
        for one in findings
    ]


def bound_words(day: date | None, language: Language = "en") -> str:
    """A bound of a date as ``2021-05-30``, ``open`` where there is none."""
    return day.isoformat() if day else say(OPEN, language)


def note_lines(
    findings: Iterable[Finding], names: Mapping[str, str], told: Callable[[str], str] = str
) -> list[str]:
    """What does not fit or bounds nothing, a sentence a line, with the site and target that it is about; each once.

    `told` says what is the program's own in the reader's language.
    """
    lines = (
        f"{names.get(one.site, one.site)}, {one.target or told('the place')}: {told(sentence)}"
        for one in findings
        for sentence in (*one.contradictions, *one.remarks)
    )
    return list(dict.fromkeys(lines))
