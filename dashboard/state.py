"""What a session has chosen: who writes, which site and target. What is chosen stands in the page's
address.
"""

from __future__ import annotations

import getpass
import ipaddress
import os
from collections.abc import Mapping, Sequence

import streamlit as st
from streamlit import config

from workflow.model import Author, Role

__all__ = [
    "VISITOR",
    "author",
    "choose",
    "chosen",
    "declare",
    "is_introduced",
    "may_write",
    "picked",
    "proposed_name",
    "select",
]

VISITOR = "visitor"
"""Name of whoever only looks and gave none."""

_AUTHOR = "author"


def author() -> Author | None:
    """Who writes in this session; None until somebody has said so.

    The only place that says who writes: pages, the viewer and actions ask here and nowhere else. Name and role are
    what was declared in this session (`declare`), else SITETRACK_AUTHOR. A login would answer here instead, with an
    author that is not `declared`.
    """
    declared: Author | None = st.session_state.get(_AUTHOR)
    return declared if declared is not None else _author_of_the_server()


def is_introduced() -> bool:
    """Whether the session knows who uses it."""
    return author() is not None


def may_write() -> bool:
    """Whether this session may record anything; what a role may do in particular, `workflow.actions` says."""
    now = author()
    return now is not None and now.role is not Role.VIEWER


def declare(name: str, role: Role) -> None:
    """Take name and role for this session.

    Raises
    ------
    ValueError
        when the name is empty, of several lines, or too long.
    """
    st.session_state[_AUTHOR] = Author(name.strip(), role)


def proposed_name() -> str:
    """What the first page proposes: SITETRACK_AUTHOR, else the login name where the server is for this machine
    alone; it is the name of whoever started the server, so others are not shown it.
    """
    named = os.environ.get("SITETRACK_AUTHOR", "").strip()
    if named or not _is_for_this_machine():
        return named
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):  # no account behind the process
        return ""


def _author_of_the_server() -> Author | None:
    try:
        return Author(os.environ.get("SITETRACK_AUTHOR", "").strip())
    except ValueError:
        return None


def _is_for_this_machine() -> bool:
    address = str(config.get_option("server.address") or "")
    try:
        return address == "localhost" or ipaddress.ip_address(address).is_loopback
    except ValueError:  # not said (every address), or a host name
        return False


def select(label: str, name: str, options: Mapping[str, str], *, key: str) -> str:
    """A choice that stands in the address as `name`; `options` are ids and what they are called, one at
    least.
    """
    picked(name, options, key=key)
    found = str(st.selectbox(label, list(options), format_func=lambda one: options[one], key=key))
    choose(name, found)
    return found


def picked(name: str, options: Mapping[str, str], *, key: str) -> str:
    """What `select` will give, before it is drawn."""
    if st.session_state.get(key) not in options:
        st.session_state[key] = chosen(name, tuple(options))
    return str(st.session_state[key])


def chosen(name: str, options: Sequence[str]) -> str:
    """What the address says for `name` where that is one of `options`, else the first of them."""
    said = st.query_params.get(name)
    return said if said is not None and said in options else options[0]


def choose(name: str, value: str) -> None:
    """Write a choice into the address."""
    if st.query_params.get(name) != value:
        st.query_params[name] = value
