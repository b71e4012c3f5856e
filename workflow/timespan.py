"""Dates with bounds: read them from text and file names, print them in English or Korean, name an interval.

Days are proleptic Gregorian and lie within the years 1850 to 2100; both ends of a span are included and None
is an open end. Early, mid and late are the thirds of a year: January to April, May to August, September to
December. Seasons are meteorological and northern: spring is March to May, winter runs from December to
February and is written 2021/22.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import replace
from datetime import date

from workflow.dateforms import (
    ACCEPTED,
    DAY,
    DateError,
    add_months,
    both_ends,
    format_day,
    format_month,
    from_to,
    shortened,
    single_date,
    whole_months,
    widened,
    within_years,
)
from workflow.datenames import span_from_name
from workflow.datewords import WORDS, Language, Words, as_english
from workflow.edtf import format_edtf, read_edtf
from workflow.errors import InputRefused
from workflow.model import Basis, DateSpan, Precision

__all__ = [
    "Language",
    "format_day",
    "format_edtf",
    "format_span",
    "parse_span",
    "phrase",
    "span_from_name",
    "stated_end",
    "unseen_phrase",
    "with_basis",
]


# -- reading -------------------------------------------------------------------------------------------------


def parse_span(text: str, *, basis: Basis = Basis.STATED) -> DateSpan:
    """The days that `text` stands for: English, ISO 8601, EDTF (see `workflow.edtf`) or Korean.

    `verbatim` keeps it as written, and `basis` is applied (see `with_basis`).

    'by X' ends with X's last day, 'before X' on the day before X's first; 'since X' begins with X's first
    day, 'after X' on the day after X's last. 'About X' adds one unit of X on either side (15 days where X is
    a day). 'X or Y' runs from the first day of either to the last. An instant with its zone gives the UTC
    day. A text that is EDTF is taken as such: '2021-22' is summer 2021, 'about' is '~', and '?' keeps the bounds.

    Raises
    ------
    InputRefused
        when the text is no date in one of these forms, could be read in two ways, or leaves the years 1850 to
        2100.
    """
    subject = f"date '{shortened(text)}'"
    try:
        span = _read_normalised(text)
    except DateError as refusal:
        raise InputRefused(subject, refusal.problem, refusal.remedy) from refusal
    if span is None:
        raise InputRefused(subject, "it is not in a form that is understood", ACCEPTED)
    return with_basis(replace(span, verbatim=text), basis)


def with_basis(span: DateSpan, basis: Basis) -> DateSpan:
    """What `span` says of the day of acquisition when it rests on `basis`.

    A release, broadcast, publication or copyright year can only be later than the picture: the earliest day
    is opened. Google Earth's date is the earliest possible one: the latest day is opened, for the caller to
    close.
    """
    if basis in (Basis.RELEASED, Basis.BROADCAST, Basis.PUBLISHED, Basis.COPYRIGHT_YEAR):
        return replace(span, basis=basis, earliest=None, instant=None)
    if basis is Basis.EARLIEST_POSSIBLE:
        return replace(span, basis=basis, latest=None, instant=None)
    return replace(span, basis=basis)


def _read_normalised(text: str) -> DateSpan | None:
    if len(text) > 200:
        raise DateError("it is longer than 200 characters")
    lower = unicodedata.normalize("NFC", text).lower().strip()
    dashed = re.sub("[\u2010-\u2014\u2212]", "\u2013", lower.replace("\u2248", "~").replace("\u2019", "'"))
    # an en dash may stand for a hyphen (2023–04–14) or for "to" (28 April–3 May 2021)
    span = read_edtf(lower) or _read(_squeezed(dashed.replace("\u2013", "-")))
    if span is None and "\u2013" in dashed:
        span = _read(_squeezed(dashed.replace("\u2013", " - ")))
    return span


_HYPHENED = re.compile(r"\b(early|mid|late)-(?=[0-9]{4})")


def _squeezed(text: str) -> str:
    words = as_english(" ".join(text.replace(",", " ").split()).removesuffix("."))
    if not words.isascii():
        raise DateError("it has letters or digits of another script, or Korean words that are not understood")
    return _HYPHENED.sub(r"\1 ", words)


def _read(words: str) -> DateSpan | None:
    return _undated(words) or _bounded(words) or _closed(words)


def _undated(words: str) -> DateSpan | None:
    if words not in ("unknown", "undated", "no date", "n.d", "date unknown"):
        return None
    return DateSpan(None, None, Precision.UNKNOWN)


def _closed(words: str) -> DateSpan | None:
    return _range(words) or _either(words) or _about(words)


_BOUNDS = tuple(
    (kind, re.compile(pattern))
    for kind, pattern in (
        ("by", r"(?:by|no later than|not later than|on or before|until|up to) (.+)"),
        ("by", r"(.+) or (?:earlier|before)"),
        ("before", r"(?:before|prior to|earlier than) (.+)"),
        ("since", r"(?:since|from|no earlier than|not earlier than|on or after) (.+?)(?: on| onwards?)?"),
        ("since", r"(.+) or (?:later|after)"),
        ("after", r"(?:after|later than|not seen as of) (.+)"),
    )
)
_EDGE = re.compile(r"(?:the )?(end|start|beginning) of (.+)")


def _bounded(words: str) -> DateSpan | None:
    for kind, pattern in _BOUNDS:
        match = pattern.fullmatch(words)
        span = _half_open(kind, match[1]) if match else None
        if span is not None:
            return span
    return None


def _half_open(kind: str, words: str) -> DateSpan | None:
    edge = _EDGE.fullmatch(words)
    if edge is not None:
        if kind == "since":
            return None  # "since the end of 2019" names no first day
        span = single_date(edge[2])
        days = span and both_ends(span)[0 if edge[1] != "end" else 1]
        ends = (days, days) if days else None
    else:
        # 'before' and 'after' a vague date would say more than is known; 'by' and 'since' take its far end
        span = single_date(words) if kind in ("before", "after") else _either(words) or _about(words)
        ends = both_ends(span) if span else None
    return _half_open_from(kind, *ends) if ends else None


def _half_open_from(kind: str, first: date, last: date) -> DateSpan:
    if kind in ("by", "before"):
        return DateSpan(None, within_years(last if kind == "by" else first - DAY), Precision.RANGE)
    return DateSpan(within_years(first if kind == "since" else last + DAY), None, Precision.RANGE)


_RANGES = tuple(
    re.compile(pattern)
    for pattern in (
        r"between (.+) and (.+)",
        r"(?:from )?(.+) (?:to|until|through|-) (.+)",
        r"([12][0-9]{3})-([12][0-9]{3})",
        r"([a-z]+)-([a-z]+ [0-9]{4})",
        r"([0-9]{1,2})-([0-9]{1,2} [a-z]+ [0-9]{4})",
    )
)


def _range(words: str) -> DateSpan | None:
    for pattern in _RANGES:
        match = pattern.fullmatch(words)
        pair = _pair(match[1], match[2]) if match else None
        if pair is not None:
            return from_to(both_ends(pair[0])[0], both_ends(pair[1])[1])
    return None


def _pair(left: str, right: str) -> tuple[DateSpan, DateSpan] | None:
    """Both spans of 'between March and May 2021'; the right one lends its year (and month) to the left one."""
    end = _either(right) or _about(right)
    if end is None:
        return None
    lent = right.split()
    tails = [lent[-1], " ".join(lent[-2:]), lent[-1].partition("/")[0]]  # 2021, May 2021, 2021 of 2021/22
    wholes = [left] if _has_year(left) else [f"{left} {tail}" for tail in tails]
    starts = (_either(whole) or _about(whole) for whole in wholes)
    return next(((start, end) for start in starts if start is not None), None)


def _has_year(words: str) -> bool:
    return re.search("[0-9]{4}", words) is not None


def _either(words: str) -> DateSpan | None:
    left, found, right = words.partition(" or ")
    pair = _pair(left, right) if found else None
    if pair is None:
        return None
    (first, one_last), (other_first, last) = both_ends(pair[0]), both_ends(pair[1])
    if not _has_year(left):
        return from_to(first, last)  # a lent year that gives the wrong order was not meant
    return DateSpan(min(first, other_first), max(one_last, last), Precision.RANGE)


_ABOUT = re.compile(r"(?:about |around |approximately |circa |ca?\. ?|~ ?)(.+)|(.+)~")


def _about(words: str) -> DateSpan | None:
    match = _ABOUT.fullmatch(words)
    if match is None:
        return single_date(words)
    span = single_date(match[1] or match[2])
    return widened(span, whole_months(*both_ends(span))) if span else None


# -- printing ------------------------------------------------------------------------------------------------


def format_span(span: DateSpan, language: Language = "en") -> str:
    """The days of `span` in words, no finer than they are; `parse_span` gives the same days back."""
    words, first, last = WORDS[language], span.earliest, span.latest
    if first is None:
        return words.undated if last is None else words.by.format(one=format_day(last, language))
    if last is None:
        return words.since.format(one=format_day(first, language))
    return _unit_name(first, last, language) or _between(first, last, language)


def _between(first: date, last: date, language: Language) -> str:
    one, two = (format_day(day, language) for day in (first, last))
    return WORDS[language].between.format(one=one, two=two)


def _unit_name(first: date, last: date, language: Language) -> str | None:
    words, months = WORDS[language], whole_months(first, last)
    if first == last:
        return format_day(first, language)
    if months == 1:
        return format_month(first, language)
    if months == 3:
        return _three_months_name(first, words)
    if months in (4, 8) and (first.month - 1) % 4 == 0:
        return _thirds_name(_third_of(first), _third_of(last), words)
    if months == 12 and first.month == 1:
        return words.year.format(year=first.year)
    if months == 120 and first.month == 1 and first.year % 10 == 0:
        return words.decade.format(year=first.year)
    return None


def _three_months_name(first: date, words: Words) -> str | None:
    """``Q3 2021``, ``spring 2021`` or ``winter 2021/22`` of the three months from `first` on."""
    if first.month % 3 == 1:
        return words.quarter.format(number=first.month // 3 + 1, year=first.year)
    if first.month % 3 == 2:
        return None
    form = words.winter if first.month == 12 else words.season
    season = words.seasons[first.month // 3 - 1]
    return form.format(season=season, year=first.year, following=(first.year + 1) % 100)


def _third_of(day: date) -> int:
    """Thirds of a year since the year 0: three a year."""
    return day.year * 3 + (day.month - 1) // 4


def _thirds_name(first: int, last: int, words: Words) -> str:
    """``late 2021``, ``early or mid 2021`` or ``late 2021 or early 2022`` of one third or two in a row."""
    (year, third), (other_year, other) = divmod(first, 3), divmod(last, 3)
    one, two = (words.third.format(year=when // 3, third=words.thirds[when % 3]) for when in (first, last))
    if first == last:
        return one
    if year == other_year:
        return words.two_thirds.format(year=year, third=words.thirds[third], other=words.thirds[other])
    return words.either.format(one=one, two=two)


def phrase(after: date | None, by: date | None, language: Language = "en") -> str:
    """What the days after `after` (excluded) up to `by` (included) are called; None is an open side.

    The one third of a year, or the two that follow each other, which hold all of them (``late 2021 or early
    2022``); else the year (``in 2020``); else ``between`` the two days that were given, which are the
    witnesses' own. With an open side: ``by 2 February 2022``, ``after 3 May 2019``, ``undated``. `parse_span`
    of it contains the interval, in every language.

    Raises
    ------
    ValueError
        when no day is left, because `by` is not later than `after`.
    """
    words = WORDS[language]
    if after is None:
        return words.undated if by is None else words.by.format(one=format_day(by, language))
    if by is None:
        return words.after.format(one=format_day(after, language))
    if by <= after:
        raise ValueError(f"no day lies after {after} and by {by}")
    first, last = _third_of(after + DAY), _third_of(by)
    if last - first <= 1:
        return _thirds_name(first, last, words)
    if first // 3 == last // 3:
        return words.in_year.format(year=by.year)
    return _between(after, by, language)


def unseen_phrase(after: date | None, language: Language = "en") -> str:
    """``not seen as of 3 November 2021``: what was last known not to be there on that day, and not seen since."""
    words = WORDS[language]
    return words.undated if after is None else words.unseen.format(one=format_day(after, language))


_UNIT_MONTHS = {
    Precision.MONTH: 1,
    Precision.QUARTER: 3,
    Precision.SEASON: 3,
    Precision.THIRD: 4,
    Precision.YEAR: 12,
    Precision.DECADE: 120,
}


def stated_end(span: DateSpan) -> date | None:
    """The last day of the unit that `span` was stated in, counted from its earliest day; None where that says
    nothing.

    For Google Earth's 'April 2023', which is open towards later, it is 30 April 2023.
    """
    if span.earliest is None:
        return None
    if span.precision in (Precision.DAY, Precision.INSTANT):
        return span.earliest
    months = _UNIT_MONTHS.get(span.precision)
    return add_months(span.earliest.replace(day=1), months) - DAY if months else None
