"""The comparison viewer: what goes to the browser, and what comes back.

Everything that the viewer may show of a site goes out once. What comes back is a log of operations (draw,
delete, state) as component state; each is applied once, acknowledged by its id, and the viewer forgets what
was acknowledged. Boxes arrive in the site's grid (metres) and are stored as WGS 84.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import streamlit as st

from dashboard import assets, cache, routes, state
from dashboard.capability import capabilities
from dashboard.components import following
from dashboard.components.way import Way
from dashboard.language import language, t
from dashboard.projects import current_project
from workflow import actions, pictures
from workflow.errors import WorkflowError
from workflow.grid import SiteGrid
from workflow.interpretability import Legible, words
from workflow.model import Author, LonLat, Role, Target
from workflow.readmodels.pages import CaptureCard, ComparePage, MarkCard

__all__ = [
    "apply_operations",
    "from_grid",
    "neighbour_data",
    "show_viewer",
    "site_key",
    "to_grid",
    "viewer_data",
]

_KEY = "viewer"
_ACKED, _REFUSALS, _WENT = "viewer.acked", "viewer.refusals", "viewer.went"
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


def show_viewer(page: ComparePage, target: Target, way: Way) -> None:
    """Draw the viewer of a site, and apply what was done in it since the last run.

    It is one component for all sites, so that a step to the next one keeps it; `way` has the neighbours.
    """
    data = viewer_data(page, target, state.author()) | {
        "order": way.order,
        "near": {one.site.id: neighbour_data(one, aim) for one, aim in way.near},
        "went": st.session_state.get(_WENT, 0),
        "acked": list(st.session_state.get(_ACKED, ())),
        "refusals": list(st.session_state.get(_REFUSALS, ())),
    }
    for one in data["near"].values():
        one["order"] = way.orders[one["site"]["id"]]
    _component(
        key=_KEY,
        data=data,
        height="content",
        on_ops_change=_take,
        on_go_change=_go,
        on_renew_change=lambda: None,
    )


def _go() -> None:
    """The viewer shows another site already: the page follows."""
    wish = st.session_state[_KEY].get("go")
    if not isinstance(wish, Mapping):
        return
    st.session_state[_WENT] = wish.get("step", 0)
    st.session_state[site_key()] = str(wish.get("site"))


def site_key() -> str:
    """The session's key of the page's choice of a site: another one after each step of the viewer.

    What the browser sends right after a step still has the value of the old choice; it must not undo the step.
    """
    step = st.session_state.get(_WENT, 0)
    return f"compare.site.{step}" if step else "compare.site"


def _take() -> None:
    """Apply the log of operations that has just come in; it may be of several sites."""
    operations = st.session_state[_KEY].get("ops") or []
    known = st.session_state.get(_ACKED, ())
    fresh = [one for one in operations if isinstance(one, Mapping) and one.get("id") not in known]
    if not fresh:
        return
    author = state.author()
    acked: list[str] = []
    refusals: list[dict[str, str]] = []
    for site in dict.fromkeys(str(one.get("site")) for one in fresh):
        mine = [one for one in fresh if str(one.get("site")) == site]
        try:
            page = cache.compare(site, current_project().record.stamp, author.name if author else None)
        except WorkflowError as error:
            acked += [str(one.get("id", "")) for one in mine]
            refusals += [{"id": str(one.get("id", "")), "sentence": str(error)} for one in mine]
            continue
        done, refused = apply_operations(page, author, mine)
        acked, refusals = acked + done, refusals + refused
    st.session_state[_ACKED] = (*known, *acked)[-_REMEMBERED:]
    st.session_state[_REFUSALS] = refusals


# -- out -----------------------------------------------------------------------------------------------------


def viewer_data(page: ComparePage, target: Target, author: Author | None) -> dict[str, Any]:
    """What the viewer shows of a located site; coordinates are metres in the site's grid.

    Raises
    ------
    ValueError
        when the site is not located.
    """
    return neighbour_data(page, target) | {
        "script": assets.url("viewer.js"),
        "project": str(current_project().root),
        "read_only": author is None or author.role is Role.VIEWER,
        "language": language(),
        "author": f"{author.name} ({author.role})" if author else "",
    }


def neighbour_data(page: ComparePage, target: Target) -> dict[str, Any]:
    """The part of it that is another at each site.

    Raises
    ------
    ValueError
        when the site is not located.
    """
    grid = page.grid
    if grid is None or page.site.position is None:
        raise ValueError(f"site {page.site.id} is not located")
    place = page.site.position.lonlat
    return {
        "site": {"id": page.site.id, "name": page.site.name},
        "target": {"id": target.id, "name": target.name or target.id},
        "grid": _grid(grid, page.site.id),
        "home": list(grid.bounds),
        "center": list(grid.from_lonlat(place)),
        "north_deg": round(grid.true_north_deg(place), 3),
        "token": capabilities.issue(routes.tile_scope(page.site.id)),
        "captures": [_capture(card, target) for card in page.captures],
        "annotations": [_mark(mark, grid) for mark in page.marks if not mark.mark.in_pixels],
        "shown": _first_pair(page, target),
        "findings": following.of(page, target),
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
        "card": routes.CARD_PATH.replace("{site}", site),
    }


def _capture(card: CaptureCard, target: Target) -> dict[str, Any]:
    gsd = f"{card.gsd_m:.3g} m" if card.gsd_m else ""
    detail = [card.local, card.provider, gsd, _little(card, target)]
    is_aligned, aligned, why = _alignment(card)
    return {
        "id": card.id,
        "label": card.label,
        "basis": card.basis,
        "detail": " · ".join(part for part in detail if part),
        "is_aligned": is_aligned,
        "aligned": aligned,
        "aligned_why": why,
        "credit": card.credit,
        "synthetic": card.synthetic,
        "state": card.states.get(target.id),
        "mine": card.mine.get(target.id),
    }


def _alignment(card: CaptureCard) -> tuple[bool, str, str]:
    """Whether a picture lies on the site's reference, in words, and why or how.

    The method gives a quality and no error of a single offset, so none is stated.
    """
    offset = card.offset
    if offset is None:
        why = t("Nobody has laid it on the other pictures yet: sitetrack track does.")
        return False, t("not aligned"), why
    if offset.reference == card.id:
        return True, t("alignment reference"), t("The other pictures of this site are laid on this one.")
    if not offset.applied:
        return (
            False,
            t("not aligned"),
            t("The offset that was found is not applied: {reason}.", reason=offset.reason),
        )
    why = t(
        "Moved by {east} m east and {north} m north onto the reference, quality {quality}. "
        "How far off it still is, is not known.",
        east=f"{offset.dx_m:+.1f}",
        north=f"{offset.dy_m:+.1f}",
        quality=f"{offset.quality:.2f}",
    )
    return True, t("aligned (error not known)"), why


def _little(card: CaptureCard, target: Target) -> str:
    """What stands under the picture where it shows little of the target, before anybody says a state."""
    level = card.readings[target.id].level if target.id in card.readings else Legible.IDENTIFY
    kind = words(target.kind)
    if level is Legible.TOO_COARSE:
        return t("too coarse for a {kind}: absent needs a note", kind=kind)
    if level is Legible.DETECT:
        return t("fine enough to detect a {kind}, not to identify it", kind=kind)
    return ""


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
