"""Sums over cells of a chip, shared by scorers: a small thing in a large chip still shows."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["most", "pool"]


def pool(layers: NDArray[np.float32], cell: int) -> NDArray[np.float32]:
    """Sums over whole cells of (layer, row, column); what fills no cell at the far edges is left out."""
    count, height, width = layers.shape
    rows, columns = height // cell, width // cell
    blocks = layers[:, : rows * cell, : columns * cell].reshape(count, rows, cell, columns, cell)
    pooled: NDArray[np.float32] = blocks.sum(axis=(2, 4), dtype=np.float32)
    return pooled


def most(values: NDArray[np.floating], valid: NDArray[np.bool_], cell: int, share: float) -> float | None:
    """The mean of the `share` of cells whose mean is highest; None where fewer than four cells are half valid."""
    counts = pool(valid[None].astype(np.float32), cell)[0]
    sums = pool(np.where(valid, values, 0)[None].astype(np.float32), cell)[0]
    filled = counts > 0.5 * cell**2
    if np.count_nonzero(filled) < 4:
        return None
    means = np.sort(sums[filled] / counts[filled])
    return float(means[-max(1, round(share * means.size)) :].mean())
