"""Rows of listings: their keys, their order, what they count, what verification finds on disk."""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from workflow.errors import UnknownName
from workflow.model import (
    Annotation,
    Author,
    Basis,
    Capture,
    CaptureKind,
    DateSpan,
    Georeference,
    LonLat,
    Observation,
    Offset,
    Position,
    Precision,
    Review,
    Site,
    State,
    Stated,
    Target,
)
from workflow.project import Project, init_project
from workflow.readmodels import custody, health, tables
from workflow.store import ChipEntry, ScoreEntry
from workflow.timespan import parse_span

ANNA = Author("Anna")
PLACE = Position(LonLat(125.7178, 38.9706))
DAY = DateSpan(date(2020, 5, 1), date(2020, 5, 1), Precision.DAY, Basis.PRODUCT_METADATA, "2020-05-01")
YEAR = DateSpan(date(2019, 1, 1), date(2019, 12, 31), Precision.YEAR, Basis.COPYRIGHT_YEAR, "2019")
OPEN = DateSpan(None, None, Precision.UNKNOWN, Basis.UNKNOWN, "unknown")


def capture(root: Path, letter: str, acquired: DateSpan, **fields: Any) -> Capture:
    """A capture whose original and working copy lie on disk."""
    body = letter.encode() * 3
    sha256 = hashlib.sha256(body).hexdigest()
    original, working = f"imagery/originals/{sha256}.tif", f"imagery/working/{sha256}.tif"
    for path in (original, working):
        (root / path).parent.mkdir(exist_ok=True)
        (root / path).write_bytes(body)
    blank = Capture(
        sha256[:16], sha256, CaptureKind.SATELLITE, f"{letter}.tif", original, working, acquired, 4, 4, 1
    )
    return replace(blank, **fields)


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    with Project.open(init_project(tmp_path / "project")) as opened:
        yield opened


def put(project: Project, *things: object, base_version: int = 0) -> None:
    with project.record.write(ANNA, "a test") as transaction:
        for thing in things:
            transaction.put(thing, base_version)


def test_a_row_of_sites_has_its_place_and_targets(project: Project) -> None:
    arch = Site(
        "arch", "Arch", name_local="개선문", category="landmark", position=PLACE, targets=(Target("gate"),)
    )
    put(project, arch, Site("lost", "Lost"))
    first, second = tables.sites(project)
    assert list(first)[:6] == ["id", "name", "category", "lon", "lat", "targets"]
    assert (first["id"], first["lon"], first["lat"]) == ("arch", 125.7178, 38.9706)
    assert (first["targets"], first["name_local"], first["located"]) == (["gate"], "개선문", True)
    assert (second["lon"], second["lat"], second["located"]) == (None, None, False)
    assert second["place"] == "not located"
    json.dumps([first, second], allow_nan=False)


def test_captures_come_by_date_with_every_documented_key(project: Project) -> None:
    late = capture(
        project.root, "a", DAY, provider="Maxar", gsd_m=0.5, crs="EPSG:32652", warnings=("no credit",)
    )
    put(project, late, capture(project.root, "b", OPEN), capture(project.root, "c", YEAR, synthetic=True))
    rows = tables.captures(project)
    assert [row["file"] for row in rows] == ["c.tif", "a.tif", "b.tif"]
    keys = "id kind file stored earliest latest precision basis provider gsd_m crs sha256 synthetic warnings"
    assert all(set(keys.split()) <= set(row) for row in rows)
    assert (rows[0]["earliest"], rows[0]["latest"], rows[0]["precision"]) == (
        "2019-01-01",
        "2019-12-31",
        "year",
    )
    assert (rows[0]["basis"], rows[0]["synthetic"], rows[0]["stated"]) == ("copyright year", True, "2019")
    assert (rows[1]["provider"], rows[1]["gsd_m"], rows[1]["warnings"]) == ("Maxar", 0.5, ["no credit"])
    assert Path(rows[1]["stored"]).read_bytes() == b"aaa"
    assert (rows[2]["earliest"], rows[2]["latest"]) == (None, None)
    json.dumps(rows, allow_nan=False)


def test_a_capture_of_an_evening_in_utc_has_the_next_day_at_the_place(project: Project) -> None:
    evening = parse_span("2023-04-14T15:30:00Z")
    ring = tuple(LonLat(*corner) for corner in ((126.5, 37.9), (126.7, 37.9), (126.7, 38.0), (126.5, 37.9)))
    put(project, Site("arch", "Arch", position=PLACE, timezone="Asia/Tokyo"))
    scene = capture(project.root, "a", evening, footprint=ring)
    still = capture(project.root, "b", evening, site="arch", georeference=Georeference.NONE)
    put(project, scene, still, capture(project.root, "c", DAY, footprint=ring))
    rows = {row["file"]: row for row in tables.captures(project)}
    shown = [[rows[f"{name}.tif"][key] for key in ("instant", "local_day", "timezone")] for name in "abc"]
    assert shown == [
        ["2023-04-14T15:30:00Z", "2023-04-15", "Asia/Pyongyang"],
        ["2023-04-14T15:30:00Z", "2023-04-15", "Asia/Tokyo"],
        [None, None, None],
    ]
    assert rows["a.tif"]["latest"] == "2023-04-14"


def test_a_capture_s_facts_name_the_field_that_said_them(project: Project) -> None:
    said = (
        Stated("acquired", "a.IMD: IMAGE_1.firstLineTime"),
        Stated("gsd_m", "a.IMD: IMAGE_1.meanCollectedGSD"),
    )
    one = capture(
        project.root, "a", DAY, platform="WV03", gsd_m=0.3, stated_gsd_m=0.345, crs="EPSG:32652", cloud_share=0.042,
        off_nadir_deg=18.6, sources=said,
    )  # fmt: skip
    put(project, one)
    facts = {row["fact"]: (row["value"], row["source"]) for row in tables.capture_facts(one)}
    assert facts["date"][1] == "a.IMD: IMAGE_1.firstLineTime"
    assert facts["pixel"] == ("0.3 m", "")
    assert facts["stated ground sample distance"] == ("0.345 m", "a.IMD: IMAGE_1.meanCollectedGSD")
    assert (facts["cloud"], facts["off-nadir angle"]) == (("4.2%", ""), ("18.6°", ""))
    assert "credit" not in facts
    assert tables.captures(project)[0]["sources"] == {row.attribute: row.source for row in said}


def test_a_picture_without_coordinates_has_the_pixel_that_was_stated(project: Project) -> None:
    still = capture(project.root, "a", DAY, gsd_m=0.9, sources=(Stated("gsd_m", "a.json: properties.gsd"),))
    facts = {row["fact"]: row["source"] for row in tables.capture_facts(still)}
    assert facts["pixel"] == "a.json: properties.gsd"


def test_status_counts_what_is_there_and_what_waits(project: Project) -> None:
    tracked = capture(project.root, "a", DAY)
    picture = capture(project.root, "b", DAY, georeference=Georeference.NONE, site="arch")
    fresh = capture(project.root, "c", DAY)
    targets = (Target("gate"), Target("mast"))
    said = Observation("o1", "arch", "gate", tracked.id, "Anna", State.PRESENT)
    unsure = Observation("o2", "arch", "mast", tracked.id, "Anna", State.OBSCURED, review=Review.APPROVED)
    mark = Annotation("m1", "arch", tracked.id, "point", {"type": "Point", "coordinates": [1.0, 2.0]})
    put(
        project,
        Site("arch", "Arch", position=PLACE, targets=targets),
        Site("lost", "Lost"),
        tracked,
        picture,
        fresh,
    )
    put(project, said, unsure, mark, replace(mark, id="m2", deleted=True))
    put(project, Offset("arch", tracked.id, fresh.id, 0, 0, 0.1, False, "phase", "too noisy"))
    project.record.save_chip(ChipEntry("arch", tracked.id, "k", "f", 1.0))
    project.record.save_scores([ScoreEntry("arch", "a", "b", "k", "m", "1", None, "no overlap")])
    counts = {row["kind"]: (row["count"], row["pending"]) for row in tables.status(project)}
    assert counts == {
        "site": (2, 1),
        "target": (2, 1),
        "capture": (3, 1),
        "observation": (2, 1),
        "annotation": (1, 0),
        "offset": (1, 1),
        "chip": (1, 0),
        "score": (1, 1),
    }


def test_history_shows_which_fields_changed(project: Project) -> None:
    arch = Site("arch", "Arch", position=PLACE)
    put(project, arch)
    moved = replace(arch, note="moved", position=replace(PLACE, lonlat=LonLat(125.72, 38.9706)))
    put(project, moved, base_version=1)
    first, second = tables.history(project, "site", "arch")
    assert (first["version"], second["version"], second["author"], second["reason"]) == (
        1,
        2,
        "Anna",
        "a test",
    )
    assert second["at"].endswith("Z")
    assert second["changed"] == [
        {"field": "note", "before": "", "after": "moved"},
        {"field": "position.lonlat.lon", "before": 125.7178, "after": 125.72},
    ]
    assert {"field": "name", "before": None, "after": "Arch"} in first["changed"]


def test_history_takes_a_capture_by_its_file_and_offers_names(project: Project) -> None:
    put(project, capture(project.root, "a", DAY), Site("arch", "Arch"))
    assert len(tables.history(project, "capture", "a.tif")) == 1
    with pytest.raises(UnknownName, match="did you mean 'arch'"):
        tables.history(project, "site", "arhc")
    with pytest.raises(UnknownName, match="No observation 'x'"):
        tables.history(project, "observation", "x")
    with pytest.raises(UnknownName, match="kind"):
        tables.history(project, "sites", "x")
    put(project, Offset("arch", "c1", "c1", 0.0, 0.0, 1.0, applied=True, method="reference"))
    with pytest.raises(UnknownName, match=r"did you mean 'arch\.c1'"):
        tables.history(project, "offset", "arch.c2")
    with pytest.raises(UnknownName, match="there are none yet"):
        tables.history(project, "annotation", "nothing")


def test_verify_is_sound_where_everything_lies_as_it_was_taken_in(project: Project) -> None:
    two = capture(project.root, "b", DAY, working="")
    (project.root / f"imagery/working/{two.sha256}.tif").unlink()
    put(project, capture(project.root, "a", DAY), two)
    seen: list[tuple[str, int, int]] = []
    rows = custody.verify(project, progress=lambda *now: seen.append(now))
    assert rows == [{"ok": True, "checked": 2 + 2 + 3, "problems": [], "warnings": []}]
    assert seen == [("files", 1, 3), ("files", 2, 3), ("files", 3, 3)]


@pytest.mark.parametrize(
    ("folder", "change", "words"),
    [
        ("originals", "rewrite", "The original of capture"),
        ("originals", "remove", "is missing"),
        ("working", "rewrite", "The working copy of capture"),
        ("working", "remove", "is missing"),
    ],
)
def test_verify_names_a_file_that_was_changed_or_removed(
    project: Project, folder: str, change: str, words: str
) -> None:
    one = capture(project.root, "a", DAY)
    put(project, replace(one, working_sha256=one.sha256))
    path = project.root / "imagery" / folder / f"{one.sha256}.tif"
    if change == "remove":
        path.unlink()
    else:
        path.write_bytes(b"aab")
    (row,) = custody.verify(project)
    assert not row["ok"]
    assert len(row["problems"]) == 1
    assert words in row["problems"][0]
    assert "a.tif" in row["problems"][0]


@pytest.mark.parametrize(
    ("version", "affected"),
    [
        ("3.6.23", False),
        ("3.7.0", True),
        ("3.40.1", True),
        ("3.51.2", True),
        ("3.51.3", False),
        ("3.53.4", False),
    ],
)
def test_the_range_of_the_wal_reset_bug(version: str, affected: bool) -> None:
    assert health.has_wal_reset_bug(version) is affected


def test_doctor_names_what_the_installation_stands_on() -> None:
    rows = {row["name"]: row for row in health.doctor()}
    assert {"python", "sqlite", "gdal", "proj", "streamlit", "dashboard assets", "sandbox"} <= set(rows)
    assert all(row["value"] for row in rows.values() if row["ok"])
    assert all(row["note"] for row in rows.values() if not row["ok"])


def test_doctor_reads_a_picture_behind_the_walls_and_names_those_that_stand() -> None:
    (row,) = (one for one in health.doctor() if one["name"] == "sandbox")
    assert "cannot" not in row["note"]
    if sys.platform.startswith("linux"):
        assert {"memory", "cpu"} <= set(row["value"].split(", "))


def test_doctor_says_in_a_sentence_that_the_child_cannot_be_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("workflow.intake.sandbox._PINNED", {"PYTHONHOME": "/nowhere"})
    (row,) = (one for one in health.doctor() if one["name"] == "sandbox")
    assert (
        row["note"]
        == "a picture of its own cannot be read: made the reader fail (exit code 1), nothing was taken"
    )
