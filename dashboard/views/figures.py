"""Figures: make one with its picture beside the choices, let findings pass, save its recipe, take it away."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Any

import streamlit as st

from dashboard import cache, notices, state
from dashboard.components import (
    figure_address,
    figure_form,
    figure_list,
    figure_report,
    figure_words,
    listing,
)
from dashboard.language import t
from dashboard.projects import current_project
from dashboard.safetext import safe
from dashboard.told import told
from workflow import actions
from workflow.actions.permissions import ALLOWED, Deed
from workflow.errors import BuildMissing, StaleWrite, UnknownName, WorkflowError
from workflow.model import Author, FigureOptions, slug
from workflow.publish import SUFFIXES, Figure, described, evidence_of
from workflow.publish.styles import style_names
from workflow.readmodels import figures as recipes
from workflow.readmodels.pages import ComparePage

_SITE, _OF = "figures.site", "figures.of"
_RECIPE, _NAME = "figures.recipe", "figures.name"
_SAID = "figures.said"
_PREVIEW_DPI = 110
_NOT_ALWAYS = (".gif", ".mp4", ".html", ".kmz", ".geo.tif")
_NO_RECIPE = ("", 0)


def show() -> None:
    """The page."""
    notices.heading(t("Figures"), t("ready to print, made from the record"))
    names = cache.site_titles()
    if not names:
        notices.no_sites()
        return
    _body(names)


@st.fragment
def _body(names: Mapping[str, str]) -> None:
    """The part that runs again when something is chosen; the frame around it stays."""
    me = state.author()
    if me is None:
        return
    with notices.refusals():
        _say()
        _begin()
        left, right = st.columns([5, 7], gap="medium")
        with left:
            site = state.select(t("Site"), "site", names, key=_SITE)
            _other_site(site)
            page = cache.compare(site, cache.stamp(), me.name)
            options = _options(page)
        if options is not None:
            _figure(me, page, options, left, right)
        _list(me, names)
        listing.when_open(
            t("Report of all approved sites"), partial(figure_report.show, me), key="figures.report"
        )


def _begin() -> None:
    """Fill the choices from the address when the page is opened."""
    if figure_form.is_filled():
        return
    figure_form.fill(figure_form.take_address())
    st.session_state[_OF] = None
    name, version = st.query_params.get("recipe", ""), st.query_params.get("version", "")
    number = int(version) if version.isdecimal() and len(version) < 10 else 0
    st.session_state[_RECIPE] = (name, number) if name and number else _NO_RECIPE
    st.session_state[_NAME] = name


def _other_site(site: str) -> None:
    """At another site another figure begins; style, size and number stay."""
    before, st.session_state[_OF] = st.session_state[_OF], site
    if before in (None, site):
        return
    st.session_state["figures.target"], st.session_state["figures.captures"] = [], []
    figure_form.forget_words()
    st.session_state[_RECIPE], st.session_state[_NAME] = _NO_RECIPE, ""


def _options(page: ComparePage) -> FigureOptions | None:
    """The choices, which stand in the address then; None where there is no picture to choose."""
    cards = (*page.captures, *page.stills)
    if not cards and page.site.position is None:
        notices.empty(
            t(
                "This site is not located, so no picture can be laid on it. Give it a position in sites.geojson."
            )
        )
        return None
    if not cards:
        notices.empty(
            t("No picture covers this site yet. Take some in, then lay them on the site's grid."),
            "sitetrack ingest PATH",
            "sitetrack track",
        )
        return None
    options = figure_form.options(page.site, cards)
    name, version = st.session_state[_RECIPE]
    query = figure_address.query_of(options)
    query |= {"recipe": [name], "version": [str(version)]} if name else {}
    for one in (*figure_address.NAMES, "recipe", "version"):
        if st.query_params.get_all(one) != query.get(one, []):
            st.query_params[one] = query.get(one, [])
    return options


# -- the figure ----------------------------------------------------------------------------------------------


def _figure(me: Author, page: ComparePage, options: FigureOptions, left: Any, right: Any) -> None:
    """Picture and findings at the right, the words below the choices at the left."""
    site = page.site.id
    with right:
        if site in cache.blind_sites(me.name):
            notices.say(
                "note",
                t("You read pictures of this site a second time: its figures wait until you have."),
            )
            return
        try:
            rough = replace(options, dpi=_PREVIEW_DPI)
            figure = cache.figure(site, rough, draft=True)
            png = cache.figure_file(site, rough, ".png", draft=True)
        except BuildMissing:
            raise
        except WorkflowError as error:
            notices.say("warning", told(error))
            return
        _picture(figure, png, options)
        _take_away(me, site, options, figure)
        figure_words.findings(figure.findings, {one.code: one.reason for one in options.allow})
    with left:
        figure_words.words(figure)


def _picture(figure: Figure, png: bytes, options: FigureOptions) -> None:
    st.image(png, width="stretch", alt=figure.alt_text)
    badge = f"{notices.SYNTHETIC} · " if figure.sidecar["synthetic"] else ""
    size = t("{width} mm wide, {dpi} pixels an inch", width=f"{options.width_mm:g}", dpi=options.dpi)
    st.html(
        f"<div data-figure='{hashlib.sha256(png).hexdigest()}' style='font-size:.88rem'>{badge}"
        f"<span style='opacity:.8'>{safe(size)}</span></div>"
    )


def _take_away(me: Author, site: str, options: FigureOptions, figure: Figure) -> None:
    blocked = any(one.blocks for one in figure.findings)
    recipe = _is_of(site, replace(options, captures=figure.options.captures))
    refused = ""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        if Deed.SAVE_FIGURES in ALLOWED[me.role]:
            with st.popover(t("Save the recipe"), icon=":material/save:", disabled=blocked):
                _save_form(site, options)
        with st.container(width=130):
            suffix = state.select(
                t("Format"), "format", {one: _format(one) for one in SUFFIXES}, key="figures.format"
            )
        name = f"{recipe[0] if recipe else _file_name(site, options)}{suffix}"
        if suffix in _NOT_ALWAYS:
            refused = _why_not(site, replace(options, dpi=_PREVIEW_DPI), suffix)
        st.download_button(
            t("Download"),
            partial(_file, site, options, recipe, suffix),
            name,
            key="figures.download",
            icon=":material/download:",
            on_click="ignore",
            disabled=blocked or bool(refused),
        )
        st.download_button(
            t("What it rests on (JSON)"),
            partial(_sidecar, site, options, recipe, name, suffix),
            f"{name}.json",
            "application/json",
            key="figures.json",
            on_click="ignore",
            disabled=blocked or bool(refused),
        )
    if refused:
        notices.say("note", refused)
    if blocked:
        st.caption(t("Mend what blocks, or let it pass with a reason; then it can be saved and downloaded."))
    elif recipe:
        saved = t("This is {name}, version {version}.", name=recipe[0], version=recipe[1])
        st.html(
            f"<div data-recipe='{safe(recipe[0])}' style='font-size:.88rem'><bdi>{safe(saved)}</bdi></div>"
        )


def _file_name(site: str, options: FigureOptions) -> str:
    return f"{site}-{slug(options.number)}" if slug(options.number) else site


def _format(suffix: str) -> str:
    return suffix.removeprefix(".").upper()


def _why_not(site: str, options: FigureOptions, suffix: str) -> str:
    """Why a figure has no file of a format, "" where it has: one panel has no swipe, a still no place on a map."""
    try:
        cache.figure_file(site, options, suffix, draft=True)
    except WorkflowError as error:
        return told(error)
    return ""


def _file(site: str, options: FigureOptions, recipe: tuple[str, int] | None, suffix: str) -> bytes:
    return cache.figure_file(site, options, suffix, recipe)


def _sidecar(
    site: str, options: FigureOptions, recipe: tuple[str, int] | None, name: str, suffix: str
) -> bytes:
    figure = cache.figure(site, options, recipe)
    return described(current_project(), figure, name, _file(site, options, recipe, suffix))[1]


def _is_of(site: str, options: FigureOptions) -> tuple[str, int] | None:
    """The saved recipe that the choices are, None where they are not quite it."""
    name, version = st.session_state[_RECIPE]
    if not name:
        return None
    try:
        known, _ = recipes.recipe(current_project(), name, version)
    except UnknownName:
        return None
    return (name, version) if (known.site, known.options) == (site, options) else None


# -- recipes -------------------------------------------------------------------------------------------------


def _save_form(site: str, options: FigureOptions) -> None:
    if not st.session_state.get(_NAME):
        st.session_state[_NAME] = st.session_state[_RECIPE][0] or _file_name(site, options)
    with st.form("figures.save.form", border=False):
        st.text_input(t("Name"), key=_NAME, max_chars=80, help=t("Lower-case letters, digits and hyphens."))
        st.form_submit_button(
            t("Save"), key="figures.save", type="primary", on_click=_save, args=(site, options)
        )


def _save(site: str, options: FigureOptions) -> None:
    me, name = state.author(), str(st.session_state[_NAME]).strip()
    if me is None:
        return
    opened, version = st.session_state[_RECIPE]
    try:
        figure = cache.figure(site, options)
        version = actions.save_figure(
            current_project(),
            me,
            name,
            site,
            figure.options,
            evidence_of(figure),
            base_version=version if name == opened else 0,
        )
    except StaleWrite as error:
        kept = t(
            "There is a figure {name} already: open it in the list below, or choose another name.", name=name
        )
        st.session_state[_SAID] = ("warning", told(error) if name == opened else kept)
    except WorkflowError as error:
        st.session_state[_SAID] = ("warning", told(error))
    else:
        st.session_state[_RECIPE] = (name, version)
        st.session_state["figures.captures"] = list(figure.options.captures)
        st.session_state[_SAID] = (
            "done",
            t("Saved as {name}, version {version}.", name=name, version=version),
        )


def _list(me: Author, names: Mapping[str, str]) -> None:
    hidden = cache.blind_sites(me.name)
    rows = [row for row in cache.figures() if row["site"] not in hidden]
    may = Deed.SAVE_FIGURES in ALLOWED[me.role]
    figure_list.show(rows, names, opens=_open, remove=_remove if may else None)


def _open(name: str) -> None:
    """Take the choices of a saved recipe."""
    try:
        known, version = recipes.recipe(current_project(), name)
    except UnknownName as error:
        st.session_state[_SAID] = ("warning", told(error))
        return
    if known.options.style not in style_names():
        said = t(
            "This recipe has a house style from a file: make it with sitetrack figure --recipe {name}.",
            name=name,
        )
        st.session_state[_SAID] = ("note", said)
        return
    figure_form.fill(known.options)
    st.session_state[_SITE] = st.session_state[_OF] = known.site
    st.session_state[_RECIPE], st.session_state[_NAME] = (name, version), name


def _remove(name: str, reason: str) -> None:
    me = state.author()
    if me is None:
        return
    try:
        actions.remove_figure(current_project(), me, name, st.session_state[reason])
    except WorkflowError as error:
        st.session_state[_SAID] = ("warning", told(error))
    else:
        done = t("{name} is off the list; its versions stay in the record.", name=name)
        st.session_state[_SAID] = ("done", done)


def _say() -> None:
    said = st.session_state.pop(_SAID, None)
    if said:
        notices.say(*said)


show()
