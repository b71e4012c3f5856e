from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from workflow.cli import main
from workflow.model import Author, Site
from workflow.project import Project, init_project

ROWS = "id,name,lat,lon\nnorth-gate,North gate,39.0203,125.7347\nsouth-gate,South gate,,\n"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return init_project(tmp_path / "project")


def run(*arguments: object) -> int:
    with pytest.raises(SystemExit) as left:
        main([str(argument) for argument in arguments])
    code = left.value.code
    assert isinstance(code, int)
    return code


def test_import_then_list(project: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "watch.csv"
    file.write_text(ROWS)
    assert run("sites", "import", file, "--author", "a", "--project", project, "--json") == 0
    assert json.loads(capsys.readouterr().out) == [
        {"id": "north-gate", "change": "added"},
        {"id": "south-gate", "change": "added"},
    ]
    assert run("sites", "list", "--project", project, "--json") == 0
    rows = {row["id"]: row for row in json.loads(capsys.readouterr().out)}
    assert (rows["north-gate"]["lon"], rows["north-gate"]["lat"]) == (125.7347, 39.0203)
    assert (rows["south-gate"]["lon"], rows["south-gate"]["targets"]) == (None, ["other"])
    assert run("sites", "list", "--project", project) == 0
    assert "125.73470" in capsys.readouterr().out


def test_a_second_import_changes_nothing(
    project: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "watch.csv"
    file.write_text(ROWS)
    assert run("sites", "import", file, "--author", "a", "--project", project) == 0
    register = (project / "sites.geojson").read_bytes()
    assert run("sites", "import", file, "--author", "a", "--project", project) == 0
    assert "0 added, 0 updated, 2 unchanged" in capsys.readouterr().out
    assert (project / "sites.geojson").read_bytes() == register


def test_a_refused_row_is_named_and_the_exit_code_says_so(
    project: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "watch.csv"
    file.write_text(ROWS + "swapped,Swapped,125.7,39.0\n")
    assert run("sites", "import", file, tmp_path / "none.kml", "--author", "a", "--project", project) == 1
    shown = capsys.readouterr()
    assert "watch.csv, row 4" in shown.err
    assert "none.kml: cannot be opened" in shown.err
    assert "2 added" in shown.out


@pytest.fixture
def differing(project: Path, tmp_path: Path) -> Path:
    """A project whose file and record both changed the note of the north gate."""
    file = tmp_path / "watch.csv"
    file.write_text(ROWS)
    assert run("sites", "import", file, "--author", "a", "--project", project) == 0
    with Project.open(project) as opened:
        known = opened.record.get(Site, "north-gate")
        assert known is not None
        with opened.record.write(Author("a"), "survey") as transaction:
            transaction.put(replace(known.value, note="surveyed", aliases=("N",)), known.version)
    register = json.loads((project / "sites.geojson").read_text("utf-8"))
    register["features"][0]["properties"] |= {"note": "printed", "aliases": ["North", "Old north gate"]}
    (project / "sites.geojson").write_text(json.dumps(register), "utf-8")
    return project


def test_conflicts_are_listed_and_named_at_each_command(
    differing: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    capsys.readouterr()
    assert run("sites", "conflicts", "--project", differing, "--json") == 0
    assert json.loads(capsys.readouterr().out) == [
        {
            "site": "north-gate",
            "field": "aliases",
            "base": [],
            "file": ["North", "Old north gate"],
            "record": ["N"],
        },
        {"site": "north-gate", "field": "note", "base": "", "file": "printed", "record": "surveyed"},
    ]
    assert run("sites", "conflicts", "--project", differing) == 0
    assert '["North","Old north gate"]' in capsys.readouterr().out
    assert run("sites", "list", "--project", differing) == 0
    assert "neither was overwritten" in capsys.readouterr().err


def test_a_conflict_is_resolved_field_by_field(differing: Path, capsys: pytest.CaptureFixture[str]) -> None:
    options = ("--project", differing, "--author", "a", "--reason", "seen")
    capsys.readouterr()
    assert run("sites", "resolve", "north-gate", "--take", "file", "--field", "note", *options, "--json") == 0
    assert [row["field"] for row in json.loads(capsys.readouterr().out)] == ["aliases"]
    assert run("sites", "resolve", "north-gate", "--take", "record", *options) == 0
    assert "sites.geojson and the record agree." in capsys.readouterr().out
    stated = json.loads((differing / "sites.geojson").read_text("utf-8"))["features"][0]["properties"]
    assert (stated["note"], stated["aliases"]) == ("printed", ["N"])


def test_what_is_no_conflict_or_not_allowed_is_a_sentence(
    differing: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    options = ("--project", differing, "--author", "a", "--reason", "seen")
    assert run("sites", "resolve", "south-gate", "--take", "file", *options) == 2
    assert "No conflict of site 'south-gate'" in capsys.readouterr().err
    assert run("sites", "resolve", "north-gate", "--take", "file", "--role", "viewer", *options) == 1
    assert "may not change sites" in capsys.readouterr().err
    assert run("sites", "conflicts", "--project", differing, "--json") == 0
    assert len(json.loads(capsys.readouterr().out)) == 2
