"""The command line as a whole: help without heavy imports, exit codes, one sentence instead of a traceback."""

from __future__ import annotations

import errno
import json
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from workflow.cli import COMMANDS, cli, ingest, main, sites
from workflow.cli.options import NamedPath

HEAVY = {
    "rasterio",
    "geopandas",
    "pandas",
    "numpy",
    "streamlit",
    "folium",
    "sqlalchemy",
    "pyproj",
    "shapely",
    "pystac",
}
SUBCOMMANDS = {"sites": ["list", "import"], "captures": ["list"], "record": ["history"]}


def run(*arguments: str) -> int:
    with pytest.raises(SystemExit) as left:
        main(arguments)
    code = left.value.code
    assert isinstance(code, int)
    return code


def modules_after(arguments: list[str]) -> set[str]:
    program = (
        "import sys\nfrom workflow.cli import main\n"
        f"try:\n    main({arguments!r})\nexcept SystemExit:\n    pass\n"
        "print(*sys.modules, file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    return {name.partition(".")[0] for name in done.stderr.split()}


def test_help_imports_no_heavy_library() -> None:
    assert not modules_after(["--help"]) & HEAVY


@pytest.mark.parametrize("name", COMMANDS)
def test_the_help_of_a_command_imports_no_heavy_library(name: str) -> None:
    assert not modules_after([name, "--help"]) & HEAVY


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    command = cli.get_command(cli.make_context("sitetrack", [], resilient_parsing=True), name)
    assert command is not None
    assert command.help
    assert run(name, "--help") == 0
    assert "Usage:" in capsys.readouterr().out


def test_outside_a_project_a_command_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run("timeline") == 3
    error = capsys.readouterr().err
    assert "sitetrack init" in error
    assert "Traceback" not in error


def test_a_wrong_word_is_a_usage_error(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("sitse") == 2
    assert "sitse" in capsys.readouterr().err


def test_a_project_made_where_one_stands_is_called_by_its_folder(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run("init", ".") == 0
    assert f"Project in {tmp_path.resolve()}. Next:" in capsys.readouterr().err


def test_a_project_of_an_empty_name_is_not_made_where_one_stands(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run("init", "") == 2
    assert "a path is empty" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "line",
    [
        "status --project=",
        "serve --project=",
        "backup ''",
        "restore '' there",
        "restore there ''",
        "demo ''",
        "export kml -o ''",
        "figure gate a -o ''",
        "report -o ''",
        "bundle -o ''",
        "map -o ''",
    ],
)
def test_an_empty_path_is_not_the_folder_one_stands_in(line: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(*shlex.split(line)) == 2
    assert "a path is empty" in capsys.readouterr().err


def test_an_unknown_site_offers_the_nearest(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = tmp_path / "project"
    assert run("init", str(root)) == 0
    register = {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "geometry": {"type": "Point", "coordinates": [125.7178, 38.9706]},
                "properties": {"id": "north-of-arch", "name": "North of the Arch"},
            }
        ],
    }
    (root / "sites.geojson").write_text(json.dumps(register))
    assert run("timeline", "north-of-ark", "--project", str(root)) == 2
    assert "north-of-arch" in capsys.readouterr().err


@pytest.mark.parametrize(
    "listing",
    [["sites", "list"], ["captures", "list"], ["offsets"], ["queue"], ["timeline"], ["growth"], ["status"]],
)
def test_listings_of_an_empty_project_are_json_arrays(
    listing: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = tmp_path / "project"
    assert run("init", str(root)) == 0
    capsys.readouterr()
    assert run(*listing, "--project", str(root), "--json") == 0
    assert isinstance(json.loads(capsys.readouterr().out), list)
    assert run(*listing, "--project", str(root)) == 0


def test_a_record_that_is_no_database_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = tmp_path / "project"
    assert run("init", str(root)) == 0
    (root / ".sitetrack").mkdir(exist_ok=True)
    (root / ".sitetrack" / "record.sqlite").write_bytes(b"not a database, " * 1000)
    assert run("status", "--project", str(root)) == 3
    error = capsys.readouterr().err
    assert "record.sqlite" in error
    assert "Traceback" not in error


def test_an_error_of_the_system_is_one_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(cli, "main", fail)
    assert run("status") == 3
    assert capsys.readouterr().err == (
        "The output: cannot be read or written (No space left on device); check the disk and the rights, "
        "then repeat.\n"
    )


def test_a_file_without_rights_does_not_stop_its_batch(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("init", str(tmp_path / "p")) == 0
    closed = tmp_path / "closed.csv"
    closed.write_text("id\na\n")
    (tmp_path / "open.csv").write_text("id\nb\n")
    opened = Path.open

    def guarded(path: Path, *arguments: Any, **options: Any) -> Any:
        if path == closed:  # chmod would not bind root
            raise PermissionError(errno.EACCES, "Permission denied", str(path))
        return opened(path, *arguments, **options)

    monkeypatch.setattr(Path, "open", guarded)
    files = (str(closed), str(tmp_path / "open.csv"))
    assert run("sites", "import", *files, "--project", str(tmp_path / "p")) == 1
    said = capsys.readouterr()
    assert "1 added" in said.out
    assert "closed.csv" in said.err
    assert "Permission denied" in said.err


def test_rights_are_not_checked_before_a_batch_is_begun() -> None:
    for command in (ingest.command, sites.import_sites):
        paths = next(one for one in command.params if one.name in ("paths", "files"))
        assert isinstance(paths.type, NamedPath)
        assert not paths.type.readable


@pytest.mark.parametrize("name", ["", "  ", "two\nlines", "x" * 201, "nul\0"])
def test_an_author_without_a_usable_name_is_a_usage_error(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = str(tmp_path / "p")
    assert run("init", root) == 0
    assert run("track", "--author", name, "--project", root) == 2
    assert "--author NAME" in capsys.readouterr().err


def test_an_unknown_executor_is_a_usage_error(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = str(tmp_path / "p")
    assert run("init", root) == 0
    assert run("track", "--executor", "magic", "--project", root) == 2
    assert "use serial, threads" in capsys.readouterr().err
