"""Where the sun stands, and heights from shadows with their errors."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflow.model import Basis, Capture, CaptureKind, DateSpan, LonLat, Precision
from workflow.shadows import (
    Sun,
    SunSource,
    height_from_shadow,
    off_course_deg,
    refraction_deg,
    sun_at,
    sunlight,
    usual_sun,
)

PLACE = LonLat(125.74, 39.02)
NOON = datetime(2021, 6, 21, 3, 30, tzinfo=UTC)
CLOCK = Basis.PRODUCT_METADATA


def capture(instant: datetime | None = None, basis: Basis = CLOCK, **known: Any) -> Capture:
    day = instant.date() if instant else date(2021, 6, 21)
    span = DateSpan(day, day, Precision.INSTANT if instant else Precision.DAY, basis, "", instant)
    return Capture("a" * 16, "a" * 64, CaptureKind.SATELLITE, "a.tif", "o", "w", span, 10, 10, 3, **known)


# -- the sun -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("when", "lon", "lat", "azimuth", "elevation"),
    [
        # Reda and Andreas 2003 (NREL/TP-560-34302), table A5.1: topocentric azimuth, elevation less refraction
        (datetime(2003, 10, 17, 19, 30, 30, tzinfo=UTC), -105.1786, 39.742476, 194.34024, 39.872046),
        # Meeus, Astronomical Algorithms, example 25.a: declination -7.785 at 1992-10-13 0h, over the pole
        (datetime(1992, 10, 13, 0, 0, tzinfo=UTC), 0.0, 90.0, None, -7.785),
    ],
)
def test_the_sun_stands_where_published_examples_say(
    when: datetime, lon: float, lat: float, azimuth: float | None, elevation: float
) -> None:
    sun = sun_at(LonLat(lon, lat), when)
    assert sun.elevation_deg == pytest.approx(elevation, abs=0.05)
    if azimuth is not None:
        assert sun.azimuth_deg == pytest.approx(azimuth, abs=0.05)


INSTANTS = st.integers(-315_000_000, 2_524_000_000).map(
    lambda s: datetime.fromtimestamp(s, UTC)
)  # 1960 to 2049
PLACES = st.builds(LonLat, st.floats(-180, 180), st.floats(-89, 89))


@given(PLACES, INSTANTS)
def test_the_sun_is_on_the_sky_and_moves_at_most_a_degree_in_four_minutes(
    place: LonLat, when: datetime
) -> None:
    sun, later = sun_at(place, when), sun_at(place, when + timedelta(minutes=4))
    assert 0 <= sun.azimuth_deg <= 360
    assert -90 <= sun.elevation_deg <= 90
    assert abs(later.elevation_deg - sun.elevation_deg) <= 1.01


@given(PLACES, INSTANTS)
def test_the_sun_on_the_other_side_of_the_earth_stands_as_low_as_here_high(
    place: LonLat, when: datetime
) -> None:
    opposite = LonLat(place.lon - 180 if place.lon > 0 else place.lon + 180, -place.lat)
    assert sun_at(opposite, when).elevation_deg == pytest.approx(-sun_at(place, when).elevation_deg, abs=1e-6)


@given(st.floats(1, 90))
def test_air_lifts_the_sun_less_the_higher_it_stands(elevation: float) -> None:
    assert 0 <= refraction_deg(elevation) < 0.42
    assert refraction_deg(elevation) >= refraction_deg(min(90.0, elevation + 0.5)) - 1e-3


def test_refraction_at_ten_degrees_is_that_of_the_tables() -> None:
    assert refraction_deg(10) * 60 == pytest.approx(5.3, abs=0.1)


# -- over a picture ------------------------------------------------------------------------------------------


def test_a_stated_sun_counts_before_a_computed_one() -> None:
    stated = sunlight(capture(NOON, sun_elevation_deg=74.0, sun_azimuth_deg=170.0), PLACE)
    assert (stated.source, stated.elevation_deg, stated.azimuth_deg) == (SunSource.STATED, 74.0, 170.0)
    assert stated.elevation_error_deg == pytest.approx(0.1)
    assert stated.differs_deg is None


def test_a_stated_sun_far_from_that_of_the_stated_time_says_by_how_much() -> None:
    computed = sun_at(PLACE, NOON).elevation_deg
    stated = sunlight(capture(NOON, sun_elevation_deg=30.0), PLACE)
    assert stated.differs_deg == pytest.approx(computed - 30.0, abs=0.01)
    assert stated.azimuth_deg == sun_at(PLACE, NOON).azimuth_deg


def test_a_stated_sun_is_the_less_sure_the_further_the_place_is_from_the_middle_of_the_picture() -> None:
    ring = (LonLat(125, 38), LonLat(126, 38), LonLat(126, 40), LonLat(125, 40), LonLat(125, 38))
    middle, edge = LonLat(125.5, 39.0), LonLat(125.5, 40.0)
    errors = [
        sunlight(capture(sun_elevation_deg=40.0, footprint=ring), one).elevation_error_deg
        for one in (middle, edge)
    ]
    assert errors == pytest.approx([0.1, 1.1])


def test_without_a_statement_the_exact_time_and_the_place_say_it() -> None:
    found = sunlight(capture(NOON), PLACE)
    sun = sun_at(PLACE, NOON)
    assert found.source is SunSource.COMPUTED
    assert found.azimuth_deg == sun.azimuth_deg
    assert found.elevation_deg == sun.elevation_deg + refraction_deg(sun.elevation_deg)
    # half a minute is an eighth of a degree at most
    assert 0.05 < found.elevation_error_deg <= 0.05 + 0.126
    assert found.azimuth_error_deg > found.elevation_error_deg


@pytest.mark.parametrize(
    ("known", "reason"),
    [
        (capture(), SunSource.NO_TIME),
        (capture(NOON, Basis.FILE_TAG), SunSource.UNSURE_TIME),
        (capture(datetime(2021, 6, 21, 15, tzinfo=UTC)), SunSource.NIGHT),
        (capture(NOON, sun_elevation_deg=-3.0), SunSource.NIGHT),
    ],
)
def test_where_the_sun_is_not_known_there_is_a_reason_and_no_number(
    known: Capture, reason: SunSource
) -> None:
    found = sunlight(known, PLACE)
    assert (found.source, found.elevation_deg) == (reason, None)


# -- the height ----------------------------------------------------------------------------------------------

LENGTHS = st.floats(0.1, 500)
ERRORS = st.floats(0, 20)
ELEVATIONS = st.floats(2, 88)


def test_a_shadow_as_long_as_the_thing_is_high_under_a_sun_at_45_degrees() -> None:
    found = height_from_shadow(20.0, 1.0, 45.0, 0.0)
    assert (found.height_m, found.least_m, found.most_m) == pytest.approx((20.0, 19.0, 21.0))


@given(LENGTHS, ERRORS, ELEVATIONS, st.floats(0, 1), st.floats(-1, 1), st.floats(-1, 1))
def test_whatever_the_errors_are_the_true_height_lies_between_the_bounds(
    length: float, error: float, elevation: float, sun_error: float, one: float, two: float
) -> None:
    found = height_from_shadow(length, error, elevation, sun_error)
    true_length, true_sun = max(length + one * error, 0.0), elevation + two * sun_error
    assert found.least_m <= true_length * math.tan(math.radians(true_sun)) * (1 + 1e-12) + 1e-12
    assert found.most_m >= true_length * math.tan(math.radians(true_sun)) * (1 - 1e-12) - 1e-12
    assert 0 <= found.least_m <= found.height_m <= found.most_m


@given(LENGTHS, ELEVATIONS, ERRORS, ERRORS)
def test_a_larger_reading_error_never_gives_narrower_bounds(
    length: float, elevation: float, one: float, two: float
) -> None:
    less, more = (height_from_shadow(length, error, elevation, 0.1) for error in sorted((one, two)))
    assert more.least_m <= less.least_m
    assert more.most_m >= less.most_m


@pytest.mark.parametrize(
    ("bearing", "azimuth", "off"),
    [(350.0, 170.0, None), (352.0, 170.0, None), (10.0, 170.0, 20.0), (330.0, 170.0, -20.0), (170.0, 170.0, -180.0),
     (1.0, 178.0, None), (1.0, 150.0, 31.0)],
)  # fmt: skip
def test_a_line_that_is_no_shadow_is_told_by_its_direction(
    bearing: float, azimuth: float, off: float | None
) -> None:
    found = off_course_deg(bearing, azimuth, 0.5, 20.0, 1.0)
    assert found == (None if off is None else pytest.approx(off))


def test_a_thing_throws_its_shadow_away_from_the_sun_and_never_longer_than_at_five_degrees() -> None:
    assert Sun(180.0, 45.0).shadow_per_metre() == pytest.approx((0.0, 1.0))
    assert Sun(90.0, 1.0).shadow_per_metre() == Sun(90.0, 5.0).shadow_per_metre()


def test_a_short_line_may_point_further_off() -> None:
    assert off_course_deg(10.0, 170.0, 0.5, 2.0, 1.0) is None
    assert off_course_deg(10.0, 170.0, 0.5, 20.0, 1.0) == pytest.approx(20.0)


def test_the_usual_sun_is_that_of_mid_morning_on_the_middle_day() -> None:
    place = LonLat(125.7, 39.0)
    span = DateSpan(date(2021, 6, 1), date(2021, 6, 30), Precision.MONTH, Basis.STATED, "June 2021")
    found = usual_sun(span, place)
    assert found is not None
    # 10:45 local solar time is 02:22 UTC there
    assert found == sun_at(place, datetime(2021, 6, 15, 2, 22, 12, tzinfo=UTC))
    assert 100 < found.azimuth_deg < 150


def test_there_is_no_usual_sun_of_a_year_an_open_date_or_the_polar_night() -> None:
    june, december = (
        DateSpan(date(2021, m, 1), date(2021, m, 30), Precision.MONTH, Basis.STATED, "") for m in (6, 12)
    )
    year = replace(june, earliest=date(2021, 1, 1), latest=date(2021, 12, 31), precision=Precision.YEAR)
    assert usual_sun(year, LonLat(125.7, 39.0)) is None
    assert usual_sun(replace(june, latest=None), LonLat(125.7, 39.0)) is None
    assert usual_sun(december, LonLat(20.0, 80.0)) is None
