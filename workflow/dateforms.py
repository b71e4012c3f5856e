"""Single dates: a day, month, third, quarter, season, year, decade or instant, as written in English or ISO
8601.

The bottom of `workflow.timespan`, which puts bounds and ranges on top. Texts come in lower case, ASCII, with
single spaces and without commas.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

from workflow.datewords import WORDS, Language
from workflow.model import DateSpan, Precision

__all__ = [
    "ACCEPTED",
    "DAY",
    "FIRST_YEAR",
    "LAST_YEAR",
    "MONTH_NAME",
    "DateError",
    "add_months",
    "both_ends",
    "checked_year",
    "day_span",
    "format_day",
    "format_month",
    "from_to",
    "month_number",
    "months_span",
    "readings",
    "readings_text",
    "single_date",
    "whole_months",
    "widened",
    "within_years",
]

FIRST_YEAR, LAST_YEAR = 1850, 2100
DAY = timedelta(days=1)
ACCEPTED = (
    "write it like 2023-04-14, 14 April 2023, April 2023, 2023, late 2021 or early 2022, Q3 2021, "
    "winter 2021/22, between 3 May 2019 and 2 February 2022, by 10 October 2023, after 2019, "
    "about 2016, an EDTF date like 2016~, 2021년 말, or unknown"
)
_NUMBERS = {
    name[:length].lower(): number for number, name in enumerate(WORDS["en"].months, 1) for length in (3, 99)
} | {"sept": 9}
MONTH_NAME = "(?:" + "|".join(sorted(_NUMBERS, key=len, reverse=True)) + ")"
_SEASONS = {"spring": 3, "summer": 6, "autumn": 9, "fall": 9}
_ORDINALS = {"first": 1, "1st": 1, "second": 2, "2nd": 2, "third": 3, "3rd": 3, "fourth": 4, "4th": 4}


class DateError(Exception):
    """Why a text that has the form of a date is none; whoever knows the text builds the sentence."""

    def __init__(self, problem: str, remedy: str = ACCEPTED) -> None:
        super().__init__(problem)
        self.problem, self.remedy = problem, remedy


def single_date(words: str) -> DateSpan | None:
    """The date that `words` are, both ends closed; None where they have none of the forms.

    Raises
    ------
    DateError
        when they have a form, and name no day, two days or a year out of range.
    """
    words = re.sub(r"^(?:(?:in|on|at|during|dated|the) )+", "", words)
    for pattern, read in _FORMS:
        match = pattern.fullmatch(words)
        if match:
            return read(match)
    return None


# -- building blocks -----------------------------------------------------------------------------------------


def month_number(name: str) -> int:
    """1 to 12 of an English month's name or abbreviation, in any case."""
    return _NUMBERS[name.lower()]


def format_day(day: date, language: Language = "en") -> str:
    """``14 April 2023``"""
    words = WORDS[language]
    return words.day.format(year=day.year, month=words.months[day.month - 1], day=day.day)


def format_month(day: date, language: Language = "en") -> str:
    """``April 2023``"""
    words = WORDS[language]
    return words.month.format(year=day.year, month=words.months[day.month - 1])


def within_years(day: date) -> date:
    """`day`, refused outside the years 1850 to 2100."""
    checked_year(day.year)
    return day


def day_span(year: str | int, month: str | int, day: str | int) -> DateSpan:
    """One day; refused where the calendar has none."""
    try:
        found = date(checked_year(int(year)), int(month), int(day))
    except ValueError as error:
        raise DateError(f"there is no day {int(day)} in month {int(month)} of {int(year)}") from error
    return DateSpan(found, found, Precision.DAY)


def months_span(year: str | int, month: str | int, count: int, precision: Precision) -> DateSpan:
    """`count` whole months from the first of `month` on."""
    if not 1 <= int(month) <= 12:
        raise DateError(f"there is no month {int(month)}", "write the year, then the month from 01 to 12")
    first = date(checked_year(int(year)), int(month), 1)
    return DateSpan(first, within_years(add_months(first, count) - DAY), precision)


def add_months(first_of_month: date, months: int) -> date:
    """The first day of the month that lies `months` later."""
    index = first_of_month.year * 12 + first_of_month.month - 1 + months
    return date(index // 12, index % 12 + 1, 1)


def whole_months(first: date, last: date) -> int:
    """How many months the days from `first` to `last` fill; 0 where they begin or end within one."""
    after = last + DAY
    return (
        0 if first.day != 1 or after.day != 1 else (after.year - first.year) * 12 + after.month - first.month
    )


def widened(span: DateSpan, months: int) -> DateSpan:
    """A closed `span` with so many months, or 15 days where it is none, on either side."""
    first, last = both_ends(span)
    if months:
        first, last = _moved(first, -months), max(_moved(last, months), _moved(last + DAY, months) - DAY)
    else:
        first, last = first - 15 * DAY, last + 15 * DAY
    return DateSpan(within_years(first), within_years(last), Precision.RANGE)


def _moved(day: date, months: int) -> date:
    """The same day of a month so much later, or the last one that it has."""
    month = add_months(day.replace(day=1), months)
    return month.replace(day=min(day.day, monthrange(month.year, month.month)[1]))


def from_to(first: date | None, last: date | None) -> DateSpan:
    """The span between two days, None an open end; an end before its start is refused."""
    if first and last and last < first:
        raise DateError(
            f"it ends ({format_day(last)}) before it starts ({format_day(first)})",
            f"put the earlier first; {ACCEPTED}",
        )
    return DateSpan(first, last, Precision.RANGE)


def readings(one: str, two: str, year: str) -> list[date]:
    """Days that two numerals and a year can mean: day first, then month first; one where both agree."""
    found: list[date] = []
    for day, month in ((int(one), int(two)), (int(two), int(one))):
        if 1 <= month <= 12 and 1 <= day <= monthrange(checked_year(int(year)), month)[1]:
            found.append(date(int(year), month, day))
    return list(dict.fromkeys(found))


def readings_text(days: list[date]) -> str:
    """``it can be read as 5 September 1987 or 9 May 1987``"""
    return "it can be read as " + " or ".join(format_day(day) for day in days)


def both_ends(closed: DateSpan) -> tuple[date, date]:
    """First and last day of a span that has both; refused where one is open."""
    if closed.earliest is None or closed.latest is None:
        raise DateError("it is open where a date is needed")
    return closed.earliest, closed.latest


def shortened(text: str) -> str:
    """`text` in one line of at most 60 characters, for a message."""
    shown = " ".join(text.split())
    return shown if len(shown) <= 60 else shown[:57] + "..."


def checked_year(year: int) -> int:
    """`year`, refused outside 1850 to 2100."""
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise DateError(f"the year {year} is not within {FIRST_YEAR} and {LAST_YEAR}", "correct the year")
    return year


# -- forms ---------------------------------------------------------------------------------------------------


def _instant(match: re.Match[str]) -> DateSpan:
    zone = "+00:00" if match[3] in ("z", "utc", "gmt") else match[3]
    try:
        moment = datetime.fromisoformat(f"{match[1]}T{match[2]}{zone}")
        checked_year(moment.year)
        moment = moment.astimezone(UTC)
    except ValueError as error:
        raise DateError(f"it is no instant ({error})", "write it like 2023-04-14T02:10:33Z") from error
    return DateSpan(within_years(moment.date()), moment.date(), Precision.INSTANT, instant=moment)


def _numerals(match: re.Match[str]) -> DateSpan:
    days = readings(match[1], match[3], match[4])
    if not days:
        raise DateError("it is no day, whichever comes first, day or month", "write it like 2023-04-14")
    if len(days) > 1:
        raise DateError(readings_text(days), f"write {days[0]} or {days[1]}")
    return day_span(days[0].year, days[0].month, days[0].day)


_THIRDS = {
    **{word: number for number, word in enumerate(WORDS["en"].thirds)},
    **{
        f"{word} of": number
        for number, words in enumerate(("start beginning", "middle", "end"))
        for word in words.split()
    },
}


def _third(match: re.Match[str]) -> DateSpan:
    return months_span(match[2], 1 + 4 * _THIRDS[match[1]], 4, Precision.THIRD)


def _third_of_decade(match: re.Match[str]) -> DateSpan:
    """The third, rounded out to whole years: 0 to 3, 3 to 6, 6 to 9."""
    return months_span(int(match[2]) * 10 + 3 * _THIRDS[match[1]], 1, 48, Precision.RANGE)


def _half(number: str, year: str) -> DateSpan:
    return months_span(year, 6 * (_ORDINALS.get(number) or int(number)) - 5, 6, Precision.RANGE)


def _season(match: re.Match[str]) -> DateSpan:
    return months_span(match[2], _SEASONS[match[1]], 3, Precision.SEASON)


def _winter(match: re.Match[str]) -> DateSpan:
    year, following = int(match[1]), match[2]
    before, after = f"{year - 1}/{year % 100:02d}", f"{year}/{(year + 1) % 100:02d}"
    if following is None:
        raise DateError(
            f"it can be the winter of {before} or of {after}", f"write winter {before} or winter {after}"
        )
    if int(following) not in ((year + 1) % 100, year + 1):
        raise DateError("its two years do not follow each other", f"write winter {after}")
    return months_span(year, 12, 3, Precision.SEASON)


def _quarter(number: str, year: str) -> DateSpan:
    return months_span(year, 3 * (_ORDINALS.get(number) or int(number)) - 2, 3, Precision.QUARTER)


def _named(day: str, month: str, year: str) -> DateSpan:
    return day_span(year, month_number(month), day)


_CLOCK = r"[0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]+)?)?"
_ZONE = r"(z|utc|gmt|[+-][0-9]{2}(?::?[0-9]{2})?)"
_NAME = rf"({MONTH_NAME})\.?"
_NTH = r"([0-9]{1,2})(?:st|nd|rd|th)?"
_TABLE: tuple[tuple[str, Callable[[re.Match[str]], DateSpan]], ...] = (
    (rf"([0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}})[t ]({_CLOCK}) ?{_ZONE}", _instant),
    # a clock without zone: the day as written is all that it says
    (rf"([0-9]{{4}})([-:])([0-9]{{2}})\2([0-9]{{2}})[t ]{_CLOCK}", lambda m: day_span(m[1], m[3], m[4])),
    (r"([0-9]{4})([-/.:])([0-9]{1,2})\2([0-9]{1,2})", lambda m: day_span(m[1], m[3], m[4])),
    (r"([0-9]{4})([0-9]{2})([0-9]{2})", lambda m: day_span(m[1], m[2], m[3])),
    (r"([0-9]{4})-([0-9]{1,2})", lambda m: months_span(m[1], m[2], 1, Precision.MONTH)),
    (r"([0-9]{4})", lambda m: months_span(m[1], 1, 12, Precision.YEAR)),
    (r"([0-9]{1,2})([-/.])([0-9]{1,2})\2([0-9]{4})", _numerals),
    (rf"{_NTH}[ -]?(?:of )?{_NAME}[ -]?([0-9]{{4}})", lambda m: _named(m[1], m[2], m[3])),
    (rf"{_NAME} ?{_NTH} ([0-9]{{4}})", lambda m: _named(m[2], m[1], m[3])),
    (rf"([0-9]{{4}})[ -]?{_NAME}[ -]?{_NTH}", lambda m: _named(m[3], m[2], m[1])),
    (rf"{_NAME}[ -]?(?:of )?([0-9]{{4}})", lambda m: months_span(m[2], _NUMBERS[m[1]], 1, Precision.MONTH)),
    (rf"({'|'.join(_THIRDS)})[ -]?(?:in )?([0-9]{{4}})", _third),
    (rf"({'|'.join(_THIRDS)})[ -]?(?:in )?(?:the )?([0-9]{{3}})0'?s", _third_of_decade),
    (r"h([12])[ -/]?([0-9]{4})", lambda m: _half(m[1], m[2])),
    (r"(first|second|1st|2nd) half (?:of )?([0-9]{4})", lambda m: _half(m[1], m[2])),
    (r"q([1-4])[ -/]?([0-9]{4})", lambda m: _quarter(m[1], m[2])),
    (r"([0-9]{4})[ -/]?q([1-4])", lambda m: _quarter(m[2], m[1])),
    (rf"({'|'.join(_ORDINALS)}) quarter (?:of )?([0-9]{{4}})", lambda m: _quarter(m[1], m[2])),
    (r"(spring|summer|autumn|fall) (?:of )?([0-9]{4})", _season),
    (r"winter (?:of )?([0-9]{4})(?:[/-]([0-9]{2}|[0-9]{4}))?", _winter),
    (r"([0-9]{3})0'?s", lambda m: months_span(m[1] + "0", 1, 120, Precision.DECADE)),
)  # fmt: skip
_FORMS = tuple((re.compile(pattern), read) for pattern, read in _TABLE)
