"""Working copies: every block of the original read once, normalised, written lossless, verified, put in
place.
"""

from __future__ import annotations

import math
import zlib
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import rasterio
from numpy.typing import NDArray
from rasterio.enums import ColorInterp, Resampling
from rasterio.errors import RasterioError
from rasterio.shutil import copy as copy_raster
from rasterio.transform import Affine
from rasterio.vrt import WarpedVRT
from rasterio.windows import Window

from workflow.files import put_in_place
from workflow.model import LonLat
from workflow.rasters.dataset import ENVIRONMENT, GDAL_ERRORS, band_names, opened, quiet, validity
from workflow.rasters.exif import exif_tags
from workflow.rasters.facts import (
    apply,
    ground_sample_distance,
    is_rotated,
    joined_corners,
    joined_size,
    place_of,
    ring_on_wgs84,
)
from workflow.rasters.roles import band_roles
from workflow.rasters.turning import TURNS, Turned

__all__ = ["TILE_PX", "TileError", "UnlikeTilesError", "Working", "write_joined", "write_working"]

TILE_PX = 256
_STRIP_BYTES = 16 * 2**20
_MOST_CORNERS = 24


class TileError(ValueError):
    """A block of a tile cannot be read; its cause says why."""

    def __init__(self, number: int) -> None:
        """`number` is the tile's place among the sources, from 0."""
        super().__init__(f"tile {number} cannot be read")
        self.number = number


class UnlikeTilesError(ValueError):
    """Tiles call their bands differently, so they are not of one picture."""


@dataclass(frozen=True, slots=True)
class Working:
    """A working copy as written: size, ground sample distance in metres, ring of its valid corners on WGS 84.

    `valid_share` is the part of its pixels that hold data. `notes` says what was changed on the way. `band_roles`
    are the colours that the file names, a word a band, "" where it names none (see `roles.band_role`).
    """

    width: int
    height: int
    bands: int
    dtype: str
    gsd_m: float | None
    footprint: tuple[LonLat, ...]
    valid_share: float
    notes: tuple[str, ...] = ()
    band_roles: tuple[str, ...] = ()


def write_working(src: Path, driver: str, dst: Path) -> Working:
    """Write the working copy of `src`, read by `driver` alone, to `dst`; on failure there is no `dst`.

    Palettes become red, green, blue; south-up pictures are flipped and rotated ones resampled to north-up;
    nodata values, NaN and alpha become the mask. A picture without CRS or transform becomes one without both, turned
    as its EXIF says.

    Raises
    ------
    rasterio.errors.RasterioError
        when a block cannot be read.
    OSError
        when the copy cannot be written, or does not read back as it was written.
    """
    return write_joined([(src, driver)], dst)


def write_joined(sources: Sequence[tuple[Path, str]], dst: Path) -> Working:
    """Write one working copy of several tiles (path, driver) that lie on one north-up grid, as `write_working` does.

    What no tile covers is invalid; where two overlap, the later one counts where it is valid.

    Raises
    ------
    TileError
        when a block of one of several tiles cannot be read.
    UnlikeTilesError
        when they call their bands differently.
    rasterio.errors.RasterioError
        when a block of a single one cannot be read.
    ValueError
        when the tiles do not lie on one grid.
    OSError
        when the copy cannot be written, or does not read back as it was written.
    """
    with ExitStack() as stack:
        views = [stack.enter_context(_north_up(src, driver)) for src, driver in sources]
        return write_view(_upright_view(views[0]) if len(views) == 1 else _joined(views), dst)


def _upright_view(view: _View) -> View:
    """The view, turned where a picture without coordinates says so in its EXIF."""
    tags = view.dataset.tags() | exif_tags(Path(view.dataset.name), view.dataset.driver)
    orientation = tags.get("EXIF_Orientation", "1")
    return Turned(view, orientation) if view.transform is None and orientation in TURNS else view


def write_view(view: View, dst: Path) -> Working:
    """Write the working copy of what `view` shows to `dst`; on failure there is no `dst`.

    Raises
    ------
    rasterio.errors.RasterioError
        when a block cannot be read.
    OSError
        when the copy cannot be written, or does not read back as it was written.
    """
    stage, partial = dst.with_name(dst.name + ".stage"), dst.with_name(dst.name + ".partial")
    try:
        with rasterio.Env(**ENVIRONMENT):
            scan = _stage(view, stage)
            with _writing():
                _write_cog(stage, partial)
            _verify(partial, scan)
        put_in_place(partial, dst)
    finally:
        for leftover in (stage, partial):
            leftover.unlink(missing_ok=True)
    return scan.working


class View(Protocol):
    """What a working copy is written from: strips of data and validity, and where they lie."""

    @property
    def size(self) -> tuple[int, int]: ...
    @property
    def crs(self) -> Any: ...
    @property
    def transform(self) -> Affine | None: ...
    @property
    def count(self) -> int: ...
    @property
    def dtype(self) -> str: ...
    @property
    def notes(self) -> tuple[str, ...]: ...
    @property
    def roles(self) -> tuple[str, ...]: ...
    def strips(self) -> Iterator[tuple[int, NDArray[Any], NDArray[np.bool_]]]:
        """First row, data and validity of full-width strips."""


@dataclass(frozen=True, slots=True)
class _Scan:
    working: Working
    checksum: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class _View:
    """A dataset seen north-up: which bands, which flips, on which transform."""

    dataset: Any
    bands: tuple[int, ...]
    palette: NDArray[np.uint8] | None
    transform: Affine | None
    flip_rows: bool = False
    flip_columns: bool = False
    notes: tuple[str, ...] = ()
    names: tuple[str | None, ...] = ()

    @property
    def size(self) -> tuple[int, int]:
        return self.dataset.width, self.dataset.height

    @property
    def crs(self) -> Any:
        return self.dataset.crs

    @property
    def count(self) -> int:
        return 3 if self.palette is not None else len(self.bands)

    @property
    def roles(self) -> tuple[str, ...]:
        if self.palette is not None:
            return ("red", "green", "blue")
        colours = self.dataset.colorinterp
        names = (*self.names, *[None] * len(colours))[: len(colours)]  # an alpha band may have been added
        named = band_roles(colours, names)
        return tuple(named[band - 1] for band in self.bands)

    @property
    def dtype(self) -> str:
        return "uint8" if self.palette is not None else str(self.dataset.dtypes[self.bands[0] - 1])

    def strips(self) -> Iterator[tuple[int, NDArray[Any], NDArray[np.bool_]]]:
        """First row, data and validity of full-width strips, from the north."""
        height, step = self.dataset.height, _strip_rows(self.dataset)
        starts = range(0, height, step)
        for start in reversed(starts) if self.flip_rows else starts:
            rows = min(step, height - start)
            data, valid = self.read(Window(0, start, self.dataset.width, rows))
            yield (height - start - rows if self.flip_rows else start), data, valid

    def read(self, window: Window) -> tuple[NDArray[Any], NDArray[np.bool_]]:
        data = self.dataset.read(self.bands, window=window)
        valid = validity(self.dataset, window=window)
        if self.palette is not None:
            colours = self.palette[np.minimum(data[0], len(self.palette) - 1)]
            data, valid = np.moveaxis(colours[..., :3], -1, 0), valid & (colours[..., 3] > 0)
        if data.dtype.kind == "f":
            finite = np.isfinite(data).all(axis=0)
            data, valid = np.where(finite, data, 0).astype(data.dtype), valid & finite
        rows, columns = (-1 if self.flip_rows else 1), (-1 if self.flip_columns else 1)
        return np.ascontiguousarray(data[:, ::rows, ::columns]), valid[::rows, ::columns]


@dataclass(frozen=True, slots=True)
class _Joined:
    """Views on one grid seen as one picture: each with the column and row of its corner in the whole."""

    views: tuple[_View, ...]
    corners: tuple[tuple[int, int], ...]
    size: tuple[int, int]
    transform: Affine
    notes: tuple[str, ...]

    @property
    def crs(self) -> Any:
        return self.views[0].crs

    @property
    def count(self) -> int:
        return self.views[0].count

    @property
    def dtype(self) -> str:
        return self.views[0].dtype

    @property
    def roles(self) -> tuple[str, ...]:
        return self.views[0].roles

    def strips(self) -> Iterator[tuple[int, NDArray[Any], NDArray[np.bool_]]]:
        """First row, data and validity of full-width strips, from the north; tiles are read a part at a time."""
        width, height = self.size
        row_bytes = width * self.count * np.dtype(self.dtype).itemsize
        step = max(1, _STRIP_BYTES // (row_bytes * TILE_PX)) * TILE_PX
        for start in range(0, height, step):
            rows = min(step, height - start)
            data = np.zeros((self.count, rows, width), self.dtype)
            valid = np.zeros((rows, width), np.bool_)
            for number, (view, (col, row)) in enumerate(zip(self.views, self.corners, strict=True)):
                first, last = max(start, row), min(start + rows, row + view.size[1])
                if first >= last:
                    continue
                try:
                    part, good = view.read(Window(0, first - row, view.size[0], last - first))
                except RasterioError as error:
                    raise TileError(number) from (error.__cause__ or error)
                where = np.s_[first - start : last - start, col : col + view.size[0]]
                np.copyto(data[:, *where], part, where=good)
                valid[where] |= good
            yield start, data, valid


def _joined(views: Sequence[_View]) -> _Joined:
    """The views as one picture.

    Raises
    ------
    UnlikeTilesError
        when they call their bands differently.
    ValueError
        when they do not lie on one north-up grid, or are not of one kind.
    """
    tiles = [(tuple(view.transform)[:6], *view.size) for view in views if view.transform is not None]
    corners = joined_corners(tiles) if len(tiles) == len(views) else None
    size = joined_size(tiles) if corners else None
    if len({view.roles for view in views}) > 1:
        raise UnlikeTilesError
    kinds = {(view.count, view.dtype) for view in views}
    if (
        corners is None
        or size is None
        or len(kinds) > 1
        or any(view.flip_rows or view.flip_columns for view in views)
    ):
        raise ValueError("the tiles do not lie on one north-up grid")
    a, _, _, _, e, _ = tiles[0][0]
    west, north = min(one[0][2] for one in tiles), max(one[0][5] for one in tiles)
    notes = tuple(dict.fromkeys(note for view in views for note in view.notes))
    notes = (f"{len(views)} tiles of one order were put together", *notes)
    return _Joined(tuple(views), tuple(corners), size, Affine(a, 0, west, 0, e, north), notes)


@contextmanager
def _north_up(src: Path, driver: str) -> Iterator[_View]:
    with ExitStack() as stack:
        dataset = stack.enter_context(opened(src, driver))
        notes: tuple[str, ...] = ()
        placed = None not in place_of(dataset)
        a, b, c, d, e, f = tuple(dataset.transform)[:6]
        if placed and is_rotated((a, b, c, d, e, f)):
            dataset = stack.enter_context(_upright(dataset))
            a, b, c, d, e, f = tuple(dataset.transform)[:6]
            notes = ("the picture was rotated: the working copy is resampled to north-up",)
        bands, reordered = _data_bands(dataset)
        if reordered:
            notes += ("bands reordered in the working copy: red, green, blue first",)
        if dataset.subdatasets:
            notes += (f"only the first of {len(dataset.subdatasets)} pages was taken",)
        flip_columns, flip_rows = placed and a < 0, placed and e > 0
        if flip_columns:
            a, c = -a, c + a * dataset.width
        if flip_rows:
            e, f = -e, f + e * dataset.height
            notes += ("rows ran from south to north: the working copy is north-up",)
        transform = Affine(a, b, c, d, e, f) if placed else None
        names = band_names(src, driver)
        yield _View(
            dataset, bands, _palette(dataset, bands), transform, flip_rows, flip_columns, notes, names
        )


def _upright(dataset: Any) -> WarpedVRT:
    """A rotated dataset on a north-up grid of its own CRS and pixel size that holds all of it."""
    transform, width, height = dataset.transform, dataset.width, dataset.height
    corners = [
        apply(tuple(transform)[:6], *corner) for corner in ((0, 0), (width, 0), (0, height), (width, height))
    ]
    west, east = min(x for x, _ in corners), max(x for x, _ in corners)
    south, north = min(y for _, y in corners), max(y for _, y in corners)
    pixel = math.sqrt(abs(transform.determinant))
    has_validity = dataset.nodata is not None or ColorInterp.alpha in dataset.colorinterp
    return WarpedVRT(
        dataset,
        crs=dataset.crs,
        transform=Affine(pixel, 0, west, 0, -pixel, north),
        width=math.ceil((east - west) / pixel - 1e-6),
        height=math.ceil((north - south) / pixel - 1e-6),
        resampling=Resampling.nearest if dataset.colorinterp[0] == ColorInterp.palette else Resampling.cubic,
        add_alpha=not has_validity,
    )


def _data_bands(dataset: Any) -> tuple[tuple[int, ...], bool]:
    """Indexes (from 1) of the bands that are data, red, green, blue first; whether they were moved."""
    colours = dataset.colorinterp
    data = [index + 1 for index, colour in enumerate(colours) if colour != ColorInterp.alpha] or [1]
    named = (ColorInterp.red, ColorInterp.green, ColorInterp.blue)
    if not all(colours.count(name) == 1 for name in named):
        return tuple(data), False
    first = [colours.index(name) + 1 for name in named]
    order = (*first, *(index for index in data if index not in first))
    return order, list(order) != data


def _palette(dataset: Any, bands: Sequence[int]) -> NDArray[np.uint8] | None:
    """Colours (index, RGBA) of a single-band palette picture."""
    if len(bands) != 1 or dataset.colorinterp[bands[0] - 1] != ColorInterp.palette:
        return None
    try:
        colours = dataset.colormap(bands[0])
    except ValueError:
        return None
    table = np.zeros((max(colours) + 1, 4), np.uint8)
    for index, colour in colours.items():
        table[index] = colour
    return table


def _strip_rows(dataset: Any) -> int:
    """Rows of a strip: whole blocks, about 16 MB."""
    row_bytes: int = dataset.width * sum(np.dtype(name).itemsize for name in dataset.dtypes)
    block_rows = int(dataset.block_shapes[0][0])
    return max(1, _STRIP_BYTES // max(1, row_bytes * block_rows)) * block_rows


def _stage(view: View, stage: Path) -> _Scan:
    """Read every block of a picture into a plain tiled GeoTIFF, and gather what only the pixels tell."""
    width, height = view.size
    profile = {
        "driver": "GTiff",
        "width": width,
        "height": height,
        "count": view.count,
        "dtype": view.dtype,
        "tiled": True,
        "blockxsize": TILE_PX,
        "blockysize": TILE_PX,
        "interleave": "pixel",
        "BIGTIFF": "IF_SAFER",
    }
    if view.transform is not None:
        profile |= {"crs": view.crs, "transform": view.transform}
    if view.count >= 3 and view.dtype in ("uint8", "uint16"):
        profile |= {"photometric": "RGB"}
    quiet()
    with rasterio.Env(GDAL_TIFF_INTERNAL_MASK=True), rasterio.open(stage, "w", **profile) as copy:
        checksum, edges, valid_count = _copy_strips(view, copy)
    return _Scan(_working(view, edges, valid_count / (width * height)), checksum)


def _copy_strips(view: View, copy: Any) -> tuple[tuple[int, ...], NDArray[np.int64], int]:
    """Checksum of data and validity, valid columns [first, end) of each row, number of valid pixels."""
    checksum: tuple[int, ...] = ()
    valid_count, masked_from = 0, None
    edges = np.zeros((view.size[1], 2), np.int64)
    for start, data, valid in view.strips():
        rows, width = valid.shape
        window = Window(0, start, width, rows)
        if masked_from is None and not valid.all():
            masked_from = start
        with _writing():
            copy.write(data, window=window)
            if masked_from is not None:
                copy.write_mask(valid, window=window)
        checksum = _checksum(checksum, data, valid)
        some = valid.any(axis=1)
        edges[start : start + rows, 0] = np.where(some, valid.argmax(axis=1), 0)
        edges[start : start + rows, 1] = np.where(some, width - valid[:, ::-1].argmax(axis=1), 0)
        valid_count += int(valid.sum())
    if masked_from:
        with _writing():
            _mark_valid(copy, masked_from)
    return checksum, edges, valid_count


class _WritingError(OSError):
    """The disk did not take what was written: no fault of the picture."""


@contextmanager
def _writing() -> Iterator[None]:
    try:
        yield
    except GDAL_ERRORS as error:
        raise _WritingError(str(error)) from error


def _mark_valid(copy: Any, rows: int) -> None:
    """Mark the rows before the first gap: the mask is written only once there is one."""
    for start in range(0, rows, TILE_PX):
        count = min(TILE_PX, rows - start)
        copy.write_mask(np.ones((count, copy.width), bool), window=Window(0, start, copy.width, count))


def _checksum(before: tuple[int, ...], data: NDArray[Any], valid: NDArray[np.bool_]) -> tuple[int, ...]:
    """CRC-32 of each band and of the validity, row by row, so that the height of strips does not matter."""
    layers = (*data, np.packbits(valid, axis=1))
    so_far = before or (0,) * len(layers)
    return tuple(
        zlib.crc32(np.ascontiguousarray(layer).data, crc) for layer, crc in zip(layers, so_far, strict=True)
    )


def _working(view: View, edges: NDArray[np.int64], share: float) -> Working:
    transform, (width, height) = view.transform, view.size
    footprint: tuple[LonLat, ...] = ()
    gsd_m = None
    if transform is not None:
        affine = tuple(transform)[:6]
        gsd_m = ground_sample_distance(view.crs, affine, width, height)
        footprint = ring_on_wgs84(view.crs, affine, _hull(edges))
    return Working(width, height, view.count, view.dtype, gsd_m, footprint, share, view.notes, view.roles)


def _hull(edges: NDArray[np.int64]) -> list[tuple[float, float]]:
    """Convex hull (column, row) of valid pixels given by the columns [first, end) of each row."""
    rows = np.flatnonzero(edges[:, 1] > edges[:, 0])
    sides = [(float(edges[row, side]), float(at)) for row in rows for side in (0, 1) for at in (row, row + 1)]
    points = sorted(set(sides))
    hull = _chain(points)[:-1] + _chain(points[::-1])[:-1]
    while len(hull) > _MOST_CORNERS:
        hull.pop(min(range(len(hull)), key=lambda at: abs(_turn(hull[at - 2], hull[at - 1], hull[at]))) - 1)
    return hull


def _chain(points: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """One half of Andrew's monotone chain."""
    chain: list[tuple[float, float]] = []
    for point in points:
        while len(chain) >= 2 and _turn(chain[-2], chain[-1], point) <= 0:
            chain.pop()
        chain.append(point)
    return chain


def _turn(one: tuple[float, float], two: tuple[float, float], three: tuple[float, float]) -> float:
    return (two[0] - one[0]) * (three[1] - one[1]) - (two[1] - one[1]) * (three[0] - one[0])


def _write_cog(stage: Path, partial: Path) -> None:
    """The Cloud Optimized GeoTIFF of the staged copy; overviews are averages of its full resolution.

    Zstandard is read at about twice the speed of DEFLATE and takes a little less room; higher levels save nothing.
    """
    quiet()
    copy_raster(
        stage,
        partial,
        driver="COG",
        BLOCKSIZE=TILE_PX,
        COMPRESS="ZSTD",
        LEVEL=3,
        PREDICTOR="YES",
        BIGTIFF="IF_SAFER",
        OVERVIEWS="IGNORE_EXISTING",
        OVERVIEW_RESAMPLING="AVERAGE",
        NUM_THREADS=1,
    )


def _verify(path: Path, scan: _Scan) -> None:
    """Read everything back, overviews too; the full resolution must be what was staged."""
    with opened(path) as dataset:
        view = _View(dataset, tuple(range(1, dataset.count + 1)), None, None)
        checksum: tuple[int, ...] = ()
        for _, data, valid in view.strips():
            checksum = _checksum(checksum, data, valid)
    with opened(path, overviews=True) as dataset:
        levels = len(dataset.overviews(1))
    if checksum != scan.checksum:
        raise OSError("the working copy does not read back as it was written")
    for level in range(levels):
        with opened(path, overviews=True, OVERVIEW_LEVEL=str(level)) as overview:
            step = _strip_rows(overview)
            for start in range(0, overview.height, step):
                overview.read(window=Window(0, start, overview.width, min(step, overview.height - start)))
