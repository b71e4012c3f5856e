"""Control points as a text that QGIS's georeferencer reads and writes (``.points``).

A line ``#CRS: …`` with WKT, then comma-separated ``mapX,mapY,sourceX,sourceY,enable``; `sourceY` is the row with a
minus, as QGIS counts in pictures without coordinates. Older files have no CRS and say ``pixelX,pixelY``.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from workflow.errors import InputRefused
from workflow.georef.fitting import Misfit
from workflow.model import ControlPoint

__all__ = ["PointsFile", "format_points", "in_crs", "parse_points"]

_MOST_BYTES = 2**20
_CRS = "#CRS:"
_COLUMNS = ("mapX", "mapY", "sourceX", "sourceY", "enable", "dX", "dY", "residual")
_OLDER = {"pixelX": "sourceX", "pixelY": "sourceY"}
_REMEDY = "save the points anew in QGIS's georeferencer, or with 'sitetrack captures points'"


@dataclass(frozen=True, slots=True)
class PointsFile:
    """The CRS of the map coordinates (WKT or ``EPSG:…``; "" where the file names none), and the pairs."""

    crs: str
    points: tuple[ControlPoint, ...]


def parse_points(text: str, name: str) -> PointsFile:
    """The points of a file's text; `name` is the file's, for refusals.

    Raises
    ------
    InputRefused
        when it is no such file, or a line has no four numbers.
    """
    if len(text) > _MOST_BYTES:
        raise InputRefused(name, "it is too long for a file of control points", _REMEDY)
    crs, lines = "", []
    for line in text.removeprefix("\ufeff").splitlines():
        if line.startswith(_CRS):
            crs = line.removeprefix(_CRS).strip()
        elif line.strip() and not line.startswith("#"):
            lines.append(line)
    try:
        header, *rows = csv.reader(lines or [""])
    except csv.Error as error:
        raise InputRefused(name, f"it is no table ({error})", _REMEDY) from error
    columns = [_OLDER.get(column.strip(), column.strip()) for column in header]
    if not set(_COLUMNS[:4]) <= set(columns):
        raise InputRefused(name, f"it has no columns {', '.join(_COLUMNS[:4])}", _REMEDY)
    named = (dict(zip(columns, row, strict=False)) for row in rows)
    return PointsFile(crs, tuple(_point(row, number, name) for number, row in enumerate(named, 1)))


def _point(row: Mapping[str, str], number: int, name: str) -> ControlPoint:
    try:
        x, y, col, row_up = (float(row.get(column, "")) for column in _COLUMNS[:4])
        if not all(math.isfinite(value) for value in (x, y, col, row_up)):
            raise ValueError(row)
    except ValueError as error:
        raise InputRefused(name, f"point {number} has no four numbers", _REMEDY) from error
    return ControlPoint(col, -row_up, x, y, row.get("enable", "1").strip() != "0")


def format_points(crs: str, points: Sequence[ControlPoint], misfits: Sequence[Misfit]) -> str:
    """The text of a file; the residuals in it are in metres."""
    from pyproj import CRS

    missed = {one.number: one for one in misfits}
    lines = [f"{_CRS} {CRS.from_user_input(crs).to_wkt()}", ",".join(_COLUMNS)]
    for number, point in enumerate(points):
        one = missed.get(number)
        residual = (one.dx_m, one.dy_m, one.length_m) if one else (0.0, 0.0, 0.0)
        values = (point.x, point.y, point.col, -point.row or 0.0)
        lines.append(
            ",".join(
                [
                    *(repr(value) for value in values),
                    str(int(point.used)),
                    *(f"{one:.4f}" for one in residual),
                ]
            )
        )
    return "\n".join([*lines, ""])


def in_crs(points: Sequence[ControlPoint], crs: str, wanted: str, name: str) -> tuple[ControlPoint, ...]:
    """The points with map coordinates in the CRS `wanted` in place of `crs`.

    Raises
    ------
    InputRefused
        when `crs` is none, or a point is beyond the reach of one of them.
    """
    from pyproj import CRS, Transformer
    from pyproj.exceptions import CRSError, ProjError

    try:
        known = CRS.from_user_input(crs)
        if known == CRS.from_user_input(wanted):
            return tuple(points)
        change = Transformer.from_crs(known, wanted, always_xy=True)
        xs, ys = change.transform([point.x for point in points], [point.y for point in points])
    except (CRSError, ProjError) as error:
        raise InputRefused(
            name, f"'{crs[:60]}' is no coordinate reference system", "name one with --crs, as EPSG:4326"
        ) from error
    for number, (x, y) in enumerate(zip(xs, ys, strict=True), 1):
        if not (math.isfinite(x) and math.isfinite(y)):
            raise InputRefused(name, f"point {number} lies outside the world", "check the CRS with --crs")
    return tuple(replace(point, x=float(x), y=float(y)) for point, x, y in zip(points, xs, ys, strict=True))
