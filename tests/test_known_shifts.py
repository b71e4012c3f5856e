"""The truth that offsets are measured against."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "benchmarks"))

from known_shifts import Pair, along_grid, less_what_all_agree_on

from workflow.chips import window_grid
from workflow.model import LonLat

PLACE = LonLat(125.9, 39.0)
DEGREE_M = 111_000.0
EMPTY = np.zeros((1, 1), np.float32)


@settings(deadline=None)
@given(
    st.floats(-8, 8), st.floats(-8, 8), st.sampled_from([PLACE, LonLat(120.2, 39.0), LonLat(-70.1, -33.4)])
)
def test_metres_towards_true_north_are_turned_onto_the_grid(
    east_m: float, north_m: float, place: LonLat
) -> None:
    grid = window_grid(place, 100, 0.5)
    there = LonLat(
        place.lon + east_m / (DEGREE_M * float(np.cos(np.radians(place.lat)))), place.lat + north_m / DEGREE_M
    )
    moved = np.subtract(grid.from_lonlat(there), grid.from_lonlat(place))
    assert along_grid(grid, place, east_m, north_m) == pytest.approx(tuple(moved), abs=0.05)


def test_far_from_the_middle_of_a_zone_that_is_a_third_of_a_pixel() -> None:
    grid = window_grid(PLACE, 100, 0.5)
    right, up = along_grid(grid, PLACE, 0.0, 7.0)
    assert np.hypot(right, up - 7.0) > 0.15


def test_what_each_picture_lies_wrong_by_is_taken_out_of_the_truth_and_mistakes_are_not() -> None:
    rng = np.random.default_rng(3)
    own, mistake = rng.uniform(-1, 1, (4, 2)), (0.7, -0.4)
    ends = [(i, j) for i in range(4) for j in range(i + 1, 4)]
    pair = Pair(EMPTY, EMPTY, EMPTY > 0, EMPTY > 0, (0.0, 0.0), 1.0)
    pairs = [replace(pair, ends=one, truth=tuple(rng.uniform(-3, 3, 2))) for one in ends]
    found = [tuple(np.add(one.truth, own[one.ends[1]] - own[one.ends[0]])) for one in pairs]
    found[2] = tuple(np.add(found[2], mistake))
    left = [one.error_px(at) for one, at in zip(less_what_all_agree_on(pairs, found), found, strict=True)]
    assert left[2] == pytest.approx(np.hypot(*mistake), abs=0.05)
    assert max(left[:2] + left[3:]) < 0.05
