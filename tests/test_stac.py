"""The catalogue: valid items, honest dates, relative links, stable bytes."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pystac
import pytest
from shapely.geometry import shape

from workflow.exporters.stac import item_of, write_catalogue
from workflow.model import Basis, Capture, CaptureKind, DateSpan, Georeference, LonLat, Precision

SHA = "ab" * 32
RING = tuple(
    LonLat(*place) for place in [(125.7, 39.0), (125.8, 39.0), (125.8, 39.1), (125.7, 39.1), (125.7, 39.0)]
)
DAY = DateSpan(date(2023, 4, 14), date(2023, 4, 14), Precision.DAY, Basis.STATED, "14 April 2023")
CAPTURE = Capture(
    id=SHA[:16],
    sha256=SHA,
    kind=CaptureKind.SATELLITE,
    file="scene.tif",
    original=f"imagery/originals/{SHA}.tif",
    working=f"imagery/working/{SHA}.tif",
    acquired=DAY,
    width_px=60,
    height_px=40,
    bands=3,
    crs="EPSG:32651",
    gsd_m=0.5,
    footprint=RING,
    provider="Maxar",
    credit="© Maxar",
    licence="as licensed",
    off_nadir_deg=12.5,
    cloud_share=0.031,
)


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("socket.socket.connect", lambda *_: pytest.fail("a request left the machine"))


def test_an_item_says_what_is_known() -> None:
    values = item_of(CAPTURE)["properties"]
    assert (values["gsd"], values["proj:code"]) == (0.5, "EPSG:32651")
    assert (values["eo:cloud_cover"], values["view:off_nadir"]) == (3.1, 12.5)
    assert values["providers"] == [{"name": "Maxar", "roles": ["producer"]}]
    assert values["sitetrack:basis"] == "stated"
    assert "view:sun_azimuth" not in values


def test_a_day_is_a_range_of_one_day_and_never_a_false_instant() -> None:
    values = item_of(CAPTURE)["properties"]
    assert values["datetime"] is None
    assert (values["start_datetime"], values["end_datetime"]) == (
        "2023-04-14T00:00:00Z",
        "2023-04-14T23:59:59Z",
    )
    assert "sitetrack:open" not in values


def test_an_instant_is_kept() -> None:
    moment = datetime(2023, 4, 14, 2, 3, 4, tzinfo=UTC)
    span = replace(DAY, precision=Precision.INSTANT, instant=moment)
    values = item_of(replace(CAPTURE, acquired=span))["properties"]
    assert values["datetime"] == "2023-04-14T02:03:04Z"
    assert "start_datetime" not in values


@pytest.mark.parametrize(
    ("earliest", "latest", "ends"),
    [
        (None, date(2023, 4, 14), ["start"]),
        (date(2023, 4, 14), None, ["end"]),
        (None, None, ["start", "end"]),
    ],
)
def test_an_open_end_is_said_to_be_open(earliest: date | None, latest: date | None, ends: list[str]) -> None:
    span = DateSpan(earliest, latest, Precision.DAY)
    values = item_of(replace(CAPTURE, acquired=span))["properties"]
    assert values["sitetrack:open"] == ends
    assert values["start_datetime"] <= values["end_datetime"]
    assert (values["start_datetime"][:4] == "0001") is ("start" in ends)
    assert (values["end_datetime"][:4] == "9999") is ("end" in ends)


def test_a_picture_without_place_has_no_geometry() -> None:
    still = replace(CAPTURE, footprint=(), crs=None, gsd_m=None, georeference=Georeference.NONE)
    content = item_of(still)
    assert content["geometry"] is None
    assert "bbox" not in content
    assert not any("projection" in extension for extension in content["stac_extensions"])


def test_a_footprint_over_the_date_line_is_cut_there() -> None:
    ring = tuple(LonLat(*place) for place in [(179, 50), (-178, 50), (-178, 52), (179, 52), (179, 50)])
    content = item_of(replace(CAPTURE, footprint=ring))
    assert content["bbox"] == [179, 50, -178, 52]
    geometry = shape(content["geometry"])
    assert geometry.geom_type == "MultiPolygon"
    assert geometry.is_valid
    assert geometry.area == pytest.approx(6.0)
    assert all(-180 <= lon <= 180 for lon in (geometry.bounds[0], geometry.bounds[2]))


def test_a_crs_without_authority_stands_as_text() -> None:
    values = item_of(replace(CAPTURE, crs='PROJCRS["own",BASEGEOGCRS["x"]]'))["properties"]
    assert values["proj:wkt2"].startswith("PROJCRS")
    assert "proj:code" not in values


def test_pystac_reads_the_catalogue_and_its_links_lead_to_the_files(tmp_path: Path) -> None:
    imagery = tmp_path / "imagery"
    for folder in ("originals", "working"):
        (imagery / folder).mkdir(parents=True)
        (imagery / folder / f"{SHA}.tif").touch()
    write_catalogue(imagery, [CAPTURE])
    (item,) = pystac.Catalog.from_file(str(imagery / "catalog.json")).get_items()
    assert item.id == CAPTURE.id
    assert {name: Path(asset.get_absolute_href()).is_file() for name, asset in item.assets.items()} == {
        "original": True,
        "working": True,
    }
    assert item.assets["original"].extra_fields["file:checksum"] == "1220" + SHA
    assert (
        str(tmp_path)
        not in (imagery / "catalog.json").read_text() + next((imagery / "items").iterdir()).read_text()
    )


def test_nothing_is_rewritten_unless_it_changed(tmp_path: Path) -> None:
    other = replace(CAPTURE, id="cd" * 8, file="other.tif")

    def state() -> dict[str, tuple[int, bytes]]:
        return {path.name: (path.stat().st_ino, path.read_bytes()) for path in tmp_path.rglob("*.json")}

    write_catalogue(tmp_path, [CAPTURE, other])
    first = state()
    write_catalogue(tmp_path, [other, CAPTURE])
    assert state() == first
    write_catalogue(tmp_path, [CAPTURE, replace(other, credit="© Other")])
    changed = [name for name, content in state().items() if content != first[name]]
    assert changed == [f"{other.id}.json"]
    assert not list(tmp_path.rglob("*.partial"))


def test_hangul_and_hostile_names_stay_text(tmp_path: Path) -> None:
    write_catalogue(tmp_path, [replace(CAPTURE, file='평양 "<script>".tif')])
    content: dict[str, Any] = json.loads(
        (tmp_path / "items" / f"{CAPTURE.id}.json").read_text(encoding="utf-8")
    )
    assert content["properties"]["title"] == '평양 "<script>".tif'
