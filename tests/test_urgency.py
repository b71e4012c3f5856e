"""What looking at a pair would narrow, and how urgent that makes it."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflow.model import State
from workflow.urgency import BEYOND_DAYS, Looking, Urgency, looking

DAYS = [date(2018, 1, 1) + timedelta(365 * number) for number in range(5)]
PRESENT, ABSENT = State.PRESENT, State.ABSENT


def test_a_decided_pair_gains_nothing() -> None:
    assert looking(DAYS, {1: ABSENT, 2: PRESENT}, 1) == Looking(0.0)


def test_between_absent_and_present_the_gain_is_what_even_odds_leave_out() -> None:
    # three years between the witnesses, cut into three: one is left
    assert looking(DAYS, {0: ABSENT, 3: PRESENT}, 1) == Looking(730.0)


def test_with_one_end_decided_only_the_other_cuts() -> None:
    assert looking(DAYS, {1: ABSENT, 3: PRESENT}, 1) == Looking(365.0)


def test_open_ends_are_thought_a_year_away() -> None:
    found = looking(DAYS[:2], {}, 0)
    assert BEYOND_DAYS == 365
    assert found == Looking(730.0)


def test_between_equal_states_it_counts_less() -> None:
    same, other = looking(DAYS, {0: PRESENT, 4: PRESENT}, 1), looking(DAYS, {0: ABSENT, 4: PRESENT}, 1)
    assert same.is_same
    assert not other.is_same
    assert Urgency(0.5, same, 9).priority < Urgency(0.5, other, 9).priority


def test_disputed_states_are_not_the_same() -> None:
    assert not looking(DAYS, {0: None, 4: None}, 1).is_same


def test_pictures_of_one_day_between_witnesses_of_that_day_gain_nothing() -> None:
    assert looking([DAYS[0]] * 4, {0: ABSENT, 3: PRESENT}, 1) == Looking(0.0)


@given(
    st.lists(st.integers(0, 5000), min_size=2, max_size=8),
    st.dictionaries(st.integers(0, 7), st.sampled_from([PRESENT, ABSENT, None])),
    st.data(),
)
def test_the_gain_never_exceeds_what_is_open(
    steps: list[int], states: dict[int, State | None], data: st.DataObject
) -> None:
    days = sorted(date(2000, 1, 1) + timedelta(step) for step in steps)
    known = {number: state for number, state in states.items() if number < len(days)}
    number = data.draw(st.integers(0, len(days) - 2))
    gain = looking(days, known, number).gain_days
    assert 0 <= gain <= (days[-1] - days[0]).days + 2 * BEYOND_DAYS
    assert (gain == 0) or not {number, number + 1} <= set(known)


@given(st.none() | st.floats(0, 1), st.floats(0, 1e5), st.integers(-10, 10_000), st.booleans())
def test_priority_is_the_product_and_grows_with_every_part(
    score: float | None, gain: float, age: int, readable: bool
) -> None:
    one = Urgency(score, Looking(gain), age, readable)
    assert 0 <= one.priority <= 1
    assert one.priority == pytest.approx(one.change * one.narrows * one.age, abs=1e-4)
    assert Urgency(score, Looking(gain + 10), age, readable).priority >= one.priority
    assert Urgency(score, Looking(gain), age + 10, readable).priority >= one.priority
    assert Urgency(1.0, Looking(gain), age, readable).priority >= one.priority
    assert Urgency(score, Looking(gain), age, False).priority <= one.priority
