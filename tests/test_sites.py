"""Sites made and changed, and disagreements of register file and record decided."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from workflow.actions import add_site, edit_site, import_sites, resolve_conflict, undo
from workflow.errors import EditConflict, InputRefused, NotAllowed, UnknownName
from workflow.model import Author, Role, Site, Target, TargetClass
from workflow.project import Project, init_project
from workflow.reconcile import Reconciled
from workflow.register import read_sites

ANNA, BEN = Author("Anna"), Author("Ben")


def feature(key: str, **properties: Any) -> dict[str, Any]:
    place = {"type": "Point", "coordinates": [125.7, 39.0]}
    named = {"id": key, "name": key.title(), "targets": ["gantry"]}
    return {"type": "Feature", "geometry": place, "properties": named | properties}


def write(project: Project, found: list[dict[str, Any]]) -> None:
    project.register_file.write_text(json.dumps({"type": "FeatureCollection", "features": found}), "utf-8")


def features(project: Project) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(project.register_file.read_text("utf-8"))["features"]
    return found


def stated(project: Project, key: str) -> dict[str, Any]:
    return next(one["properties"] for one in features(project) if one["properties"]["id"] == key)


def state(project: Project, key: str, **properties: Any) -> None:
    """Change a feature of the file by hand."""
    found = features(project)
    next(one["properties"] for one in found if one["properties"]["id"] == key).update(properties)
    write(project, found)


def take_out(project: Project, key: str) -> None:
    write(project, [one for one in features(project) if one["properties"]["id"] != key])


def keep(project: Project, key: str, **changes: Any) -> None:
    """Change a site of the record only."""
    known = project.record.get(Site, key)
    assert known is not None
    with project.record.write(ANNA, "survey") as transaction:
        transaction.put(replace(known.value, **changes), known.version)


@pytest.fixture
def quiet(tmp_path: Path) -> Iterator[Project]:
    """A project whose file and record agree."""
    root = init_project(tmp_path / "project")
    with Project.open(root) as opened:
        write(opened, [feature("arch", note="old", road="Ring"), feature("bridge")])
        opened.reconcile_register()
        yield opened


# -- deciding ------------------------------------------------------------------------------------------------


@pytest.fixture
def project(quiet: Project) -> Project:
    """In conflict: note and road of the arch were changed on both sides, its name in the file only."""
    keep(quiet, "arch", note="surveyed", road="Avenue")
    state(quiet, "arch", note="printed", road="Street", name="Great arch")
    quiet.reconcile_register()
    return quiet


def fields(project: Project) -> list[str]:
    return [field.field for one in project.reconciled.conflicts for field in one.fields]


def test_taking_the_file_is_a_revision_with_author_and_reason(project: Project) -> None:
    site = resolve_conflict(project, ANNA, "arch", take="file", reason="newer print")
    assert (site.note, site.road, site.name) == ("printed", "Street", "Great arch")
    revisions = project.record.history(Site, "arch")
    assert [(one.author, one.reason) for one in revisions[2:]] == [
        ("Anna", "newer print"),
        ("register file", "sites.geojson changed"),
    ]
    assert project.reconciled == Reconciled()


def test_taking_the_record_writes_it_to_the_file_and_keeps_what_else_changed_there(project: Project) -> None:
    site = resolve_conflict(project, ANNA, "arch", take="record", reason="the survey counts")
    assert (site.note, site.road, site.name) == ("surveyed", "Avenue", "Great arch")
    found = stated(project, "arch")
    assert (found["note"], found["road"], found["name"]) == ("surveyed", "Avenue", "Great arch")
    assert project.reconciled == Reconciled()


def test_one_field_is_decided_by_itself(project: Project) -> None:
    resolve_conflict(project, ANNA, "arch", take="record", field="note", reason="survey")
    assert fields(project) == ["road"]
    site = resolve_conflict(project, ANNA, "arch", take="file", field="road", reason="signs")
    assert (site.note, site.road, fields(project)) == ("surveyed", "Street", [])
    assert (stated(project, "arch")["note"], stated(project, "arch")["road"]) == ("surveyed", "Street")


def test_a_conflict_without_a_base_is_decided_field_by_field_too(project: Project) -> None:
    (project.state_dir / "register.json").unlink()
    project.reconcile_register()
    assert fields(project) == ["name", "road", "note"]
    for name, side in (("name", "record"), ("road", "file"), ("note", "record")):
        resolve_conflict(project, ANNA, "arch", take=side, field=name, reason="seen")
    found = stated(project, "arch")
    assert (found["name"], found["road"], found["note"]) == ("Arch", "Street", "surveyed")
    assert project.reconciled == Reconciled()


@pytest.mark.parametrize(("side", "expected"), [("file", ["bridge"]), ("record", ["bridge", "arch"])])
def test_a_site_gone_from_the_file_stays_out_of_it_or_is_written_again(
    quiet: Project, side: str, expected: list[str]
) -> None:
    take_out(quiet, "arch")
    keep(quiet, "arch", note="new")
    with Project.open(quiet.root) as project:
        assert resolve_conflict(project, ANNA, "arch", take=side, reason="seen").note == "new"
        assert project.reconciled.conflicts == ()
        assert [one["properties"]["id"] for one in features(project)] == expected
        project.reconcile_register()
        assert project.reconciled == Reconciled()


def test_what_is_no_conflict_is_not_decided(project: Project) -> None:
    with pytest.raises(UnknownName, match="bridge"):
        resolve_conflict(project, ANNA, "bridge", take="file", reason="x")
    with pytest.raises(UnknownName, match="name"):
        resolve_conflict(project, ANNA, "arch", take="file", field="name", reason="x")
    with pytest.raises(UnknownName, match="side"):
        resolve_conflict(project, ANNA, "arch", take="both", reason="x")
    with pytest.raises(InputRefused, match="empty"):
        resolve_conflict(project, ANNA, "arch", take="file", reason=" ")
    with pytest.raises(NotAllowed):
        resolve_conflict(project, Author("Vera", Role.VIEWER), "arch", take="file", reason="x")
    assert fields(project) == ["road", "note"]


def test_a_target_is_decided_by_itself(quiet: Project) -> None:
    mast = Target("mast", kind=TargetClass.MAST)
    keep(quiet, "arch", targets=(replace(quiet.site("arch").targets[0], note="two beams"), mast))
    state(quiet, "arch", targets=[{"id": "gantry", "note": "one beam"}, {"id": "pole"}])
    quiet.reconcile_register()
    assert fields(quiet) == ["targets.gantry"]
    site = resolve_conflict(quiet, ANNA, "arch", take="record", reason="counted")
    assert [(one.id, one.note) for one in site.targets] == [
        ("gantry", "two beams"),
        ("mast", ""),
        ("pole", ""),
    ]
    assert [one["id"] for one in stated(quiet, "arch")["targets"]] == ["gantry", "mast", "pole"]


def test_a_target_that_the_file_took_out_is_written_again_or_given_up(quiet: Project) -> None:
    mast = Target("mast", kind=TargetClass.MAST)
    keep(quiet, "arch", targets=(*quiet.site("arch").targets, mast))
    quiet.reconcile_register()
    for side, ids in (("record", ["gantry", "mast"]), ("file", ["gantry"])):
        keep(quiet, "arch", targets=(quiet.site("arch").targets[0], replace(mast, note=side)))
        state(quiet, "arch", targets=["gantry"])
        quiet.reconcile_register()
        assert fields(quiet) == ["targets.mast"]
        site = resolve_conflict(quiet, ANNA, "arch", take=side, reason="counted")
        assert [one.id for one in site.targets] == ids
        read = read_sites(quiet.register_file).sites[0]
        assert [one.id for one in read.targets] == ids
        assert quiet.reconciled == Reconciled()


# -- editing -------------------------------------------------------------------------------------------------


def edit(project: Project, changes: dict[str, Any], base: int = 1, author: Author = ANNA) -> Site:
    return edit_site(project, author, "arch", changes, base_version=base, reason="survey")


def test_an_edit_is_a_revision_and_stands_in_the_file(quiet: Project) -> None:
    changes = {
        "name_local": "개선문",
        "aliases": ["The arch"],
        "position": "39°01'13\"N 125°44'05\"E",
        "radius_m": 80,
        "bearing_deg": "270.5",
        "traffic": "inbound",
        "visibility": "team",
        "targets": [{"id": "gantry", "note": "two beams"}, {"id": "mast-2", "name": "South mast"}],
    }
    site = edit(quiet, changes)
    assert (site.name_local, site.aliases, site.radius_m, site.bearing_deg) == (
        "개선문",
        ("The arch",),
        80,
        270.5,
    )
    assert site.position is not None
    assert (round(site.position.lonlat.lon, 3), site.position.precision_m) == (125.735, 30.9)
    assert [(one.id, one.note, one.name) for one in site.targets] == [
        ("gantry", "two beams", ""),
        ("mast-2", "", "South mast"),
    ]
    assert (site.note, site.road) == ("old", "Ring")
    last = quiet.record.history(Site, "arch")[-1]
    assert (last.author, last.reason) == ("Anna", "survey")
    assert stated(quiet, "arch")["position_text"] == "39°01'13\"N 125°44'05\"E"
    assert stated(quiet, "arch")["visibility"] == "team"


def test_edits_of_two_people_come_together_or_are_shown(quiet: Project) -> None:
    edit(quiet, {"note": "Anna's"})
    site = edit(quiet, {"road": "Ben's"}, author=BEN)
    assert (site.note, site.road) == ("Anna's", "Ben's")
    with pytest.raises(EditConflict, match="note is \"Anna's\" there and 'late' here"):
        edit(quiet, {"note": "late"}, author=BEN)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"position": "somewhere"}, "position"),
        ({"position": "125.7, 39.0"}, "swap|125"),
        ({"position": 5}, "not text"),
        ({"radius_m": -1}, "radius"),
        ({"bearing_deg": 400}, "bearing"),
        ({"traffic": "up"}, "traffic"),
        ({"visibility": "secret"}, "visibility"),
        ({"note": "a\x00"}, "control character"),
        ({"targets": "mast"}, "not a list"),
        ({"targets": [{"name": "no id"}]}, "no id"),
        ({"targets": [{"id": "Mast!"}]}, "mast"),
    ],
)
def test_a_value_that_cannot_be_taken_changes_nothing(
    quiet: Project, changes: dict[str, Any], words: str
) -> None:
    with pytest.raises(InputRefused, match=words):
        edit(quiet, {"road": "Avenue", **changes})
    assert quiet.site("arch").road == "Ring"


def test_only_known_fields_of_known_sites_are_changed_and_not_by_viewers(quiet: Project) -> None:
    with pytest.raises(UnknownName, match="field of a site"):
        edit(quiet, {"id": "other"})
    with pytest.raises(UnknownName, match="did you mean 'arch'"):
        edit_site(quiet, ANNA, "arhc", {}, base_version=1, reason="x")
    with pytest.raises(NotAllowed):
        edit(quiet, {"note": "x"}, author=Author("Vera", Role.VIEWER))
    with pytest.raises(InputRefused, match="empty"):
        edit_site(quiet, ANNA, "arch", {"note": "x"}, base_version=1, reason="")


def test_a_site_is_added_to_record_and_file(quiet: Project) -> None:
    new = {"name": "South gate", "category": "checkpoint", "position": "39.02, 125.71", "note": "seen"}
    site = add_site(quiet, ANNA, new, reason="a tip")
    assert (site.id, [one.id for one in site.targets]) == ("south-gate", ["checkpoint"])
    assert stated(quiet, "south-gate")["note"] == "seen"
    assert quiet.record.history(Site, "south-gate")[0].reason == "a tip"
    with pytest.raises(InputRefused, match="there already"):
        add_site(quiet, ANNA, new, reason="again")
    with pytest.raises(InputRefused, match="neither an id nor a name"):
        add_site(quiet, ANNA, {"note": "x"}, reason="a tip")
    with pytest.raises(NotAllowed):
        add_site(quiet, Author("Vera", Role.VIEWER), new, reason="x")


def test_a_site_that_is_put_back_is_put_back_in_the_file(quiet: Project) -> None:
    edit(quiet, {"note": "wrong"})
    undo(quiet, ANNA, "site", "arch", base_version=2, reason="a slip")
    assert stated(quiet, "arch")["note"] == "old"


def test_an_import_keeps_what_was_edited_in_the_file_meanwhile(quiet: Project, tmp_path: Path) -> None:
    state(quiet, "bridge", note="edited meanwhile", colour="red")
    file = tmp_path / "more.geojson"
    file.write_text(json.dumps(feature("arch", note="imported")))
    import_sites(quiet, ANNA, [file])
    assert (stated(quiet, "bridge")["colour"], quiet.site("bridge").note) == ("red", "edited meanwhile")
    assert stated(quiet, "arch")["note"] == "imported"
