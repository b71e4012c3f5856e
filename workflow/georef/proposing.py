"""Which mapping goes with proposed pairs: the simplest that foretells them nearly as well as any."""

from __future__ import annotations

import math
from collections.abc import Sequence

from workflow.errors import InputRefused
from workflow.georef.fitting import fit
from workflow.model import ControlModel, ControlPoint

__all__ = ["best_model"]

_PLANES = (ControlModel.SIMILARITY, ControlModel.AFFINE, ControlModel.PROJECTIVE)
_CLEARLY = 0.85


def best_model(points: Sequence[ControlPoint], size: tuple[int, int]) -> ControlModel:
    """The simplest plane mapping of which no other has a clearly smaller leave-one-out error."""
    best, least = ControlModel.SIMILARITY, math.inf
    for model in _PLANES:
        try:
            error = fit(model, points, size).loo_m
        except InputRefused:
            continue
        if error is not None and error < _CLEARLY * least:
            best, least = model, error
    return best
