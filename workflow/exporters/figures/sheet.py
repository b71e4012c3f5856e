"""What a writer of figures is given: the recipe, its drawing list, the panels' pixels, the words."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from workflow.exporters.png import Pixels
from workflow.figure import Drawing, FigureSpec, lay_out
from workflow.grid import SiteGrid
from workflow.model import DateSpan

if TYPE_CHECKING:
    from workflow.fonts import Fonts

__all__ = ["Sheet", "Words", "without_caption"]


@dataclass(frozen=True, slots=True)
class Words:
    """What a file says of itself.

    `credit` is the credit line with every owner, `creator` whoever drew the marks, `identifiers` the hashes of the
    recipe and of the originals. `stamped` (aware) is when the newest evidence came into the record: the only date
    that a file carries.
    """

    title: str
    caption: str
    alt: str
    credit: str
    creator: str
    source: str
    identifiers: tuple[str, ...]
    stamped: datetime


@dataclass(frozen=True, slots=True)
class Sheet:
    """A figure that can be written in every format.

    `days` are the dates of the panels; `grids` where their pixels lie, None where they have no coordinates
    or the site's may not be told. `spec` describes the
    panels in the order of `panels`.
    """

    spec: FigureSpec
    drawing: Drawing
    panels: tuple[Pixels, ...]
    fonts: Fonts
    words: Words
    days: tuple[DateSpan, ...]
    grids: tuple[SiteGrid | None, ...]


def without_caption(sheet: Sheet) -> Drawing:
    """The drawing list for formats that have the caption as a paragraph of its own."""
    if not sheet.spec.caption:
        return sheet.drawing
    return lay_out(replace(sheet.spec, caption=""), sheet.fonts.measure)
