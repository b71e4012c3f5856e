"""The matrix of sites and time: what was said of each target on each dated picture, and when it stood.

Pure but for `matrix`, which reads the project.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from workflow.chips import covering_each
from workflow.findings import DISPUTED, joint_state
from workflow.model import Capture, DateSpan, Finding, Site, State, Target
from workflow.readings import Place, place_of
from workflow.readmodels import evidence
from workflow.readmodels.dates import dated

if TYPE_CHECKING:
    from workflow.project import Project

__all__ = [
    "CHANGED",
    "ORDERS",
    "STOOD",
    "UNSEEN",
    "Bar",
    "Cell",
    "Column",
    "Line",
    "Look",
    "Matrix",
    "Scale",
    "bars_of",
    "cell_rows",
    "cells",
    "column_of",
    "columns",
    "extent",
    "mark_of",
    "matrix",
    "ordered",
    "place_in",
]

UNSEEN = "not examined"
"""Mark of a picture of which nothing was said."""
CHANGED = "present and absent"
"""Mark of a cell with pictures on which the target is there, and others on which it is not."""
STOOD = "stood"
ORDERS = ("name", "first seen", "most unknown")
"""Orders of lines."""

# what a cell shows where nothing in it decides, the first that there is
_WEAKER = (State.UNCERTAIN.value, State.OBSCURED.value, State.INSUFFICIENT.value)
_DAY = timedelta(days=1)


class Scale(StrEnum):
    """How long a column is."""

    YEAR = "year"
    QUARTER = "quarter"
    MONTH = "month"

    @property
    def months(self) -> int:
        """Months of a column."""
        return {Scale.YEAR: 12, Scale.QUARTER: 3, Scale.MONTH: 1}[self]


@dataclass(frozen=True, slots=True)
class Look:
    """A dated picture of a target; `state` is what was said of it, or `disputed`, or `UNSEEN`."""

    capture: str
    span: DateSpan
    state: str

    @property
    def day(self) -> date:
        """Where it stands in time: its earliest day, where that is open its latest."""
        day = self.span.earliest or self.span.latest
        if day is None:
            raise ValueError(f"capture {self.capture} is not dated")
        return day

    @property
    def is_decisive(self) -> bool:
        """Whether it says that the target is there or not."""
        return self.state in (State.PRESENT, State.ABSENT, DISPUTED)


@dataclass(frozen=True, slots=True)
class Bar:
    """A stretch of time, both days included, None open: in which an event was, or through which the target stood."""

    kind: str
    first: date | None
    last: date | None
    finding: Finding

    @property
    def published(self) -> bool:
        """Whether it rests on a publication alone."""
        return self.finding.source != "imagery"


@dataclass(frozen=True, slots=True)
class Line:
    """A target of a site: its dated pictures in time, its bars, and how many pictures have no date."""

    site: str
    target: str
    target_name: str
    looks: tuple[Look, ...]
    bars: tuple[Bar, ...]
    undated: int

    @property
    def first_seen(self) -> date | None:
        """The day by which imagery shows that it had appeared."""
        days = [bar.last for bar in self.bars if bar.kind == "appeared" and bar.last and not bar.published]
        return min(days, default=None)

    @property
    def unknown(self) -> int:
        """How many of its pictures decide nothing yet."""
        return sum(not look.is_decisive for look in self.looks)


@dataclass(frozen=True, slots=True)
class Matrix:
    """A line for each target, sites in their order."""

    lines: tuple[Line, ...]
    sites: Mapping[str, Site]
    captures: int
    synthetic: bool


@dataclass(frozen=True, slots=True)
class Column:
    """A stretch of the calendar, both days included; `name` is short, and `year` what it is part of."""

    first: date
    last: date
    name: str
    year: int


@dataclass(frozen=True, slots=True)
class Cell:
    """What a line shows in a column. `loose`: the date of a picture in it reaches beyond the column."""

    column: int
    mark: str
    looks: tuple[Look, ...]
    loose: bool


def matrix(project: Project, without: Collection[Place] = frozenset()) -> Matrix:
    """All lines, from one state of the record; what was said of a place in `without` is left out."""
    with project.record.snapshot():
        sites, captures = project.sites(), project.captures()
        statements = [one for one in project.statements() if place_of(one) not in without]
        found = evidence.findings(project, without=without)
    over = covering_each(sites, captures)
    tied: dict[str | None, list[Capture]] = {}
    for one in captures:
        tied.setdefault(one.site, []).append(one)
    said: dict[Place, set[State]] = {}
    for statement in statements:
        said.setdefault(place_of(statement), set()).add(statement.state)
    events: dict[tuple[str, str], list[Finding]] = {}
    for finding in found:
        events.setdefault((finding.site, finding.target), []).append(finding)
    lines = tuple(
        _line(site, target, pictures, said, events.get((site.id, target.id), ()))
        for site in sites
        for pictures in [list({one.id: one for one in (*over[site.id], *tied.get(site.id, ()))}.values())]
        for target in site.targets
    )
    return Matrix(
        lines=lines,
        sites={site.id: site for site in sites},
        captures=len(captures),
        synthetic=any(one.synthetic for one in captures),
    )


def _line(
    site: Site,
    target: Target,
    pictures: Sequence[Capture],
    said: Mapping[Place, Collection[State]],
    events: Iterable[Finding],
) -> Line:
    looks = []
    for one in sorted((one for one in pictures if one.is_dated), key=lambda one: one.date_order):
        states = said.get((site.id, target.id, one.id))
        looks.append(Look(one.id, one.acquired, joint_state(states) if states else UNSEEN))
    bars = tuple(bar for event in events for bar in bars_of(event))
    return Line(site.id, target.id, target.name or target.id, tuple(looks), bars, len(pictures) - len(looks))


def bars_of(one: Finding) -> list[Bar]:
    """The stretch in which the event was, and through which the target then stood; none where it was never seen."""
    if not one.seen:
        return []
    found = [Bar(one.event.value, one.after + _DAY if one.after else None, one.by, one)]
    if one.by and one.stood and one.by <= one.stood:
        found.append(Bar(STOOD, one.by, one.stood, one))
    return found


# -- columns and cells ---------------------------------------------------------------------------------------


def extent(lines: Iterable[Line]) -> tuple[int, int] | None:
    """First and last year in which anything is; None where nothing is."""
    days = [day for line in lines for day in _days(line)]
    return (min(days).year, max(days).year) if days else None


def _days(line: Line) -> Iterable[date]:
    yield from (look.day for look in line.looks)
    yield from (day for bar in line.bars for day in (bar.first, bar.last) if day)


def columns(first: int, last: int, scale: Scale) -> tuple[Column, ...]:
    """The columns from the beginning of year `first` to the end of year `last`."""
    names = {Scale.YEAR: "{year}", Scale.QUARTER: "Q{number}", Scale.MONTH: "{number}"}
    return tuple(
        Column(
            first=date(year, month, 1),
            last=_end(year, month + scale.months - 1),
            name=names[scale].format(year=year, number=(month - 1) // scale.months + 1),
            year=year,
        )
        for year in range(first, last + 1)
        for month in range(1, 13, scale.months)
    )


def _end(year: int, month: int) -> date:
    return date(year, 12, 31) if month == 12 else date(year, month + 1, 1) - _DAY


def column_of(day: date, among: Sequence[Column]) -> int | None:
    """Number of the column that `day` is in; None outside of all."""
    number = bisect_right(among, day, key=lambda one: one.first) - 1
    return number if number >= 0 and day <= among[number].last else None


def cells(looks: Iterable[Look], among: Sequence[Column]) -> list[Cell]:
    """The cells of a line that have a picture, in time; pictures outside of the columns are in none."""
    found: dict[int, list[Look]] = {}
    for look in looks:
        number = column_of(look.day, among)
        if number is not None:
            found.setdefault(number, []).append(look)
    return [
        Cell(
            number,
            mark_of(look.state for look in some),
            tuple(some),
            any(_reaches_beyond(look, among[number]) for look in some),
        )
        for number, some in sorted(found.items())
    ]


def _reaches_beyond(look: Look, column: Column) -> bool:
    first, last = look.span.earliest, look.span.latest
    return first is None or last is None or last > column.last


def mark_of(states: Iterable[str]) -> str:
    """What a cell with pictures of these states shows.

    What decides beats what does not: `disputed`, then `CHANGED` where the target is there on one picture and not
    on another, then that state; else uncertain, obscured, insufficient, `UNSEEN`.
    """
    said = set(states)
    if DISPUTED in said:
        return DISPUTED
    if {State.PRESENT.value, State.ABSENT.value} <= said:
        return CHANGED
    order = (State.PRESENT.value, State.ABSENT.value, *_WEAKER)
    return next((state for state in order if state in said), UNSEEN)


def place_in(day: date, among: Sequence[Column], *, end: bool = False) -> float:
    """Where `day` begins, or ends, counted in columns from the left; held within them."""
    on = day + _DAY if end else day
    if on <= among[0].first:
        return 0.0
    if on > among[-1].last:
        return float(len(among))
    number = bisect_right(among, on, key=lambda one: one.first) - 1
    column = among[number]
    return number + (on - column.first).days / ((column.last - column.first).days + 1)


# -- order, and as a table -----------------------------------------------------------------------------------


def ordered(lines: Iterable[Line], order: str, names: Mapping[str, str]) -> list[Line]:
    """The lines in one of `ORDERS`; `names` are what sites are called."""

    def by_name(line: Line) -> tuple[str, str, str]:
        return names.get(line.site, line.site).casefold(), line.site, line.target_name.casefold()

    if order == "first seen":
        return sorted(lines, key=lambda line: (line.first_seen or date.max, by_name(line)))
    if order == "most unknown":
        return sorted(lines, key=lambda line: (-line.unknown, by_name(line)))
    return sorted(lines, key=by_name)


def cell_rows(lines: Iterable[Line], names: Mapping[str, str], first: int, last: int) -> list[dict[str, Any]]:
    """A row for each line and picture from year `first` to `last`: ``site id target picture date earliest latest
    state``.
    """
    return [
        {
            "site": names.get(line.site, line.site),
            "id": line.site,
            "target": line.target,
            "picture": look.capture,
            "date": dated(look.span),
            "earliest": look.span.earliest.isoformat() if look.span.earliest else "",
            "latest": look.span.latest.isoformat() if look.span.latest else "",
            "state": look.state,
        }
        for line in lines
        for look in line.looks
        if first <= look.day.year <= last
    ]
