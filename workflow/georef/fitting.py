"""Placing a picture by pairs of points: the mapping, how well each pair fits, and why pairs cannot be used.

*Leave-one-out*: each pair is foretold by a mapping of all the others. That error is honest where the residual is not:
a thin-plate spline passes through every pair, and three pairs fit every affine mapping.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from workflow.errors import InputRefused
from workflow.georef.estimators import DegenerateError, estimate
from workflow.georef.mappings import Plane, Spline
from workflow.model import LEAST_POINTS, ControlModel, ControlPoint

__all__ = ["MOST_POINTS", "Fit", "Misfit", "Wording", "fit", "lattice", "pixel_m"]

MOST_POINTS = 200
_SAME_PX = 0.5
_SAME_M = 1e-3
# breadth of the points to their length below which they lie on one line
_LINE = 0.01
_LATTICE = 25

Places = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Wording:
    """What a refusal calls the pairs, the picture that is placed, and where; `instead` is added to a remedy."""

    pairs: str = "Control points"
    picture: str = "picture"
    there: str = "on the map"
    instead: str = ", or use another model"


@dataclass(frozen=True, slots=True)
class Misfit:
    """How far, in metres, the mapping puts a pair's place in the picture from its place on the map.

    `left_out_m` is the distance where the mapping is made of the other pairs; None where these are too few.
    """

    number: int
    dx_m: float
    dy_m: float
    left_out_m: float | None

    @property
    def length_m(self) -> float:
        """The residual's length."""
        return math.hypot(self.dx_m, self.dy_m)


@dataclass(frozen=True, slots=True)
class Fit:
    """A mapping, and the misfit of each pair that counts; `number` in them is the pair's place in the list, from 0."""

    model: ControlModel
    mapping: Plane | Spline
    misfits: tuple[Misfit, ...]

    @property
    def rms_m(self) -> float:
        """Root mean square of the residuals."""
        return math.sqrt(sum(one.length_m**2 for one in self.misfits) / len(self.misfits))

    @property
    def loo_m(self) -> float | None:
        """Root mean square of the leave-one-out errors; None where a pair has none."""
        errors = [one.left_out_m for one in self.misfits if one.left_out_m is not None]
        if len(errors) < len(self.misfits):
            return None
        return math.sqrt(sum(error**2 for error in errors) / len(errors))


def fit(
    model: ControlModel, points: Sequence[ControlPoint], size: tuple[int, int], wording: Wording | None = None
) -> Fit:
    """Place a picture of `size` (width, height) by the pairs that are used; refusals are in the `wording`.

    Raises
    ------
    InputRefused
        when the pairs are too few or too many, not numbers, outside the picture, twice the same, on one line, or would
        lay the picture mirrored, folded or with a horizon in it.
    """
    used = [(number, point) for number, point in enumerate(points) if point.used]
    words = wording or Wording()
    _check(model, used, size, words)
    pixels = np.array([(point.col, point.row) for _, point in used], np.float64)
    metres = np.array([(point.x, point.y) for _, point in used], np.float64)
    try:
        mapping = estimate(model, pixels, metres, size)
    except DegenerateError as error:
        raise InputRefused(
            words.pairs,
            f"they do not say how a {model} mapping lies",
            "spread them, no three on one line",
        ) from error
    _check_shape(mapping, size, words)
    missed = mapping.to_map(pixels) - metres
    left_out = _left_out(model, pixels, metres, size)
    misfits = [
        Misfit(number, float(dx), float(dy), error)
        for (number, _), (dx, dy), error in zip(used, missed, left_out, strict=True)
    ]
    return Fit(model, mapping, tuple(misfits))


def _left_out(
    model: ControlModel, pixels: Places, metres: Places, size: tuple[int, int]
) -> list[float | None]:
    """For each pair, how far off the others foretell it."""
    return [_foretold(model, pixels, metres, at, size) for at in range(len(pixels))]


def _foretold(
    model: ControlModel, pixels: Places, metres: Places, at: int, size: tuple[int, int]
) -> float | None:
    others = np.arange(len(pixels)) != at
    if (
        others.sum() < LEAST_POINTS[model]
        or _is_line(pixels[others], model)
        or _is_line(metres[others], model)
    ):
        return None
    try:
        mapping = estimate(model, pixels[others], metres[others], size)
    except DegenerateError:
        return None
    dx, dy = (mapping.to_map(pixels[at : at + 1]) - metres[at])[0]
    error = math.hypot(float(dx), float(dy))
    return error if math.isfinite(error) else None


# -- what is refused -----------------------------------------------------------------------------------------------


def _check(
    model: ControlModel, used: Sequence[tuple[int, ControlPoint]], size: tuple[int, int], words: Wording
) -> None:
    least = LEAST_POINTS[model]
    if not used:
        raise InputRefused(words.pairs, "there are none that count", f"give {least} pairs or more")
    if len(used) < least:
        count = f"{len(used)} pair counts" if len(used) == 1 else f"{len(used)} pairs count"
        raise InputRefused(words.pairs, f"{count}, {model} needs {least}", "add some")
    if len(used) > MOST_POINTS:
        raise InputRefused(
            words.pairs, f"{len(used)} pairs count, the limit is {MOST_POINTS}", "switch some off"
        )
    for number, point in used:
        _check_point(number, point, size, words)
    _check_twice(used, words)
    for places, where in (
        ([(point.col, point.row) for _, point in used], f"in the {words.picture}"),
        ([(point.x, point.y) for _, point in used], words.there),
    ):
        if _is_line(np.array(places), model):
            raise InputRefused(words.pairs, f"they lie on one line {where}", "add some to the sides of it")


def _check_point(number: int, point: ControlPoint, size: tuple[int, int], words: Wording) -> None:
    if not all(math.isfinite(value) for value in (point.col, point.row, point.x, point.y)):
        raise InputRefused(f"Pair {number + 1}", "it has a coordinate that is no number", "set it anew")
    width, height = size
    if not (0 <= point.col <= width and 0 <= point.row <= height):
        raise InputRefused(
            f"Pair {number + 1}",
            f"{point.col:.1f}, {point.row:.1f} lies outside the {words.picture} of {width} x {height} px",
            f"check whether the points are of this {words.picture}",
        )


def _check_twice(used: Sequence[tuple[int, ControlPoint]], words: Wording) -> None:
    for at, (number, point) in enumerate(used):
        for other, second in used[at + 1 :]:
            where = _same_place(point, second, words)
            if where:
                raise InputRefused(
                    f"Pairs {number + 1} and {other + 1}",
                    f"they are at one place {where}",
                    "switch one of them off",
                )


def _same_place(one: ControlPoint, other: ControlPoint, words: Wording) -> str:
    if math.hypot(one.col - other.col, one.row - other.row) < _SAME_PX:
        return f"in the {words.picture}"
    return words.there if math.hypot(one.x - other.x, one.y - other.y) < _SAME_M else ""


def _is_line(places: Places, model: ControlModel) -> bool:
    """Whether places are too much on one line for the model; a similarity needs two places alone."""
    if model is ControlModel.SIMILARITY:
        return False
    length, breadth = np.linalg.svd(places - places.mean(axis=0), compute_uv=False)[:2]
    return bool(breadth < _LINE * length)


def _check_shape(mapping: Plane | Spline, size: tuple[int, int], words: Wording) -> None:
    """Refuse a mapping that is not one to one over the picture, or shows it from behind."""
    places = lattice(size, _LATTICE)
    turned = mapping.determinants(places)
    if not np.isfinite(turned).all():
        raise InputRefused(
            words.pairs,
            f"the horizon would lie inside the {words.picture}",
            f"check the pairs{words.instead}",
        )
    if (turned < 0).all():
        return
    if (turned >= 0).all():
        raise InputRefused(
            words.pairs, f"the {words.picture} would lie mirrored", "check whether two pairs are exchanged"
        )
    column, row = places[int(turned.argmax())]
    raise InputRefused(
        words.pairs,
        f"the {words.picture} would fold near column {column:.0f}, row {row:.0f}",
        f"check the pairs there{words.instead}",
    )


# -- what follows --------------------------------------------------------------------------------------------------


def lattice(size: tuple[int, int], count: int) -> Places:
    """`count` x `count` places over a picture of `size`, its corners included, row by row."""
    width, height = size
    columns, rows = np.meshgrid(np.linspace(0, width, count), np.linspace(0, height, count))
    return np.column_stack([columns.ravel(), rows.ravel()])


def pixel_m(mapping: Plane | Spline, size: tuple[int, int]) -> float:
    """Side of a pixel on the ground, the median over the picture, to four digits."""
    sides = np.sqrt(np.abs(mapping.determinants(lattice(size, _LATTICE))))
    return float(f"{np.median(sides):.4g}")
