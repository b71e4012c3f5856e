"""The characters that a figure needs, cut out of the typefaces: kilobytes in place of megabytes."""

from __future__ import annotations

import base64
import io
from functools import lru_cache
from pathlib import Path

from workflow.figure import Drawing, Text
from workflow.fonts import Fonts

__all__ = ["FAMILIES", "face_rules", "subset", "used"]

_FAMILY = "sitetrack figure"
FAMILIES = f"'{_FAMILY}','Noto Sans KR','Noto Sans CJK KR','Malgun Gothic','Apple SD Gothic Neo',sans-serif"


def used(drawing: Drawing, *, bold: bool) -> str:
    """The characters that a drawing sets in one of its faces, each once, in order."""
    lines = [one.text for one in drawing.items if isinstance(one, Text) and one.bold is bold]
    return "".join(sorted(set("".join(lines))))


@lru_cache(maxsize=16)
def subset(face: Path, text: str) -> bytes:
    """A TrueType face with the characters of `text` alone; the same text gives the same bytes."""
    from fontTools.subset import Options, Subsetter
    from fontTools.ttLib import TTFont

    options = Options(
        layout_features=[],
        hinting=False,
        notdef_outline=True,
        drop_tables=["GSUB", "GPOS", "GDEF", "BASE", "STAT", "vhea", "vmtx"],
    )
    with TTFont(face, recalcTimestamp=False, lazy=True) as font:
        cutter = Subsetter(options)
        cutter.populate(unicodes=sorted({ord(char) for char in text}))
        cutter.subset(font)
        out = io.BytesIO()
        font.save(out)
    return out.getvalue()


def face_rules(fonts: Fonts, regular: str, bold: str) -> str:
    """CSS that brings both faces with these characters: the first family of `FAMILIES`."""
    rules = []
    for letters, path, weight in ((regular, fonts.regular, 400), (bold, fonts.bold, 700)):
        if letters:
            data = base64.b64encode(subset(path, "".join(sorted(set(letters))))).decode()
            rules.append(
                f"@font-face{{font-family:'{_FAMILY}';font-weight:{weight};"
                f"src:url(data:font/ttf;base64,{data}) format('truetype')}}"
            )
    return "".join(rules)
