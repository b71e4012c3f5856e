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
from workflow.readmodels.scores import best_scores
from workflow.store import ScoreEntry
from workflow.timespan import Language
from workflow.urgency import Urgency, looking
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
    "queue",
    "queue_page",
    "site_order",
]

Row = dict[str, Any]
# a picture that shows less of the site is named
_LITTLE = 0.5
SCOPES = ("mine", "all", "unassigned")
"""Whose sites a queue has."""


def offsets(project: Project, site: str | None = None) -> list[Row]:
    """One row an offset: site, capture, reference, dx_m (east), dy_m (north), error_m, quality, applied,
    method, reason, synthetic.

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
        "error_m": offset.error_m,
        "quality": offset.quality,
        "applied": offset.applied,
        "method": offset.method,
        "reason": offset.reason,
        "synthetic": synthetic,
    }


class _Series:
    """Dated captures in order, with their days and their places by id."""

    def __init__(self, captures: Sequence[Capture]) -> None:
        self.captures = captures
        self.days = [_day(one) for one in captures]
        self.number = {one.id: number for number, one in enumerate(captures)}


@dataclass(frozen=True, slots=True)
class _Pair:
    """Neighbours of a series, the score of the change, and days between them; `number` is the earlier one's."""

    series: _Series
    number: int
    score: float | None
    scorer: str | None
    reason: str
    at: tuple[float, float] | None = None

    @property
    def before(self) -> Capture:
        """The earlier picture."""
        return self.series.captures[self.number]

    @property
    def after(self) -> Capture:
        """The later picture."""
        return self.series.captures[self.number + 1]

    @property
    def days(self) -> int:
        """Days from the earlier picture to the later."""
        return max((self.series.days[self.number + 1] - self.series.days[self.number]).days, 0)


def queue(
    project: Project,
    site: str | None = None,
    *,
    without: Collection[Place] = frozenset(),
    language: Language = "en",
    today: date | None = None,
) -> list[Row]:
    """One row for every neighbouring pair of every target, the most urgent first; what is decided comes last.

    A row: site, target, before, after (capture ids), score (0 to 1, or None with the reason), scorer,
    priority (change x narrows x age, see `workflow.urgency`), change, narrows, age, gain_days, reason, east_m and
    north_m (where the likeliest change is, from the middle of the site's grid, or None), why (a sentence), decided
    (both ends have a decisive state of the target), days, synthetic (either picture is rendered).
    Neighbours are those among the georeferenced captures over a site, and those among all its pictures where
    one has no georeference. Undated pictures have no neighbours. What was said of a place in `without` is left out.
    Reasons are in `language`; those that a scorer gave are as it gave them. `today` is the day that ages count to.
    """
    captures, limits = project.captures(), project.limits()
    places = project.sites() if site is None else (project.site(site),)
    tied, over = _tied(captures), covering_each(places, captures)
    said = _by_site(one for one in project.statements(site=site) if place_of(one) not in without)
    scores = _by_site(project.record.scores(site))
    shares = {(one.site, one.capture): one.share for one in project.record.chips(site)}
    now = today or date.today()  # noqa: DTZ011  the analyst's own day
    rows: list[tuple[tuple[Any, ...], Row]] = []

    @cache
    def is_too_coarse(kind: TargetClass, gsd_m: float | None, off_nadir_deg: float | None) -> bool:
        return reading(kind, limits[kind], gsd_m, off_nadir_deg).level is Legible.TOO_COARSE

    for place in places:
        decided = _decided(said.get(place.id, ()))
        series = _series(over[place.id], tied.get(place.id, ()))
        entries = scores.get(place.id, ())
        for target in place.targets:
            best = best_scores(entries, target.kind)
            known = decided.get(target.id, {})
            for pair in _pairs(series, best, language):
                ends = (pair.before, pair.after)
                is_coarse = all(is_too_coarse(target.kind, one.gsd_m, one.off_nadir_deg) for one in ends)
                coarse = _coarseness(target, limits[target.kind], language) if is_coarse else ""
                little = [_cover(one, shares.get((place.id, one.id), 1.0), language) for one in ends]
                row = _queue_row(place, target, coarse, little, pair, known, now, language)
                rows.append(
                    ((row["decided"], -row["priority"], place.id, target.id, pair.before.date_order), row)
                )
    return [row for _, row in sorted(rows, key=lambda one: one[0])]


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
    """A row of `queue` with what it looks like. `at` is metres east and north of the middle of the site's grid."""

    site: str
    target: str
    target_name: str
    before: Picture
    after: Picture
    score: float | None
    priority: float
    reason: str
    at: tuple[float, float] | None
    why: str
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
            at=None if row["east_m"] is None else (row["east_m"], row["north_m"]),
            why=row["why"],
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


def _queue_row(
    site: Site,
    target: Target,
    coarse: str,
    little: Sequence[str],
    pair: _Pair,
    known: Mapping[str, State | None],
    now: date,
    language: Language,
) -> Row:
    places = pair.series.number
    states = {places[capture]: state for capture, state in known.items() if capture in places}
    gain = looking(pair.series.days, states, pair.number)
    east_m, north_m = pair.at or (None, None)
    urgency = Urgency(pair.score, gain, (now - pair.series.days[pair.number + 1]).days, not coarse)
    return {
        "site": site.id,
        "target": target.id,
        "before": pair.before.id,
        "after": pair.after.id,
        "score": pair.score,
        "scorer": pair.scorer,
        "priority": urgency.priority,
        "change": urgency.change,
        "narrows": round(urgency.narrows, 4),
        "age": round(urgency.age, 4),
        "gain_days": round(gain.gain_days),
        "reason": "; ".join(part for part in (pair.reason, *little, coarse) if part),
        "east_m": east_m,
        "north_m": north_m,
        "why": _why(urgency, language),
        "decided": pair.before.id in known and pair.after.id in known,
        "days": pair.days,
        "synthetic": pair.before.synthetic or pair.after.synthetic,
    }


def _why(urgency: Urgency, language: Language) -> str:
    """The parts of a priority in words."""
    words = (
        say("change {score}", language, score=f"{urgency.change:.2f}")
        if urgency.score is not None
        else say("not scored, counted as {score}", language, score=f"{urgency.change:.2f}"),
        _narrowing(urgency, language) + f" ({urgency.narrows:.2f})",
        say("waiting {days} days ({age})", language, days=max(urgency.age_days, 0), age=f"{urgency.age:.2f}"),
    )
    return " × ".join(words)


def _narrowing(urgency: Urgency, language: Language) -> str:
    gain = urgency.looking
    if not gain.gain_days:
        return say("narrows nothing", language)
    days = round(gain.gain_days)
    if not urgency.is_readable:
        return say("narrows by {days} days, but neither picture can show it", language, days=days)
    if gain.is_same:
        return say("narrows by {days} days, but the same on both sides", language, days=days)
    return say("narrows by {days} days", language, days=days)


def _coarseness(target: Target, limits: Limits, language: Language) -> str:
    """Why neither picture can show a target of that class."""
    return say(
        "both too coarse for the class {kind} ({metres} m)",
        language,
        kind=say(target.kind, language),
        metres=f"{limits.detect.gsd_m:g}",
    )


def _cover(capture: Capture, share: float, language: Language) -> str:
    """That a picture shows little of the site; empty where it shows half of it or more."""
    if share >= _LITTLE:
        return ""
    return say("{file} shows {share} % of the site", language, file=capture.file, share=f"{100 * share:.0f}")


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


def _series(over: Iterable[Capture], tied: Sequence[Capture]) -> tuple[_Series, _Series]:
    """The dated georeferenced captures over a site, and with them the pictures that are tied to it."""
    mapped = [capture for capture in over if capture.is_dated]
    whole = sorted((*mapped, *(one for one in tied if one.is_dated)), key=lambda one: one.date_order)
    return _Series(mapped), _Series(whole)


def _pairs(
    series: tuple[_Series, _Series],
    scores: Mapping[tuple[str, str], ScoreEntry],
    language: Language,
) -> list[_Pair]:
    """Neighbours among the georeferenced captures, then those of the whole series that one without it is part
    of.
    """
    mapped, whole = series
    pairs = [
        _scored(mapped, number, scores.get((before.id, after.id)), language)
        for number, (before, after) in enumerate(pairwise(mapped.captures))
    ]
    for number, (before, after) in enumerate(pairwise(whole.captures)):
        without = [one.file for one in (before, after) if not one.is_georeferenced]
        if without:
            pairs.append(_Pair(whole, number, None, None, _unmapped(without, language)))
    return pairs


def _unmapped(files: Sequence[str], language: Language) -> str:
    if len(files) == 1:
        return say("{file} has no georeference", language, file=files[0])
    return say("{file} and {other} have no georeference", language, file=files[0], other=files[1])


def _scored(series: _Series, number: int, entry: ScoreEntry | None, language: Language) -> _Pair:
    if entry is None:
        return _Pair(series, number, None, None, say("not scored yet: run 'sitetrack track'", language))
    reason = entry.reason or (say("no reason given", language) if entry.value is None else "")
    return _Pair(series, number, entry.value, entry.scorer, reason, entry.at)


def _decided(observations: Iterable[Observation]) -> dict[str, dict[str, State | None]]:
    """By target, what was stated of it on each capture, whether it is there or not; None where both were."""
    found: dict[str, dict[str, State | None]] = {}
    for one in observations:
        if one.state.decisive:
            states = found.setdefault(one.target, {})
            states[one.capture] = one.state if states.get(one.capture, one.state) is one.state else None
    return found


def _day(capture: Capture) -> date:
    day = capture.acquired.earliest or capture.acquired.latest
    if day is None:
        raise ValueError(f"capture {capture.id} is not dated")
    return day
