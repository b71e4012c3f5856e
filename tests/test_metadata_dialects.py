"""Dialects without real files at hand, on samples of our own values: what they take, and what they leave."""

from __future__ import annotations

import json
from datetime import date, datetime
from pathlib import Path

import pytest
from metadata_samples import (
    ENVI_HEADER,
    FGDC_XML,
    IMD,
    IMD_NAME,
    ISO_XML,
    MAXAR_XML,
    OLD_MTL,
    OLD_MTL_NAME,
    S1_MANIFEST,
    S1_PICTURE,
    S2_PICTURE,
    S2_PRODUCT,
    S2_TILE,
)

from workflow import plugins
from workflow.errors import InputRefused
from workflow.intake.texts import texts_of
from workflow.metadata import Metadata, SourceFile
from workflow.model import Basis, DateSpan, Precision
from workflow.providers.base import (
    Fields,
    Said,
    compact_span,
    hull,
    json_pairs,
    odl_pairs,
    xml_pairs,
    xml_root,
)

DIALECTS = plugins.load("workflow.providers")


def read(
    dialect: str, name: str, texts: dict[str, str], tags: dict[str, str] | None = None
) -> Metadata | None:
    found: Metadata | None = DIALECTS[dialect].read(SourceFile(name, tags or {}, texts))
    return found


def must(dialect: str, name: str, texts: dict[str, str], tags: dict[str, str] | None = None) -> Metadata:
    found = read(dialect, name, texts, tags)
    assert found is not None
    return found


def instant(found: Metadata) -> str | None:
    assert found.acquired is not None
    return found.acquired.instant.isoformat() if found.acquired.instant else None


# -- Maxar ---------------------------------------------------------------------------------------------------


def test_maxar_imd_gives_the_first_line_and_not_the_generation() -> None:
    found = must("Maxar metadata", "21NOV14023110-M2AS_R1C2-000000000010_01_P001.TIF", {IMD_NAME: IMD})
    assert instant(found) == "2021-11-14T02:31:10.500000+00:00"
    assert (found.provider, found.platform, found.gsd_m, found.off_nadir_deg) == (
        "Maxar",
        "WV03",
        0.345,
        18.6,
    )
    assert (found.sun_azimuth_deg, found.sun_elevation_deg, found.cloud_share) == (165.2, 31.4, 0.042)
    assert found.sources["acquired"] == f"{IMD_NAME}: IMAGE_1.firstLineTime"


@pytest.mark.parametrize(
    ("gone", "then", "field"),
    [
        (("firstLineTime",), "2021-11-14T02:31:11.250000+00:00", "IMAGE_1.TLCTime"),
        (
            ("firstLineTime", "TLCTime"),
            "2021-11-14T02:31:13+00:00",
            "MAP_PROJECTED_PRODUCT.earliestAcqTime",
        ),
    ],
)
def test_maxar_has_three_names_for_the_time(gone: tuple[str, ...], then: str, field: str) -> None:
    text = IMD
    for name in gone:
        text = text.replace(f"\t{name} =", "\tother =")
    found = must("Maxar metadata", IMD_NAME.replace("IMD", "TIF"), {IMD_NAME: text})
    assert (instant(found), found.sources["acquired"]) == (then, f"{IMD_NAME}: {field}")


def test_maxar_without_any_of_them_has_no_date_rather_than_that_of_generation() -> None:
    text = IMD.replace("LineTime", "X").replace("TLCTime", "X").replace("AcqTime", "X")
    assert must("Maxar metadata", IMD_NAME.replace("IMD", "TIF"), {IMD_NAME: text}).acquired is None


def test_maxar_mosaic_of_two_days_is_a_range() -> None:
    second = "BEGIN_GROUP = IMAGE_2\n\tfirstLineTime = 2021-10-02T02:31:10.5Z;\nEND_GROUP = IMAGE_2\nEND;"
    found = must("Maxar metadata", "a.tif", {"a.IMD": IMD.replace("END;", second)})
    assert found.acquired is not None
    assert (found.acquired.earliest, found.acquired.latest) == (date(2021, 10, 2), date(2021, 11, 14))
    assert found.acquired.precision is Precision.RANGE


def test_maxar_xml_lists_its_tiles() -> None:
    found = must("Maxar metadata", "whole-city.tif", {"order.XML": MAXAR_XML})
    assert instant(found) == "2021-11-14T02:31:11.250000+00:00"
    assert (found.platform, found.gsd_m, found.cloud_share) == ("GE01", 0.45, None)
    assert found.sources["off_nadir_deg"] == "order.XML: IMAGE.MEANOFFNADIRVIEWANGLE"
    assert read("Maxar metadata", "another-city.tif", {"order.XML": MAXAR_XML}) is None


def test_an_imd_that_was_cut_off_is_passed_over() -> None:
    cut = IMD[: IMD.index("meanSunEl") + len("meanSunEl =  3")]
    assert read("Maxar metadata", IMD_NAME.replace("IMD", "TIF"), {IMD_NAME: cut}) is None


# -- Sentinel ------------------------------------------------------------------------------------------------


def test_sentinel_2_takes_the_tile_s_sensing_time_and_what_the_product_states() -> None:
    found = must("Sentinel-2 metadata", S2_PICTURE, {"MTD_MSIL2A.xml": S2_PRODUCT, "MTD_TL.xml": S2_TILE})
    assert instant(found) == "2021-01-19T02:14:12.345678+00:00"
    assert (found.provider, found.platform) == ("Copernicus Sentinel-2", "Sentinel-2A")
    assert (found.gsd_m, found.cloud_share, found.off_nadir_deg) == (10.0, 0.0325, None)
    assert (found.sun_azimuth_deg, found.sun_elevation_deg) == (159.5, 27.75)
    assert found.sources["acquired"] == "MTD_TL.xml: General_Info.SENSING_TIME"
    assert found.sources["platform"] == "MTD_MSIL2A.xml: Datatake.SPACECRAFT_NAME"


def test_sentinel_2_product_alone_gives_its_start_and_not_its_generation() -> None:
    found = must("Sentinel-2 metadata", S2_PICTURE, {"MTD_MSIL2A.xml": S2_PRODUCT})
    assert (instant(found), found.cloud_share) == ("2021-01-19T02:10:51.024000+00:00", 0.125)
    whole = "S2A_MSIL2A_20210119T021051_N0214_R103_T51SYD_20210120T053519_rgb.tif"
    assert must("Sentinel-2 metadata", whole, {"MTD_MSIL2A.xml": S2_PRODUCT}).gsd_m is None


@pytest.mark.parametrize(
    "name",
    [
        "T51SXD_20210119T021051_B04_10m.jp2",  # another tile
        "T51SYD_20210124T021051_B04_10m.jp2",  # another pass
        "T51SYD_20211319T021051_B04_10m.jp2",  # no day
        "MSK_CLDPRB_20m.jp2",
        "town.tif",
    ],
)
def test_sentinel_2_metadata_of_another_picture_are_not_taken(name: str) -> None:
    assert read("Sentinel-2 metadata", name, {"MTD_MSIL2A.xml": S2_PRODUCT, "MTD_TL.xml": S2_TILE}) is None


def test_a_band_that_the_product_does_not_describe_has_no_pixel() -> None:
    name = "T51SYD_20210119T021051_SCL_20m"
    text = S2_PRODUCT.replace("R10m/T51SYD_20210119T021051_B04_10m", f"R20m/{name}")
    assert must("Sentinel-2 metadata", f"{name}.jp2", {"MTD_MSIL2A.xml": text}).gsd_m is None


def test_sentinel_1_start_is_utc_and_not_the_processing_of_the_next_day() -> None:
    found = must("Sentinel-1 manifest", S1_PICTURE, {"manifest.safe": S1_MANIFEST})
    assert instant(found) == "2021-01-18T21:31:22.123456+00:00"
    assert (found.provider, found.platform) == ("Copernicus Sentinel-1", "Sentinel-1A")
    assert found.sources["acquired"] == "manifest.safe: acquisitionPeriod.startTime"
    assert read("Sentinel-1 manifest", "s1a-iw-grd-vh-x.tiff", {"manifest.safe": S1_MANIFEST}) is None


@pytest.mark.parametrize(
    ("old", "new"),
    [("<safe:number>A</safe:number>", ""), ("SENTINEL-1<", "SENTINEL-3<"), ("</xfdu:XFDU>", "")],
)
def test_sentinel_1_without_a_number_another_family_and_a_cut_file(old: str, new: str) -> None:
    found = read("Sentinel-1 manifest", S1_PICTURE, {"manifest.safe": S1_MANIFEST.replace(old, new)})
    assert (found.platform if found else None) == ("Sentinel-1" if "number" in old else None)


# -- FGDC and ISO --------------------------------------------------------------------------------------------


def test_fgdc_range_and_credit_but_no_feet_for_metres() -> None:
    found = must("FGDC metadata", "ortho_7.tif", {"ortho_7.xml": FGDC_XML})
    assert found.acquired is not None
    assert (found.acquired.earliest, found.acquired.latest) == (date(2021, 5, 1), date(2021, 6, 3))
    assert (found.provider, found.credit, found.gsd_m) == ("", "County of Example, GIS office", None)
    assert found.sources["credit"] == "ortho_7.xml: idinfo.datacred"


def test_fgdc_period_of_a_publication_is_no_acquisition() -> None:
    text = FGDC_XML.replace("ground condition", "Publication date")
    assert must("FGDC metadata", "ortho_7.tif", {"ortho_7.xml": text}).acquired is None


def test_fgdc_of_another_picture_is_not_taken() -> None:
    assert read("FGDC metadata", "ortho_8.tif", {"ortho_7.xml": FGDC_XML}) is None


def test_naip_metadata_without_a_period_go_by_the_day_in_the_title() -> None:
    text = FGDC_XML.replace("county orthophoto", "m_3211605_ne_11_060_20200415.tif").replace("timeperd", "x")
    found = must("FGDC metadata", "m_3211605_ne_11_060_20200415_small.tif", {"meta.xml": text})
    assert found.acquired is not None
    assert found.acquired.earliest == date(2020, 4, 15)
    assert found.sources["acquired"] == "meta.xml: idinfo.citation.citeinfo.title"
    assert read("FGDC metadata", "m_3211605_ne_11_060_20180415.tif", {"meta.xml": text}) is None


def test_iso_gives_the_extent_and_neither_citation_nor_date_stamp() -> None:
    found = must("ISO 19115 metadata", "ortho_7_rgb.tif", {"anything.xml": ISO_XML})
    assert found.acquired is not None
    assert (found.acquired.earliest, found.acquired.latest) == (date(2021, 5, 1), date(2021, 5, 2))
    assert (found.credit, found.gsd_m, found.cloud_share) == ("Example survey office", 0.25, 0.04)
    without = ISO_XML.replace("temporalElement", "x").replace('uom="m"', 'uom="ft"')
    bare = must("ISO 19115 metadata", "ortho_7.tif", {"anything.xml": without})
    assert (bare.acquired, bare.gsd_m) == (None, None)


# -- Planet, Landsat, ENVI, names, tags ----------------------------------------------------------------------


@pytest.mark.parametrize("path", ["files/PSScene/x_visual.tif", "files\\x_visual.tif", "x_visual.tif"])
def test_planet_order_names_the_item_of_a_picture(path: str) -> None:
    entry = {"path": path, "annotations": {"planet/item_id": "20210119_021051_ssc4_u0001"}}
    for content in ({"files": [{"path": 3}, "x", entry]}, entry):
        found = must("Planet order manifest", "x_visual.tif", {"manifest.json": json.dumps(content)})
        assert found.acquired is not None
        assert (found.acquired.earliest, found.acquired.precision) == (date(2021, 1, 19), Precision.DAY)


@pytest.mark.parametrize("item", ["20211319_021051_ssc4", "composite", 7, None])
def test_planet_order_with_an_id_without_a_day_says_nothing(item: object) -> None:
    entry = {"path": "x.tif", "annotations": {"planet/item_id": item}}
    assert read("Planet order manifest", "x.tif", {"manifest.json": json.dumps({"files": [entry]})}) is None


def test_landsat_of_before_2012_has_other_names() -> None:
    found = must("Landsat MTL", "L71119038_03820000317_B10.TIF", {OLD_MTL_NAME: OLD_MTL})
    assert (instant(found), found.platform) == ("2000-03-17T02:18:45.123456+00:00", "Landsat 7")
    cut = OLD_MTL[: OLD_MTL.index("  END_GROUP")]
    assert read("Landsat MTL", "L71119038_03820000317_B10.TIF", {OLD_MTL_NAME: cut}) is None


def test_envi_acquisition_time() -> None:
    found = must("ENVI header", "scene.tif", {"scene.dat.hdr": ENVI_HEADER})
    assert instant(found) == "2005-03-12T02:14:09.500000+00:00"
    assert (found.platform, found.gsd_m, found.cloud_share) == ("", 0.6, 0.075)
    assert (found.sun_azimuth_deg, found.sun_elevation_deg) == (140.25, 41.5)
    assert read("ENVI header", "other.tif", {"scene.dat.hdr": ENVI_HEADER}) is None
    assert read("ENVI header", "scene.tif", {"scene.hdr": "BYTEORDER I"}) is None


def test_envi_without_place_and_time_says_nothing() -> None:
    assert (
        read("ENVI header", "scene.tif", {"scene.hdr": "ENVI\nsamples = 3\nmap info = {Arbitrary, 1}\n"})
        is None
    )


def test_band_names_in_the_picture_itself() -> None:
    tags = {"Band_1": "Resize (Band 1:L5119038_03819900101_MTL.txt)", "Band_2": "Blue", "Band": "20010101"}
    found = must("ENVI header", "a.tif", {}, tags)
    assert found.acquired is not None
    assert (found.acquired.earliest, found.acquired.basis) == (date(1990, 1, 1), Basis.PRODUCT_METADATA)
    assert found.sources == {"acquired": "a.tif: Band_1"}


def test_bands_of_several_days_are_refused_and_vague_ones_passed_over() -> None:
    with pytest.raises(InputRefused, match="several dates") as refusal:
        read("ENVI header", "a.tif", {}, {"Band_1": "B1 20000317", "Band_2": "B1 20030206"})
    assert "--acquired" in str(refusal.value)
    assert read("ENVI header", "a.tif", {}, {"Band_1": "x_05092013", "Band_2": "2016-05"}) is None


@pytest.mark.parametrize(
    ("name", "day"),
    [
        ("21NOV14023110-M2AS_R1C1-000000000010_01_P001.TIF", date(2021, 11, 14)),
        ("L71119038_03820000317_B10.TIF", date(2000, 3, 17)),
        ("L5119038_03819900101_B1.TIF", date(1990, 1, 1)),
        ("LC80390222013076EDC00.TIF", date(2013, 3, 17)),
    ],
)
def test_names_that_archives_write(name: str, day: date) -> None:
    found = must("file name", name, {})
    assert found.acquired is not None
    assert (found.acquired.earliest, found.acquired.basis) == (day, Basis.FILE_NAME)
    assert found.sources == {"acquired": f"{name}: name"}


@pytest.mark.parametrize(
    "name", ["21XXX14023110-M2AS-1.TIF", "21FEB30023110-M2AS-1.TIF", "L71119038_03820001317.TIF"]
)
def test_names_that_only_look_like_them(name: str) -> None:
    assert read("file name", name, {}) is None


def test_copyright_tags_are_credit_lines() -> None:
    tiff = must("TIFF tag DateTime", "a.tif", {}, {"TIFFTAG_COPYRIGHT": "(c) Example\n  Air Survey"})
    assert (tiff.credit, tiff.acquired, tiff.warnings) == ("(c) Example Air Survey", None, ())
    exif = must("EXIF", "a.jpg", {}, {"EXIF_Copyright": "A. Reporter"})
    assert exif.sources == {"credit": "a.jpg: EXIF_Copyright"}


@pytest.mark.parametrize("offset", ["+25:99", "+9", "x"])
def test_an_offset_that_is_none_leaves_the_day_of_the_camera(offset: str) -> None:
    tags = {"EXIF_DateTimeOriginal": "2016:05:27 03:11:12", "EXIF_OffsetTimeOriginal": offset}
    found = must("EXIF", "a.jpg", {}, tags)
    assert instant(found) is None
    assert found.acquired is not None
    assert found.acquired.earliest == date(2016, 5, 27)


@pytest.mark.parametrize(
    ("dialect", "picture", "name"),
    [
        ("Landsat MTL", "LC09_X_B4.TIF", "LC09_X_MTL.json"),
        ("STAC item", "scene.tif", "scene.json"),
        ("ISO 19115 metadata", "scene.tif", "scene.xml"),
        ("FGDC metadata", "scene.tif", "scene.xml"),
    ],
)
def test_what_does_not_parse_is_passed_over(dialect: str, picture: str, name: str) -> None:
    for text in ('{"DATE_ACQUIRED": ', "<gmd:MD_Metadata DATE_ACQUIRED><idinfo>"):
        assert read(dialect, picture, {name: text}) is None


@pytest.mark.parametrize(
    ("providers", "name"),
    [
        ([{"name": "Host", "roles": ["host"]}, {"name": "Seller", "roles": ["licensor"]}], "Seller"),
        ([{"name": "Host", "roles": "producer"}, 3], ""),
        ([{"roles": ["producer"]}], ""),
        ("Maker", ""),
    ],
)
def test_a_stac_item_names_its_provider_by_role(providers: object, name: str) -> None:
    values = {"datetime": "2020-01-01T00:00:00Z", "providers": providers}
    item = {"type": "Feature", "stac_version": "1.0.0", "id": "scene", "properties": values}
    assert must("STAC item", "scene.tif", {"a.json": json.dumps(item)}).provider == name


def test_an_asset_has_a_distance_of_its_own() -> None:
    item = {
        "type": "Feature", "stac_version": "1.0.0", "id": "else", "properties": {"datetime": "2020-01-01", "gsd": 2},
        "assets": {"other": 3, "pan": {"href": "./scene.tif", "gsd": 0.5}},
    }  # fmt: skip
    found = must("STAC item", "scene.tif", {"a.json": json.dumps(item)})
    assert (found.gsd_m, found.sources["gsd_m"]) == (0.5, "a.json: assets.pan.gsd")


# -- what dialects share -------------------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["nonsense", "shift_jis", "utf-16"])
def test_xml_in_an_encoding_that_cannot_be_read_is_none(encoding: str) -> None:
    assert xml_root(f'<?xml version="1.0" encoding="{encoding}"?><a/>') is None


def test_xml_with_a_dtd_is_none() -> None:
    assert xml_root('<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>') is None


def test_what_is_nested_without_end_is_read_so_deep_and_no_deeper() -> None:
    root = xml_root("<a>" * 5000 + "x" + "</a>" * 5000)
    assert root is not None
    assert list(xml_pairs(root)) == []
    tree: dict[str, object] = {"end": 1}
    for _ in range(900):
        tree = {"a": tree}
    assert list(json_pairs(tree)) == []


@pytest.mark.parametrize("value", [True, None, [1], "x" * 301, "a\x00b", "\ud800", " "])
def test_what_is_no_line_of_text_is_no_text(value: object) -> None:
    assert Fields("f", [(("a",), value)]).text("a") is None


@pytest.mark.parametrize("value", [True, None, "x", "nan", 10**400, "1e999", [1]])
def test_what_is_no_finite_number_is_no_number(value: object) -> None:
    assert Fields("f", [(("a",), value)]).number("a") is None


@pytest.mark.parametrize(
    "text", ["0001-01-01T00:00:00+14:00", "2020-01-01\x0000:00", "２０２０-01-01", "later", 20200101]
)
def test_what_is_no_instant_is_none(text: object) -> None:
    assert Fields("f", [(("a",), text)]).moment("a") is None


@pytest.mark.parametrize("text", ["20201301", "0000", "202", "2020-1-1", "18000101", None, 2020])
def test_what_is_no_compact_day_is_none(text: object) -> None:
    assert compact_span(text) is None


def test_compact_days_months_and_years() -> None:
    spans = [compact_span(text) for text in ("20200415", "2020-04-15", "202004", "2020")]
    assert [span and span.precision.value for span in spans] == ["day", "day", "month", "year"]


def test_two_instants_of_a_day_are_that_day_and_open_ends_count_for_nothing() -> None:
    early, late = (
        Said(span, f"f: {hour}")
        for hour in (3, 9)
        if (span := Fields("f", [(("a",), f"2020-01-01T0{hour}:00:00Z")]).moment("a"))  # type: ignore[assignment]
    )
    both = hull([late.value, early.value])  # type: ignore[list-item]
    assert both is not None
    assert (both.value.precision, both.value.instant) == (Precision.DAY, None)
    assert hull([Said(DateSpan(None, date(2020, 1, 1), Precision.RANGE), "f: x")]) is None


def test_groups_that_are_left_open_mean_a_file_that_was_cut_off() -> None:
    assert odl_pairs('GROUP = A\n B = "c"\n') == []
    assert odl_pairs('GROUP = A\n B = "c"\nEND') == [(("A", "B"), "c")]
    assert odl_pairs("END_GROUP = A\nB = c;\n") == [(("B",), "c")]


# -- texts beside and above ----------------------------------------------------------------------------------


@pytest.fixture
def safe(tmp_path: Path) -> Path:
    """The picture of a Sentinel-2 product."""
    product = tmp_path / "in" / "S2A.SAFE"
    images = product / "GRANULE" / "L2A_T51SYD_A1_1" / "IMG_DATA" / "R10m"
    images.mkdir(parents=True)
    (product / "MTD_MSIL2A.xml").write_text(S2_PRODUCT)
    (images.parents[1] / "MTD_TL.xml").write_text(S2_TILE)
    (tmp_path / "manifest.json").write_text("{}")
    return images / S2_PICTURE


def test_metadata_of_a_product_are_found_above_up_to_the_folder_that_was_given(safe: Path) -> None:
    folders = safe.parents  # R10m, IMG_DATA, granule, GRANULE, product, in
    assert set(texts_of(safe, folders[4])) == {"MTD_MSIL2A.xml", "MTD_TL.xml"}
    assert set(texts_of(safe, folders[5])) == {"MTD_MSIL2A.xml", "MTD_TL.xml"}
    assert set(texts_of(safe, folders[3])) == {"MTD_TL.xml"}
    assert texts_of(safe, folders[0]) == {}
    assert texts_of(safe) == {}
    assert texts_of(safe, folders[0] / "elsewhere") == {}


def test_nothing_is_read_above_four_levels_nor_through_links(safe: Path) -> None:
    top = safe.parents[6]
    assert "manifest.json" not in texts_of(safe, top)
    (safe.parents[3] / "manifest.json").symlink_to(top / "manifest.json")
    assert "manifest.json" not in texts_of(safe, top)


def test_other_texts_above_are_not_read(safe: Path) -> None:
    (safe.parents[1] / f"{safe.stem}.json").write_text("{}")
    assert set(texts_of(safe, safe.parents[4])) == {"MTD_MSIL2A.xml", "MTD_TL.xml"}


def test_of_many_texts_those_of_a_product_and_the_most_alike_are_read(tmp_path: Path) -> None:
    for number in range(60):
        (tmp_path / f"other_{number:02}.json").write_text("{}")
    for name in ("scene_1.json", "manifest.json", "scene_1.doc"):
        (tmp_path / name).write_text("{}")
    (tmp_path / "scene_1.xml").write_text("x" * (2 * 2**20 + 1))
    (tmp_path / "scene_1.txt").mkdir()
    found = list(texts_of(tmp_path / "scene_1.tif"))
    assert len(found) == 38
    assert found[:2] == ["manifest.json", "scene_1.json"]
    assert texts_of(tmp_path / "gone" / "a.tif") == {}


def test_a_capture_s_day_is_that_of_utc() -> None:
    found = must("Sentinel-1 manifest", S1_PICTURE, {"manifest.safe": S1_MANIFEST})
    assert found.acquired is not None
    assert found.acquired.earliest == datetime.fromisoformat("2021-01-18").date()
