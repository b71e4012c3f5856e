"""What a viewer draws over a screenshot: bars along its sides, boxes, letters, pins, compass. Colours in, a mask out.

Nothing is recognised. What is quiet along a whole side, exactly flat, purely coloured, or made of thin white or black
strokes close together is no ground; where such is ground after all, a little of it is lost. A wide flat area with a
ragged outline is kept: it is even sea, or ground that is clipped to white or black.
"""

from __future__ import annotations

import math
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

__all__ = ["ground_mask"]

Bytes = NDArray[np.uint8]
Mask = NDArray[np.bool_]
Floats = NDArray[np.float32]
_Scalar = TypeVar("_Scalar", bound=np.generic)

# a bar lies along a side, this much of the picture deep at most, and is this many pixels deep at least
_DEEPEST, _SHALLOWEST_PX = 0.16, 6
# of a line that letters fill as much is still quiet
_WITHOUT_LETTERS = 0.3
_QUIET, _QUIET_SHARE, _GAP_PX = 5, 0.4, 12
# exactly flat: hardly a level apart in a small square, and so all around
_FLAT, _FLAT_PX, _FLAT_SHARE = 2, 15, 0.6
# ground where that is at least so much of the picture, its outline at least so many times the root of its area (in a
# frame around a picture that lies turned it is less), and at most so much of its width or height one line, give or
# take some pixels; the outline is not looked at along the picture's own sides
_WIDE, _RAGGED, _STRAIGHT, _LINE_PX = 0.05, 6.0, 0.25, 2
_SIDE_PX = 8
_SWEEPS = 100
_PURE = 150
_WHITE, _BLACK, _CONTRAST = 222, 34, 110
_STROKE_PX, _LETTERS_PX, _LETTERS_SHARE = 9, 21, 0.10
_MARGIN_PX = 5


def ground_mask(colours: Bytes) -> Mask:
    """Where a screenshot, (band, row, column) of 8 bits, shows ground: (row, column), False where it is drawn over."""
    high, low = colours.max(axis=0), colours.min(axis=0)
    span = _spans(colours)
    bars = _bars(span)
    return ~(bars | _flat(span, bars) | _pure(high, low) | _letters(high, low, colours))


def _spans(colours: Bytes) -> Bytes:
    """The widest of the bands' ranges in the 5 x 5 pixels around each."""
    spans = [_extreme(band, 2, np.maximum) - _extreme(band, 2, np.minimum) for band in colours]
    widest: Bytes = np.maximum.reduce(spans)
    return widest


def _bars(span: Bytes) -> Mask:
    """Strips along the four sides that are far quieter than the rest, letters in them or not."""
    drawn = np.zeros(span.shape, np.bool_)
    usual = float(np.quantile(span, _WITHOUT_LETTERS))
    limit = max(_QUIET, _QUIET_SHARE * usual)
    for turns in range(4):
        lines = np.rot90(span, turns)
        quiet = np.quantile(lines[: max(1, round(_DEEPEST * len(lines)))], _WITHOUT_LETTERS, axis=1) <= limit
        deep = _depth(quiet)
        if deep >= _SHALLOWEST_PX:
            # rot90 gives a view: the strip is written into the whole
            np.rot90(drawn, turns)[: deep + _MARGIN_PX] = True
    return drawn


def _depth(quiet: Mask) -> int:
    """How many lines from the first on are quiet, letters between them counted in; 0 where all are: that is ground."""
    deep = 0
    for line, is_quiet in enumerate(quiet):
        if is_quiet:
            deep = line + 1
        elif line - deep >= _GAP_PX:
            break
    return 0 if deep >= len(quiet) else deep


def _flat(span: Bytes, bars: Mask) -> Mask:
    flat = span <= _FLAT
    flat &= _shares(flat, _FLAT_PX) >= _FLAT_SHARE
    return _grown(flat & ~_even_ground(flat & ~bars, bars), _MARGIN_PX + 2)


def _even_ground(flat: Mask, bars: Mask) -> Mask:
    """Flat areas that are wide and ragged; what is drawn is smaller, or ends at a line along a side of the picture."""
    ground = np.zeros(flat.shape, np.bool_)
    if flat.mean() < _WIDE:
        return ground
    numbers = _areas(flat)
    areas, sizes = np.unique(numbers[flat], return_counts=True)
    for number in areas[sizes >= _WIDE * flat.size]:
        area = numbers == number
        outlines = [_upper_outline(np.rot90(area, turns), np.rot90(bars, turns)) for turns in range(4)]
        if sum(one.sum() for one in outlines) < _RAGGED * math.sqrt(area.sum()):
            continue
        spans = [np.ptp(np.flatnonzero(np.rot90(area, turns).any(axis=0))) + 1 for turns in range(4)]
        if all(_longest_line(one) <= _STRAIGHT * wide for one, wide in zip(outlines, spans, strict=True)):
            ground |= area
    return ground


def _areas(mask: Mask) -> NDArray[np.int32]:
    """Each pixel with the number of the connected part that it is in, 0 where the mask is not set."""
    numbers = np.arange(1, mask.size + 1, dtype=np.int32).reshape(mask.shape) * mask
    for _ in range(_SWEEPS):
        before = numbers
        numbers = _highest_in_runs(_highest_in_runs(numbers).T).T
        if np.array_equal(numbers, before):
            break
    return numbers


def _highest_in_runs(numbers: NDArray[np.int32]) -> NDArray[np.int32]:
    """Each number that is not 0 raised to the highest of its run along the row."""
    starts = _starts(numbers > 0)
    highest = np.maximum.reduceat(numbers.ravel(), starts)
    return np.repeat(highest, np.diff(starts, append=numbers.size)).reshape(numbers.shape)


def _starts(mask: Mask) -> NDArray[np.intp]:
    """Where in the rows, one after the other, runs of set or unset pixels begin."""
    changes = np.ones(mask.shape, np.bool_)
    changes[:, 1:] = mask[:, 1:] != mask[:, :-1]
    return np.flatnonzero(changes)


def _upper_outline(area: Mask, bars: Mask) -> Mask:
    """Pixels of an area below one that is neither in it nor in a bar; along the picture's own side runs no outline."""
    outline = np.zeros(area.shape, np.bool_)
    outline[1:] = area[1:] & ~area[:-1] & ~bars[:-1]
    outline[:_SIDE_PX] = False
    return outline


def _longest_line(outline: Mask) -> int:
    """Pixels of the longest stretch of an outline along a row, give or take some rows."""
    near = outline.copy()
    for step in range(1, _LINE_PX + 1):
        near[step:] |= outline[:-step]
        near[:-step] |= outline[step:]
    starts = _starts(near)
    lengths = np.diff(starts, append=near.size)
    return int(lengths[near.ravel()[starts]].max(initial=0))


def _pure(high: Bytes, low: Bytes) -> Mask:
    """Colours that ground seldom has."""
    pure = (high - low) >= _PURE
    return _grown(pure & (_shares(pure, 5) >= 0.3), _MARGIN_PX)


def _letters(high: Bytes, low: Bytes, colours: Bytes) -> Mask:
    """Thin strokes of white or black, full of contrast, close together."""
    level = colours.mean(axis=0, dtype=np.float32)
    lift, drop = (_extreme(level, 3, way) for way in (np.maximum, np.minimum))
    sharp = (lift - drop) >= _CONTRAST
    white, black = low >= _WHITE, high <= _BLACK
    ink = sharp & ((white & ~_opened(white)) | (black & ~_opened(black)))
    dense = ink & (_shares(ink, _LETTERS_PX) >= _LETTERS_SHARE)
    return _grown(dense, _MARGIN_PX + 3)


def _opened(mask: Mask) -> Mask:
    """What is wider than a stroke."""
    half = _STROKE_PX // 2
    return _extreme(_extreme(mask, half, np.minimum), half, np.maximum)


def _grown(mask: Mask, by: int) -> Mask:
    return _extreme(mask, by, np.maximum)


def _extreme(values: NDArray[_Scalar], half: int, way: np.ufunc) -> NDArray[_Scalar]:
    """The highest or lowest of the square of 2 `half` + 1 around each pixel; beyond the edge lies nothing."""
    for axis in (0, 1):
        out = values.copy()
        size = values.shape[axis]
        for step in range(1, min(half, size - 1) + 1):
            after, before = [slice(None)] * 2, [slice(None)] * 2
            after[axis], before[axis] = slice(step, None), slice(None, -step)
            there, here = tuple(after), tuple(before)
            out[here] = way(out[here], values[there])
            out[there] = way(out[there], values[here])
        values = out
    return values


def _shares(mask: Mask, side: int) -> Floats:
    """The share of a square of `side` around each pixel that is set; beyond the edge the edge goes on."""
    half = side // 2
    total = np.pad(mask.astype(np.float32), half + 1, mode="edge")[:-1, :-1]
    total = total.cumsum(axis=0, dtype=np.float64).cumsum(axis=1)
    width = 2 * half + 1
    sums = total[width:, width:] - total[:-width, width:] - total[width:, :-width] + total[:-width, :-width]
    return (sums / width**2).astype(np.float32)
