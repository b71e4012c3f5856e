"""A mapping from pairs of which many are wrong."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from workflow.georef.robust import mapped, robust_fit
from workflow.model import ControlModel

PLANES = (ControlModel.SIMILARITY, ControlModel.AFFINE, ControlModel.PROJECTIVE)


def matrix_of(model: ControlModel, turn: float, scale: float, bend: float) -> np.ndarray:
    """A mapping of a picture some 1000 px wide."""
    cos, sin = scale * np.cos(turn), scale * np.sin(turn)
    matrix = np.array([[cos, -sin, 300.0], [sin, cos, -200.0], [0.0, 0.0, 1.0]])
    if model is not ControlModel.SIMILARITY:
        matrix = matrix @ np.array([[1.0 + bend, bend, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]])
    if model is ControlModel.PROJECTIVE:
        matrix = matrix @ np.array([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [bend / 2000, bend / 3000, 1.0]])
    return matrix / matrix[2, 2]


def pairs(matrix: np.ndarray, good: int, bad: int, noise: float, seed: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    one = rng.uniform(0, 1000, (good + bad, 2))
    other = mapped(matrix, one) + rng.normal(0, noise, (good + bad, 2)) if noise else mapped(matrix, one)
    other[good:] = rng.uniform(-2000, 2000, (bad, 2))
    return one, other


@given(
    model=st.sampled_from(PLANES),
    turn=st.floats(-3.1, 3.1),
    scale=st.floats(0.3, 3.0),
    bend=st.floats(-0.2, 0.2),
    good=st.integers(12, 40),
    bad=st.integers(0, 20),
    seed=st.integers(0, 9),
)
def test_a_known_mapping_is_recovered_among_wrong_pairs(model, turn, scale, bend, good, bad, seed) -> None:
    assume(bad <= good)
    truth = matrix_of(model, turn, scale, bend)
    one, other = pairs(truth, good, bad, 0.0, seed)
    found = robust_fit(one, other, model, 2.0, seed)
    assert found is not None
    matrix, agree = found
    assert agree[:good].all()
    assert agree[good:].sum() <= 1
    if not agree[good:].any():
        assert np.abs(mapped(matrix, one[:good]) - other[:good]).max() < 1e-4


@pytest.mark.parametrize("model", PLANES)
def test_noise_is_averaged_over_the_agreeing_pairs(model) -> None:
    truth = matrix_of(model, 0.7, 1.4, 0.1)
    one, other = pairs(truth, 60, 60, 0.5, 3)
    matrix, agree = robust_fit(one, other, model, 2.5, 0)
    assert agree[:60].sum() >= 58
    assert agree[60:].sum() <= 2
    at = np.array([[200.0, 200.0], [800.0, 300.0], [500.0, 800.0]])
    assert np.abs(mapped(matrix, at) - mapped(truth, at)).max() < 0.6


@pytest.mark.parametrize("model", PLANES)
def test_pairs_without_order_have_no_mapping_of_many(model) -> None:
    rng = np.random.default_rng(1)
    found = robust_fit(rng.uniform(0, 1000, (60, 2)), rng.uniform(0, 1000, (60, 2)), model, 2.0, 0)
    assert found is None or found[1].sum() <= 7


@pytest.mark.parametrize("model", PLANES)
def test_a_mirrored_mapping_is_never_found(model) -> None:
    one, _ = pairs(np.eye(3), 40, 0, 0.0, 1)
    found = robust_fit(one, one * (-1.0, 1.0), model, 2.0, 0)
    assert found is None or found[1].sum() <= 8


@pytest.mark.parametrize("model", PLANES)
def test_pairs_that_do_not_say_give_none(model) -> None:
    same = np.full((9, 2), 5.0)
    line = np.column_stack([np.arange(9.0), np.zeros(9)])
    assert robust_fit(same, same, model, 1.0, 0) is None
    assert robust_fit(same[:2], same[:2], model, 1.0, 0) is None
    if model is not ControlModel.SIMILARITY:
        assert robust_fit(line, line, model, 1e-6, 0) is None


def test_the_same_input_gives_the_same() -> None:
    one, other = pairs(matrix_of(ControlModel.PROJECTIVE, 0.3, 1.0, 0.1), 20, 20, 0.4, 2)
    first, second = (robust_fit(one, other, ControlModel.PROJECTIVE, 2.0, 7) for _ in range(2))
    assert (first[0] == second[0]).all()
    assert (first[1] == second[1]).all()


def test_what_is_no_pair_of_places_is_an_error_of_the_program() -> None:
    good = np.zeros((5, 2))
    with pytest.raises(ValueError, match="no plane mapping"):
        robust_fit(good, good, ControlModel.THIN_PLATE, 1.0, 0)
    with pytest.raises(ValueError, match="no pairs"):
        robust_fit(good, good[:3], ControlModel.AFFINE, 1.0, 0)
    with pytest.raises(ValueError, match="not finite"):
        robust_fit(good, good * np.nan, ControlModel.AFFINE, 1.0, 0)


def test_a_place_beyond_the_horizon_is_nowhere() -> None:
    matrix = np.array([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [-0.01, 0.0, 1.0]])
    assert np.isnan(mapped(matrix, np.array([[200.0, 0.0]]))).all()
    assert np.isfinite(mapped(matrix, np.array([[50.0, 0.0]]))).all()


def test_two_pairs_at_one_place_are_no_similarity_and_no_warning() -> None:
    one = np.array([[0.0, 0.0], [0.0, 0.0], [9.0, 0.0], [0.0, 9.0]])
    other = np.array([[5.0, 5.0], [8.0, 5.0], [14.0, 5.0], [5.0, 14.0]])
    found = robust_fit(one, other, ControlModel.SIMILARITY, 0.1, 0)
    assert found is not None
    assert found[1].tolist() == [True, False, True, True]
