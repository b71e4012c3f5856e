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

from workflow.figure.phrases import in_sentence, noun_phrase, place, subject
from workflow.georef import control_words
from workflow.model import (
    Basis,
    Capture,
    CaptureKind,
    DateSpan,
    Precision,
    Site,
    State,
    Target,
)
from workflow.timespan import format_span

__all__ = [
    "Shown",
    "alt_text",
    "apart_sentence",
    "caption",
    "credit_of",
    "credits",
    "date_label",
    "joint_label",
    "laid_sentences",
    "noun_phrase",
    "place",
    "state_label",
]

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
_LETTERS = "abcdefgh"
_COARSE = (Precision.INSTANT, Precision.DAY, Precision.MONTH, Precision.YEAR)
_OWN_FORM = ("©", "copyright", "image", "source", "photo", "contains")


@dataclass(frozen=True, slots=True)
class Shown:
    """A capture in a figure: its credit, and the state of the target in it ("" where nobody said).

    `frame` is the time code of a clip's frame, `aligned` says how far off a still lies that is shown in the view of
    another, whose panel is number `onto`.
    """

    capture: Capture
    state: str = ""
    credit: str = ""
    marked: bool = False
    frame: str = ""
    aligned: str = ""
    onto: int = 0


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
    return _month_first(format_span(span)) if american else format_span(span)


_ONE_SIDED = (Basis.EARLIEST_POSSIBLE, Basis.BROADCAST, Basis.RELEASED, Basis.PUBLISHED)


def _stated_day(span: DateSpan) -> date | None:
    """The end of the span that the source names."""
    if span.basis is Basis.EARLIEST_POSSIBLE:
        return span.earliest or span.latest
    return span.latest or span.earliest


def _month_first(text: str) -> str:
    """ "16 February 2021" anywhere in a text becomes "February 16, 2021"."""
    return re.sub(rf"\b(\d{{1,2}}) ({'|'.join(_MONTHS)}) (\d{{4}})", r"\2 \1, \3", text)


def _long_day(day: date, *, american: bool) -> str:
    month = _MONTHS[day.month - 1]
    return f"{month} {day.day}, {day.year}" if american else f"{day.day} {month} {day.year}"


# -- the caption ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Form:
    """What a house decides of a caption: the order of dates, and whether the sentence names the provider."""

    american: bool = True
    name_provider: bool = False


def caption(
    site: Site,
    targets: Sequence[Target],
    pictures: Sequence[Shown],
    *,
    coordinates: str = "",
    interval: str = "",
    annotated_by: str = "",
    form: Form | None = None,
) -> str:
    """The caption without the word "Figure.".

    `interval` is the phrase of the target's appeared interval, empty where there is none; `annotated_by`
    whoever drew the marks, empty where nothing is drawn.
    """
    form = form or Form()
    named = any(picture.state for picture in pictures)
    present = all(picture.state in ("", State.PRESENT) for picture in pictures)
    what = subject(site, targets if named else (), present=present)
    where = f" at {coordinates}" if coordinates else ""
    seen = _seen(pictures, form)
    # as the report has it: "... outside the April 25 House of Culture photographed on May 27, 2016"
    joint = " " if seen.startswith("photographed") and "," not in what.split(")")[-1] and not where else ", "
    sentence = f"{_capital(what)}{where}{joint}{seen}."
    if named and interval and len(pictures) > 1:
        it = "It" if len(targets) == 1 else "They"
        sentence += f" {it} appeared {_interval(interval, form)}."
    sentence += _placed(pictures, form)
    sentence += "".join(f" {one}" for one in laid_sentences(pictures))
    source = _source(pictures, annotated_by, form)
    return f"{sentence} ({source})" if source else sentence


def _placed(pictures: Sequence[Shown], form: Form) -> str:
    """A sentence on each picture that somebody placed by hand, and how far off it may be."""
    captures = dict.fromkeys(one.capture for one in pictures if one.capture.control is not None)
    return "".join(
        f" The {_KINDS[one.kind]} from {_stated(one.acquired, american=form.american) or 'an unknown date'} was "
        f"{control_words(one.control)}."
        for one in captures
    )


def laid_sentences(pictures: Sequence[Shown]) -> list[str]:
    """Of each still that is shown in the view of another: ``(b) is laid on the view of (a), aligned ±1 px.``"""
    return [
        f"({letter}) is laid on the view of ({_LETTERS[one.onto]}), {one.aligned}."
        for letter, one in zip(_LETTERS, pictures, strict=False)
        if one.aligned
    ]


def apart_sentence(views: Sequence[str]) -> str:
    """What is said of stills that are not laid on each other: `views` has that of each panel, "" for one on the map."""
    stills = [view for view in views if view]
    if len(set(stills)) < 2:
        return ""
    if len(set(stills)) == len(stills):
        return "The stills are not aligned: each is shown as it came."
    alone = [letter for letter, view in zip(_LETTERS, views, strict=False) if stills.count(view) == 1]
    is_one = len(alone) == 1
    words = ("is", "it") if is_one else ("are", "they")
    return f"{_runs(alone)} {words[0]} not aligned: shown as {words[1]} came." if alone else ""


def _seen(pictures: Sequence[Shown], form: Form) -> str:
    """What each picture says of the target: "absent in a satellite image from … and seen in …"."""
    if len(pictures) == 1 and pictures[0].capture.kind is CaptureKind.GROUND:
        (only,) = pictures
        stated = _stated(only.capture.acquired, american=form.american)
        if (
            only.state in ("", State.PRESENT)
            and stated
            and only.capture.acquired.basis is not Basis.COPYRIGHT_YEAR
        ):
            return f"photographed {_on(only.capture.acquired)} {stated}{_made_up(only.capture)}"
    told: dict[str, list[Shown]] = {}
    for one in pictures:
        told.setdefault(_state_words(one.state), []).append(one)
    others = told.pop("", [])
    if not told:
        return _pictures(others, form)
    said = [f"{state} {_pictures(where, form)}" for state, where in told.items()]
    text = " and ".join(said) if len(said) < 3 else "; ".join(said)
    return text + (f"; the place is also shown {_pictures(others, form)}" if others else "")


def _state_words(state: str) -> str:
    return _STATES.get(state, state_label(state))


def _pictures(pictures: Sequence[Shown], form: Form) -> str:
    """In which pictures and when; those of one sort are named once: "in satellite images from …, … and …"."""
    clauses = [_picture(one.capture, form) + _of_clip(one) for one in pictures]
    if len(clauses) < 2:
        return clauses[0]
    opening = clauses[0].rpartition(" from ")[0]
    dates = [clause.removeprefix(f"{opening} from ") for clause in clauses]
    if opening and all(clause.startswith(f"{opening} from ") for clause in clauses):
        plural = re.sub(r"^in an? ", "in ", opening)
        return f"{plural}s from {_listed(dates)}"
    return _listed(clauses)


def _of_clip(one: Shown) -> str:
    return f" (at {one.frame} of the clip)" if one.frame else ""


def _listed(words: Sequence[str]) -> str:
    # a date with a comma in it is set off by semicolons
    comma = "; " if any("," in word for word in words) else ", "
    return f"{comma.join(words[:-1])} and {words[-1]}"


def _picture(capture: Capture, form: Form) -> str:
    """In which picture and when: "in a satellite image from November 3, 2021"."""
    span = capture.acquired
    stated = _stated(span, american=form.american)
    provider = f"{capture.provider} " if form.name_provider and capture.provider else ""
    kind = f"{'synthetic ' if capture.synthetic else ''}{provider}{_KINDS[capture.kind]}"
    noun = f"{'an' if kind[0].lower() in 'aeiou' else 'a'} {kind}"
    if not stated:
        return f"in {noun} of unknown date"
    on = _on(span)
    if capture.kind is CaptureKind.BROADCAST:
        return f"on {capture.provider or 'television'}{_made_up(capture)} {on} {stated}"
    match span.basis:
        case Basis.EARLIEST_POSSIBLE:
            return f"in {noun} from {stated} at the earliest"
        case Basis.RELEASED | Basis.PUBLISHED | Basis.BROADCAST:
            return f"in {noun} {span.basis.value} {on} {stated}"
        case Basis.COPYRIGHT_YEAR:
            return f"in {noun} of unknown date, with the copyright year {stated}"
        case _ if stated.startswith(("between", "by ", "after ", "before ")) or " to " in stated:
            return f"in {noun} taken {stated}"
        case _:
            return f"in {noun} from {_open_ended(span, stated)}"


def _on(span: DateSpan) -> str:
    return "on" if span.precision in (Precision.INSTANT, Precision.DAY, Precision.RANGE) else "in"


def _made_up(capture: Capture) -> str:
    """What stands behind a picture that is rendered and not named with an adjective."""
    return " (synthetic)" if capture.synthetic else ""


def _interval(phrase: str, form: Form) -> str:
    """The phrase after "appeared", its days in the order of the house."""
    days = _month_first(phrase) if form.american else phrase
    bare = phrase.split(" ")[0] in ("early", "mid", "late") or re.fullmatch(r"\d{4}", phrase)
    return f"in {days}" if bare else days


def _source(pictures: Sequence[Shown], annotated_by: str, form: Form) -> str:
    """What stands in parentheses: the credit, unless the sentence has named it, and who drew."""
    in_sentence = form.name_provider or all(one.capture.kind is CaptureKind.BROADCAST for one in pictures)
    is_said = in_sentence and all(one.credit and one.credit == one.capture.provider for one in pictures)
    credit = "" if is_said and annotated_by else credits(pictures).removesuffix(".")
    annotation = f"Annotation by {annotated_by}" if annotated_by else ""
    return ". ".join(part for part in (credit, annotation) if part)


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
    letters: dict[str, list[str]] = {}
    for letter, credit in zip(_LETTERS, given, strict=False):
        letters.setdefault(credit, []).append(letter)
    return "Sources: " + "; ".join(f"{_runs(some)} {credit}" for credit, some in letters.items())


def _runs(letters: Sequence[str]) -> str:
    """ "(a)", "(a), (b)", "(a) to (c), (e)"."""
    runs: list[list[str]] = []
    for letter in letters:
        if runs and ord(letter) == ord(runs[-1][-1]) + 1:
            runs[-1].append(letter)
        else:
            runs.append([letter])
    parts = [
        f"({run[0]}) to ({run[-1]})" if len(run) > 2 else ", ".join(f"({one})" for one in run) for run in runs
    ]
    return ", ".join(parts)


def joint_label(states: Sequence[tuple[str, str]]) -> str:
    """What a panel says of several targets, from (name, state) of each: one word where all are in one state."""
    if len({state for _, state in states}) <= 1:
        return states[0][1] if states else ""
    said: dict[str, list[str]] = {}
    for name, state in states:
        said.setdefault(state or "not examined", []).append(name)
    return "; ".join(f"{', '.join(names)} {state}" for state, names in said.items())


def state_label(state: str) -> str:
    """A state, or several joined, as a figure says it: "insufficient" is said of pictures, not of things."""
    return re.sub(rf"\b{State.INSUFFICIENT.value}\b", _STATES[State.INSUFFICIENT.value], state)


def alt_text(site: Site, targets: Sequence[Target], pictures: Sequence[Shown]) -> str:
    """What the figure shows, for readers who cannot see it."""
    count = len(pictures)
    number = ("A picture", "Two pictures side by side") if count < 3 else ("", f"{_COUNTS[count]} pictures")
    opening = f"{number[count > 1]} of {in_sentence(site)}."
    what = noun_phrase(targets)
    sides = {1: ("Picture",), 2: ("Left", "Right")}.get(count, [f"({one})" for one in _LETTERS[:count]])
    told = []
    for side, picture in zip(sides, pictures, strict=True):
        kind = f"{'synthetic ' if picture.capture.synthetic else ''}{_KINDS[picture.capture.kind]}"
        state = (
            f": {what} {'is' if len(targets) == 1 else 'are'} {state_label(picture.state)}"
            if what and picture.state
            else ""
        )
        marked = ", with marks drawn on it" if picture.marked else ""
        told.append(f"{side}: {kind}, {date_label(picture.capture.acquired)}{state}{marked}.")
    return " ".join([opening, *told])


_COUNTS = {3: "Three", 4: "Four", 5: "Five", 6: "Six", 7: "Seven", 8: "Eight"}


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
