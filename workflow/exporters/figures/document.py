"""DOCX: the figure as one group of shapes that can be edited, in the line of text, its caption beneath."""

from __future__ import annotations

import io
from typing import Any

from workflow.exporters.figures.embedding import FAMILY, embed, set_family
from workflow.exporters.figures.packing import repacked
from workflow.exporters.figures.properties import FACES, describe
from workflow.exporters.figures.shapes import (
    Label,
    Mark,
    Picture,
    Shape,
    emu,
    group_transform,
    hexed,
    rectangle,
    to_shapes,
)
from workflow.exporters.figures.sheet import Sheet, without_caption
from workflow.exporters.xmltext import escaped, writable
from workflow.figure import Box
from workflow.figure.typeset import tidy

__all__ = ["to_docx"]

_MARGIN_MM, _PAGE_MM = 20.0, (210.0, 297.0)
_CAPTION_PT, _INK = 9, (17, 17, 17)
_SPACES = " ".join(
    f'xmlns:{name}="{address}"'
    for name, address in {
        "w": "http://schemas.openxmlformats.org/wordprocessingml/2006/main",
        "wp": "http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing",
        "a": "http://schemas.openxmlformats.org/drawingml/2006/main",
        "pic": "http://schemas.openxmlformats.org/drawingml/2006/picture",
        "r": "http://schemas.openxmlformats.org/officeDocument/2006/relationships",
        "mc": "http://schemas.openxmlformats.org/markup-compatibility/2006",
        "wps": "http://schemas.microsoft.com/office/word/2010/wordprocessingShape",
        "wpg": "http://schemas.microsoft.com/office/word/2010/wordprocessingGroup",
        "w14": "http://schemas.microsoft.com/office/word/2010/wordml",
    }.items()
)
_GROUP = "http://schemas.microsoft.com/office/word/2010/wordprocessingGroup"


def to_docx(sheet: Sheet) -> bytes:
    """One page with the figure and its caption, wide enough for it."""
    import docx
    from docx.oxml import parse_xml
    from docx.shared import Mm

    drawing = without_caption(sheet)
    unit = emu(drawing)
    document: Any = docx.Document()
    size_mm = [side * 25.4 / drawing.dpi for side in (drawing.width_px, drawing.height_px)]
    section = document.sections[0]
    section.page_width = Mm(max(_PAGE_MM[0], size_mm[0] + 2 * _MARGIN_MM))
    section.page_height = Mm(max(_PAGE_MM[1], size_mm[1] + 2 * _MARGIN_MM + 60))
    section.left_margin = section.right_margin = section.top_margin = section.bottom_margin = Mm(_MARGIN_MM)
    whole = Box(0, 0, round(drawing.width_px * unit), round(drawing.height_px * unit))
    inside = "".join(
        _xml(document, shape, number * 100 + 2) for number, shape in enumerate(to_shapes(sheet, drawing))
    )
    paragraph = document.add_paragraph()
    paragraph.paragraph_format.keep_with_next = bool(sheet.spec.caption)
    paragraph.paragraph_format.space_after = 0
    paragraph.add_run()._r.append(parse_xml(_group(sheet, whole, inside)))
    if sheet.spec.caption:
        _caption(document, sheet)
    describe(document.core_properties, sheet.words)
    embed(document, sheet.fonts)
    file = io.BytesIO()
    document.save(file)
    return repacked(file.getvalue())


def _caption(document: Any, sheet: Sheet) -> None:
    from docx.shared import Pt, RGBColor

    font = document.styles["Caption"].font
    font.size, font.bold, font.color.rgb = Pt(_CAPTION_PT), False, RGBColor(*_INK)
    set_family(font)
    paragraph = document.add_paragraph(style="Caption")
    paragraph.add_run(f"{writable(sheet.spec.lead)} ").bold = True
    paragraph.add_run(tidy(writable(sheet.spec.caption)))


# -- shapes --------------------------------------------------------------------------------------------------


def _group(sheet: Sheet, whole: Box, inside: str) -> str:
    """The figure in the line of text; its alternative text is the group's."""
    extent = f'cx="{round(whole.width)}" cy="{round(whole.height)}"'
    words = sheet.words
    return (
        f'<mc:AlternateContent {_SPACES}><mc:Choice Requires="wpg"><w:drawing>'
        f'<wp:inline distT="0" distB="0" distL="0" distR="0"><wp:extent {extent}/>'
        f'<wp:docPr id="1" name="Figure" title="{escaped(words.title)}" descr="{escaped(words.alt)}"/>'
        f'<wp:cNvGraphicFramePr/><a:graphic><a:graphicData uri="{_GROUP}"><wpg:wgp><wpg:cNvGrpSpPr/>'
        f"<wpg:grpSpPr>{group_transform(whole)}</wpg:grpSpPr>{inside}</wpg:wgp></a:graphicData></a:graphic>"
        f"</wp:inline></w:drawing></mc:Choice></mc:AlternateContent>"
    )


def _xml(document: Any, shape: Shape, number: int) -> str:
    match shape:
        case Picture(name, alt, box, content):
            link, _ = document.part.get_or_add_image(io.BytesIO(content))
            return (
                f'<pic:pic><pic:nvPicPr><pic:cNvPr id="{number}" name="{name}" descr="{escaped(alt)}"/>'
                f'<pic:cNvPicPr/></pic:nvPicPr><pic:blipFill><a:blip r:embed="{link}"/>'
                f"<a:stretch><a:fillRect/></a:stretch></pic:blipFill><pic:spPr>{rectangle(box)}</pic:spPr></pic:pic>"
            )
        case Mark(name, (part,), _):
            return _mark(name, number, part)
        case Mark(name, parts, box):
            inside = "".join(_mark(name, number + 1 + at, part) for at, part in enumerate(parts))
            return (
                f'<wpg:grpSp><wpg:cNvPr id="{number}" name="{name}"/><wpg:cNvGrpSpPr/>'
                f"<wpg:grpSpPr>{group_transform(box)}</wpg:grpSpPr>{inside}</wpg:grpSp>"
            )
        case Label():
            return _label(shape, number)


def _mark(name: str, number: int, part: str) -> str:
    return (
        f'<wps:wsp><wps:cNvPr id="{number}" name="{name}"/><wps:cNvSpPr/><wps:spPr>{part}</wps:spPr>'
        "<wps:bodyPr/></wps:wsp>"
    )


def _label(label: Label, number: int) -> str:
    run = _run(label)
    spacing = (
        f'<w:spacing w:before="0" w:after="0" w:line="{round(label.leading_pt * 20)}" w:lineRule="exact"/>'
    )
    lines = "".join(
        f'<w:p><w:pPr>{spacing}</w:pPr><w:r>{run}<w:t xml:space="preserve">{escaped(line)}</w:t></w:r></w:p>'
        for line in label.lines
    )
    return (
        f'<wps:wsp><wps:cNvPr id="{number}" name="Text"/><wps:cNvSpPr txBox="1"/>'
        f"<wps:spPr>{rectangle(label.box)}<a:noFill/></wps:spPr>"
        f"<wps:txbx><w:txbxContent>{lines}</w:txbxContent></wps:txbx>"
        '<wps:bodyPr wrap="none" lIns="0" tIns="0" rIns="0" bIns="0" anchor="ctr"><a:noAutofit/></wps:bodyPr></wps:wsp>'
    )


def _run(label: Label) -> str:
    rim = (
        f'<w14:glow w14:rad="{round(label.rim)}"><w14:srgbClr w14:val="{hexed(label.halo)}"/></w14:glow>'
        if label.rim
        else ""
    )
    size = round(label.size_pt * 2)
    return (
        f'<w:rPr><w:rFonts w:ascii="{FAMILY}" w:hAnsi="{FAMILY}" w:cs="{FACES[0]}" w:eastAsia="{FAMILY}"/>'
        f'{"<w:b/>" if label.bold else ""}<w:color w:val="{hexed(label.ink)}"/>'
        f'<w:sz w:val="{size}"/><w:szCs w:val="{size}"/>{rim}</w:rPr>'
    )
