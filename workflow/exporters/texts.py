"""Layers as GeoJSON and CSV, and all that is written out as JSON from which the same comes back."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from typing import Any

from shapely import wkt
from shapely.geometry import shape

from workflow.codec import decode, encode
from workflow.errors import InputRefused
from workflow.exporters.extract import Extract, Layer
from workflow.exporters.table import csv_of

__all__ = ["FORMAT", "csv", "geojson", "lossless", "read_lossless"]

FORMAT = "sitetrack export 1"
"""What the JSON says that it is."""


def geojson(layers: Sequence[Layer]) -> bytes:
    """One FeatureCollection (RFC 7946); each feature names its layer in the property ``layer``."""
    features = [
        {
            "type": "Feature",
            "geometry": place,
            "properties": {"layer": layer.name} | {name: _text(row[name]) for name in layer.fields},
        }
        for layer in layers
        for row, place in zip(layer.rows, layer.geometries, strict=True)
    ]
    return _bytes({"type": "FeatureCollection", "features": features})


def csv(layer: Layer) -> bytes:
    """One layer as CSV: points in the columns ``lon`` and ``lat``, other geometries as text in ``wkt``."""
    where = ("lon", "lat") if layer.shape == "Point" else ("wkt",)
    rows = [
        {name: _text(row[name]) for name in layer.fields}
        | dict(zip(where, _where(place, where), strict=True))
        for row, place in zip(layer.rows, layer.geometries, strict=True)
    ]
    return csv_of(rows, [*layer.fields, *where])


def _where(place: dict[str, Any] | None, columns: Sequence[str]) -> Sequence[object]:
    if place is None:
        return [None] * len(columns)
    return place["coordinates"] if len(columns) == 2 else [wkt.dumps(shape(place), trim=True)]


def _text(value: object) -> object:
    return value.isoformat() if isinstance(value, date) else value


def lossless(extract: Extract) -> bytes:
    """All objects with all their fields, as JSON."""
    return _bytes({"format": FORMAT, **encode(extract)})


def read_lossless(body: bytes, name: str) -> Extract:
    """What `lossless` was given.

    Raises
    ------
    InputRefused
        when it is not such a file.
    """
    try:
        content = json.loads(body)
        if content.pop("format") != FORMAT:
            raise ValueError(name)
        return decode(Extract, content)
    except Exception as error:  # cattrs raises groups of anything
        raise InputRefused(name, f"is no {FORMAT}", "give a file of 'sitetrack export json'") from error


def _bytes(content: object) -> bytes:
    return (json.dumps(content, ensure_ascii=False, allow_nan=False, indent=1) + "\n").encode()
