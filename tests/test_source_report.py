"""A fresh clone says of the report's places what the report says, and nothing of it stands in code."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from store_sample import capture

from workflow.cli import main
from workflow.model import Author, DateSpan, Observation, Precision, State
from workflow.project import Project
from workflow.timespan import parse_span

ROOT = Path(__file__).resolve().parents[1]
SITE, TARGET = "hyangsan-motorway", "gantry"


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """What a clone has and the demo has not touched: the register and an empty imagery folder."""
    (tmp_path / "imagery").mkdir()
    text = (ROOT / "sites.geojson").read_text("utf-8")
    (tmp_path / "sites.geojson").write_text(text, "utf-8", newline="\n")
    return tmp_path


def timeline(root: Path, capsys: pytest.CaptureFixture[str], *options: str) -> list[dict[str, Any]]:
    capsys.readouterr()
    with pytest.raises(SystemExit) as left:
        main(["timeline", "--json", "--project", str(root), *options])
    assert left.value.code == 0
    rows: list[dict[str, Any]] = json.loads(capsys.readouterr().out)
    return rows


def of(rows: list[dict[str, Any]], site: str, target: str, source: str = "publication") -> dict[str, Any]:
    (row,) = (one for one in rows if (one["site"], one["target"], one["source"]) == (site, target, source))
    return row


def test_the_timeline_says_what_the_report_says(clone: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = timeline(clone, capsys)
    assert of(rows, "north-of-arch", "gantry")["phrase"] == "late 2021 or early 2022"
    assert of(rows, SITE, TARGET)["phrase"] == "in 2020"
    second = of(rows, "pyongyang-indoor-stadium", "second-camera")
    assert (second["event"], second["earliest"], second["latest"]) == ("appeared", None, "2023-10-10")
    (remark,) = second["remarks"]
    assert "figure 27 (by 16 February 2021, broadcast) lacks it" in remark
    assert "sets no lower bound" in remark
    assert (clone / "sites.geojson").read_text("utf-8") == (ROOT / "sites.geojson").read_text("utf-8")


def test_the_table_is_short_and_tells_below_what_bounds_nothing(
    clone: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as left:
        main(["timeline", "--project", str(clone)])
    assert left.value.code == 0
    told = capsys.readouterr()
    assert "remarks" not in told.out
    assert told.err.count("sets no lower bound") == 1
    assert told.err.startswith("pyongyang-indoor-stadium, second-camera: ")


def test_the_timeline_speaks_korean(clone: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows, said = (timeline(clone, capsys, *options) for options in ((), ("--language", "ko")))
    assert of(said, "north-of-arch", "gantry")["phrase"] == "2021년 말 또는 2022년 초"
    for english, korean in zip(rows, said, strict=True):
        one, two = (parse_span(row["phrase"]) for row in (english, korean))
        assert (one.earliest, one.latest) == (two.earliest, two.latest)


def test_a_changed_date_changes_the_row(clone: Path, capsys: pytest.CaptureFixture[str]) -> None:
    register = json.loads((clone / "sites.geojson").read_text("utf-8"))
    (said,) = (
        one
        for feature in register["features"]
        for one in feature["properties"].get("evidence", ())
        if feature["properties"]["id"] == SITE and one.get("event")
    )
    said["when"] = "mid 2019"
    (clone / "sites.geojson").write_text(json.dumps(register), "utf-8")
    row = of(timeline(clone, capsys), SITE, TARGET)
    assert (row["phrase"], row["earliest"], row["latest"]) == ("mid 2019", "2019-04-30", "2019-08-31")


def test_one_observation_moved_moves_the_sentence(clone: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with Project.open(clone) as project, project.record.write(Author("Anna"), "seen") as transaction:
        for number, (day, state) in enumerate(
            ((date(2020, 1, 9), State.ABSENT), (date(2020, 12, 20), State.PRESENT))
        ):
            shot = replace(
                capture(f"{number:016x}"), acquired=DateSpan(day, day, Precision.DAY), site=SITE, footprint=()
            )
            transaction.put(shot, 0)
            transaction.put(Observation(f"o{number}", SITE, TARGET, shot.id, "Anna", state), 0)
    assert of(timeline(clone, capsys), SITE, TARGET, "imagery")["phrase"] == "in 2020"
    with Project.open(clone) as project, project.record.write(Author("Anna"), "moved") as transaction:
        later = capture("f" * 16)
        day = date(2020, 12, 20) + timedelta(days=60)
        transaction.put(
            replace(later, acquired=DateSpan(day, day, Precision.DAY), site=SITE, footprint=()), 0
        )
        known = transaction.get(Observation, "o1")
        assert known is not None
        transaction.put(replace(known.value, capture=later.id), known.version)
    row = of(timeline(clone, capsys), SITE, TARGET, "imagery")
    assert row["phrase"] == "between 9 January 2020 and 18 February 2021"
