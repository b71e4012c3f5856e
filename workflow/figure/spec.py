"""A figure's recipe: what is shown, in which size, with which words. No pixels, no files."""

from __future__ import annotations

from dataclasses import dataclass

from workflow.figure.drawing import Point
from workflow.figure.house import DEFAULT, HouseStyle
from workflow.model import MOST_PANELS, Layout

__all__ = ["DPI_LIMITS", "SIZE_LIMITS_MM", "FigureSpec", "Locator", "Mark", "Network", "Panel"]

SIZE_LIMITS_MM = (100.0, 400.0)
DPI_LIMITS = (72, 1200)


@dataclass(frozen=True, slots=True)
class Mark:
    """One annotation in a panel: (column, row) `points` in the panel's source pixels.

    `shape` is `point`, `line`, `arrow` (head at the last point) or `area` (closed).
    """

    shape: str
    points: tuple[tuple[float, float], ...]
    label: str = ""


@dataclass(frozen=True, slots=True)
class Panel:
    """One picture: `width` x `height` source pixels, what its date label and state say, its marks.

    `on_map` says that its pixels lie on the site's grid: one scale and one north for all that do. `days` are the first
    and last day of its date (proleptic ordinals), None where neither is known. Of those that do not, those with one
    `view` lie on each other.

    `empty_share` is the part the capture does not cover (0 to 1), `empty_at` the middle of the widest such place in
    source pixels with the distance to the nearest covered pixel, None where it is too small to write on.
    """

    capture: str
    width: int
    height: int
    date_label: str
    state: str = ""
    synthetic: bool = False
    marks: tuple[Mark, ...] = ()
    empty_share: float = 0.0
    empty_at: tuple[float, float, float] | None = None
    on_map: bool = True
    days: tuple[int, int] | None = None
    view: str = ""

    @property
    def extent(self) -> tuple[bool, str, int, int]:
        """Equal for panels that show the same place, pixel by pixel."""
        return self.on_map, self.view, self.width, self.height


@dataclass(frozen=True, slots=True)
class Locator:
    """A small map of where the site is: outlines of `land` and lines of `borders` on a unit square, y downwards.

    `name` is what stands beside the site's dot at `at`.
    """

    land: tuple[tuple[Point, ...], ...]
    borders: tuple[tuple[Point, ...], ...]
    at: Point
    name: str = ""


@dataclass(frozen=True, slots=True)
class Network:
    """A map of many sites: `land`, `borders` and the sites' places `at` on a unit square, y downwards.

    `metres_across` is the length on the ground from its left to its right edge, in the middle.
    """

    land: tuple[tuple[Point, ...], ...]
    borders: tuple[tuple[Point, ...], ...]
    at: tuple[Point, ...]
    metres_across: float


@dataclass(frozen=True, slots=True)
class FigureSpec:
    """The recipe.

    `metres_per_px` is the ground length of a source pixel of the panels on the map, None without georeference.
    `north_deg` is the direction of true north in them, clockwise from up; None: no arrow. `caption` starts after the
    words `lead`; empty: none is drawn. `credit` is drawn where it is not empty. `images` are lines on the pictures
    for styles that have them.
    """

    panels: tuple[Panel, ...]
    caption: str = ""
    credit: str = ""
    coordinates: str = ""
    metres_per_px: float | None = None
    north_deg: float | None = None
    notes: tuple[str, ...] = ()
    width_mm: float = 170.0
    dpi: int = 300
    layout: Layout = Layout.AUTO
    lead: str = "Figure."
    house: HouseStyle = DEFAULT
    images: tuple[str, ...] = ()
    locator: Locator | None = None

    def __post_init__(self) -> None:
        """Refuse a figure without panels, with too many, or with a size that no page has."""
        if not 1 <= len(self.panels) <= MOST_PANELS:
            raise ValueError(f"a figure has 1 to {MOST_PANELS} panels, not {len(self.panels)}")
        low_mm, high_mm = SIZE_LIMITS_MM
        if not low_mm <= self.width_mm <= high_mm:
            raise ValueError(f"width {self.width_mm:g} mm is not within {low_mm:g} and {high_mm:g} mm")
        low_dpi, high_dpi = DPI_LIMITS
        if not low_dpi <= self.dpi <= high_dpi:
            raise ValueError(f"{self.dpi} dpi is not within {low_dpi} and {high_dpi}")
