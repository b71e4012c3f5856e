"""Rows about the work: how captures were aligned, and what to look at first."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING, Any, TypeVar

from workflow.chips import covering_each
from workflow.findings import joint_state
from workflow.interpretability import Legible, Limits, reading
from workflow.model import Capture, DateSpan, Observation, Offset, Site, State, Target, TargetClass
from workflow.readings import Place, person, place_of
from workflow.readmodels.reviews import hidden_from
from workflow.store import ScoreEntry
from workflow.timespan import Language
from workflow.words import say

if TYPE_CHECKING:
    from workflow.project import Project

__all__ = [
    "SCOPES",
    "Picture",
    "QueuePage",
    "QueuePair",
    "in_scope",
    "offsets",
    "order_of",
    "priority",
    "queue",
    "queue_page",
    "site_order",
]

Row = dict[str, Any]
SCOPES = ("mine", "all", "unassigned")
"""Whose sites a queue has."""

# a pair without a score comes after those that changed clearly, before those that hardly changed
_UNSCORED = 0.25
# what one end that is decided already leaves to find out
_HALF_DECIDED = 0.6
# what is left of a pair's urgency when neither picture can show a target of that class
_TOO_COARSE = 0.1
_YEAR_DAYS = 365.0


def offsets(project: Project, site: str | None = None) -> list[Row]:
    """One row an offset: site, capture, reference, dx_m (east), dy_m (north), quality, applied, reason, synthetic.

    Sites in their order, captures in date order.
    """
    captures = {capture.id: number for number, capture in enumerate(project.captures())}
    places = {one.id: number for number, one in enumerate(project.sites())}
    known = project.offsets(site=site)
    ordered = sorted(
        known, key=lambda one: (places.get(one.site, len(places)), captures.get(one.capture, len(captures)))
    )
    rendered = {capture.id for capture in project.captures() if capture.synthetic}
    return [_offset_row(one, one.capture in rendered) for one in ordered]


def _offset_row(offset: Offset, synthetic: bool) -> Row:
    return {
        "site": offset.site,
        "capture": offset.capture,
        "reference": offset.reference,
        "dx_m": offset.dx_m,
        "dy_m": offset.dy_m,
        "quality": offset.quality,
        "applied": offset.applied,
        "reason": offset.reason,
        "synthetic": synthetic,
    }


@dataclass(frozen=True, slots=True)
class _Pair:
    """Two neighbouring captures of a site, the score of the change, and days between them."""

    before: Capture
    after: Capture
    score: float | None
    scorer: str | None
    reason: str

    @property
    def days(self) -> int:
        """Days from the earlier picture to the later."""
        return max((_day(self.after) - _day(self.before)).days, 0)


def queue(
    project: Project,
    site: str | None = None,
    *,
    without: Collection[Place] = frozenset(),
    language: Language = "en",
) -> list[Row]:
    """One row for every neighbouring pair of every target, the most urgent first; what is decided comes last.

    A row: site, target, before, after (capture ids), score (0 to 1, or None with the reason), scorer,
    priority (see `priority`), reason, decided (both ends have a decisive state of the target), days,
    synthetic (either picture is rendered).
    Neighbours are those among the georeferenced captures over a site, and those among all its pictures where
    one has no georeference. Undated pictures have no neighbours. What was said of a place in `without` is left out.
    Reasons are in `language`; those that a scorer gave are as it gave them.
    """
    captures, limits = project.captures(), project.limits()
    places = project.sites() if site is None else (project.site(site),)
    tied, over = _tied(captures), covering_each(places, captures)
    said = _by_site(one for one in project.statements(site=site) if place_of(one) not in without)
    scores = _by_site(project.record.scores(site))
    rows: list[tuple[tuple[Any, ...], Row]] = []

    @cache
    def is_too_coarse(kind: TargetClass, gsd_m: float | None, off_nadir_deg: float | None) -> bool:
        return reading(kind, limits[kind], gsd_m, off_nadir_deg).level is Legible.TOO_COARSE

    for place in places:
        pairs = _pairs(over[place.id], tied.get(place.id, ()), scores.get(place.id, ()), language)
        decided = _decided(said.get(place.id, ()))
        for target in place.targets:
            for pair in pairs:
                ends = (pair.before, pair.after)
                is_coarse = all(is_too_coarse(target.kind, one.gsd_m, one.off_nadir_deg) for one in ends)
                coarse = _coarseness(target, limits[target.kind], language) if is_coarse else ""
                row = _queue_row(place, target, coarse, pair, decided.get(target.id, frozenset()))
                rows.append(
                    ((row["decided"], -row["priority"], place.id, target.id, pair.before.date_order), row)
                )
    return [row for _, row in sorted(rows, key=lambda one: one[0])]


def priority(score: float | None, days: int, decided_ends: int, readable: bool = True) -> float:
    """How urgent a pair is, 0 to 1: score x what is left to decide x weight of the gap.

    An unscored pair counts as 0.25. What is left is 1 with no end decided, 0.6 with one, 0 with both. The
    weight grows with the days between the captures from 0.5 towards 1, 0.75 at a year: the longer the gap,
    the more an event in it leaves open. A pair of which neither picture is `readable`, fine enough to show the
    target at all, keeps a tenth.
    """
    left = (1.0, _HALF_DECIDED, 0.0)[min(decided_ends, 2)] * (1.0 if readable else _TOO_COARSE)
    weight = 0.5 + 0.5 * days / (days + _YEAR_DAYS)
    return round((_UNSCORED if score is None else score) * left * weight, 4)


# -- as a page shows it --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Picture:
    """One of the two pictures of a pair. `state` is what was said of the target there, None where nothing was."""

    capture: str
    file: str
    span: DateSpan
    state: str | None
    synthetic: bool
    is_mapped: bool


@dataclass(frozen=True, slots=True)
class QueuePair:
    """A row of `queue` with what it looks like."""

    site: str
    target: str
    target_name: str
    before: Picture
    after: Picture
    score: float | None
    priority: float
    reason: str
    decided: bool
    days: int


@dataclass(frozen=True, slots=True)
class QueuePage:
    """All pairs, the most urgent first, and the sites that they are of."""

    pairs: tuple[QueuePair, ...]
    sites: Mapping[str, Site]
    captures: int


def queue_page(
    project: Project, without: Collection[Place] = frozenset(), language: Language = "en"
) -> QueuePage:
    """What the queue shows, from one state of the record; see `queue`."""
    with project.record.snapshot():
        rows = queue(project, without=without, language=language)
        captures = {one.id: one for one in project.captures()}
        said: dict[Place, set[State]] = {}
        for one in project.statements():
            if place_of(one) not in without:
                said.setdefault(place_of(one), set()).add(one.state)
        sites = {one.id: one for one in project.sites()}
    names = {(site.id, one.id): one.name or one.id for site in sites.values() for one in site.targets}

    def picture(row: Row, end: str) -> Picture:
        capture, states = captures[row[end]], said.get((row["site"], row["target"], row[end]))
        return Picture(
            capture=capture.id,
            file=capture.file,
            span=capture.acquired,
            state=joint_state(states) if states else None,
            synthetic=capture.synthetic,
            is_mapped=capture.is_georeferenced,
        )

    pairs = tuple(
        QueuePair(
            site=row["site"],
            target=row["target"],
            target_name=names[row["site"], row["target"]],
            before=picture(row, "before"),
            after=picture(row, "after"),
            score=row["score"],
            priority=row["priority"],
            reason=row["reason"],
            decided=row["decided"],
            days=row["days"],
        )
        for row in rows
    )
    return QueuePage(pairs, sites, len(captures))


def in_scope(site: Site, who: str, scope: str) -> bool:
    """Whether the site is in the queue of `who` in one of `SCOPES`."""
    if scope == "mine":
        return person(who) in map(person, site.assigned)
    return scope == "all" or not site.assigned


def site_order(project: Project, who: str, scope: str) -> list[str]:
    """Ids of the sites of a scope that have a pair of pictures: by their most urgent pair, those decided last."""
    with project.record.snapshot():
        return order_of(queue_page(project, hidden_from(project, who)), who, scope)


def order_of(page: QueuePage, who: str, scope: str) -> list[str]:
    """`site_order` of a page that the caller has."""
    wanted = {one.id for one in page.sites.values() if in_scope(one, who, scope)}
    return list(dict.fromkeys(pair.site for pair in page.pairs if pair.site in wanted))


# -- rows ----------------------------------------------------------------------------------------------------


def _queue_row(site: Site, target: Target, coarse: str, pair: _Pair, decided: frozenset[str]) -> Row:
    ends = (pair.before.id in decided) + (pair.after.id in decided)
    return {
        "site": site.id,
        "target": target.id,
        "before": pair.before.id,
        "after": pair.after.id,
        "score": pair.score,
        "scorer": pair.scorer,
        "priority": priority(pair.score, pair.days, ends, readable=not coarse),
        "reason": "; ".join(part for part in (pair.reason, coarse) if part),
        "decided": ends == 2,
        "days": pair.days,
        "synthetic": pair.before.synthetic or pair.after.synthetic,
    }


def _coarseness(target: Target, limits: Limits, language: Language) -> str:
    """Why neither picture can show a target of that class."""
    return say(
        "both too coarse for the class {kind} ({metres} m)",
        language,
        kind=say(target.kind, language),
        metres=f"{limits.detect.gsd_m:g}",
    )


def _tied(captures: Iterable[Capture]) -> Mapping[str, tuple[Capture, ...]]:
    """Pictures without georeference by the site they are tied to."""
    found: dict[str, list[Capture]] = {}
    for capture in captures:
        if capture.site is not None and not capture.is_georeferenced:
            found.setdefault(capture.site, []).append(capture)
    return {site: tuple(items) for site, items in found.items()}


S = TypeVar("S", Observation, ScoreEntry)


def _by_site(some: Iterable[S]) -> dict[str, list[S]]:
    found: dict[str, list[S]] = {}
    for one in some:
        found.setdefault(one.site, []).append(one)
    return found


def _pairs(
    over: Iterable[Capture], tied: Sequence[Capture], entries: Iterable[ScoreEntry], language: Language
) -> list[_Pair]:
    """Neighbours among the georeferenced captures, then those of the whole series that one without it is part
    of.
    """
    series = [capture for capture in over if capture.is_dated]
    scores = _best_scores(entries)
    pairs = [
        _scored(before, after, scores.get((before.id, after.id)), language)
        for before, after in pairwise(series)
    ]
    whole = sorted((*series, *(one for one in tied if one.is_dated)), key=lambda one: one.date_order)
    for before, after in pairwise(whole):
        without = [one.file for one in (before, after) if not one.is_georeferenced]
        if without:
            pairs.append(_Pair(before, after, None, None, _unmapped(without, language)))
    return pairs


def _unmapped(files: Sequence[str], language: Language) -> str:
    if len(files) == 1:
        return say("{file} has no georeference", language, file=files[0])
    return say("{file} and {other} have no georeference", language, file=files[0], other=files[1])


def _scored(before: Capture, after: Capture, entry: ScoreEntry | None, language: Language) -> _Pair:
    if entry is None:
        return _Pair(before, after, None, None, say("not scored yet: run 'sitetrack track'", language))
    reason = entry.reason or (say("no reason given", language) if entry.value is None else "")
    return _Pair(before, after, entry.value, entry.scorer, reason)


def _best_scores(entries: Iterable[ScoreEntry]) -> dict[tuple[str, str], ScoreEntry]:
    """Of each pair the highest score of any scorer; one without a value only where there is no other."""
    best: dict[tuple[str, str], ScoreEntry] = {}
    for entry in entries:
        pair = entry.before, entry.after
        held = best.get(pair)
        if held is None or (entry.value is not None and (held.value is None or entry.value > held.value)):
            best[pair] = entry
    return best


def _decided(observations: Iterable[Observation]) -> dict[str, frozenset[str]]:
    """By target, the captures on which somebody stated that it is there or not."""
    found: dict[str, set[str]] = {}
    for one in observations:
        if one.state.decisive:
            found.setdefault(one.target, set()).add(one.capture)
    return {target: frozenset(captures) for target, captures in found.items()}


def _day(capture: Capture) -> date:
    day = capture.acquired.earliest or capture.acquired.latest
    if day is None:
        raise ValueError(f"capture {capture.id} is not dated")
    return day
