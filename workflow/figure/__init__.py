"""Figures as pure values: a recipe (`FigureSpec`) becomes a list of things to draw (`Drawing`).

No pixels, no files, no clock. The widths of text come in as a function, so that the same recipe and the same
typeface give the same list everywhere.
"""

from __future__ import annotations

from workflow.figure.drawing import (
    Box,
    Drawing,
    Hatch,
    Item,
    PanelImage,
    Polygon,
    Polyline,
    Rect,
    Text,
)
from workflow.figure.house import HouseStyle, house_style
from workflow.figure.layout import lay_out
from workflow.figure.network import draw_network
from workflow.figure.series import Moment, Row, Stretch, draw_series
from workflow.figure.spec import DPI_LIMITS, SIZE_LIMITS_MM, FigureSpec, Locator, Mark, Network, Panel

__all__ = [
    "DPI_LIMITS",
    "SIZE_LIMITS_MM",
    "Box",
    "Drawing",
    "FigureSpec",
    "Hatch",
    "HouseStyle",
    "Item",
    "Locator",
    "Mark",
    "Moment",
    "Network",
    "Panel",
    "PanelImage",
    "Polygon",
    "Polyline",
    "Rect",
    "Row",
    "Stretch",
    "Text",
    "draw_network",
    "draw_series",
    "house_style",
    "lay_out",
]
