"""Dates with bounds: read them from text and file names, print them, and name an interval.

Days are proleptic Gregorian and lie within the years 1850 to 2100; both ends of a span are included and None
is an open end. Early, mid and late are the thirds of a year: January to April, May to August, September to
December. Seasons are meteorological and northern: spring is March to May, winter runs from December to
February and is written 2021/22.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

from workflow.dateforms import (
    ACCEPTED,
    DAY,
    THIRDS,
    DateError,
    add_months,
    both_ends,
    format_day,
    format_month,
    shortened,
    single_date,
    within_years,
)
from workflow.datenames import span_from_name
from workflow.errors import InputRefused
from workflow.model import Basis, DateSpan, Precision

__all__ = ["format_day", "format_span", "parse_span", "phrase", "span_from_name", "stated_end", "with_basis"]


# -- reading -------------------------------------------------------------------------------------------------


def parse_span(text: str, *, basis: Basis = Basis.STATED) -> DateSpan:
    """The days that `text` stands for.

    `verbatim` keeps it as written, and `basis` is applied (see `with_basis`).

    'by X' ends with X's last day, 'before X' on the day before X's first; 'since X' begins with X's first
    day, 'after X' on the day after X's last. 'About X' adds one unit of X on either side (15 days where X is
    a day). 'X or Y' runs from the first day of either to the last. An instant with its zone gives the UTC
    day.

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
    dashed = re.sub(
        "[\u2010-\u2014\u2212]", "\u2013", text.lower().replace("\u2248", "~").replace("\u2019", "'")
    )
    # an en dash may stand for a hyphen (2023–04–14) or for "to" (28 April–3 May 2021)
    span = _read(_squeezed(dashed.replace("\u2013", "-")))
    if span is None and "\u2013" in dashed:
        span = _read(_squeezed(dashed.replace("\u2013", " - ")))
    return span


def _squeezed(text: str) -> str:
    words = " ".join(text.replace(",", " ").split())
    if not words.isascii():
        raise DateError("it has letters or digits of another script")
    return words if words.endswith("..") else words.removesuffix(".")


def _read(words: str) -> DateSpan | None:
    return _undated(words) or _edtf(words) or _bounded(words) or _closed(words)


def _undated(words: str) -> DateSpan | None:
    if words not in ("unknown", "undated", "no date", "n.d", "date unknown", "../.."):
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


def _edtf(words: str) -> DateSpan | None:
    match = re.fullmatch(r"([0-9-]+|(?:\.\.)?)/([0-9-]+|(?:\.\.)?)", words)
    if match is None or words == "/":
        return None
    start, end = (single_date(part) if part.strip(".") else None for part in match.groups())
    if (start is None and match[1].strip(".")) or (end is None and match[2].strip(".")):
        return None
    return _from_to(both_ends(start)[0] if start else None, both_ends(end)[1] if end else None)


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
            return _from_to(both_ends(pair[0])[0], both_ends(pair[1])[1])
    return None


def _pair(left: str, right: str) -> tuple[DateSpan, DateSpan] | None:
    """Both spans of 'between March and May 2021'; the right one lends its year (and month) to the left."""
    end = _either(right) or _about(right)
    if end is None:
        return None
    tails = [""] if _has_year(left) else [" ".join(right.split()[-count:]) for count in (1, 2)]
    starts = (_either(whole) or _about(whole) for whole in (f"{left} {tail}".strip() for tail in tails))
    return next(((start, end) for start in starts if start is not None), None)


def _has_year(words: str) -> bool:
    return re.search("[0-9]{4}", words) is not None


def _from_to(first: date | None, last: date | None) -> DateSpan:
    if first and last and last < first:
        raise DateError(
            f"it ends ({format_day(last)}) before it starts ({format_day(first)})", "put the earlier first"
        )
    return DateSpan(first, last, Precision.RANGE)


def _either(words: str) -> DateSpan | None:
    left, found, right = words.partition(" or ")
    pair = _pair(left, right) if found else None
    if pair is None:
        return None
    (first, one_last), (other_first, last) = both_ends(pair[0]), both_ends(pair[1])
    if not _has_year(left):
        return _from_to(first, last)  # a lent year that gives the wrong order was not meant
    return DateSpan(min(first, other_first), max(one_last, last), Precision.RANGE)


_ABOUT = re.compile(r"(?:about |around |approximately |circa |ca?\. ?|~ ?)(.+)|(.+)~")
_MARGIN_MONTHS = {
    Precision.MONTH: 1,
    Precision.QUARTER: 3,
    Precision.SEASON: 3,
    Precision.THIRD: 4,
    Precision.YEAR: 12,
    Precision.DECADE: 120,
}


def _about(words: str) -> DateSpan | None:
    match = _ABOUT.fullmatch(words)
    if match is None:
        return single_date(words)
    span = single_date(match[1] or match[2])
    if span is None:
        return None
    (first, last), months = both_ends(span), _MARGIN_MONTHS.get(span.precision)
    if months is None:
        first, last = first - 15 * DAY, last + 15 * DAY
    else:
        first, last = add_months(first, -months), add_months(last + DAY, months) - DAY
    return DateSpan(within_years(first), within_years(last), Precision.RANGE)


# -- printing ------------------------------------------------------------------------------------------------


def format_span(span: DateSpan) -> str:
    """English text for the days of `span`, no finer than they are; `parse_span` gives the same days back."""
    first, last = span.earliest, span.latest
    if first is None:
        return "undated" if last is None else f"by {format_day(last)}"
    if last is None:
        return f"{format_day(first)} or later"
    return _unit_name(first, last) or f"between {format_day(first)} and {format_day(last)}"


def _unit_name(first: date, last: date) -> str | None:
    if first == last:
        return format_day(first)
    if first.day != 1 or (last + DAY).day != 1:
        return None
    months = (last.year - first.year) * 12 + last.month - first.month + 1
    if months == 1:
        return format_month(first)
    if months == 3:
        return _quarter_name(first) or _season_name(first, last)
    if months in (4, 8) and (first.month - 1) % 4 == 0:
        return _thirds_name(_third_of(first), _third_of(last))
    if months == 12 and first.month == 1:
        return str(first.year)
    return f"{first.year}s" if months == 120 and first.month == 1 and first.year % 10 == 0 else None


def _quarter_name(first: date) -> str | None:
    return f"Q{first.month // 3 + 1} {first.year}" if first.month % 3 == 1 else None


def _season_name(first: date, last: date) -> str | None:
    if first.month == 12:
        return f"winter {first.year}/{last.year % 100:02d}"
    season = {3: "spring", 6: "summer", 9: "autumn"}.get(first.month)
    return f"{season} {first.year}" if season else None


def _third_of(day: date) -> int:
    """Thirds of a year since the year 0: three a year."""
    return day.year * 3 + (day.month - 1) // 4


def _thirds_name(first: int, last: int) -> str:
    """``late 2021``, ``early or mid 2021`` or ``late 2021 or early 2022`` of one third or two in a row."""
    if first == last:
        return f"{THIRDS[last % 3]} {last // 3}"
    year = "" if first // 3 == last // 3 else f" {first // 3}"
    return f"{THIRDS[first % 3]}{year} or {THIRDS[last % 3]} {last // 3}"


def phrase(after: date | None, by: date | None) -> str:
    """What the days after `after` (excluded) up to `by` (included) are called; None is an open side.

    The one third of a year, or the two that follow each other, which hold all of them (``late 2021 or early
    2022``); else the year (``in 2020``); else ``between`` the two days that were given, which are the
    witnesses' own. With an open side: ``by 2 February 2022``, ``after 3 May 2019``, ``undated``. `parse_span`
    of it contains the interval.

    Raises
    ------
    ValueError
        when no day is left, because `by` is not later than `after`.
    """
    if after is None:
        return "undated" if by is None else f"by {format_day(by)}"
    if by is None:
        return f"after {format_day(after)}"
    if by <= after:
        raise ValueError(f"no day lies after {after} and by {by}")
    first, last = _third_of(after + DAY), _third_of(by)
    if last - first <= 1:
        return _thirds_name(first, last)
    if first // 3 == last // 3:
        return f"in {by.year}"
    return f"between {format_day(after)} and {format_day(by)}"


def stated_end(span: DateSpan) -> date | None:
    """The last day of the unit that `span` was stated in, counted from its earliest day; None where that says
    nothing.

    For Google Earth's 'April 2023', which is open towards later, it is 30 April 2023.
    """
    if span.earliest is None:
        return None
    if span.precision in (Precision.DAY, Precision.INSTANT):
        return span.earliest
    months = _MARGIN_MONTHS.get(span.precision)
    return add_months(span.earliest.replace(day=1), months) - DAY if months else None
