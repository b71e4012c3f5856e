"""What a figure is made from: the recipe, as it is typed and as the record keeps it."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from workflow.model.places import SLUG

__all__ = ["MOST_PANELS", "Allowance", "CoordinateForm", "FigureOptions", "FigureRecipe", "Layout"]

MOST_PANELS = 8


class Layout(StrEnum):
    """How the panels of a figure stand. `auto` is a row for up to three of them, else a grid."""

    AUTO = "auto"
    ROW = "row"
    GRID = "grid"
    BEFORE_AFTER = "before-after"
    FILMSTRIP = "filmstrip"


class CoordinateForm(StrEnum):
    """How a figure prints the position of its site."""

    DMS = "dms"
    DECIMAL = "decimal"
    MGRS = "mgrs"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Allowance:
    """A finding of the linter that is let pass, by its code, and why."""

    code: str
    reason: str


@dataclass(frozen=True, slots=True)
class FigureOptions:
    """What can be said of a figure; None and empty text leave it to the record.

    `target` is an id, or several with commas between. `captures` are the panels in order (ids, prefixes or file
    names); without them `before` and `after` name one each. `extent_m` is the side of a panel on the ground, None for
    the whole watch circle. `caption` replaces the whole caption; with `draw_caption` False it stands in the sidecar
    alone. `number` stands behind the word "Figure". `name_provider` says in the sentence whose picture it is. `credit`
    stands in for captures that have none. `marks` False leaves annotations out. `one_stretch` shows all panels on
    the map between the same limits, which hold those of each.
    """

    target: str | None = None
    before: str | None = None
    after: str | None = None
    captures: tuple[str, ...] = ()
    layout: Layout = Layout.AUTO
    extent_m: float | None = None
    width_mm: float = 170.0
    dpi: int = 300
    style: str = "source-report"
    caption: str | None = None
    draw_caption: bool = True
    number: str = ""
    alt: str = ""
    name_provider: bool = False
    credit: str = ""
    annotated_by: str = ""
    coordinates: CoordinateForm = CoordinateForm.DMS
    inset: bool = False
    marks: bool = True
    one_stretch: bool = False
    allow: tuple[Allowance, ...] = ()


@dataclass(frozen=True, slots=True)
class FigureRecipe:
    """A figure as the record keeps it: its recipe, the captures resolved, and what it rested on when it was saved.

    `evidence` is the part of a sidecar that `verify` compares (site, target, panels, interval, chain). `deleted` takes
    it off the list; it stays in the record.
    """

    id: str
    site: str
    options: FigureOptions
    evidence: dict[str, object] = field(default_factory=dict)
    deleted: bool = False

    def __post_init__(self) -> None:
        """Refuse a name that is not a slug."""
        if not SLUG.fullmatch(self.id):
            raise ValueError(f"figure name '{self.id}' is not lower-case letters, digits and hyphens")
