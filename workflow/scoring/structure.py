"""Structural change: where do edges come, go or turn?

Gradient orientations are pooled in cells, as in histograms of oriented gradients (Dalal and Triggs 2005), and
the histograms of the two chips are compared cell by cell. Gradients are divided by the chip's own median, so a
change of light, haze or season that keeps the edges counts little. The score is the mean of the cells that
differ most, so that a small thing in a large chip still shows.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from workflow.compare import to_grey
from workflow.model import Chip, Score
from workflow.scoring._cells import pool

__all__ = ["PLUGIN", "StructureScorer"]

_LEAST_CELLS = 4


@dataclass(frozen=True, slots=True)
class StructureScorer:
    """Compares oriented gradients in cells of `cell_px` pixels.

    The score is the mean over the `share` of the cells that differ most.
    """

    name: str = "structure"
    version: str = "1"
    cell_px: int = 12
    orientations: int = 6
    share: float = 0.05

    def score(self, before: Chip, after: Chip) -> Score:
        """0 for the same edges to 1 for none in common; None where both chips cover fewer than four cells."""
        common = _inner(before.valid & after.valid)
        first, second = (self._histograms(chip, common) for chip in (before, after))
        filled = pool(common[None].astype(np.float32), self.cell_px)[0] > 0.5 * self.cell_px**2
        if np.count_nonzero(filled) < _LEAST_CELLS:
            return Score(self.name, self.version, None, "the two captures share too little at this site")
        difference = np.abs(first - second).sum(axis=0)[filled]
        strength = (first + second).sum(axis=0)[filled]
        # a cell of average strength that vanishes counts fully, one of noise does not
        change = difference / np.maximum(strength, max(float(np.median(strength)), 1e-6))
        most = np.sort(change)[-max(1, round(self.share * change.size)) :]
        return Score(self.name, self.version, round(float(np.clip(most.mean(), 0, 1)), 6))

    def _histograms(self, chip: Chip, common: NDArray[np.bool_]) -> NDArray[np.float32]:
        """(orientation, row, column) of cells: lengths of gradients by direction, in units of their median."""
        grey = _smooth(to_grey(chip.data, chip.stretch))
        down, right = np.zeros_like(grey), np.zeros_like(grey)
        down[1:-1] = (grey[2:] - grey[:-2]) / 2
        right[:, 1:-1] = (grey[:, 2:] - grey[:, :-2]) / 2
        length = np.where(common, np.hypot(down, right), np.float32(0))
        inside = length[common]
        length = length / np.float32(max(float(np.median(inside)) if inside.size else 0.0, 1e-3))
        turn = np.mod(np.arctan2(down, right), np.pi) * (self.orientations / np.pi)
        bins = np.minimum(turn.astype(np.intp), self.orientations - 1)
        layers = np.stack(
            [np.where(bins == number, length, np.float32(0)) for number in range(self.orientations)]
        )
        return pool(layers, self.cell_px)


def _smooth(grey: NDArray[np.float32]) -> NDArray[np.float32]:
    """Binomial 3 x 3, edges repeated."""
    wide = np.pad(grey, 1, mode="edge")
    rows = (wide[:-2] + 2 * wide[1:-1] + wide[2:]) / 4
    return ((rows[:, :-2] + 2 * rows[:, 1:-1] + rows[:, 2:]) / 4).astype(np.float32, copy=False)


def _inner(valid: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Pixels all of whose 5 x 5 neighbours are valid: those that smoothing and gradient rest on."""
    wide = np.pad(valid, 2, constant_values=False)
    height, width = valid.shape
    windows = [wide[row : row + height, column : column + width] for row in range(5) for column in range(5)]
    inner: NDArray[np.bool_] = np.logical_and.reduce(windows)
    return inner


PLUGIN = StructureScorer()
