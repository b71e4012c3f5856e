"""Structures across a road, as gantries: a thin straight bar on two posts, and the shadows that the sun throws of them.

The chip is straightened along the site's bearing. A bar is brighter than the road over at least a carriageway's
width. Its shadow is a darker line as long, and from its ends run the thin shadows of its posts, all where the sun
throws them from one height. Paint is bright and flat, a lamp post's shadow ends at no bar, new asphalt is darker but
no line, vehicles are as wide as a lane. How much each weighs was fitted to rendered scenes (`docs/evaluation.md`).

Over all pictures of a site, one that stays is told from what is seen once (see `_changepoints`): it has the same
feet, height and ends in every picture, while its shadows go with the sun. Pictures in which the road itself hardly
shows have no say, and are proposed as obscured.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from workflow.model import Chip, Score, TargetClass
from workflow.scoring._changepoints import changes, likeliest
from workflow.scoring._clearness import hidden_reason
from workflow.scoring._road import contrast, strip
from workflow.scoring._spans import FORMS, MARGIN_M, REACH_M, places, terms
from workflow.scoring.base import NOTHING_KNOWN, Facts

__all__ = ["PLUGIN", "CrossingScorer"]

Floats = NDArray[np.floating]
_COARSEST_M = 1.2
# of the terms of `_spans`, in their order
_WEIGHTS = np.array([4.9, 1.7, 3.1, 2.1, 1.5, 0.9, 1.8], np.float32)
_LEAST_EVIDENCE, _MOST_EVIDENCE = -6.5, 9.0
_NEAR_PLACES = 17
_PRIOR, _GONE = 0.13, 0.05
# contrast of the road beside its usual one: below the first nothing is seen, from their sum on all
_BLIND, _CLEARING = 0.25, 0.35
_LEAST_CONTRAST = 0.006
_OBSCURED = 0.5


@dataclass(frozen=True, slots=True)
class CrossingScorer:
    """Looks along the road for bars across it; needs the site's bearing, and is better with the sun's place."""

    name: str = "crossing"
    version: str = "3"
    serves: frozenset[TargetClass] = frozenset({TargetClass.GANTRY})
    rank: int = 2

    def evidence(self, chip: Chip, facts: Facts = NOTHING_KNOWN) -> Floats:
        """(contrast, evidence of each form, metres east and north of the chip's middle; place along the road): NaN all
        through where the chip cannot be read along a road.
        """
        along = places()
        if facts.bearing_deg is None or chip.gsd_m > _COARSEST_M:
            return np.full((1 + FORMS + 2, along.size), np.nan, np.float32)
        ground = strip(chip, facts.bearing_deg, REACH_M + MARGIN_M)
        found = np.clip(np.tensordot(_WEIGHTS, terms(ground, facts), 1), _LEAST_EVIDENCE, _MOST_EVIDENCE)
        covered = ground.valid.mean(axis=1) > 1 / 2
        shown = np.interp(along, ground.along_m, contrast(ground) * covered)
        bearing = np.radians(facts.bearing_deg)
        east_north = np.outer([np.sin(bearing), np.cos(bearing)], along)
        return np.concatenate([shown[None], found, east_north]).astype(np.float32)

    def judge(self, evidence: Sequence[NDArray[np.floating]]) -> tuple[Score, ...]:
        """Scores of neighbouring pairs; the reason names the place of a likely change and obscured pictures."""
        seen = np.array(evidence)
        if np.isnan(seen).any():
            why = "the site has no bearing of its road, or its pixels are too coarse for a bar"
            return tuple(Score(self.name, self.version, None, why) for _ in evidence[1:])
        clear = _clearness(seen[:, 0])
        weighed = seen[:, 1:-2] * clear[:, None].astype(seen.dtype)
        chances = changes(weighed, _NEAR_PLACES, _PRIOR, _GONE)
        hidden = clear.mean(axis=1) < _OBSCURED
        made = []
        for number, chance in enumerate(chances):
            likely = float(chance.max())
            at = likeliest(likely, chance, seen[0, -2:])
            bar = "" if at is None else _bar(number, int(chance.argmax()), weighed)
            reason = "; ".join(filter(None, (bar, hidden_reason(number, ~hidden))))
            made.append(Score(self.name, self.version, round(likely, 6), reason, at))
        return tuple(made)


def _clearness(contrasts: Floats) -> Floats:
    """(picture, place) 0..1: how well the road shows beside how it usually does at that place."""
    usual = np.median(contrasts, axis=0) if len(contrasts) > 2 else contrasts.max(axis=0)
    clear: Floats = np.clip((contrasts / np.maximum(usual, _LEAST_CONTRAST) - _BLIND) / _CLEARING, 0.0, 1.0)
    return clear


def _bar(number: int, place: int, weighed: Floats) -> str:
    """That a bar came or went at a place between a picture and the next."""
    earlier, later = np.split(weighed[:, :, place], [number + 1])
    # of the forms the one that tells the two apart most
    form = int(np.abs(later.sum(axis=0) - earlier.sum(axis=0)).argmax())
    before, after = (np.count_nonzero(part[:, form] > 0) for part in (earlier, later))
    return (
        f"a bar across the road at {places()[place]:+.0f} m: in {before} of {number + 1} pictures up to then, "
        f"in {after} of {len(weighed) - number - 1} after"
    )


PLUGIN = CrossingScorer()
"""Looks for gantries."""
