"""The pixels of a figure's panels, the marks on them, and what the grid says of scale and north."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from workflow import rasters
from workflow.chips import chip
from workflow.coords import distance_m
from workflow.errors import InputRefused
from workflow.exporters.png import Pixels
from workflow.figure import Mark
from workflow.grid import SiteGrid
from workflow.model import Annotation, Capture, LonLat, Site, Stretch
from workflow.rasters.whole import read_whole
from workflow.stills import Lying, Still, projected

if TYPE_CHECKING:
    from workflow.project import Project

__all__ = [
    "Picture",
    "convergence_deg",
    "cropped",
    "ground_m_per_px",
    "laid_still",
    "marks_of",
    "on_grid",
    "shared_stretch",
    "still",
    "widest_gap",
]

ToPixel = Callable[[float, float], tuple[float, float]]
_MOST_STILL_PX = 3200
_BAND_ROWS = 256  # of a still that is laid on another, warped at once
_CELLS = 24
_MOST_APART = 8.0  # times that the limits of one picture may be wider than another's, for both to be seen


@dataclass(frozen=True, slots=True)
class Picture:
    """A panel's pixels, ready for the eye, and where an annotation's coordinates lie on them.

    `grid` is where the pixels lie on the ground, None where nobody knows.
    """

    pixels: Pixels
    in_pixels: bool
    to_pixel: ToPixel
    grid: SiteGrid | None = None

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        rows, columns = self.pixels.valid.shape
        return rows, columns


def shared_stretch(captures: Sequence[Capture]) -> tuple[Stretch, ...]:
    """Limits, band by band, that hold those of every capture, so that equal values look equal.

    Raises
    ------
    InputRefused
        when they have different numbers of bands, or their values lie on scales that are too far apart.
    """
    leave = "leave each picture its own"
    counts = sorted({len(one.stretch[:3]) for one in captures})
    if len(counts) > 1:
        many = " and ".join(map(str, counts))
        raise InputRefused("One stretch", f"the pictures have {many} bands", leave)
    found = []
    for band in zip(*(one.stretch[:3] for one in captures), strict=True):
        widths = [one.high - one.low for one in band]
        if max(widths) > _MOST_APART * max(min(widths), 0.0):
            what = f"values of the pictures reach over {min(widths):g} and {max(widths):g}, not one scale"
            raise InputRefused("One stretch", what, leave)
        found.append(Stretch(min(one.low for one in band), max(one.high for one in band)))
    return tuple(found)


def on_grid(
    project: Project, site: Site, capture: Capture, grid: SiteGrid, stretch: Sequence[Stretch] = ()
) -> Picture:
    """The capture's chip at the site, between the limits `stretch` where there are any, else its own.

    Raises
    ------
    InputRefused
        when the capture has no pixel there.
    """
    cut = chip(project, site, capture)
    if not cut.valid.any():
        raise InputRefused(
            f"Capture {capture.file}",
            f"has no pixels at site {site.id}",
            "choose another one",
        )

    def to_pixel(lon: float, lat: float) -> tuple[float, float]:
        return grid.to_pixel(*grid.from_lonlat(LonLat(lon, lat)))

    return Picture(_shown(cut.data, cut.valid, stretch or cut.stretch), False, to_pixel, grid)


def cropped(picture: Picture, centre: tuple[float, float], side_px: float) -> Picture:
    """The square of `side_px` pixels around a place (column, row), as far as the picture has it."""
    rows, columns = picture.shape
    left, top = (max(0, round(middle - side_px / 2)) for middle in centre)
    right, bottom = (min(size, start + round(side_px)) for size, start in ((columns, left), (rows, top)))

    def to_pixel(x: float, y: float) -> tuple[float, float]:
        column, row = picture.to_pixel(x, y)
        return column - left, row - top

    grid = picture.grid
    if grid is not None:
        west, north = grid.to_map(left, top)
        grid = replace(grid, west=west, north=north, width=right - left, height=bottom - top)
    pixels = Pixels(
        picture.pixels.rgb[:, top:bottom, left:right], picture.pixels.valid[top:bottom, left:right]
    )
    return Picture(pixels, picture.in_pixels, to_pixel, grid)


def still(project: Project, one: Still) -> Picture:
    """The whole picture, reduced where it is larger than a page can show."""
    data, valid = read_whole(project.root / one.picture, _MOST_STILL_PX)
    scale = valid.shape[1] / one.size[0]

    def to_pixel(column: float, row: float) -> tuple[float, float]:
        return column * scale, row * scale

    return Picture(_shown(data, valid, one.capture.stretch), True, to_pixel)


def laid_still(project: Project, one: Still, laid: Lying, first: Still, shape: tuple[int, int]) -> Picture:
    """A still in the view of the `first` one, on which it is `laid`; `shape` (rows, columns) is that one's on the page.

    Raises
    ------
    InputRefused
        when nothing of it lies in that view.
    """
    rows, columns = shape
    scale = columns / first.size[0]
    back, path = np.asarray(np.linalg.inv(laid.matrix), np.float64), project.root / one.picture
    finer = 1 / (scale * laid.pixel_of(one.size))
    bands = []
    for top in range(0, rows, _BAND_ROWS):
        count = min(_BAND_ROWS, rows - top)
        down, across = np.mgrid[top : top + count, :columns] + 0.5
        places = projected(back, np.column_stack([across.ravel(), down.ravel()]) / scale)
        bands.append(rasters.read_looked_up(path, one.size, places, (count, columns), finer))
    data = np.concatenate([band for band, _ in bands], axis=1)
    valid = np.concatenate([there for _, there in bands])
    if not valid.any():
        raise InputRefused(
            f"Capture {one.name}", f"shows nothing of what {first.name} shows", "choose another one"
        )

    def to_pixel(column: float, row: float) -> tuple[float, float]:
        x, y = (projected(laid.matrix, np.array([[column, row]]))[0] * scale).tolist()
        if not math.isfinite(x):
            raise ValueError("beyond the horizon")
        return x, y

    return Picture(_shown(data, valid, one.capture.stretch), True, to_pixel)


def _shown(data: NDArray[Any], valid: NDArray[np.bool_], stretch: Sequence[Stretch]) -> Pixels:
    return Pixels(rasters.to_display(data, stretch), valid)


# -- marks ---------------------------------------------------------------------------------------------------


def marks_of(annotations: Sequence[Annotation], picture: Picture) -> tuple[tuple[Mark, ...], tuple[str, ...]]:
    """Marks in the picture's pixels, and ids of annotations whose coordinates do not fit it."""
    marks: list[Mark] = []
    misfits = []
    for annotation in annotations:
        try:
            if annotation.in_pixels is not picture.in_pixels:
                raise ValueError("the coordinates are of the other sort")
            marks += _marks(annotation, picture.to_pixel)
        except (ValueError, TypeError, LookupError):
            misfits.append(annotation.id)
    return tuple(marks), tuple(misfits)


def _marks(annotation: Annotation, to_pixel: ToPixel) -> Iterator[Mark]:
    """One mark a part of the geometry; the first carries the label."""
    coordinates: Any = annotation.geometry["coordinates"]
    match annotation.geometry["type"]:
        case "Point":
            parts, shape = [[coordinates]], "point"
        case "LineString":
            parts, shape = [coordinates], "arrow" if annotation.shape == "arrow" else "line"
        case "Polygon":
            parts, shape = [coordinates[0]], "area"
        case "MultiPolygon":
            parts, shape = [polygon[0] for polygon in coordinates], "area"
        case other:
            raise ValueError(f"geometry {other} is not drawn")
    for number, part in enumerate(parts):
        points = tuple(to_pixel(float(place[0]), float(place[1])) for place in part)
        yield Mark(shape, points, "" if number else annotation.label)


# -- the grid ------------------------------------------------------------------------------------------------


def ground_m_per_px(grid: SiteGrid) -> float:
    """True ground metres of a pixel in the middle of the grid; the projection's own scale is taken out."""
    row = grid.height / 2
    ends = [grid.to_lonlat(*grid.to_map(column, row)) for column in (0, grid.width)]
    return distance_m(ends[0], ends[1]) / grid.width


def convergence_deg(grid: SiteGrid, place: LonLat) -> float:
    """Direction of true north on the grid, degrees clockwise from up."""
    step = 1e-4 if place.lat < 89 else -1e-4
    start, end = grid.from_lonlat(place), grid.from_lonlat(LonLat(place.lon, place.lat + step))
    sign = math.copysign(1, step)
    return math.degrees(math.atan2(sign * (end[0] - start[0]), sign * (end[1] - start[1])))


def widest_gap(valid: NDArray[np.bool_]) -> tuple[float, float, float] | None:
    """Column and row of the middle of the widest empty place, and its radius; None where there is none.

    Looked for on 24 x 24 cells: good enough to write two words there.
    """
    rows, columns = valid.shape
    ys, xs = (np.linspace(0, size, _CELLS + 1).astype(int) for size in (rows, columns))
    if rows < _CELLS or columns < _CELLS:
        return None
    covered = np.logical_or.reduceat(np.logical_or.reduceat(valid, ys[:-1], axis=0), xs[:-1], axis=1)
    empty = np.argwhere(~covered)
    if not len(empty):
        return None
    # what lies beyond the edge counts as covered, so that the place is not at the edge
    full = np.argwhere(np.pad(covered, 1, constant_values=True)) - 1
    reach = np.abs(empty[:, None, :] - full[None, :, :]).max(axis=2).min(axis=1)
    widest = empty[reach == reach.max()]
    row, column = widest[int(np.argmin(np.abs(widest - widest.mean(axis=0)).sum(axis=1)))]
    radius = (float(reach.max()) - 0.5) * min(rows, columns) / _CELLS
    return (float(column) + 0.5) * columns / _CELLS, (float(row) + 0.5) * rows / _CELLS, radius
