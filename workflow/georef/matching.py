"""Proposed pairs of points for a picture without coordinates, from a picture of the same ground that has them.

Likely places are sought (`seeking`); at each, small parts of the picture look for themselves in the ground nearby, by
phase correlation of gradient directions, there and back; a mapping that many of them agree on is fitted robustly, and
this is repeated on finer pictures. A place counts only where parts all over the picture agree, closely, and none beside
it does nearly as well. How often that is right is measured in docs/evaluation.md.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from workflow.compare import correlated, directions, peak, smoothed, standing_out
from workflow.georef.robust import mapped, robust_fit
from workflow.georef.seeking import Ground, ground_for, sampled, seek
from workflow.model import ControlModel

__all__ = ["LEAST_SIDE_PX", "SCALES", "Matched", "Obstacle", "Unmatched", "match"]

Grey = NDArray[np.float32]
Mask = NDArray[np.bool_]
Field = NDArray[np.complex64]
Places = NDArray[np.float64]
Matrix = NDArray[np.float64]
_Scalar = TypeVar("_Scalar", bound=np.generic)

SCALES = (0.25, 2.5)
"""Pixels of the picture that are tried, in those of the picture that it is laid on."""
LEAST_SIDE_PX = 160

_GUESSES, _MIRRORED_GUESSES = 40, 8
_SIGMA_PX = 1.0
# of a part, both pictures must show as much; a part that finds itself elsewhere on the way back says nothing
_LEAST_COVER, _BACK_PX = 0.6, 1.0
_FEWEST_PARTS = 6
# the bars of an acceptance, chosen on the benchmark's tuning seeds
_ROUGH_SHARE, _ROUGH_COUNT, _RIVAL_SHARE = 0.3, 8, 0.65
_FINE_SHARE, _FINE_COUNT = 0.35, 10
_CELLS, _SPREAD = 4, 0.5
_RESIDUAL_PX = 1.5
_STANDING = 0.25
_STRETCH = 2.0
# pairs that are proposed: one a cell of so many columns and rows
_PAIR_CELLS = (5, 4)


class Obstacle(StrEnum):
    """Why a picture could not be matched."""

    SMALL = "small"
    PLAIN = "plain"
    NO_GROUND = "no ground"
    NOWHERE = "nowhere"
    MIRRORED = "mirrored"
    SEVERAL = "several"
    FEW = "few"
    CORNER = "corner"
    RESIDUAL = "residual"
    STRETCHED = "stretched"


@dataclass(frozen=True, slots=True)
class Unmatched:
    """Why there is no proposal: the `value` that did not reach `bar`, in the obstacle's own unit."""

    obstacle: Obstacle
    value: float = 0.0
    bar: float = 0.0


@dataclass(frozen=True, slots=True)
class Matched:
    """Proposed pairs: places (pair, 2) in the picture, and metres to the right of the site and below it.

    `agreeing` of `looked` parts agree with `matrix`, from picture to metres, to `residual_px` pixels of the picture.
    """

    places: Places
    metres: Places
    matrix: Matrix
    agreeing: int
    looked: int
    residual_px: float


@dataclass(frozen=True, slots=True)
class _Step:
    """Longer side of the picture, side of a part, how far it looks, and how close it must come to agree; in pixels."""

    side: int
    part: int
    reach: int
    close: float
    model: ControlModel = ControlModel.SIMILARITY


_ROUGH = (_Step(224, 48, 14, 3.0), _Step(224, 48, 8, 2.0))
_FINE = (
    _Step(448, 64, 10, 2.0, ControlModel.AFFINE),
    _Step(896, 96, 8, 2.0, ControlModel.PROJECTIVE),
    _Step(896, 96, 6, 1.5, ControlModel.PROJECTIVE),
)
_MORE_FREEDOM = 16


@dataclass(frozen=True, slots=True)
class _Settled:
    """Where parts of the picture lie in metres, which `agree` with `matrix`, and how closely, in pixels."""

    matrix: Matrix
    places: Places
    metres: Places
    agree: Mask
    looked_at: Places
    residual_px: float
    standing: float

    @property
    def count(self) -> int:
        return int(self.agree.sum())

    @property
    def share(self) -> float:
        return self.count / len(self.looked_at)


def match(
    grey: Grey,
    valid: Mask,
    grounds: Sequence[Ground],
    closer: Callable[[Matrix, float], Ground],
    scales_m: tuple[float, float],
    tell: Callable[[float], None] = lambda _: None,
    *,
    asks_mirrored: bool = True,
) -> Matched | Unmatched:
    """Pairs of points for a grey picture (row, column), or why there are none.

    `valid` leaves out what is no ground. Its pixels are `scales_m` metres wide, from and to; the site lies in it, or
    hardly beside it. `grounds` show the ground around the site at several scales; `closer` shows it as fine as it can
    where a mapping from picture to metres puts the picture, in pixels no smaller than it is told. `tell` hears how much
    is done, 0 to 1. Whether what lies nowhere would lie as a mirror shows it can be left unasked, which takes half as
    long.
    """
    plain = _unfit(grey, valid, grounds)
    if plain is not None:
        return plain
    found = _sought(grey, valid, grounds, scales_m, _GUESSES, lambda share: tell(0.6 * share))
    if isinstance(found, Unmatched) and not asks_mirrored:
        return found
    if isinstance(found, Unmatched):
        flipped = _sought(
            grey[:, ::-1],
            valid[:, ::-1],
            grounds,
            scales_m,
            _MIRRORED_GUESSES,
            lambda share: tell(0.6 + 0.4 * share),
        )
        tell(1.0)
        return found if isinstance(flipped, Unmatched) else Unmatched(Obstacle.MIRRORED)
    pixel_m = _pixel_m(found.matrix, grey.shape) * max(1.0, max(grey.shape) / _FINE[-1].side)
    settled = _settled(_Picture(grey, valid), [closer(found.matrix, pixel_m)], found.matrix, _FINE)
    tell(1.0)
    if settled is None:
        return Unmatched(Obstacle.FEW, 0, _FINE_COUNT)
    return _judged(settled, grey.shape)


def _unfit(grey: Grey, valid: Mask, grounds: Sequence[Ground]) -> Unmatched | None:
    if min(grey.shape) < LEAST_SIDE_PX:
        return Unmatched(Obstacle.SMALL, min(grey.shape), LEAST_SIDE_PX)
    if valid.mean() < 0.2 or float(grey[valid].std()) < 1e-3:
        return Unmatched(Obstacle.PLAIN)
    if not grounds or not any(one.valid.any() for one in grounds):
        return Unmatched(Obstacle.NO_GROUND)
    return None


def _sought(
    grey: Grey,
    valid: Mask,
    grounds: Sequence[Ground],
    scales_m: tuple[float, float],
    count: int,
    tell: Callable[[float], None],
) -> _Settled | Unmatched:
    """The one place that stands out, roughly."""
    guesses = seek(grey, valid, grounds, scales_m, count, lambda share: tell(0.75 * share))
    picture, tried = _Picture(grey, valid), []
    for number, guess in enumerate(guesses):
        settled = _settled(picture, grounds, guess, _ROUGH)
        if settled is not None:
            tried.append(settled)
        tell(0.75 + 0.25 * (number + 1) / len(guesses))
    if not tried:
        return Unmatched(Obstacle.NOWHERE, 0, _ROUGH_COUNT)
    tried.sort(key=lambda one: -one.count)
    best = tried[0]
    if best.count < _ROUGH_COUNT or best.share < _ROUGH_SHARE:
        return Unmatched(
            Obstacle.NOWHERE, best.count, max(_ROUGH_COUNT, math.ceil(_ROUGH_SHARE * len(best.looked_at)))
        )
    rivals = [one.count for one in tried[1:] if not _is_same(best.matrix, one.matrix, grey.shape)]
    if rivals and max(rivals) > _RIVAL_SHARE * best.count:
        return Unmatched(Obstacle.SEVERAL, max(rivals), best.count)
    if best.standing < _STANDING:
        return Unmatched(Obstacle.SEVERAL, best.count, best.count)
    return best


def _is_same(one: Matrix, other: Matrix, shape: tuple[int, ...]) -> bool:
    """Whether two mappings put the picture's corners at nearly the same places."""
    height, width = shape
    corners = np.array([[0.0, 0.0], [width, 0.0], [0.0, height], [width, height]])
    first, second = mapped(one, corners), mapped(other, corners)
    across = float(np.hypot(*(first[3] - first[0])))
    return bool((np.hypot(*(first - second).T) < 0.04 * across).all())


def _judged(settled: _Settled, shape: tuple[int, ...]) -> Matched | Unmatched:
    """Whether enough parts agree, all over the picture, closely."""
    needed = max(_FINE_COUNT, math.ceil(_FINE_SHARE * len(settled.looked_at)))
    if settled.count < needed:
        return Unmatched(Obstacle.FEW, settled.count, needed)
    spread = _spread(settled, shape)
    if spread < _SPREAD:
        return Unmatched(Obstacle.CORNER, spread, _SPREAD)
    if settled.residual_px > _RESIDUAL_PX:
        return Unmatched(Obstacle.RESIDUAL, settled.residual_px, _RESIDUAL_PX)
    stretch = _stretch(settled.matrix, shape)
    if stretch > _STRETCH:
        return Unmatched(Obstacle.STRETCHED, stretch, _STRETCH)
    chosen = _chosen(settled, shape)
    return Matched(
        settled.places[chosen],
        settled.metres[chosen],
        settled.matrix,
        settled.count,
        len(settled.looked_at),
        settled.residual_px,
    )


def _cells(places: Places, shape: tuple[int, ...], columns: int, rows: int) -> NDArray[np.intp]:
    """The number of the cell that each place lies in."""
    height, width = shape
    right = np.clip((places[:, 0] * columns / width).astype(np.intp), 0, columns - 1)
    down = np.clip((places[:, 1] * rows / height).astype(np.intp), 0, rows - 1)
    return down * columns + right


def _spread(settled: _Settled, shape: tuple[int, ...]) -> float:
    """The share of the cells with parts that looked in which some agree."""
    looked = np.unique(_cells(settled.looked_at, shape, _CELLS, _CELLS))
    agreeing = np.unique(_cells(settled.places[settled.agree], shape, _CELLS, _CELLS))
    return len(np.intersect1d(looked, agreeing)) / len(looked)


def _stretch(matrix: Matrix, shape: tuple[int, ...]) -> float:
    """How many times as long as wide a square of the picture lies on the ground, at its worst."""
    height, width = shape
    worst = 1.0
    for x, y in ((0, 0), (width, 0), (0, height), (width, height), (width / 2, height / 2)):
        depth = float(matrix[2] @ (x, y, 1.0))
        if depth <= 1e-9:
            return math.inf
        place = matrix[:2] @ (x, y, 1.0) / depth
        slopes = (matrix[:2, :2] - np.outer(place, matrix[2, :2])) / depth
        long, short = np.linalg.svd(slopes, compute_uv=False)
        worst = max(worst, float(long / short) if short > 0 else math.inf)
    return worst


def _chosen(settled: _Settled, shape: tuple[int, ...]) -> NDArray[np.intp]:
    """One agreeing part a cell: that nearest to the middle of the agreeing ones in it, whatever its residual."""
    numbers = np.flatnonzero(settled.agree)
    cells = _cells(settled.places[numbers], shape, *_PAIR_CELLS)
    chosen = []
    for cell in np.unique(cells):
        there = numbers[cells == cell]
        places = settled.places[there]
        chosen.append(there[int(np.hypot(*(places - places.mean(axis=0)).T).argmin())])
    return np.array(chosen)


# -- parts that look for themselves --------------------------------------------------------------------------------


class _Picture:
    """The picture, and how it was seen last: many guesses look at it with the same longer side."""

    def __init__(self, grey: Grey, valid: Mask) -> None:
        self.grey, self.valid = grey, valid
        self._seen: dict[int, tuple[Field, Mask]] = {}

    def shape(self, side: int) -> tuple[int, int]:
        """(row, column) where the longer side has `side` pixels, or as many as there are."""
        height, width = self.grey.shape
        by = max(1.0, max(height, width) / side)
        return round(height / by), round(width / by)

    def to_whole(self, side: int) -> Matrix:
        """From places of the picture with a longer side of `side` to its own."""
        height, width = self.grey.shape
        rows, columns = self.shape(side)
        return np.diag([width / columns, height / rows, 1.0])

    def directions(self, side: int) -> tuple[Field, Mask]:
        """Of its gradients, smoothed, with a longer side of `side`."""
        if side not in self._seen:
            small = sampled(self.grey, self.valid, self.to_whole(side), self.shape(side))
            self._seen[side] = directions(*smoothed(*small))
        return self._seen[side]


def _settled(
    picture: _Picture, grounds: Sequence[Ground], matrix: Matrix, steps: Sequence[_Step]
) -> _Settled | None:
    """The mapping that parts agree on, step by step from `matrix`; None where they do not."""
    found = None
    for step in steps:
        found = _stepped(picture, grounds, matrix, step)
        if found is None:
            return None
        matrix = found.matrix
    return found


def _stepped(picture: _Picture, grounds: Sequence[Ground], matrix: Matrix, step: _Step) -> _Settled | None:
    shape, to_whole = picture.shape(step.side), picture.to_whole(step.side)
    here = matrix @ to_whole
    ground = ground_for(grounds, _pixel_m(here, shape))
    seen = sampled(ground.grey, ground.valid, ground.from_ground @ here, shape)
    moved = _moves(picture.directions(step.side), directions(*smoothed(*seen)), step)
    if moved is None:
        return None
    looked_at, same, lies, surfaces = moved
    places = looked_at[same]
    model = step.model if len(places) >= _MORE_FREEDOM else ControlModel.SIMILARITY
    fitted = robust_fit(places, lies, model, step.close, 0)
    if fitted is None:
        return None
    correction, agree = fitted
    left = mapped(correction, places[agree]) - lies[agree]
    return _Settled(
        here @ correction @ np.linalg.inv(to_whole),
        mapped(to_whole, places),
        mapped(here, lies),
        agree,
        mapped(to_whole, looked_at),
        float(np.sqrt((left**2).sum(axis=1).mean())) * max(1.0, max(picture.grey.shape) / step.side),
        standing_out(surfaces[agree].mean(axis=0)),
    )


def _pixel_m(matrix: Matrix, shape: tuple[int, ...]) -> float:
    """Width on the ground of the pixel in the picture's middle."""
    middle = np.array([[shape[1] / 2, shape[0] / 2], [shape[1] / 2 + 1, shape[0] / 2]])
    return float(np.hypot(*np.diff(mapped(matrix, middle), axis=0)[0]))


def _moves(
    picture: tuple[Field, Mask], seen: tuple[Field, Mask], step: _Step
) -> tuple[Places, Mask, Places, Grey] | None:
    """The middles of parts, which of them find themselves there and back, where these lie in the ground as it is
    seen, and their surfaces; None where too few parts show enough.
    """
    (one, one_valid), (other, other_valid) = picture, seen
    corners = _corners(one_valid & other_valid, step.part)
    if len(corners) < _FEWEST_PARTS:
        return None
    first, first_valid = _cut(one, corners, step.part), _cut(one_valid, corners, step.part)

    def look(at: NDArray[np.intp]) -> tuple[Grey, Places]:
        second, second_valid = _cut(other, at, step.part), _cut(other_valid, at, step.part)
        surfaces = correlated(first, first_valid, second, second_valid, _SIGMA_PX)
        near = np.roll(surfaces, (step.reach, step.reach), axis=(-2, -1))[
            :, : 2 * step.reach + 1, : 2 * step.reach + 1
        ]
        return near, np.array([peak(surface) for surface in near])

    surfaces, moves = look(corners)
    whole = np.round(moves).astype(np.intp)
    _, more = look(corners - whole[:, ::-1])
    same = np.hypot(*(more - (moves - whole)).T) <= _BACK_PX
    middles = corners[:, ::-1].astype(np.float64) + step.part / 2
    return middles, same, (middles - whole - more)[same], surfaces[same]


def _corners(both: Mask, part: int) -> NDArray[np.intp]:
    """(row, column) of the parts, overlapping by half, of which enough is seen in both."""
    height, width = both.shape
    found = [
        (row, column)
        for row in range(0, height - part + 1, part // 2)
        for column in range(0, width - part + 1, part // 2)
        if both[row : row + part, column : column + part].mean() >= _LEAST_COVER
    ]
    return np.array(found, np.intp).reshape(-1, 2)


def _cut(whole: NDArray[_Scalar], corners: NDArray[np.intp], part: int) -> NDArray[_Scalar]:
    """Parts of a picture; nothing where they reach beyond it."""
    around = np.pad(whole, part)
    return np.stack(
        [around[row + part : row + 2 * part, column + part : column + 2 * part] for row, column in corners]
    )
