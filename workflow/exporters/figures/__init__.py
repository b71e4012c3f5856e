"""Figures as files: one writer a format, each from the same `Sheet`; same sheet and packages, same bytes."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import cast

from workflow.exporters.figures.sheet import Sheet, Words

__all__ = ["SUFFIXES", "Sheet", "Words", "suffix_of", "write"]

Writer = Callable[[Sheet], bytes]

# module and function, imported when they are needed: `--help` stays quick
_WRITERS = {
    ".png": ("raster", "to_png"),
    ".tif": ("raster", "to_tiff"),
    ".tiff": ("raster", "to_tiff"),
    ".jpg": ("raster", "to_jpeg"),
    ".jpeg": ("raster", "to_jpeg"),
    ".svg": ("svg", "to_svg"),
    ".pdf": ("pdf", "to_pdf"),
    ".pptx": ("slides", "to_pptx"),
    ".docx": ("document", "to_docx"),
    ".gif": ("moving", "to_gif"),
    ".mp4": ("moving", "to_mp4"),
    ".html": ("swipe", "to_swipe"),
    ".kmz": ("ground", "to_kmz"),
    ".geo.tif": ("ground", "to_geotiff"),
}
SUFFIXES = tuple(_WRITERS)


def suffix_of(name: str) -> str:
    """The one of `SUFFIXES` that a file name ends in, the longest first; "" for none."""
    lower = name.lower()
    return max((one for one in SUFFIXES if lower.endswith(one)), key=len, default="")


def write(sheet: Sheet, suffix: str) -> bytes:
    """The file of a figure; `suffix` is one of `SUFFIXES`.

    Raises
    ------
    InputRefused
        when the figure cannot have that format: a swipe of one panel, a map overlay without coordinates.
    """
    module, name = _WRITERS[suffix]
    writer = cast(Writer, getattr(import_module(f"workflow.exporters.figures.{module}"), name))
    return writer(sheet)
