"""A perceptual hash of a picture, to find the same picture saved again: recompressed, resized, slightly cut. Pure.

The method is the DCT hash of Zauner, "Implementation and benchmarking of perceptual image hash functions" (2010): the
picture is reduced to 32 by 32 grey pixels, and of the 8 by 8 lowest frequencies each is above their median or not.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["MOST_BITS", "bits_apart", "likeness"]

MOST_BITS = 8
"""Pictures whose hashes differ in no more bits are told to look alike."""
_SIDE, _KEPT = 32, 8
_LUMA = (0.299, 0.587, 0.114)
# a picture without contrast has no frequencies: any two of them would look alike
_FLAT = 2.0


def likeness(rgb: NDArray[np.uint8], valid: NDArray[np.bool_]) -> str:
    """The hash of a picture (3, row, column) as 16 hex digits; "" of one without contrast.

    Pixels that are not `valid` (row, column) count as the mean of the others.
    """
    grey = np.tensordot(_LUMA, rgb.astype(np.float64), 1)
    if not valid.any():
        return ""
    grey = np.where(valid, grey, grey[valid].mean())
    small = _shares(grey.shape[0]) @ grey @ _shares(grey.shape[1]).T
    if small.std() < _FLAT:
        return ""
    waves = _waves()
    low = (waves @ small @ waves.T)[:_KEPT, :_KEPT].ravel()
    bits = low[1:] > np.median(low[1:])  # the first is the mean brightness
    return f"{int(''.join('01'[int(bit)] for bit in bits), 2):016x}"


def bits_apart(one: str, two: str) -> int:
    """In how many of 63 bits two hashes differ."""
    return (int(one, 16) ^ int(two, 16)).bit_count()


def _shares(size: int) -> NDArray[np.float64]:
    """How much each of `size` pixels is part of each of 32 equal stretches: (32, size), rows add to one."""
    edges = np.linspace(0, size, _SIDE + 1)
    at = np.arange(size)
    low = np.maximum(edges[:-1, None], at[None, :])
    high = np.minimum(edges[1:, None], at[None, :] + 1)
    return np.asarray(np.clip(high - low, 0, None) * _SIDE / size, np.float64)


def _waves() -> NDArray[np.float64]:
    """The cosines of the discrete cosine transform (DCT-II): (frequency, pixel)."""
    at = np.arange(_SIDE)
    return np.asarray(np.cos(np.pi * np.outer(at, at + 0.5) / _SIDE), np.float64)
