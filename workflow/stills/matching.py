"""Pairs of points proposed for two stills of the same view: features that look alike and agree on one homography.

Lowe's features (2004), each the other's nearest and clearly nearer than the next, in the robust estimate of
`workflow.georef.robust`. What is proposed has many agreeing features all over both stills; else nothing is.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from workflow.errors import InputRefused
from workflow.georef.robust import robust_fit
from workflow.model import ControlModel, ControlPoint

__all__ = ["match_stills"]

Grey = NDArray[np.uint8]
Places = NDArray[np.float64]

_FEATURES, _NEARER = 6000, 0.8
_TOLERANCE = 0.003  # of the longer side
_LEAST, _LEAST_SHARE = 16, 0.15
_CELLS, _LEAST_CELLS = 4, 6  # cells a side of each still, and how many must have an agreeing feature
_MOST_PAIRS = 48
_SEED = 38
# where broadcasters' marks and captions stand, as shares of the picture: the corners, and a strip at the bottom
_CORNER, _STRIP = (0.22, 0.16), 0.14


def match_stills(one: Grey, other: Grey) -> tuple[ControlPoint, ...]:
    """Pairs of points in two stills, grey arrays (row, column) in their own pixels; the most telling in each part.

    The same stills give the same pairs.

    Raises
    ------
    InputRefused
        when they could not be matched, with the reason, or OpenCV is not there.
    """
    here, there = _alike(one, other)
    size, other_size = (one.shape[1], one.shape[0]), (other.shape[1], other.shape[0])
    if len(here) < _LEAST:
        raise _refused(f"{len(here)} features look alike, {_LEAST} are needed")
    tolerance = _TOLERANCE * max(other_size)
    found = robust_fit(here, there, ControlModel.PROJECTIVE, tolerance, _SEED)
    agree = found[1] if found else np.zeros(len(here), np.bool_)
    if agree.sum() < max(_LEAST, _LEAST_SHARE * len(here)):
        raise _refused(f"{int(agree.sum())} of {len(here)} features that look alike agree on one view")
    for places, shape in ((here[agree], size), (there[agree], other_size)):
        cells = len(np.unique(_cell(places, shape)))
        if cells < _LEAST_CELLS:
            raise _refused(f"what agrees lies in {cells} of {_CELLS**2} parts of a still")
    return _chosen(here[agree], there[agree], size)


def _refused(why: str) -> InputRefused:
    return InputRefused("The stills", f"could not be matched: {why}", "click pairs of points")


def _alike(one: Grey, other: Grey) -> tuple[Places, Places]:
    """Places (pair, 2) of features that are each other's nearest."""
    cv2 = _opencv()
    sift = cv2.SIFT_create(nfeatures=_FEATURES, contrastThreshold=0.02)
    (first, said), (second, told) = (
        sift.detectAndCompute(_even(grey, cv2), _mask(grey)) for grey in (one, other)
    )
    if said is None or told is None or min(len(said), len(told)) < 2:
        return np.zeros((0, 2)), np.zeros((0, 2))
    forth, back = _nearest(said, told, cv2), _nearest(told, said, cv2)
    pairs = [(at, to) for at, to in forth.items() if back.get(to) == at]
    places = [
        np.array([points[each].pt for each in which], np.float64).reshape(-1, 2)
        for points, which in ((first, [at for at, _ in pairs]), (second, [to for _, to in pairs]))
    ]
    kept = np.unique(np.column_stack(places).round(1), axis=0, return_index=True)[1]
    # OpenCV counts from the middle of the first pixel
    return places[0][kept] + 0.5, places[1][kept] + 0.5


def _opencv() -> Any:
    try:
        import cv2
    except ImportError as error:
        raise InputRefused(
            "Matching", "OpenCV is not installed", "install opencv-python-headless, or click pairs of points"
        ) from error
    return cv2


def _even(grey: Grey, cv2: Any) -> Grey:
    """The picture with the contrast of each part brought to the same."""
    made: Grey = cv2.createCLAHE(clipLimit=3.0, tileGridSize=(8, 8)).apply(grey)
    return made


def _mask(grey: Grey) -> NDArray[np.uint8]:
    """Where features count: 255, else 0."""
    height, width = grey.shape
    right, down = int(_CORNER[0] * width), int(_CORNER[1] * height)
    mask = np.full(grey.shape, 255, np.uint8)
    mask[:down, :right] = mask[:down, width - right :] = 0
    mask[height - int(_STRIP * height) :] = 0
    return mask


def _nearest(said: NDArray[np.float32], told: NDArray[np.float32], cv2: Any) -> dict[int, int]:
    """For each feature the nearest of the others, where that is clearly nearer than the next."""
    found = cv2.BFMatcher(cv2.NORM_L2).knnMatch(said, told, k=2)
    return {
        first.queryIdx: first.trainIdx
        for first, second in found
        if first.distance < _NEARER * second.distance
    }


def _cell(places: Places, size: tuple[int, int]) -> NDArray[np.intp]:
    at = np.clip((places / size * _CELLS).astype(np.intp), 0, _CELLS - 1)
    cells: NDArray[np.intp] = at[:, 1] * _CELLS + at[:, 0]
    return cells


def _chosen(here: Places, there: Places, size: tuple[int, int]) -> tuple[ControlPoint, ...]:
    """As many from each part of the still, none beside another."""
    cells = _cell(here, size)
    rng = np.random.default_rng(_SEED)
    queues: list[Sequence[int]] = [
        rng.permutation(np.flatnonzero(cells == cell)).tolist() for cell in np.unique(cells)
    ]
    apart = 0.01 * max(size)
    taken: list[int] = []
    for turn in range(max(map(len, queues))):
        for queue in queues:
            if turn < len(queue) and len(taken) < _MOST_PAIRS:
                at = queue[turn]
                if not taken or np.hypot(*(here[taken] - here[at]).T).min() > apart:
                    taken.append(at)
    return tuple(ControlPoint(*here[at].tolist(), *there[at].tolist()) for at in sorted(taken))
