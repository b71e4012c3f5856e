from __future__ import annotations

import json
from pathlib import Path

import pytest

from workflow.cli import main
from workflow.project import init_project

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
