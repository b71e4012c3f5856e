"""What the documents say of the command line is what it does."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import click
import numpy as np
import pytest
from still_sample import CORNERS, SHIFT, pair_of_stills

from workflow import errors
from workflow.cli import COMMANDS, cli, main
from workflow.model import Author, CaptureKind, Site
from workflow.store import KIND_NAMES

ROOT = Path(__file__).resolve().parents[1]
PAGE = (ROOT / "docs" / "commands.md").read_text("utf-8")


def commands(group: click.Group = cli, prefix: str = "") -> Iterator[tuple[str, click.Command]]:
    """Every command with its full name, those of groups included."""
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        if isinstance(command, click.Group):
            yield from commands(command, f"{prefix}{name} ")
        else:
            yield f"{prefix}{name}", command


def options(command: click.Command) -> set[str]:
    return {option for parameter in command.params for option in (*parameter.opts, *parameter.secondary_opts)}


def documented_rows() -> dict[str, set[str]]:
    """Keys of each listing: headings name commands, the first column of the table below names keys."""
    found = {}
    for section in re.split(r"^### ", PAGE, flags=re.MULTILINE)[1:]:
        heading, _, body = section.partition("\n")
        cells = re.findall(r"^\| (`[^|]+) \|", body, re.MULTILINE)
        keys = {key for cell in cells for key in re.findall(r"`(\w+)`", cell)}
        found |= dict.fromkeys(re.findall(r"`([\w -]+)`", heading), keys)
    return found


ROWS = documented_rows()


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_is_in_the_table_of_commands(name: str) -> None:
    assert re.search(rf"^\| `{name}\b", PAGE, re.MULTILINE)


def test_every_command_with_json_documents_its_rows_and_no_other_does() -> None:
    assert {name for name, command in commands() if "--json" in options(command)} == set(ROWS)


def test_exit_codes_are_those_of_the_errors() -> None:
    table = PAGE.split("## Exit codes", 1)[1].split("## ", 1)[0]
    codes = {int(code) for code in re.findall(r"^\| (\d+) \|", table, re.MULTILINE)}
    classes = [getattr(errors, name) for name in errors.__all__]
    raised = {one.exit_code for one in classes if issubclass(one, errors.WorkflowError)}
    assert codes == {0, 130, click.UsageError.exit_code} | raised


def test_documents_name_no_option_that_is_not_there() -> None:
    known = {option for _, command in commands() for option in options(command)} | {"--help", "--version"}
    texts = {path.name: path.read_text("utf-8") for path in (ROOT / "docs").glob("*.md")}
    texts["README.md"] = (ROOT / "README.md").read_text("utf-8")
    lines = [
        (name, line)
        for name, text in texts.items()
        for line in text.splitlines()
        if "sitetrack " in line and "pip install" not in line
    ]
    unknown = [
        (name, option)
        for name, line in lines
        for option in re.findall(r"(?<![\w-])--[a-z][\w-]*", line)
        if option not in known
    ]
    assert lines
    assert unknown == []


AUTHOR_TAG = {"TIFFTAG_ARTIST": "A. Author"}


@pytest.fixture
def ask(watched: Any, capsys: pytest.CaptureFixture[str]) -> Callable[..., list[dict[str, Any]]]:
    """Rows that a command prints of a project with one site and two captures, one of them observed."""

    def rows(*arguments: object) -> list[dict[str, Any]]:
        capsys.readouterr()
        with pytest.raises(SystemExit):
            main([*map(str, arguments), "--project", str(watched.project.root), "--json"])
        printed: list[dict[str, Any]] = json.loads(capsys.readouterr().out)
        return printed

    watched.add_site("gate")
    captures = [watched.add_capture(day) for day in ("2019-05-03", "2020-06-01")]
    rows("track", "--executor", "serial")
    rows("observe", "gate", captures[0].file, "present")
    return rows


def test_rows_have_the_documented_keys_and_no_others(
    ask: Callable[..., list[dict[str, Any]]], watched: Any, make_raster: Callable[..., Path], tmp_path: Path
) -> None:
    arguments: dict[str, list[object]] = {
        "sites import": [register(tmp_path)],
        "sites assign": ["gate", "Lena", "--role", "lead"],
        "sites resolve": ["gate", "--take", "record", "--field", "note", "--reason", "as surveyed"],
        "ingest": [make_raster("scene_20200102.tif", np.full((3, 40, 40), 90, "uint8"), tags=AUTHOR_TAG)],
        "observe": ["gate", "scene0.tif", "present"],
        "record history": ["site", "gate"],
        "observations import": [past_work(tmp_path), "--reason", "survey"],
        "captures show": ["scene0.tif"],
        "classes set": ["gantry", "--detect-gsd", "0.5"],
        "captures describe": ["scene1.tif", "--credit", "somebody"],
        "captures proposals": ["scene_20200102.tif"],
        "captures attach": ["scene1.tif", page(tmp_path)],
        "captures date": ["scene1.tif", "November 2021"],
        "captures georeference": ["still.png", "--points", points(watched, tmp_path)],
        "captures points": ["still.png"],
        "captures align-still": ["after.png", "--to", "before.png", "--points", laid(watched, tmp_path)],
        "captures standpoint": ["after.png", "--at", "39.02, 125.74", "--azimuth", "90", "--field", "50"],
        "captures withdraw": ["scene1.tif", "--reason", "licence ended", "--role", "lead"],
        "captures reinstate": ["scene1.tif", "--reason", "licence renewed", "--role", "lead"],
        "record undo": ["observation", observation(ask), "--to", "0", "--reason", "a slip"],
        "figure": ["gate", "-o", tmp_path / "figure.png", "--credit", "somebody", "--dpi", 72],
        "report": ["-o", tmp_path / "report.pdf", "--unreviewed", "--credit", "somebody", "--dpi", 72],
        "map": ["-o", tmp_path / "map.html"],
        "export": ["json", "-o", tmp_path / "data.json", "--why", "a test"],
        "bundle": ["--why", "a test", "-o", tmp_path / "evidence.zip"],
        "record copy": ["--to", tmp_path / "copy.sqlite"],
        "backup": [tmp_path / "backup", "--incomplete"],  # the rendered pictures are not what their hash says
    }
    arguments |= review_arguments(ask) | claim_arguments(ask)
    disagree(watched, note="surveyed", road="Ring")
    # tried with the backups, the databases and the printed text that they need
    elsewhere = {"restore", "record join", "captures read"}
    printed = {name: ask(*name.split(), *arguments.get(name, [])) for name in ROWS if name not in elsewhere}
    printed |= {name: [dict.fromkeys(ROWS[name])] for name in elsewhere}
    assert {name: {key for row in rows for key in row} for name, rows in printed.items()} == ROWS


def review_arguments(ask: Callable[..., list[dict[str, Any]]]) -> dict[str, list[object]]:
    """What each command of review is tried on, after four readers have said something and some of it went on."""
    lead, why = ["--author", "Lena", "--role", "lead"], ["--comment", "because"]
    for name, state in (("Anna", "present"), ("Ben", "present"), ("Cho", "obscured"), ("Dan", "present")):
        ask("observe", "gate", "scene0.tif", state, "--author", name)
    ids = {row["author"]: row["id"] for row in ask("review", "list")}
    for name in ("Ben", "Cho", "Dan"):
        ask("review", "submit", ids[name], "--author", name)
    ask("review", "approve", ids["Dan"], *lead)
    return {
        "review submit": [ids["Anna"], "--author", "Anna"],
        "review approve": [ids["Cho"], *lead],
        "review return": [ids["Ben"], *why, *lead],
        "review reopen": [ids["Dan"], *why, *lead],
        "review log": [ids["Anna"]],
        "review second-reading": [ids["Anna"], *lead],
        "review read": ["gate", "scene0.tif", "present", "--author", "Eve"],
        "review adjudicate": [ids["Anna"], *why, *lead],
    }


def claim_arguments(ask: Callable[..., list[dict[str, Any]]]) -> dict[str, list[object]]:
    """What each command on claims is tried on; the state said afterwards contradicts a claim that it explains."""
    event = ["It was there.", "--event", "gate/gantry/appeared"]
    ids = [ask("claims", "add", *event)[0]["id"] for _ in range(3)]
    ask("observe", "gate", "scene0.tif", "absent")
    return {
        "claims add": event,
        "claims show": [ids[0]],
        "claims renew": [ids[1]],
        "claims withdraw": [ids[2], "--reason", "a slip"],
    }


def disagree(watched: Any, **fields: str) -> None:
    """Fields of the site are changed in the record, and in the register file to something else."""
    file = watched.project.register_file
    stated = json.loads(file.read_text("utf-8"))
    stated["features"][0]["properties"] |= {name: f"not {value}" for name, value in fields.items()}
    known = watched.project.record.get(Site, "gate")
    with watched.project.record.write(Author("tester"), "a survey") as transaction:
        transaction.put(replace(known.value, **fields), known.version)
    file.write_text(json.dumps(stated), "utf-8")


def observation(ask: Callable[..., list[dict[str, Any]]]) -> str:
    ask("observe", "gate", "scene1.tif", "absent", "--author", "Zoe")
    return str(ask("record", "activity", "--kind", "observation", "--by", "Zoe")[0]["id"])


def page(folder: Path) -> Path:
    path = folder / "page.html"
    path.write_text("<!DOCTYPE html><html><body>a page</body></html>")
    return path


def register(folder: Path) -> Path:
    path = folder / "more.csv"
    path.write_text("id,lat,lon\nroad,39.0,125.7\n")
    return path


def laid(watched: Any, folder: Path) -> Path:
    """Two stills of the site, and a file of pairs for them."""
    pair_of_stills(watched.project, folder, "gate")
    rows = [f"{x + SHIFT[0]},{-y - SHIFT[1]},{x},{-y},1" for x, y in CORNERS]
    path = folder / "laid.points"
    path.write_text("\n".join(["mapX,mapY,pixelX,pixelY,enable", *rows]), "utf-8")
    return path


def points(watched: Any, folder: Path) -> Path:
    """A picture of the site without coordinates is taken in; the file has places in it on the map."""
    from PIL import Image

    from workflow.pipeline.ingest import IntakeOptions, ingest

    Image.new("RGB", (400, 400), (90, 120, 90)).save(folder / "still.png")
    options = IntakeOptions(acquired="May 2020", kind=CaptureKind.SATELLITE, site="gate")
    ingest(watched.project, Author("tester"), [folder / "still.png"], options)
    lon, lat = watched.PLACE
    places = [
        (col, row, lon + (col - 200) * 5e-6, lat - (row - 200) * 4e-6) for col in (9, 390) for row in (9, 380)
    ]
    lines = [f"{x},{y},{col},{-row},1" for col, row, x, y in places]
    path = folder / "still.points"
    path.write_text("\n".join(["#CRS: EPSG:4326", "mapX,mapY,sourceX,sourceY,enable", *lines]))
    return path


def past_work(folder: Path) -> Path:
    path = folder / "past.csv"
    path.write_text("site,capture,state\ngate,scene1.tif,absent\n")
    return path


def test_accounts_of_a_team_may_change_no_kind_of_revision() -> None:
    text = (ROOT / "docs" / "backup.md").read_text("utf-8")
    revoked = text.split("REVOKE UPDATE, DELETE, TRUNCATE ON", 1)[1].split("FROM", 1)[0]
    assert set(re.findall(r"\w+", revoked)) == {f"{kind}_revision" for kind in KIND_NAMES}
