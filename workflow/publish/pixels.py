"""Areas that were drawn on captures, in the pixels of their working copies."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from workflow.chips import window_grid
from workflow.exporters.extract import Extract
from workflow.model import Annotation, Capture, LonLat, Offset, Site
from workflow.rasters.dataset import GDAL_ERRORS, opened
from workflow.stills import Still, frame_of

if TYPE_CHECKING:
    from workflow.project import Project

__all__ = ["outlines"]

XY = tuple[float, float]
_Frame = Callable[[float, float], XY]


def outlines(project: Project, extract: Extract) -> dict[str, tuple[XY, ...]]:
    """The outer ring, closed, of every evidence mark that is an area, by its id; x to the right, y down.

    Pixels are those of the working copy, of a clip those of the frame's. What was drawn on the map is moved by the
    offset that the capture was shown with. Left out are points and lines, marks outside their picture, and those of a
    picture whose working copy is not there.
    """
    sites = {one.id: one for one in extract.sites}
    pictures = {one.id: one for one in extract.in_use}
    shifts = {(one.site, one.capture): one for one in extract.offsets if one.applied}
    frames: dict[str, _Frame | None] = {}
    found: dict[str, tuple[XY, ...]] = {}
    for mark in extract.annotations:
        picture, ring = pictures.get(mark.capture), _ring(mark)
        if picture is None or ring is None:
            continue
        if not mark.in_pixels:
            if picture.id not in frames:
                frames[picture.id] = _frame(project, picture)
            frame = frames[picture.id]
            if frame is None:
                continue
            offset = shifts.get((mark.site, mark.capture))
            ring = [frame(*place) for place in _moved_back(ring, sites[mark.site], offset)]
        if _is_inside(ring, Still(picture, frame_of(picture, mark)).working_size):
            found[mark.id] = tuple(ring)
    return found


def _ring(mark: Annotation) -> list[XY] | None:
    if not mark.evidence or mark.geometry.get("type") != "Polygon":
        return None
    coordinates: Any = mark.geometry["coordinates"]
    return [(float(x), float(y)) for x, y, *_ in coordinates[0]]


def _moved_back(ring: Iterable[XY], site: Site, offset: Offset | None) -> list[XY]:
    """Where the places lie by the capture's own coordinates: an offset is what is added to those."""
    if offset is None or site.position is None:
        return list(ring)
    grid = window_grid(site.position.lonlat, site.radius_m, 1.0)
    metres = (grid.from_lonlat(LonLat(lon, lat)) for lon, lat in ring)
    places = (grid.to_lonlat(x - offset.dx_m, y - offset.dy_m) for x, y in metres)
    return [(place.lon, place.lat) for place in places]


def _frame(project: Project, picture: Capture) -> _Frame | None:
    """From longitude and latitude to pixels of the working copy; None where it cannot be read or is no map."""
    from pyproj import Transformer

    try:
        with opened(project.root / picture.working) as dataset:
            crs, transform, size = dataset.crs, dataset.transform, (dataset.width, dataset.height)
    except (*GDAL_ERRORS, OSError):
        return None
    if crs is None or size != (picture.width_px, picture.height_px):
        return None
    to_map = Transformer.from_crs("EPSG:4326", crs.to_wkt(), always_xy=True)
    a, b, c, d, e, f, *_ = ~transform

    def frame(lon: float, lat: float) -> XY:
        x, y = to_map.transform(lon, lat)
        return a * x + b * y + c, d * x + e * y + f

    return frame


def _is_inside(ring: Iterable[XY], size: XY) -> bool:
    return all(0 <= x <= size[0] and 0 <= y <= size[1] for x, y in ring)
