"""Can the ground be seen? The edges that a picture shares with others of its place, cloud and haze hide."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from workflow.compare import gradient_magnitude, to_grey
from workflow.model import Chip

__all__ = ["CELLS", "OBSCURED_BELOW", "clearness", "hidden_reason", "ranks", "texture", "usual"]

CELLS = 32
# chosen on every other date of two years of Sentinel-2 pictures, see docs/evaluation.md
OBSCURED_BELOW = 0.3
_LEAST_CELLS = 16


def texture(chip: Chip) -> NDArray[np.float32]:
    """(CELLS x CELLS,) mean lengths of the gradient of the smoothed grey picture; NaN where nothing is covered."""
    grey = to_grey(chip.data, chip.stretch)
    for axis in (0, 1):
        grey = (np.roll(grey, 1, axis) + 2 * grey + np.roll(grey, -1, axis)) / np.float32(4)
    length, inner = gradient_magnitude(grey, chip.valid)
    edges = [np.linspace(0, size, CELLS + 1).astype(np.intp) for size in grey.shape]
    counts, sums = (_sums(one.astype(np.float64), *edges) for one in (inner, length))
    with np.errstate(invalid="ignore", divide="ignore"):
        cells: NDArray[np.float32] = (sums / counts).astype(np.float32).ravel()
    return cells


def _sums(
    picture: NDArray[np.float64], rows: NDArray[np.intp], columns: NDArray[np.intp]
) -> NDArray[np.float64]:
    """Sums over cells between edges; 0 for cells without a pixel."""
    whole = np.pad(picture.cumsum(axis=0).cumsum(axis=1), ((1, 0), (1, 0)))
    out: NDArray[np.float64] = np.diff(np.diff(whole[rows][:, columns], axis=0), axis=1)
    return out


def clearness(textures: NDArray[np.floating]) -> NDArray[np.float64]:
    """(picture,) rank correlation of each picture's texture with the median of all, or with that of the picture before
    or after where it is more like one of these; 1 with fewer than three pictures.

    `textures` are in date order. Below `OBSCURED_BELOW` the picture shows the ground hardly or not: a cloud is like
    nothing else, while ground that became another is like itself later on. Two pictures cannot tell which is usual, and
    a picture of a handful of cells cannot be told.
    """
    cells = textures.astype(np.float64)
    known = np.isfinite(cells)
    if len(cells) < 3 or not known.any():
        return np.ones(len(cells))
    middle = usual(cells)
    clear = np.array([_likeness(one, middle, 1.0) for one in cells])
    as_next = [_likeness(one, other, -1.0) for one, other in pairwise(cells)]
    clear[:-1] = np.maximum(clear[:-1], as_next)
    clear[1:] = np.maximum(clear[1:], as_next)
    return clear


def usual(cells: NDArray[np.float64]) -> NDArray[np.float64]:
    """(cell,) the median of all pictures that show it; NaN where none does."""
    middle = np.full(cells.shape[1], np.nan)
    shown = np.isfinite(cells).any(axis=0)
    middle[shown] = np.nanmedian(cells[:, shown], axis=0)
    return middle


def _likeness(one: NDArray[np.float64], other: NDArray[np.float64], untold: float) -> float:
    """Rank correlation where both are known; `untold` where that is too little."""
    both = np.isfinite(one) & np.isfinite(other)
    if np.count_nonzero(both) < _LEAST_CELLS:
        return untold
    return _correlation(ranks(one[both]), ranks(other[both]))


def hidden_reason(number: int, clear: NDArray[np.bool_]) -> str:
    """Which picture of the pair `number` looks obscured; empty where both are clear."""
    hidden = [name for name, one in (("earlier", number), ("later", number + 1)) if not clear[one]]
    if not hidden:
        return ""
    return f"the {' and the '.join(hidden)} picture look{'s' * (len(hidden) == 1)} obscured"


def ranks(cells: NDArray[np.float64]) -> NDArray[np.float64]:
    """Places in the order of size, from 1, equal ones at their middle: one strong edge, of a new lake, is one edge."""
    _, where, counts = np.unique(cells, return_inverse=True, return_counts=True)
    middle: NDArray[np.float64] = (np.cumsum(counts) - (counts - 1) / 2)[where]
    return middle


def _correlation(one: NDArray[np.float64], other: NDArray[np.float64]) -> float:
    first, second = one - one.mean(), other - other.mean()
    scale = float(np.sqrt((first**2).sum() * (second**2).sum()))
    return float((first * second).sum()) / scale if scale > 1e-12 else 0.0
