"""The main job on ten real aerial captures of one quadrangle, 2009 to 2020, against derived truth.

55 points of open country turned dry or wet; the truth file gives each point's state on every date. An analyst who
says what the truth says must get the truth's brackets back from the timeline, through intake, tracking and record.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from workflow import actions
from workflow.cli import main
from workflow.model import Author
from workflow.project import Project, init_project

ANALYST = Author("analyst")
pytestmark = pytest.mark.data


def run(*arguments: object) -> int:
    with pytest.raises(SystemExit) as left:
        main([str(argument) for argument in arguments])
    code = left.value.code
    assert isinstance(code, int)
    return code


def truth_points(folder: Path) -> list[dict[str, Any]]:
    truth = json.loads((folder / "naip_nd_water_events.geojson").read_text())
    return [{**point["properties"], "geometry": point["geometry"]} for point in truth["features"]]


def register_of(points: list[dict[str, Any]]) -> dict[str, Any]:
    features = [
        {
            "type": "Feature",
            "geometry": point["geometry"],
            "properties": {
                "id": f"{point['kind']}-{number:02}",
                "name": f"Point {number} ({point['kind']})",
                "category": "wetland",
                "targets": [{"id": "water", "name": "open water"}],
                "radius_m": 100,
            },
        }
        for number, point in enumerate(points)
    ]
    return {"type": "FeatureCollection", "features": features}


@pytest.fixture(scope="module")
def outcome(tmp_path_factory: pytest.TempPathFactory, test_data: Path) -> dict[str, Any]:
    """A tracked project on the ten captures, observed as the truth says, and its rows."""
    folder = test_data / "naip_nd_2009_2020"
    points = truth_points(folder)
    root = init_project(tmp_path_factory.mktemp("naip") / "project")
    register = root.parent / "points.geojson"
    register.write_text(json.dumps(register_of(points)))
    assert run("sites", "import", register, "--project", root) == 0
    scenes = sorted(folder.glob("*.tif"))
    assert run("ingest", *scenes, "--provider", "USDA NAIP", "--kind", "aerial", "--project", root) == 0
    assert run("track", "--project", root) == 0
    with Project.open(root) as project:
        for number, point in enumerate(points):
            for scene, letter in zip(scenes, point["states"], strict=True):
                actions.observe(
                    project,
                    ANALYST,
                    site=f"{point['kind']}-{number:02}",
                    capture=scene.name,
                    state="present" if letter == "W" else "absent",
                )
    return {"points": points, "root": root, "scenes": scenes}


def rows(capsys: pytest.CaptureFixture[str], *command: object) -> list[dict[str, Any]]:
    capsys.readouterr()
    assert run(*command, "--json") == 0
    parsed: list[dict[str, Any]] = json.loads(capsys.readouterr().out)
    return parsed


def iso(compact: str) -> str:
    return f"{compact[:4]}-{compact[4:6]}-{compact[6:]}"


def test_captures_carry_the_day_of_their_file_name(
    outcome: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    captures = rows(capsys, "captures", "list", "--project", outcome["root"])
    days = [(row["file"], row["earliest"], row["latest"], row["basis"]) for row in captures]
    assert days == [
        (scene.name, iso(scene.stem[-8:]), iso(scene.stem[-8:]), "file name") for scene in outcome["scenes"]
    ]
    assert {row["crs"] for row in captures} == {"EPSG:26914"}
    assert {row["gsd_m"] for row in captures} == {5.0}


def test_all_single_changes_are_bracketed_as_the_truth_says(
    outcome: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    timeline = rows(capsys, "timeline", "--project", outcome["root"])
    brackets = {(row["site"], row["event"]): (row["earliest"], row["latest"]) for row in timeline}
    singles = [(number, point) for number, point in enumerate(outcome["points"]) if point["kind"] == "single"]
    assert len(singles) == 20
    for number, point in singles:
        event = "appeared" if point["direction"] == "dry_to_wet" else "removed"
        expected = (iso(point["last_before"]), iso(point["first_after"]))
        assert brackets[f"single-{number:02}", event] == expected, point


def test_stable_points_change_nothing(outcome: dict[str, Any], capsys: pytest.CaptureFixture[str]) -> None:
    timeline = rows(capsys, "timeline", "--project", outcome["root"])
    bounded = [
        row for row in timeline if row["site"].startswith("stable") and row["earliest"] and row["latest"]
    ]
    assert bounded == []


def test_captures_of_one_place_were_aligned_to_within_their_measured_shift(
    outcome: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    offsets = rows(capsys, "offsets", "--project", outcome["root"])
    applied = [row for row in offsets if row["applied"]]
    assert len(offsets) >= 55 * 9
    # the ten captures lie within 3 m of each other; nothing applied may move a picture by more than two pixels
    assert all(abs(row["dx_m"]) <= 10 and abs(row["dy_m"]) <= 10 for row in applied)


def test_every_neighbouring_pair_waits_in_the_queue(
    outcome: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    queue = rows(capsys, "queue", "--project", outcome["root"])
    assert len(queue) == 55 * 9
    assert [row["priority"] for row in queue] == sorted((row["priority"] for row in queue), reverse=True)


def test_a_second_run_changes_nothing(outcome: dict[str, Any], capsys: pytest.CaptureFixture[str]) -> None:
    with Project.open(outcome["root"]) as project:
        before = project.record.revision
    assert run("track", "--project", outcome["root"]) == 0
    with Project.open(outcome["root"]) as project:
        assert project.record.revision == before
        assert project.record.verify().problems == ()


def test_a_figure_of_a_single_change_can_be_written(outcome: dict[str, Any]) -> None:
    number = next(number for number, point in enumerate(outcome["points"]) if point["kind"] == "single")
    figure = outcome["root"].parent / "figure.png"
    assert run("figure", f"single-{number:02}", "-o", figure, "--project", outcome["root"]) == 0
    assert figure.stat().st_size > 10_000
