"""What a session has chosen: who writes, which site and target. What is chosen stands in the page's
address.
"""

from __future__ import annotations

import getpass
import os
from collections.abc import Mapping, Sequence

import streamlit as st

from workflow.model import Author, Role

__all__ = ["author", "choose", "chosen", "declare_author", "select"]

_NAME, _ROLE = "author.name", "author.role"


def declare_author() -> None:
    """Ask in the sidebar who writes; the answer is declared, not proved, and recorded as such."""
    st.session_state.setdefault(_NAME, _default_name())
    st.session_state.setdefault(_ROLE, Role.ANALYST.value)
    with st.sidebar:
        st.text_input("Your name", key=_NAME, max_chars=80, help="Stands beside everything you record.")
        st.selectbox(
            "Role", [role.value for role in Role], key=_ROLE, help="Declared, not proved: recorded as such."
        )
        if author() is None:
            st.warning("Give your name to record anything.")


def author() -> Author | None:
    """Who writes in this session; None until a usable name is given."""
    name = str(st.session_state.get(_NAME) or "").strip()
    try:
        return Author(name, Role(st.session_state.get(_ROLE, Role.ANALYST.value)))
    except ValueError:
        return None


def _default_name() -> str:
    named = os.environ.get("SITETRACK_AUTHOR")
    if named:
        return named
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):  # no account behind the process
        return ""


def select(label: str, name: str, options: Mapping[str, str], *, key: str) -> str:
    """A choice that stands in the address as `name`; `options` are ids and what they are called, one at
    least.
    """
    if st.session_state.get(key) not in options:
        st.session_state[key] = chosen(name, tuple(options))
    picked = str(st.selectbox(label, list(options), format_func=lambda one: options[one], key=key))
    choose(name, picked)
    return picked


def chosen(name: str, options: Sequence[str]) -> str:
    """What the address says for `name` where that is one of `options`, else the first of them."""
    said = st.query_params.get(name)
    return said if said is not None and said in options else options[0]


def choose(name: str, value: str) -> None:
    """Write a choice into the address."""
    if st.query_params.get(name) != value:
        st.query_params[name] = value
