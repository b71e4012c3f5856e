"""Dialects read what providers write, of the right picture, and pass over the rest."""

from __future__ import annotations

import json
import sys
from datetime import UTC, date, datetime
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflow import plugins
from workflow.errors import InputRefused
from workflow.intake.dates import readings
from workflow.intake.texts import texts_of
from workflow.metadata import Metadata, SourceFile
from workflow.model import Basis, CaptureKind, Precision
from workflow.providers.profiles import PROFILES, profile_of

DIALECTS = plugins.load("workflow.providers")


def read(dialect: str, name: str, tags: dict[str, str] | None = None, **texts: object) -> Metadata | None:
    as_text = {
        key.replace("__", "."): value if isinstance(value, str) else json.dumps(value)
        for key, value in texts.items()
    }
    found: Metadata | None = DIALECTS[dialect].read(SourceFile(name, tags or {}, as_text))
    return found


def item(**more: Any) -> dict[str, Any]:
    properties = {"datetime": "2020-12-11T22:38:32.125000Z", **more.pop("properties", {})}
    return {
        "type": "Feature",
        "stac_version": "1.0.0",
        "id": "scene_1",
        "assets": {},
        **more,
        "properties": properties,
    }


# -- every dialect -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", DIALECTS)
def test_every_dialect_has_name_and_rank_and_finds_nothing_in_nothing(name: str) -> None:
    dialect = DIALECTS[name]
    assert dialect.name == name
    assert dialect.rank in (10, 15, 20, 30, 40)
    assert dialect.read(SourceFile("scene.tif")) is None


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(
        ["type", "stac_version", "id", "properties", "datetime", "acquired", "assets", "href", "Feature", "providers"]
    ), inner, max_size=5),
    max_leaves=12,
)  # fmt: skip


@given(JSON, st.text(max_size=200))
def test_no_dialect_fails_on_a_side_file_of_any_content(tree: object, text: str) -> None:
    source = SourceFile(
        "scene.tif",
        {"TIFFTAG_DATETIME": text, "EXIF_DateTimeOriginal": text},
        {
            "scene.json": json.dumps(tree),
            "scene_MTL.txt": "DATE_ACQUIRED = " + text,
            "scene_MTL.json": json.dumps({"DATE_ACQUIRED": tree}),
            "scene_metadata.xml": "<x xmlns='schemas.planet.com'>" + text,
        },
    )
    for dialect in DIALECTS.values():
        dialect.read(source)


# -- STAC ----------------------------------------------------------------------------------------------------


def test_a_stac_item_gives_instant_angles_and_cloud() -> None:
    values = {
        "platform": "SS02",
        "eo:cloud_cover": 24,
        "view:off_nadir": 25.0,
        "view:sun_azimuth": 141.3,
        "view:sun_elevation": 59.4,
        "license": "CC-BY-4.0",
        "providers": [{"name": "Host", "roles": ["host"]}, {"name": "Maker", "roles": ["producer"]}],
    }
    found = read("STAC item", "scene_1.tif", scene_1__json=item(properties=values))
    assert found is not None
    assert found.acquired is not None
    assert found.acquired.instant == datetime(2020, 12, 11, 22, 38, 32, 125000, tzinfo=UTC)
    assert (found.acquired.precision, found.acquired.basis) == (Precision.INSTANT, Basis.PRODUCT_METADATA)
    assert (found.platform, found.cloud_share, found.off_nadir_deg) == ("SS02", 0.24, 25.0)
    assert (found.sun_azimuth_deg, found.sun_elevation_deg) == (141.3, 59.4)
    assert (found.provider, found.licence) == ("Maker", "CC-BY-4.0")


def test_the_item_that_lists_the_picture_wins_over_the_one_that_is_called_alike() -> None:
    named = item(id="scene_1")
    listing = item(
        id="else", assets={"a": {"href": "https://x.test/y/scene_1.tif?sig=1"}}, properties={"gsd": 1}
    )
    listing["properties"]["datetime"] = "2011-01-01T00:00:00Z"
    found = read("STAC item", "scene_1.tif", a__json=named, b__json=listing)
    assert found is not None
    assert found.acquired is not None
    assert found.acquired.earliest == date(2011, 1, 1)


@pytest.mark.parametrize("name", ["scene_12.tif", "other_scene_1.tif", "scene.tif"])
def test_an_item_of_another_picture_is_not_taken(name: str) -> None:
    assert read("STAC item", name, scene_1__json=item()) is None


def test_null_with_start_and_end_is_a_range() -> None:
    values = {
        "datetime": None,
        "start_datetime": "2020-01-02T00:00:00Z",
        "end_datetime": "2020-02-03T00:00:00Z",
    }
    found = read("STAC item", "scene_1.tif", a__json=item(properties=values))
    assert found is not None
    assert found.acquired is not None
    assert (found.acquired.earliest, found.acquired.latest) == (date(2020, 1, 2), date(2020, 2, 3))
    assert found.acquired.precision is Precision.RANGE


def test_a_local_time_counts_as_the_utc_day() -> None:
    found = read(
        "STAC item", "scene_1.tif", a__json=item(properties={"datetime": "2020-01-01T05:00:00+09:00"})
    )
    assert found is not None
    assert found.acquired is not None
    assert found.acquired.earliest == date(2019, 12, 31)


# -- Planet --------------------------------------------------------------------------------------------------


def test_a_planet_item_is_of_every_file_of_its_scene() -> None:
    planet = {
        "id": "20220125_075509_67_1061",
        "properties": {"acquired": "2022-01-25T07:55:09.676173Z", "cloud_percent": 3, "view_angle": -1.5},
    }
    found = read("Planet item", "20220125_075509_67_1061_3B_AnalyticMS_SR_clip.tif", x__json=planet)
    assert found is not None
    assert found.acquired is not None
    assert found.acquired.instant == datetime(2022, 1, 25, 7, 55, 9, 676173, tzinfo=UTC)
    assert (found.provider, found.cloud_share, found.off_nadir_deg) == ("Planet", 0.03, 1.5)
    assert read("Planet item", "20220125_075509_67_1062_3B.tif", x__json=planet) is None


def test_planet_cloud_cover_is_a_share() -> None:
    planet = {"id": "scene", "properties": {"acquired": "2022-01-25T07:55:09Z", "cloud_cover": 0.06}}
    found = read("Planet item", "scene.tif", x__json=planet)
    assert found is not None
    assert found.cloud_share == 0.06


def test_planet_xml_with_a_dtd_is_passed_over() -> None:
    xml = '<!DOCTYPE x [<!ENTITY a "schemas.planet.com">]><x><beginPosition>2020-01-01</beginPosition></x>'
    assert read("Planet XML", "scene.tif", scene_metadata__xml=xml) is None


# -- Landsat -------------------------------------------------------------------------------------------------

MTL = """GROUP = LANDSAT_METADATA_FILE
    SPACECRAFT_ID = "LANDSAT_9"
    DATE_ACQUIRED = 2022-01-29
    SCENE_CENTER_TIME = "15:28:34.3964289Z"
    CLOUD_COVER = 21.12
    ROLL_ANGLE = -0.002
    SUN_AZIMUTH = 112.20059080
    SUN_ELEVATION = 57.84396063
    DATE_PRODUCT_GENERATED = "2022-01-31T05:45:26Z"
    CLOUD_COVER = -1.00
END
"""


def test_landsat_mtl_gives_the_scene_centre_and_not_the_processing() -> None:
    found = read("Landsat MTL", "LC09_X_SR_B4.TIF", LC09_X_MTL__txt=MTL)
    assert found is not None
    assert found.acquired is not None
    assert found.acquired.instant == datetime(2022, 1, 29, 15, 28, 34, 396428, tzinfo=UTC)
    assert (found.platform, found.cloud_share, found.off_nadir_deg) == ("Landsat 9", 0.2112, 0.002)
    assert read("Landsat MTL", "LC09_Y_SR_B4.TIF", LC09_X_MTL__txt=MTL) is None


# -- tags ----------------------------------------------------------------------------------------------------


def test_exif_without_zone_is_good_for_its_day() -> None:
    found = read("EXIF", "a.jpg", {"EXIF_DateTimeOriginal": "2016:05:27 10:11:12", "EXIF_Make": "Canon"})
    assert found is not None
    assert found.acquired is not None
    assert (found.acquired.earliest, found.acquired.precision) == (date(2016, 5, 27), Precision.DAY)
    assert found.acquired.instant is None
    assert found.platform == "Canon"


def test_exif_with_zone_is_an_instant() -> None:
    tags = {"EXIF_DateTimeOriginal": "2016:05:27 03:11:12", "EXIF_OffsetTimeOriginal": "+09:00"}
    found = read("EXIF", "a.jpg", tags)
    assert found is not None
    assert found.acquired is not None
    assert found.acquired.instant == datetime(2016, 5, 26, 18, 11, 12, tzinfo=UTC)
    assert found.acquired.earliest == date(2016, 5, 26)


@pytest.mark.parametrize("text", ["    :  :     :  :  ", "0000:00:00 00:00:00", "2016:13:41 00:00:00", "May"])
def test_blank_clocks_are_no_dates(text: str) -> None:
    assert read("TIFF tag DateTime", "a.tif", {"TIFFTAG_DATETIME": text}) is None


# -- together ------------------------------------------------------------------------------------------------


def test_an_ambiguous_name_counts_only_where_nothing_stronger_speaks() -> None:
    dialects = tuple(DIALECTS.values())
    name = "Sochi_05092013.tif"
    _, refused = readings(SourceFile(name), dialects)
    assert isinstance(refused, InputRefused)
    beside = {"x.json": json.dumps(item(id="Sochi_05092013"))}
    found, refused = readings(SourceFile(name, {}, beside), dialects)
    assert refused is None
    assert [dialect.name for dialect, _ in found] == ["STAC item"]


@pytest.mark.parametrize("name", ["USDA NAIP", "naip", "NAIP"])
def test_a_provider_is_known_by_its_names(name: str) -> None:
    profile = profile_of(name)
    assert profile is not None
    assert (profile.kind, profile.licence) == (CaptureKind.AERIAL, "public domain")


def test_any_other_provider_has_no_profile() -> None:
    assert profile_of("A friend") is None
    assert profile_of("") is None


@pytest.mark.parametrize("profile", PROFILES, ids=lambda profile: profile.provider)
def test_credits_can_be_filled(profile: Any) -> None:
    assert "{" not in profile.credit.format(year=2020)
    assert profile_of(profile.provider) is profile


@pytest.mark.data
@pytest.mark.parametrize(
    ("folder", "picture", "instant"),
    [
        (
            "planet/tests/data-files/disaster/hurricane-harvey/hurricane-harvey-0831/2017831_195552_SS02",
            "SkySat_20170831T195552Z_RGB.tif",
            "2017-08-31T19:55:53.513448+00:00",
        ),
        (
            "planet/tests/data-files/order/files",
            "20180119_XXXXXXX_XXXX_3B_Visual.tif",
            "2021-01-19T13:40:04+00:00",
        ),
        (
            "planet_api/tests/data",
            "20220125_075509_67_1061_3B_Visual.tif",
            "2022-01-25T07:55:09.676173+00:00",
        ),
        (
            "planet_notebooks/jupyter-notebooks/use_cases/crop_segmentation/pre-data",
            "train_scene_cropped.tif",
            "2016-08-31T18:02:31+00:00",
        ),
        (
            "landsat/tests/data-files/oli-tirs",
            "LC09_L2SP_010065_20220129_20220131_02_T1_SR_B4.TIF",
            "2022-01-29T15:28:34.396428+00:00",
        ),
        (
            "landsat/tests/data-files/tm",
            "LT04_L2SP_002026_19830110_20200918_02_T1_SR_B4.TIF",
            "1983-01-10T13:52:14.171013+00:00",
        ),
    ],
)
def test_real_products_give_the_instant_of_acquisition(
    test_data: Path, folder: str, picture: str, instant: str
) -> None:
    path = test_data / "product_metadata" / folder / picture
    found, _ = readings(SourceFile(picture, {}, texts_of(path)), tuple(DIALECTS.values()))
    first = next(metadata.acquired for _, metadata in found if metadata.acquired)
    assert first.instant == datetime.fromisoformat(instant)


# -- loading plugins -----------------------------------------------------------------------------------------


@pytest.fixture
def family(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "toys"
    folder.mkdir()
    (folder / "__init__.py").touch()
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(plugins, "entry_points", lambda **_: ())
    yield folder
    for name in [name for name in sys.modules if name.partition(".")[0] == "toys"]:
        del sys.modules[name]


def plugin(folder: Path, module: str, name: str) -> None:
    (folder / f"{module}.py").write_text(f"class P:\n    name = {name!r}\nPLUGIN = P()\n")


def test_modules_are_found_by_name_and_helpers_are_not(family: Path) -> None:
    plugin(family, "b", "bear")
    plugin(family, "a", "zebra")
    (family / "base.py").write_text("")
    (family / "_tools.py").write_text("")
    found = plugins.load("toys")
    assert list(found) == ["bear", "zebra"]
    with pytest.raises(TypeError):
        found["c"] = None  # type: ignore[index]


def test_a_module_without_plugin_is_a_fault_of_the_installation(family: Path) -> None:
    (family / "a.py").write_text("")
    with pytest.raises(plugins.PluginBroken, match="no PLUGIN"):
        plugins.load("toys")


def test_two_plugins_of_one_name_are_refused(family: Path) -> None:
    plugin(family, "a", "bear")
    plugin(family, "b", "bear")
    with pytest.raises(plugins.PluginBroken, match="'bear'"):
        plugins.load("toys")


def test_entry_points_of_other_distributions_join(family: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    point = SimpleNamespace(name="fox", value="elsewhere:FOX", load=lambda: SimpleNamespace(name="fox"))
    asked: list[str] = []
    monkeypatch.setattr(plugins, "entry_points", lambda group: asked.append(group) or (point,))
    assert list(plugins.load("toys")) == ["fox"]
    assert asked == ["sitetrack.toys"]


def test_a_plugin_without_name_is_refused(family: Path) -> None:
    (family / "a.py").write_text("PLUGIN = object()\n")
    with pytest.raises(plugins.PluginBroken, match="no name"):
        plugins.load("toys")
    assert isinstance(sys.modules["toys"], ModuleType)
