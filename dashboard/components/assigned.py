"""Who works on which sites: taken and dropped by each for himself, and assigned to anybody by a lead."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import streamlit as st

from dashboard import notices, state
from dashboard.language import t, tn
from dashboard.projects import current_project
from dashboard.safetext import safe
from dashboard.told import told
from workflow import actions
from workflow.actions.permissions import ALLOWED, Deed
from workflow.errors import WorkflowError
from workflow.model import Site
from workflow.readings import person
from workflow.readmodels import work

__all__ = ["choose", "do", "of_site", "said"]

_SAID = "assigned.said"


def said() -> None:
    """What came of the last change."""
    words = st.session_state.pop(_SAID, None)
    if words:
        notices.say(*words)


def do(done: str, sites: Sequence[str], *, add: Sequence[str] = (), remove: Sequence[str] = ()) -> None:
    """Change who works on `sites`, and keep what there is to say of it: `done`, or why not."""
    me = state.author()
    if me is None:
        return
    try:
        actions.assign(current_project(), me, sites, add=add, remove=remove)
    except WorkflowError as error:
        st.session_state[_SAID] = ("warning", told(error))
    else:
        st.session_state[_SAID] = ("done", done)


def of_site(site: Site) -> None:
    """Who works on one site, with what this person may change of it."""
    me = state.author()
    if me is None:
        return
    names = ", ".join(site.assigned) or t("nobody")
    with st.container(horizontal=True, vertical_alignment="center", key="site.assigned"):
        st.html(
            f"<div style='font-size:.92rem;overflow-wrap:anywhere'>{safe(t('Assigned to'))}: "
            f"<bdi data-assigned>{safe(names)}</bdi></div>",
            width="content",
        )
        if Deed.TAKE_SITES in ALLOWED[me.role]:
            is_mine = work.in_scope(site, me.name, "mine")
            st.button(
                t("Drop") if is_mine else t("Take"),
                key="site.drop" if is_mine else "site.take",
                type="tertiary",
                on_click=do,
                args=(
                    t("{site} is no longer yours.", site=site.name)
                    if is_mine
                    else t("{site} is yours now.", site=site.name),
                    [site.id],
                ),
                kwargs={"remove" if is_mine else "add": [me.name]},
            )
        if Deed.ASSIGN_SITES in ALLOWED[me.role]:
            with st.popover(t("Assign"), type="tertiary"), st.container(width=360):
                choose([site.id], current_project().sites(), "site.assign")


def choose(picked: Sequence[str], sites: Iterable[Site], key: str, others: Sequence[str] = ()) -> None:
    """A lead's choice of people for the sites `picked`; `others` are widgets that are emptied with it."""
    known = {person(name): name for site in sites for name in site.assigned}
    people = st.multiselect(
        t("People"),
        sorted(known.values()),
        key=f"{key}.people",
        accept_new_options=True,
        placeholder=t("choose, or write a name"),
    )
    with st.container(horizontal=True):
        for words, field in ((t("Assign"), "add"), (t("Take from them"), "remove")):
            st.button(
                words,
                key=f"{key}.{field}",
                type="primary" if field == "add" else "secondary",
                disabled=not (people and picked),
                on_click=_assign,
                args=(picked, people, field, (f"{key}.people", *others)),
            )


def _assign(sites: Sequence[str], people: Sequence[str], field: str, widgets: Sequence[str]) -> None:
    names, n = ", ".join(people), len(sites)
    if field == "add":
        done = tn(
            n,
            "{n} site is assigned to {people} now.",
            "{n} sites are assigned to {people} now.",
            people=names,
        )
        do(done, sites, add=people)
    else:
        done = tn(
            n,
            "{n} site is no longer assigned to {people}.",
            "{n} sites are no longer assigned to {people}.",
            people=names,
        )
        do(done, sites, remove=people)
    for widget in widgets:
        st.session_state[widget] = False if widget.endswith(".all") else []
