"""Pictures for the eye: tiles of a capture in its site's own grid, whole pictures, thumbnails.

Tiles are 512 px square, in the CRS of the site's grid. Their origin is the north-west corner of
`picture_extent`: the site's grid with its surroundings. Zoom 0 is the coarsest of `levels`, each next has
pixels half the size; columns count to the east, rows to the south.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from math import ceil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from workflow import rasters
from workflow.chips import chip, site_grid_of
from workflow.displays import STORED, Display, Shown, shown_as
from workflow.errors import InputRefused, UnknownName
from workflow.grid import SiteGrid
from workflow.model import Capture, Offset, Site, Stretch
from workflow.rasters.whole import read_whole
from workflow.stills import Space, Still, space_of

if TYPE_CHECKING:
    from workflow.project import Project

__all__ = [
    "TILE_PX",
    "Tile",
    "histograms",
    "levels",
    "make_ready",
    "picture_extent",
    "still",
    "thumbnail",
    "tile",
]

TILE_PX = 512
# the picture shows this many times the watch box, so that one can look around
_CONTEXT = 3
_CACHED_TILES = 256
_BARS = 48
_LARGEST_STILL_PX = 8192


@dataclass(frozen=True, slots=True)
class Tile:
    """An encoded picture and its media type (`image/jpeg`, `image/webp`)."""

    body: bytes
    media_type: str


def make_ready() -> None:
    """Have ready what the first tile would wait for."""
    rasters.make_ready()


def picture_extent(grid: SiteGrid) -> SiteGrid:
    """The site's grid and its surroundings: three times its side, in the same pixels."""
    columns, rows = grid.width * (_CONTEXT - 1) // 2, grid.height * (_CONTEXT - 1) // 2
    west, north = grid.to_map(-columns, -rows)
    return SiteGrid(grid.crs, west, north, grid.gsd_m, grid.width + 2 * columns, grid.height + 2 * rows)


def levels(grid: SiteGrid) -> tuple[float, ...]:
    """Pixel of each zoom in metres, zoom 0 first: one tile shows it all; the last is the grid's own pixel."""
    extent = picture_extent(grid)
    deepest = 0
    while max(extent.width, extent.height) > TILE_PX << deepest:
        deepest += 1
    return tuple(grid.gsd_m * 2**step for step in range(deepest, -1, -1))


def tile(
    project: Project,
    site_id: str,
    capture_id: str,
    z: int,
    x: int,
    y: int,
    choice: Display = STORED,
    frame: int = 0,
) -> Tile:
    """Tile (column `x`, row `y`) of zoom `z`: JPEG where the capture covers it all, else WebP with alpha.

    A still's tiles are those of the space of the site's stills (see `workflow.stills.Space`); of a clip `frame` is
    shown, the first by default.

    The applied offset counts; bands and limits are those of `choice`, the stored ones where it says none.
    Columns and rows outside the extent are transparent.

    Raises
    ------
    UnknownName
        when there is no such site, capture or zoom.
    InputRefused
        when the site is not located, or the capture is a still of another site, was withdrawn, has no such bands or
        cannot be read.
    """
    site, stamp = project.site(site_id), project.record.stamp
    capture, (dx_m, dy_m) = _laid(project, site.id, capture_id, stamp)
    shown = shown_as(capture, choice)
    if not capture.is_georeferenced:
        return _still_tile(project, site, capture, (z, x, y), shown, frame)
    grid = _grid(project, site, stamp)
    resolutions = levels(grid)
    if not 0 <= z < len(resolutions):
        raise UnknownName("zoom", str(z), [str(known) for known in range(len(resolutions))])
    extent = picture_extent(grid)
    place = _tile_grid(extent, resolutions[z], x, y)
    if place is None:
        return _empty()
    return _render(project.root / capture.working, shown, place, dx_m, dy_m, capture.gsd_m)


def _still_tile(
    project: Project, site: Site, capture: Capture, at: tuple[int, int, int], shown: Shown, frame: int
) -> Tile:
    space, one = _space(project, site.id, project.record.stamp), Still(capture, frame)
    if space is None or one.key not in space.matrices:
        raise InputRefused(capture.file, f"is no still of site {site.id}", "look at the whole picture")
    z, x, y = at
    if not 0 <= z < len(space.levels):
        raise UnknownName("zoom", str(z), [str(known) for known in range(len(space.levels))])
    side = space.levels[z]
    left, top = space.extent[0] + x * TILE_PX * side, space.extent[1] + y * TILE_PX * side
    if left >= space.extent[2] or top >= space.extent[3]:
        return _empty()
    rows, columns = (np.mgrid[:TILE_PX, :TILE_PX] + 0.5) * side
    places = space.to_still(one.key, np.column_stack([(left + columns).ravel(), (top + rows).ravel()]))
    finer = side / space.pixel_of(one.key, one.size)
    path, shape = project.root / one.picture, (TILE_PX, TILE_PX)
    data, valid = _read(path, lambda: rasters.read_looked_up(path, one.size, places, shape, finer))
    if not valid.any():
        return _empty()
    kind = rasters.encode_jpeg if valid.all() else rasters.encode_webp
    return _encoded(rasters.to_colours(data, shown.bands, shown.limits), valid, kind)


@lru_cache(maxsize=64)
def _space(project: Project, site: str, _: tuple[int, int]) -> Space | None:
    """The space of the site's stills as it is at a stamp of the record."""
    return space_of(project.stills(site))


def still(
    project: Project, capture_id: str, max_px: int = 2048, *, unwarped: bool = False, frame: int = 0
) -> Tile:
    """The whole picture, its longer side at most `max_px` pixels (64 to 8192), as JPEG.

    A picture that was placed by hand is `unwarped` as it was before, else as it lies on the map; of a clip `frame` is
    shown.

    Raises
    ------
    UnknownName
        when there is no such capture or frame.
    InputRefused
        when it was withdrawn or cannot be read.
    """
    capture = _capture(project, capture_id)
    size = min(max(max_px, 64), _LARGEST_STILL_PX)
    file = Still(capture, frame).picture if unwarped or frame else capture.working
    return _whole(project.root / file, capture.stretch, size)


def thumbnail(project: Project, site: Site, capture: Capture, px: int = 160) -> Tile:
    """The chip of a capture at a site, reduced to at most `px` a side; without georeference the whole
    picture.

    Raises
    ------
    InputRefused
        when the site is not located, or the capture was withdrawn or cannot be read.
    """
    project.in_use(capture)
    if not capture.is_georeferenced:
        return still(project, capture.id, px)
    made = chip(project, site, capture)
    step = max(1, ceil(max(made.valid.shape) / px))
    valid = _reduced(made.valid[None], step)[0] == 1
    return _encoded(rasters.to_display(_reduced(made.data, step), made.stretch), valid, rasters.encode_jpeg)


def histograms(project: Project, site_id: str, capture_id: str) -> list[dict[str, Any]]:
    """What each band's values at a site are: ``low high`` (least and most), ``p2 p98`` (percentiles) and
    ``counts`` of equal steps from `low` to `high`, in the capture's units; all None and empty without a valid pixel.

    Raises
    ------
    UnknownName
        when there is no such site or capture.
    InputRefused
        when the site is not located, or the capture was withdrawn or cannot be read.
    """
    site, capture = project.site(site_id), _capture(project, capture_id)
    if not capture.is_georeferenced:
        path = project.root / capture.picture
        data, valid = _read(path, lambda: read_whole(path, TILE_PX))
        return [_histogram(band[valid]) for band in data]
    made = chip(project, site, capture)
    return [_histogram(band[made.valid]) for band in made.data]


def _histogram(values: NDArray[np.generic]) -> dict[str, Any]:
    if values.size == 0:
        return {"low": None, "high": None, "p2": None, "p98": None, "counts": []}
    numbers = values.astype(np.float64)
    counts, edges = np.histogram(numbers, _BARS)
    p2, p98 = np.percentile(numbers, (2, 98))
    known = {"low": edges[0], "high": edges[-1], "p2": p2, "p98": p98}
    return {**{name: float(value) for name, value in known.items()}, "counts": [int(one) for one in counts]}


def _reduced(data: NDArray[np.generic], step: int) -> NDArray[np.generic]:
    """Means of `step` x `step` blocks; what is left over at the south and east edges is dropped."""
    if step == 1:
        return data
    bands, rows, columns = data.shape[0], data.shape[1] // step, data.shape[2] // step
    blocks = data[:, : rows * step, : columns * step].reshape(bands, rows, step, columns, step)
    means: NDArray[np.float32] = blocks.astype(np.float32).mean(axis=(2, 4))
    return means


def _capture(project: Project, capture_id: str) -> Capture:
    """The capture of exactly that id: addresses of pictures never take a prefix or a file name."""
    row = project.record.get(Capture, capture_id)
    if row is None:
        raise UnknownName("capture", capture_id, [capture.id for capture in project.captures()])
    return project.in_use(row.value)


# many tiles of a site are asked for at once, and nothing changes between them
@lru_cache(maxsize=256)
def _laid(
    project: Project, site: str, capture_id: str, _: tuple[int, int]
) -> tuple[Capture, tuple[float, float]]:
    """A capture and its applied offset at a site, metres east and north, as they are at a stamp of the record."""
    capture = _capture(project, capture_id)
    row = project.record.get(Offset, f"{site}.{capture.id}")
    return capture, (row.value.dx_m, row.value.dy_m) if row is not None and row.value.applied else (0.0, 0.0)


@lru_cache(maxsize=64)
def _grid(project: Project, site: Site, _: tuple[int, int]) -> SiteGrid:
    """The site's grid as it is at a stamp of the record."""
    return site_grid_of(project, site)


def _tile_grid(extent: SiteGrid, gsd_m: float, x: int, y: int) -> SiteGrid | None:
    """The grid of one tile, None outside the extent."""
    side = TILE_PX * gsd_m
    columns, rows = ceil(extent.width * extent.gsd_m / side), ceil(extent.height * extent.gsd_m / side)
    if not (0 <= x < columns and 0 <= y < rows):
        return None
    return SiteGrid(extent.crs, extent.west + x * side, extent.north - y * side, gsd_m, TILE_PX, TILE_PX)


# a working copy is named by the hash of its bytes, so a rendered tile stays right
@lru_cache(maxsize=_CACHED_TILES)
def _render(
    path: Path, shown: Shown, place: SiteGrid, dx_m: float, dy_m: float, pixel_m: float | None
) -> Tile:
    return rasters.in_turn(lambda: _rendered(path, shown, place, dx_m, dy_m, pixel_m))


def _rendered(
    path: Path, shown: Shown, place: SiteGrid, dx_m: float, dy_m: float, pixel_m: float | None
) -> Tile:
    data, valid = _read(path, lambda: rasters.cut_on_grid(path, place, dx_m, dy_m, pixel_m=pixel_m))
    if not valid.any():
        return _empty()
    kind = rasters.encode_jpeg if valid.all() else rasters.encode_webp
    return _encoded(rasters.to_colours(data, shown.bands, shown.limits), valid, kind)


@lru_cache(maxsize=64)
def _whole(path: Path, stretch: tuple[Stretch, ...], max_px: int) -> Tile:
    data, valid = _read(path, lambda: read_whole(path, max_px))
    return _encoded(rasters.to_display(data, stretch), valid, rasters.encode_jpeg)


Pixels = tuple[NDArray[np.generic], NDArray[np.bool_]]


def _read(path: Path, reader: Callable[[], Pixels]) -> Pixels:
    from rasterio.errors import RasterioError

    try:
        return reader()
    except (RasterioError, OSError) as error:
        raise InputRefused(path.name, "cannot be read", "run 'sitetrack verify'") from error


def _encoded(
    rgb: NDArray[np.uint8],
    valid: NDArray[np.bool_],
    encoder: Callable[[NDArray[np.uint8], NDArray[np.bool_]], bytes],
) -> Tile:
    return Tile(encoder(rgb, valid), "image/webp" if encoder is rasters.encode_webp else "image/jpeg")


@lru_cache(maxsize=1)
def _empty() -> Tile:
    nothing = np.zeros((3, TILE_PX, TILE_PX), np.uint8)
    return Tile(rasters.encode_webp(nothing, np.zeros((TILE_PX, TILE_PX), np.bool_)), "image/webp")
