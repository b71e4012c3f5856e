"""Stills laid on each other by features that look alike; needs OpenCV."""

from __future__ import annotations

import sys

import numpy as np
import pytest
from still_sample import pair_of_stills

from workflow.errors import InputRefused, NotAllowed
from workflow.georef.robust import mapped
from workflow.model import Author, Role
from workflow.pipeline.stills import align_by_matching
from workflow.stills import fit_view
from workflow.stills.matching import _chosen, match_stills

TRUTH = np.array([[1.04, 0.03, 12.0], [-0.02, 1.05, 9.0], [4e-5, -2e-5, 1.0]])


@pytest.fixture(scope="module", autouse=True)
def opencv(skip_or_fail) -> None:
    try:
        import cv2  # noqa: F401
    except ImportError:
        skip_or_fail("opencv-python-headless is not installed")


def street(seed: int, shape=(540, 960)) -> np.ndarray:
    """Soft blobs of many sizes: features everywhere, none twice."""
    rng = np.random.default_rng(seed)
    rows, columns = np.mgrid[: shape[0], : shape[1]]
    grey = np.full(shape, 120.0)
    for _ in range(420):
        row, column = rng.uniform(0, shape[0]), rng.uniform(0, shape[1])
        size, tone = rng.uniform(4, 26), rng.uniform(-90, 90)
        high, wide = size * rng.uniform(0.5, 2), size
        grey += tone * ((abs(rows - row) < high) & (abs(columns - column) < wide))
    return np.clip(grey, 0, 255).astype("uint8")


def seen_from(grey: np.ndarray, matrix: np.ndarray) -> np.ndarray:
    """The picture that `matrix` takes `grey` to, of the same size; nearest pixels."""
    rows, columns = np.mgrid[: grey.shape[0], : grey.shape[1]] + 0.5
    at = mapped(np.linalg.inv(matrix), np.column_stack([columns.ravel(), rows.ravel()]))
    at = np.nan_to_num(at, nan=-1).astype(int)
    inside = (at >= 0).all(axis=1) & (at < (grey.shape[1], grey.shape[0])).all(axis=1)
    made = np.zeros(grey.size, "uint8")
    made[inside] = grey[at[inside, 1], at[inside, 0]]
    return made.reshape(grey.shape)


def test_the_same_view_from_a_turned_camera_is_found_to_a_pixel() -> None:
    one = street(1)
    points = match_stills(one, seen_from(one, TRUTH))
    size = (one.shape[1], one.shape[0])
    found = fit_view(points, size, size)
    corners = np.array([[40.0, 40.0], [900.0, 40.0], [900.0, 480.0], [40.0, 480.0]])
    assert np.abs(found.to_other(corners) - mapped(TRUTH, corners)).max() < 1.5
    assert points == match_stills(one, seen_from(one, TRUTH))


def test_pairs_are_spread_and_none_beside_another() -> None:
    fine = np.random.default_rng(5).integers(0, 255, (90, 160), "uint8").repeat(6, axis=0).repeat(6, axis=1)
    points = match_stills(fine, fine)
    places = np.array([(one.col, one.row) for one in points])
    apart = np.hypot(*(places[:, None] - places[None]).transpose(2, 0, 1)) + 1e9 * np.eye(len(places))
    assert 16 <= len(points) <= 48
    assert apart.min() > 9.6
    assert np.abs(places - [(one.x, one.y) for one in points]).max() < 0.5
    close = np.array([[100.0, 100.0], [104.0, 100.0], [500.0, 300.0]])
    assert len(_chosen(close, close, (960, 540))) == 2


def test_a_brand_in_the_corner_is_no_evidence_of_the_same_view() -> None:
    one, other = street(1), street(2)
    one[10:70, 10:180] = other[10:70, 10:180] = street(3)[10:70, 10:180]
    with pytest.raises(InputRefused, match="The stills: could not be matched: "):
        match_stills(one, other)


@pytest.mark.parametrize("seed", range(4, 10))
def test_stills_of_two_places_are_not_matched(seed: int) -> None:
    with pytest.raises(InputRefused, match="click pairs of points"):
        match_stills(street(seed), street(seed + 20))


def test_what_agrees_in_one_corner_alone_is_not_enough() -> None:
    one, other = street(1), street(2)
    other[200:400, 300:520] = one[200:400, 300:520]
    with pytest.raises(InputRefused, match="could not be matched"):
        match_stills(one, other)


def test_a_blank_still_has_no_features() -> None:
    with pytest.raises(InputRefused, match="0 features look alike"):
        match_stills(street(1), np.full((540, 960), 80, "uint8"))


def test_without_opencv_the_sentence_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "cv2", None)
    with pytest.raises(InputRefused, match="install opencv-python-headless, or click pairs"):
        match_stills(street(1), street(1))


def test_it_is_recorded_as_matched_and_only_by_who_may(watched, tmp_path) -> None:
    watched.add_site("gate")
    before, after = pair_of_stills(watched.project, tmp_path, "gate")
    with pytest.raises(NotAllowed):
        align_by_matching(watched.project, Author("Vera", Role.VIEWER), after.id, before.id)
    laid = align_by_matching(watched.project, Author("Anna"), after.id, before.id)
    assert laid.view is not None
    assert laid.view.matched
    assert laid.view.error_px is not None
    assert laid.view.error_px < 2
    last = watched.project.record.history(type(laid), after.id)[-1]
    assert last.reason == f"laid on still {before.id} by matched features"
