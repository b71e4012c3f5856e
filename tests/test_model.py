"""The dataclasses refuse what cannot be, when they are made."""

from __future__ import annotations

import dataclasses
import math
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflow.model import (
    Author,
    Capture,
    DateSpan,
    Finding,
    LonLat,
    Precision,
    Role,
    Site,
    State,
    Target,
    slug,
)


@pytest.mark.parametrize(
    ("text", "made"),
    [
        ("North of the Arch", "north-of-the-arch"),
        ("  Hyangsan--Road (outbound) ", "hyangsan-road-outbound"),
        ("Phyŏngsŏng", "phyongsong"),
        ("개성 gate 2", "gate-2"),
        ("개성", ""),
        ("", ""),
    ],
)
def test_a_slug_has_ascii_letters_digits_and_hyphens(text: str, made: str) -> None:
    assert slug(text) == made


@given(st.text())
def test_a_slug_is_its_own_slug_and_fits_an_id(text: str) -> None:
    made = slug(text)
    assert slug(made) == made
    if made:
        assert Site(made, text).id == made


@pytest.mark.parametrize(("lon", "lat"), [(180, 90), (-180, -90), (0, 0)])
def test_places_on_earth_are_taken(lon: float, lat: float) -> None:
    assert (LonLat(lon, lat).lon, LonLat(lon, lat).lat) == (lon, lat)


@pytest.mark.parametrize(
    ("lon", "lat"), [(180.01, 0), (-181, 0), (0, 90.01), (0, -91), (math.nan, 0), (0, math.inf)]
)
def test_places_off_earth_are_refused(lon: float, lat: float) -> None:
    with pytest.raises(ValueError, match="position"):
        LonLat(lon, lat)


def test_a_span_ends_when_it_starts_or_later() -> None:
    day = date(2020, 1, 1)
    assert DateSpan(day, day, Precision.DAY).latest == day
    assert DateSpan(day, None, Precision.RANGE).latest is None
    assert DateSpan(None, day, Precision.RANGE).earliest is None
    with pytest.raises(ValueError, match="ends"):
        DateSpan(day, day - timedelta(days=1), Precision.RANGE)


def test_an_instant_needs_a_zone() -> None:
    naive = datetime(2020, 1, 1, 12)  # noqa: DTZ001  the fault under test
    with pytest.raises(ValueError, match="time zone"):
        DateSpan(None, None, Precision.INSTANT, instant=naive)
    for zone in (UTC, timezone(timedelta(hours=9))):
        assert DateSpan(None, None, Precision.INSTANT, instant=naive.replace(tzinfo=zone)).instant


def test_only_present_and_absent_decide() -> None:
    assert {state for state in State if state.decisive} == {State.PRESENT, State.ABSENT}


@pytest.mark.parametrize(
    "bad", ["", "Gate", "gate ", "gate_1", "-gate", "gate--1", "../gate", "게이트", "gate\n"]
)
def test_ids_are_slugs(bad: str) -> None:
    with pytest.raises(ValueError, match="is not lower-case"):
        Target(bad)
    with pytest.raises(ValueError, match="is not lower-case"):
        Site(bad, "Gate")


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("bearing_deg", 360.0, "bearing"),
        ("bearing_deg", -1.0, "bearing"),
        ("bearing_deg", math.nan, "bearing"),
        ("radius_m", 0.0, "radius"),
        ("radius_m", 20_001.0, "radius"),
        ("radius_m", math.nan, "radius"),
        ("targets", (Target("a"), Target("b"), Target("a")), "not distinct: a, b, a"),
    ],
)
def test_a_site_refuses_what_cannot_be(field: str, value: Any, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        Site("gate", "Gate", **{field: value})


def test_a_site_takes_the_limits() -> None:
    site = Site("gate", "Gate", bearing_deg=0.0, radius_m=20_000.0, targets=(Target("a"), Target("b")))
    assert site.bearing_deg == 0.0


def test_an_author_has_a_name() -> None:
    assert Author("Kim").role is Role.ANALYST
    with pytest.raises(ValueError, match="name"):
        Author(" \t")


@pytest.mark.parametrize("kind", [Site, Capture, DateSpan, Finding])
def test_what_was_made_does_not_change(kind: type) -> None:
    assert dataclasses.is_dataclass(kind)
    assert kind.__dataclass_params__.frozen
    with pytest.raises(dataclasses.FrozenInstanceError):
        LonLat(1, 2).lon = 3  # type: ignore[misc]
