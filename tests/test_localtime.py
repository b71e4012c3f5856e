"""The day at the place of a picture."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from store_sample import capture

from workflow.localtime import local_day, local_note, zone_at, zone_of
from workflow.model import LonLat, Position, Site

PYONGYANG = "Asia/Pyongyang"
ARCH = LonLat(125.7135, 38.9669)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("instant", "day", "note"),
    [
        ("2023-04-14T02:10:33", "2023-04-14", ""),
        ("2023-04-14T14:59:59", "2023-04-14", ""),
        ("2023-04-14T15:00:00", "2023-04-15", "15 April in Pyongyang, UTC+09:00"),
        ("2023-04-30T20:00:00", "2023-05-01", "1 May in Pyongyang, UTC+09:00"),
        ("2023-12-31T20:00:00", "2024-01-01", "1 January 2024 in Pyongyang, UTC+09:00"),
        # the half hour that began on 15 August 2015 and ended on 4 May 2018 at 23:30
        ("2015-08-14T15:00:00", "2015-08-14", ""),
        ("2015-08-13T15:00:00", "2015-08-14", "14 August in Pyongyang, UTC+09:00"),
        ("2017-06-01T15:29:59", "2017-06-01", ""),
        ("2017-06-01T15:30:00", "2017-06-02", "2 June in Pyongyang, UTC+08:30"),
        ("2018-05-03T15:15:00", "2018-05-03", ""),
        ("2018-05-04T15:00:00", "2018-05-05", "5 May in Pyongyang, UTC+09:00"),
    ],
)
def test_the_day_in_pyongyang(instant: str, day: str, note: str) -> None:
    assert local_day(utc(instant), PYONGYANG) == date.fromisoformat(day)
    assert local_note(utc(instant), PYONGYANG) == note


@pytest.mark.parametrize(
    ("zone", "note"),
    [
        ("America/New_York", "14 April in New York, UTC-04:00"),
        ("America/Argentina/Buenos_Aires", "14 April in Buenos Aires, UTC-03:00"),
        ("Etc/GMT+11", "14 April there, UTC-11:00"),
        ("Europe/London", ""),
        ("Etc/UTC", ""),
        ("UTC", ""),
        ("", ""),
        ("Asia/Nowhere", ""),
        ("../etc/passwd", ""),
    ],
)
def test_the_day_is_named_where_it_differs(zone: str, note: str) -> None:
    assert local_note(utc("2023-04-15T01:00:00"), zone) == note


def test_a_date_without_instant_has_no_local_day() -> None:
    assert local_note(None, PYONGYANG) == ""


def test_an_unknown_zone_gives_no_day() -> None:
    assert local_day(utc("2023-04-15T01:00:00"), "Asia/Nowhere") is None
    assert local_day(utc("2023-04-15T01:00:00"), "") is None


def test_an_instant_of_another_zone_is_compared_as_utc() -> None:
    moment = datetime(2023, 4, 15, 3, tzinfo=timezone(timedelta(hours=9)))  # 14 April 18:00 UTC
    assert local_note(moment, PYONGYANG) == "15 April in Pyongyang, UTC+09:00"


@pytest.mark.laws
@settings(deadline=None)
@given(
    st.datetimes(datetime(1900, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
    st.sampled_from([PYONGYANG, "America/Anchorage", "Asia/Kathmandu", "Pacific/Kiritimati", "UTC"]),
)
def test_the_local_day_is_that_of_the_zone_and_named_where_it_differs(moment: datetime, zone: str) -> None:
    day = local_day(moment, zone)
    assert day == moment.astimezone(ZoneInfo(zone)).date()
    assert bool(local_note(moment, zone)) == (day != moment.date())


# -- the zone of a picture -----------------------------------------------------------------------------------


def site(timezone: str = "", place: LonLat | None = ARCH) -> Site:
    return Site("arch", "Arch", position=Position(place) if place else None, timezone=timezone)


def ring(west: float, south: float, east: float, north: float) -> tuple[LonLat, ...]:
    corners = ((west, south), (east, south), (east, north), (west, north), (west, south))
    return tuple(LonLat(*corner) for corner in corners)


def test_a_place_has_a_zone_on_land_and_at_sea() -> None:
    assert zone_at(ARCH) == PYONGYANG
    assert zone_at(LonLat(-40, 30)) == "Etc/GMT+3"


def test_the_zone_is_the_sites_else_the_pictures_else_that_of_the_sites_position() -> None:
    seoul = capture("a", footprint=ring(126.9, 37.5, 127.0, 37.6))
    bare = capture("b", footprint=())
    assert zone_of(seoul, site("Asia/Tokyo")) == "Asia/Tokyo"
    assert zone_of(seoul, site()) == "Asia/Seoul"
    assert zone_of(seoul, None) == "Asia/Seoul"
    assert zone_of(bare, site()) == PYONGYANG
    assert zone_of(bare, site(place=None)) == ""
    assert zone_of(bare, None) == ""


def test_a_picture_across_the_antimeridian_has_its_middle_there() -> None:
    assert zone_of(capture("a", footprint=ring(178.0, -17.9, -179.9, -17.7)), None) == "Pacific/Fiji"


def test_help_does_not_load_the_map_of_zones() -> None:
    script = (
        "import sys\nfrom workflow.cli import main\n"
        "try: main(['--help'])\nexcept SystemExit: pass\n"
        "assert 'timezonefinder' not in sys.modules and 'workflow.localtime' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", script], check=True, capture_output=True)


@pytest.mark.parametrize(
    ("instant", "zone", "note"),
    [
        ("2023-04-14T15:00:00", PYONGYANG, "Pyongyang 4월 15일, UTC+09:00"),
        ("2023-12-31T20:00:00", PYONGYANG, "Pyongyang 2024년 1월 1일, UTC+09:00"),
        ("2023-04-14T20:00:00", "Etc/GMT-9", "현지 4월 15일, UTC+09:00"),
    ],
)
def test_the_day_at_the_place_in_korean(instant: str, zone: str, note: str) -> None:
    assert local_note(utc(instant), zone, "ko") == note
