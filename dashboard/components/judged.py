"""What a lead judges: the picture with the mark on it, as it is and as it was judged last, and what changed since."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from dashboard import notices, routes
from dashboard.components.differences import differences, drawn, lines_of
from dashboard.language import language, t
from dashboard.projects import current_project
from dashboard.safetext import safe
from workflow.chips import site_grid_of
from workflow.errors import WorkflowError
from workflow.grid import SiteGrid
from workflow.model import Annotation, Capture, LonLat, Verdict
from workflow.readmodels import history, reviews

__all__ = ["picture_html", "since_html"]

Row = Mapping[str, Any]
_NOW, _BEFORE = "#f2b134", "#ffffff"


def picture_html(row: Row, capture: Capture | None) -> str:
    """The picture that the work of a row of `reviews.review_queue` is about, a mark drawn on it."""
    if capture is None or capture.withdrawn is not None:
        return f"<div>{safe(t('no picture'))}</div>"
    mapped = capture.is_georeferenced
    address = routes.view_url(row["site"], capture.id) if mapped else routes.still_url(capture.id)
    mark = _drawn(row, capture) if row["kind"] == "annotation" else ""
    return (
        "<div style='position:relative;line-height:0;max-width:58vh;background:#14171c;border-radius:6px;"
        "overflow:hidden'>"
        f"<img src='{address}' alt='{safe(capture.file)}' style='width:100%;display:block'>{mark}</div>"
        + (notices.SYNTHETIC if capture.synthetic else "")
        + f"<span style='font-size:.8rem;opacity:.75'>{safe(capture.credit)}</span>"
    )


def since_html(row: Row, reader: str) -> str:
    """What was changed since the work was judged last, version by version; "" where it never was."""
    judged = _judged(row)
    if not judged:
        return ""
    found = history.object_history(
        current_project(), row["kind"], row["id"], reader=reader, language=language()
    )
    parts = [
        differences(found, {**one, "changed": changed})
        for one in reversed(found.revisions)
        if one["version"] > judged
        and (changed := [field for field in one["changed"] if field["field"] != "review"])
    ]
    told = "".join(parts) or f"<div>{safe(t('Nothing but its standing.'))}</div>"
    return f"<div style='margin-top:.4rem'><b>{safe(t('Changed since it was returned'))}</b>{told}</div>"


def _judged(row: Row) -> int:
    """The version that was returned last, 0 where none was."""
    steps = reviews.review_log(current_project(), row["kind"], row["id"])
    return max((step["version"] for step in steps if step["verdict"] == Verdict.RETURNED), default=0)


def _drawn(row: Row, capture: Capture) -> str:
    """The mark's outline over its picture, the one that was returned dashed below it (SVG)."""
    project = current_project()
    known = project.record.get(Annotation, row["id"])
    if known is None or known.value.in_pixels is capture.is_georeferenced:
        return ""
    grid = None
    if not known.value.in_pixels:
        try:
            grid = site_grid_of(project, project.site(row["site"]))
        except WorkflowError:  # a site that is not located any more
            return ""
    judged = _judged(row)
    was = history.object_history(project, row["kind"], row["id"]).geometries.get(judged) if judged else None
    width, height = (grid.width, grid.height) if grid else (capture.width_px, capture.height_px)
    outlines = "".join(
        _outline(geometry, grid, max(width, height), colour, dashes)
        for geometry, colour, dashes in ((was, _BEFORE, "6 5"), (known.value.geometry, _NOW, ""))
        if geometry and (not dashes or geometry != known.value.geometry)
    )
    return drawn(outlines, width, height, "position:absolute;inset:0;width:100%;height:100%")


def _outline(geometry: Mapping[str, Any], grid: SiteGrid | None, side: int, colour: str, dashes: str) -> str:
    return "".join(
        _line([_pixel(x, y, grid) for x, y in line], side, colour, dashes)
        for line in lines_of(geometry["coordinates"])
    )


def _line(points: Iterable[tuple[float, float]], side: int, colour: str, dashes: str) -> str:
    """A line with a dark edge, so that it is seen on any ground; a single position is a ring."""
    known = list(points)
    if len(known) == 1:
        (x, y), radius = known[0], side / 40
        shape = f"<circle cx='{x:.1f}' cy='{y:.1f}' r='{radius:.1f}'"
    else:
        shape = f"<polyline points='{' '.join(f'{x:.1f},{y:.1f}' for x, y in known)}'"
    return "".join(
        f"{shape} fill='none' stroke='{stroke}' stroke-width='{width}' vector-effect='non-scaling-stroke' "
        f"stroke-dasharray='{dashes}'/>"
        for stroke, width in (("#000000", 4), (colour, 2))
    )


def _pixel(x: float, y: float, grid: SiteGrid | None) -> tuple[float, float]:
    return grid.to_pixel(*grid.from_lonlat(LonLat(x, y))) if grid else (x, y)
