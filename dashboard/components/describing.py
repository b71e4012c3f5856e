"""Whose a picture is and how it was fetched: credit and terms by profile, a screenshot's address, viewer and time."""

from __future__ import annotations

import streamlit as st

from dashboard import state
from dashboard.components import deeds
from dashboard.language import t
from dashboard.projects import current_project
from workflow import actions
from workflow.model import Capture, Origin
from workflow.providers.profiles import PROFILES, usual_for

__all__ = ["show"]


def show(capture: Capture) -> None:
    """The form, closed until it is asked for."""
    if not state.may_write():
        return
    with st.expander(t("Credit, terms and how it was fetched"), icon=":material/copyright:"):
        profile = st.selectbox(
            t("Credit and terms as usual for"),
            [one.provider for one in PROFILES],
            index=None,
            placeholder=t("as they are"),
            key=f"describe.profile.{capture.id}",
            help=t("Fills the fields below; what stands in square brackets is to be filled in."),
        )
        usual = usual_for(profile, capture) if profile else {}
        known = current_project().record.get(Capture, capture.id)
        version = known.version if known else 0
        with st.form(f"describe.{capture.id}.{profile}.{version}", border=False):
            said = _fields(capture, usual, f"describe.{capture.id}.{profile}.{version}")
            reason = st.text_input(t("Reason"), max_chars=500, key=f"describe.why.{capture.id}.{version}")
            if st.form_submit_button(t("Save"), type="primary"):
                deeds.do(
                    t("It is saved. What was said before stays in its history."),
                    actions.describe_capture,
                    capture.id,
                    said,
                    base_version=version,
                    reason=reason,
                )


def _fields(capture: Capture, usual: dict[str, str], key: str) -> dict[str, str]:
    origin = capture.origin or Origin()
    left, right = st.columns(2)
    said = {
        "credit": left.text_input(
            t("Credit line"), usual.get("credit", capture.credit), max_chars=500, key=f"{key}.credit"
        ),
        "licence": right.text_input(
            t("Terms"), usual.get("licence", capture.licence), max_chars=500, key=f"{key}.licence"
        ),
        "provider": left.text_input(
            t("Provider"), usual.get("provider", capture.provider), max_chars=200, key=f"{key}.provider"
        ),
        "origin.viewer": right.text_input(
            t("Viewer it was shown in"), origin.viewer, max_chars=200, key=f"{key}.viewer"
        ),
        "origin.url": left.text_input(
            t("Source URL (kept, never opened)"), origin.url, max_chars=2000, key=f"{key}.url"
        ),
        "origin.at": right.text_input(
            t("Screenshot made on"),
            origin.at,
            max_chars=60,
            key=f"{key}.at",
            help="2023-04-14, 2023-04-14T09:30:00+09:00",
        ),
        "origin.by": left.text_input(t("Made by"), origin.by, max_chars=200, key=f"{key}.by"),
        "origin.how": right.text_input(t("How it was made"), origin.how, max_chars=500, key=f"{key}.how"),
    }
    return {name: text.strip() for name, text in said.items()}
