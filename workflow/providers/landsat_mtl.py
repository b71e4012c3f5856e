"""Landsat's level 1 and 2 metadata: ``*_MTL.txt`` (ODL) and ``*_MTL.json``."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from workflow.metadata import Metadata, SourceFile
from workflow.model import DateSpan
from workflow.providers.base import belongs, instant_span, number, share

__all__ = ["PLUGIN"]

_ODL = re.compile(r'^\s*([A-Z0-9_]+)\s*=\s*"?([^"\r\n]*)"?\s*$', re.MULTILINE)
_NAME = re.compile(r"(.+)_MTL\.(?:txt|json)", re.IGNORECASE)
# seven digits of a second's fraction; Python reads six
_FRACTION = re.compile(r"(\.\d{6})\d+")


class _LandsatMtl:
    name = "Landsat MTL"
    rank = 10

    def read(self, source: SourceFile) -> Metadata | None:
        """The MTL file whose product the picture is a band of."""
        for name, text in source.texts.items():
            match = _NAME.fullmatch(name)
            if match and belongs(match[1], source) and "DATE_ACQUIRED" in text:
                values = _values(text)
                return _metadata(values) if "DATE_ACQUIRED" in values else None
        return None


def _values(text: str) -> dict[str, str]:
    """Names and texts of all groups; the first of a name counts, later ones are of processing."""
    pairs = _leaves(_json(text)) if text.lstrip().startswith("{") else iter(_ODL.findall(text))
    values: dict[str, str] = {}
    for name, value in pairs:
        values.setdefault(name, value.strip())
    return values


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return {}


def _leaves(tree: Any) -> Iterator[tuple[str, str]]:
    for name, value in tree.items():
        if isinstance(value, dict):
            yield from _leaves(value)
        else:
            yield name, str(value)


def _metadata(values: Mapping[str, str]) -> Metadata:
    return Metadata(
        acquired=_acquired(values),
        provider="USGS Landsat",
        platform=values.get("SPACECRAFT_ID", "").replace("_", " ").title(),
        off_nadir_deg=_off_nadir(values),
        sun_azimuth_deg=number(values, "SUN_AZIMUTH"),
        sun_elevation_deg=number(values, "SUN_ELEVATION", low=-90, high=90),
        cloud_share=share(number(values, "CLOUD_COVER")),
    )


def _off_nadir(values: Mapping[str, str]) -> float | None:
    """The roll of the spacecraft, signed by its side."""
    roll = number(values, "ROLL_ANGLE", low=-90, high=90)
    return None if roll is None else abs(roll)


def _acquired(values: Mapping[str, str]) -> DateSpan | None:
    day, clock = values["DATE_ACQUIRED"], _FRACTION.sub(r"\1", values.get("SCENE_CENTER_TIME", ""))
    return (instant_span(f"{day}T{clock}") if clock else None) or instant_span(day)


PLUGIN = _LandsatMtl()
