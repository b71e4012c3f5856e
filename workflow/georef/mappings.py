"""How a picture lies on the map: a plane projection or a thin-plate spline, forwards and back.

Places are arrays (point, 2): in the picture (column, row) from its north-west corner, on the map (x, y) in metres.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

__all__ = ["Mapping", "Plane", "Scale", "Spline"]

Places = NDArray[np.float64]
_LATTICE = 33
_STEPS = 20
_CLOSE_PX = 1e-3


class Mapping(Protocol):
    """From the picture to the map and back."""

    def to_map(self, pixels: Places) -> Places:
        """Where places of the picture lie; NaN beyond a horizon."""

    def to_pixels(self, metres: Places) -> Places:
        """Where places of the map lie in the picture; NaN where that is nowhere."""

    def determinants(self, pixels: Places) -> NDArray[np.float64]:
        """Square metres to a square pixel, negative where the picture is seen from its right side."""


@dataclass(frozen=True, slots=True)
class Scale:
    """Places moved to their middle and brought to about one: estimators need it to stay exact."""

    middle: Places
    size: float

    @classmethod
    def of(cls, places: Places) -> Scale:
        """That of `places`, two at least that are not all the same."""
        middle = places.mean(axis=0)
        return cls(middle, float(np.sqrt(((places - middle) ** 2).sum(axis=1).mean())) or 1.0)

    def to_one(self, places: Places) -> Places:
        """The scaled places."""
        scaled: Places = (places - self.middle) / self.size
        return scaled

    def back(self, scaled: Places) -> Places:
        """The inverse of `to_one`."""
        places: Places = scaled * self.size + self.middle
        return places


@dataclass(frozen=True, slots=True)
class Plane:
    """A similarity, affine or projective mapping: a matrix (3, 3) between scaled places."""

    matrix: NDArray[np.float64]
    picture: Scale
    ground: Scale

    def to_map(self, pixels: Places) -> Places:
        """See `Mapping`."""
        return self.ground.back(_projected(self.matrix, self.picture.to_one(pixels)))

    def to_pixels(self, metres: Places) -> Places:
        """See `Mapping`."""
        back = np.asarray(np.linalg.inv(self.matrix), np.float64)
        return self.picture.back(_projected(back, self.ground.to_one(metres)))

    def determinants(self, pixels: Places) -> NDArray[np.float64]:
        """See `Mapping`; NaN beyond the horizon."""
        depth = _homogeneous(self.picture.to_one(pixels)) @ self.matrix[2]
        share = np.linalg.det(self.matrix) / np.where(depth > 0, depth, np.nan) ** 3
        found: NDArray[np.float64] = share * (self.ground.size / self.picture.size) ** 2
        return found


def _homogeneous(places: Places) -> NDArray[np.float64]:
    return np.column_stack([places, np.ones(len(places))])


def _projected(matrix: NDArray[np.float64], places: Places) -> Places:
    made = _homogeneous(places) @ matrix.T
    depth = np.where(np.abs(made[:, 2:]) > 1e-12, made[:, 2:], np.nan)
    found: Places = made[:, :2] / depth
    return found


@dataclass(frozen=True, slots=True)
class Spline:
    """A thin-plate spline through scaled `knots`: `bends` (knot, 2) and the `plane` (3, 2) that it bends.

    Back is found by Newton's method from the nearest of a lattice over the picture of `size` (width, height).
    """

    knots: Places
    bends: NDArray[np.float64]
    plane: NDArray[np.float64]
    picture: Scale
    ground: Scale
    size: tuple[float, float]
    _starts: list[tuple[Places, Places]] = field(default_factory=list)

    def to_map(self, pixels: Places) -> Places:
        """See `Mapping`."""
        at = self.picture.to_one(pixels)
        squares = _squares(at, self.knots)
        bent = 0.5 * squares * np.log(np.where(squares > 0, squares, 1.0))
        return self.ground.back(_homogeneous(at) @ self.plane + bent @ self.bends)

    def slopes(self, pixels: Places) -> NDArray[np.float64]:
        """Metres a pixel: (place, column or row, x or y)."""
        at = self.picture.to_one(pixels)
        squares = _squares(at, self.knots)
        # of r² log r, with r² = s: s·log(s)/2, its slope by s times that of s
        by_square = 0.5 * (np.log(np.where(squares > 0, squares, 1.0)) + 1.0)
        ways = 2 * (at[:, None, :] - self.knots[None, :, :]) * by_square[:, :, None]
        bent = np.einsum("pkd,kx->pdx", ways, self.bends)
        slopes: NDArray[np.float64] = (self.plane[None, :2, :] + bent) * (
            self.ground.size / self.picture.size
        )
        return slopes

    def determinants(self, pixels: Places) -> NDArray[np.float64]:
        """See `Mapping`."""
        found: NDArray[np.float64] = np.linalg.det(self.slopes(pixels))
        return found

    def to_pixels(self, metres: Places) -> Places:
        """See `Mapping`."""
        places, there = self._lattice()
        found = places[[int(((there - one) ** 2).sum(axis=1).argmin()) for one in metres]]
        longest = max(self.size) / (_LATTICE - 1) * 4
        for _ in range(_STEPS):
            slopes = self.slopes(found)
            flat = np.abs(np.linalg.det(slopes)) < 1e-15
            slopes[flat] = np.eye(2)
            missing = metres - self.to_map(found)
            step = np.linalg.solve(np.swapaxes(slopes, 1, 2), missing[:, :, None])[:, :, 0]
            length = np.hypot(*step.T)
            found = found + step * np.minimum(1.0, longest / np.maximum(length, 1e-12))[:, None]
            if (length < _CLOSE_PX / 10).all():
                break
        lost = length > _CLOSE_PX
        return np.where(lost[:, None], np.nan, found)

    def _lattice(self) -> tuple[Places, Places]:
        """A lattice over the picture, and where it lies on the map; worked out once."""
        if not self._starts:
            width, height = self.size
            columns, rows = np.meshgrid(np.linspace(0, width, _LATTICE), np.linspace(0, height, _LATTICE))
            places = np.column_stack([columns.ravel(), rows.ravel()])
            self._starts.append((places, self.to_map(places)))
        return self._starts[0]


def _squares(at: Places, knots: Places) -> NDArray[np.float64]:
    """Squared distances (place, knot)."""
    squares: NDArray[np.float64] = ((at[:, None, :] - knots[None, :, :]) ** 2).sum(axis=2)
    return squares
