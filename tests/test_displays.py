"""How a picture is shown: a closed grammar, and bands that are named, assumed or not there."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflow.displays import STORED, Display, band_plan, parse_display, shown_as
from workflow.errors import InputRefused
from workflow.model import Capture, CaptureKind, DateSpan, Precision, Stretch


def capture(bands: int, *roles: str) -> Capture:
    day = date(2021, 6, 21)
    return Capture(
        "a" * 16, "a" * 64, CaptureKind.SATELLITE, "a.tif", "o", "w", DateSpan(day, day, Precision.DAY), 10, 10, bands,
        stretch=tuple(Stretch(at, 100 + at) for at in range(bands)), band_roles=roles,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("bands", "limits", "choice"),
    [
        ("", "", STORED),
        ("natural", "", Display("natural")),
        ("infrared", "120..1850", Display("infrared", (Stretch(120, 1850),))),
        ("12", "-0.5..0.25", Display("12", (Stretch(-0.5, 0.25),))),
        ("", "0..1,0..2,0..3", Display("", (Stretch(0, 1), Stretch(0, 2), Stretch(0, 3)))),
    ],
)
def test_a_choice_is_two_short_texts(bands: str, limits: str, choice: Display) -> None:
    assert parse_display(bands, limits) == choice


@pytest.mark.parametrize(
    ("bands", "limits"),
    [
        ("0", ""), ("100", ""), ("rgb", ""), ("natural ", ""), ("../x", ""), ("1,2", ""), ("١", ""),
        ("", "1"), ("", "1..1"), ("", "2..1"), ("", "0..1,0..2"), ("", "0..1,"), ("", "0..1,0..1,0..1,0..1"),
        ("", "nan..1"), ("", "0..inf"), ("", "1e3..2e3"), ("", "0..1\n"), ("", "0..12345678901"), ("", "0..١"),
    ],
)  # fmt: skip
def test_what_is_not_in_the_grammar_is_refused_in_a_sentence(bands: str, limits: str) -> None:
    with pytest.raises(InputRefused) as refused:
        parse_display(bands, limits)
    assert str(refused.value).count("\n") == 0
    assert str(refused.value).endswith(".")


@given(st.text(max_size=300), st.text(alphabet="0123456789.,-e \n", max_size=300))
def test_any_text_is_a_choice_or_refused(bands: str, limits: str) -> None:
    try:
        choice = parse_display(bands, limits)
    except InputRefused:
        return
    assert len(choice.limits) in (0, 1, 3)
    assert all(one.low < one.high for one in choice.limits)


def test_bands_that_the_file_names_are_found_wherever_they_lie() -> None:
    plan = band_plan(capture(5, "coastal", "blue", "green", "red", "nir"))
    assert (plan.natural, plan.infrared, plan.assumed) == ((3, 2, 1), (4, 3, 2), False)


@pytest.mark.parametrize(
    ("bands", "natural", "infrared", "assumed"),
    [
        (1, None, None, False),
        (2, None, None, False),
        (3, (0, 1, 2), None, True),
        (4, (0, 1, 2), (3, 0, 1), True),
        (8, None, None, False),
    ],
)
def test_without_names_only_the_usual_orders_are_assumed(
    bands: int, natural: object, infrared: object, assumed: bool
) -> None:
    plan = band_plan(capture(bands))
    assert (plan.natural, plan.infrared, plan.assumed) == (natural, infrared, assumed)
    assert plan.roles == ("",) * bands


def test_names_that_do_not_fit_the_bands_count_for_nothing() -> None:
    assert band_plan(capture(4, "red", "green")).assumed


def test_two_bands_of_one_name_are_no_choice_between_them() -> None:
    assert band_plan(capture(4, "red", "red", "green", "blue")).natural is None


@pytest.mark.parametrize(
    ("choice", "bands", "lows"),
    [
        (STORED, (0, 1, 2), (0, 1, 2)),
        (Display("infrared"), (3, 0, 1), (3, 0, 1)),
        (Display("2"), (1, 1, 1), (1, 1, 1)),
        (Display("natural", (Stretch(5, 6),)), (0, 1, 2), (5, 5, 5)),
        (Display("", (Stretch(5, 6), Stretch(6, 7), Stretch(7, 8))), (0, 1, 2), (5, 6, 7)),
    ],
)
def test_a_choice_becomes_bands_and_limits(
    choice: Display, bands: tuple[int, ...], lows: tuple[int, ...]
) -> None:
    shown = shown_as(capture(4), choice)
    assert shown.bands == bands
    assert tuple(one.low for one in shown.limits) == lows


def test_a_single_band_is_grey() -> None:
    assert shown_as(capture(1), STORED).bands == (0, 0, 0)


@pytest.mark.parametrize(("bands", "choice"), [(1, "natural"), (3, "infrared"), (3, "4"), (8, "infrared")])
def test_bands_that_a_capture_does_not_have_are_refused(bands: int, choice: str) -> None:
    with pytest.raises(InputRefused, match="has"):
        shown_as(capture(bands), Display(choice))
