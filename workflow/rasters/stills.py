"""A still laid in other pixels: each pixel of a tile looks up its place in the still."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from workflow.rasters.whole import read_whole

__all__ = ["read_looked_up"]

Places = NDArray[np.float64]
_LARGEST_PX = 8192


def read_looked_up(
    path: Path, size: tuple[int, int], places: Places, shape: tuple[int, int], finer: float
) -> tuple[NDArray[Any], NDArray[np.bool_]]:
    """Data (band, row, column) and validity (row, column) of a tile of `shape` from the picture in `path`.

    `places` (pixel, 2) has for each pixel of the tile, row by row, column and row in the picture of `size` (width,
    height), NaN where it is not. `finer` is how many pixels of the picture go on one of the tile: it is averaged down
    before it is interpolated.

    Raises
    ------
    rasterio.errors.RasterioError
        when the file cannot be read.
    """
    longest = max(size)
    data, valid = _whole(path, min(_LARGEST_PX, max(1, round(longest / 2 ** max(0, _halvings(finer))))))
    height, width = valid.shape
    at = places * (width / size[0], height / size[1]) - 0.5
    with np.errstate(invalid="ignore"):
        inside = ((at > -0.5) & (at < (width - 0.5, height - 0.5))).all(axis=1)
    found = np.zeros((len(data), len(places)), data.dtype)
    there = np.zeros(len(places), bool)
    if inside.any():
        found[:, inside], there[inside] = _between(data, valid, at[inside])
    return found.reshape(-1, *shape), there.reshape(shape)


def _halvings(finer: float) -> int:
    return int(np.floor(np.log2(max(finer, 1e-3)) + 0.1))


def _between(
    data: NDArray[Any], valid: NDArray[np.bool_], at: Places
) -> tuple[NDArray[Any], NDArray[np.bool_]]:
    """Values between the four pixels around each place, counted from the middle of the first."""
    height, width = valid.shape
    base = np.floor(at).astype(int)
    share = at - base
    columns = [np.clip(base[:, 0] + step, 0, width - 1) for step in (0, 1)]
    rows = [np.clip(base[:, 1] + step, 0, height - 1) for step in (0, 1)]
    across, down = (1 - share[:, 0], share[:, 0]), (1 - share[:, 1], share[:, 1])
    total = np.zeros((len(data), len(at)))
    for row, by_row in zip(rows, down, strict=True):
        for column, by_column in zip(columns, across, strict=True):
            total += data[:, row, column] * (by_row * by_column)
    nearest = valid[np.where(share[:, 1] < 0.5, rows[0], rows[1]), np.where(share[:, 0] < 0.5, *columns)]
    values = np.rint(total) if data.dtype.kind in "iu" else total
    return np.where(nearest, values, 0).astype(data.dtype), nearest


@lru_cache(maxsize=4)
def _whole(path: Path, max_px: int) -> tuple[NDArray[Any], NDArray[np.bool_]]:
    return read_whole(path, max_px)
