"""Georeference by hand: pairs of points to a mapping, a warped working copy, and one more version of the capture."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from workflow import rasters
from workflow.actions.georeferencing import record_placed
from workflow.actions.permissions import Deed, require
from workflow.chips import digest
from workflow.codec import encode
from workflow.errors import InputRefused
from workflow.files import sha256_of, write_if_changed
from workflow.georef import Fit, fit, format_points, in_crs, lattice, pixel_m
from workflow.grid import SiteGrid, grid_crs
from workflow.model import (
    Author,
    Capture,
    ControlModel,
    ControlPoint,
    ControlPoints,
    Georeference,
    LonLat,
    Site,
)
from workflow.readmodels.georeference import site_of

if TYPE_CHECKING:
    from workflow.project import Project

__all__ = ["georeference", "georeferenced", "points_text", "write_points"]

_EDGE = 65
_MORE_PIXELS = 4
_FEWEST_PIXELS = 2**20


def georeference(
    project: Project,
    author: Author,
    capture: str,
    points: Sequence[ControlPoint],
    *,
    model: ControlModel = ControlModel.AFFINE,
    crs: str | None = None,
    reference: str | None = None,
    base_version: int | None = None,
    reason: str = "",
) -> Capture:
    """Place a picture without coordinates by pairs of points, and give the capture as it then stands.

    Map coordinates are in `crs`, by default that of the grid of the capture's site, in which they are kept. `reference`
    is the capture that they were looked up on. The picture is warped into a working copy of its own; the one before
    stays, so that any version of the capture can be gone back to. `capture` is an id, a unique prefix of one, or the
    original file name; `base_version` the version that the person saw.

    Raises
    ------
    NotAllowed
        for a viewer.
    UnknownName, AmbiguousName
        when no capture or several fit.
    StaleWrite
        when somebody else placed it since.
    InputRefused
        when the capture has coordinates of its own, its site has no position, the points cannot be used (see
        `workflow.georef.fit`), or the picture would lie elsewhere.
    """
    require(author, Deed.GEOREFERENCE)
    known = project.capture(capture)
    place = _position(site_of(project, known))
    wanted = grid_crs(place)
    there = in_crs(points, crs, wanted, "Control points") if crs else tuple(points)
    fitted = fit(model, there, known.picture_size)
    control = ControlPoints(
        wanted, model, there, *known.picture_size, fitted.rms_m, fitted.loo_m, reference or None
    )
    _check_place(project, known, fitted, wanted)
    placed = _warped(project, known, control, fitted)
    return record_placed(project, author, placed, base_version=base_version, reason=reason)


def georeferenced(project: Project, capture: Capture, control: ControlPoints) -> Capture:
    """The capture with a working copy that is warped by `control`; nothing is recorded."""
    fitted = fit(control.model, control.points, (control.width_px, control.height_px))
    return _warped(project, capture, control, fitted)


def _position(site: Site) -> LonLat:
    if site.position is None:
        raise InputRefused(
            f"Site {site.id}", "is not located, so nobody knows its grid", "give it a position first"
        )
    return site.position.lonlat


def _warped(project: Project, capture: Capture, control: ControlPoints, fitted: Fit) -> Capture:
    from rasterio.errors import RasterioError

    source = project.root / capture.picture
    # who proposed a pair moves nothing: the copy keeps its name
    points = [
        {key: value for key, value in encode(point).items() if key != "proposed"} for point in control.points
    ]
    name = digest([capture.sha256, control.crs, control.model, points])[:12]
    working = f"{capture.picture.removesuffix('.tif')}.{name}.tif"
    grid = _grid(control.crs, fitted, (control.width_px, control.height_px))
    try:
        made = rasters.write_warped(source, project.root / working, grid, fitted.mapping.to_pixels)
    except RasterioError as error:
        raise InputRefused(
            f"Capture {capture.id} ({capture.file})",
            "its working copy cannot be read",
            "take the picture in again",
        ) from error
    except OSError as error:
        raise InputRefused(
            f"Capture {capture.id} ({capture.file})",
            "its working copy could not be written, the disk is full or faulty",
            "free some space and repeat",
        ) from error
    return replace(
        capture,
        working=working,
        working_sha256=sha256_of(project.root / working),
        width_px=made.width,
        height_px=made.height,
        georeference=Georeference.MATCHED if control.is_matched else Georeference.CONTROL_POINTS,
        crs=control.crs,
        gsd_m=made.gsd_m,
        footprint=made.footprint,
        control=control,
    )


def _grid(crs: str, fitted: Fit, size: tuple[int, int]) -> SiteGrid:
    """Square pixels as the picture has them, over all of it; coarser where that would be many times as many."""
    places = fitted.mapping.to_map(lattice(size, _EDGE))
    (west, south), (east, north) = places.min(axis=0), places.max(axis=0)
    pixel = pixel_m(fitted.mapping, size)
    most = max(_MORE_PIXELS * size[0] * size[1], _FEWEST_PIXELS)
    pixel *= max(1.0, math.sqrt((east - west) * (north - south) / pixel**2 / most))
    left, top = math.floor(west / pixel - 1) * pixel, math.ceil(north / pixel + 1) * pixel
    columns, rows = math.ceil((east - left) / pixel) + 1, math.ceil((top - south) / pixel) + 1
    return SiteGrid(crs, left, top, pixel, columns, rows)


def _check_place(project: Project, capture: Capture, fitted: Fit, crs: str) -> None:
    """Refuse a place at which the picture does not show its site."""
    site = site_of(project, capture)
    x, y = SiteGrid(crs, 0, 0, 1, 1, 1).from_lonlat(_position(site))
    places = fitted.mapping.to_map(lattice(capture.picture_size, _EDGE))
    (west, south), (east, north) = places.min(axis=0), places.max(axis=0)
    off = float(np.hypot(max(west - x, 0, x - east), max(south - y, 0, y - north)))
    if off > site.radius_m:
        raise InputRefused(
            "Control points",
            f"the picture would lie {off:,.0f} m from site {site.id}",
            "check the points, or the CRS that they are in",
        )


# -- out -----------------------------------------------------------------------------------------------------------


def write_points(project: Project, capture: str, target: Path) -> None:
    """Write a capture's control points to a file: ``.points``, as QGIS reads it, or a GeoTIFF.

    The GeoTIFF is the picture as it is, with the points that count as ground control points.

    Raises
    ------
    UnknownName, AmbiguousName
        when no capture or several fit.
    InputRefused
        when it has no control points, or `target` has another suffix or cannot be written.
    """
    from rasterio.errors import RasterioError

    known = project.capture(capture)
    suffix = target.suffix.lower()
    if suffix not in (".points", ".tif", ".tiff"):
        raise InputRefused(str(target), "it is neither a .points file nor a GeoTIFF", "name it so")
    control = _control(known)
    try:
        if suffix == ".points":
            write_if_changed(target, points_text(control).encode())
            return
        used = [point for point in control.points if point.used]
        rasters.write_control_points(project.root / known.picture, target, control.crs, used)
    except (RasterioError, OSError) as error:
        raise InputRefused(str(target), f"it cannot be written ({error})", "choose another file") from error


def points_text(control: ControlPoints) -> str:
    """Control points as the text of a ``.points`` file."""
    misfits = fit(control.model, control.points, (control.width_px, control.height_px)).misfits
    return format_points(control.crs, control.points, misfits)


def _control(capture: Capture) -> ControlPoints:
    if capture.control is None:
        raise InputRefused(
            f"Capture {capture.id} ({capture.file})",
            "it has no control points",
            "give it some with 'sitetrack captures georeference'",
        )
    return capture.control
