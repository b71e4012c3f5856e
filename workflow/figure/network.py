"""The map of all sites of a report: each a dot with the number that its chapter has."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from workflow.figure.base import SITE, dot, draw_base, frame, on_square
from workflow.figure.drawing import Box, Drawing, Item, Point, Polyline, Rect
from workflow.figure.furniture import format_length, round_length
from workflow.figure.spec import Network
from workflow.figure.typeset import BLACK, WHITE, Measure, Pen, Style

__all__ = ["draw_network"]

_STYLE = Style(7.0, bold=True, ink=SITE, halo_mm=0.25, halo=WHITE)
_SMALL = Style(7.0)
# where a number may stand: steps outwards, and directions of each, to the right first
_RINGS_MM, _DIRECTIONS = (1.6, 3.6, 6.0, 9.0, 13.0), 12
_LEADS_FROM_MM = 3.0


def draw_network(
    network: Network, numbers: Sequence[int], width_mm: float, height_mm: float, dpi: int, measure: Measure
) -> tuple[Drawing, tuple[int, ...]]:
    """The map, and the numbers of those sites that found no room for theirs: their dots stand among others."""
    pen = Pen(measure, dpi)
    width, height = round(pen.mm(width_mm)), round(pen.mm(height_mm))
    box = Box(0, 0, width, height)
    inside = box.grown(-pen.mm(0.5))
    places = on_square(network.at, box)
    bar = _scale_bar(network, box, pen)
    taken = [item.box for item in bar if isinstance(item, Rect)]
    dots = [Box(x, y, x, y).grown(pen.mm(0.9)) for x, y in places]
    words: list[Item] = []
    crowded = []
    for number, place in zip(numbers, places, strict=True):
        text = str(number)
        size = (pen.width(text, _STYLE), pen.height(1, _STYLE))
        for away, spot in _spots(place, size, pen):
            if inside.holds(spot) and not any(spot.meets(one) for one in (*taken, *dots)):
                if away > pen.mm(_LEADS_FROM_MM):
                    words.append(_lead(place, spot, box, pen))
                words.append(pen.line(text, spot.left, spot.top, _STYLE))
                taken.append(spot)
                break
        else:
            crowded.append(number)
    items = [
        *draw_base(network.land, network.borders, box, pen),
        *(one for one in words if isinstance(one, Polyline)),
        *(dot(x, y, box, pen) for x, y in places),
        *(one for one in words if not isinstance(one, Polyline)),
        *bar,
        frame(box, pen),
    ]
    return Drawing(width, height, dpi, tuple(items)), tuple(crowded)


def _spots(place: Point, size: tuple[float, float], pen: Pen) -> Iterator[tuple[float, Box]]:
    """Rooms for a text around a place, the nearest first, each with its distance."""
    (x, y), (wide, high) = place, size
    for ring in _RINGS_MM:
        for step in range(_DIRECTIONS):
            turn = 2 * math.pi * step / _DIRECTIONS
            away = pen.mm(ring)
            across = x + math.cos(turn) * (away + wide / 2)
            down = y + math.sin(turn) * (away + high / 4)
            yield away, Box(across - wide / 2, down - high / 2, across + wide / 2, down + high / 2)


def _lead(place: Point, spot: Box, clip: Box, pen: Pen) -> Polyline:
    """The line from a dot to its number."""
    middle = ((spot.left + spot.right) / 2, (spot.top + spot.bottom) / 2)
    return Polyline((place, middle), pen.mm(0.15), SITE, clip)


def _scale_bar(network: Network, box: Box, pen: Pen) -> list[Item]:
    """A round length on a plate in the lower left corner; true in the middle of the map."""
    metres_per_px = network.metres_across / box.width
    length = round_length(pen.mm(35) * metres_per_px)
    bar, text = length / metres_per_px, format_length(length)
    pad, inset, high = pen.mm(1.2), pen.mm(1.5), pen.height(1, _SMALL)
    wide = max(bar, pen.width(text, _SMALL)) + 2 * pad
    plate = Box(
        box.left + inset,
        box.bottom - inset - high - pen.mm(1.0) - 2 * pad,
        box.left + inset + wide,
        box.bottom - inset,
    )
    rule = Box(
        plate.left + pad,
        plate.bottom - pad - pen.mm(1.0),
        plate.left + pad + bar,
        plate.bottom - pad,
    )
    return [
        Rect(plate, WHITE, 0.85),
        Rect(rule, BLACK),
        pen.line(text, plate.left + pad, plate.top + pad / 2, _SMALL),
    ]
