"""The ground along a road, straightened: thin lines in it, bright and dark. Arrays only.

A strip is (along, across): rows run along the road's bearing, columns to its right, both from the site's
position, `STEP_M` apart.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from workflow.compare import to_grey
from workflow.model import Chip

__all__ = [
    "ACROSS_M",
    "LEAST_NOISE",
    "NOISES",
    "STEP_M",
    "Strip",
    "between",
    "bright_lines",
    "contrast",
    "dark_lines",
    "moved",
    "narrow_lines",
    "over_level",
    "strip",
    "taken",
    "windows",
]

Floats = NDArray[np.float32]
STEP_M = 0.4
ACROSS_M = 24.0
# what of a window may be hidden, by vehicles
_GAPS = 0.25
# level of the ground: the median over 16 m along
_LEVEL_ROWS, _LEVEL_EVERY = 41, 4
_LEAST_LEVEL = 0.02
# half widths, in rows, of the frame that a bright line stands out of; the widest dark one; metres beside a narrow one
_BRIGHT_ROWS = (3, 4)
_MOST_DARK_ROWS = 7
_BESIDE_M = 1.2
# what stands out by so many times the noise counts as 1; less noise than this is none
NOISES, LEAST_NOISE = 3.0, 0.008
_CONTRAST_ROWS, _CONTRAST_M = 21, 16.0
_ONE = np.float32(1)


class Strip(NamedTuple):
    """`grey` (along, across) 0..1, `valid`, and the metres of rows and columns."""

    grey: Floats
    valid: NDArray[np.bool_]
    along_m: NDArray[np.floating]
    across_m: NDArray[np.floating]


def strip(chip: Chip, bearing_deg: float, reach_m: float) -> Strip:
    """The chip turned so that the road runs down the rows; bilinear."""
    rows = round(reach_m / STEP_M)
    columns = round(ACROSS_M / STEP_M)
    along = np.arange(-rows, rows + 1) * STEP_M
    across = np.arange(-columns, columns + 1) * STEP_M
    sin, cos = math.sin(math.radians(bearing_deg)), math.cos(math.radians(bearing_deg))
    east = along[:, None] * sin + across * cos
    north = along[:, None] * cos - across * sin
    height, width = chip.valid.shape
    column = width / 2 - 0.5 + east / chip.gsd_m
    row = height / 2 - 0.5 - north / chip.gsd_m
    inside = (column >= 0) & (column <= width - 1) & (row >= 0) & (row <= height - 1)
    nearest = (
        np.clip(np.rint(row), 0, height - 1).astype(np.intp),
        np.clip(np.rint(column), 0, width - 1).astype(np.intp),
    )
    return Strip(
        _bilinear(to_grey(chip.data, chip.stretch), row, column),
        inside & chip.valid[nearest],
        along,
        across,
    )


def _bilinear(grey: Floats, row: NDArray[np.float64], column: NDArray[np.float64]) -> Floats:
    height, width = grey.shape
    top = np.clip(np.floor(row), 0, max(height - 2, 0)).astype(np.intp)
    left = np.clip(np.floor(column), 0, max(width - 2, 0)).astype(np.intp)
    down, right = np.clip(row - top, 0, 1), np.clip(column - left, 0, 1)
    below, beside = np.minimum(top + 1, height - 1), np.minimum(left + 1, width - 1)
    upper = grey[top, left] * (1 - right) + grey[top, beside] * right
    lower = grey[below, left] * (1 - right) + grey[below, beside] * right
    out: Floats = (upper * (1 - down) + lower * down).astype(np.float32)
    return out


def over_level(ground: Strip) -> Floats:
    """(along, across): brightness over the usual one within 8 m along; 1 where nothing is seen."""
    level = np.maximum(_level(ground.grey), np.float32(_LEAST_LEVEL))
    ratio: Floats = np.where(ground.valid, ground.grey / level, np.float32(1))
    return ratio


def bright_lines(ratio: Floats) -> Floats:
    """How much brighter than the ground on both sides along, and than its level, each place is."""
    lines: Floats = np.maximum.reduce(
        [ratio - np.maximum(np.maximum(taken(ratio, n), taken(ratio, -n)), _ONE) for n in _BRIGHT_ROWS]
    )
    return lines


def dark_lines(ratio: Floats, depth_m: float) -> Floats:
    """How much darker than the ground on both sides along, and than its level, a line so deep is around each place."""
    rows = min(max(round(depth_m / STEP_M), 1), _MOST_DARK_ROWS) | 1
    aside = rows // 2 + 2
    beside = np.minimum(taken(ratio, aside), taken(ratio, -aside))
    return np.minimum(beside, _ONE) - _mean(ratio, rows)


def narrow_lines(ratio: Floats, along: float, across: float) -> Floats:
    """How much darker than the ground beside a line that runs in that direction, and than its level, each place is."""
    length = math.hypot(along, across) or 1.0
    down, right = _BESIDE_M / STEP_M * across / length, _BESIDE_M / STEP_M * along / length
    return np.minimum(np.minimum(between(ratio, -down, right), between(ratio, down, -right)), _ONE) - ratio


def windows(response: Floats, lengths_m: Sequence[float]) -> Floats:
    """(length, along, across): how far a line across stands out in windows of these lengths around each place.

    A window counts by the response that three quarters of it exceed, so that a vehicle makes none and hides none. 1 is
    three times the noise of that window, or where that is less, a barely visible difference.
    """
    layers = []
    for length_m in lengths_m:
        columns = int(length_m / STEP_M) | 1
        wide = np.pad(response, ((0, 0), (columns // 2, columns // 2)), constant_values=-1)
        views = np.lib.stride_tricks.sliding_window_view(wide, columns, axis=1)
        place = int(_GAPS * columns)
        layer = np.partition(views, place, axis=-1)[..., place]
        middle = np.median(layer, axis=0)
        noise = 1.4826 * np.median(np.abs(layer - middle), axis=0)
        layers.append(layer / np.maximum(NOISES * noise, LEAST_NOISE))
    return np.stack(layers).astype(np.float32)


def contrast(ground: Strip) -> NDArray[np.float64]:
    """(along,): how much the ground differs from column to column, over its brightness; cloud and haze lower it."""
    smooth = _mean(ground.grey, _CONTRAST_ROWS)
    near = np.abs(ground.across_m) <= _CONTRAST_M
    steps = np.abs(smooth[:, 2:] - smooth[:, :-2])[:, near[1:-1]].mean(axis=1)
    out: NDArray[np.float64] = steps / np.maximum(smooth[:, near].mean(axis=1), _LEAST_LEVEL)
    return out.astype(np.float64)


def taken(array: Floats, rows: int) -> Floats:
    """The array read `rows` further along; ends repeated. Along is the last but one axis."""
    size = array.shape[-2]
    return np.take(array, np.clip(np.arange(size) + rows, 0, size - 1), axis=-2)


def moved(array: Floats, rows: int, columns: int) -> Floats:
    """The array read `rows` further along and `columns` further to the right; ends repeated."""
    size = array.shape[-1]
    return np.take(taken(array, rows), np.clip(np.arange(size) + columns, 0, size - 1), axis=-1)


def between(array: Floats, rows: float, columns: float) -> Floats:
    """As `moved`, by parts of rows and columns; bilinear."""
    top, left = math.floor(rows), math.floor(columns)
    down, right = np.float32(rows - top), np.float32(columns - left)
    upper: Floats = moved(array, top, left) * (1 - right) + moved(array, top, left + 1) * right
    lower: Floats = moved(array, top + 1, left) * (1 - right) + moved(array, top + 1, left + 1) * right
    made: Floats = upper * (1 - down) + lower * down
    return made


def _mean(array: Floats, rows: int) -> Floats:
    """Mean over an odd number of rows; ends repeated."""
    if rows == 1:
        return array
    half = rows // 2
    wide = np.pad(array, ((half + 1, half), (0, 0)), mode="edge")
    sums = np.cumsum(wide, axis=0, dtype=np.float64)
    out: Floats = ((sums[rows:] - sums[:-rows]) / rows).astype(np.float32)
    return out


def _level(grey: Floats) -> Floats:
    """Running median along, taken at every fourth row of every second."""
    half = _LEVEL_ROWS // 2
    wide = np.pad(grey, ((half, half + _LEVEL_EVERY), (0, 0)), mode="edge")
    windows = np.lib.stride_tricks.sliding_window_view(wide, _LEVEL_ROWS, axis=0)
    medians = np.median(windows[::_LEVEL_EVERY, :, ::2], axis=-1)
    out: Floats = np.repeat(medians, _LEVEL_EVERY, axis=0)[: len(grey)].astype(np.float32)
    return out
