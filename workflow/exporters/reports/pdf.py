"""A report as PDF: text and vectors, an outline, contents that lead to their pages, each figure on a page of its own.

The pages are written by one library; the figures, which are PDF already, are laid on them by another.
"""

from __future__ import annotations

import io
import logging
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from workflow.exporters.figures.faces import subset
from workflow.exporters.figures.metadata import xmp
from workflow.exporters.figures.pdf import FAMILY, draw_items
from workflow.exporters.reports.content import Drawn, Report
from workflow.exporters.reports.words import called, front_lines, parts
from workflow.exporters.xmltext import writable
from workflow.figure import Drawing, Text
from workflow.figure.typeset import tidy

if TYPE_CHECKING:
    from fpdf import FPDF

    from workflow.fonts import Fonts

__all__ = ["to_pdf"]

_PAGE, _MARGIN = (595.28, 841.89), 56.69
_TITLE, _HEAD, _TEXT, _SMALL = 22.0, 14.0, 9.5, 8.0
_INK, _GREY = (17, 17, 17), (90, 90, 90)
_WIDTH = _PAGE[0] - 2 * _MARGIN
_LINE, _GAP = 1.38, 10.0
_ENTRY = _TEXT * 1.7
# page from 0, top in points, file
_Place = tuple[int, float, bytes]


def to_pdf(report: Report) -> bytes:
    """The report on A4."""
    logging.getLogger("fpdf").setLevel(logging.ERROR)
    pages, places = _pages(report)
    return _with_figures(pages, places)


# -- pages ---------------------------------------------------------------------------------------------------


def _pages(report: Report) -> tuple[bytes, list[_Place]]:
    """All pages without their figures, and where these go.

    They are written twice: the first time tells on which page each part begins.
    """
    from fpdf import FPDF

    class Pages(FPDF):
        def footer(self) -> None:
            if self.page_no() > 1:
                self.set_y(-_MARGIN * 0.7)
                self.set_font(FAMILY, "", _SMALL)
                self.set_text_color(*_GREY)
                self.cell(0, _SMALL, str(self.page_no()), align="C")

    letters = _letters(report)
    page_of: dict[str, int] = {}
    with TemporaryDirectory(prefix="sitetrack-") as folder:
        faces = []
        for style, face in (("", report.fonts.regular), ("B", report.fonts.bold)):
            file = Path(folder) / f"face{style}.ttf"
            file.write_bytes(subset(face, letters))
            faces.append((style, str(file)))
        while True:
            page = Pages(unit="pt", format="A4")
            page.set_margins(_MARGIN, _MARGIN, _MARGIN)
            page.c_margin = 0
            page.set_auto_page_break(True, _MARGIN)
            for style, name in faces:
                page.add_font(FAMILY, style, name)
            _describe(page, report)
            found: dict[str, int] = {}
            places = _written(page, report, page_of, found)
            content = bytes(page.output())  # it closes the faces, too
            if found == page_of:
                return content, places
            page_of = found


def _written(page: FPDF, report: Report, page_of: dict[str, int], found: dict[str, int]) -> list[_Place]:
    """Write all with the page numbers `page_of`; the true ones go into `found`."""
    contents = report.contents
    page.add_page()
    _front(page, report)
    entries = parts(report)
    links = {name: page.add_link() for name in entries}
    _entries(page, entries, page_of, links)

    def begin(name: str) -> None:
        page.add_page()
        found[name] = page.page_no()
        page.set_link(links[name], y=_MARGIN, page=page.page_no())
        page.start_section(writable(tidy(name)))
        _heading(page, name, _HEAD)

    if report.network:
        begin("Map")
        _drawing(page, report.network, report.fonts)
        _paragraph(page, report.network_says, _SMALL, _GREY)
    if report.growth:
        begin("Growth")
        page.image(io.BytesIO(report.growth), w=_WIDTH, alt_text=writable(contents.growth_says))
        page.ln(_GAP)
        _paragraph(page, contents.growth_says)
    for number, sheet in enumerate(report.series):
        if number:
            page.add_page()
        else:
            begin("Timeline")
        _drawing(page, sheet, report.fonts)
    places = []
    for one in report.chapters:
        begin(called(one))
        places += _chapter(page, one)
    begin("Methods")
    for name, text in contents.methods:
        _heading(page, name, 11.0)
        _paragraph(page, text)
    if report.credits:
        begin("Credits")
        for line in report.credits:
            _paragraph(page, line)
    return places


def _front(page: FPDF, report: Report) -> None:
    page.set_y(200)
    _paragraph(page, report.contents.title, _TITLE, bold=True)
    page.ln(_GAP)
    for line in front_lines(report):
        _paragraph(page, line, 11.0)


def _entries(page: FPDF, entries: Sequence[str], page_of: dict[str, int], links: dict[str, int]) -> None:
    page.add_page()
    _heading(page, "Contents", _HEAD)
    page.set_font(FAMILY, "", _TEXT)
    for name in entries:
        number = str(page_of.get(name, ""))
        page.cell(_WIDTH - 30, _ENTRY, _cut(page, writable(tidy(name)), _WIDTH - 30), link=links[name])
        page.cell(30, _ENTRY, number, align="R", link=links[name], new_x="LMARGIN", new_y="NEXT")


def _cut(page: FPDF, text: str, room: float) -> str:
    if page.get_string_width(text) <= room - 4:
        return text
    while text and page.get_string_width(f"{text}…") > room - 4:
        text = text[:-1]
    return f"{text}…"


def _chapter(page: FPDF, one: Drawn) -> list[_Place]:
    """What was found, and the room for the figure beneath it; on a page of its own where little is left."""
    for line in one.chapter.says:
        _paragraph(page, line)
    page.ln(_GAP / 2)
    if one.figure is None:
        _paragraph(page, f"No figure: {one.refused}", _TEXT, _GREY)
        return []
    if page.get_y() > _PAGE[1] / 2:
        page.add_page()
    return [(page.page_no() - 1, page.get_y(), one.figure)]


def _heading(page: FPDF, text: str, size: float) -> None:
    _paragraph(page, text, size, bold=True)
    page.ln(_GAP / 3)


def _paragraph(
    page: FPDF, text: str, size: float = _TEXT, ink: tuple[int, int, int] = _INK, *, bold: bool = False
) -> None:
    page.set_font(FAMILY, "B" if bold else "", size)
    page.set_text_color(*ink)
    page.multi_cell(_WIDTH, size * _LINE, writable(tidy(text)), align="L", new_x="LMARGIN", new_y="NEXT")
    page.ln(size * 0.35)


def _drawing(page: FPDF, drawing: Drawing, fonts: Fonts) -> None:
    """A drawing as wide as the text, where the pen is."""
    unit = _WIDTH / drawing.width_px
    draw_items(page, drawing, fonts, unit, (_MARGIN, page.get_y()))
    page.set_y(page.get_y() + drawing.height_px * unit + _GAP)


def _letters(report: Report) -> str:
    contents = report.contents
    drawings = [*([report.network] if report.network else []), *report.series]
    said = [
        contents.title,
        *front_lines(report),
        *report.credits,
        report.network_says,
        contents.growth_says,
        *(text for pair in contents.methods for text in pair),
        *(text for one in report.chapters for text in (one.chapter.name, *one.chapter.says, one.refused)),
        *(item.text for one in drawings for item in one.items if isinstance(item, Text)),
        "MapGrowthTimelineMethodsCreditsContentsNo figure: 0123456789.…",
    ]
    return "".join(sorted(set(writable(tidy("".join(said))))))


def _describe(page: FPDF, report: Report) -> None:
    words = report.words
    page.set_creation_date(words.stamped)
    page.set_title(writable(words.title))
    page.set_author(writable(words.creator or words.credit))
    page.set_subject(writable(words.caption))
    page.set_lang("en")
    page.set_xmp_metadata(xmp(words))


# -- figures on pages ----------------------------------------------------------------------------------------


def _with_figures(pages: bytes, places: Sequence[_Place]) -> bytes:
    """The pages with each figure in its place, smaller where it would not fit."""
    from pypdf import PdfReader, PdfWriter, Transformation

    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(pages)))
    for number, top, file in places:
        (figure,) = PdfReader(io.BytesIO(file)).pages
        wide, high = float(figure.mediabox.width), float(figure.mediabox.height)
        scale = min(1.0, _WIDTH / wide, (_PAGE[1] - _MARGIN - top) / high)
        left = _MARGIN + (_WIDTH - wide * scale) / 2
        move: Any = Transformation().scale(scale).translate(left, _PAGE[1] - top - high * scale)
        writer.pages[number].merge_transformed_page(figure, move)
    file_out = io.BytesIO()
    writer.write(file_out)
    return file_out.getvalue()
