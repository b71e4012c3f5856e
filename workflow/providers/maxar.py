"""Maxar's and DigitalGlobe's product metadata: ``*.IMD`` and the same as ``*.XML``.

The acquisition is the time of the first line (`firstLineTime`), else of the first line of the strip (`TLCTime`),
else `earliestAcqTime` and `latestAcqTime`. `generationTime` is when the product was made.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from workflow.metadata import Metadata, SourceFile
from workflow.model import DateSpan
from workflow.providers.base import (
    Fields,
    Said,
    belongs,
    hull,
    instant_span,
    odl_pairs,
    put_together,
    xml_pairs,
    xml_root,
)

__all__ = ["PLUGIN"]

_TILE = re.compile(r"_R\d+C\d+", re.IGNORECASE)
_TIMES = (("firstLineTime",), ("TLCTime",), ("earliestAcqTime", "latestAcqTime"))


class _Maxar:
    name = "Maxar metadata"
    rank = 10

    def read(self, source: SourceFile) -> Metadata | None:
        """The product that is called as the picture is, but for the tile (``_R1C1``), or that lists it."""
        for fields in _products(source):
            stem = fields.file.rpartition(".")[0]
            plain = SourceFile(_TILE.sub("", source.name))
            if belongs(stem, plain) or belongs(stem, source) or _lists(fields, source.name):
                return _metadata(fields)
        return None


def _products(source: SourceFile) -> Iterator[Fields]:
    for name, text in source.texts.items():
        if name.lower().endswith(".imd"):
            fields = Fields(name, odl_pairs(text))
        elif name.lower().endswith(".xml") and "<IMD>" in text and (root := xml_root(text)) is not None:
            fields = Fields(name, xml_pairs(root))
        else:
            continue
        if fields.text("satId") is not None:
            yield fields


def _lists(fields: Fields, file_name: str) -> bool:
    return any(str(said.value).strip().lower() == file_name.lower() for said in fields.every("TILE.FILENAME"))


def _metadata(fields: Fields) -> Metadata:
    return put_together(
        maker="Maxar",
        acquired=_acquired(fields),
        platform=fields.text("satId"),
        gsd_m=fields.metres("meanCollectedGSD", "meanProductGSD", "collectedGSD", "productGSD"),
        off_nadir_deg=fields.tilt("meanOffNadirViewAngle", "offNadirViewAngle"),
        sun_azimuth_deg=fields.azimuth("meanSunAz", "sunAz"),
        sun_elevation_deg=fields.elevation("meanSunEl", "sunEl"),
        cloud_share=fields.number("cloudCover", low=0, high=1),
    )


def _acquired(fields: Fields) -> Said[DateSpan] | None:
    """Over all pictures (``IMAGE_1``, ``IMAGE_2``) that a mosaic is made of."""
    for names in _TIMES:
        said = [one for name in names for one in fields.every(name)]
        spans = [Said(span, one.source) for one in said if (span := instant_span(one.value))]
        if spans:
            return hull(spans)
    return None


PLUGIN = _Maxar()
