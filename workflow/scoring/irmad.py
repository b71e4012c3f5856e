"""Iteratively reweighted multivariate alteration detection (Nielsen 2007), for pictures of several bands.

Canonical variates of the two pictures are subtracted; what did not change makes their differences small and
normal, so that the sum of their squares is chi-square. Pixels are weighted by the chance of no change, again and
again. Any change of gain and offset of the bands leaves the result as it is. Made for maps; `track` does not run it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from workflow.model import Chip, Score
from workflow.scoring._cells import most

__all__ = ["PLUGIN", "Alteration", "IrMadScorer", "alteration", "chance_above"]

Floats = NDArray[np.float64]
_ROUNDS, _SETTLED = 30, 1e-3
_RIDGE = 1e-6
_MOST_PIXELS = 40_000
_SURE = 1e-4


@dataclass(frozen=True, slots=True)
class Alteration:
    """`squares` (row, column) are about chi-square with `bands` degrees of freedom where nothing changed, 0 where
    not common; re-weighting leaves them rather too large.

    `correlation` is the highest canonical correlation of what did not change.
    """

    squares: Floats
    bands: int
    correlation: float


@dataclass(frozen=True, slots=True)
class IrMadScorer:
    """The share of surely changed pixels in the cells that changed most; more where the pictures hardly correlate."""

    name: str = "ir-mad"
    version: str = "1"
    rank: int = -1
    cell_px: int = 12
    share: float = 0.05

    def score(self, before: Chip, after: Chip) -> Score:
        """0 for pictures that differ by light alone, to 1; None where they are not of the same two bands or more."""
        common = before.valid & after.valid
        if len(before.data) != len(after.data) or len(before.data) < 2:
            return Score(
                self.name, self.version, None, "it needs the same bands, two or more, in both captures"
            )
        found = alteration(before.data, after.data, common)
        sure = chance_above(found.squares, found.bands) < _SURE
        value = most(sure.astype(np.float32), common, self.cell_px, self.share)
        if value is None:
            return Score(self.name, self.version, None, "the two captures share too little at this site")
        return Score(self.name, self.version, round(1 - (1 - value) * found.correlation, 6))


def alteration(
    before: NDArray[np.generic], after: NDArray[np.generic], common: NDArray[np.bool_]
) -> Alteration:
    """The two pictures (band, row, column) compared over `common`; statistics are of at most 40,000 pixels."""
    bands = len(before)
    pixels = np.concatenate([np.nan_to_num(one.astype(np.float64)) for one in (before, after)])[:, common]
    squares = np.zeros(common.shape)
    if pixels.shape[1] <= 2 * bands:
        return Alteration(squares, bands, 1.0)
    pixels = (pixels - pixels.mean(axis=1, keepdims=True)) / np.maximum(
        pixels.std(axis=1, keepdims=True), 1e-9
    )
    sample = pixels[:, :: math.ceil(pixels.shape[1] / _MOST_PIXELS)]
    weights, last = np.ones(sample.shape[1]), np.zeros(bands)
    for _ in range(_ROUNDS):
        first, second, correlations, centre = _canonical(sample, weights, bands)
        weights = chance_above(_squares(sample, first, second, correlations, centre), bands) + 1e-9
        if np.abs(correlations - last).max() < _SETTLED:
            break
        last = correlations
    squares[common] = _squares(pixels, first, second, correlations, centre)
    return Alteration(squares, bands, float(min(max(correlations.max(), 0.0), 1.0)))


def _canonical(pixels: Floats, weights: Floats, bands: int) -> tuple[Floats, Floats, Floats, Floats]:
    """Canonical vectors of both halves (band, variate), correlations, and the weighted means of all bands."""
    centre = (pixels * weights).sum(axis=1, keepdims=True) / weights.sum()
    apart = pixels - centre
    spread = (apart * weights) @ apart.T / weights.sum() + _RIDGE * np.eye(2 * bands)
    whiten = [_inverse_root(spread[:bands, :bands]), _inverse_root(spread[bands:, bands:])]
    left, correlations, right = np.linalg.svd(whiten[0] @ spread[:bands, bands:] @ whiten[1])
    return whiten[0] @ left, whiten[1] @ right.T, np.minimum(correlations, 1.0), centre


def _inverse_root(matrix: Floats) -> Floats:
    values, vectors = np.linalg.eigh(matrix)
    out: Floats = vectors @ np.diag(1 / np.sqrt(np.maximum(values, 1e-12))) @ vectors.T
    return out


def _squares(pixels: Floats, first: Floats, second: Floats, correlations: Floats, centre: Floats) -> Floats:
    bands = len(first)
    apart = pixels - centre
    differences = first.T @ apart[:bands] - second.T @ apart[bands:]
    # the ridge keeps equal pictures from dividing nothing by nothing
    out: Floats = (differences**2 / (2 * (1 - correlations) + 2 * _RIDGE)[:, None]).sum(axis=0)
    return out


def chance_above(squares: Floats, freedom: int) -> Floats:
    """Chance that a chi-square of `freedom` degrees exceeds each value."""
    half = np.asarray(squares, np.float64) / 2
    decay = np.exp(-np.minimum(half, 700.0))
    if freedom % 2:
        total, term, count = _complement(np.sqrt(half)), np.sqrt(half) * decay / math.gamma(1.5), 1.5
    else:
        total, term, count = decay.copy(), half * decay, 2.0
    for _ in range((freedom - 1) // 2):
        total = total + term
        term = term * half / count
        count += 1
    return np.clip(total, 0.0, 1.0)


def _complement(x: Floats) -> Floats:
    """The complementary error function of x >= 0, to 1.5e-7 (Abramowitz and Stegun 7.1.26)."""
    t = 1 / (1 + 0.3275911 * x)
    series = 0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429)))
    out: Floats = t * series * np.exp(-np.minimum(x * x, 700.0))
    return out


PLUGIN = IrMadScorer()
"""A measure beside the others."""
