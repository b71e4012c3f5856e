"""Where pictures lie: outlines for a map, those of one place drawn once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from workflow.model import Capture, LonLat
from workflow.readmodels.dates import dated

__all__ = ["Footprint", "Shot", "footprints"]

# about a metre: outlines that differ by less are one on any map
_DIGITS = 5


@dataclass(frozen=True, slots=True)
class Shot:
    """A picture by its words: `last` is the last day on which it may have been taken, None for unknown."""

    label: str
    last: date | None
    credit: str
    synthetic: bool


@dataclass(frozen=True, slots=True)
class Footprint:
    """A ring on WGS 84 (closed), the `kind` of the pictures with that outline, and those in order of dates."""

    ring: tuple[LonLat, ...]
    kind: str
    shots: tuple[Shot, ...]

    def by(self, day: date | None) -> tuple[Shot, ...]:
        """The pictures that were certainly taken by the end of `day`; None takes all."""
        return tuple(one for one in self.shots if day is None or (one.last is not None and one.last <= day))


def footprints(captures: Iterable[Capture]) -> tuple[Footprint, ...]:
    """Outlines of the captures that lie on the map, each once for a kind of picture, simplified to a metre."""
    ordered = sorted((one for one in captures if one.footprint), key=lambda one: one.date_order)
    found: dict[tuple[_Ring, str], list[Shot]] = {}
    for one, ring in zip(ordered, _simple([one.footprint for one in ordered]), strict=True):
        shot = Shot(dated(one.acquired), one.acquired.latest, one.credit, one.synthetic)
        found.setdefault((ring, one.kind.value), []).append(shot)
    return tuple(
        Footprint(tuple(LonLat(*corner) for corner in ring), kind, tuple(shots))
        for (ring, kind), shots in found.items()
    )


_Ring = tuple[tuple[float, float], ...]


def _simple(rings: Sequence[Sequence[LonLat]]) -> Iterator[_Ring]:
    """The rings without corners that say nothing, all in one go."""
    import numpy as np
    import shapely

    corners = np.array([(one.lon, one.lat) for ring in rings for one in ring]).reshape(-1, 2)
    lines = shapely.linestrings(
        corners, indices=np.repeat(np.arange(len(rings)), [len(ring) for ring in rings])
    )
    kept, ring_of = shapely.get_coordinates(shapely.simplify(lines, 10**-_DIGITS), return_index=True)
    starts = np.searchsorted(ring_of, np.arange(len(rings) + 1))
    places = [(lon, lat) for lon, lat in np.round(kept, _DIGITS).tolist()]
    for start, end in pairwise(starts.tolist()):
        yield tuple(places[start:end])
