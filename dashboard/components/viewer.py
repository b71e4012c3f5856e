"""The comparison viewer: what goes to the browser, and what comes back.

Everything that the viewer may show of a site goes out once. What comes back is a log of operations (draw, edit,
delete, state) as component state; each is applied once, acknowledged by its id, and the viewer forgets what
was acknowledged (`operations.py`). Marks go out in the site's grid (metres) and are stored as WGS 84.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import streamlit as st

from dashboard import assets, routes, state
from dashboard.capability import capabilities
from dashboard.components import following
from dashboard.components.measuring import measuring, seeing
from dashboard.components.operations import apply_operations
from dashboard.components.way import Way
from dashboard.gridjson import to_grid, to_space
from dashboard.language import language, t
from dashboard.projects import current_project
from dashboard.told import told
from workflow import pictures
from workflow.compare import MEDIAN_METHOD
from workflow.grid import SiteGrid
from workflow.interpretability import Legible, words
from workflow.model import Author, Observation, Role, Target
from workflow.readmodels.pages import CaptureCard, ComparePage, MarkCard
from workflow.readmodels.scores import PlacedChange
from workflow.stills import Space, px_words

__all__ = ["grid_data", "look_at", "neighbour_data", "show_viewer", "site_key", "still_data", "viewer_data"]

_KEY = "viewer"
_ACKED, _REFUSALS, _WENT, _LOOK = "viewer.acked", "viewer.refusals", "viewer.went", "viewer.look"
_ALIGNED = ("is_aligned", "aligned", "aligned_why")
_REMEMBERED = 500
_TOLD = 200
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


def show_viewer(page: ComparePage, target: Target, way: Way, *, stills: bool = False) -> None:
    """Draw the viewer of a site, and apply what was done in it since the last run.

    It is one component for all sites, so that a step to the next one keeps it; `way` has the neighbours. `stills` shows
    the site's pictures without coordinates in place of those on the map.
    """
    author = state.author()
    data = viewer_data(page, target, author, stills=stills) | {
        "order": way.order,
        "near": {one.site.id: neighbour_data(one, aim, author) for one, aim in way.near},
        "went": st.session_state.get(_WENT, 0),
        "look": st.session_state.get(_LOOK),
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


def look_at(mark: str) -> None:
    """Have the viewer show a mark: chosen, in its picture."""
    before = st.session_state.get(_LOOK) or {"turn": 0}
    st.session_state[_LOOK] = {"mark": mark, "turn": before["turn"] + 1}


def _go() -> None:
    """The viewer shows another site already: the page follows."""
    wish = st.session_state[_KEY].get("go")
    if not isinstance(wish, Mapping):
        return
    st.session_state[_WENT] = wish.get("step", 0)
    st.query_params.pop("pictures", None)  # the viewer shows what lies on the map there
    st.session_state[site_key()] = str(wish.get("site"))


def site_key() -> str:
    """The session's key of the page's choice of a site: another one after each step of the viewer.

    What the browser sends right after a step still has the value of the old choice; it must not undo the step.
    """
    step = st.session_state.get(_WENT, 0)
    return f"compare.site.{step}" if step else "compare.site"


def _take() -> None:
    """Apply the part of the log of operations that has just come in; it may be of several sites."""
    sent = st.session_state[_KEY].get("ops")
    operations = sent.get("operations") if isinstance(sent, Mapping) else None
    known = st.session_state.get(_ACKED, ())
    fresh = [
        one for one in operations or () if isinstance(one, Mapping) and str(one.get("id", "")) not in known
    ]
    if not fresh:
        return
    acked, refusals = apply_operations(state.author(), fresh)
    st.session_state[_ACKED] = (*known, *acked)[-_REMEMBERED:]
    st.session_state[_REFUSALS] = (*st.session_state.get(_REFUSALS, ()), *refusals)[-_TOLD:]


# -- out -----------------------------------------------------------------------------------------------------


def viewer_data(
    page: ComparePage, target: Target, author: Author | None, *, stills: bool = False
) -> dict[str, Any]:
    """What the viewer shows of a site: its pictures on the map, or its `stills`.

    Raises
    ------
    ValueError
        when the site is not located, or has no stills.
    """
    here = still_data(page, target, author) if stills else neighbour_data(page, target, author)
    return here | {
        "script": assets.url("viewer.js"),
        "project": _name_of(str(current_project().root)),
        "read_only": author is None or author.role is Role.VIEWER,
        "language": language(),
        "author": f"{author.name} ({t(author.role)})" if author else "",
        "who": author.name if author else "",
    }


def _name_of(root: str) -> str:
    """What tells projects apart in a browser's storage; a browser is told no folder of the server."""
    return hashlib.sha256(root.encode()).hexdigest()[:16]


def neighbour_data(page: ComparePage, target: Target, author: Author | None) -> dict[str, Any]:
    """The part of it that is another at each site; coordinates are metres in the site's grid.

    Raises
    ------
    ValueError
        when the site is not located.
    """
    grid = page.grid
    if grid is None or page.site.position is None:
        raise ValueError(f"site {page.site.id} is not located")
    place = page.site.position.lonlat
    return _about(page, target) | {
        "frame": "",
        "grid": grid_data(grid, page.site.id),
        "home": list(grid.bounds),
        "center": list(grid.from_lonlat(place)),
        "north_deg": round(grid.true_north_deg(place), 3),
        "token": capabilities.issue(routes.tile_scope(page.site.id)),
        "captures": [
            one | dict(zip(_ALIGNED, _alignment(card), strict=True))
            for card, one in _captures(page, page.captures, target, author)
        ],
        "annotations": [
            _mark(mark, partial(to_grid, grid=grid)) for mark in page.marks if not mark.mark.in_pixels
        ],
        "shown": _first_pair(page, [card.id for card in page.captures], target),
        "changes": [_change(one, grid) for one in page.changes.get(target.id, ())],
        **measuring(page),
    }


def still_data(page: ComparePage, target: Target, author: Author | None) -> dict[str, Any]:
    """The same of a site's stills; coordinates are pixels of the still on which they are laid, rows upwards.

    Raises
    ------
    ValueError
        when there are none.
    """
    space = page.space
    if space is None:
        raise ValueError(f"site {page.site.id} has no stills")
    cards = [card for card in page.stills if card.id in space.matrices]
    keys = {card.id: card.keys for card in cards}
    left, top, right, bottom = space.extent
    width, height = space.size
    return _about(page, target) | {
        "frame": space.key,
        "grid": {
            "code": f"stills:{space.root}",
            "extent": [left, -bottom, right, -top],
            "resolutions": list(space.levels),
            "tile_px": pictures.TILE_PX,
            **_addresses(page.site.id),
        },
        "home": [0, -height, width, 0],
        "center": [width / 2, -height / 2],
        "north_deg": None,
        # another address wherever a still lies otherwise: browsers keep tiles
        "token": f"{capabilities.issue(routes.tile_scope(page.site.id))}&f={space.key}",
        "captures": [
            one | {"laid": (laid := _laid_frames(card, space, cards))} | laid[0]
            for card, one in _captures(page, cards, target, author)
        ],
        "annotations": [
            _mark(mark, partial(to_space, space=space, still=keys[mark.mark.capture][mark.frame]))
            for mark in page.marks
            if mark.mark.in_pixels and mark.mark.capture in keys
        ],
        "shown": _first_pair(page, [card.id for card in cards], target),
        "changes": [],
        **seeing(page, cards),
    }


def _about(page: ComparePage, target: Target) -> dict[str, Any]:
    """What it has of a site and a target, whichever pictures are shown."""
    return {
        "site": {"id": page.site.id, "name": page.site.name},
        "target": {"id": target.id, "name": target.name or target.id},
        "targets": [{"id": one.id, "name": one.name or one.id} for one in page.site.targets],
        "findings": following.of(page, target),
    }


def _first_pair(page: ComparePage, ids: Sequence[str], target: Target) -> list[str]:
    """What to show first: the pictures that bound the target's appearance, else the first and the last."""
    for one in page.findings:
        pair = one.witnesses if one.target == target.id and one.source == "imagery" else ()
        if len(pair) == 2 and set(pair) <= set(ids):
            return list(pair)
    return [ids[0], ids[-1]] if ids else []


def _change(suggested: PlacedChange, grid: SiteGrid) -> dict[str, Any]:
    """What the viewer has of a suggested change; its place in metres of the site's grid."""
    left, bottom, right, top = grid.bounds
    return {
        "between": [suggested.before, suggested.after],
        "at": [(left + right) / 2 + suggested.east_m, (bottom + top) / 2 + suggested.north_m],
        "score": suggested.score,
    }


def grid_data(grid: SiteGrid, site: str) -> dict[str, Any]:
    """A site's grid with the tiles on it, as the browser needs them."""
    return {
        "code": f"site:{grid.crs}",
        "extent": list(pictures.picture_extent(grid).bounds),
        "resolutions": list(pictures.levels(grid)),
        "tile_px": pictures.TILE_PX,
        **_addresses(site),
    }


def _addresses(site: str) -> dict[str, str]:
    return {
        "url": routes.TILE_PATH.replace("{site}", site),
        "thumbnail": routes.THUMBNAIL_PATH.replace("{site}", site),
        "card": routes.CARD_PATH.replace("{site}", site),
    }


def _captures(
    page: ComparePage, cards: Sequence[CaptureCard], target: Target, author: Author | None
) -> list[tuple[CaptureCard, dict[str, Any]]]:
    """The pictures, each with what the author said of the target in it."""
    said = {
        one.capture: _own(one)
        for one in current_project().observations(site=page.site.id)
        if author is not None and (one.target, one.author) == (target.id, author.name)
    }
    return [(card, _capture(card, target) | {"said": said.get(card.id)}) for card in cards]


def _own(said: Observation) -> dict[str, str]:
    return {"state": said.state.value, "confidence": said.confidence.value, "note": said.note}


def _capture(card: CaptureCard, target: Target) -> dict[str, Any]:
    gsd = f"{card.gsd_m:.3g} m" if card.gsd_m else ""
    detail = [card.local, card.provider, gsd, card.placed, _little(card, target)]
    return {
        "id": card.id,
        "label": card.label,
        "basis": card.basis,
        "detail": " · ".join(part for part in detail if part),
        "frames": list(card.frames),
        "credit": card.credit,
        "synthetic": card.synthetic,
        "state": card.states.get(target.id),
        "mine": card.mine.get(target.id),
    }


def _laid_frames(card: CaptureCard, space: Space, cards: Sequence[CaptureCard]) -> list[dict[str, Any]]:
    """How each frame of a still lies, of one that is no clip how it lies itself."""
    return [dict(zip(_ALIGNED, _laid(key, space, cards), strict=True)) for key in card.keys]


def _laid(key: str, space: Space, cards: Sequence[CaptureCard]) -> tuple[bool, str, str]:
    """The same of a still: how it lies on the still that the others are laid on."""
    found = space.aligned.get(key)
    labels = {
        one: f"{card.label}, {code}" if code else card.label
        for card in cards
        for one, code in zip(card.keys, card.frames or ("",), strict=True)
    }
    if found is None:
        return False, t("not aligned"), t("It is shown as large as the others; nobody has laid it on them.")
    if key == space.root:
        return True, t("alignment reference"), t("The other stills of this view are laid on this one.")
    how = t("Laid on the still of {date} by pairs of points.", date=labels[space.root])
    if found.error_px is None:
        return True, t("aligned (error not known)"), f"{how} {t('How far off it still is, is not known.')}"
    return True, t("aligned ±{error} px", error=px_words(found.error_px)), how


def _alignment(card: CaptureCard) -> tuple[bool, str, str]:
    """Whether a picture lies on the site's reference and how far off it may be, in words, and why or how."""
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
            t("The offset that was found is not applied: {reason}.", reason=told(offset.reason)),
        )
    moved = t(
        "Moved by {east} m east and {north} m north onto the reference, quality {quality}.",
        east=f"{offset.dx_m:+.1f}",
        north=f"{offset.dy_m:+.1f}",
        quality=f"{offset.quality:.2f}",
    )
    if offset.error_m is None:
        return True, t("aligned (error not known)"), f"{moved} {t('How far off it still is, is not known.')}"
    error = f"{offset.error_m:.2g}"
    how = (
        t("It could not be laid on the reference here, so it is moved as at its other sites.")
        if offset.method == MEDIAN_METHOD
        else t("About 95 of 100 such offsets are no more than {error} m off.", error=error)
    )
    return True, t("aligned ±{error} m", error=error), f"{moved} {how}"


def _little(card: CaptureCard, target: Target) -> str:
    """What stands under the picture where it shows little of the target, before anybody says a state."""
    level = card.readings[target.id].level if target.id in card.readings else Legible.IDENTIFY
    kind = t(words(target.kind))
    if level is Legible.TOO_COARSE:
        return t("too coarse for a {kind}: absent needs a note", kind=kind)
    if level is Legible.DETECT:
        return t("fine enough to detect a {kind}, not to identify it", kind=kind)
    return ""


def _mark(card: MarkCard, placed: Callable[[Mapping[str, Any]], dict[str, Any]]) -> dict[str, Any]:
    mark = card.mark
    return {
        "id": mark.id,
        "site": mark.site,
        "capture": mark.capture,
        "shape": mark.shape,
        "target": mark.target,
        "label": mark.label,
        "note": mark.note,
        "evidence": mark.evidence,
        "author": mark.author,
        "sealed": mark.review.sealed,
        "copied_from": mark.copied_from,
        "version": card.version,
        "number": card.frame,
        "geometry": placed(mark.geometry),
    }
