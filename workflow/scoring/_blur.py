"""A Gaussian blur of a grey picture, shared by scorers."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

__all__ = ["blurred"]

Floats = NDArray[np.float32]


def blurred(picture: Floats, sigma_px: float, reach_px: int | None = None) -> Floats:
    """(row, column) under a Gaussian cut off at `reach_px`, else at three deviations; edges mirrored."""
    reach = min(reach_px or math.ceil(3 * sigma_px), min(picture.shape) - 1)
    if reach < 1:
        return picture
    taps = np.exp(-0.5 * (np.arange(-reach, reach + 1) / sigma_px) ** 2)
    taps = (taps / taps.sum()).astype(np.float32)
    made = picture.astype(np.float32, copy=False)
    for axis in (0, 1):
        pad = [(0, 0), (0, 0)]
        pad[axis] = (reach, reach)
        wide = np.pad(made, pad, mode="symmetric")
        size = made.shape[axis]
        total = np.zeros(made.shape, np.float32)
        for first, tap in enumerate(taps):
            total += tap * (wide[first : first + size] if axis == 0 else wide[:, first : first + size])
        made = total
    return made
