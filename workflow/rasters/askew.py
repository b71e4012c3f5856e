"""A picture's pixels on a grid that lies askew to it, weighted as GDAL's warper weights them, compiled by numba.

Without numba there is no such kernel and the warper does the work. Each step is done in a fixed order, so every
machine with numba gives the same numbers.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["IS_COMPILED", "Curve", "resample_askew"]

IS_COMPILED = find_spec("numba") is not None
"""Whether `resample_askew` can be asked."""

Terms = tuple[float, float, float, float, float, float]
_F = np.float32


@dataclass(frozen=True, slots=True)
class Curve:
    """Where the pixels of a grid lie in a picture: column and row of the middle of the grid's pixel (x, y).

    `columns` and `rows` weigh 1, x, y, x², x·y and y²; x and y of the first pixel's middle are 0.5, as are column and
    row of the picture's. `error_px` is the most that this was found to be off, in the picture's pixels.
    """

    columns: Terms
    rows: Terms
    error_px: float

    def span(self, shape: tuple[int, int]) -> tuple[tuple[int, int], tuple[int, int]]:
        """Columns [from, to) and rows [from, to) that pixels of a grid of `shape` (rows, columns) take."""
        height, width = shape
        xs, ys = np.arange(width) + 0.5, np.arange(height) + 0.5
        # what lies within lies within its edges, for the curve is slight
        across = np.concatenate((xs, xs, np.full(height, 0.5), np.full(height, width - 0.5)))
        down = np.concatenate((np.full(width, 0.5), np.full(width, height - 0.5), ys, ys))
        terms = np.array((np.ones(len(across)), across, down, across * across, across * down, down * down))
        (left, right), (top, bottom) = (
            (int(np.floor(found.min() - 0.5)) - 2, int(np.floor(found.max() - 0.5)) + 4)
            for found in (self.columns @ terms, self.rows @ terms)
        )
        return (left, right), (top, bottom)

    def since(self, left: int, top: int) -> Curve:
        """The same for a picture of which the columns before `left` and the rows before `top` are not there."""
        columns, rows = (self.columns[0] - left, *self.columns[1:]), (self.rows[0] - top, *self.rows[1:])
        return Curve(columns, rows, self.error_px)


def resample_askew(source: NDArray[Any], curve: Curve, shape: tuple[int, int]) -> NDArray[Any]:
    """The picture (band, row, column) at the pixels of a grid of `shape`, in the source's type.

    The kernel is the cubic one of Keys (1981) with a = -0.5, over four by four pixels. Every pixel that is asked for
    must be there (`Curve.span`), and finite; the type is one of `workflow.rasters.resample.DTYPES`.
    """
    made = np.empty((len(source), *shape), source.dtype)
    is_whole = source.dtype.kind in "iu"
    low, high = (np.iinfo(source.dtype).min, np.iinfo(source.dtype).max) if is_whole else (0, 0)
    places = np.array((curve.columns, curve.rows))
    _compiled()(source, places, is_whole, _F(low), _F(high), made)
    return made


@cache
def _compiled() -> Callable[..., None]:
    numba: Any = import_module("numba")
    try:
        compiled = numba.njit(_fill, cache=True, nogil=True, error_model="numpy")
    except RuntimeError:  # there is no folder to keep the compiled kernel in
        compiled = numba.njit(_fill, nogil=True, error_model="numpy")
    kernel: Callable[..., None] = compiled
    return kernel


def _fill(source, places, is_whole, low, high, made):  # type: ignore[no-untyped-def]
    bands, height, width = source.shape
    rows, columns = made.shape[1:]
    pixels = np.empty((bands, height, width), np.float32)
    for band in range(bands):
        for row in range(height):
            for column in range(width):
                pixels[band, row, column] = source[band, row, column]
    half, two, three, four, five = _F(0.5), _F(2), _F(3), _F(4), _F(5)
    # of a line of the grid: where its pixels lie, their weights across and down, and their values
    ahead, beside = np.empty(columns, np.int64), np.empty(columns, np.int64)
    across, down = np.empty((4, columns), np.float32), np.empty((4, columns), np.float32)
    line = np.empty(columns, np.float32)
    p, q = places[0], places[1]
    for y in range(rows):
        v = y + 0.5
        at_column, by_column = p[0] + p[2] * v + p[5] * v * v - 0.5, p[1] + p[4] * v
        at_row, by_row = q[0] + q[2] * v + q[5] * v * v - 0.5, q[1] + q[4] * v
        for x in range(columns):
            u = x + 0.5
            column = at_column + u * (by_column + u * p[3])
            row = at_row + u * (by_row + u * q[3])
            left, top = np.floor(column), np.floor(row)
            ahead[x], beside[x] = np.int64(left) - x, np.int64(top)
            s, t = _F(column - left), _F(row - top)
            s2, t2 = s * s, t * t
            s3, t3 = s2 * s, t2 * t
            across[0, x] = half * (two * s2 - s - s3)
            across[1, x] = half * (two - five * s2 + three * s3)
            across[2, x] = half * (s + four * s2 - three * s3)
            across[3, x] = half * (s3 - s2)
            down[0, x] = half * (two * t2 - t - t3)
            down[1, x] = half * (two - five * t2 + three * t3)
            down[2, x] = half * (t + four * t2 - three * t3)
            down[3, x] = half * (t3 - t2)
        for band in range(bands):
            start = 0
            while start < columns:
                # a run of pixels beside each other whose sources lie beside each other: done many at a time
                left, top = ahead[start], beside[start]
                end = start + 1
                while end < columns and ahead[end] == left and beside[end] == top:
                    end += 1
                first, last = start + left - 1, end + left + 2
                one, another = pixels[band, top - 1, first:last], pixels[band, top, first:last]
                third, fourth = pixels[band, top + 1, first:last], pixels[band, top + 2, first:last]
                a0, a1, a2, a3 = (
                    across[0, start:end],
                    across[1, start:end],
                    across[2, start:end],
                    across[3, start:end],
                )
                d0, d1, d2, d3 = (
                    down[0, start:end],
                    down[1, start:end],
                    down[2, start:end],
                    down[3, start:end],
                )
                values = line[start:end]
                for x in range(end - start):
                    values[x] = (
                        (one[x] * a0[x] + one[x + 1] * a1[x] + one[x + 2] * a2[x] + one[x + 3] * a3[x])
                        * d0[x]
                        + (
                            another[x] * a0[x]
                            + another[x + 1] * a1[x]
                            + another[x + 2] * a2[x]
                            + another[x + 3] * a3[x]
                        )
                        * d1[x]
                        + (
                            third[x] * a0[x]
                            + third[x + 1] * a1[x]
                            + third[x + 2] * a2[x]
                            + third[x + 3] * a3[x]
                        )
                        * d2[x]
                        + (
                            fourth[x] * a0[x]
                            + fourth[x + 1] * a1[x]
                            + fourth[x + 2] * a2[x]
                            + fourth[x + 3] * a3[x]
                        )
                        * d3[x]
                    )
                start = end
            if is_whole:
                for x in range(columns):
                    value = np.floor(line[x] + half)
                    value = low if value < low else value
                    made[band, y, x] = np.int32(high if value > high else value)
            else:
                for x in range(columns):
                    made[band, y, x] = line[x]
