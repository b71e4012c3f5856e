"""Geometry of a site: GeoJSON objects to a position and a footprint, every number checked.

Coordinates are WGS 84, longitude first. A point gives the position; a line, polygon or several polygons give
the footprint, and the position is a point on it.
"""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import shapely
import shapely.geometry
import shapely.ops
from shapely.errors import GEOSException

from workflow.coords import lonlat
from workflow.errors import InputRefused
from workflow.model import LonLat

__all__ = ["NOWHERE", "Shape", "line_string", "multi_polygon", "point", "polygon", "shape_of"]

_KNOWN = "Point, LineString, Polygon and MultiPolygon are"


@dataclass(frozen=True, slots=True)
class Shape:
    """Where a site is and what it covers; both None is a site that is not located."""

    place: LonLat | None = None
    footprint: dict[str, object] | None = None

    @property
    def digest(self) -> str:
        """Six hex digits that follow from the coordinates; "" where there are none."""
        if self.place is None:
            return ""
        text = repr((self.place, self.footprint))
        return hashlib.sha256(text.encode()).hexdigest()[:6]


NOWHERE = Shape()


def shape_of(geometry: object) -> Shape:
    """The shape of a GeoJSON geometry; null is not located.

    Raises
    ------
    InputRefused
        for anything that is not a Point, LineString, Polygon or MultiPolygon with sound coordinates.
    """
    if geometry is None:
        return NOWHERE
    if not isinstance(geometry, Mapping):
        raise InputRefused("geometry", "is neither an object nor null", "write a GeoJSON geometry")
    kind, coordinates = geometry.get("type"), geometry.get("coordinates")
    if kind == "Point":
        return point(coordinates)
    if kind == "LineString":
        return line_string(coordinates)
    if kind == "Polygon":
        return polygon(coordinates)
    if kind == "MultiPolygon":
        return multi_polygon(_list(coordinates))
    shown = kind[:40] if isinstance(kind, str) else "(none)"
    raise InputRefused("geometry", f"type {shown} is not taken", f"{_KNOWN}; split the feature into these")


def point(coordinates: object) -> Shape:
    """Position from one coordinate [longitude, latitude(, height)]."""
    return Shape(_place(coordinates))


def line_string(coordinates: object) -> Shape:
    """Footprint from two or more coordinates."""
    places = [_pair(item) for item in _list(coordinates)]
    if len(places) < 2:
        raise InputRefused("geometry", f"a line of {len(places)} points", "give two or more")
    _refuse_jump(places)
    return _on(shapely.geometry.LineString(places), {"type": "LineString", "coordinates": places})


def polygon(rings: object) -> Shape:
    """Footprint from closed rings, the outer one first; it is turned counter-clockwise, holes clockwise."""
    sound = _rings(rings)
    return _on(shapely.geometry.Polygon(sound[0], sound[1:]), {"type": "Polygon", "coordinates": sound})


def multi_polygon(polygons: Iterable[object]) -> Shape:
    """Footprint from several polygons; one alone is a polygon."""
    sound = [_rings(rings) for rings in polygons]
    if not sound:
        raise InputRefused(
            "geometry", "has no polygon", "give one or write null for a site that is not located"
        )
    if len(sound) == 1:
        return polygon(sound[0])
    parts = shapely.geometry.MultiPolygon([(rings[0], rings[1:]) for rings in sound])
    return _on(parts, {"type": "MultiPolygon", "coordinates": sound})


def _on(shape: Any, footprint: dict[str, object]) -> Shape:
    try:
        inside = shape.representative_point()
    except GEOSException:  # a ring that cuts itself
        inside = shape.convex_hull.representative_point()
    if inside.is_empty:  # an area of nothing
        inside = shape.convex_hull.centroid
    return Shape(lonlat(round(inside.x, 7), round(inside.y, 7)), footprint)


def _rings(rings: object) -> list[list[list[float]]]:
    found = [_ring(ring) for ring in _list(rings)]
    if not found:
        raise InputRefused("geometry", "a polygon without a ring", "give its outer ring")
    return [_turned(ring, ccw=index == 0) for index, ring in enumerate(found)]


def _ring(ring: object) -> list[list[float]]:
    places = [_pair(item) for item in _list(ring)]
    if len(places) < 4:
        raise InputRefused("geometry", f"a ring of {len(places)} points", "a closed ring has four or more")
    if places[0] != places[-1]:
        raise InputRefused("geometry", "a ring is not closed", "repeat its first point at the end")
    _refuse_jump(places)
    return places


def _turned(ring: list[list[float]], *, ccw: bool) -> list[list[float]]:
    twice_area = sum(a[0] * b[1] - b[0] * a[1] for a, b in itertools.pairwise(ring))
    return ring[::-1] if (twice_area < 0) == ccw and twice_area != 0 else ring


def _refuse_jump(places: list[list[float]]) -> None:
    if any(abs(a[0] - b[0]) > 180 for a, b in itertools.pairwise(places)):
        raise InputRefused(
            "geometry", "crosses the 180th meridian", "split it there (RFC 7946, section 3.1.9)"
        )


def _list(value: object) -> list[Any]:
    if not isinstance(value, list):
        raise InputRefused("geometry", "coordinates are not a list", "write [longitude, latitude]")
    return value


def _pair(item: object) -> list[float]:
    place = _place(item)
    return [place.lon, place.lat]


def _place(item: object) -> LonLat:
    numbers = _list(item)
    if len(numbers) not in (2, 3) or not all(type(value) in (int, float) for value in numbers):
        raise InputRefused("geometry", "a coordinate is not two numbers", "write [longitude, latitude]")
    try:
        return lonlat(float(numbers[0]), float(numbers[1]))
    except OverflowError as error:
        raise InputRefused("geometry", "a coordinate is beyond every range", "write degrees") from error
