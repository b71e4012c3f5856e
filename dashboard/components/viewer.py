"""The comparison viewer: what goes to the browser, and what comes back.

Everything that the viewer may show of a site goes out once. What comes back is a log of operations (draw,
delete, state) as component state; each is applied once, acknowledged by its id, and the viewer forgets what
was acknowledged. Boxes arrive in the site's grid (metres) and are stored as WGS 84.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import streamlit as st

from dashboard import assets, routes, state
from dashboard.capability import capabilities
from dashboard.language import language
from dashboard.projects import current_project
from workflow import actions, pictures
from workflow.errors import WorkflowError
from workflow.grid import SiteGrid
from workflow.interpretability import Legible, words
from workflow.model import Author, LonLat, Role, Target
from workflow.readmodels.pages import CaptureCard, ComparePage, MarkCard

__all__ = ["apply_operations", "from_grid", "show_viewer", "to_grid", "viewer_data"]

_REMEMBERED = 500
# small, because it is sent with every message; the viewer itself is an asset that browsers keep
_BOOTSTRAP = """
export default function (component) {
  let leave = null;
  let left = false;
  import(new URL(component.data.script, document.baseURI).href).then((viewer) => {
    if (!left) leave = viewer.render(component);
  });
  return () => { left = true; if (leave) leave(); };
}
"""
_component = st.components.v2.component(
    "sitetrack_viewer", html='<div class="sitetrack-viewer"></div>', js=_BOOTSTRAP, isolate_styles=True
)


def show_viewer(page: ComparePage, target: Target) -> None:
    """Draw the viewer of a site, and apply what was done in it since the last run."""
    key = f"viewer.{page.site.id}"
    data = viewer_data(page, target, state.author()) | _answers(page.site.id)
    _component(
        key=key,
        data=data,
        height="content",
        on_ops_change=lambda: _take(key, page),
        on_renew_change=lambda: None,
    )


def _answers(site: str) -> dict[str, Any]:
    return {
        "acked": list(st.session_state.get(f"acked.{site}", ())),
        "refusals": list(st.session_state.get(f"refusals.{site}", ())),
    }


def _take(key: str, page: ComparePage) -> None:
    """Apply the log of operations that has just come in."""
    site = page.site.id
    operations = st.session_state[key].get("ops") or []
    known = st.session_state.get(f"acked.{site}", ())
    fresh = [one for one in operations if isinstance(one, Mapping) and one.get("id") not in known]
    if not fresh:
        return
    acked, refusals = apply_operations(page, state.author(), fresh)
    st.session_state[f"acked.{site}"] = (*known, *acked)[-_REMEMBERED:]
    st.session_state[f"refusals.{site}"] = refusals


# -- out -----------------------------------------------------------------------------------------------------


def viewer_data(page: ComparePage, target: Target, author: Author | None) -> dict[str, Any]:
    """What the viewer shows of a located site; coordinates are metres in the site's grid.

    Raises
    ------
    ValueError
        when the site is not located.
    """
    grid = page.grid
    if grid is None or page.site.position is None:
        raise ValueError(f"site {page.site.id} is not located")
    return {
        "script": assets.url("viewer.js"),
        "project": str(current_project().root),
        "site": {"id": page.site.id, "name": page.site.name},
        "target": {"id": target.id, "name": target.name or target.id},
        "grid": _grid(grid, page.site.id),
        "home": list(grid.bounds),
        "center": list(grid.from_lonlat(page.site.position.lonlat)),
        "token": capabilities.issue(routes.tile_scope(page.site.id)),
        "captures": [_capture(card, target) for card in page.captures],
        "annotations": [_mark(mark, grid) for mark in page.marks if not mark.mark.in_pixels],
        "shown": _first_pair(page, target),
        "read_only": author is None or author.role is Role.VIEWER,
        "language": language(),
        "author": f"{author.name} ({author.role})" if author else "",
    }


def _first_pair(page: ComparePage, target: Target) -> list[str]:
    """What to show first: the pictures that bound the target's appearance, else the first and the last."""
    ids = [card.id for card in page.captures]
    for one in page.findings:
        pair = one.witnesses if one.target == target.id and one.source == "imagery" else ()
        if len(pair) == 2 and set(pair) <= set(ids):
            return list(pair)
    return [ids[0], ids[-1]] if ids else []


def _grid(grid: SiteGrid, site: str) -> dict[str, Any]:
    return {
        "code": f"site:{grid.crs}",
        "extent": list(pictures.picture_extent(grid).bounds),
        "resolutions": list(pictures.levels(grid)),
        "tile_px": pictures.TILE_PX,
        "url": routes.TILE_PATH.replace("{site}", site),
        "thumbnail": routes.THUMBNAIL_PATH.replace("{site}", site),
    }


def _capture(card: CaptureCard, target: Target) -> dict[str, Any]:
    gsd = f"{card.gsd_m:.3g} m" if card.gsd_m else ""
    detail = [card.local, card.provider, gsd, _little(card, target)]
    return {
        "id": card.id,
        "label": card.label,
        "basis": card.basis,
        "detail": " · ".join(part for part in detail if part),
        "aligned": card.aligned,
        "credit": card.credit,
        "synthetic": card.synthetic,
        "state": card.states.get(target.id),
    }


def _little(card: CaptureCard, target: Target) -> str:
    """What stands under the picture where it shows little of the target, before anybody says a state."""
    level = card.readings[target.id].level if target.id in card.readings else Legible.IDENTIFY
    return {
        Legible.TOO_COARSE: f"too coarse for a {words(target.kind)}: absent needs a note",
        Legible.DETECT: f"fine enough to detect a {words(target.kind)}, not to identify it",
    }.get(level, "")


def _mark(card: MarkCard, grid: SiteGrid) -> dict[str, Any]:
    mark = card.mark
    return {
        "id": mark.id,
        "capture": mark.capture,
        "shape": mark.shape,
        "label": mark.label,
        "version": card.version,
        "geometry": to_grid(mark.geometry, grid),
    }


def to_grid(geometry: Mapping[str, Any], grid: SiteGrid) -> dict[str, Any]:
    """A GeoJSON geometry on WGS 84 (lon, lat) in the grid's metres."""
    return {
        "type": geometry["type"],
        "coordinates": _each(geometry["coordinates"], lambda x, y: grid.from_lonlat(LonLat(x, y))),
    }


def from_grid(geometry: Mapping[str, Any], grid: SiteGrid) -> dict[str, Any]:
    """A geometry in the grid's metres as GeoJSON on WGS 84 (lon, lat)."""

    def place(x: float, y: float) -> tuple[float, float]:
        lonlat = grid.to_lonlat(x, y)
        return lonlat.lon, lonlat.lat

    return {"type": geometry["type"], "coordinates": _each(geometry["coordinates"], place)}


def _each(coordinates: Any, place: Callable[[float, float], Iterable[float]]) -> list[Any]:
    if not isinstance(coordinates, list | tuple):
        raise TypeError("coordinates are nested lists of numbers")
    if coordinates and isinstance(coordinates[0], int | float):
        return list(place(float(coordinates[0]), float(coordinates[1])))
    return [_each(one, place) for one in coordinates]


# -- in ------------------------------------------------------------------------------------------------------


def apply_operations(
    page: ComparePage, author: Author | None, operations: Sequence[Mapping[str, Any]]
) -> tuple[list[str], list[dict[str, str]]]:
    """Apply operations of the viewer in their order: ids that are done with, and refusals as sentences.

    A refused operation is done with as well: the viewer shows the sentence and keeps nothing that cannot be
    stored.
    """
    refusals: list[dict[str, str]] = []
    done: list[str] = []
    for operation in sorted(operations, key=lambda one: one.get("seq", 0)):
        name = str(operation.get("id", ""))
        try:
            if author is None:
                refusals.append(
                    {"id": name, "sentence": "Nothing was stored: give your name first; reload the page."}
                )
            else:
                refusals += [{"id": name, "sentence": one} for one in _apply(page, author, operation)]
        except WorkflowError as error:
            refusals.append({"id": name, "sentence": str(error)})
        except (KeyError, TypeError, ValueError, IndexError):  # not made by our viewer
            refusals.append(
                {"id": name, "sentence": "An operation could not be read; reload the page and repeat it."}
            )
        done.append(name)
    return done, refusals


def _apply(page: ComparePage, author: Author, operation: Mapping[str, Any]) -> list[str]:
    project, site = current_project(), page.site.id
    if operation["kind"] == "observe":
        actions.observe(
            project,
            author,
            site=site,
            capture=operation["capture"],
            state=operation["state"],
            target=operation["target"],
            confidence=operation["confidence"],
            note=operation["note"],
        )
        return []
    answer = actions.annotate(project, author, [_drawing(page, operation)])
    return [sentence for _, sentence in answer.refused]


def _drawing(page: ComparePage, operation: Mapping[str, Any]) -> dict[str, Any]:
    """An operation of the viewer as `actions.annotate` takes it."""
    if operation["kind"] == "delete":
        return {
            "op": operation["id"],
            "seq": operation["seq"],
            "type": "delete",
            "annotation": {"id": operation["annotation"]},
            "base_version": operation["base_version"],
        }
    if operation["kind"] != "annotate" or page.grid is None:
        raise ValueError(operation["kind"])
    return {
        "op": operation["id"],
        "seq": operation["seq"],
        "type": "add",
        "annotation": {
            "id": operation["id"],
            "site": page.site.id,
            "capture": operation["capture"],
            "target": operation["target"],
            "shape": operation["shape"],
            "geometry": from_grid(operation["geometry"], page.grid),
            "label": operation["label"],
        },
    }
