"""GeoJSON geometry between WGS 84 degrees and a site's grid in metres."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from workflow.grid import SiteGrid
from workflow.model import LonLat

__all__ = ["from_grid", "to_grid"]


def to_grid(geometry: Mapping[str, Any], grid: SiteGrid) -> dict[str, Any]:
    """A GeoJSON geometry on WGS 84 (lon, lat) in the grid's metres."""
    return {
        "type": geometry["type"],
        "coordinates": _each(geometry["coordinates"], lambda x, y: grid.from_lonlat(LonLat(x, y))),
    }


def from_grid(geometry: Mapping[str, Any], grid: SiteGrid) -> dict[str, Any]:
    """A geometry in the grid's metres as GeoJSON on WGS 84 (lon, lat)."""

    def place(x: float, y: float) -> tuple[float, float]:
        lonlat = grid.to_lonlat(x, y)
        return lonlat.lon, lonlat.lat

    return {"type": geometry["type"], "coordinates": _each(geometry["coordinates"], place)}


def _each(coordinates: Any, place: Callable[[float, float], Iterable[float]]) -> list[Any]:
    if not isinstance(coordinates, list | tuple):
        raise TypeError("coordinates are nested lists of numbers")
    if coordinates and isinstance(coordinates[0], int | float):
        return list(place(float(coordinates[0]), float(coordinates[1])))
    return [_each(one, place) for one in coordinates]
