"""The plan of one site: what has to be cut, aligned and scored, and what stands already.

A plan is a generator: it yields calls on pixels and is sent their results, so that it neither knows nor cares
where they run. It reads the record and writes nothing; what it returns is for the caller to store.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

from workflow import chips, compare
from workflow.chips import Cut, digest
from workflow.codec import encode
from workflow.grid import SiteGrid
from workflow.model import Capture, LonLat, Offset, Score, Site
from workflow.pipeline import alignment
from workflow.pipeline.alignment import Look
from workflow.pipeline.circumstances import facts_of
from workflow.scoring.base import AnyScorer, Facts, Scorer, SeriesScorer, fitness
from workflow.store import ChipEntry, ScoreEntry, Versioned

if TYPE_CHECKING:
    from workflow.project import Project

__all__ = ["Call", "Failed", "Result", "SiteReport", "Steps", "site_steps", "state_name", "state_text"]

Call = tuple[Callable[..., Any], tuple[Any, ...]]

_WELL_COVERED = 0.9
# captures whose pixel is at most this many times the finest one's may be the reference
_ABOUT_AS_FINE = 1.25
_PLAN_VERSION = "2"


@dataclass(frozen=True, slots=True)
class SiteReport:
    """What a run did at a site: chips cut, offsets estimated, pairs scored; `unchanged` when there was
    nothing to do.
    """

    site: str
    chips: int = 0
    aligned: int = 0
    scored: int = 0
    unchanged: bool = False


@dataclass(frozen=True, slots=True)
class Failed:
    """A call that could not be done, as a sentence."""

    sentence: str


@dataclass(slots=True)
class Result:
    """What is to be stored of a site. `known` are the offsets that the record had, `keep` the chip files in
    use.

    `report` alone says that nothing is to be stored when it is `unchanged`. `fingerprint` is empty where
    something could not be done, so that the next run tries again.
    """

    site: str
    known: dict[str, Versioned[Offset]]
    offsets: list[Offset] = field(default_factory=list)
    chips: list[ChipEntry] = field(default_factory=list)
    scores: list[ScoreEntry] = field(default_factory=list)
    align_keys: dict[str, str] = field(default_factory=dict)
    keep: set[str] = field(default_factory=set)
    place: list[float] = field(default_factory=list)
    fingerprint: str = ""
    problems: list[str] = field(default_factory=list)
    report: SiteReport | None = None

    @property
    def changed(self) -> list[tuple[Offset, int]]:
        """Offsets that differ from the record's, each with the version it was read at (0: new)."""
        versions = [(one, self.known.get(one.capture)) for one in self.offsets]
        return [(one, row.version if row else 0) for one, row in versions if row is None or row.value != one]


Steps = Generator[list[Call], list[Any], Result]


def state_name(site: str) -> str:
    """Name under which the record's settings keep the state of a site's tracking."""
    return f"track.{site}"


def state_text(result: Result) -> str:
    """What is kept there: the fingerprint, and what each offset follows from."""
    return json.dumps({"fingerprint": result.fingerprint, "place": result.place, "align": result.align_keys})


def _read_state(text: str | None) -> dict[str, Any]:
    """The kept state; empty where there is none or it cannot be read, which only means more work."""
    try:
        state = json.loads(text or "{}")
    except ValueError:
        return {}
    return state if isinstance(state, dict) else {}


@dataclass(slots=True)
class _Plan:
    """A site, its captures and what the record knows of them."""

    project: Project
    site: Site
    centre: LonLat
    captures: tuple[Capture, ...]
    grid: SiteGrid
    known: dict[str, Versioned[Offset]]
    entries: dict[str, ChipEntry]
    state: dict[str, Any]
    scorers: tuple[AnyScorer, ...]
    elsewhere: Mapping[str, Sequence[Offset]]

    @property
    def place(self) -> list[float]:
        """Where the site is watched: another place needs another reference."""
        return [self.centre.lon, self.centre.lat, self.site.radius_m]

    def fingerprint(self, offsets: Iterable[Offset]) -> str:
        """Name of all that the site's results follow from."""
        return digest(
            [
                [_PLAN_VERSION, chips.READER_VERSION, compare.METHOD, alignment.QUALITY_BAR],
                [self.place, encode(self.grid)],
                [[one.id, chips.identity(one), one.gsd_m, one.date_order] for one in self.captures],
                sorted((encode(one) for one in offsets), key=lambda one: str(one["capture"])),
                [[one.name, one.version] for one in self.scorers],
                [self.facts(one).identity for one in self.captures],
            ]
        )

    def facts(self, capture: Capture) -> Facts:
        """What scorers are told of the capture's chip."""
        return facts_of(self.site, self.centre, capture, self.grid)

    def placed(self, offset: Offset) -> Offset:
        """The offset; where it could not be found here, what other sites say of the capture now."""
        was_told = offset.method == compare.MEDIAN_METHOD
        if not was_told and (offset.applied or offset.method != compare.METHOD):
            return offset
        told = [*self.elsewhere.get(offset.capture, ()), *self.elsewhere.get(offset.reference, ())]
        # what was told and is told no more does not stand
        return alignment.by_other_sites(offset, told) or replace(offset, applied=False)

    def cut(self, capture: Capture, offset: Offset | None = None) -> Cut:
        """The capture's chip on the site's grid."""
        return chips.plan(self.project, self.site, capture, self.grid, offset)


def _plan(
    project: Project, site: Site, scorers: tuple[AnyScorer, ...], elsewhere: Mapping[str, Sequence[Offset]]
) -> _Plan:
    captures = chips.covering(project, site)
    if site.position is None:
        raise ValueError(f"site {site.id} is not located")
    ids = {capture.id for capture in captures}
    return _Plan(
        project,
        site,
        site.position.lonlat,
        captures,
        chips.site_grid_of(project, site, captures),
        {
            row.value.capture: row
            for row in project.record.rows(Offset, site=site.id)
            if row.value.capture in ids
        },
        {entry.capture: entry for entry in project.record.chips(site.id)},
        _read_state(project.record.meta(state_name(site.id))),
        _fitting(site, scorers),
        elsewhere,
    )


def _fitting(site: Site, scorers: Iterable[AnyScorer]) -> tuple[AnyScorer, ...]:
    """The scorers that suit some target of the site."""
    kinds = {target.kind for target in site.targets}
    return tuple(one for one in scorers if any(fitness(one, kind) is not None for kind in kinds))


def site_steps(
    project: Project, site: Site, scorers: tuple[AnyScorer, ...], elsewhere: Mapping[str, Sequence[Offset]]
) -> Steps:
    """All that is to be done at a site, in four rounds: reference, offsets, chips, scores.

    `elsewhere` are offsets by capture (`alignment.told`): how a capture lies that cannot be laid on the reference here.
    """
    plan = _plan(project, site, scorers, elsewhere)
    result = Result(site.id, plan.known)
    known = [plan.placed(row.value) for row in plan.known.values()]
    if plan.state.get("fingerprint") == plan.fingerprint(known) and all(
        capture.id in plan.entries for capture in plan.captures
    ):
        result.report = SiteReport(site.id, unchanged=True)
        return result
    reference = yield from _reference(plan)
    aligned = 0
    if reference is not None:
        aligned = yield from _offsets(plan, reference, result)
    cut = yield from _chips(plan, result)
    scored = yield from _scores(plan, result)
    result.fingerprint = "" if result.problems else plan.fingerprint(result.offsets)
    result.place = plan.place
    result.keep.update(entry.file for entry in result.chips)
    idle = not (aligned or cut or scored or result.changed)
    result.report = SiteReport(site.id, cut, aligned, scored, idle)
    return result


def _reference(plan: _Plan) -> Generator[list[Call], list[Any], Capture | None]:
    """The capture on which the others are laid: the one before, else the sharpest that covers the site well."""
    by_id = {capture.id: capture for capture in plan.captures}
    named = Counter(row.value.reference for row in plan.known.values() if row.value.reference in by_id)
    if named and plan.state.get("place", plan.place) == plan.place:
        return by_id[min(named, key=lambda one: (-named[one], one))]
    # what was placed by hand lies on the others, which lie where their own coordinates say
    native = [one for one in plan.captures if one.control is None] or plan.captures
    finest = min((one.gsd_m for one in native if one.gsd_m is not None), default=None)
    fine = [one for one in native if finest is None or (one.gsd_m or finest) <= finest * _ABOUT_AS_FINE]
    looks = yield [(alignment.look, (plan.cut(one),)) for one in fine]
    seen: list[tuple[Capture, Look]] = []
    for capture, made in zip(fine, looks, strict=True):
        if isinstance(made, Look):
            seen.append((capture, made))
    covered = [one for one in seen if one[1].share > 0]
    well = [one for one in covered if one[1].share >= _WELL_COVERED]
    if well:
        return max(well, key=lambda one: one[1].sharpness)[0]
    return max(covered, key=lambda one: one[1].share)[0] if covered else None


def _offsets(plan: _Plan, reference: Capture, result: Result) -> Generator[list[Call], list[Any], int]:
    """Fill in the offsets of all captures; how many were estimated."""
    calls: list[Call] = []
    for capture in plan.captures:
        row = plan.known.get(capture.id)
        if capture.id == reference.id:
            result.offsets.append(alignment.reference_offset(plan.site.id, capture.id))
            continue
        fixed, moving = _pair(plan, reference, capture)
        key = digest([compare.METHOD, alignment.QUALITY_BAR, fixed.key, moving.key])
        result.keep.add(fixed.file)
        if row is not None and _is_kept(row.value, reference, plan.state, key) and _stands(plan, row.value):
            result.offsets.append(plan.placed(row.value))
            result.align_keys[capture.id] = key
            continue
        calls.append((alignment.align, (fixed, moving, moving.grid == plan.grid)))
        result.align_keys[capture.id] = key
    made = yield calls
    for (_, (_, moving, _)), offset in zip(calls, made, strict=True):
        if isinstance(offset, Failed):
            result.problems.append(f"Site {plan.site.id}: {offset.sentence}")
            del result.align_keys[moving.capture]
        else:
            result.offsets.append(plan.placed(offset))
    return sum(not isinstance(one, Failed) for one in made)


def _stands(plan: _Plan, offset: Offset) -> bool:
    """Whether other sites still say what they said."""
    return offset.method != compare.MEDIAN_METHOD or plan.placed(offset).applied


def _is_kept(offset: Offset, reference: Capture, state: dict[str, Any], key: str) -> bool:
    """Whether an offset still stands: nothing that it follows from has changed, or somebody set it by hand."""
    if not alignment.is_own(offset.method):
        return True
    return offset.reference == reference.id and state.get("align", {}).get(offset.capture) == key


def _pair(plan: _Plan, reference: Capture, moving: Capture) -> tuple[Cut, Cut]:
    """Cuts of both on the grid of their alignment, without offset."""
    grid = alignment.alignment_grid(plan.grid, plan.centre, plan.site.radius_m, reference, moving)
    return (
        chips.plan(plan.project, plan.site, reference, grid),
        chips.plan(plan.project, plan.site, moving, grid),
    )


def _chips(plan: _Plan, result: Result) -> Generator[list[Call], list[Any], int]:
    """Fill in the chips; how many were cut."""
    offsets = {offset.capture: offset for offset in result.offsets}
    calls: list[Call] = []
    for capture in plan.captures:
        cut = plan.cut(capture, offsets.get(capture.id))
        entry = plan.entries.get(capture.id)
        if entry is not None and entry.key == cut.key:  # whether or not it is still in the cache
            result.chips.append(entry)
        else:
            calls.append((alignment.covered_share, (cut,)))
    made = yield calls
    for (_, (cut,)), share in zip(calls, made, strict=True):
        if isinstance(share, Failed):
            result.problems.append(f"Site {plan.site.id}: {share.sentence}")
        else:
            result.chips.append(ChipEntry(plan.site.id, cut.capture, cut.key, cut.file, share))
    return sum(not isinstance(one, Failed) for one in made)


def _scores(plan: _Plan, result: Result) -> Generator[list[Call], list[Any], int]:
    """Fill in the scores of neighbouring pairs in date order; how many pairs were scored."""
    offsets = {offset.capture: offset for offset in result.offsets}
    there = {entry.capture for entry in result.chips}
    series = [one for one in plan.captures if one.id in there and one.is_dated]
    cuts = [plan.cut(one, offsets.get(one.id)) for one in series]
    facts = [plan.facts(one) for one in series]
    known = {
        (one.before, one.after, one.scorer, one.version, one.key)
        for one in plan.project.record.scores(plan.site.id)
    }
    calls: list[Call] = []
    pairs: list[list[_Pair]] = []
    for one in plan.scorers if len(cuts) > 1 else ():
        if isinstance(one, SeriesScorer):
            key = digest([[cut.key, about.identity] for cut, about in zip(cuts, facts, strict=True)])
            asked = [_Pair(before.capture, after.capture, key) for before, after in pairwise(cuts)]
            if any((*pair[:2], one.name, one.version, key) not in known for pair in asked):
                calls.append((alignment.score_series, (cuts, facts, one)))
                pairs.append(asked)
    alone = [one for one in plan.scorers if isinstance(one, Scorer)]
    for before, after in pairwise(cuts):
        key = digest([before.key, after.key])
        ids = (before.capture, after.capture)
        missing = tuple(one for one in alone if (*ids, one.name, one.version, key) not in known)
        if missing:
            calls.append((alignment.score, (before, after, missing)))
            pairs.append([_Pair(*ids, key)] * len(missing))
    made = yield calls
    scored: set[tuple[str, str]] = set()
    for asked, scores in zip(pairs, made, strict=True):
        if isinstance(scores, Failed):
            result.problems.append(f"Site {plan.site.id}: {scores.sentence}")
        else:
            scored.update((pair.before, pair.after) for pair in asked)
            result.scores.extend(_entry(plan.site.id, *both) for both in zip(asked, scores, strict=True))
    return len(scored)


class _Pair(NamedTuple):
    """Ids of two captures, and the name of all that their score follows from."""

    before: str
    after: str
    key: str


def _entry(site: str, pair: _Pair, score: Score) -> ScoreEntry:
    east, north = map(float, score.at) if score.at else (None, None)
    return ScoreEntry(site, *pair, score.scorer, score.version, score.value, score.reason, east, north)
