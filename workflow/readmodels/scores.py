"""Which of a pair's scores counts for a class of targets."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

from workflow import plugins
from workflow.model import Capture, Site, TargetClass
from workflow.scoring.base import fitness
from workflow.store import ScoreEntry

__all__ = ["PlacedChange", "best_scores", "installed", "placed_changes"]


@cache
def installed() -> Mapping[str, object]:
    """The scorers by name, looked up once a process."""
    return plugins.load("workflow.scoring")


def _fit(name: str, kind: TargetClass) -> int | None:
    """How well a scorer, by its name, suits a class of targets; one that is not installed any more as any other."""
    scorer = installed().get(name)
    return 0 if scorer is None else fitness(scorer, kind)


def best_scores(entries: Iterable[ScoreEntry], kind: TargetClass) -> dict[tuple[str, str], ScoreEntry]:
    """Of each pair the score of the scorer that suits the class best, of several the highest; one without a value
    only where there is no other.
    """
    best: dict[tuple[str, str], tuple[tuple[bool, int, float], ScoreEntry]] = {}
    for entry in entries:
        suits = _fit(entry.scorer, kind)
        if suits is None:
            continue
        standing = (entry.value is not None, suits, entry.value or 0.0)
        held = best.get((entry.before, entry.after))
        if held is None or standing > held[0]:
            best[entry.before, entry.after] = standing, entry
    return {pair: entry for pair, (_, entry) in best.items()}


@dataclass(frozen=True, slots=True)
class PlacedChange:
    """Where a scorer suggests a change between two captures, metres east and north of the middle of the site's grid."""

    before: str
    after: str
    score: float
    east_m: float
    north_m: float


def placed_changes(
    site: Site, entries: Iterable[ScoreEntry], on_map: Iterable[Capture]
) -> dict[str, tuple[PlacedChange, ...]]:
    """By target, suggested changes between pictures that follow each other on the map, in date order; only those whose
    place is known.
    """
    known = list(entries)
    best = {kind: best_scores(known, kind) for kind in {one.kind for one in site.targets}}
    neighbours = list(pairwise(one.id for one in on_map if one.is_dated))
    return {
        one.id: tuple(
            PlacedChange(*pair, found.value, *found.at)
            for pair in neighbours
            if (found := best[one.kind].get(pair)) and found.value is not None and found.at is not None
        )
        for one in site.targets
    }
