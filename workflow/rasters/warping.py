"""A picture without coordinates laid on a grid: each pixel of the grid looks up its place in the picture.

The way back from the map is worked out on a lattice of every eighth pixel and interpolated between; pixels are weighted
by Catmull and Rom's cubic, with those that hold data alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import rasterio
from numpy.typing import NDArray
from rasterio.control import GroundControlPoint
from rasterio.crs import CRS
from rasterio.transform import Affine
from rasterio.windows import Window

from workflow.grid import SiteGrid
from workflow.model import ControlPoint
from workflow.rasters.dataset import opened, quiet, validity
from workflow.rasters.working import TILE_PX, Working, write_view

__all__ = ["ToPixels", "write_control_points", "write_warped"]

Places = NDArray[np.float64]
ToPixels = Callable[[Places], Places]
"""Places (point, 2) of the grid's CRS in metres to column and row; NaN where the picture is not."""

_STEP = 8
_BLOCK = 512
_TAPS = 4


def write_warped(src: Path, dst: Path, grid: SiteGrid, to_pixels: ToPixels) -> Working:
    """Write the working copy `src`, which has no coordinates, laid on `grid` to `dst`.

    Raises
    ------
    rasterio.errors.RasterioError
        when `src` cannot be read.
    OSError
        when the copy cannot be written.
    """
    with opened(src) as dataset:
        return write_view(_Warped(dataset, grid, to_pixels), dst)


@dataclass(frozen=True, slots=True)
class _Warped:
    source: Any
    grid: SiteGrid
    to_pixels: ToPixels
    notes: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()

    @property
    def size(self) -> tuple[int, int]:
        return self.grid.width, self.grid.height

    @property
    def crs(self) -> Any:
        return CRS.from_user_input(self.grid.crs)

    @property
    def transform(self) -> Affine:
        return Affine(*self.grid.transform)

    @property
    def count(self) -> int:
        return int(self.source.count)

    @property
    def dtype(self) -> str:
        return str(self.source.dtypes[0])

    def strips(self) -> Iterator[tuple[int, NDArray[Any], NDArray[np.bool_]]]:
        for start in range(0, self.grid.height, TILE_PX):
            rows = min(TILE_PX, self.grid.height - start)
            blocks = [
                self._block(start, left, rows, min(_BLOCK, self.grid.width - left))
                for left in range(0, self.grid.width, _BLOCK)
            ]
            data = np.concatenate([data for data, _ in blocks], axis=2)
            yield start, data, np.concatenate([valid for _, valid in blocks], axis=1)

    def _block(self, top: int, left: int, rows: int, columns: int) -> tuple[NDArray[Any], NDArray[np.bool_]]:
        places = self._places(top, left, rows, columns)
        with np.errstate(invalid="ignore"):
            inside = (places >= 0).all(axis=2) & (places <= (self.source.width, self.source.height)).all(
                axis=2
            )
        data = np.zeros((self.count, rows, columns), self.dtype)
        valid = np.zeros((rows, columns), bool)
        if inside.any():
            data[:, inside], valid[inside] = _sampled(self.source, places[inside])
        return data, valid

    def _places(self, top: int, left: int, rows: int, columns: int) -> Places:
        """Column and row in the picture of the middle of each pixel of a block: (row, column, 2)."""
        down, right = (np.arange(0, count + _STEP, _STEP, dtype=float) for count in (rows, columns))
        at_column, at_row = np.meshgrid(left + right, top + down)
        xs, ys = self.grid.to_map(at_column.ravel(), at_row.ravel())
        known = self.to_pixels(np.column_stack([xs, ys])).reshape(len(down), len(right), 2)
        across = _between(known, columns, axis=1)
        return _between(across, rows, axis=0)


def _between(known: Places, count: int, axis: int) -> Places:
    """Values at the middles of `count` pixels along an axis, from those at every eighth edge."""
    at = (np.arange(count) + 0.5) / _STEP
    before = at.astype(int)
    share = (at - before).reshape((-1, 1, 1) if axis == 0 else (1, -1, 1))
    found: Places = np.take(known, before, axis) * (1 - share) + np.take(known, before + 1, axis) * share
    return found


def _sampled(source: Any, places: Places) -> tuple[NDArray[Any], NDArray[np.bool_]]:
    """Values (band, place) and validity of places inside the picture."""
    first = np.floor(places.min(axis=0)).astype(int) - _TAPS
    last = np.ceil(places.max(axis=0)).astype(int) + _TAPS
    left, top = np.maximum(first, 0)
    right, bottom = np.minimum(last, (source.width, source.height))
    window = Window(int(left), int(top), int(right - left), int(bottom - top))
    pixels, valid = source.read(window=window), validity(source, window=window)
    at = places - (left, top) - 0.5  # the first pixel's middle is 0
    base = np.floor(at).astype(int)
    height, width = valid.shape
    columns = [np.clip(base[:, 0] + tap, 0, width - 1) for tap in range(-1, 3)]
    rows = [np.clip(base[:, 1] + tap, 0, height - 1) * width for tap in range(-1, 3)]
    across, down = _weights(at[:, 0] - base[:, 0]), _weights(at[:, 1] - base[:, 1])
    # a pixel's bands and its validity beside each other: one look-up for all of them
    flat = np.concatenate([pixels, np.ones((1, height, width))]).reshape(len(pixels) + 1, -1).T
    flat = np.where(valid.reshape(-1, 1), flat, 0)
    total = np.zeros((len(at), len(pixels) + 1))
    for row, by_row in zip(rows, down, strict=True):
        for column, by_column in zip(columns, across, strict=True):
            total += np.take(flat, row + column, axis=0) * (by_row * by_column)[:, None]
    weight = total[:, -1:]
    nearest = np.clip(np.floor(at + 0.5).astype(int), 0, (width - 1, height - 1))
    known = np.take(flat, nearest[:, 1] * width + nearest[:, 0], axis=0)
    values = np.where(weight > 0.5, total / np.maximum(weight, 0.5), known)[:, :-1]
    there = known[:, -1] > 0
    return np.where(there, _as_type(values.T, pixels.dtype), 0), there


def _weights(share: NDArray[np.float64]) -> Sequence[NDArray[np.float64]]:
    """Of the four pixels around a place that lies `share` of the way from the second to the third."""
    two, three = share**2, share**3
    return (
        0.5 * (-share + 2 * two - three),
        0.5 * (2 - 5 * two + 3 * three),
        0.5 * (share + 4 * two - 3 * three),
        0.5 * (three - two),
    )


def _as_type(values: NDArray[np.float64], dtype: np.dtype[Any]) -> NDArray[Any]:
    if dtype.kind in "iu":
        limits = np.iinfo(dtype)
        values = np.clip(np.rint(values), limits.min, limits.max)
    return values.astype(dtype)


def write_control_points(src: Path, dst: Path, crs: str, points: Sequence[ControlPoint]) -> None:
    """Write the working copy `src` as it is, with ground control points in place of coordinates, as a GeoTIFF.

    Raises
    ------
    rasterio.errors.RasterioError, OSError
        when `src` cannot be read or `dst` not be written.
    """
    quiet()
    known = [
        GroundControlPoint(point.row, point.col, point.x, point.y, id=str(number))
        for number, point in enumerate(points, 1)
    ]
    with opened(src) as picture:
        profile = {
            "driver": "GTiff",
            "width": picture.width,
            "height": picture.height,
            "count": picture.count,
        }
        profile |= {
            "dtype": picture.dtypes[0],
            "compress": "deflate",
            "gcps": known,
            "crs": CRS.from_user_input(crs),
        }
        profile |= {"photometric": "RGB"} if picture.count >= 3 else {}
        with rasterio.Env(GDAL_TIFF_INTERNAL_MASK=True), rasterio.open(dst, "w", **profile) as copy:
            for _, window in picture.block_windows(1):
                copy.write(picture.read(window=window), window=window)
                copy.write_mask(validity(picture, window=window), window=window)
