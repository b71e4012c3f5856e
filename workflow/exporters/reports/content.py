"""What a report tells, before it is set."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from workflow.figure import Row
from workflow.model import LonLat

if TYPE_CHECKING:
    from workflow.exporters.figures import Words
    from workflow.figure import Drawing
    from workflow.fonts import Fonts
    from workflow.growthchart import Mark

__all__ = ["Chapter", "Contents", "Drawn", "Report"]


@dataclass(frozen=True, slots=True)
class Chapter:
    """A site: the number of its figure, its id and name, its place (None where it is withheld or not known), and
    sentences on what was found.
    """

    number: int
    site: str
    name: str
    place: LonLat | None
    says: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Contents:
    """What follows from the record alone.

    `series` are the rows of the timeline over the days between `edges` (None without pictures), `growth` rows of
    `workflow.readmodels.growth` with the published numbers `marks`, in words `growth_says`. `methods` are headings,
    each with its text. `left_out` counts the sites that `audience` may not see, `unreviewed` those of which nothing
    was approved.
    """

    title: str
    chapters: tuple[Chapter, ...]
    series: tuple[Row, ...]
    edges: tuple[date, date] | None
    growth: tuple[Mapping[str, Any], ...]
    marks: tuple[Mark, ...]
    growth_says: str
    methods: tuple[tuple[str, str], ...]
    synthetic: bool
    audience: str = "public"
    left_out: int = 0
    unreviewed: int = 0


@dataclass(frozen=True, slots=True)
class Drawn:
    """A chapter with its figure's file in the report's format, or the sentence why it has none."""

    chapter: Chapter
    figure: bytes | None
    refused: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """All that is set.

    `network` is the map with the numbers of the `chapters`, None where no place is told; `network_says` what
    stands beneath it. `growth` is the chart as PNG, empty without one. `series` are sheets, one below the other.
    `credits` are lines, `words` what the file says of itself.
    """

    contents: Contents
    chapters: tuple[Drawn, ...]
    network: Drawing | None
    network_says: str
    growth: bytes
    series: tuple[Drawing, ...]
    credits: tuple[str, ...]
    words: Words
    fonts: Fonts
