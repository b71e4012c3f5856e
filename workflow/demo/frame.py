"""Where the pixels of a rendered scene lie, and the frame of its place."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from workflow.demo.scene import Scene, View
from workflow.model import LonLat

__all__ = ["Frame", "Road", "frame_of"]

Points = NDArray[np.float64]
_A, _E2 = 6378137.0, 0.00669437999014  # WGS 84


@dataclass(frozen=True, slots=True)
class Road:
    """The road's own axes at a site: turns (along, across) into (east, north), metres, shape (..., 2)."""

    bearing_deg: float

    def to_local(self, points: Points) -> Points:
        """(along, across) -> (east, north)."""
        sin, cos = math.sin(math.radians(self.bearing_deg)), math.cos(math.radians(self.bearing_deg))
        turned: Points = points @ np.array([[sin, cos], [cos, -sin]])
        return turned


@dataclass(frozen=True, slots=True)
class Frame:
    """The grid of one scene.

    `transform` maps (column, row) to the coordinates that the file states: x = a col + b row + c, y = d col
    + e row + f. `matrix` (2, 3) maps true (east, north) metres from the site to (column, row); the
    georeferencing error is in it.
    """

    epsg: int
    transform: tuple[float, float, float, float, float, float]
    width: int
    height: int
    matrix: NDArray[np.float64]

    def to_pixel(self, local: Points) -> Points:
        """(east, north) metres, shape (..., 2) -> (column, row)."""
        out: Points = local @ self.matrix[:, :2].T + self.matrix[:, 2]
        return out

    def inverse(self) -> NDArray[np.float64]:
        """(2, 3): (column, row) -> (east, north)."""
        turn = np.linalg.inv(self.matrix[:, :2])
        return np.hstack([turn, (-turn @ self.matrix[:, 2])[:, None]])


def metres_per_degree(place: LonLat) -> tuple[float, float]:
    """Metres in a degree of longitude and in a degree of latitude on WGS 84."""
    sin = math.sin(math.radians(place.lat))
    w = math.sqrt(1 - _E2 * sin * sin)
    east = _A / w * math.cos(math.radians(place.lat))
    north = _A * (1 - _E2) / w**3
    return math.radians(east), math.radians(north)


def frame_of(scene: Scene) -> Frame:
    """The grid of `scene`: square pixels of its CRS, north up, the site near the middle."""
    view, place = scene.view, scene.position
    origin, jacobian = _linear(place, view.epsg)
    pixel = _pixel_size(view, place)
    width, height = _size_px(view, jacobian, pixel)
    west = math.floor((origin[0] - pixel * width / 2) / pixel) * pixel
    north = math.ceil((origin[1] + pixel * height / 2) / pixel) * pixel
    # stated = true - offset
    stated = origin - jacobian @ np.array(view.offset_m)
    matrix = np.empty((2, 3))
    matrix[0, :2], matrix[0, 2] = jacobian[0] / pixel, (stated[0] - west) / pixel
    matrix[1, :2], matrix[1, 2] = -jacobian[1] / pixel, (north - stated[1]) / pixel
    return Frame(view.epsg, (pixel, 0.0, west, 0.0, -pixel, north), width, height, matrix)


def _pixel_size(view: View, place: LonLat) -> float:
    if view.epsg == 4326:
        return view.gsd_m / metres_per_degree(place)[1]
    if view.epsg == 3857:
        return view.gsd_m / math.cos(math.radians(place.lat))
    return view.gsd_m


def _size_px(view: View, jacobian: NDArray[np.float64], pixel: float) -> tuple[int, int]:
    scale = np.hypot(jacobian[:, 0], jacobian[:, 1])
    width, height = np.ceil(view.width_m * scale / pixel).astype(int)
    return int(width), int(height)


@lru_cache(maxsize=64)
def _linear(place: LonLat, epsg: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """CRS coordinates of `place`, and how they change per metre east and north (2, 2); good to a millimetre
    in 500 m.
    """
    from pyproj import Transformer

    east_m, north_m = metres_per_degree(place)
    steps = np.array([[0, 0], [100, 0], [-100, 0], [0, 100], [0, -100]], float)
    lon, lat = place.lon + steps[:, 0] / east_m, place.lat + steps[:, 1] / north_m
    x, y = Transformer.from_crs(4326, epsg, always_xy=True).transform(lon, lat)
    xy = np.stack([x, y], axis=1)
    jacobian = np.stack([(xy[1] - xy[2]) / 200, (xy[3] - xy[4]) / 200], axis=1)
    return xy[0], jacobian
