"""What follows from statements: witnesses, events with bounds, growth."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from workflow.model.dates import DateSpan
from workflow.model.sites import Event
from workflow.model.statements import Confidence, State

__all__ = ["Doubt", "Finding", "GrowthPoint", "Subset", "Witness"]


@dataclass(frozen=True, slots=True)
class Witness:
    """One decisive statement as the interval engine sees it: a state, the span of its capture, and its origin.

    `name` is what sentences call the capture, its id where empty. `dated` False says that its date is what its file
    says of itself, which nobody has confirmed.
    """

    state: State
    span: DateSpan
    capture: str
    author: str = ""
    reviewed: bool = False
    synthetic: bool = False
    confidence: Confidence = Confidence.MODERATE
    name: str = ""
    dated: bool = True


class Doubt(StrEnum):
    """What weakens a finding. `contradictions` has the sentences of the first four."""

    DISPUTED = "disputed"
    OPEN_ORDER = "open order"
    CAME_BACK = "came back"
    SOURCES_DISAGREE = "sources disagree"
    UNREVIEWED = "unreviewed"
    LOW_CONFIDENCE = "low confidence"
    UNCONFIRMED_DATE = "date not confirmed"


@dataclass(frozen=True, slots=True)
class Finding:
    """An event of a target, bounded: it happened after `after` (excluded) and by `by` (included); None is open.

    `witnesses` are the captures that set the bounds, `contradictions` sentences on what does not fit. `source` is
    `imagery`, or `publication` for a row that rests on a published statement alone. `seen` False: no capture shows the
    target yet, and `after` is the day on which it was last known not to be there. After it appeared or reappeared it is
    known to have stood from `by` to `stood`, if those are in that order. `confidence` is that of the weakest witness;
    `doubts` come in the order of `Doubt`, `remarks` are sentences on what was seen and bounds nothing.
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
    stood: date | None = None
    confidence: Confidence | None = None
    doubts: tuple[Doubt, ...] = ()
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class GrowthPoint:
    """Counts of targets at the end of `day`: certainly, at the very most, and if what appeared stays until it is
    shown gone.
    """

    day: date
    at_least: int
    at_most: int
    assumed: int


@dataclass(frozen=True, slots=True)
class Subset:
    """Which targets are counted: those of sites of a category, on a road, of a class, within an area; empty keeps all.

    `area` is a GeoJSON Polygon or MultiPolygon on WGS 84 (lon, lat); a site that is not located lies in none.
    """

    category: str = ""
    road: str = ""
    kind: str = ""
    area: dict[str, object] | None = None
