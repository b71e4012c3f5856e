"""Catalogues of captures that can be had: tables and STAC items on disk. Nothing goes over the network.

A table (``.tsv``, tab-separated) has the columns of the Maxar Open Data catalogue, a row a tile: `datetime platform
gsd catalog_id view:off_nadir proj:epsg` (or `proj:code`) `proj:bbox tile:clouds_percent`. A ``.json`` or ``.geojson``
file is a STAC item, an ItemCollection, or any GeoJSON FeatureCollection with the same properties. Each is read once.
"""

from __future__ import annotations

import csv
import json
import math
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from workflow.advice import Tile
from workflow.errors import InputRefused, WorkflowError
from workflow.interpretability import view_gsd_m

__all__ = ["read_catalogue", "read_catalogues", "read_json", "read_table"]

Ring = tuple[tuple[float, float], ...]
Read = tuple[tuple[Tile, ...], tuple[WorkflowError, ...]]

_ENDINGS = (".tsv", ".json", ".geojson")
_LARGEST_BYTES = 512 << 20
_MOST_NAMED = 20
_COLUMNS = ("datetime", "catalog_id", "proj:bbox")


def read_catalogues(paths: Iterable[Path]) -> Read:
    """Tiles of files, and of all catalogues directly in folders; what cannot be taken is refused by name."""
    tiles: list[Tile] = []
    refused: list[WorkflowError] = []
    for path in paths:
        inside = (
            sorted(one for one in path.iterdir() if one.suffix.lower() in _ENDINGS)
            if path.is_dir()
            else [path]
        )
        if not inside:
            refused.append(InputRefused(str(path), "the folder has no catalogue", f"name a {_listed()} file"))
        for file in inside:
            try:
                found, problems = read_catalogue(file)
            except WorkflowError as error:
                refused.append(error)
            else:
                tiles.extend(found)
                refused.extend(problems)
    return tuple(tiles), tuple(refused)


def _listed() -> str:
    return " or ".join(_ENDINGS)


def read_catalogue(path: Path) -> Read:
    """Tiles of one file, and why others of it were not taken: the first so many by line or number.

    Raises
    ------
    InputRefused
        when the file as a whole cannot be read.
    """
    suffix = path.suffix.lower()
    if suffix not in _ENDINGS:
        raise InputRefused(path.name, "it is no catalogue that is known", f"name a {_listed()} file")
    try:
        if path.stat().st_size > _LARGEST_BYTES:
            raise InputRefused(path.name, f"it is larger than {_LARGEST_BYTES >> 20} MB", "split it")
        with path.open(encoding="utf-8-sig", newline="") as file:
            return read_table(file, path.name) if suffix == ".tsv" else read_json(file.read(), path.name)
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise InputRefused(path.name, f"it cannot be read ({reason})", "check the file") from error


def read_table(lines: Iterable[str], name: str) -> Read:
    """Tiles of the rows of a table; `lines` are gone through once.

    Raises
    ------
    InputRefused
        when the heading lacks a column that is needed, or the table is damaged.
    """
    rows = csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
    try:
        missing = [column for column in _COLUMNS if column not in (rows.fieldnames or ())]
        if missing:
            raise InputRefused(name, f"there is no column {missing[0]}", "name a catalogue of tiles")
        return _taken(((f"line {rows.line_num}", row, _box_ring) for row in rows), name)
    except csv.Error as error:
        raise InputRefused(name, f"it is no table ({error})", "check the file") from error


def read_json(text: str, name: str) -> Read:
    """Tiles of a STAC item, an ItemCollection or a FeatureCollection.

    Raises
    ------
    InputRefused
        when it is none.
    """
    try:
        content = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise InputRefused(name, "it is no JSON", "name a STAC item or a FeatureCollection") from error
    kind = content.get("type") if isinstance(content, dict) else None
    features = (
        content.get("features") if kind == "FeatureCollection" else [content] if kind == "Feature" else None
    )
    if not isinstance(features, list):
        raise InputRefused(name, "it is no STAC item and no FeatureCollection", "name one")
    return _taken(
        ((f"feature {at}", _flat(one), _geometry_rings) for at, one in enumerate(features, 1)), name
    )


def _flat(feature: object) -> Mapping[str, Any]:
    """Properties of a feature, with its `id` and `geometry`."""
    if not isinstance(feature, dict) or not isinstance(feature.get("properties"), dict):
        return {}
    return {**feature["properties"], "id": feature.get("id"), "geometry": feature.get("geometry")}


# -- one tile ------------------------------------------------------------------------------------------------


def _taken(rows: Iterable[tuple[str, Mapping[str, Any], Any]], name: str) -> Read:
    tiles: list[Tile] = []
    refused: list[WorkflowError] = []
    left_out = 0
    for where, row, rings in rows:
        try:
            tiles.append(_tile(row, rings(row), name))
        except (ValueError, TypeError, KeyError, IndexError, OverflowError) as error:
            left_out += 1
            if left_out <= _MOST_NAMED:
                why = str(error) if type(error) is ValueError else "it is not as it should be"
                refused.append(InputRefused(f"{name}, {where}", why, "it is left out"))
    if left_out > _MOST_NAMED:
        refused.append(
            InputRefused(name, f"{left_out - _MOST_NAMED} more are not as they should be", "check it")
        )
    return tuple(tiles), tuple(refused)


def _tile(row: Mapping[str, Any], rings: tuple[Ring, ...], name: str) -> Tile:
    capture = str(row.get("catalog_id") or row.get("id") or "")
    if not capture:
        raise ValueError("it has no id")
    gsd_m, off_nadir_deg = _number(row, "gsd"), _number(row, "view:off_nadir")
    if gsd_m is not None and gsd_m <= 0:
        raise ValueError(f"its gsd is {gsd_m:g}")
    # this catalogue states the pixel of the view, others that of the sensor
    is_of_view = bool(row.get("ard_metadata_version"))
    cloud = _number(row, "tile:clouds_percent")
    return Tile(
        capture=capture,
        day=_day(row.get("datetime")),
        rings=rings,
        gsd_m=gsd_m if gsd_m is None or is_of_view else view_gsd_m(gsd_m, off_nadir_deg),
        cloud_percent=_number(row, "eo:cloud_cover") if cloud is None else cloud,
        platform=str(row.get("platform") or ""),
        file=name,
    )


def _number(row: Mapping[str, Any], key: str) -> float | None:
    stated = row.get(key)
    if stated is None or stated == "":
        return None
    number = float(stated)
    if not math.isfinite(number):
        raise ValueError(f"its {key} is {stated}")
    return number


def _day(stated: object) -> date:
    """The UTC day of an instant; a capture without one day cannot be placed in a gap."""
    if not isinstance(stated, str) or not stated:
        raise ValueError("it has no datetime")
    try:
        instant = datetime.fromisoformat(stated)
    except ValueError:
        raise ValueError(f"its datetime is '{stated[:40]}'") from None
    return (instant if instant.tzinfo is None else instant.astimezone(UTC)).date()


# -- outlines ------------------------------------------------------------------------------------------------


def _box_ring(row: Mapping[str, Any]) -> tuple[Ring, ...]:
    """The box `west,south,east,north` in metres of the row's CRS as an outline on WGS 84."""
    west, south, east, north = (float(part) for part in str(row["proj:bbox"]).split(","))
    code = str(row.get("proj:epsg") or row.get("proj:code") or "")
    lons, lats = _to_lonlat(code.upper().removeprefix("EPSG:")).transform(
        [west, east, east, west], [south, south, north, north]
    )
    return _unwrapped([*zip(lons, lats, strict=True)])


@lru_cache(maxsize=256)
def _to_lonlat(code: str) -> Any:
    from pyproj import Transformer
    from pyproj.exceptions import CRSError

    try:
        return Transformer.from_crs(f"EPSG:{float(code):.0f}", "EPSG:4326", always_xy=True)
    except (CRSError, ValueError):
        raise ValueError(f"its CRS is '{code[:40]}'") from None


def _geometry_rings(row: Mapping[str, Any]) -> tuple[Ring, ...]:
    """Outer outlines of a Polygon or MultiPolygon; holes count as covered."""
    geometry = row["geometry"]
    if not isinstance(geometry, Mapping) or geometry.get("type") not in ("Polygon", "MultiPolygon"):
        raise ValueError("it has no Polygon")
    parts = geometry["coordinates"] if geometry["type"] == "MultiPolygon" else [geometry["coordinates"]]
    return tuple(
        ring for part in parts for ring in _unwrapped([(float(at[0]), float(at[1])) for at in part[0]])
    )


def _unwrapped(places: list[tuple[float, float]]) -> tuple[Ring, ...]:
    """The outline; over the date line once on each side of the map."""
    if len(places) < 3 or not all(math.isfinite(lon) and abs(lat) <= 90 for lon, lat in places):
        raise ValueError("its outline is no area on the earth")
    lons = [lon for lon, _ in places]
    if max(lons) - min(lons) <= 180:
        return (tuple(places),)
    east = tuple((lon % 360, lat) for lon, lat in places)
    return (east, tuple((lon - 360, lat) for lon, lat in east))
