"""Where a site is, for a small map: outlines of land and lines of borders out of the offline base of the build.

The base is Natural Earth as TopoJSON: arcs of whole-number steps that countries share.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import shapely

from workflow.errors import BuildMissing
from workflow.figure import Locator, Network
from workflow.fonts import fonts_dir
from workflow.model import LonLat

__all__ = ["locator", "network"]

_FILE = "countries-50m.json"
_HALF_SPAN_DEG = 4.0
# a map of all sites: room around them, and no closer than the base is true
_MARGIN, _LEAST_SPAN_DEG, _METRES_PER_DEG = 0.15, 2.5, 111_195.0
Line = tuple[tuple[float, float], ...]


def locator(place: LonLat, name: str, folder: Path | None = None) -> Locator:
    """The map of about 900 km around a place; `folder` is where the build put the base.

    Raises
    ------
    BuildMissing
        when it is not there.
    """
    box = _around(place.lon, place.lat, _HALF_SPAN_DEG, _HALF_SPAN_DEG)
    rings, lines, (at,) = _on_square(box, [(place.lon, place.lat)], folder)
    return Locator(rings, lines, at, name)


def network(places: Sequence[LonLat], aspect: float, folder: Path | None = None) -> Network:
    """The map that shows all of `places`, one at least, with room around them; `aspect` is width by height.

    Places on both sides of the date line are shown side by side.

    Raises
    ------
    BuildMissing
        when the base is not there.
    """
    first = places[0].lon
    points = [(first + (one.lon - first + 540) % 360 - 180, one.lat) for one in places]
    lons, lats = [lon for lon, _ in points], [lat for _, lat in points]
    lat = (min(lats) + max(lats)) / 2
    shrink = max(math.cos(math.radians(lat)), 0.2)
    wide = (max(lons) - min(lons)) * shrink * (1 + 2 * _MARGIN)
    high = max((max(lats) - min(lats)) * (1 + 2 * _MARGIN), wide / aspect, _LEAST_SPAN_DEG)
    box = _around((min(lons) + max(lons)) / 2, lat, high * aspect / 2, high / 2)
    land, borders, at = _on_square(box, points, folder)
    return Network(land, borders, at, high * aspect * _METRES_PER_DEG)


_Box = tuple[float, float, float, float]


def _around(lon: float, lat: float, half_wide: float, half_high: float) -> _Box:
    """West, south, east, north; the halves count in degrees of latitude, as long on the ground both ways."""
    wide = half_wide / max(math.cos(math.radians(lat)), 0.2)
    return lon - wide, lat - half_high, lon + wide, lat + half_high


def _on_square(
    box: _Box, places: Sequence[tuple[float, float]], folder: Path | None
) -> tuple[tuple[Line, ...], tuple[Line, ...], Line]:
    """Outlines of land, borders and `places` on a unit square that `box` fills."""
    land, borders = _base((folder or fonts_dir().parent) / _FILE)
    west, south, east, north = box

    def scaled(points: Iterable[tuple[float, float]]) -> Line:
        return tuple(
            (round((x - west) / (east - west), 5), round((north - y) / (north - south), 5)) for x, y in points
        )

    rings = tuple(scaled(one.exterior.coords[:-1]) for one in _within(land, box, "Polygon"))
    lines = tuple(scaled(one.coords) for one in _within(borders, box, "LineString"))
    return rings, lines, scaled(places)


def _within(shapes: Sequence[Any], box: tuple[float, float, float, float], kind: str) -> Iterator[Any]:
    """The parts of `shapes` inside `box` that are of the sort; past the date line the world begins anew."""
    for shift in (-360.0, 0.0, 360.0):
        west, south, east, north = box[0] - shift, box[1], box[2] - shift, box[3]
        if east < -180 or west > 180:
            continue
        for shape in shapes:
            low_x, low_y, high_x, high_y = shape.bounds
            if low_x > east or high_x < west or low_y > north or high_y < south:
                continue
            cut = shapely.clip_by_rect(shape, west, south, east, north)
            for part in shapely.get_parts(cut):
                if part.geom_type == kind and not part.is_empty:
                    yield shapely.transform(part, lambda at, by=shift: at + np.array([by, 0.0]))


@lru_cache(maxsize=2)
def _base(path: Path) -> tuple[tuple[Any, ...], tuple[Any, ...]]:
    """Polygons of land without their lakes, and the lines between countries."""
    try:
        atlas = json.loads(path.read_text("utf-8"))
    except OSError as error:
        raise BuildMissing(path) from error
    arcs = [_arc(one, atlas["transform"]) for one in atlas["arcs"]]
    rings = [polygon[0] for shape in atlas["objects"]["land"]["geometries"] for polygon in _polygons(shape)]
    used: dict[int, int] = {}
    for country in atlas["objects"]["countries"]["geometries"]:
        mine = {
            arc if arc >= 0 else ~arc for polygon in _polygons(country) for ring in polygon for arc in ring
        }
        for arc in mine:
            used[arc] = used.get(arc, 0) + 1
    land = [shapely.Polygon(_joined(ring, arcs)).buffer(0) for ring in rings]
    borders = [
        shapely.LineString(arcs[arc]) for arc, count in used.items() if count > 1 and len(arcs[arc]) > 1
    ]
    return tuple(land), tuple(borders)


def _polygons(shape: dict[str, Any]) -> list[list[list[int]]]:
    found: list[list[list[int]]] = {"Polygon": [shape.get("arcs")], "MultiPolygon": shape.get("arcs")}.get(
        shape["type"], []
    )  # type: ignore[assignment]
    return found


def _arc(steps: Sequence[Sequence[int]], transform: dict[str, Sequence[float]]) -> list[tuple[float, float]]:
    """An arc in degrees; after its first place each step is added to the one before."""
    x = y = 0
    points = []
    for dx, dy in steps:
        x, y = x + dx, y + dy
        points.append(
            (
                x * transform["scale"][0] + transform["translate"][0],
                y * transform["scale"][1] + transform["translate"][1],
            )
        )
    return points


def _joined(ring: Sequence[int], arcs: Sequence[list[tuple[float, float]]]) -> list[tuple[float, float]]:
    """A ring's arcs end to end; one with its bits turned is taken backwards."""
    points: list[tuple[float, float]] = []
    for number in ring:
        points += (arcs[number] if number >= 0 else arcs[~number][::-1])[bool(points) :]
    return points
