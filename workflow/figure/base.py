"""The base of maps: sea, land and borders in a box, and a site's dot."""

from __future__ import annotations

from collections.abc import Sequence

from workflow.figure.drawing import Box, Item, Point, Polygon, Polyline, Rect, Rgb
from workflow.figure.typeset import BLACK, WHITE, Pen

__all__ = ["SITE", "dot", "draw_base", "frame", "on_square"]

SITE: Rgb = (176, 0, 32)
_SEA: Rgb = (222, 232, 240)
_LAND: Rgb = (244, 241, 232)
_COAST: Rgb = (120, 130, 140)


def on_square(points: Sequence[Point], box: Box) -> tuple[Point, ...]:
    """Points of a unit square, y downwards, on the page, where the square is `box`."""
    return tuple((box.left + x * box.width, box.top + y * box.height) for x, y in points)


def draw_base(
    land: Sequence[Sequence[Point]], borders: Sequence[Sequence[Point]], box: Box, pen: Pen
) -> list[Item]:
    """Sea, outlines of land, and lines of borders, all on a unit square."""
    items: list[Item] = [Rect(box, _SEA)]
    items += [Polygon(on_square(ring, box), _LAND, box) for ring in land]
    items += [Polyline(on_square((*ring, ring[0]), box), pen.mm(0.12), _COAST, box) for ring in land]
    return items + [Polyline(on_square(line, box), pen.mm(0.1), _COAST, box) for line in borders]


def dot(x: float, y: float, box: Box, pen: Pen) -> Polyline:
    """A site at a place of the page."""
    return Polyline(((x, y), (x, y)), pen.mm(1.5), SITE, box, pen.mm(0.3), WHITE)


def frame(box: Box, pen: Pen) -> Polyline:
    """The rim of a map."""
    corners = (box.left, box.top), (box.right, box.top), (box.right, box.bottom), (box.left, box.bottom)
    whole = Box(box.left - 1, box.top - 1, box.right + 1, box.bottom + 1)
    return Polyline((*corners, corners[0]), pen.mm(0.15), BLACK, whole)
