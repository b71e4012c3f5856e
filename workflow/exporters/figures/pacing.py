"""How long each picture stands in a GIF or a film: true to the days between them."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from workflow.model import DateSpan

__all__ = ["LAST_S", "LEAST_S", "LONGEST_S", "pace"]

LONGEST_S, LEAST_S, LAST_S = 4.0, 1.0, 2.0


def pace(days: Sequence[DateSpan]) -> list[float]:
    """Seconds, to a tenth, that each picture stands: as long as the time to the next one, to scale.

    The longest gap takes `LONGEST_S`; no picture stands shorter than `LEAST_S`, so that it can be seen; the last one,
    after which nothing comes, `LAST_S`. A picture lies in the middle of what its date allows; beside one without a
    date, or without an end to it on both sides, the gap is unknown and the picture stands `LEAST_S`.
    """
    places = [_middle(one) for one in days]
    gaps = [
        abs(later - earlier) if earlier is not None and later is not None else 0.0
        for earlier, later in pairwise(places)
    ]
    longest = max(gaps, default=0.0)
    stands = [max(LEAST_S, round(LONGEST_S * gap / longest, 1)) if longest else LEAST_S for gap in gaps]
    return [*stands, LAST_S]


def _middle(span: DateSpan) -> float | None:
    """The middle of a date, in days; its only end where one is open."""
    ends = [day.toordinal() for day in (span.earliest, span.latest) if day is not None]
    return sum(ends) / len(ends) if ends else None
