"""The most likely number that had appeared, from lifelines; a missing lifelines is said in one sentence."""

from __future__ import annotations

import sys
from datetime import date, timedelta
from importlib.util import find_spec

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workflow.errors import InputRefused
from workflow.model import Event, Finding, Site, Target
from workflow.readmodels.growth import growth_rows
from workflow.turnbull import expected

DAY = timedelta(days=1)
START = date(2020, 1, 1)


def day(number: int | None) -> date | None:
    return None if number is None else START + number * DAY


def test_without_lifelines_one_sentence_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "lifelines.fitters.npmle", None)
    with pytest.raises(InputRefused, match=r"needs lifelines.*run pip install 'sitetrack\[growth\]'"):
        expected([(None, START)], [START])


def test_without_targets_nothing_is_expected() -> None:
    assert expected([], [START]) == [0.0]


class WithLifelines:
    """Needs the extra ``growth``, which another environment has: see `.ci/run`."""

    def test_known_days_give_the_counts_themselves(self) -> None:
        exact = [(day(number - 1), day(number)) for number in (1, 4, 4, 9)]
        assert expected(exact, [START, START + 4 * DAY, START + 9 * DAY]) == pytest.approx([0, 3, 4])

    def test_a_small_case_that_can_be_reckoned_by_hand(self) -> None:
        # days 1 to 2, 2 to 3 and 3 to 4: two innermost intervals, day 2 and day 3. With p on day 2 the likelihood is
        # p * (p + q) * q, greatest at p = q = 1/2
        spans = [(day(0), day(2)), (day(1), day(3)), (day(2), day(4))]
        found = expected(spans, [START + number * DAY for number in (1, 2, 3, 4)])
        assert found == pytest.approx([0, 1.5, 3, 3], abs=1e-3)

    def test_open_ends_are_taken(self) -> None:
        assert expected(
            [(None, day(5)), (day(7), None)], [START + 5 * DAY, START + 99 * DAY]
        ) == pytest.approx([1, 1])

    def test_what_it_gives_is_what_lifelines_fits(self) -> None:
        from lifelines import KaplanMeierFitter

        spans = [(0, 10), (4, 12), (8, 20), (11, 30), (15, 22), (2, 6)]
        fitted = KaplanMeierFitter().fit_interval_censoring(*zip(*spans, strict=True), tol=1e-9)
        left = fitted.survival_function_["NPMLE_estimate_lower"]
        lasts = [last for _, last in spans if last in left.index]
        ours = expected(
            [(day(first - 1), day(last)) for first, last in spans], [START + n * DAY for n in lasts]
        )
        assert len(lasts) > 2
        assert ours == pytest.approx([6 * (1 - left[last]) for last in lasts], abs=1e-2)

    @settings(deadline=None, max_examples=20)
    @given(
        st.lists(
            st.tuples(st.none() | st.integers(0, 30), st.none() | st.integers(31, 60) | st.integers(1, 30)),
            min_size=1,
            max_size=8,
        )
    )
    def test_it_lies_between_at_least_and_at_most_and_only_grows(
        self, drawn: list[tuple[int | None, int | None]]
    ) -> None:
        spans = [(a, b if a is None or b is None or b > a else a + b) for a, b in drawn]
        days = [START + number * DAY for number in range(-1, 95)]
        found = expected([(day(a), day(b)) for a, b in spans], days)
        assert found == sorted(found)
        for number, value in enumerate(found, -1):
            least = sum(b is not None and b <= number for _, b in spans)
            most = sum(a is None or a < number for a, _ in spans)
            assert least - 0.05 <= value <= most + 0.05

    def test_rows_of_growth_have_it_on_request(self) -> None:
        found = [Finding("gate", f"t{n}", Event.APPEARED, day(n), day(n + 3), "words") for n in range(4)]
        site = Site("gate", "Gate", targets=tuple(Target(f"t{n}") for n in range(4)))
        rows = growth_rows(found, [site], turnbull=True)
        assert all(row["at_least"] - 0.05 <= row["turnbull"] <= row["at_most"] + 0.05 for row in rows)
        assert rows[-1]["turnbull"] == pytest.approx(4)


if find_spec("lifelines"):

    class TestWithLifelines(WithLifelines):
        """They run where it is installed."""
