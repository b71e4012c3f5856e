"""From the recipe to the drawing list: panels in a row, what belongs beneath them, the caption.

Text is measured before it is placed; nothing is drawn over other text, nothing beyond the page.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from workflow.figure.drawing import Box, Drawing, Hatch, Item, PanelImage, Polygon, Polyline, Rect, Rgb, Text
from workflow.figure.marks import draw_marks
from workflow.figure.spec import FigureSpec, Panel
from workflow.figure.typeset import BLACK, GREY, WHITE, Measure, Pen, Style, tidy

__all__ = ["format_length", "lay_out", "round_length"]

_MARGIN_MM, _GAP_MM = 3.0, 2.5
_ASPECTS = (0.5, 2.0)
_LETTERS = "abcdefgh"
_DATE, _STATE = Style(8, bold=True, ink=WHITE), Style(8, ink=WHITE)
_SYNTHETIC = Style(8.5, bold=True, ink=WHITE)
_SMALL, _CAPTION, _LEAD = Style(7), Style(8.5), Style(8.5, bold=True)
_CREDIT = Style(7, ink=GREY)
_EMPTY = Style(7.5, ink=GREY)
_PLATE: Rgb = (0, 0, 0)
_WARNING: Rgb = (176, 0, 32)
_FRAME: Rgb = (120, 120, 120)
_BACKDROP: Rgb = (238, 238, 238)


def lay_out(spec: FigureSpec, measure: Measure) -> Drawing:
    """The drawing list of a figure; `measure` gives the widths of the face that it is drawn with."""
    pen = Pen(measure, spec.dpi)
    width = pen.mm(spec.width_mm)
    margin = pen.mm(_MARGIN_MM)
    room = Box(margin, margin, width - margin, margin)
    items: list[Item] = []
    notes: list[str] = []
    boxes = _panel_boxes(spec.panels, room, pen)
    for number, (panel, box) in enumerate(zip(spec.panels, boxes, strict=True)):
        drawn, left_over = _panel(spec, number, panel, box, pen)
        items += drawn
        notes += [f"Marked in {_letter(spec, number)}: {label}." for label in left_over]
    bottom = max(box.bottom for box in boxes)
    bottom = _furniture(items, spec, boxes[0], Box(room.left, bottom + pen.mm(2.2), room.right, bottom), pen)
    bottom = _words(items, spec, notes, Box(room.left, bottom, room.right, bottom), pen)
    height = math.ceil(bottom + margin)
    page = Rect(Box(0, 0, round(width), height), WHITE)
    return Drawing(round(width), height, spec.dpi, (page, *items))


def _letter(spec: FigureSpec, number: int) -> str:
    return f"({_LETTERS[number]})" if len(spec.panels) > 1 else "the picture"


# -- panels --------------------------------------------------------------------------------------------------


def _panel_boxes(panels: Sequence[Panel], room: Box, pen: Pen) -> list[Box]:
    """A row of boxes of one height that fills the width; a box has its picture's aspect within `_ASPECTS`."""
    low, high = _ASPECTS
    aspects = [min(max(panel.width / panel.height, low), high) for panel in panels]
    gap = round(pen.mm(_GAP_MM))
    spread = gap * (len(panels) - 1)
    height = min(math.floor((room.width - spread) / sum(aspects)), math.floor(room.width))
    widths = [math.floor(height * aspect) for aspect in aspects]
    left, top = round(room.left + (room.width - sum(widths) - spread) / 2), round(room.top)
    boxes = []
    for width in widths:
        boxes.append(Box(left, top, left + width, top + height))
        left += width + gap
    return boxes


def _fitted(panel: Panel, box: Box) -> Box:
    """Where the whole picture lies in its box with its aspect kept."""
    scale = min(box.width / panel.width, box.height / panel.height)
    width, height = max(1, round(panel.width * scale)), max(1, round(panel.height * scale))
    left, top = box.left + (box.width - width) // 2, box.top + (box.height - height) // 2
    return Box(left, top, left + width, top + height)


def _panel(spec: FigureSpec, number: int, panel: Panel, box: Box, pen: Pen) -> tuple[list[Item], list[str]]:
    """One panel and the labels that found no room in it."""
    picture = _fitted(panel, box)
    scale = picture.width / panel.width
    words = [*_date_plate(spec, number, panel, box, pen), *_synthetic_plate(panel, box, pen)]
    taken = [item.box for item in words if isinstance(item, Rect)]
    empty = _no_data(panel, picture, scale, taken, pen)
    marks, left_over = draw_marks(panel.marks, picture, scale, [*taken, *(item.box for item in empty)], pen)
    rim = Polyline(_outline(box), pen.mm(0.12), _FRAME, box)
    return [Rect(box, _BACKDROP), PanelImage(number, picture), *empty, *marks, *words, rim], left_over


def _outline(box: Box) -> tuple[tuple[float, float], ...]:
    left, top, right, bottom = box.left, box.top, box.right - 1, box.bottom - 1
    return (left, top), (right, top), (right, bottom), (left, bottom), (left, top)


def _date_plate(spec: FigureSpec, number: int, panel: Panel, box: Box, pen: Pen) -> list[Item]:
    """Letter and date, the state beneath, on a dark plate in the upper left corner."""
    pad, inset = pen.mm(1.0), pen.mm(1.2)
    letter = f"{_letter(spec, number)} " if len(spec.panels) > 1 else ""
    widest = box.width - 2 * (pad + inset)
    states = [tidy(panel.state)] if panel.state else []
    # a date fits at every size that a figure can have; a label without end leaves room for the rest
    spare = box.height - 3 * inset - pen.height(len(states), _STATE) - pen.height(1, _SYNTHETIC) - 2 * pad
    dates = pen.wrap(tidy(letter + panel.date_label), widest, _DATE)
    dates = pen.shorten(dates, max(1, int(spare / pen.leading(_DATE))), widest, _DATE)
    left, top = box.left + inset + pad, box.top + inset + pad * 0.7
    text = pen.block(dates, left, top, _DATE)
    text += pen.block(states, left, top + len(dates) * pen.leading(_DATE), _STATE)
    plate = Box(
        box.left + inset,
        box.top + inset,
        max(item.box.right for item in text) + pad,
        max(item.box.bottom for item in text) + pad * 0.4,
    )
    return [Rect(plate, _PLATE, 0.68), *text]


def _synthetic_plate(panel: Panel, box: Box, pen: Pen) -> list[Item]:
    """The mark of a rendered scene, in the lower right corner: pictures carry their own at the left."""
    if not panel.synthetic:
        return []
    pad, inset = pen.mm(1.0), pen.mm(1.2)
    height = pen.height(1, _SYNTHETIC)
    left = box.right - inset - pad - pen.width("SYNTHETIC", _SYNTHETIC)
    line = pen.line("SYNTHETIC", left, box.bottom - inset - pad * 0.4 - height, _SYNTHETIC)
    plate = Box(left - pad, line.box.top - pad * 0.5, box.right - inset, box.bottom - inset)
    return [Rect(plate, _WARNING), line]


def _no_data(panel: Panel, picture: Box, scale: float, taken: Sequence[Box], pen: Pen) -> list[Text]:
    """The words "no data" in the middle of the widest empty place, where they fit."""
    if panel.empty_at is None:
        return []
    x, y, radius = panel.empty_at
    width, height = pen.width("no data", _EMPTY), pen.height(1, _EMPTY)
    line = pen.line(
        "no data", picture.left + x * scale - width / 2, picture.top + y * scale - height / 2, _EMPTY
    )
    fits = radius * scale >= width / 2 and picture.holds(line.box)
    return [line] if fits and not any(line.box.meets(box) for box in taken) else []


# -- beneath the panels --------------------------------------------------------------------------------------


def _furniture(items: list[Item], spec: FigureSpec, panel: Box, room: Box, pen: Pen) -> float:
    """Scale bar, north arrow, legend and coordinates from left to right, on as many rows as they need."""
    x, y, row = room.left, room.top, pen.mm(4.6)
    parts = [
        *_scale_bar(spec, panel, pen),
        *_north(spec, pen),
        *_legend(spec, pen),
        *([((), 0.0, spec.coordinates)] if spec.coordinates else []),
    ]
    for drawn, offset, text in parts:
        lines = pen.wrap(tidy(text), room.width - offset, _SMALL)
        width = offset + max(pen.width(line, _SMALL) for line in lines)
        if x > room.left and x + width > room.right:
            x, y = room.left, y + row
        items += [_moved(item, x, y) for item in drawn]
        items += pen.block(lines, x + offset, y, _SMALL)
        x, y = x + width + pen.mm(6), y + (len(lines) - 1) * pen.leading(_SMALL)
    return y + row + pen.mm(0.6) if parts else y


_Part = tuple[tuple[Item, ...], float, str]


def _scale_bar(spec: FigureSpec, panel: Box, pen: Pen) -> list[_Part]:
    """A bar of a round length in ground metres, half black and half white."""
    if spec.metres_per_px is None:
        return []
    metres_per_px = spec.metres_per_px * spec.panels[0].width / panel.width
    length = round_length(min(pen.mm(40), panel.width * 0.45) * metres_per_px)
    bar, top, height = length / metres_per_px, pen.mm(1.0), pen.mm(1.1)
    rim = pen.mm(0.15)
    whole = Box(0, top, bar, top + height)
    white = Box(bar / 2, top + rim, bar - rim, top + height - rim)
    return [((Rect(whole, BLACK), Rect(white, WHITE)), bar + pen.mm(1.5), format_length(length))]


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


def _words(items: list[Item], spec: FigureSpec, notes: Sequence[str], room: Box, pen: Pen) -> float:
    """Caption, credit and notes under each other; the bottom of the last."""
    y = room.top
    if spec.caption:
        lead = pen.line("Figure.", room.left, y, _LEAD)
        indent = lead.box.width + pen.mm(1.0)
        first, *rest = pen.wrap(tidy(spec.caption), room.width, _CAPTION, indent=indent)
        items += [lead, *([pen.line(first, room.left + indent, y, _CAPTION)] if first else [])]
        items += pen.block(rest, room.left, y + pen.leading(_CAPTION), _CAPTION)
        y += (1 + len(rest)) * pen.leading(_CAPTION) + pen.mm(0.8)
    for text in (spec.credit, " ".join((*notes, *spec.notes))):
        lines = pen.wrap(tidy(text), room.width, _CREDIT) if text else []
        items += pen.block(lines, room.left, y, _CREDIT)
        y += len(lines) * pen.leading(_CREDIT)
    return y
