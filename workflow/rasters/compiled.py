"""A picture's pixels on a grid, weighted as GDAL's warper weights them, by kernels that numba compiles.

Both take four by four pixels for one: grids that are not coarser than the picture. Without numba products take the
place of `parallel` and the warper that of `askew`. Each step is done in a fixed order, so every machine with numba
gives the same numbers.
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

__all__ = ["IS_COMPILED", "Curve", "askew", "make_ready", "parallel"]

IS_COMPILED = find_spec("numba") is not None
"""Whether the kernels can be asked."""

Terms = tuple[float, float, float, float, float, float]
_F = np.float32
# runs of fewer pixels beside each other are looked up one by one
_SHORT_RUN = 8


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


def parallel(
    source: NDArray[Any],
    columns: tuple[NDArray[np.intp], NDArray[np.float32]],
    rows: tuple[NDArray[np.intp], NDArray[np.float32]],
) -> NDArray[Any]:
    """The picture (band, row, column) at columns and rows, in the source's type.

    Of each column and row the first of the source's four that it takes, (n,), and their weights, (n, 4); both go up.
    Every pixel that is asked for must be there, and finite; the type is one of `workflow.rasters.resample.DTYPES`.
    """
    (left, across), (top, down) = columns, rows
    made = np.empty((len(source), len(top), len(left)), source.dtype)
    _compiled(_parallel)(
        source, left, np.ascontiguousarray(across.T), top, down, *_limits(source.dtype), made
    )
    return made


def askew(source: NDArray[Any], curve: Curve, shape: tuple[int, int]) -> NDArray[Any]:
    """The picture (band, row, column) at the pixels of a grid of `shape`, in the source's type.

    The kernel is the cubic one of Keys (1981) with a = -0.5, over four by four pixels. Every pixel that is asked for
    must be there (`Curve.span`), and finite; the type is one of `workflow.rasters.resample.DTYPES`.
    """
    made = np.empty((len(source), *shape), source.dtype)
    _compiled(_askew)(source, np.array((curve.columns, curve.rows)), *_limits(source.dtype), made)
    return made


def make_ready() -> None:
    """Have the kernels ready for 8-bit pictures: whoever asks first would wait for them, a second or some."""
    if IS_COMPILED:
        none, ones = np.zeros((1, 4, 4), np.uint8), (np.zeros(1, np.intp), np.ones((1, 4), np.float32))
        parallel(none, ones, ones)
        askew(none, Curve((1.5, 0.0, 0.0, 0.0, 0.0, 0.0), (1.5, 0.0, 0.0, 0.0, 0.0, 0.0), 0.0), (1, 1))


def _limits(dtype: np.dtype[Any]) -> tuple[bool, np.float32, np.float32]:
    """Whether values are rounded half up, and the least and the most that the type holds."""
    if dtype.kind == "f":
        return False, _F(0), _F(0)
    limits = np.iinfo(dtype)
    return True, _F(limits.min), _F(limits.max)


@cache
def _compiled(kernel: Callable[..., None]) -> Callable[..., None]:
    numba: Any = import_module("numba")
    try:
        compiled = numba.njit(kernel, cache=True, nogil=True, error_model="numpy")
    except RuntimeError:  # there is no folder to keep the compiled kernel in
        compiled = numba.njit(kernel, nogil=True, error_model="numpy")
    made: Callable[..., None] = compiled
    return made


def _parallel(source, left, across, top, down, is_whole, low, high, made):  # type: ignore[no-untyped-def]
    width, (bands, rows, columns) = source.shape[2], made.shape
    half = _F(0.5)
    # runs of columns whose first pixels lie beside each other: done many at a time
    starts, runs = np.empty(columns + 1, np.int64), 0
    for x in range(columns):
        if x == 0 or left[x] != left[x - 1] + 1:
            starts[runs] = x
            runs += 1
    starts[runs] = columns
    # unsigned: numba looks at none of them for a place counted from the end, which takes a third of the time
    firsts, next_, two, three = left.view(np.uintp), np.uintp(1), np.uintp(2), np.uintp(3)
    pixels, line = np.empty(width, np.float32), np.empty(columns, np.float32)
    # what was crossed of four rows of the source
    ring = np.empty((4, columns), np.float32)
    for band in range(bands):
        crossed = top[0]
        for y in range(rows):
            crossed = max(crossed, top[y])
            while crossed < top[y] + 4:
                for x in range(width):
                    pixels[x] = source[band, crossed, x]
                kept = ring[crossed & 3]
                if runs * _SHORT_RUN > columns:
                    a0, a1, a2, a3 = across
                    for x in range(columns):
                        at = firsts[x]
                        kept[x] = (
                            pixels[at] * a0[x]
                            + pixels[at + next_] * a1[x]
                            + pixels[at + two] * a2[x]
                            + pixels[at + three] * a3[x]
                        )
                else:
                    for run in range(runs):
                        start, end = starts[run], starts[run + 1]
                        some = pixels[left[start] : left[start] + end - start + 3]
                        a0, a1, a2, a3 = (
                            across[0, start:end],
                            across[1, start:end],
                            across[2, start:end],
                            across[3, start:end],
                        )
                        values = kept[start:end]
                        for x in range(end - start):
                            values[x] = (
                                some[x] * a0[x]
                                + some[x + 1] * a1[x]
                                + some[x + 2] * a2[x]
                                + some[x + 3] * a3[x]
                            )
                crossed += 1
            first = top[y]
            one, another, third, fourth = (
                ring[first & 3],
                ring[(first + 1) & 3],
                ring[(first + 2) & 3],
                ring[(first + 3) & 3],
            )
            d0, d1, d2, d3 = down[y]
            for x in range(columns):
                line[x] = one[x] * d0 + another[x] * d1 + third[x] * d2 + fourth[x] * d3
            if is_whole:
                for x in range(columns):
                    value = np.floor(line[x] + half)
                    value = low if value < low else value
                    made[band, y, x] = np.int32(high if value > high else value)
            else:
                for x in range(columns):
                    made[band, y, x] = line[x]


def _askew(source, places, is_whole, low, high, made):  # type: ignore[no-untyped-def]
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
