"""Where a still was taken from: a form for the camera's place, where it looked and how wide it saw."""

from __future__ import annotations

import streamlit as st

from dashboard import notices, state
from dashboard.language import t
from dashboard.projects import current_project
from dashboard.told import told
from workflow import actions
from workflow.coords import format_decimal
from workflow.errors import WorkflowError
from workflow.model import Capture, CaptureKind

__all__ = ["show"]

_OPEN, _SAID = "standpoint.open", "standpoint.said"
_USUAL_FIELD = 50.0


def show(capture: Capture) -> None:
    """A button that opens the form, or the form; nothing for pictures from above."""
    if capture.kind not in (CaptureKind.GROUND, CaptureKind.BROADCAST):
        return
    kind, sentence = st.session_state.pop(_SAID, ("", ""))
    if kind:
        notices.say(kind, sentence)
    opened = st.session_state.get(_OPEN)
    if opened is None or opened[0] != capture.id:
        st.button(
            t("Where it was taken from"),
            key="capture.standpoint",
            icon=":material/photo_camera:",
            on_click=_open,
            args=(capture.id,),
        )
        return
    _form(capture, opened[1])


def _open(capture: str) -> None:
    row = current_project().record.get(Capture, capture)
    st.session_state[_OPEN] = (capture, row.version if row else 0)


def _close() -> None:
    st.session_state.pop(_OPEN, None)


def _form(capture: Capture, base: int) -> None:
    known = capture.standpoint
    key = f"capture.standpoint.{capture.id}.{base}"
    with st.form(key, border=True):
        st.html(f"<b>{t('Where this still was taken from')}</b>")
        place, azimuth, field = st.columns([3, 2, 2])
        position = place.text_input(
            t("Position of the camera"),
            format_decimal(known.lonlat) if known else "",
            max_chars=200,
            placeholder="39.0203, 125.7347",
            key=f"{key}.position",
        )
        looks = azimuth.number_input(
            t("Azimuth (° from north)"), value=known.azimuth_deg if known else 0.0, key=f"{key}.azimuth"
        )
        wide = field.number_input(
            t("Field of view (°)"), value=known.field_deg if known else _USUAL_FIELD, key=f"{key}.field"
        )
        reason = st.text_input(
            t("Reason"), max_chars=500, placeholder=t("how it is known"), key=f"{key}.reason"
        )
        with st.container(horizontal=True):
            save = st.form_submit_button(t("Save the camera"), type="primary")
            clear = known is not None and st.form_submit_button(t("It is not known"))
            st.form_submit_button(t("Close"), on_click=_close)
    if save or clear:
        _save(capture.id, base, None if clear else (position, looks, wide), reason)


def _save(capture: str, base: int, said: tuple[str, float, float] | None, reason: str) -> None:
    author = state.author()
    if author is None:
        return
    try:
        where = actions.standpoint(*said) if said else None
        actions.set_standpoint(current_project(), author, capture, where, base_version=base, reason=reason)
    except WorkflowError as error:
        st.session_state[_SAID] = ("warning", told(error))
    else:
        _close()
        st.session_state[_SAID] = (
            "done",
            t("The camera is on the map of its site. What was said before stays in the history.")
            if said
            else t("Where it was taken from is not known any more; the history keeps it."),
        )
    st.rerun()
