"""Dates in the Extended Date/Time Format (EDTF, Library of Congress, 4 February 2019): read and written.

Read are levels 0 and 1, and of level 2 sets, qualified parts, unspecified digits in any place, and the groups
of months 25 to 41. Not taken are years outside 1850 to 2100, which need the letter Y, and significant digits.

- ``?`` (uncertain) changes no bound: the source doubts the date and names no other. Its text is kept.
- ``~`` and ``%`` (approximate) add one unit of what they mark on either side, as 'about' does: 15 days for a
  day, a month for a month, a year for a year. Behind a part they mark it and what stands left of it, so that
  its own unit counts; before a part, it alone. Of several the largest margin counts.
- ``X`` is any digit with which there is such a day; a set is all days from its first to its last.
- An end that is open (``..``) or unknown (empty) bounds nothing.
- Seasons are northern and begin in their year; southern ones have codes of their own. The year of one that
  runs over the turn of the year (24, 28, 30) can be that of its beginning or of its end: it covers both.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date

from workflow.dateforms import (
    FIRST_YEAR,
    LAST_YEAR,
    DateError,
    both_ends,
    checked_year,
    day_span,
    from_to,
    months_span,
    single_date,
    whole_months,
    widened,
)
from workflow.model import DateSpan, Precision

__all__ = ["format_edtf", "read_edtf"]

_MARK = "([?~%]?)"
_DATE = re.compile(
    rf"{_MARK}(-?[0-9x]{{4}}){_MARK}(?:-{_MARK}([0-9x]{{2}}){_MARK}(?:-{_MARK}([0-9x]{{2}}){_MARK})?)?"
)
_INSTANT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}t.+")
_LONG_YEAR = re.compile(r"y-?[0-9]+(?:e[0-9]+)?(?:s[0-9]+)?")
_SIGNIFICANT = re.compile(r"-?[0-9]{4}s[0-9]+")
_SEASON, _QUARTER, _THIRD, _HALF = Precision.SEASON, Precision.QUARTER, Precision.THIRD, Precision.RANGE
# first month, number of months, what they are; a year has 13 months where they run into the next
_GROUPS: dict[str, tuple[int, int, Precision]] = {
    str(code): (month, count, what)
    for code, count, what, months in (
        (21, 3, _SEASON, (3, 6, 9, 12)),
        (25, 3, _SEASON, (3, 6, 9, 12)),
        (29, 3, _SEASON, (9, 12, 3, 6)),
        (33, 3, _QUARTER, (1, 4, 7, 10)),
        (37, 4, _THIRD, (1, 5, 9)),
        (40, 6, _HALF, (1, 7)),
    )
    for code, month in enumerate(months, code)
}
_PRECISION = {1: Precision.MONTH, 12: Precision.YEAR, 120: Precision.DECADE}


# -- reading -------------------------------------------------------------------------------------------------


def read_edtf(text: str) -> DateSpan | None:
    """The days of an EDTF text in lower case, ``x`` for X; None where it is no EDTF.

    Raises
    ------
    DateError
        when it is, and names no day, an end before its start, or a year out of range.
    """
    if _LONG_YEAR.fullmatch(text):
        raise DateError(
            "Y stands before years of more than four digits", f"give a year from {FIRST_YEAR} to {LAST_YEAR}"
        )
    if _SIGNIFICANT.fullmatch(text):
        raise DateError(
            "significant digits of a year are not taken", "write 19XX, or both years as 1900/1999"
        )
    if text[:1] + text[-1:] in ("[]", "{}"):
        return _set(part.strip() for part in text[1:-1].split(","))
    return _interval(text) if text.count("/") == 1 else _date(text)


def _interval(text: str) -> DateSpan | None:
    left, right = text.split("/")
    span = _between(left, right) if text != "/" else None
    if span is not None and span.earliest is span.latest is None:
        return DateSpan(None, None, Precision.UNKNOWN)
    return span


def _between(left: str, right: str) -> DateSpan | None:
    start, end = _end(left), _end(right)
    return from_to(start[0], end[1]) if start and end else None


def _end(text: str) -> tuple[date | None, date | None] | None:
    """First and last day of one end, twice None where it is open; None where it is no date."""
    if text in ("", ".."):
        return None, None
    span = single_date(text) if _INSTANT.fullmatch(text) else _date(text)
    return both_ends(span) if span else None


def _set(parts: Iterable[str]) -> DateSpan | None:
    firsts: list[date | None] = []
    lasts: list[date | None] = []
    for part in parts:
        left, found, right = part.partition("..")
        span = _between(left, right if found else left) if left or right else None
        if span is None:
            return None
        firsts.append(span.earliest)
        lasts.append(span.latest)
    first = None if None in firsts else min(day for day in firsts if day)
    last = None if None in lasts else max(day for day in lasts if day)
    return DateSpan(first, last, Precision.RANGE)


def _date(text: str) -> DateSpan | None:
    match = _DATE.fullmatch(text)
    if match is None:
        return None
    marks, parts = match.groups(default=""), [part for part in match.group(2, 5, 8) if part]
    margins = [
        _unit(parts[: number + 1])
        for number in range(len(parts))
        if {"~", "%"} & {marks[3 * number], marks[3 * number + 2]}
    ]
    span = _plain(*parts)
    return widened(span, max(margins)) if margins else span


def _unit(parts: Sequence[str]) -> int:
    """How many months one unit of the last part has, 0 for a day."""
    group = _group(*parts)
    return group[1] if group else whole_months(*both_ends(_plain(*parts)))


def _group(_year: str, month: str = "", day: str = "") -> tuple[int, int, Precision] | None:
    return None if day else _GROUPS.get(month)


def _plain(year: str, month: str = "", day: str = "") -> DateSpan:
    """The days of a year, of a month or a group of months, or of a day."""
    if "x" in year + month + day:
        return _unspecified(year, month or "xx", day or "xx")
    group = _group(year, month, day)
    if group:
        return _months(int(year), *group)
    if day:
        return day_span(year, month, day)
    if month:
        return months_span(year, month, 1, Precision.MONTH)
    return months_span(year, 1, 12, Precision.YEAR)


def _months(year: int, first: int, count: int, what: Precision) -> DateSpan:
    if first + count <= 13:
        return months_span(year, first, count, what)
    return months_span(year - 1, first, 12 + count, Precision.RANGE)


def _unspecified(year: str, month: str, day: str) -> DateSpan:
    """From the first to the last day that the digits allow, ``x`` being any."""
    checked_year(int(year.replace("x", "0")))
    checked_year(int(year.replace("x", "9")))
    first, last = (next(_days(year, month, day, step), None) for step in (1, -1))
    if first is None or last is None:
        raise DateError("no day has these digits")
    return DateSpan(first, last, _PRECISION.get(whole_months(first, last), Precision.RANGE))


def _days(year: str, month: str, day: str, step: int) -> Iterator[date]:
    """Days with these digits, the first to the last, or the other way round where `step` is -1."""
    for one_year in _fitting(year, range(FIRST_YEAR, LAST_YEAR + 1))[::step]:
        for one_month in _fitting(month, range(1, 13))[::step]:
            days = range(1, monthrange(one_year, one_month)[1] + 1)
            for one_day in _fitting(day, days)[::step]:
                yield date(one_year, one_month, one_day)


def _fitting(digits: str, numbers: range) -> list[int]:
    pattern = re.compile(digits.replace("x", "."))
    return [number for number in numbers if pattern.fullmatch(f"{number:0{len(digits)}d}")]


# -- writing -------------------------------------------------------------------------------------------------


def format_edtf(span: DateSpan) -> str:
    """The days of `span` in EDTF of level 1; `workflow.timespan.parse_span` gives the same days back.

    An instant is written in UTC to the second, a day, month, year or decade as such (``199X``), all else as
    an interval of days, months or years with ``..`` for an open end. Codes for seasons are not written: which
    months they are is not settled there.
    """
    first, last = span.earliest, span.latest
    if first is None or last is None:
        return f"{first or '..'}/{last or '..'}"
    if first == last:
        moment = span.instant.astimezone(UTC) if span.instant else None
        return f"{moment:%Y-%m-%dT%H:%M:%SZ}" if moment and moment.date() == first else str(first)
    months = whole_months(first, last)
    if months == 120 and (first.year % 10, first.month) == (0, 1):
        return f"{first.year // 10}X"
    length = 4 if months % 12 == 0 and first.month == 1 and months else 7 if months else 10
    start, end = str(first)[:length], str(last)[:length]
    return start if start == end else f"{start}/{end}"
