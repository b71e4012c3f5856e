"""Which footprints the boxes around places meet: most pairs are told by the sides of convex footprints, the others by
the exact shapes.

A box is that of `box_rings`. Longitudes of a footprint are taken within 180 degrees of its first corner's, so that the
date line cuts nothing.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from operator import attrgetter
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from workflow.grid import box_rings
from workflow.model import LonLat

if TYPE_CHECKING:
    from shapely import Polygon

__all__ = ["LEAST_CORNERS", "meeting", "meets"]

Ring = Sequence[LonLat]
Floats = NDArray[np.float64]
Numbers = NDArray[np.intp]

LEAST_CORNERS = 4
"""Fewer corners of a footprint enclose nothing."""

# where a box is known by its radius: up to this far from the equator, up to this large
_FURTHEST_LAT, _LARGEST_RADIUS_M = 80.0, 5000.0
# metres from the place to the furthest point of a box to the north or east, of a metre's radius: pixels are up to
# 1/50 of it and the place may lie a pixel off, boxes are turned by up to 3.5 degrees, and a degree is what it is least
_REACH, _REACH_M, _DEGREE_M = 1.13, 0.5, 110_500.0
# what of the radius surely lies in the box, also where a degree is longest
_SURE = 0.9
_WAYS = tuple((math.cos(turn * math.pi / 4), math.sin(turn * math.pi / 4)) for turn in range(8))
_ROUNDING = 1e-9
# pairs, few enough for the processor's cache
_AT_ONCE = 1 << 14
# longitudes of a strip are less than this apart, and a key is exact to this
_STRIP_DEG, _KEY_DEG = 2048.0, 1e-6
# degrees that a place is turned by to come to a footprint, whose longitudes are those beside its first corner
_TURNS = (0.0, 360.0, -360.0)


def meets(box: Polygon, footprint: Ring) -> bool:
    """Whether the box around a place touches a footprint."""
    import shapely

    if len(footprint) < LEAST_CORNERS:
        return False
    first = footprint[0].lon
    lons = [first + (one.lon - first + 540) % 360 - 180 for one in footprint]
    west, _, east, _ = box.bounds
    for turn in _TURNS:
        if west + turn <= max(lons) and east + turn >= min(lons):
            ring = [(lon - turn, one.lat) for lon, one in zip(lons, footprint, strict=True)]
            if shapely.intersects(box, shapely.make_valid(shapely.Polygon(ring))):
                return True
    return False


def meeting(
    centres: Sequence[LonLat], radii_m: Sequence[float], footprints: Sequence[Ring]
) -> tuple[Numbers, Numbers]:
    """Places and footprints for which `meets` holds, each pair once, in any order.

    Every footprint has `LEAST_CORNERS` corners or more.
    """
    if not (len(centres) and len(footprints)):
        return np.empty(0, np.intp), np.empty(0, np.intp)
    boxes, rings = _Boxes.around(centres, radii_m), _Rings.of(footprints)
    places, numbers, turns = _near(boxes, rings)
    inside, outside = _by_sides(boxes, rings, places, numbers, turns)
    asked = np.flatnonzero(~(inside | outside))
    inside[asked] = _by_shape(boxes, rings, places[asked], numbers[asked], turns[asked])
    met = places[inside] * len(footprints) + numbers[inside]
    if turns.any():
        met = np.unique(met)
    return np.divmod(met, len(footprints))


# -- boxes and rings as arrays -------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Boxes:
    """Boxes around `centres`. `half` is how far each reaches at most in degrees to the east and north, `sure` the half
    axes of an ellipse that lies in the box.

    `is_rough` says that both follow from the radius; of the others, which are few, `sure` says nothing.
    """

    centres: Sequence[LonLat]
    radii_m: Sequence[float]
    lonlats: Floats
    half: Floats
    sure: Floats
    is_rough: NDArray[np.bool_]

    @classmethod
    def around(cls, centres: Sequence[LonLat], radii_m: Sequence[float]) -> _Boxes:
        lonlats = _values(centres)
        radii = np.asarray(radii_m, float)
        away = np.abs(lonlats[:, 1])
        is_rough = (away <= _FURTHEST_LAT) & (radii <= _LARGEST_RADIUS_M)
        north = (radii * _REACH + _REACH_M) / _DEGREE_M
        half = np.column_stack((north / np.cos(np.radians(np.minimum(away + north, 89))), north))
        sure = radii * (_SURE / _DEGREE_M)
        boxes = cls(
            centres,
            radii_m,
            lonlats,
            half,
            np.column_stack((sure / np.cos(np.radians(away)), sure)),
            is_rough,
        )
        others = np.flatnonzero(~is_rough)
        if len(others):
            half[others] = np.abs(boxes.rings(others) - lonlats[others, None]).max(axis=1)
        return boxes

    def rings(self, numbers: Numbers) -> Floats:
        """Exact boxes of some: (box, corner, lon and lat)."""
        return box_rings([self.centres[one] for one in numbers], [self.radii_m[one] for one in numbers])


@dataclass(frozen=True)
class _Rings:
    """Corners of footprints, one after the other; longitudes within 180 degrees of the footprint's first.

    The corners of ring n start at `starts[n]`, and there are `counts[n]`: the one that closes a ring is left out. `low`
    is the south-west of each and `high` the north-east.
    """

    corners: Floats
    starts: Numbers
    counts: Numbers
    low: Floats
    high: Floats

    @classmethod
    def of(cls, footprints: Sequence[Ring]) -> _Rings:
        counts = np.fromiter(map(len, footprints), np.intp, len(footprints))
        ends = np.cumsum(counts)
        flat = list(chain.from_iterable(footprints))
        corners = _values(flat)
        away = corners[:, 0] - np.repeat(corners[ends - counts, 0], counts)
        corners[:, 0] += 360.0 * (away < -180) - 360.0 * (away >= 180)
        is_closed = (corners[ends - counts] == corners[ends - 1]).all(axis=1)
        kept = np.ones(len(corners), np.bool_)
        kept[ends[is_closed] - 1] = False
        counts = counts - is_closed
        corners, starts = corners[kept], np.cumsum(counts) - counts
        low, high = np.minimum.reduceat(corners, starts), np.maximum.reduceat(corners, starts)
        return cls(corners, starts, counts, low, high)

    def sides(self, numbers: Numbers, count: int) -> tuple[tuple[Floats, Floats, Floats], NDArray[np.bool_]]:
        """Sides of rings that have `count` corners, and which of the rings are convex and enclose something.

        Sides are a, b and c, each (side, ring). In a convex ring a·lon + b·lat + c is 0 or more on the inner side.
        """
        at = self.starts[numbers] + np.arange(count)[:, None]
        lon, lat = self.corners[at, 0], self.corners[at, 1]
        east, north = np.roll(lon, -1, axis=0) - lon, np.roll(lat, -1, axis=0) - lat
        next_east, next_north = np.roll(east, -1, axis=0), np.roll(north, -1, axis=0)
        cross = east * next_north - north * next_east
        ahead = east * next_east + north * next_north
        around = np.arctan2(cross, ahead).sum(axis=0)
        way = np.sign(around)
        across, up = lon - lon[0], lat - lat[0]
        area = np.abs((across * north - up * east).sum(axis=0)) / 2
        # once round, turning one way only, and never back
        is_convex = (cross * way >= 0).all(axis=0) & (np.abs(np.abs(around) - 2 * np.pi) < _ROUNDING)
        is_convex &= ((cross != 0) | (ahead >= 0)).all(axis=0)
        is_convex &= area > _ROUNDING * (across**2 + up**2).max(axis=0)
        a, b = -north * way, east * way
        return (a, b, -a * lon - b * lat), is_convex


def _values(places: Sequence[LonLat]) -> Floats:
    """Longitudes and latitudes: (place, 2)."""
    found = np.empty((len(places), 2))
    for axis, name in enumerate(("lon", "lat")):
        found[:, axis] = np.fromiter(map(attrgetter(name), places), float, len(places))
    return found


# -- pairs ---------------------------------------------------------------------------------------------------


def _near(boxes: _Boxes, rings: _Rings) -> tuple[Numbers, Numbers, Floats]:
    """Pairs whose boxes meet: places, footprints, and degrees that the place is turned by to come to the footprint."""
    lon, east = boxes.lonlats[:, 0], boxes.half[:, 0]
    found = []
    for group in (boxes.is_rough, ~boxes.is_rough):
        # once more a turn to the east and to the west, those that the footprints reach
        for turn in _TURNS:
            reached = (lon + turn - east <= rings.high[:, 0].max()) & (
                lon + turn + east >= rings.low[:, 0].min()
            )
            some = np.flatnonzero(group & reached)
            if len(some):
                places, numbers = _joined(boxes.lonlats[some] + (turn, 0.0), boxes.half[some], rings)
                found.append((some[places], numbers, np.full(len(places), turn)))
    if not found:
        return np.empty(0, np.intp), np.empty(0, np.intp), np.empty(0)
    places, numbers, turns = (np.concatenate(some) for some in zip(*found, strict=True))
    return places, numbers, turns


def _joined(lonlats: Floats, half: Floats, rings: _Rings) -> tuple[Numbers, Numbers]:
    """Pairs of boxes of about one size around `lonlats`, and of footprints whose boxes they meet.

    Places are sorted by longitude in strips of latitude; a footprint asks for a stretch of each strip that it touches.
    """
    most = half.max(axis=0)
    low, high = rings.low - most, rings.high + most
    height = float((high[:, 1] - low[:, 1]).mean())
    strip = np.floor(lonlats[:, 1] / height)
    order = np.lexsort((lonlats[:, 0], strip))
    keys = strip[order] * _STRIP_DEG + lonlats[order, 0]
    first, last = np.floor(low[:, 1] / height), np.floor(high[:, 1] / height)
    numbers, step = _counted((last - first).astype(np.intp) + 1)
    start = (first[numbers] + step) * _STRIP_DEG
    # the sums are rounded, the boxes compared below are not
    begin = np.searchsorted(keys, start + low[numbers, 0] - _KEY_DEG)
    end = np.searchsorted(keys, start + high[numbers, 0] + _KEY_DEG)
    which, step = _counted(end - begin)
    places, numbers = order[begin[which] + step], numbers[which]
    low_too, high_too = lonlats - half, lonlats + half
    meets_box = np.ones(len(places), np.bool_)
    for axis in (0, 1):
        meets_box &= low_too[places, axis] <= rings.high[numbers, axis]
        meets_box &= high_too[places, axis] >= rings.low[numbers, axis]
    return places[meets_box], numbers[meets_box]


def _counted(counts: Numbers) -> tuple[Numbers, Numbers]:
    """Each number as often as its count says, and how often it came before."""
    numbers = np.repeat(np.arange(len(counts)), counts)
    return numbers, np.arange(len(numbers)) - np.repeat(np.cumsum(counts) - counts, counts)


def _by_sides(
    boxes: _Boxes, rings: _Rings, places: Numbers, numbers: Numbers, turns: Floats
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Which pairs surely meet, a part of the box being in a convex footprint, and which surely do not."""
    inside, outside = np.zeros(len(places), np.bool_), np.zeros(len(places), np.bool_)
    lons, lats = boxes.lonlats[places, 0] + turns, boxes.lonlats[places, 1]
    for count in np.flatnonzero(np.bincount(rings.counts)).tolist():
        some = np.flatnonzero(rings.counts == count)
        sides, is_convex = rings.sides(some, count)
        which = np.flatnonzero(rings.counts[numbers] == count)
        row = np.searchsorted(some, numbers[which])
        which, row = which[is_convex[row]], row[is_convex[row]]
        for start in range(0, len(which), _AT_ONCE):
            part, ring = which[start : start + _AT_ONCE], row[start : start + _AT_ONCE]
            at, lon, lat = places[part], lons[part], lats[part]
            is_in = boxes.is_rough[at] & (_depth(sides, ring, lon, lat) >= 0)
            left = np.flatnonzero(~is_in)
            is_out = np.zeros(len(part), np.bool_)
            is_out[left] = _depth(sides, ring[left], lon[left], lat[left], boxes.half[at[left]]) < 0
            left = np.flatnonzero(~is_in & ~is_out & boxes.is_rough[at])
            east, north = boxes.sure[at[left]].T
            for x, y in _WAYS:
                is_in[left] |= _depth(sides, ring[left], lon[left] + x * east, lat[left] + y * north) >= 0
            inside[part], outside[part] = is_in, is_out
    return inside, outside


def _depth(
    sides: tuple[Floats, Floats, Floats], rings: Numbers, lon: Floats, lat: Floats, half: Floats | None = None
) -> Floats:
    """The least of a·lon + b·lat + c over the sides of each ring; of the corner that makes it most where `half` is how
    far a box reaches.
    """
    least = np.full(len(rings), np.inf)
    for a, b, c in zip(*sides, strict=True):
        to_east, to_north = a[rings], b[rings]
        value = to_east * lon + to_north * lat + c[rings]
        if half is not None:
            value += np.abs(to_east) * half[:, 0] + np.abs(to_north) * half[:, 1]
        np.minimum(least, value, out=least)
    return least


def _by_shape(
    boxes: _Boxes, rings: _Rings, places: Numbers, numbers: Numbers, turns: Floats
) -> NDArray[np.bool_]:
    """Which of the pairs meet, by their exact shapes."""
    import shapely

    asked, at = np.unique(places, return_inverse=True)
    if not len(asked):
        return np.zeros(0, np.bool_)
    # as many corners as a ring has, and the first once more
    counts = rings.counts[numbers] + 1
    pair, step = _counted(counts)
    corners = rings.corners[rings.starts[numbers][pair] + step % rings.counts[numbers][pair]]
    corners[:, 0] -= turns[pair]
    shapes = shapely.polygons(shapely.linearrings(corners, indices=pair))
    invalid = ~shapely.is_valid(shapes)
    shapes[invalid] = shapely.make_valid(shapes[invalid])
    return np.asarray(shapely.intersects(shapely.polygons(boxes.rings(asked))[at], shapes))
