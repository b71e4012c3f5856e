"""Words of a figure: date labels, the caption in the house grammar, the credit, the alternative text.

The grammar is that of the published chapters: a noun phrase, where it is, in which picture it is seen, the
source in parentheses. Month before day in captions, day before month on the pictures. A date is never finer
than its source.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from workflow.model import (
    Basis,
    Capture,
    CaptureKind,
    DateSpan,
    Direction,
    Precision,
    Site,
    State,
    Target,
    TargetClass,
)
from workflow.timespan import format_span

__all__ = ["Shown", "alt_text", "caption", "credit_of", "credits", "date_label", "noun_phrase", "place"]

_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
_KINDS = {
    CaptureKind.SATELLITE: "satellite image",
    CaptureKind.AERIAL: "aerial image",
    CaptureKind.GROUND: "photograph",
    CaptureKind.BROADCAST: "television image",
}
_STATES = {
    State.PRESENT.value: "seen",
    State.ABSENT.value: "absent",
    State.UNCERTAIN.value: "uncertain",
    State.OBSCURED.value: "obscured",
    State.INSUFFICIENT.value: "not discernible",
    "disputed": "disputed",
}
# first words of a target's name that are no proper names, however they are written
_COMMON_NOUNS = (
    *(kind.value.split("-")[0] for kind in TargetClass),
    *("structure", "traffic", "speed", "second", "third", "additional", "new", "inbound", "outbound"),
)
_COARSE = (Precision.INSTANT, Precision.DAY, Precision.MONTH, Precision.YEAR)
_OWN_FORM = ("©", "copyright", "image", "source", "photo", "contains")


@dataclass(frozen=True, slots=True)
class Shown:
    """A capture in a figure: its credit, and the state of the target in it ("" where nobody said)."""

    capture: Capture
    state: str = ""
    credit: str = ""
    marked: bool = False


# -- dates ---------------------------------------------------------------------------------------------------


def date_label(span: DateSpan) -> str:
    """The date as the picture carries it: "14 April 2023", "April 2023", "earliest possible 3 May 2022"."""
    stated = _stated(span, american=False)
    if not stated:
        return "date unknown"
    match span.basis:
        case Basis.EARLIEST_POSSIBLE:
            return f"earliest possible {stated}"
        case Basis.BROADCAST | Basis.RELEASED | Basis.PUBLISHED:
            return f"{span.basis.value} {stated}"
        case Basis.COPYRIGHT_YEAR:
            return f"copyright {stated}, date unknown"
        case _:
            return _open_ended(span, stated)


def _open_ended(span: DateSpan, stated: str) -> str:
    if span.precision in _COARSE and span.earliest is None:
        return f"{stated} or earlier"
    if span.precision in _COARSE and span.latest is None:
        return f"{stated} or later"
    return stated


def _stated(span: DateSpan, *, american: bool) -> str:
    """The day, month or year that the source states, without its basis; empty for an unknown date."""
    day = _stated_day(span)
    if day is None or span.precision is Precision.UNKNOWN:
        return ""
    if span.basis is Basis.COPYRIGHT_YEAR or span.precision is Precision.YEAR:
        return str(day.year)
    if span.precision is Precision.MONTH:
        return f"{_MONTHS[day.month - 1]} {day.year}"
    one_sided = span.basis in _ONE_SIDED or span.earliest == span.latest
    if span.precision in (Precision.INSTANT, Precision.DAY) or (
        span.precision is Precision.RANGE and one_sided
    ):
        return _long_day(day, american=american)
    if span.precision is Precision.RANGE and span.earliest and span.latest:
        first, last = (_long_day(end, american=american) for end in (span.earliest, span.latest))
        return f"{first} to {last}" if not american else f"between {first} and {last}"
    return format_span(span)


_ONE_SIDED = (Basis.EARLIEST_POSSIBLE, Basis.BROADCAST, Basis.RELEASED, Basis.PUBLISHED)


def _stated_day(span: DateSpan) -> date | None:
    """The end of the span that the source names."""
    if span.basis is Basis.EARLIEST_POSSIBLE:
        return span.earliest or span.latest
    return span.latest or span.earliest


def _long_day(day: date, *, american: bool) -> str:
    month = _MONTHS[day.month - 1]
    return f"{month} {day.day}, {day.year}" if american else f"{day.day} {month} {day.year}"


# -- the caption ---------------------------------------------------------------------------------------------


def caption(
    site: Site,
    target: Target | None,
    pictures: Sequence[Shown],
    *,
    coordinates: str = "",
    interval: str = "",
    annotated_by: str = "",
) -> str:
    """The caption without the word "Figure.".

    `interval` is the phrase of the target's appeared interval, empty where there is none; `annotated_by`
    whoever drew the marks, empty where nothing is drawn.
    """
    where = place(site, coordinates)
    named = target is not None and any(picture.state for picture in pictures)
    subject = f"{noun_phrase(target)} at {where}" if named and target is not None else where
    sentence = f"{_capital(subject)}, {_seen(pictures)}."
    if named and interval:
        sentence += f" It appeared {_interval(interval)}."
    return f"{sentence} ({_source(pictures, annotated_by)})"


def noun_phrase(target: Target) -> str:
    """What the target is, with an article: its name, else its direction and class."""
    words = {"other": "structure"}.get(target.kind.value, target.kind.value.replace("-", " "))
    direction = f"{target.direction.value} " if target.direction not in (None, Direction.BOTH) else ""
    name = target.name or f"{direction}{words}"
    first, second = (*name.lower().split(" "), "", "")[:2]
    if first in _COMMON_NOUNS and second and not second[0].isdigit():
        name = first + name[len(first) :]
    if not name[0].islower() or first in ("a", "an", "the", "one", "two", "three", "several"):
        return name
    return f"{'an' if name[0] in 'aeiou' else 'a'} {name}"


def place(site: Site, coordinates: str = "") -> str:
    """Name, local name in parentheses, road, coordinates."""
    name = (
        f"{site.name} ({site.name_local})"
        if site.name_local and site.name_local not in site.name
        else site.name
    )
    road = f", {site.road}" if site.road and site.road.lower() not in site.name.lower() else ""
    return f"{name}{road}{f' at {coordinates}' if coordinates else ''}"


def _seen(pictures: Sequence[Shown]) -> str:
    """What each picture says of the target: "absent in a satellite image from … and seen in …"."""
    others = [_picture(one.capture) for one in pictures if not one.state]
    told: dict[str, list[str]] = {}
    for one in pictures:
        if one.state:
            told.setdefault(_STATES[one.state], []).append(_picture(one.capture))
    if not told:
        return " and ".join(others)
    said = (f"{state} {' and '.join(where)}" for state, where in told.items())
    return " and ".join(said) + (f"; the place is also shown {others[0]}" if others else "")


def _picture(capture: Capture) -> str:
    """In which picture and when: "in a satellite image from November 3, 2021"."""
    span = capture.acquired
    stated = _stated(span, american=True)
    kind = f"{'synthetic ' if capture.synthetic else ''}{_KINDS[capture.kind]}"
    noun = f"{'an' if kind[0] in 'aeiou' else 'a'} {kind}"
    if not stated:
        return f"in {noun} of unknown date"
    on = "on" if span.precision in (Precision.INSTANT, Precision.DAY, Precision.RANGE) else "in"
    if capture.kind is CaptureKind.BROADCAST and not capture.synthetic:
        return f"on {capture.provider or 'television'} {on} {stated}"
    match span.basis:
        case Basis.EARLIEST_POSSIBLE:
            return f"in {noun} from {stated} at the earliest"
        case Basis.RELEASED | Basis.PUBLISHED | Basis.BROADCAST:
            return f"in {noun} {span.basis.value} {on} {stated}"
        case Basis.COPYRIGHT_YEAR:
            return f"in {noun} with the copyright year {stated}"
        case _ if stated.startswith("between"):
            return f"in {noun} taken {stated}"
        case _:
            return f"in {noun} from {_open_ended(span, stated)}"


def _interval(phrase: str) -> str:
    """The phrase after "appeared", its days with the month before the day."""
    months = "|".join(_MONTHS)
    american = re.sub(rf"\b(\d{{1,2}}) ({months}) (\d{{4}})", r"\2 \1, \3", phrase)
    bare = phrase.split(" ")[0] in ("early", "mid", "late") or re.fullmatch(r"\d{4}", phrase)
    return f"in {american}" if bare else american


def _source(pictures: Sequence[Shown], annotated_by: str) -> str:
    annotation = f". Annotation by {annotated_by}" if annotated_by else ""
    return f"{credits(pictures).removesuffix('.')}{annotation}"


# -- credit --------------------------------------------------------------------------------------------------


def credit_of(capture: Capture, stated: str = "") -> str:
    """The capture's credit, a Creative Commons licence behind it; `stated` stands in where it has none."""
    credit = " ".join((capture.credit or stated).split()).removesuffix(".")
    licence = capture.licence.strip()
    if credit and licence.lower().startswith("cc") and licence.lower() not in credit.lower():
        return f"{credit}, {licence}"
    return credit


def credits(pictures: Sequence[Shown]) -> str:
    """ "Source: Google Earth", or both with the letters of their panels where they differ."""
    given = [picture.credit or "no credit given" for picture in pictures]
    if len(set(given)) == 1:
        own = given[0].lower().startswith((*_OWN_FORM, "no credit"))
        word = (
            "Image"
            if all(picture.capture.kind is CaptureKind.BROADCAST for picture in pictures)
            else "Source"
        )
        return given[0] if own else f"{word}: {given[0]}"
    return "Sources: " + "; ".join(
        f"{letter}, {credit}" for letter, credit in zip("abcdefgh", given, strict=False)
    )


def alt_text(site: Site, target: Target | None, pictures: Sequence[Shown]) -> str:
    """What the figure shows, for readers who cannot see it."""
    several = len(pictures) > 1
    opening = f"{'Two pictures side by side of' if several else 'A picture of'} {place(site)}."
    what = noun_phrase(target) if target is not None else ""
    told = []
    for side, picture in zip(("Left", "Right") if several else ("Picture",), pictures, strict=True):
        kind = f"{'synthetic ' if picture.capture.synthetic else ''}{_KINDS[picture.capture.kind]}"
        state = f": {what} is {picture.state}" if what and picture.state else ""
        marked = ", with marks drawn on it" if picture.marked else ""
        told.append(f"{side}: {kind}, {date_label(picture.capture.acquired)}{state}{marked}.")
    return " ".join([opening, *told])


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
