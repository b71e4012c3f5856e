"""A second reading: the picture, the question, five states; nothing of what was said first."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import streamlit as st

from dashboard import notices, routes
from dashboard.projects import current_project
from dashboard.safetext import safe
from workflow import actions
from workflow.model import Confidence, Georeference, State

__all__ = ["ask"]


def ask(row: Mapping[str, Any], waiting: int, titles: Mapping[str, str], do: Callable[..., None]) -> None:
    """Ask for the reading of one row of `reviews.second_readings`; `do` carries out what was clicked."""
    project = current_project()
    capture = project.capture(row["capture"])
    site = project.site(row["site"])
    target = next((one for one in site.targets if one.id == row["target"]), None)
    name = (target.name or target.id) if target else row["target"]
    key = f"reading.{row['site']}.{row['target']}.{row['capture']}"
    mapped = capture.georeference is not Georeference.NONE
    address = routes.view_url(site.id, capture.id) if mapped else routes.still_url(capture.id)
    picture, question = st.columns([3, 2])
    picture.html(
        f"<img src='{address}' alt='{safe(capture.file)}' style='width:100%;max-height:70vh;object-fit:contain;"
        "border-radius:6px;background:#14171c'>"
        + (notices.SYNTHETIC if capture.synthetic else "")
        + f"<span style='font-size:.85rem;opacity:.75'>{safe(capture.credit)}</span>"
    )
    with question, st.form(f"{key}.form"):
        st.html(
            f"<div style='font-size:1.1rem'>Is <b><bdi>{safe(name)}</bdi></b> there in this picture of "
            f"<bdi>{safe(titles.get(site.id, site.id))}</bdi>?</div>"
            f"<div style='font-size:.85rem;opacity:.75'>{waiting} wait{'s' if waiting == 1 else ''} for you. "
            "What others said is shown when you have answered.</div>"
        )
        st.segmented_control(
            "State", [one.value for one in State], format_func=str.capitalize, key=f"{key}.state"
        )
        st.selectbox(
            "Confidence",
            list(Confidence),
            index=1,
            format_func=lambda one: one.value,
            key=f"{key}.confidence",
        )
        st.text_area("Note", max_chars=4000, height=80, key=f"{key}.note")
        st.form_submit_button(
            "Record my reading",
            type="primary",
            key=f"{key}.go",
            on_click=lambda: do(
                "Your reading is recorded.",
                actions.second_read,
                site=site.id,
                target=row["target"],
                capture=capture.id,
                state=st.session_state[f"{key}.state"] or "",
                confidence=st.session_state[f"{key}.confidence"],
                note=st.session_state[f"{key}.note"],
            ),
        )
