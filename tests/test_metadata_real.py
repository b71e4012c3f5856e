"""Dialects on real products: the values that the files state, and the day that the product's id has."""

from __future__ import annotations

import json
import re
from datetime import date, datetime
from pathlib import Path

import pytest

from workflow import plugins
from workflow.intake.dates import readings, settle
from workflow.intake.texts import texts_of
from workflow.metadata import Metadata, SourceFile
from workflow.model import Basis, Precision

DIALECTS = tuple(plugins.load("workflow.providers").values())
HARVEY = "planet/tests/data-files/disaster/hurricane-harvey/hurricane-harvey-0831"

pytestmark = pytest.mark.data


@pytest.fixture(scope="session")
def products(test_data: Path) -> Path:
    return test_data / "product_metadata"


def source(path: Path, root: Path | None = None) -> SourceFile:
    return SourceFile(path.name, {}, texts_of(path, root))


def read(path: Path, root: Path | None = None) -> dict[str, Metadata]:
    found, refused = readings(source(path, root), DIALECTS)
    assert refused is None
    return {dialect.name: metadata for dialect, metadata in found}


def one(name: str, path: Path) -> Metadata:
    """What one dialect reads, from the one file it is given."""
    dialect = next(dialect for dialect in DIALECTS if dialect.name == name)
    found = dialect.read(SourceFile(picture_of(path), {}, {path.name: path.read_text("utf-8")}))
    assert found is not None
    return found


def picture_of(path: Path) -> str:
    """The name of a band of the product."""
    if path.stem.endswith("_stac"):
        return f"{json.loads(path.read_text('utf-8'))['id']}_B4.TIF"
    return f"{path.stem.removesuffix('_MTL')}_B4.TIF"


def day_of(found: Metadata) -> date:
    assert found.acquired is not None
    assert found.acquired.basis is Basis.PRODUCT_METADATA
    assert found.acquired.earliest is not None
    assert found.acquired.earliest == found.acquired.latest
    return found.acquired.earliest


# -- every file ----------------------------------------------------------------------------------------------


def test_every_landsat_file_of_every_form_gives_the_day_in_the_product_id(products: Path) -> None:
    files = sorted((products / "landsat").rglob("*_MTL.*"))
    assert {path.suffix for path in files} == {".txt", ".json", ".xml"}
    assert {path.name[:4] for path in files} == {
        "LM01", "LM02", "LM03", "LM04", "LM05", "LT04", "LT05", "LE07", "LC08", "LC09",
    }  # fmt: skip
    assert len(files) >= 31
    for path in files:
        found = one("Landsat MTL", path)
        assert day_of(found) == datetime.strptime(path.name.split("_")[3], "%Y%m%d").date(), path.name  # noqa: DTZ007
        assert found.acquired is not None
        assert found.acquired.precision is Precision.INSTANT
        assert found.platform == f"Landsat {int(path.name[2:4])}"
        assert found.credit == "Image courtesy of the U.S. Geological Survey"
        assert found.gsd_m == (60 if path.name.startswith("LM") else 30)
        assert (found.off_nadir_deg is not None) == (path.name[:2] == "LC")
        assert found.sun_azimuth_deg is not None
        assert 0 <= found.sun_azimuth_deg < 360
        assert found.sources["acquired"] == f"{path.name}: IMAGE_ATTRIBUTES.DATE_ACQUIRED"


def test_the_three_forms_of_a_landsat_product_say_the_same(products: Path) -> None:
    compared = 0
    for text in (products / "landsat").rglob("*_MTL.txt"):
        others = [path for suffix in (".json", ".xml") if (path := text.with_suffix(suffix)).exists()]
        compared += len(others)
        for other in others:
            mine, theirs = one("Landsat MTL", text), one("Landsat MTL", other)
            assert mine.acquired == theirs.acquired
            assert (mine.gsd_m, mine.sun_elevation_deg, mine.cloud_share, mine.off_nadir_deg) == (
                theirs.gsd_m, theirs.sun_elevation_deg, theirs.cloud_share, theirs.off_nadir_deg,
            )  # fmt: skip
    assert compared >= 11


def test_every_stac_item_of_landsat_and_planet_gives_the_day_in_its_id(products: Path) -> None:
    items = [*(products / "landsat").rglob("*_stac.json"), *(products / HARVEY).rglob("*.json")]
    items = [path for path in items if path.name != "catalog.json"]
    assert len(items) >= 28
    for path in items:
        found = one("STAC item", path) if "stac" in path.name else read(path.with_suffix(".tif"))["STAC item"]
        # 2017831_195552_SS02 has its month in one digit
        digits = re.search(r"(?<!\d)((?:19|20)\d{6})(?!\d)", path.stem.replace("2017831", "20170831"))
        assert digits is not None
        assert f"{day_of(found):%Y%m%d}" == digits[1], path.name
        assert found.sources["acquired"] == f"{path.name}: properties.datetime"


def test_every_naip_file_gives_the_day_of_flight_and_no_other(products: Path) -> None:
    files = [path for path in (products / "naip").rglob("*") if path.suffix in (".txt", ".xml")]
    assert len(files) >= 10
    for path in files:
        name = "FGDC metadata" if path.suffix == ".txt" or "3211605" in path.name else "ISO 19115 metadata"
        found = one(name, path)
        digits = re.search(r"_(\d{8})(?=[_.])", path.name)
        assert digits is not None
        assert f"{day_of(found):%Y%m%d}" == digits[1], path.name
        assert found.provider == "USDA NAIP"
        assert found.gsd_m in (None, 0.6, 1.0)


def test_every_real_picture_takes_the_day_in_its_name(products: Path) -> None:
    pictures = sorted(path for path in products.rglob("*.*") if path.suffix in (".tif", ".png", ".jpg"))
    assert len(pictures) >= 21
    for path in pictures:
        found, refused = readings(source(path, products), DIALECTS)
        span, warnings = settle(path.name, None, found, refused)
        named = next((metadata.acquired for dialect, metadata in found if dialect.name == "file name"), None)
        if named is None:
            continue
        # an order whose ids were made unreadable, and its item kept another date
        made_up = path.name.startswith("20180119_XXXXXXX")
        assert (span.earliest == named.earliest) != made_up, path.name
        assert bool(warnings) == made_up


# -- values read off the files -------------------------------------------------------------------------------


def test_landsat_of_the_first_years_with_the_sun_below_the_horizon(products: Path) -> None:
    path = products / "landsat/tests/data-files/mss/LM01_L1GS_005037_19720823_20200909_02_T2_MTL.xml"
    found = one("Landsat MTL", path)
    assert (found.sun_azimuth_deg, found.sun_elevation_deg) == (311.55364776, -30.74709801)
    assert found.cloud_share is None
    assert found.acquired is not None
    assert found.acquired.instant == datetime.fromisoformat("1972-08-23T01:30:57.500+00:00")


def test_landsat_looking_aside(products: Path) -> None:
    path = products / "landsat/tests/data-files/assets4/LC08_L2SP_017036_20130419_20200913_02_T2_MTL.json"
    found = one("Landsat MTL", path)
    assert (found.off_nadir_deg, found.cloud_share, found.sun_azimuth_deg) == (11.696, 1.0, 133.70859229)


@pytest.mark.parametrize(("band", "metres"), [("B8", 15.0), ("B4", 30.0), ("ST_B10", 30.0)])
def test_landsat_has_a_pixel_for_each_kind_of_band(products: Path, band: str, metres: float) -> None:
    path = products / "landsat/tests/data-files/oli-tirs"
    found = read(path / f"LC09_L2SP_010065_20220129_20220131_02_T1_{band}.TIF")["Landsat MTL"]
    assert found.gsd_m == metres


def test_planet_product_xml(products: Path) -> None:
    path = products / HARVEY / "20170831_172754_101c/20170831_172754_101c_3B_AnalyticMS.tif"
    found = read(path)["Planet XML"]
    assert (found.platform, found.gsd_m, found.off_nadir_deg) == ("PlanetScope 101c", 3.0, 0.240151)
    assert (found.sun_azimuth_deg, found.sun_elevation_deg, found.cloud_share) == (145.42, 65.12005, None)
    name = "20170831_172754_101c_3B_AnalyticMS_metadata.xml"
    assert found.sources["acquired"] == f"{name}: Acquisition.acquisitionDateTime"


def test_planet_item(products: Path) -> None:
    found = read(products / "planet_api/tests/data/20220125_075509_67_1061_3B_Visual.tif")["Planet item"]
    assert (found.platform, found.gsd_m, found.off_nadir_deg) == ("planetscope 1061", 3.6, 1.1)
    assert (found.sun_azimuth_deg, found.sun_elevation_deg, found.cloud_share) == (148.0, 57.8, 0.0)
    assert found.sources["gsd_m"] == "data_item_20220125_075509_67_1061.json: properties.gsd"


def test_skysat(products: Path) -> None:
    path = products / HARVEY / "20170831_162740_ssc1d1/SkySat_Freeport_s03_20170831T162740Z.tif"
    found = read(path)["STAC item"]
    assert (found.provider, found.platform, found.gsd_m) == ("Planet", "SSC1", 0.9)
    assert (found.off_nadir_deg, found.sun_azimuth_deg, found.sun_elevation_deg) == (27.2, 122.0, 56.3)
    assert found.sources["provider"] == "20170831_162740_ssc1d1.json: properties.pl:item_type"


def test_planet_order_manifest_above_the_pictures_is_weaker_than_their_item(products: Path) -> None:
    path = products / "planet/tests/data-files/order/files/20180119_XXXXXXX_XXXX_3B_Visual_file_format.tif"
    assert "Planet order manifest" not in read(path)
    found, refused = readings(source(path, products), DIALECTS)
    span, warnings = settle(path.name, None, found, refused)
    assert span.instant == datetime.fromisoformat("2021-01-19T13:40:04+00:00")
    assert warnings[0] == (
        "the Planet order manifest (manifest.json: annotations.planet/item_id) says 19 January 2018, the Planet "
        "item (20180119_XXXXXXX_XXXX_metadata.json: properties.acquired) says 19 January 2021 and counts"
    )


def test_naip_that_states_another_year_goes_by_its_id_and_says_so(products: Path) -> None:
    path = products / "naip/tests/data-files/m_3610332_se_13_060_20200903_20201204.xml"
    found = one("ISO 19115 metadata", path)
    assert found.sources["acquired"] == f"{path.name}: fileIdentifier.CharacterString"
    (warning,) = found.warnings
    assert "TimePeriod.beginPosition says between 3 November 1990 and 4 November 1990" in warning
    assert "says 3 September 2020 and counts" in warning


def test_naip_text_and_xml(products: Path) -> None:
    folder = products / "naip/tests/data-files"
    text = one("FGDC metadata", folder / "m_4107212_se_18_060_20180816.txt")
    assert (text.gsd_m, text.warnings) == (0.6, ())
    assert text.sources["acquired"].endswith("Single_Date/Time.Calendar_Date")
    xml = one("FGDC metadata", folder / "m_3211605_ne_11_060_20200415_20200730_missing_resource_desc.xml")
    assert xml.sources["acquired"].endswith(": idinfo.timeperd.timeinfo.sngdate.caldate")


@pytest.mark.parametrize(("name", "day"), [("2000TM", date(2000, 3, 17)), ("2003TM", date(2003, 2, 6))])
def test_envi_band_names_and_not_the_processing_of_2012(test_data: Path, name: str, day: date) -> None:
    found = read(test_data / "landsat_taizhou_2000_2003" / f"{name}.tif")["ENVI header"]
    assert day_of(found) == day
    assert (found.platform, found.gsd_m) == ("Landsat ETM", 30.0)
    assert found.sources["acquired"] == f"{name}.HDR: band names"
