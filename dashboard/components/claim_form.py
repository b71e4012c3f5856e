"""The form for a new claim: what kind it is of, its sentence, and what it asks of the record."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import streamlit as st

from dashboard import cache
from dashboard.projects import current_project
from workflow import actions
from workflow.claims import (
    EventQuery,
    GrowthQuery,
    Published,
    Query,
    Series,
    bound_of,
    counted_by,
    published_span,
)
from workflow.errors import InputRefused
from workflow.model import Author, Event, Subset, TargetClass
from workflow.readmodels import claims

__all__ = ["show_form"]

Do = Callable[..., None]
_ANY = ""
_SERIES = {Series.APPEARED: "had appeared", Series.STANDING: "stood"}
_KINDS = {
    "event": "When something happened",
    "growth": "How many there were",
    "published": "A publication says it",
}


def show_form(do: Do) -> None:
    """The form, and what it leads to when it is sent: `do` carries an action out and keeps what there is to say."""
    kind = st.segmented_control(
        "It says",
        list(_KINDS),
        format_func=lambda one: _KINDS[one],
        key="claims.kind",
        default="event",
        required=True,
    )
    sites = {site.id: site for site in current_project().sites()}
    site = None
    if kind == "event" and sites:
        titles = cache.site_titles()
        site = st.selectbox(
            "Site", list(sites), format_func=lambda one: titles.get(one, one), key="claims.site"
        )
    with st.form("claims.form", border=False):
        st.text_area("Sentence", key="claims.sentence", max_chars=2000, height=70)
        if kind == "event" and site:
            target, event, approved = st.columns([3, 2, 2], vertical_alignment="bottom")
            target.selectbox("Target", [one.id for one in sites[site].targets], key=f"claims.target.{site}")
            event.selectbox("Event", list(Event), key="claims.event")
            approved.checkbox("Approved statements alone", key="claims.approved")
        elif kind == "growth":
            _growth_fields(sites)
        elif kind == "published":
            number, what, when = st.columns(3)
            number.number_input(
                "Number, if it gives one", min_value=0, value=None, step=1, key="claims.number"
            )
            what.text_input("What it counts", key="claims.what")
            when.text_input("Date, if it gives one", key="claims.when", placeholder="by the end of 2019")
        source, page, topic = st.columns([4, 2, 2])
        source.text_input("Where it was published", key="claims.source")
        page.text_input("Page", key="claims.page")
        topic.text_input(
            "Topic",
            key="claims.topic",
            placeholder="first-cameras",
            help="Claims of one topic stand beside each other.",
        )
        st.form_submit_button(
            "Add", key="claims.add", type="primary", on_click=_add, args=(do, str(kind), site)
        )


def _growth_fields(sites: Mapping[str, Any]) -> None:
    series, day, category, road, kind, approved = st.columns([2, 2, 2, 2, 2, 2], vertical_alignment="bottom")
    series.selectbox("Targets that", list(Series), format_func=lambda one: _SERIES[one], key="claims.series")
    categories, roads = (
        {getattr(site, name) for site in sites.values()} - {""} for name in ("category", "road")
    )
    day.text_input("By the end of", key="claims.day", placeholder="2022")
    for column, label, name, options in (
        (category, "Category", "category", sorted(categories)),
        (road, "Road", "road", sorted(roads)),
        (kind, "Class", "class", [one.value for one in TargetClass]),
    ):
        column.selectbox(label, [_ANY, *options], format_func=lambda one: one or "all", key=f"claims.{name}")
    approved.checkbox("Approved statements alone", key="claims.approved")


def _add(do: Do, kind: str, site: str | None) -> None:
    typed = {
        str(name).removeprefix("claims."): value
        for name, value in st.session_state.items()
        if str(name).startswith("claims.")
    }

    def add(project: Any, me: Author) -> None:
        frozen = claims.freeze(project, claims.resolved(project, _query(kind, site, typed)))
        made = actions.add_claim(
            project,
            me,
            typed["sentence"],
            frozen,
            source=typed["source"],
            page=typed["page"],
            topic=typed["topic"],
        )
        st.query_params["id"] = made.id

    do("Added, with what the record gives today.", add)


def _query(kind: str, site: str | None, typed: Mapping[str, Any]) -> Query:
    if kind == "published":
        when = published_span(typed["when"]) if typed["when"].strip() else None
        return Published(typed["number"], typed["what"].strip(), when, bound_of(typed["sentence"]))
    if kind == "growth":
        subset = Subset(typed["category"], typed["road"], typed["class"])
        return GrowthQuery(
            counted_by(typed["day"]), Series(typed["series"]), subset, approved=typed["approved"]
        )
    if site is None:
        raise InputRefused("Site", "there is none yet", "bring a register in first")
    return EventQuery(site, typed[f"target.{site}"], Event(typed["event"]), approved=typed["approved"])
