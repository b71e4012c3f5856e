"""What is known of a chip besides its pixels: the road's bearing and the sun on the site's grid."""

from __future__ import annotations

from workflow.grid import SiteGrid
from workflow.model import Capture, LonLat, Site
from workflow.scoring.base import Facts
from workflow.shadows import Sun, sunlight, usual_sun

__all__ = ["facts_of"]

# mid-morning sun that nobody stated: the hour and the day may be off
_USUAL_ERROR_DEG = 20.0


def facts_of(site: Site, place: LonLat, capture: Capture, grid: SiteGrid) -> Facts:
    """Bearing and sun clockwise from the grid's up; a sun that is not known is that of a usual mid-morning."""
    turn = grid.true_north_deg(place)
    sun, error = _sun(capture, place)
    return Facts(
        None if site.bearing_deg is None else (site.bearing_deg + turn) % 360.0,
        None if sun is None else sun._replace(azimuth_deg=(sun.azimuth_deg + turn) % 360.0),
        error,
        capture.off_nadir_deg,
    )


def _sun(capture: Capture, place: LonLat) -> tuple[Sun | None, float]:
    known = sunlight(capture, place)
    if known.elevation_deg is not None and known.azimuth_deg is not None:
        return Sun(known.azimuth_deg, known.elevation_deg), known.azimuth_error_deg
    usual = usual_sun(capture.acquired, place)
    if usual is None:
        return None, 0.0
    if known.elevation_deg is not None:
        usual = usual._replace(elevation_deg=known.elevation_deg)
    return usual, _USUAL_ERROR_DEG
