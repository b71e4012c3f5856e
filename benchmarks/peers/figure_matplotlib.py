"""The same before/after figure drawn with matplotlib: pictures, plates, a mark, scale bar, caption, PNG."""

from __future__ import annotations

import io
from typing import Any

import matplotlib as mpl

mpl.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
from matplotlib import font_manager, patheffects
from matplotlib.patches import Rectangle

from workflow.exporters.figures import Sheet
from workflow.figure import PanelImage, Polygon, Polyline, Rect, Text


def faces(sheet: Sheet) -> dict[bool, Any]:
    """The same two typefaces."""
    for path in (sheet.fonts.regular, sheet.fonts.bold):
        font_manager.fontManager.addfont(str(path))
    return {
        bold: font_manager.FontProperties(fname=str(path))
        for bold, path in ((False, sheet.fonts.regular), (True, sheet.fonts.bold))
    }


def figure_png(sheet: Sheet, fonts: dict[bool, Any]) -> bytes:
    """What a script with matplotlib does for this figure."""
    drawing = sheet.drawing
    width, height, dpi = drawing.width_px, drawing.height_px, drawing.dpi
    figure = plt.figure(figsize=(width / dpi, height / dpi), dpi=dpi, facecolor="white")
    page = figure.add_axes((0, 0, 1, 1))
    page.set_xlim(0, width)
    page.set_ylim(height, 0)
    page.axis("off")
    for number, item in enumerate(drawing.items):
        how: dict[str, Any] = {"zorder": number}
        match item:
            case PanelImage(panel, box):
                picture = np.moveaxis(sheet.panels[panel].rgb, 0, -1)
                extent = (box.left, box.right, box.bottom, box.top)
                page.imshow(picture, extent=extent, interpolation="lanczos", aspect="auto", **how)
            case Rect(box, fill, opacity):
                colour = tuple(level / 255 for level in fill)
                area = Rectangle(
                    (box.left, box.top), box.width, box.height, facecolor=colour, alpha=opacity, lw=0, **how
                )
                page.add_patch(area)
            case Polygon(points, fill):
                page.fill(*zip(*points, strict=True), color=_colour(fill), lw=0, **how)
            case Polyline(points, line_px, ink, _, halo_px, halo):
                xs, ys = zip(*points, strict=True)
                rim = patheffects.withStroke(
                    linewidth=(line_px + 2 * halo_px) * 72 / dpi, foreground=_colour(halo)
                )
                effects = [rim] if halo_px else None
                page.plot(xs, ys, color=_colour(ink), lw=line_px * 72 / dpi, path_effects=effects, **how)
            case Text():
                rim = patheffects.withStroke(
                    linewidth=2 * item.halo_px * 72 / dpi, foreground=_colour(item.halo)
                )
                face = fonts[item.bold].copy()
                face.set_size(item.size_px * 72 / dpi)
                page.text(
                    item.x,
                    item.baseline,
                    item.text,
                    fontproperties=face,
                    color=_colour(item.ink),
                    va="baseline",
                    path_effects=[rim] if item.halo_px else None,
                    parse_math=False,
                    **how,
                )
    page.set_xlim(0, width)
    page.set_ylim(height, 0)
    file = io.BytesIO()
    figure.savefig(file, dpi=dpi, format="png")
    plt.close(figure)
    return file.getvalue()


def _colour(rgb: tuple[int, int, int]) -> tuple[float, ...]:
    return tuple(level / 255 for level in rgb)
