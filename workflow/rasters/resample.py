"""Cubic resampling along rows and columns with GDAL's weights, for grids that lie parallel to the picture.

The weights of a row of the result are the same for all its columns, and the other way round, so a picture is
two products with narrow bands of weights. Products are made a block at a time: outside the band all is zero. Where
numba is installed and four pixels are taken for one, a compiled kernel does the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil
from typing import Any

import numpy as np
from numpy.typing import NDArray

from workflow.rasters import compiled

__all__ = ["DTYPES", "Taps", "cubic_taps", "kernel_step", "resample"]

DTYPES = ("uint8", "uint16", "int16", "float32")
"""Types whose values single precision keeps to far below a step."""

# GDAL's: up to here four pixels are enough, and this near to a whole number the whole number is meant
_LARGEST_NARROW_STEP = 1 / 0.95
_NEARLY_WHOLE = 0.05
_NARROW = 4
# weights that move no value of 16 bits by a tenth
_NOTHING = 1e-6
# pixels of the result in a product, and lines of the other side: few enough that OpenBLAS starts no threads, which
# would cost more than they save
_BLOCK, _LINES = 32, 192
# blocks of rows between which what lies across is kept
_STRIP = 2


@dataclass(frozen=True, slots=True)
class Taps:
    """For each pixel of one side of the result: the first pixel taken of the source, and the weights from there on.

    `first` is (n,) and goes up, `weights` (n, taps), each row of sum 1.
    """

    first: NDArray[np.intp]
    weights: NDArray[np.float32]

    @property
    def plain(self) -> slice | None:
        """The pixels of the source that are taken as they are, where the grid lies on them; None where it does not."""
        middle = self.weights.shape[1] // 2 - 1
        if self.weights[0, middle] < 1 - _NOTHING:
            return None
        lone = np.zeros(self.weights.shape[1], np.float32)
        lone[middle] = 1
        if np.abs(self.weights - lone).max() > _NOTHING or (np.diff(self.first) != 1).any():
            return None
        start = int(self.first[0]) + middle
        return slice(start, start + len(self.first))

    @property
    def span(self) -> tuple[int, int]:
        """Pixels of the source [from, to) that are asked for."""
        return int(self.first[0]), int(self.first[-1]) + self.weights.shape[1]

    def since(self, start: int) -> Taps:
        """The same for a source of which the pixels before `start` are not there."""
        return Taps(self.first - start, self.weights)


def kernel_step(step: float) -> float:
    """How wide the kernel is made for pixels of the result that are `step` of the source's apart; 1 is not at all."""
    if step <= _LARGEST_NARROW_STEP:
        return 1.0
    whole = round(step)
    return float(whole) if abs(step - whole) < _NEARLY_WHOLE else step


def cubic_taps(start: float, step: float, count: int) -> Taps:
    """Taps of `count` pixels whose centres lie at `start`, `start` + `step`, ... in the source; `step` is above 0.

    The centre of the source's first pixel is 0.5. The kernel is the cubic one of Keys (1981) with a = -0.5, made
    wider where the result is coarser (see `kernel_step`).
    """
    places = start + step * np.arange(count) - 0.5
    base = np.floor(places)
    shrunk = 1 / kernel_step(step)
    reach = ceil(2 / shrunk)
    offsets = np.arange(1 - reach, reach + 1)
    weights = _cubic((offsets[None, :] - (places - base)[:, None]) * shrunk)
    weights /= weights.sum(axis=1, keepdims=True)
    return Taps(base.astype(np.intp) + 1 - reach, weights.astype(np.float32))


def _cubic(distances: NDArray[np.float64]) -> NDArray[np.float64]:
    x = np.abs(distances)
    near = (1.5 * x - 2.5) * x * x + 1
    far = ((-0.5 * x + 2.5) * x - 4) * x + 2
    return np.where(x <= 1, near, np.where(x < 2, far, 0.0))


def resample(source: NDArray[Any], columns: Taps, rows: Taps) -> NDArray[Any]:
    """The picture (band, row, column) at the taps, in the source's type, which is one of `DTYPES`.

    Every pixel that a tap asks for must be there, and finite.
    """
    if (taken := rows.plain) and (across_taken := columns.plain):
        return source[:, taken, across_taken].copy()
    if compiled.IS_COMPILED and columns.weights.shape[1] == rows.weights.shape[1] == _NARROW:
        return compiled.parallel(source, (columns.first, columns.weights), (rows.first, rows.weights))
    bands, _, width = source.shape
    across, down = _blocks(columns), _blocks(rows)
    strips = [down[start : start + _STRIP] for start in range(0, len(down), _STRIP)]
    spans = [(min(one.low for one in strip), max(one.high for one in strip)) for strip in strips]
    lines = bands * max(high - low for low, high in spans)
    # a strip of the result at a time, in the same few places of memory: they stay in the processor's cache
    flat, crossed = np.empty((lines, width), np.float32), np.empty((lines, len(columns.first)), np.float32)
    made = np.empty((bands, len(rows.first), len(columns.first)), source.dtype)
    for strip, (top, bottom) in zip(strips, spans, strict=True):
        count = bands * (bottom - top)
        flat[:count].reshape(bands, -1, width)[:] = source[:, top:bottom]
        for some in _lines(count):
            for one in across:
                np.matmul(flat[some, one.low : one.high], one.band, out=crossed[some, one.block])
        kept = crossed[:count].reshape(bands, bottom - top, -1)
        for one in strip:
            made[:, one.block] = _rounded(
                _down(kept[:, one.low - top : one.high - top], one.band), source.dtype
            )
    return made


def _down(kept: NDArray[np.float32], band: NDArray[np.float32]) -> NDArray[np.float32]:
    made = np.empty((len(kept), band.shape[1], kept.shape[2]), np.float32)
    for some in _lines(kept.shape[2]):
        np.matmul(band.T, kept[:, :, some], out=made[:, :, some])
    return made


def _lines(count: int) -> list[slice]:
    return [slice(start, min(start + _LINES, count)) for start in range(0, count, _LINES)]


@dataclass(frozen=True, slots=True)
class _Block:
    """Part of a side of the result: `block` of its pixels, from the source's [low, high).

    `band` is the weights (source pixel, pixel of the result).
    """

    block: slice
    low: int
    band: NDArray[np.float32]

    @property
    def high(self) -> int:
        return self.low + len(self.band)


def _blocks(taps: Taps) -> list[_Block]:
    blocks = []
    count, width = taps.weights.shape
    for start in range(0, count, _BLOCK):
        block = slice(start, min(start + _BLOCK, count))
        first, weights = taps.first[block], taps.weights[block]
        low = int(first.min())
        band = np.zeros((int(first.max()) + width - low, len(first)), np.float32)
        band[first[:, None] - low + np.arange(width), np.arange(len(first))[:, None]] = weights
        blocks.append(_Block(block, low, band))
    return blocks


def _rounded(values: NDArray[np.float32], dtype: np.dtype[Any]) -> NDArray[np.float32]:
    """The same array, rounded half up (where that is not cutting off) and held within the type, as GDAL writes it."""
    if dtype.kind == "f":
        return values
    limits = np.iinfo(dtype)
    values += 0.5
    if limits.min < 0:
        np.floor(values, out=values)
    return np.clip(values, limits.min, limits.max, out=values)
