"""IARPA SMART site models: written as the specification says, and read back as sites and observations."""

from __future__ import annotations

import io
import json
import re
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from workflow import actions
from workflow.exporters.smart import PHASES
from workflow.model import Author, Direction, Observation, Role, Site, State, Target, TargetClass
from workflow.pastwork import read_past_work
from workflow.project import Project, init_project
from workflow.publish.data import made
from workflow.readmodels.exports import extract
from workflow.register import read_sites

ANNA = Author("Anna")
SQUARE = [[[55.04, 24.86], [55.05, 24.86], [55.05, 24.87], [55.04, 24.87], [55.04, 24.86]]]


def site_feature(**changed: Any) -> dict[str, Any]:
    stated = {
        "type": "site",
        "region_id": "AE_R001",
        "site_id": "AE_R001_0014",
        "version": "2.0.1",
        "status": "positive_annotated",
        "mgrs": "40RCN",
        "start_date": "2019-05-03",
        "end_date": "2020-06-01",
        "model_content": "annotation",
        "originator": "te",
    }
    return {
        "type": "Feature",
        "geometry": {"type": "Polygon", "coordinates": SQUARE},
        "properties": stated | changed,
    }


def seen(phase: object, day: object = "2019-05-03", **changed: Any) -> dict[str, Any]:
    stated = {
        "type": "observation",
        "observation_date": day,
        "source": "T40RCN_20190503_TCI",
        "sensor_name": "WorldView",
        "current_phase": phase,
        "is_occluded": "False",
        "is_site_boundary": "True",
    }
    geometry = {"type": "MultiPolygon", "coordinates": [SQUARE]}
    return {"type": "Feature", "geometry": geometry, "properties": stated | changed}


def write(path: Path, *features: object) -> Path:
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), "utf-8")
    return path


@pytest.fixture
def gate(watched: Any) -> Any:
    """A site with two targets, seen by three people in three pictures."""
    watched.add_site("gate", targets=(Target("gantry", "Gantry", TargetClass.GANTRY), Target("mast")))
    watched.shots = [
        watched.add_capture(day, seed=n + 1) for n, day in enumerate(("2020-06-01", "2019-05-03", None))
    ]
    for shot, author, state in zip(watched.shots, "ABC", ("present", "absent", "obscured"), strict=True):
        actions.observe(
            watched.project,
            Author(author),
            site="gate",
            target="gantry",
            capture=shot.id,
            state=state,
            note="so",
        )
    return watched


def models(project: Project, audience: str = "team") -> dict[str, bytes]:
    body = made(project, extract(project, (), audience), "smart", ".zip").body
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_a_model_has_what_the_specification_asks_for(gate: Any) -> None:
    files = models(gate.project)
    assert list(files) == ["gate.gantry.geojson", "gate.mast.geojson"]
    head, *observations = json.loads(files["gate.gantry.geojson"])["features"]
    stated = head["properties"]
    assert head["geometry"]["type"] == "Polygon"
    assert stated["type"] == "site"
    assert re.fullmatch(r"[A-Z]{2}_Rxxx_\d{4}", stated["site_id"])
    assert re.fullmatch(r"\d+\.\d+\.\d+", stated["version"])
    assert stated["mgrs"] == "51SYD"
    assert (stated["start_date"], stated["end_date"]) == ("2019-05-03", "2020-06-01")
    assert (stated["status"], stated["validated"], stated["model_content"]) == (
        "positive_annotated",
        "False",
        "annotation",
    )
    found = [one["properties"] for one in observations]
    assert [one["observation_date"] for one in found] == [None, "2019-05-03", "2020-06-01"]
    assert [one["current_phase"] for one in found] == ["Unknown", "No Activity", "Post Construction"]
    assert [one["is_occluded"] for one in found] == ["True", "False", "False"]
    assert found[1]["source"] == "scene1"
    assert {one["geometry"]["type"] for one in observations} == {"MultiPolygon"}
    assert set(PHASES) == set(State)


def test_the_status_follows_from_the_states(gate: Any) -> None:
    status = {
        name: json.loads(body)["features"][0]["properties"] for name, body in models(gate.project).items()
    }
    assert status["gate.mast.geojson"]["status"] == "positive_pending"
    assert status["gate.mast.geojson"]["start_date"] is None
    actions.observe(
        gate.project, ANNA, site="gate", target="mast", capture=gate.shots[0].id, state="absent", note="none"
    )
    status = {
        name: json.loads(body)["features"][0]["properties"] for name, body in models(gate.project).items()
    }
    assert status["gate.mast.geojson"]["status"] == "negative"


def test_what_was_approved_is_validated(gate: Any) -> None:
    with gate.project.record.write(Author("Lena", Role.LEAD), "approved") as transaction:
        from workflow.model import Review

        for row in transaction.rows(Observation):
            transaction.put(replace(row.value, review=Review.APPROVED), row.version)
    head = json.loads(models(gate.project)["gate.gantry.geojson"])["features"][0]
    assert head["properties"]["validated"] == "True"


def test_our_models_come_back_as_the_sites_and_observations_that_they_were(gate: Any, tmp_path: Path) -> None:
    folder = tmp_path / "models"
    folder.mkdir()
    for name, body in models(gate.project).items():
        (folder / name).write_bytes(body)
    files = sorted(folder.iterdir())
    done = actions.import_sites(gate.project, ANNA, files)
    assert (done.unchanged, done.refused) == (("gate",), ())
    again = actions.import_observations(gate.project, ANNA, files, actions.ImportOptions(reason="again"))
    assert [row.change for row in again.rows] == ["unchanged"] * 3


def test_they_bring_sites_and_states_into_another_project(gate: Any, tmp_path: Path) -> None:
    files = []
    for name, body in models(gate.project).items():
        files.append(tmp_path / name)
        files[-1].write_bytes(body)
    with Project.open(init_project(tmp_path / "other")) as other:
        assert actions.import_sites(other, ANNA, files).added == ("gate",)
        (site,) = other.sites()
        assert site.position is not None
        assert (site.targets, site.footprint) == (gate.project.site("gate").targets, None)
        with other.record.write(ANNA, "the same pictures") as transaction:
            for shot in gate.shots:
                transaction.put(replace(shot, site="gate"), 0)
        done = actions.import_observations(other, ANNA, files, actions.ImportOptions(reason="from a model"))
        assert done.refused == ()
        was = {(one.id, one.state, one.author, one.note) for one in gate.project.observations()}
        assert {(one.id, one.state, one.author, one.note) for one in other.observations()} == was


def test_an_outline_comes_back_with_its_position(gate: Any, tmp_path: Path) -> None:
    known = gate.project.record.get(Site, "gate")
    outline = {
        "type": "Polygon",
        "coordinates": [[[125.6, 38.9], [125.8, 38.9], [125.8, 39.1], [125.6, 38.9]]],
    }
    with gate.project.record.write(ANNA, "outlined") as transaction:
        transaction.put(replace(known.value, footprint=outline), known.version)
    path = tmp_path / "gate.geojson"
    path.write_bytes(models(gate.project)["gate.gantry.geojson"])
    (site,) = read_sites(path).sites
    assert site.footprint == outline
    assert site.position is not None
    assert site.position.lonlat == known.value.position.lonlat


def test_a_model_of_others_is_a_site_with_an_outline(tmp_path: Path) -> None:
    reading = read_sites(write(tmp_path / "m.geojson", site_feature(), seen("No Activity")))
    assert reading.refused == ()
    (site,) = reading.sites
    assert (site.id, site.name) == ("ae-r001-0014", "AE_R001_0014")
    assert site.footprint == {"type": "Polygon", "coordinates": SQUARE}


def test_phases_of_others_become_states(tmp_path: Path) -> None:
    path = write(
        tmp_path / "m.geojson",
        site_feature(),
        seen("No Activity"),
        seen("Site Preparation"),
        seen("Active Construction", is_occluded="True"),
        seen("Post Construction"),
        seen("Post Construction, Post Construction"),
        seen("Post Construction, No Activity"),
    )
    reading = read_past_work(path)
    cells = [row.cells for row in reading.rows]  # type: ignore[union-attr]
    assert [one["state"] for one in cells] == [
        "absent",
        "uncertain",
        "obscured",
        "present",
        "present",
        "uncertain",
    ]
    assert cells[0] == {
        "site": "ae-r001-0014",
        "date": "2019-05-03",
        "state": "absent",
        "author": "te",
        "note": "phase No Activity; on T40RCN_20190503_TCI; by WorldView",
    }
    assert reading.rows[0].number == 2


@pytest.mark.parametrize(
    ("feature", "words"),
    [
        (seen(None), "current_phase: is not stated"),
        (seen(3), "current_phase: is not stated"),
        (seen("Demolition"), "'Demolition' is no phase"),
        (seen("No Activity", None), "observation_date: is not stated"),
        (seen("No Activity", "soon"), "soon"),
        (seen("No Activity", "1999-01-01"), "no capture of site"),
    ],
)
def test_an_observation_that_cannot_be_taken_is_named_and_the_rest_is_taken(
    gate: Any, tmp_path: Path, feature: dict[str, Any], words: str
) -> None:
    square = [[[125.699, 38.999], [125.701, 38.999], [125.701, 39.001], [125.699, 39.001], [125.699, 38.999]]]
    head = site_feature() | {"geometry": {"type": "Polygon", "coordinates": square}}
    path = write(tmp_path / "m.geojson", head, feature, seen("Post Construction", "2020-06-01"))
    assert actions.import_sites(gate.project, ANNA, [path]).added == ("ae-r001-0014",)
    done = actions.import_observations(gate.project, ANNA, [path], actions.ImportOptions(reason="bought"))
    assert [row.change for row in done.rows] == ["refused", "added"]
    assert done.rows[0].row == 2
    assert words in done.rows[0].reason
    (said,) = (one for one in gate.project.observations() if one.site == "ae-r001-0014")
    assert (said.author, said.state) == ("te", State.PRESENT)


@pytest.mark.parametrize(
    ("features", "words"),
    [
        ([], "no SMART site model"),
        ([seen("No Activity")], "no SMART site model"),
        ([site_feature(), site_feature()], "has 2 site features"),
    ],
)
def test_a_file_that_is_no_model_is_refused(tmp_path: Path, features: list[Any], words: str) -> None:
    (row,) = read_past_work(write(tmp_path / "m.geojson", *features)).rows
    assert words in row.sentence  # type: ignore[union-attr]


def test_what_a_hostile_model_says_of_us_is_checked_as_any_register_is(tmp_path: Path) -> None:
    for ours in (
        {"site": "../x", "target": "t"},
        {"site": 3, "position": "here"},
        {"position": [1e9, 0], "site": "a"},
        {"targets": 3, "site": "a"},
        {"site": "a", "position": [1, 2], "outlined": [], "radius_m": "far"},
        "text",
    ):
        path = write(tmp_path / "m.geojson", site_feature(cache={"sitetrack": ours}), seen("No Activity"))
        reading = read_sites(path)
        assert len(reading.sites) + len(reading.refused) == 1
        assert len(read_past_work(path).rows) == 1


def test_features_that_are_no_features_are_named(tmp_path: Path) -> None:
    path = write(tmp_path / "m.geojson", site_feature(), 3, None, {"type": "Feature", "properties": 4})
    reading = read_sites(path)
    assert len(reading.sites) == 1
    assert len(reading.refused) == 3


def test_one_model_is_a_file_of_its_own(gate: Any) -> None:
    known = gate.project.record.get(Site, "gate")
    one = replace(known.value, targets=(Target("gantry", direction=Direction.INBOUND),))
    with gate.project.record.write(ANNA, "one target") as transaction:
        transaction.put(one, known.version)
    body = made(gate.project, extract(gate.project), "smart", ".geojson").body
    ours = json.loads(body)["features"][0]["properties"]["cache"]["sitetrack"]
    assert ours["targets"] == [{"id": "gantry", "kind": "other", "direction": "inbound"}]
