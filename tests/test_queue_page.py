"""What the queue shows: pairs with their states, whose sites they are of, and in which order sites come."""

from __future__ import annotations

from typing import Any

import pytest

from workflow import actions
from workflow.model import Author, Role, Site
from workflow.readmodels import work
from workflow.readmodels.reviews import hidden_from

ANNA, LENA = Author("Anna"), Author("Lena", Role.LEAD)


@pytest.fixture
def found(watched: Any) -> Any:
    """Two sites that three pictures show; of the first site the first two are decided."""
    watched.add_site("gate")
    watched.add_site("arch")
    watched.shots = [watched.add_capture(day) for day in ("2019-05-03", "2020-06-01", "2023-01-01")]
    for capture, state in zip(watched.shots, ("absent", "present", "obscured"), strict=True):
        actions.observe(watched.project, ANNA, site="gate", capture=capture.id, state=state)
    return watched


def test_a_pair_has_both_pictures_and_what_was_said_of_them(found: Any) -> None:
    page = work.queue_page(found.project)
    first, second, third = (one.id for one in found.shots)
    shown = [(pair.site, pair.before.capture, pair.after.capture, pair.decided) for pair in page.pairs]
    assert shown == [
        ("arch", second, third, False),
        ("arch", first, second, False),
        ("gate", second, third, False),
        ("gate", first, second, True),
    ]
    states = {
        pair.before.capture: (pair.before.state, pair.after.state)
        for pair in page.pairs
        if pair.site == "gate"
    }
    assert states == {first: ("absent", "present"), second: ("present", "obscured")}
    assert (page.pairs[0].before.state, page.captures, set(page.sites)) == (None, 3, {"gate", "arch"})
    assert page.pairs[0].before.span == found.shots[1].acquired


def test_a_page_has_the_pairs_of_the_queue_in_its_order(found: Any) -> None:
    rows = work.queue(found.project)
    pairs = work.queue_page(found.project).pairs
    assert [(one.site, one.target, one.before.capture, one.priority, one.reason) for one in pairs] == [
        (row["site"], row["target"], row["before"], row["priority"], row["reason"]) for row in rows
    ]


@pytest.mark.parametrize(
    ("assigned", "mine", "unassigned"),
    [((), False, True), (("anna ",), True, False), (("Ben", "ANNA"), True, False), (("Ben",), False, False)],
)
def test_whose_site_it_is_goes_by_the_person(assigned: tuple[str, ...], mine: bool, unassigned: bool) -> None:
    site = Site("gate", "Gate", assigned=assigned)
    assert work.in_scope(site, "Anna", "mine") is mine
    assert work.in_scope(site, "Anna", "unassigned") is unassigned
    assert work.in_scope(site, "Anna", "all")


def test_sites_come_by_their_most_urgent_pair_and_decided_ones_last(found: Any) -> None:
    project = found.project
    assert work.site_order(project, "Anna", "all") == ["arch", "gate"]
    assert work.site_order(project, "Anna", "mine") == []
    actions.assign(project, ANNA, ["gate"], add=["Anna"])
    assert work.site_order(project, "ANNA", "mine") == ["gate"]
    assert work.site_order(project, "Anna", "unassigned") == ["arch"]
    for capture in found.shots:
        actions.observe(project, ANNA, site="arch", capture=capture.id, state="absent")
    assert work.site_order(project, "Anna", "all") == ["gate", "arch"]


def test_what_a_second_reader_may_not_see_is_undecided_to_them(found: Any) -> None:
    project = found.project
    said = next(one for one in project.statements() if one.capture == found.shots[0].id)
    actions.ask_second_reading(project, LENA, said.id)

    def first(reader: str) -> work.QueuePair:
        pairs = work.queue_page(project, hidden_from(project, reader)).pairs
        return next(one for one in pairs if one.site == "gate" and one.before.capture == said.capture)

    assert (first("Anna").before.state, first("Anna").decided) == ("absent", True)
    assert (first("Ben").before.state, first("Ben").decided) == (None, False)


def test_reasons_are_said_in_the_language_of_the_page(found: Any) -> None:
    said = {pair.reason for pair in work.queue_page(found.project, language="ko").pairs}
    assert said == {"점수 없음: 'sitetrack track'을 실행하십시오"}
    assert {pair.reason for pair in work.queue_page(found.project).pairs} == {
        "not scored yet: run 'sitetrack track'"
    }
