"""The typefaces within a DOCX, cut to its characters: Hangul is shown where no installed face has it.

ECMA-376 part 4, "Font Embedding": the first 32 bytes of a font are veiled with its key, so that it is not installed by
chance. The key follows from the font, so the same words give the same bytes.
"""

from __future__ import annotations

import hashlib
import io
from itertools import chain, cycle
from pathlib import Path
from typing import Any
from uuid import UUID

from workflow.exporters.figures.faces import subset
from workflow.exporters.figures.properties import FACES
from workflow.fonts import Fonts

__all__ = ["FAMILY", "embed", "set_family"]

FAMILY = "Noto Sans KR"
_VEILED = 32
_TYPE = "application/vnd.openxmlformats-officedocument.obfuscatedFont"
# printable Latin-1: numbers of pages come from the program, and a line can be edited
_LATIN = "".join(map(chr, chain(range(0x20, 0x7F), range(0xA0, 0x100))))
# what a face says that it covers: names in OS/2, and in the table of fonts
_RANGES = {
    **{f"ulUnicodeRange{number}": f"usb{number - 1}" for number in range(1, 5)},
    **{f"ulCodePageRange{number}": f"csb{number - 1}" for number in range(1, 3)},
}


def set_family(font: Any) -> None:
    """Let a style name the embedded family, whatever its theme says."""
    from docx.oxml.ns import qn

    font.name = FAMILY
    fonts = font.element.rPr.rFonts
    for key in ("w:asciiTheme", "w:hAnsiTheme", "w:eastAsiaTheme", "w:cstheme"):
        fonts.attrib.pop(qn(key), None)
    fonts.set(qn("w:eastAsia"), FAMILY)


def embed(document: Any, fonts: Fonts) -> None:
    """Bring both faces with the characters of `document`, which is complete but for them."""
    from docx.opc.constants import RELATIONSHIP_TYPE
    from docx.opc.oxml import serialize_part_xml
    from docx.oxml import OxmlElement, parse_xml
    from docx.oxml.ns import qn

    text = "".join(sorted({*_LATIN, *_shown(document)}))
    part = document.part.part_related_by(RELATIONSHIP_TYPE.FONT_TABLE)
    table = parse_xml(part.blob)
    table.append(parse_xml(_entry(part, fonts, text)))
    part._blob = serialize_part_xml(table)
    zoom = document.settings.element.find(qn("w:zoom"))
    zoom.addnext(OxmlElement("w:saveSubsetFonts"))
    zoom.addnext(OxmlElement("w:embedTrueTypeFonts"))


def _entry(table: Any, fonts: Fonts, text: str) -> str:
    """The family in the table of fonts; a program that takes no embedded font tries its other name."""
    from docx.oxml.ns import nsdecls

    links = "".join(
        f'<w:embed{kind} {_link(table, number, _cut(path, text))} w:subsetted="1"/>'
        for number, (kind, path) in enumerate((("Regular", fonts.regular), ("Bold", fonts.bold)), 1)
    )
    return (
        f'<w:font {nsdecls("w", "r")} w:name="{FAMILY}"><w:altName w:val="{FACES[1]}"/><w:charset w:val="81"/>'
        f'<w:family w:val="swiss"/><w:pitch w:val="variable"/><w:sig {_signature(fonts.regular)}/>{links}</w:font>'
    )


def _link(table: Any, number: int, face: bytes) -> str:
    """A part of its own for the face, and the attributes that lead to it."""
    from docx.opc.constants import RELATIONSHIP_TYPE
    from docx.opc.packuri import PackURI
    from docx.opc.part import Part

    key = UUID(bytes=hashlib.sha256(face).digest()[:16], version=5)
    part = Part(PackURI(f"/word/fonts/font{number}.odttf"), _TYPE, _veiled(face, key), table.package)
    link = table.relate_to(part, RELATIONSHIP_TYPE.FONT)
    return f'r:id="{link}" w:fontKey="{{{str(key).upper()}}}"'


def _shown(document: Any) -> str:
    """All words of the body, text boxes included."""
    from docx.oxml.ns import qn

    return "".join(one.text or "" for one in document.element.iter(qn("w:t")))


def _cut(path: Path, text: str) -> bytes:
    """The face with `text` alone, still marked as one for Korean, which a few characters would not make it."""
    from fontTools.ttLib import TTFont

    with (
        TTFont(path, recalcTimestamp=False, lazy=True) as whole,
        TTFont(io.BytesIO(subset(path, text)), recalcTimestamp=False) as font,
    ):
        for name in _RANGES:
            setattr(font["OS/2"], name, getattr(whole["OS/2"], name))
        out = io.BytesIO()
        font.save(out)
    return out.getvalue()


def _signature(path: Path) -> str:
    from fontTools.ttLib import TTFont

    with TTFont(path, lazy=True) as font:
        return " ".join(f'w:{key}="{getattr(font["OS/2"], name):08X}"' for name, key in _RANGES.items())


def _veiled(face: bytes, key: UUID) -> bytes:
    head = bytes(one ^ veil for one, veil in zip(face[:_VEILED], cycle(key.bytes[::-1]), strict=False))
    return head + face[_VEILED:]
