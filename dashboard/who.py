"""Who uses this session: asked on the first page, visible and changeable on all of them."""

from __future__ import annotations

import streamlit as st

from dashboard import state
from dashboard.safetext import safe
from workflow.model import Role

__all__ = ["ask", "corner"]

_ROLES = {
    Role.ANALYST: "analyst: states, marks, own work",
    Role.LEAD: "lead: also approves the work of others",
    Role.VIEWER: "viewer: looks, records nothing",
}
_DECLARED = (
    "Name and role are declared, not proved. Both stand beside everything that you record, and the record says that "
    "they were declared."
)
_STYLE = """<style>
.st-key-who { position: fixed; top: .55rem; right: 3.6rem; z-index: 999991; width: auto !important; }
.st-key-who [data-testid=stPopoverButton] { max-width: min(30rem, 40vw); min-height: 2rem; padding: 0 .7rem; }
.st-key-who [data-testid=stPopoverButton] p { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
</style>"""


def ask() -> None:
    """The first page, until somebody has said who they are; then the page that was asked for follows."""
    _, middle, _ = st.columns([1, 2, 1])
    with middle:
        st.html(
            "<h1 style='font-size:1.45rem;padding:1.5rem 0 .2rem'>Who are you?</h1>"
            f"<div style='max-width:36rem;opacity:.85'>{safe(_DECLARED)}</div>"
        )
        with st.form("who.first", width=480):
            name, role = _fields("who.first", state.proposed_name(), Role.ANALYST)
            with st.container(horizontal=True):
                goes_on = st.form_submit_button("Continue", type="primary", key="who.continue")
                looks = st.form_submit_button("Only look", key="who.look", help="Go on as a viewer.")
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
    with (
        st.container(key="who"),
        st.popover(f"{safe(now.name)} · {now.role} (declared)", icon=":material/person:", width="content"),
        st.container(width=360),
    ):
        st.caption(safe(_DECLARED))
        with st.form("who.change", border=False):
            name, role = _fields("who.change", now.name, now.role)
            if st.form_submit_button("Change", key="who.changed"):
                _take(name, role)


def _fields(key: str, name: str, role: Role) -> tuple[str, Role]:
    given = st.text_input("Your name", value=name, max_chars=80, key=f"{key}.name")
    roles = list(Role)
    picked = st.selectbox(
        "Role", roles, index=roles.index(role), format_func=lambda one: _ROLES[one], key=f"{key}.role"
    )
    return given, picked


def _take(name: str, role: Role) -> None:
    try:
        state.declare(name, role)
    except ValueError:
        st.error("Give your name: one line that is not empty.", icon=":material/error:")
    else:
        st.rerun()
