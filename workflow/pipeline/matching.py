"""Georeference by matching: pairs of points proposed for a picture, from one that lies at its site."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from workflow import rasters
from workflow.compare import to_grey
from workflow.datewords import Language
from workflow.errors import InputRefused
from workflow.georef import (
    SCALES,
    Ground,
    Matched,
    best_model,
    fit,
    ground_mask,
    lattice,
    levels,
    match,
    unmatched_words,
)
from workflow.grid import SiteGrid, grid_crs
from workflow.model import Capture, ControlModel, ControlPoint, Offset, Site
from workflow.readmodels.georeference import references, site_of

if TYPE_CHECKING:
    from workflow.project import Project

__all__ = ["Proposal", "propose"]

# more of the picture's pixels than that tell nothing more
_LONGEST_PX = 1600
_LARGEST_PX = 3000
# a pixel that metadata state is off by no more than this
_STATED = 1.5

Matrix = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Proposal:
    """Pairs of points that matching proposes, with map coordinates in metres of `crs`; none where `refused` says why.

    `reference` is the capture that was matched with. `agreeing` of `looked` parts of the picture agree.
    """

    capture: str
    reference: str
    crs: str
    model: ControlModel
    points: tuple[ControlPoint, ...] = ()
    rms_m: float | None = None
    loo_m: float | None = None
    agreeing: int = 0
    looked: int = 0
    refused: str = ""


def propose(
    project: Project,
    capture: str,
    reference: str | None = None,
    *,
    language: Language = "en",
    tell: Callable[[float], None] = lambda _: None,
) -> Proposal:
    """Pairs of points for a picture without coordinates, by matching it with `reference`, or why there are none.

    `reference` is a capture that lies at its site, by default the first of
    `workflow.readmodels.georeference.references`. Nothing is recorded. `tell` hears how much is done, 0 to 1.

    Raises
    ------
    UnknownName, AmbiguousName
        when no capture or several fit.
    InputRefused
        when the picture has coordinates of its own, its site no position, no picture lies at the site, `reference` is
        none of those that do, or a working copy cannot be read.
    """
    from rasterio.errors import RasterioError

    known = project.capture(capture)
    site = site_of(project, known)
    other = _reference(project, known, site, reference)
    try:
        return _proposed(project, known, site, other, language, tell)
    except (RasterioError, OSError) as error:
        raise InputRefused(
            f"Captures {known.file} and {other.file}",
            "a working copy cannot be read",
            "run 'sitetrack verify'",
        ) from error


def _reference(project: Project, capture: Capture, site: Site, named: str | None) -> Capture:
    if site.position is None:
        raise InputRefused(
            f"Site {site.id}", "is not located, so nobody knows its grid", "give it a position first"
        )
    there = references(project, capture, site)
    if named is None:
        if not there:
            raise InputRefused(
                f"Site {site.id}",
                "no picture with coordinates shows it",
                "take one in, or place this one by hand",
            )
        return there[0]
    other = project.capture(named)
    if other.id not in {one.id for one in there}:
        raise InputRefused(
            f"Capture {other.id} ({other.file})",
            f"does not lie at site {site.id}, or is the picture itself",
            "name another, or none",
        )
    return other


def _proposed(
    project: Project,
    capture: Capture,
    site: Site,
    reference: Capture,
    language: Language,
    tell: Callable[[float], None],
) -> Proposal:
    assert site.position is not None  # noqa: S101 - _reference refuses a site without one
    crs = grid_crs(site.position.lonlat)
    middle = SiteGrid(crs, 0, 0, 1, 1, 1).from_lonlat(site.position.lonlat)
    data, valid = rasters.read_whole(project.root / capture.picture, _LONGEST_PX)
    if data.dtype == np.uint8:
        valid = valid & ground_mask(data[:3])
    width, height = capture.picture_size
    by = width / data.shape[2], height / data.shape[1]
    ground = _Grounds(project, site, reference, crs, middle)
    scales_m = _scales(capture, reference, ground.finest_m * max(by))
    shape = data.shape[2], data.shape[1]
    found = match(
        to_grey(data, capture.stretch),
        valid,
        [ground.around(pixel_m, half_m) for pixel_m, half_m in levels(shape, scales_m, ground.finest_m)],
        lambda matrix, pixel_m: ground.under(matrix, shape, pixel_m),
        scales_m,
        tell,
    )
    if not isinstance(found, Matched):
        return Proposal(
            capture.id, reference.id, crs, ControlModel.AFFINE, refused=unmatched_words(found, language)
        )
    points = tuple(
        ControlPoint(
            round(float(column) * by[0], 2),
            round(float(row) * by[1], 2),
            round(middle[0] + float(right), 3),
            round(middle[1] - float(down), 3),
            proposed=True,
        )
        for (column, row), (right, down) in zip(found.places, found.metres, strict=True)
    )
    model = best_model(points, (width, height))
    fitted = fit(model, points, (width, height))
    return Proposal(
        capture.id, reference.id, crs, model, points, fitted.rms_m, fitted.loo_m, found.agreeing, found.looked
    )


def _scales(capture: Capture, reference: Capture, pixel_m: float) -> tuple[float, float]:
    """What a pixel of the picture may measure, from and to: about what is stated, else many times the reference's.

    `pixel_m` is what it measures where both pictures have the same.
    """
    if capture.control is None and capture.gsd_m is not None and reference.gsd_m is not None:
        stated = capture.gsd_m / reference.gsd_m * pixel_m
        return stated / _STATED, stated * _STATED
    return SCALES[0] * pixel_m, SCALES[1] * pixel_m


class _Grounds:
    """The reference read on grids north up, places told in metres to the right of the site and below it."""

    def __init__(
        self, project: Project, site: Site, capture: Capture, crs: str, middle: tuple[float, float]
    ) -> None:
        self.path, self.stretch, self.crs, self.middle = (
            project.root / capture.working,
            capture.stretch,
            crs,
            middle,
        )
        self.finest_m = capture.gsd_m or 1.0
        row = project.record.get(Offset, f"{site.id}.{capture.id}")
        moved = row.value if row is not None and row.value.applied else None
        self.shift = (moved.dx_m, moved.dy_m) if moved else (0.0, 0.0)

    def around(self, pixel_m: float, half_m: float) -> Ground:
        """What lies within `half_m` of the site."""
        return self._read((-half_m, -half_m, half_m, half_m), pixel_m)

    def under(self, matrix: Matrix, size: tuple[int, int], pixel_m: float) -> Ground:
        """What a picture of `size` (width, height) covers where `matrix` puts it, and some more."""
        corners = np.column_stack([lattice(size, 2), np.ones(4)]) @ matrix.T
        places = corners[:, :2] / corners[:, 2:]
        (left, top), (right, bottom) = places.min(axis=0), places.max(axis=0)
        more = 0.1 * max(right - left, bottom - top)
        return self._read(
            (left - more, top - more, right + more, bottom + more), max(pixel_m / 2, self.finest_m)
        )

    def _read(self, box: tuple[float, float, float, float], pixel_m: float) -> Ground:
        """`box` is left, top, right, bottom."""
        left, top, right, bottom = box
        pixel_m = max(pixel_m, (right - left) / _LARGEST_PX, (bottom - top) / _LARGEST_PX)
        grid = SiteGrid(
            self.crs,
            self.middle[0] + left,
            self.middle[1] - top,
            pixel_m,
            max(1, math.ceil((right - left) / pixel_m)),
            max(1, math.ceil((bottom - top) / pixel_m)),
        )
        data, valid = rasters.read_on_grid(self.path, grid, *self.shift, "average", self.finest_m)
        return Ground(to_grey(data, self.stretch), valid, pixel_m, left, top)
