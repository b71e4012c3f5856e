"""One picture: how it looks, what is known of it, where it lies, its date, and whether it is in use."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import streamlit as st

from dashboard import cache, notices, routes, state
from dashboard.components import (
    attachments,
    conflict,
    dates,
    deeds,
    describing,
    lookalikes,
    proposals,
    standpoint_form,
)
from dashboard.language import language, t, tn
from dashboard.projects import current_project
from dashboard.safetext import safe
from dashboard.told import told
from workflow import actions
from workflow.codec import decode
from workflow.errors import EditConflict, WorkflowError
from workflow.model import Capture, DateSpan, Georeference, Role
from workflow.readmodels import history, tables
from workflow.readmodels.imagery import CaptureRow

__all__ = ["show"]

MOST_SITES = 12
_SAID, _DRAFT = deeds.SAID, "capture.draft"


@dataclass(frozen=True, slots=True)
class _Draft:
    """The open form for the date of a capture: the version it was opened with, and what was refused last.

    `number` is new with each opening, so that no field keeps what another form held.
    """

    capture: str
    base: int
    number: int
    stated: Mapping[str, Any] | None = None
    refused: EditConflict | None = None


def show(row: CaptureRow, captures: Sequence[Capture]) -> None:
    """The panel; `captures` are all that there are."""
    capture = row.capture
    with st.container(border=True, key="capture.panel"):
        _title(row)
        kind, sentence = st.session_state.pop(_SAID, ("", ""))
        if kind:
            notices.say(kind, sentence)
        picture, facts = st.columns([5, 6], gap="medium")
        with picture:
            _picture(capture)
        with facts:
            _facts(capture)
            _sites(row)
        if (
            capture.site is not None
            and capture.georeference is not Georeference.NATIVE
            and not capture.withdrawn
        ):
            with st.container(horizontal=True):
                st.button(
                    t("Georeference by hand"),
                    key="capture.georeference",
                    icon=":material/my_location:",
                    on_click=lambda: st.query_params.from_dict({"georeference": capture.id}),
                )
                if not capture.is_georeferenced:
                    st.button(
                        t("Align with another still"),
                        key="capture.align",
                        icon=":material/layers:",
                        on_click=lambda: st.query_params.from_dict({"align": capture.id}),
                    )
        if state.may_write() and capture.withdrawn is None:
            _date(capture)
            standpoint_form.show(capture)
        if capture.withdrawn is None:
            proposals.show(capture)
            describing.show(capture)
            attachments.show(capture)
            lookalikes.show(capture, captures)
        _use(capture)


def _title(row: CaptureRow) -> None:
    capture = row.capture
    local = f" ({row.local})" if row.local else ""
    badge = notices.SYNTHETIC if capture.synthetic else ""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.html(
            f"<div style='overflow-wrap:anywhere'>{badge}<b style='font-size:1.1rem'>"
            f"{safe(dates.of_capture(capture))}</b>{safe(local)} · <bdi>{safe(capture.file)}</bdi> "
            f"<span style='opacity:.75'>{safe(capture.id)}</span></div>",
            width="stretch",
        )
        st.page_link(
            "views/history.py",
            label=t("History"),
            icon=":material/history:",
            query_params={"kind": "capture", "id": capture.id},
        )


def _picture(capture: Capture) -> None:
    if capture.withdrawn is not None and capture.withdrawn.files_removed:
        st.caption(t("Its files were removed; its hash and its history stay."))
        return
    if capture.withdrawn is not None:
        st.caption(t("A withdrawn picture is not shown."))
        return
    st.html(
        f"<img src='{routes.still_url(capture.id)}' alt='{safe(capture.file)}' data-capture='{safe(capture.id)}' "
        "style='max-width:100%;max-height:26rem;object-fit:contain;border-radius:4px;background:#14171c'>"
        f"<div style='font-size:.85rem;opacity:.8'><bdi>{safe(capture.credit)}</bdi></div>"
    )


def _facts(capture: Capture) -> None:
    size = f"{capture.width_px} × {capture.height_px} px, " + tn(capture.bands, "{n} band", "{n} bands")
    coordinates = capture.crs if capture.is_georeferenced else t("none")
    own = [
        (t("size"), size, ""),
        (t("coordinates"), coordinates, ""),
        (t("bounds"), dates.bounds(capture.acquired), ""),
        (t("date as written"), capture.acquired.verbatim, ""),
    ]
    known = [
        (
            t(one["fact"]),
            dates.words(capture.acquired) if one["fact"] == "date" else one["value"],
            one["source"],
        )
        for one in tables.capture_facts(capture, language())
    ]
    rows = "".join(
        f"<tr><td style='opacity:.8;padding-right:1em;white-space:nowrap'>{safe(name)}</td>"
        f"<td style='padding-right:1em;overflow-wrap:anywhere'>{safe(value)}</td>"
        f"<td style='opacity:.8;overflow-wrap:anywhere'>{safe(source)}</td></tr>"
        for name, value, source in (*known, *own)
        if value
    )
    st.html(f"<table style='font-size:.88rem;text-align:left;vertical-align:top'>{rows}</table>")
    for warning in capture.warnings:
        st.html(f"<div style='font-size:.88rem'>⚠ {safe(told(warning))}</div>")


def _sites(row: CaptureRow) -> None:
    titles = cache.site_titles()
    if not row.sites:
        st.caption(t("It covers none of the sites."))
        return
    st.html(f"<b>{safe(tn(len(row.sites), '{n} site in it', '{n} sites in it'))}</b>")
    with st.container(horizontal=True):
        for site in row.sites[:MOST_SITES]:
            st.page_link(
                "views/compare.py",
                label=safe(titles.get(site, site)),
                icon=":material/compare:",
                query_params={"site": site},
            )
    if len(row.sites) > MOST_SITES:
        rest = ", ".join(titles.get(site, site) for site in row.sites[MOST_SITES:])
        with st.expander(t("{n} more", n=len(row.sites) - MOST_SITES)):
            st.html(f"<div style='font-size:.88rem'>{safe(rest)}</div>")


# -- its date ------------------------------------------------------------------------------------------------


def _date(capture: Capture) -> None:
    draft: _Draft | None = st.session_state.get(_DRAFT)
    if draft is None or draft.capture != capture.id:
        st.button(
            t("Change the date"),
            key="capture.date.open",
            icon=":material/edit_calendar:",
            on_click=_open,
            args=(capture.id,),
        )
        return
    st.html(f"<b>{safe(t('When this picture was taken'))}</b>")
    if draft.refused is not None:
        _conflict(draft, draft.refused)
        return
    _moved_on(draft)
    key = f"capture.date.{draft.number}"
    said = dates.fields(
        key,
        optional=False,
        kind=capture.kind,
        text=capture.acquired.verbatim or dates.days(capture.acquired),
        basis=capture.acquired.basis,
    )
    reason = st.text_input(t("Reason"), key=f"{key}.reason", max_chars=500, placeholder=t("how it is known"))
    with st.container(horizontal=True):
        if st.button(t("Save the date"), type="primary", disabled=said is None, key=f"{key}.save") and said:
            stated = {
                "text": said.text,
                "basis": said.basis,
                "retrieved": said.retrieved,
                "published": said.published,
                "reason": reason,
            }
            _save(replace(draft, stated=stated))
        st.button(t("Close"), key=f"{key}.close", on_click=_close)


def _version(capture: str) -> int:
    known = current_project().record.get(Capture, capture)
    return known.version if known else 0


def _open(capture: str) -> None:
    number = st.session_state["capture.number"] = int(st.session_state.get("capture.number", 0)) + 1
    st.session_state[_DRAFT] = _Draft(capture, _version(capture), number)


def _close() -> None:
    st.session_state.pop(_DRAFT, None)


def _moved_on(draft: _Draft) -> None:
    now = _version(draft.capture)
    if now > draft.base:
        since = history.meanwhile(current_project(), "capture", draft.capture, draft.base, now)
        told = "; ".join(f"{one.author}: {one.text}" for one in since)
        notices.say("note", t("While this form is open, it was changed: {told}", told=told))


def _conflict(draft: _Draft, refused: EditConflict) -> None:
    key = f"capture.date.{draft.number}"
    picks = conflict.ask(refused, _span_words, lambda _: t("Date"), key)
    with st.container(horizontal=True):
        if st.button(t("Save"), type="primary", disabled=None in picks.values(), key=f"{key}.decide"):
            if conflict.THEIRS in picks.values():
                _close()
                st.session_state[_SAID] = ("note", t("The date stays as it is."))
                st.rerun()
            _save(replace(draft, base=refused.current_version, refused=None))
        st.button(t("Close without saving"), key=f"{key}.close", on_click=_close)


def _span_words(_: str, value: object) -> str:
    if not isinstance(value, Mapping):
        return str(value or "")
    span = decode(DateSpan, dict(value))
    return f"{dates.words(span)}: {dates.bounds(span)}"


def _save(draft: _Draft) -> None:
    author = state.author()
    if author is None or draft.stated is None:
        return
    try:
        changed = actions.set_date(
            current_project(), author, draft.capture, **{**draft.stated, "base_version": draft.base}
        )
    except EditConflict as error:
        st.session_state[_DRAFT] = replace(draft, refused=error)
    except WorkflowError as error:
        st.session_state[_SAID] = ("warning", told(error))
    else:
        _close()
        st.session_state[_SAID] = (
            "done",
            t(
                "The date is now {date}. The one before stays in its history.",
                date=dates.words(changed.acquired),
            ),
        )
    st.rerun()


# -- whether it is in use ------------------------------------------------------------------------------------


def _use(capture: Capture) -> None:
    author = state.author()
    is_lead = author is not None and author.role is Role.LEAD
    if capture.withdrawn is not None:
        notices.say("warning", t("Not in use: {why}", why=current_project().withdrawal_of(capture)))
        if is_lead and not capture.withdrawn.files_removed:
            with st.popover(t("Use it again")), st.form(f"capture.reinstate.{capture.id}", border=False):
                reason = st.text_input(t("Reason"), max_chars=500, key=f"capture.again.{capture.id}")
                if st.form_submit_button(t("Use it again"), type="primary"):
                    deeds.do(t("It is in use again."), actions.reinstate, capture.id, reason=reason)
        return
    if not is_lead:
        return
    with (
        st.popover(t("Withdraw this picture"), icon=":material/block:"),
        st.form(f"capture.withdraw.{capture.id}", border=False),
    ):
        st.caption(t("It is no longer shown, tracked or put into figures. What is known of it stays."))
        reason = st.text_input(t("Reason"), max_chars=500, key=f"capture.why.{capture.id}")
        void = st.checkbox(
            t("It is the wrong picture: statements on it count no more"), key=f"capture.void.{capture.id}"
        )
        remove = st.checkbox(t("Remove its files for good"), key=f"capture.remove.{capture.id}")
        if st.form_submit_button(t("Withdraw"), type="primary"):
            deeds.do(
                t("It is withdrawn."),
                actions.withdraw,
                capture.id,
                reason=reason,
                void=void,
                remove_files=remove,
            )
