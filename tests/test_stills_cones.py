"""Where stills were taken from, and the time codes of clips."""

from __future__ import annotations

from dataclasses import replace

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from still_sample import pair_of_stills, scenery, take_still

from workflow import actions
from workflow.coords import bearing_deg, distance_m, sector
from workflow.errors import InputRefused, NotAllowed
from workflow.intake.clips import clip_of
from workflow.model import Author, CaptureKind, LonLat, Position, Proposal, Role, Site, Standpoint
from workflow.readmodels import tables
from workflow.stills import cone_features, parse_timecode, standpoint_words, timecode, told_cameras

ANNA = Author("Anna")
HERE = LonLat(125.734, 39.0203)


# -- the sector -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("azimuth", "field"), [(90, 58), (0, 10), (359, 180), (200, 1)])
def test_a_sector_is_as_wide_and_as_long_as_said(azimuth: float, field: float) -> None:
    ring = sector(HERE, 100, azimuth, field)
    assert ring[0] == ring[-1] == HERE
    arc = ring[1:-1]
    assert all(distance_m(HERE, place) == pytest.approx(100, abs=0.01) for place in arc)
    turns = [(bearing_deg(HERE, place) - azimuth + 180) % 360 - 180 for place in arc]
    assert turns[0] == pytest.approx(field / 2, abs=0.01)
    assert turns[-1] == pytest.approx(-field / 2, abs=0.01)
    assert shapely.LinearRing([(place.lon, place.lat) for place in ring]).is_ccw


def test_cones_reach_a_little_beyond_the_site(watched, tmp_path) -> None:
    watched.add_site("gate")
    before, after = pair_of_stills(watched.project, tmp_path, "gate")
    said = replace(before, standpoint=Standpoint(HERE, 92.0, 58.0))
    site = LonLat(125.73472, 39.0203)
    [cone] = cone_features([after, said], site)
    assert cone["id"] == f"cone.{before.id}"
    assert cone["properties"]["number"] == 1
    assert cone["properties"]["words"] == (
        "camera of before.png, by 16 February 2021: looks E (92°), 58° wide"
    )
    ring = shapely.Polygon(cone["geometry"]["coordinates"][0])
    assert ring.is_valid
    assert ring.contains(shapely.Point(site.lon, site.lat))
    far = cone_features([said], LonLat(126.5, 39.0203))[0]["geometry"]["coordinates"][0][5]
    assert distance_m(HERE, LonLat(*far)) == pytest.approx(5000, abs=1)
    alone = cone_features([said], None)[0]["geometry"]["coordinates"][0][5]
    assert distance_m(HERE, LonLat(*alone)) == pytest.approx(200, abs=1)
    assert "동 방향" in cone_features([said], site, "ko")[0]["properties"]["words"]
    assert cone_features([after], site) == []


def test_the_words_name_the_nearest_point_of_the_compass() -> None:
    named = {
        azimuth: standpoint_words(Standpoint(HERE, azimuth, 50)) for azimuth in (0, 22, 23, 181, 337, 338)
    }
    points = [words.split()[1] for words in named.values()]
    assert points == ["N", "N", "NE", "S", "NW", "N"]


# -- what is recorded -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("position", "azimuth", "field", "sentence"),
    [
        ("39.0203, 125.734", 361, 50, "Azimuth: 361 is not between 0 and 360"),
        ("39.0203, 125.734", -1, 50, "Azimuth: -1 is not between 0 and 360"),
        ("39.0203, 125.734", float("nan"), 50, "Azimuth: nan is not between 0 and 360"),
        ("39.0203, 125.734", 90, 0.5, "Field of view: 0.5 is not between 1 and 180"),
        ("39.0203, 125.734", 90, 181, "Field of view: 181 is not between 1 and 180"),
        ("by the pole", 90, 50, "position 'by the pole': is not a form that can be read"),
    ],
)
def test_a_camera_that_cannot_be_is_refused(position, azimuth, field, sentence) -> None:
    with pytest.raises(InputRefused) as refused:
        actions.standpoint(position, azimuth, field)
    assert str(refused.value).startswith(sentence)


def test_a_standpoint_is_recorded_gone_back_from_and_told(watched, tmp_path) -> None:
    watched.add_site("gate")
    before, _ = pair_of_stills(watched.project, tmp_path, "gate")
    where = actions.standpoint("39° 1'13\"N 125°44'2\"E", 360, 58)
    assert where.azimuth_deg == 0
    with pytest.raises(NotAllowed):
        actions.set_standpoint(watched.project, Author("Vera", Role.VIEWER), before.id, where)
    said = actions.set_standpoint(watched.project, ANNA, "before.png", where, reason="the kerb lines up")
    assert said.standpoint == where
    row = next(row for row in tables.captures(watched.project) if row["id"] == before.id)
    assert (row["standpoint"]["azimuth_deg"], row["standpoint"]["field_deg"]) == (0, 58)
    assert any(one["fact"] == "camera" and "looks N" in one["value"] for one in tables.capture_facts(said))
    assert actions.set_standpoint(watched.project, ANNA, before.id, None).standpoint is None


def test_a_scene_from_above_has_no_standpoint(watched) -> None:
    watched.add_site("gate")
    scene = watched.add_capture("2019-05-03")
    with pytest.raises(InputRefused, match="is a satellite picture; say it of a ground or broadcast picture"):
        actions.set_standpoint(watched.project, ANNA, scene.id, Standpoint(HERE, 90, 50))
    assert scene.kind is CaptureKind.SATELLITE


# -- time codes -----------------------------------------------------------------------------------------------------


@given(st.integers(0, 24 * 3600 * 1000 - 1))
def test_a_time_code_goes_to_text_and_back(thousandths: int) -> None:
    assert round(parse_timecode(timecode(thousandths / 1000)) * 1000) == thousandths


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("00:01:12", 72), ("1:12", 72), ("72", 72), (" 90.5 ", 90.5), ("01:00:00,25", 3600.25)],
)
def test_time_codes_are_read_in_the_usual_forms(text: str, seconds: float) -> None:
    assert parse_timecode(text) == seconds


@pytest.mark.parametrize("text", ["", "-1", "1:70", "1:60:00", "24:00:00", "a", "1:2:3:4", "٣", "86400"])
def test_what_is_no_time_code_is_refused(text: str) -> None:
    with pytest.raises(InputRefused, match=r"^Time code: "):
        parse_timecode(text)


def test_a_clip_is_in_the_order_of_its_times(tmp_path) -> None:
    files = [tmp_path / name for name in ("b.png", "a.png")]
    order = clip_of(" news ", files, ["2:40", "1:12"])
    assert (order.name, order.tiles, order.times) == ("news", (files[1], files[0]), (72.0, 160.0))


@pytest.mark.parametrize(
    ("name", "count", "codes", "sentence"),
    [
        ("", 1, ["1"], "Clip: its name is empty"),
        ("a/b", 1, ["1"], "Clip: its name is empty, too long or not of one line"),
        ("news", 2, ["1"], "Clip news: 2 stills and 1 time codes were given; give --at once for each still."),
        ("news", 1, [], "Clip news: 1 still and 0 time codes were given"),
        ("news", 0, [], "Clip news: 0 stills and 0 time codes were given"),
        (
            "news",
            2,
            ["72", "1:12"],
            "Clip news: 0.png and 1.png are both at 00:01:12; give each its own time.",
        ),
        ("news", 101, [str(at) for at in range(101)], "Clip news: has 101 stills, the limit is 100"),
    ],
)
def test_a_clip_that_cannot_be_is_refused(tmp_path, name, count, codes, sentence) -> None:
    with pytest.raises(InputRefused) as refused:
        clip_of(name, [tmp_path / f"{at}.png" for at in range(count)], codes)
    assert str(refused.value).startswith(sentence)


def test_scenery_is_large_enough(watched, tmp_path) -> None:
    watched.add_site("gate")
    taken = take_still(watched.project, tmp_path / "x.png", scenery(), "2022", "gate")
    assert taken.picture_size == (736, 480)


# -- who is told of a camera -----------------------------------------------------------------------------------------

NEAR = LonLat(125.7341234567, 39.0203456789)
FAR = LonLat(125.80, 39.10)


def site(
    key: str, place: LonLat | None = HERE, precision_m: float | None = 10.0, visibility: str = "public"
) -> Site:
    at = Position(place, precision_m) if place else None
    return Site(key, key, position=at, radius_m=100.0, visibility=visibility)


@pytest.fixture
def filmed(watched, tmp_path):
    """A still of the site gate whose camera somebody stated, and the file says, too."""
    watched.add_site("gate")
    taken = take_still(watched.project, tmp_path / "a.png", scenery()[:, :100, :100], "2021", "gate")
    said = Proposal("camera_position", "x", "a.png: EXIF", "receiver", place=NEAR)
    return replace(taken, standpoint=Standpoint(NEAR, 92.5, 58.0), proposals=(said,))


def told(capture, audience: str, *sites: Site):
    [one] = told_cameras([capture], sites, audience)
    return one


def test_the_public_is_told_a_camera_to_eleven_metres_and_not_what_the_file_says(filmed) -> None:
    one = told(filmed, "public", site("gate"))
    assert one.standpoint == Standpoint(LonLat(125.7341, 39.0203), 92.5, 58.0)
    assert one.proposals == ()
    assert told(filmed, "public", site("gate", precision_m=None)).standpoint is not None


@pytest.mark.parametrize("audience", ["public", "team"])
def test_a_camera_of_a_withheld_site_is_told_to_nobody_who_may_not_see_it(filmed, audience: str) -> None:
    one = told(filmed, audience, site("gate", visibility="restricted"))
    assert (one.standpoint, one.proposals) == (None, ())
    assert told(filmed, "restricted", site("gate", visibility="restricted")) == filmed


def test_a_camera_that_stands_at_a_withheld_site_is_not_told_either(filmed) -> None:
    for hidden, is_told in ((NEAR, False), (FAR, True)):
        post = site("post", hidden, visibility="team")
        assert (told(filmed, "public", site("gate", FAR), post).standpoint is not None) is is_told
    only_said = replace(filmed, standpoint=None)
    post = site("post", NEAR, visibility="restricted")
    assert told(only_said, "team", site("gate", FAR), post).proposals == ()
    assert told(only_said, "team", site("gate", FAR)) == only_said


@pytest.mark.parametrize("place", [HERE, None])
def test_where_a_site_is_known_coarsely_a_camera_would_tell_more_than_is_told(filmed, place) -> None:
    assert told(filmed, "public", site("gate", place, 1000.0)).standpoint is None
    assert told(filmed, "team", site("gate", place, 1000.0)).standpoint == filmed.standpoint


def test_a_picture_of_no_site_tells_of_no_camera(filmed) -> None:
    assert told(replace(filmed, site=None), "team", site("gate")).standpoint is None
