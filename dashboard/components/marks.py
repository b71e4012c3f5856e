"""The marks of a site in words: a list that shows a chosen one in the picture, and a form that needs no picture.

The form is for whoever does not see the picture, and for marks on pictures without coordinates; in it nobody
overwrites anybody unseen.
A form belongs to the version that it was opened with. What others changed since is brought together with what was
changed here; where both changed the same field, both values are shown and one is chosen.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import replace

import streamlit as st

from dashboard import notices, state
from dashboard.components import conflict, listing, viewer
from dashboard.drafts import FIELDS, Draft, draft_of
from dashboard.language import t
from dashboard.projects import current_project
from dashboard.safetext import safe
from dashboard.told import told
from workflow import actions
from workflow.errors import EditConflict, WorkflowError
from workflow.model import Annotation, Site
from workflow.readmodels import history
from workflow.readmodels.history import Change
from workflow.readmodels.pages import ComparePage, MarkCard
from workflow.stills import timecode

__all__ = ["section"]

_NEW_NUMBER = "marks.number"


# -- the section ---------------------------------------------------------------------------------------------


def section(page: ComparePage) -> None:
    """The list, and the form of the mark that is chosen."""
    site = page.site.id
    title = f"<b>{safe(t('Marks of this site'))}</b>"
    st.html(title if not page.marks else f"{title} ({len(page.marks)})")
    _notice(site)
    draft: Draft | None = st.session_state.get(_draft_key(site))
    if not page.marks and draft is None:
        st.caption(t("No marks yet: draw one in a picture, a box with D, a point with M."))
        return
    dates = {
        card.id: f"{card.label} ({card.basis.removeprefix('date: ')})"
        for card in (*page.captures, *page.stills)
    }
    places = {key: number for number, key in enumerate(dates)}
    cards = sorted(page.marks, key=lambda one: places.get(one.mark.capture, len(places)))
    _table(page.site, cards, dates)
    chosen = _choice(site, cards, dates)
    if draft is not None and (draft.mark == chosen or draft.mark not in {one.mark.id for one in cards}):
        _panel(page.site, draft, cards)
    elif chosen is not None:
        card = next(one for one in cards if one.mark.id == chosen)
        _open(site, card)
        _panel(page.site, st.session_state[_draft_key(site)], cards)


def _table(site: Site, cards: list[MarkCard], dates: Mapping[str, str]) -> None:
    if not cards:
        return
    last = history.last_changes(current_project(), [one.mark.id for one in cards])
    rows = [
        {
            "no": number,
            "date": _picture(card, dates),
            "shape": t(card.mark.shape),
            "label": card.mark.label,
            "note": card.mark.note,
            "target": _target_name(site, card.mark.target),
            "use": _use(card.mark.evidence),
            "author": card.mark.author,
            "review": t(card.mark.review.value),
            "version": card.version,
            "changed": f"{last[card.mark.id].at:%Y-%m-%d %H:%M}",
            "by": last[card.mark.id].author,
        }
        for number, card in enumerate(cards, 1)
    ]
    listing.table(
        rows,
        {
            "no": st.column_config.NumberColumn(t("No."), width=40),
            "date": st.column_config.TextColumn(t("Picture"), width=160),
            "shape": st.column_config.TextColumn(t("Shape"), width=60),
            "label": st.column_config.TextColumn(t("Label"), width=150),
            "note": st.column_config.TextColumn(t("Note"), width=140),
            "target": st.column_config.TextColumn(t("Target"), width=96),
            "use": st.column_config.TextColumn(t("Use"), width=72),
            "author": st.column_config.TextColumn(t("Drawn by"), width=96),
            "review": st.column_config.TextColumn(t("Review"), width=78),
            "version": st.column_config.NumberColumn(t("Version"), width=58),
            "changed": st.column_config.TextColumn(t("Changed (UTC)"), width=126),
            "by": st.column_config.TextColumn(t("Changed by"), width=96),
        },
        key=f"marks.table.{site.id}",
        on_select=lambda: _picked(site.id, [card.mark.id for card in cards]),
        selection_mode="single-row",
    )


def _picture(card: MarkCard, dates: Mapping[str, str]) -> str:
    """What the picture is called that a mark is on, of a clip with the time code of its frame."""
    date, at_s = dates.get(card.mark.capture, card.mark.capture), card.mark.at_s
    return date if at_s is None else f"{date} · {timecode(at_s)}"


def _picked(site: str, ids: list[str]) -> None:
    """Open the mark whose row was chosen in the table."""
    rows = st.session_state[f"marks.table.{site}"].selection.rows
    if rows and rows[0] < len(ids):
        _choose(site, ids[rows[0]])


def _choice(site: str, cards: list[MarkCard], dates: Mapping[str, str]) -> str | None:
    names = {
        card.mark.id: f"{number}. {card.mark.label or t('no label')} · {t(card.mark.shape)} · "
        f"{_picture(card, dates)}"
        for number, card in enumerate(cards, 1)
    }
    # what is chosen is kept beside the widget, which forgets it when a label changes under it
    chosen: str | None = st.session_state.get(_choice_key(site))
    key = f"marks.select.{site}"
    st.session_state[key] = chosen if chosen in names else None
    st.selectbox(
        t("Mark"),
        list(names),
        format_func=lambda one: names[one],
        index=None,
        placeholder=t("Choose a mark here or in the list"),
        key=key,
        on_change=lambda: _choose(site, st.session_state[key]),
        width=560,
    )
    return chosen if chosen in names else None


def _choose(site: str, mark: str | None) -> None:
    if mark != st.session_state.get(_choice_key(site)):
        _close(site)
        st.session_state[_choice_key(site)] = mark
        if mark is not None:
            viewer.look_at(mark)


# -- the form ------------------------------------------------------------------------------------------------


def _panel(site: Site, draft: Draft, cards: list[MarkCard]) -> None:
    card = next((one for one in cards if one.mark.id == draft.mark), None)
    st.page_link(
        "views/history.py",
        label=t("History of this mark"),
        icon=":material/history:",
        query_params={"kind": "annotation", "id": draft.mark},
    )
    is_in_a_picture = site.position is not None and card is not None and not card.mark.in_pixels
    is_open = draft.conflict is not None or not is_in_a_picture
    with st.container(key="marks.panel"), st.expander(t("Edit without the picture"), expanded=is_open):
        if card is None:
            _gone(site.id, draft)
        elif not state.may_write() or card.mark.review.sealed:
            _read_only(card)
        elif draft.conflict is not None:
            _conflict(site, draft, draft.conflict)
        else:
            _form(site, draft, card)


def _form(site: Site, draft: Draft, card: MarkCard) -> None:
    if card.version > draft.base:
        _moved_on(site.id, draft, card)
    key = _field_key(draft)
    targets: list[str | None] = [None, *(target.id for target in site.targets)]
    if draft.mine["target"] not in targets:
        targets.append(draft.mine["target"])
    with st.form(f"marks.form.{draft.number}", border=False):
        first, second = st.columns([3, 2])
        first.text_input(t("Label"), draft.mine["label"], max_chars=200, key=f"{key}.label")
        second.selectbox(
            t("Target"),
            targets,
            index=targets.index(draft.mine["target"]),
            format_func=lambda one: _target_name(site, one) or t("none"),
            key=f"{key}.target",
        )
        first.text_area(t("Note"), draft.mine["note"], max_chars=4000, height=76, key=f"{key}.note")
        second.radio(
            t("Use"),
            [True, False],
            index=0 if draft.mine["evidence"] else 1,
            format_func=lambda one: t("evidence: states something" if one else "graphic: only points at it"),
            key=f"{key}.evidence",
        )
        with st.container(horizontal=True):
            st.form_submit_button(
                t("Save"), type="primary", on_click=_save, args=(site.id, draft), key=f"{key}.save"
            )
            st.form_submit_button(t("Delete"), on_click=_delete, args=(site.id, draft), key=f"{key}.delete")
            st.form_submit_button(t("Close"), on_click=_close, args=(site.id, True), key=f"{key}.close")


def _moved_on(site: str, draft: Draft, card: MarkCard) -> None:
    since = history.meanwhile(current_project(), "annotation", draft.mark, draft.base, card.version)
    notices.say(
        "note",
        t(
            "While this form is open: {changes}. Saving keeps both; where both changed the same field, you choose.",
            changes=_told(since),
        ),
    )
    st.button(
        t("Start again from the newer version"),
        key=f"{_field_key(draft)}.newer",
        type="tertiary",
        on_click=_open,
        args=(site, card),
    )


def _gone(site: str, draft: Draft) -> None:
    since = history.meanwhile(current_project(), "annotation", draft.mark, draft.base, 1 << 31)
    notices.say("warning", t("This mark is not there any more: {changes}.", changes=_told(since)))
    typed = ", ".join(
        f"{_name(name)} “{value}”" for name, value in draft.mine.items() if value and name != "evidence"
    )
    if typed:
        notices.say("note", t("In the form stood: {typed}. Its history can put it back.", typed=typed))
    st.button(t("Close"), key=f"{_field_key(draft)}.close", on_click=_close, args=(site, True))


def _read_only(card: MarkCard) -> None:
    if card.mark.review.sealed:
        st.caption(
            safe(
                t(
                    "This mark is {review}: a lead reopens it before it is changed.",
                    review=t(card.mark.review.value),
                )
            )
        )
    else:
        st.caption(t("A viewer changes nothing."))
    for name in FIELDS[:2]:
        value = getattr(card.mark, name)
        if value:
            st.html(f"<div><b>{safe(_name(name))}</b> {safe(value)}</div>")


def _conflict(site: Site, draft: Draft, refused: EditConflict) -> None:
    since = history.meanwhile(
        current_project(), "annotation", draft.mark, draft.base, refused.current_version
    )
    key = _field_key(draft)
    picks = conflict.ask(refused, lambda name, value: _words(site, name, value), _name, key, since)
    with st.container(horizontal=True):
        st.button(
            t("Save"),
            type="primary",
            disabled=None in picks.values(),
            key=f"{key}.decide",
            on_click=_save,
            args=(site.id, draft, picks),
        )
        st.button(t("Close without saving"), key=f"{key}.close", on_click=_close, args=(site.id, True))


# -- what a click does ---------------------------------------------------------------------------------------


def _save(site: str, draft: Draft, picks: Mapping[str, str | None] | None = None) -> None:
    """Save what was typed, or what was chosen where two people had changed the same."""
    author = state.author()
    if author is None:
        return
    project = current_project()
    if draft.conflict is not None and picks is not None:
        newer = draft.conflict.current_version
        now = project.record.at(Annotation, draft.mark, newer)
        draft = draft if now is None else draft.decided(picks, newer, now)
    else:
        key = _field_key(draft)
        draft = replace(draft, mine={name: st.session_state[f"{key}.{name}"] for name in FIELDS})
    if not draft.changes:
        _close(site, clear=True)
        _say(site, "note", t("Nothing of yours was left to save: the mark stays as it is."))
        return
    try:
        saved = actions.edit_annotation(project, author, draft.mark, draft.changes, draft.base)
    except EditConflict as error:
        st.session_state[_draft_key(site)] = replace(draft, number=_number(), conflict=error)
        _say(site)
    except WorkflowError as error:
        st.session_state[_draft_key(site)] = replace(draft, number=_number())
        _say(site, "warning", told(error))
    else:
        others = history.meanwhile(project, "annotation", draft.mark, draft.base, saved.version - 1)
        _close(site, clear=True)
        both = " " + t("Meanwhile {changes}: both are kept.", changes=_told(others)) if others else ""
        _say(site, "done", t("Saved as version {n}.", n=saved.version) + both)


def _delete(site: str, draft: Draft) -> None:
    author = state.author()
    if author is None:
        return
    operation = {
        "op": str(uuid.uuid4()),
        "seq": 1,
        "type": "delete",
        "annotation": {"id": draft.mark},
        "base_version": draft.base,
    }
    try:
        refused = actions.annotate(current_project(), author, [operation]).refused
    except WorkflowError as error:
        refused = (("", str(error)),)
    if refused:
        _say(site, "warning", told(refused[0][1]))
        return
    _close(site, clear=True)
    _say(site, "done", t("Deleted. The mark's history, on the History page, can put it back."))


def _open(site: str, card: MarkCard) -> None:
    st.session_state[_draft_key(site)] = draft_of(card, _number())


def _close(site: str, clear: bool = False) -> None:
    """Close the form; with `clear` the choice of a mark too."""
    st.session_state.pop(_draft_key(site), None)
    _say(site)
    if clear:
        st.session_state[_choice_key(site)] = None


def _say(site: str, kind: str = "", sentence: str = "") -> None:
    st.session_state[f"marks.said.{site}"] = (kind, sentence)


def _notice(site: str) -> None:
    kind, sentence = st.session_state.get(f"marks.said.{site}", ("", ""))
    if kind:
        notices.say(kind, sentence)


# -- words and keys ------------------------------------------------------------------------------------------


def _told(changes: list[Change]) -> str:
    return "; ".join(f"{one.author} {one.text} ({t('version {n}', n=one.version)})" for one in changes) or t(
        "it was changed"
    )


def _target_name(site: Site, key: str | None) -> str:
    return next((target.name or target.id for target in site.targets if target.id == key), key or "")


def _name(field: str) -> str:
    return {"label": t("Label"), "note": t("Note"), "target": t("Target"), "evidence": t("Use")}[field]


def _words(site: Site, field: str, value: object) -> str:
    """A value of a field, for people."""
    if field == "evidence":
        return _use(bool(value))
    if field == "target":
        return _target_name(site, str(value) if value else None)
    return str(value or "")


def _use(evidence: bool) -> str:
    return t("evidence" if evidence else "graphic")


def _number() -> int:
    """A number that no form of this session has had."""
    st.session_state[_NEW_NUMBER] = int(st.session_state.get(_NEW_NUMBER, 0)) + 1
    return int(st.session_state[_NEW_NUMBER])


def _field_key(draft: Draft) -> str:
    return f"marks.field.{draft.number}"


def _draft_key(site: str) -> str:
    return f"marks.draft.{site}"


def _choice_key(site: str) -> str:
    return f"marks.choice.{site}"
