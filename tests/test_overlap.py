"""What is told by sides is what the exact shapes say, pair by pair."""

from __future__ import annotations

import math

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from workflow.grid import box_rings
from workflow.model import LonLat
from workflow.overlap import _Boxes, _Rings, meeting, meets

Ring = tuple[LonLat, ...]
PLACES = (
    (0.0, 5.0),
    (179.999, 5.0),
    (-179.999, 5.0),
    (20.0, 79.9995),
    (20.0, -84.5),
    (10.0, 89.97),
    (125.9, 39.0),
)
ANGLES = st.floats(0, 2 * math.pi)


def at(place: tuple[float, float], east_m: float, north_m: float) -> LonLat:
    lat = min(max(place[1] + north_m / 111_320, -90.0), 90.0)
    lon = place[0] + east_m / (111_320 * max(math.cos(math.radians(place[1])), 1e-4))
    return LonLat((lon + 180) % 360 - 180, lat)


@st.composite
def slanted(draw: st.DrawFn, place: tuple[float, float]) -> Ring:
    """Four corners of a slanted strip, closed or not, in either direction; a side may just touch the box."""
    turn = draw(ANGLES)
    long_m, short_m = draw(st.floats(50, 9000)), draw(st.floats(50, 3000))
    # the middle lies so that a side passes the place at about the box's half side
    away = draw(st.sampled_from([0.0, 1.0])) * (short_m + draw(st.floats(0.5, 1.5)) * 150)
    along = draw(st.floats(-1.2, 1.2)) * long_m
    corners = [
        at(
            place,
            (along + x * long_m) * math.cos(turn) - (away + y * short_m) * math.sin(turn),
            (along + x * long_m) * math.sin(turn) + (away + y * short_m) * math.cos(turn),
        )
        for x, y in ((-1, -1), (1, -1), (1, 1), (-1, 1))
    ]
    if draw(st.booleans()):
        corners.reverse()
    return (*corners, corners[0]) if draw(st.booleans()) else tuple(corners)


@st.composite
def anyhow(draw: st.DrawFn, place: tuple[float, float]) -> Ring:
    """Corners in any order: crossing, folded, of no area, the same one again."""
    step = st.sampled_from([-2000.0, -160.0, -150.0, 0.0, 150.0, 900.0]) | st.floats(-3000, 3000)
    return tuple(at(place, *one) for one in draw(st.lists(st.tuples(step, step), min_size=4, max_size=7)))


def wide() -> st.SearchStrategy[Ring]:
    """Corners all over the Earth."""
    corner = st.builds(
        LonLat,
        st.sampled_from([-180.0, -80.003, 0.0, 100.003, 180.0]),
        st.sampled_from([-90.0, 4.9, 5.1, 90.0]),
    )
    return st.lists(corner, min_size=4, max_size=5).map(tuple)


@st.composite
def scenes(draw: st.DrawFn) -> tuple[list[LonLat], list[float], list[Ring]]:
    middle = draw(st.sampled_from(PLACES))
    shift = st.floats(-400, 400)
    places = [at(middle, *one) for one in draw(st.lists(st.tuples(shift, shift), min_size=1, max_size=3))]
    radii = [draw(st.sampled_from([10.0, 150.0, 150.0, 2000.0, 9000.0])) for _ in places]
    return places, radii, draw(st.lists(slanted(middle) | anyhow(middle) | wide(), max_size=5))


def by_brute_force(places: list[LonLat], radii: list[float], rings: list[Ring]) -> set[tuple[int, int]]:
    boxes = shapely.polygons(box_rings(places, radii))
    return {
        (place, number)
        for place, box in enumerate(boxes)
        for number, ring in enumerate(rings)
        if meets(box, ring)
    }


@settings(deadline=None, max_examples=300)
@given(scenes())
def test_pairs_are_those_of_brute_force(scene: tuple[list[LonLat], list[float], list[Ring]]) -> None:
    places, numbers = meeting(*scene)
    pairs = list(zip(places.tolist(), numbers.tolist(), strict=True))
    assert len(set(pairs)) == len(pairs)
    assert set(pairs) == by_brute_force(*scene)


def test_many_at_once_on_both_sides_of_the_date_line_are_those_of_brute_force() -> None:
    rng = np.random.default_rng(9)
    places = [at((180.0, 0.0), *one) for one in rng.uniform(-9e4, 9e4, (100, 2))]
    rings = []
    for x, y, long_m, short_m, turn in rng.uniform(
        (-9e4, -9e4, 1e3, 1e3, 0), (9e4, 9e4, 3e4, 1e4, 7), (300, 5)
    ):
        cos, sin = math.cos(turn), math.sin(turn)
        ends = [(a * long_m, b * short_m) for a, b in ((-1, -1), (1, -1), (1, 1), (-1, 1), (-1, -1))]
        rings.append(tuple(at((180.0, 0.0), x + a * cos - b * sin, y + a * sin + b * cos) for a, b in ends))
    radii = [150.0] * len(places)
    pairs = set(zip(*(some.tolist() for some in meeting(places, radii, rings)), strict=True))
    assert pairs == by_brute_force(places, radii, rings)
    assert len(pairs) > 300


def test_few_pairs_need_the_exact_shapes(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(3)
    places = [LonLat(float(x), float(y)) for x, y in rng.uniform((125, 38), (126, 39), (400, 2))]
    rings = [
        tuple(at((float(x), float(y)), *one) for one in ((-3e3, -3e3), (3e3, -2e3), (3e3, 3e3), (-3e3, 2e3)))
        for x, y in rng.uniform((125, 38), (126, 39), (200, 2))
    ]
    asked: list[int] = []
    exact = _Boxes.rings

    def counted(self: _Boxes, numbers: np.ndarray) -> np.ndarray:
        asked.append(len(numbers))
        return exact(self, numbers)

    monkeypatch.setattr(_Boxes, "rings", counted)
    places_met, _ = meeting(places, [150.0] * 400, rings)
    assert sum(asked) < len(places_met) / 5


@given(
    st.sampled_from(PLACES[:4]) | st.tuples(st.floats(-180, 180), st.floats(-80, 80)), st.floats(0.1, 5000)
)
def test_a_box_lies_between_what_it_surely_holds_and_what_it_reaches(
    place: tuple[float, float], radius_m: float
) -> None:
    boxes = _Boxes.around([LonLat(*place)], [radius_m])
    assert boxes.is_rough.all()
    ring = boxes.rings(np.array([0]))[0]
    assert (np.abs(ring - place) <= boxes.half[0]).all()
    turn = np.arange(0, 2 * math.pi, 0.1)
    points = place + boxes.sure[0] * np.column_stack((np.cos(turn), np.sin(turn)))
    assert shapely.contains_xy(shapely.Polygon(ring), points).all()


@pytest.mark.parametrize(
    ("corners", "is_convex"),
    [
        (((0, 0), (1, 0), (1, 1), (0, 1)), True),
        (((0, 0), (0, 1), (1, 1), (1, 0)), True),
        (((0, 0), (1, 0), (1, 1), (0, 1), (0, 0)), True),
        (((0, 0), (2, 0), (2, 2), (1, 0.5)), False),
        (((0, 0), (1, 1), (1, 0), (0, 1)), False),
        (((0, 0), (1, 1), (2, 2), (3, 3)), False),
        (((0, 0), (2, 0), (1, 0), (2, 0)), False),
        # a star of five points goes round twice
        (tuple((math.cos(n * 4 * math.pi / 5), math.sin(n * 4 * math.pi / 5)) for n in range(5)), False),
        (((0, 0.5), (1, 1), (0, 0), (0, 1), (0, 0)), False),
    ],
)
def test_a_convex_ring_goes_once_round(corners: tuple[tuple[float, float], ...], is_convex: bool) -> None:
    rings = _Rings.of([tuple(LonLat(float(x), float(y)) for x, y in corners)])
    sides, found = rings.sides(np.array([0]), int(rings.counts[0]))
    assert found.tolist() == [is_convex]
    if is_convex:
        assert all(a * 0.5 + b * 0.4 + c > 0 for a, b, c in zip(*(some[:, 0] for some in sides), strict=True))


def test_nothing_meets_nothing() -> None:
    ring = tuple(at((0.0, 5.0), *one) for one in ((-1, -1), (1, -1), (1, 1), (-1, 1)))
    for given_ in (
        ([], [], [ring]),
        ([LonLat(0.0, 5.0)], [150.0], []),
        ([LonLat(90.0, 5.0)], [150.0], [ring]),
    ):
        assert [len(some) for some in meeting(*given_)] == [0, 0]
