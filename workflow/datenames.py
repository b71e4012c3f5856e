"""The date of acquisition in a file's name."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import date

from workflow.dateforms import (
    DAY,
    MONTH_NAME,
    DateError,
    both_ends,
    day_span,
    format_day,
    month_number,
    months_span,
    readings,
    readings_text,
    shortened,
)
from workflow.errors import InputRefused
from workflow.model import Basis, DateSpan, Precision

__all__ = ["span_from_name"]


def span_from_name(file_name: str) -> DateSpan | None:
    """The day or month of acquisition that a file's name gives, or None.

    Taken are YYYYMMDD and YYYY-MM-DD (also with a time behind), 22Nov2013, DDMMYYYY and MMDDYYYY where only
    one of them is a day, YYYYDDD in Landsat and MODIS names, else YYYY-MM and Nov2013. Digits within longer
    numbers are no date. Of several days the first is the acquisition, as in Landsat's and NAIP's names; later
    ones are processing.

    Raises
    ------
    InputRefused
        when day and month can be swapped, or when a later day stands before an earlier one.
    """
    name = re.split(r"[\\/]", file_name)[-1]
    clear = [span for span in _clear_days(name) if span is not None]
    if clear:
        days = [both_ends(span)[0] for span in clear]
        if min(days) != days[0]:
            raise _name_refused(
                file_name, "its name has " + " and ".join(map(format_day, dict.fromkeys(days)))
            )
        return _from_file(clear[0], name)
    swapped = [days for days in map(_swappable, _SWAPPED.finditer(name)) if days]
    if swapped:
        if len(swapped[0]) > 1:
            raise _name_refused(file_name, readings_text(swapped[0]))
        return _from_file(DateSpan(swapped[0][0], swapped[0][0], Precision.DAY), name)
    month = next((span for span in _named_months(name) if span is not None), None)
    return _from_file(month, name) if month else None


def _from_file(span: DateSpan, name: str) -> DateSpan:
    return replace(span, basis=Basis.FILE_NAME, verbatim=name)


def _name_refused(file_name: str, problem: str) -> InputRefused:
    return InputRefused(
        shortened(file_name), problem, "state the date of acquisition (--acquired 2023-04-14)"
    )


_RUN = r"(?:(?<=[^0-9A-Za-z])|^)[A-Za-z]*{}(?=[Tt][0-9]{{4}}|[A-Za-z]*(?:[^0-9A-Za-z]|$))"
_CLEAR = re.compile(
    "|".join(
        (
            _RUN.format("(?P<y1>[0-9]{4})(?P<m1>[0-9]{2})(?P<d1>[0-9]{2})"),
            r"(?<![0-9])(?P<y2>[0-9]{4})(?P<s>[-_. ])(?P<m2>[0-9]{2})(?P=s)(?P<d2>[0-9]{2})(?![0-9])",
            rf"(?<![0-9])(?P<d3>[0-9]{{1,2}})[-_. ]?(?P<m3>{MONTH_NAME})[-_. ]?(?P<y3>[0-9]{{4}})(?![0-9])",
            rf"(?<![0-9])(?P<y4>[0-9]{{4}})[-_. ]?(?P<m4>{MONTH_NAME})[-_. ]?(?P<d4>[0-9]{{1,2}})(?![0-9])",
            r"(?:(?<![0-9A-Za-z])|^)(?:L[COTEM][1-9][0-9]{6}|A)(?P<y5>[0-9]{4})(?P<d5>[0-9]{3})(?![0-9])",
        )
    ),
    re.IGNORECASE | re.ASCII,
)
_SWAPPED = re.compile(
    _RUN.format("([0-9]{2})([0-9]{2})([0-9]{4})")
    + r"|(?<![0-9])([0-9]{1,2})([-.])([0-9]{1,2})\5([0-9]{4})(?![0-9])"
    + r"|(?<![0-9])([0-9]{2})_([0-9]{2})_([0-9]{4})(?![0-9])"
)
_NAME_MONTH = re.compile(
    r"(?<![0-9])(?<![0-9][-_])(?P<y1>[0-9]{4})[-_](?P<m1>[0-9]{2})(?![0-9])(?![-_][0-9])"
    rf"|(?<![0-9A-Za-z])(?P<m2>{MONTH_NAME})[-_. ]?(?P<y2>[0-9]{{4}})(?![0-9])",
    re.IGNORECASE | re.ASCII,
)


def _clear_days(name: str) -> Iterable[DateSpan | None]:
    for match in _CLEAR.finditer(name):
        found = {key[0]: value for key, value in match.groupdict().items() if value}
        yield (
            _day_of_year(found)
            if "m" not in found
            else _quiet_day(found["y"], _month(found["m"]), found["d"])
        )


def _month(text: str) -> int:
    return int(text) if text.isdigit() else month_number(text)


def _quiet_day(year: str, month: int, day: str) -> DateSpan | None:
    try:
        return day_span(year, month, day)
    except DateError:
        return None  # a number that looks like a date, and is none


def _day_of_year(found: dict[str, str]) -> DateSpan | None:
    first = _quiet_day(found["y"], 1, "1")
    if first is None or not 1 <= int(found["d"]) <= 366:
        return None
    day = both_ends(first)[0] + (int(found["d"]) - 1) * DAY
    return DateSpan(day, day, Precision.DAY) if day.year == int(found["y"]) else None


def _swappable(match: re.Match[str]) -> list[date]:
    one, two, year = [part for part in match.groups() if part and part.isdigit()]
    try:
        return readings(one, two, year)
    except DateError:
        return []


def _named_months(name: str) -> Iterable[DateSpan | None]:
    for match in _NAME_MONTH.finditer(name):
        found = {key[0]: value for key, value in match.groupdict().items() if value}
        try:
            yield months_span(found["y"], _month(found["m"]), 1, Precision.MONTH)
        except DateError:
            continue
