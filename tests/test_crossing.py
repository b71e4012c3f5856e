"""A bar across the road and its shadow, told from what is across it too; what stays, from what is seen once."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from workflow.model import Chip, Score, Stretch
from workflow.scoring._changepoints import changes
from workflow.scoring._road import STEP_M, between, strip
from workflow.scoring._spans import REACH_M, _highest
from workflow.scoring.base import Facts
from workflow.scoring.crossing import PLUGIN
from workflow.shadows import Sun

SIDE, GSD_M = 301, 0.4
SUN = Sun(180.0, 45.0)  # throws a shadow as long as the thing is high, due north
NORTHWARDS = Facts(0.0, SUN, 0.2, 5.0)


def ground(seed: int = 3) -> np.ndarray:
    """A road northwards through the middle, 15 m wide, with lane lines; (row, column) 0..1."""
    rng = np.random.default_rng(seed)
    grey = 0.5 + 0.08 * rng.normal(size=(SIDE, SIDE))
    middle, half = SIDE // 2, round(7.5 / GSD_M)
    grey[:, middle - half : middle + half + 1] = 0.35 + 0.01 * rng.normal(size=(SIDE, 2 * half + 1))
    for column in (middle - half, middle, middle + half):
        grey[:, column] = 0.7
    return grey


def across(
    grey: np.ndarray, north_m: float, value: float, depth_m: float = 0.8, width_m: float = 16.0
) -> np.ndarray:
    """The ground with a line across the road at some metres north of the middle."""
    made = grey.copy()
    row, column = SIDE // 2 - round(north_m / GSD_M), SIDE // 2
    half, rows = round(width_m / 2 / GSD_M), round(depth_m / GSD_M)
    made[row : row + rows, column - half : column + half + 1] = value
    return made


def gantry(grey: np.ndarray, north_m: float, high_m: float = 6.3) -> np.ndarray:
    return across(across(grey, north_m + high_m, 0.15, 1.2), north_m, 0.75)


def chip(grey: np.ndarray, valid: np.ndarray | None = None) -> Chip:
    data = np.clip(grey * 255, 0, 255).astype(np.uint8)[None]
    mask = np.ones(grey.shape, np.bool_) if valid is None else valid
    return Chip("site", "capture", data, mask, (Stretch(0, 255),), GSD_M)


def scores(*pictures: np.ndarray, facts: Facts = NORTHWARDS) -> tuple[Score, ...]:
    return PLUGIN.judge([PLUGIN.evidence(chip(one), facts) for one in pictures])


def values(*pictures: np.ndarray, facts: Facts = NORTHWARDS) -> list[float]:
    found = [one.value for one in scores(*pictures, facts=facts)]
    assert all(one is not None for one in found)
    return [one for one in found if one is not None]


def test_a_bar_that_comes_with_its_shadow_scores_high_and_says_where() -> None:
    (score,) = scores(ground(1), gantry(ground(2), 12.0))
    assert score.value is not None
    assert score.value > 0.6
    assert "+1" in score.reason
    assert score.at == pytest.approx((0, 12), abs=2)
    assert scores(ground(1), ground(2))[0].at is None


@pytest.mark.parametrize("turns", range(4))
def test_the_place_of_a_bar_follows_the_bearing_of_the_road(turns: int) -> None:
    facts = Facts(-90.0 * turns, Sun((180.0 - 90.0 * turns) % 360, 45.0), 0.2, 5.0)
    (score,) = scores(*(np.rot90(one, turns) for one in (ground(1), gantry(ground(2), 12.0))), facts=facts)
    assert score.at == pytest.approx([(0, 12), (-12, 0), (0, -12), (12, 0)][turns], abs=2)


def test_what_does_not_change_scores_low() -> None:
    assert values(ground(1), ground(2))[0] < 0.1
    assert values(gantry(ground(1), 5.0), gantry(ground(2), 5.0))[0] < 0.1


def test_fresh_paint_has_no_shadow() -> None:
    painted = across(ground(2), 12.0, 0.75, 0.5, 13.0)
    assert values(ground(1), painted)[0] < 0.5 * values(ground(1), gantry(ground(2), 12.0))[0]


def posts(
    grey: np.ndarray, north_m: float, sun: Sun = SUN, high_m: float = 6.8, apart_m: float = 16.0
) -> np.ndarray:
    """The ground with the thin shadows of two posts across the road from each other."""
    made = grey.copy()
    east_m, far_m = (high_m * one for one in sun.shadow_per_metre())
    for part in np.linspace(0, 1, 60):
        for side in (-1, 1):
            row = SIDE // 2 - round((north_m + part * far_m) / GSD_M)
            column = SIDE // 2 + round((side * apart_m / 2 + part * east_m) / GSD_M)
            made[row, column] *= 0.4
    return made


def shadow(grey: np.ndarray, north_m: float, sun: Sun = SUN, high_m: float = 6.3) -> np.ndarray:
    """The ground with the shadow of a bar that itself is as bright as the road."""
    east_m, far_m = (high_m * one for one in sun.shadow_per_metre())
    made = across(np.roll(grey, -round(east_m / GSD_M), axis=1), north_m + far_m, 0.2, 1.2)
    return np.roll(made, round(east_m / GSD_M), axis=1)


def test_the_shadows_of_its_posts_tell_a_gantry_whose_beam_and_shadow_hardly_show() -> None:
    bare = [ground(seed) for seed in range(4)]
    faint = [across(ground(seed), 8.0 + 6.3, 0.32, 1.2) for seed in (4, 5)]
    assert values(*bare, *faint)[3] < 0.1
    assert values(*bare, *(posts(one, 8.0) for one in faint))[3] > 0.6


def test_shadows_go_with_the_sun() -> None:
    """Dark lines that stay where they are, whatever the sun, are no shadows of one thing."""
    suns = [Sun(180.0, 45.0), Sun(150.0, 30.0), Sun(205.0, 55.0), Sun(165.0, 38.0)]
    facts = [Facts(0.0, one, 0.2, 5.0) for one in suns * 2]
    bare = [ground(seed) for seed in range(4)]

    def told(after: list[np.ndarray]) -> float:
        evidence = [
            PLUGIN.evidence(chip(one), each) for one, each in zip([*bare, *after], facts, strict=True)
        ]
        found = PLUGIN.judge(evidence)[3].value
        assert found is not None
        return found

    going = told([posts(shadow(ground(n), 8.0, sun), 8.0, sun) for n, sun in enumerate(suns, 4)])
    staying = told([posts(shadow(ground(n), 8.0, suns[0]), 8.0, suns[0]) for n in range(4, 8)])
    assert going > 0.9
    assert staying < 0.6 * going


@given(
    hnp.arrays(np.float32, (4, 9), elements=st.floats(-9, 9, width=32)), st.integers(-4, 4), st.integers(0, 5)
)
def test_the_highest_of_some_columns_is_found_column_by_column(
    layers: np.ndarray, first: int, more: int
) -> None:
    at = np.arange(9)
    plain = [layers[:, np.clip(at + step, 0, 8)] for step in range(first, first + more + 1)]
    assert np.array_equal(_highest(layers, first, first + more), np.max(plain, axis=0))


@given(st.floats(-3, 3), st.floats(-3, 3))
def test_a_plane_read_between_its_places_is_the_plane(rows: float, columns: float) -> None:
    down, right = np.mgrid[0:20, 0:30].astype(np.float32)
    read = between(2 * down + 3 * right, rows, columns)
    wanted = 2 * (down + rows) + 3 * (right + columns)
    assert read[4:-4, 4:-4] == pytest.approx(wanted[4:-4, 4:-4], abs=1e-3)


def test_a_shadow_on_the_wrong_side_of_its_bar_counts_less() -> None:
    wrong = across(across(ground(2), 12.0 - 6.3, 0.15, 1.2), 12.0, 0.75)
    assert values(ground(1), wrong)[0] < values(ground(1), gantry(ground(2), 12.0))[0]


def test_vehicles_are_as_wide_as_a_lane() -> None:
    busy = ground(2)
    for north, east in ((-20, -3), (-4, 3), (9, -3), (21, 3)):
        row, column = SIDE // 2 - round(north / GSD_M), SIDE // 2 + round(east / GSD_M)
        busy[row : row + 25, column : column + 6] = 0.9
    assert values(ground(1), busy)[0] < 0.1


def test_what_is_seen_once_counts_less_than_what_stays() -> None:
    plain = [ground(seed) for seed in range(6)]
    once = [*plain[:3], gantry(plain[3], 8.0), *plain[4:]]
    stays = [*plain[:3], *(gantry(one, 8.0) for one in plain[3:])]
    assert max(values(*once)) < 0.5 < 0.8 < values(*stays)[2]
    assert max(values(*stays)[:2] + values(*stays)[3:]) < 0.2


def test_a_picture_under_cloud_has_no_say_and_is_proposed_as_obscured() -> None:
    white = np.full((SIDE, SIDE), 0.95) + 0.003 * np.random.default_rng(0).normal(size=(SIDE, SIDE))
    found = scores(ground(1), ground(2), white, gantry(ground(3), 8.0), gantry(ground(4), 8.0))
    assert "the later picture looks obscured" in found[1].reason
    assert "the earlier picture looks obscured" in found[2].reason
    assert "obscured" not in found[0].reason + found[3].reason
    # it came before or after that picture: both pairs have half
    first, second = found[1].value, found[2].value
    assert first is not None
    assert second is not None
    assert first == pytest.approx(second, rel=0.2)
    assert first > 0.3


def test_haze_over_everything_does_not_make_a_bar() -> None:
    hazy = 0.6 * ground(2) + 0.4 * 0.6
    assert values(ground(1), hazy, ground(3))[0] < 0.1


def test_without_a_bearing_or_with_coarse_pixels_there_is_no_value_but_a_reason() -> None:
    coarse = Chip("site", "capture", chip(ground()).data, chip(ground()).valid, (Stretch(0, 255),), 2.0)
    for one, facts in ((chip(ground()), Facts()), (coarse, NORTHWARDS)):
        (score,) = PLUGIN.judge([PLUGIN.evidence(one, facts)] * 2)
        assert score.value is None
        assert "bearing" in score.reason


def test_without_a_sun_the_shadow_may_lie_on_either_side() -> None:
    assert values(ground(1), gantry(ground(2), 8.0), facts=Facts(0.0))[0] > 0.3


def test_what_the_chip_does_not_cover_has_no_say() -> None:
    nothing = PLUGIN.evidence(chip(ground(), np.zeros((SIDE, SIDE), np.bool_)), NORTHWARDS)
    assert (nothing[0] == 0).all()


@pytest.mark.parametrize("bearing_deg", [0.0, 37.0, 90.0, 200.0])
def test_a_strip_runs_along_the_bearing(bearing_deg: float) -> None:
    """A bright spot 20 m ahead and 6 m to the right lies there in the strip."""
    grey = np.zeros((SIDE, SIDE))
    sin, cos = math.sin(math.radians(bearing_deg)), math.cos(math.radians(bearing_deg))
    east, north = 20 * sin + 6 * cos, 20 * cos - 6 * sin
    row, column = SIDE // 2 - round(north / GSD_M), SIDE // 2 + round(east / GSD_M)
    grey[row - 1 : row + 2, column - 1 : column + 2] = 1.0
    made = strip(chip(grey), bearing_deg, REACH_M)
    ahead, aside = np.unravel_index(int(made.grey.argmax()), made.grey.shape)
    assert made.along_m[ahead] == pytest.approx(20, abs=2 * STEP_M)
    assert made.across_m[aside] == pytest.approx(6, abs=2 * STEP_M)


evidences = st.integers(2, 7).flatmap(
    lambda count: st.lists(
        st.lists(st.floats(-2, 4), min_size=15, max_size=15), min_size=count, max_size=count
    )
)


@given(evidences)
def test_chances_are_chances_and_no_two_stories_hold_at_one_place(rows: list[list[float]]) -> None:
    found = changes(np.array(rows)[:, None], 3, 0.01, 0.2)
    assert found.shape == (len(rows) - 1, 15)
    assert ((found >= 0) & (found.sum(axis=0) <= 1 + 1e-9)).all()


@given(evidences)
def test_pictures_without_evidence_share_what_their_neighbours_say(rows: list[list[float]]) -> None:
    """A picture that says nothing, put in: the chances of the pair that it splits go to its two pairs."""
    seen = np.array(rows)[:, None]
    blank = np.insert(seen, 1, 0.0, axis=0)
    parted = changes(blank, 3, 0.01, 0.2)
    assert np.allclose(parted[0], parted[1])
