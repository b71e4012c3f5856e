"""A fine canvas of labels and shade onto which shapes are painted in metres."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from workflow.demo.frame import Frame
from workflow.demo.palette import Material
from workflow.demo.place import Solid

__all__ = ["Canvas"]

Points = NDArray[np.float64]
_CIRCLE = np.stack([np.cos(np.arange(9) * 2 * np.pi / 9), np.sin(np.arange(9) * 2 * np.pi / 9)], axis=1)


class Canvas:
    """`labels` and `shade` (0 sunlit, 255 shaded) at `fine` times the scene's resolution.

    Shapes come as (east, north) metres. `sun` is the shadow of one metre of height, `lean` the displacement
    of a point one metre high away from the sensor, both (east, north); `towards_sun` is a unit vector.
    """

    def __init__(self, frame: Frame, fine: int, sun: tuple[float, float], lean: tuple[float, float]) -> None:
        self.frame, self.fine = frame, fine
        self.sun, self.lean = np.array(sun), np.array(lean)
        self.towards_sun = -self.sun / max(float(np.hypot(*self.sun)), 1e-9)
        size = (frame.width * fine, frame.height * fine)
        self.labels = Image.new("L", size, int(Material.GRASS))
        self.shade = Image.new("L", size, 0)
        self._label, self._shade = ImageDraw.Draw(self.labels), ImageDraw.Draw(self.shade)

    def _flat(self, points: Points) -> list[float] | None:
        """Pixel coordinates in a row, or None where the shape lies outside."""
        pixels = self.frame.to_pixel(points) * self.fine
        low, high = pixels.min(axis=0), pixels.max(axis=0)
        if high[0] < 0 or high[1] < 0 or low[0] > self.labels.width or low[1] > self.labels.height:
            return None
        # Pillow's pixel centres lie on whole numbers, and it cuts corners down to them: half a pixel up and left
        flat: list[float] = np.rint(pixels - 0.5).ravel().tolist()
        return flat

    def area(self, points: Points, label: int) -> None:
        """Flat ground of `label`."""
        flat = self._flat(points)
        if flat is not None:
            self._label.polygon(flat, fill=int(label))

    def top(self, points: Points, label: int, height_m: float = 0.0) -> None:
        """A sunlit surface at a height: displaced by the lean, and out of the shade."""
        flat = self._flat(points + height_m * self.lean)
        if flat is not None:
            self._label.polygon(flat, fill=int(label))
            self._shade.polygon(flat, fill=0)

    def _shaded(self, points: Points, depth: int = 255) -> None:
        flat = self._flat(points)
        if flat is not None:
            self._shade.polygon(flat, fill=depth)

    def cast(self, points: Points, low_m: float, high_m: float, depth: int = 255) -> None:
        """The shadow on the ground of a prism over `points` between two heights."""
        low, high = points + low_m * self.sun, points + high_m * self.sun
        self._shaded(high, depth)
        self._shaded(low, depth)
        for quad in _sides(low, high):
            self._shaded(quad, depth)

    def solid(self, solid: Solid, corners: Points) -> None:
        """Walls, then roof, of a convex prism over `corners` (the solid's own, turned north)."""
        low, high = corners + solid.low_m * self.lean, corners + solid.high_m * self.lean
        for quad, facing in zip(_sides(low, high), _facings(corners, self.towards_sun), strict=True):
            flat = self._flat(quad)
            if flat is not None:
                label = Material.WALL_LIT if facing > 0.15 else Material.WALL_DARK
                self._label.polygon(flat, fill=int(label))
                self._shade.polygon(flat, fill=0)
        self.top(corners, solid.roof, solid.high_m)
        if solid.gable:
            self._gable(solid, corners)

    def _gable(self, solid: Solid, corners: Points) -> None:
        """Darken the half of the roof that is turned away from the sun."""
        a, b, c, d = corners
        if np.hypot(*(b - a)) < np.hypot(*(d - a)):
            a, b, c, d = b, c, d, a
        one, other = (a + d) / 2, (b + c) / 2
        first = float((a - d) @ self.towards_sun) < 0
        half = np.array([a, b, other, one]) if first else np.array([one, other, c, d])
        self.top(half, solid.roof + 1, solid.high_m)

    def dome(self, corners: Points, high_m: float, inner: float) -> None:
        """Shade a ring of ribs by the way each faces the sun."""
        middle = corners.mean(axis=0)
        following = np.roll(corners, -1, axis=0)
        for number, (one, other) in enumerate(zip(corners, following, strict=True)):
            out = (one + other) / 2 - middle
            facing = float(out @ self.towards_sun) / max(float(np.hypot(*out)), 1e-9)
            step = int(np.clip(round(4.2 + 3.2 * facing * inner) - (number % 2), 0, 7))
            self.top(np.array([middle, one, other]), Material.DOME + step, high_m)

    def tree(self, spot: Points, radius: float, height: float, conifer: bool) -> None:
        """A crown with a lit side."""
        dark, lit = (
            (Material.CONIFER, Material.CONIFER_LIT) if conifer else (Material.TREE, Material.TREE_LIT)
        )
        crown = spot + radius * _CIRCLE
        self.top(crown, dark, 0.7 * height)
        self.top(spot + 0.22 * radius * self.towards_sun + 0.68 * radius * _CIRCLE, lit, 0.7 * height)

    def tree_shadow(self, spot: Points, radius: float, height: float, depth: int) -> None:
        """Shadow of crown and trunk; `depth` below 255 for bare branches."""
        crown = spot + 0.65 * height * self.sun
        stretch = 1 + 0.25 * float(np.hypot(*self.sun))
        along = _CIRCLE @ np.outer(self.towards_sun, self.towards_sun) * (stretch - 1) + _CIRCLE
        self._shaded(crown + 0.9 * radius * along, depth)
        across = 0.12 * np.array([-self.towards_sun[1], self.towards_sun[0]])
        self._shaded(np.array([spot - across, spot + across, crown + across, crown - across]), depth)


def _sides(low: Points, high: Points) -> list[Points]:
    return [
        np.array([low[i], low[(i + 1) % len(low)], high[(i + 1) % len(low)], high[i]])
        for i in range(len(low))
    ]


def _facings(corners: Points, towards_sun: Points) -> list[float]:
    """Cosine between each side's outward normal and the sun's direction."""
    edges = np.roll(corners, -1, axis=0) - corners
    normals = np.stack([edges[:, 1], -edges[:, 0]], axis=1)
    outward = np.sign(((corners + edges / 2 - corners.mean(axis=0)) * normals).sum(axis=1, keepdims=True))
    lengths = np.maximum(np.hypot(normals[:, 0], normals[:, 1]), 1e-9)
    facing: list[float] = ((normals * outward) @ towards_sun / lengths).tolist()
    return facing
