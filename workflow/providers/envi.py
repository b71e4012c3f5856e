"""ENVI: the header beside a converted raster (``<name>.hdr``), and names of bands that keep a product's name.

Counts are `acquisition time`, else one day in the names of the bands. The time in `description` is that of
processing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from workflow.errors import InputRefused
from workflow.metadata import Metadata, SourceFile
from workflow.model import Basis, DateSpan, Precision
from workflow.providers.base import Fields, Path, Said, belongs, name_span, put_together
from workflow.timespan import format_span

__all__ = ["PLUGIN"]

_FIELD = re.compile(
    r"^[ \t]*([A-Za-z][\w \t]*?)[ \t]*=[ \t]*(\{[^{}]*\}|[^{}\r\n]*)", re.MULTILINE | re.ASCII
)
_BAND = re.compile(r"Band_\d+", re.ASCII)
_MOST_NAMES = 200


class _Envi:
    name = "ENVI header"
    rank = 15

    def read(self, source: SourceFile) -> Metadata | None:
        """The header of the picture's name, and the names of the bands in it or in the picture itself.

        Raises
        ------
        InputRefused
            when the bands are named for several days.
        """
        fields = _header(source)
        names = [
            Said(text, f"{source.name}: {tag}") for tag, text in source.tags.items() if _BAND.fullmatch(tag)
        ]
        if fields is not None:
            names = [*(Said(str(one.value), one.source) for one in fields.every("band names")), *names]
        acquired = (fields and fields.moment("acquisition time")) or _named_day(source.name, names)
        if fields is None:
            return put_together(acquired=acquired) if acquired else None
        found = put_together(
            acquired=acquired,
            platform=_sensor(fields),
            gsd_m=_gsd(fields),
            sun_azimuth_deg=fields.azimuth("sun azimuth"),
            sun_elevation_deg=fields.elevation("sun elevation"),
            cloud_share=fields.share("cloud cover"),
        )
        return found if found.sources else None


def _header(source: SourceFile) -> Fields | None:
    for name, text in source.texts.items():
        stem, _, suffix = name.rpartition(".")
        if suffix.lower() == "hdr" and text.lstrip()[:4] == "ENVI":
            scene = re.sub(r"\.(?:dat|img|bsq|bil|bip|tiff?)$", "", stem, flags=re.IGNORECASE)
            if belongs(scene, source):
                return Fields(name, _pairs(text))
    return None


def _pairs(text: str) -> Iterator[tuple[Path, object]]:
    for name, value in _FIELD.findall(text):
        key = " ".join(name.split()).lower()
        if key == "band names":
            yield from (((key,), part.strip()) for part in value.strip("{}").split(","))
        else:
            yield (key,), value.strip("{} \t")


def _named_day(picture: str, names: list[Said[str]]) -> Said[DateSpan] | None:
    found: dict[DateSpan, Said[DateSpan]] = {}
    for said in names[:_MOST_NAMES]:
        if (span := _span(said.value)) is not None:
            found.setdefault(replace(span, verbatim=""), Said(span, said.source))
    if len(found) > 1:
        days = " and ".join(sorted({format_span(span) for span in found})[:3])
        raise InputRefused(
            picture,
            f"its bands are named for several dates ({days})",
            "take the bands of one date, or give it with --acquired",
        )
    return next(iter(found.values()), None)


def _span(text: str) -> DateSpan | None:
    """A day in one band's name; what can be read in two ways is none, and a month would be too vague."""
    words = " ".join(text.split())[:200]
    tokens = re.split(r"[\s():,;]+", words)
    for token in tokens:
        try:
            span = name_span(token)
        except InputRefused:
            continue
        if span is not None and span.precision is Precision.DAY and words.isprintable():
            return replace(span, basis=Basis.PRODUCT_METADATA)
    return None


def _sensor(fields: Fields) -> Said[str] | None:
    sensor = fields.text("sensor type")
    return None if sensor is None or sensor.value.lower() == "unknown" else sensor


def _gsd(fields: Fields) -> Said[float] | None:
    """The pixel of `map info`, where its units are metres."""
    said = fields.text("map info")
    parts = [part.strip() for part in said.value.split(",")] if said else []
    if said is None or len(parts) < 7 or "units=meters" not in [part.lower() for part in parts]:
        return None
    return Fields(fields.file, [(("map info",), parts[5])]).metres("map info")


PLUGIN = _Envi()
