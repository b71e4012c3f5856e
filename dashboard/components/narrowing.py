"""What a page shows of many sites: by category and text, so many rows at once; each choice stands in the address."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import streamlit as st

from dashboard import state
from dashboard.language import t, tn
from workflow.model import Site
from workflow.search import matches_site

__all__ = ["AT_ONCE", "by_category", "by_text", "paged", "segments"]

AT_ONCE = 50
"""Rows of a page."""


def segments(
    label: str,
    name: str,
    options: Mapping[str, str],
    *,
    key: str,
    first: str | None = None,
    shown: bool = True,
) -> str:
    """A choice of few that stands in the address as `name`; without a word there it is `first`."""
    order = sorted(options, key=lambda one: one != first)
    if st.session_state.get(key) not in options:
        st.session_state[key] = state.chosen(name, order)
    picked = st.segmented_control(
        label,
        list(options),
        format_func=lambda one: options[one],
        key=key,
        required=True,
        label_visibility="visible" if shown else "collapsed",
    )
    picked = str(picked or order[0])
    state.choose(name, picked)
    return picked


def by_category(sites: Mapping[str, Site], key: str) -> Callable[[Site], bool]:
    """A choice of category; what it lets through."""
    some = sorted({site.category for site in sites.values()})
    options = {"": t("all"), **{one: one for one in some}}
    picked = state.select(t("Category"), "category", options, key=f"{key}.category")
    return lambda site: picked in ("", site.category)


def by_text(key: str, label: str = "") -> Callable[[Site], bool]:
    """A field for a name in any spelling; what it lets through."""
    st.session_state.setdefault(f"{key}.text", st.query_params.get("q", "")[:200])
    text = st.text_input(
        label or t("Name"), key=f"{key}.text", max_chars=200, placeholder=t("name, local name or alias")
    ).strip()
    if text or "q" in st.query_params:
        state.choose("q", text)
    return lambda site: matches_site(site, text)


def paged(total: int, key: str, view: tuple[object, ...]) -> slice:
    """Which of `total` rows are shown; another `view` begins at its first page."""
    pages = max(1, -(-total // AT_ONCE))
    known = st.session_state.get(f"{key}.view", view)
    st.session_state[f"{key}.view"] = view
    said = st.query_params.get("page", "1") if known == view else "1"
    page = min(max(int(said), 1), pages) if said.isdecimal() and len(said) < 7 else 1
    if pages > 1:
        with st.container(horizontal=True, vertical_alignment="center"):
            page = st.pagination(pages, default=page, key=f"{key}.page.{hash(view)}")
            first, last = (page - 1) * AT_ONCE + 1, min(page * AT_ONCE, total)
            st.caption(
                tn(
                    total,
                    "{first} to {last} of {n} row",
                    "{first} to {last} of {n} rows",
                    first=first,
                    last=last,
                )
            )
    state.choose("page", str(page))
    return slice((page - 1) * AT_ONCE, page * AT_ONCE)
