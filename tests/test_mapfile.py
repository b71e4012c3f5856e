"""The map of the sites as one file: what it may say, and that it holds all that it needs."""

from __future__ import annotations

import html
import json
import re
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from still_sample import scenery, take_still

from workflow import actions
from workflow.cli import main
from workflow.model import Author, Capture, LonLat, Position, Site
from workflow.readmodels.mapfile import site_map

ANNA = Author("Anna")
TODAY = date(2026, 1, 1)
HOSTILE = "</script><script>alert(1)</script> ${x} <img src=x onerror=alert(2)>"


def change(watched: Any, key: str, **fields: Any) -> None:
    known = watched.project.record.get(Site, key)
    with watched.project.record.write(ANNA, "a survey") as transaction:
        transaction.put(replace(known.value, **fields), known.version)


def credit(watched: Any, capture: Capture, **fields: Any) -> None:
    known = watched.project.record.get(Capture, capture.id)
    with watched.project.record.write(ANNA, "a credit") as transaction:
        transaction.put(replace(known.value, **fields), known.version)


@pytest.fixture
def gate(watched: Any) -> Any:
    watched.add_site("gate")
    for day, state in (("2019-05-03", "absent"), ("2020-06-01", "present")):
        shot = watched.add_capture(day, seed=int(day[3]) + 1)
        actions.observe(watched.project, ANNA, site="gate", target="gantry", capture=shot.id, state=state)
    return watched


def test_the_state_is_that_of_the_day_and_pictures_are_those_taken_by_it(gate: Any) -> None:
    made = site_map(gate.project, date(2019, 12, 31), TODAY)
    assert made.states == {"absent": 1}
    assert (made.pictures, len(made.outlines)) == (1, 1)
    assert made.sites[0].seen == "3 May 2019 (stated)"
    now = site_map(gate.project, None, TODAY)
    assert (now.day, now.states, now.pictures) == (TODAY, {"present": 1}, 2)


@pytest.mark.parametrize("visibility", ["team", "restricted"])
def test_a_site_that_is_not_public_leaves_no_trace_in_the_file(
    gate: Any, visibility: str, bundled: None
) -> None:
    from dashboard.components import map_file

    gate.add_site("secret", east_m=20_000)
    hidden = gate.add_capture("2019-08-01", crop=(0.8, 0.8, 0.85, 0.85))
    place = Position(hidden.footprint[0])
    change(gate, "secret", name="Secret post", position=place, visibility=visibility, radius_m=20.0)
    credit(gate, hidden, credit="Secret source", synthetic=True)
    made = site_map(gate.project, None, TODAY)
    assert [one.id for one in made.sites] == ["gate"]
    assert made.left_out == 1
    assert (made.pictures, made.credits, made.synthetic) == (2, (), False)
    text = map_file.html_of(made, map_file.english)
    for word in ("ecret", f"{place.lonlat.lon:.4f}", "SYNTHETIC"):
        assert word not in text


def test_a_position_is_no_finer_than_it_is_known(gate: Any) -> None:
    for precision, place in (
        (1000.0, LonLat(125.12, 39.12)),
        (None, LonLat(125.1235, 39.1235)),
        (0.5, LonLat(125.12346, 39.12346)),
    ):
        change(gate, "gate", position=Position(LonLat(125.1234567, 39.1234567), precision))
        assert site_map(gate.project, None, TODAY).sites[0].lonlat == place
    change(gate, "gate", position=None)
    assert site_map(gate.project, None, TODAY).sites[0].lonlat is None


def test_cameras_stand_in_the_file_where_the_public_may_know_them(
    gate: Any, tmp_path: Path, bundled: None
) -> None:
    from dashboard.components import map_file

    still = take_still(gate.project, tmp_path / "still.png", scenery()[:, :90, :90], "2019", "gate")
    actions.set_standpoint(
        gate.project, ANNA, still.id, actions.standpoint("39.1234567, 125.1234567", 90, 58)
    )
    place = LonLat(125.124, 39.1235)
    change(gate, "gate", position=Position(place, 10.0))
    made = site_map(gate.project, None, TODAY)
    [camera] = made.cameras
    assert camera.ring[0] == LonLat(125.1235, 39.1235)
    assert camera.words == "by 31 December 2019 (broadcast): looks E (90°), 58° wide"
    assert site_map(gate.project, date(2018, 1, 1), TODAY).cameras == ()
    text = map_file.html_of(made, map_file.english)
    assert "sitetrack-cones" in text
    assert "125.1234" not in text
    change(gate, "gate", visibility="restricted")
    hidden = site_map(gate.project, None, TODAY)
    assert hidden.cameras == ()
    assert "sitetrack-cones'" not in map_file.html_of(hidden, map_file.english)


def write(project: Any, out: Path, *arguments: str) -> int:
    with pytest.raises(SystemExit) as left:
        main(["map", "-o", str(out), *arguments, "--project", str(project.root)])
    return int(left.value.code or 0)


def test_the_file_says_day_states_credits_and_what_is_synthetic(
    gate: Any, tmp_path: Path, bundled: None, capsys: pytest.CaptureFixture[str]
) -> None:
    change(gate, "gate", name=HOSTILE, name_local="문")
    for shot in gate.project.captures():
        credit(gate, shot, credit=f"© {HOSTILE}", synthetic=True)
    out = tmp_path / "map.html"
    assert write(gate.project, out, "--day", "2019-12-31", "--json") == 0
    (row,) = json.loads(capsys.readouterr().out)
    assert (row["day"], row["states"], row["pictures"], row["synthetic"]) == (
        "2019-12-31",
        {"absent": 1},
        1,
        True,
    )
    text = out.read_text("utf-8")
    panel = text.split("<aside>")[1].split("</aside>")[0]
    said = html.unescape(re.sub(r"<[^>]*>", " ", panel))
    for word in (
        "Sites at the end of 2019-12-31",
        "SYNTHETIC",
        "○",
        "absent",
        f"© {HOSTILE}",
        "문",
        "3 May 2019",
    ):
        assert word in said
    assert "<script>alert" not in text
    assert "onerror=alert" not in panel
    assert not re.search(r"""(src|href)\s*=\s*["'](?!#)""", text.split("<body>")[0])
    assert "default-src 'none'" in text
    assert (row["file"], row["left_out"]) == (str(out), 0)


def test_the_same_record_gives_the_same_file(gate: Any, tmp_path: Path, bundled: None) -> None:
    first, second = tmp_path / "a.html", tmp_path / "b.html"
    for out in (first, second):
        assert write(gate.project, out, "--day", "2020-12-31") == 0
    assert first.read_bytes() == second.read_bytes()


def test_what_cannot_be_written_is_one_sentence(
    gate: Any, tmp_path: Path, bundled: None, capsys: pytest.CaptureFixture[str]
) -> None:
    assert write(gate.project, tmp_path / "map.pdf") == 1
    assert "name it like map.html" in capsys.readouterr().err
    assert write(gate.project, tmp_path / "nowhere" / "map.html") == 1
    assert "it cannot be written" in capsys.readouterr().err
    assert write(gate.project, tmp_path / "map.html", "--day", "May") == 2


@pytest.fixture
def bundled(skip_or_fail: Any) -> None:
    from dashboard import assets

    if not (assets.BUILD / "stamp").is_file():
        skip_or_fail("the dashboard's assets are not bundled: pip install -e .")
