"""Structures across a road, as gantries: a thin straight bar, and the shadow that the sun throws of it.

The chip is straightened along the site's bearing. A bar is brighter than the road over at least a carriageway's
width. Its shadow is a darker line as long, where a bar six to seven metres high would throw it. Paint is
bright and flat, lamp posts throw thin shadows that are not parallel to a bar, new asphalt is darker but no
line, vehicles are as wide as a lane. How much bar and shadow weigh, alone and together, was fitted to rendered
scenes (`docs/evaluation.md`); whether the shadow can be told from the bar depends on the sun.

Over all pictures of a site, one that stays is told from what is seen once (see `_changepoints`). Pictures in
which the road itself hardly shows have no say, and are proposed as obscured.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from workflow.model import Chip, Score, TargetClass
from workflow.scoring._changepoints import changes
from workflow.scoring._road import ACROSS_M, STEP_M, Lines, contrast, lines, strip, taken
from workflow.scoring.base import NOTHING_KNOWN, Facts

__all__ = ["PLUGIN", "CrossingScorer"]

Floats = NDArray[np.floating]
# where along the road a structure is looked for, and what lies beyond for shadows
REACH_M, _MARGIN_M = 40.0, 12.0
_COARSEST_M = 1.2
_HEIGHT_M = (5.2, 6.3, 7.4)
# without a sun its shadow may lie on either side
_ANYWHERE_M = 9.0
_USUAL_OFF_NADIR_DEG = 15.0
_SLACK_M = 0.8
_ACROSS_SLACK_M = 2.0
_LEAST_LOG, _MOST_LOG = -1.0, 3.0
# constant, bar, shadow, both; shadow and both where it falls clear of the bar
_WEIGHTS = np.array([0.25, 1.7, 1.47, 1.3, 1.41, 0.97])
_LEAST_EVIDENCE, _MOST_EVIDENCE = -2.5, 5.0
# the lean is seldom all along the road
_LEAN_ALONG = 0.6
_NEAR_PLACES = 14
_PRIOR, _GONE = 0.01, 0.05
# contrast of the road beside its usual one: below the first nothing is seen, from their sum on all
_BLIND, _CLEARING = 0.25, 0.35
_LEAST_CONTRAST = 0.006
_OBSCURED = 0.5


@dataclass(frozen=True, slots=True)
class CrossingScorer:
    """Looks along the road for bars across it; needs the site's bearing, and is better with the sun's place."""

    name: str = "crossing"
    version: str = "1"
    serves: frozenset[TargetClass] = frozenset({TargetClass.GANTRY})
    rank: int = 0

    def evidence(self, chip: Chip, facts: Facts = NOTHING_KNOWN) -> Floats:
        """(evidence and contrast, place): NaN all through where the chip cannot be read along a road."""
        if facts.bearing_deg is None or chip.gsd_m > _COARSEST_M:
            return np.full((2, _places().size), np.nan)
        ground = strip(chip, facts.bearing_deg, REACH_M + _MARGIN_M)
        found = np.clip(_WEIGHTS @ _terms(lines(ground), facts), _LEAST_EVIDENCE, _MOST_EVIDENCE)
        covered = ground.valid.mean(axis=1)
        return np.stack(
            [
                _most(found, ground.along_m, _LEAN_ALONG * _lean_m(facts) + _SLACK_M),
                np.interp(_places(), ground.along_m, contrast(ground) * (covered > 1 / 2)),
            ]
        )

    def judge(self, evidence: Sequence[NDArray[np.floating]]) -> tuple[Score, ...]:
        """Scores of neighbouring pairs; the reason names the place of a likely change and obscured pictures."""
        seen = np.array(evidence)
        if np.isnan(seen).any():
            why = "the site has no bearing of its road, or its pixels are too coarse for a bar"
            return tuple(Score(self.name, self.version, None, why) for _ in evidence[1:])
        clear = _clearness(seen[:, 1])
        chances = changes(seen[:, 0] * clear, _NEAR_PLACES, _PRIOR, _GONE)
        hidden = clear.mean(axis=1) < _OBSCURED
        return tuple(
            Score(
                self.name, self.version, round(float(chance.max()), 6), _reason(number, chance, seen, hidden)
            )
            for number, chance in enumerate(chances)
        )


def _places() -> Floats:
    """Metres along the road at which a structure may stand."""
    return np.arange(-REACH_M, REACH_M + 0.5)


def _lean_m(facts: Facts) -> float:
    """How far along the road the bar may lie from its feet, the sensor's direction not being known."""
    off_nadir = _USUAL_OFF_NADIR_DEG if facts.off_nadir_deg is None else facts.off_nadir_deg
    return 7.0 * math.tan(math.radians(min(off_nadir, 45.0)))


def _shadow(facts: Facts) -> tuple[float, float, float]:
    """Least and most metres along, and metres to the right, from a bar to its shadow, by height."""
    if facts.sun is None or facts.bearing_deg is None:
        return -_ANYWHERE_M, _ANYWHERE_M, 0.0
    along, across = [], []
    for turn in (-facts.sun_error_deg, 0.0, facts.sun_error_deg):
        east, north = facts.sun._replace(azimuth_deg=facts.sun.azimuth_deg + turn).shadow_per_metre()
        bearing = math.radians(facts.bearing_deg)
        along.append(east * math.sin(bearing) + north * math.cos(bearing))
        across.append(east * math.cos(bearing) - north * math.sin(bearing))
    reaches = [height * one for height in _HEIGHT_M for one in along]
    return min(reaches), max(reaches), _HEIGHT_M[1] * across[1]


def _terms(found: Lines, facts: Facts) -> Floats:
    """(term, along): what `_WEIGHTS` weigh at each row, from the window across with the most of bar and shadow."""
    low, high, aside = _shadow(facts)
    slack = _lean_m(facts) + _SLACK_M
    first, last = round((low - slack) / STEP_M), round((high + slack) / STEP_M)
    dark = np.maximum.reduce(
        [_aside(found.dark, aside + extra) for extra in (-_ACROSS_SLACK_M, 0.0, _ACROSS_SLACK_M)]
    )
    dark = np.maximum.reduce([taken(dark, rows) for rows in range(first, last + 1)])
    bar, shadow = _logs(found.bright), _logs(dark)
    best = (bar + shadow).transpose(1, 0, 2).reshape(bar.shape[1], -1).argmax(axis=1)
    at = np.arange(bar.shape[1])
    bar, shadow = (one.transpose(1, 0, 2).reshape(bar.shape[1], -1)[at, best] for one in (bar, shadow))
    both = np.minimum(bar, shadow)
    apart = 0.0 if facts.sun is None else abs(low + high) / (_HEIGHT_M[0] + _HEIGHT_M[-1])
    clear = min(max((apart - 0.1) / 0.4, 0.0), 1.0)
    return np.stack([np.ones_like(bar), bar, shadow, both, clear * shadow, clear * both])


def _aside(layers: NDArray[np.float32], metres: float) -> NDArray[np.float32]:
    """The layers read so many metres further to the right; ends repeated."""
    size = layers.shape[2]
    limited = min(max(metres, -ACROSS_M), ACROSS_M)
    return np.take(layers, np.clip(np.arange(size) + round(limited / STEP_M), 0, size - 1), axis=2)


def _logs(response: NDArray[np.float32]) -> Floats:
    logs: Floats = np.log(np.maximum(response, 1e-3)).astype(np.float64)
    return np.clip(logs, _LEAST_LOG, _MOST_LOG)


def _most(found: Floats, along_m: Floats, within_m: float) -> Floats:
    """The highest evidence within some metres of each place."""
    return np.array([found[np.abs(along_m - place) <= within_m].max() for place in _places()])


def _clearness(contrasts: Floats) -> Floats:
    """(picture, place) 0..1: how well the road shows beside how it usually does at that place."""
    usual = np.median(contrasts, axis=0) if len(contrasts) > 2 else contrasts.max(axis=0)
    clear: Floats = np.clip((contrasts / np.maximum(usual, _LEAST_CONTRAST) - _BLIND) / _CLEARING, 0.0, 1.0)
    return clear


def _reason(number: int, chance: Floats, seen: NDArray[np.floating], hidden: NDArray[np.bool_]) -> str:
    """Why a pair has its score: where a bar came or went, and which picture looks obscured."""
    parts = []
    place = int(chance.argmax())
    if chance[place] >= 0.25:
        before, after = (np.count_nonzero(part[:, 0, place] > 0) for part in np.split(seen, [number + 1]))
        parts.append(
            f"a bar across the road at {_places()[place]:+.0f} m: in {before} of {number + 1} pictures up to then, "
            f"in {after} of {len(seen) - number - 1} after"
        )
    names = [name for name, one in (("earlier", number), ("later", number + 1)) if hidden[one]]
    if names:
        parts.append(f"the {' and the '.join(names)} picture look{'s' * (len(names) == 1)} obscured")
    return "; ".join(parts)


PLUGIN = CrossingScorer()
"""Looks for gantries."""
