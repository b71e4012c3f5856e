"""The date of a picture as it stands everywhere: the day, what it rests on, and the day at the place."""

from __future__ import annotations

from workflow.localtime import local_note, zone_of
from workflow.model import Basis, Capture, DateSpan, Site
from workflow.timespan import format_span

__all__ = ["basis_words", "dated", "local_words"]


def dated(span: DateSpan) -> str:
    """``14 April 2023 (product metadata)``: a date with its basis, for where it has no column."""
    return format_span(span) if span.basis is Basis.UNKNOWN else f"{format_span(span)} ({span.basis.value})"


def basis_words(basis: Basis) -> str:
    """What a date rests on, as it stands beside the date."""
    return "date unknown" if basis is Basis.UNKNOWN else f"date: {basis.value}"


def local_words(capture: Capture, site: Site | None) -> str:
    """``15 April in Pyongyang, UTC+09:00`` where the day at the place is another than that in UTC, else empty."""
    instant = capture.acquired.instant
    return local_note(instant, zone_of(capture, site)) if instant else ""
