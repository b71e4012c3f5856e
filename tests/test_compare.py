from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workflow.compare import NO_SHIFT, Shift, estimate_shift, gradient_magnitude, to_grey
from workflow.model import Stretch
from workflow.pipeline.alignment import LEAST_SIDE_PX, QUALITY_BAR

SIZE = 192


def texture(seed: int, size: int = SIZE, blur_px: float = 1.5) -> np.ndarray:
    """Cyclic picture of ground-like texture, 0 to 1: smoothed noise with sharp-edged blocks on it."""
    rng = np.random.default_rng(seed)
    picture = rng.normal(size=(size, size))
    for _ in range(40):
        row, col = rng.integers(0, size - 24, 2)
        height, width = rng.integers(4, 24, 2)
        picture[row : row + height, col : col + width] += rng.normal(0, 3)
    down, right = np.fft.fftfreq(size)[:, None], np.fft.rfftfreq(size)[None, :]
    smooth = np.fft.irfft2(
        np.fft.rfft2(picture) * np.exp(-2 * (np.pi * blur_px) ** 2 * (down**2 + right**2)), s=picture.shape
    )
    return ((smooth - smooth.min()) / np.ptp(smooth)).astype(np.float32)


def moved(picture: np.ndarray, right_px: float, down_px: float) -> np.ndarray:
    """The picture's content moved, exactly, by the phase of its spectrum."""
    down, right = np.fft.fftfreq(picture.shape[0])[:, None], np.fft.rfftfreq(picture.shape[1])[None, :]
    phase = np.exp(-2j * np.pi * (down * down_px + right * right_px))
    return np.fft.irfft2(np.fft.rfft2(picture) * phase, s=picture.shape).astype(np.float32)


def everywhere(picture: np.ndarray) -> np.ndarray:
    return np.ones(picture.shape, np.bool_)


def shift_between(reference, moving, valid=None) -> Shift:
    full = everywhere(reference) if valid is None else valid
    return estimate_shift(reference, moving, everywhere(reference), full)


SHIFTS = st.tuples(st.floats(-12, 12), st.floats(-12, 12))


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 10_000), SHIFTS)
def test_a_known_shift_is_found_and_undone(seed, shift):
    ground = texture(seed)
    found = shift_between(ground, moved(ground, *shift))
    # the moving picture lies `shift` too far, so it must go back
    assert (found.dx_px, found.dy_px) == pytest.approx((-shift[0], -shift[1]), abs=0.2)
    assert found.quality > 0.5


@settings(deadline=None, max_examples=25)
@given(st.integers(0, 10_000), SHIFTS)
def test_forth_and_back_are_opposite(seed, shift):
    one, other = texture(seed), moved(texture(seed), *shift)
    forth, back = shift_between(one, other), shift_between(other, one)
    assert (forth.dx_px, forth.dy_px) == pytest.approx((-back.dx_px, -back.dy_px), abs=0.1)


def errors(change) -> np.ndarray:
    """Distances in pixels from the truth over 30 seeded pairs, the moving picture altered by `change(picture,
    rng)`.
    """
    rng = np.random.default_rng(7)
    found = []
    for seed in range(30):
        ground, shift = texture(seed), rng.uniform(-8, 8, 2)
        altered, valid = change(moved(ground, *shift), rng)
        result = shift_between(ground, altered.astype(np.float32), valid)
        found.append(np.hypot(result.dx_px + shift[0], result.dy_px + shift[1]))
    return np.array(found)


def season(picture, rng):
    """Other gain and offset, a smooth change of light, and contrast that is turned over in places."""
    rows, cols = np.indices(picture.shape) / SIZE
    light = 0.4 + 0.3 * np.sin(3 * rows + 2 * cols + rng.uniform(0, 6))
    fields = np.where((rows > 0.5) & (cols > 0.4), -0.6, 1.0)
    return picture * fields * light + 0.3, everywhere(picture)


def unchanged(picture, rng):
    return picture, everywhere(picture)


def noise(picture, rng):
    return picture + rng.normal(0, 0.03, picture.shape), everywhere(picture)


def half_covered(picture, rng):
    valid = np.broadcast_to(np.arange(SIZE) < SIZE * 0.6, picture.shape)
    return np.where(valid, picture, np.nan), valid


@pytest.mark.parametrize("change", [unchanged, noise, season, half_covered])
def test_the_median_error_is_below_a_fifth_of_a_pixel(change):
    assert np.median(errors(change)) < 0.2


def leaning(picture, seed, by_px):
    """The picture with a tower in every square of 48 pixels; the taller, the further right its roof: up to `by_px`."""
    rng, out = np.random.default_rng(seed), picture.copy()
    for row, col in np.ndindex(8, 8):
        top, left = 48 * row + rng.integers(4, 16), 48 * col + rng.integers(2, 10)
        height, width, roof = *rng.integers(10, 26, 2), rng.uniform(0.1, 0.9)
        left += round(by_px * rng.uniform(0.3, 1))
        out[top : top + height, left : left + width] = roof
    return out


@pytest.mark.parametrize("seed", range(6))
def test_towers_that_lean_do_not_pass_for_displacement(seed):
    ground = texture(seed, 384)
    found = shift_between(leaning(ground, seed, 0), leaning(ground, seed, 9))
    assert np.hypot(found.dx_px, found.dy_px) < 0.3


def test_the_error_that_is_stated_covers_what_is_found():
    rng, within = np.random.default_rng(11), []
    for seed in range(20):
        shift = rng.uniform(-6, 6, 2)
        other = moved(texture(seed), *shift) + rng.normal(0, 0.05, (SIZE, SIZE))
        found = shift_between(texture(seed), other.astype(np.float32))
        within.append(np.hypot(found.dx_px + shift[0], found.dy_px + shift[1]) <= found.error_px)
    assert sum(within) >= 19


def test_under_fog_what_fails_is_flagged_and_what_does_not_is_kept_within_its_error():
    rng, found = np.random.default_rng(5), []
    for seed in range(36):
        ground, shift, fog = texture(seed, LEAST_SIDE_PX), rng.uniform(-6, 6, 2), rng.uniform(0.5, 1.0)
        other = moved(ground, *shift) * (1 - fog) + rng.normal(0, rng.uniform(0.01, 0.15), ground.shape)
        one = shift_between(ground, other.astype(np.float32))
        error = np.hypot(one.dx_px + shift[0], one.dy_px + shift[1])
        found.append((error, one.quality >= QUALITY_BAR, one.error_px))
    failed, good = [one for one in found if one[0] > 1], [one for one in found if one[0] <= 1]
    assert min(len(failed), len(good)) > 9
    assert sum(kept for _, kept, _ in failed) <= 0.1 * len(failed)
    assert sum(not kept for _, kept, _ in good) <= 0.1 * len(good)
    kept = [(error, claimed) for error, is_kept, claimed in found if is_kept]
    assert sum(error <= claimed for error, claimed in kept) >= 0.95 * len(kept)


def test_nothing_is_sought_beyond_the_reach():
    ground = texture(2)
    other, full = moved(ground, 20.0, 0.0), everywhere(ground)
    assert estimate_shift(ground, other, full, full, 24).dx_px == pytest.approx(-20, abs=0.2)
    near = estimate_shift(ground, other, full, full, 5)
    assert abs(near.dx_px) < 15
    assert near.quality < 0.25


def test_what_lies_under_the_mask_has_no_say():
    ground = texture(3)
    valid = everywhere(ground)
    valid[:80, :90] = False
    other = moved(ground, 3.0, -2.0)
    spoilt = np.where(valid, other, np.inf).astype(np.float32)
    assert shift_between(ground, spoilt, valid) == shift_between(ground, np.where(valid, other, 0), valid)


@pytest.mark.parametrize("other", [np.zeros((SIZE, SIZE)), np.full((SIZE, SIZE), 0.7)])
def test_no_texture_gives_no_quality(other):
    assert shift_between(texture(1), other.astype(np.float32)) == NO_SHIFT


@pytest.mark.parametrize("seed", range(8))
def test_pictures_of_different_ground_have_low_quality(seed):
    assert shift_between(texture(seed), texture(seed + 100)).quality < 0.2


def test_too_little_overlap_or_too_small_a_picture_gives_no_quality():
    ground = texture(1)
    corner = np.zeros(ground.shape, np.bool_)
    corner[:30, :30] = True
    assert shift_between(ground, ground, corner) == NO_SHIFT
    assert shift_between(ground[:20, :20], ground[:20, :20]) == NO_SHIFT


def test_shapes_that_differ_are_refused():
    with pytest.raises(ValueError, match="shapes"):
        estimate_shift(texture(1), texture(1)[:-1], everywhere(texture(1)), everywhere(texture(1)))


def test_metres_are_east_and_north():
    assert Shift(2.0, 3.0, 1.0).metres(0.5) == (1.0, -1.5)


def test_gradient_is_zero_where_a_neighbour_is_invalid():
    ramp = np.tile(np.arange(7, dtype=np.float32), (7, 1))
    valid = everywhere(ramp)
    valid[3, 3] = False
    magnitude, inner = gradient_magnitude(ramp, valid)
    assert magnitude[1, 1] == 1.0
    assert inner.sum() == 25 - 5
    assert not magnitude[~inner].any()


def test_grey_is_the_mean_of_stretched_bands():
    data = np.array([[[0, 100, 300]], [[10, 20, 30]]], np.uint16)
    grey = to_grey(data, [Stretch(0, 200), Stretch(10, 30)])
    assert grey.tolist() == [[0.0, 0.5, 1.0]]


def test_grey_of_what_is_not_finite_is_black():
    data = np.array([[[np.nan, np.inf, 1.0]]], np.float32)
    assert to_grey(data, [Stretch(0, 2)]).tolist() == [[0.0, 0.0, 0.5]]
    assert to_grey(data, []).tolist() == [[0.0, 0.0, 1.0]]
