"""The grid of a site: square pixels in a metric CRS on which every chip of the site lies.

Map coordinates are metres east and north in the grid's CRS (`EPSG:326zz`, `EPSG:327zz`; beyond 84°N
`EPSG:3413`, beyond 80°S `EPSG:3031`). Pixel coordinates are (column, row), counted from the north-west
corner: the centre of the first pixel is (0.5, 0.5). Edges lie on multiples of the pixel, so grids of one CRS
and GSD are congruent.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from workflow.model import LonLat

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from pyproj import Transformer

__all__ = ["DEFAULT_GSD_M", "GSD_LIMITS_M", "SiteGrid", "box_rings", "grid_crs", "grid_gsd", "site_grid"]

DEFAULT_GSD_M = 0.5
GSD_LIMITS_M = (0.1, 30.0)
_WGS84 = "EPSG:4326"
_NORTH_STEP_DEG = 1e-5
# UTM stretches distances by up to 0.1 % at the edge of a zone; the watch circle must still fit
_SCALE_MARGIN = 1.001
# shares of a box's side from its north-west corner: from the south-west corner along the south side and round
_RING_X = (0.0, 0.5, 1.0, 1.0, 1.0, 0.5, 0.0, 0.0)
_RING_Y = (1.0, 1.0, 1.0, 0.5, 0.0, 0.0, 0.0, 0.5)


@dataclass(frozen=True, slots=True)
class SiteGrid:
    """Square pixels of `gsd_m` metres in `crs`; `west` and `north` are map coordinates of the outer corner.

    `width` counts columns, `height` rows.
    """

    crs: str
    west: float
    north: float
    gsd_m: float
    width: int
    height: int

    def __post_init__(self) -> None:
        """Refuse an empty grid and numbers that are not finite."""
        if not (math.isfinite(self.west) and math.isfinite(self.north) and math.isfinite(self.gsd_m)):
            raise ValueError(f"grid at {self.west}, {self.north} with pixels of {self.gsd_m} m is not finite")
        if self.gsd_m <= 0 or self.width < 1 or self.height < 1:
            raise ValueError(f"grid of {self.width} x {self.height} pixels of {self.gsd_m} m is empty")

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """Outer edges (west, south, east, north) in map coordinates."""
        east = self.west + self.width * self.gsd_m
        return self.west, self.north - self.height * self.gsd_m, east, self.north

    @property
    def transform(self) -> tuple[float, float, float, float, float, float]:
        """Affine (a, b, c, d, e, f): x = a·col + b·row + c, y = d·col + e·row + f."""
        return self.gsd_m, 0.0, self.west, 0.0, -self.gsd_m, self.north

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns, as arrays have them."""
        return self.height, self.width

    def to_pixel(self, x: float, y: float) -> tuple[float, float]:
        """Column and row (fractions of a pixel) of map coordinates; also beyond the edges."""
        return (x - self.west) / self.gsd_m, (self.north - y) / self.gsd_m

    def to_map(self, col: float, row: float) -> tuple[float, float]:
        """Map coordinates of column and row, the exact inverse of `to_pixel`."""
        return self.west + col * self.gsd_m, self.north - row * self.gsd_m

    def to_lonlat(self, x: float, y: float) -> LonLat:
        """WGS 84 position of map coordinates.

        Raises
        ------
        ValueError
            when the point is beyond the reach of the projection.
        """
        lon, lat = _transformer(self.crs, _WGS84).transform(x, y)
        return LonLat(float(lon), float(lat))

    def from_lonlat(self, lonlat: LonLat) -> tuple[float, float]:
        """Map coordinates of a WGS 84 position.

        Raises
        ------
        ValueError
            when the position is beyond the reach of the projection.
        """
        x, y = _transformer(_WGS84, self.crs).transform(lonlat.lon, lonlat.lat)
        if not (math.isfinite(x) and math.isfinite(y)):
            raise ValueError(f"position {lonlat.lon}, {lonlat.lat} is beyond the reach of {self.crs}")
        return float(x), float(y)

    def true_north_deg(self, lonlat: LonLat) -> float:
        """Direction of true north at a position on the grid, in degrees clockwise from the grid's north (up)."""
        step = (
            _NORTH_STEP_DEG if lonlat.lat < 0 else -_NORTH_STEP_DEG
        )  # towards the equator's side: never beyond a pole
        here, there = self.from_lonlat(lonlat), self.from_lonlat(LonLat(lonlat.lon, lonlat.lat + step))
        dx, dy = ((to - origin) / step for origin, to in zip(here, there, strict=True))
        return math.degrees(math.atan2(dx, dy))


def grid_crs(lonlat: LonLat) -> str:
    """Authority string of the metric CRS of a place: its UTM zone, polar stereographic beyond 84°N and 80°S."""
    if lonlat.lat > 84:
        return "EPSG:3413"
    if lonlat.lat < -80:
        return "EPSG:3031"
    zone = min(int((lonlat.lon + 180) // 6) + 1, 60)
    return f"EPSG:{(32600 if lonlat.lat >= 0 else 32700) + zone}"


def grid_gsd(finest_gsd_m: float | None) -> float:
    """Pixel of a site's grid in metres from its finest capture: rounded to millimetres, 0.1 to 30, else 0.5."""
    if finest_gsd_m is None:
        return DEFAULT_GSD_M
    low, high = GSD_LIMITS_M
    return round(min(max(finest_gsd_m, low), high), 3)


def site_grid(lonlat: LonLat, radius_m: float, gsd_m: float) -> SiteGrid:
    """The square grid around a place that holds the circle of `radius_m`; the place lies in the middle pixel.

    Raises
    ------
    ValueError
        when `radius_m` or `gsd_m` is not positive and finite.
    """
    if not (0 < radius_m < math.inf and 0 < gsd_m < math.inf):
        raise ValueError(f"radius {radius_m} m and pixel {gsd_m} m must be positive")
    crs = grid_crs(lonlat)
    x, y = _transformer(_WGS84, crs).transform(lonlat.lon, lonlat.lat)
    half = math.ceil(radius_m * _SCALE_MARGIN / gsd_m)
    west = (math.floor(x / gsd_m) - half) * gsd_m
    north = (math.floor(y / gsd_m) + half + 1) * gsd_m
    side = 2 * half + 1
    return SiteGrid(crs, west, north, gsd_m, side, side)


def box_rings(places: Sequence[LonLat], radii_m: Sequence[float]) -> NDArray[np.float64]:
    """Corners and middles of the sides of the box around each place's circle: (place, 8, lon and lat).

    The box is that of a grid of about a hundred pixels a side (see `site_grid`); longitudes are within 180 degrees
    of the place's, so that the date line cuts nothing.
    """
    import numpy as np

    rings = np.empty((len(places), 8, 2))
    zones: dict[str, list[int]] = {}
    for number, place in enumerate(places):
        zones.setdefault(grid_crs(place), []).append(number)
    for crs, numbers in zones.items():
        lonlats = np.array([(places[one].lon, places[one].lat) for one in numbers])
        radii = np.array([radii_m[one] for one in numbers])
        gsd = np.maximum(radii / 50, 0.1)
        half = np.ceil(radii * _SCALE_MARGIN / gsd)
        x, y = _transformer(_WGS84, crs).transform(lonlats[:, 0], lonlats[:, 1])
        west, north = (np.floor(x / gsd) - half) * gsd, (np.floor(y / gsd) + half + 1) * gsd
        side = (2 * half + 1) * gsd
        xs, ys = west[:, None] + np.outer(side, _RING_X), north[:, None] - np.outer(side, _RING_Y)
        lon, lat = _transformer(crs, _WGS84).transform(xs, ys)
        near = lonlats[:, :1] + (lon - lonlats[:, :1] + 540) % 360 - 180
        rings[numbers] = np.stack((near, lat), axis=2)
    return rings


@lru_cache(maxsize=256)
def _transformer(source: str, target: str) -> Transformer:
    """One transformer a pair of CRS: making one takes 25 ms, using it microseconds. Safe between threads."""
    from pyproj import Transformer

    return Transformer.from_crs(source, target, always_xy=True)
