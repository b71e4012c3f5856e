"""From the recipe to the drawing list: panels, what belongs beneath them, the caption, the map of where it is.

Text is measured before it is placed; nothing is drawn over other text, nothing beyond the page.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from workflow.figure.base import SITE, dot, draw_base, frame, on_square
from workflow.figure.drawing import Box, Drawing, Item, Rect
from workflow.figure.furniture import draw_axis, draw_furniture
from workflow.figure.panels import draw_panels
from workflow.figure.spec import FigureSpec, Locator
from workflow.figure.typeset import GREY, WHITE, Measure, Pen, Style, tidy

__all__ = ["lay_out"]

_MARGIN_MM, _INSET_MM = 3.0, 26.0


def lay_out(spec: FigureSpec, measure: Measure) -> Drawing:
    """The drawing list of a figure; `measure` gives the widths of the face that it is drawn with."""
    pen = Pen(measure, spec.dpi)
    width = pen.mm(spec.width_mm)
    margin = pen.mm(_MARGIN_MM)
    room = Box(margin, margin, width - margin, margin)
    items, boxes, notes = draw_panels(spec, room, pen)
    bottom = max(box.bottom for box in boxes)
    axis, bottom = draw_axis(spec, boxes, Box(room.left, bottom, room.right, bottom), pen)
    top, right = bottom + pen.mm(2.2), room.right
    inset: list[Item] = []
    if spec.locator is not None:
        side = round(pen.mm(_INSET_MM))
        place = Box(right - side, top, right, top + side)
        inset, right = _inset(spec.locator, place, pen), place.left - pen.mm(3)
    beneath, bottom = draw_furniture(spec, boxes, Box(room.left, top, right, top), pen)
    words, bottom = _words(spec, notes, Box(room.left, bottom, right, bottom), pen)
    if spec.locator is not None:
        bottom = max(bottom, top + pen.mm(_INSET_MM))
    height = math.ceil(bottom + margin)
    page = Rect(Box(0, 0, round(width), height), WHITE)
    return Drawing(round(width), height, spec.dpi, (page, *items, *axis, *inset, *beneath, *words))


def _inset(locator: Locator, box: Box, pen: Pen) -> list[Item]:
    """The small map: sea, land, borders, and a dot with the site's name where it fits."""
    items = draw_base(locator.land, locator.borders, box, pen)
    ((x, y),) = on_square([locator.at], box)
    items += [dot(x, y, box, pen), frame(box, pen)]
    style = Style(6.0, bold=True, ink=SITE, halo_mm=0.2, halo=WHITE)
    name = tidy(locator.name)
    wide, high = pen.width(name, style), pen.height(1, style)
    gap = pen.mm(1.2)
    beside = ((x + gap, y - high / 2), (x - gap - wide, y - high / 2))
    for left, top in (*beside, (x - wide / 2, y - gap - high), (x - wide / 2, y + gap)):
        line = pen.line(name, left, top, style)
        if name and box.holds(line.box):
            return [*items, line]
    return items


def _words(spec: FigureSpec, notes: Sequence[str], room: Box, pen: Pen) -> tuple[list[Item], float]:
    """Caption, credit, lines on the pictures and notes under each other; the bottom of the last."""
    house, y = spec.house, room.top
    items: list[Item] = []
    if spec.caption:
        caption, bold = Style(house.caption_pt), Style(house.caption_pt, bold=True)
        lead = pen.line(spec.lead, room.left, y, bold)
        indent = 0.0 if house.lead_alone else lead.box.width + pen.mm(1.0)
        first, *rest = pen.wrap(tidy(spec.caption), room.width, caption, indent=indent)
        items.append(lead)
        if house.lead_alone:
            rest = [first, *rest]
        elif first:
            items.append(pen.line(first, room.left + indent, y, caption))
        items += pen.block(rest, room.left, y + pen.leading(caption), caption)
        y += (1 + len(rest)) * pen.leading(caption) + pen.mm(0.8)
    small = Style(house.small_pt, ink=GREY)
    images = spec.images if "images" in house.furniture else ()
    disclaimer = house.disclaimer if "disclaimer" in house.furniture else ""
    for text in (spec.credit, *images, " ".join((*notes, *spec.notes)), disclaimer):
        lines = pen.wrap(tidy(text), room.width, small) if text else []
        items += pen.block(lines, room.left, y, small)
        y += len(lines) * pen.leading(small)
    return items, y
