"""The area that a question is about: a box of degrees, or the polygons of a GeoJSON file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from workflow.coords import lonlat
from workflow.errors import InputRefused
from workflow.register.geojson import parsed
from workflow.register.shapes import shape_of

__all__ = ["area_of"]

_AREAS = ("Polygon", "MultiPolygon")


def area_of(text: str) -> dict[str, object]:
    """A GeoJSON Polygon or MultiPolygon on WGS 84, of ``W,S,E,N`` in degrees or of the file that `text` names.

    A box whose west lies east of its east crosses the 180th meridian. The polygons of all features of a file are one
    area.

    Raises
    ------
    InputRefused
        when it is neither, or the file holds something else.
    """
    numbers = text.split(",")
    if len(numbers) == 4 and not Path(text).exists():
        return _box(text, numbers)
    from workflow.register import read_bytes

    path = Path(text)
    polygons = [
        polygon
        for geometry in _geometries(parsed(read_bytes(path), path.name))
        for polygon in _rings(geometry)
    ]
    if not polygons:
        raise InputRefused(path.name, "holds no polygon", "draw the area as a Polygon or MultiPolygon")
    return {"type": "MultiPolygon", "coordinates": polygons}


def _box(text: str, numbers: list[str]) -> dict[str, object]:
    try:
        west, south, east, north = (float(number) for number in numbers)
    except ValueError as error:
        raise InputRefused(text, "is no box and no file", "write west,south,east,north in degrees") from error
    lonlat(west, south), lonlat(east, north)
    if south >= north or west == east:
        raise InputRefused(text, "is a box without an inside", "write west,south,east,north in degrees")
    parts = [(west, east)] if west < east else [(west, 180.0), (-180.0, east)]
    return {
        "type": "MultiPolygon",
        "coordinates": [
            [[[left, south], [right, south], [right, north], [left, north], [left, south]]]
            for left, right in parts
        ],
    }


def _geometries(root: Mapping[str, Any]) -> Iterator[object]:
    kind = root.get("type")
    if kind == "FeatureCollection" and isinstance(root.get("features"), list):
        for feature in root["features"]:
            yield feature.get("geometry") if isinstance(feature, Mapping) else feature
    else:
        yield root.get("geometry") if kind == "Feature" else root


def _rings(geometry: object) -> list[Any]:
    """Coordinates of the polygons, each checked; none of another geometry."""
    if not isinstance(geometry, Mapping) or geometry.get("type") not in _AREAS:
        return []
    footprint = shape_of(geometry).footprint or {}
    coordinates: Any = footprint["coordinates"]
    return [coordinates] if footprint["type"] == "Polygon" else list(coordinates)
