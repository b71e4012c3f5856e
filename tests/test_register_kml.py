from __future__ import annotations

import csv
import io
import random
import zipfile
from pathlib import Path

import pytest

from workflow.model import LonLat, TargetClass
from workflow.register import Reading, read_sites

POINT = "<Point><coordinates>125.7,39.0,0</coordinates></Point>"
RING = "125,39 126,39 126,40 125,40 125,39"
PLACEMARKS = Path("kml") / "expected_placemarks.tsv"
FILES = (
    *(
        f"libkml_examples/{name}.kml"
        for name in ("abstractview", "allstyles", "altitudemode", "attrs", "extendeddata")
    ),
    *(
        f"libkml_examples/{name}.kml"
        for name in ("folder", "inline-stylemap", "kmlsamples", "lines", "model")
    ),
    *(
        f"libkml_examples/{name}.kml"
        for name in ("networklink", "networklinkcontrol", "photooverlay", "polygons2d")
    ),
    *(
        f"libkml_examples/{name}.kml"
        for name in ("region", "sky", "snippets", "styles", "time", "unknown-elements")
    ),
    *("us_states.kml", "us_states.kmz"),
)


def kml(*placemarks: str, head: str = "") -> str:
    body = "".join(f"<Placemark>{placemark}</Placemark>" for placemark in placemarks)
    return f'{head}<kml xmlns="http://www.opengis.net/kml/2.2"><Document>{body}</Document></kml>'


def read(folder: Path, text: str | bytes, name: str = "watch.kml") -> Reading:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_sites(path)


def kmz(members: dict[str, bytes], *, compress: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", compress) as archive:
        for name, body in members.items():
            archive.writestr(name, body)
    return out.getvalue()


@pytest.mark.data
@pytest.mark.parametrize("file", FILES)
def test_real_files_give_every_placemark(test_data: Path, file: str) -> None:
    with (test_data / PLACEMARKS).open(encoding="utf-8", newline="") as table:
        expected = {row["file"]: int(row["placemarks"]) for row in csv.DictReader(table, delimiter="\t")}
    assert set(expected) == set(FILES)
    reading = read_sites(test_data / "kml" / file)
    assert len(reading.sites) == expected[file]
    assert len({site.id for site in reading.sites}) == expected[file]
    if file.endswith("/networklink.kml"):
        assert "nothing but links, which are not followed" in str(reading.refused[0])
    else:
        assert reading.refused == ()
    assert read_sites(test_data / "kml" / file).sites == reading.sites


def test_extended_data_in_both_forms_is_read(tmp_path: Path) -> None:
    data = (
        '<ExtendedData><Data name="ID"><value>north-gate</value></Data>'
        '<Data name="aliases"><value>Gate N; 북문</value></Data>'
        '<SchemaData schemaUrl="#s"><SimpleData name="bearing_deg">12.5</SimpleData>'
        '<SimpleData name="category">road-camera-gantry</SimpleData>'
        '<SimpleData name="targets">gantry-in; gantry-out</SimpleData>'
        '<SimpleData name="unknown">x</SimpleData></SchemaData></ExtendedData>'
    )
    (site,) = read(tmp_path, kml(f"<name>North gate</name>{data}{POINT}")).sites
    assert (site.id, site.aliases, site.bearing_deg) == ("north-gate", ("Gate N", "북문"), 12.5)
    assert [(target.id, target.kind) for target in site.targets] == [
        ("gantry-in", TargetClass.GANTRY),
        ("gantry-out", TargetClass.GANTRY),
    ]
    assert site.position is not None
    assert site.position.lonlat == LonLat(125.7, 39.0)


def test_folders_give_the_category_and_the_note_their_path(tmp_path: Path) -> None:
    text = (
        "<kml><Folder><name>My Places</name><Folder><name>Roads</name><Folder><name>Camera gantries</name>"
        f"<Placemark><name>a</name>{POINT}</Placemark></Folder></Folder>"
        f"<Folder><name>검문소</name><Placemark><name>b</name>{POINT}</Placemark></Folder></Folder></kml>"
    )
    first, second = read(tmp_path, text).sites
    assert (first.category, first.note) == ("camera-gantries", "folder Roads / Camera gantries")
    assert first.targets[0].kind is TargetClass.GANTRY
    assert (second.category, second.note) == ("other", "folder 검문소")


def test_description_and_time_become_the_note(tmp_path: Path) -> None:
    text = kml(
        "<name>a</name><description><![CDATA[<b>Seen</b> &amp; noted<br/>twice]]></description>"
        "<TimeStamp><when>2021-11</when></TimeStamp>",
        "<name>b</name><TimeSpan><begin>2020</begin></TimeSpan>",
    )
    first, second = read(tmp_path, text).sites
    assert first.note == "Seen & noted\ntwice\ntime span 2021-11"
    assert second.note == "time span 2020 to open"
    assert first.evidence == ()


def test_geometry_of_every_kind(tmp_path: Path) -> None:
    ring = f"<LinearRing><coordinates>{RING}</coordinates></LinearRing>"
    polygon = f"<Polygon><outerBoundaryIs>{ring}</outerBoundaryIs></Polygon>"
    line = "<LineString><coordinates>125,39 125.5,39 126,39</coordinates></LineString>"
    track = (
        "<gx:Track xmlns:gx='urn:gx'><gx:coord>125 39 0</gx:coord><gx:coord>126 39 0</gx:coord></gx:Track>"
    )
    model = "<Model><Location><longitude>125</longitude><latitude>39</latitude></Location></Model>"
    look = "<LookAt><longitude>1</longitude><latitude>2</latitude></LookAt>"
    shapes = [polygon, line, track, model, look, f"<MultiGeometry>{POINT}{polygon}</MultiGeometry>"]
    area, course, walk, house, nowhere, both = read(tmp_path, kml(*shapes)).sites
    assert (area.footprint or {})["type"] == "Polygon"
    assert (course.footprint or {})["type"] == (walk.footprint or {})["type"] == "LineString"
    assert house.position is not None
    assert house.position.lonlat == LonLat(125, 39)
    assert nowhere.position is None
    assert both.position is not None
    assert (both.position.lonlat, (both.footprint or {})["type"]) == (LonLat(125.7, 39.0), "Polygon")


@pytest.mark.parametrize(
    ("placemark", "says"),
    [
        ("<Point><coordinates>125.7,nan</coordinates></Point>", "not finite"),
        ("<Point><coordinates>39.0,125.7</coordinates></Point>", "if the two are swapped"),
        ("<Point><coordinates>east,north</coordinates></Point>", "is not a coordinate"),
        ("<Point><coordinates>125.7</coordinates></Point>", "not two numbers"),
        (
            "<Polygon><outerBoundaryIs><LinearRing><coordinates>125,39 126,39 126,40 125,40"
            "</coordinates></LinearRing></outerBoundaryIs></Polygon>",
            "not closed",
        ),
        ('<ExtendedData><Data name="id"><value>No Slug</value></Data></ExtendedData>', "write 'no-slug'"),
        ('<ExtendedData><Data name="radius_m"><value>wide</value></Data></ExtendedData>', "radius_m"),
    ],
)
def test_a_bad_placemark_is_named_and_the_rest_is_taken(tmp_path: Path, placemark: str, says: str) -> None:
    reading = read(
        tmp_path, kml(f"<name>a</name>{POINT}", f"<name>bad</name>{placemark}", f"<name>b</name>{POINT}")
    )
    assert [site.id for site in reading.sites] == ["a", "b"]
    (refusal,) = reading.refused
    assert str(refusal).startswith("watch.kml, placemark 2 (bad)")
    assert says in str(refusal)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("<kml><Document>", "not sound XML"),
        ("", "not sound XML"),
        ("not XML", "not sound XML"),
        ("<svg/>", "its root is 'svg'"),
        (kml(POINT, head='<!DOCTYPE kml [<!ENTITY x SYSTEM "file:///etc/passwd">]>'), "document type"),
        (kml(POINT, head='<!DOCTYPE kml SYSTEM "http://127.0.0.1/x.dtd">'), "document type"),
        (kml(POINT, head='<!DOCTYPE kml [<!ENTITY a "aa"><!ENTITY b "&a;&a;">]>'), "document type"),
        ("<kml>" + "<Folder>" * 50_000, "nested deeper"),
        ("<kml><NetworkLink/></kml>", "nothing but links"),
        ('<?xml version="1.0" encoding="no-such"?><kml/>', "cannot be read"),
        ("<kml>\x00</kml>", "not sound XML"),
    ],
)
def test_a_file_that_cannot_be_read_gives_one_sentence(tmp_path: Path, text: str, says: str) -> None:
    reading = read(tmp_path, text)
    assert reading.sites == ()
    (refusal,) = reading.refused
    assert str(refusal).startswith("watch.kml: ")
    assert says in str(refusal)


def test_nameless_placemarks_have_ids_of_their_place_that_stay_when_one_goes(tmp_path: Path) -> None:
    other = "<Point><coordinates>125.8,39.1</coordinates></Point>"
    both = read(tmp_path, kml(f"<name>Untitled Placemark</name>{POINT}", other)).sites
    one = read(tmp_path, kml(other)).sites
    assert both[1].id == one[0].id
    assert both[0].id != both[1].id
    assert all(site.id.startswith("watch-") and site.name for site in both)


def test_a_kmz_is_read_from_doc_kml_in_memory(tmp_path: Path) -> None:
    members = {
        "a.kml": kml("<name>wrong</name>").encode(),
        "../../escape.kml": b"x",
        "doc.kml": kml(f"<name>right</name>{POINT}").encode(),
    }
    reading = read(tmp_path, kmz(members), "watch.kmz")
    assert [site.id for site in reading.sites] == ["right"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["watch.kmz"]


@pytest.mark.parametrize("name", ["../doc.kml", "/doc.kml", "..\\doc.kml", "C:\\doc.kml"])
def test_a_member_outside_the_archive_is_not_read(tmp_path: Path, name: str) -> None:
    (refusal,) = read(tmp_path, kmz({name: kml(POINT).encode()}), "watch.kmz").refused
    assert "holds no KML file" in str(refusal)


def test_a_bomb_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    (refusal,) = read(tmp_path, kmz({"doc.kml": b" " * 5_000_000}), "watch.kmz").refused
    assert "100 times its size" in str(refusal)


def test_a_bomb_beside_honest_ballast_is_refused(tmp_path: Path) -> None:
    ballast = random.Random(1).randbytes(100_000)  # noqa: S311  not a secret
    (refusal,) = read(tmp_path, kmz({"doc.kml": b" " * 5_000_000, "x.png": ballast}), "watch.kmz").refused
    assert "100 times its size" in str(refusal)


def test_an_archive_that_unpacks_to_too_much_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("workflow.register.archives.MAX_BYTES", 100)
    body = kmz({"doc.kml": kml(POINT).encode(), "x.png": bytes(range(100))}, compress=zipfile.ZIP_STORED)
    (refusal,) = read(tmp_path, body, "watch.kmz").refused
    assert "64 MiB" in str(refusal)


def test_a_member_that_is_larger_than_it_says_is_refused(tmp_path: Path) -> None:
    body = bytearray(kmz({"doc.kml": kml(POINT).encode()}, compress=zipfile.ZIP_STORED))
    body[body.index(b"<kml") + 3] ^= 1  # the checksum no longer fits
    (refusal,) = read(tmp_path, bytes(body), "watch.kmz").refused
    assert "not a sound KMZ archive" in str(refusal)
    (refusal,) = read(tmp_path, b"PK\x03\x04 cut", "cut.kmz").refused
    assert "not a sound KMZ archive" in str(refusal)


def test_a_refusal_within_a_kmz_names_archive_and_member(tmp_path: Path) -> None:
    (refusal,) = read(tmp_path, kmz({"doc.kml": b"<kml>"}), "watch.kmz").refused
    assert str(refusal).startswith("watch.kmz/doc.kml: is not sound XML")
