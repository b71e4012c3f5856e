"""The date of a picture as it stands everywhere: the day, what it rests on, and the day at the place."""

from __future__ import annotations

from workflow.localtime import local_note, zone_of
from workflow.model import Basis, Capture, DateSpan, Site
from workflow.timespan import Language, format_span
from workflow.words import say

__all__ = ["basis_words", "dated", "local_words"]


def dated(span: DateSpan, language: Language = "en") -> str:
    """``14 April 2023 (product metadata)``: a date with its basis, for where it has no column."""
    day = format_span(span, language)
    return day if span.basis is Basis.UNKNOWN else f"{day} ({say(span.basis.value, language)})"


def basis_words(basis: Basis, language: Language = "en") -> str:
    """What a date rests on, as it stands beside the date."""
    if basis is Basis.UNKNOWN:
        return say("date unknown", language)
    return say("date: {basis}", language, basis=say(basis.value, language))


def local_words(capture: Capture, site: Site | None, language: Language = "en") -> str:
    """``15 April in Pyongyang, UTC+09:00`` where the day at the place is another than that in UTC, else empty."""
    instant = capture.acquired.instant
    return local_note(instant, zone_of(capture, site), language) if instant else ""
