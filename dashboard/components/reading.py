"""A second reading: the picture, the question, five states; nothing of what was said first."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import streamlit as st

from dashboard import notices, routes
from dashboard.language import t, tn
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
            f"<div style='font-size:1.1rem'>{_question(name, titles.get(site.id, site.id))}</div>"
            f"<div style='font-size:.85rem;opacity:.75'>"
            f"{safe(tn(waiting, '{n} waits for you.', '{n} wait for you.'))} "
            f"{safe(t('What others said is shown when you have answered.'))}</div>"
        )
        st.segmented_control(
            t("State"), [one.value for one in State], format_func=_capital, key=f"{key}.state"
        )
        st.selectbox(
            t("Confidence"),
            list(Confidence),
            index=1,
            format_func=lambda one: t(one.value),
            key=f"{key}.confidence",
        )
        st.text_area(t("Note"), max_chars=4000, height=80, key=f"{key}.note")
        st.form_submit_button(
            t("Record my reading"),
            type="primary",
            key=f"{key}.go",
            on_click=lambda: do(
                t("Your reading is recorded."),
                actions.second_read,
                site=site.id,
                target=row["target"],
                capture=capture.id,
                state=st.session_state[f"{key}.state"] or "",
                confidence=st.session_state[f"{key}.confidence"],
                note=st.session_state[f"{key}.note"],
            ),
        )


def _question(target: str, site: str) -> str:
    """The question as HTML."""
    name, place = f"<b><bdi>{safe(target)}</bdi></b>", f"<bdi>{safe(site)}</bdi>"
    return t("Is {target} there in this picture of {site}?", target=name, site=place)


def _capital(state: str) -> str:
    return t(state).capitalize()
