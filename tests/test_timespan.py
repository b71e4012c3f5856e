"""Dates read from text and file names, printed, and intervals named.

Longer than others, because what is printed is read again: forms, words and laws share their days.
"""

from __future__ import annotations

import unicodedata
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from workflow.dateforms import DateError, both_ends
from workflow.datewords import WORDS
from workflow.errors import InputRefused
from workflow.model import Basis, DateSpan, Precision
from workflow.timespan import (
    Language,
    format_span,
    parse_span,
    phrase,
    span_from_name,
    stated_end,
    unseen_phrase,
    with_basis,
)

DAY = timedelta(days=1)
# one year inside the limits, so that every text with a margin stays within them
days = st.dates(date(1851, 1, 1), date(2099, 12, 31))
languages: st.SearchStrategy[Language] = st.sampled_from(sorted(WORDS))


def iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


def bounds(text: str) -> tuple[str | None, str | None]:
    span = parse_span(text)
    return iso(span.earliest), iso(span.latest)


FORMS = [
    # text, earliest, latest, precision
    ("2023-04-14", "2023-04-14", "2023-04-14", Precision.DAY),
    ("2023-4-14", "2023-04-14", "2023-04-14", Precision.DAY),
    ("2023/04/14", "2023-04-14", "2023-04-14", Precision.DAY),
    ("20230414", "2023-04-14", "2023-04-14", Precision.DAY),
    ("14 April 2023", "2023-04-14", "2023-04-14", Precision.DAY),
    ("April 14, 2023", "2023-04-14", "2023-04-14", Precision.DAY),
    ("  APRIL  14,2023. ", "2023-04-14", "2023-04-14", Precision.DAY),
    ("14th of April 2023", "2023-04-14", "2023-04-14", Precision.DAY),
    ("14-Apr-2023", "2023-04-14", "2023-04-14", Precision.DAY),
    ("2023 Apr 14", "2023-04-14", "2023-04-14", Precision.DAY),
    ("on 14 April 2023", "2023-04-14", "2023-04-14", Precision.DAY),
    ("2023\u201304\u201314", "2023-04-14", "2023-04-14", Precision.DAY),
    ("31/12/2020", "2020-12-31", "2020-12-31", Precision.DAY),
    ("12/31/2020", "2020-12-31", "2020-12-31", Precision.DAY),
    ("05.05.1987", "1987-05-05", "1987-05-05", Precision.DAY),
    ("29 February 2020", "2020-02-29", "2020-02-29", Precision.DAY),
    ("2023-04-14T02:10:33Z", "2023-04-14", "2023-04-14", Precision.INSTANT),
    ("2023-04-14T23:10:33+09:00", "2023-04-14", "2023-04-14", Precision.INSTANT),
    ("2023-04-14T03:10:33+09:00", "2023-04-13", "2023-04-13", Precision.INSTANT),
    ("2023-04-14 02:10 UTC", "2023-04-14", "2023-04-14", Precision.INSTANT),
    ("2023-04-14T02:10:33.123456789Z", "2023-04-14", "2023-04-14", Precision.INSTANT),
    ("2023-04-14T02:10:33", "2023-04-14", "2023-04-14", Precision.DAY),
    ("2015:09:26 10:11:12", "2015-09-26", "2015-09-26", Precision.DAY),
    ("2023-04", "2023-04-01", "2023-04-30", Precision.MONTH),
    ("2020-02", "2020-02-01", "2020-02-29", Precision.MONTH),
    ("Apr 2023", "2023-04-01", "2023-04-30", Precision.MONTH),
    ("Apr. 2023", "2023-04-01", "2023-04-30", Precision.MONTH),
    ("december, 2023", "2023-12-01", "2023-12-31", Precision.MONTH),
    ("Sept 2021", "2021-09-01", "2021-09-30", Precision.MONTH),
    ("early 2021", "2021-01-01", "2021-04-30", Precision.THIRD),
    ("mid-2021", "2021-05-01", "2021-08-31", Precision.THIRD),
    ("Late 2021", "2021-09-01", "2021-12-31", Precision.THIRD),
    ("Q3 2021", "2021-07-01", "2021-09-30", Precision.QUARTER),
    ("2021-Q4", "2021-10-01", "2021-12-31", Precision.QUARTER),
    ("the first quarter of 2021", "2021-01-01", "2021-03-31", Precision.QUARTER),
    ("spring 2021", "2021-03-01", "2021-05-31", Precision.SEASON),
    ("summer 2021", "2021-06-01", "2021-08-31", Precision.SEASON),
    ("fall 2021", "2021-09-01", "2021-11-30", Precision.SEASON),
    ("winter 2021/22", "2021-12-01", "2022-02-28", Precision.SEASON),
    ("winter 1999/2000", "1999-12-01", "2000-02-29", Precision.SEASON),
    ("2023", "2023-01-01", "2023-12-31", Precision.YEAR),
    ("in 2020", "2020-01-01", "2020-12-31", Precision.YEAR),
    ("the 1990s", "1990-01-01", "1999-12-31", Precision.DECADE),
    ("late 2021 or early 2022", "2021-09-01", "2022-04-30", Precision.RANGE),
    ("in early 2022 or late 2021", "2021-09-01", "2022-04-30", Precision.RANGE),
    ("early or mid 2021", "2021-01-01", "2021-08-31", Precision.RANGE),
    ("between 3 May 2019 and 2 February 2022", "2019-05-03", "2022-02-02", Precision.RANGE),
    ("Between March and May 2021", "2021-03-01", "2021-05-31", Precision.RANGE),
    ("between 3 and 5 May 2021", "2021-05-03", "2021-05-05", Precision.RANGE),
    ("from 2019 to 2021", "2019-01-01", "2021-12-31", Precision.RANGE),
    ("2019 to mid 2021", "2019-01-01", "2021-08-31", Precision.RANGE),
    ("2019\u20132021", "2019-01-01", "2021-12-31", Precision.RANGE),
    ("May-June 2021", "2021-05-01", "2021-06-30", Precision.RANGE),
    ("3\u20135 May 2021", "2021-05-03", "2021-05-05", Precision.RANGE),
    ("28 April\u20133 May 2021", "2021-04-28", "2021-05-03", Precision.RANGE),
    ("2021-11/2022-02", "2021-11-01", "2022-02-28", Precision.RANGE),
    ("../2022-02", None, "2022-02-28", Precision.RANGE),
    ("2021-11/", "2021-11-01", None, Precision.RANGE),
    ("by 10 October 2023", None, "2023-10-10", Precision.RANGE),
    ("by the end of 2019", None, "2019-12-31", Precision.RANGE),
    ("by the start of 2020", None, "2020-01-01", Precision.RANGE),
    ("by 2019", None, "2019-12-31", Precision.RANGE),
    ("by late 2021 or early 2022", None, "2022-04-30", Precision.RANGE),
    ("no later than May 2020", None, "2020-05-31", Precision.RANGE),
    ("3 May 2019 or earlier", None, "2019-05-03", Precision.RANGE),
    ("before 2020", None, "2019-12-31", Precision.RANGE),
    ("before the end of 2019", None, "2019-12-30", Precision.RANGE),
    ("after 2019", "2020-01-01", None, Precision.RANGE),
    ("after the end of 2019", "2020-01-01", None, Precision.RANGE),
    ("not seen as of 3 November 2021", "2021-11-04", None, Precision.RANGE),
    ("since 2019", "2019-01-01", None, Precision.RANGE),
    ("from May 2019 on", "2019-05-01", None, Precision.RANGE),
    ("2019 or later", "2019-01-01", None, Precision.RANGE),
    ("about 2016", "2015-01-01", "2017-12-31", Precision.RANGE),
    ("~2016", "2015-01-01", "2017-12-31", Precision.RANGE),
    ("2016~", "2015-01-01", "2017-12-31", Precision.RANGE),
    ("around March 2016", "2016-02-01", "2016-04-30", Precision.RANGE),
    ("c. 14 April 2023", "2023-03-30", "2023-04-29", Precision.RANGE),
    ("circa late 2021", "2021-05-01", "2022-04-30", Precision.RANGE),
    ("2023-04-14T23:10:33-04", "2023-04-15", "2023-04-15", Precision.INSTANT),
    ("end of 2021", "2021-09-01", "2021-12-31", Precision.THIRD),
    ("at the beginning of 2021", "2021-01-01", "2021-04-30", Precision.THIRD),
    ("the middle of 2021", "2021-05-01", "2021-08-31", Precision.THIRD),
    ("H1 2021", "2021-01-01", "2021-06-30", Precision.RANGE),
    ("second half of 2021", "2021-07-01", "2021-12-31", Precision.RANGE),
    ("early 1990s", "1990-01-01", "1993-12-31", Precision.RANGE),
    ("mid-1990s", "1993-01-01", "1996-12-31", Precision.RANGE),
    ("the late 1990s", "1996-01-01", "1999-12-31", Precision.RANGE),
    ("about the early 1990s", "1986-01-01", "1997-12-31", Precision.RANGE),
    ("about 1990s", "1980-01-01", "2009-12-31", Precision.RANGE),
    ("about Q3 2021", "2021-04-01", "2021-12-31", Precision.RANGE),
    ("about spring 2021", "2020-12-01", "2021-08-31", Precision.RANGE),
    ("mid to late 2021", "2021-05-01", "2021-12-31", Precision.RANGE),
    ("early to mid-2021", "2021-01-01", "2021-08-31", Precision.RANGE),
    ("between the end of 2019 and early 2021", "2019-09-01", "2021-04-30", Precision.RANGE),
    ("spring or summer 2021", "2021-03-01", "2021-08-31", Precision.RANGE),
    ("autumn or winter 2021/22", "2021-09-01", "2022-02-28", Precision.RANGE),
    ("Q1 or Q2 2021", "2021-01-01", "2021-06-30", Precision.RANGE),
    ("2021 or 2022", "2021-01-01", "2022-12-31", Precision.RANGE),
    ("before late 2021", None, "2021-08-31", Precision.RANGE),
    ("about 2016 or later", "2015-01-01", None, Precision.RANGE),
    ("2021년", "2021-01-01", "2021-12-31", Precision.YEAR),
    ("2021년 5월", "2021-05-01", "2021-05-31", Precision.MONTH),
    ("2021년 05월 03일", "2021-05-03", "2021-05-03", Precision.DAY),
    (unicodedata.normalize("NFD", "2021년 말"), "2021-09-01", "2021-12-31", Precision.THIRD),
    ("2021년 초", "2021-01-01", "2021-04-30", Precision.THIRD),
    ("2021년 초반", "2021-01-01", "2021-04-30", Precision.THIRD),
    ("2021년 중반", "2021-05-01", "2021-08-31", Precision.THIRD),
    ("2021년 말", "2021-09-01", "2021-12-31", Precision.THIRD),
    ("2021년 봄", "2021-03-01", "2021-05-31", Precision.SEASON),
    ("2021/22년 겨울", "2021-12-01", "2022-02-28", Precision.SEASON),
    ("2021년 3분기", "2021-07-01", "2021-09-30", Precision.QUARTER),
    ("2021년 하반기", "2021-07-01", "2021-12-31", Precision.RANGE),
    ("1990년대", "1990-01-01", "1999-12-31", Precision.DECADE),
    ("1990년대 말", "1996-01-01", "1999-12-31", Precision.RANGE),
    ("2021년 말 또는 2022년 초", "2021-09-01", "2022-04-30", Precision.RANGE),
    ("2021년 초 또는 중반", "2021-01-01", "2021-08-31", Precision.RANGE),
    ("2021년 3월과 5월 사이", "2021-03-01", "2021-05-31", Precision.RANGE),
    ("2019년 5월 3일과 2022년 2월 2일 사이", "2019-05-03", "2022-02-02", Precision.RANGE),
    ("2019년부터 2021년까지", "2019-01-01", "2021-12-31", Precision.RANGE),
    ("2023년 10월 10일까지", None, "2023-10-10", Precision.RANGE),
    ("2020년 이전", None, "2020-12-31", Precision.RANGE),
    ("2019년 5월 3일 이후", "2019-05-03", None, Precision.RANGE),
    ("2019년부터", "2019-01-01", None, Precision.RANGE),
    ("약 2016년", "2015-01-01", "2017-12-31", Precision.RANGE),
    ("2016년 3월경", "2016-02-01", "2016-04-30", Precision.RANGE),
    ("날짜 미상", None, None, Precision.UNKNOWN),
    ("unknown", None, None, Precision.UNKNOWN),
    ("Undated", None, None, Precision.UNKNOWN),
]


@pytest.mark.parametrize(("text", "earliest", "latest", "precision"), FORMS)
def test_text_stands_for_these_days(
    text: str, earliest: str | None, latest: str | None, precision: Precision
) -> None:
    span = parse_span(text)
    assert (iso(span.earliest), iso(span.latest), span.precision) == (earliest, latest, precision)
    assert span.verbatim == text
    assert span.basis is Basis.STATED


@pytest.mark.parametrize("text", [row[0] for row in FORMS])
def test_printed_forms_give_the_same_days_back(text: str) -> None:
    assert bounds(format_span(parse_span(text))) == bounds(text)


def test_an_instant_is_kept_in_utc() -> None:
    span = parse_span("2023-04-14T03:10:33+09:00")
    assert span.instant == datetime(2023, 4, 13, 18, 10, 33, tzinfo=UTC)
    assert span.instant is not None
    assert span.instant.tzinfo is UTC


@pytest.mark.parametrize("text", ["05/09/1987", "05.09.1987", "05-09-1987"])
def test_ambiguous_numerals_are_refused_with_both_readings(text: str) -> None:
    with pytest.raises(InputRefused) as refused:
        parse_span(text)
    assert "5 September 1987 or 9 May 1987" in str(refused.value)
    assert "1987-09-05 or 1987-05-09" in str(refused.value)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("31/13/2020", "no day"),
        ("31 February 2020", "no day 31 in month 2 of 2020"),
        ("2023-02-29", "no day 29 in month 2 of 2023"),
        ("2021-13", "no month 13"),
        ("20233", "not in a form"),
        ("14 April 20233", "not in a form"),
        ("1492", "1850 and 2100"),
        ("2101-01-01", "1850 and 2100"),
        ("about 1850", "1850 and 2100"),
        ("after 2100", "1850 and 2100"),
        ("before 1850", "1850 and 2100"),
        ("0001-01-01T00:00+14:00", "1850 and 2100"),
        ("2023-04-14T25:00Z", "no instant"),
        ("2022 to 2021", "before it starts"),
        ("2022-05/2021-05", "before it starts"),
        ("December or January 2022", "before it starts"),
        ("winter 2021", "winter of 2020/21 or of 2021/22"),
        ("winter 2021/23", "follow each other"),
        ("2023년 21월", "no month 21"),
        ("2021년 2월 31일", "no day 31 in month 2 of 2021"),
        ("2021년 겨울", "winter of 2020/21 or of 2021/22"),
        ("2023년 4월 14일 오후", "Korean words that are not understood"),
        ("2023年4月", "another script"),
        ("14 апреля 2023", "another script"),
        ("2021\u201322", "no month 22"),
        ("winter or spring 2022", "winter of 2021/22 or of 2022/23"),
        ("٢٠٢٣", "another script"),
        ("\uff12\uff10\uff12\uff13", "another script"),
        ("before about 2019", "not in a form"),
        ("since the end of 2019", "not in a form"),
        ("by unknown", "not in a form"),
        ("between by 2019 and 2020", "not in a form"),
        ("undated or 2021", "not in a form"),
        ("2021 or", "not in a form"),
        ("2021 or soon", "not in a form"),
        ("between 2021 and then", "not in a form"),
        ("about soon", "not in a form"),
        ("2021/22", "not in a form"),
        ("2021-11/-", "not in a form"),
        ("05/09/87", "not in a form"),
        ("yesterday", "not in a form"),
        ("/", "not in a form"),
        ("", "not in a form"),
        ("x" * 1000, "longer than 200"),
    ],
)
def test_what_is_no_date_is_refused_in_one_sentence(text: str, said: str) -> None:
    with pytest.raises(InputRefused) as refused:
        parse_span(text)
    sentence = str(refused.value)
    assert said in sentence
    assert len(sentence) < 400
    assert "\n" not in sentence


@pytest.mark.parametrize(
    "text", ["some day", "31 February", "31 February 2021", "2022 to 2021", "14 April 20233", "20233", "٢٠٢٣"]
)
def test_the_accepted_forms_are_shown(text: str) -> None:
    with pytest.raises(InputRefused, match=r"2023-04-14.*late 2021 or early 2022.*EDTF.*unknown"):
        parse_span(text)


@pytest.mark.laws
@settings(deadline=None)
@given(st.text(max_size=40) | st.text(alphabet="0123456789-/.~ aptoryQ년월일초말과 ", max_size=30))
@example("0/0/0000")
@example("00000000")
def test_any_text_is_a_span_or_refused(text: str) -> None:
    try:
        span = parse_span(text)
    except InputRefused:
        return
    assert all(1850 <= day.year <= 2100 for day in (span.earliest, span.latest) if day)


def test_a_span_with_an_open_end_has_not_both_ends() -> None:
    with pytest.raises(DateError, match="open"):
        both_ends(parse_span("by 2020"))


# -- what a basis means --------------------------------------------------------------------------------------


@pytest.mark.parametrize("basis", [Basis.RELEASED, Basis.BROADCAST, Basis.PUBLISHED, Basis.COPYRIGHT_YEAR])
def test_a_date_that_follows_the_picture_leaves_its_beginning_open(basis: Basis) -> None:
    span = parse_span("2020", basis=basis)
    assert (span.earliest, span.latest, span.basis) == (None, date(2020, 12, 31), basis)
    assert with_basis(span, basis) == span


def test_the_earliest_possible_date_leaves_its_end_open() -> None:
    span = parse_span("April 2023", basis=Basis.EARLIEST_POSSIBLE)
    assert (span.earliest, span.latest) == (date(2023, 4, 1), None)
    assert with_basis(span, Basis.EARLIEST_POSSIBLE) == span


@pytest.mark.parametrize(
    ("text", "end"),
    [("14 April 2023", date(2023, 4, 14)), ("April 2023", date(2023, 4, 30)), ("2023", date(2023, 12, 31))],
)
def test_the_stated_end_is_that_of_the_unit_shown(text: str, end: date) -> None:
    assert stated_end(parse_span(text, basis=Basis.EARLIEST_POSSIBLE)) == end


def test_an_open_or_free_range_has_no_stated_end() -> None:
    assert stated_end(parse_span("by 2020")) is None
    assert stated_end(parse_span("after 2020")) is None


# -- printing ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("2023-04-14", "14 April 2023"),
        ("2023-04", "April 2023"),
        ("2023", "2023"),
        ("september to december 2021", "late 2021"),
        ("2021-Q3", "Q3 2021"),
        ("between March and May 2021", "spring 2021"),
        ("winter 2021/2022", "winter 2021/22"),
        ("1990s", "1990s"),
        ("in late 2021 or early 2022", "late 2021 or early 2022"),
        ("mid or late 2021", "mid or late 2021"),
        ("by 10 October 2023", "by 10 October 2023"),
        ("after 9 October 2023", "10 October 2023 or later"),
        ("2019-05-03/2022-02-02", "between 3 May 2019 and 2 February 2022"),
        ("February to May 2021", "between 1 February 2021 and 31 May 2021"),
        ("April to June 2021", "Q2 2021"),
        ("February to April 2021", "between 1 February 2021 and 30 April 2021"),
        ("1991 to 2000", "between 1 January 1991 and 31 December 2000"),
        ("unknown", "undated"),
        ("by 2020", "by 31 December 2020"),
    ],
)
def test_spans_are_printed_in_words(text: str, printed: str) -> None:
    assert format_span(parse_span(text)) == printed


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("2023-04-14", "2023년 4월 14일"),
        ("2023-04", "2023년 4월"),
        ("2023", "2023년"),
        ("late 2021", "2021년 말"),
        ("Q3 2021", "2021년 3분기"),
        ("spring 2021", "2021년 봄"),
        ("winter 2021/22", "2021/22년 겨울"),
        ("1990s", "1990년대"),
        ("late 2021 or early 2022", "2021년 말 또는 2022년 초"),
        ("mid or late 2021", "2021년 중반 또는 말"),
        ("by 10 October 2023", "2023년 10월 10일까지"),
        ("since 10 October 2023", "2023년 10월 10일 이후"),
        ("2019-05-03/2022-02-02", "2019년 5월 3일과 2022년 2월 2일 사이"),
        ("unknown", "날짜 미상"),
    ],
)
def test_spans_are_printed_in_korean(text: str, printed: str) -> None:
    assert format_span(parse_span(text), "ko") == printed


@pytest.mark.laws
@settings(deadline=None)
@given(first=st.none() | days, last=st.none() | days, language=languages)
def test_printed_spans_parse_back_to_the_same_days(
    first: date | None, last: date | None, language: Language
) -> None:
    if first and last and last < first:
        first, last = last, first
    read = parse_span(format_span(DateSpan(first, last, Precision.RANGE), language))
    assert (read.earliest, read.latest) == (first, last)


@pytest.mark.laws
@settings(deadline=None)
@given(start=st.integers(1851 * 12, 2080 * 12), count=st.integers(1, 130), language=languages)
def test_whole_months_parse_back_to_the_same_days(start: int, count: int, language: Language) -> None:
    first, end = (date(index // 12, index % 12 + 1, 1) for index in (start, start + count))
    read = parse_span(format_span(DateSpan(first, end - DAY, Precision.RANGE), language))
    assert (read.earliest, read.latest) == (first, end - DAY)


# -- naming an interval --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("after", "by", "words"),
    [
        ("2021-11-03", "2022-02-20", "late 2021 or early 2022"),
        ("2021-08-31", "2022-04-30", "late 2021 or early 2022"),
        ("2021-08-30", "2022-04-30", "between 30 August 2021 and 30 April 2022"),
        ("2019-05-03", "2022-02-02", "between 3 May 2019 and 2 February 2022"),
        ("2021-09-01", "2021-12-31", "late 2021"),
        ("2021-12-31", "2022-01-01", "early 2022"),
        ("2021-03-01", "2021-06-01", "early or mid 2021"),
        ("2021-05-01", "2021-10-01", "mid or late 2021"),
        ("2020-02-01", "2020-10-01", "in 2020"),
        ("2019-12-31", "2020-12-31", "in 2020"),
        ("2019-12-30", "2020-12-31", "between 30 December 2019 and 31 December 2020"),
        (None, "2022-02-02", "by 2 February 2022"),
        ("2019-05-03", None, "after 3 May 2019"),
        (None, None, "undated"),
    ],
)
def test_an_interval_is_called(after: str | None, by: str | None, words: str) -> None:
    assert phrase(*(date.fromisoformat(day) if day else None for day in (after, by))) == words


@pytest.mark.parametrize(
    ("after", "by", "words"),
    [
        ("2021-11-03", "2022-02-20", "2021년 말 또는 2022년 초"),
        ("2021-03-01", "2021-06-01", "2021년 초 또는 중반"),
        ("2021-12-31", "2022-01-01", "2022년 초"),
        ("2020-02-01", "2020-10-01", "2020년"),
        ("2019-05-03", "2022-02-02", "2019년 5월 3일과 2022년 2월 2일 사이"),
        (None, "2023-10-10", "2023년 10월 10일까지"),
        ("2019-05-03", None, "2019년 5월 3일 이후"),
        (None, None, "날짜 미상"),
    ],
)
def test_an_interval_is_called_in_korean(after: str | None, by: str | None, words: str) -> None:
    assert phrase(*(date.fromisoformat(day) if day else None for day in (after, by)), language="ko") == words


@pytest.mark.parametrize("language", ["en", "ko"])
def test_what_was_not_seen_is_after_that_day(language: Language) -> None:
    words = unseen_phrase(date(2021, 11, 3), language)
    assert words in ("not seen as of 3 November 2021", "2021년 11월 3일 기준 미확인")
    assert parse_span(words).earliest == date(2021, 11, 4)
    assert parse_span(unseen_phrase(None, language)).earliest is None


@pytest.mark.laws
@settings(deadline=None)
@given(after=st.none() | days, length=st.none() | st.integers(1, 2000), language=languages)
@example(after=date(2021, 8, 31), length=1, language="en")
def test_the_phrase_contains_the_interval(after: date | None, length: int | None, language: Language) -> None:
    by = None if length is None else (after or date(2000, 1, 1)) + length * DAY
    if by is not None and by.year > 2100:
        return
    read = parse_span(phrase(after, by, language))
    assert read.earliest is None or (after is not None and read.earliest <= after + DAY)
    assert read.latest is None or (by is not None and read.latest >= by)
    assert (read.earliest is None, read.latest is None) == (after is None, by is None)


@pytest.mark.laws
@settings(deadline=None)
@given(after=days, length=st.integers(1, 800))
def test_no_shorter_run_of_thirds_holds_the_interval(after: date, length: int) -> None:
    first, last = after + DAY, after + length * DAY
    words = phrase(after, last)
    run = (last.year - first.year) * 3 + (last.month - 1) // 4 - (first.month - 1) // 4 + 1
    if run > 2:
        assert words.startswith(("in ", "between "))
        assert words.startswith("in ") == (first.year == last.year)
    else:
        assert words.count("early") + words.count("mid") + words.count("late") == run


def test_an_interval_without_a_day_has_no_name() -> None:
    with pytest.raises(ValueError, match="no day"):
        phrase(date(2020, 1, 1), date(2020, 1, 1))


# -- file names ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("m_4709963_se_14_1_20090818.tif", "2009-08-18"),
        ("m_3211605_ne_11_060_20200415_20200730.xml", "2020-04-15"),
        ("LC08_L2SP_005009_20150710_20200908_02_T2_MTL.xml", "2015-07-10"),
        ("20170831_172754_101c_3B_AnalyticMS.tif", "2017-08-31"),
        ("20210423T012345Z.tif", "2021-04-23"),
        ("20210423_012345.png", "2021-04-23"),
        ("20210423t0123.png", "2021-04-23"),
        ("S1A_IW_GRDH_1SDV_20210423T235950_20210424T000015.tif", "2021-04-23"),
        ("1056417_2017-03-08_RE3_3A_Visual_clip.tif", "2017-03-08"),
        ("gate 2021.04.23.jpg", "2021-04-23"),
        ("IMG20210423.jpg", "2021-04-23"),
        ("folder_20200101/C:\\x\\20210423.tif", "2021-04-23"),
        ("LC80110312014230LGN00_B4.TIF", "2014-08-18"),
        ("LC80110312014230.tif", "2014-08-18"),
        ("A2014230.h5", "2014-08-18"),
        ("MOD09GA.A2012366.h08v05.hdf", "2012-12-31"),
        ("Sochi_22Nov2013.jpg", "2013-11-22"),
        ("gate-22-november-2013.jpg", "2013-11-22"),
        ("2013Nov22.jpg", "2013-11-22"),
        ("Dubai_11272000.jpg", "2000-11-27"),
        ("ElephantButte_27082011.jpg", "2011-08-27"),
        ("Sudan-flooding-8-22-2022.tsv", "2022-08-22"),
        ("gate_22_08_2022.tif", "2022-08-22"),
        ("gate_05_05_2022.tif", "2022-05-05"),
    ],
)
def test_a_name_gives_the_day(name: str, expected: str) -> None:
    span = span_from_name(name)
    assert span is not None
    assert (iso(span.earliest), iso(span.latest)) == (expected, expected)
    assert (span.precision, span.basis) == (Precision.DAY, Basis.FILE_NAME)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("2021_11.png", "2021-11-01"),
        ("site-2021-11.png", "2021-11-01"),
        ("Earthquake-Myanmar-March-2025.tsv", "2025-03-01"),
        ("gate_Nov2021.tif", "2021-11-01"),
    ],
)
def test_a_name_gives_the_month(name: str, expected: str) -> None:
    span = span_from_name(name)
    assert span is not None
    assert (iso(span.earliest), span.precision) == (expected, Precision.MONTH)


@pytest.mark.parametrize(
    "name",
    [
        "389225main_sw_1965_1024.jpg",
        "2000TM",
        "taizhou2000.jpg",
        "train_36_0512_0512.png",
        "2017831_195552_SS02.json",
        "3f20210423ab.tif",
        "120210423.tif",
        "20210423012345.tif",
        "x_31Feb2013.jpg",
        "x_20211345.tif",
        "x_99999999.tif",
        "A2013366.h5",
        "A2013000.h5",
        "A9999001.h5",
        "2021_13.png",
        "2021_11_3.png",
        "10_2048_11.png",
        "maya2013.png",
        "12_12_9999.png",
        "",
    ],
)
def test_a_name_without_date_gives_none(name: str) -> None:
    assert span_from_name(name) is None


@pytest.mark.parametrize("name", ["Dubai_11122012.jpg", "Dubai 11-12-2012.jpg", "Dubai_11_12_2012.jpg"])
def test_day_and_month_that_can_be_swapped_are_refused(name: str) -> None:
    with pytest.raises(InputRefused, match=r"11 December 2012 or 12 November 2012.*--acquired") as refused:
        span_from_name(name)
    assert refused.value.subject == name


def test_a_clear_date_beside_a_swappable_one_counts() -> None:
    span = span_from_name("11122012_20210423.tif")
    assert span is not None
    assert span.earliest == date(2021, 4, 23)


def test_days_in_the_wrong_order_are_refused() -> None:
    with pytest.raises(InputRefused, match="1 January 2020 and 1 January 2019"):
        span_from_name("20200101_20190101.tif")


@pytest.mark.laws
@settings(deadline=None)
@given(st.text(max_size=40) | st.text(alphabet="0123456789-_.TA", max_size=24))
def test_any_name_gives_a_span_none_or_a_refusal(name: str) -> None:
    try:
        span = span_from_name(name)
    except InputRefused:
        return
    assert span is None or (span.earliest is not None and 1850 <= span.earliest.year <= 2100)


@pytest.mark.laws
@settings(deadline=None)
@given(days, st.sampled_from(["%Y%m%d", "%Y-%m-%d", "%Y_%m_%d", "%d%b%Y"]))
def test_a_written_day_is_found_again(day: date, form: str) -> None:
    # %Y has no leading zeros to lose between 1851 and 2099, and %b is English in the C locale of the tests
    span = span_from_name(f"gate_{day.strftime(form)}_x1.tif")
    assert span is not None
    assert (span.earliest, span.latest) == (day, day)


@pytest.mark.data
def test_the_dates_of_real_files_are_their_flights(test_data: Path) -> None:
    scenes = sorted((test_data / "naip_nd_2009_2020").glob("m_*.tif"))
    assert len(scenes) == 10
    for scene in scenes:
        span = span_from_name(scene.name)
        assert span is not None
        assert iso(span.earliest) == f"{scene.stem[-8:-4]}-{scene.stem[-4:-2]}-{scene.stem[-2:]}"
