"""A mapping from pairs of places, for each model: the one with the least residuals on the map.

Similarity and affine are linear least squares. Projective begins with the normalised direct linear transform (Hartley
and Zisserman, Multiple View Geometry, 4.1 and 4.4) or the affine one, whichever fits better, and is refined by
Levenberg and Marquardt's method on the residuals themselves. Thin-plate is Bookstein's spline (1989): exact at the
pairs, with the least bending between them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

from workflow.georef.mappings import Plane, Scale, Spline
from workflow.model import ControlModel

__all__ = ["DegenerateError", "estimate"]

Places = NDArray[np.float64]
_ROUNDS = 60
_DEGENERATE = 1e-7


class DegenerateError(ValueError):
    """The pairs fit more than one mapping of the model."""


def estimate(
    model: ControlModel, pixels: Places, metres: Places, size: tuple[float, float]
) -> Plane | Spline:
    """The mapping of `model` through pairs of places in the picture and on the map; `size` is the picture's.

    Raises
    ------
    DegenerateError
        when the pairs do not say which.
    """
    picture, ground = Scale.of(pixels), Scale.of(metres)
    one, other = picture.to_one(pixels), ground.to_one(metres)
    if model is ControlModel.THIN_PLATE:
        return _spline(one, other, picture, ground, size)
    return Plane(_PLANES[model](one, other), picture, ground)


def _similarity(one: Places, other: Places) -> NDArray[np.float64]:
    """Rotation, scale and shift: a complex factor, with rows counted upwards as the map's y is."""
    flat, there = one[:, 0] - 1j * one[:, 1], other[:, 0] + 1j * other[:, 1]
    power = float((abs(flat) ** 2).sum())
    factor = (np.conj(flat) * there).sum() / power
    if abs(factor) < _DEGENERATE:
        raise DegenerateError
    return np.array([[factor.real, factor.imag, 0.0], [factor.imag, -factor.real, 0.0], [0.0, 0.0, 1.0]])


def _affine(one: Places, other: Places) -> NDArray[np.float64]:
    known = np.column_stack([one, np.ones(len(one))])
    found, _, rank, _ = np.linalg.lstsq(known, other, rcond=_DEGENERATE)
    matrix = np.vstack([found.T, [0.0, 0.0, 1.0]])
    if rank < 3 or abs(np.linalg.det(matrix)) < _DEGENERATE:
        raise DegenerateError
    return matrix


def _projective(one: Places, other: Places) -> NDArray[np.float64]:
    starts = [matrix for matrix in (_direct(one, other), _affine(one, other)) if _is_before(matrix, one)]
    best = min(starts, key=lambda matrix: _cost(matrix, one, other))
    refined = _refined(best, one, other)
    if abs(np.linalg.det(refined)) < _DEGENERATE:
        raise DegenerateError
    return refined


def _direct(one: Places, other: Places) -> NDArray[np.float64]:
    (u, v), (x, y) = one.T, other.T
    none, ones = np.zeros(len(one)), np.ones(len(one))
    rows = np.concatenate(
        [
            np.column_stack([u, v, ones, none, none, none, -u * x, -v * x, -x]),
            np.column_stack([none, none, none, u, v, ones, -u * y, -v * y, -y]),
        ]
    )
    _, values, directions = np.linalg.svd(rows)
    if len(values) < 8 or values[7] < _DEGENERATE * values[0]:
        raise DegenerateError
    matrix: NDArray[np.float64] = directions[8].reshape(3, 3)
    if abs(matrix[2, 2]) < _DEGENERATE:
        raise DegenerateError  # the middle of the pairs lies on the horizon
    scaled: NDArray[np.float64] = matrix / matrix[2, 2]
    return scaled


def _is_before(matrix: NDArray[np.float64], places: Places) -> bool:
    """Whether no place lies on or beyond the horizon."""
    return bool((places @ matrix[2, :2] + 1.0 > 1e-9).all())


def _misses(matrix: NDArray[np.float64], one: Places, other: Places) -> tuple[NDArray[np.float64], Places]:
    made = np.column_stack([one, np.ones(len(one))]) @ matrix.T
    depth = made[:, 2]
    return depth, made[:, :2] / depth[:, None] - other


def _cost(matrix: NDArray[np.float64], one: Places, other: Places) -> float:
    return float((_misses(matrix, one, other)[1] ** 2).sum())


def _refined(matrix: NDArray[np.float64], one: Places, other: Places) -> NDArray[np.float64]:
    """The nearest least squares solution; never worse than where it began."""
    damping, cost = 1e-3, _cost(matrix, one, other)
    u, v = one.T
    for _ in range(_ROUNDS):
        depth, miss = _misses(matrix, one, other)
        none, by_depth = np.zeros(len(one)), 1 / depth
        made = miss + other
        rows = [[u * by_depth, v * by_depth, by_depth, none, none, none], [none] * 3]
        rows[1] += [u * by_depth, v * by_depth, by_depth]
        slopes = np.concatenate(
            [
                np.column_stack([*rows[axis], -made[:, axis] * u * by_depth, -made[:, axis] * v * by_depth])
                for axis in (0, 1)
            ]
        )
        square, pull = slopes.T @ slopes, slopes.T @ miss.T.ravel()
        step = np.linalg.solve(square + damping * (np.diag(np.diag(square)) + 1e-12 * np.eye(8)), pull)
        tried = (matrix.ravel()[:8] - step).tolist()
        candidate = np.array([*tried, 1.0]).reshape(3, 3)
        new_cost = _cost(candidate, one, other) if _is_before(candidate, one) else np.inf
        if new_cost < cost:
            gained, matrix, cost, damping = cost - new_cost, candidate, new_cost, damping / 5
            if gained <= 1e-14 * cost:
                break
        else:
            damping *= 4
            if damping > 1e9:
                break
    return matrix


_PLANES: Mapping[ControlModel, Callable[[Places, Places], NDArray[np.float64]]] = {
    ControlModel.SIMILARITY: _similarity,
    ControlModel.AFFINE: _affine,
    ControlModel.PROJECTIVE: _projective,
}


def _spline(one: Places, other: Places, picture: Scale, ground: Scale, size: tuple[float, float]) -> Spline:
    count = len(one)
    squares = ((one[:, None, :] - one[None, :, :]) ** 2).sum(axis=2)
    kernel = 0.5 * squares * np.log(np.where(squares > 0, squares, 1.0))
    flat = np.column_stack([one, np.ones(count)])
    whole = np.block([[kernel, flat], [flat.T, np.zeros((3, 3))]])
    if np.linalg.matrix_rank(flat, tol=_DEGENERATE) < 3:
        raise DegenerateError
    try:
        found = np.linalg.solve(whole, np.vstack([other, np.zeros((3, 2))]))
    except np.linalg.LinAlgError as error:
        raise DegenerateError from error
    return Spline(one, found[:count], found[count:], picture, ground, size)
