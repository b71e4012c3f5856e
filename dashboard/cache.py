"""The only place where pages cache: what they show, keyed by the project, its stamp and ids.

The stamp grows with every write, so a cached page is right or is never looked at; old ones fall out by
number.
"""

from __future__ import annotations

import streamlit as st

from dashboard.projects import current_project
from workflow.readmodels import pages

__all__ = ["Stamp", "compare", "overview", "site_titles"]

Stamp = tuple[int, int]


def overview() -> pages.OverviewPage:
    """The overview of the project as it is now."""
    project = current_project()
    return _overview(str(project.root), project.record.stamp)


def site_titles() -> dict[str, str]:
    """What each site is called, by its id."""
    project = current_project()
    return _site_titles(str(project.root), project.record.stamp)


def compare(site: str, stamp: Stamp, reader: str | None) -> pages.ComparePage:
    """The comparison of a site as it is now, at the record's `stamp`, as `reader` may see it.

    Raises
    ------
    UnknownName
        when there is no such site.
    """
    return _compare(str(current_project().root), stamp, site, reader)


@st.cache_data(max_entries=4, show_spinner=False)
def _overview(root: str, stamp: Stamp) -> pages.OverviewPage:  # noqa: ARG001  the cache's key
    return pages.overview(current_project())


@st.cache_data(max_entries=4, show_spinner=False)
def _site_titles(root: str, stamp: Stamp) -> dict[str, str]:  # noqa: ARG001  the cache's key
    return pages.site_titles(current_project())


@st.cache_data(max_entries=32, show_spinner=False)
def _compare(root: str, stamp: Stamp, site: str, reader: str | None) -> pages.ComparePage:  # noqa: ARG001  the cache's key
    return pages.compare(current_project(), site, reader=reader)
