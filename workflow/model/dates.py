"""Days between which something happened, and what a date rests on. Days are proleptic Gregorian."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

__all__ = ["Basis", "DateSpan", "Precision"]


class Precision(StrEnum):
    """The unit in which a date was stated; never finer than the source."""

    INSTANT = "instant"
    DAY = "day"
    MONTH = "month"
    THIRD = "third of a year"
    QUARTER = "quarter"
    SEASON = "season"
    YEAR = "year"
    DECADE = "decade"
    RANGE = "range"
    UNKNOWN = "unknown"


class Basis(StrEnum):
    """What a capture's date rests on."""

    PRODUCT_METADATA = "product metadata"
    FILE_TAG = "file tag"
    FILE_NAME = "file name"
    STATED = "stated"
    EARLIEST_POSSIBLE = "earliest possible"
    RELEASED = "released"
    BROADCAST = "broadcast"
    PUBLISHED = "published"
    COPYRIGHT_YEAR = "copyright year"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class DateSpan:
    """Days between which something happened, both included; None is an open end.

    `verbatim` is the text as written. `instant` is the aware UTC time where the source gives one; the days are then
    the UTC day.
    """

    earliest: date | None
    latest: date | None
    precision: Precision
    basis: Basis = Basis.STATED
    verbatim: str = ""
    instant: datetime | None = None

    def __post_init__(self) -> None:
        """Refuse an end before the start and an instant without zone."""
        if self.earliest and self.latest and self.latest < self.earliest:
            raise ValueError(f"date span ends ({self.latest}) before it starts ({self.earliest})")
        if self.instant is not None and self.instant.utcoffset() is None:
            raise ValueError(f"instant {self.instant} has no time zone")
