"""What a picture says of itself, offered and never taken by itself: its file's tags, and text printed at its edges."""

from __future__ import annotations

import streamlit as st

from dashboard import notices, state
from dashboard.components import dates, deeds
from dashboard.language import t, tn
from dashboard.projects import current_project
from dashboard.safetext import safe
from dashboard.told import told
from workflow import actions
from workflow.errors import WorkflowError
from workflow.model import Capture, DateSpan, Proposal
from workflow.readmodels.archive import ATTRIBUTE_WORDS, is_taken
from workflow.readmodels.screentext import Found, read_text

__all__ = ["show"]

_READ = "capture.found"


def show(capture: Capture) -> None:
    """The proposals of its file, and those of a reader of text where it is asked for."""
    found: tuple[Found, ...] | None = st.session_state.get(f"{_READ}.{capture.id}")
    count = len(capture.proposals)
    label = t("What the picture says of itself")
    words = (
        f"{label}: {tn(count, '{n} statement in its file', '{n} statements in its file')}" if count else label
    )
    with st.expander(words, expanded=found is not None, icon=":material/sell:"):
        if count:
            st.caption(
                t("None of it is proof: a clock is as somebody set it, a credit as somebody typed it.")
            )
        for number, one in enumerate(capture.proposals, 1):
            _proposal(capture, number, one)
        for taken in capture.readings:
            st.html(
                f"<div style='font-size:.88rem'>{safe(t('Taken from text in the picture'))}: "
                f"<b>{safe(taken.text)}</b> · {safe(t(ATTRIBUTE_WORDS[taken.attribute]))} · {safe(taken.reader)} · "
                f"{safe(t('box {box} px', box=', '.join(map(str, taken.box))))} · "
                f"SHA-256 {safe(taken.crop_sha256[:16])}</div>"
            )
        if state.may_write() and st.button(
            t("Read date and credit at its edges"),
            key=f"capture.read.{capture.id}",
            icon=":material/document_scanner:",
            help="tesseract",
        ):
            _read(capture)
        if found is not None:
            _readings(capture, found)


def _proposal(capture: Capture, number: int, one: Proposal) -> None:
    value = dates.days(one.span) if one.span else one.value
    words, act = st.columns([6, 1], vertical_alignment="center")
    words.html(
        f"<div style='font-size:.9rem' data-proposal='{safe(one.attribute)}'><span style='opacity:.8'>"
        f"{safe(t(ATTRIBUTE_WORDS[one.attribute]))}:</span> <b>{safe(value)}</b> <span style='opacity:.8'>"
        f"{safe(_verbatim(one, value))}{safe(one.source)} · {safe(t(one.basis))}</span></div>"
    )
    with act:
        if is_taken(capture, one):
            st.html(f"<span style='font-size:.88rem'>✓ {safe(t('taken'))}</span>")
        elif state.may_write() and (one.span is not None or one.attribute in actions.DESCRIBED):
            label = (
                t("Confirm the date")
                if _is_its_date(capture, one)
                else t("Take: {what}", what=t(ATTRIBUTE_WORDS[one.attribute]))
            )
            if st.button(label, key=f"proposal.{capture.id}.{number}", type="secondary"):
                deeds.do(
                    t("It is taken. What was said before stays in its history."),
                    actions.take_proposal,
                    capture.id,
                    one,
                )


def _is_its_date(capture: Capture, one: Proposal) -> bool:
    """Whether the picture is dated by this, without anybody having said that it is so."""
    return (
        one.span is not None
        and one.span.earliest == capture.acquired.earliest
        and not capture.date_is_confirmed
    )


def _verbatim(one: Proposal, shown: str) -> str:
    return "" if one.value == shown else f"({one.value}) "


def _read(capture: Capture) -> None:
    try:
        with st.spinner(t("Reading")):
            st.session_state[f"{_READ}.{capture.id}"] = read_text(current_project(), capture)
    except WorkflowError as error:
        st.session_state[deeds.SAID] = ("warning", told(error))
    st.rerun()


def _readings(capture: Capture, found: tuple[Found, ...]) -> None:
    st.html(f"<div data-read='{len(found)}'></div>")
    if not found:
        notices.say("note", t("No date and no credit was read at its edges."))
    for number, one in enumerate(found, 1):
        crop, words, act = st.columns([4, 4, 1.4], vertical_alignment="center")
        crop.image(one.crop_png)
        value = dates.days(one.value) if isinstance(one.value, DateSpan) else one.words
        words.html(
            f"<div style='font-size:.9rem;overflow-wrap:anywhere'><span style='opacity:.8'>"
            f"{safe(t(ATTRIBUTE_WORDS[one.reading.attribute]))}:</span> <b>{safe(value)}</b> {safe(one.problem)}<br>"
            f"<span style='opacity:.8'>{safe(t('read as'))} <bdi>{safe(one.reading.text)}</bdi>, "
            f"{safe(t('confidence {n} of 100', n=round(one.reading.confidence)))}</span></div>"
        )
        with act:
            if one.value is not None:
                label = t("Take: {what}", what=t(ATTRIBUTE_WORDS[one.reading.attribute]))
                if st.button(label, key=f"reading.{capture.id}.{number}"):
                    deeds.do(
                        t("It is taken. What was said before stays in its history."),
                        actions.take_reading,
                        capture.id,
                        one.reading,
                        one.value,
                    )
