"""GeoJSON geometry between what is recorded (WGS 84 degrees, or columns and rows of a still) and what is drawn in."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np

from workflow.grid import SiteGrid
from workflow.model import LonLat
from workflow.stills import Space

__all__ = ["from_grid", "from_space", "to_grid", "to_space"]


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


def to_space(geometry: Mapping[str, Any], space: Space, still: str) -> dict[str, Any]:
    """A geometry in columns and rows of a still in pixels of the space of stills, rows upwards."""

    def place(column: float, row: float) -> tuple[float, float]:
        x, y = space.from_still(still, np.array([[column, row]]))[0].tolist()
        return x, -y

    return {"type": geometry["type"], "coordinates": _each(geometry["coordinates"], place)}


def from_space(geometry: Mapping[str, Any], space: Space, still: str) -> dict[str, Any]:
    """The inverse of `to_space`."""

    def place(x: float, y: float) -> tuple[float, float]:
        column, row = space.to_still(still, np.array([[x, -y]]))[0].tolist()
        return column, row

    return {"type": geometry["type"], "coordinates": _each(geometry["coordinates"], place)}


def _each(coordinates: Any, place: Callable[[float, float], Iterable[float]]) -> list[Any]:
    if not isinstance(coordinates, list | tuple):
        raise TypeError("coordinates are nested lists of numbers")
    if coordinates and isinstance(coordinates[0], int | float):
        return list(place(float(coordinates[0]), float(coordinates[1])))
    return [_each(one, place) for one in coordinates]
