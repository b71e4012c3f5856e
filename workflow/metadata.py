"""What stands beside or inside a picture, and what a dialect makes of it.

Files are read by intake, size-limited; a dialect is a function of text. Several may answer: the strongest
date counts, and the first answer to every other question.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from workflow.model import DateSpan

__all__ = ["Dialect", "Metadata", "SourceFile"]


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A picture as a dialect sees it.

    `name` is its file name. `tags` are TIFF's and EXIF's (`TIFFTAG_DATETIME`, `EXIF_DateTimeOriginal`).
    `texts` are the JSON, XML and text files of its folder that may belong to it, and those that stand for a whole
    product in the folders above, by file name. `tags` have the names of the bands too (`Band_1`).
    """

    name: str
    tags: Mapping[str, str] = field(default_factory=dict)
    texts: Mapping[str, str] = field(default_factory=dict)

    @property
    def stem(self) -> str:
        """The name without its last suffix."""
        return self.name.rpartition(".")[0] or self.name


@dataclass(frozen=True, slots=True)
class Metadata:
    """What a dialect found; None and "" are "not stated".

    Angles in degrees, azimuths clockwise from north, `cloud_share` from 0 to 1. `sources` maps the name of an
    attribute to the place that said it, as ``file: field``.
    """

    acquired: DateSpan | None = None
    provider: str = ""
    platform: str = ""
    credit: str = ""
    licence: str = ""
    gsd_m: float | None = None
    off_nadir_deg: float | None = None
    sun_azimuth_deg: float | None = None
    sun_elevation_deg: float | None = None
    cloud_share: float | None = None
    warnings: tuple[str, ...] = ()
    sources: Mapping[str, str] = field(default_factory=dict)


class Dialect(Protocol):
    """Reads one way of writing metadata; a module of `workflow.providers` holds one as ``PLUGIN``.

    `rank` orders dialects by the strength of their dates, the strongest first: 10 product metadata, 15 the
    product's name as a delivery or a program's header kept it, 20 the camera's own clock, 30 the file's name,
    40 the time at which a file was written.
    """

    @property
    def name(self) -> str:
        """Short and unique, as shown in messages."""

    @property
    def rank(self) -> int:
        """Strength of its dates; lower is stronger."""

    def read(self, source: SourceFile) -> Metadata | None:
        """What it finds, None where the picture has nothing in this dialect.

        Raises
        ------
        InputRefused
            when there is something and it can be read in two ways.
        """
