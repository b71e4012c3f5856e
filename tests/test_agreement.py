"""Percent agreement and Cohen's kappa: published examples, laws, and where it is not defined."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workflow.agreement import agreement, decisiveness
from workflow.model import State

PAIRS = st.lists(st.tuples(st.sampled_from(State), st.sampled_from(State)), max_size=40)


def pairs_of(table: list[list[int]]) -> list[tuple[str, str]]:
    """Pairs of a table of counts: a row is what the first reader said, a column what the second did."""
    words = list(State)
    return [
        (words[row], words[column])
        for row, counts in enumerate(table)
        for column, count in enumerate(counts)
        for _ in range(count)
    ]


def test_kappa_of_an_example_worked_by_hand() -> None:
    # po = (20 + 15) / 50 = 0.7; pe = 25/50 x 30/50 + 25/50 x 20/50 = 0.3 + 0.2 = 0.5; kappa = 0.2 / 0.5
    found = agreement(pairs_of([[20, 5], [10, 15]]))
    assert (found.n, found.agreed, found.percent, found.kappa) == (50, 35, 70.0, 0.4)


def test_kappa_of_cohen_s_own_example() -> None:
    # Cohen 1960, table 1, 200 patients: po = 0.70, pe = 0.41, kappa = 0.29 / 0.59 = 0.492
    found = agreement(pairs_of([[88, 14, 18], [10, 40, 10], [2, 6, 12]]))
    assert found.percent == 70.0
    assert found.kappa == pytest.approx(0.29 / 0.59, abs=1e-12)


def test_error_and_interval_are_those_published_for_two_dermatologists() -> None:
    # 88 patients in four grades, an example of the SAS/STAT manual: 0.3449, ASE 0.0724, 0.2030 to 0.4868
    found = agreement(pairs_of([[10, 4, 1, 0], [5, 10, 12, 2], [2, 4, 12, 5], [0, 2, 6, 13]]))
    assert found.n == 88
    values = (found.kappa, found.standard_error, found.low, found.high)
    assert values == pytest.approx((0.3449, 0.0724, 0.2030, 0.4868), abs=5e-5)
    assert found.reason == ""


def test_error_is_that_of_fleiss_cohen_and_everitt_s_example() -> None:
    # 1969, table of shares of 200 diagnoses: kappa 0.429; the unweighted error follows to 0.054
    found = agreement(pairs_of([[106, 10, 4], [22, 28, 10], [2, 12, 6]]))
    assert found.kappa == pytest.approx(0.429, abs=5e-4)
    assert found.standard_error == pytest.approx(0.054, abs=5e-4)


def test_without_pairs_nothing_is_defined_and_the_reason_says_so() -> None:
    found = agreement([])
    assert (found.n, found.percent, found.kappa, found.low) == (0, None, None, None)
    assert found.reason == "no pair was read twice"


def test_one_state_by_both_readers_has_percent_but_no_kappa() -> None:
    found = agreement([(State.PRESENT, State.PRESENT)] * 12)
    assert (found.n, found.percent, found.kappa, found.standard_error) == (12, 100.0, None, None)
    assert "one state alone" in found.reason


def test_an_interval_without_width_is_not_given() -> None:
    found = agreement(pairs_of([[5, 0], [0, 5]]))
    assert (found.kappa, found.standard_error, found.low, found.high) == (1.0, 0.0, None, None)
    assert "no width" in found.reason


def test_one_reader_of_one_state_has_a_kappa_of_zero() -> None:
    assert agreement([(State.PRESENT, State.PRESENT), (State.PRESENT, State.ABSENT)]).kappa == 0.0


def test_the_table_counts_first_by_second_in_the_order_of_states() -> None:
    found = agreement([(State.ABSENT, State.PRESENT), (State.PRESENT, State.PRESENT)])
    assert found.table == {"present": {"present": 1, "absent": 0}, "absent": {"present": 1, "absent": 0}}
    assert list(found.table) == ["present", "absent"]


def test_decisive_or_not_takes_present_and_absent_as_one() -> None:
    said = [(State.PRESENT, State.ABSENT), (State.OBSCURED, State.PRESENT)]
    assert decisiveness(said) == [("decisive", "decisive"), ("not decisive", "decisive")]


@settings(deadline=None)
@given(PAIRS)
def test_which_reader_comes_first_makes_no_difference(pairs: list[tuple[State, State]]) -> None:
    one, two = agreement(pairs), agreement([(second, first) for first, second in pairs])
    assert (one.kappa, one.standard_error, one.low, one.high) == (
        two.kappa,
        two.standard_error,
        two.low,
        two.high,
    )
    assert (one.percent, one.reason) == (two.percent, two.reason)


@settings(deadline=None)
@given(PAIRS, st.randoms(use_true_random=False))
def test_the_order_of_pairs_makes_no_difference(pairs: list[tuple[State, State]], random: object) -> None:
    shuffled = list(pairs)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert agreement(shuffled) == agreement(pairs)


@settings(deadline=None)
@given(PAIRS, st.permutations(list(State)))
def test_the_names_of_the_states_make_no_difference(
    pairs: list[tuple[State, State]], other: list[State]
) -> None:
    renamed = dict(zip(State, other, strict=True))
    one, two = agreement(pairs), agreement([(renamed[first], renamed[second]) for first, second in pairs])
    assert (one.kappa, one.standard_error) == (two.kappa, two.standard_error)


@settings(deadline=None)
@given(st.lists(st.sampled_from(State), min_size=1, max_size=40))
def test_perfect_agreement_is_one_unless_one_state_was_used_alone(states: list[State]) -> None:
    found = agreement([(state, state) for state in states])
    assert found.percent == 100.0
    assert found.kappa == (1.0 if len(set(states)) > 1 else None)


@settings(deadline=None)
@given(PAIRS)
def test_kappa_and_its_interval_stay_within_minus_one_and_one(pairs: list[tuple[State, State]]) -> None:
    found = agreement(pairs)
    if found.kappa is None:
        assert found.reason
        return
    assert -1 <= found.kappa <= 1
    assert found.percent is not None
    assert found.kappa <= found.percent / 100  # chance is never below nothing
    if found.low is not None and found.high is not None:
        assert -1 <= found.low <= found.kappa <= found.high <= 1


@settings(deadline=None)
@given(PAIRS)
def test_the_table_adds_up(pairs: list[tuple[State, State]]) -> None:
    found = agreement(pairs)
    assert sum(count for row in found.table.values() for count in row.values()) == found.n == len(pairs)
    assert sum(row[word] for word, row in found.table.items()) == found.agreed
