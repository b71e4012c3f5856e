"""A plane mapping from pairs of places of which many are wrong: drawn, counted, and fitted to those that agree.

Fischler and Bolles' random sample consensus (1981) with the bounded cost of Torr and Zisserman (2000), refitted to the
agreeing pairs until they no longer change.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

from workflow.georef.estimators import DegenerateError, estimate
from workflow.georef.mappings import Plane
from workflow.model import LEAST_POINTS, ControlModel

__all__ = ["mapped", "robust_fit"]

Places = NDArray[np.float64]
Matrix = NDArray[np.float64]
Mask = NDArray[np.bool_]

_BATCH, _MOST_BATCHES = 256, 40
# chance that no draw was of agreeing pairs alone, at which drawing ends
_MISSED = 1e-4
_REFITS = 10
_UP = np.diag([1.0, -1.0, 1.0])


def robust_fit(
    from_xy: Places, to_xy: Places, model: ControlModel, tolerance: float, seed: int
) -> tuple[Matrix, Mask] | None:
    """The matrix (3, 3) from places (pair, 2) to places of the same handedness, and which pairs lie within `tolerance`.

    None where no mapping has more agreeing pairs than it needs. The last element of the matrix is 1. A mapping that
    mirrors is never one. The same input gives the same result.

    Raises
    ------
    ValueError
        for a model that is no plane mapping, shapes that differ, or a place that is not finite.
    """
    if model not in _MINIMAL:
        raise ValueError(f"{model} is no plane mapping")
    if from_xy.shape != to_xy.shape or from_xy.ndim != 2 or from_xy.shape[1] != 2:
        raise ValueError(f"{from_xy.shape} and {to_xy.shape} are no pairs of places")
    if not (np.isfinite(from_xy).all() and np.isfinite(to_xy).all()):
        raise ValueError("a place is not finite")
    least = LEAST_POINTS[model]
    if len(from_xy) <= least:
        return None
    matrix = _drawn(from_xy, to_xy, model, tolerance, seed)
    if matrix is None:
        return None
    return _settled(matrix, from_xy, to_xy, model, tolerance)


def mapped(matrix: Matrix, places: Places) -> Places:
    """Where `matrix` puts places (place, 2); NaN beyond its horizon."""
    made = places @ matrix[:, :2].T + matrix[:, 2]
    depth = np.where(made[:, 2:] > 1e-9, made[:, 2:], np.nan)
    found: Places = made[:, :2] / depth
    return found


def _drawn(one: Places, other: Places, model: ControlModel, tolerance: float, seed: int) -> Matrix | None:
    """The best mapping through as few pairs as it needs."""
    rng = np.random.default_rng(seed)
    least, count = LEAST_POINTS[model], len(one)
    best, best_cost, needed = None, count * tolerance**2, math.inf
    for batch in range(_MOST_BATCHES):
        if batch * _BATCH >= needed:
            break
        draws = rng.random((_BATCH, count)).argpartition(least, axis=1)[:, :least]
        matrices = _MINIMAL[model](one[draws], other[draws])
        matrices = matrices[np.isfinite(matrices).all(axis=(1, 2))]
        matrices = matrices[_is_upright(matrices, one)]
        if not len(matrices):
            continue
        squares = _squares(matrices, one, other)
        costs = np.minimum(squares, tolerance**2).sum(axis=1)
        at = int(costs.argmin())
        if costs[at] < best_cost:
            best, best_cost = matrices[at], float(costs[at])
            needed = _draws_for(float((squares[at] <= tolerance**2).mean()), least)
    return best


def _draws_for(share: float, least: int) -> float:
    """Draws after which one of agreeing pairs alone was hardly missed, where `share` of the pairs agree."""
    hit = share**least
    return 1.0 if hit >= 1.0 else math.log(_MISSED) / math.log1p(-hit)


def _settled(
    matrix: Matrix, one: Places, other: Places, model: ControlModel, tolerance: float
) -> tuple[Matrix, Mask] | None:
    """The mapping fitted to all pairs that agree with it, again until these are the same."""
    agree = _agreeing(matrix, one, other, tolerance)
    for _ in range(_REFITS):
        if agree.sum() <= LEAST_POINTS[model]:
            return None
        fitted = _fitted(one[agree], other[agree], model)
        if fitted is None:
            return None
        again = _agreeing(fitted, one, other, tolerance)
        matrix, same, agree = fitted, bool((again == agree).all()), again
        if same:
            break
    return (matrix, agree) if agree.sum() > LEAST_POINTS[model] else None


def _agreeing(matrix: Matrix, one: Places, other: Places, tolerance: float) -> Mask:
    agree: Mask = _squares(matrix[None], one, other)[0] <= tolerance**2
    return agree


def _fitted(one: Places, other: Places, model: ControlModel) -> Matrix | None:
    """The least squares mapping through all pairs; None where they do not say which, or it mirrors."""
    try:
        plane = estimate(model, one, other * (1.0, -1.0), (1.0, 1.0))
    except (DegenerateError, np.linalg.LinAlgError):
        return None
    assert isinstance(plane, Plane)  # noqa: S101 - robust_fit lets no spline pass
    to_one = np.array([[1.0, 0.0, -plane.picture.middle[0]], [0.0, 1.0, -plane.picture.middle[1]], [0, 0, 1]])
    to_one[:2] /= plane.picture.size
    back = np.diag([plane.ground.size, plane.ground.size, 1.0])
    back[:2, 2] = plane.ground.middle
    matrix = _UP @ back @ plane.matrix @ to_one
    matrix = matrix / matrix[2, 2]
    return matrix if bool(_is_upright(matrix[None], one)[0]) else None


def _squares(matrices: Matrix, one: Places, other: Places) -> NDArray[np.float64]:
    """Squared distances (matrix, pair) of where each puts a place from its pair; infinite beyond a horizon."""
    made = np.einsum("mij,pj->mpi", matrices, np.column_stack([one, np.ones(len(one))]))
    depth = made[:, :, 2]
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        squares = ((made[:, :, :2] / depth[:, :, None] - other) ** 2).sum(axis=2)
    return np.where((depth > 1e-9) & np.isfinite(squares), squares, np.inf)


def _is_upright(matrices: Matrix, one: Places) -> Mask:
    """Which mappings keep the handedness at the middle of the places."""
    depth = matrices[:, 2, :2] @ one.mean(axis=0) + matrices[:, 2, 2]
    upright: Mask = (np.linalg.det(matrices) * np.sign(depth) > 0) & (depth > 0)
    return upright


# -- through as few pairs as needed, many draws at once: places (draw, pair, 2) to matrices (draw, 3, 3) --------------


def _similarities(one: Places, other: Places) -> Matrix:
    flat, there = one[..., 0] + 1j * one[..., 1], other[..., 0] + 1j * other[..., 1]
    with np.errstate(divide="ignore", invalid="ignore"):
        factor = (there[:, 1] - there[:, 0]) / (flat[:, 1] - flat[:, 0])
        shift = there[:, 0] - factor * flat[:, 0]
    made = np.zeros((len(one), 3, 3))
    made[:, 0, 0], made[:, 0, 1], made[:, 0, 2] = factor.real, -factor.imag, shift.real
    made[:, 1, 0], made[:, 1, 1], made[:, 1, 2] = factor.imag, factor.real, shift.imag
    made[:, 2, 2] = 1.0
    return made


def _affines(one: Places, other: Places) -> Matrix:
    known = np.concatenate([one, np.ones((*one.shape[:2], 1))], axis=2)
    made = np.zeros((len(one), 3, 3))
    made[:, :2] = np.swapaxes(_solved(known, other), 1, 2)
    made[:, 2, 2] = 1.0
    return made


def _projectives(one: Places, other: Places) -> Matrix:
    rows = np.zeros((len(one), 8, 8))
    for axis in (0, 1):
        part = slice(4 * axis, 4 * axis + 4)
        rows[:, part, 3 * axis : 3 * axis + 2] = one
        rows[:, part, 3 * axis + 2] = 1.0
        rows[:, part, 6:] = -one * other[:, :, axis, None]
    aims = np.concatenate([other[:, :, 0], other[:, :, 1]], axis=1)
    found = _solved(rows, aims[:, :, None])[:, :, 0]
    return np.concatenate([found, np.ones((len(one), 1))], axis=1).reshape(-1, 3, 3)


def _solved(known: NDArray[np.float64], aims: NDArray[np.float64]) -> NDArray[np.float64]:
    """Solutions of many systems; NaN where one has none."""
    with np.errstate(all="ignore"):
        is_sound = 1 / np.linalg.cond(known, 1) > 1e-12 if known.size else np.zeros(0, np.bool_)
    safe = np.where(is_sound[:, None, None], known, np.eye(known.shape[-1]))
    found: NDArray[np.float64] = np.where(is_sound[:, None, None], np.linalg.solve(safe, aims), np.nan)
    return found


_MINIMAL: Mapping[ControlModel, Callable[[Places, Places], Matrix]] = {
    ControlModel.SIMILARITY: _similarities,
    ControlModel.AFFINE: _affines,
    ControlModel.PROJECTIVE: _projectives,
}
