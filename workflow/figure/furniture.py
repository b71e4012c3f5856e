"""What stands beneath the panels on one line: scale bar, north arrow, legend, position, and the axis of a filmstrip."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date

from workflow.figure.drawing import Box, Hatch, Item, Polygon, Polyline, Rect, Rgb
from workflow.figure.panels import letter
from workflow.figure.spec import FigureSpec
from workflow.figure.typeset import BLACK, GREY, WHITE, Pen, Style, tidy
from workflow.model import Layout

__all__ = ["draw_axis", "draw_furniture", "format_length", "round_length"]

_TRACK: Rgb = (120, 120, 120)


def draw_furniture(spec: FigureSpec, panels: Sequence[Box], room: Box, pen: Pen) -> tuple[list[Item], float]:
    """What the style has of furniture, from left to right on as many rows as it needs; the bottom of the last."""
    items: list[Item] = []
    has, small = spec.house.furniture, Style(spec.house.small_pt)
    x, y, row = room.left, room.top, pen.mm(4.6)
    parts = [
        *(_scale_bar(spec, panels, pen) if "scale" in has else []),
        *(_north(spec, pen) if "north" in has else []),
        *_legend(spec, pen),
        *([((), 0.0, spec.coordinates)] if spec.coordinates and "coordinates" in has else []),
    ]
    for drawn, offset, text in parts:
        lines = pen.wrap(tidy(text), room.width - offset, small)
        width = offset + max(pen.width(line, small) for line in lines)
        if x > room.left and x + width > room.right:
            x, y = room.left, y + row
        items += [_moved(item, x, y) for item in drawn]
        items += pen.block(lines, x + offset, y, small)
        x, y = x + width + pen.mm(6), y + (len(lines) - 1) * pen.leading(small)
    return items, y + row + pen.mm(0.6) if parts else y


_Part = tuple[tuple[Item, ...], float, str]


def _scale_bar(spec: FigureSpec, panels: Sequence[Box], pen: Pen) -> list[_Part]:
    """A bar of a round length in ground metres, half black and half white; it says where it does not hold."""
    on_map = [number for number, panel in enumerate(spec.panels) if panel.on_map]
    if spec.metres_per_px is None or not on_map:
        return []
    first = on_map[0]
    metres_per_px = spec.metres_per_px * spec.panels[first].width / panels[first].width
    length = round_length(min(pen.mm(40), max(panels[first].width * 0.45, pen.mm(8))) * metres_per_px)
    bar, top, height = length / metres_per_px, pen.mm(1.0), pen.mm(1.1)
    rim = pen.mm(0.15)
    whole = Box(0, top, bar, top + height)
    white = Box(bar / 2, top + rim, bar - rim, top + height - rim)
    where = " in " + ", ".join(letter(spec, number) for number in on_map)
    text = format_length(length) + ("" if len(on_map) == len(spec.panels) else where)
    return [((Rect(whole, BLACK), Rect(white, WHITE)), bar + pen.mm(1.5), text)]


def round_length(most_m: float) -> float:
    """The longest of 1, 2 and 5 times a power of ten metres that is not above `most_m`."""
    power = 10.0 ** math.floor(math.log10(most_m))
    return max(step * power for step in (1, 2, 5) if step * power <= most_m * (1 + 1e-9))


def format_length(metres: float) -> str:
    """ "200 m", "2 km", "50 cm"."""
    if metres >= 1000:
        return f"{metres / 1000:g} km"
    return f"{metres:g} m" if metres >= 1 else f"{metres * 100:g} cm"


def _north(spec: FigureSpec, pen: Pen) -> list[_Part]:
    """A needle to true north and by how much it leans from the grid's north, which is up."""
    if spec.north_deg is None:
        return []
    size, turn = pen.mm(3.4), math.radians(spec.north_deg)
    needle = ((0.0, -0.5), (0.32, 0.5), (0.0, 0.28), (-0.32, 0.5))
    points = tuple(
        (
            size / 2 + size * (x * math.cos(turn) - y * math.sin(turn)),
            size / 2 + size * (x * math.sin(turn) + y * math.cos(turn)),
        )
        for x, y in needle
    )
    side = "left" if spec.north_deg < 0 else "right"
    text = f"N (grid north is up, true north {abs(spec.north_deg):.1f}° {side} of it)"
    everywhere = Box(-size, -size, 2 * size, 2 * size)
    return [((Polygon(points, BLACK, everywhere),), size + pen.mm(0.8), text)]


def _legend(spec: FigureSpec, pen: Pen) -> list[_Part]:
    """What the hatching means, where there is any."""
    if not any(panel.empty_share > 0 for panel in spec.panels):
        return []
    return [((Hatch(Box(0, pen.mm(0.3), pen.mm(5), pen.mm(2.9))),), pen.mm(6), "no data")]


def _moved(item: Item, dx: float, dy: float) -> Item:
    """A bar, needle or swatch set in its place."""
    match item:
        case Rect(box, fill, opacity):
            return Rect(_shifted(box, dx, dy), fill, opacity)
        case Hatch(box):
            return Hatch(_shifted(box, dx, dy))
        case Polygon(points, fill, clip):
            return Polygon(tuple((x + dx, y + dy) for x, y in points), fill, _shifted(clip, dx, dy))
        case _:
            raise TypeError(f"{type(item).__name__} is not a piece of furniture")


def _shifted(box: Box, dx: float, dy: float) -> Box:
    return Box(box.left + dx, box.top + dy, box.right + dx, box.bottom + dy)


# -- the axis of a filmstrip ---------------------------------------------------------------------------------


def draw_axis(spec: FigureSpec, panels: Sequence[Box], room: Box, pen: Pen) -> tuple[list[Item], float]:
    """A line of time beneath a filmstrip on one row, true to the days, a thread from each frame to its date.

    The stretch that a date may lie in is drawn thick. Nothing is drawn where a frame has no date, or all have one.
    """
    known = [panel.days for panel in spec.panels if panel.days is not None]
    first, last = (min(days[0] for days in known), max(days[1] for days in known)) if known else (0, 0)
    one_row = len({box.top for box in panels}) == 1
    if spec.layout is not Layout.FILMSTRIP or len(known) < len(panels) or first == last or not one_row:
        return [], room.top
    small = Style(spec.house.small_pt, ink=GREY)
    y = room.top + pen.mm(5)
    page = Box(0, 0, room.right + pen.mm(3), y + pen.mm(10))
    left, right = room.left + pen.mm(2), room.right - pen.mm(2)

    def at(day: float) -> float:
        return left + (right - left) * (day - first) / (last - first)

    items: list[Item] = [Polyline(((left, y), (right, y)), pen.mm(0.2), _TRACK, page)]
    for box, (start, end) in zip(panels, known, strict=True):
        middle = (at(start) + at(end)) / 2
        thread = ((box.left + box.right) / 2, box.bottom + pen.mm(0.5)), (middle, y)
        items.append(Polyline(thread, pen.mm(0.15), _TRACK, page))
        items.append(Polyline(((at(start), y), (at(end), y)), pen.mm(1.0), BLACK, page))
    free = room.left
    for text, x in _years(first, last):
        items.append(Polyline(((at(x), y), (at(x), y + pen.mm(1.2))), pen.mm(0.2), _TRACK, page))
        line = pen.line(text, at(x) - pen.width(text, small) / 2, y + pen.mm(1.4), small)
        if free <= line.box.left and line.box.right <= room.right:
            items.append(line)
            free = line.box.right + pen.mm(0.8)
    return items, y + pen.mm(1.4) + pen.height(1, small)


def _years(first: int, last: int) -> list[tuple[str, int]]:
    """The years whose first of January lies between two days, and that day."""
    years = range(date.fromordinal(first).year, date.fromordinal(last).year + 1)
    starts = [(str(year), date(year, 1, 1).toordinal()) for year in years]
    return [(text, day) for text, day in starts if first <= day <= last]
