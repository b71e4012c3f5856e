"""A still laid on another of the same view by hand: both beside each other, with the pairs of points.

It is the component of georeferencing with another still in place of the map.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import streamlit as st

from dashboard import assets, notices, routes, state
from dashboard.capability import capabilities
from dashboard.components import dates, georeferencer
from dashboard.language import language, t
from dashboard.projects import current_project
from dashboard.told import told
from workflow import actions
from workflow.errors import InputRefused, WorkflowError
from workflow.model import LEAST_POINTS, Capture, ControlModel
from workflow.pipeline.stills import align_by_matching
from workflow.stills import Still, view_words

__all__ = ["label", "show"]

_KEY, _ANSWER, _MATCHED, _TURN = "still", "still.answer", "still.matched", "still.turn"


def show(still: Still, other: Still) -> None:
    """A still beside the `other`, on which it is laid."""
    if state.may_write():
        _matching(still, other)
    georeferencer.draw(_KEY, _data(still, other), _take)


def _matching(still: Still, other: Still) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            t("Find the pairs"),
            key="still.match",
            icon=":material/auto_fix_high:",
            help=t(
                "Looks for what is alike in both stills. Look at the result, then drag points or add pairs."
            ),
            on_click=_match,
            args=(still.key, other.key),
        )
        kind, sentence = st.session_state.pop(_MATCHED, ("", ""))
        if kind:
            notices.say(kind, sentence)


def _match(still: str, other: str) -> None:
    author = state.author()
    if author is None:
        return
    try:
        align_by_matching(current_project(), author, still, other)
    except WorkflowError as error:
        st.session_state[_MATCHED] = ("warning", told(error))
    else:
        st.session_state[_TURN] = int(st.session_state.get(_TURN, 0)) + 1
        words = view_words(current_project().still(still).view, language())
        st.session_state[_MATCHED] = ("done", t("Saved: {words}. Look whether it is so.", words=words))


def _data(still: Still, other: Still) -> dict[str, Any]:
    row = current_project().record.get(Capture, still.capture.id)
    view = still.view if still.view and still.view.to == other.key else None
    projective = ControlModel.PROJECTIVE
    return {
        "script": assets.url("georef.js"),
        "language": language(),
        "read_only": not state.may_write(),
        "version": row.version if row else 0,
        "capture": _picture(still),
        "still": _picture(other),
        "token": capabilities.issue(routes.still_scope(still.capture.id)),
        "fit_url": routes.align_url(still, other),
        "grid": None,
        "places": None,
        "references": [],
        "models": [{"id": projective.value, "name": "", "least": LEAST_POINTS[projective]}],
        "model": projective.value,
        # the component has rows of the other still upwards, as y on a map
        "points": [[one.col, one.row, one.x, -one.y, one.used] for one in view.points] if view else [],
        "answer": st.session_state.get(_ANSWER),
        "turn": st.session_state.get(_TURN, 0),
    }


def _picture(still: Still) -> dict[str, Any]:
    width, height = still.size
    return {
        "id": still.key,
        "label": label(still),
        "width": width,
        "height": height,
        "url": routes.picture_url(still.capture.id, still.number),
    }


def label(still: Still) -> str:
    """What a still is called where one is chosen: its date, its file, of a clip its time code."""
    parts = (dates.words(still.capture.acquired), still.capture.file, still.code)
    return " · ".join(part for part in parts if part)


def _take() -> None:
    """Lay the still by the pairs that were saved."""
    sent = st.session_state[_KEY].get("save")
    if not isinstance(sent, Mapping) or sent.get("id") == (st.session_state.get(_ANSWER) or {}).get("id"):
        return
    st.session_state[_ANSWER] = {"id": sent.get("id"), "refused": _aligned(sent)}


def _aligned(sent: Mapping[str, Any]) -> str | None:
    """Why it could not be laid, None where it was."""
    author = state.author()
    if author is None:
        return t("Nobody has said who writes here.")
    try:
        actions.align_still(
            current_project(),
            author,
            str(sent.get("capture")),
            str(sent.get("still")),
            [replace(point, y=-point.y) for point in georeferencer.sent_points(sent.get("points"))],
            base_version=int(sent.get("version") or 0),
            reason=str(sent.get("reason") or ""),
        )
    except WorkflowError as error:
        return told(error)
    except (ValueError, TypeError):
        return told(InputRefused("Pairs of points", "they cannot be read", "reload the page"))
    return None
