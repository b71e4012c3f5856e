"""How many targets there were: on each day at least and at the very most.

Two series. *appeared* counts targets that had ever appeared by the end of a day: a removal takes nothing away.
*standing* counts those that stood at its end: *certainly* between pictures of one stay, *possibly* from the first
day on which the target can have appeared to the last on which it can have stood. As findings do, it takes as few
stays as the captures allow.

After the last picture nothing is certain of what stands. *assumed* counts on that what appeared stays until a
picture or a publication shows it gone: an assumption, never a bound.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from workflow.model import Event, Finding, GrowthPoint, Site, Subset
from workflow.timespan import phrase

__all__ = [
    "APPEARED",
    "STANDING",
    "Certainty",
    "Key",
    "Stay",
    "appearances",
    "certainty",
    "change_days",
    "grouping",
    "growth",
    "in_subset",
    "stays",
]

APPEARED, STANDING = "appeared", "standing"
Key = tuple[str, str]
"""A target: ids of its site and of itself, "" for a statement on the whole place."""

_NEVER, _ALWAYS = 0, date.max.toordinal() + 1  # days are counted by their ordinals, which are 1 and more
_Days = tuple[int, int]  # first and last day, both included


class Certainty(StrEnum):
    """How a target counts on a day, the strongest first; each holds where those before it do."""

    CERTAINLY = "certainly"
    ASSUMED = "assumed"
    POSSIBLY = "possibly"


@dataclass(frozen=True, slots=True)
class Stay:
    """A time in which a target counts: what says that it arrived, and what, if anything, that it was removed.

    `until` is the last day on which it certainly still counts; None where there is no such day.
    """

    arrival: Finding
    removal: Finding | None = None
    until: date | None = None

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What it rests on."""
        return (self.arrival,) if self.removal is None else (self.arrival, self.removal)

    @property
    def published(self) -> bool:
        """Whether a publication is among what it rests on."""
        return any(_is_published(one) for one in self.findings)

    @property
    def synthetic(self) -> bool:
        """Whether rendered scenes are among what it rests on."""
        return any(one.synthetic for one in self.findings)

    def days(self, how: Certainty) -> _Days:
        """First and last day on which it counts so, as ordinals; none where they are not in that order."""
        by = self.arrival.by.toordinal() if self.arrival.by else _ALWAYS
        after = self.arrival.after.toordinal() if self.arrival.after else _NEVER
        removed_by = self.removal.by if self.removal else None
        last = removed_by.toordinal() - 1 if removed_by else _ALWAYS
        if how is Certainty.POSSIBLY:
            return after + 1, last
        if how is Certainty.ASSUMED:
            return by, last
        return by, min(last, self.until.toordinal() if self.until else _NEVER)

    def counts(self, how: Certainty, day: date) -> bool:
        """Whether it counts so at the end of `day`."""
        first, last = self.days(how)
        return first <= day.toordinal() <= last


# -- what counts ---------------------------------------------------------------------------------------------


def stays(findings: Iterable[Finding], series: str = APPEARED) -> dict[Key, tuple[Stay, ...]]:
    """What growth counts, by target in the order of their ids: one stay each that never ends for `APPEARED`,
    one or several for `STANDING`.

    The events of a target come in their order, as `workflow.findings` gives them. Each event rests on one
    source: imagery that bounds it, else what publications say, else imagery that does not bound it.
    """
    rows = [one for one in findings if one.seen]
    if series == APPEARED:
        return {(one.site, one.target): (Stay(one, until=date.max),) for one in appearances(rows)}
    told = _told(rows)
    return {key: tuple(_standing(told[key])) for key in _counted(told)}


def appearances(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """The one first appearance of every target that growth counts.

    Imagery that bounds it comes before a publication, and that before imagery that does not. Publications that
    say different days leave all days open from the first to the last of them. A statement on a whole place counts
    as one target where nothing is said of its targets.
    """
    told = _told(one for one in findings if one.seen and one.event is Event.APPEARED)
    return tuple(_first(told[key]) for key in _counted(told))


def _counted(told: Collection[Key]) -> list[Key]:
    known = {site for site, target in told if target}
    return sorted((site, target) for site, target in told if target or site not in known)


def _told(findings: Iterable[Finding]) -> dict[Key, list[Finding]]:
    told: dict[Key, list[Finding]] = {}
    for row in findings:
        told.setdefault((row.site, row.target), []).append(row)
    return told


def _first(told: Sequence[Finding]) -> Finding:
    """The first appearance of a target of which at least one event is told.

    What was published of a removal or a return alone says that it had appeared by then.
    """
    imagery = [one for one in told if not _is_published(one) and one.event is Event.APPEARED]
    bounded = [one for one in imagery if one.after or one.by]
    published = _published(told, Event.APPEARED)
    if bounded or published or imagery:
        return (bounded or [one for one in (published, *imagery) if one])[0]
    later = min(told, key=lambda one: (one.by or date.max, one.event, one.witnesses))
    return replace(later, event=Event.APPEARED, after=None, phrase=phrase(None, later.by))


def _is_published(row: Finding) -> bool:
    return row.source == "publication"


def _published(told: Iterable[Finding], event: Event) -> Finding | None:
    """One row for what publications say of one event: all days that any of them leaves open."""
    rows = sorted(
        (one for one in told if _is_published(one) and one.event is event),
        key=lambda one: (one.after or date.min, one.by or date.max, one.phrase, one.witnesses),
    )
    if len({(one.after, one.by) for one in rows}) < 2:
        return rows[0] if rows else None
    by = max(one.by or date.max for one in rows)
    after, last = rows[0].after, by if by < date.max else None
    sources = tuple(dict.fromkeys(source for one in rows for source in one.witnesses))
    return replace(rows[0], after=after, by=last, phrase=phrase(after, last), witnesses=sources)


def _standing(told: Sequence[Finding]) -> list[Stay]:
    """The stays of a target of which these events are told."""
    first, found = _first(told), list[Stay]()
    for one in [first] if _is_published(first) else [row for row in told if not _is_published(row)]:
        if one.event.arrives:
            found.append(_stay(one, None))
        else:
            found[-1] = _stay(found[-1].arrival, one)
    gone, back = _published(told, Event.REMOVED), _published(told, Event.REAPPEARED)
    last = found[-1]
    removals = [one.removal for one in found if one.removal]
    if gone and last.removal is None and _can_follow(gone, last.arrival, removals):
        found[-1] = last = _stay(last.arrival, gone)
    if back and last.removal and _can_follow(back, last.removal, [one.arrival for one in found[1:]]):
        found.append(_stay(replace(back, after=back.after or last.removal.after), None))
    return found


def _stay(arrival: Finding, removal: Finding | None) -> Stay:
    known = [day for day in (arrival.stood, removal.after if removal else None) if day]
    return Stay(arrival, removal, max(known, default=None))


def _can_follow(published: Finding, last: Finding, same: Iterable[Finding]) -> bool:
    """Whether what is published can be the event after `last`: the target was not seen as before later on, and it is
    none of the earlier events of its kind.
    """
    known = [day for day in (last.stood, last.after) if day]
    follows = published.by is None or not known or published.by > max(known)
    return follows and all(one.by and published.after and one.by <= published.after for one in same)


def in_subset(subset: Subset, sites: Iterable[Site]) -> Callable[[Key], bool]:
    """Whether a target of one of `sites` belongs to `subset`.

    Category and road are compared without regard to case. A statement on a whole place is of no class. The edge of
    the area belongs to it.
    """
    category, road = subset.category.casefold(), subset.road.casefold()
    inside = _inside(subset.area)
    kept: dict[str, Mapping[str, str]] = {
        site.id: {target.id: target.kind.value for target in site.targets}
        for site in sites
        if category in ("", site.category.casefold()) and road in ("", site.road.casefold()) and inside(site)
    }
    return lambda key: key[0] in kept and subset.kind in ("", kept[key[0]].get(key[1]))


def grouping(by: str, sites: Iterable[Site]) -> Callable[[Key], str]:
    """What a target is called in a division of all of them by ``category``, ``road`` or ``kind``; "" for none.

    Names that differ in case are one, the first of them.
    """
    names: dict[str, str] = {}
    called: dict[str, Mapping[str, str]] = {}
    for site in sites:
        own = {"category": site.category, "road": site.road, "kind": ""}[by]
        called[site.id] = {"": names.setdefault(own.casefold(), own)}
        if by == "kind":
            called[site.id] = {target.id: target.kind.value for target in site.targets}
    return lambda key: called[key[0]].get(key[1] if by == "kind" else "", "")


def _inside(area: Mapping[str, object] | None) -> Callable[[Site], bool]:
    if area is None:
        return lambda _: True
    import shapely
    from shapely.geometry import shape

    polygon = shape(area)
    shapely.prepare(polygon)
    return lambda site: (
        site.position is not None
        and bool(shapely.intersects_xy(polygon, site.position.lonlat.lon, site.position.lonlat.lat))
    )


# -- counting ------------------------------------------------------------------------------------------------


def growth(counted: Iterable[Sequence[Stay]], days: Iterable[date] | None = None) -> tuple[GrowthPoint, ...]:
    """How many of the targets, each with its stays, count at the end of each of `days`.

    Without `days`, on every day on which a count changes and at the end of every year between. A target without
    lower bound can count from the first day on. One that no capture shows counts nowhere, however likely it is
    that it stands by now.
    """
    targets = tuple(counted)
    tallies = {how: _Tally([one.days(how) for one in some] for some in targets) for how in Certainty}
    chosen = change_days(targets) if days is None else sorted(set(days))
    return tuple(
        GrowthPoint(
            day,
            at_least=tallies[Certainty.CERTAINLY].on(day),
            at_most=tallies[Certainty.POSSIBLY].on(day),
            assumed=tallies[Certainty.ASSUMED].on(day),
        )
        for day in chosen
    )


def change_days(counted: Iterable[Sequence[Stay]]) -> list[date]:
    """Every day on which a count changes, and the ends of the years between."""
    edges = {
        edge
        for some in counted
        for one in some
        for first, last in (one.days(how) for how in Certainty)
        if first <= last
        for edge in (first, last + 1)
        if _NEVER + 1 < edge < _ALWAYS
    }
    if not edges:
        return []
    changes = {date.fromordinal(edge) for edge in edges}
    return sorted(changes | {date(year, 12, 31) for year in range(min(changes).year, max(changes).year)})


def certainty(some: Sequence[Stay], day: date) -> tuple[Certainty, Stay] | None:
    """How a target with these stays counts at the end of `day`, and in which of them; None if it does not."""
    return next(((how, one) for how in Certainty for one in some if one.counts(how, day)), None)


class _Tally:
    """How many targets count on a day: as many as have begun, less those that have ended."""

    def __init__(self, targets: Iterable[Iterable[_Days]]) -> None:
        runs = [run for some in targets for run in _merged(some)]
        self._firsts = sorted(first for first, _ in runs)
        self._lasts = sorted(last for _, last in runs)

    def on(self, day: date) -> int:
        number = day.toordinal()
        return bisect_right(self._firsts, number) - bisect_left(self._lasts, number)


def _merged(some: Iterable[_Days]) -> list[_Days]:
    """Runs of days that share none; a target counts once on a day that two of its stays may take."""
    runs: list[_Days] = []
    for first, last in sorted(one for one in some if one[0] <= one[1]):
        if runs and first <= runs[-1][1]:
            runs[-1] = (runs[-1][0], max(runs[-1][1], last))
        else:
            runs.append((first, last))
    return runs
