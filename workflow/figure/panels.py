"""The panels of a figure: where they stand, and what is drawn on and above each."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import replace

from workflow.figure.drawing import Box, Item, PanelImage, Polyline, Rect, Rgb, Text
from workflow.figure.marks import draw_marks
from workflow.figure.spec import FigureSpec, Panel
from workflow.figure.typeset import BLACK, GREY, WHITE, Pen, Style, tidy
from workflow.model import Layout

__all__ = ["draw_panels", "letter"]

_LETTERS = "abcdefgh"
# "November 2021" where a date does not fit: three letters of the month are kept
_MONTH = re.compile(r"\b([A-Z][a-z]{2})[a-z]*(?= \d{4}\b)")
_GAP_MM, _ROW_GAP_MM = 2.5, 2.5
_ASPECTS = (0.5, 2.0)
# panels narrower than this stand on a further row; those below the second have their date above them
_NARROWEST_MM, _ROOM_FOR_WORDS_MM = 16.0, 42.0
_GRID_COLUMNS = {1: 1, 2: 2, 3: 3, 4: 2, 5: 3, 6: 3, 7: 4, 8: 4}
_MOST_IN_A_ROW = 3
_LEAST_HEADING = 0.9
_SYNTHETIC_PT = 8.5
_EMPTY = Style(7.5, ink=GREY)
_PLATE: Rgb = (0, 0, 0)
_WARNING: Rgb = (176, 0, 32)
_FRAME: Rgb = (120, 120, 120)
_BACKDROP: Rgb = (238, 238, 238)


def letter(spec: FigureSpec, number: int) -> str:
    """What words call panel `number`: "(a)", "the picture" where there is one alone."""
    return f"({_LETTERS[number]})" if len(spec.panels) > 1 else "the picture"


def draw_panels(spec: FigureSpec, room: Box, pen: Pen) -> tuple[list[Item], list[Box], list[str]]:
    """Items of all panels from the top of `room`, the boxes of their pictures, and what is named beneath."""
    columns = _columns(spec, room, pen)
    heads = _headings(spec, room, columns, pen)
    band = max((pen.height(len(lines), style) for lines, style in heads), default=0.0)
    band = math.ceil(band + pen.mm(0.6)) if band else 0
    boxes = _boxes(spec.panels, room, columns, band, pen)
    items: list[Item] = []
    notes: list[str] = []
    for number, (panel, box) in enumerate(zip(spec.panels, boxes, strict=True)):
        if heads:
            lines, style = heads[number]
            top = box.top - pen.mm(0.6) - pen.height(len(lines), style)
            items += pen.block(lines, box.left, top, style)
        drawn, beneath = _panel(spec, number, panel, box, pen, plate=not heads)
        items += drawn
        notes += [f"Marked in {letter(spec, number)}: {'; '.join(beneath)}."] if beneath else []
    return items, boxes, notes


# -- where they stand ----------------------------------------------------------------------------------------


def _columns(spec: FigureSpec, room: Box, pen: Pen) -> int:
    """How many panels stand on a row."""
    count = len(spec.panels)
    grid = spec.layout is Layout.GRID or (spec.layout is Layout.AUTO and count > _MOST_IN_A_ROW)
    wanted = _GRID_COLUMNS[count] if grid else count
    fitting = int((room.width + pen.mm(_GAP_MM)) // pen.mm(_NARROWEST_MM + _GAP_MM))
    most = max(1, min(wanted, fitting))
    return math.ceil(count / math.ceil(count / most))  # rows as even as they can be


def _boxes(panels: Sequence[Panel], room: Box, columns: int, band: float, pen: Pen) -> list[Box]:
    """Boxes of one height, row by row, with `band` free above each; the fullest row fills the width.

    A box has its picture's aspect within `_ASPECTS`: pictures on one grid come out at one scale on every row.
    """
    low, high = _ASPECTS
    aspects = [min(max(panel.width / panel.height, low), high) for panel in panels]
    gap = round(pen.mm(_GAP_MM))
    rows = [aspects[start : start + columns] for start in range(0, len(aspects), columns)]
    height = min(math.floor((room.width - gap * (len(row) - 1)) / sum(row)) for row in rows)
    height = min(height, math.floor(room.width))
    boxes, top = [], round(room.top)
    for row in rows:
        widths = [math.floor(height * aspect) for aspect in row]
        spare = room.width - sum(widths) - gap * (len(row) - 1)
        left = round(room.left + (spare / 2 if len(rows) == 1 else 0))
        for width in widths:
            boxes.append(Box(left, top + band, left + width, top + band + height))
            left += width + gap
        top += math.ceil(band + height + pen.mm(_ROW_GAP_MM))
    return boxes


def _fitted(panel: Panel, box: Box) -> Box:
    """Where the whole picture lies in its box with its aspect kept."""
    scale = min(box.width / panel.width, box.height / panel.height)
    width, height = max(1, round(panel.width * scale)), max(1, round(panel.height * scale))
    left, top = box.left + (box.width - width) // 2, box.top + (box.height - height) // 2
    return Box(left, top, left + width, top + height)


# -- words above ---------------------------------------------------------------------------------------------


def _headings(spec: FigureSpec, room: Box, columns: int, pen: Pen) -> list[tuple[list[str], Style]]:
    """Lines that stand above each panel where panels are too small to carry their words; else none.

    The state has lines of its own where it does not fit beside the date. Where a date does not fit, months are cut to
    three letters in all, and all are set a little smaller where that is enough.
    """
    boxes = _boxes(spec.panels, room, columns, 0.0, pen)
    if min(box.width for box in boxes) >= pen.mm(_ROOM_FOR_WORDS_MM):
        return []
    style = Style(spec.house.small_pt, bold=True, ink=BLACK)
    dates = [f"{letter(spec, number)} {panel.date_label}" for number, panel in enumerate(spec.panels)]
    if _fit(dates, boxes, style, pen) < 1:
        dates = [_MONTH.sub(r"\1", text) for text in dates]
        if (less := _fit(dates, boxes, style, pen)) >= _LEAST_HEADING:
            style = replace(style, size_pt=style.size_pt * min(less, 1.0))
    found = []
    for text, panel, box in zip(dates, spec.panels, boxes, strict=True):
        whole = [tidy(f"{text}, {panel.state}" if panel.state else text)]
        if pen.width(whole[0], style) > box.width:
            whole = [line for part in (text, panel.state) for line in pen.wrap(tidy(part), box.width, style)]
        found.append((whole, style))
    return found


def _fit(lines: Sequence[str], boxes: Sequence[Box], style: Style, pen: Pen) -> float:
    """By how much all lines may grow until the first is as wide as its box; below 1 one is wider."""
    return min(box.width / pen.width(tidy(text), style) for text, box in zip(lines, boxes, strict=True))


# -- one panel -----------------------------------------------------------------------------------------------


def _panel(
    spec: FigureSpec, number: int, panel: Panel, box: Box, pen: Pen, *, plate: bool
) -> tuple[list[Item], list[str]]:
    """One panel and the labels that are named beneath it."""
    picture = _fitted(panel, box)
    scale = picture.width / panel.width
    words = [
        *(_date_plate(spec, number, panel, box, pen) if plate else ()),
        *_synthetic_plate(panel, box, pen),
    ]
    taken = [item.box for item in words if isinstance(item, Rect)]
    empty = _no_data(panel, picture, scale, taken, pen)
    blocked = [*taken, *(item.box for item in empty)]
    marks, beneath = draw_marks(panel.marks, picture, scale, blocked, pen, spec.house, keyed=not plate)
    rim = Polyline(_outline(box), pen.mm(0.12), _FRAME, box)
    return [Rect(box, _BACKDROP), PanelImage(number, picture), *empty, *marks, *words, rim], beneath


def _outline(box: Box) -> tuple[tuple[float, float], ...]:
    left, top, right, bottom = box.left, box.top, box.right - 1, box.bottom - 1
    return (left, top), (right, top), (right, bottom), (left, bottom), (left, top)


def _date_plate(spec: FigureSpec, number: int, panel: Panel, box: Box, pen: Pen) -> list[Item]:
    """Letter and date, the state beneath, on a dark plate in the upper left corner."""
    date_style = Style(spec.house.date_pt, bold=True, ink=WHITE)
    state_style = Style(spec.house.date_pt, ink=WHITE)
    pad, inset = pen.mm(1.0), pen.mm(1.2)
    marked = f"{letter(spec, number)} " if len(spec.panels) > 1 else ""
    widest = box.width - 2 * (pad + inset)
    states = pen.wrap(tidy(panel.state), widest, state_style)[:2] if panel.state else []
    # a date fits at every size that a figure can have; a label without end leaves room for the rest
    used = 3 * inset + pen.height(len(states), state_style) + pen.height(1, Style(_SYNTHETIC_PT)) + 2 * pad
    dates = pen.wrap(tidy(marked + panel.date_label), widest, date_style)
    most = max(1, int((box.height - used) / pen.leading(date_style)))
    dates = pen.shorten(dates, most, widest, date_style)
    left, top = box.left + inset + pad, box.top + inset + pad * 0.7
    text = pen.block(dates, left, top, date_style)
    text += pen.block(states, left, top + len(dates) * pen.leading(date_style), state_style)
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
    full = Style(_SYNTHETIC_PT, bold=True, ink=WHITE)
    room = min(box.width - 2 * (pad + inset), max(box.width * 0.4, pen.mm(10)))
    style = Style(_SYNTHETIC_PT * min(1.0, room / pen.width("SYNTHETIC", full)), bold=True, ink=WHITE)
    height = pen.height(1, style)
    left = box.right - inset - pad - pen.width("SYNTHETIC", style)
    line = pen.line("SYNTHETIC", left, box.bottom - inset - pad * 0.4 - height, style)
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
