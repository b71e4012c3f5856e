"""PROV-JSON of a figure: another program reads it, and it says what the record says."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from bundle_sample import make_project
from prov.model import ProvDocument

from workflow.actions import annotate
from workflow.model import Author, Observation, Offset
from workflow.project import Project
from workflow.publish import FigureOptions, write_figure
from workflow.publish.prov import NAMESPACE

BO = Author("배 아무개")


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    with Project.open(make_project(tmp_path_factory.mktemp("prov"))) as opened:
        changed = {"op": "o2", "seq": 2, "type": "edit", "base_version": 1}
        annotate(opened, BO, [{**changed, "annotation": {"id": "m1", "label": "the gantry"}}])
        _, first, last = opened.captures()
        key = f"gate.{last.id}"
        with opened.record.write(BO, "aligned by hand") as transaction:
            known = transaction.get(Offset, key)
            moved = Offset("gate", last.id, first.id, 1.5, -0.25, 0.9, True, "by hand")
            transaction.put(moved, known.version if known else 0)
        yield opened


@pytest.fixture(scope="module")
def sidecar(project: Project) -> dict[str, Any]:
    return written(project, "gate")


def written(project: Project, site: str) -> dict[str, Any]:
    """The sidecar of a figure as it stands beside it."""
    made = write_figure(project, site, project.root / f"{site}.png", FigureOptions(dpi=72))
    content: dict[str, Any] = json.loads(made.sidecar.read_text(encoding="utf-8"))
    return content


@pytest.fixture(scope="module")
def document(sidecar: dict[str, Any]) -> dict[str, Any]:
    return sidecar["prov"]


def of_type(document: dict[str, Any], kind: str) -> dict[str, dict[str, Any]]:
    things = {**document["entity"], **document["activity"], **document["agent"]}
    return {key: one for key, one in things.items() if one["prov:type"]["$"].endswith(f":{kind}")}


def ends(document: dict[str, Any], relation: str, one: str, other: str) -> set[tuple[str, str]]:
    return {(row[f"prov:{one}"], row[f"prov:{other}"]) for row in document[relation].values()}


def test_the_prov_package_reads_it_and_gives_it_back(document: dict[str, Any]) -> None:
    read = ProvDocument.deserialize(content=json.dumps(document), format="json")
    assert {str(one.uri) for one in read.namespaces} == {NAMESPACE}
    again = ProvDocument.deserialize(content=read.serialize(format="json"), format="json")
    assert again == read
    assert len(read.get_records()) == sum(len(rows) for key, rows in document.items() if key != "prefix")


def test_every_end_of_a_relation_is_described(document: dict[str, Any]) -> None:
    known = {*document["entity"], *document["activity"], *document["agent"]}
    relations = {key: rows for key, rows in document.items() if key.startswith(("was", "used"))}
    assert set(relations) == {
        "wasGeneratedBy",
        "used",
        "wasAssociatedWith",
        "wasDerivedFrom",
        "wasAttributedTo",
    }
    for rows in relations.values():
        for row in rows.values():
            assert {value for name, value in row.items() if name != "prov:type"} <= known


def test_originals_have_their_hash_and_date_and_working_copies_come_of_them(
    project: Project, sidecar: dict[str, Any], document: dict[str, Any]
) -> None:
    originals = of_type(document, "Original")
    assert {one["sitetrack:sha256"] for one in originals.values()} == {
        one["sha256"] for one in sidecar["panels"]
    }
    for panel in sidecar["panels"]:
        capture = project.capture(panel["capture"])
        entity, working = (f"sitetrack:{kind}.{capture.id}" for kind in ("capture", "working"))
        assert originals[entity]["sitetrack:acquired_earliest"] == str(capture.acquired.earliest)
        assert document["entity"][working]["sitetrack:sha256"] == capture.working_sha256
        assert (working, entity) in ends(document, "wasDerivedFrom", "generatedEntity", "usedEntity")


def test_each_panel_is_a_chip_with_stretch_that_the_figure_comes_of(
    sidecar: dict[str, Any], document: dict[str, Any]
) -> None:
    chips = of_type(document, "Chip")
    assert [json.loads(one["sitetrack:stretch"]) for one in chips.values()] == [
        one["stretch"] for one in sidecar["panels"]
    ]
    derived = ends(document, "wasDerivedFrom", "generatedEntity", "usedEntity")
    assert {("sitetrack:figure", key) for key in chips} <= derived
    assert document["entity"]["sitetrack:figure"]["sitetrack:sha256"] == sidecar["sha256"]


def test_an_applied_offset_stands_with_its_version_and_how_it_was_found(
    sidecar: dict[str, Any], document: dict[str, Any]
) -> None:
    stated = [panel["offset"] for panel in sidecar["panels"] if panel["offset"]]
    assert stated
    offsets = of_type(document, "Offset")
    assert [one["sitetrack:dx_m"] for one in offsets.values()] == [one["dx_m"] for one in stated]
    assert len(of_type(document, "Alignment")) == len(stated)
    used = ends(document, "used", "activity", "entity")
    for one in stated:
        activity = f"sitetrack:alignment.gate.{one['capture']}.{one['version']}"
        assert (activity, f"sitetrack:working.{one['reference']}") in used


def test_a_mark_stands_in_all_its_versions_with_who_made_each(document: dict[str, Any]) -> None:
    first, second = of_type(document, "Annotation")
    assert (first, second) == ("sitetrack:annotation.m1.1", "sitetrack:annotation.m1.2")
    derived = ends(document, "wasDerivedFrom", "generatedEntity", "usedEntity")
    assert {(second, first), ("sitetrack:figure", second)} <= derived
    assert ("sitetrack:figure", first) not in derived
    names = {key: one["prov:label"] for key, one in of_type(document, "Person").items()}
    said = dict(ends(document, "wasAttributedTo", "entity", "agent"))
    assert (names[said[first]], names[said[second]]) == ("campaign", "배 아무개")


def test_statements_on_the_target_are_there(project: Project, document: dict[str, Any]) -> None:
    shown = {key.split(".")[1] for key in of_type(document, "Capture") | of_type(document, "Original")}
    said = {one.id for one in project.statements(site="gate") if one.capture in shown}
    versions = {
        f"{key}.{number}"
        for key in said
        for number in range(1, len(project.record.history(Observation, key)) + 1)
    }
    assert {
        key.removeprefix("sitetrack:observation.") for key in of_type(document, "Observation")
    } == versions


def test_intake_and_drawing_were_done_with_programs_of_a_version(
    sidecar: dict[str, Any], document: dict[str, Any]
) -> None:
    agents = of_type(document, "SoftwareAgent")
    assert {one["prov:label"]: one["sitetrack:version"] for one in agents.values()} == sidecar["software"]
    done = ends(document, "wasAssociatedWith", "activity", "agent")
    assert {("sitetrack:drawing", key) for key in agents} <= done
    intake = of_type(document, "Intake")
    assert len(intake) == 2
    assert all(
        (key, "sitetrack:software.sitetrack") in done and one["prov:startTime"].endswith("Z")
        for key, one in intake.items()
    )


def test_the_record_stands_at_the_head_that_the_sidecar_names(
    sidecar: dict[str, Any], document: dict[str, Any]
) -> None:
    head = document["entity"]["sitetrack:record"]
    assert {"count": head["sitetrack:revisions"], "sha256": head["sitetrack:sha256"]} == sidecar["chain"]
    assert ("sitetrack:drawing", "sitetrack:record") in ends(document, "used", "activity", "entity")


def test_it_is_the_same_each_time(project: Project) -> None:
    one, again = (written(project, "gate")["prov"] for _ in range(2))
    assert json.dumps(again) == json.dumps(one)


def test_a_single_picture_without_coordinates_has_no_offset(project: Project, tmp_path: Path) -> None:
    from PIL import Image

    from workflow.intake import IntakeOptions
    from workflow.model import CaptureKind
    from workflow.pipeline.ingest import ingest

    Image.new("RGB", (120, 80), (90, 90, 90)).save(tmp_path / "still.png")
    options = IntakeOptions(acquired="2021-05-06", credit="Anna", kind=CaptureKind.GROUND, site="hut")
    ingest(project, BO, [tmp_path / "still.png"], options)
    document = written(project, "hut")["prov"]
    ProvDocument.deserialize(content=json.dumps(document), format="json")
    assert not of_type(document, "Offset")
    assert len(of_type(document, "Chip")) == 1
