"""What georeferencing a picture by hand shows: the picture, pictures to look places up on, and how pairs fit."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from workflow.chips import covering
from workflow.errors import InputRefused, WorkflowError
from workflow.georef import Misfit, fit, in_crs, lattice
from workflow.model import Capture, ControlModel, ControlPoint, Georeference, Site

if TYPE_CHECKING:
    from workflow.project import Project

__all__ = [
    "MESH",
    "known_points",
    "pair_rows",
    "parse_pairs",
    "point_rows",
    "preview",
    "references",
    "site_of",
]

_MOST_PAIRS = 500
MESH = 17
"""Vertices of the preview's mesh a side."""


def site_of(project: Project, capture: Capture) -> Site:
    """The site that a picture which can be placed by hand belongs to.

    Raises
    ------
    InputRefused
        when the picture has coordinates of its own, or no site.
    """
    name = f"Capture {capture.id} ({capture.file})"
    if capture.georeference is Georeference.NATIVE and capture.crs is not None:
        raise InputRefused(name, f"has coordinates of its own ({capture.crs[:40]})", "leave it where it is")
    if capture.site is None:
        raise InputRefused(name, "belongs to no site", "take it in again with --site")
    return project.site(capture.site)


def references(project: Project, capture: Capture, site: Site) -> list[Capture]:
    """Pictures on which places can be looked up: those that lie at the site, coordinates of their own before others,
    the nearest in time first.
    """
    found = [one for one in covering(project, site) if one.id != capture.id]
    return sorted(
        found, key=lambda one: (one.georeference is not Georeference.NATIVE, _days_between(one, capture))
    )


def _days_between(one: Capture, other: Capture) -> int:
    days = [span.latest or span.earliest or date.max for span in (one.acquired, other.acquired)]
    return abs((days[0] - days[1]).days)


def known_points(capture: Capture, crs: str) -> tuple[ControlPoint, ...]:
    """The capture's control points with map coordinates in `crs`; empty where it has none."""
    if capture.control is None:
        return ()
    return in_crs(capture.control.points, capture.control.crs, crs, capture.file)


def point_rows(capture: Capture) -> list[dict[str, Any]]:
    """Rows ``number column row x y used proposed dx_m dy_m residual_m left_out_m`` of control points, the worst first.

    Map coordinates are metres of the CRS in which they are kept; a pair that does not count has no residual.
    """
    control = capture.control
    if control is None:
        return []
    return pair_rows(control.model, control.points, (control.width_px, control.height_px))


def pair_rows(
    model: ControlModel, points: Sequence[ControlPoint], size: tuple[int, int]
) -> list[dict[str, Any]]:
    """The same of pairs that nobody saved, of a picture of `size`."""
    missed = {one.number: one for one in fit(model, points, size).misfits}
    rows = [_point_row(number, point, missed.get(number)) for number, point in enumerate(points)]
    return sorted(rows, key=lambda row: -(row["residual_m"] if row["residual_m"] is not None else -1))


def _point_row(number: int, point: ControlPoint, missed: Misfit | None) -> dict[str, Any]:
    return {
        "number": number + 1,
        "column": point.col,
        "row": point.row,
        "x": point.x,
        "y": point.y,
        "used": point.used,
        "proposed": point.proposed,
        "dx_m": round(missed.dx_m, 3) if missed else None,
        "dy_m": round(missed.dy_m, 3) if missed else None,
        "residual_m": round(missed.length_m, 3) if missed else None,
        "left_out_m": round(missed.left_out_m, 3) if missed and missed.left_out_m is not None else None,
    }


def parse_pairs(model: str, text: str) -> tuple[ControlModel, tuple[ControlPoint, ...]]:
    """A model and pairs of points as an address has them: ``column,row,x,y,used`` a pair, between semicolons.

    Raises
    ------
    InputRefused
        when it is something else, or more than any page sends.
    """
    parts = text.split(";") if text else []
    try:
        if len(parts) > _MOST_PAIRS:
            raise ValueError(len(parts))
        rows = [[float(value) for value in part.split(",")] for part in parts]
        points = tuple(ControlPoint(col, row, x, y, used > 0) for col, row, x, y, used in rows)
        return ControlModel(model), points
    except ValueError as error:
        raise InputRefused("Pairs of points", "they cannot be read", "reload the page") from error


def preview(size: tuple[int, int], model: ControlModel, points: Sequence[ControlPoint]) -> dict[str, Any]:
    """How pairs would place a picture of `size`, as the page shows it while they are set.

    ``{"problem": sentence}`` where they cannot be used; else `rms`, `loo` (None where nothing tells) in metres,
    `residuals` (a row a pair that counts: number from 0, dx, dy, length, left out) and `mesh`: x, y of 17 x 17 places
    over the picture, row by row.
    """
    try:
        found = fit(model, points, size)
    except WorkflowError as error:
        return {"problem": str(error)}
    return {
        "rms": found.rms_m,
        "loo": found.loo_m,
        "residuals": [
            [one.number, one.dx_m, one.dy_m, one.length_m, one.left_out_m] for one in found.misfits
        ],
        "mesh": found.mapping.to_map(lattice(size, MESH)).round(3).tolist(),
    }
