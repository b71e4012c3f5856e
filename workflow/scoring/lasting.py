"""Did anything change that stayed so? All pictures of a site at once, cell by cell: for what has no scorer of its own.

A cell of 6 m is told by its edges (how strong, and which way), and its brightness. Season, haze and light change these
all over a picture: so each is taken as its place among the picture's other cells. In every cell, one level over all
pictures is weighed against two, before and after each pair (see `_changepoints`), so that a lorry of one day, and a
cell that looks otherwise in every picture (trees, traffic), say little. What the few most likely cells of a pair say is
its score.

Two pictures cannot tell what stays: scorers of pairs order the queue there. A picture whose edges are neither the usual
ones nor those of the picture before or after has no say, and is proposed as obscured. The numbers were chosen on
rendered scenes (`docs/evaluation.md`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from workflow.compare import to_grey
from workflow.model import Chip, Score, TargetClass
from workflow.scoring._blur import blurred
from workflow.scoring._cells import pool
from workflow.scoring._changepoints import likeliest, steps
from workflow.scoring._clearness import OBSCURED_BELOW, clearness, hidden_reason, ranks, usual
from workflow.scoring.base import NOTHING_KNOWN, Facts

__all__ = ["PLUGIN", "LastingScorer"]

Floats = NDArray[np.floating]
_CELL_M = 6.0
_SCALE_M, _LEAST_SCALE_PX = 0.6, 0.7
_MEASURES = 4
_LEAST_PICTURES = 3
# the measures of a cell and of its neighbours tell partly the same
_WEIGHT = 0.35
_PRIOR = 1e-4
# about 200 square metres
_MOST_CELLS = 6
_HIDDEN = 0.5


@dataclass(frozen=True, slots=True)
class LastingScorer:
    """Looks for places of a chip that differ between all pictures before and all after; needs three pictures."""

    name: str = "lasting"
    version: str = "2"
    serves: frozenset[TargetClass] = frozenset(TargetClass) - {TargetClass.OTHER}
    rank: int = 1

    def evidence(self, chip: Chip, _facts: Facts = NOTHING_KNOWN) -> Floats:
        """(measure, row, column) of cells: mean length of the gradient, brightness, and the gradient with its angle
        doubled (right, down); NaN where a cell is not half covered. Then metres east and north of the chip's middle, of
        the cell's upper left corner, where it meets three others.
        """
        grey = to_grey(chip.data, chip.stretch)
        scale = max(_SCALE_M / chip.gsd_m, _LEAST_SCALE_PX)
        level = np.float32(grey[chip.valid].mean() if chip.valid.any() else 0)
        soft = blurred(np.where(chip.valid, grey, level), scale)
        covered = blurred(chip.valid.astype(np.float32), scale) > 1 - 1e-3
        down, right = np.gradient(soft)
        length = np.hypot(down, right)
        turned = np.square(right + 1j * down) / np.maximum(length, np.float32(1e-9))
        cell = max(1, round(_CELL_M / chip.gsd_m))
        sums = pool(np.stack([length, grey, turned.real, turned.imag]) * covered, cell)
        counts = pool(covered[None].astype(np.float32), cell)[0]
        with np.errstate(invalid="ignore", divide="ignore"):
            means = np.where(2 * counts > cell**2, sums / counts, np.nan)
        return np.concatenate([means, _places(chip, cell)]).astype(np.float32)

    def judge(self, evidence: Sequence[Floats]) -> tuple[Score, ...]:
        """Scores of neighbouring pairs; the reason says where the likeliest change is, and which picture looks
        obscured: beside one, a score counts half.
        """
        seen = np.array(evidence)
        pictures, _, rows, columns = seen.shape
        measures = seen[:, :_MEASURES].reshape(pictures, _MEASURES, -1).astype(np.float64)
        if pictures < _LEAST_PICTURES or not np.isfinite(measures).any():
            why = "fewer than three pictures show the site"
            return tuple(Score(self.name, self.version, None, why) for _ in evidence[1:])
        clear = clearness(measures[:, 0]) >= OBSCURED_BELOW
        measures[~clear] = np.nan
        found = sum(steps(_alike(measures[:, one])) for one in range(_MEASURES))
        chances = _chances(_windows(np.reshape(found, (-1, rows, columns)))).reshape(pictures - 1, -1)
        east_north = seen[0, _MEASURES:].reshape(2, -1)
        return tuple(self._score(number, chance, east_north, clear) for number, chance in enumerate(chances))

    def _score(self, number: int, chance: Floats, east_north: Floats, clear: NDArray[np.bool_]) -> Score:
        likely = float(np.sort(chance)[-_MOST_CELLS:].mean())
        parts = []
        at = likeliest(likely, chance, east_north)
        if at is not None:
            east, north = at
            parts.append(
                f"a change that stays, {abs(east):.0f} m {'east' if east >= 0 else 'west'} and {abs(north):.0f} m "
                f"{'north' if north >= 0 else 'south'} of the position"
            )
        if hidden := hidden_reason(number, clear):
            parts.append(hidden)
        value = likely * (_HIDDEN if hidden else 1.0)
        return Score(self.name, self.version, round(value, 6), "; ".join(parts), at)


def _places(chip: Chip, cell: int) -> Floats:
    """(2, row, column): metres of the cells' upper left corners east and north of the chip's middle."""
    height, width = chip.valid.shape
    corners = [np.arange(size // cell) * cell - size / 2 for size in (height, width)]
    down, right = np.meshgrid(*corners, indexing="ij")
    places: Floats = np.stack([right, -down]) * chip.gsd_m
    return places


def _alike(rows: NDArray[np.float64]) -> Floats:
    """(picture, cell): each cell's place, 0 to 1, in the order of the picture's cells; NaN where it is not seen.

    The places are those of the usual picture, so that one that shows a part of the site has no others than that part.
    """
    places = usual(rows)
    anywhere = np.isfinite(places)
    places[anywhere] = ranks(places[anywhere]) / np.count_nonzero(anywhere)
    out = np.full(rows.shape, np.nan)
    for row, made in zip(rows, out, strict=True):
        there = np.isfinite(row)
        if there.any():
            order = np.round(ranks(row[there])).astype(np.intp) - 1
            made[there] = np.sort(places[there])[order]
    return out


def _windows(cells: Floats) -> Floats:
    """(pair, row, column): sums of a cell, those above and left of it, and the one between: what changed may lie
    across their sides.
    """
    wide = np.pad(cells, ((0, 0), (1, 0), (1, 0)))
    summed: Floats = wide[:, 1:, 1:] + wide[:, :-1, 1:] + wide[:, 1:, :-1] + wide[:, :-1, :-1]
    return summed


def _chances(found: Floats) -> Floats:
    """(pair, row, column): how likely the one change of a place is between these two pictures, beside none at all."""
    stories = _WEIGHT * found + np.log(_PRIOR)
    most = np.maximum(stories.max(axis=0), 0)
    likely = np.exp(stories - most)
    chances: Floats = likely / (np.exp(-most) + likely.sum(axis=0))
    return chances


PLUGIN = LastingScorer()
"""Looks for what stays: buildings, posts, fences, cameras, landmarks, and gantries where `crossing` has no value."""
