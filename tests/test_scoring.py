"""The contract of every change scorer, and what the structural one answers to."""

from __future__ import annotations

import numpy as np
import pytest

from workflow import plugins
from workflow.model import Chip, Stretch, TargetClass
from workflow.scoring.base import Scorer, SeriesScorer, fitness

PLUGINS = dict(plugins.load("workflow.scoring"))
SCORERS: dict[str, Scorer] = {name: one for name, one in PLUGINS.items() if isinstance(one, Scorer)}
GENERATOR_SEED = 7


def texture(seed: int = GENERATOR_SEED, side: int = 160) -> np.ndarray:
    """A (3, row, column) picture of soft blobs: edges everywhere, as in a town."""
    noise = np.random.default_rng(seed).normal(size=(side + 16, side + 16))
    for _ in range(4):
        noise = (noise[:-1] + noise[1:]) / 2
        noise = (noise[:, :-1] + noise[:, 1:]) / 2
    grey = noise[:side, :side]
    grey = (grey - grey.min()) / np.ptp(grey) * 180 + 30
    return np.repeat(grey[None], 3, axis=0).astype(np.uint8)


def chip(data: np.ndarray, valid: np.ndarray | None = None) -> Chip:
    mask = np.ones(data.shape[1:], np.bool_) if valid is None else valid
    return Chip("site", "capture", data, mask, (Stretch(0, 255),) * 3, 0.5)


@pytest.fixture(params=sorted(SCORERS))
def scorer(request: pytest.FixtureRequest) -> Scorer:
    return SCORERS[request.param]


def value(scorer: Scorer, before: Chip, after: Chip) -> float:
    score = scorer.score(before, after)
    assert score.value is not None
    assert (score.scorer, score.version) == (scorer.name, scorer.version)
    return score.value


def test_every_plugin_scores_pairs_or_series() -> None:
    assert SCORERS
    assert all(isinstance(one, (Scorer, SeriesScorer)) for one in PLUGINS.values())


def test_a_scorer_made_for_a_class_goes_before_the_others_and_serves_no_other_class() -> None:
    assert fitness(PLUGINS["crossing"], TargetClass.BUILDING) is None
    made_for, general = (fitness(PLUGINS[one], TargetClass.GANTRY) for one in ("crossing", "structure"))
    assert made_for is not None
    assert general is not None
    assert made_for > general


def test_a_measure_of_negative_rank_suits_nothing() -> None:
    assert fitness(PLUGINS["ssim"], TargetClass.GANTRY) is None


def test_a_chip_does_not_differ_from_itself(scorer: Scorer) -> None:
    assert value(scorer, chip(texture()), chip(texture())) == 0


def test_unrelated_chips_differ_much_and_stay_within_one(scorer: Scorer) -> None:
    assert 0.3 < value(scorer, chip(texture(1)), chip(texture(2))) <= 1


def test_the_order_of_the_pair_does_not_matter(scorer: Scorer) -> None:
    """`construction` alone is directed."""
    first, second = chip(texture(1)), chip(texture(2))
    if scorer.name != "construction":
        assert value(scorer, first, second) == value(scorer, second, first)


def test_the_inputs_are_left_as_they_were(scorer: Scorer) -> None:
    first, second = texture(1), texture(2)
    scorer.score(chip(first), chip(second))
    assert np.array_equal(first, texture(1))
    assert np.array_equal(second, texture(2))


def test_what_one_chip_does_not_cover_counts_for_nothing(scorer: Scorer) -> None:
    covered = np.ones((160, 160), np.bool_)
    covered[:, :60] = False
    spoilt = texture()
    spoilt[:, :, :60] = 255
    assert value(scorer, chip(texture()), chip(spoilt, covered)) == 0


def test_without_common_ground_there_is_no_value_but_a_reason(scorer: Scorer) -> None:
    nothing = np.zeros((160, 160), np.bool_)
    score = scorer.score(chip(texture()), chip(texture(), nothing))
    assert score.value is None
    assert score.reason


def test_other_light_counts_less_than_a_new_bar(scorer: Scorer) -> None:
    darker = (texture().astype(np.float64) * 0.7 + 20).astype(np.uint8)
    barred = texture()
    barred[:, 78:82, 30:130] = 240
    light = value(scorer, chip(texture()), chip(darker))
    bar = value(scorer, chip(texture()), chip(barred))
    assert light < bar / 2
