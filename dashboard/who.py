"""Who uses this session: asked on the first page, visible and changeable on all of them."""

from __future__ import annotations

import streamlit as st

from dashboard import state
from dashboard.language import LANGUAGES, language, set_language, t
from dashboard.safetext import safe
from workflow.model import Role

__all__ = ["ask", "corner", "declared", "form", "language_switch"]

_STYLE = """<style>
.st-key-who { position: fixed; top: .55rem; right: 3.6rem; z-index: 999991; width: auto !important; }
.st-key-who [data-testid=stPopoverButton] { max-width: min(30rem, 40vw); min-height: 2rem; padding: 0 .7rem; }
.st-key-who [data-testid=stPopoverButton] p { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
</style>"""


def _roles() -> dict[Role, str]:
    return {
        Role.ANALYST: t("analyst: states, marks, own work"),
        Role.LEAD: t("lead: also approves the work of others"),
        Role.VIEWER: t("viewer: looks, records nothing"),
    }


def declared() -> str:
    """What name and role are worth, in a sentence."""
    return t(
        "Name and role are declared, not proved. Both stand beside everything that you record, and the record says "
        "that they were declared."
    )


def language_switch(key: str) -> None:
    """A choice of the language; it holds for all pages and stands in the address."""
    st.session_state[key] = language()
    st.segmented_control(
        t("Language"),
        list(LANGUAGES),
        format_func=lambda one: LANGUAGES[one],
        key=key,
        required=True,
        on_change=lambda: set_language(st.session_state[key]),
    )


def ask() -> None:
    """The first page, until somebody has said who they are; then the page that was asked for follows."""
    _, middle, _ = st.columns([1, 2, 1])
    with middle:
        st.html(
            f"<h1 style='font-size:1.45rem;padding:1.5rem 0 .2rem'>{safe(t('Who are you?'))}</h1>"
            f"<div style='max-width:36rem;opacity:.85'>{safe(declared())}</div>"
        )
        language_switch("who.language.first")
        with st.form("who.first", width=480):
            name, role = _fields("who.first", state.proposed_name(), Role.ANALYST)
            with st.container(horizontal=True):
                goes_on = st.form_submit_button(t("Continue"), type="primary", key="who.continue")
                looks = st.form_submit_button(t("Only look"), key="who.look", help=t("Go on as a viewer."))
        if looks:
            _take(name.strip() or state.VISITOR, Role.VIEWER)
        elif goes_on:
            _take(name, role)


def corner() -> None:
    """Name and role in the page's corner, with a way to change them."""
    now = state.author()
    if now is None:
        return
    st.html(_STYLE)
    with st.container(key="who"):
        box = st.popover(
            f"{safe(now.name)} · {safe(t(now.role.value))} ({t('declared')})",
            icon=":material/person:",
            width="content",
            key="who.box",
            on_change="rerun",
        )
    if box.open:  # what is in it is drawn once somebody opens it
        with box, st.container(width=360):
            language_switch("who.language")
            st.caption(safe(declared()))
            form("who.change")


def form(key: str) -> None:
    """Name and role, to be changed."""
    now = state.author()
    if now is None:
        return
    with st.form(key, border=False):
        name, role = _fields(key, now.name, now.role)
        if st.form_submit_button(t("Change"), key=f"{key}d"):
            _take(name, role)


def _fields(key: str, name: str, role: Role) -> tuple[str, Role]:
    given = st.text_input(t("Your name"), value=name, max_chars=80, key=f"{key}.name")
    roles = _roles()
    picked = st.selectbox(
        t("Role"),
        list(roles),
        index=list(roles).index(role),
        format_func=lambda one: roles[one],
        key=f"{key}.role",
    )
    return given, picked


def _take(name: str, role: Role) -> None:
    try:
        state.declare(name, role)
    except ValueError:
        st.error(t("Give your name: one line that is not empty."), icon=":material/error:")
    else:
        st.rerun()
