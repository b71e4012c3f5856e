"""Photographs that say in their EXIF how they are to be turned, turned."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["TURNS", "Turned"]

_STRIP_ROWS = 256

TURNS: Mapping[str, Callable[[NDArray[Any]], NDArray[Any]]] = {
    "2": lambda pixels: pixels[..., :, ::-1],
    "3": lambda pixels: pixels[..., ::-1, ::-1],
    "4": lambda pixels: pixels[..., ::-1, :],
    "5": lambda pixels: pixels.swapaxes(-2, -1),
    "6": lambda pixels: np.rot90(pixels, -1, (-2, -1)),
    "7": lambda pixels: pixels[..., ::-1, ::-1].swapaxes(-2, -1),
    "8": lambda pixels: np.rot90(pixels, 1, (-2, -1)),
}
"""By EXIF's Orientation, what makes of the stored rows and columns the picture as it was seen; 1 is as it is."""


@dataclass(frozen=True, slots=True)
class Turned:
    """A view of a picture without coordinates, turned as `orientation` says; the whole picture is held in memory."""

    view: Any
    orientation: str
    transform: None = None
    crs: None = None

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of what is written."""
        width, height = self.view.size
        return (height, width) if int(self.orientation) > 4 else (width, height)

    @property
    def count(self) -> int:
        """Bands."""
        return int(self.view.count)

    @property
    def dtype(self) -> str:
        """Type of the pixels."""
        return str(self.view.dtype)

    @property
    def roles(self) -> tuple[str, ...]:
        """Colours of the bands."""
        return tuple(self.view.roles)

    @property
    def notes(self) -> tuple[str, ...]:
        """What was done."""
        return (*self.view.notes, "the working copy is turned as the photograph's EXIF says")

    def strips(self) -> Iterator[tuple[int, NDArray[Any], NDArray[np.bool_]]]:
        """First row, data and validity of full-width strips."""
        parts = [(data, valid) for _, data, valid in self.view.strips()]
        turn = TURNS[self.orientation]
        data = turn(np.concatenate([data for data, _ in parts], axis=1))
        valid = turn(np.concatenate([valid for _, valid in parts], axis=0))
        for start in range(0, valid.shape[0], _STRIP_ROWS):
            rows = slice(start, start + _STRIP_ROWS)
            yield start, np.ascontiguousarray(data[:, rows]), np.ascontiguousarray(valid[rows])
