"""What waits for review, what is hidden from a second reader, and what counts after a decision."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sqlalchemy import event

from workflow.actions import (
    adjudicate,
    approve,
    ask_second_reading,
    return_work,
    submit,
    undo,
)
from workflow.errors import UnknownName
from workflow.model import Author, FigureOptions, Review, State
from workflow.publish.choose import choose
from workflow.readmodels import evidence, pages, reviews, tables, work

PAIR = ("arch", "gantry", "a" * 16)


@contextlib.contextmanager
def counted(desk: Any) -> Iterator[list[str]]:
    """The SQL statements that are run within."""
    statements: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if not statement.startswith("BEGIN"):
            statements.append(statement)

    engine = desk.project.record._backend._engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(engine, "before_cursor_execute", note)


# -- the queue and the log -----------------------------------------------------------------------------------


def test_a_row_of_the_queue_says_what_waits_and_for_whom(desk: Any) -> None:
    said = desk.say(desk.anna, note="two posts")
    desk.step(submit, desk.anna, said, "please look")
    (row,) = reviews.review_queue(desk.project)
    (entry,) = desk.entries()
    at = desk.project.record.history("review", entry.id)[0].at
    assert row == {
        "kind": "observation",
        "id": said.id,
        "version": 2,
        "site": "arch",
        "target": "gantry",
        "capture": "a" * 16,
        "file": "scene-a.tif",
        "date": "1 May 2020",
        "basis": "stated",
        "what": "present",
        "author": "Anna",
        "review": "submitted",
        "submitted_at": at.isoformat().replace("+00:00", "Z"),
        "comment": "please look",
        "may_not_review": ["Anna"],
    }
    assert json.loads(json.dumps(row)) == row


def test_a_mark_is_named_by_its_shape_and_label_and_everybody_who_made_it(desk: Any) -> None:
    desk.mark(desk.anna, target=None)
    desk.mark(desk.lead, kind="edit", label="a mast")
    (row,) = reviews.review_queue(desk.project)
    assert (row["kind"], row["target"], row["what"]) == ("annotation", None, "point a mast")
    assert (row["may_not_review"], row["submitted_at"], row["comment"]) == (["Anna", "Lena"], None, "")


def test_the_queue_has_submitted_work_first_the_longest_waiting_on_top(desk: Any) -> None:
    draft = desk.say(desk.anna, site="bridge", target="mast")
    late, early = desk.say(desk.anna), desk.say(desk.anna, capture=desk.SHOTS[1])
    back, done = desk.say(desk.ben), desk.approved(desk.say(desk.cho))
    gone = desk.mark(desk.anna, "m9")
    desk.mark(desk.anna, "m9", kind="delete")
    for one in (early, late):
        desk.step(submit, desk.anna, one)
    desk.step(submit, desk.ben, back)
    desk.step(return_work, desk.lead, back, "why?")
    rows = reviews.review_queue(desk.project)
    assert [row["id"] for row in rows] == [early.id, late.id, back.id, draft.id]
    assert [row["comment"] for row in rows] == ["", "", "why?", ""]
    assert {done.id, gone.id}.isdisjoint(row["id"] for row in rows)
    assert [row["id"] for row in reviews.review_queue(desk.project, "bridge")] == [draft.id]
    submitted = reviews.review_queue(desk.project, reviews=[Review.SUBMITTED])
    assert [row["id"] for row in submitted] == [early.id, late.id]
    assert [row["id"] for row in reviews.review_queue(desk.project, reviews=list(Review))][-1] == done.id
    with pytest.raises(UnknownName, match="did you mean 'arch'"):
        reviews.review_queue(desk.project, "arhc")


def test_work_that_is_submitted_again_has_waited_since_then(desk: Any) -> None:
    said = desk.say(desk.anna)
    desk.step(submit, desk.anna, said)
    (first,) = reviews.review_queue(desk.project)
    desk.step(return_work, desk.lead, said, "why?")
    desk.say(desk.anna, note="two posts")
    desk.step(submit, desk.anna, said)
    (row,) = reviews.review_queue(desk.project)
    assert row["submitted_at"] > first["submitted_at"]
    assert row["comment"] == "why?"


def test_the_log_has_every_step_with_who_and_when(desk: Any) -> None:
    said, other = desk.say(desk.anna), desk.say(desk.ben)
    desk.step(submit, desk.anna, said)
    desk.step(submit, desk.ben, other)
    desk.step(approve, desk.lead, said, "clear")
    rows = reviews.review_log(desk.project, "observation", said.id)
    assert [(row["author"], row["role"], row["verdict"], row["version"], row["comment"]) for row in rows] == [
        ("Anna", "analyst", "submitted", 1, ""),
        ("Lena", "lead", "approved", 2, "clear"),
    ]
    assert rows[0]["at"] < rows[1]["at"]
    assert [row["id"] for row in rows] == [one.id for one in desk.entries(said)]
    assert reviews.review_log(desk.project, "annotation", desk.mark(desk.anna).id) == []
    with pytest.raises(UnknownName):
        reviews.review_log(desk.project, "observation", "nothing")
    with pytest.raises(UnknownName):
        reviews.review_log(desk.project, "site", "arch")


# -- blind ---------------------------------------------------------------------------------------------------


def test_a_pair_is_hidden_from_whoever_may_still_read_it(desk: Any) -> None:
    first = desk.say(desk.anna)
    assert reviews.hidden_from(desk.project, "Ben") == frozenset()
    ask_second_reading(desk.project, desk.lead, first.id)
    for name in ("Ben", "Lena", "Vera"):
        assert reviews.hidden_from(desk.project, name) == {PAIR}
    assert reviews.hidden_from(desk.project, "Ben", "bridge") == frozenset()
    assert reviews.hidden_from(desk.project, " anna") == frozenset()  # the first reader knows it
    desk.say(desk.cho)
    assert reviews.hidden_from(desk.project, "CHO") == frozenset()  # has stated something
    desk.read(desk.ben)
    for name in ("Ben", "Lena"):
        assert reviews.hidden_from(desk.project, name) == frozenset()


def test_a_pair_is_hidden_again_when_the_second_reading_is_taken_back(desk: Any) -> None:
    ask_second_reading(desk.project, desk.lead, desk.say(desk.anna).id)
    said = desk.read(desk.ben)
    undo(desk.project, desk.ben, "observation", said.id, base_version=1, reason="wrong tower")
    assert reviews.hidden_from(desk.project, "Cho") == {PAIR}
    assert reviews.hidden_from(desk.project, "Ben") == frozenset()


def test_a_second_reading_that_cannot_be_given_hides_nothing(desk: Any) -> None:
    first = desk.say(desk.anna)
    ask_second_reading(desk.project, desk.lead, first.id)
    desk.withdraw(desk.SHOTS[0])
    assert reviews.hidden_from(desk.project, "Ben") == frozenset()
    assert [row["open"] for row in reviews.second_readings(desk.project)] == [False]


def test_comparing_hides_state_marks_and_findings_from_a_second_reader_alone(desk: Any) -> None:
    first = desk.say(desk.anna)
    desk.say(desk.anna, "absent", capture=desk.SHOTS[1])
    desk.mark(desk.anna, "of-it")
    desk.mark(desk.anna, "of-nothing", target=None)
    desk.mark(desk.anna, "elsewhere", capture=desk.SHOTS[1])
    desk.mark(desk.ben, "own")
    ask_second_reading(desk.project, desk.lead, first.id)

    def shown(**reader: str) -> tuple[list[dict[str, str]], set[str], list[str]]:
        page = pages.compare(desk.project, "arch", **reader)
        states = [dict(card.states) for card in page.captures]
        return states, {card.mark.id for card in page.marks}, [one.phrase for one in page.findings]

    everything = shown()
    assert everything[0] == [{"gantry": "present"}, {"gantry": "absent"}]
    assert everything[1] == {"of-it", "of-nothing", "elsewhere", "own"}
    assert shown(reader="Anna") == everything
    states, marks, phrases = shown(reader="Ben")
    assert states == [{}, {"gantry": "absent"}]
    assert marks == {"of-nothing", "elsewhere", "own"}  # one's own marks stay
    assert phrases != everything[2]
    assert phrases == ["not seen as of 1 May 2021"]
    desk.read(desk.ben)
    assert shown(reader="Ben")[1] == everything[1]
    assert shown(reader="Cho") == shown()


def test_the_queue_keeps_from_a_second_reader_what_was_said(desk: Any) -> None:
    first = desk.say(desk.anna)
    ask_second_reading(desk.project, desk.lead, first.id)
    assert [row["what"] for row in reviews.review_queue(desk.project, reader="Ben")] == [None]
    assert [row["what"] for row in reviews.review_queue(desk.project, reader="Anna")] == ["present"]
    assert [row["what"] for row in reviews.review_queue(desk.project)] == ["present"]


def test_second_readings_show_states_only_to_those_allowed(desk: Any) -> None:
    first = desk.say(desk.anna)
    entry = ask_second_reading(desk.project, desk.lead, first.id)
    assert entry.subject == first.id
    (row,) = reviews.second_readings(desk.project, "Ben")
    hidden = {"id": first.id, "author": "Anna", "version": 1, "state": None}
    assert row == {
        "site": "arch",
        "target": "gantry",
        "capture": "a" * 16,
        "first": hidden,
        "second": None,
        "open": True,
        "agree": None,
    }
    assert reviews.second_readings(desk.project)[0]["first"] == hidden
    assert reviews.second_readings(desk.project, "Anna")[0]["first"] == {**hidden, "state": "present"}
    second = desk.read(desk.ben, "absent")
    for reader in (None, "Anna", "Ben", "Cho"):
        (row,) = reviews.second_readings(desk.project, reader)
        assert (row["open"], row["agree"], row["first"]["state"]) == (False, False, "present")
        assert row["second"] == {"id": second.id, "author": "Ben", "version": 1, "state": "absent"}
    desk.say(desk.anna, "absent")
    assert reviews.second_readings(desk.project)[0]["agree"] is True


# -- disagreements and what counts ---------------------------------------------------------------------------


def test_readings_that_differ_are_listed_until_somebody_decides(desk: Any) -> None:
    one, two = desk.say(desk.anna, note="posts"), desk.say(desk.ben, "absent")
    desk.say(desk.anna, capture=desk.SHOTS[1])
    desk.say(desk.ben, capture=desk.SHOTS[1])
    (row,) = reviews.disagreements(desk.project)
    assert (row["site"], row["target"], row["capture"], row["file"]) == (*PAIR, "scene-a.tif")
    assert (row["date"], row["basis"], row["disputed"]) == ("1 May 2020", "stated", True)
    assert row["readings"][0] == {
        "id": one.id,
        "author": "Anna",
        "version": 1,
        "state": "present",
        "confidence": "moderate",
        "note": "posts",
        "review": "draft",
        "blind": False,
    }
    assert row["readings"][1]["id"] == two.id
    adjudicate(desk.project, desk.lead, one.id, {one.id: 1, two.id: 1}, "two posts")
    assert reviews.disagreements(desk.project) == []


def test_readings_that_differ_without_a_contradiction_are_not_disputed(desk: Any) -> None:
    desk.say(desk.anna)
    desk.say(desk.ben, "obscured")
    (row,) = reviews.disagreements(desk.project)
    assert row["disputed"] is False


def test_what_was_returned_or_taken_back_or_said_of_a_wrong_picture_disagrees_with_nothing(desk: Any) -> None:
    desk.say(desk.anna)
    other = desk.say(desk.ben, "absent")
    desk.step(submit, desk.ben, other)
    desk.step(return_work, desk.lead, other, "why?")
    assert reviews.disagreements(desk.project) == []
    desk.say(desk.ben, "absent", note="a shadow")
    assert len(reviews.disagreements(desk.project)) == 1
    seen = desk.version(other)
    undo(desk.project, desk.ben, "observation", other.id, base_version=seen, to=0, reason="oops")
    assert reviews.disagreements(desk.project) == []
    desk.say(desk.cho, "absent")
    desk.withdraw(desk.SHOTS[0])
    assert len(reviews.disagreements(desk.project)) == 1
    desk.withdraw(desk.SHOTS[0], void=True)
    assert reviews.disagreements(desk.project) == []


def everywhere(desk: Any) -> dict[str, object]:
    """What follows from statements, wherever something does."""
    page = pages.compare(desk.project, "arch")
    return {
        "findings": [(one.phrase, bool(one.contradictions)) for one in evidence.findings(desk.project)],
        "card": dict(page.captures[0].states),
        "site": pages.overview(desk.project).sites[0].state,
        "figure": choose(desk.project, "arch", FigureOptions(captures=("a" * 16, "b" * 16))).states["gantry"],
        "queue": [row["priority"] for row in work.queue(desk.project, "arch")],
        "target": next(row["pending"] for row in tables.status(desk.project) if row["kind"] == "target"),
    }


def test_a_superseded_statement_counts_nowhere(desk: Any) -> None:
    one, two = desk.say(desk.anna), desk.say(desk.ben, "absent")
    desk.say(desk.anna, capture=desk.SHOTS[1])
    disputed = everywhere(desk)
    assert (disputed["card"], disputed["site"]) == ({"gantry": "disputed"}, "present")
    adjudicate(desk.project, desk.lead, one.id, {one.id: 1, two.id: 1}, "two posts")
    decided = everywhere(desk)
    assert decided["findings"] == [("by 1 May 2020", False)]
    assert decided["card"] == {"gantry": "present"}
    assert decided["figure"] == {"a" * 16: "present", "b" * 16: "present"}


@pytest.mark.parametrize("gone", ["returned", "superseded", "deleted", "void"])
def test_what_does_not_count_is_as_if_it_had_not_been_said(desk: Any, gone: str) -> None:
    nothing = everywhere(desk)
    said = desk.say(desk.anna)
    assert everywhere(desk) != nothing
    if gone == "returned":
        desk.step(submit, desk.anna, said)
        desk.step(return_work, desk.lead, said, "why?")
    elif gone == "deleted":
        undo(desk.project, desk.anna, "observation", said.id, base_version=1, reason="oops")
    elif gone == "superseded":
        other = desk.say(desk.ben, "uncertain")
        adjudicate(desk.project, desk.lead, other.id, {said.id: 1, other.id: 1}, "too dark")
        undecided = everywhere(desk)
        assert undecided["findings"] == nothing["findings"]
        assert undecided["card"] == {"gantry": "uncertain"}
        return
    else:
        desk.withdraw(desk.SHOTS[0], void=True)
        assert evidence.findings(desk.project) == ()
        assert desk.project.statements() == ()
        return
    assert everywhere(desk) == nothing


def test_a_statement_on_a_capture_whose_licence_ended_counts(desk: Any) -> None:
    desk.say(desk.anna)
    before = evidence.timeline(desk.project)
    desk.withdraw(desk.SHOTS[0])
    assert evidence.timeline(desk.project) == before != []
    page = pages.overview(desk.project)
    assert page.sites[0].state == "present"
    assert page.labels["a" * 16] == "1 May 2020 (stated)"


def test_status_counts_what_stands_and_what_waits(desk: Any) -> None:
    one, two = desk.say(desk.anna), desk.say(desk.ben, "absent")
    adjudicate(desk.project, desk.lead, one.id, {one.id: 1, two.id: 1}, "two posts")
    gone = desk.say(desk.cho)
    undo(desk.project, desk.cho, "observation", gone.id, base_version=1, reason="oops")
    desk.say(desk.anna, capture=desk.SHOTS[1])
    found = {row["kind"]: (row["count"], row["pending"]) for row in tables.status(desk.project)}
    assert found["observation"] == (3, 1)
    assert found["target"] == (3, 2)


# -- agreement -----------------------------------------------------------------------------------------------


def row_of(desk: Any, blind: bool, targets: str = "all", question: str = "state") -> dict[str, Any]:
    return next(
        row
        for row in reviews.agreement(desk.project)
        if (row["blind"], row["targets"], row["question"]) == (blind, targets, question)
    )


def test_blind_readings_and_others_are_counted_apart(desk: Any) -> None:
    ask_second_reading(desk.project, desk.lead, desk.say(desk.anna).id)
    desk.read(desk.ben, "absent")
    desk.say(desk.cho, "absent")  # a third reading of the pair makes no pair of its own
    for author, state in ((desk.anna, "present"), (desk.ben, "obscured")):
        desk.say(author, state, site="bridge", target="mast")
    desk.say(desk.anna, capture=desk.SHOTS[1])  # read once
    blind, other = row_of(desk, True), row_of(desk, False)
    assert (blind["n"], blind["percent"], blind["table"]["present"]["absent"]) == (1, 0.0, 1)
    assert (other["n"], other["table"]["present"]["obscured"]) == (1, 1)
    assert row_of(desk, True, "gantry")["n"] == row_of(desk, False, "mast")["n"] == 1
    assert row_of(desk, True, question="decisive")["percent"] == 100.0
    assert row_of(desk, False, question="decisive")["percent"] == 0.0


def test_agreement_takes_states_as_they_were_given(desk: Any) -> None:
    first = desk.say(desk.anna, "uncertain")
    desk.say(desk.anna, "present")
    ask_second_reading(desk.project, desk.lead, first.id)
    desk.read(desk.ben, "absent")
    desk.say(desk.anna, "absent")  # after talking it over
    desk.say(desk.ben, "obscured")
    assert row_of(desk, True)["table"]["present"] == {"present": 0, "absent": 1}


def test_a_decision_does_not_change_agreement(desk: Any) -> None:
    one = desk.say(desk.anna)
    ask_second_reading(desk.project, desk.lead, one.id)
    two = desk.read(desk.ben, "absent")
    before = reviews.agreement(desk.project)
    adjudicate(desk.project, desk.lead, one.id, {one.id: 1, two.id: 1}, "two posts")
    assert reviews.agreement(desk.project) == before


def test_what_was_taken_back_or_is_of_a_wrong_picture_is_no_reading(desk: Any) -> None:
    ask_second_reading(desk.project, desk.lead, desk.say(desk.anna).id)
    said = desk.read(desk.ben)
    assert row_of(desk, True)["n"] == 1
    undo(desk.project, desk.ben, "observation", said.id, base_version=1, reason="oops")
    assert row_of(desk, True)["n"] == 0
    desk.read(desk.cho)
    desk.withdraw(desk.SHOTS[0], void=True)
    assert row_of(desk, True)["n"] == 0


def test_one_person_under_two_spellings_is_no_pair(desk: Any) -> None:
    desk.say(desk.anna)
    desk.say(Author("anna"), "absent")
    assert row_of(desk, False)["n"] == 0


def test_without_readings_the_rows_say_why_there_is_no_number(desk: Any) -> None:
    found = reviews.agreement(desk.project)
    assert [(row["blind"], row["question"], row["n"], row["kappa"]) for row in found] == [
        (True, "state", 0, None),
        (True, "decisive", 0, None),
        (False, "state", 0, None),
        (False, "decisive", 0, None),
    ]
    assert {row["reason"] for row in found} == {"no pair was read twice"}


# -- cost ----------------------------------------------------------------------------------------------------


def fill(desk: Any, number: int) -> Any:
    """Many readers of every kind of state in review; the first one's statement."""
    first = desk.say(desk.anna)
    for n in range(number):
        author = Author(f"reader {number} {n}")
        said = desk.say(author, ("present", "absent")[n % 2], site="bridge", target="gantry")
        mark = desk.mark(author, f"mark-{number}-{n}", site="bridge")
        desk.step(submit, author, said)
        desk.step(submit, author, mark)
        if n % 3 == 0:
            desk.step(return_work, desk.lead, said, "why?")
        if n % 3 == 1:
            desk.step(approve, desk.lead, mark)
        ask_second_reading(desk.project, desk.lead, said.id)
    return first


READS: dict[str, Callable[..., object]] = {
    "review_queue": lambda project, _: reviews.review_queue(project, reader="Zoe"),
    "review_queue of a site": lambda project, _: reviews.review_queue(project, "bridge"),
    "review_log": lambda project, key: reviews.review_log(project, "observation", key),
    "hidden_from": lambda project, _: reviews.hidden_from(project, "Zoe"),
    "second_readings": lambda project, _: reviews.second_readings(project, "Zoe"),
    "disagreements": lambda project, _: reviews.disagreements(project),
    "agreement": lambda project, _: reviews.agreement(project),
    "reviewable": lambda project, key: reviews.reviewable(project, key),
}


def test_the_number_of_statements_does_not_grow_with_the_data(desk: Any) -> None:
    counts: list[dict[str, int]] = []
    for number in (1, 12):
        first = fill(desk, number)
        counts.append({})
        for name, read in READS.items():
            with counted(desk) as statements:
                read(desk.project, first.id)
            counts[-1][name] = len(statements)
    assert counts[0] == counts[1]
    assert max(counts[1].values()) <= 10


def test_submitting_a_whole_site_reads_as_often_for_one_draft_as_for_many(desk: Any) -> None:
    from workflow.actions import submit_site

    reads = []
    for number in (1, 8):
        for n in range(number):
            desk.mark(desk.anna, f"mark-{number}-{n}")
        with counted(desk) as statements:
            assert len(submit_site(desk.project, desk.anna, "arch")) == number
        reads.append(sum(one.startswith("SELECT") and "json_each" in one for one in statements))
    assert reads[0] == reads[1] == 2


def test_states_are_words_of_the_model(desk: Any) -> None:
    desk.say(desk.anna)
    (row,) = reviews.review_queue(desk.project)
    assert State(row["what"]) is State.PRESENT
