"""Was something built? How many edges came, at a scale on the ground, beside those that were there.

Buildings, walls and yards bring edges where fields and woods had few. Gradients are taken of pictures that are
blurred to the same scale in metres, so that fine and coarse captures compare; blurred again, so that a metre
of misalignment makes no edges; and divided by the brightness. It is directed: what went counts a quarter.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from workflow.compare import gradient_magnitude, to_grey
from workflow.model import Chip, Score, TargetClass
from workflow.scoring._blur import blurred
from workflow.scoring._cells import most

__all__ = ["PLUGIN", "ConstructionScorer"]

Floats = NDArray[np.float32]
_SCALE_M = 1.4
_LEAST_SCALE_PX = 0.7
_CELL_M = 16.0
_GONE = 0.25
# gradients that came, over the brightness of both pictures, that count one half
_HALF = 0.004


@dataclass(frozen=True, slots=True)
class ConstructionScorer:
    """New edges over the `share` of the cells of 16 m that have most of them."""

    name: str = "construction"
    version: str = "1"
    serves: frozenset[TargetClass] = frozenset({TargetClass.BUILDING})
    rank: int = 0
    share: float = 0.25

    def score(self, before: Chip, after: Chip) -> Score:
        """0 for no new edge towards 1; None where both chips cover fewer than four cells."""
        common = before.valid & after.valid
        scale = max(_SCALE_M / before.gsd_m, _LEAST_SCALE_PX)
        first, second = (_edges(to_grey(chip.data, chip.stretch), common, scale) for chip in (before, after))
        cell = max(2, round(_CELL_M / before.gsd_m))
        came = most(np.maximum(second - first, 0), common, cell, self.share)
        went = most(np.maximum(first - second, 0), common, cell, self.share)
        if came is None or went is None:
            return Score(self.name, self.version, None, "the two captures share too little at this site")
        most_moved = max(came, _GONE * went)
        return Score(self.name, self.version, round(most_moved / (most_moved + _HALF), 6))


def _edges(grey: Floats, common: NDArray[np.bool_], scale_px: float) -> Floats:
    """Lengths of gradients a pixel over the mean brightness of the common part, blurred."""
    level = max(float(grey[common].mean()) if common.any() else 0.0, 1e-3)
    filled = np.where(common, grey, np.float32(level))
    length, _ = gradient_magnitude(blurred(filled, scale_px), common)
    return blurred(length, scale_px) / np.float32(2 * level)


PLUGIN = ConstructionScorer()
"""Looks for buildings."""
