"""What a change scorer is. A scorer is a module of this package, or an entry point, that defines `PLUGIN`.

A score orders the analyst's queue; it never sets a state.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from workflow.model import Chip, Score, TargetClass
from workflow.shadows import Sun

__all__ = ["NOTHING_KNOWN", "AnyScorer", "Facts", "Scorer", "SeriesScorer", "fitness"]


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a chip besides its pixels; None where it is not known.

    `bearing_deg` is the road's and `sun` has its azimuth clockwise from the grid's up, each within
    `sun_error_deg`.
    """

    bearing_deg: float | None = None
    sun: Sun | None = None
    sun_error_deg: float = 0.0
    off_nadir_deg: float | None = None

    @property
    def identity(self) -> list[float | None]:
        """What scores follow from, as JSON has it."""
        sun = (None, None) if self.sun is None else (round(one, 3) for one in self.sun)
        rest = (self.bearing_deg, self.sun_error_deg, self.off_nadir_deg)
        return [*sun, *(None if one is None else round(one, 3) for one in rest)]


NOTHING_KNOWN = Facts()


@runtime_checkable
class Scorer(Protocol):
    """Two chips of one site in, a score out. Pure: the same chips give the same score.

    `name` is what listings show, `version` goes up when the same chips would score otherwise. A scorer is
    sent to worker processes, so it must pickle. It may name the classes of targets that it is made for in `serves`
    (a frozenset of TargetClass), and its `rank` (an int) among those that fit; see `fitness`. One with a
    negative rank is there to measure by: `track` does not run it.
    """

    @property
    def name(self) -> str:
        """Short, lower case, unique."""
        ...

    @property
    def version(self) -> str:
        """Goes up when the same chips would score otherwise."""
        ...

    def score(self, before: Chip, after: Chip) -> Score:
        """How much the chips differ, 0 (alike) to 1; None with a reason where that cannot be said.

        Both lie on one grid, and both `valid` are already their common part. Bands, dtype and stretch may
        differ.
        """
        ...


@runtime_checkable
class SeriesScorer(Protocol):
    """All chips of a site in, a score of every neighbouring pair out: what stays outweighs what is seen once.

    `name`, `version`, `serves` and `rank` are those of a `Scorer`.
    """

    @property
    def name(self) -> str:
        """Short, lower case, unique."""
        ...

    @property
    def version(self) -> str:
        """Goes up when the same chips would score otherwise."""
        ...

    def evidence(self, chip: Chip, facts: Facts = NOTHING_KNOWN) -> NDArray[np.floating]:
        """What one chip has to say: small, and of one shape for all chips of a site. It is kept, as numpy stores it."""
        ...

    def judge(self, evidence: Sequence[NDArray[np.floating]]) -> tuple[Score, ...]:
        """The score of every neighbouring pair, from the evidence of all chips in date order."""
        ...


AnyScorer = Scorer | SeriesScorer
"""A module's `PLUGIN` is one or the other."""


def fitness(scorer: object, kind: TargetClass) -> int | None:
    """How well a scorer suits targets of a class: the highest one with a value orders the queue; None: not at all."""
    serves: frozenset[TargetClass] = getattr(scorer, "serves", frozenset())
    rank: int = getattr(scorer, "rank", 0)
    if rank < 0 or (serves and kind not in serves):
        return None
    return rank + 100 * bool(serves)
