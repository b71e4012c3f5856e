"""How long pictures stand in a film: true to the days between them, each long enough to be seen."""

from __future__ import annotations

import itertools
from datetime import date, timedelta

from figure_sheets import days
from hypothesis import given
from hypothesis import strategies as st

from workflow.exporters.figures.pacing import LAST_S, LEAST_S, LONGEST_S, pace
from workflow.model import DateSpan, Precision

UNKNOWN = DateSpan(None, None, Precision.UNKNOWN)


def on(day: date) -> DateSpan:
    return DateSpan(day, day, Precision.DAY)


def test_a_picture_stands_as_long_as_the_time_to_the_next_to_scale() -> None:
    assert pace(days(2016, 2018, 2022)) == [2.0, LONGEST_S, LAST_S]


def test_short_gaps_are_long_enough_to_be_seen() -> None:
    near = on(date(2020, 1, 1)), on(date(2020, 1, 3)), on(date(2023, 1, 1))
    assert pace(near) == [LEAST_S, LONGEST_S, LAST_S]


def test_one_picture_and_no_picture_before_the_last() -> None:
    assert pace(days(2020)) == [LAST_S]


def test_beside_a_picture_without_a_date_the_gap_is_unknown() -> None:
    first, last = days(2016, 2020)
    assert pace([first, UNKNOWN, last]) == [LEAST_S, LEAST_S, LAST_S]


def test_a_span_counts_by_its_middle_and_an_open_one_by_its_end() -> None:
    year = DateSpan(date(2020, 1, 1), date(2020, 12, 30), Precision.YEAR)
    middle = date(2020, 1, 1) + timedelta(days=182)
    until = DateSpan(None, date(2021, 7, 1), Precision.DAY)
    assert pace([year, on(date(2022, 7, 1)), until]) == pace(
        [on(middle), on(date(2022, 7, 1)), on(date(2021, 7, 1))]
    )


@given(st.lists(st.dates(date(1950, 1, 1), date(2040, 1, 1)), min_size=1, max_size=8))
def test_times_stay_within_their_limits_and_keep_the_order_of_the_gaps(dates: list[date]) -> None:
    dates.sort()
    times = pace([on(one) for one in dates])
    assert len(times) == len(dates)
    assert times[-1] == LAST_S
    assert all(LEAST_S <= one <= LONGEST_S for one in times[:-1])
    gaps = [(later - earlier).days for earlier, later in itertools.pairwise(dates)]
    by_gap = [time for _, time in sorted(zip(gaps, times, strict=False))]
    assert by_gap == sorted(by_gap)
