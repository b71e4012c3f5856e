"""Bounds and WKB of what has a place, on WGS 84 (lon, lat), and boxes that know the antimeridian.

A box is (west, south, east, north) in degrees; west > east crosses the antimeridian (RFC 7946, section 5.2).
"""

from __future__ import annotations

from typing import Any

from workflow.model import Capture, Site

__all__ = ["Box", "capture_place", "flat_boxes", "site_place"]

Box = tuple[float, float, float, float]


def site_place(site: Site) -> dict[str, Any]:
    """Columns `minx miny maxx maxy geometry` of a site: its footprint, else its position, else NULL."""
    from shapely.geometry import Point, shape

    if site.footprint is not None:
        geometry = shape(site.footprint)
        return _columns(geometry.bounds, geometry.wkb)
    if site.position is None:
        return _columns(None, None)
    lonlat = site.position.lonlat
    return _columns((lonlat.lon, lonlat.lat, lonlat.lon, lonlat.lat), Point(lonlat.lon, lonlat.lat).wkb)


def capture_place(capture: Capture) -> dict[str, Any]:
    """Columns `minx miny maxx maxy geometry` of a capture: its footprint, or NULL without georeference."""
    from shapely.geometry import Polygon

    if len(capture.footprint) < 3:
        return _columns(None, None)
    ring = [(corner.lon, corner.lat) for corner in capture.footprint]
    return _columns(_ring_box(ring), Polygon(ring).wkb)


def _ring_box(ring: list[tuple[float, float]]) -> Box:
    lons = [lon for lon, _ in ring]
    lats = [lat for _, lat in ring]
    if max(lons) - min(lons) <= 180:
        return min(lons), min(lats), max(lons), max(lats)
    # no picture spans half the globe: such a ring goes the short way, over the antimeridian
    west = min(lon for lon in lons if lon > 0)
    east = max(lon for lon in lons if lon <= 0)
    return west, min(lats), east, max(lats)


def flat_boxes(box: Box) -> tuple[Box, ...]:
    """The box as one or two that do not cross the antimeridian."""
    west, south, east, north = box
    if west <= east:
        return (box,)
    return (west, south, 180.0, north), (-180.0, south, east, north)


def _columns(box: Box | None, wkb: bytes | None) -> dict[str, Any]:
    west, south, east, north = box or (None, None, None, None)
    return {"minx": west, "miny": south, "maxx": east, "maxy": north, "geometry": wkb}
