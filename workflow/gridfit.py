"""Longitude and latitude of a site's grid without a projection library: two polynomials.

A browser evaluates them; they are fitted to pyproj's answers and hold everywhere on the picture to a
millimetre, or there is none.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.polynomial import chebyshev
from numpy.typing import NDArray

from workflow.grid import SiteGrid

__all__ = ["TOLERANCE_M", "LonLatFit", "fit_lonlat"]

TOLERANCE_M = 0.001
"""The most that a fitted position is off, in metres."""

_DEGREES = range(3, 16)
_METRES_PER_DEGREE = 111_700.0  # the longest degree, that of latitude at the poles


@dataclass(frozen=True, slots=True)
class LonLatFit:
    """Chebyshev coefficients (row i, column j) of T_i(u) T_j(v), degrees, within `bounds` of the grid's CRS.

    `u` and `v` run from -1 in the west and south to 1 in the east and north. Longitudes run on over the date
    line: take them within ±180.
    """

    bounds: tuple[float, float, float, float]
    lon: tuple[tuple[float, ...], ...]
    lat: tuple[tuple[float, ...], ...]

    def at(self, x: float, y: float) -> tuple[float, float]:
        """Longitude (within ±180) and latitude of map coordinates."""
        west, south, east, north = self.bounds
        u = (2 * x - west - east) / (east - west)
        v = (2 * y - south - north) / (north - south)
        lon = float(chebyshev.chebval2d(u, v, np.asarray(self.lon)))
        return (lon + 180) % 360 - 180, float(chebyshev.chebval2d(u, v, np.asarray(self.lat)))


@lru_cache(maxsize=64)
def fit_lonlat(extent: SiteGrid) -> LonLatFit | None:
    """The fit over an extent, of the lowest degree that holds to a millimetre; None where none does (at a
    pole).
    """
    west, south, east, north = extent.bounds
    for degree in _DEGREES:
        nodes = np.cos(np.pi * (np.arange(degree + 1) + 0.5) / (degree + 1))
        lon, lat = _lonlats(extent, nodes)
        basis = np.linalg.inv(chebyshev.chebvander(nodes, degree))
        coefficients = [basis @ values @ basis.T for values in (lon, lat)]
        # checked halfway between the nodes and at the edges, where such fits are worst
        checks = np.cos(np.pi * np.arange(2 * degree + 3) / (2 * degree + 2))
        if _error_m(_lonlats(extent, checks), checks, coefficients) <= TOLERANCE_M / 4:
            rows = [tuple(tuple(float(one) for one in row) for row in some) for some in coefficients]
            return LonLatFit((west, south, east, north), rows[0], rows[1])
    return None


def _lonlats(extent: SiteGrid, nodes: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Longitudes and latitudes (row by u, column by v) of nodes from -1 to 1 on both axes."""
    west, south, east, north = extent.bounds
    xs, ys = (west + east + nodes * (east - west)) / 2, (south + north + nodes * (north - south)) / 2
    places = [[extent.to_lonlat(float(x), float(y)) for y in ys] for x in xs]
    first = places[0][0].lon
    lon = np.array([[first + (one.lon - first + 180) % 360 - 180 for one in row] for row in places])
    return lon, np.array([[one.lat for one in row] for row in places])


def _error_m(
    wanted: tuple[NDArray[np.float64], NDArray[np.float64]],
    nodes: NDArray[np.float64],
    coefficients: list[NDArray[np.float64]],
) -> float:
    lon, lat = (
        np.abs(chebyshev.chebgrid2d(nodes, nodes, one) - known)
        for one, known in zip(coefficients, wanted, strict=True)
    )
    across = np.cos(np.radians(wanted[1]))
    return float(np.hypot(lon * across, lat).max()) * _METRES_PER_DEGREE
