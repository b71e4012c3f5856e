"""Taking changes back, and who may do what."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from store_sample import ANNA, EVERY_KIND, PARTED, identity, put

from workflow.actions import undo
from workflow.actions.permissions import ALLOWED, Deed, require
from workflow.errors import InputRefused, NotAllowed, StaleWrite, UnknownName
from workflow.model import Annotation, Author, Observation, Review, Role, Site
from workflow.project import Project, init_project

BEN = Author("Ben")
WHY = "a slip"


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    with Project.open(init_project(tmp_path / "project")) as opened:
        for value in EVERY_KIND:
            put(opened.record, value)
        yield opened


def now(project: Project, what: type[Any], key: str) -> Any:
    found = project.record.get(what, key)
    assert found is not None
    return found.value


def change(project: Project, value: Any, version: int, **fields: Any) -> Any:
    changed = replace(value, **fields)
    put(project.record, changed, version)
    return changed


def of(what: type[Any]) -> Any:
    return next(value for value in EVERY_KIND if isinstance(value, what))


def test_an_undo_is_a_new_revision_with_the_content_of_the_one_before(project: Project) -> None:
    mark = of(Annotation)
    change(project, mark, 1, label="two")
    assert undo(project, BEN, "annotation", "m1", base_version=2, reason=WHY) == mark
    history = project.record.history("annotation", "m1")
    assert [one.version for one in history] == [1, 2, 3]
    assert (history[-1].author, history[-1].reason) == ("Ben", WHY)
    assert history[-1].payload == history[0].payload


def test_an_undo_goes_back_as_far_as_it_is_told(project: Project) -> None:
    mark = of(Annotation)
    second = change(project, mark, 1, label="two")
    change(project, second, 2, label="three")
    assert undo(project, BEN, "annotation", "m1", base_version=3, to=1, reason=WHY).label == ""


def test_what_was_new_is_deleted_and_comes_back_by_another_undo(project: Project) -> None:
    assert undo(project, ANNA, "observation", "o1", base_version=1, reason=WHY).deleted
    assert project.observations() == ()
    assert undo(project, ANNA, "observation", "o1", base_version=2, reason="it was right") == of(Observation)
    assert len(project.observations()) == 1


def test_a_site_goes_back_with_its_parts_and_the_register_file_with_it(project: Project) -> None:
    change(project, PARTED, 1, targets=(), evidence=(), note="emptied")
    assert undo(project, ANNA, "site", "arch", base_version=2, reason=WHY) == PARTED
    assert now(project, Site, "arch") == PARTED
    assert '"inbound"' in project.register_file.read_text("utf-8")


def test_review_starts_again_when_content_goes_back(project: Project) -> None:
    said = change(project, of(Observation), 1, review=Review.SUBMITTED)
    change(project, said, 2, note="new", review=Review.RETURNED)
    assert undo(project, ANNA, "observation", "o1", base_version=3, reason=WHY).review is Review.DRAFT


def test_a_step_of_review_is_not_taken_back_this_way(project: Project) -> None:
    change(project, of(Observation), 1, review=Review.RETURNED)
    with pytest.raises(InputRefused, match="only its place in review changed; use 'sitetrack review'"):
        undo(project, ANNA, "observation", "o1", base_version=2, reason=WHY)


@pytest.mark.parametrize("review", [one for one in Review if one.sealed])
def test_sealed_work_is_not_undone(project: Project, review: Review) -> None:
    change(project, of(Observation), 1, note="new", review=review)
    with pytest.raises(NotAllowed, match="before it is reopened"):
        undo(project, ANNA, "observation", "o1", base_version=2, reason=WHY)


def test_an_undo_of_a_version_that_was_not_seen_is_refused(project: Project) -> None:
    change(project, of(Annotation), 1, label="two")
    with pytest.raises(StaleWrite, match="is at version 2"):
        undo(project, ANNA, "annotation", "m1", base_version=1, reason=WHY)


@pytest.mark.parametrize(
    ("kind", "key", "options", "error", "words"),
    [
        ("offset", "x", {}, UnknownName, "No kind whose changes can be taken back 'offset'"),
        ("annotation", "m9", {}, UnknownName, "No annotation 'm9'; did you mean 'm1'"),
        ("annotation", "m1", {"to": 1}, UnknownName, "No earlier version of annotation m1 '1'"),
        ("annotation", "m1", {"to": 7}, UnknownName, "No earlier version"),
        ("annotation", "m1", {"reason": "  "}, InputRefused, "Reason: it is empty"),
        ("site", "arch", {}, InputRefused, "its first version has nothing before it"),
    ],
)
def test_what_cannot_be_taken_back_is_a_sentence(
    project: Project, kind: str, key: str, options: dict[str, Any], error: type[Exception], words: str
) -> None:
    before = project.record.chain_head()
    with pytest.raises(error, match=words):
        undo(project, ANNA, kind, key, base_version=1, **({"reason": WHY} | options))
    assert project.record.chain_head() == before


def test_a_viewer_takes_nothing_back(project: Project) -> None:
    with pytest.raises(NotAllowed, match=r"Vera \(viewer\) may not undo a change"):
        undo(project, Author("Vera", Role.VIEWER), "annotation", "m1", base_version=1, reason=WHY)


def test_every_object_of_every_kind_keeps_its_first_revision(project: Project) -> None:
    assert all(project.record.history(type(value), identity(value)) for value in EVERY_KIND)


# -- who may do what -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("deed", Deed)
@pytest.mark.parametrize("role", Role)
def test_a_role_may_do_what_stands_in_the_table_and_nothing_else(role: Role, deed: Deed) -> None:
    if deed in ALLOWED[role]:
        require(Author("Anna", role), deed)
    else:
        with pytest.raises(NotAllowed, match=f"may not {deed.value}"):
            require(Author("Anna", role), deed)


def test_a_viewer_may_do_nothing_and_a_lead_everything() -> None:
    assert ALLOWED[Role.VIEWER] == frozenset()
    assert ALLOWED[Role.LEAD] == frozenset(Deed)
    leads_alone = {
        *(Deed.REVIEW, Deed.REOPEN, Deed.ADJUDICATE, Deed.ASK_SECOND_READING),
        *(Deed.WITHDRAW, Deed.CHANGE_CLAIMS, Deed.ASSIGN_SITES),
    }
    assert frozenset(Deed) - ALLOWED[Role.ANALYST] == leads_alone
