"""Where pictures lie: outlines for a map, those of one place drawn once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

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
    found: dict[tuple[tuple[LonLat, ...], str], list[Shot]] = {}
    for one in sorted(captures, key=lambda one: one.date_order):
        if one.footprint:
            shot = Shot(dated(one.acquired), one.acquired.latest, one.credit, one.synthetic)
            found.setdefault((_simple(one.footprint), one.kind.value), []).append(shot)
    return tuple(Footprint(ring, kind, tuple(shots)) for (ring, kind), shots in found.items())


def _simple(ring: Iterable[LonLat]) -> tuple[LonLat, ...]:
    import shapely

    line = shapely.LineString([(one.lon, one.lat) for one in ring])
    simple = line.simplify(10**-_DIGITS)
    return tuple(LonLat(round(lon, _DIGITS), round(lat, _DIGITS)) for lon, lat in simple.coords)
