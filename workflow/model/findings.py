"""What follows from statements: witnesses, events with bounds, growth."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from workflow.model.dates import DateSpan
from workflow.model.sites import Event
from workflow.model.statements import State

__all__ = ["Finding", "GrowthPoint", "Witness"]


@dataclass(frozen=True, slots=True)
class Witness:
    """One decisive statement as the interval engine sees it: a state, the span of its capture, and its origin."""

    state: State
    span: DateSpan
    capture: str
    author: str = ""
    reviewed: bool = False
    synthetic: bool = False


@dataclass(frozen=True, slots=True)
class Finding:
    """An event of a target, bounded: it happened after `after` (excluded) and by `by` (included); None is open.

    `witnesses` are the captures that set the bounds, `contradictions` sentences on what does not fit. `source` is
    `imagery`, or `publication` for a row that rests on a published statement alone. `seen` False: no capture shows the
    target yet, and `after` is the day on which it was last known not to be there.
    """

    site: str
    target: str
    event: Event
    after: date | None
    by: date | None
    phrase: str
    witnesses: tuple[str, ...] = ()
    contradictions: tuple[str, ...] = ()
    reviewed: bool = False
    synthetic: bool = False
    source: str = "imagery"
    seen: bool = True


@dataclass(frozen=True, slots=True)
class GrowthPoint:
    """Counts of targets that had appeared by the end of `day`: certainly, and at the very most."""

    day: date
    at_least: int
    at_most: int
