"""Rows about the work: how captures were aligned, and what to look at first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import TYPE_CHECKING, Any, TypeVar

from workflow.chips import covering_each
from workflow.interpretability import Legible, Limits, reading
from workflow.model import Capture, Observation, Offset, Site, Target
from workflow.store import ScoreEntry

if TYPE_CHECKING:
    from workflow.project import Project

__all__ = ["offsets", "priority", "queue"]

Row = dict[str, Any]

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


def queue(project: Project, site: str | None = None) -> list[Row]:
    """One row for every neighbouring pair of every target, the most urgent first; what is decided comes last.

    A row: site, target, before, after (capture ids), score (0 to 1, or None with the reason), scorer,
    priority (see `priority`), reason, decided (both ends have a decisive state of the target), days,
    synthetic (either picture is rendered).
    Neighbours are those among the georeferenced captures over a site, and those among all its pictures where
    one has no georeference. Undated pictures have no neighbours.
    """
    captures, limits = project.captures(), project.limits()
    places = project.sites() if site is None else (project.site(site),)
    tied, over = _tied(captures), covering_each(places, captures)
    said, scores = _by_site(project.statements(site=site)), _by_site(project.record.scores(site))
    rows: list[tuple[tuple[Any, ...], Row]] = []
    for place in places:
        pairs = _pairs(over[place.id], tied.get(place.id, ()), scores.get(place.id, ()))
        decided = _decided(said.get(place.id, ()))
        for target in place.targets:
            for pair in pairs:
                row = _queue_row(
                    place, target, limits[target.kind], pair, decided.get(target.id, frozenset())
                )
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


def _queue_row(site: Site, target: Target, limits: Limits, pair: _Pair, decided: frozenset[str]) -> Row:
    ends = (pair.before.id in decided) + (pair.after.id in decided)
    coarse = _coarseness(target, limits, pair)
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


def _coarseness(target: Target, limits: Limits, pair: _Pair) -> str:
    """Why neither picture can show a target of that class, empty where one can or it is not known."""
    ends = (pair.before, pair.after)
    if any(
        reading(target.kind, limits, one.gsd_m, one.off_nadir_deg).level is not Legible.TOO_COARSE
        for one in ends
    ):
        return ""
    return f"both too coarse for the class {target.kind} ({limits.detect.gsd_m:g} m)"


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


def _pairs(over: Iterable[Capture], tied: Sequence[Capture], entries: Iterable[ScoreEntry]) -> list[_Pair]:
    """Neighbours among the georeferenced captures, then those of the whole series that one without it is part
    of.
    """
    series = [capture for capture in over if capture.is_dated]
    scores = _best_scores(entries)
    pairs = [_scored(before, after, scores.get((before.id, after.id))) for before, after in pairwise(series)]
    whole = sorted((*series, *(one for one in tied if one.is_dated)), key=lambda one: one.date_order)
    for before, after in pairwise(whole):
        without = [one.file for one in (before, after) if not one.is_georeferenced]
        if without:
            verb = "has" if len(without) == 1 else "have"
            pairs.append(_Pair(before, after, None, None, f"{' and '.join(without)} {verb} no georeference"))
    return pairs


def _scored(before: Capture, after: Capture, entry: ScoreEntry | None) -> _Pair:
    if entry is None:
        return _Pair(before, after, None, None, "not scored yet: run 'sitetrack track'")
    reason = entry.reason or ("no reason given" if entry.value is None else "")
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
