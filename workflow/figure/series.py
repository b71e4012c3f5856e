"""The sheet of sites and time of a report: a row a target, its pictures by state, the stretches of its events."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from workflow.figure.drawing import Box, Drawing, Item, Point, Polygon, Polyline, Rect, Rgb
from workflow.figure.typeset import BLACK, GREY, WHITE, Measure, Pen, Style

__all__ = ["Moment", "Row", "Stretch", "draw_series"]

_ROW_MM, _HEAD_MM, _KEY_MM, _LABEL_MM, _SIGN_MM = 5.2, 7.0, 12.0, 70.0, 1.05
_TEXT, _SMALL = Style(7.0), Style(6.5, ink=GREY)
_LINE: Rgb = (214, 214, 214)
_BAND: Rgb = (245, 245, 245)
_INTERVAL: Rgb = (240, 190, 90)
_STOOD: Rgb = (150, 185, 225)
_PRESENT: Rgb = (16, 74, 142)
_OPEN: Rgb = (110, 110, 110)
_DISPUTED: Rgb = (176, 0, 32)
# signs by what was said, told apart by their shape
SIGNS = {
    "present": "present",
    "absent": "absent",
    "uncertain": "uncertain",
    "obscured": "obscured",
    "insufficient": "insufficient",
    "disputed": "disputed",
    "not examined": "not examined",
}


@dataclass(frozen=True, slots=True)
class Moment:
    """A picture: its day, and what was said of the target in it."""

    day: date
    state: str


@dataclass(frozen=True, slots=True)
class Stretch:
    """Days in which an event was (`stood` False), or through which the target stood; None is open."""

    first: date | None
    last: date | None
    stood: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """A target: what it is called, its pictures, its stretches."""

    name: str
    moments: tuple[Moment, ...]
    stretches: tuple[Stretch, ...] = ()


def draw_series(
    rows: Sequence[Row], edges: tuple[date, date], width_mm: float, dpi: int, measure: Measure
) -> Drawing:
    """The sheet of `rows` over the days between `edges`, with the years above and a key beneath."""
    pen = Pen(measure, dpi)
    width = round(pen.mm(width_mm))
    field = Box(pen.mm(_LABEL_MM), pen.mm(_HEAD_MM), width, pen.mm(_HEAD_MM + _ROW_MM * len(rows)))
    page = Box(0, 0, width, round(field.bottom + pen.mm(_KEY_MM)))
    items: list[Item] = [Rect(page, WHITE)]
    for number in range(0, len(rows), 2):
        top = field.top + pen.mm(_ROW_MM) * number
        items.append(Rect(Box(0, top, width, top + pen.mm(_ROW_MM)), _BAND))
    items += _years(edges, field, pen)
    for number, row in enumerate(rows):
        middle = field.top + pen.mm(_ROW_MM) * (number + 0.5)
        (text,) = pen.shorten(
            pen.wrap(row.name, field.left - pen.mm(2), _TEXT) or [""], 1, field.left - pen.mm(2), _TEXT
        )
        items.append(pen.line(text, 0, middle - pen.height(1, _TEXT) / 2, _TEXT))
        items += _row(row, edges, field, middle, pen)
    items += _key(field, page, pen)
    return Drawing(width, round(page.bottom), dpi, tuple(items))


def _x(day: date, edges: tuple[date, date], field: Box) -> float:
    whole = max((edges[1] - edges[0]).days, 1)
    share = min(max((day - edges[0]).days / whole, 0.0), 1.0)
    return field.left + share * field.width


def _years(edges: tuple[date, date], field: Box, pen: Pen) -> list[Item]:
    """An upright line at each new year, its number above where there is room."""
    items: list[Item] = []
    free = field.left
    for year in range(edges[0].year, edges[1].year + 1):
        x = max(_x(date(year, 1, 1), edges, field), field.left)
        items.append(
            Polyline(
                ((x, field.top - pen.mm(1)), (x, field.bottom)), pen.mm(0.15), _LINE, field.grown(pen.mm(2))
            )
        )
        wide = pen.width(str(year), _SMALL)
        if x >= free and x + wide <= field.right:
            items.append(pen.line(str(year), x, field.top - pen.mm(1) - pen.height(1, _SMALL), _SMALL))
            free = x + wide + pen.mm(1.5)
    return items


def _row(row: Row, edges: tuple[date, date], field: Box, middle: float, pen: Pen) -> list[Item]:
    items: list[Item] = []
    for one in sorted(row.stretches, key=lambda one: not one.stood):
        left = _x(one.first, edges, field) if one.first else field.left
        right = _x(one.last, edges, field) if one.last else field.right
        half = pen.mm(0.7 if one.stood else 1.7)
        box = Box(left, middle - half, max(right, left + pen.mm(0.4)), middle + half)
        items.append(Rect(box, _STOOD if one.stood else _INTERVAL))
    # what decides is drawn over what does not
    order = ("not examined", "insufficient", "obscured", "uncertain", "absent", "present", "disputed")
    for moment in sorted(row.moments, key=lambda one: order.index(one.state)):
        items += _sign(moment.state, (_x(moment.day, edges, field), middle), pen)
    return items


def _sign(state: str, at: Point, pen: Pen) -> list[Item]:
    """A sign that is told by its shape: full and open disc, open diamond, cross, bar, full diamond, small dot."""
    x, y = at
    size = pen.mm(_SIGN_MM)
    clip = Box(x, y, x, y).grown(3 * size)
    match state:
        case "present":
            return [Polyline((at, at), 2 * size, _PRESENT, clip, pen.mm(0.15), WHITE)]
        case "absent":
            return [
                Polyline((at, at), 2 * size, BLACK, clip, pen.mm(0.15), WHITE),
                Polyline((at, at), 2 * size - pen.mm(0.6), WHITE, clip),
            ]
        case "disputed" | "uncertain":
            ink = _DISPUTED if state == "disputed" else _OPEN
            diamond = ((x, y - size * 1.2), (x + size * 1.2, y), (x, y + size * 1.2), (x - size * 1.2, y))
            whole: list[Item] = [Polygon(diamond, ink, clip)]
            if state == "uncertain":
                inner = tuple((x + (px - x) * 0.6, y + (py - y) * 0.6) for px, py in diamond)
                whole.append(Polygon(inner, WHITE, clip))
            return whole
        case "obscured":
            arm = size * 0.8
            return [
                Polyline(((x - arm, y - arm), (x + arm, y + arm)), pen.mm(0.3), _OPEN, clip),
                Polyline(((x - arm, y + arm), (x + arm, y - arm)), pen.mm(0.3), _OPEN, clip),
            ]
        case "insufficient":
            return [Polyline(((x - size * 0.8, y), (x + size * 0.8, y)), pen.mm(0.45), _OPEN, clip)]
        case _:
            return [Polyline((at, at), pen.mm(0.7), _OPEN, clip)]


def _key(field: Box, page: Box, pen: Pen) -> list[Item]:
    """What the signs and the stretches mean, on as many lines as they need."""
    items: list[Item] = []
    x, y, gap = pen.mm(1.5), field.bottom + pen.mm(3.5), pen.mm(4)
    for state, text in (
        *SIGNS.items(),
        ("interval", "the event lies in this stretch"),
        ("stood", "shown standing"),
    ):
        wide = pen.mm(3) + pen.width(text, _SMALL)
        if x + wide > page.right:
            x, y = pen.mm(1.5), y + pen.mm(4)
        if state in SIGNS:
            items += _sign(state, (x, y), pen)
        else:
            half = pen.mm(0.7 if state == "stood" else 1.7)
            box = Box(x - pen.mm(1.2), y - half, x + pen.mm(1.2), y + half)
            items.append(Rect(box, _STOOD if state == "stood" else _INTERVAL))
        items.append(pen.line(text, x + pen.mm(2), y - pen.height(1, _SMALL) / 2, _SMALL))
        x += wide + gap
    return items
