"""What aligning a still shows: the stills that it can be laid on, and how pairs of points fit."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from workflow.errors import WorkflowError
from workflow.georef import lattice
from workflow.model import Capture, ControlPoint, ViewAlignment
from workflow.readmodels.dates import dated
from workflow.readmodels.georeference import MESH
from workflow.stills import Still, fit_view, stills_of, view_words

if TYPE_CHECKING:
    from workflow.project import Project

__all__ = ["others", "still_preview", "still_rows"]


def others(project: Project, still: Still) -> list[Still]:
    """Stills of its site that a still can be laid on: the one that it lies on, then the others by date."""
    found = [one for one in stills_of(project.stills(still.capture.site or "")) if one.key != still.key]
    laid = still.view.to if still.view else None
    return sorted(found, key=lambda one: one.key != laid)


def still_preview(
    size: tuple[int, int], other: tuple[int, int], points: Sequence[ControlPoint]
) -> dict[str, Any]:
    """How pairs would lay a still on another, as the page shows it while they are set: rows of the other run up.

    ``{"problem": sentence}`` where they cannot be used; else `rms`, `loo`, `residuals` and `mesh` as
    `workflow.readmodels.georeference.preview` has them, in pixels of the other still.
    """
    downwards = [ControlPoint(one.col, one.row, one.x, -one.y, one.used) for one in points]
    try:
        found = fit_view(downwards, size, other)
    except WorkflowError as error:
        return {"problem": str(error)}
    places = found.to_other(lattice(size, MESH)) * (1, -1)
    return {
        "rms": found.rms_px,
        "loo": found.loo_px,
        "residuals": [
            [one.number, one.dx_m, -one.dy_m, one.length_m, one.left_out_m] for one in found.misfits
        ],
        "mesh": places.round(3).tolist(),
    }


def still_rows(project: Project, capture: Capture) -> list[dict[str, Any]]:
    """A row for each of its stills that was laid on another: ``id file at date to to_file to_at to_date aligned points
    rms_px left_out_px matched``; `at` and `to_at` are time codes, empty where it is no clip.
    """
    return [_row(project, still, view) for still in stills_of([capture]) if (view := still.view) is not None]


def _row(project: Project, still: Still, view: ViewAlignment) -> dict[str, Any]:
    capture, other = still.capture, project.still(view.to, withdrawn=True)
    return {
        "id": capture.id,
        "file": capture.file,
        "at": still.code,
        "date": dated(capture.acquired),
        "to": other.capture.id,
        "to_file": other.capture.file,
        "to_at": other.code,
        "to_date": dated(other.capture.acquired),
        "aligned": view_words(view),
        "points": sum(point.used for point in view.points),
        "rms_px": round(view.rms_px, 3),
        "left_out_px": None if view.loo_px is None else round(view.loo_px, 3),
        "matched": view.matched,
    }
