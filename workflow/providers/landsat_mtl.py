"""Landsat's level 1 and 2 metadata: ``*_MTL.txt`` (ODL), ``*_MTL.json`` and ``*_MTL.xml``, of all sensors.

The names of before 2012 are read too (``ACQUISITION_DATE``, ``SCENE_CENTER_SCAN_TIME``).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import replace

from workflow.metadata import Metadata, SourceFile
from workflow.model import DateSpan
from workflow.providers.base import (
    Fields,
    Pairs,
    Said,
    belongs,
    instant_span,
    json_pairs,
    odl_pairs,
    put_together,
    xml_pairs,
    xml_root,
)

__all__ = ["PLUGIN"]

_NAME = re.compile(r"(.+)_MTL\.(?:txt|json|xml)", re.IGNORECASE)
_DAYS = ("DATE_ACQUIRED", "ACQUISITION_DATE")
_TIMES = ("SCENE_CENTER_TIME", "SCENE_CENTER_SCAN_TIME")
_PANCHROMATIC = re.compile(r"_B80?", re.IGNORECASE)
_THERMAL = re.compile(r"_(?:B6\w*|B1[01]|ST_\w+)", re.IGNORECASE)


class _LandsatMtl:
    name = "Landsat MTL"
    rank = 10

    def read(self, source: SourceFile) -> Metadata | None:
        """The MTL file whose product the picture is a band of."""
        for name, text in source.texts.items():
            match = _NAME.fullmatch(name)
            if match and belongs(match[1], source) and any(day in text for day in _DAYS):
                fields = Fields(name, _pairs(text))
                if (day := fields.text(*_DAYS)) is not None:
                    return _metadata(fields, day, source.stem[len(match[1]) :])
        return None


def _pairs(text: str) -> Pairs:
    if text.lstrip().startswith("{"):
        try:
            return json_pairs(json.loads(text))
        except (ValueError, RecursionError):
            return ()
    if text.lstrip().startswith("<"):
        root = xml_root(text)
        return () if root is None else xml_pairs(root)
    return odl_pairs(text)


def _metadata(fields: Fields, day: Said[str], band: str) -> Metadata:
    """The first of a name counts: later groups are of processing, and of the level 1 product behind."""
    craft = fields.text("SPACECRAFT_ID")
    return put_together(
        maker="USGS Landsat",
        acquired=_acquired(day, fields.text(*_TIMES)),
        platform=craft and replace(craft, value=_craft(craft.value)),
        credit=fields.text("ORIGIN"),
        gsd_m=fields.metres(*_cell_sizes(band)),
        off_nadir_deg=fields.tilt("ROLL_ANGLE"),
        sun_azimuth_deg=fields.azimuth("SUN_AZIMUTH"),
        sun_elevation_deg=fields.elevation("SUN_ELEVATION"),
        cloud_share=fields.share("CLOUD_COVER"),
    )


def _craft(text: str) -> str:
    """``Landsat 7`` of LANDSAT_7 and of Landsat7."""
    return re.sub(r"(?<=[a-z])(?=\d)", " ", text.replace("_", " ").title())


def _cell_sizes(band: str) -> Iterable[str]:
    kind = "PANCHROMATIC" if _PANCHROMATIC.fullmatch(band) else "THERMAL" if _THERMAL.fullmatch(band) else ""
    return (*([f"GRID_CELL_SIZE_{kind}"] if kind else []), "GRID_CELL_SIZE_REFLECTIVE")


def _acquired(day: Said[str], clock: Said[str] | None) -> Said[DateSpan] | None:
    span = (instant_span(f"{day.value}T{clock.value}") if clock else None) or instant_span(day.value)
    return Said(span, day.source) if span else None


PLUGIN = _LandsatMtl()
