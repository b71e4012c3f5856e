"""What SSIM, change vectors, IR-MAD, construction and surface answer to, beside the contract of every scorer."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflow.model import Chip, Stretch
from workflow.scoring._blur import blurred
from workflow.scoring._clearness import OBSCURED_BELOW, clearness, texture
from workflow.scoring.construction import PLUGIN as CONSTRUCTION
from workflow.scoring.irmad import PLUGIN as IR_MAD
from workflow.scoring.irmad import alteration, chance_above
from workflow.scoring.ssim import similarity
from workflow.scoring.surface import PLUGIN as SURFACE
from workflow.scoring.vectors import lengths

SIDE = 96


def soft(seed: int, bands: int = 3, side: int = SIDE) -> np.ndarray:
    """(band, row, column) 40 to 160: the same smooth ground in every band, a little noise of its own."""
    rng = np.random.default_rng(seed)
    ground = blurred(rng.normal(size=(side, side)).astype(np.float32), 3.0)
    return np.stack(
        [
            100 + 30 * ground / ground.std() + rng.normal(size=ground.shape) * (2 + band)
            for band in range(bands)
        ]
    )


def chip(data: np.ndarray, gsd_m: float = 1.0, valid: np.ndarray | None = None) -> Chip:
    mask = np.ones(data.shape[1:], np.bool_) if valid is None else valid
    as_bytes = np.clip(data, 0, 255).astype(np.uint8)
    return Chip("site", "capture", as_bytes, mask, (Stretch(0, 255),) * len(data), gsd_m)


# -- the blur and the maps -----------------------------------------------------------------------------------


@given(st.floats(0.5, 4), st.integers(0, 50))
def test_a_blur_keeps_the_mean_and_lowers_the_spread(sigma: float, seed: int) -> None:
    picture = np.random.default_rng(seed).normal(size=(40, 50)).astype(np.float32)
    made = blurred(picture, sigma)
    assert made.shape == picture.shape
    assert made.std() < picture.std()
    assert np.allclose(blurred(np.full((5, 6), 3, np.float32), sigma), 3)


def test_a_picture_of_one_pixel_is_not_blurred() -> None:
    assert blurred(np.ones((1, 1), np.float32), 2.0).tolist() == [[1.0]]


def test_similarity_is_one_with_itself_and_falls_where_something_was_put() -> None:
    picture = (soft(1)[0] / 255).astype(np.float32)
    other = picture.copy()
    other[40:50, 40:50] = 1 - other[40:50, 40:50]
    assert np.allclose(similarity(picture, picture), 1)
    assert similarity(picture, other)[45, 45] < 0.3
    assert similarity(picture, other)[5, 5] == pytest.approx(1)


def test_change_vectors_forget_gain_and_offset() -> None:
    one = soft(1)
    everywhere = np.ones(one.shape[1:], np.bool_)
    assert lengths(one, 0.5 * one + 20, everywhere).max() < 1e-3
    assert lengths(one, one, np.zeros_like(everywhere)).max() == 0


# -- IR-MAD --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("freedom", "value", "chance"),
    [
        (1, 3.841, 0.05),
        (2, 5.991, 0.05),
        (3, 7.815, 0.05),
        (4, 13.277, 0.01),
        (5, 11.070, 0.05),
        (6, 22.458, 0.001),
    ],
)
def test_chances_are_those_of_the_tables(freedom: int, value: float, chance: float) -> None:
    assert chance_above(np.array([value]), freedom)[0] == pytest.approx(chance, rel=2e-3)


@given(st.integers(1, 9), st.floats(0, 300))
def test_chances_fall_from_one(freedom: int, value: float) -> None:
    low, high = chance_above(np.array([value, value + 1]), freedom)
    assert 1 >= low >= high >= 0
    assert math.isclose(chance_above(np.array([0.0]), freedom)[0], 1, abs_tol=1e-6)


def test_alteration_finds_what_changed_under_another_gain_of_every_band() -> None:
    before = soft(1, 4)
    rng = np.random.default_rng(5)
    after = before * np.array([0.5, 1.2, 0.9, 2.0])[:, None, None] + 7 + rng.normal(size=before.shape)
    after[:, 30:40, 50:60] = after[::-1, 60:70, 10:20]
    found = alteration(before, after, np.ones(before.shape[1:], np.bool_))
    changed = np.zeros(before.shape[1:], np.bool_)
    changed[30:40, 50:60] = True
    assert np.median(found.squares[changed]) > 10 * np.median(found.squares[~changed])


def test_alteration_of_a_handful_of_pixels_is_nothing() -> None:
    few = np.zeros((SIDE, SIDE), np.bool_)
    few[0, :3] = True
    assert alteration(soft(1), soft(2), few).squares.max() == 0


@pytest.mark.parametrize(("bands", "others"), [(1, 1), (3, 4)])
def test_ir_mad_says_what_it_needs(bands: int, others: int) -> None:
    score = IR_MAD.score(chip(soft(1, bands)), chip(soft(1, others)))
    assert score.value is None
    assert "bands" in score.reason


# -- construction --------------------------------------------------------------------------------------------


def with_houses(data: np.ndarray) -> np.ndarray:
    made = data.copy()
    for row in (20, 50):
        made[:, row : row + 14, 40:60] = 230
    return made


def test_houses_that_come_count_more_than_houses_that_go_and_both_more_than_light() -> None:
    plain, built = soft(1), with_houses(soft(2))
    came, went, light = (
        CONSTRUCTION.score(chip(one), chip(other)).value
        for one, other in ((plain, built), (built, plain), (plain, 0.8 * plain))
    )
    assert came is not None
    assert went is not None
    assert light is not None
    assert came > went > light


def test_a_finer_picture_of_the_same_scores_alike() -> None:
    coarse = CONSTRUCTION.score(chip(soft(1), 2.0), chip(with_houses(soft(1)), 2.0)).value
    fine_before, fine_after = (
        one.repeat(2, axis=1).repeat(2, axis=2) for one in (soft(1), with_houses(soft(1)))
    )
    fine = CONSTRUCTION.score(chip(fine_before, 1.0), chip(fine_after, 1.0)).value
    assert fine is not None
    assert fine == pytest.approx(coarse, rel=0.35)


# -- surface and clearness -----------------------------------------------------------------------------------


def paved(data: np.ndarray) -> np.ndarray:
    made = data.copy()
    made[:, 40:56, 40:56] = 230
    return made


def values(*pictures: np.ndarray) -> list[float]:
    found = [one.value for one in SURFACE.judge([SURFACE.evidence(chip(one, 5.0)) for one in pictures])]
    return [-1.0 if one is None else one for one in found]


def dated(seed: int) -> np.ndarray:
    """The same ground on another day."""
    return soft(1, 4) * (0.9 + 0.05 * seed) + np.random.default_rng(seed).normal(size=(4, SIDE, SIDE)) * 3


def test_a_yard_that_stays_is_found_where_it_came() -> None:
    found = values(dated(0), dated(1), paved(dated(2)), paved(dated(3)), paved(dated(4)))
    assert int(np.argmax(found)) == 1
    assert found[1] > 0.5
    assert max(found[0], *found[2:]) < 0.3


def test_snow_of_one_day_is_no_change() -> None:
    assert max(values(dated(0), dated(1), paved(dated(2)), dated(3), dated(4))) < 0.2


def test_a_picture_that_does_not_cover_the_place_is_passed_over() -> None:
    nothing = np.zeros((SIDE, SIDE), np.bool_)
    rows = [SURFACE.evidence(chip(one, 5.0)) for one in (dated(0), paved(dated(1)))]
    rows.insert(1, SURFACE.evidence(chip(dated(2), 5.0, nothing)))
    first, second = SURFACE.judge(rows)
    assert first.value == second.value
    assert SURFACE.judge(rows[1:])[0].value is None


def test_bands_that_only_some_pictures_have_are_left_out() -> None:
    one, other = SURFACE.evidence(chip(dated(0)[:1])), SURFACE.evidence(chip(paved(dated(1))))
    assert SURFACE.judge([one, other])[0].value is not None


def test_a_cloud_hides_the_usual_edges_and_is_proposed_as_obscured() -> None:
    # another ground's edges, as of a cloud
    pictures = [dated(0), dated(1), soft(9, 4), dated(3), dated(4)]
    clear = clearness(np.array([texture(chip(one)) for one in pictures]))
    assert (clear >= OBSCURED_BELOW).tolist() == [True, True, False, True, True]
    scores = SURFACE.judge([SURFACE.evidence(chip(one, 5.0)) for one in pictures])
    assert [one.reason for one in scores] == [
        "",
        "the later picture looks obscured",
        "the earlier picture looks obscured",
        "",
    ]


def test_two_pictures_or_none_covered_in_common_cannot_tell_which_is_usual() -> None:
    two = np.array([texture(chip(one)) for one in (dated(0), soft(9, 4))])
    assert clearness(two).tolist() == [1, 1]
    nothing = np.full((3, len(two[0])), np.nan)
    assert clearness(nothing).tolist() == [1, 1, 1]
    assert clearness(np.zeros((3, len(two[0])))).tolist() == [0, 0, 0]
