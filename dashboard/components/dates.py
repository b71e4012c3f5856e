"""Stating when a picture was taken: the text, what it rests on, and at once what was understood."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from dashboard import notices
from dashboard.language import language, t
from dashboard.safetext import safe
from dashboard.told import told
from workflow import actions
from workflow.errors import WorkflowError
from workflow.model import Basis, Capture, CaptureKind, DateSpan
from workflow.timespan import format_span

__all__ = ["Stated", "bounds", "days", "fields", "of_capture", "words"]

_FORMS = "2023-04-14, 14 April 2023, late 2021, 2021-11/2022-02, 2021~, 2021년 11월, unknown"


@dataclass(frozen=True, slots=True)
class Stated:
    """What was typed of a date, where it can be taken; `basis` None leaves it to the provider."""

    text: str
    basis: Basis | None
    retrieved: str
    published: str
    span: DateSpan | None


def fields(
    key: str,
    *,
    optional: bool,
    kind: CaptureKind = CaptureKind.SATELLITE,
    text: str = "",
    basis: Basis | None = None,
) -> Stated | None:
    """Fields for a date and what was understood of it; None where it cannot be taken, and why stands below.

    With `optional` no text is taken too: then the files say it.
    """
    text_column, basis_column, retrieved_column, published_column = st.columns([2.4, 1.6, 1.2, 1.2])
    typed = text_column.text_input(
        t("Date taken") if optional else t("New date"),
        text,
        key=f"{key}.text",
        max_chars=200,
        placeholder=t("from the files") if optional else "",
        help=t("English, ISO 8601, EDTF or Korean: {forms}", forms=_FORMS),
    )
    offered: list[Basis | None] = [*([None] if optional else []), *actions.STATED_BASES]
    chosen = basis_column.selectbox(
        t("It rests on"),
        offered,
        index=offered.index(basis) if basis in offered else 0,
        format_func=lambda one: t(one.value) if one else t("as usual for it"),
        key=f"{key}.basis",
        help=t("Earliest possible: the date that Google Earth shows. Its end is the day of retrieval."),
    )
    retrieved = retrieved_column.text_input(t("Retrieved on"), key=f"{key}.retrieved", max_chars=60)
    published = published_column.text_input(t("Published on"), key=f"{key}.published", max_chars=60)
    typed, retrieved, published = (one.strip() for one in (typed, retrieved, published))
    if not typed and optional:
        return Stated("", chosen, retrieved, published, None)
    try:
        said = actions.understood(typed, kind=kind, basis=chosen, retrieved=retrieved, published=published)
    except WorkflowError as error:
        notices.say("warning", told(error))
        return None
    notes = "".join(f"<div style='font-size:.9rem;opacity:.8'>{safe(note)}</div>" for note in said.notes)
    st.html(
        f"<div data-understood='yes' role='status'>{safe(t('Understood:'))} <b>{safe(words(said.span))}</b> · "
        f"{safe(bounds(said.span))}</div>{notes}"
    )
    return Stated(typed, chosen, retrieved, published, said.span)


def bounds(span: DateSpan) -> str:
    """Earliest and latest day and how fine the date is."""
    return t(
        "earliest {earliest}, latest {latest}, precision: {precision}",
        earliest=span.earliest or t("open"),
        latest=span.latest or t("open"),
        precision=t(span.precision.value),
    )


def words(span: DateSpan) -> str:
    """``14 April 2023 (product metadata)`` in the session's language."""
    day = days(span)
    return day if span.basis is Basis.UNKNOWN else f"{day} ({t(span.basis.value)})"


def of_capture(capture: Capture) -> str:
    """The same of a picture; it says where nobody has confirmed the date."""
    said = words(capture.acquired)
    return said if capture.date_is_confirmed else f"{said} · {t('date not confirmed')}"


def days(span: DateSpan) -> str:
    """The days of a date in the session's language."""
    return format_span(span, language())
