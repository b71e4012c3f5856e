"""What the page of one site shows beyond its comparison."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from workflow.coords import format_decimal, format_dms, format_mgrs
from workflow.grid import SiteGrid
from workflow.model import LonLat, Position, Site

if TYPE_CHECKING:
    from workflow.project import Project

__all__ = ["Ground", "MapSite", "ground_of", "map_sites", "position_rows", "version_of"]


@dataclass(frozen=True, slots=True)
class MapSite:
    """A located site as a map of it and its neighbours shows it."""

    id: str
    name: str
    lonlat: LonLat
    radius_m: float


def map_sites(project: Project) -> tuple[MapSite, ...]:
    """All located sites, in the order of their registration."""
    return tuple(
        MapSite(site.id, site.name, site.position.lonlat, site.radius_m)
        for site in project.sites()
        if site.position is not None
    )


@dataclass(frozen=True, slots=True)
class Ground:
    """Where a picture on a site's grid lies on a map in Web Mercator, of which north is up.

    The box is that of its corners, in degrees. `matrix` (a, b, c, d, e, f) takes the picture's unit square, x to the
    right and y down, to that of the box: x' = a·x + c·y + e, y' = b·x + d·y + f.
    """

    west: float
    south: float
    east: float
    north: float
    matrix: tuple[float, float, float, float, float, float]


def ground_of(grid: SiteGrid) -> Ground:
    """Where a picture that covers the whole of `grid` lies."""
    west, south, east, north = grid.bounds
    corners = [grid.to_lonlat(x, y) for x, y in ((west, north), (east, north), (west, south), (east, south))]
    lons, lats = [place.lon for place in corners], [place.lat for place in corners]
    left, top = min(lons), _mercator(max(lats))
    wide, high = max(lons) - left, top - _mercator(min(lats))
    (x0, y0), (x1, y1), (x2, y2) = (
        ((place.lon - left) / wide, (top - _mercator(place.lat)) / high) for place in corners[:3]
    )
    matrix = (x1 - x0, y1 - y0, x2 - x0, y2 - y0, x0, y0)
    return Ground(left, min(lats), max(lons), max(lats), matrix)


def _mercator(lat: float) -> float:
    """The y of a latitude on the map, in radians."""
    return math.asinh(math.tan(math.radians(lat)))


def version_of(project: Project, site_id: str) -> int:
    """The version of the site that is there; a change is based on it.

    Raises
    ------
    UnknownName
        when there is no such site.
    """
    project.site(site_id)
    known = project.record.get(Site, site_id)
    return known.version if known else 0


def position_rows(position: Position) -> list[tuple[str, str]]:
    """A position in the forms in which people pass it on, and how well it is known: pairs of a name and a text."""
    place = position.lonlat
    forms = [
        ("degrees", format_dms(place)),
        ("decimal", format_decimal(place)),
        ("MGRS", format_mgrs(place)),
    ]
    if position.precision_m:
        forms.append(("precision", f"{position.precision_m:g} m"))
    return forms
