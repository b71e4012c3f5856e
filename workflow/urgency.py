"""Why a pair of pictures should be looked at first: what changed, what looking would narrow, how long it waits.

Pure. The priority is the product of its parts, so that each can be shown beside it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from workflow.model import State

__all__ = ["BEYOND_DAYS", "Looking", "Urgency", "looking"]

# where no picture bounds the series, the bound is thought a year away
BEYOND_DAYS = 365
# a pair without a score comes after those that changed clearly, before those that hardly changed
_UNSCORED = 0.25
# half of what can be gained is reached at so many days
_WORTH_DAYS = 365.0
# between two pictures that show the same there is hardly a change to find
_SAME = 0.2
# what is left of a pair's urgency when neither picture can show a target of that class
_TOO_COARSE = 0.1
_AGE_DAYS = 365.0


@dataclass(frozen=True, slots=True)
class Looking:
    """What looking at both pictures would give: by how many days the change's interval would narrow on average.

    `is_same`: the nearest decided pictures on both sides show the same state, so that no change is expected.
    """

    gain_days: float
    is_same: bool = False


@dataclass(frozen=True, slots=True)
class Urgency:
    """The parts of a priority. `score` None is not scored; `age_days` since the later picture was taken."""

    score: float | None
    looking: Looking
    age_days: int
    is_readable: bool = True

    @property
    def change(self) -> float:
        """The score, 0 to 1, or what stands in for one."""
        return _UNSCORED if self.score is None else self.score

    @property
    def narrows(self) -> float:
        """0 where looking narrows nothing, towards 1 with the days it gains; less between equal states."""
        worth = self.looking.gain_days / (self.looking.gain_days + _WORTH_DAYS)
        return worth * (_SAME if self.looking.is_same else 1.0) * (1.0 if self.is_readable else _TOO_COARSE)

    @property
    def age(self) -> float:
        """From 0.8 for a picture of today towards 1."""
        return 0.8 + 0.2 * max(self.age_days, 0) / (max(self.age_days, 0) + _AGE_DAYS)

    @property
    def priority(self) -> float:
        """0 to 1."""
        return round(self.change * self.narrows * self.age, 4)


def looking(days: Sequence[date], states: Mapping[int, State | None], number: int) -> Looking:
    """What deciding pictures `number` and `number` + 1 of a series would give.

    `days` are those of the series in order, `states` the decided ones by their number (None: disputed). The change
    is thought equally likely on all days between the nearest decided pictures, or a year beyond the series.
    """
    ends = (number, number + 1)
    cuts = [days[one].toordinal() for one in ends if one not in states]
    before = max((one for one in states if one <= number), default=None)
    after = min((one for one in states if one > number), default=None)
    if not cuts:
        return Looking(0.0)
    first = days[0].toordinal() - BEYOND_DAYS if before is None else days[before].toordinal()
    last = days[-1].toordinal() + BEYOND_DAYS if after is None else days[after].toordinal()
    edges = sorted((first, *cuts, last))
    whole = edges[-1] - edges[0]
    if whole <= 0:
        return Looking(0.0)
    left = sum((later - earlier) ** 2 for earlier, later in pairwise(edges)) / whole
    said = [None if one is None else states[one] for one in (before, after)]
    return Looking(whole - left, said[0] is not None and said[0] == said[1])
