"""Stills of the same view: pure geometry, with cameras whose truth is known."""

from __future__ import annotations

import dataclasses
from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workflow.errors import InputRefused
from workflow.model import (
    Basis,
    Capture,
    CaptureKind,
    ControlPoint,
    DateSpan,
    Georeference,
    Precision,
    ViewAlignment,
)
from workflow.stills import fit_view, lying, px_words, space_of, view_words

SIZE, OTHER = (1280, 720), (1920, 1080)
PLACES = ((100.0, 80.0), (1200.0, 60.0), (1150.0, 690.0), (60.0, 650.0), (640.0, 300.0), (400.0, 500.0))
TRUTH = np.array([[1.3, 0.06, 40.0], [-0.03, 1.25, 30.0], [4e-5, -2e-5, 1.0]])


def through(matrix: np.ndarray, places) -> np.ndarray:
    made = np.column_stack([places, np.ones(len(places))]) @ matrix.T
    return made[:, :2] / made[:, 2:]


def pairs(matrix: np.ndarray = TRUTH, miss: float = 0.0, places=PLACES) -> list[ControlPoint]:
    rng = np.random.default_rng(7)
    there = through(matrix, np.array(places)) + miss * rng.normal(size=(len(places), 2))
    return [ControlPoint(*one, *other) for one, other in zip(places, there.tolist(), strict=True)]


# -- one still on another -------------------------------------------------------------------------------------------


def test_exact_pairs_give_the_homography_of_the_two_cameras() -> None:
    found = fit_view(pairs(), SIZE, OTHER)
    corners = np.array([[0.0, 0.0], [1280.0, 0.0], [1280.0, 720.0], [0.0, 720.0], [640.0, 360.0]])
    assert np.abs(found.to_other(corners) - through(TRUTH, corners)).max() < 1e-6
    assert found.rms_px < 1e-6
    assert found.loo_px is not None
    assert found.loo_px < 1e-6


@settings(deadline=None, max_examples=40)
@given(
    st.tuples(*[st.floats(-0.25, 0.25)] * 4),
    st.tuples(st.floats(-150, 150), st.floats(-100, 100)),
    st.tuples(st.floats(-1e-4, 1e-4), st.floats(-1e-4, 1e-4)),
)
def test_any_gentle_homography_is_found(linear, shift, tilt) -> None:
    a, b, c, d = linear
    matrix = np.array([[1 + a, b, shift[0]], [c, 1 + d, shift[1]], [*tilt, 1.0]])
    there = through(matrix, np.array(PLACES))
    least = np.minimum(there.min(axis=0), 0) - 1  # the other still is where the places are
    move = np.array([[1, 0, -least[0]], [0, 1, -least[1]], [0, 0, 1.0]])
    size = tuple(int(value) + 1 for value in (there - least).max(axis=0))
    found = fit_view(pairs(move @ matrix), SIZE, size)
    assert np.abs(found.to_other(np.array(PLACES)) - (there - least)).max() < 1e-4


def test_a_miss_of_one_pixel_is_told_by_residual_and_by_the_pairs_left_out() -> None:
    found = fit_view(pairs(miss=1.0), SIZE, OTHER)
    assert 0.1 < found.rms_px < 2
    assert found.loo_px is not None
    assert found.loo_px > found.rms_px
    worst = max(found.misfits, key=lambda one: one.length_m)
    there = found.to_other(np.array(PLACES[worst.number : worst.number + 1]))[0]
    point = pairs(miss=1.0)[worst.number]
    assert (worst.dx_m, worst.dy_m) == pytest.approx((there[0] - point.x, there[1] - point.y), abs=1e-6)


def test_four_pairs_fit_and_nothing_tells_how_well() -> None:
    found = fit_view(pairs()[:4], SIZE, OTHER)
    assert found.loo_px is None
    view = ViewAlignment("b", tuple(pairs()[:4]), *SIZE, *OTHER, found.rms_px)
    assert view.error_px is None
    assert view_words(view) == "aligned (error not known)"
    assert view_words(dataclasses.replace(view, points=tuple(pairs()[:5]), rms_px=12.3)) == "aligned ±12 px"
    assert view_words(dataclasses.replace(view, loo_px=0.841)) == "aligned ±0.84 px"
    assert view_words(None) == "not aligned"
    assert view_words(view, "ko") != view_words(view)


def test_beyond_the_horizon_there_is_no_place() -> None:
    steep = np.array([[1.0, 0, 0], [0, 1.0, 0], [-5e-4, 0, 1.0]])
    found = fit_view(pairs(steep), SIZE, (6000, 4000))
    assert np.isfinite(found.to_other(np.array([[1900.0, 100.0]]))).all()
    assert np.isnan(found.to_other(np.array([[2100.0, 100.0]]))).all()


NAN = float("nan")
LINE = [ControlPoint(100.0 + 200 * at, 50.0, 90.0 + 210 * at, 60.0 + 30 * at) for at in range(5)]
OTHER_LINE = [ControlPoint(*place, 90.0 + 210 * at, 60.0 + 30 * at) for at, place in enumerate(PLACES)]
TWICE = [*pairs(), ControlPoint(*PLACES[0], 700.0, 700.0)]
TWICE_THERE = [*pairs(), dataclasses.replace(pairs()[0], col=700.0, row=200.0)]
MIRRORED = [dataclasses.replace(one, x=OTHER[0] - one.x) for one in pairs()]
OFF = [dataclasses.replace(one, used=False) for one in pairs()]


@pytest.mark.parametrize(
    ("points", "sentence"),
    [
        ([], "Pairs of points: there are none that count; give 4 pairs or more."),
        (OFF, "Pairs of points: there are none that count; give 4 pairs or more."),
        (pairs()[:3], "Pairs of points: 3 pairs count, projective needs 4; add some."),
        (LINE, "Pairs of points: they lie on one line in the still; add some to the sides of it."),
        (
            OTHER_LINE,
            "Pairs of points: they lie on one line in the other still; add some to the sides of it.",
        ),
        (TWICE, "Pairs 1 and 7: they are at one place in the still; switch one of them off."),
        (TWICE_THERE, "Pairs 1 and 7: they are at one place in the other still; switch one of them off."),
        (MIRRORED, "Pairs of points: the still would lie mirrored; check whether two pairs are exchanged."),
        (
            [*pairs()[:4], ControlPoint(5.0, 5.0, NAN, 5.0)],
            "Pair 5: nan, 5.0 lies outside the other still of 1920 x 1080 px; "
            "check whether the points are of these stills.",
        ),
        (
            [*pairs()[:4], ControlPoint(5.0, 5.0, 1921.0, 5.0)],
            "Pair 5: 1921.0, 5.0 lies outside the other still of 1920 x 1080 px; "
            "check whether the points are of these stills.",
        ),
        (
            [*pairs()[:4], ControlPoint(1281.0, 5.0, 5.0, 5.0)],
            "Pair 5: 1281.0, 5.0 lies outside the still of 1280 x 720 px; "
            "check whether the points are of this still.",
        ),
    ],
)
def test_pairs_that_say_nothing_are_refused_in_a_sentence(points, sentence) -> None:
    with pytest.raises(InputRefused) as refused:
        fit_view(points, SIZE, OTHER)
    assert str(refused.value) == sentence


def test_exchanged_pairs_fold_the_still_and_are_refused() -> None:
    points = pairs()[:4]
    one, other = points[0], points[1]
    points[0], points[1] = (
        dataclasses.replace(one, x=other.x, y=other.y),
        dataclasses.replace(other, x=one.x, y=one.y),
    )
    with pytest.raises(InputRefused, match=r"^Pairs of points: the"):
        fit_view(points, SIZE, OTHER)


# -- the space that stills share ------------------------------------------------------------------------------------


def still(key: str, size=SIZE, view: ViewAlignment | None = None, day: int = 1) -> Capture:
    return Capture(
        id=key,
        sha256=key * 64,
        kind=CaptureKind.BROADCAST,
        file=f"{key}.png",
        original=f"imagery/originals/{key}.png",
        working=f"imagery/working/{key}.tif",
        acquired=DateSpan(None, date(2021, 1, day), Precision.DAY, Basis.BROADCAST),
        width_px=size[0],
        height_px=size[1],
        bands=3,
        georeference=Georeference.NONE,
        site="gate",
        view=view,
    )


def laid(to: str, matrix=TRUTH, size=SIZE, other=OTHER, loo: float | None = 0.5) -> ViewAlignment:
    return ViewAlignment(to, tuple(pairs(matrix)), *size, *other, 0.3, loo)


def test_without_stills_there_is_no_space() -> None:
    assert space_of([]) is None


def test_a_still_alone_is_its_own_space_and_not_aligned() -> None:
    space = space_of([still("a")])
    assert space is not None
    assert (space.root, space.size, dict(space.aligned)) == ("a", SIZE, {})
    assert space.extent == (0, 0, 1280, 720)
    assert space.levels == (4.0, 2.0, 1.0)


def test_the_laid_still_lies_in_the_pixels_of_the_other() -> None:
    space = space_of([still("a", view=laid("b")), still("b", OTHER)])
    assert space is not None
    assert space.root == "b"
    assert np.abs(space.from_still("a", np.array(PLACES)) - through(TRUTH, np.array(PLACES))).max() < 1e-6
    there = space.to_still("a", space.from_still("a", np.array(PLACES)))
    assert np.abs(there - PLACES).max() < 1e-6
    assert space.aligned["a"].error_px == 0.5
    assert set(space.aligned) == {"a", "b"}


def test_a_chain_of_alignments_is_followed_and_its_errors_add_up() -> None:
    shift = np.array([[1.0, 0, 30], [0, 1.0, 20], [0, 0, 1.0]])
    stills = [
        still("a", view=laid("b", shift, loo=0.3)),
        still("b", view=laid("c", TRUTH, loo=0.4)),
        still("c", OTHER),
    ]
    found = lying(stills)
    assert [found[one].to for one in "abc"] == ["c", "c", "c"]
    assert found["a"].error_px == pytest.approx(0.5)
    assert found["c"].error_px == 0
    moved = np.array([[90.0, 50.0]])
    assert found["a"].matrix @ (60, 30, 1) / (found["a"].matrix @ (60, 30, 1))[2] == pytest.approx(
        [*through(TRUTH, moved)[0], 1]
    )


def test_one_unknown_error_makes_that_of_the_chain_unknown() -> None:
    few = dataclasses.replace(laid("b", loo=None), points=tuple(pairs()[:4]))
    assert lying([still("a", view=few), still("b", OTHER)])["a"].error_px is None


def test_what_is_laid_on_a_still_that_is_gone_lies_on_itself() -> None:
    assert lying([still("a", view=laid("gone"))])["a"].to == "a"


def test_a_ring_of_alignments_ends() -> None:
    shift = np.array([[1.0, 0, 30], [0, 1.0, 20], [0, 0, 1.0]])
    ring = [still("a", view=laid("b", shift, other=SIZE)), still("b", view=laid("a", shift, other=SIZE))]
    assert {one.to for one in lying(ring).values()} == {"a", "b"}
    assert space_of(ring) is not None


def test_the_largest_group_gives_the_space_and_others_are_brought_to_its_size() -> None:
    shift = np.array([[1.0, 0, 30], [0, 1.0, 20], [0, 0, 1.0]])
    lone = still("z", (640, 720))
    space = space_of([lone, still("a", view=laid("b", shift, other=SIZE)), still("b")])
    assert space is not None
    assert space.root == "b"
    assert "z" not in space.aligned
    assert space.from_still("z", np.array([[640.0, 720.0]])).tolist() == [[640.0, 720.0]]
    small = space_of([still("b", OTHER), still("c", (192, 216))])
    assert small is not None
    assert small.from_still("c", np.array([[192.0, 216.0]])).tolist() == [[960.0, 1080.0]]


def test_the_extent_holds_what_is_laid_beside_the_root_within_its_size() -> None:
    shift = np.array([[1.0, 0, 300], [0, 1.0, 200], [0, 0, 1.0]])
    near = [(10.0, 10.0), (900.0, 20.0), (950.0, 500.0), (20.0, 480.0), (500.0, 250.0)]
    view = ViewAlignment("b", tuple(pairs(shift, places=near)), *SIZE, *SIZE, 0.1, 0.1)
    space = space_of([still("a", view=view), still("b")])
    assert space is not None
    assert space.extent == pytest.approx((0, 0, 1580, 920), abs=1)
    far = np.array([[9.0, 0, 0], [0, 9.0, 0], [0, 0, 1.0]])
    few = [(10.0, 10.0), (100.0, 12.0), (110.0, 60.0), (15.0, 70.0), (50.0, 30.0)]
    view = ViewAlignment("b", tuple(pairs(far, places=few)), *SIZE, *SIZE, 0.1, 0.1)
    space = space_of([still("a", view=view), still("b")])
    assert space is not None
    assert space.extent == (0, 0, 2560, 1440)


def test_a_finer_still_deepens_the_zoom_and_a_horizon_leaves_the_extent_alone() -> None:
    half = np.array([[0.5, 0, 10], [0, 0.5, 10], [0, 0, 1.0]])
    space = space_of([still("a", view=laid("b", half, other=SIZE)), still("b")])
    assert space is not None
    assert space.finest_px == 0.5
    assert space.levels[-1] == 0.5
    assert space.pixel_of("a", SIZE) == pytest.approx(0.5)


def test_what_a_chain_takes_beyond_a_horizon_leaves_the_extent_alone() -> None:
    far = np.array([[9.0, 0, 0], [0, 9.0, 0], [0, 0, 1.0]])
    few = [(10.0, 10.0), (100.0, 12.0), (110.0, 60.0), (15.0, 70.0), (50.0, 30.0)]
    steep = np.array([[1.0, 0, 0], [0, 1.0, 0], [-5e-4, 0, 1.0]])
    near = ViewAlignment("b", tuple(pairs(far, places=few)), *SIZE, *SIZE, 0.1, 0.1)
    space = space_of(
        [
            still("a", view=near),
            still("b", view=laid("c", steep, other=(6000, 4000))),
            still("c", (6000, 4000)),
        ]
    )
    assert space is not None
    assert space.extent[:2] == (0, 0)
    assert np.isnan(space.from_still("a", np.array([[1200.0, 10.0]]))).all()


def test_the_key_changes_where_a_still_lies_otherwise_only() -> None:
    shift = np.array([[1.0, 0, 30], [0, 1.0, 20], [0, 0, 1.0]])
    spaces = [
        space_of([still("a", view=view), still("b")])
        for view in (laid("b", shift, other=SIZE), laid("b", shift, other=SIZE, loo=0.9), None)
    ]
    keys = [space.key for space in spaces if space]
    assert keys[0] == keys[1] != keys[2]


@pytest.mark.parametrize(
    ("px", "words"),
    [(8.9e-14, "0.1"), (0.1, "0.1"), (0.844, "0.84"), (3.21, "3.2"), (9.96, "10"), (14.4, "14")],
)
def test_an_error_in_pixels_is_told_with_two_digits_and_never_as_nothing(px: float, words: str) -> None:
    assert px_words(px) == words
