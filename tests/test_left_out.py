"""How two sets of scores of the same pairs are compared."""

from __future__ import annotations

import sys
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "benchmarks"))

from left_out import difference
from measures import auc
from scoring import is_changed

from workflow.demo import series
from workflow.model import LonLat

PAIRS = {
    (before.file, after.file): (before, after)
    for number in range(12)
    for scenes in [series(f"place-{number}", LonLat(125.2, 39.0), number)]
    for before, after in pairwise(scenes)
}
SCORES = st.integers(0, 2**32 - 1).map(
    lambda seed: dict(
        zip(PAIRS, np.random.default_rng(seed).integers(0, 5, len(PAIRS)).tolist(), strict=True)
    )
)


def area(scores: dict[tuple[str, str], float]) -> float:
    parts = [
        [one for key, one in scores.items() if is_changed(PAIRS[key]) is wanted] for wanted in (True, False)
    ]
    return auc(*parts)[0]


@settings(deadline=None, max_examples=20)
@given(SCORES, SCORES)
def test_the_difference_is_that_of_the_two_areas(whole: dict, less: dict) -> None:
    value, _ = difference(PAIRS, whole, less).split(" ± ")
    assert float(value) == pytest.approx(area(less) - area(whole), abs=0.00051)


def test_the_error_is_that_of_whole_places() -> None:
    """Beside leaving out one place at a time; pairs taken one by one would say nearly twice as much."""
    rng = np.random.default_rng(4)
    names = sorted({before.site for before, _ in PAIRS.values()})
    off = dict(zip(names, rng.normal(0, 2, len(names)), strict=True))
    whole = {key: float(rng.normal(is_changed(pair), 1)) for key, pair in PAIRS.items()}
    less = {key: whole[key] + off[pair[0].site] for key, pair in PAIRS.items()}
    left = [
        area({key: one for key, one in less.items() if PAIRS[key][0].site != name})
        - area({key: one for key, one in whole.items() if PAIRS[key][0].site != name})
        for name in names
    ]
    error = float(difference(PAIRS, whole, less).split(" ± ")[1])
    assert error == pytest.approx(np.std(left) * (len(names) - 1) ** 0.5, rel=0.25)


@settings(deadline=None, max_examples=20)
@given(SCORES)
def test_equal_scores_differ_by_nothing_without_error(scores: dict) -> None:
    assert difference(PAIRS, scores, scores) == "+0.000 ± 0.000"


@settings(deadline=None, max_examples=20)
@given(SCORES, SCORES)
def test_only_pairs_scored_in_both_are_compared(whole: dict, less: dict) -> None:
    some = list(PAIRS)[10:]
    few = {key: less[key] for key in some}
    assert difference(PAIRS, whole, few) == difference(PAIRS, {key: whole[key] for key in some}, less)


def test_one_place_has_no_error_and_pairs_of_one_kind_have_no_difference() -> None:
    scores = dict.fromkeys(PAIRS, 1.0)
    changed = {key: pair for key, pair in PAIRS.items() if is_changed(pair)}
    place = next(iter(changed.values()))[0].site
    here = {key: pair for key, pair in PAIRS.items() if pair[0].site == place}
    assert difference(here, scores, scores) == "+0.000"
    assert difference(changed, scores, scores) == "-"
