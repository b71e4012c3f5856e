"""`sitetrack review`: rows, prefixes, versions, sentences and exit codes."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from workflow.cli import main
from workflow.model import Observation, Review

LEAD = ("--author", "Lena", "--role", "lead")


@pytest.fixture
def run(desk: Any, capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str, str]]:
    """Run ``sitetrack review``: exit code, stdout, stderr."""

    def review(*arguments: str) -> tuple[int, str, str]:
        capsys.readouterr()
        with pytest.raises(SystemExit) as left:
            main(["review", *arguments, "--project", str(desk.project.root)])
        printed = capsys.readouterr()
        assert "Traceback" not in printed.err
        code = left.value.code
        assert isinstance(code, int)
        return code, printed.out, printed.err

    return review


@pytest.fixture
def rows(run: Callable[..., tuple[int, str, str]]) -> Callable[..., list[dict[str, Any]]]:
    """Rows that ``sitetrack review … --json`` prints."""

    def printed(*arguments: str) -> list[dict[str, Any]]:
        code, out, err = run(*arguments, "--json")
        assert code == 0, err
        found: list[dict[str, Any]] = json.loads(out)
        return found

    return printed


def test_work_goes_through_review_on_the_command_line(desk: Any, rows: Any) -> None:
    said = desk.say(desk.anna)
    (row,) = rows("submit", said.id, "--author", "Anna", "--comment", "please look")
    assert row == {
        "kind": "observation",
        "id": said.id,
        "version": 1,
        "verdict": "submitted",
        "comment": "please look",
    }
    (waiting,) = rows("list", "--state", "submitted")
    assert (waiting["id"], waiting["version"], waiting["comment"]) == (said.id, 2, "please look")
    (row,) = rows("return", said.id, "--comment", "why?", *LEAD)
    assert (row["version"], row["verdict"]) == (2, "returned")
    desk.say(desk.anna, note="two posts")
    rows("submit", said.id, "--author", "Anna")
    rows("approve", said.id, *LEAD)
    assert rows("list") == []
    rows("reopen", said.id, "--comment", "new picture", *LEAD)
    assert desk.now(said).review is Review.DRAFT
    log = rows("log", said.id)
    assert [one["verdict"] for one in log] == ["submitted", "returned", "submitted", "approved", "reopened"]
    assert [one["author"] for one in log] == ["Anna", "Lena", "Anna", "Lena", "Lena"]


def test_an_id_may_be_given_as_a_unique_start_of_six_characters(desk: Any, run: Any) -> None:
    said = desk.say(desk.anna)
    code, _, err = run("submit", said.id[:5], "--author", "Anna")
    assert (code, "No observation or annotation" in err) == (2, True)
    code, out, _ = run("submit", said.id[:6], "--author", "Anna")
    assert code == 0
    assert said.id in out
    for key in ("mark-one", "mark-two"):
        desk.mark(desk.anna, key)
    code, _, err = run("submit", "mark-t", "--author", "Anna")
    assert code == 0
    for key in ("points-1", "points-2"):
        desk.mark(desk.anna, key)
    code, _, err = run("submit", "points-", "--author", "Anna")
    assert code == 2
    assert "fits 2 observation or annotations" in err


def test_a_version_that_was_seen_is_held_to(desk: Any, run: Any) -> None:
    said = desk.say(desk.anna)
    desk.say(desk.anna, note="later")
    code, _, err = run("submit", said.id, "--version", "1", "--author", "Anna")
    assert code == 1
    assert "at version 2, the change was based on version 1" in err
    code, out, _ = run("submit", said.id, "--author", "Anna")
    assert (code, " 2 " in out) == (0, True)


def test_all_own_drafts_of_a_site_are_submitted(desk: Any, rows: Any, run: Any) -> None:
    said, mark = desk.say(desk.anna), desk.mark(desk.anna, "mark-one")
    desk.say(desk.ben)
    done = rows("submit", "--site", "arch", "--author", "Anna")
    assert {(one["id"], one["verdict"]) for one in done} == {(said.id, "submitted"), (mark.id, "submitted")}
    code, out, _ = run("submit", "--site", "arch", "--author", "Anna")
    assert (code, out.strip()) == (0, "No draft of yours there.")


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("submit", "--author", "Anna"), 2, "--site"),
        (("submit", "ID", "--site", "arch"), 2, "--site"),
        (("submit", "--site", "arch", "--version", "1"), 2, "go with one ID"),
        (("submit", "--site", "arhc"), 2, "did you mean 'arch'"),
        (("approve", "ID", "--author", "Ben"), 1, "Ben (analyst) may not approve or return work"),
        (("approve", "ID", *LEAD), 1, "only submitted work is approved"),
        (("return", "ID", *LEAD), 2, "--comment"),
        (("return", "ID", "--comment", " ", *LEAD), 1, "it is empty"),
        (("reopen", "ID", *LEAD), 2, "--comment"),
        (("submit", "ID", "--author", "Ben"), 1, "submit your own work"),
        (("log", "nothing-there"), 2, "No observation or annotation"),
        (("list", "--site", "arhc"), 2, "did you mean 'arch'"),
        (("list", "--state", "approved"), 2, "approved"),
        (("second-reading", "ID", "--author", "Ben"), 1, "ask for a second reading"),
        (("second-reading", "mark-one", *LEAD), 2, "is an annotation"),
        (("read", "bridge", "scene-a.tif", "present"), 2, "--target"),
        (("read", "arch", "scene-a.tif", "present", "--author", "Ben"), 1, "none was asked for"),
        (("adjudicate", "ID", "--comment", "x", *LEAD), 1, "nobody else has read this"),
        (("adjudicate", "ID", "--comment", "x", "--version", "2", *LEAD), 2, "write ID=N"),
        (("adjudicate", "ID", "--comment", "x", "--version", "ID=one", *LEAD), 2, "write ID=N"),
        (("adjudicate", "ID", "--comment", "x", "--author", "Ben"), 1, "decide between readings"),
    ],
)
def test_what_is_refused_is_said_with_its_exit_code(
    desk: Any, run: Any, arguments: tuple[str, ...], code: int, words: str
) -> None:
    said = desk.say(desk.anna)
    desk.mark(desk.anna, "mark-one")
    left, _, err = run(*(one.replace("ID", said.id) for one in arguments))
    assert (left, words in err) == (code, True), err


def test_a_second_reading_is_asked_for_and_given_unseen(desk: Any, rows: Any, run: Any) -> None:
    first = desk.say(desk.anna)
    (asked,) = rows("second-reading", first.id[:8], "--comment", "hard", *LEAD)
    assert (asked["verdict"], asked["comment"]) == ("second reading asked for", "hard")
    (row,) = rows("readings", "--open", "--author", "Ben")
    assert (row["open"], row["first"]["state"], row["second"]) == (True, None, None)
    code, out, _ = run("readings", "--author", "Ben")
    assert (code, "hidden" in out, "present" in out) == (0, True, False)
    (given,) = rows("read", "arch", "scene-a.tif", "absent", "--author", "Ben", "--note", "a shadow")
    assert (given["agree"], given["second"]["state"], given["first"]["state"]) == (False, "absent", "present")
    assert rows("readings", "--open", "--author", "Cho") == []
    code, out, _ = run("readings", "--open", "--author", "Cho")
    assert (code, out.strip()) == (0, "None was asked for.")


def test_a_lead_decides_between_readings(desk: Any, rows: Any, run: Any) -> None:
    one, two = desk.say(desk.anna), desk.say(desk.ben, "absent")
    (row,) = rows("disagreements")
    assert [reading["id"] for reading in row["readings"]] == [one.id, two.id]
    code, out, _ = run("disagreements")
    assert (code, "Ben: absent" in out) == (0, True)
    decide = ("adjudicate", one.id, "--comment", "two posts", *LEAD)
    code, _, err = run(*decide, "--version", f"{two.id}=7")
    assert (code, "the change was based on version 7" in err) == (1, True)
    done = rows(*decide, "--version", f"{two.id[:8]}=1")
    assert [(entry["id"], entry["verdict"]) for entry in done] == [
        (one.id, "approved"),
        (two.id, "superseded"),
    ]
    assert rows("disagreements") == []
    code, out, _ = run("disagreements")
    assert (code, out.strip()) == (0, "No readings differ.")


def test_agreement_is_printed_for_blind_and_other_readings(desk: Any, rows: Any, run: Any) -> None:
    first = desk.say(desk.anna)
    rows("second-reading", first.id, *LEAD)
    rows("read", "arch", "scene-a.tif", "present", "--author", "Ben")
    found = rows("agreement")
    assert {(one["blind"], one["targets"], one["question"], one["n"]) for one in found} == {
        (True, "all", "state", 1),
        (True, "all", "decisive", 1),
        (True, "gantry", "state", 1),
        (True, "gantry", "decisive", 1),
        (False, "all", "state", 0),
        (False, "all", "decisive", 0),
    }
    code, out, _ = run("agreement")
    assert (code, "one state alone" in " ".join(out.split())) == (0, True)


def test_two_names_of_one_person_are_one_on_the_command_line(desk: Any, run: Any) -> None:
    said = desk.say(desk.lead)
    assert run("submit", said.id, "--author", "lena")[0] == 0
    code, _, err = run("approve", said.id, "--author", " LENA ", "--role", "lead")
    assert (code, "their own work" in err) == (1, True)
    assert desk.project.record.get(Observation, said.id).value.review is Review.SUBMITTED
