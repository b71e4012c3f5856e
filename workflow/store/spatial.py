"""SQLite's R-tree over the bounds of captures; PostGIS keeps its own index."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, text

from workflow.store.geometry import flat_boxes
from workflow.store.tables import BOX_TABLE

__all__ = ["write_boxes"]

# made once: SQLAlchemy knows a statement again by its object
_OLD = text(f"DELETE FROM {BOX_TABLE} WHERE key BETWEEN :low AND :high")  # noqa: S608  our own name
_NEW = text(f"INSERT INTO {BOX_TABLE} VALUES (:key, :west, :east, :south, :north)")  # noqa: S608


def write_boxes(connection: Connection, number: int, columns: Mapping[str, Any]) -> None:
    """Put the bounds (`minx miny maxx maxy`, or None) of the capture of that `number` into the R-tree."""
    connection.execute(_OLD, {"low": 2 * number, "high": 2 * number + 1})
    if columns["minx"] is None:
        return
    box = (columns["minx"], columns["miny"], columns["maxx"], columns["maxy"])
    for key, (west, south, east, north) in enumerate(flat_boxes(box), start=2 * number):
        connection.execute(_NEW, {"key": key, "west": west, "east": east, "south": south, "north": north})
