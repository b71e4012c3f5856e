"""PNG, TIFF and JPEG: the same picture, with its resolution, sRGB profile and XMP."""

from __future__ import annotations

import io

from workflow.exporters.figures.metadata import srgb_profile, xmp_packet
from workflow.exporters.figures.sheet import Sheet
from workflow.exporters.png import PNG_RUNS, render

__all__ = ["to_jpeg", "to_png", "to_tiff"]

_JPEG_QUALITY = 92
_DESCRIPTION, _ARTIST, _COPYRIGHT, _XMP = 270, 315, 33432, 700


def to_png(sheet: Sheet) -> bytes:
    """The figure as PNG."""
    from PIL.PngImagePlugin import PngInfo

    words = sheet.words
    chunks = PngInfo()
    texts = {
        "Title": words.title,
        "Description": f"{words.caption} {words.alt}".strip(),
        "Source": words.credit,
        "XML:com.adobe.xmp": xmp_packet(words).decode(),
    }
    for key, text in texts.items():
        chunks.add_itxt(key, text)
    return _saved(sheet, "PNG", pnginfo=chunks, compress_type=PNG_RUNS)


def to_jpeg(sheet: Sheet) -> bytes:
    """The figure as JPEG without colour subsampling, so that coloured marks stay sharp."""
    packet = xmp_packet(sheet.words)
    return _saved(sheet, "JPEG", quality=_JPEG_QUALITY, subsampling=0, optimize=True, xmp=packet)


def to_tiff(sheet: Sheet) -> bytes:
    """The figure as TIFF, compressed without loss."""
    from PIL.TiffImagePlugin import ImageFileDirectory_v2

    words = sheet.words
    tags = ImageFileDirectory_v2()
    tags.tagtype[_XMP] = 1  # bytes
    tags[_XMP] = xmp_packet(words)
    for tag, text in ((_DESCRIPTION, words.caption), (_ARTIST, words.creator), (_COPYRIGHT, words.credit)):
        if text:
            tags[tag] = text.encode(
                "ascii", "replace"
            ).decode()  # the tags know no other letters; XMP has them
    return _saved(sheet, "TIFF", compression="tiff_adobe_deflate", tiffinfo=tags)


def _saved(sheet: Sheet, kind: str, **how: object) -> bytes:
    file = io.BytesIO()
    dpi = (sheet.drawing.dpi, sheet.drawing.dpi)
    page = render(sheet.drawing, sheet.panels, sheet.fonts)
    page.save(file, kind, dpi=dpi, icc_profile=srgb_profile(), **how)
    return file.getvalue()
