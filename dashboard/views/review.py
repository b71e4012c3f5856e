"""Review: work that waits for a lead, readings that differ, second readings, and how far readers agree."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pandas as pd
import streamlit as st

from dashboard import cache, notices, routes, state
from dashboard.components import judged, reading
from dashboard.components.agreement import show_agreement
from dashboard.language import language, t, tn
from dashboard.projects import current_project
from dashboard.safetext import safe
from dashboard.told import told
from workflow import actions
from workflow.actions.permissions import ALLOWED, Deed
from workflow.errors import WorkflowError
from workflow.model import Author, Capture, Georeference, Review
from workflow.readings import person
from workflow.readmodels import history, reviews

Row = Mapping[str, Any]
WAITING = "submitted"
STANDING = ("submitted", "returned", "draft", "approved", "superseded")
AT_ONCE = 20
LOG_DAYS = 90
_SAID = "review.said"
_OFF = "review.off"
_SMALL = "font-size:.85rem;opacity:.75"


def show() -> None:
    """The page, one part at a time."""
    notices.heading(t("Review"), t("statements and marks, seen by a second person"))
    parts = {
        "queue": t("To review"),
        "differ": t("Disagreements"),
        "second": t("Second readings"),
        "agree": t("Agreement"),
        "log": t("Log"),
    }
    part = state.chosen("part", tuple(parts))
    st.session_state.setdefault("review.part", part)
    picked = st.segmented_control(
        t("Part"),
        list(parts),
        format_func=lambda one: parts[one],
        key="review.part",
        required=True,
        label_visibility="collapsed",
    )
    picked = picked or part  # never empty: one is required
    state.choose("part", picked)
    said = st.session_state.pop(_SAID, None)
    if said:
        notices.say(*said)
    me = state.author()
    if me is None:
        return
    if picked == "agree":
        show_agreement(reviews.agreement(current_project()))
    else:
        {"queue": _queue, "differ": _disagreements, "second": _second, "log": _log}[picked](me)


def may(me: Author, deed: Deed) -> bool:
    """Whether the role may do that; `actions` refuses what this page would only hide."""
    return deed in ALLOWED[me.role]


def do(done: str, action: Callable[..., Any], *arguments: Any, **named: Any) -> None:
    """Carry out an action of somebody who clicked, and keep what there is to say of it."""
    me = state.author()
    if me is None:
        return
    try:
        action(current_project(), me, *arguments, **named)
    except WorkflowError as error:
        st.session_state[_SAID] = ("warning", told(error))
    else:
        st.session_state[_SAID] = ("done", done)


# -- to review -----------------------------------------------------------------------------------------------


def _queue(me: Author) -> None:
    project, titles = current_project(), cache.site_titles()
    where, how, _ = st.columns([3, 2, 3])
    site = where.selectbox(
        t("Site"), ["", *titles], format_func=lambda one: titles.get(one, t("all")), key="review.site"
    )
    standing = how.selectbox(t("Stands as"), STANDING, format_func=t, key="review.standing")
    rows = reviews.review_queue(
        project, site or None, (Review(standing),), reader=me.name, language=language()
    )
    if standing == WAITING:
        _own_drafts(me, site, titles)
    if not rows:
        notices.say("note", _nothing(standing, titles[site] if site else ""))
        return
    count = st.session_state.setdefault("review.count", AT_ONCE)
    captures = {one.id: one for one in project.all_captures()}
    first = _first(me, rows)
    if first is not None:
        rows = [one for one in rows if one["id"] != first["id"]]
        _front(me, first, captures.get(first["capture"]), titles, more=sum(_is_mine(me, one) for one in rows))
    notes = _notes(rows[:count])
    for row in rows[:count]:
        _work(me, row, notes.get(row["id"], ""), captures.get(row["capture"]), titles)
    if len(rows) > count:
        st.button(
            t("Show more ({n})", n=len(rows) - count),
            key="review.more",
            on_click=lambda: st.session_state.update({"review.count": count + AT_ONCE}),
        )


def _is_mine(me: Author, row: Row) -> bool:
    """Whether this person may judge the work now: nobody judges own work, or unseen."""
    own = person(me.name) in {person(name) for name in row["may_not_review"]}
    return row["review"] == Review.SUBMITTED and may(me, Deed.REVIEW) and not own and row["what"] is not None


def _first(me: Author, rows: Sequence[Row]) -> Row | None:
    """What is judged next: the longest waiting, what was put off last."""
    off: list[str] = st.session_state.get(_OFF, [])
    mine = [row for row in rows if _is_mine(me, row)]
    return min(mine, key=lambda row: off.index(row["id"]) + 1 if row["id"] in off else 0, default=None)


def _front(me: Author, row: Row, capture: Capture | None, titles: Mapping[str, str], more: int) -> None:
    """The work that is judged next, large; keys do what its buttons do."""
    with st.container(border=True, key="review.front"):
        picture, side = st.columns([2, 3])
        picture.html(judged.picture_html(row, capture))
        with side:
            st.html(_words(row, _notes([row]).get(row["id"], ""), titles) + judged.since_html(row, me.name))
            what, key = _named(row)
            with st.container(horizontal=True, gap="small", vertical_alignment="center"):
                _approve(what, key, shortcut="A")
                if more:
                    st.button(
                        t("Later"), key="review.later", shortcut="S", on_click=_put_off, args=(row["id"],)
                    )
                _ask_second(me, row, key)
            _return_form(what, key, shortcut="T")
            with st.container(horizontal=True):
                _links(row)
            if more:
                st.caption(tn(more, "{n} more waits for you.", "{n} more wait for you."))


def _put_off(key: str) -> None:
    off = [one for one in st.session_state.get(_OFF, []) if one != key]
    st.session_state[_OFF] = [*off, key]


def _nothing(standing: str, site: str) -> str:
    if standing == WAITING:
        return t("Nothing waits for review at {site}.", site=site) if site else t("Nothing waits for review.")
    if site:
        return t("Nothing stands as {standing} at {site}.", standing=t(standing), site=site)
    return t("Nothing stands as {standing}.", standing=t(standing))


def _own_drafts(me: Author, site: str, titles: Mapping[str, str]) -> None:
    if not may(me, Deed.SUBMIT):
        return
    drafts = [
        row
        for row in reviews.review_queue(current_project(), site or None, (Review.DRAFT,))
        if person(row["author"]) == person(me.name)
    ]
    for place in dict.fromkeys(row["site"] for row in drafts):
        count = sum(row["site"] == place for row in drafts)
        with st.container(horizontal=True, vertical_alignment="center"):
            words = tn(
                count,
                "{n} draft of yours at {site}",
                "{n} drafts of yours at {site}",
                site=titles.get(place, place),
            )
            st.html(f"<div>{safe(words)}</div>", width="content")
            st.button(
                t("Hand in"),
                key=f"review.submit.{place}",
                on_click=do,
                args=(t("Handed in."), actions.submit_site, place),
            )


def _notes(rows: Sequence[Row]) -> dict[str, str]:
    """Notes of what is shown; none where the reading is hidden."""
    if not rows:
        return {}
    project = current_project()
    known = {one.id: one.note for one in project.observations()}
    known |= {one.id: one.note for one in project.annotations()}
    return {row["id"]: known.get(row["id"], "") for row in rows if row["what"] is not None}


def _work(me: Author, row: Row, note: str, capture: Capture | None, titles: Mapping[str, str]) -> None:
    chip, text, buttons = st.columns([1, 5, 2.4], vertical_alignment="center")
    chip.html(chip_html(row["site"], capture))
    text.html(_words(row, note, titles))
    with buttons:
        _judging(me, row)
        with st.container(horizontal=True):
            _links(row)


def _words(row: Row, note: str, titles: Mapping[str, str]) -> str:
    """What the work says, of what, by whom (HTML)."""
    what = row["what"] if row["what"] is not None else t("hidden until the second reading is given")
    subject = f"{row['target']}: {what}" if row["kind"] == "observation" and row["target"] else what
    comment = (
        f"<div>{safe(t('Said in review: {comment}', comment=row['comment']))}</div>" if row["comment"] else ""
    )
    return (
        "<div style='overflow-wrap:anywhere;line-height:1.4'>"
        f"<b>{safe(t('State') if row['kind'] == 'observation' else t('Mark'))}</b> {safe(subject)} · "
        f"{_date(row)} · <bdi>{safe(titles.get(row['site'], row['site']))}</bdi>"
        f"{f'<div>{safe(note)}</div>' if note else ''}{comment}"
        f"<div style='{_SMALL}'><bdi>{safe(t('by {name}', name=row['author']))}</bdi>, "
        f"{safe(t(row['review']))}{_handed_in(row)}, "
        f"{safe(t('version {number}', number=row['version']))}</div></div>"
    )


def _links(row: Row) -> None:
    st.page_link(
        "views/compare.py",
        label=t("Compare"),
        query_params={"site": row["site"], "right": row["capture"]},
    )
    st.page_link("views/history.py", label=t("History"), query_params={"kind": row["kind"], "id": row["id"]})


def _date(row: Row) -> str:
    """The picture's date with what it rests on, as HTML."""
    if row["date"] is None:
        return safe(t("no date"))
    return f"{safe(row['date'])} <span style='{_SMALL}'>({safe(t(row['basis']))})</span>"


def _handed_in(row: Row) -> str:
    if row["submitted_at"] is None:
        return ""
    return f" {safe(history.ago(datetime.fromisoformat(row['submitted_at']), datetime.now(UTC), language()))}"


def _named(row: Row) -> tuple[tuple[str, str, int], str]:
    """What an action takes, and the start of the keys of its widgets."""
    return (row["kind"], row["id"], row["version"]), f"review.{row['id']}.{row['version']}"


def _judging(me: Author, row: Row) -> None:
    """What this person may do with the work; a viewer sees no buttons."""
    what, key = _named(row)
    with st.container(horizontal=True, gap="small"):
        if _is_mine(me, row):
            _approve(what, key)
            with st.popover(t("Return")):
                _return_form(what, key)
        elif row["review"] == Review.SUBMITTED and may(me, Deed.REVIEW):
            unseen = row["what"] is None
            st.caption(
                t("Waits for its second reading.") if unseen else t("Your own work: somebody else decides.")
            )
        elif Review(row["review"]).sealed and may(me, Deed.REOPEN):
            with st.popover(t("Reopen")):
                _with_words(
                    t("Reopen"),
                    t("Why it is reopened"),
                    f"{key}.reopen",
                    t("Reopened."),
                    actions.reopen,
                    what,
                )
        elif (
            row["review"] == Review.DRAFT
            and person(row["author"]) == person(me.name)
            and may(me, Deed.SUBMIT)
        ):
            st.button(
                t("Hand in"),
                key=f"{key}.submit",
                on_click=do,
                args=(t("Handed in."), actions.submit, *what),
            )
        _ask_second(me, row, key)


def _approve(what: Sequence[Any], key: str, shortcut: str | None = None) -> None:
    st.button(
        t("Approve"),
        key=f"{key}.approve",
        type="primary",
        shortcut=shortcut,
        on_click=do,
        args=(t("Approved."), actions.approve, *what),
    )


def _return_form(what: Sequence[Any], key: str, shortcut: str | None = None) -> None:
    _with_words(
        t("Return"),
        t("What is to be changed"),
        f"{key}.return",
        t("Returned."),
        actions.return_work,
        what,
        shortcut,
    )


def _ask_second(me: Author, row: Row, key: str) -> None:
    if row["kind"] == "observation" and row["what"] is not None and may(me, Deed.ASK_SECOND_READING):
        st.button(
            t("Ask for a second reading"),
            key=f"{key}.ask",
            type="tertiary",
            on_click=do,
            args=(t("A second reading is asked for."), actions.ask_second_reading, row["id"]),
        )


def _with_words(
    label: str,
    prompt: str,
    key: str,
    done: str,
    action: Callable[..., Any],
    what: Sequence[Any],
    shortcut: str | None = None,
) -> None:
    """A comment, and the button that sends it."""
    with st.form(f"{key}.form", border=False):
        st.text_area(prompt, key=f"{key}.words", max_chars=2000, height=90)
        st.form_submit_button(
            label,
            key=f"{key}.go",
            type="secondary" if shortcut else "primary",
            shortcut=shortcut,
            on_click=lambda: do(done, action, *what, st.session_state[f"{key}.words"]),
        )


def chip_html(site: str, capture: Capture | None) -> str:
    """A small picture of what the work is about."""
    if capture is None or capture.withdrawn is not None:
        return f"<div style='{_SMALL}'>{safe(t('no picture'))}</div>"
    mapped = capture.georeference is not Georeference.NONE
    address = routes.chip_url(site, capture.id) if mapped else routes.still_url(capture.id)
    return (
        f"<img src='{address}' alt='{safe(capture.file)}' loading='lazy' "
        "style='width:100%;max-width:130px;max-height:84px;object-fit:cover;border-radius:4px;display:block'>"
        + (f"<div style='font-size:.7rem'>{notices.SYNTHETIC}</div>" if capture.synthetic else "")
    )


# -- readings that differ ------------------------------------------------------------------------------------


def _disagreements(me: Author) -> None:
    project, titles = current_project(), cache.site_titles()
    hidden = reviews.hidden_from(project, me.name)
    rows = [
        row
        for row in reviews.disagreements(project, language())
        if (row["site"], row["target"], row["capture"]) not in hidden
    ]
    if not rows:
        notices.say("note", t("No two readings of the same target in the same picture differ."))
        return
    captures = {one.id: one for one in project.all_captures()}
    for row in rows[:AT_ONCE]:
        with st.container(border=True):
            _disagreement(me, row, captures.get(row["capture"]), titles)
    if len(rows) > AT_ONCE:
        st.caption(t("{n} more follow when these are decided.", n=len(rows) - AT_ONCE))


def _disagreement(me: Author, row: Row, capture: Capture | None, titles: Mapping[str, str]) -> None:
    chip, text = st.columns([1, 7], vertical_alignment="center")
    chip.html(chip_html(row["site"], capture))
    torn = f" · {t('present against absent')}" if row["disputed"] else ""
    text.html(
        f"<div><b>{safe(row['target'])}</b> · {_date(row)} · "
        f"<bdi>{safe(titles.get(row['site'], row['site']))}</bdi>{safe(torn)}</div>"
    )
    columns = st.columns(max(2, len(row["readings"])))
    for column, one in zip(columns, row["readings"], strict=False):
        column.html(
            f"<div style='overflow-wrap:anywhere'><b>{safe(t(one['state']))}</b> "
            f"<span style='{_SMALL}'>{safe(t('{level} confidence', level=t(one['confidence'])))}"
            f"{safe(t(', second reading') if one['blind'] else '')}</span><br>"
            f"<bdi>{safe(one['author'])}</bdi> <span style='{_SMALL}'>{safe(t(one['review']))}</span>"
            f"<br>{safe(one['note'])}</div>"
        )
    if not may(me, Deed.ADJUDICATE):
        return
    if any(person(one["author"]) == person(me.name) for one in row["readings"]):
        st.caption(t("One of the readings is your own: somebody else decides."))
        return
    _decision(row)


def _decision(row: Row) -> None:
    key = f"review.decide.{row['site']}.{row['target']}.{row['capture']}"
    states = {one["state"]: one["id"] for one in reversed(row["readings"])}
    versions = {one["id"]: one["version"] for one in row["readings"]}

    def decide() -> None:
        said = st.session_state[f"{key}.state"]
        if said is None:
            st.session_state[_SAID] = ("warning", t("Choose what it is, then decide."))
        else:
            do(t("Decided."), actions.adjudicate, states[said], versions, st.session_state[f"{key}.words"])

    with st.form(f"{key}.form", border=False):
        first, second, third = st.columns([3, 4, 1], vertical_alignment="bottom")
        first.radio(t("It is"), list(states), index=None, format_func=t, horizontal=True, key=f"{key}.state")
        second.text_input(t("What the decision rests on"), max_chars=2000, key=f"{key}.words")
        third.form_submit_button(t("Decide"), key=f"{key}.go", type="primary", on_click=decide)


# -- second readings -----------------------------------------------------------------------------------------


def _second(me: Author) -> None:
    project, titles = current_project(), cache.site_titles()
    rows = reviews.second_readings(project, reader=me.name)
    hidden = reviews.hidden_from(project, me.name)
    mine = [row for row in rows if (row["site"], row["target"], row["capture"]) in hidden]
    if mine and may(me, Deed.OBSERVE):
        reading.ask(mine[0], len(mine), titles, do)
    if not rows:
        notices.say("note", t("No second reading was asked for. A lead asks for one under To review."))
        return
    files = {one.id: one.file for one in project.all_captures()}
    with st.expander(t("All second readings ({n})", n=len(rows)), expanded=not mine):
        st.dataframe(
            pd.DataFrame([_reading_cells(row, files, titles) for row in rows]),
            hide_index=True,
            width="stretch",
            key="review.readings",
        )


def _reading_cells(row: Row, files: Mapping[str, str], titles: Mapping[str, str]) -> dict[str, str]:
    second = row["second"] or {"author": t("open") if row["open"] else t("not given"), "state": ""}
    return {
        t("Site"): titles.get(row["site"], row["site"]),
        t("Target"): row["target"],
        t("Picture"): files.get(row["capture"], row["capture"]),
        t("First by"): row["first"]["author"],
        t("It says"): t(row["first"]["state"] or "hidden"),
        t("Second by"): second["author"],
        t("It says then"): t(second["state"] or ""),
        t("Agree"): {True: t("yes"), False: t("no"), None: ""}[row["agree"]],
    }


# -- log -----------------------------------------------------------------------------------------------------


def _log(me: Author) -> None:
    now = datetime.now(UTC)
    rows = history.activity_rows(
        current_project(),
        now - timedelta(days=LOG_DAYS),
        now + timedelta(days=1),
        kinds=("review",),
        reader=me.name,
    )
    if not rows:
        notices.say("note", t("No step of review in the last {n} days.", n=LOG_DAYS))
        return
    titles = cache.site_titles()
    table = [
        {
            "when": f"{datetime.fromisoformat(row['at']):%Y-%m-%d %H:%M}",
            "who": f"{row['author']} ({t(row['role'])})",
            "what": row["reason"],
            "site": titles.get(row["site"], row["site"]),
        }
        for row in rows
    ]
    st.dataframe(
        pd.DataFrame(table),
        hide_index=True,
        width="stretch",
        height="content" if len(table) <= AT_ONCE else 700,
        key="review.log",
        column_config={
            "when": st.column_config.TextColumn(t("When (UTC)"), width=130),
            "who": st.column_config.TextColumn(t("Who"), width=190),
            "what": st.column_config.TextColumn(t("What"), width=620),
            "site": st.column_config.TextColumn(t("Site"), width=230),
        },
    )


show()
