"""One panel at a time: for pictures that move and for the swipe page."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from workflow.exporters.figures.sheet import Sheet
from workflow.exporters.png import render
from workflow.figure import Box, Item, PanelImage, Polygon, Polyline, Text, lay_out
from workflow.figure.spec import DPI_LIMITS

if TYPE_CHECKING:
    from PIL.Image import Image

__all__ = ["frames", "lettered", "marked_panel"]

_LETTERS = "abcdefgh"


def frames(sheet: Sheet, most_px: int) -> list[Image]:
    """Each panel as a figure of its own, letter, date, scale, caption and credit with it, all of one size.

    Not wider than `most_px`; narrower pages have fewer dots an inch, never fewer than a figure may have.
    """
    spec = sheet.spec
    dpi = min(spec.dpi, max(DPI_LIMITS[0], int(most_px * 25.4 / spec.width_mm)))
    drawn = []
    for number, panel in enumerate(spec.panels):
        named = replace(panel, date_label=f"{lettered(sheet, number)}{panel.date_label}")
        alone = lay_out(replace(spec, panels=(named,), dpi=dpi), sheet.fonts.measure)
        drawn.append(render(alone, (sheet.panels[number],), sheet.fonts))
    size = (max(one.width for one in drawn), max(one.height for one in drawn))
    return [_on_white(one, size) for one in drawn]


def lettered(sheet: Sheet, number: int) -> str:
    """ "(a) " for the first of several panels, nothing for a single one."""
    return f"({_LETTERS[number]}) " if len(sheet.spec.panels) > 1 else ""


def marked_panel(sheet: Sheet, number: int, width_px: int) -> Image:
    """A panel with its marks and their labels, without plates and words around it."""
    spec = replace(sheet.spec, panels=(sheet.spec.panels[number],), caption="")
    dpi = max(DPI_LIMITS[0], min(DPI_LIMITS[1], round(width_px * 25.4 / spec.width_mm)))
    drawing = lay_out(replace(spec, dpi=dpi), sheet.fonts.measure)
    picture = next(one for one in drawing.items if isinstance(one, PanelImage))
    kept = tuple(one for one in drawing.items if one is picture or _is_mark(one, picture.box))
    page = render(replace(drawing, items=kept), (sheet.panels[number],), sheet.fonts)
    box = picture.box
    return page.crop((round(box.left), round(box.top), round(box.right), round(box.bottom)))


def _is_mark(item: Item, picture: Box) -> bool:
    """Strokes on the picture, and labels, which alone stand on a rim in it."""
    match item:
        case Polyline(clip=clip) | Polygon(clip=clip):
            return clip == picture
        case Text(box=box, halo_px=rim):
            return rim > 0 and picture.holds(box)
        case _:
            return False


def _on_white(picture: Image, size: tuple[int, int]) -> Image:
    from PIL import Image

    if picture.size == size:
        return picture
    page = Image.new("RGB", size, "white")
    page.paste(picture, (0, 0))
    return page
