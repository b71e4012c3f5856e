"""Paints a scene onto a canvas: ground, road, what stands on it, vehicles; shadows before tops."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from workflow.demo.canvas import Canvas
from workflow.demo.frame import Road
from workflow.demo.palette import ROOFS, Material, greenness
from workflow.demo.place import REACH_M, Place, Solid, rectangle, stream
from workflow.demo.scene import Change, ChangeKind, Scene
from workflow.demo.styles import Style

__all__ = ["GANTRY_BAR_M", "paint"]

GANTRY_BAR_M = (0.8, 0.9)  # depth along the road and height of the bar's truss
_ARM_M = 6.0  # how far the camera pole's arm reaches over the road
Points = NDArray[np.float64]
_Put = Callable[[float, float, float, float, int], None]
_CARS = (Material.CAR_WHITE, Material.CAR_BLACK, Material.CAR_BLUE, Material.CAR_RED)


def paint(canvas: Canvas, scene: Scene, place: Place) -> None:
    """Paint `scene` of `place`: first what lies flat, then all shadows, then everything that rises, lowest
    first.
    """
    painter = _Painter(canvas, scene, place)
    painter.ground()
    painter.road()
    painter.things()


class _Painter:
    """Holds what every step needs: the canvas, the axes, what stands today."""

    def __init__(self, canvas: Canvas, scene: Scene, place: Place) -> None:
        self.canvas, self.scene, self.place, self.style = canvas, scene, place, place.style
        self.axes = Road(scene.bearing_deg)
        self.standing = scene.standing

    def _local(self, points: Points) -> Points:
        return self.axes.to_local(points)

    def _area(self, along: float, across: float, length: float, width: float, label: int) -> None:
        self.canvas.area(self._local(rectangle(along, across, length, width)), label)

    # -- flat ------------------------------------------------------------------------------------------------

    def ground(self) -> None:
        for plot in self.place.plots:
            self.canvas.area(self._local(plot.corners), plot.label)

    def road(self) -> None:
        style, length = self.style, 2.5 * REACH_M
        if style.special != "stadium":
            self._area(0, 0, length, 2 * (style.kerb_m + style.verge_m), Material.VERGE)
        if style.pavement_m:
            self._area(0, 0, length, 2 * (style.kerb_m + style.pavement_m), Material.CONCRETE)
        if style.junction_at_m is not None:
            self._area(style.junction_at_m, 0, 21, length, Material.CONCRETE)
            self._area(style.junction_at_m, 0, 14, length, Material.ASPHALT)
        self._area(0, 0, length, 2 * style.kerb_m, Material.ASPHALT)
        self._wear(stream(self.scene.seed, self.scene.site, "wear"))
        for change in self._of(ChangeKind.PAVING):
            self._area(change.along_m, change.across_m, change.length_m, change.width_m, Material.ASPHALT_NEW)
        _lane_paint(self._area, style)
        for change in self._of(ChangeKind.MARKING):
            self._area(change.along_m, change.across_m, change.length_m, change.width_m, Material.PAINT)

    def _wear(self, rng: np.random.Generator) -> None:
        """Oil in the middle of the lanes, patches and joints across, all there from the start."""
        style = self.style
        for side in (-1, 1):
            for lane in range(style.lanes):
                across = side * (style.median_m / 2 + (lane + 0.5) * style.lane_m)
                self._area(0, across, 2.5 * REACH_M, 1.1, Material.ASPHALT_WORN)
        for _ in range(26):
            along, across = rng.uniform(-REACH_M, REACH_M), rng.uniform(-style.kerb_m, style.kerb_m)
            length, width = rng.uniform(2, 26), rng.uniform(1.5, 4)
            self._area(along, across, length, width, Material.ASPHALT_PATCH)
        for along in rng.uniform(-REACH_M, REACH_M, 9):
            side = rng.choice([-1, 1]) * (style.kerb_m + style.median_m / 2) / 2
            label = int(rng.choice([Material.ASPHALT_PATCH, Material.PAINT_OLD]))
            self._area(along, side, 0.5, style.kerb_m - style.median_m / 2 - 1, label)

    def _of(self, kind: ChangeKind) -> list[Change]:
        return [change for change in self.standing if change.kind is kind]

    # -- what rises ------------------------------------------------------------------------------------------

    def things(self) -> None:
        solids = [*self.place.solids, *self._new_buildings(), *self._traffic()]
        solids.sort(key=lambda solid: solid.high_m)
        trees = self._trees()
        turned = [self._local(solid.corners) for solid in solids]
        self._tree_shadows(trees)
        for solid, corners in zip(solids, turned, strict=True):
            self.canvas.cast(corners, solid.low_m, solid.high_m)
        frames = [part for change in self._of(ChangeKind.GANTRY) for part in _gantry(change)]
        frames += [part for change in self._of(ChangeKind.POLE) for part in _pole(change)]
        frames += [part for lamp in self._lamps() for part in _lamp(*lamp)]
        bars = [(part, self._local(part.corners)) for part in frames]
        for part, corners in bars:
            self.canvas.cast(corners, part.low_m, part.high_m)
        for spot, radius, height, conifer in trees:
            self.canvas.tree(spot, radius, height, conifer)
        for solid, corners in zip(solids, turned, strict=True):
            self._rise(solid, corners)
        for part, corners in bars:
            self.canvas.solid(part, corners)

    def _rise(self, solid: Solid, corners: Points) -> None:
        self.canvas.solid(solid, corners)
        if solid.roof == Material.DOME:
            self.canvas.dome(corners, solid.high_m, inner=1.0 - solid.low_m / 30.0)

    def _trees(self) -> list[tuple[Points, float, float, bool]]:
        """The trees of the day: without the felled ones, with the planted ones."""
        trees = self.place.trees
        for change in self.scene.history:
            if change.kind is ChangeKind.FELLING and change.holds_on(self.scene.day):
                trees = trees[~_inside(trees, change)]
        planted = [_planted(change) for change in self._of(ChangeKind.PLANTING)]
        trees = np.concatenate([trees, *planted])
        spots = self._local(trees[:, :2])
        green = greenness(self.scene.day)
        return [
            (spot, float(row[2]) * (1.0 if row[4] else 0.7 + 0.3 * green), float(row[3]), bool(row[4]))
            for spot, row in zip(spots, trees, strict=True)
        ]

    def _tree_shadows(self, trees: list[tuple[Points, float, float, bool]]) -> None:
        bare = int(110 + 145 * greenness(self.scene.day))
        for spot, radius, height, conifer in trees:
            self.canvas.tree_shadow(spot, radius, height, 255 if conifer else bare)

    def _lamps(self) -> list[tuple[float, float, float]]:
        """Along, across and the side of the arm of the place's lamps and of those that came later."""
        later = [(c.along_m, c.across_m, -1.0 if c.across_m > 0 else 1.0) for c in self._of(ChangeKind.LAMP)]
        return [*map(tuple, self.place.lamps.tolist()), *later]

    def _new_buildings(self) -> list[Solid]:
        return [
            Solid(
                rectangle(c.along_m, c.across_m, c.length_m, c.width_m),
                0.0,
                c.height_m or 9.0,
                ROOFS + 2 * (int(abs(c.along_m)) % 8),
                gable=c.height_m < 8,
            )
            for c in self._of(ChangeKind.BUILDING)
        ]

    def _traffic(self) -> list[Solid]:
        """Vehicles of this picture alone: on their lanes, keeping right."""
        rng, style, view = stream(self.scene.seed, self.scene.file, "traffic"), self.style, self.scene.view
        solids: list[Solid] = []
        for side in (-1, 1):
            for lane in range(style.lanes):
                across = side * (style.median_m / 2 + (lane + 0.5) * style.lane_m)
                for along in rng.uniform(-REACH_M, REACH_M, rng.poisson(view.traffic * 2 * REACH_M / 100)):
                    heavy = lane == style.lanes - 1 and rng.random() < 0.5
                    solids += _vehicle(rng, float(along), across + rng.normal(0, 0.2), side, heavy)
        if view.lorry is not None:
            solids += _vehicle(rng, *view.lorry, 1 if view.lorry[1] > 0 else -1, heavy=True)
        return solids


def _lane_paint(put: _Put, style: Style) -> None:
    """Edge lines, dashes between lanes, the median, and at a junction stop lines and a crossing."""
    length = 2.5 * REACH_M
    for side in (-1, 1):
        inner, outer = side * style.median_m / 2, side * (style.median_m / 2 + style.lanes * style.lane_m)
        for lane in range(1, style.lanes):
            for along in np.arange(-REACH_M, REACH_M, 15.0):
                put(along, inner + side * lane * style.lane_m, 6.0, 0.2, Material.PAINT)
        put(0, outer, length, 0.2, Material.PAINT)
        put(0, inner + side * 0.3, length, 0.2, Material.PAINT)
    if style.median_m:
        put(0, 0, length, style.median_m, Material.CONCRETE)
        put(0, 0, length, style.median_m - 0.6, Material.VERGE)
        put(0, 0, length, min(1.4, 0.5 * style.median_m), Material.HEDGE)
    if style.junction_at_m is not None:
        _junction(put, style, style.junction_at_m)


def _junction(put: _Put, style: Style, at: float) -> None:
    put(at, 0, 16.0, 2 * style.kerb_m, Material.ASPHALT)
    half = style.lanes * style.lane_m
    middle = style.median_m / 2 + half / 2
    for side in (-1, 1):
        put(at - side * 14.0, side * middle, 0.45, half, Material.PAINT)
        for across in np.arange(-style.kerb_m + 0.6, style.kerb_m - 0.3, 1.2):
            put(at - side * 10.5, across, 3.6, 0.55, Material.PAINT)


def _inside(trees: Points, change: Change) -> NDArray[np.bool_]:
    away = np.abs(trees[:, :2] - [change.along_m, change.across_m])
    inside: NDArray[np.bool_] = np.all(away <= [change.length_m / 2, change.width_m / 2], axis=1)
    return inside


def _planted(change: Change) -> Points:
    """Saplings every 5 m."""
    along = np.arange(change.along_m - change.length_m / 2, change.along_m + change.length_m / 2, 5.0)
    across = np.arange(change.across_m - change.width_m / 2, change.across_m + change.width_m / 2 + 0.1, 5.0)
    spots = np.stack(np.meshgrid(along, across), axis=-1).reshape(-1, 2)
    return np.concatenate([spots, np.tile([1.1, 3.0, 0.0], (len(spots), 1))], axis=1)


def _gantry(change: Change) -> list[Solid]:
    """Two posts and a bar across the carriageway; the bar's top is at the change's height."""
    depth, thick = GANTRY_BAR_M
    high, low = change.height_m, change.height_m - thick
    ends = (change.across_m - change.width_m / 2, change.across_m + change.width_m / 2)
    posts = [
        Solid(rectangle(change.along_m, end, 0.45, 0.45), 0.0, high, Material.STEEL_DARK) for end in ends
    ]
    steel = Material.STEEL_DULL if change.dull else Material.STEEL
    bar = Solid(rectangle(change.along_m, change.across_m, depth, change.width_m), low, high, steel)
    return [*posts, bar]


def _pole(change: Change) -> list[Solid]:
    """A pole at the kerb with an arm towards the road's middle."""
    inward = -1.0 if change.across_m > 0 else 1.0
    middle = change.across_m + inward * _ARM_M / 2
    high = change.height_m
    return [
        Solid(rectangle(change.along_m, change.across_m, 0.3, 0.3), 0.0, high, Material.STEEL_DARK),
        Solid(rectangle(change.along_m, middle, 0.3, _ARM_M), high - 0.3, high, Material.STEEL),
    ]


def _lamp(along: float, across: float, side: float) -> list[Solid]:
    return [
        Solid(rectangle(along, across, 0.2, 0.2), 0.0, 9.0, Material.LAMP),
        Solid(rectangle(along, across + side * 1.2, 0.35, 2.4), 8.9, 9.0, Material.LAMP),
    ]


def _vehicle(rng: np.random.Generator, along: float, across: float, ahead: int, heavy: bool) -> list[Solid]:
    """A car with its glass, or a lorry with cab and load."""
    if heavy:
        length, load = float(rng.uniform(7.5, 12)), int(rng.choice([Material.LORRY_BED, Material.LORRY_TARP]))
        cab = int(rng.choice(_CARS))
        return [
            Solid(rectangle(along, across, length, 2.45), 0.4, float(rng.uniform(2.2, 3.4)), load),
            Solid(rectangle(along + ahead * (length / 2 + 1.1), across, 2.0, 2.3), 0.4, 2.6, cab),
        ]
    colour = int(rng.choice(_CARS))
    return [
        Solid(rectangle(along, across, 4.5, 1.8), 0.2, 0.9, colour),
        Solid(rectangle(along, across, 2.9, 1.6), 0.9, 1.4, Material.GLASS),
        Solid(rectangle(along, across, 1.6, 1.5), 1.4, 1.42, colour),
    ]
