"""The characters that a figure needs, cut out of the typefaces: kilobytes in place of megabytes."""

from __future__ import annotations

import io
from functools import lru_cache
from pathlib import Path

from workflow.figure import Drawing, Text

__all__ = ["subset", "used"]


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
