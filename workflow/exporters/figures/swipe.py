"""A page of its own on which a slider uncovers the later picture: opened from a disk, it asks for nothing else."""

from __future__ import annotations

import base64
import hashlib
import io
from importlib.resources import files
from string import Template
from typing import TYPE_CHECKING

from workflow.errors import InputRefused
from workflow.exporters.figures.faces import FAMILIES, face_rules
from workflow.exporters.figures.frames import marked_panel
from workflow.exporters.figures.sheet import Sheet
from workflow.exporters.xmltext import escaped

if TYPE_CHECKING:
    from PIL.Image import Image

__all__ = ["to_swipe"]

_WIDTH_PX, _JPEG_QUALITY = 1600, 88
_CONTROL = "Share of the earlier picture"
_SYNTHETIC = '<span class="plate synthetic">SYNTHETIC</span>'


def to_swipe(sheet: Sheet) -> bytes:
    """The first and the last panel on one another, their dates on them, caption and credit beneath.

    A policy in the page lets nothing run or load but what the page itself brings; every text is escaped.

    Raises
    ------
    InputRefused
        when there are not two panels of one extent.
    """
    if len(sheet.panels) < 2:
        raise InputRefused("Figure", "has one panel, and a swipe needs two", "give --before and --after")
    last = len(sheet.panels) - 1
    first, other = sheet.spec.panels[0], sheet.spec.panels[last]
    if first.extent != other.extent or (first.on_map and sheet.spec.metres_per_px is None):
        raise InputRefused(
            "Figure",
            "shows pictures of different extent, which cannot be swiped",
            "choose captures on the map, or stills that are aligned, with --before and --after, or another format",
        )
    before, after = (marked_panel(sheet, number, _WIDTH_PX) for number in (0, last))
    page = Template(_part("swipe.html"))
    said = _words(sheet, last)
    words = {key: escaped(text) for key, text in said.items()}
    style, script = _faces(sheet, said) + _part("swipe.css"), _part("swipe.js")
    return page.substitute(
        words,
        style=style,
        script=script,
        style_hash=_hash(style),
        script_hash=_hash(script),
        control=_CONTROL,
        width=before.width,
        height=before.height,
        before=_picture(before),
        after=_picture(after),
        before_synthetic=_SYNTHETIC if sheet.spec.panels[0].synthetic else "",
        after_synthetic=_SYNTHETIC if sheet.spec.panels[last].synthetic else "",
    ).encode()


def _words(sheet: Sheet, last: int) -> dict[str, str]:
    words, spec = sheet.words, sheet.spec
    first, then = (_label(sheet, number) for number in (0, last))
    return {
        "title": words.title,
        "alt": words.alt,
        "caption": words.caption,
        "credit": spec.credit,
        "notes": " · ".join(one for one in (spec.coordinates, " ".join(spec.notes)) if one),
        "before_label": first,
        "after_label": then,
    }


def _faces(sheet: Sheet, said: dict[str, str]) -> str:
    """The figure's own faces with the characters of the page: a reader's machine may have none for Hangul."""
    bold = "".join(said[key] for key in ("title", "before_label", "after_label")) + "SYNTHETIC"
    regular = "".join(said[key] for key in ("caption", "credit", "notes")) + _CONTROL
    return face_rules(sheet.fonts, regular, bold) + f"body{{font-family:{FAMILIES}}}\n"


def _label(sheet: Sheet, number: int) -> str:
    panel = sheet.spec.panels[number]
    return f"{panel.date_label} · {panel.state}" if panel.state else panel.date_label


def _part(name: str) -> str:
    return (files("workflow.exporters.figures") / name).read_text(encoding="utf-8")


def _hash(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"


def _picture(picture: Image) -> str:
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=_JPEG_QUALITY, subsampling=0, optimize=True)
    return f"data:image/jpeg;base64,{base64.b64encode(file.getvalue()).decode()}"
