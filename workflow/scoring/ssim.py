"""Structural similarity (Wang, Bovik, Sheikh and Simoncelli 2004) of the grey pictures, turned into a difference.

A measure that peers use, to compare with: `track` does not run it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from workflow.compare import to_grey
from workflow.model import Chip, Score
from workflow.scoring._blur import blurred
from workflow.scoring._cells import most

__all__ = ["PLUGIN", "SsimScorer", "similarity"]

Floats = NDArray[np.float32]
_SIGMA_PX, _REACH_PX = 1.5, 5
_LUMINANCE, _CONTRAST = 0.01**2, 0.03**2


@dataclass(frozen=True, slots=True)
class SsimScorer:
    """1 less the similarity, over the cells that differ most, once both have one mean and spread."""

    name: str = "ssim"
    version: str = "1"
    rank: int = -1
    cell_px: int = 12
    share: float = 0.05

    def score(self, before: Chip, after: Chip) -> Score:
        """0 for equal pictures to 1; None where both chips cover fewer than four cells."""
        common = before.valid & after.valid
        one, other = (_evened(to_grey(chip.data, chip.stretch), common) for chip in (before, after))
        value = most((1 - similarity(one, other)) / 2, common, self.cell_px, self.share)
        if value is None:
            return Score(self.name, self.version, None, "the two captures share too little at this site")
        return Score(self.name, self.version, round(min(max(value, 0.0), 1.0), 6))


def _evened(grey: Floats, common: NDArray[np.bool_]) -> Floats:
    """Mean 0.5 and deviation 0.2 over the common part, and the mean elsewhere: another light is no change."""
    inside = grey[common]
    if not inside.size:
        return np.full_like(grey, 0.5)
    spread = max(float(inside.std()), 1e-3)
    evened: Floats = np.where(common, 0.5 + 0.2 * (grey - inside.mean()) / spread, 0.5).astype(np.float32)
    return evened


def similarity(one: Floats, other: Floats) -> Floats:
    """The map of two grey pictures (row, column) 0..1 under a Gaussian window: 1 where alike, down to -1."""
    mean, mean_other = _blurred(one), _blurred(other)
    spread = _blurred(one * one) - mean * mean
    spread_other = _blurred(other * other) - mean_other * mean_other
    shared = _blurred(one * other) - mean * mean_other
    light = (2 * mean * mean_other + _LUMINANCE) / (mean**2 + mean_other**2 + _LUMINANCE)
    return (light * (2 * shared + _CONTRAST) / (spread + spread_other + _CONTRAST)).astype(
        np.float32, copy=False
    )


def _blurred(picture: Floats) -> Floats:
    """Under a Gaussian of 1.5 pixels cut off at five."""
    return blurred(picture, _SIGMA_PX, _REACH_PX)


PLUGIN = SsimScorer()
"""A measure beside the others."""
