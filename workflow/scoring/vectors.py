"""Change vector analysis (Malila 1980): how far the colour of every pixel moved, once the light is evened out.

A measure that peers use, to compare with: `track` does not run it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from workflow.model import Chip, Score
from workflow.scoring._cells import most

__all__ = ["PLUGIN", "VectorScorer", "lengths"]

Floats = NDArray[np.float32]
# a move of so many deviations of the picture counts one half
_HALF = 2.0


@dataclass(frozen=True, slots=True)
class VectorScorer:
    """Lengths of the change vectors over the bands that both have, in deviations of the picture."""

    name: str = "vectors"
    version: str = "1"
    rank: int = -1
    cell_px: int = 12
    share: float = 0.05

    def score(self, before: Chip, after: Chip) -> Score:
        """0 for equal colours towards 1; None where both chips cover fewer than four cells."""
        common = before.valid & after.valid
        moved = most(lengths(before.data, after.data, common), common, self.cell_px, self.share)
        if moved is None:
            return Score(self.name, self.version, None, "the two captures share too little at this site")
        return Score(self.name, self.version, round(moved / (moved + _HALF), 6))


def lengths(before: NDArray[np.generic], after: NDArray[np.generic], common: NDArray[np.bool_]) -> Floats:
    """(row, column): root mean square over the first common bands, each of mean 0 and deviation 1 there."""
    bands = min(len(before), len(after))
    squares = np.zeros(common.shape, np.float32)
    for band in range(bands):
        squares += (_evened(after[band], common) - _evened(before[band], common)) ** 2
    out: Floats = np.sqrt(squares / np.float32(max(bands, 1)))
    return out


def _evened(band: NDArray[np.generic], common: NDArray[np.bool_]) -> Floats:
    values = np.nan_to_num(band.astype(np.float32), posinf=0.0, neginf=0.0)
    inside = values[common]
    if not inside.size:
        return np.zeros_like(values)
    out: Floats = (values - inside.mean()) / np.float32(max(float(inside.std()), 1e-6))
    return out


PLUGIN = VectorScorer()
"""A measure beside the others."""
