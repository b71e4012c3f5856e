from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workflow.coords import (
    bearing_deg,
    distance_m,
    format_decimal,
    format_dms,
    lonlat,
    parse_position,
)
from workflow.errors import InputRefused
from workflow.model import LonLat

STADIUM = LonLat(125 + 44 / 60 + 5 / 3600, 39 + 1 / 60 + 13 / 3600)
HALF_SECOND = 0.5 / 3600 + 1e-9
places = st.builds(LonLat, st.floats(-180, 180), st.floats(-90, 90))


@pytest.mark.parametrize(
    "text",
    [
        "39° 1'13\"N 125°44'5\"E",
        "39°1'13\"N, 125°44'5\"E",
        "39°01'13\"N 125°44'05\"E",
        " 39° 01' 13\" N , 125° 44' 05\" E ",
        "39°1′13″N 125°44′5″E",
        "39º1’13”N 125º44’5”E",
        "39°1'13''N 125°44'5''E",
        "N39°1'13\" E125°44'5\"",
        "N 39 1 13, E 125 44 5",
        "125°44'5\"E 39°1'13\"N",
        "E125°44'5\" N39°1'13\"",
        "39 1 13 125 44 5",
        "39:01:13, 125:44:05",
        "39°1'13\" 125°44'5\"",
        "북위 39도 1분 13초 동경 125도 44분 5초",
    ],
)
def test_degrees_minutes_seconds_in_every_spelling_give_one_place(text: str) -> None:
    found = parse_position(text)
    assert found.lonlat.lon == pytest.approx(STADIUM.lon, abs=1e-12)
    assert found.lonlat.lat == pytest.approx(STADIUM.lat, abs=1e-12)
    assert found.precision_m == pytest.approx(31, abs=1)
    assert found.text == text.strip()


@pytest.mark.parametrize(
    ("text", "lon", "lat", "precision_m"),
    [
        ("39.0203, 125.7347", 125.7347, 39.0203, 11.1),
        ("39.0203 125.7347", 125.7347, 39.0203, 11.1),
        ("39.0203N 125.7347E", 125.7347, 39.0203, 11.1),
        ("125.7347E, 39.0203N", 125.7347, 39.0203, 11.1),
        ("39.02°N; 125.7347°E", 125.7347, 39.02, 1110),
        ("-33.8568, +151.2153", 151.2153, -33.8568, 11.1),
        ("−33.8568 −70.5", -70.5, -33.8568, 9250),  # the coarser of the two counts
        ("33.8568S 70.5000W", -70.5, -33.8568, 11.1),
        ("39° 1.217'N 125°44.083'E", 125.734716667, 39.020283333, 1.86),
        ("39 1.2 N 125 44.1 E", 125.735, 39.02, 186),
        ("-0°30'0\" -0°15'0\"", -0.25, -0.5, 30.9),
        ("8FVC9G8F+6W", 8.5248125, 47.3655625, 13.9),
        ("8FVC0000+", 8.5, 47.5, 111000),
        ("51SYD3660022800", 125.733007, 39.022254, 1),
        ("51S YD 36600 22800", 125.733007, 39.022254, 1),
        ("51syd366228", 125.733601, 39.02269, 100),  # the middle of the 100 m square
        ("49HCR0869", 108.756555, -40.002992, 1000),  # its middle lies beyond the latitude band
        ("51SYD3622", 125.731743, 39.019576, 1000),
        ("51N 736600 4322800", 125.733001, 39.022249, 1),
        ("UTM zone 51 North, 736600 mE, 4322800 mN", 125.733001, 39.022249, 1),
        ("51 north E736600 N4322800", 125.733001, 39.022249, 1),
        ("EPSG:32651 736600.25 4322800.25", 125.733004, 39.022251, 0.01),
        ("56H 334896 6252284", 151.21525, -33.856842, 1),
    ],
)
def test_other_forms(text: str, lon: float, lat: float, precision_m: float) -> None:
    found = parse_position(text)
    assert (found.lonlat.lon, found.lonlat.lat) == (
        pytest.approx(lon, abs=1e-5),
        pytest.approx(lat, abs=1e-5),
    )
    assert found.precision_m == pytest.approx(precision_m, rel=0.01)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("125.7347, 39.0203", "if the two are swapped, give latitude 39.0203, longitude 125.7347"),
        ("125°44'5\"N 39° 1'13\"E", "if the two are swapped"),
        ("91, 190", "outside"),
        ("39.02, 181", "outside"),
        ("nan, nan", "not a form"),
        ("inf 3", "not a form"),
        ("1e999, 3", "not a form"),
        ("", "empty"),
        ("39.0203", "not a form"),
        ("39,0203 125,7347", "not an angle"),
        ("somewhere in Pyongyang", "not a form"),
        ("39N 125N", "not a form"),
        ("39.5 N 125.5", "not a form"),
        ("39°61'13\"N 125°44'5\"E", "60 or more"),
        ("39° 1'60\"N 125°44'5\"E", "60 or more"),
        ("39.5°1'13\"N 125°44'5\"E", "not an angle"),
        ("39'1°13\"N 125°44'5\"E", "not an angle"),
        ("-39.5N 125.5E", "both a sign and a letter"),
        ("2PCM+4V", "short Plus Code"),
        ("51SYD366002280", "9 MGRS digits"),
        ("51S AA 1 1", "not a square"),
        ("51S 736600 4322800", "southern hemisphere or the latitude band"),
        ("51T 736600 4322800", "band S, not T"),
        ("51I 736600 4322800", "no UTM latitude band"),
        ("61N 736600 4322800", "zone"),
        ("51N 4322800 736600", "easting"),
        ("9" * 500, "too long"),
        ("39.0203, 125.7347, 12", "not a form"),
    ],
)
def test_what_cannot_be_read_is_refused_with_a_sentence(text: str, says: str) -> None:
    with pytest.raises(InputRefused) as refusal:
        parse_position(text)
    assert says in str(refusal.value)
    assert str(refusal.value).endswith(".")


def test_numbers_out_of_range_offer_the_swap_only_where_it_fits() -> None:
    assert lonlat(125.7, 39) == LonLat(125.7, 39)
    with pytest.raises(InputRefused, match=r"give latitude 39, longitude 125\.7"):
        lonlat(39, 125.7)
    with pytest.raises(InputRefused, match="correct the numbers"):
        lonlat(190, 100)
    for value in (math.nan, math.inf, -math.inf):
        with pytest.raises(InputRefused, match="not finite"):
            lonlat(value, 39)


def test_dms_is_printed_as_the_report_prints_it() -> None:
    assert format_dms(STADIUM) == "39° 1'13\"N 125°44'5\"E"
    assert format_dms(LonLat(-0.00001, -33.5)) == "33°30'0\"S 0° 0'0\"E"
    assert format_dms(LonLat(179.99999, 59.99999)) == "60° 0'0\"N 180° 0'0\"E"
    assert format_decimal(STADIUM) == "39.02028, 125.73472"


@settings(deadline=None)
@given(places)
def test_dms_reads_back_within_half_a_second(place: LonLat) -> None:
    back = parse_position(format_dms(place)).lonlat
    assert abs(back.lon - place.lon) <= HALF_SECOND
    assert abs(back.lat - place.lat) <= HALF_SECOND


@settings(deadline=None)
@given(places)
def test_decimal_reads_back_within_half_of_its_last_digit(place: LonLat) -> None:
    back = parse_position(format_decimal(place, 6)).lonlat
    assert abs(back.lon - place.lon) <= 0.5000001e-6
    assert abs(back.lat - place.lat) <= 0.5000001e-6


# on the equator itself the package writes a reference of the wrong hemisphere
@settings(deadline=None)
@given(st.floats(-179.9, 179.9), st.floats(-79, 83).filter(lambda lat: abs(lat) > 1e-4))
def test_mgrs_reads_back_within_its_square(lon: float, lat: float) -> None:
    from mgrs import MGRS

    place = LonLat(lon, lat)
    for digits, size_m in ((5, 1), (4, 10), (2, 1000)):
        code = MGRS().toMGRS(lat, lon, MGRSPrecision=digits)
        assert distance_m(parse_position(code).lonlat, place) <= size_m * 1.5 + 0.1


@settings(deadline=None)
@given(st.text(alphabet="0123456789 NSEW°'\",.+-:Z", max_size=40))
def test_any_text_gives_a_position_or_a_refusal(text: str) -> None:
    try:
        place = parse_position(text).lonlat
    except InputRefused:
        return
    assert abs(place.lat) <= 90


def test_distance_and_bearing_on_the_ellipsoid() -> None:
    north = LonLat(STADIUM.lon, STADIUM.lat + 1 / 3600)
    assert distance_m(STADIUM, north) == pytest.approx(30.8, abs=0.1)
    assert bearing_deg(STADIUM, north) == pytest.approx(0, abs=1e-6)
    assert bearing_deg(north, STADIUM) == pytest.approx(180, abs=1e-6)
    assert bearing_deg(LonLat(0, 0), LonLat(-1, 0)) == pytest.approx(270)


@settings(deadline=None)
@given(places, places)
def test_a_bearing_lies_within_0_and_360(start: LonLat, end: LonLat) -> None:
    assert 0 <= bearing_deg(start, end) < 360
