"""PPTX: the figure on a slide of its size; pictures, marks and words are shapes that can be edited."""

from __future__ import annotations

import io
import math
from collections.abc import Iterator
from typing import Any

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
    solid,
    to_shapes,
)
from workflow.exporters.figures.sheet import Sheet, without_caption
from workflow.exporters.xmltext import escaped, writable
from workflow.figure import Box
from workflow.figure.typeset import tidy

__all__ = ["to_pptx"]

_BLANK = 6
_CAPTION_PT, _CAPTION_INK, _MARGIN_IN = 8.5, (17, 17, 17), 0.12
_SPACES = (
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
    'xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
)


def to_pptx(sheet: Sheet) -> bytes:
    """One slide; the caption is a text box that wraps by itself."""
    import pptx
    from pptx.oxml import parse_xml

    drawing = without_caption(sheet)
    unit = emu(drawing)
    width, height = round(drawing.width_px * unit), round(drawing.height_px * unit)
    deck: Any = pptx.Presentation()
    slide = deck.slides.add_slide(deck.slide_layouts[_BLANK])
    parts = [
        xml
        for number, shape in enumerate(to_shapes(sheet, drawing))
        for xml in _xml(slide, shape, number * 100 + 2)
    ]
    if sheet.spec.caption:
        box = _caption_box(sheet, width, height)
        height = round(box.bottom + _MARGIN_IN * 914400)
        parts.append(_caption(sheet, box))
    deck.slide_width, deck.slide_height = width, height
    for xml in parts:
        slide.shapes._spTree.append(parse_xml(xml))  # the library's own place for more
    describe(deck.core_properties, sheet.words)
    file = io.BytesIO()
    deck.save(file)
    return repacked(file.getvalue())


def _xml(slide: Any, shape: Shape, number: int) -> Iterator[str]:
    match shape:
        case Picture(name, alt, box, content):
            _, link = slide.part.get_or_add_image_part(io.BytesIO(content))
            yield (
                f'<p:pic {_SPACES}><p:nvPicPr><p:cNvPr id="{number}" name="{name}" descr="{escaped(alt)}"/>'
                '<p:cNvPicPr><a:picLocks noChangeAspect="1"/></p:cNvPicPr><p:nvPr/></p:nvPicPr>'
                f'<p:blipFill><a:blip r:embed="{link}"/><a:stretch><a:fillRect/></a:stretch></p:blipFill>'
                f"<p:spPr>{rectangle(box)}</p:spPr></p:pic>"
            )
        case Mark(name, (part,), _):
            yield _mark(name, number, part)
        case Mark(name, parts, box):
            inside = "".join(_mark(name, number + 1 + at, part) for at, part in enumerate(parts))
            yield (
                f'<p:grpSp {_SPACES}><p:nvGrpSpPr><p:cNvPr id="{number}" name="{name}" descr="{name}"/><p:cNvGrpSpPr/>'
                f"<p:nvPr/></p:nvGrpSpPr><p:grpSpPr>{group_transform(box)}</p:grpSpPr>{inside}</p:grpSp>"
            )
        case Label():
            yield _label(shape, number)


def _mark(name: str, number: int, part: str) -> str:
    return (
        f'<p:sp {_SPACES}><p:nvSpPr><p:cNvPr id="{number}" name="{name}" descr="{name}"/>'
        f"<p:cNvSpPr/><p:nvPr/></p:nvSpPr><p:spPr>{part}</p:spPr></p:sp>"
    )


def _label(label: Label, number: int) -> str:
    rim = (
        f'<a:effectLst><a:glow rad="{round(label.rim)}"><a:srgbClr val="{hexed(label.halo)}"/></a:glow></a:effectLst>'
        if label.rim
        else ""
    )
    how = f'lang="en-US" sz="{round(label.size_pt * 100)}" b="{int(label.bold)}"'
    run = f"<a:rPr {how}>{solid(label.ink)}{rim}{_face()}</a:rPr>"
    lines = f"<a:br>{run}</a:br>".join(f"<a:r>{run}<a:t>{escaped(line)}</a:t></a:r>" for line in label.lines)
    spacing = f'<a:pPr><a:lnSpc><a:spcPts val="{round(label.leading_pt * 100)}"/></a:lnSpc></a:pPr>'
    return _text_box("Text", number, label.box, f"<a:p>{spacing}{lines}</a:p>", wrap="none", anchor="ctr")


def _face() -> str:
    return f'<a:latin typeface="{FACES[0]}"/><a:ea typeface="{FACES[1]}"/>'


def _text_box(name: str, number: int, box: Box, paragraphs: str, *, wrap: str, anchor: str) -> str:
    how = f'wrap="{wrap}" lIns="0" tIns="0" rIns="0" bIns="0" anchor="{anchor}" rtlCol="0"'
    body = f"<a:bodyPr {how}><a:noAutofit/></a:bodyPr>"
    return (
        f'<p:sp {_SPACES}><p:nvSpPr><p:cNvPr id="{number}" name="{name}"/><p:cNvSpPr txBox="1"/><p:nvPr/></p:nvSpPr>'
        f"<p:spPr>{rectangle(box)}<a:noFill/></p:spPr>"
        f"<p:txBody>{body}<a:lstStyle/>{paragraphs}</p:txBody></p:sp>"
    )


# -- the caption ---------------------------------------------------------------------------------------------


def _caption_box(sheet: Sheet, width: int, top: int) -> Box:
    """Room for the caption at the bottom of the slide, a tenth more than the figure's own face needs."""
    margin = _MARGIN_IN * 914400
    room = width - 2 * margin
    long = sheet.fonts.measure(f"{sheet.spec.lead} {sheet.spec.caption}", _CAPTION_PT, False) * 12700 * 1.1
    height = math.ceil(long / room) * _CAPTION_PT * 1.3 * 12700
    return Box(margin, top, width - margin, top + height)


def _caption(sheet: Sheet, box: Box) -> str:
    def run(text: str, bold: int) -> str:
        how = f'lang="en-US" sz="{round(_CAPTION_PT * 100)}" b="{bold}"'
        return f"<a:r><a:rPr {how}>{solid(_CAPTION_INK)}{_face()}</a:rPr><a:t>{escaped(text)}</a:t></a:r>"

    text = f"<a:p>{run(f'{sheet.spec.lead} ', 1)}{run(tidy(writable(sheet.spec.caption)), 0)}</a:p>"
    return _text_box("Caption", 2_000_000, box, text, wrap="square", anchor="t")
