"""One still laid on another of the same view: a homography through pairs of points, and how far off it is.

Pairs are columns and rows of both stills. A homography is exact where the camera stood in the same place, or what is
looked at is flat; elsewhere the pairs left out tell how far near and far things part.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import cast

import numpy as np
from numpy.typing import NDArray

from workflow.datewords import Language
from workflow.errors import InputRefused
from workflow.georef import Misfit, Wording, fit
from workflow.georef.mappings import Plane
from workflow.model import ControlModel, ControlPoint, ViewAlignment
from workflow.words import say

__all__ = ["ViewFit", "aligned_words", "fit_view", "projected", "px_words", "view_words"]

_SAME_PX = 0.5
_LEAST_PX = 0.1
_WORDING = Wording("Pairs of points", "still", "in the other still", "")

Places = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class ViewFit:
    """A homography between two stills. `matrix` (3, 3) takes (column, row, 1) of the one to the other's; the misfits
    are in pixels of the other, `number` in them the pair's place in the list, from 0.
    """

    matrix: NDArray[np.float64]
    misfits: tuple[Misfit, ...]
    rms_px: float
    loo_px: float | None

    def to_other(self, places: Places) -> Places:
        """Places (point, 2) of the still in the other one; NaN beyond the horizon."""
        return projected(self.matrix, places)


def projected(matrix: NDArray[np.float64], places: Places) -> Places:
    """Places (point, 2) taken through a homography; NaN beyond the horizon."""
    made = np.column_stack([places, np.ones(len(places))]) @ matrix.T
    depth = np.where(made[:, 2] > 0, made[:, 2], np.nan)
    found: Places = made[:, :2] / depth[:, None]
    return found


def fit_view(points: Sequence[ControlPoint], size: tuple[int, int], other: tuple[int, int]) -> ViewFit:
    """Lay a still of `size` (width, height) on another of the size `other` by the pairs that are used.

    Raises
    ------
    InputRefused
        when the pairs are too few (4 are needed) or too many, not numbers, outside a still, twice the same, on one
        line, or would lay the still mirrored, folded or with a horizon in it.
    """
    used = [(number, point) for number, point in enumerate(points) if point.used]
    _check_other(used, other)
    # as on a map, so that mirrored is told from turned
    upwards = [replace(point, y=-point.y) for point in points]
    found = fit(ControlModel.PROJECTIVE, upwards, size, _WORDING)
    downwards = tuple(replace(one, dy_m=-one.dy_m) for one in found.misfits)
    plane = cast("Plane", found.mapping)  # a projective fit gives no other
    return ViewFit(_matrix(plane, size), downwards, found.rms_m, found.loo_m)


def _check_other(used: Sequence[tuple[int, ControlPoint]], other: tuple[int, int]) -> None:
    """What the fit does not know: that the second place of a pair is in a picture, too."""
    width, height = other
    places: list[tuple[int, ControlPoint]] = []
    for number, point in used:
        if not (0 <= point.x <= width and 0 <= point.y <= height):  # what is no number neither
            raise InputRefused(
                f"Pair {number + 1}",
                f"{point.x:.1f}, {point.y:.1f} lies outside the other still of {width} x {height} px",
                "check whether the points are of these stills",
            )
        for first, before in places:
            if math.hypot(point.x - before.x, point.y - before.y) < _SAME_PX:
                raise InputRefused(
                    f"Pairs {first + 1} and {number + 1}",
                    "they are at one place in the other still",
                    "switch one of them off",
                )
        places.append((number, point))


def _matrix(mapping: Plane, size: tuple[int, int]) -> NDArray[np.float64]:
    """The mapping as one matrix with rows that run down, scaled so that its depth is 1 in the middle."""
    whole = _from_one(mapping.ground.middle, mapping.ground.size) @ mapping.matrix
    whole = (
        np.diag([1.0, -1.0, 1.0])
        @ whole
        @ np.linalg.inv(_from_one(mapping.picture.middle, mapping.picture.size))
    )
    depth = whole[2] @ (size[0] / 2, size[1] / 2, 1.0)
    matrix: NDArray[np.float64] = whole / depth
    return matrix


def _from_one(middle: Places, size: float) -> NDArray[np.float64]:
    x, y = middle.tolist()
    return np.array([[size, 0.0, x], [0.0, size, y], [0.0, 0.0, 1.0]])


def view_words(view: ViewAlignment | None, language: Language = "en") -> str:
    """``aligned ±1.2 px``, ``aligned (error not known)``, ``not aligned``."""
    if view is None:
        return say("not aligned", language)
    return aligned_words(view.error_px, language)


def aligned_words(error_px: float | None, language: Language = "en") -> str:
    """``aligned ±1.2 px``, ``aligned (error not known)``."""
    if error_px is None:
        return say("aligned (error not known)", language)
    return say("aligned ±{px} px", language, px=px_words(error_px))


def px_words(px: float) -> str:
    """Pixels with two digits: ``0.84``, ``3.2``, ``14``; never less than ``0.1``, which nobody points at."""
    return f"{max(px, _LEAST_PX):.2g}" if px < 10 else f"{px:.0f}"
