"""A report as DOCX: headings that the program lists, figures as groups of shapes that can be edited."""

from __future__ import annotations

import copy
import io
from typing import TYPE_CHECKING, Any

from workflow.exporters.figures.embedding import embed, set_family
from workflow.exporters.figures.packing import repacked
from workflow.exporters.figures.properties import describe
from workflow.exporters.png import PNG_RUNS, render
from workflow.exporters.reports.content import Drawn, Report
from workflow.exporters.reports.words import called, front_lines, parts
from workflow.exporters.xmltext import writable
from workflow.figure.typeset import tidy

if TYPE_CHECKING:
    from workflow.figure import Drawing

__all__ = ["to_docx"]

_WIDTH_MM, _MARGIN_MM, _PAGE_MM = 170.0, 20.0, (210.0, 297.0)
_TEXT_PT, _SMALL_PT = 10, 8
_INK, _GREY = (17, 17, 17), (90, 90, 90)


def to_docx(report: Report) -> bytes:
    """The report on A4. Page numbers in its contents are fields: the program fills them in."""
    import docx

    document: Any = docx.Document()
    _page(document)
    _styles(document)
    contents = report.contents
    document.add_heading(_clean(contents.title), 0)
    for line in front_lines(report):
        _paragraph(document, line)
    marks = {name: f"part{number}" for number, name in enumerate(parts(report), 1)}
    _contents(document, marks)
    if report.network:
        _begin(document, "Map", marks)
        _drawing(document, report.network, report, f"Map of the sites. {report.network_says}")
        _paragraph(document, report.network_says, small=True)
    if report.growth:
        _begin(document, "Growth", marks)
        _picture(document, report.growth, f"Growth chart. {contents.growth_says}")
        _paragraph(document, contents.growth_says)
    for number, sheet in enumerate(report.series):
        if not number:
            _begin(document, "Timeline", marks)
        _drawing(document, sheet, report, "Timeline: a row a target, its pictures by what was said of it.")
    for one in report.chapters:
        _chapter(document, one, marks)
    _begin(document, "Methods", marks)
    for name, text in contents.methods:
        document.add_heading(_clean(name), 2)
        _paragraph(document, text)
    if report.credits:
        _begin(document, "Credits", marks)
        for line in report.credits:
            _paragraph(document, line)
    describe(document.core_properties, report.words)
    embed(document, report.fonts)
    file = io.BytesIO()
    document.save(file)
    return repacked(file.getvalue())


# -- the document --------------------------------------------------------------------------------------------


def _page(document: Any) -> None:
    from docx.shared import Mm

    section = document.sections[0]
    section.page_width, section.page_height = Mm(_PAGE_MM[0]), Mm(_PAGE_MM[1])
    section.left_margin = section.right_margin = section.top_margin = section.bottom_margin = Mm(_MARGIN_MM)
    foot = section.footer.paragraphs[0]
    foot.alignment = 1
    _field(foot, "PAGE")


def _styles(document: Any) -> None:
    """The faces that the file brings, in the ink of the figures."""
    from docx.shared import Pt, RGBColor

    sizes = {"Normal": _TEXT_PT, "Caption": 9, "Title": 24, "Heading 1": 15, "Heading 2": 11}
    for name, size in sizes.items():
        font = document.styles[name].font
        font.size, font.color.rgb = Pt(size), RGBColor(*_INK)
        font.bold = name.startswith("Heading")
        set_family(font)


def _contents(document: Any, marks: dict[str, str]) -> None:
    from docx.enum.text import WD_TAB_ALIGNMENT, WD_TAB_LEADER
    from docx.shared import Mm

    document.add_page_break()
    document.add_heading("Contents", 1)
    for name, mark in marks.items():
        paragraph = document.add_paragraph()
        paragraph.paragraph_format.space_after = 0
        stops = paragraph.paragraph_format.tab_stops
        stops.add_tab_stop(Mm(_WIDTH_MM), WD_TAB_ALIGNMENT.RIGHT, WD_TAB_LEADER.DOTS)
        link = _element("w:hyperlink", {"w:anchor": mark, "w:history": "1"})
        run = paragraph.add_run(_clean(name))._r
        paragraph._p.append(link)
        link.append(run)
        paragraph.add_run("\t")
        _field(paragraph, f"PAGEREF {mark} \\h")


def _begin(document: Any, name: str, marks: dict[str, str]) -> None:
    """A part on a new page, with the mark that the contents lead to."""
    heading = document.add_heading(_clean(name), 1)
    heading.paragraph_format.page_break_before = True
    number = marks[name].removeprefix("part")
    start = _element("w:bookmarkStart", {"w:id": number, "w:name": marks[name]})
    heading._p.insert(1 if heading._p.pPr is not None else 0, start)
    heading._p.append(_element("w:bookmarkEnd", {"w:id": number}))


def _chapter(document: Any, one: Drawn, marks: dict[str, str]) -> None:
    _begin(document, called(one), marks)
    for line in one.chapter.says:
        _paragraph(document, line)
    if one.figure is None:
        _paragraph(document, f"No figure: {one.refused}", small=True)
    else:
        _figure(document, one.figure, one.chapter.number)


def _figure(document: Any, file: bytes, number: int) -> None:
    """The paragraphs of a figure's own document, with the pictures that they show."""
    import docx
    from docx.oxml.ns import qn

    theirs: Any = docx.Document(io.BytesIO(file))
    end = document.element.body.sectPr
    for paragraph in theirs.paragraphs:
        ours = copy.deepcopy(paragraph._p)
        for one in ours.iter(qn("a:blip")):
            picture = theirs.part.related_parts[one.get(qn("r:embed"))].blob
            link, _ = document.part.get_or_add_image(io.BytesIO(picture))
            one.set(qn("r:embed"), link)
        for one in ours.iter(qn("wp:docPr")):
            one.set("id", str(10_000 + number))
        end.addprevious(ours)


def _drawing(document: Any, drawing: Drawing, report: Report, alt: str) -> None:
    file = io.BytesIO()
    render(drawing, (), report.fonts).save(
        file, "PNG", compress_type=PNG_RUNS, dpi=(drawing.dpi, drawing.dpi)
    )
    _picture(document, file.getvalue(), alt)


def _picture(document: Any, png: bytes, alt: str) -> None:
    from docx.shared import Mm

    shape = document.add_picture(io.BytesIO(png), width=Mm(_WIDTH_MM))
    shape._inline.docPr.set("descr", writable(alt))


def _paragraph(document: Any, text: str, *, small: bool = False) -> None:
    from docx.shared import Pt, RGBColor

    run = document.add_paragraph().add_run(_clean(text))
    if small:
        run.font.size, run.font.color.rgb = Pt(_SMALL_PT), RGBColor(*_GREY)


def _field(paragraph: Any, code: str) -> None:
    field = _element("w:fldSimple", {"w:instr": code})
    run = paragraph.add_run("")._r
    field.append(run)
    paragraph._p.append(field)


def _element(name: str, values: dict[str, str]) -> Any:
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    element = OxmlElement(name)
    for key, value in values.items():
        element.set(qn(key), value)
    return element


def _clean(text: str) -> str:
    return tidy(writable(text))
