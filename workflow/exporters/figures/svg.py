"""SVG: marks are vectors, words are text in a face that the file carries, panels are pictures in it."""

from __future__ import annotations

import base64
import io
from collections.abc import Iterable

from workflow.exporters.figures.faces import FAMILIES, face_rules, used
from workflow.exporters.figures.metadata import xmp
from workflow.exporters.figures.sheet import Sheet
from workflow.exporters.png import hatching, panel_picture
from workflow.exporters.xmltext import escaped
from workflow.figure import Box, Hatch, Item, PanelImage, Polygon, Polyline, Rect, Text
from workflow.figure.drawing import Rgb

__all__ = ["to_svg"]

_JPEG_QUALITY = 92


def to_svg(sheet: Sheet) -> bytes:
    """The figure as one SVG file that asks for nothing outside it."""
    drawing, words = sheet.drawing, sheet.words
    width_mm, height_mm = (size * 25.4 / drawing.dpi for size in (drawing.width_px, drawing.height_px))
    clips = list(dict.fromkeys(one.clip for one in drawing.items if isinstance(one, Polyline | Polygon)))
    parts = [_item(item, sheet, clips) for item in drawing.items]
    faces = face_rules(sheet.fonts, *(used(drawing, bold=bold) for bold in (False, True)))
    text = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_n(width_mm)}mm" height="{_n(height_mm)}mm" '
        f'viewBox="0 0 {drawing.width_px} {drawing.height_px}" role="img" aria-labelledby="title alt">'
        f'<title id="title">{escaped(words.title)}</title><desc id="alt">{escaped(words.alt)}</desc>'
        f"<metadata>{xmp(words)}</metadata>"
        f"<style>{faces}text{{font-family:{FAMILIES};font-kerning:none;white-space:pre}}"
        "text,polyline{stroke-linejoin:round;stroke-linecap:round}polyline{fill:none}</style>"
        f"<defs>{''.join(_clip(number, box) for number, box in enumerate(clips))}</defs>"
        f"{''.join(parts)}</svg>\n"
    )
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{text}'.encode()


def _clip(number: int, box: Box) -> str:
    return f'<clipPath id="clip{number}"><rect {_area(box)}/></clipPath>'


def _item(item: Item, sheet: Sheet, clips: list[Box]) -> str:
    match item:
        case PanelImage(panel, box):
            size = (max(1, round(box.width)), max(1, round(box.height)))
            picture = panel_picture(sheet.panels[panel], size, sheet.drawing.dpi)
            return _image(box, picture, "JPEG", quality=_JPEG_QUALITY, subsampling=0)
        case Hatch(box):
            size = (max(1, round(box.width)), max(1, round(box.height)))
            return _image(box, hatching(*size, sheet.drawing.dpi), "PNG")
        case Rect(box, fill, opacity):
            see_through = f' fill-opacity="{_n(opacity)}"' if opacity < 1 else ""
            return f'<rect {_area(box)} fill="{_colour(fill)}"{see_through}/>'
        case Polygon(points, fill, clip):
            where = f'clip-path="url(#clip{clips.index(clip)})"'
            return f'<polygon points="{_points(points)}" fill="{_colour(fill)}" {where}/>'
        case Polyline():
            return _stroke(item, clips)
        case Text():
            return _text(item, sheet)


def _stroke(line: Polyline, clips: list[Box]) -> str:
    points = _points(line.points)
    inks = [(line.width_px + 2 * line.halo_px, line.halo)] if line.halo_px else []
    strokes = "".join(
        f'<polyline points="{points}" stroke="{_colour(ink)}" stroke-width="{_n(width)}"/>'
        for width, ink in (*inks, (line.width_px, line.ink))
    )
    return f'<g clip-path="url(#clip{clips.index(line.clip)})">{strokes}</g>'


def _text(text: Text, sheet: Sheet) -> str:
    """A line of text, kept at the width that it was measured with where another face stands in."""
    if not text.text:
        return ""
    width = sheet.fonts.measure(text.text, text.size_px, text.bold)
    rim = (
        f' stroke="{_colour(text.halo)}" stroke-width="{_n(2 * text.halo_px)}" paint-order="stroke"'
        if text.halo_px
        else ""
    )
    weight = 700 if text.bold else 400
    return (
        f'<text x="{_n(text.x)}" y="{_n(text.baseline)}" font-size="{_n(text.size_px)}" '
        f'font-weight="{weight}" textLength="{_n(width)}" lengthAdjust="spacingAndGlyphs" '
        f'fill="{_colour(text.ink)}"{rim}>{escaped(text.text)}</text>'
    )


# -- attributes ----------------------------------------------------------------------------------------------


def _image(box: Box, picture: object, kind: str, **how: object) -> str:
    file = io.BytesIO()
    picture.save(file, kind, **how)  # type: ignore[attr-defined]
    data = _data(f"image/{kind.lower()}", file.getvalue())
    return f'<image {_area(box)} preserveAspectRatio="none" href="{data}"/>'


def _data(kind: str, content: bytes) -> str:
    return f"data:{kind};base64,{base64.b64encode(content).decode()}"


def _area(box: Box) -> str:
    return f'x="{_n(box.left)}" y="{_n(box.top)}" width="{_n(box.width)}" height="{_n(box.height)}"'


def _points(points: Iterable[tuple[float, float]]) -> str:
    return " ".join(f"{_n(x)},{_n(y)}" for x, y in points)


def _colour(rgb: Rgb) -> str:
    return "#{:02x}{:02x}{:02x}".format(*rgb)


def _n(value: float) -> str:
    return f"{value:.3f}".rstrip("0").rstrip(".")
