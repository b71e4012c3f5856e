"""Placing a picture by pairs of points: what every model must do, and what is refused."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from workflow.errors import InputRefused
from workflow.georef import Fit, Spline, fit, format_points, in_crs, lattice, parse_points, pixel_m
from workflow.model import LEAST_POINTS, ControlModel, ControlPoint, ControlPoints

SIZE = (1280, 720)
EAST, NORTH = 556_000.0, 4_320_000.0
MODELS = tuple(ControlModel)
PLANES = tuple(one for one in MODELS if one is not ControlModel.THIN_PLATE)

few = settings(max_examples=40, deadline=None)  # linear algebra on a busy machine has no deadline
numbers = st.floats(-1, 1)
angles = st.floats(-math.pi, math.pi)


def similar(angle: float, scale: float) -> np.ndarray:
    """Matrix from (column, row, 1) to metres: north-up, turned and scaled."""
    cos, sin = scale * math.cos(angle), scale * math.sin(angle)
    return np.array([[cos, sin, EAST], [sin, -cos, NORTH], [0, 0, 1]])


def projected(matrix: np.ndarray, places: np.ndarray) -> np.ndarray:
    made = np.column_stack([places, np.ones(len(places))]) @ matrix.T
    return made[:, :2] / made[:, 2:]


seeds = st.integers(0, 2**32 - 1)


def spread(rng: np.random.Generator, least: int = 6) -> np.ndarray:
    """Places in the picture, one in each of some cells of a grid: never on one line, never twice the same."""
    cells = rng.permutation(12)[: rng.integers(least, 13)]
    return (np.column_stack([cells % 4, cells // 4]) + rng.uniform(0.1, 0.9, (len(cells), 2))) * (320, 240)


def pairs(places: np.ndarray, metres: np.ndarray) -> tuple[ControlPoint, ...]:
    return tuple(
        ControlPoint(*map(float, one), *map(float, other)) for one, other in zip(places, metres, strict=True)
    )


def matrix_of(
    model: ControlModel, angle: float, scale: float, bend: tuple[float, float], lean: float
) -> np.ndarray:
    matrix = similar(angle, scale)
    if model is not ControlModel.SIMILARITY:
        matrix[:2, 0] += scale * 0.3 * lean * np.array([1, 1])
    if model is ControlModel.PROJECTIVE:
        warped = np.eye(3)
        warped[2, :2] = np.array(bend) * 3e-4
        matrix = matrix @ warped
    return matrix


@few
@given(st.sampled_from(PLANES), seeds, angles, st.floats(0.05, 20), st.tuples(numbers, numbers), numbers)
def test_an_exact_mapping_is_found_again(model, seed, angle, scale, bend, lean) -> None:
    places = spread(np.random.default_rng(seed))
    matrix = matrix_of(model, angle, scale, bend, lean)
    found = fit(model, pairs(places, projected(matrix, places)), SIZE)
    everywhere = lattice(SIZE, 7)
    assert np.abs(found.mapping.to_map(everywhere) - projected(matrix, everywhere)).max() < 1e-4 * scale
    assert found.rms_m < 1e-5 * scale
    assert found.loo_m is not None
    assert found.loo_m < 1e-3 * scale


@few
@given(st.sampled_from(MODELS), seeds, angles, st.floats(0.05, 20))
def test_there_and_back_is_where_it_was(model, seed, angle, scale) -> None:
    rng = np.random.default_rng(seed)
    places = spread(rng)
    noise = rng.uniform(-8, 8, places.shape) * scale
    try:
        found = fit(model, pairs(places, projected(similar(angle, scale), places) + noise), SIZE)
    except InputRefused as refused:
        assume("fold" not in refused.problem and "horizon" not in refused.problem)
        raise
    everywhere = lattice(SIZE, 9)
    back = found.mapping.to_pixels(found.mapping.to_map(everywhere))
    assert np.abs(back - everywhere).max() < 0.01


@few
@given(seeds, angles, st.floats(0.05, 20))
def test_a_freer_model_never_fits_worse(seed, angle, scale) -> None:
    rng = np.random.default_rng(seed)
    places = spread(rng, 8)
    noise = rng.uniform(-4, 4, places.shape) * scale
    given_pairs = pairs(places, projected(similar(angle, scale), places) + noise)
    rms = [fit(model, given_pairs, SIZE).rms_m for model in MODELS]
    for stiff, free in pairwise(rms):
        assert free <= stiff * (1 + 1e-9) + 1e-9 * scale


@few
@given(st.sampled_from(MODELS), seeds, angles, st.tuples(st.floats(-4e5, 4e5), st.floats(-4e6, 4e6)))
def test_moving_and_turning_the_map_moves_and_turns_the_result(model, seed, angle, shift) -> None:
    rng = np.random.default_rng(seed)
    places = spread(rng)
    noise = rng.uniform(-1, 1, places.shape)
    metres = projected(similar(0.3, 0.5), places) + noise
    cos, sin = math.cos(angle), math.sin(angle)
    turned = (metres - metres[0]) @ np.array([[cos, sin], [-sin, cos]]) + metres[0] + shift
    one, other = (fit(model, pairs(places, there), SIZE) for there in (metres, turned))
    assert other.rms_m == pytest.approx(one.rms_m, abs=1e-4)
    assert other.loo_m == pytest.approx(one.loo_m, abs=1e-4, rel=1e-3)


@few
@given(st.sampled_from(MODELS), seeds, st.randoms(use_true_random=False))
def test_the_order_of_pairs_does_not_matter_and_those_switched_off_do_not_count(model, seed, random) -> None:
    rng = np.random.default_rng(seed)
    places = spread(rng)
    noise = rng.uniform(-1, 1, places.shape)
    given_pairs = list(pairs(places, projected(similar(1.0, 0.5), places) + noise))
    mixed = [*given_pairs, ControlPoint(5, 5, 0, 0, used=False)]
    random.shuffle(mixed)
    one, other = fit(model, given_pairs, SIZE), fit(model, mixed, SIZE)
    assert other.rms_m == pytest.approx(one.rms_m, abs=1e-6)
    assert [mixed[misfit.number].used for misfit in other.misfits] == [True] * len(given_pairs)


def test_a_spline_passes_through_its_pairs_and_its_error_is_that_of_pairs_left_out() -> None:
    places = lattice(SIZE, 4) * 0.9 + 20
    metres = projected(similar(0.2, 0.5), places)
    metres[5] += (3.0, 0.0)
    found = fit(ControlModel.THIN_PLATE, pairs(places, metres), SIZE)
    assert isinstance(found.mapping, Spline)
    assert found.rms_m < 1e-6
    assert found.loo_m is not None
    assert found.loo_m > 0.5
    worst = max(found.misfits, key=lambda one: one.left_out_m or 0)
    assert worst.number == 5


def test_the_slopes_of_a_spline_are_those_of_its_places() -> None:
    places = lattice(SIZE, 3) * 0.9 + 20
    noise = np.random.default_rng(3).normal(0, 5, places.shape)
    mapping = fit(
        ControlModel.THIN_PLATE, pairs(places, projected(similar(0.2, 0.5), places) + noise), SIZE
    ).mapping
    at = np.array([[300.0, 200.0], [640.0, 360.0], places[4]])
    step = 1e-3
    for axis in (0, 1):
        ahead = at.copy()
        ahead[:, axis] += step
        measured = (mapping.to_map(ahead) - mapping.to_map(at)) / step
        assert np.abs(measured - mapping.slopes(at)[:, axis]).max() < 1e-3


def test_with_the_fewest_pairs_nothing_checks_the_fit() -> None:
    places = np.array([(100.0, 100.0), (1100.0, 120.0), (150.0, 600.0), (1000.0, 650.0)])
    for model in MODELS:
        used = places[: LEAST_POINTS[model]]
        found = fit(model, pairs(used, projected(similar(0.1, 0.4), used)), SIZE)
        assert found.loo_m is None
        assert control(model, found, used).error_m is None


def control(model: ControlModel, found: Fit, places: np.ndarray) -> ControlPoints:
    points = pairs(places, projected(similar(0.1, 0.4), places))
    return ControlPoints("EPSG:32651", model, points, *SIZE, found.rms_m, found.loo_m)


def test_the_stated_error_is_the_honest_one() -> None:
    places = lattice(SIZE, 3)
    made = control(
        ControlModel.AFFINE,
        fit(ControlModel.AFFINE, pairs(places, projected(similar(0, 1), places)), SIZE),
        places,
    )
    assert replace(made, rms_m=1.0, loo_m=1.5).error_m == 1.5
    assert replace(made, rms_m=1.0, loo_m=None).error_m == 1.0


def test_the_pixel_is_the_usual_one_of_the_picture() -> None:
    places = lattice(SIZE, 3)
    found = fit(ControlModel.AFFINE, pairs(places, projected(similar(0.4, 0.2971), places)), SIZE)
    assert pixel_m(found.mapping, SIZE) == 0.2971


# -- what is refused ----------------------------------------------------------------------------------------------

CORNERS = np.array([(10.0, 10.0), (1200.0, 20.0), (1190.0, 700.0), (30.0, 690.0), (600.0, 200.0)])


def good() -> list[ControlPoint]:
    return list(pairs(CORNERS, projected(similar(0.1, 0.5), CORNERS)))


@pytest.mark.parametrize("model", MODELS)
def test_no_pairs_and_too_few_are_refused(model: ControlModel) -> None:
    with pytest.raises(InputRefused, match=r"there are none that count; give \d pairs or more\.$"):
        fit(model, [replace(one, used=False) for one in good()], SIZE)
    few = good()[: LEAST_POINTS[model] - 1]
    with pytest.raises(
        InputRefused, match=rf"{len(few)} pairs? counts?, {model} needs {len(few) + 1}; add some\.$"
    ):
        fit(model, few, SIZE)


def test_too_many_pairs_are_refused() -> None:
    places = lattice(SIZE, 15)
    with pytest.raises(InputRefused, match="225 pairs count, the limit is 200"):
        fit(ControlModel.AFFINE, pairs(places, projected(similar(0.1, 0.5), places)), SIZE)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"x": math.nan}, "Pair 2: it has a coordinate that is no number"),
        ({"col": 1281.0}, r"Pair 2: 1281\.0, 20\.0 lies outside the picture of 1280 x 720 px"),
        ({"col": 10.2, "row": 10.2}, "Pairs 1 and 2: they are at one place in the picture"),
    ],
)
def test_a_pair_that_cannot_be_is_named(change: dict[str, float], sentence: str) -> None:
    points = good()
    points[1] = replace(points[1], **change)
    with pytest.raises(InputRefused, match=sentence):
        fit(ControlModel.AFFINE, points, SIZE)


def test_two_pairs_at_one_place_on_the_map_are_refused() -> None:
    points = good()
    points[3] = replace(points[3], x=points[0].x, y=points[0].y)
    with pytest.raises(InputRefused, match="Pairs 1 and 4: they are at one place on the map"):
        fit(ControlModel.SIMILARITY, points, SIZE)


@pytest.mark.parametrize("model", MODELS[1:])
@pytest.mark.parametrize("where", ["in the picture", "on the map"])
def test_pairs_on_one_line_are_refused(model: ControlModel, where: str) -> None:
    along = np.linspace(0, 1, 5)[:, None] * (900.0, 500.0) + (50.0, 60.0)
    metres = projected(similar(0.1, 0.5), CORNERS if where == "in the picture" else along)
    points = pairs(along if where == "in the picture" else CORNERS, metres)
    with pytest.raises(InputRefused, match=f"they lie on one line {where}"):
        fit(model, points, SIZE)


def test_a_similarity_may_have_its_pairs_on_one_line() -> None:
    along = np.linspace(0, 1, 5)[:, None] * (900.0, 500.0) + (50.0, 60.0)
    assert fit(ControlModel.SIMILARITY, pairs(along, projected(similar(0.1, 0.5), along)), SIZE).rms_m < 1e-6


def test_three_of_four_pairs_on_one_line_say_no_projective_mapping() -> None:
    places = np.array([(100.0, 100.0), (600.0, 100.0), (1100.0, 100.0), (600.0, 600.0)])
    with pytest.raises(InputRefused, match="they do not say how a projective mapping lies"):
        fit(ControlModel.PROJECTIVE, pairs(places, projected(similar(0, 0.5), places)), SIZE)


def test_pairs_all_over_the_place_say_no_similarity() -> None:
    square = np.array([(100.0, 100.0), (500.0, 100.0), (500.0, 500.0), (100.0, 500.0)])
    mirrored = square * (1, 1) + (
        EAST,
        NORTH,
    )  # y grows downwards like the row: no turn fits better than another
    with pytest.raises(InputRefused, match="they do not say how a similarity mapping lies"):
        fit(ControlModel.SIMILARITY, pairs(square, mirrored), SIZE)


@pytest.mark.parametrize("model", [ControlModel.AFFINE, ControlModel.PROJECTIVE, ControlModel.THIN_PLATE])
def test_a_mirrored_picture_is_refused(model: ControlModel) -> None:
    metres = projected(similar(0.1, 0.5), CORNERS) * (-1, 1)
    with pytest.raises(
        InputRefused, match="the picture would lie mirrored; check whether two pairs are exchanged"
    ):
        fit(model, pairs(CORNERS, metres), SIZE)


def test_a_horizon_inside_the_picture_is_refused() -> None:
    below = CORNERS * (1, 0.4) + (0, 400)
    warped = np.eye(3)
    warped[2] = (0, 1 / 300, -1)  # the horizon is at row 300, all pairs lie below it
    with pytest.raises(InputRefused, match="the horizon would lie inside the picture"):
        fit(ControlModel.PROJECTIVE, pairs(below, projected(similar(0, 0.5) @ warped, below)), SIZE)


def test_a_fold_is_refused_and_its_place_named() -> None:
    places = lattice(SIZE, 4) * 0.9 + 20
    metres = projected(similar(0, 0.5), places)
    metres[[5, 6]] = metres[[6, 5]]
    with pytest.raises(
        InputRefused, match=r"the picture would fold near column \d+, row \d+; check the pairs there"
    ):
        fit(ControlModel.THIN_PLATE, pairs(places, metres), SIZE)


def test_a_place_beyond_a_spline_or_a_horizon_is_nowhere() -> None:
    warped = np.eye(3)
    warped[2, :2] = (0, -1e-3)
    found = fit(ControlModel.PROJECTIVE, pairs(CORNERS, projected(similar(0, 0.5) @ warped, CORNERS)), SIZE)
    assert np.isnan(found.mapping.to_map(np.array([(0.0, 1000.0)]))).all()


# -- files --------------------------------------------------------------------------------------------------------


def test_points_are_written_and_read_again() -> None:
    points = (*good(), ControlPoint(4.5, 0.0, 1.25, 2.5, used=False))
    found = fit(ControlModel.AFFINE, points, SIZE)
    text = format_points("EPSG:32651", points, found.misfits)
    again = parse_points(text, "a.points")
    assert again.points == points
    assert in_crs(again.points, again.crs, "EPSG:32651", "a.points") == points


def test_a_file_that_qgis_wrote_is_read() -> None:
    text = (
        '#CRS: GEOGCRS["WGS 84",ENSEMBLE["World Geodetic System 1984 ensemble",'
        'MEMBER["World Geodetic System 1984 (G730)"],'
        'MEMBER["World Geodetic System 1984 (G1762)"],'
        'ELLIPSOID["WGS 84",6378137,298.257223563,LENGTHUNIT["metre",1]],ENSEMBLEACCURACY[2.0]],PRIMEM["Greenwich",0,'
        'ANGLEUNIT["degree",0.0174532925199433]],CS[ellipsoidal,2],AXIS["geodetic latitude (Lat)",north,ORDER[1],'
        'ANGLEUNIT["degree",0.0174532925199433]],AXIS["geodetic longitude (Lon)",east,ORDER[2],'
        'ANGLEUNIT["degree",0.0174532925199433]],ID["EPSG",4326]]\n'
        "mapX,mapY,sourceX,sourceY,enable,dX,dY,residual\n"
        "125.6500,39.0000,12.5,-20.25,1,0,0,0\n125.6520,39.0010,300,-40,0,0,0,0\n"
    )
    read = parse_points(text, "a.points")
    assert read.points[0] == ControlPoint(12.5, 20.25, 125.65, 39.0)
    assert not read.points[1].used
    metres = in_crs(read.points, read.crs, "EPSG:32651", "a.points")
    back = in_crs(metres, "EPSG:32651", "EPSG:4326", "a.points")
    assert (back[0].x, back[0].y) == pytest.approx((125.65, 39.0), abs=1e-9)


def test_an_older_file_is_read() -> None:
    read = parse_points("mapX,mapY,pixelX,pixelY,enable\n1,2,3,-4,1\n", "old.points")
    assert read == type(read)("", (ControlPoint(3, 4, 1, 2),))


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "it has no columns mapX, mapY, sourceX, sourceY"),
        ("<html>", "it has no columns"),
        ("mapX,mapY,sourceX,sourceY\n1,2,3\n", "point 1 has no four numbers"),
        ("mapX,mapY,sourceX,sourceY\n1,2,3,inf\n", "point 1 has no four numbers"),
        ("mapX,mapY,sourceX,sourceY\n1,2,3," + '"' * 7 + "\n", "point 1 has no four numbers"),
        ("x" * 2**20 + "xx", "it is too long"),
        ("mapX,mapY,sourceX,sourceY\n" + "9" * 200_000, "it is no table"),
    ],
)
def test_what_is_no_file_of_points_is_refused(text: str, sentence: str) -> None:
    with pytest.raises(InputRefused, match=sentence):
        parse_points(text, "bad.points")


@pytest.mark.parametrize(
    ("crs", "sentence"),
    [
        ("", "'' is no coordinate reference system"),
        ("EPSG:999999", "'EPSG:999999' is no coordinate"),
        ("EPSG:4326", "lies outside"),
    ],
)
def test_a_wrong_crs_is_refused(crs: str, sentence: str) -> None:
    with pytest.raises(InputRefused, match=sentence):
        in_crs(good(), crs, "EPSG:32651", "a.points")
