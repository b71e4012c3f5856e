"""When did something come or go that is seen now well, now badly, now not at all? Change points of evidence.

The evidence is a log likelihood ratio, present over absent, of every picture at every place, for each form that the
thing may have. At each place five
stories are weighed against each other: never there, always there, come between two pictures, gone between
two (Bayesian change point, one change). What is seen once and not again (a lorry) makes no story.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

__all__ = ["changes", "likeliest", "steps"]

Floats = NDArray[np.float64]
# of `steps`: how far measures are usually apart, as of so many pictures more
_SPREAD, _FREEDOM = 0.3, 2
_TOLD, _AROUND_M = 0.25, 15.0


def changes(evidence: NDArray[np.floating], near: int, prior: float, gone: float) -> Floats:
    """(pair, place): chance that something came or went between two neighbouring pictures at a place.

    `evidence` is (picture, form, place), at least two pictures: a thing has one of several forms, each as likely, and
    keeps it. `prior` is how likely each story is at a place beside "never", `gone` how likely going is beside coming.
    One thing shows at places up to `near` apart; only the place where it shows most keeps its chances, the others have
    0.
    """
    later = np.cumsum(evidence[::-1], axis=0)[::-1]
    total, came = later[0], later[1:]
    # always there, come, gone; a story at a time, as there may be many forms
    stories = np.stack(
        [
            _likely(total, prior),
            *(_likely(one, prior) for one in came),
            *(_likely(total - one, prior * gone) for one in came),
        ]
    )
    weight = stories.sum(axis=0)
    peak = weight >= _wide(weight[None], near).max(axis=-1)[0] * (1 - 1e-9)
    gathered = _wide(stories, near).sum(axis=-1)
    chance = gathered / (1.0 + gathered.sum(axis=0))
    pairs = len(evidence) - 1
    out: Floats = np.where(peak, chance[1 : pairs + 1] + chance[pairs + 1 :], 0.0)
    return out


def steps(rows: NDArray[np.floating]) -> Floats:
    """(pair, place): logarithm of how much better two levels, before and after, explain a measure than one.

    `rows` is (picture, place), about 0 to 1, NaN where not known; where nothing is known on one side it is 0. The
    spread around the levels is each place's own, held by a prior (Gaussian, its variance marginalised), so that what
    is never twice the same makes no step.
    """
    known = np.isfinite(rows)
    values = np.where(known, rows, 0.0).astype(np.float64)
    count, total, squares = (np.cumsum(one, axis=0) for one in (known, values, values**2))
    whole = _around(count[-1], total[-1], squares[-1])
    parted = _around(count[:-1], total[:-1], squares[:-1]) + _around(
        count[-1] - count[:-1], total[-1] - total[:-1], squares[-1] - squares[:-1]
    )
    prior = _FREEDOM * _SPREAD**2
    better: Floats = (count[-1] + _FREEDOM - 1) / 2 * np.log((prior + whole) / (prior + parted))
    return better


def likeliest(
    likely: float, chance: NDArray[np.floating], east_north: NDArray[np.floating]
) -> tuple[float, float] | None:
    """Where the likeliest change of a pair is, metres east and north, to a decimetre; None where a change is not
    `likely` enough to name a place.

    `chance` is (place,), `east_north` (2, place). It is the middle of the chances around the highest one.
    """
    if likely < _TOLD:
        return None
    peak = east_north[:, int(chance.argmax())]
    around = chance * (np.hypot(*(east_north - peak[:, None])) <= _AROUND_M)
    east, north = (round(float(one), 1) for one in east_north @ around / around.sum())
    return east, north


def _around(count: NDArray[np.intp], total: Floats, squares: Floats) -> Floats:
    """Sum of the squares of the distances from the mean."""
    return np.maximum(squares - total**2 / np.maximum(count, 1), 0.0)


def _likely(story: NDArray[np.floating], prior: float) -> Floats:
    """(place,): how likely a story is, over all forms."""
    made: Floats = np.exp(np.minimum(story.astype(np.float64) + math.log(prior), 300.0)).mean(axis=0)
    return made


def _wide(rows: Floats, near: int) -> Floats:
    """(row, place, neighbour): what lies up to `near` places to either side; nothing beyond the ends."""
    return np.lib.stride_tricks.sliding_window_view(
        np.pad(rows, ((0, 0), (near, near))), 2 * near + 1, axis=1
    )
