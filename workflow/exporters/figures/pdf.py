"""PDF: vectors, text that can be searched in subsets of the typefaces, panels as pictures, XMP."""

from __future__ import annotations

import io
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from workflow.exporters.figures.faces import subset, used
from workflow.exporters.figures.metadata import xmp
from workflow.exporters.figures.sheet import Sheet
from workflow.exporters.png import hatching, panel_picture
from workflow.exporters.xmltext import writable
from workflow.figure import Box, Drawing, Hatch, Item, PanelImage, Polygon, Polyline, Rect, Text

if TYPE_CHECKING:
    from fpdf import FPDF
    from PIL.Image import Image

    from workflow.fonts import Fonts

__all__ = ["FAMILY", "draw_items", "to_pdf"]

FAMILY = "figure"
_JPEG_QUALITY = 92


def to_pdf(sheet: Sheet) -> bytes:
    """The figure as a page of its own size."""
    # says again what the sidecar and the warnings say of characters without a picture
    logging.getLogger("fpdf").setLevel(logging.ERROR)
    from fpdf import FPDF

    drawing = sheet.drawing
    unit = 72 / drawing.dpi
    page = FPDF(unit="pt", format=(drawing.width_px * unit, drawing.height_px * unit))
    page.set_auto_page_break(False)
    _set_faces(page, sheet)
    _describe(page, sheet)
    page.add_page()
    for item in drawing.items:
        _draw(page, item, sheet, unit)
    return bytes(page.output())


def _set_faces(page: FPDF, sheet: Sheet) -> None:
    """The faces, cut to what is used before the library reads them: it takes seconds for the whole of them."""
    with TemporaryDirectory(prefix="sitetrack-") as folder:
        for style, face in (("", sheet.fonts.regular), ("B", sheet.fonts.bold)):
            letters = used(sheet.drawing, bold=style == "B")
            if letters:
                file = Path(folder) / f"face{style}.ttf"
                file.write_bytes(subset(face, letters))
                page.add_font(FAMILY, style, str(file))


def _describe(page: FPDF, sheet: Sheet) -> None:
    words = sheet.words
    page.set_creation_date(words.stamped)
    page.set_title(writable(words.title))
    page.set_author(writable(words.creator or words.credit))
    page.set_subject(writable(words.caption))
    page.set_lang("en")
    page.set_display_mode("fullpage")
    page.set_xmp_metadata(xmp(words))


def _draw(page: FPDF, item: Item, sheet: Sheet, unit: float) -> None:
    on_page = _OnPage(unit)
    if isinstance(item, PanelImage):
        box = item.box
        size = (max(1, round(box.width)), max(1, round(box.height)))
        picture = panel_picture(sheet.panels[item.panel], size, sheet.drawing.dpi)
        told = sheet.words.alt if item.panel == 0 else sheet.spec.panels[item.panel].date_label
        page.image(_jpeg(picture), *on_page.area(box), alt_text=writable(told))
    else:
        _draw_plain(page, item, sheet.fonts, sheet.drawing.dpi, on_page)


def draw_items(page: FPDF, drawing: Drawing, fonts: Fonts, unit: float, origin: tuple[float, float]) -> None:
    """A drawing without panels, its upper left corner at `origin`, `unit` points a pixel.

    The page has the faces as the family `FAMILY` with the characters that are used.
    """
    for item in drawing.items:
        _draw_plain(page, item, fonts, drawing.dpi, _OnPage(unit, *origin))
    page.set_stretching(100)


@dataclass(frozen=True, slots=True)
class _OnPage:
    """Pixels of a drawing as points of the page."""

    unit: float
    left: float = 0.0
    top: float = 0.0

    def area(self, box: Box) -> tuple[float, float, float, float]:
        (left, top), unit = self.point(box.left, box.top), self.unit
        return left, top, box.width * unit, box.height * unit

    def point(self, x: float, y: float) -> tuple[float, float]:
        return self.left + x * self.unit, self.top + y * self.unit

    def points(self, points: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
        return [self.point(x, y) for x, y in points]


def _draw_plain(page: FPDF, item: Item, fonts: Fonts, dpi: int, on_page: _OnPage) -> None:
    match item:
        case Hatch(box):
            size = (max(1, round(box.width)), max(1, round(box.height)))
            page.image(_jpeg(hatching(*size, dpi)), *on_page.area(box))
        case Rect(box, fill, opacity):
            with page.local_context(fill_color=fill, fill_opacity=opacity):
                page.rect(*on_page.area(box), style="F")
        case Polygon(points, fill, clip):
            with page.rect_clip(*on_page.area(clip)), page.local_context(fill_color=fill):
                page.polygon(on_page.points(points), style="F")
        case Polyline():
            with page.rect_clip(*on_page.area(item.clip)):
                _stroke(page, item, on_page)
        case Text():
            _text(page, item, fonts, on_page)
        case PanelImage():
            raise TypeError("a panel is drawn from its sheet")


def _jpeg(picture: Image) -> io.BytesIO:
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=_JPEG_QUALITY, subsampling=0)
    return file


def _stroke(page: FPDF, line: Polyline, on_page: _OnPage) -> None:
    inks = [(line.width_px + 2 * line.halo_px, line.halo)] if line.halo_px else []
    for width, ink in (*inks, (line.width_px, line.ink)):
        how: dict[str, Any] = {"stroke_cap_style": "round", "stroke_join_style": "round"}
        with page.local_context(line_width=width * on_page.unit, draw_color=ink, **how):
            page.polyline(on_page.points(line.points))


def _text(page: FPDF, text: Text, fonts: Fonts, on_page: _OnPage) -> None:
    """A line, stretched by the little that the layout, which counts whole pixels, measured it wider."""
    if not text.text:
        return
    unit = on_page.unit
    page.set_font(FAMILY, "B" if text.bold else "", text.size_px * unit)
    place = on_page.point(text.x, text.baseline)
    page.set_stretching(100)
    natural = page.get_string_width(text.text)
    measured = fonts.measure(text.text, text.size_px, text.bold) * unit
    page.set_stretching(100 * measured / natural if natural else 100)
    if text.halo_px:
        how: dict[str, Any] = {"stroke_join_style": "round", "text_mode": "STROKE"}
        with page.local_context(line_width=2 * text.halo_px * unit, draw_color=text.halo, **how):
            page.text(*place, text.text)
    page.set_text_color(*text.ink)
    page.text(*place, text.text)
