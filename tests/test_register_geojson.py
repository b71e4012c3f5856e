from __future__ import annotations

import json
import unicodedata
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from workflow.model import Direction, Event, LonLat, Target, TargetClass
from workflow.register import Reading, read_sites

GOOD = {
    "type": "Feature",
    "geometry": {"type": "Point", "coordinates": [125.7, 39.0]},
    "properties": {"id": "good"},
}


def feature(geometry: object, **properties: object) -> dict[str, Any]:
    return {"type": "Feature", "geometry": geometry, "properties": properties}


def at(lon: object, lat: object, **properties: object) -> dict[str, Any]:
    return feature({"type": "Point", "coordinates": [lon, lat]}, **properties)


def read_text(folder: Path, text: str | bytes, name: str = "watch.geojson") -> Reading:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_sites(path)


def read(folder: Path, *features: object, **root: object) -> Reading:
    return read_text(folder, json.dumps({"type": "FeatureCollection", **root, "features": features}))


def test_every_property_is_read(tmp_path: Path) -> None:
    stated = {
        "id": "north-gate",
        "name": "  North\n gate ",
        "name_local": "북문",
        "aliases": ["Gate N", "북쪽 문", "Gate N"],
        "category": "road-camera-gantry",
        "targets": [
            {
                "id": "gantry-inbound",
                "name": "inbound",
                "kind": "gantry",
                "direction": "Inbound",
                "note": "n",
            },
            "camera-1",
        ],
        "road": "Ring road",
        "bearing_deg": 12.5,
        "traffic": "both",
        "radius_m": 80,
        "precision_m": 31,
        "position_text": "39° 0'0\"N 125°42'0\"E",
        "timezone": "Asia/Pyongyang",
        "source": "a map",
        "note": "first\r\nsecond",
        "visibility": "restricted",
        "evidence": [
            {
                "target": "camera-1",
                "event": "appeared",
                "when": "late 2021 or early 2022",
                "wording": "w",
                "page": 5,
            }
        ],
        "something else": [1, 2],
    }
    reading = read(tmp_path, at(125.7, 39.0, **stated))
    assert reading.refused == ()
    (site,) = reading.sites
    assert (site.id, site.name, site.name_local, site.aliases) == (
        "north-gate",
        "North gate",
        "북문",
        ("Gate N", "북쪽 문"),
    )
    assert site.targets == (
        Target("gantry-inbound", "inbound", TargetClass.GANTRY, Direction.INBOUND, "n"),
        Target("camera-1", kind=TargetClass.CAMERA),
    )
    assert (site.road, site.bearing_deg, site.traffic, site.radius_m) == (
        "Ring road",
        12.5,
        Direction.BOTH,
        80,
    )
    assert site.position is not None
    assert site.position.lonlat == LonLat(125.7, 39.0)
    assert (site.position.precision_m, site.position.text) == (31, "39° 0'0\"N 125°42'0\"E")
    assert (site.timezone, site.source, site.note) == ("Asia/Pyongyang", "a map", "first\nsecond")
    assert site.visibility == "restricted"
    (said,) = site.evidence
    assert (said.target, said.event, said.wording, said.page) == ("camera-1", Event.APPEARED, "w", "5")
    assert said.when is not None
    assert (said.when.earliest, said.when.latest) == (date(2021, 9, 1), date(2022, 4, 30))
    assert (said.when.basis, said.when.verbatim) == ("published", "late 2021 or early 2022")


def test_null_geometry_is_a_site_that_is_not_located(tmp_path: Path) -> None:
    (site,) = read(tmp_path, feature(None, id="somewhere", position_text="none printed")).sites
    assert site.position is None
    assert site.footprint is None


RING = [[125.0, 39.0], [126.0, 39.0], [126.0, 40.0], [125.0, 40.0], [125.0, 39.0]]


@pytest.mark.parametrize(
    ("geometry", "place"),
    [
        ({"type": "Polygon", "coordinates": [RING]}, LonLat(125.5, 39.5)),
        (
            {"type": "LineString", "coordinates": [[125.0, 39.0], [125.5, 39.0], [126.0, 39.0]]},
            LonLat(125.5, 39.0),
        ),
        ({"type": "MultiPolygon", "coordinates": [[RING], [[[x, y + 5] for x, y in RING]]]}, None),
    ],
)
def test_lines_and_areas_become_the_footprint(
    tmp_path: Path, geometry: dict[str, Any], place: LonLat | None
) -> None:
    (site,) = read(tmp_path, feature(geometry, id="area")).sites
    assert site.footprint == geometry
    assert site.position is not None
    if place:
        assert site.position.lonlat == place


def test_a_clockwise_ring_is_turned(tmp_path: Path) -> None:
    (site,) = read(tmp_path, feature({"type": "Polygon", "coordinates": [RING[::-1]]}, id="area")).sites
    assert site.footprint == {"type": "Polygon", "coordinates": [RING]}


@pytest.mark.parametrize(
    ("category", "kind"),
    [
        ("road-camera-gantry", "gantry"),
        ("Guard posts", "guard-post"),
        ("junction-camera", "camera"),
        ("landmark", "landmark"),
        ("bakery", "other"),
        ("", "other"),
    ],
)
def test_without_targets_the_category_gives_one(tmp_path: Path, category: str, kind: str) -> None:
    (site,) = read(tmp_path, at(125.7, 39.0, id="a", category=category)).sites
    assert site.targets == (Target(kind, kind=TargetClass(kind)),)


def test_ids_follow_from_numbers_names_and_places_and_stay(tmp_path: Path) -> None:
    features = (
        at(125.1, 39.0, id=17),
        {**at(125.2, 39.0), "id": "from-feature"},
        at(125.3, 39.0, name="Gate 5"),
        at(125.4, 39.0, name="Gate 5"),
        at(125.4, 39.0, name="Gate 5"),
        at(125.5, 39.0, name="검문소"),
        at(125.6, 39.0),
        feature(None),
    )
    first, second = read(tmp_path, *features), read(tmp_path, *features)
    ids = [site.id for site in first.sites]
    assert ids[:3] == ["17", "from-feature", "gate-5"]
    assert ids[3].startswith("gate-5-")
    assert ids[4] == f"{ids[3]}-2"
    assert ids[5].startswith("site-")
    assert ids[6].startswith("watch-")
    assert ids[7] == "watch-site"
    assert first == second
    assert first.refused == ()


def test_a_stated_id_keeps_a_name_from_taking_it(tmp_path: Path) -> None:
    reading = read(tmp_path, at(125.3, 39.0, name="Gate 5"), at(125.4, 39.0, id="gate-5", name="Other"))
    assert reading.sites[1].id == "gate-5"
    assert reading.sites[0].id.startswith("gate-5-")


def test_hangul_is_composed(tmp_path: Path) -> None:
    (site,) = read(tmp_path, at(125.7, 39.0, id="a", name=unicodedata.normalize("NFD", "평양체육관"))).sites
    assert site.name == "평양체육관"


BAD: list[tuple[str, object, str]] = [
    ("not finite", at(float("nan"), 39.0), "not finite"),
    ("infinite", at(125.0, float("inf")), "not finite"),
    ("latitude out of range", at(125.0, 95.0), "outside"),
    ("swapped", at(39.0, 125.7), "if the two are swapped, give latitude 39, longitude 125.7"),
    ("longitude out of range", at(190.0, 95.0), "outside"),
    ("text for numbers", at("125", "39"), "not two numbers"),
    ("null for a number", at(None, 39.0), "not two numbers"),
    ("true for a number", at(True, 39.0), "not two numbers"),
    ("one number", feature({"type": "Point", "coordinates": [125.0]}), "not two numbers"),
    ("no coordinates", feature({"type": "Point"}), "not a list"),
    ("huge number", at(10**400, 39.0), "beyond every range"),
    ("unknown geometry", feature({"type": "Circle", "coordinates": [125.0, 39.0]}), "Circle"),
    ("collection", feature({"type": "GeometryCollection", "geometries": []}), "GeometryCollection"),
    ("geometry a list", feature([125.0, 39.0]), "neither an object nor null"),
    ("unclosed ring", feature({"type": "Polygon", "coordinates": [RING[:-1]]}), "not closed"),
    ("short ring", feature({"type": "Polygon", "coordinates": [RING[:2] + RING[:1]]}), "ring of 3 points"),
    ("no ring", feature({"type": "Polygon", "coordinates": []}), "without a ring"),
    ("line of one", feature({"type": "LineString", "coordinates": [[1, 2]]}), "line of 1 points"),
    (
        "antimeridian",
        feature({"type": "LineString", "coordinates": [[179.0, 0.0], [-179.0, 0.0]]}),
        "180th meridian",
    ),
    ("id no slug", at(125.0, 39.0, id="North Gate"), "write 'north-gate'"),
    ("id with path", at(125.0, 39.0, id="../../etc"), "'../../etc'"),
    ("id a fraction", at(125.0, 39.0, id=1e20), "not an id"),
    ("id a list", at(125.0, 39.0, id=["a"]), "not text"),
    ("control character", at(125.0, 39.0, name="a\x00b"), "U+0000"),
    ("escape", at(125.0, 39.0, note="a\x1b[2Jb"), "U+001B"),
    ("lone surrogate", at(125.0, 39.0, name="a\ud800b"), "U+D800"),
    ("bearing", at(125.0, 39.0, bearing_deg=400), "bearing 400"),
    ("bearing not finite", at(125.0, 39.0, bearing_deg=float("nan")), "bearing_deg"),
    ("bearing text", at(125.0, 39.0, bearing_deg="north"), "bearing_deg: north is not a finite number"),
    ("radius", at(125.0, 39.0, radius_m=-1), "radius -1"),
    ("precision", at(125.0, 39.0, precision_m=0), "precision_m"),
    ("traffic", at(125.0, 39.0, traffic="sideways"), "inbound, outbound, both"),
    ("visibility", at(125.0, 39.0, visibility="secret"), "public, team, restricted"),
    ("time zone", at(125.0, 39.0, timezone="Mars/Olympus"), "Asia/Pyongyang"),
    ("time zone path", at(125.0, 39.0, timezone="../../etc/passwd"), "timezone"),
    ("target class", at(125.0, 39.0, targets=[{"id": "a", "kind": "dragon"}]), "targets 1 kind"),
    ("target id", at(125.0, 39.0, targets=[{"id": "A B"}]), "targets 1 id"),
    ("targets doubled", at(125.0, 39.0, targets=["a", "a"]), "own id"),
    ("targets no list", at(125.0, 39.0, targets={"id": "a"}), "not a list"),
    ("target a number", at(125.0, 39.0, targets=[7]), "not a target"),
    ("evidence target", at(125.0, 39.0, evidence=[{"target": "x", "wording": "w"}]), "no target 'x'"),
    ("evidence event", at(125.0, 39.0, evidence=[{"event": "grew"}]), "appeared, removed"),
    ("evidence date", at(125.0, 39.0, evidence=[{"when": "one fine day"}]), "one fine day"),
    ("evidence span", at(125.0, 39.0, evidence=[{"when": {"earliest": 3}}]), "not a date span"),
    ("evidence text", at(125.0, 39.0, evidence=["seen"]), "not a statement"),
    (
        "properties a list",
        {"type": "Feature", "geometry": None, "properties": []},
        "neither an object nor null",
    ),
    ("no feature", {"type": "Point", "coordinates": [125.0, 39.0]}, "not a Feature"),
    ("a number", 5, "not a Feature"),
    ("long text", at(125.0, 39.0, name="x" * 5000), "5000 characters"),
    ("deep value", at(125.0, 39.0, name=[[[[1]]]]), "not text"),
]


@pytest.mark.parametrize(("bad", "says"), [row[1:] for row in BAD], ids=[row[0] for row in BAD])
def test_a_bad_feature_is_named_and_the_rest_is_taken(tmp_path: Path, bad: object, says: str) -> None:
    after = {**GOOD, "properties": {"id": "after"}}
    reading = read(tmp_path, GOOD, bad, after)
    assert [site.id for site in reading.sites] == ["good", "after"]
    (refusal,) = reading.refused
    sentence = str(refusal)
    assert sentence.startswith("watch.geojson, feature 2")
    assert says in sentence
    assert sentence.endswith(".")
    assert "\n" not in sentence


def test_the_refusal_gives_the_name_of_the_feature(tmp_path: Path) -> None:
    (refusal,) = read(tmp_path, at(39.0, 125.0, name="서문")).refused
    assert str(refusal).startswith("watch.geojson, feature 1 (서문): position: ")


def test_of_doubled_ids_the_first_is_taken_and_both_are_named(tmp_path: Path) -> None:
    reading = read(tmp_path, at(125.0, 39.0, id="a", name="One"), at(125.1, 39.0, id="a", name="Two"))
    assert [site.name for site in reading.sites] == ["One"]
    (refusal,) = reading.refused
    assert "feature 1 (One)" in str(refusal)
    assert "feature 2 (Two)" in str(refusal)


def test_a_place_that_fits_the_others_only_when_swapped_is_offered_not_taken(tmp_path: Path) -> None:
    moscow = [at(37.6 + step / 10, 55.7, id=f"m{step}") for step in range(3)]
    reading = read(tmp_path, *moscow, at(55.7, 37.6, id="lost"))
    assert [site.id for site in reading.sites] == ["m0", "m1", "m2"]
    (refusal,) = reading.refused
    assert "give longitude 37.6, latitude 55.7" in str(refusal)


def test_a_place_far_away_whose_swap_does_not_fit_is_taken(tmp_path: Path) -> None:
    near = [at(37.6 + step / 10, 55.7, id=f"m{step}") for step in range(3)]
    reading = read(tmp_path, *near, at(10.0, 20.0, id="far"), at(20.0, 10.0, id="away"))
    assert len(reading.sites) == 5


def test_a_doubled_key_refuses_its_feature_alone(tmp_path: Path) -> None:
    good = json.dumps(GOOD)
    bad = '{"type": "Feature", "geometry": null, "properties": {"targets": [{"id": "x", "id": "y"}]}}'
    reading = read_text(tmp_path, f'{{"type": "FeatureCollection", "features": [{bad}, {good}]}}')
    assert [site.id for site in reading.sites] == ["good"]
    assert "watch.geojson, feature 1: has the key 'id' twice" in str(reading.refused[0])


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "is not JSON"),
        ('{"type": "FeatureCollection", "features": [', "is not JSON"),
        ("[1, 2]", "holds no features"),
        ('{"type": "FeatureCollection"}', "holds no features"),
        ('{"type": "FeatureCollection", "features": {}}', "holds no features"),
        ('{"type": "FeatureCollection", "features": [], "features": []}', "'features' twice"),
        ("[" * 200_000, "is nested too deeply"),
        ('{"a":' * 50_000, "is nested too deeply"),
        (b'{"type": "\xff"}', "is not UTF-8"),
        ('{"id": ' + "9" * 5000 + "}", "too long"),
        (
            '{"type": "FeatureCollection", "features": [], "crs": {"properties": {"name": "EPSG:3857"}}}',
            "EPSG:3857",
        ),
        ('{"type": "FeatureCollection", "features": [], "crs": {"type": "link"}}', "CRS (without name)"),
    ],
)
def test_a_file_that_cannot_be_read_gives_one_sentence(tmp_path: Path, text: str | bytes, says: str) -> None:
    reading = read_text(tmp_path, text)
    assert reading.sites == ()
    (refusal,) = reading.refused
    assert str(refusal).startswith("watch.geojson: ")
    assert says in str(refusal)


@pytest.mark.parametrize("name", ["urn:ogc:def:crs:OGC:1.3:CRS84", "EPSG:4326", "urn:ogc:def:crs:EPSG::4326"])
def test_wgs84_as_crs_is_taken(tmp_path: Path, name: str) -> None:
    assert read(tmp_path, GOOD, crs={"type": "name", "properties": {"name": name}}).refused == ()


def test_a_byte_order_mark_and_a_single_feature_are_taken(tmp_path: Path) -> None:
    reading = read_text(tmp_path, b"\xef\xbb\xbf" + json.dumps(GOOD).encode(), name="one.JSON")
    assert [site.id for site in reading.sites] == ["good"]


def test_files_of_the_wrong_kind_or_size(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "is not a register file" in str(read_text(tmp_path, "x", name="a.shp").refused[0])
    assert "cannot be opened" in str(read_sites(tmp_path / "none.kml").refused[0])
    assert "cannot be opened" in str(read_sites_of_folder(tmp_path))
    monkeypatch.setattr("workflow.register.MAX_BYTES", 10)
    assert "larger than" in str(read(tmp_path, GOOD).refused[0])


def read_sites_of_folder(folder: Path) -> object:
    path = folder / "folder.csv"
    path.mkdir()
    return read_sites(path).refused[0]
