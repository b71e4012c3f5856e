"""Data exports: what each file holds, that it gives nothing away, and that the record notes it."""

from __future__ import annotations

import contextlib
import csv
import filecmp
import io
import json
import shutil
import sqlite3
import subprocess
import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pyogrio
import pytest
from export_sample import extracts, opened, ring, traces
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from still_sample import scenery, take_clip

from workflow import actions
from workflow.cli import main
from workflow.cli.export import KINDS as OFFERED
from workflow.cli.export import LAYERS
from workflow.errors import InputRefused, UnknownName
from workflow.exporters import arrow, texts
from workflow.exporters.extract import FIELDS, Extract, layers
from workflow.model import (
    Annotation,
    Author,
    Capture,
    Export,
    LonLat,
    Offset,
    Position,
    Role,
    Site,
    State,
    Target,
    TargetClass,
)
from workflow.publish.data import KINDS, NO_REASON, check_export, handed_out, made, write_export
from workflow.publish.pixels import outlines
from workflow.readmodels.exports import extract, told
from workflow.visibility import AUDIENCES

ANNA = Author("Anna")
KML = "{http://www.opengis.net/kml/2.2}"
ENDINGS = [
    (kind, suffix)
    for kind, form in KINDS.items()
    for suffix in form.whole
    if (kind, suffix) != ("smart", ".geojson")
]


def change(watched: Any, key: str, **fields: Any) -> None:
    known = watched.project.record.get(Site, key)
    with watched.project.record.write(ANNA, "a survey") as transaction:
        transaction.put(replace(known.value, **fields), known.version)


def area_at(watched: Any, place: LonLat, capture: Any, key: str = "m1", **fields: Any) -> None:
    """A box of 10 m whose lower left corner is at the place."""
    east, north = 10 / 86_500, 10 / 111_000
    west, south = place.lon, place.lat
    corners = [
        [west, south],
        [west + east, south],
        [west + east, south + north],
        [west, south + north],
        [west, south],
    ]
    box = {"type": "Polygon", "coordinates": [corners]}
    mark = Annotation(key, "gate", capture.id, "box", box, target="gantry", label="=A", author="Anna")
    with watched.project.record.write(ANNA, "a mark") as transaction:
        transaction.put(replace(mark, **fields), 0)


@pytest.fixture
def gate(watched: Any) -> Any:
    """A site seen twice, marked once, and a site that is restricted, far away with a picture of its own."""
    watched.add_site("gate", targets=(Target("gantry", kind=TargetClass.GANTRY),))
    watched.shots = [
        watched.add_capture(day, seed=n + 1) for n, day in enumerate(("2019-05-03", "2020-06-01"))
    ]
    for shot, state in zip(watched.shots, ("absent", "present"), strict=True):
        actions.observe(
            watched.project, ANNA, site="gate", target="gantry", capture=shot.id, state=state, note="=1+1"
        )
    area_at(watched, watched.project.site("gate").position.lonlat, watched.shots[1])
    watched.add_site("secret", east_m=20_000)
    change(watched, "secret", name="Secret post", visibility="restricted")
    return watched


def body(gate: Any, kind: str, suffix: str, layer: str = "", audience: str = "public") -> bytes:
    return made(gate.project, extract(gate.project, (), audience), kind, suffix, layer).body


# -- nothing is given away -----------------------------------------------------------------------------------


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(whole=extracts(), audience=st.sampled_from(AUDIENCES))
def test_no_export_gives_away_where_a_withheld_site_is(watched: Any, whole: Extract, audience: str) -> None:
    shown = told(whole, (), audience)
    names = {site.id for site in shown.sites}
    hidden = [site for site in whole.sites if site.id not in names]
    assert shown.left_out == len(hidden)
    files = {
        (kind, suffix): opened(made(watched.project, shown, kind, suffix).body) for kind, suffix in ENDINGS
    }
    for site in hidden:
        marks = [one.geometry for one in whole.annotations if one.site == site.id]
        own = whole.captures[int(site.id[1:])]
        outline = {"coordinates": [[[one.lon, one.lat] for one in own.footprint]]}
        for trace in (own.id.encode(), *traces(site, outline, *marks)):
            assert [where for where, content in files.items() if trace in content] == []


@settings(max_examples=10, deadline=None)
@given(whole=extracts())
def test_those_who_may_see_all_find_every_place(whole: Extract) -> None:
    content = texts.geojson(layers(told(whole, (), "restricted")))
    for site in whole.sites:
        assert site.position is not None
        assert repr(site.position.lonlat.lon).encode() in content


def test_the_command_leaves_out_what_the_audience_may_not_see_and_says_so(
    gate: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out.geojson"
    run(gate, "geojson", "-o", out)
    assert "left out: 1." in capsys.readouterr().err
    assert b"ecret" not in out.read_bytes()
    run(gate, "geojson", "-o", out, "--for", "restricted")
    assert "left out" not in capsys.readouterr().err
    assert b"Secret post" in out.read_bytes()


def test_a_picture_tied_to_a_withheld_site_does_not_name_it(gate: Any) -> None:
    shot = gate.add_capture("2021-01-01", site="secret")
    shown = {one.id: one for one in extract(gate.project).captures}
    assert shown[shot.id].site is None  # it shows the public site too
    alone = gate.add_capture(None, located=False, site="secret")
    assert alone.id not in {one.id for one in extract(gate.project).captures}
    assert alone.id in {one.id for one in extract(gate.project, (), "restricted").captures}


def test_only_the_sites_that_are_asked_for(gate: Any) -> None:
    gate.add_site("bridge", east_m=30_000)
    elsewhere = gate.add_capture("2021-01-01", crop=(0.0, 0.0, 0.1, 0.1))
    one = extract(gate.project, ["gate"])
    assert [site.id for site in one.sites] == ["gate"]
    assert elsewhere.id not in {shot.id for shot in one.captures}
    assert one.left_out == 0
    assert (extract(gate.project, ["secret"]).sites, extract(gate.project, ["secret"]).left_out) == ((), 1)


# -- the same data, the same bytes ---------------------------------------------------------------------------


@pytest.mark.parametrize(("kind", "suffix"), ENDINGS)
def test_the_same_data_gives_the_same_bytes_also_after_it_was_noted(
    gate: Any, tmp_path: Path, kind: str, suffix: str
) -> None:
    first, second = tmp_path / f"first{suffix}", tmp_path / f"second{suffix}"
    for out in (first, second):
        write_export(gate.project, ANNA, extract(gate.project), kind, out)
    assert filecmp.cmp(first, second, shallow=False)
    assert str(datetime.now(UTC).date()).encode() not in opened(first.read_bytes())
    if zipfile.is_zipfile(first):
        with zipfile.ZipFile(first) as archive:
            assert {one.date_time for one in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_a_geopackage_does_not_tell_how_often_gdal_wrote_its_last_change(
    gate: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken = layers(extract(gate.project))
    first, write = arrow.geopackage(taken), pyogrio.write_arrow

    def write_and_change(table: Any, path: Path, **how: Any) -> None:
        write(table, path, **how)
        with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as file:
            file.execute("UPDATE gpkg_contents SET last_change = '2020-01-01T00:00:00.000Z'")

    monkeypatch.setattr(pyogrio, "write_arrow", write_and_change)
    assert arrow.geopackage(taken) == first


# -- the record ----------------------------------------------------------------------------------------------


def run(gate: Any, *arguments: object) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["export", *map(str, arguments), "--project", str(gate.project.root), "--author", "Anna"])
    assert ended.value.code == 0


def test_who_took_what_when_and_why_stands_in_the_record(
    gate: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out.kml"
    run(gate, "kml", "-o", out, "--why", "for the editor", "--json")
    (row,) = json.loads(capsys.readouterr().out)
    noted = gate.project.record.get(Export, row["id"]).value
    assert (noted.kind, noted.sha256, noted.size_bytes) == ("kml", row["sha256"], out.stat().st_size)
    assert (noted.sites, noted.audience, noted.counts["observations"]) == (("gate",), "public", 2)
    revision = gate.project.record.history("export", noted.id)[0]
    assert (revision.author, revision.reason) == ("Anna", "for the editor")
    assert (row["author"], row["why"]) == ("Anna", "for the editor")
    assert gate.project.record.verify().problems == ()


def test_a_viewer_may_take_data_and_a_reason_may_be_left_out(gate: Any, tmp_path: Path) -> None:
    write_export(
        gate.project, Author("Vera", Role.VIEWER), extract(gate.project), "json", tmp_path / "a.json"
    )
    revision = gate.project.record.history("export", "export-1")[0]
    assert (revision.author, revision.reason) == ("Vera", NO_REASON)


def test_what_cannot_be_written_is_refused_and_leaves_nothing(gate: Any, tmp_path: Path) -> None:
    shown = extract(gate.project)
    for kind, name, layer, words in (
        ("kml", "a.txt", "", "not written as .txt"),
        ("csv", "a.csv", "", "one layer with --layer"),
        ("kml", "a.kml", "sites", "not written by layers"),
        ("csv", "a.zip", "sites", "use .csv"),
        ("csv", "none/a.zip", "", "is missing"),
        ("smart", "none.geojson", "", "there are 2"),
    ):
        some = extract(gate.project, (), "restricted") if kind == "smart" else shown
        with pytest.raises(InputRefused, match=words):
            write_export(gate.project, ANNA, some, kind, tmp_path / name, layer=layer)
    (tmp_path / "folder.kml").mkdir()
    with pytest.raises(InputRefused, match="is a folder"):
        write_export(gate.project, ANNA, shown, "kml", tmp_path / "folder.kml")
    assert gate.project.record.rows(Export) == ()
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == []


def test_a_backup_notes_no_export(gate: Any, tmp_path: Path) -> None:
    (gate.project.root / "backup.json").write_text("{}")
    with pytest.raises(InputRefused, match="restore it"):
        write_export(gate.project, ANNA, extract(gate.project), "json", tmp_path / "a.json")


def test_the_command_offers_every_format_and_layer() -> None:
    assert tuple(KINDS) == OFFERED
    assert tuple(FIELDS) == LAYERS


# -- the formats, opened by others ---------------------------------------------------------------------------


def test_a_geopackage_opens_elsewhere_with_every_layer_and_field(
    gate: Any, tmp_path: Path, skip_or_fail: Callable[[str], None]
) -> None:
    import pyogrio

    out = tmp_path / "out.gpkg"
    out.write_bytes(body(gate, "geopackage", ".gpkg"))
    assert [name for name, _ in pyogrio.list_layers(out)] == list(FIELDS)
    for name, (_, fields) in FIELDS.items():
        assert list(pyogrio.read_info(out, layer=name)["fields"]) == list(fields)
    seen = pyogrio.read_dataframe(out, layer="observations")
    assert list(seen.state) == ["absent", "present"]
    assert [str(day)[:10] for day in seen.earliest] == ["2019-05-03", "2020-06-01"]
    assert seen.crs.to_epsg() == 4326
    (mark,) = pyogrio.read_dataframe(out, layer="annotations").geometry
    assert mark.geom_type == "Polygon"
    assert all(one.geom_type == "Polygon" for one in pyogrio.read_dataframe(out, layer="captures").geometry)
    if (ogrinfo := shutil.which("ogrinfo")) is None:
        skip_or_fail("no ogrinfo (Debian: gdal-bin)")
    told_by = subprocess.run([str(ogrinfo), "-q", str(out)], capture_output=True, text=True, check=True)
    assert all(name in told_by.stdout for name in FIELDS)
    assert told_by.stderr == ""


def test_a_layer_of_its_own(gate: Any, tmp_path: Path) -> None:
    import pyogrio

    out = tmp_path / "one.gpkg"
    out.write_bytes(body(gate, "geopackage", ".gpkg", "sites"))
    assert [name for name, _ in pyogrio.list_layers(out)] == ["sites"]
    rows = csv.DictReader(io.StringIO(body(gate, "csv", ".csv", "targets").decode()))
    assert [(row["site"], row["class"], row["lon"]) for row in rows] == [("gate", "gantry", "125.7")]


def test_geojson_names_the_layer_of_each_feature(gate: Any) -> None:
    content = json.loads(body(gate, "geojson", ".geojson"))
    found = [one["properties"]["layer"] for one in content["features"]]
    assert {name: found.count(name) for name in FIELDS} == {
        one.name: len(one.rows) for one in layers(extract(gate.project))
    }
    (mark,) = (one for one in content["features"] if one["properties"]["layer"] == "annotations")
    assert mark["geometry"]["type"] == "Polygon"


def test_geoparquet_has_the_metadata_that_readers_ask_for(gate: Any, tmp_path: Path) -> None:
    import geopandas
    import pyarrow.parquet as parquet

    with zipfile.ZipFile(io.BytesIO(body(gate, "geoparquet", ".zip"))) as archive:
        assert archive.namelist() == [f"{name}.parquet" for name in FIELDS]
        archive.extractall(tmp_path)
    geo = json.loads(parquet.read_schema(tmp_path / "captures.parquet").metadata[b"geo"])
    column = geo["columns"][geo["primary_column"]]
    assert (geo["version"], column["encoding"], column["geometry_types"]) == ("1.1.0", "WKB", ["Polygon"])
    frame = geopandas.read_parquet(tmp_path / "captures.parquet")
    assert [float(side) for side in frame.total_bounds] == pytest.approx(column["bbox"])
    assert frame.crs.to_string() == "OGC:CRS84"
    assert list(geopandas.read_parquet(tmp_path / "intervals.parquet").by) == [date(2020, 6, 1)]
    assert len(geopandas.read_parquet(tmp_path / "outlines.parquet")) == 0


def test_csv_runs_no_formula_and_dates_are_iso(gate: Any) -> None:
    with zipfile.ZipFile(io.BytesIO(body(gate, "csv", ".zip"))) as archive:
        tables = {
            name: list(csv.reader(io.StringIO(archive.read(name).decode()))) for name in archive.namelist()
        }
    assert set(tables) == {f"{name}.csv" for name in FIELDS}
    cells = [cell for rows in tables.values() for row in rows for cell in row]
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@"))]
    assert "'=1+1" in cells
    assert "2019-05-03" in cells
    assert tables["annotations.csv"][1][-1].startswith("POLYGON ((125.7 39, ")
    assert tables["outlines.csv"] == [["site", "wkt"]]


@settings(max_examples=50, deadline=None)
@given(whole=extracts(), audience=st.sampled_from(AUDIENCES))
def test_json_gives_back_what_was_written(whole: Extract, audience: str) -> None:
    shown = told(whole, (), audience)
    assert texts.read_lossless(texts.lossless(shown), "a.json") == shown


def test_json_gives_back_a_project_as_it_is_to_those_who_may_see_all(gate: Any) -> None:
    back = texts.read_lossless(body(gate, "json", ".json", audience="restricted"), "a.json")
    assert back.sites == gate.project.sites()
    assert back.captures == gate.project.all_captures()
    assert back.observations == gate.project.observations()
    assert back.annotations == gate.project.annotations()


@pytest.mark.parametrize(
    "content",
    [b"", b"[]", b"{}", b'{"format": "x"}', b'{"format": "sitetrack export 1", "sites": 3}', b"\xff"],
)
def test_json_that_is_something_else_is_refused(content: bytes) -> None:
    with pytest.raises(InputRefused, match=r"a\.json"):
        texts.read_lossless(content, "a.json")


def test_kml_has_the_days_of_states_marks_and_pictures(gate: Any) -> None:
    change(gate, "gate", footprint={"type": "MultiPolygon", "coordinates": [[ring(125.7, 39.0, 0.001)]]})
    document = ElementTree.fromstring(body(gate, "kml", ".kml"))  # noqa: S314  our own bytes
    folders = {one.findtext(f"{KML}name"): one for one in document.iter(f"{KML}Folder")}
    assert set(folders) == {"Targets", "States", "Marks", "Pictures"}
    assert document.findtext(f"{KML}Document/{KML}name") == "gate"
    days = [one.findtext(f"{KML}TimeStamp/{KML}when") for one in folders["States"].iter(f"{KML}Placemark")]
    assert days == ["2019-05-03", "2020-06-01"]
    (mark,) = folders["Marks"].iter(f"{KML}Placemark")
    assert mark.find(f"{KML}Polygon") is not None
    assert mark.findtext(f"{KML}TimeStamp/{KML}when") == "2020-06-01"
    assert document.find(f".//{KML}MultiGeometry/{KML}Polygon") is not None
    begins = [one.text for one in folders["Targets"].iter(f"{KML}begin")]
    assert begins == ["2020-06-01"]
    with zipfile.ZipFile(io.BytesIO(body(gate, "kmz", ".kmz"))) as archive:
        assert archive.read("doc.kml") == body(gate, "kml", ".kml")


def test_kml_draws_lines_and_points_and_leaves_pixels_out(gate: Any) -> None:
    shot = gate.shots[0]
    shapes = {
        "line": {"type": "LineString", "coordinates": [[125.7, 39.0], [125.701, 39.0]]},
        "point": {"type": "Point", "coordinates": [125.7, 39.0]},
    }
    for shape, geometry in shapes.items():
        area_at(gate, LonLat(125.7, 39.0), shot, shape, shape=shape, geometry=geometry, label="")
    area_at(gate, LonLat(125.7, 39.0), shot, "pixel", in_pixels=True, label="in pixels")
    document = ElementTree.fromstring(body(gate, "kml", ".kml"))  # noqa: S314  our own bytes
    names = [one.text for one in document.iter(f"{KML}name")]
    assert "in pixels" not in names
    assert {"line", "point"} <= set(names)
    assert document.find(f".//{KML}LineString") is not None


def test_a_site_without_a_place_is_in_the_kml_without_a_point(gate: Any) -> None:
    change(gate, "gate", position=None)
    document = ElementTree.fromstring(body(gate, "kml", ".kml"))  # noqa: S314  our own bytes
    assert "gate" in [one.text for one in document.iter(f"{KML}name")]
    assert document.find(f".//{KML}Point") is None


def test_stac_opens_with_pystac_and_lacks_what_was_withdrawn(gate: Any, tmp_path: Path) -> None:
    import pystac

    lead = Author("Lena", Role.LEAD)
    actions.withdraw(gate.project, lead, gate.shots[0].id, reason="licence ended")
    with zipfile.ZipFile(io.BytesIO(body(gate, "stac", ".zip"))) as archive:
        archive.extractall(tmp_path)
    items = list(pystac.Catalog.from_file(str(tmp_path / "catalog.json")).get_items())
    assert [one.id for one in items] == [gate.shots[1].id]
    assert [one.id for one in extract(gate.project).captures] == [shot.id for shot in gate.shots]


# -- pixels --------------------------------------------------------------------------------------------------


def test_coco_boxes_lie_on_the_pixels_of_the_working_copy(gate: Any) -> None:
    import rasterio
    from pyproj import Transformer

    content = json.loads(body(gate, "coco", ".json"))
    (mark,) = content["annotations"]
    images = {one["id"]: one for one in content["images"]}
    kinds = {one["id"]: one["name"] for one in content["categories"]}
    assert list(kinds.values()) == [kind.value for kind in TargetClass]
    assert kinds[mark["category_id"]] == "gantry"
    image = images[mark["image_id"]]
    assert (image["capture"], image["width"], image["height"]) == (gate.shots[1].id, 800, 800)
    path = gate.project.root / gate.shots[1].working
    assert image["file_name"] == path.name
    with rasterio.open(path) as dataset:
        x, y = Transformer.from_crs("EPSG:4326", dataset.crs, always_xy=True).transform(125.7, 39.0)
        row, column = dataset.index(x, y, op=float)
    left, top, width, height = mark["bbox"]
    assert (left, top + height) == pytest.approx((column, row), abs=0.7)  # the box is turned a little
    assert (width, height) == pytest.approx((20, 20), abs=1)
    assert mark["area"] == pytest.approx(400, rel=0.03)
    xs, ys = mark["segmentation"][0][::2], mark["segmentation"][0][1::2]
    assert (min(xs), min(ys), max(xs) - min(xs)) == pytest.approx((left, top, width), abs=0.01)


def test_a_mark_is_moved_by_the_offset_that_its_picture_was_shown_with(gate: Any) -> None:
    before = outlines(gate.project, extract(gate.project))["m1"]
    shot = gate.shots[1].id
    with gate.project.record.write(ANNA, "aligned") as transaction:
        transaction.put(Offset("gate", shot, gate.shots[0].id, 3.0, -2.0, 0.9, True, "phase"), 0)
    after = outlines(gate.project, extract(gate.project))["m1"]
    moved = [(x1 - x0, y1 - y0) for (x0, y0), (x1, y1) in zip(before, after, strict=True)]
    assert moved == [pytest.approx((-6.0, -4.0), abs=0.01)] * 5  # half a metre a pixel, rows run south


def test_what_has_no_area_in_pixels_is_not_in_coco_and_counted(gate: Any, tmp_path: Path) -> None:
    place, shot = LonLat(125.7, 39.0), gate.shots[0]
    point = {"type": "Point", "coordinates": [125.7, 39.0]}
    area_at(gate, place, shot, "point", shape="point", geometry=point)
    area_at(gate, LonLat(125.8, 39.0), shot, "outside")
    area_at(gate, place, shot, "graphic", evidence=False)
    still = gate.add_capture("2021-01-01", located=False, site="gate")
    pixels = {"type": "Polygon", "coordinates": [[[1, 2], [5, 2], [5, 8], [1, 8], [1, 2]]]}
    area_at(gate, place, still, "still", in_pixels=True, geometry=pixels, target=None)
    (gate.project.root / gate.shots[1].working).unlink()
    _, lacks = write_export(gate.project, ANNA, extract(gate.project), "coco", tmp_path / "a.json")
    (mark,) = json.loads((tmp_path / "a.json").read_text())["annotations"]
    assert (mark["annotation"], mark["bbox"], mark["area"]) == ("still", [1, 2, 4, 6], 24)
    assert mark["category_id"] == list(TargetClass).index(TargetClass.OTHER) + 1
    assert lacks == ("Evidence marks without an area in pixels, which are not in the file: 3.",)


def test_a_clip_has_an_image_a_frame_and_marks_say_on_which_they_are(gate: Any, tmp_path: Path) -> None:
    frames = [(72.0, scenery()[:, :120, :160]), (160.0, scenery()[:, :90, :200])]
    clip = take_clip(gate.project, tmp_path, "news", frames, "2024-01-05", "gate")
    for at_s, right in ((72.0, 150), (160.0, 190)):  # the second reaches beyond the first frame's side
        ring = [[140, 2], [right, 2], [right, 80], [140, 80], [140, 2]]
        pixels = {"type": "Polygon", "coordinates": [ring]}
        place, key = LonLat(125.7, 39.0), f"at-{at_s:g}"
        area_at(gate, place, clip, key, in_pixels=True, geometry=pixels, target=None, at_s=at_s)
    content = json.loads(body(gate, "coco", ".json"))
    images = {one["id"]: one for one in content["images"]}
    assert len(images) == len(content["images"]) == 4
    shown = {one["annotation"]: images[one["image_id"]] for one in content["annotations"]}
    sizes = {key: (one["time_code"], one["width"], one["height"]) for key, one in shown.items()}
    assert sizes["at-72"] == ("00:01:12", 160, 120)
    assert sizes["at-160"] == ("00:02:40", 200, 90)
    assert {one["file_name"] for one in shown.values()} >= {
        (gate.project.root / one.working).name for one in clip.frames
    }
    assert shown["at-160"]["original"] == clip.frames[1].name
    assert shown["m1"]["time_code"] == ""
    rows = next(one for one in layers(extract(gate.project)) if one.name == "annotations").rows
    assert {row["id"]: row["time_code"] for row in rows} == {
        "m1": "", "at-72": "00:01:12", "at-160": "00:02:40"
    }  # fmt: skip


def test_a_mark_on_a_withdrawn_picture_is_not_in_coco(gate: Any) -> None:
    lead = Author("Lena", Role.LEAD)
    actions.withdraw(gate.project, lead, gate.shots[1].id, reason="licence ended")
    content = json.loads(body(gate, "coco", ".json"))
    assert (len(content["images"]), content["annotations"]) == (1, [])


def test_states_of_every_sort_have_a_row(gate: Any) -> None:
    for state in State:
        actions.observe(
            gate.project, Author(state.value), site="gate", target="gantry", capture=gate.shots[0].id,
            state=state.value, note="seen",
        )  # fmt: skip
    rows = next(one for one in layers(extract(gate.project)) if one.name == "observations").rows
    assert {row["state"] for row in rows} == {state.value for state in State}


def test_positions_of_the_layers_are_as_they_are_told(gate: Any) -> None:
    change(gate, "gate", position=Position(LonLat(125.700012345, 39.000012345), 1000.0, "fine words"))
    public = {one.name: one for one in layers(extract(gate.project))}
    for name in ("sites", "targets", "observations", "intervals"):
        assert {tuple(place["coordinates"]) for place in public[name].geometries if place} == {(125.7, 39.0)}


def test_sites_without_a_place_are_in_no_site_model_and_that_is_said(gate: Any, tmp_path: Path) -> None:
    change(gate, "gate", position=None)
    noted, lacks = write_export(gate.project, ANNA, extract(gate.project), "smart", tmp_path / "a.zip")
    assert (noted.counts, lacks) == (
        {"targets": 0},
        ("Targets of sites without a place, which are not in the file: 1.",),
    )
    rows = csv.DictReader(io.StringIO(body(gate, "csv", ".csv", "sites").decode()))
    assert [(row["lon"], row["lat"]) for row in rows] == [("", "")]


def test_several_marks_on_one_picture_and_one_whose_copy_is_no_map(gate: Any) -> None:
    place = LonLat(125.7, 39.0)
    area_at(gate, place, gate.shots[1], "m2")
    assert set(outlines(gate.project, extract(gate.project))) == {"m1", "m2"}
    with gate.project.record.write(ANNA, "other facts") as transaction:
        known = transaction.get(Capture, gate.shots[1].id)
        transaction.put(replace(known.value, width_px=7), known.version)
    assert outlines(gate.project, extract(gate.project)) == {}


def test_what_there_is_not_is_refused_by_name(gate: Any, tmp_path: Path) -> None:
    with pytest.raises(UnknownName, match="'shapefile'"):
        check_export(gate.project, "shapefile", tmp_path / "a.shp")
    with pytest.raises(UnknownName, match="'site'"):
        check_export(gate.project, "csv", tmp_path / "a.csv", "site")


def test_a_disk_that_takes_no_more_leaves_no_file(
    gate: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(InputRefused, match="No space left"):
        write_export(gate.project, ANNA, extract(gate.project), "kml", tmp_path / "a.kml")
    assert list(tmp_path.glob(".a.kml*")) == []
    assert gate.project.record.rows(Export) == ()


def test_what_is_taken_through_a_browser_is_noted_too(gate: Any) -> None:
    taken = handed_out(gate.project, ANNA, extract(gate.project), "kml", "gate.kml", "from the page")
    (row,) = gate.project.record.rows(Export)
    assert (row.value.file, row.value.size_bytes) == ("gate.kml", len(taken))
    assert gate.project.record.history("export", "export-1")[0].reason == "from the page"
