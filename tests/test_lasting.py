"""What stays is told from what one picture shows: steps of a measure, and the scorer that looks for them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from workflow import plugins
from workflow.model import Chip, Score, Stretch, TargetClass
from workflow.scoring._blur import blurred
from workflow.scoring._changepoints import steps
from workflow.scoring._clearness import clearness, hidden_reason
from workflow.scoring.base import fitness
from workflow.scoring.lasting import PLUGIN as LASTING

SIDE, GSD_M = 240, 0.5
ROWS = arrays(np.float64, st.tuples(st.integers(2, 9), st.just(3)), elements=st.floats(0, 1))


# -- steps ---------------------------------------------------------------------------------------------------


def column(*values: float) -> np.ndarray:
    return np.array(values)[:, None]


def test_a_step_is_found_where_it_is_and_grows_with_what_confirms_it() -> None:
    few, many = steps(column(0.2, 0.2, 0.9, 0.9)), steps(column(0.2, 0.2, 0.2, 0.9, 0.9, 0.9))
    assert int(few.argmax()) == 1
    assert int(many.argmax()) == 2
    assert many.max() > few.max() > 0


def test_what_is_seen_once_or_never_twice_the_same_makes_no_step() -> None:
    stays = steps(column(0.1, 0.1, 0.1, 0.9, 0.9, 0.9)).max()
    assert steps(column(0.1, 0.1, 0.1, 0.9, 0.1, 0.1)).max() < stays / 4
    assert steps(column(0.1, 0.9, 0.1, 0.9, 0.1, 0.9)).max() < stays / 4


@given(ROWS)
def test_steps_do_not_depend_on_the_direction_of_time_nor_on_the_level(rows: np.ndarray) -> None:
    found = steps(rows)
    assert found.shape == (len(rows) - 1, 3)
    assert (found > -1e-9).all()
    assert np.allclose(steps(rows[::-1])[::-1], found, atol=1e-9)
    assert np.allclose(steps(1 - rows), found, atol=1e-9)


@given(ROWS, st.integers(0, 9))
def test_a_picture_that_is_not_known_is_passed_over(rows: np.ndarray, number: int) -> None:
    at = number % (len(rows) + 1)
    with_gap = np.insert(rows, at, np.nan, axis=0)
    found = steps(with_gap)
    assert np.allclose(np.delete(found, min(at, len(found) - 1), axis=0), steps(rows), atol=1e-9)
    assert np.allclose(steps(np.full_like(rows, np.nan)), 0)


# -- the scorer ----------------------------------------------------------------------------------------------


def ground(seed: int) -> np.ndarray:
    """Fields and yards: (row, column), 60 to 180."""
    soft = blurred(np.random.default_rng(seed).normal(size=(SIDE, SIDE)).astype(np.float32), 4.0)
    return np.clip(120 + 30 * soft / soft.std(), 40, 200)


def on_day(number: int, what: np.ndarray | None = None) -> np.ndarray:
    """The ground in another light, with noise."""
    base = ground(1) if what is None else what
    noise = np.random.default_rng(number).normal(size=base.shape) * 4
    return base * (0.8 + 0.07 * (number % 4)) + 5 * (number % 3) + noise


def with_house(picture: np.ndarray) -> np.ndarray:
    """A roof of 15 x 12 m, its middle 30 m east and 20 m north."""
    made = picture.copy()
    made[68:92, 165:195] = 225
    return made


def chip(picture: np.ndarray, valid: np.ndarray | None = None) -> Chip:
    covered = np.ones(picture.shape, np.bool_) if valid is None else valid
    data = np.repeat(np.clip(picture, 0, 255)[None], 3, axis=0).astype(np.uint8)
    return Chip("site", "capture", data, covered, (Stretch(0, 255),) * 3, GSD_M)


def judged(*chips: Chip) -> tuple[Score, ...]:
    return LASTING.judge([LASTING.evidence(one) for one in chips])


def values(*chips: Chip) -> list[float]:
    return [-1.0 if one.value is None else one.value for one in judged(*chips)]


HOUSE = [chip(with_house(on_day(one)) if one > 2 else on_day(one)) for one in range(6)]


def test_a_house_that_stays_is_found_where_and_when_it_came() -> None:
    found = judged(*HOUSE)
    assert found[2].value is not None
    assert found[2].value > 0.5
    assert found[2].reason == "a change that stays, 29 m east and 20 m north of the position"
    assert found[2].at == pytest.approx((30, 20), abs=1.5)
    assert [one.at for number, one in enumerate(found) if number != 2] == [None] * 4
    assert max(one.value or 0 for number, one in enumerate(found) if number != 2) < 0.1
    gone = judged(*HOUSE[::-1])
    assert [one.value for one in gone[::-1]] == pytest.approx([one.value for one in found], abs=1e-6)


def test_a_house_of_one_picture_counts_little() -> None:
    once = [chip(with_house(on_day(one)) if one == 3 else on_day(one)) for one in range(6)]
    assert max(values(*once)) < 0.1


def test_haze_and_light_all_over_a_picture_make_no_change() -> None:
    hazy = [chip(0.4 * on_day(one) + 100 if one > 2 else on_day(one)) for one in range(6)]
    assert max(values(*hazy)) < 0.1


def test_beside_a_cloud_a_change_counts_half_on_each_side_and_the_cloud_is_named() -> None:
    cloud = chip(on_day(9, ground(7)))
    found = judged(*HOUSE[:3], cloud, *HOUSE[3:])
    assert "the later picture looks obscured" in found[2].reason
    assert "the earlier picture looks obscured" in found[3].reason
    whole = judged(*HOUSE)[2].value
    assert whole is not None
    # the one change lies on either side of the cloud, and beside one a score counts half
    assert found[2].value == pytest.approx(whole / 4, rel=0.2)
    assert found[3].value == pytest.approx(whole / 4, rel=0.2)
    assert [one.reason for number, one in enumerate(found) if number not in (2, 3)] == [""] * 4


@pytest.mark.parametrize("series", [HOUSE[:3], HOUSE[3:]], ids=["fields", "house"])
@pytest.mark.parametrize("at", [0, 1, 3])
def test_a_cloud_is_no_change(series: list[Chip], at: int) -> None:
    cloud = chip(on_day(9, ground(7)))
    assert max(values(*series[:at], cloud, *series[at:])) < 0.1


def test_what_became_another_is_like_itself_and_not_obscured() -> None:
    flooded = ground(1)
    flooded[:, 60:] = 40 + 0.1 * ground(5)[:, 60:]
    found = judged(*(chip(on_day(one, flooded) if one == 0 or one == 1 else on_day(one)) for one in range(6)))
    assert (found[1].value or 0) > 0.5
    assert not any("obscured" in one.reason for one in found)


def test_a_picture_of_a_part_of_the_site_says_nothing_of_the_rest() -> None:
    half = np.ones((SIDE, SIDE), np.bool_)
    half[:, SIDE // 2 :] = False
    spoilt = np.where(half, on_day(8), 255.0)
    series = [*HOUSE[:2], chip(spoilt, half), chip(spoilt, half), HOUSE[2]]
    assert max(values(*series)) < 0.1
    # the house came while its place was not covered: each of the pairs may be the one
    found = values(*HOUSE[:3], chip(spoilt, half), *HOUSE[3:])
    assert min(found[2], found[3]) > 0.2
    assert max(found[:2] + found[4:]) < 0.1


def test_a_part_that_is_unlike_the_rest_is_placed_among_the_whole() -> None:
    half = np.ones((SIDE, SIDE), np.bool_)
    half[:, SIDE // 2 :] = False
    town = np.where(half, 0.3 * ground(1) + 40, 1.2 * ground(1))
    series = [chip(on_day(one, town), half if one > 2 else None) for one in range(6)]
    assert max(values(*series)) < 0.1


def test_two_pictures_cannot_tell_what_stays() -> None:
    for series in (HOUSE[2:4], [chip(on_day(one), np.zeros((SIDE, SIDE), np.bool_)) for one in range(4)]):
        found = judged(*series)
        assert {one.value for one in found} == {None}
        assert {one.reason for one in found} == {"fewer than three pictures show the site"}


def test_it_goes_before_what_compares_neighbours_and_after_what_knows_the_road() -> None:
    scorers = plugins.load("workflow.scoring")
    order = {kind: fitness(LASTING, kind) for kind in TargetClass}
    assert order[TargetClass.OTHER] is None
    for name, kind in (("structure", TargetClass.POLE), ("construction", TargetClass.BUILDING)):
        assert (order[kind] or 0) > (fitness(scorers[name], kind) or 0)
    assert (order[TargetClass.GANTRY] or 0) < (fitness(scorers["crossing"], TargetClass.GANTRY) or 0)


# -- can the ground be seen? ---------------------------------------------------------------------------------


def test_a_picture_of_a_part_is_told_by_that_part() -> None:
    usual = np.random.default_rng(3).uniform(size=64)
    part = usual.copy()
    part[:40] = np.nan
    other = part.copy()
    other[40:] = np.random.default_rng(4).permutation(other[40:])
    scraps = np.full(64, np.nan)
    scraps[:9] = 1.0
    found = clearness(np.array([usual, usual, part, other, scraps]))
    assert found[:3] == pytest.approx(1.0)
    assert found[3] < 0.7
    assert found[4] == 1.0  # too little to be told


def test_the_obscured_picture_of_a_pair_is_named() -> None:
    clear = np.array([True, False, False, True, True])
    assert [hidden_reason(one, clear) for one in range(4)] == [
        "the later picture looks obscured",
        "the earlier and the later picture look obscured",
        "the earlier picture looks obscured",
        "",
    ]
