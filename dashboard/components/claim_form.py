"""The form for a new claim: what kind it is of, its sentence, and what it asks of the record."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import streamlit as st

from dashboard import cache
from dashboard.language import t
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


def show_form(do: Do) -> None:
    """The form, and what it leads to when it is sent: `do` carries an action out and keeps what there is to say."""
    kinds = {
        "event": t("When something happened"),
        "growth": t("How many there were"),
        "published": t("A publication says it"),
    }
    kind = st.segmented_control(
        t("It says"),
        list(kinds),
        format_func=lambda one: kinds[one],
        key="claims.kind",
        default="event",
        required=True,
    )
    sites = {site.id: site for site in current_project().sites()}
    site = None
    if kind == "event" and sites:
        titles = cache.site_titles()
        site = st.selectbox(
            t("Site"), list(sites), format_func=lambda one: titles.get(one, one), key="claims.site"
        )
    with st.form("claims.form", border=False):
        st.text_area(t("Sentence"), key="claims.sentence", max_chars=2000, height=70)
        if kind == "event" and site:
            target, event, approved = st.columns([3, 2, 2], vertical_alignment="bottom")
            target.selectbox(
                t("Target"), [one.id for one in sites[site].targets], key=f"claims.target.{site}"
            )
            event.selectbox(t("Event"), list(Event), format_func=lambda one: t(one.value), key="claims.event")
            approved.checkbox(t("Approved statements alone"), key="claims.approved")
        elif kind == "growth":
            _growth_fields(sites)
        elif kind == "published":
            number, what, when = st.columns(3)
            number.number_input(
                t("Number, if it gives one"), min_value=0, value=None, step=1, key="claims.number"
            )
            what.text_input(t("What it counts"), key="claims.what")
            when.text_input(
                t("Date, if it gives one"), key="claims.when", placeholder=t("by the end of 2019")
            )
        source, page, topic = st.columns([4, 2, 2])
        source.text_input(t("Where it was published"), key="claims.source")
        page.text_input(t("Page"), key="claims.page")
        topic.text_input(
            t("Topic"),
            key="claims.topic",
            placeholder="first-cameras",
            help=t("Claims of one topic stand beside each other."),
        )
        st.form_submit_button(
            t("Add"), key="claims.add", type="primary", on_click=_add, args=(do, str(kind), site)
        )


def _growth_fields(sites: Mapping[str, Any]) -> None:
    series, day, category, road, kind, approved = st.columns([2, 2, 2, 2, 2, 2], vertical_alignment="bottom")
    called = {Series.APPEARED: t("had appeared"), Series.STANDING: t("stood")}
    series.selectbox(
        t("Targets that"), list(Series), format_func=lambda one: called[one], key="claims.series"
    )
    categories, roads = (
        {getattr(site, name) for site in sites.values()} - {""} for name in ("category", "road")
    )
    day.text_input(t("By the end of"), key="claims.day", placeholder="2022")
    for column, label, name, options in (
        (category, t("Category"), "category", sorted(categories)),
        (road, t("Road"), "road", sorted(roads)),
        (kind, t("Class"), "class", [one.value for one in TargetClass]),
    ):
        column.selectbox(
            label, [_ANY, *options], format_func=lambda one: t(one or "all"), key=f"claims.{name}"
        )
    approved.checkbox(t("Approved statements alone"), key="claims.approved")


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

    do(t("Added, with what the record gives today."), add)


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
