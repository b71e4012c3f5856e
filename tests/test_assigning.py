"""Who works on a site: taken and dropped by an analyst, assigned by a lead, kept in record and register file."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflow.actions import assign, edit_site
from workflow.actions.assigning import _together
from workflow.cli import main
from workflow.errors import InputRefused, NotAllowed, UnknownName
from workflow.model import Author, Role, Site
from workflow.project import Project, init_project
from workflow.readings import person
from workflow.reconcile import Reconciled

ANNA, LENA, VERA = Author("Anna"), Author("Lena", Role.LEAD), Author("Vera", Role.VIEWER)


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    root = init_project(tmp_path / "project")
    features = [
        {"type": "Feature", "geometry": None, "properties": {"id": key, "name": key, "targets": ["gantry"]}}
        for key in ("arch", "bridge", "gate")
    ]
    (root / "sites.geojson").write_text(
        json.dumps({"type": "FeatureCollection", "features": features}), "utf-8"
    )
    with Project.open(root) as opened:
        yield opened


def filed(project: Project, key: str) -> Any:
    features = json.loads(project.register_file.read_text("utf-8"))["features"]
    return next(one["properties"] for one in features if one["properties"]["id"] == key).get("assigned")


def test_an_analyst_takes_sites_and_drops_them_and_the_file_says_so(project: Project) -> None:
    assert assign(project, ANNA, ["arch", "gate"], add=["Anna"]) == ["arch", "gate"]
    assert project.site("arch").assigned == ("Anna",)
    assert (filed(project, "arch"), filed(project, "bridge")) == (["Anna"], None)
    assert assign(project, Author("ANNA "), ["arch"], remove=["anna"]) == ["arch"]
    assert project.site("arch").assigned == ()
    assert filed(project, "arch") is None
    told = [(one.author, one.reason) for one in project.record.history(Site, "arch")[1:]]
    assert told == [("Anna", "assigned to Anna"), ("ANNA ", "no more to anna")]


def test_a_name_in_another_case_is_the_same_person_and_changes_nothing(project: Project) -> None:
    assign(project, ANNA, ["arch"], add=["Anna"])
    stamp = project.record.stamp
    assert assign(project, Author("anna"), ["arch"], add=["  ANNA"]) == []
    assert (project.site("arch").assigned, project.record.stamp) == (("Anna",), stamp)


def test_an_analyst_assigns_nobody_else_and_a_viewer_nobody(project: Project) -> None:
    assign(project, LENA, ["arch"], add=["Ben"])
    for change in ({"add": ["Ben", "Anna"]}, {"add": ["Cho"]}, {"remove": ["Ben"]}):
        with pytest.raises(NotAllowed, match="may not assign sites to others"):
            assign(project, ANNA, ["bridge" if "add" in change else "arch"], **change)
    with pytest.raises(NotAllowed, match="may not take sites"):
        assign(project, VERA, ["arch"], add=["Vera"])
    assert assign(project, ANNA, ["arch"], add=["Ben", "Anna"]) == ["arch"]  # Ben is there already
    assert project.site("arch").assigned == ("Ben", "Anna")


def test_nothing_is_assigned_where_one_of_the_sites_is_refused(project: Project) -> None:
    with pytest.raises(UnknownName, match="No site 'arhc'; did you mean 'arch'"):
        assign(project, ANNA, ["bridge", "arhc"], add=["Anna"])
    assert project.site("bridge").assigned == ()


@pytest.mark.parametrize("name", ["", "  ", "a;b", "x" * 201, "a\x00b"])
def test_a_name_that_nobody_can_have_is_refused(project: Project, name: str) -> None:
    with pytest.raises(InputRefused, match="without a semicolon"):
        assign(project, LENA, ["arch"], add=[name])


def test_an_assignment_is_no_field_of_an_edit_which_an_analyst_may_do(project: Project) -> None:
    with pytest.raises(UnknownName, match="field of a site"):
        edit_site(project, ANNA, "arch", {"assigned": ["Ben"]}, base_version=1, reason="sly")


def test_the_register_file_assigns_too(project: Project) -> None:
    stated = json.loads(project.register_file.read_text("utf-8"))
    stated["features"][1]["properties"]["assigned"] = "Anna; 민서"
    project.register_file.write_text(json.dumps(stated), "utf-8")
    assert project.reconcile_register() == Reconciled()
    assert project.site("bridge").assigned == ("Anna", "민서")


def test_a_project_of_before_sites_were_assigned_goes_on_without_a_conflict(project: Project) -> None:
    base = project.state_dir / "register.json"
    agreed = json.loads(base.read_text("utf-8"))
    for site in agreed["sites"]:
        del site["assigned"]
    base.write_text(json.dumps(agreed), "utf-8")
    assign(project, ANNA, ["arch"], add=["Anna"])
    assert project.reconciled == Reconciled()
    assert filed(project, "arch") == ["Anna"]


def test_the_command_says_who_works_on_a_site(project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    def run(*arguments: str) -> tuple[Any, Any]:
        with pytest.raises(SystemExit) as ended:
            main(["sites", "assign", *arguments, "--project", str(project.root), "--json"])
        out = capsys.readouterr().out
        return ended.value.code, json.loads(out) if out else None

    lead = ("--role", "lead", "--author", "Lena")
    assert run("arch", "Anna", "Ben", *lead) == (0, [{"site": "arch", "assigned": ["Anna", "Ben"]}])
    assert run("arch", "anna", *lead) == (0, [{"site": "arch", "assigned": ["Anna"]}])
    assert run("arch", "Cho", "--author", "Anna") == (1, None)
    assert run("arch", "--author", "Anna") == (0, [{"site": "arch", "assigned": []}])
    assert run("arhc", "--author", "Anna") == (2, None)


names = st.lists(st.sampled_from(["Anna", "anna", "Ben", "민서", "Cho"]), max_size=5)


@given(names, names, names)
def test_each_person_stands_once_who_is_added_and_nobody_who_is_taken_out(
    before: list[str], add: list[str], remove: list[str]
) -> None:
    after = [person(name) for name in _together(before, add, remove)]
    assert len(after) == len(set(after))
    assert set(after) == ({*map(person, before)} - {*map(person, remove)}) | {*map(person, add)}
