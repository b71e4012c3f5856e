"""Annotations in a panel: strokes on a halo, labels beside what they name and never on one another."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from workflow.figure.drawing import Box, Item, Point, Polygon, Polyline, Rgb, Text
from workflow.figure.house import HouseStyle
from workflow.figure.spec import Mark
from workflow.figure.typeset import BLACK, Pen, Style, tidy

__all__ = ["draw_marks"]

_STROKE_MM, _HALO_MM, _LEADER_MM = 0.25, 0.15, 0.15
_RING_MM, _HEAD_MM = 1.8, 2.4
_DISTANCES_MM = (0.8, 3.0, 6.0, 10.0, 15.0)
_DIRECTIONS = ((1, 0), (-1, 0), (0, -1), (0, 1), (1, -1), (-1, -1), (1, 1), (-1, 1))
_MOST_LINES = 3


@dataclass(frozen=True, slots=True)
class _Shape:
    """Strokes, the place that the label goes beside, and the boxes that labels keep clear of."""

    items: tuple[Item, ...]
    anchor: Box
    boxes: tuple[Box, ...]
    label: str


def draw_marks(
    marks: Sequence[Mark],
    picture: Box,
    scale: float,
    taken: Sequence[Box],
    pen: Pen,
    house: HouseStyle,
    *,
    keyed: bool = False,
) -> tuple[list[Item], list[str]]:
    """Items for the `marks` of a panel and the labels that are to be named beneath it, with their keys.

    `picture` is where the panel's pixels lie, `scale` how many pixels of the figure a source pixel takes,
    `taken` what labels must keep clear of. A label without room, or every one where `keyed`, has a number in its
    place.
    """
    shapes = [
        shape for mark in marks if (shape := _shape(mark, picture, scale, pen, house.accent)) is not None
    ]
    items: list[Item] = [item for shape in shapes for item in shape.items]
    boxes = [box for shape in shapes for box in shape.boxes]
    blocked, beneath = list(taken), list[str]()
    style = Style(house.label_pt, bold=True, ink=house.accent, halo_mm=0.25, halo=BLACK)
    for shape in shapes:
        if not shape.label:
            continue
        key = str(len(beneath) + 1)
        placed = None if keyed else _label(shape, shape.label, picture, [*blocked, *boxes], pen, style)
        if (
            placed is None
        ):  # a number takes little room; rather on another mark than nowhere, never on other text
            placed = _label(shape, key, picture, [*blocked, *boxes], pen, style) or _label(
                shape, key, picture, blocked, pen, style
            )
            beneath.append(f"{key} {shape.label}" if placed else shape.label)
        items.extend(placed or ())
        blocked.extend(item.box for item in placed or () if isinstance(item, Text))
    return items, beneath


def _shape(mark: Mark, picture: Box, scale: float, pen: Pen, ink: Rgb) -> _Shape | None:
    """The strokes of a mark; None where it lies outside the picture."""
    points = [(picture.left + x * scale, picture.top + y * scale) for x, y in mark.points]
    items: tuple[Item, ...]
    if mark.shape == "point":
        points = _ring(points[0], pen.mm(_RING_MM))
    if mark.shape in ("point", "area"):
        points = [*points, points[0]]
    items = (_stroke(points, picture, pen, ink),)
    if mark.shape == "arrow" and len(points) > 1:
        items = (*items, *_head(points[-2], points[-1], picture, pen, ink))
    rim = pen.mm(_STROKE_MM / 2 + _HALO_MM)
    boxes = (
        [_bounds(points).grown(rim)] if mark.shape in ("point", "area") else _along(points, pen.mm(2), rim)
    )
    seen = [_cut(box, picture) for box in boxes if box.meets(picture)]
    if not seen:
        return None
    # an arrow is named at its tail, a line at its middle
    return _Shape(items, seen[0 if mark.shape == "arrow" else len(seen) // 2], tuple(seen), tidy(mark.label))


def _along(points: Sequence[Point], step: float, rim: float) -> list[Box]:
    """Small boxes that follow a path."""
    boxes = []
    for (x0, y0), (x1, y1) in pairwise(points):
        count = min(max(1, math.ceil(math.hypot(x1 - x0, y1 - y0) / step)), 200)
        stops = [(x0 + (x1 - x0) * at / count, y0 + (y1 - y0) * at / count) for at in range(count + 1)]
        boxes += [_bounds(pair).grown(rim) for pair in pairwise(stops)]
    return boxes or [_bounds(points).grown(rim)]


def _cut(box: Box, to: Box) -> Box:
    return Box(
        max(box.left, to.left), max(box.top, to.top), min(box.right, to.right), min(box.bottom, to.bottom)
    )


def _stroke(
    points: Iterable[Point], picture: Box, pen: Pen, ink: Rgb, width_mm: float = _STROKE_MM
) -> Polyline:
    return Polyline(tuple(points), pen.mm(width_mm), ink, picture, pen.mm(_HALO_MM), BLACK)


def _ring(centre: Point, radius: float) -> list[Point]:
    angles = [math.tau * step / 48 for step in range(48)]
    return [(centre[0] + radius * math.cos(angle), centre[1] + radius * math.sin(angle)) for angle in angles]


def _head(start: Point, end: Point, picture: Box, pen: Pen, ink: Rgb) -> tuple[Polyline, Polygon]:
    """A filled arrow head at `end`, on its halo."""
    angle, size = math.atan2(end[1] - start[1], end[0] - start[0]), pen.mm(_HEAD_MM)
    wings = [
        (end[0] - size * math.cos(angle + turn), end[1] - size * math.sin(angle + turn))
        for turn in (-0.4, 0.4)
    ]
    outline = (wings[0], end, wings[1])
    return _stroke((*outline, wings[0]), picture, pen, ink), Polygon(outline, ink, picture)


def _bounds(points: Sequence[Point]) -> Box:
    xs, ys = [x for x, _ in points], [y for _, y in points]
    return Box(min(xs), min(ys), max(xs), max(ys))


# -- labels --------------------------------------------------------------------------------------------------


def _label(
    shape: _Shape, text: str, room: Box, obstacles: Sequence[Box], pen: Pen, style: Style
) -> list[Item] | None:
    """The label's lines and, where they stand away from the mark, a leader; None where there is no room."""
    widest = room.width * 0.42
    lines = pen.wrap(text, widest, style)
    if len(lines) > _MOST_LINES:
        return None
    width, height = max(pen.width(line, style) for line in lines), pen.height(len(lines), style)
    inside = room.grown(-pen.mm(0.8))
    for distance_mm in _DISTANCES_MM:
        for box in _around(shape.anchor, width, height, pen.mm(distance_mm)):
            if inside.holds(box) and not any(box.meets(other) for other in obstacles):
                drawn: list[Item] = list(pen.block(lines, box.left, box.top, style))
                far = distance_mm != _DISTANCES_MM[0]
                return [_leader(box, shape.anchor, room, pen, style.ink), *drawn] if far else drawn
    return None


def _around(mark: Box, width: float, height: float, distance: float) -> Iterable[Box]:
    """Boxes of a size beside, above and below a mark, then at its corners."""
    middle_x, middle_y = (mark.left + mark.right) / 2, (mark.top + mark.bottom) / 2
    reach_x, reach_y = (mark.width + width) / 2 + distance, (mark.height + height) / 2 + distance
    for right, down in _DIRECTIONS:
        x, y = middle_x + right * reach_x - width / 2, middle_y + down * reach_y - height / 2
        yield Box(x, y, x + width, y + height)


def _leader(label: Box, mark: Box, room: Box, pen: Pen, ink: Rgb) -> Polyline:
    """A thin line from the label's edge to the mark's, between their nearest points."""
    x = _nearest(label.left, label.right, mark.left, mark.right)
    y = _nearest(label.top, label.bottom, mark.top, mark.bottom)
    return _stroke(((x[0], y[0]), (x[1], y[1])), room, pen, ink, _LEADER_MM)


def _nearest(low: float, high: float, other_low: float, other_high: float) -> tuple[float, float]:
    """On one axis, the nearest coordinates of two stretches; the middle of what they share."""
    if high <= other_low:
        return high, other_low
    if other_high <= low:
        return low, other_high
    shared = (max(low, other_low) + min(high, other_high)) / 2
    return shared, shared
