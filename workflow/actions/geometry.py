"""Geometry that the viewer sends, checked coordinate by coordinate and written in one form."""

from __future__ import annotations

import math
from collections.abc import Mapping

from workflow.errors import InputRefused

__all__ = ["SHAPES", "Range", "checked_geometry", "is_same_place"]

SHAPES: Mapping[str, str] = {
    "arrow": "LineString",
    "box": "Polygon",
    "circle": "Polygon",
    "line": "LineString",
    "measurement": "LineString",
    "point": "Point",
    "polygon": "Polygon",
    "text": "Point",
}
"""How a mark was drawn, and the GeoJSON type that it then has."""

Range = tuple[float, float, float, float]
"""Smallest and largest x, smallest and largest y that a coordinate may have, ends included."""

MOST_POINTS = 10_000
_HAIR_DEG = 1e-9
XY = list[float]


def checked_geometry(shape: str, value: object, allowed: Range) -> dict[str, object]:
    """The GeoJSON geometry of a mark drawn as `shape`: finite numbers within `allowed`, rings closed.

    Raises
    ------
    InputRefused
        when type, nesting, number of points or a coordinate does not fit.
    """
    if not isinstance(value, Mapping):
        raise _refused("it is not an object", "send GeoJSON")
    kind, coordinates = SHAPES[shape], value.get("coordinates")
    if value.get("type") != kind:
        raise _refused(f"it is no {kind}", f"a {shape} is drawn as one")
    if kind == "Point":
        return {"type": kind, "coordinates": _point(coordinates, allowed)}
    if kind == "LineString":
        return {"type": kind, "coordinates": _line(coordinates, allowed)}
    rings = _list(coordinates, 1, "rings")
    if sum(len(ring) for ring in rings if isinstance(ring, list)) > MOST_POINTS:
        raise _refused(f"it has more than {MOST_POINTS} points", "draw it simpler")
    return {"type": kind, "coordinates": [_ring(ring, allowed) for ring in rings]}


def is_same_place(one: object, other: object) -> bool:
    """Whether two geometries differ by no more than the way to a map's metres and back again (0.1 mm)."""
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return one.get("type") == other.get("type") and is_same_place(
            one.get("coordinates"), other.get("coordinates")
        )
    if isinstance(one, list | tuple) and isinstance(other, list | tuple):
        return len(one) == len(other) and all(map(is_same_place, one, other))
    if isinstance(one, int | float) and isinstance(other, int | float):
        return abs(one - other) <= _HAIR_DEG
    return one == other


def _refused(problem: str, remedy: str) -> InputRefused:
    return InputRefused("Geometry", problem, remedy)


def _list(value: object, least: int, what: str) -> list[object]:
    if not isinstance(value, list | tuple):
        raise _refused(f"its {what} are not a list", "send GeoJSON")
    if not least <= len(value) <= MOST_POINTS:
        raise _refused(f"it has {len(value)} {what}", f"send {least} to {MOST_POINTS}")
    return list(value)


def _point(value: object, allowed: Range) -> XY:
    if not isinstance(value, list | tuple) or len(value) != 2:
        raise _refused("a position is not a pair of numbers", "send two numbers a position")
    x, y = (_number(one) for one in value)
    if not (allowed[0] <= x <= allowed[1] and allowed[2] <= y <= allowed[3]):
        raise _refused(
            f"position {x:g}, {y:g} is outside x {allowed[0]:g} to {allowed[1]:g}, "
            f"y {allowed[2]:g} to {allowed[3]:g}",
            "check the order of the two numbers",
        )
    return [x, y]


def _number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise _refused("a coordinate is not a number", "send numbers")
    try:
        number = float(value)
    except OverflowError:
        number = math.inf
    if not math.isfinite(number):
        raise _refused("a coordinate is not finite", "send finite numbers")
    return number


def _line(value: object, allowed: Range) -> list[XY]:
    points = [_point(one, allowed) for one in _list(value, 2, "points")]
    if all(point == points[0] for point in points):
        raise _refused("its points are all the same", "draw it again")
    return points


def _ring(value: object, allowed: Range) -> list[XY]:
    points = [_point(one, allowed) for one in _list(value, 4, "points")]
    if points[0] != points[-1]:
        raise _refused("a ring is not closed", "repeat its first position at its end")
    if len({tuple(point) for point in points}) < 3:
        raise _refused("a ring has fewer than three corners", "draw it again")
    return points
