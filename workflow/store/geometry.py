"""Bounds and WKB of what has a place, on WGS 84 (lon, lat), and boxes that know the antimeridian.

A box is (west, south, east, north) in degrees; west > east crosses the antimeridian (RFC 7946, section 5.2).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import Dialect, LargeBinary, func
from sqlalchemy.types import TypeDecorator, UserDefinedType

from workflow.model import Capture, Site

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

__all__ = ["Box", "Wkb", "capture_place", "flat_boxes", "over_antimeridian", "site_place"]


class _PostgisGeometry(UserDefinedType[bytes]):
    """PostGIS's ``geometry(Geometry,4326)``, little-endian WKB on the way in and out."""

    cache_ok = True

    def get_col_spec(self, **_: object) -> str:
        """The type in DDL."""
        return "geometry(Geometry,4326)"

    def bind_expression(self, bindvalue: Any) -> Any:
        """WKB to geometry."""
        return func.ST_GeomFromWKB(bindvalue, 4326, type_=self)

    def column_expression(self, colexpr: Any) -> Any:
        """Geometry to WKB."""
        return func.ST_AsBinary(colexpr, "NDR", type_=LargeBinary)


class Wkb(TypeDecorator[bytes]):
    """A geometry on WGS 84 (lon, lat) as WKB: bytes in SQLite, a real geometry where PostGIS is."""

    impl = LargeBinary
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> Any:
        """The type that the engine has."""
        return dialect.type_descriptor(_PostgisGeometry() if dialect.name == "postgresql" else LargeBinary())

    def process_result_value(self, value: Any, dialect: Dialect) -> bytes | None:  # noqa: ARG002
        """Bytes, whatever buffer the driver gives."""
        return None if value is None else bytes(value)


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
    box = _ring_box(ring)
    shape = Polygon(ring) if box[0] <= box[2] else over_antimeridian(ring)
    return _columns(box, shape.wkb)


def over_antimeridian(ring: list[tuple[float, float]]) -> BaseGeometry:
    """A ring that goes the short way over the antimeridian, cut there (RFC 7946, section 3.1.9)."""
    from shapely import box, union_all
    from shapely.affinity import translate
    from shapely.geometry import Polygon

    whole = Polygon([(lon if lon > 0 else lon + 360, lat) for lon, lat in ring])
    west, east = whole.intersection(box(0, -90, 180, 90)), whole.intersection(box(180, -90, 360, 90))
    return union_all([west, translate(east, -360)])


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
