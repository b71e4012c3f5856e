"""A capture on a site's grid: as GDAL's warper gives it, and the same more quickly.

`read_on_grid` asks the warper. `cut_on_grid` reads a window and resamples it: with two products where the grid lies
parallel to the picture, with a compiled kernel where it lies askew and numba is installed. It asks the warper where
the capture's edge or a gap is near, where an askew grid is coarser than the picture, and for types that it does not
know. Both give the same to one digital number.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from rasterio.crs import CRS
from rasterio.enums import ColorInterp, MaskFlags, Resampling
from rasterio.transform import Affine
from rasterio.vrt import WarpedVRT
from rasterio.warp import transform as to_crs
from rasterio.windows import Window

from workflow.rasters.compiled import IS_COMPILED, Curve, askew
from workflow.rasters.dataset import GDAL_ERRORS, opened, validity
from workflow.rasters.resample import DTYPES, cubic_taps, kernel_step, resample

if TYPE_CHECKING:
    from workflow.grid import SiteGrid

__all__ = ["PARALLEL_PX", "Placing", "cut_on_grid", "kept_open", "placing", "read_on_grid"]

PARALLEL_PX = 0.002
"""How far, in pixels of the capture, a grid may be from parallel: less than a digital number of the sharpest edge."""

# a site's grid is where distances are measured: 1/50 of a pixel, GDAL's own default is 1/8
_TOLERANCE_PX = 0.02
# sides of pictures are whole pixels, so an overview of every second is not twice as coarse to the last digit
_NEARLY = 0.99
# a larger window is left to the warper, which takes it in parts
_LARGEST_WINDOW_BYTES = 128 * 2**20

Read = tuple[NDArray[Any], NDArray[np.bool_]]


def read_on_grid(
    path: Path,
    grid: SiteGrid,
    dx_m: float = 0.0,
    dy_m: float = 0.0,
    resampling: str = "cubic",
    pixel_m: float | None = None,
) -> Read:
    """Data (band, row, column) in the file's dtype and validity (row, column) of a capture on `grid`.

    `path` is a working copy. `dx_m` and `dy_m` are metres east and north that are added to the capture's
    coordinates. Where `pixel_m`, the capture's pixel, is given, a coarser grid is read from the coarsest
    overview that is no coarser than the grid: quick, for the eye. Outside the capture's coverage the result is
    invalid (and zero).

    Raises
    ------
    rasterio.errors.RasterioError, OSError
        when the file cannot be read, or has no place on the Earth.
    """
    with opened(path, overviews=True, **_overview(path, grid, pixel_m)) as dataset:
        return _warped(_picture(dataset), grid, _transform(grid, dx_m, dy_m), Resampling[resampling])


def cut_on_grid(
    path: Path, grid: SiteGrid, dx_m: float = 0.0, dy_m: float = 0.0, *, pixel_m: float | None = None
) -> Read:
    """What `read_on_grid` gives of these, to one digital number.

    Raises
    ------
    rasterio.errors.RasterioError, OSError
        when the file cannot be read, or has no place on the Earth.
    """
    transform = _transform(grid, dx_m, dy_m)
    with _held(path, _overview(path, grid, pixel_m)) as picture:
        return _quick(picture, grid, transform) or _warped(picture, grid, transform, Resampling.cubic)


@dataclass(frozen=True, slots=True)
class _Picture:
    """An open file, and what is asked of it for every chip: GDAL takes its time to say so.

    `crs` is None where the file has none. `bands` are those of data, from 1; `dtype` is the first one's. `is_whole`:
    it has neither a mask nor an alpha band.
    """

    dataset: Any
    crs: CRS | None
    transform: Affine
    bands: tuple[int, ...]
    dtype: str
    is_whole: bool


def _picture(dataset: Any) -> _Picture:
    colours = dataset.colorinterp
    bands = tuple(number for number, colour in enumerate(colours, 1) if colour != ColorInterp.alpha)
    has_no_mask = all(flags == [MaskFlags.all_valid] for flags in dataset.mask_flag_enums)
    return _Picture(
        dataset,
        _crs(dataset),
        dataset.transform,
        bands,
        dataset.dtypes[0],
        has_no_mask and len(bands) == len(colours),
    )


# -- where the grid lies in the picture ----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Placing:
    """Where a grid lies in a picture: column = a·x + b·y + c and row = d·x + e·y + f of the pixel (x, y).

    `error_px` is the most that this is off, in the picture's pixels, along the grid's edges and in its middle. `spots`
    are column and row of nine places of the grid, (2, 9), and `half` is half its width and height in pixels.
    """

    columns: tuple[float, float, float]
    rows: tuple[float, float, float]
    error_px: float
    spots: NDArray[np.float64]
    half: tuple[float, float]

    @property
    def curve(self) -> Curve:
        """The curve through the same places, off by less."""
        return _curve(self.spots, *self.half)

    def askew_px(self, grid: SiteGrid) -> float:
        """The most that rows and columns taken by themselves are off."""
        across, down = abs(self.columns[1]) * grid.height / 2, abs(self.rows[0]) * grid.width / 2
        return self.error_px + max(across, down)


# corners, middles of the sides and the middle, and the fit of a plane and of a curve to values there
_SPOTS = np.array([(x, y) for y in (-1.0, 0.0, 1.0) for x in (-1.0, 0.0, 1.0)])
_PLANE = np.column_stack((_SPOTS, np.ones(9)))
_FIT = np.linalg.pinv(_PLANE)
_CURVE = np.column_stack((np.ones(9), _SPOTS, _SPOTS[:, 0] ** 2, _SPOTS.prod(axis=1), _SPOTS[:, 1] ** 2))
_CURVE_FIT = np.linalg.pinv(_CURVE)


def placing(crs: CRS, picture: Affine, grid: SiteGrid, transform: Affine) -> Placing | None:
    """Where a grid on `transform` lies in a picture of that CRS and transform; None where it has no place there."""
    half = np.array([grid.width, grid.height]) / 2
    xs, ys = _apply(transform, *((_SPOTS + 1) * half).T)
    own, is_same = _beside(grid.crs, crs.wkt)
    if not is_same:
        # GDAL's own transformation, which the warper takes too, and keeps: a tenth of a millisecond
        try:
            xs, ys = (np.array(some) for some in to_crs(own, crs, xs, ys))
        except GDAL_ERRORS:
            return None
    if not (np.isfinite(xs).all() and np.isfinite(ys).all()):
        return None
    found = np.array(_apply(~picture, xs, ys))
    fitted = found @ _FIT.T
    error = float(np.abs(found - fitted @ _PLANE.T).max())
    slopes = fitted[:, :2] / half
    start = fitted[:, 2] - fitted[:, :2].sum(axis=1)
    (a, b), (d, e) = slopes.tolist()
    across, down = half.tolist()
    return Placing((a, b, float(start[0])), (d, e, float(start[1])), error, found, (across, down))


@lru_cache(maxsize=256)
def _beside(name: str, wkt: str) -> tuple[CRS, bool]:
    """The CRS of that name, and whether it is the one that the text tells."""
    own = CRS.from_string(name)
    return own, own == CRS.from_wkt(wkt)


def _curve(found: NDArray[np.float64], half_width: float, half_height: float) -> Curve:
    """The curve through columns and rows (2, 9) at `_SPOTS`, told in the grid's pixels."""
    fitted = found @ _CURVE_FIT.T
    error = float(np.abs(found - fitted @ _CURVE.T).max())
    sides = half_width, half_height
    one, x, y = fitted[:, 0], fitted[:, 1] / sides[0], fitted[:, 2] / sides[1]
    xx, xy, yy = (
        fitted[:, 3] / sides[0] ** 2,
        fitted[:, 4] / (sides[0] * sides[1]),
        fitted[:, 5] / sides[1] ** 2,
    )
    # from the middle to the corner
    one = (
        one - x * sides[0] - y * sides[1] + xx * sides[0] ** 2 + xy * sides[0] * sides[1] + yy * sides[1] ** 2
    )
    x, y = x - 2 * xx * sides[0] - xy * sides[1], y - 2 * yy * sides[1] - xy * sides[0]
    columns, rows = np.column_stack((one, x, y, xx, xy, yy)).tolist()
    return Curve(tuple(columns), tuple(rows), error)


def _apply(
    affine: Affine, xs: NDArray[np.float64], ys: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    return affine.a * xs + affine.b * ys + affine.c, affine.d * xs + affine.e * ys + affine.f


def _crs(dataset: Any) -> CRS | None:
    """The picture's CRS; where it crosses the date line, one whose longitudes go on beyond 180 degrees."""
    crs, (west, _, east, _) = dataset.crs, dataset.bounds
    if crs is None or not crs.is_geographic or (west >= -180 and east <= 180):
        return crs
    return CRS.from_string(f"{crs.to_proj4()} +lon_wrap={(west + east) / 2!r}")


def _transform(grid: SiteGrid, dx_m: float, dy_m: float) -> Affine:
    """Moving the capture by an offset is reading it where the grid, moved the other way, lies."""
    return Affine(grid.gsd_m, 0.0, grid.west - dx_m, 0.0, -grid.gsd_m, grid.north - dy_m)


# -- more quickly --------------------------------------------------------------------------------------------


def _quick(picture: _Picture, grid: SiteGrid, transform: Affine) -> Read | None:
    """The chip without the warper; None where that is not what the warper gives, or too large."""
    if picture.crs is None or picture.dtype not in DTYPES:
        return None
    place = placing(picture.crs, picture.transform, grid, transform)
    if place is None:
        return None
    (a, b, c), (d, e, f) = place.columns, place.rows
    if place.askew_px(grid) <= PARALLEL_PX and a > 0 and e > 0:
        # at the middle of the other side, where what little is askew is least
        columns = cubic_taps(a / 2 + b * grid.height / 2 + c, a, grid.width)
        rows = cubic_taps(e / 2 + d * grid.width / 2 + f, e, grid.height)
        source = _window(picture, columns.span, rows.span)
        if source is None:
            return None
        made = resample(source, columns.since(columns.span[0]), rows.since(rows.span[0]))
    else:
        curve = place.curve
        if not IS_COMPILED or curve.error_px > PARALLEL_PX or max(_steps(place)) > 1:
            return None
        across, down = curve.span(grid.shape)
        source = _window(picture, across, down)
        if source is None:
            return None
        made = askew(source, curve.since(across[0], down[0]), grid.shape)
    return made, np.ones(grid.shape, np.bool_)


def _window(picture: _Picture, columns: tuple[int, int], rows: tuple[int, int]) -> NDArray[Any] | None:
    """Data (band, row, column) of columns and rows [from, to); None where the warper is to see to them: beside the
    picture's edge or a gap, of numbers that are not finite, too large.
    """
    (left, right), (top, bottom) = columns, rows
    dataset = picture.dataset
    if left < 0 or top < 0 or right > dataset.width or bottom > dataset.height:
        return None
    window = Window(left, top, right - left, bottom - top)
    size = (right - left) * (bottom - top) * len(picture.bands) * np.dtype(picture.dtype).itemsize
    if size > _LARGEST_WINDOW_BYTES or not (picture.is_whole or validity(dataset, window=window).all()):
        return None
    source: NDArray[Any] = dataset.read(picture.bands, window=window)
    return None if source.dtype.kind == "f" and not np.isfinite(source).all() else source


# -- the warper ----------------------------------------------------------------------------------------------


def _warped(picture: _Picture, grid: SiteGrid, transform: Affine, resampling: Resampling) -> Read:
    dataset = picture.dataset
    has_validity = dataset.nodata is not None or len(picture.bands) < dataset.count
    with WarpedVRT(
        dataset,
        src_crs=picture.crs,
        crs=grid.crs,
        transform=transform,
        width=grid.width,
        height=grid.height,
        resampling=resampling,
        add_alpha=not has_validity,
        tolerance=_TOLERANCE_PX,
        **_scales(picture, grid, transform),
    ) as warped:
        return _read(warped)


def _scales(picture: _Picture, grid: SiteGrid, transform: Affine) -> dict[str, str]:
    """How wide GDAL's kernel is to be: left alone it guesses that for every part of its work, and the pixels of a
    grid that lies askew would depend on the parts.
    """
    place = placing(picture.crs, picture.transform, grid, transform) if picture.crs else None
    if place is None:
        return {}
    across, down = _steps(place)
    return {"XSCALE": repr(1 / across), "YSCALE": repr(1 / down)}


def _steps(place: Placing) -> tuple[float, float]:
    """How many times as wide as four pixels the kernel is across and down the picture."""
    (a, b, _), (d, e, _) = place.columns, place.rows
    return kernel_step(math.hypot(a, b)), kernel_step(math.hypot(d, e))


def _overview(path: Path, grid: SiteGrid, pixel_m: float | None) -> dict[str, Any]:
    """The option that opens an overview in place of the full resolution; none where that is needed."""
    if pixel_m is None or grid.gsd_m < 2 * pixel_m * _NEARLY:
        return {}
    factors = _factors(path, path.stat().st_mtime_ns)
    fine = [number for number, factor in enumerate(factors) if factor * pixel_m * _NEARLY <= grid.gsd_m]
    return {"OVERVIEW_LEVEL": fine[-1]} if fine else {}


# a page of tiles asks for the same file's many times, and each look opens it
@lru_cache(maxsize=1024)
def _factors(path: Path, _: int) -> tuple[int, ...]:
    """How many times coarser each overview of a file that was last written then is."""
    with opened(path, overviews=True) as dataset:
        return tuple(dataset.overviews(1))


def _data_bands(dataset: Any) -> list[int]:
    return [index + 1 for index, colour in enumerate(dataset.colorinterp) if colour != ColorInterp.alpha]


def _read(warped: Any) -> Read:
    data = warped.read(_data_bands(warped))
    valid = validity(warped)
    if data.dtype.kind == "f":
        valid = valid & np.isfinite(data).all(axis=0)
    return np.where(valid, data, 0).astype(data.dtype, copy=False), valid


# -- handles -------------------------------------------------------------------------------------------------


class _Handles(threading.local):
    """The files that this thread keeps open, None where it keeps none."""

    stack: ExitStack | None = None
    pictures: dict[tuple[Path, str], _Picture]


_handles = _Handles()


@contextmanager
def kept_open() -> Iterator[None]:
    """Within it, `cut_on_grid` opens a file once in this thread; all are closed at the end."""
    if _handles.stack is not None:
        yield
        return
    with ExitStack() as stack:
        _handles.stack, _handles.pictures = stack, {}
        try:
            yield
        finally:
            _handles.stack = None


@contextmanager
def _held(path: Path, options: dict[str, Any]) -> Iterator[_Picture]:
    if _handles.stack is None:
        with opened(path, overviews=True, **options) as dataset:
            yield _picture(dataset)
        return
    key = (path, repr(options))
    if key not in _handles.pictures:
        dataset = _handles.stack.enter_context(opened(path, overviews=True, **options))
        _handles.pictures[key] = _picture(dataset)
    yield _handles.pictures[key]
