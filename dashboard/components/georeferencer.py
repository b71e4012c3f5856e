"""Georeference by hand: what goes to the browser, and the pairs of points that come back.

Setting, dragging and switching pairs never runs the page again: the browser asks a route of ours how they fit. Saved
pairs come back as component state and are answered by their id.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import streamlit as st

from dashboard import assets, routes, state
from dashboard.capability import capabilities
from dashboard.components import dates
from dashboard.components.viewer import grid_data
from dashboard.language import language, t
from dashboard.projects import current_project
from dashboard.told import told
from workflow import pictures
from workflow.chips import site_grid_of
from workflow.codec import encode
from workflow.errors import InputRefused, WorkflowError
from workflow.gridfit import fit_lonlat
from workflow.model import LEAST_POINTS, Capture, ControlModel, ControlPoint, Site
from workflow.pipeline.georeference import georeference
from workflow.pipeline.matching import propose
from workflow.readmodels.georeference import known_points, references

__all__ = ["draw", "sent_points", "show"]

_KEY, _ANSWER, _PROPOSED = "georef", "georef.answer", "georef.proposed"
_BOOTSTRAP = """
export default function (component) {
  let leave = null;
  let left = false;
  import(new URL(component.data.script, document.baseURI).href).then((georef) => {
    if (!left) leave = georef.render(component);
  });
  return () => { left = true; if (leave) leave(); };
}
"""
_component = st.components.v2.component(
    "sitetrack_georef", html='<div class="sitetrack-georef"></div>', js=_BOOTSTRAP, isolate_styles=True
)


def show(capture: Capture, site: Site) -> None:
    """Picture and map beside each other, with the pairs of points; `site` is located."""
    with st.container(key="georef.progress"):
        _propose(capture)
    draw(_KEY, _data(capture, site), _take)


def draw(key: str, data: dict[str, Any], take: Callable[[], None]) -> None:
    """The component: pairs of points on two sides; `take` is called when they were saved."""
    _component(key=key, data=data, height="content", on_save_change=take, on_propose_change=lambda: None)


def _propose(capture: Capture) -> None:
    """Match the picture where the browser asked for it, and keep what was found for the answer."""
    sent = (st.session_state.get(_KEY) or {}).get("propose")
    if not isinstance(sent, Mapping) or sent.get("capture") != capture.id:
        return
    if sent.get("id") == (st.session_state.get(_PROPOSED) or {}).get("id"):
        return
    words = t("Matching: looking for the place of the picture…")
    bar = st.progress(0.0, words)

    def tell(share: float) -> None:
        bar.progress(min(share, 1.0), words)

    answer: dict[str, Any] = {"id": sent.get("id"), "refused": None}
    try:
        found = propose(
            current_project(),
            capture.id,
            str(sent["reference"]) if sent.get("reference") else None,
            language=language(),
            tell=tell,
        )
        if found.refused:
            answer["refused"] = t("It could not be matched: {reason}.", reason=found.refused)
            answer["refused"] += " " + t(
                "Another picture to look places up on may do better: without cloud, nearer in season or pixel. "
                "Or click pairs by hand."
            )
        answer |= {"model": found.model.value, "agreeing": found.agreeing, "looked": found.looked}
        answer["points"] = [_row(point) for point in found.points]
    except WorkflowError as error:
        answer["refused"] = told(error)
    bar.empty()
    st.session_state[_PROPOSED] = answer


def _row(point: ControlPoint) -> list[float | bool]:
    return [point.col, point.row, point.x, point.y, point.used, point.proposed]


def _data(capture: Capture, site: Site) -> dict[str, Any]:
    project = current_project()
    row = project.record.get(Capture, capture.id)
    grid = site_grid_of(project, site)
    position = site.position
    width, height = capture.picture_size
    fit = fit_lonlat(pictures.picture_extent(grid))
    return {
        "script": assets.url("georef.js"),
        "language": language(),
        "read_only": not state.may_write(),
        "version": row.version if row else 0,
        "capture": {
            "id": capture.id,
            "label": f"{dates.words(capture.acquired)} · {capture.file}",
            "width": width,
            "height": height,
            "url": routes.picture_url(capture.id),
        },
        "token": capabilities.issue(routes.still_scope(capture.id)),
        "fit_url": routes.fit_url(capture.id),
        "grid": grid_data(grid, site.id),
        "tile_token": capabilities.issue(routes.tile_scope(site.id)),
        "home": list(grid.bounds),
        "center": list(grid.from_lonlat(position.lonlat)) if position else [],
        "places": encode(fit) if fit else None,
        "references": [
            {
                "id": one.id,
                "label": f"{dates.words(one.acquired)} · {one.file}",
                "credit": one.credit,
            }
            for one in references(project, capture, site)
        ],
        "reference": capture.control.reference if capture.control else None,
        "models": [
            {"id": model.value, "name": name, "least": LEAST_POINTS[model]}
            for model, name in _models().items()
        ],
        "model": capture.control.model.value if capture.control else ControlModel.AFFINE.value,
        "points": [_row(one) for one in known_points(capture, grid.crs)],
        "answer": st.session_state.get(_ANSWER),
        "proposed": st.session_state.get(_PROPOSED),
    }


def _models() -> Mapping[ControlModel, str]:
    """What each model is called and good for, the usual one first."""
    return {
        ControlModel.AFFINE: t("affine: shifted, turned, scaled, sheared (3 pairs)"),
        ControlModel.SIMILARITY: t("similarity: shifted, turned, scaled (2 pairs)"),
        ControlModel.PROJECTIVE: t("projective: seen at a slant (4 pairs)"),
        ControlModel.THIN_PLATE: t("thin-plate: bent, exact at the pairs (4 pairs)"),
    }


def _take() -> None:
    """Place the picture by the pairs that were saved."""
    sent = st.session_state[_KEY].get("save")
    if not isinstance(sent, Mapping) or sent.get("id") == (st.session_state.get(_ANSWER) or {}).get("id"):
        return
    st.session_state[_ANSWER] = {"id": sent.get("id"), "refused": _placed(sent)}


def _placed(sent: Mapping[str, Any]) -> str | None:
    """Why it could not be placed, None where it was."""
    author = state.author()
    if author is None:
        return t("Nobody has said who writes here.")
    try:
        georeference(
            current_project(),
            author,
            str(sent.get("capture")),
            sent_points(sent.get("points")),
            model=ControlModel(str(sent.get("model"))),
            reference=str(sent["reference"]) if sent.get("reference") else None,
            base_version=int(sent.get("version") or 0),
            reason=str(sent.get("reason") or ""),
        )
    except WorkflowError as error:
        return told(error)
    except (ValueError, TypeError):
        return told(InputRefused("Pairs of points", "they cannot be read", "reload the page"))
    return None


def sent_points(sent: object) -> list[ControlPoint]:
    """The pairs that the browser sent.

    Raises
    ------
    ValueError, TypeError
        when they are not made by our component.
    """
    rows: Sequence[Any] = sent if isinstance(sent, list) else ()
    return [
        ControlPoint(float(col), float(row), float(x), float(y), bool(used), bool(proposed))
        for col, row, x, y, used, proposed in rows
    ]
