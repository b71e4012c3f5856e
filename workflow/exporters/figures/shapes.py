"""A drawing list as shapes that office programs can edit, in the DrawingML that slides and documents share.

Lengths are English Metric Units (914400 an inch). Strokes are cut where the drawing clips them, as the format has no
clipping; lines of text that belong together become one box.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from workflow.exporters.figures.frames import lettered
from workflow.exporters.figures.sheet import Sheet
from workflow.exporters.png import hatching, panel_picture
from workflow.figure import Box, Drawing, Hatch, Item, PanelImage, Polygon, Polyline, Rect, Text
from workflow.figure.drawing import Point, Rgb

__all__ = [
    "Label",
    "Mark",
    "Picture",
    "Shape",
    "emu",
    "group_transform",
    "hexed",
    "rectangle",
    "solid",
    "to_shapes",
]

_JPEG_QUALITY = 92
_EMU_AN_INCH = 914400
# of a size: from one line to the next, and from the baseline to the middle of a line
_LEADING, _MIDDLE = 1.3, 0.36
_SPARE = 1.3


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture file in `box`; `alt` is its alternative text, empty for one that only decorates."""

    name: str
    alt: str
    box: Box
    content: bytes


@dataclass(frozen=True, slots=True)
class Mark:
    """Filled areas and strokes that move together: each the XML within ``spPr``."""

    name: str
    parts: tuple[str, ...]
    box: Box


@dataclass(frozen=True, slots=True)
class Label:
    """Lines of text in one box; `rim` is the width of its halo."""

    lines: tuple[str, ...]
    box: Box
    size_pt: float
    leading_pt: float
    bold: bool
    ink: Rgb
    rim: float
    halo: Rgb


Shape = Picture | Mark | Label


def emu(drawing: Drawing) -> float:
    """Units of a pixel."""
    return _EMU_AN_INCH / drawing.dpi


def solid(colour: Rgb, opacity: float = 1.0) -> str:
    """A fill of one colour."""
    alpha = f'<a:alpha val="{round(opacity * 100000)}"/>' if opacity < 1 else ""
    return f'<a:solidFill><a:srgbClr val="{hexed(colour)}">{alpha}</a:srgbClr></a:solidFill>'


def hexed(colour: Rgb) -> str:
    """Six hexadecimal digits."""
    return "{:02X}{:02X}{:02X}".format(*colour)


def to_shapes(sheet: Sheet, drawing: Drawing) -> Iterator[Shape]:
    """The shapes from the lowest to the topmost."""
    unit = emu(drawing)
    marks = 0
    for item in _joined(drawing.items):
        match item:
            case PanelImage(panel, box):
                size = (max(1, round(box.width)), max(1, round(box.height)))
                shown = panel_picture(sheet.panels[panel], size, drawing.dpi)
                yield Picture(f"Panel {panel + 1}", _told(sheet, panel), _units(box, unit), _jpeg(shown))
            case Hatch(box):
                size = (max(1, round(box.width)), max(1, round(box.height)))
                yield Picture("Hatching", "no data", _units(box, unit), _jpeg(hatching(*size, drawing.dpi)))
            case Rect(box, fill, opacity):
                area = _units(box, unit)
                frame = _transform(area) + '<a:prstGeom prst="rect"><a:avLst/></a:prstGeom>'
                yield Mark("Area", (f"{frame}{solid(fill, opacity)}<a:ln><a:noFill/></a:ln>",), area)
            case Polyline() | Polygon():
                parts = list(_cut(item, unit))
                if parts:
                    marks += 1
                    yield Mark(
                        f"Mark {marks}", tuple(xml for xml, _ in parts), _around(box for _, box in parts)
                    )
            case list():
                yield _label(item, unit, drawing.dpi)


def _told(sheet: Sheet, panel: int) -> str:
    shown = sheet.spec.panels[panel]
    words = f"{lettered(sheet, panel)}{shown.date_label}{f', {shown.state}' if shown.state else ''}"
    return f"{sheet.words.alt} {words}" if panel == 0 else words


def _jpeg(picture: object) -> bytes:
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=_JPEG_QUALITY, subsampling=0)  # type: ignore[attr-defined]
    return file.getvalue()


# -- strokes -------------------------------------------------------------------------------------------------


def _cut(item: Polyline | Polygon, unit: float) -> Iterator[tuple[str, Box]]:
    """The parts of a stroke or area that lie within its clip: XML and place, halos first."""
    paths = list(_clipped(item))
    if isinstance(item, Polygon):
        for path in paths:
            yield _path(path, unit, solid(item.fill), "<a:ln><a:noFill/></a:ln>", closed=True)
        return
    inks = [(item.width_px + 2 * item.halo_px, item.halo)] if item.halo_px else []
    for width, ink in (*inks, (item.width_px, item.ink)):
        for path in paths:
            if len(set(path)) == 1:
                yield _dot(path[0], width, unit, ink)
            else:
                line = f'<a:ln w="{round(width * unit)}" cap="rnd">{solid(ink)}<a:round/></a:ln>'
                yield _path(path, unit, "<a:noFill/>", line, closed=False)


def _clipped(item: Polyline | Polygon) -> Iterator[tuple[Point, ...]]:
    clip = item.clip
    if all(clip.left <= x <= clip.right and clip.top <= y <= clip.bottom for x, y in item.points):
        yield item.points
        return
    import shapely

    whole = shapely.Polygon(item.points) if isinstance(item, Polygon) else shapely.LineString(item.points)
    for part in shapely.get_parts(shapely.clip_by_rect(whole, clip.left, clip.top, clip.right, clip.bottom)):
        ring = part.exterior if part.geom_type == "Polygon" else part
        yield tuple((float(x), float(y)) for x, y in ring.coords)


def _path(points: Sequence[Point], unit: float, fill: str, line: str, *, closed: bool) -> tuple[str, Box]:
    places = [(round(x * unit), round(y * unit)) for x, y in points]
    box = _around(Box(x, y, x, y) for x, y in places)
    first, *rest = [f'<a:pt x="{x - round(box.left)}" y="{y - round(box.top)}"/>' for x, y in places]
    steps = f"<a:moveTo>{first}</a:moveTo>" + "".join(f"<a:lnTo>{one}</a:lnTo>" for one in rest)
    hollow = "" if closed else ' fill="none"'
    kind = f'w="{round(box.width)}" h="{round(box.height)}"{hollow}'
    shape = (
        "<a:custGeom><a:avLst/><a:gdLst/><a:ahLst/><a:cxnLst/>"
        '<a:rect l="0" t="0" r="r" b="b"/>'
        f"<a:pathLst><a:path {kind}>{steps}{'<a:close/>' if closed else ''}</a:path></a:pathLst></a:custGeom>"
    )
    return f"{_transform(box)}{shape}{fill}{line}", box


def _dot(place: Point, width: float, unit: float, ink: Rgb) -> tuple[str, Box]:
    x, y = place
    box = _units(Box(x - width / 2, y - width / 2, x + width / 2, y + width / 2), unit)
    shape = '<a:prstGeom prst="ellipse"><a:avLst/></a:prstGeom>'
    return f"{_transform(box)}{shape}{solid(ink)}<a:ln><a:noFill/></a:ln>", box


def _transform(box: Box) -> str:
    return f"<a:xfrm>{_offset(box)}</a:xfrm>"


def _offset(box: Box) -> str:
    return (
        f'<a:off x="{round(box.left)}" y="{round(box.top)}"/>'
        f'<a:ext cx="{round(box.width)}" cy="{round(box.height)}"/>'
    )


def rectangle(box: Box) -> str:
    """Place and outline of a rectangle."""
    return f'{_transform(box)}<a:prstGeom prst="rect"><a:avLst/></a:prstGeom>'


def group_transform(box: Box) -> str:
    """Of a group whose parts keep their own coordinates."""
    child = _offset(box).replace("a:off", "a:chOff").replace("a:ext", "a:chExt")
    return f"<a:xfrm>{_offset(box)}{child}</a:xfrm>"


def _units(box: Box, unit: float) -> Box:
    return Box(*(round(side * unit) for side in (box.left, box.top, box.right, box.bottom)))


def _around(boxes: Iterable[Box]) -> Box:
    every = list(boxes)
    return Box(
        min(one.left for one in every),
        min(one.top for one in every),
        max(one.right for one in every),
        max(one.bottom for one in every),
    )


# -- text ----------------------------------------------------------------------------------------------------


def _joined(items: Iterable[Item]) -> Iterator[Item | list[Text]]:
    """The items, lines of one block as one block."""
    block: list[Text] = []
    for item in items:
        if isinstance(item, Text) and item.text:
            if block and not _continues(block[-1], item):
                yield block
                block = []
            block.append(item)
            continue
        if block:
            yield block
            block = []
        yield item
    if block:
        yield block


def _continues(line: Text, after: Text) -> bool:
    """Whether `after` is the next line of the same block."""
    alike = (line.x, line.size_px, line.bold, line.ink) == (after.x, after.size_px, after.bold, after.ink)
    return alike and 0 < after.baseline - line.baseline < 1.8 * line.size_px


def _label(lines: Sequence[Text], unit: float, dpi: int) -> Label:
    first, last = lines[0], lines[-1]
    size = first.size_px
    leading = lines[1].baseline - first.baseline if len(lines) > 1 else size * _LEADING
    # a line of its own height around each baseline: whatever face stands in, it sits about where it should
    middle = (first.baseline + last.baseline) / 2 - size * _MIDDLE
    height = leading * len(lines)
    # room for a wider face that stands in, so that nothing wraps or is cut
    right = first.x + max(one.box.right - first.x for one in lines) * _SPARE
    box = Box(first.x, middle - height / 2, right, middle + height / 2)
    return Label(
        tuple(one.text for one in lines),
        _units(box, unit),
        size * 72 / dpi,
        leading * 72 / dpi,
        first.bold,
        first.ink,
        first.halo_px * unit,
        first.halo,
    )
