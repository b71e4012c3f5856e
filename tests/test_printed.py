"""What lines of a screenshot say: dates by the project's reader of dates, credits by whose pictures viewers show."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflow.model import Basis, DateSpan, Precision
from workflow.printed import Line, Printed, printed

BOX = (0, 0, 10, 10)


def said(*texts: str, basis: Basis | None = None) -> tuple[Printed, ...]:
    return printed([Line(text, BOX, 90 - at) for at, text in enumerate(texts)], basis)


def dates(*texts: str, basis: Basis | None = None) -> list[object]:
    return [one.value for one in said(*texts, basis=basis) if one.attribute == "acquired"]


def credits(*texts: str) -> list[object]:
    return [one.value for one in said(*texts) if one.attribute == "credit"]


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("Imagery Date: 4/14/2023", date(2023, 4, 14)),
        ("Imagery date: 2023-04-14   39°01'13\"N", date(2023, 4, 14)),
        ("2023/4/14", date(2023, 4, 14)),
        ("Apr 14, 2023", date(2023, 4, 14)),
        ("14 April 2023", date(2023, 4, 14)),
        ("Apr. 2023 eye alt 1.2 km", date(2023, 4, 1)),
    ],
)
def test_dates_of_viewers_are_read(text: str, day: date) -> None:
    (found,) = dates(text)
    assert isinstance(found, DateSpan)
    assert found.earliest == day


@pytest.mark.parametrize(
    "text",
    ["eye alt 1.2 km", "1:25,000", "192.168.10.2024", "39.0203, 125.7534", "2023-02-30", "call 4/14/20231"],
)
def test_other_numbers_are_no_dates(text: str) -> None:
    assert not [one for one in dates(text) if one is not None]


def test_a_date_that_can_be_read_in_two_ways_is_told_and_not_proposed() -> None:
    (one,) = said("Imagery Date: 5/9/2020")
    assert one.value is None
    assert "5 September 2020" in one.problem
    assert "9 May 2020" in one.problem


def test_beside_google_s_name_a_date_is_the_earliest_possible() -> None:
    (found,) = dates("Google Earth", "Imagery Date: 2023-04-14")
    assert isinstance(found, DateSpan)
    assert (found.basis, found.latest) == (Basis.EARLIEST_POSSIBLE, None)
    (found,) = dates("2023-04-14")
    assert isinstance(found, DateSpan)
    assert (found.basis, found.precision) == (Basis.STATED, Precision.DAY)
    (found,) = dates("2023-04-14", basis=Basis.RELEASED)
    assert isinstance(found, DateSpan)
    assert found.basis is Basis.RELEASED


@pytest.mark.parametrize(
    ("lines", "credit"),
    [
        (["Image © 2023 Maxar Technologies"], "Image © 2023 Maxar Technologies"),
        (
            ["Google Earth", "Image © 2023 Maxar Technologies"],
            "Image: Google Earth, © 2023 Maxar Technologies",
        ),
        (["Google  Image (c) 2021 CNES / Airbus"], "Image: Google Earth, © 2021 CNES / Airbus"),
        (
            ["Goog1e Maps", "Imagery @2024 Airbus, Maxar Technologies"],
            "Image: Google Maps, © 2024 Airbus, Maxar Technologies",
        ),
        (["Image Landsat / Copernicus"], "Image: Landsat / Copernicus"),
        (["Google Earth"], "Image: Google Earth"),
    ],
)
def test_whose_the_picture_is_becomes_a_credit(lines: list[str], credit: str) -> None:
    assert credits(*lines) == [credit]


def test_what_names_nobody_is_no_credit() -> None:
    assert said("Scale 200 m", "N") == ()


def test_the_line_that_was_read_best_is_the_proof() -> None:
    lines = [Line("2023-04-14", (5, 5, 9, 9), 50), Line("Date 2023-04-14", (1, 2, 3, 4), 80)]
    (one,) = printed(lines)
    assert one.line.box == (1, 2, 3, 4)
    assert one.text == "2023-04-14"


@given(st.lists(st.text(max_size=80), max_size=4))
def test_no_text_raises(texts: list[str]) -> None:
    for one in said(*texts):
        assert one.attribute in ("acquired", "credit")
