"""What a capture can show: limits, the estimate of NIIRS, and the project's file of limits."""

from __future__ import annotations

import csv
import math
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflow.errors import InputRefused
from workflow.interpretability import (
    DEFAULTS,
    KEYS,
    Legible,
    Limits,
    Need,
    Reading,
    as_stated,
    caution,
    coarsest_gsd_m,
    limits_with,
    niirs,
    parse_limits,
    reading,
    view_gsd_m,
    with_limits,
    words,
)
from workflow.model import State, TargetClass

FILE = "interpretability.toml"
GANTRY = TargetClass.GANTRY
pixels = st.floats(0.02, 60)
angles = st.none() | st.floats(0, 60)
classes = st.sampled_from(TargetClass)


# -- defaults ------------------------------------------------------------------------------------------------


def test_every_class_has_limits_and_says_what_they_rest_on() -> None:
    assert set(DEFAULTS) == set(TargetClass)
    assert all(limits.basis for limits in DEFAULTS.values())
    assert DEFAULTS[TargetClass.OTHER].detect == Need(math.inf, 0)


def test_a_camera_needs_a_finer_picture_than_a_building_and_identifying_a_finer_one_than_detecting() -> None:
    coarsest = {kind: limits.detect.gsd_m for kind, limits in DEFAULTS.items()}
    assert coarsest[TargetClass.CAMERA] < coarsest[GANTRY] < coarsest[TargetClass.BUILDING]
    for kind in set(TargetClass) - {TargetClass.OTHER}:
        detect, identify = DEFAULTS[kind].detect, DEFAULTS[kind].identify
        assert detect.gsd_m > identify.gsd_m
        assert detect.niirs < identify.niirs


@pytest.mark.parametrize("kind", [one for one in TargetClass if one is not TargetClass.OTHER])
def test_a_picture_just_at_the_limit_of_pixels_meets_that_of_niirs_too(kind: TargetClass) -> None:
    limits = DEFAULTS[kind]
    assert reading(kind, limits, limits.detect.gsd_m, 0).level is Legible.DETECT
    assert reading(kind, limits, limits.identify.gsd_m, None).level is Legible.IDENTIFY
    assert reading(kind, limits, limits.detect.gsd_m * 1.02, None).level is Legible.TOO_COARSE


# -- NIIRS ---------------------------------------------------------------------------------------------------


def test_the_estimate_passes_through_the_published_example_and_halves_a_pixel_a_level() -> None:
    assert niirs(0.528) == pytest.approx(5.0, abs=0.001)  # GIQE 5, figure 1: 20.8 inches
    assert niirs(0.264) == pytest.approx(6.0, abs=0.001)
    assert [niirs(gsd) for gsd in (1e-6, 1e6)] == [9.0, 0.0]


def test_the_estimate_is_the_published_equation_at_its_example_of_edge_and_noise() -> None:
    edge, snr = 0.35, 50
    for gsd_m in (0.1, 0.3, 0.5, 1.2, 10):
        equation = (
            9.57
            - 3.32 * math.log10(gsd_m / 0.0254)
            + 3.32 * (1 - math.exp(-1.9 / snr)) * math.log10(edge)
            - 2 * math.log10(edge) ** 4
            - 1.8 / snr
        )
        assert niirs(gsd_m) == pytest.approx(max(equation, 0), abs=0.02)


@given(pixels, angles, st.floats(1, 5))
def test_coarser_or_more_oblique_is_never_better(gsd_m: float, angle: float | None, factor: float) -> None:
    assert niirs(gsd_m * factor, angle) <= niirs(gsd_m, angle)
    assert niirs(gsd_m, 70) <= niirs(gsd_m, angle) <= niirs(gsd_m, 0)
    assert view_gsd_m(gsd_m, angle) >= gsd_m
    assert math.isfinite(view_gsd_m(gsd_m, 90))


@pytest.mark.data
def test_the_view_angle_predicts_the_pixels_that_a_real_catalogue_states(test_data: Path) -> None:
    stated: dict[str, list[tuple[float, float]]] = {}
    for file in sorted((test_data / "maxar_open_data").glob("*.tsv")):
        with file.open(encoding="utf-8") as lines:
            for row in csv.DictReader(lines, delimiter="\t"):
                seen = float(row["gsd"]), float(row["view:off_nadir"])
                stated.setdefault(row["platform"], []).append(seen)
    assert sum(map(len, stated.values())) > 13_000
    off = []
    for rows in stated.values():
        at_nadir = sorted(gsd_m / view_gsd_m(1, angle) for gsd_m, angle in rows)[len(rows) // 2]
        off += [abs(view_gsd_m(at_nadir, angle) / gsd_m - 1) for gsd_m, angle in rows]
    off.sort()
    assert off[int(0.95 * len(off))] < 0.025
    assert off[-1] < 0.065


# -- a capture against the limits ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("gsd_m", "angle", "level"),
    [
        (0.3, None, Legible.IDENTIFY),
        (0.5, None, Legible.DETECT),
        (0.75, 0.0, Legible.DETECT),
        (0.7, 28.0, Legible.TOO_COARSE),  # 0.89 m at that angle
        (1.2, None, Legible.TOO_COARSE),
        (None, None, Legible.UNKNOWN),
        (0.0, None, Legible.UNKNOWN),
        (math.inf, 10.0, Legible.UNKNOWN),
    ],
)
def test_what_a_capture_shows_of_a_gantry(gsd_m: float | None, angle: float | None, level: Legible) -> None:
    seen = reading(GANTRY, DEFAULTS[GANTRY], gsd_m, angle)
    assert seen.level is level
    assert bool(seen.why) is (level is not Legible.IDENTIFY)


def test_the_reason_names_pixels_angle_estimate_and_what_is_asked() -> None:
    why = reading(GANTRY, DEFAULTS[GANTRY], 0.7, 28.0).why
    assert why == (
        "pixels of 0.7 m, 0.887 m at 28° off nadir (about NIIRS 4.3); to detect a gantry takes 0.75 m and NIIRS 4"
    )
    only = Limits(Need(0.5), Need(0.1))
    assert reading(TargetClass.GUARD_POST, only, 0.6, None).why.endswith("to detect a guard post takes 0.5 m")
    assert reading(GANTRY, Limits(Need(niirs=6), Need(0.1)), 0.6, None).why.endswith("a gantry takes NIIRS 6")


def test_a_class_without_limits_is_shown_by_everything() -> None:
    for gsd_m in (None, 1000.0):
        assert reading(TargetClass.OTHER, DEFAULTS[TargetClass.OTHER], gsd_m, None) == Reading(
            Legible.IDENTIFY
        )


@given(pixels, angles, st.floats(0.1, 5), st.floats(0, 9))
def test_the_coarsest_pixel_is_where_reading_changes(
    gsd_m: float, angle: float | None, limit: float, level: float
) -> None:
    need = Need(limit, level)
    is_fine = reading(GANTRY, Limits(need, need), gsd_m, angle).level is Legible.IDENTIFY
    assert is_fine is (view_gsd_m(gsd_m, angle) <= coarsest_gsd_m(need))
    if is_fine:
        assert view_gsd_m(gsd_m, angle) <= limit * 1.006
        assert niirs(gsd_m, angle) >= level - 0.01


STATES = {
    (Legible.UNKNOWN, State.PRESENT): "The ground sample distance is not known",
    (Legible.UNKNOWN, State.ABSENT): "The ground sample distance is not known",
    (Legible.TOO_COARSE, State.PRESENT): "This is finer than the picture should show",
    (Legible.TOO_COARSE, State.ABSENT): "'absent' rests on the note alone",
    (
        Legible.DETECT,
        State.PRESENT,
    ): "Something is there; that it is a gantry is not identified at this resolution",
}


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize(
    ("gsd_m", "level"), [(None, "UNKNOWN"), (2.0, "TOO_COARSE"), (0.5, "DETECT"), (0.2, "IDENTIFY")]
)
def test_a_statement_that_rests_on_little_is_told_so(gsd_m: float | None, level: str, state: State) -> None:
    seen = reading(GANTRY, DEFAULTS[GANTRY], gsd_m, None)
    assert seen.level is Legible[level]
    said = caution(GANTRY, seen, state)
    begins = STATES.get((seen.level, state), "")
    assert said.startswith(begins)
    assert bool(said) is bool(begins)
    assert not said or said.endswith(".")


def test_a_class_reads_as_words() -> None:
    assert words(TargetClass.GUARD_POST) == "guard post"


# -- the file ------------------------------------------------------------------------------------------------


def test_a_file_sets_what_it_names_and_leaves_the_rest() -> None:
    stated = parse_limits("[gantry]\ndetect_gsd_m = 0.5\n[pole]\nidentify_niirs = 7\n", FILE)
    limits = limits_with(stated)
    assert limits[GANTRY].detect == Need(0.5, 5.0)  # its NIIRS follows from the pixel
    assert limits[GANTRY].identify == DEFAULTS[GANTRY].identify
    assert limits[TargetClass.POLE].identify == Need(DEFAULTS[TargetClass.POLE].identify.gsd_m, 7.0)
    assert limits[TargetClass.MAST] == DEFAULTS[TargetClass.MAST]
    assert list(limits) == list(TargetClass)
    assert limits_with({}) == dict(DEFAULTS)


def test_inf_and_0_are_no_limit() -> None:
    limits = limits_with(parse_limits("[camera]\ndetect_gsd_m = inf\nidentify_gsd_m = inf", FILE))
    assert reading(TargetClass.CAMERA, limits[TargetClass.CAMERA], None, None).level is Legible.IDENTIFY


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[gantry", "it is no TOML"),
        ("[gantri]\n", "[gantri] is no class of targets; did you mean 'gantry'?"),
        ("[zz]\n", "use one of gantry, camera"),
        ("gantry = 3", "'gantry' is no table; write a line [gantry]"),
        ("[gantry]\ndetect_gsd = 1", "there is no limit 'detect_gsd'; did you mean 'detect_gsd_m'?"),
        ("[gantry]\nx = 1", "use one of detect_gsd_m, detect_niirs"),
        ("[gantry]\ndetect_gsd_m = 0", "detect_gsd_m is 0; write metres above 0"),
        ("[gantry]\ndetect_gsd_m = nan", "detect_gsd_m is nan"),
        ("[gantry]\ndetect_gsd_m = true", "detect_gsd_m is True"),
        ("[gantry]\ndetect_gsd_m = '0.5'", "detect_gsd_m is '0.5'"),
        ("[gantry]\ndetect_niirs = 10", "detect_niirs is 10; write a level from 0 (no limit) to 9"),
        ("[gantry]\nidentify_niirs = -1", "identify_niirs is -1"),
        ("a = " + "[" * 20_000, "is nested too deeply"),
    ],
)
def test_a_bad_file_is_refused_in_one_sentence_and_never_written(text: str, says: str) -> None:
    with pytest.raises(InputRefused) as refused:
        parse_limits(text, FILE)
    assert str(refused.value).startswith(FILE)
    assert says in str(refused.value)
    with pytest.raises(InputRefused):
        with_limits(text, GANTRY, {"detect_gsd_m": 0.5}, FILE)


def test_a_limit_is_set_and_everything_else_in_the_file_stays() -> None:
    text = "# ours\n\n[gantry] # beams\ndetect_gsd_m = 0.5  # measured\n\n[pole]\ndetect_gsd_m = 0.3\n"
    set_once = with_limits(text, GANTRY, {"detect_gsd_m": 0.6, "identify_niirs": 5.5}, FILE)
    assert set_once == (
        "# ours\n\n[gantry] # beams\nidentify_niirs = 5.5\ndetect_gsd_m = 0.6  # measured\n\n"
        "[pole]\ndetect_gsd_m = 0.3\n"
    )
    assert with_limits(set_once, TargetClass.FENCE, {"detect_niirs": 4, "detect_gsd_m": 2}, FILE) == (
        set_once + "\n[fence]\ndetect_niirs = 4\ndetect_gsd_m = 2\n"
    )


@pytest.mark.parametrize(
    "text", ["gantry.detect_gsd_m = 0.5", "gantry = { detect_gsd_m = 0.5 }", '["gantry"]\n']
)
def test_a_file_written_another_way_is_left_to_its_writer(text: str) -> None:
    with pytest.raises(InputRefused, match="change it by hand"):
        with_limits(text, GANTRY, {"detect_gsd_m": 0.6}, FILE)


def settings() -> Iterator[tuple[str, st.SearchStrategy[float]]]:
    for key in KEYS:
        yield key, st.floats(0, 9) if key.endswith("niirs") else st.floats(0.001, 1000) | st.just(math.inf)


limits = st.fixed_dictionaries({}, optional=dict(settings()))


@given(st.lists(st.tuples(classes, limits), max_size=6))
def test_what_is_set_is_what_is_read(changes: list[tuple[TargetClass, dict[str, float]]]) -> None:
    text, expected = "", {}
    for kind, one in changes:
        if one:
            text = with_limits(text, kind, one, FILE)
            expected[kind] = expected.get(kind, {}) | one
    assert parse_limits(text, FILE) == expected
    for kind, one in expected.items():
        assert as_stated(limits_with(expected)[kind]) | one == as_stated(limits_with(expected)[kind])
