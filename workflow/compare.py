"""Lay one picture on another: grey pictures, their gradients, and the shift between them. Arrays only.

The shift is found by phase correlation (Kuglin and Hines 1975) of windowed gradient magnitudes, which survive
a change of season and light better than grey values do. The whitened spectrum is multiplied by a Gaussian, so
that the peak is a Gaussian too and three points of it give its place within a pixel.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from workflow.model import Stretch

__all__ = ["METHOD", "NO_SHIFT", "Shift", "estimate_shift", "gradient_magnitude", "to_grey"]

METHOD = "gradient phase correlation 1"

Grey = NDArray[np.float32]
Mask = NDArray[np.bool_]

# the least side of a picture, and the least share of it that both must cover, for a shift to be sought
_LEAST_SIDE_PX = 24
_LEAST_OVERLAP = 0.1
# width of the correlation peak, in pixels: below it aliasing, above it a blunt peak
_PEAK_SIGMA_PX = 1.0
# parts further apart than this do not agree
_AGREEMENT_PX = 0.75


@dataclass(frozen=True, slots=True)
class Shift:
    """How far a picture must be moved to lie on the reference: `dx_px` columns to the right, `dy_px` rows
    down.

    `quality` runs from 0 (nothing in common) to 1: how far the peak stands out, times how well the parts of
    the picture agree with the whole.
    """

    dx_px: float
    dy_px: float
    quality: float

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
    inner = np.zeros(grey.shape, np.bool_)
    inner[1:-1, 1:-1] = (
        valid[1:-1, 1:-1] & valid[:-2, 1:-1] & valid[2:, 1:-1] & valid[1:-1, :-2] & valid[1:-1, 2:]
    )
    magnitude = np.zeros(grey.shape, np.float32)
    clean = np.where(valid, grey, np.float32(0))
    magnitude[1:-1, 1:-1] = (
        np.hypot(clean[1:-1, 2:] - clean[1:-1, :-2], clean[2:, 1:-1] - clean[:-2, 1:-1]) / 2
    )
    magnitude[~inner] = 0
    return magnitude, inner


def estimate_shift(reference: Grey, moving: Grey, reference_valid: Mask, moving_valid: Mask) -> Shift:
    """The shift that lays `moving` on `reference`: two grey pictures (row, column) of one shape.

    Quality is 0 where there is no texture, too little overlap, or the pictures are too small.

    Raises
    ------
    ValueError
        when the four shapes differ.
    """
    if not reference.shape == moving.shape == reference_valid.shape == moving_valid.shape:
        raise ValueError(f"pictures of shapes {reference.shape} and {moving.shape} cannot be compared")
    fixed, fixed_valid = gradient_magnitude(reference, reference_valid)
    other, other_valid = gradient_magnitude(moving, moving_valid)
    first = _correlate(fixed, other, fixed_valid, other_valid)
    if first is None:
        return NO_SHIFT
    column, row = round(first.dx_px), round(first.dy_px)
    there, here = _windows(fixed.shape, column, row), _windows(fixed.shape, -column, -row)
    fixed, fixed_valid, other, other_valid = fixed[here], fixed_valid[here], other[there], other_valid[there]
    second = _correlate(fixed, other, fixed_valid, other_valid)
    if second is None or max(abs(second.dx_px), abs(second.dy_px)) > 1.5:
        return Shift(first.dx_px, first.dy_px, 0.0)  # what was found does not hold when looked at again
    quality = second.quality * _agreement(second, fixed, other, fixed_valid, other_valid)
    fine = _refined(second, reference[here], moving[there], reference_valid[here], moving_valid[there])
    return Shift(column + fine.dx_px, row + fine.dy_px, quality)


def _refined(rough: Shift, reference: Grey, moving: Grey, reference_valid: Mask, moving_valid: Mask) -> Shift:
    """The same shift from smoothed pictures: less robust, but without what resampling does to single pixels."""
    fixed, fixed_valid = gradient_magnitude(*_smoothed(reference, reference_valid))
    other, other_valid = gradient_magnitude(*_smoothed(moving, moving_valid))
    fine = _correlate(fixed, other, fixed_valid, other_valid)
    if fine is None or np.hypot(fine.dx_px - rough.dx_px, fine.dy_px - rough.dy_px) > _AGREEMENT_PX:
        return rough
    return fine


def _smoothed(grey: Grey, valid: Mask) -> tuple[Grey, Mask]:
    """The picture under the 5 x 5 binomial kernel, and where all of it is valid."""
    picture, whole = np.where(valid, grey, np.float32(0)), valid.copy()
    for _ in range(2):
        for axis in (0, 1):
            picture, whole = _blurred(picture, axis), whole & _surrounded(whole, axis)
    return picture, whole


def _blurred(picture: Grey, axis: int) -> Grey:
    """Under (1, 2, 1) / 4 along an axis, cyclic at the ends."""
    blurred: Grey = (np.roll(picture, 1, axis) + 2 * picture + np.roll(picture, -1, axis)) / np.float32(4)
    return blurred


def _surrounded(valid: Mask, axis: int) -> Mask:
    """Where both neighbours along an axis are valid; never at the ends."""
    both = np.roll(valid, 1, axis) & np.roll(valid, -1, axis)
    ends: list[slice | list[int]] = [slice(None), slice(None)]
    ends[axis] = [0, -1]
    both[tuple(ends)] = False
    return both


def _windows(shape: tuple[int, ...], column: int, row: int) -> tuple[slice, slice]:
    """Rows and columns of a picture that are still inside the frame once it is moved by `column` and `row`."""

    def part(distance: int, size: int) -> slice:
        return slice(max(-distance, 0), size - max(distance, 0))

    return part(row, shape[0]), part(column, shape[1])


def _agreement(whole: Shift, fixed: Grey, other: Grey, fixed_valid: Mask, other_valid: Mask) -> float:
    """Share of the overlapping quarters (each 5/8 of a side) whose own shift is that of the whole."""
    height, width = fixed.shape
    found = []
    for rows in (slice(0, height * 5 // 8), slice(height * 3 // 8, height)):
        for columns in (slice(0, width * 5 // 8), slice(width * 3 // 8, width)):
            window = (rows, columns)
            shift = _correlate(fixed[window], other[window], fixed_valid[window], other_valid[window])
            if shift is not None:
                found.append(
                    float(np.hypot(shift.dx_px - whole.dx_px, shift.dy_px - whole.dy_px)) <= _AGREEMENT_PX
                )
    return sum(found) / len(found) if found else 0.0


def _correlate(fixed: Grey, other: Grey, fixed_valid: Mask, other_valid: Mask) -> Shift | None:
    """One phase correlation; None where there is nothing to correlate. Quality is that of the peak alone."""
    height, width = fixed.shape
    both = np.count_nonzero(fixed_valid & other_valid)
    if min(height, width) < _LEAST_SIDE_PX or both < _LEAST_OVERLAP * fixed.size:
        return None
    window = np.outer(np.hanning(height), np.hanning(width)).astype(np.float32)
    spectra = [
        _spectrum(picture, valid, window) for picture, valid in ((fixed, fixed_valid), (other, other_valid))
    ]
    if spectra[0] is None or spectra[1] is None:
        return None
    cross = spectra[0] * np.conj(spectra[1])
    strength = np.abs(cross)
    cross = np.divide(cross, strength, out=np.zeros_like(cross), where=strength > strength.max() * 1e-9)
    surface = np.fft.irfft2(cross * _low_pass(height, width), s=(height, width))
    return _peak(surface)


def _spectrum(picture: Grey, valid: Mask, window: Grey) -> NDArray[np.complexfloating] | None:
    """Fourier transform of the windowed picture about its mean, zero where invalid; None without texture."""
    values = picture[valid]
    if not values.size or float(values.std()) < 1e-6:
        return None
    return np.fft.rfft2(np.where(valid, picture - values.mean(), np.float32(0)) * window)


def _low_pass(height: int, width: int) -> NDArray[np.float64]:
    down, right = np.fft.fftfreq(height)[:, None], np.fft.rfftfreq(width)[None, :]
    low: NDArray[np.float64] = np.exp(-2 * (np.pi * _PEAK_SIGMA_PX) ** 2 * (down**2 + right**2))
    return low


def _peak(surface: NDArray[np.float64]) -> Shift:
    """Place of the highest point of a cyclic correlation surface, and how far it stands out of the rest."""
    height, width = surface.shape
    row, column = (int(index) for index in np.unravel_index(int(surface.argmax()), surface.shape))
    top = float(surface[row, column])
    dy = row + _vertex(surface[row - 1, column], top, surface[(row + 1) % height, column])
    dx = column + _vertex(surface[row, column - 1], top, surface[row, (column + 1) % width])
    rest = np.roll(surface, (-row + 4, -column + 4), axis=(0, 1)).copy()
    rest[:9, :9] = 0
    ratio = float(rest.max()) / top if top > 0 else 1.0
    return Shift(_signed(dx, width), _signed(dy, height), min(max(1.0 - ratio, 0.0), 1.0))


def _vertex(before: float, top: float, after: float) -> float:
    """Place of the vertex of a Gaussian (of a parabola where a side is not positive) through three points,
    ±0.5.
    """
    if before > 0 and after > 0:
        before, top, after = float(np.log(before)), float(np.log(top)), float(np.log(after))
    bend = before - 2 * top + after
    return min(max(0.5 * (before - after) / bend, -0.5), 0.5) if bend < 0 else 0.0


def _signed(place: float, size: int) -> float:
    """A cyclic place as a shift of either sign."""
    return float(place - size if place > size / 2 else place)
