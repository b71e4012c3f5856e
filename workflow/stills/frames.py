"""How the stills of a site lie to each other: a space of pixels that they share, and each one's place in it.

Stills that were laid on each other make a group; the space is that of the still on which the largest group ends. What
is not laid on it is brought to its size and is not aligned. Places in the space are column and row of that still.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from workflow.model import Capture
from workflow.stills.still import Still, stills_of
from workflow.stills.views import fit_view, projected

__all__ = ["Lying", "Space", "lying", "onto", "space_of"]

Matrix = NDArray[np.float64]
Places = NDArray[np.float64]
_TILE = 512
_FINEST = 3  # halvings of a pixel
_AROUND = 1.0  # the root's size to each side


@dataclass(frozen=True, slots=True)
class Lying:
    """Where a still lies: `matrix` (3, 3) takes its (column, row, 1) into the pixels of the still with the key `to`.

    `error_px` is how far off it may be there, None where nothing tells. A still that was laid on none lies on itself.
    """

    to: str
    matrix: Matrix
    error_px: float | None

    def pixel_of(self, size: tuple[int, int]) -> float:
        """Side of a still's own pixel there, in the middle of the still of `size`."""
        return _side(self.matrix, size)

    @property
    def stated(self) -> dict[str, Any]:
        """It as JSON has it: ``to error_px matrix``, rounded."""
        error = None if self.error_px is None else round(self.error_px, 3)
        matrix = [[float(f"{one:.9g}") for one in row] for row in self.matrix.tolist()]
        return {"to": self.to, "error_px": error, "matrix": matrix}


@dataclass(frozen=True, slots=True)
class Space:
    """The pixels of the still with the key `root`, which has `size` (width, height). `extent` (left, top, right,
    bottom) is around all that lies in them.

    `matrices` takes each still's (column, row, 1) into them, by its key; `aligned` has those that were laid on the
    root, itself where others were. `finest_px` is the side of the finest pixel that is worth showing, 1 over a power
    of two.
    """

    root: str
    size: tuple[int, int]
    extent: tuple[float, float, float, float]
    finest_px: float
    matrices: Mapping[str, Matrix]
    aligned: Mapping[str, Lying]

    @property
    def levels(self) -> tuple[float, ...]:
        """Side of a pixel of each zoom, zoom 0 first: one tile of 512 pixels shows it all; the last is the finest."""
        left, top, right, bottom = self.extent
        deepest = 0
        while max(right - left, bottom - top) > _TILE * self.finest_px * 2**deepest:
            deepest += 1
        return tuple(self.finest_px * 2**step for step in range(deepest, -1, -1))

    def pixel_of(self, still: str, size: tuple[int, int]) -> float:
        """Side of a still's own pixel in the space, in the middle of the still of `size`."""
        return _side(self.matrices[still], size)

    def from_still(self, still: str, places: Places) -> Places:
        """Places (point, 2) of a still in the space; NaN where they lie beyond the horizon."""
        return projected(self.matrices[still], places)

    def to_still(self, still: str, places: Places) -> Places:
        """The inverse of `from_still`."""
        return projected(np.asarray(np.linalg.inv(self.matrices[still]), np.float64), places)

    @property
    def key(self) -> str:
        """Another one wherever a still lies otherwise."""
        parts = [self.root, *(f"{key} {matrix.round(9).tolist()}" for key, matrix in self.matrices.items())]
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


def lying(captures: Sequence[Capture]) -> dict[str, Lying]:
    """Where each still of some captures lies, by its key: on the last one that it can be followed to."""
    known = {still.key: still for still in stills_of(captures)}
    return {key: _followed(still, known) for key, still in known.items()}


def _followed(still: Still, known: Mapping[str, Still]) -> Lying:
    matrix, squares, seen = np.eye(3), 0.0, {still.key}
    at = still
    while at.view is not None and at.view.to in known and at.view.to not in seen:
        view = at.view
        found = fit_view(view.points, (view.width_px, view.height_px), (view.to_width_px, view.to_height_px))
        matrix = found.matrix @ matrix
        squares += math.nan if view.error_px is None else view.error_px**2
        seen.add(view.to)
        at = known[view.to]
    return Lying(at.key, matrix, None if math.isnan(squares) else math.sqrt(squares))


def onto(captures: Sequence[Capture], first: Still, other: Still) -> Lying | None:
    """Where the `other` still lies in the pixels of the `first` one; None where nobody laid the two on each other.

    `captures` has the stills of the site, by which the two may be laid on each other.
    """
    found = lying(captures)
    one, two = found.get(first.key), found.get(other.key)
    if one is None or two is None or one.to != two.to or first.key == other.key:
        return None
    matrix = np.linalg.inv(one.matrix) @ two.matrix
    depth = matrix[2] @ (other.size[0] / 2, other.size[1] / 2, 1.0)
    if one.error_px is None or two.error_px is None:
        return Lying(first.key, matrix / depth, None)
    return Lying(
        first.key, matrix / depth, math.hypot(one.error_px, two.error_px) / _side(one.matrix, first.size)
    )


def space_of(captures: Sequence[Capture]) -> Space | None:
    """The space of the stills of some captures, in which all of them lie; None where there are none."""
    known = {still.key: still for still in stills_of(captures)}
    if not known:
        return None
    found = lying(captures)
    members: dict[str, list[Still]] = {}
    for key, still in known.items():
        members.setdefault(found[key].to, []).append(still)
    root_key = max(members, key=lambda one: len(members[one]))
    root = known[root_key]
    matrices = {
        key: found[key].matrix if found[key].to == root_key else _brought(still, root)
        for key, still in known.items()
    }
    group = members[root_key]
    finest = max(0, min(_FINEST, max(_finer(matrices[key], still) for key, still in known.items())))
    return Space(
        root_key,
        root.size,
        _extent(root, [(matrices[still.key], still) for still in group]),
        1 / 2**finest,
        matrices,
        {still.key: found[still.key] for still in group} if len(group) > 1 else {},
    )


def _brought(still: Still, root: Still) -> Matrix:
    """A still that was not laid on the root, as large as fits in it."""
    (width, height), (wide, high) = still.size, root.size
    scale = min(wide / width, high / height)
    return np.diag([scale, scale, 1.0])


def _finer(matrix: Matrix, still: Still) -> int:
    """How many times the root's pixel can be halved until it is as fine as the still's own."""
    return math.ceil(math.log2(1 / _side(matrix, still.size)) - 0.1)


def _side(matrix: Matrix, size: tuple[int, int]) -> float:
    depth = float(matrix[2] @ (size[0] / 2, size[1] / 2, 1.0))
    return math.sqrt(abs(float(np.linalg.det(matrix)) / depth**3))


def _extent(root: Still, group: Sequence[tuple[Matrix, Still]]) -> tuple[float, float, float, float]:
    """Around all of them, no further than the root's own size from it."""
    wide, high = root.size
    sides = [(0.0, 0.0, float(wide), float(high))]
    for matrix, still in group:
        width, height = still.size
        places = projected(matrix, np.array([[0.0, 0.0], [width, 0.0], [width, height], [0.0, height]]))
        if np.isfinite(places).all():
            sides.append((*places.min(axis=0).round(3).tolist(), *places.max(axis=0).round(3).tolist()))
    left, top, right, bottom = zip(*sides, strict=True)
    return (
        max(math.floor(min(left)), -_AROUND * wide),
        max(math.floor(min(top)), -_AROUND * high),
        min(math.ceil(max(right)), (1 + _AROUND) * wide),
        min(math.ceil(max(bottom)), (1 + _AROUND) * high),
    )
