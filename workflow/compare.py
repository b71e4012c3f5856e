"""Lay one picture on another: grey pictures, their gradients, and the shift between them. Arrays only.

What is compared is the direction of the gradient, doubled, so that an edge counts alike whichever of its sides is
the brighter (after gradient correlation, Fitch and others 2002): season, light and bands change how strong an edge is
and which way it goes, but not where it lies. The shift is found by phase correlation (Kuglin and Hines 1975) of the
whole, then of many parts whose correlation surfaces are averaged: what lies on the ground is moved alike in all of
them, while roofs, crowns and shadows go each their own way and make no common peak. The shift is then taken out and
what is left is measured twice, on the moved picture and on the reference moved back.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, floor, hypot, inf, sqrt
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from workflow.model import Stretch

__all__ = [
    "ENOUGH_QUALITY",
    "MEDIAN_METHOD",
    "METHOD",
    "NO_SHIFT",
    "Shift",
    "correlated",
    "directions",
    "estimate_shift",
    "gradient_magnitude",
    "peak",
    "smoothed",
    "standing_out",
    "to_grey",
]

METHOD = "gradient direction phase correlation 3"
MEDIAN_METHOD = "median of the capture's other sites 1"
"""How an offset came about: found on the pictures themselves, or told by other sites."""
ENOUGH_QUALITY = 0.25
"""Of a shift that counts: one of less is sought again."""

Grey = NDArray[np.float32]
Mask = NDArray[np.bool_]
Field = NDArray[np.complex64]
_Scalar = TypeVar("_Scalar", bound=np.generic)

# the least side of a picture, and the least share of a part that both must cover, for a shift to be sought
_LEAST_SIDE_PX = 24
_LEAST_OVERLAP = 0.5
_LEAST_PARTS = 3
# a part: large enough for a peak of its own, small enough that many fit; at most eight a side
_PART_PX, _PARTS_A_SIDE = 128, 8
# how far from the rough shift the fine one is sought
_NEAR_PX = 8
# width of the correlation peak, in pixels: below it aliasing, above it a blunt peak
_ROUGH_SIGMA_PX, _FINE_SIGMA_PX = 1.5, 1.0
_DRAWS = 40
# quality falls to 1/e where draws and directions scatter by this
_SCATTER_PX = 2.5
# 95 of 100 errors were within this of the shift, and this many times what parts differ by: see docs/evaluation.md
_ERROR_FLOOR_PX, _ERROR_SPREADS = 0.25, 1.2


@dataclass(frozen=True, slots=True)
class Shift:
    """How far a picture must be moved to lie on the reference: `dx_px` columns to the right, `dy_px` rows
    down.

    `quality` runs from 0 (nothing in common) to 1: the further the peak stands out of the rest, and the less it moves
    when parts are drawn by lot and between forth and back, the higher. `error_px`: about 95 of 100 such shifts are no
    further than this from the truth, where the quality is enough.
    """

    dx_px: float
    dy_px: float
    quality: float
    error_px: float = inf

    def metres(self, gsd_m: float) -> tuple[float, float]:
        """The same in metres east and north on a north-up grid of `gsd_m`."""
        return self.dx_px * gsd_m, -self.dy_px * gsd_m


NO_SHIFT = Shift(0.0, 0.0, 0.0)


def to_grey(data: NDArray[np.generic], stretch: Sequence[Stretch]) -> Grey:
    """Mean of the bands of (band, row, column), each brought to 0..1 by its display stretch; not finite gives
    0.

    Bands without a stretch are left out; without any, all count as they are.
    """
    used = min(len(stretch), data.shape[0])
    if not used:
        mean: Grey = np.nan_to_num(data.astype(np.float32).mean(axis=0), posinf=0.0, neginf=0.0)
        return mean
    total = np.zeros(data.shape[1:], np.float32)
    for band, limits in zip(data[:used], stretch, strict=False):
        width = max(limits.high - limits.low, np.finfo(np.float32).tiny)
        grey = np.nan_to_num((band.astype(np.float32) - limits.low) / width, posinf=0.0, neginf=0.0)
        total += np.clip(grey, 0.0, 1.0)
    return total / np.float32(used)


def gradient_magnitude(grey: Grey, valid: Mask) -> tuple[Grey, Mask]:
    """Length of the central-difference gradient per pixel, and where all the pixels it rests on are valid.

    Zero elsewhere, and along the outer edge.
    """
    gradient, inner = _gradient(grey, valid)
    return np.abs(gradient), inner


def _gradient(grey: Grey, valid: Mask) -> tuple[Field, Mask]:
    """The gradient as a complex number (right, down), and where all the pixels it rests on are valid."""
    inner = np.zeros(grey.shape, np.bool_)
    inner[1:-1, 1:-1] = (
        valid[1:-1, 1:-1] & valid[:-2, 1:-1] & valid[2:, 1:-1] & valid[1:-1, :-2] & valid[1:-1, 2:]
    )
    gradient = np.zeros(grey.shape, np.complex64)
    clean = np.where(valid, grey, np.float32(0))
    gradient.real[1:-1, 1:-1] = (clean[1:-1, 2:] - clean[1:-1, :-2]) / 2
    gradient.imag[1:-1, 1:-1] = (clean[2:, 1:-1] - clean[:-2, 1:-1]) / 2
    gradient[~inner] = 0
    return gradient, inner


def directions(grey: Grey, valid: Mask) -> tuple[Field, Mask]:
    """The gradient's direction with its angle doubled: length near 1 on edges, near 0 on what is weaker than half of
    the picture.
    """
    gradient, inner = _gradient(grey, valid)
    strength = np.square(gradient.real) + np.square(gradient.imag)
    usual = float(np.median(strength[inner])) if inner.any() else 0.0
    field: Field = (gradient * gradient / (strength + np.float32(usual + 1e-12))).astype(np.complex64)
    return field, inner


def smoothed(grey: Grey, valid: Mask) -> tuple[Grey, Mask]:
    """The picture under (1, 2, 1) / 4 both ways, without which resampling pulls single pixels to whole shifts; and
    where all of it is valid.
    """
    picture, whole = np.where(valid, grey, np.float32(0)), valid
    for axis in (0, 1):
        before, after = _stepped(picture, 1, axis), _stepped(picture, -1, axis)
        picture = (before + 2 * picture + after) / np.float32(4)
        whole = whole & _stepped(whole, 1, axis) & _stepped(whole, -1, axis)
    return picture, whole


# -- the shift -----------------------------------------------------------------------------------------------


def estimate_shift(
    reference: Grey, moving: Grey, reference_valid: Mask, moving_valid: Mask, reach_px: float = inf
) -> Shift:
    """The shift that lays `moving` on `reference`: two grey pictures (row, column) of one shape.

    Sought up to `reach_px`, and up to a quarter of the picture, along rows and columns. Quality is 0 where there is no
    texture, too little overlap, or the pictures are too small.

    Raises
    ------
    ValueError
        when the four shapes differ.
    """
    if not reference.shape == moving.shape == reference_valid.shape == moving_valid.shape:
        raise ValueError(f"pictures of shapes {reference.shape} and {moving.shape} cannot be compared")
    if min(reference.shape) < _LEAST_SIDE_PX:
        return NO_SHIFT
    fixed, other = (reference, reference_valid), (moving, moving_valid)
    found = _refined(fixed, other, *_rough(fixed, other, reach_px))
    if found.quality >= ENOUGH_QUALITY:
        return found
    # under haze and noise the rough shift is found on smoother pictures; on clear ones those favour what is tall
    again = _refined(fixed, other, *_rough(smoothed(*fixed), smoothed(*other), reach_px))
    return max(found, again, key=lambda one: one.quality)


def _refined(fixed: tuple[Grey, Mask], other: tuple[Grey, Mask], dx: float, dy: float) -> Shift:
    """The shift near a rough one."""
    near = _parts(fixed, _moved(other, dx, dy))
    if near is None:
        return NO_SHIFT
    more_x, more_y = peak(near.mean(axis=0))
    dx, dy = dx + more_x, dy + more_y
    forth, back = _parts(fixed, _moved(other, dx, dy)), _parts(_moved(fixed, -dx, -dy), other)
    if forth is None or back is None:
        return NO_SHIFT
    return _judged(dx, dy, forth, back)


def _judged(dx: float, dy: float, forth: Grey, back: Grey) -> Shift:
    """The shift with what is left of it, forth and back, and what it is worth.

    Roofs and shadows pull all draws alike, by as much as parts differ from each other: so the error is that of a part,
    not that of the mean of many.
    """
    mean = forth.mean(axis=0)
    one, other = peak(mean), peak(back.mean(axis=0))
    apart = hypot(one[0] - other[0], one[1] - other[1])
    distances = _draws(forth, one)
    scatter = sqrt(float(np.mean(np.square(distances))) + apart**2)
    of_a_part = float(np.median(distances)) * sqrt(len(forth))
    return Shift(
        dx + (one[0] + other[0]) / 2,
        dy + (one[1] + other[1]) / 2,
        sqrt(max(standing_out(mean), 0.0)) * exp(-scatter / _SCATTER_PX),
        hypot(_ERROR_FLOOR_PX, _ERROR_SPREADS * of_a_part, apart),
    )


def _draws(surfaces: Grey, place: tuple[float, float]) -> NDArray[np.float64]:
    """How far the peak lies from `place` when as many parts are drawn by lot, with replacement, again and again."""
    count = len(surfaces)
    lots = np.random.default_rng(0).multinomial(count, np.full(count, 1 / count), _DRAWS).astype(np.float32)
    found = [peak(one) for one in np.tensordot(lots, surfaces, 1)]
    return np.array([hypot(x - place[0], y - place[1]) for x, y in found])


def _rough(fixed: tuple[Grey, Mask], other: tuple[Grey, Mask], reach_px: float) -> tuple[float, float]:
    """The shift to a pixel or so, from the whole pictures."""
    height, width = fixed[0].shape
    reach = int(min(np.ceil(reach_px), height // 4, width // 4))
    fields = [directions(*one) for one in (fixed, other)]
    surface = correlated(*fields[0], *fields[1], _ROUGH_SIGMA_PX)
    x, y = peak(_middle(surface, reach))
    return float(round(x)), float(round(y))


def _parts(fixed: tuple[Grey, Mask], other: tuple[Grey, Mask]) -> Grey | None:
    """Correlation surfaces (part, row, column) around no shift, each in its own deviations; None where few parts have
    texture.
    """
    (first, first_valid), (second, second_valid) = (
        directions(*smoothed(*fixed)),
        directions(*smoothed(*other)),
    )
    windows = _windows(first.shape)
    enough = [
        one
        for one in windows
        if np.count_nonzero(first_valid[one] & second_valid[one]) >= _LEAST_OVERLAP * first[one].size
    ]
    if len(enough) < min(_LEAST_PARTS, len(windows)):
        return None
    both = np.stack([first_valid[one] & second_valid[one] for one in enough])
    surfaces = correlated(_cut(first, enough), both, _cut(second, enough), both, _FINE_SIGMA_PX)
    deviation = surfaces.std(axis=(1, 2))
    has_texture = deviation > 1e-9
    if np.count_nonzero(has_texture) < min(_LEAST_PARTS, len(windows)):
        return None
    near: Grey = _middle(surfaces[has_texture], _NEAR_PX) / deviation[has_texture, None, None]
    return near


def _cut(field: Field, windows: Sequence[tuple[slice, slice]]) -> Field:
    return np.stack([field[one] for one in windows])


def _windows(shape: tuple[int, ...]) -> list[tuple[slice, slice]]:
    """Parts of the frame that overlap by half where they can, spread evenly."""

    def starts(size: int, part: int) -> list[int]:
        count = min(_PARTS_A_SIDE, max(1, (size - part) // (part // 2) + 1))
        return [int(one) for one in np.linspace(0, size - part, count).round()]

    part = min(_PART_PX, max(min(shape) // 2, _LEAST_SIDE_PX))
    return [
        (slice(row, row + part), slice(column, column + part))
        for row in starts(shape[0], part)
        for column in starts(shape[1], part)
    ]


def correlated(first: Field, first_valid: Mask, second: Field, second_valid: Mask, sigma_px: float) -> Grey:
    """Cyclic phase correlation over the last two axes, no shift at [0, 0]; zero without texture."""
    height, width = first.shape[-2:]
    window = np.outer(np.hanning(height), np.hanning(width)).astype(np.float32)
    cross = _spectrum(first, first_valid, window)
    cross *= np.conj(_spectrum(second, second_valid, window))
    strength = np.abs(cross)
    cross /= np.maximum(strength, strength.max(axis=(-2, -1), keepdims=True) * np.float32(1e-6) + 1e-20)
    surface = np.fft.ifft2(cross * _low_pass(height, width, sigma_px))
    return surface.real.astype(np.float32, copy=False)


def _spectrum(field: Field, valid: Mask, window: Grey) -> Field:
    """Fourier transform of the windowed field about its mean, zero where invalid."""
    count = np.maximum(valid.sum(axis=(-2, -1), keepdims=True), 1).astype(np.float32)
    clean = np.where(valid, field, np.complex64(0))
    mean = clean.sum(axis=(-2, -1), keepdims=True) / count
    windowed = np.where(valid, clean - mean, np.complex64(0)) * window
    return np.fft.fft2(windowed).astype(np.complex64, copy=False)


def _low_pass(height: int, width: int, sigma_px: float) -> Grey:
    down, right = np.fft.fftfreq(height)[:, None], np.fft.fftfreq(width)[None, :]
    low: Grey = np.exp(-2 * (np.pi * sigma_px) ** 2 * (down**2 + right**2)).astype(np.float32)
    return low


def _middle(surface: Grey, reach: int) -> Grey:
    """The part of cyclic surfaces within `reach` of no shift, no shift in its middle."""
    reach = min(reach, (min(surface.shape[-2:]) - 1) // 2)
    return np.roll(surface, (reach, reach), axis=(-2, -1))[..., : 2 * reach + 1, : 2 * reach + 1]


def peak(surface: Grey) -> tuple[float, float]:
    """Place of the highest point, columns to the right and rows down of the middle, within a pixel where it can."""
    height, width = surface.shape
    row, column = (int(index) for index in np.unravel_index(int(surface.argmax()), surface.shape))
    x, y = float(column - width // 2), float(row - height // 2)
    if 0 < row < height - 1 and 0 < column < width - 1:
        x += _vertex(*(float(one) for one in surface[row, column - 1 : column + 2]))
        y += _vertex(*(float(one) for one in surface[row - 1 : row + 2, column]))
    return x, y


def _vertex(before: float, top: float, after: float) -> float:
    """Place of the vertex of a Gaussian (of a parabola where a side is not positive) through three points,
    ±0.5.
    """
    if before > 0 and after > 0:
        before, top, after = float(np.log(before)), float(np.log(top)), float(np.log(after))
    bend = before - 2 * top + after
    return min(max(0.5 * (before - after) / bend, -0.5), 0.5) if bend < 0 else 0.0


def standing_out(surface: Grey) -> float:
    """1 where there is nothing beside the highest point, 0 where something else is as high."""
    row, column = (int(index) for index in np.unravel_index(int(surface.argmax()), surface.shape))
    rest = surface.copy()
    rest[max(row - 3, 0) : row + 4, max(column - 3, 0) : column + 4] = 0
    return 1.0 - max(float(rest.max()), 0.0) / float(surface[row, column])


# -- moving a picture ----------------------------------------------------------------------------------------


def _moved(picture: tuple[Grey, Mask], dx: float, dy: float) -> tuple[Grey, Mask]:
    """The content moved to the right and down by cubic convolution (Keys 1981); invalid where it rests on what is
    not there.
    """
    grey, valid = np.where(picture[1], picture[0], np.float32(0)), picture[1]
    for axis, distance in ((0, dy), (1, dx)):
        whole = floor(distance)
        taps = _taps(distance - whole)
        total, there = np.zeros_like(grey), np.ones_like(valid)
        for step, weight in taps:
            total += np.float32(weight) * _stepped(grey, whole + step, axis)
            there &= _stepped(valid, whole + step, axis)
        grey, valid = total, there
    return grey, valid


def _taps(part: float) -> list[tuple[int, float]]:
    """Whole steps and their weights that make a step of `part` pixels, 0 to 1; one where nothing is between."""
    if part < 1e-6:
        return [(0, 1.0)]

    def near(distance: float) -> float:
        return 1.5 * distance**3 - 2.5 * distance**2 + 1

    def far(distance: float) -> float:
        return -0.5 * distance**3 + 2.5 * distance**2 - 4 * distance + 2

    return [(-1, far(1 + part)), (0, near(part)), (1, near(1 - part)), (2, far(2 - part))]


def _stepped(array: NDArray[_Scalar], distance: int, axis: int) -> NDArray[_Scalar]:
    """Moved by whole pixels along an axis; zero or False where nothing comes from."""
    size = array.shape[axis]
    out = np.zeros_like(array)
    if abs(distance) < size:
        source, target = [slice(None)] * 2, [slice(None)] * 2
        source[axis] = slice(max(0, -distance), size - max(0, distance))
        target[axis] = slice(max(0, distance), size - max(0, -distance))
        out[tuple(target)] = array[tuple(source)]
    return out
