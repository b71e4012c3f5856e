"""The only place where pages cache: what they show, keyed by the project, its stamp, its limits, the language and ids.

The stamp grows with every write, so a cached page is right or is never looked at; old ones fall out by
number. Every session gets the same object, where `cache_data` would copy it for each run: nothing that comes from here
is changed in place.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import streamlit as st

from dashboard.language import language
from dashboard.projects import current_project
from workflow import growthchart
from workflow.datewords import Language
from workflow.fonts import load_fonts
from workflow.model import FigureOptions, Subset
from workflow.publish import Figure, compose
from workflow.readings import Place
from workflow.readmodels import cameras as seen
from workflow.readmodels import claims, coverage, lately, nextcapture, pages, reviews, sitepage, work
from workflow.readmodels import figures as drawn
from workflow.readmodels import footprints as outlines
from workflow.readmodels import growth as growing
from workflow.readmodels import imagery as library
from workflow.readmodels import matrix as matrices

__all__ = [
    "MONTHS",
    "Stamp",
    "blind_sites",
    "compare",
    "figure",
    "figure_file",
    "figures",
    "footprints",
    "growth",
    "growth_chart",
    "growth_on",
    "imagery",
    "ledger",
    "look_again",
    "map_sites",
    "matrix",
    "news",
    "next_captures",
    "overview",
    "published_marks",
    "queue",
    "read_ahead",
    "site_order",
    "site_titles",
    "stamp",
    "unseen",
]

Stamp = tuple[int, int]
MONTHS = 12


def stamp() -> Stamp:
    """The record's stamp now."""
    return current_project().record.stamp


def read_ahead(words: Language = "en") -> None:
    """Make what takes longest of the first page before anybody asks for it: no session is needed.

    Raises
    ------
    ProjectUnusable
        when there is no project, or its record cannot be read.
    """
    project = current_project()
    root, stamp, today = str(project.root), project.record.stamp, datetime.now(UTC).date()
    _overview(root, stamp, words)
    _growth_on(root, stamp, today, words)
    _cameras(root, stamp, words)
    _unseen(root, stamp, MONTHS, today)
    _next_captures(root, stamp, today, _limits_text(), words)


def overview() -> pages.OverviewPage:
    """The overview of the project as it is now."""
    project = current_project()
    return _overview(str(project.root), project.record.stamp, language())


def footprints() -> Sequence[outlines.Footprint]:
    """Where the pictures in use lie."""
    project = current_project()
    return _footprints(str(project.root), project.record.stamp)


def cameras() -> Sequence[seen.Camera]:
    """What cameras on the ground saw, of the pictures in use."""
    project = current_project()
    return _cameras(str(project.root), project.record.stamp, language())


def news(days: int, reader: str | None) -> Sequence[lately.SiteNews]:
    """What changed in the last `days` days, this one included (UTC), as `reader` may see it."""
    project = current_project()
    return _news(str(project.root), project.record.stamp, days, datetime.now(UTC).date(), reader, language())


def site_titles() -> dict[str, str]:
    """What each site is called, by its id."""
    project = current_project()
    return _site_titles(str(project.root), project.record.stamp)


def imagery() -> library.ImageryPage:
    """All captures as they are now, the withdrawn too."""
    project = current_project()
    return _imagery(str(project.root), project.record.stamp, language())


def map_sites() -> tuple[sitepage.MapSite, ...]:
    """All located sites, for a map."""
    project = current_project()
    return _map_sites(str(project.root), project.record.stamp)


def next_captures() -> list[dict[str, Any]]:
    """What to get next, as of today (UTC)."""
    project = current_project()
    return _next_captures(
        str(project.root), project.record.stamp, datetime.now(UTC).date(), _limits_text(), language()
    )


def _limits_text() -> str:
    """The file of limits is no part of the record: its text is part of the key of what follows from it."""
    return current_project().limits_text()


def published_marks(words: Language | None = None) -> list[dict[str, Any]]:
    """Numbers that publications give, for the growth chart, in the session's language or another."""
    project = current_project()
    return _published_marks(str(project.root), project.record.stamp, words or language())


def ledger() -> list[dict[str, Any]]:
    """Rows of all claims as they are now, the withdrawn too."""
    project = current_project()
    return _ledger(str(project.root), project.record.stamp, language())


def unseen() -> list[dict[str, Any]]:
    """Sites that no usable picture of the last `MONTHS` shows, as of today."""
    project = current_project()
    return _unseen(str(project.root), project.record.stamp, MONTHS, datetime.now(UTC).date())


def growth(subset: Subset, series: str) -> list[dict[str, Any]]:
    """How many targets of the subset there were, at least and at most."""
    project = current_project()
    return _growth(str(project.root), project.record.stamp, subset, series)


def growth_on(day: date) -> dict[str, Any]:
    """How many targets had appeared by the end of `day`, at least and at most: a row of `growth`."""
    project = current_project()
    return _growth_on(str(project.root), project.record.stamp, day, language())


def growth_chart(
    rows: Sequence[dict[str, Any]],
    subset: Subset,
    series: str,
    marks: Sequence[growthchart.Mark] = (),
    *,
    edges: tuple[date, date],
    pick: bool = False,
) -> dict[str, Any]:
    """The chart of `rows`, which are those of `growth`, and of the project's `marks`, as a specification."""
    project = current_project()
    return _growth_chart(
        str(project.root),
        project.record.stamp,
        rows,
        subset,
        series,
        marks,
        bool(marks),
        edges,
        pick,
        language(),
    )


def queue(reader: str) -> work.QueuePage:
    """The queue as it is now, as `reader` may see it."""
    project = current_project()
    stamp = project.record.stamp
    return _queue(
        str(project.root), stamp, _limits_text(), _hidden(str(project.root), stamp, reader), language()
    )


def site_order(reader: str, scope: str) -> list[str]:
    """Ids of the sites in the queue of `reader`, the most urgent first (see `work.site_order`)."""
    page = queue(reader)
    return work.order_of(page, reader, scope)


def matrix(reader: str) -> matrices.Matrix:
    """The matrix of sites and time, as `reader` may see it."""
    project = current_project()
    stamp = project.record.stamp
    return _matrix(str(project.root), stamp, _hidden(str(project.root), stamp, reader))


def blind_sites(reader: str) -> frozenset[str]:
    """Sites of which `reader` may not see yet what others said."""
    project = current_project()
    return frozenset(place[0] for place in _hidden(str(project.root), project.record.stamp, reader))


def figure(
    site: str, options: FigureOptions, recipe: tuple[str, int] | None = None, *, draft: bool = False
) -> Figure:
    """The figure of a site as the record stands now; a `draft` is shown whatever the linter says.

    Raises
    ------
    WorkflowError
        when it cannot be made (see `workflow.publish.compose`).
    """
    project = current_project()
    return _figure(str(project.root), project.record.stamp, site, options, recipe, draft)


def figure_file(
    site: str,
    options: FigureOptions,
    suffix: str,
    recipe: tuple[str, int] | None = None,
    *,
    draft: bool = False,
) -> bytes:
    """The figure as a file of a format, one of `workflow.publish.SUFFIXES`.

    Raises
    ------
    WorkflowError
        when it cannot be made, or has no file of that format.
    """
    project = current_project()
    return _figure_file(str(project.root), project.record.stamp, site, options, recipe, draft, suffix)


def figures() -> list[dict[str, Any]]:
    """Saved recipes and written figures, and what went stale."""
    project = current_project()
    return _figures(str(project.root), project.record.stamp)


def look_again() -> None:
    """Have `figures` look at the files anew: they may change without the record."""
    _figures.clear()


def compare(site: str, stamp: Stamp, reader: str | None) -> pages.ComparePage:
    """The comparison of a site as it is now, at the record's `stamp`, as `reader` may see it.

    Raises
    ------
    UnknownName
        when there is no such site.
    """
    return _compare(str(current_project().root), stamp, site, reader, _limits_text(), language())


@st.cache_resource(max_entries=4, show_spinner=False)
def _overview(root: str, stamp: Stamp, words: Language) -> pages.OverviewPage:  # noqa: ARG001  the cache's key
    return pages.overview(current_project(), words)


@st.cache_resource(max_entries=4, show_spinner=False)
def _cameras(root: str, stamp: Stamp, words: Language) -> Sequence[seen.Camera]:  # noqa: ARG001  the cache's key
    project = current_project()
    return seen.cameras(project.captures(), project.sites(), words)


@st.cache_resource(max_entries=4, show_spinner=False)
def _footprints(root: str, stamp: Stamp) -> Sequence[outlines.Footprint]:  # noqa: ARG001  the cache's key
    return outlines.footprints(current_project().captures())


@st.cache_resource(max_entries=8, show_spinner=False)
def _news(
    root: str, stamp: Stamp, days: int, today: date, reader: str | None, words: Language
) -> Sequence[lately.SiteNews]:
    end = datetime.combine(today, datetime.min.time(), UTC) + timedelta(days=1)
    findings = _overview(root, stamp, words).findings
    return lately.lately(current_project(), end - timedelta(days=days), end, findings, reader=reader)


@st.cache_resource(max_entries=4, show_spinner=False)
def _site_titles(root: str, stamp: Stamp) -> dict[str, str]:  # noqa: ARG001  the cache's key
    return pages.site_titles(current_project())


@st.cache_resource(max_entries=4, show_spinner=False)
def _imagery(root: str, stamp: Stamp, chosen: Language) -> library.ImageryPage:  # noqa: ARG001  the cache's key
    return library.imagery(current_project(), chosen)


@st.cache_resource(max_entries=4, show_spinner=False)
def _map_sites(root: str, stamp: Stamp) -> tuple[sitepage.MapSite, ...]:  # noqa: ARG001  the cache's key
    return sitepage.map_sites(current_project())


@st.cache_resource(max_entries=4, show_spinner=False)
def _next_captures(  # the cache's key
    root: str,  # noqa: ARG001
    stamp: Stamp,  # noqa: ARG001
    today: date,
    limits: str,  # noqa: ARG001
    words: Language,
) -> list[dict[str, Any]]:
    return nextcapture.next_captures(current_project(), today, language=words)


@st.cache_resource(max_entries=4, show_spinner=False)
def _published_marks(root: str, stamp: Stamp, words: Language) -> list[dict[str, Any]]:  # noqa: ARG001  the cache's key
    return claims.published_marks(current_project(), words)


@st.cache_resource(max_entries=4, show_spinner=False)
def _ledger(root: str, stamp: Stamp, words: Language) -> list[dict[str, Any]]:  # noqa: ARG001  the cache's key
    return claims.ledger(current_project(), withdrawn=True, language=words)


@st.cache_resource(max_entries=4, show_spinner=False)
def _unseen(root: str, stamp: Stamp, months: int, today: date) -> list[dict[str, Any]]:  # noqa: ARG001  the cache's key
    return coverage.unseen_since(current_project(), months, today)


@st.cache_resource(max_entries=16, show_spinner=False)
def _growth(root: str, stamp: Stamp, subset: Subset, series: str) -> list[dict[str, Any]]:  # noqa: ARG001  the cache's key
    return growing.growth(current_project(), subset=subset, series=series)


@st.cache_resource(max_entries=64, show_spinner=False)
def _growth_on(root: str, stamp: Stamp, day: date, words: Language) -> dict[str, Any]:
    page = _overview(root, stamp, words)
    return growing.growth_rows(page.findings, page.places, [day])[0]


@st.cache_data(max_entries=16, show_spinner=False)
def _growth_chart(  # the cache's key; rows and marks follow from it
    root: str,  # noqa: ARG001
    stamp: Stamp,  # noqa: ARG001
    _rows: Sequence[dict[str, Any]],
    subset: Subset,  # noqa: ARG001
    series: str,
    _marks: Sequence[growthchart.Mark],
    marked: bool,  # noqa: ARG001
    edges: tuple[date, date],
    pick: bool,
    words: Language,
) -> dict[str, Any]:
    drawn = growthchart.chart(_rows, series, _marks, pick=pick, edges=edges, language=words)
    found: dict[str, Any] = drawn.to_dict(validate=False)
    return found


@st.cache_resource(max_entries=32, show_spinner=False)
def _compare(  # the cache's key
    root: str,  # noqa: ARG001
    stamp: Stamp,  # noqa: ARG001
    site: str,
    reader: str | None,
    limits: str,  # noqa: ARG001
    words: Language,
) -> pages.ComparePage:
    return pages.compare(current_project(), site, reader=reader, language=words)


@st.cache_resource(max_entries=6, show_spinner=False)
def _figure(  # the cache's key
    root: str,  # noqa: ARG001
    stamp: Stamp,  # noqa: ARG001
    site: str,
    options: FigureOptions,
    recipe: tuple[str, int] | None,
    draft: bool,
) -> Figure:
    return compose(current_project(), site, options, load_fonts(), recipe, draft=draft)


@st.cache_resource(max_entries=24, show_spinner=False)
def _figure_file(
    root: str,
    stamp: Stamp,
    site: str,
    options: FigureOptions,
    recipe: tuple[str, int] | None,
    draft: bool,
    suffix: str,
) -> bytes:
    return _figure(root, stamp, site, options, recipe, draft).content(suffix)


@st.cache_resource(max_entries=4, show_spinner=False)
def _figures(root: str, stamp: Stamp) -> list[dict[str, Any]]:  # noqa: ARG001  the cache's key
    return drawn.figures(current_project())


@st.cache_resource(max_entries=32, show_spinner=False)
def _hidden(root: str, stamp: Stamp, reader: str) -> frozenset[Place]:  # noqa: ARG001  the cache's key
    return reviews.hidden_from(current_project(), reader)


@st.cache_resource(max_entries=4, show_spinner=False)
def _queue(
    root: str,  # noqa: ARG001  the cache's key
    stamp: Stamp,  # noqa: ARG001
    limits: str,  # noqa: ARG001
    hidden: frozenset[Place],
    chosen: Language,
) -> work.QueuePage:
    return work.queue_page(current_project(), hidden, chosen)


@st.cache_resource(max_entries=4, show_spinner=False)
def _matrix(root: str, stamp: Stamp, hidden: frozenset[Place]) -> matrices.Matrix:  # noqa: ARG001  the cache's key
    return matrices.matrix(current_project(), hidden)
