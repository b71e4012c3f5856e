"""The renderer: deterministic, honest about what it drew, and right about sun, shadows and coordinates."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import UTC, date, datetime
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import rasterio
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from pyproj import Transformer

from workflow.demo import (
    CONFUSERS,
    Change,
    ChangeKind,
    Encoding,
    Scene,
    View,
    crowded,
    render,
    series,
    sun_at,
)
from workflow.demo.frame import Road, frame_of
from workflow.demo.place import place_of
from workflow.demo.render import picture
from workflow.demo.styles import STYLES
from workflow.model import LonLat

PLACE = LonLat(125.7177778, 38.9705556)
SMALL = View(gsd_m=0.5, width_m=110.0, noise=0.0, traffic=0.0)
GANTRY = Change(
    ChangeKind.GANTRY, since=date(2022, 1, 1), across_m=9.0, width_m=18.0, height_m=6.8, target="bar"
)


def scene(**changes: object) -> Scene:
    base = Scene(
        file="test_20220220.tif",
        site="somewhere",
        position=PLACE,
        bearing_deg=0.0,
        when=datetime(2022, 2, 20, 2, 20, tzinfo=UTC),
        seed=5,
        style="motorway",
        history=(GANTRY,),
        view=SMALL,
    )
    return replace(base, **changes)  # type: ignore[arg-type]


def without(one: Scene) -> Scene:
    return replace(one, history=())


def difference(one: Scene) -> np.ndarray:
    """Brightness that the history makes, (row, column)."""
    frame = frame_of(one)
    return (picture(one, frame) - picture(without(one), frame))[:3].mean(axis=0)


# -- the sun -------------------------------------------------------------------------------------------------


def test_sun_over_pyongyang_at_noon_of_midsummer() -> None:
    # NOAA solar calculator, 39.02 N 125.75 E, 21 June 2021: solar noon 12:38:50 KST, elevation 74.4
    sun = sun_at(LonLat(125.75, 39.02), datetime(2021, 6, 21, 3, 38, 50, tzinfo=UTC))
    assert sun.elevation_deg == pytest.approx(74.42, abs=0.05)
    assert sun.azimuth_deg == pytest.approx(180.0, abs=0.5)


def test_sun_stands_in_the_south_east_before_noon_and_low_in_winter() -> None:
    sun = sun_at(PLACE, datetime(2021, 12, 21, 1, 0, tzinfo=UTC))
    assert 90 < sun.azimuth_deg < 180
    assert 10 < sun.elevation_deg < 28


@given(st.datetimes(datetime(1990, 1, 1), datetime(2049, 12, 31), timezones=st.just(UTC)))  # noqa: DTZ001
def test_shadow_is_opposite_the_sun_and_as_long_as_the_cotangent(when: datetime) -> None:
    sun = sun_at(PLACE, when)
    east, north = sun.shadow_per_metre()
    azimuth = math.radians(sun.azimuth_deg)
    length = 1 / math.tan(math.radians(max(sun.elevation_deg, 5.0)))
    assert east * math.sin(azimuth) + north * math.cos(azimuth) == pytest.approx(-length)
    assert math.hypot(east, north) == pytest.approx(length)


# -- bytes ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", list(Encoding))
def test_same_scene_gives_the_same_bytes(encoding: Encoding, tmp_path: Path) -> None:
    one = scene(
        file="a.png" if encoding is Encoding.STILL else "a.tif", view=replace(SMALL, encoding=encoding)
    )
    (tmp_path / "again").mkdir()
    first = render(one, tmp_path).read_bytes()
    place_of.cache_clear()
    assert render(one, tmp_path / "again").read_bytes() == first


def test_another_seed_gives_another_picture(tmp_path: Path) -> None:
    first = render(scene(), tmp_path).read_bytes()
    assert render(scene(seed=6), tmp_path).read_bytes() != first


@pytest.mark.parametrize(
    ("encoding", "bands", "dtype"),
    [
        (Encoding.RGB8, 3, "uint8"),
        (Encoding.JPEG8, 3, "uint8"),
        (Encoding.MULTI16, 4, "uint16"),
        (Encoding.PAN16, 1, "uint16"),
    ],
)
def test_file_says_that_it_is_synthetic_and_has_the_bands_it_promises(
    encoding: Encoding, bands: int, dtype: str, tmp_path: Path
) -> None:
    one = scene(view=replace(SMALL, encoding=encoding, epsg=4326), tagged=True)
    with rasterio.open(render(one, tmp_path)) as file:
        assert file.tags()["TIFFTAG_IMAGEDESCRIPTION"].startswith("SYNTHETIC")
        assert file.tags()["TIFFTAG_DATETIME"] == "2022:02:20 02:20:00"
        assert (file.count, file.dtypes[0], file.crs.to_epsg()) == (bands, dtype, 4326)
        assert file.read().max() <= (255 if dtype == "uint8" else 2047)


def test_still_says_that_it_is_synthetic(tmp_path: Path) -> None:
    one = scene(file="a.png", view=View(encoding=Encoding.STILL))
    with Image.open(render(one, tmp_path)) as file:
        assert file.info["Description"].startswith("SYNTHETIC")


def test_watermark_stands_white_on_dark_in_the_corner() -> None:
    one = scene(view=replace(SMALL, width_m=300.0))
    frame = frame_of(one)
    bands = picture(one, frame)
    corner = bands[:, -30:, :130]
    assert (corner > 0.9).mean() > 0.01
    assert (corner < 0.1).mean() > 0.15
    assert (bands[:, :-30] < 0.1).mean() < 0.1


# -- what is drawn -------------------------------------------------------------------------------------------


def test_gantry_brightens_where_it_stands_and_darkens_away_from_the_sun() -> None:
    one = scene()
    frame = frame_of(one)
    change = difference(one)
    bar = frame.to_pixel(Road(0.0).to_local(np.array([[0.0, 9.0]])))[0]
    rows, cols = np.nonzero(change > 0.15)
    assert len(rows) > 20
    assert abs(rows.mean() - bar[1]) < 3
    assert abs(cols.mean() - bar[0]) < 4
    dark_rows, dark_cols = np.nonzero(change < -0.05)
    assert len(dark_rows) > 40
    shadow = np.array([dark_cols.mean() - cols.mean(), dark_rows.mean() - rows.mean()])
    azimuth = math.radians(one.sun.azimuth_deg)
    towards_sun = np.array([math.sin(azimuth), -math.cos(azimuth)])
    assert float(shadow @ towards_sun) / np.hypot(*shadow) < -0.9


def test_shadow_of_the_bar_falls_as_far_as_height_over_tangent() -> None:
    one = scene(history=(replace(GANTRY, width_m=40.0, across_m=0.0),))
    frame = frame_of(one)
    change = difference(one)
    column = change[:, int(frame.to_pixel(np.zeros((1, 2)))[0, 0]) + 4]
    bright, dark = int(column.argmax()), int(column.argmin())
    north_m = 6.35 * one.sun.shadow_per_metre()[1]  # middle of a bar 0.9 m high whose top is at 6.8 m
    assert (bright - dark) * 0.5 == pytest.approx(north_m, abs=1.1)


def test_nothing_changes_away_from_the_gantry() -> None:
    one = scene()
    change = np.abs(difference(one))
    reach = 6.8 * math.hypot(*one.sun.shadow_per_metre()) + 12
    rows, _ = np.nonzero(change > 0.02)
    middle = frame_of(one).to_pixel(np.zeros((1, 2)))[0, 1]
    assert np.abs(rows - middle).max() * 0.5 < reach


@pytest.mark.parametrize(
    "confuser",
    [
        Change(ChangeKind.PAVING, along_m=5, across_m=8, length_m=30, width_m=8),
        Change(ChangeKind.MARKING, along_m=5, across_m=7, length_m=0.5, width_m=8),
        Change(ChangeKind.BUILDING, along_m=5, across_m=40, length_m=12, width_m=8, height_m=6),
        Change(ChangeKind.FELLING, along_m=0, across_m=18, length_m=100, width_m=14),
        Change(ChangeKind.PLANTING, along_m=0, across_m=30, length_m=60, width_m=10),
        Change(ChangeKind.POLE, across_m=14, height_m=6.8),
    ],
    ids=lambda change: change.kind.value,
)
def test_confusers_change_pixels_too(confuser: Change) -> None:
    assert (np.abs(difference(scene(history=(confuser,)))) > 0.03).sum() > 3


def test_a_camera_is_not_drawn_from_above() -> None:
    assert np.abs(difference(scene(history=(replace(GANTRY, kind=ChangeKind.CAMERA),)))).max() == 0


def test_a_second_camera_changes_the_still(tmp_path: Path) -> None:
    camera = Change(ChangeKind.CAMERA, target="one")
    one = scene(file="a.png", view=View(encoding=Encoding.STILL), history=(camera,))
    two = replace(one, history=(camera, replace(camera, target="two")))
    with Image.open(render(one, tmp_path)) as file:
        first = np.asarray(file, float)
    with Image.open(render(two, tmp_path)) as file:
        second = np.asarray(file, float)
    assert (np.abs(first - second).max(axis=2) > 40).sum() > 200


def test_cloud_covers_its_share_and_the_site_when_it_shall() -> None:
    one = scene(view=replace(SMALL, width_m=300, cloud=0.4, cloud_over_site=True))
    frame = frame_of(one)
    white = picture(one, frame)[:3].min(axis=0) > 0.6
    clear = picture(replace(one, view=replace(one.view, cloud=0.0)), frame)[:3].min(axis=0) > 0.6
    assert white.mean() - clear.mean() == pytest.approx(0.4, abs=0.12)
    middle = frame.height // 2, frame.width // 2
    assert white[middle[0] - 10 : middle[0] + 10, middle[1] - 10 : middle[1] + 10].mean() > 0.9


# -- where it lies -------------------------------------------------------------------------------------------


@settings(deadline=None, max_examples=25)
@given(
    offset=st.tuples(st.floats(-7, 7), st.floats(-7, 7)),
    epsg=st.sampled_from([32651, 32652, 3857, 4326]),
)
def test_stated_coordinates_plus_the_offset_are_the_true_ones(offset: tuple[float, float], epsg: int) -> None:
    frame = frame_of(scene(view=replace(SMALL, epsg=epsg, offset_m=offset)))
    col, row = frame.to_pixel(np.zeros((1, 2)))[0]
    a, b, c, d, e, f = frame.transform
    lon, lat = Transformer.from_crs(epsg, 4326, always_xy=True).transform(
        a * col + b * row + c, d * col + e * row + f
    )
    local = Transformer.from_crs(4326, f"+proj=aeqd +lon_0={PLACE.lon} +lat_0={PLACE.lat}", always_xy=True)
    assert np.add(local.transform(lon, lat), offset) == pytest.approx([0, 0], abs=0.02)


def test_picture_moves_with_the_georeferencing_error() -> None:
    still = scene(view=replace(SMALL, epsg=3857, width_m=140, blur_px=0.8))
    moved = replace(still, view=replace(still.view, offset_m=(4.0, -3.0)))
    frame = frame_of(still)
    one, two = picture(still, frame)[:3], picture(moved, frame_of(moved))[:3]
    middle = slice(40, -60)
    # 4 m west is 8 columns to the left, 3 m north is 6 rows up
    shifted = np.roll(two, (6, 8), axis=(1, 2))[:, middle, middle]
    assert np.abs(shifted - one[:, middle, middle]).mean() < 0.4 * np.abs(two - one)[:, middle, middle].mean()


@pytest.mark.parametrize("epsg", [32651, 32652, 3857, 4326])
def test_gantry_lies_at_its_place_in_every_crs(epsg: int) -> None:
    one = scene(view=replace(SMALL, epsg=epsg, gsd_m=0.5))
    frame = frame_of(one)
    rows, cols = np.nonzero(difference(one) > 0.15)
    middle = frame.inverse() @ [cols.mean() + 0.5, rows.mean() + 0.5, 1.0]
    assert middle == pytest.approx([9.0, 0.0], abs=1.5)


# -- random series -------------------------------------------------------------------------------------------


@settings(deadline=None, max_examples=40)
@given(seed=st.integers(0, 10_000), gantries=st.integers(0, 3))
def test_a_series_knows_its_truth(seed: int, gantries: int) -> None:
    made = series("place", PLACE, seed, count=6, gantries=gantries)
    assert made == series("place", PLACE, seed, count=6, gantries=gantries)
    assert [one.day for one in made] == sorted(one.day for one in made)
    assert len({one.file for one in made}) == 6
    for one in made:
        assert set(one.truth) == {f"gantry-{number}" for number in range(1, gantries + 1)}
        assert one.style in STYLES
        assert one.sun.elevation_deg > 15
    for before, after in pairwise(made):
        assert all(after.truth[target] for target, there in before.truth.items() if there)


@pytest.mark.parametrize("name", CONFUSERS)
def test_leaving_a_confuser_out_leaves_the_rest_as_it_was(name: str) -> None:
    whole, without = (crowded("place", PLACE, 5, count=12, without=some) for some in ((), (name,)))
    assert [one.when for one in whole] == [one.when for one in without]
    assert [one.truth for one in whole] == [one.truth for one in without]
    assert set(without[0].history) <= set(whole[0].history) | {
        replace(one, dull=False) for one in whole[0].history
    }
    alone = {
        "vehicles": "traffic",
        "lorries": "lorry",
        "clouds": "cloud",
        "haze": "haze",
        "snow": "snow",
    }.get(name)
    for one, other in zip(whole, without, strict=True):
        same = ("gsd_m", "offset_m", "off_nadir_deg", "traffic", "lorry", "cloud", "haze", "snow")
        assert all(getattr(one.view, key) == getattr(other.view, key) for key in same if key != alone)


def test_a_confuser_that_nobody_knows_is_refused() -> None:
    with pytest.raises(ValueError, match="rainbow"):
        crowded("place", PLACE, 5, without=("rainbow",))


def test_a_dull_beam_is_hardly_brighter_than_the_road() -> None:
    bar = Change(ChangeKind.GANTRY, across_m=9.0, width_m=12.0, height_m=6.5, target="gantry")
    bare, bright, dull = (
        picture(one, frame_of(one))
        for one in (scene(history=some) for some in ((), (bar,), (replace(bar, dull=True),)))
    )
    assert 0 < np.maximum(dull - bare, 0).sum() < 0.5 * np.maximum(bright - bare, 0).sum()


def test_a_lamp_that_came_throws_a_shadow() -> None:
    lamp = Change(ChangeKind.LAMP, across_m=14.0)
    bare, lit = (picture(one, frame_of(one)) for one in (scene(history=()), scene(history=(lamp,))))
    assert (lit < bare - 0.02).any()


@pytest.mark.parametrize("style", sorted(STYLES))
def test_every_style_renders(style: str) -> None:
    one = scene(style=style)
    assert np.isfinite(picture(one, frame_of(one))).all()
