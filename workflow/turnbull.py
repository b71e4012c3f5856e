"""The number of targets that is most likely to have appeared by a day, between at least and at most.

The non-parametric maximum likelihood estimate for interval-censored data (Turnbull 1976, J. R. Stat. Soc. B 38,
290-295), as lifelines computes it. Where the estimate leaves open on which day of an interval something appeared,
it counts from the last of them on. A curve, not a bound.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from datetime import date
from itertools import accumulate
from math import inf

import numpy as np

from workflow.errors import InputRefused

__all__ = ["expected"]

_TOLERANCE = 1e-9  # gain in log likelihood at which the fit ends


def expected(intervals: Sequence[tuple[date | None, date | None]], days: Iterable[date]) -> list[float]:
    """For each of `days`, how many of the targets had most likely appeared by its end.

    `intervals` bound the first appearance of each target: after the one day, by the other; None is open.

    Raises
    ------
    InputRefused
        when lifelines is not installed.
    """
    if not intervals:
        return [0.0 for _ in days]
    masses = sorted(_masses(intervals))
    ends = [end for end, _ in masses]
    grown = [0.0, *accumulate(mass for _, mass in masses)]
    return [float(len(intervals) * grown[bisect_right(ends, day.toordinal())]) for day in days]


def _masses(intervals: Sequence[tuple[date | None, date | None]]) -> list[tuple[float, float]]:
    """The last day of each interval that has a share of the probability, as an ordinal, and that share."""
    try:
        # not through KaplanMeierFitter: that adds a bootstrap of a thousand fits, with random draws
        from lifelines.fitters.npmle import npmle
    except ImportError as error:
        raise InputRefused(
            "Turnbull's estimate",
            "needs lifelines, which is not installed",
            "run pip install 'sitetrack[growth]'",
        ) from error
    firsts = [float(after.toordinal() + 1) if after else 0.0 for after, _ in intervals]
    lasts = [float(by.toordinal()) if by else inf for _, by in intervals]
    with np.errstate(all="ignore"):  # the log odds of a share of one
        shares, spans = npmle(firsts, lasts, tol=_TOLERANCE)
    return [(span.right, share) for span, share in zip(spans, shares / shares.sum(), strict=True)]
