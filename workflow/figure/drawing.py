"""The drawing list: what an exporter has to draw, in order, in pixels of the figure.

The origin is the upper left corner, x to the right, y downwards. Colours are 8-bit RGB.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = [
    "Box",
    "Drawing",
    "Hatch",
    "Item",
    "PanelImage",
    "Point",
    "Polygon",
    "Polyline",
    "Rect",
    "Rgb",
    "Text",
]

Rgb = tuple[int, int, int]
Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle: left and top included, right and bottom excluded."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def width(self) -> float:
        """Pixels across."""
        return self.right - self.left

    @property
    def height(self) -> float:
        """Pixels down."""
        return self.bottom - self.top

    def meets(self, other: Box) -> bool:
        """Whether the two share any area."""
        return (
            self.left < other.right
            and other.left < self.right
            and self.top < other.bottom
            and other.top < self.bottom
        )

    def holds(self, other: Box) -> bool:
        """Whether `other` lies inside, edges included."""
        return (
            self.left <= other.left
            and self.top <= other.top
            and other.right <= self.right
            and other.bottom <= self.bottom
        )

    def grown(self, by: float) -> Box:
        """The box with every side moved outwards by `by` pixels (inwards if negative)."""
        return Box(self.left - by, self.top - by, self.right + by, self.bottom + by)


@dataclass(frozen=True, slots=True)
class PanelImage:
    """The pixels of panel number `panel`, scaled into `box`; hatched where the capture has nothing."""

    panel: int
    box: Box


@dataclass(frozen=True, slots=True)
class Hatch:
    """A patch of the "no data" hatching, for the legend."""

    box: Box


@dataclass(frozen=True, slots=True)
class Rect:
    """A filled rectangle; `opacity` from 0 to 1."""

    box: Box
    fill: Rgb
    opacity: float = 1.0


@dataclass(frozen=True, slots=True)
class Polyline:
    """A stroke through `points`, round at its ends, on a halo, cut at `clip`."""

    points: tuple[Point, ...]
    width_px: float
    ink: Rgb
    clip: Box
    halo_px: float = 0.0
    halo: Rgb = (0, 0, 0)


@dataclass(frozen=True, slots=True)
class Polygon:
    """A filled outline, cut at `clip`."""

    points: tuple[Point, ...]
    fill: Rgb
    clip: Box


@dataclass(frozen=True, slots=True)
class Text:
    """One line: `baseline` in pixels from the top, `box` is the room it takes, halo included."""

    text: str
    x: float
    baseline: float
    box: Box
    size_px: float
    bold: bool
    ink: Rgb
    halo_px: float = 0.0
    halo: Rgb = (0, 0, 0)


Item = PanelImage | Hatch | Rect | Polyline | Polygon | Text


@dataclass(frozen=True, slots=True)
class Drawing:
    """A whole figure: its size in pixels, pixels an inch, and the items from the lowest to the topmost."""

    width_px: int
    height_px: int
    dpi: int
    items: tuple[Item, ...]
