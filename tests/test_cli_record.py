"""The commands observe, record, status, verify and doctor as a user runs them."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from workflow.cli import main
from workflow.model import Author, Capture, CaptureKind, DateSpan, LonLat, Position, Precision, Site, Target
from workflow.project import Project, init_project

BODY = b"a picture"
SHA = hashlib.sha256(BODY).hexdigest()


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = init_project(tmp_path / "project")
    paths = [f"imagery/originals/{SHA}.tif", f"imagery/working/{SHA}.tif"]
    for path in paths:
        (folder / path).parent.mkdir()
        (folder / path).write_bytes(BODY)
    corners = ((125.6, 38.9), (125.8, 38.9), (125.8, 39.0), (125.6, 39.0), (125.6, 38.9))
    picture = Capture(
        SHA[:16],
        SHA,
        CaptureKind.SATELLITE,
        "scene.tif",
        *paths,
        DateSpan(date(2020, 5, 1), date(2020, 5, 1), Precision.DAY),
        400,
        400,
        3,
        crs="EPSG:4326",
        gsd_m=0.5,
        footprint=tuple(LonLat(lon, lat) for lon, lat in corners),
    )
    place = Site("arch", "Arch", position=Position(LonLat(125.7178, 38.9706)), targets=(Target("gantry"),))
    with Project.open(folder) as project, project.record.write(Author("Anna"), "set up") as transaction:
        transaction.put(place, 0)
        transaction.put(picture, 0)
    return folder


def run(*arguments: str) -> int:
    with pytest.raises(SystemExit) as left:
        main(arguments)
    code = left.value.code
    assert isinstance(code, int)
    return code


def rows(capsys: pytest.CaptureFixture[str], root: Path, *arguments: str) -> list[dict[str, Any]]:
    capsys.readouterr()
    assert run(*arguments, "--project", str(root), "--json") == 0
    found: list[dict[str, Any]] = json.loads(capsys.readouterr().out)
    return found


def test_observe_prints_what_follows_for_the_target(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said = ("observe", "arch", "scene.tif", "present", "--author", "Anna", "--confidence", "high")
    (row,) = rows(capsys, root, *said)
    assert (row["site"], row["target"], row["event"]) == ("arch", "gantry", "appeared")
    assert (row["earliest"], row["latest"]) == (None, "2020-05-01")
    assert run(*said, "--project", str(root)) == 0
    printed = capsys.readouterr()
    assert "2020" in printed.out
    assert "gantry at arch: present" in printed.err


def test_observe_refuses_with_a_sentence_and_its_exit_code(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    where = ("--project", str(root))
    assert run("observe", "arhc", "scene.tif", "present", *where) == 2
    assert "did you mean 'arch'" in capsys.readouterr().err
    assert run("observe", "arch", "scene.tif", "perhaps", *where) == 2
    assert "perhaps" in capsys.readouterr().err
    assert run("observe", "arch", "scene.tif", "present", "--role", "viewer", *where) == 1
    assert "viewer" in capsys.readouterr().err
    assert run("observe", "arch", "scene.tif", "present", "--author", " ", *where) == 2


def test_record_history_tells_who_when_and_why(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (row,) = rows(capsys, root, "record", "history", "capture", "scene.tif")
    assert (row["version"], row["author"], row["role"], row["reason"]) == (1, "Anna", "analyst", "set up")
    assert run("record", "history", "site", "arch", "--project", str(root)) == 0
    assert "first written" in capsys.readouterr().out
    assert run("record", "history", "site", "nowhere", "--project", str(root)) == 2
    assert run("record", "history", "sites", "arch", "--project", str(root)) == 2


def test_record_activity_lists_what_was_written_by_whom(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run("observe", "arch", "scene.tif", "present", "--author", "Ben", "--project", str(root))
    found = rows(capsys, root, "record", "activity")
    assert [row["kind"] for row in found] == ["observation", "capture", "site", "target"]
    assert (found[0]["author"], found[0]["site"], found[0]["seq"]) == ("Ben", "arch", 4)
    assert [row["kind"] for row in rows(capsys, root, "record", "activity", "--by", "BEN")] == ["observation"]
    assert rows(capsys, root, "record", "activity", "--kind", "claim") == []
    assert run("record", "activity", "--days", "0", "--project", str(root)) == 2


def test_record_undo_goes_back_and_says_why(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for state in ("present", "absent"):
        run("observe", "arch", "scene.tif", state, "--author", "Ben", "--project", str(root))
    key = rows(capsys, root, "record", "activity", "--kind", "observation")[0]["id"]
    undo = ("record", "undo", "observation", key, "--author", "Anna")
    (row,) = rows(capsys, root, *undo, "--reason", "wrong picture")
    assert (row["version"], row["author"], row["reason"]) == (3, "Anna", "wrong picture")
    assert [(one["field"], one["after"]) for one in row["changed"]] == [("state", "present")]
    where = ("--project", str(root))
    assert run(*undo, *where) == 2
    assert run(*undo, "--reason", " ", *where) == 1
    assert run(*undo, "--reason", "x", "--role", "viewer", *where) == 1
    assert run(*undo, "--reason", "x", "--to", "9", *where) == 2


def test_status_counts(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = {row["kind"]: (row["count"], row["pending"]) for row in rows(capsys, root, "status")}
    assert found["capture"] == (1, 1)
    assert found["target"] == (1, 1)


def test_verify_says_ok_then_names_the_changed_file(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (row,) = rows(capsys, root, "verify")
    assert (row["ok"], row["problems"]) == (True, [])
    (root / f"imagery/originals/{SHA}.tif").write_bytes(b"b picture")
    assert run("verify", "--project", str(root), "--json") == 1
    (row,) = json.loads(capsys.readouterr().out)
    assert not row["ok"]
    assert "scene.tif" in row["problems"][0]
    assert run("verify", "--project", str(root)) == 1
    assert "1 problems" in capsys.readouterr().out


def test_verify_names_a_picture_that_is_no_capture_s(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    stray = root / "imagery/originals" / f"{'0' * 64}.tif"
    stray.write_bytes(b"left by an intake that was killed")
    assert run("verify", "--project", str(root), "--json") == 1
    (row,) = json.loads(capsys.readouterr().out)
    (problem,) = row["problems"]
    assert problem.startswith(f"imagery/originals/{stray.name} belongs to no capture")


def test_verify_finds_a_revision_that_was_changed(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    connection = sqlite3.connect(root / ".sitetrack" / "record.sqlite")
    connection.execute("DROP TRIGGER site_revision_no_update")
    connection.execute("UPDATE site_revision SET author = 'Eve'")
    connection.commit()
    connection.close()
    assert run("verify", "--project", str(root)) == 1
    assert "site arch version 1 was changed after it was written." in capsys.readouterr().out


def test_verify_holds_the_record_against_an_anchor(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with Project.open(root) as project:
        head = project.record.chain_head()
    assert run("verify", "--anchor", f"{head.count}:{head.sha256}", "--project", str(root)) == 0
    assert run("verify", "--anchor", f"{head.count}:{'0' * 64}", "--project", str(root)) == 1
    assert "noted elsewhere" in capsys.readouterr().out
    assert run("verify", "--anchor", "yesterday", "--project", str(root)) == 2


def test_a_record_that_cannot_be_read_is_exit_code_three(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (root / ".sitetrack" / "record.sqlite").write_bytes(b"garbage" * 1000)
    for command in ("verify", "status"):
        assert run(command, "--project", str(root)) == 3
        error = capsys.readouterr().err
        assert "not a database" in error
        assert "Traceback" not in error


def test_doctor_lists_versions_and_the_record(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = {row["name"]: row for row in rows(capsys, root, "doctor")}
    assert {"python", "sqlite", "gdal", "proj", "record"} <= set(found)
    assert found["record"]["value"].startswith("3 revisions")
