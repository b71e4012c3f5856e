"""The lasting world of a site, made from a seed: fields, blocks, buildings, trees, lamps and the road's plan.

Everything lies in the road's axes (along, across), metres around the site's position; ``frame.Road`` turns
it north. Nothing here depends on a date but what carries one. What comes and goes is the scene's history.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from workflow.demo.palette import CROPS, PARCEL, ROOFS, Material
from workflow.demo.styles import STYLES, Style

__all__ = ["REACH_M", "Place", "Plot", "Solid", "place_of", "rectangle", "stream"]

REACH_M = 360.0  # the world ends this far from the site, along and across
_MOST_PARCELS = (256 - PARCEL) // 2
Points = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Plot:
    """A flat piece of ground: corners (n, 2) and its label."""

    corners: Points
    label: int


@dataclass(frozen=True, slots=True)
class Solid:
    """A convex footprint (n, 2) raised from `low_m` to `high_m`; `gable` gives it a ridge along its longer
    side.
    """

    corners: Points
    low_m: float
    high_m: float
    roof: int
    gable: bool = False


@dataclass(frozen=True, slots=True)
class Place:
    """The world of a site.

    `trees` (n, 5): along, across, crown radius, height, 1 for a conifer. `lamps` (n, 3): along, across, and
    +1 or -1: the side to which the arm reaches. `crops` names what grows on each parcel.
    """

    style: Style
    plots: tuple[Plot, ...]
    solids: tuple[Solid, ...]
    trees: Points
    lamps: Points
    crops: tuple[str, ...]


def stream(seed: int, *words: str) -> np.random.Generator:
    """Random numbers that depend on `seed` and `words` alone, the same on every platform."""
    return np.random.default_rng([seed, *(zlib.crc32(word.encode()) for word in words)])


def rectangle(along: float, across: float, length: float, width: float, turn_deg: float = 0.0) -> Points:
    """Corners of a rectangle of `length` along and `width` across, turned about its middle."""
    corners = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]]) * [length / 2, width / 2]
    turn = np.deg2rad(turn_deg)
    cos, sin = np.cos(turn), np.sin(turn)
    turned: Points = corners @ np.array([[cos, sin], [-sin, cos]]) + [along, across]
    return turned


@lru_cache(maxsize=16)
def place_of(site: str, seed: int, style: str) -> Place:
    """The place of `site` for `seed` in one of ``STYLES``."""
    maker = _Maker(stream(seed, site, "place"), STYLES[style])
    maker.build()
    trees = np.array(maker.trees, float).reshape(-1, 5)
    return Place(
        maker.style, tuple(maker.plots), tuple(maker.solids), trees, maker.lamps(), tuple(maker.crops)
    )


class _Maker:
    """Fills a place plot by plot; kept apart so that each filler sees the same lists."""

    def __init__(self, rng: np.random.Generator, style: Style) -> None:
        self.rng, self.style = rng, style
        self.plots: list[Plot] = []
        self.solids: list[Solid] = []
        self.trees: list[tuple[float, ...]] = []
        self.crops: list[str] = []
        self.turn = float(rng.uniform(-9, 9)) if style.special != "stadium" else 0.0
        self.clear_m = style.kerb_m + style.verge_m + style.pavement_m

    def build(self) -> None:
        kinds = [name for name, _ in self.style.kinds]
        weights = np.array([weight for _, weight in self.style.kinds], float)
        for plot in self._split((-REACH_M, -REACH_M, REACH_M, REACH_M)):
            kind = str(self.rng.choice(kinds, p=weights / weights.sum()))
            getattr(self, f"_{kind}")(*plot)
        if self.style.special:
            getattr(self, f"_{self.style.special}")()
        self._tracks()
        self._avenue_trees()

    def _split(self, box: tuple[float, float, float, float]) -> list[tuple[float, float, float, float]]:
        """Cut `box` (along, across, along, across) in two until the parts are about as large as the style's
        plots.
        """
        a0, c0, a1, c1 = box
        if (a1 - a0) * (c1 - c0) < self.style.plot_m2 * self.rng.uniform(0.7, 2.0):
            return [box]
        share = self.rng.uniform(0.38, 0.62)
        if (a1 - a0) * self.rng.uniform(0.8, 1.25) > c1 - c0:
            cut = a0 + share * (a1 - a0)
            return self._split((a0, c0, cut, c1)) + self._split((cut, c0, a1, c1))
        cut = c0 + share * (c1 - c0)
        return self._split((a0, c0, a1, cut)) + self._split((a0, cut, a1, c1))

    def _ground(self, box: tuple[float, ...], inset: float, label: int) -> Points:
        a0, c0, a1, c1 = box
        length, width = a1 - a0 - 2 * inset, c1 - c0 - 2 * inset
        corners = rectangle((a0 + a1) / 2, (c0 + c1) / 2, length, width)
        turned = self._turned(corners)
        self.plots.append(Plot(turned, label))
        return turned

    def _turned(self, points: Points) -> Points:
        turn = np.deg2rad(self.turn)
        cos, sin = np.cos(turn), np.sin(turn)
        out: Points = points @ np.array([[cos, sin], [-sin, cos]])
        return out

    def _is_free(self, corners: Points, margin: float = 2.0) -> bool:
        """Whether a footprint keeps clear of the roads and of what the style put in place."""
        across = corners[:, 1]
        if across.min() < self.clear_m + margin and across.max() > -self.clear_m - margin:
            return False
        junction = self.style.junction_at_m
        along = corners[:, 0]
        if junction is not None and along.min() < junction + 14 and along.max() > junction - 14:
            return False
        if self.style.special == "stadium":
            return not (
                along.min() < 34 and along.max() > -140 and across.min() < -10 and across.max() > -175
            )
        return True

    def _add(self, corners: Points, high: float, roof: int, gable: bool = False) -> None:
        if self._is_free(corners):
            self.solids.append(Solid(corners, 0.0, high, roof, gable))

    def _tree(self, along: float, across: float, radius: float, conifer: bool = False) -> None:
        if self._is_free(np.array([[along, across]]), margin=0.0):
            height = radius * self.rng.uniform(2.2, 3.2)
            self.trees.append((along, across, radius, height, float(conifer)))

    # -- uses of a plot: box is (along, across, along, across) before the turn -------------------------------

    def _field(self, *box: float) -> None:
        """A field of one to six parcels of one crop each, in strips."""
        a0, c0, a1, c1 = box
        self._ground(box, -0.5, Material.GRASS)
        if len(self.crops) >= _MOST_PARCELS:
            self._ground(box, 1.0, Material.SOIL)
            return
        names, parts = list(CROPS), int(self.rng.integers(1, 4))
        for part in range(parts):
            crop = str(self.rng.choice(names, p=[0.36, 0.28, 0.14, 0.06, 0.06, 0.1]))
            piece = (a0 + (a1 - a0) * part / parts, c0, a0 + (a1 - a0) * (part + 1) / parts, c1)
            self._parcel(piece, crop)

    def _parcel(self, box: tuple[float, float, float, float], crop: str) -> None:
        if len(self.crops) >= _MOST_PARCELS:
            return
        label = PARCEL + 2 * len(self.crops)
        self.crops.append(crop)
        a0, c0, a1, c1 = (box[0] + 0.7, box[1] + 0.7, box[2] - 0.7, box[3] - 0.7)
        self._ground((a0, c0, a1, c1), 0.0, label)
        step = float(self.rng.uniform(5, 14)) if crop != "rice" else float(self.rng.uniform(14, 30))
        for along in np.arange(a0 + step, a1 - step / 2, 2 * step):
            self._ground((along, c0, min(along + step, a1), c1), 0.0, label + 1)
        if crop == "orchard":
            self._orchard(a0, c0, a1, c1)

    def _orchard(self, a0: float, c0: float, a1: float, c1: float) -> None:
        for along in np.arange(a0 + 3, a1 - 2, 7.0):
            for across in np.arange(c0 + 3, c1 - 2, 7.0):
                place = self._turned(np.array([along, across]))
                self._tree(float(place[0]), float(place[1]), float(self.rng.uniform(1.2, 1.8)))

    def _houses(self, *box: float) -> None:
        """A village: rows of small tiled houses with yards."""
        a0, c0, a1, c1 = box
        self._ground(box, -0.5, Material.YARD)
        roof = int(self.rng.integers(0, 3))
        for across in np.arange(c0 + 9, c1 - 6, 15.0):
            for along in np.arange(a0 + 9, a1 - 6, 17.0):
                if self.rng.random() < 0.12:
                    continue
                jitter = self.rng.normal(0, 0.8, 2)
                size = self.rng.uniform([9, 5.5], [13, 7])
                corners = self._turned(rectangle(along + jitter[0], across + jitter[1], *size))
                colour = ROOFS + 2 * (roof if self.rng.random() < 0.8 else int(self.rng.integers(0, 8)))
                self._add(corners, float(self.rng.uniform(3.2, 4.5)), colour, gable=True)
                spot = self._turned(np.array([along + 7, across + 6]))
                if self.rng.random() < 0.6:
                    self._tree(float(spot[0]), float(spot[1]), float(self.rng.uniform(1.3, 2.6)))

    def _flats(self, *box: float) -> None:
        """Slabs of flats along the longer side, a path between them, trees about."""
        a0, c0, a1, c1 = box
        self._ground(box, -0.5, Material.STREET)
        self._ground(box, 4.0, Material.YARD if self.rng.random() < 0.5 else Material.GRASS)
        deep, floors = self.rng.uniform(11, 14), int(self.rng.integers(4, 13))
        across = c0 + 6 + deep / 2
        while across < c1 - deep / 2 - 4:
            length = (a1 - a0 - 14) * self.rng.uniform(0.6, 1.0)
            corners = self._turned(rectangle((a0 + a1) / 2, across, length, deep))
            self._add(corners, 3.0 * floors, ROOFS + 2 * int(self.rng.integers(2, 8)))
            self._roof_boxes(corners, 3.0 * floors)
            across += deep + 3.0 * floors * self.rng.uniform(0.8, 1.2) + 8
        self._scatter(box, 14, 1.5, 3.0)

    def _roof_boxes(self, corners: Points, high: float) -> None:
        """Stair and lift houses on a flat roof."""
        middle, along = corners.mean(axis=0), (corners[1] - corners[0])
        length = float(np.hypot(*along))
        for share in np.arange(-0.4, 0.41, 14.0 / max(length, 14.0)):
            box = (
                rectangle(0, 0, 4.0, 4.5, float(np.rad2deg(np.arctan2(along[1], along[0]))))
                + middle
                + share * along
            )
            if self._is_free(corners):
                self.solids.append(Solid(box, high, high + 2.6, ROOFS + 2 * 6))

    def _yard(self, *box: float) -> None:
        """Works: a few sheds around a yard."""
        a0, c0, a1, c1 = box
        self._ground(box, -0.5, Material.GRASS)
        self._ground(box, 2.5, Material.YARD)
        for _ in range(int(self.rng.integers(2, 5))):
            size = self.rng.uniform([18, 9], [46, 18])
            along = self.rng.uniform(a0 + 12, max(a1 - 12, a0 + 13))
            across = self.rng.uniform(c0 + 10, max(c1 - 10, c0 + 11))
            corners = self._turned(rectangle(along, across, *size))
            roof = ROOFS + 2 * int(self.rng.integers(2, 8))
            self._add(corners, float(self.rng.uniform(5, 9)), roof, gable=bool(self.rng.random() < 0.5))
        self._scatter(box, 6, 1.5, 3.0)

    def _park(self, *box: float) -> None:
        a0, c0, a1, c1 = box
        self._ground(box, -0.5, Material.GRASS)
        middle = ((a0 + a1) / 2, (c0 + c1) / 2)
        for _ in range(int(self.rng.integers(1, 4))):
            length, turn = (
                min(a1 - a0, c1 - c0) * self.rng.uniform(0.6, 0.95),
                float(self.rng.uniform(0, 180)),
            )
            self.plots.append(Plot(self._turned(rectangle(*middle, length, 2.5, turn)), Material.PLAZA))
        self._scatter(box, 70, 1.8, 4.4)

    def _wood(self, *box: float) -> None:
        self._ground(box, -0.5, Material.GRASS)
        self._scatter(box, 190, 1.8, 4.0, conifers=0.6)

    def _film(self, *box: float) -> None:
        """Rows of plastic greenhouses."""
        a0, c0, a1, c1 = box
        self._ground(box, -0.5, Material.SOIL)
        for across in np.arange(c0 + 6, c1 - 5, 9.5):
            corners = self._turned(rectangle((a0 + a1) / 2, across, (a1 - a0) * 0.86, 6.5))
            if self._is_free(corners):
                self.solids.append(Solid(corners, 0.0, 2.6, Material.FILM))

    def _scatter(
        self, box: tuple[float, ...], count: int, small: float, large: float, conifers: float = 0.15
    ) -> None:
        spots = self._turned(self.rng.uniform(box[:2], box[2:], (count, 2)))
        for along, across in spots.tolist():
            radius = float(self.rng.uniform(small, large))
            self._tree(along, across, radius, conifer=bool(self.rng.random() < conifers))

    # -- what a style adds -----------------------------------------------------------------------------------

    def _stadium(self) -> None:
        """A plaza left of the road with a round hall of about 110 m; the renderer shades its ribbed roof."""
        middle, length = -52.0, 164.0
        self.plots.append(Plot(rectangle(middle, -92, length, 140), Material.PLAZA))
        for along in np.arange(middle - 78, middle + 82, 12.0):
            self.plots.append(Plot(rectangle(float(along), -92, 0.8, 140), Material.PLAZA_LINE))
        for across in np.arange(-156, -26, 12.0):
            self.plots.append(Plot(rectangle(middle, float(across), length, 0.8), Material.PLAZA_LINE))
        angle = np.linspace(0, 2 * np.pi, 48, endpoint=False)
        for radius, low, high in ((1.0, 0.0, 14.0), (0.86, 14.0, 17.5), (0.7, 17.5, 20.5), (0.5, 20.5, 22.5)):
            ring = np.stack(
                [middle + 52 * radius * np.cos(angle), -104 + 42 * radius * np.sin(angle)], axis=1
            )
            self.solids.append(Solid(ring, low, high, Material.DOME))
        for along in np.arange(middle - 76, middle + 80, 11.0):
            self.trees.append((float(along), -29.0, 2.0, 5.0, 1.0))

    def _footbridge(self) -> None:
        """A bridge for walkers over the motorway, there all the time."""
        self.solids.append(
            Solid(rectangle(158.0, 0.0, 4.0, 2 * self.style.kerb_m + 12), 4.9, 6.2, Material.CONCRETE)
        )

    def _stream(self) -> None:
        """A ditch across the land, under the road."""
        along = np.linspace(-REACH_M, REACH_M, 40)
        across = 96 + 16 * np.sin(along / 70.0)
        bank = np.concatenate([np.stack([along, across - 5], 1), np.stack([along, across + 5], 1)[::-1]])
        water = np.concatenate([np.stack([along, across - 2.4], 1), np.stack([along, across + 2.4], 1)[::-1]])
        self.plots += [Plot(bank, Material.GRASS), Plot(water, Material.WATER)]

    def _tracks(self) -> None:
        """Dirt tracks that wind over the land."""
        if self.style.special == "stadium":
            return
        for _ in range(3):
            along = np.linspace(-REACH_M, REACH_M, 36)
            swing = np.cumsum(self.rng.normal(0, 3.5, 36))
            side = float(self.rng.choice([-1, 1])) * self.rng.uniform(self.clear_m + 30, REACH_M - 40)
            line = np.stack([along, side + swing], axis=1)
            if self.rng.random() < 0.4:
                line = line[:, ::-1]
            for one, other in pairwise(line):
                step = other - one
                turn = float(np.rad2deg(np.arctan2(step[1], step[0])))
                middle, length = (one + other) / 2, float(np.hypot(*step))
                piece = rectangle(float(middle[0]), float(middle[1]), length + 1.5, 2.6, turn)
                self.plots.append(Plot(piece, Material.DIRT))

    def _avenue_trees(self) -> None:
        line = self.style.kerb_m + (self.style.pavement_m * 0.3 or self.style.verge_m * 0.55)
        for side in (-1, 1):
            for along in np.arange(-REACH_M, REACH_M, self.style.tree_gap_m):
                if self.rng.random() < 0.14 or self._near_junction(float(along)):
                    continue
                spot = np.array([along, side * line]) + self.rng.normal(0, 0.4, 2)
                radius = float(self.rng.uniform(1.5, 2.7))
                self.trees.append((float(spot[0]), float(spot[1]), radius, 2.8 * radius + 1.5, 0.0))

    def _near_junction(self, along: float) -> bool:
        at = self.style.junction_at_m
        return at is not None and abs(along - at) < 16

    def lamps(self) -> Points:
        """Lamp posts of both kerbs, staggered."""
        gap = self.style.lamp_gap_m
        if not gap:
            return np.zeros((0, 3))
        line = self.style.kerb_m + 0.8
        left = [(float(a), -line, 1.0) for a in np.arange(-REACH_M, REACH_M, gap)]
        right = [(float(a) + gap / 2, line, -1.0) for a in np.arange(-REACH_M, REACH_M, gap)]
        return np.array([lamp for lamp in left + right if not self._near_junction(lamp[0])])
