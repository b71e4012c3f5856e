"""Did the ground at the very place become another, and stay so? For targets without a class: water, fields, roofs.

The bands at the place are followed through all pictures. A pair scores by the gap that it leaves: how far every
picture after it lies from every picture before it, in the band where that is furthest. So one odd picture makes
no change, and a change of light that the bands' fixed stretch does not even out makes little of one. No index of
the literature (NDVI, NDWI) is used, so that any bands will do.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from workflow.compare import to_grey
from workflow.model import Chip, Score, TargetClass
from workflow.scoring._clearness import OBSCURED_BELOW, clearness, hidden_reason, texture
from workflow.scoring.base import NOTHING_KNOWN, Facts

__all__ = ["PLUGIN", "SurfaceScorer"]

_RADIUS_M = 7.5
_BANDS = 4
_DARK = 0.1
# a gap of so much, in logarithms of brightness, counts one half
_HALF = 0.7
_HIDDEN = 0.5


@dataclass(frozen=True, slots=True)
class SurfaceScorer:
    """Follows the bands within 7.5 m (a pixel at least) of the site's position."""

    name: str = "surface"
    version: str = "2"
    serves: frozenset[TargetClass] = frozenset({TargetClass.OTHER})
    rank: int = 0

    def evidence(self, chip: Chip, _facts: Facts = NOTHING_KNOWN) -> NDArray[np.floating]:
        """Logarithms of the grey picture and of four bands at the place, NaN where there is none; then the texture."""
        reach = max(1, int(_RADIUS_M / chip.gsd_m))
        row, column = (size // 2 for size in chip.valid.shape)
        window = (
            slice(max(row - reach, 0), row + reach + 1),
            slice(max(column - reach, 0), column + reach + 1),
        )
        valid = chip.valid[window]
        bands = min(len(chip.data), len(chip.stretch), _BANDS)
        found = np.full(1 + _BANDS, np.nan)
        for number in range(1 + bands if 2 * np.count_nonzero(valid) > valid.size else 0):
            part = slice(None) if number == 0 else slice(number - 1, number)
            grey = to_grey(chip.data[part][:, window[0], window[1]], chip.stretch[part])
            found[number] = np.log(grey[valid].mean() + _DARK)
        return np.concatenate([found, texture(chip)])

    def judge(self, evidence: Sequence[NDArray[np.floating]]) -> tuple[Score, ...]:
        """Scores of neighbouring pairs; pictures that do not cover the place are passed over.

        Beside a picture that looks obscured a score counts half: a new lake hides the old edges as a cloud does.
        """
        rows = np.array(evidence)
        clear = clearness(rows[:, 1 + _BANDS :]) >= OBSCURED_BELOW
        usable = np.flatnonzero(np.isfinite(rows[:, 0]))
        return tuple(
            self._pair(number, rows[:, : 1 + _BANDS], usable, clear) for number in range(len(rows) - 1)
        )

    def _pair(
        self, number: int, values: NDArray[np.floating], usable: NDArray[np.intp], clear: NDArray[np.bool_]
    ) -> Score:
        before, after = values[usable[usable <= number]], values[usable[usable > number]]
        reason = hidden_reason(number, clear)
        if not (len(before) and len(after)):
            return Score(self.name, self.version, None, reason or "no picture shows the place on that side")
        known = np.isfinite(values[usable]).all(axis=0)
        before, after = before[:, known], after[:, known]
        gaps = np.maximum(before.min(axis=0) - after.max(axis=0), after.min(axis=0) - before.max(axis=0))
        gap = max(float(gaps.max()), 0.0)
        value = gap / (gap + _HALF) * (_HIDDEN if reason else 1.0)
        return Score(self.name, self.version, round(value, 6), reason)


PLUGIN = SurfaceScorer()
"""Looks at the position alone."""
