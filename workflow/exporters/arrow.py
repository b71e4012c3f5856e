"""Layers as GeoParquet and as a GeoPackage, through Arrow tables with geometries as WKB."""

from __future__ import annotations

import contextlib
import io
import json
import sqlite3
import tempfile
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import shapely
from shapely.geometry import shape

from workflow.exporters.extract import Layer

__all__ = ["geopackage", "geoparquet"]

_GEOMETRY = "geometry"
_LAST_CHANGE = "1970-01-01T00:00:00.000Z"


def geoparquet(layer: Layer) -> bytes:
    """One layer as GeoParquet 1.1: geometries in the column ``geometry``, longitude and latitude on WGS 84."""
    import pyarrow.parquet as parquet

    table, body = _table(layer), io.BytesIO()
    shapes = [shape(one) for one in layer.geometries if one is not None]
    column: dict[str, Any] = {
        "encoding": "WKB",
        "geometry_types": sorted({one.geom_type for one in shapes}),
        "edges": "planar",
    }
    if shapes:
        column["bbox"] = [float(side) for side in shapely.total_bounds(shapes)]
    geo = {"version": "1.1.0", "primary_column": _GEOMETRY, "columns": {_GEOMETRY: column}}
    text = json.dumps(geo, sort_keys=True, separators=(",", ":"))
    parquet.write_table(table.replace_schema_metadata({"geo": text}), body)
    return body.getvalue()


def geopackage(layers: Sequence[Layer]) -> bytes:
    """The layers as tables of one GeoPackage; its time of the last change is always 1970-01-01.

    It is copied into a new database at the end: SQLite counts a file's transactions in its header, and GDAL
    writes the last change once more or not as the clock goes.
    """
    import pyogrio

    with tempfile.TemporaryDirectory() as folder:
        path, copy = Path(folder) / "export.gpkg", Path(folder) / "copy.gpkg"
        for layer in layers:
            pyogrio.write_arrow(
                _table(layer),
                path,
                layer=layer.name,
                driver="GPKG",
                geometry_name=_GEOMETRY,
                geometry_type=layer.shape or "Unknown",
                crs="EPSG:4326",
                append=path.exists(),
                dataset_options={"VERSION": "1.2"},  # what readers of the last years know
            )
        with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as file:
            file.execute("UPDATE gpkg_contents SET last_change = ?", (_LAST_CHANGE,))
            file.execute("VACUUM INTO ?", (str(copy),))
        return copy.read_bytes()


def _table(layer: Layer) -> Any:
    import pyarrow

    types = {
        str: pyarrow.string(),
        float: pyarrow.float64(),
        int: pyarrow.int32(),
        bool: pyarrow.bool_(),
        date: pyarrow.date32(),
    }
    columns = [
        pyarrow.array([row[name] for row in layer.rows], types[kind]) for name, kind in layer.fields.items()
    ]
    places = [None if one is None else shapely.to_wkb(shape(one)) for one in layer.geometries]
    columns.append(pyarrow.array(places, pyarrow.binary()))
    return pyarrow.table(columns, [*layer.fields, _GEOMETRY])
