"""The ledger: claims frozen from the record, evaluated anew, withdrawn; what changed since and by whom.

Longer than others, because commands and actions are tried on the one project that its fixture builds.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from workflow import actions
from workflow.claims import EventQuery, Frozen, GrowthQuery, Published, Query, Series, published_span
from workflow.cli import main
from workflow.errors import InputRefused, NotAllowed, StaleWrite, UnknownName
from workflow.model import Capture, Claim, Event, Evidence, Site, Subset, Target
from workflow.readmodels import claims, history
from workflow.timespan import parse_span

A, B = "a" * 16, "b" * 16  # captures of 1 May 2020 and 1 May 2021
ARCH = EventQuery("arch", "gantry", Event.APPEARED)
BY_2022 = GrowthQuery(date(2022, 12, 31))
TODAY = date(2026, 3, 4)


@pytest.fixture
def add(desk: Any) -> Callable[..., Claim]:
    """Add a claim as Anna, frozen on 4 March 2026."""

    def made(sentence: str = "It appeared.", query: Query = ARCH, author: Any = None, **stated: str) -> Claim:
        frozen = claims.freeze(desk.project, claims.resolved(desk.project, query), TODAY)
        return actions.add_claim(desk.project, author or desk.anna, sentence, frozen, **stated)

    return made


@pytest.fixture
def built(desk: Any) -> Any:
    """The desk on which Anna saw the gantry at the arch absent in 2020 and present in 2021."""
    desk.say(desk.anna, "absent")
    desk.say(desk.anna, "present", capture=B)
    return desk


def row_of(desk: Any, claim: Claim, reader: str | None = None) -> dict[str, Any]:
    return claims.claim(desk.project, claim.id, reader=reader)


def said(row: dict[str, Any]) -> list[tuple[str, str, str]]:
    return [(one["author"], one["what"], one["reason"]) for one in row["causes"]]


# -- freezing ------------------------------------------------------------------------------------------------


def test_a_claim_keeps_its_interval_with_witnesses_states_and_hashes(built: Any, add: Any) -> None:
    before = built.project.record.revision
    one = add("It appeared by May 2021.", source="Note 12", page="p. 3", topic="gantries")
    assert (one.id, one.as_of, one.chain) == ("claim-1", "2026-03-04", before)
    assert one.result["found"] is True
    assert (one.result["earliest"], one.result["latest"]) == ("2020-05-01", "2021-05-01")
    assert one.result["witnesses"] == [
        {"capture": A, "sha256": A * 4, "file": "scene-a.tif", "state": "absent", "date": "1 May 2020"},
        {"capture": B, "sha256": B * 4, "file": "scene-b.tif", "state": "present", "date": "1 May 2021"},
    ]
    assert built.project.record.get(Claim, "claim-1").value == one


def test_a_count_keeps_the_targets_behind_it(built: Any, add: Any) -> None:
    built.say(built.ben, "present", site="bridge", target="mast")
    one = add("At least 2 targets by the end of 2022", BY_2022)
    assert (one.result["at_least"], one.result["at_most"]) == (2, 2)
    assert [(part["site"], part["target"], part["counts"]) for part in one.result["targets"]] == [
        ("arch", "gantry", "certainly"),
        ("bridge", "mast", "certainly"),
    ]
    assert claims.freeze(built.project, replace(BY_2022, day=date(2020, 12, 31))).result["at_least"] == 1
    assert claims.freeze(built.project, replace(BY_2022, day=date(2020, 12, 31))).result["at_most"] == 2


@pytest.mark.parametrize(
    ("subset", "counted"),
    [
        (Subset(kind="mast"), 0),
        (Subset(kind="gantry"), 1),
        (Subset(category="OTHER"), 1),
        (
            Subset(
                area={
                    "type": "Polygon",
                    "coordinates": [[[125, 38], [126, 38], [126, 40], [125, 40], [125, 38]]],
                }
            ),
            1,
        ),
    ],
)
def test_a_count_is_of_its_subset(built: Any, subset: Subset, counted: int) -> None:
    assert (
        claims.freeze(built.project, GrowthQuery(date(2022, 12, 31), subset=subset)).result["at_most"]
        == counted
    )


def test_a_count_of_what_stood_is_certain_no_longer_than_the_last_picture(built: Any, add: Any) -> None:
    query = replace(BY_2022, series=Series.STANDING)
    result = claims.freeze(built.project, query).result
    assert (result["at_least"], result["at_most"]) == (0, 1)
    assert [part["counts"] for part in result["targets"]] == ["assumed"]
    assert add("1 stood by the end of 2022", query).query["series"] == "standing"


def test_a_subset_or_target_that_is_not_there_is_refused(built: Any) -> None:
    far = {"type": "Polygon", "coordinates": [[[1, 1], [2, 1], [2, 2], [1, 1]]]}
    for query, error in (
        (GrowthQuery(date(2022, 1, 1), subset=Subset(category="gate")), "No category 'gate'"),
        (GrowthQuery(date(2022, 1, 1), subset=Subset(road="Ring")), "No road 'Ring'"),
        (GrowthQuery(date(2022, 1, 1), subset=Subset(kind="fence")), "No class 'fence'"),
        (GrowthQuery(date(2022, 1, 1), subset=Subset(area=far)), "no target of the register fits it"),
        (EventQuery("arch", "mast", Event.APPEARED), "No target at arch 'mast'"),
        (EventQuery("arc", "mast", Event.APPEARED), "No site 'arc'"),
    ):
        with pytest.raises((InputRefused, UnknownName), match=error):
            claims.freeze(built.project, query)


def test_a_site_without_a_position_lies_in_no_area(built: Any) -> None:
    with built.project.record.write(built.anna, "a place nobody knows") as transaction:
        transaction.put(Site("lost", "Lost", targets=(Target("mast"),)), 0)
    everywhere = {
        "type": "Polygon",
        "coordinates": [[[-180, -90], [180, -90], [180, 90], [-180, 90], [-180, -90]]],
    }
    query = GrowthQuery(date(2022, 1, 1), subset=Subset(area=everywhere))
    assert {one["site"] for one in claims.freeze(built.project, query).result["targets"]} == {"arch"}


def print_at(desk: Any, *statements: Evidence) -> None:
    known = desk.project.record.get(Site, "arch")
    with desk.project.record.write(desk.ben, "what is printed") as transaction:
        transaction.put(replace(known.value, evidence=statements), known.version)


PRINTED = Evidence("built", parse_span("in 2019"), "gantry", Event.APPEARED, "Report")


def test_an_event_rests_on_a_publication_until_imagery_bounds_it(desk: Any, add: Any) -> None:
    print_at(desk, PRINTED)
    one = add()
    assert (one.query["source"], one.result["witnesses"]) == ("publication", [{"publication": "Report"}])
    desk.say(desk.anna, "present")
    assert row_of(desk, one)["status"] == "holds"
    renewed = actions.renew_claim(desk.project, desk.anna, one.id, claims.freeze_again(desk.project, one.id))
    assert renewed.query["source"] == "imagery"


def test_imagery_that_disagrees_contradicts_a_claim_that_rests_on_a_publication(desk: Any, add: Any) -> None:
    print_at(desk, PRINTED)
    one = add()
    desk.say(desk.anna, "absent")
    row = row_of(desk, one)
    assert (row["status"], row["stands"]) == ("contradicted", False)
    assert "they share no day" in row["now"]["contradictions"][0]


def test_approved_statements_alone_are_taken_where_it_is_asked(built: Any, add: Any) -> None:
    one = add(query=replace(ARCH, approved=True))
    assert one.result["found"] is False
    built.approved(built.say(built.ben, "present", capture=B))
    result = claims.freeze(built.project, replace(ARCH, approved=True)).result
    assert [witness["state"] for witness in result["witnesses"]] == ["present"]
    assert result["reviewed"] is True


# -- what changed and why ------------------------------------------------------------------------------------


def test_a_claim_on_which_nothing_moved_holds_and_names_nothing(built: Any, add: Any) -> None:
    row = row_of(built, add())
    assert (row["status"], row["stands"], row["changes"], row["causes"]) == ("holds", True, [], [])
    assert row["frozen"] == row["present"]


def test_a_new_picture_that_narrows_the_claim_is_named_with_who_read_it(built: Any, add: Any) -> None:
    one = add()
    with built.project.record.write(built.cho, "a scene bought") as transaction:
        between = replace(built.project.capture(A), id="c" * 16, sha256="c" * 64, file="scene-c.tif")
        transaction.put(replace(between, acquired=parse_span("3 March 2021")), 0)
    built.say(built.ben, "absent", capture="c" * 16)
    built.say(built.ben, "absent", site="bridge", target="mast", capture="c" * 16)
    row = row_of(built, one)
    assert row["status"] == "narrowed"
    assert [change["what"] for change in row["changes"]] == [
        "when",
        "witness scene-a.tif",
        "witness scene-c.tif",
    ]
    assert said(row) == [
        ("Ben", "said “absent” of “gantry” in the picture of 3 March 2021", "absent at arch, gantry"),
        ("Cho", "added the picture “scene-c.tif”", "a scene bought"),
    ]


def test_a_state_that_was_changed_contradicts_the_claim_and_is_named(built: Any, add: Any) -> None:
    one = add()
    built.say(built.anna, "absent", capture=B)
    row = row_of(built, one)
    assert (row["status"], row["present"]) == ("contradicted", "not seen as of 1 May 2021")
    assert [what for _, what, _ in said(row)] == [
        "changed the state of “gantry” in the picture of 1 May 2021: state from “present” to “absent”"
    ]


def test_a_review_that_takes_a_witness_away_is_named(built: Any, add: Any) -> None:
    one = add()
    first = next(row for row in built.project.observations() if row.author == "Anna" and row.capture == B)
    built.step(actions.submit, built.anna, first)
    built.step(actions.return_work, built.lead, first, "a shadow")
    row = row_of(built, one)
    assert (row["status"], row["present"]) == ("widened", "not seen as of 1 May 2020")
    assert (
        "Lena",
        "returned the state of “gantry” in the picture of 1 May 2021",
        "returned: a shadow",
    ) in said(row)


def change_capture(desk: Any, key: str, why: str, **fields: Any) -> None:
    known = desk.project.record.get(Capture, key)
    with desk.project.record.write(desk.ben, why) as transaction:
        transaction.put(replace(known.value, **fields), known.version)


def test_a_picture_that_was_dated_anew_is_named_and_its_credit_is_not(built: Any, add: Any) -> None:
    one = add()
    change_capture(built, B, "credit", credit="Somebody")
    change_capture(built, B, "the metadata say so", acquired=parse_span("7 July 2021"))
    row = row_of(built, one)
    assert row["status"] == "widened"
    ((author, what, reason),) = said(row)
    assert (author, reason) == ("Ben", "the metadata say so")
    assert what.startswith("changed the picture “scene-b.tif”: acquired")


def test_a_picture_that_was_withdrawn_as_wrong_is_named(built: Any, add: Any) -> None:
    one = add()
    built.withdraw(B, void=True)
    row = row_of(built, one)
    assert (row["status"], row["present"]) == ("widened", "not seen as of 1 May 2020")
    assert said(row) == [("Lena", "withdrew the picture scene-b.tif", "withdrawn")]
    change_capture(built, B, "it was right", withdrawn=None)
    row = row_of(built, one)
    assert row["status"] == "holds"
    assert said(row)[0] == ("Ben", "took the picture scene-b.tif back into use", "it was right")


def test_published_statements_and_targets_that_came_and_went_are_named(desk: Any, add: Any) -> None:
    print_at(desk, PRINTED)
    one = add()
    print_at(desk)
    row = row_of(desk, one)
    assert (row["status"], row["present"]) == ("widened", "nothing dates it")
    assert said(row) == [("Ben", "took out the published statement arch.1", "what is printed")]
    print_at(desk, replace(PRINTED, when=parse_span("in 2018")))
    assert any(what.startswith("added the published statement") for _, what, _ in said(row_of(desk, one)))


def test_of_a_count_only_the_targets_that_differ_are_explained(built: Any, add: Any) -> None:
    one = add("At least 1 by the end of 2022", BY_2022)
    built.say(built.cho, "obscured")  # changes nothing
    built.say(built.ben, "present", site="bridge", target="mast")
    row = row_of(built, one)
    assert row["status"] == "narrowed"
    assert [change["what"] for change in row["changes"]] == ["at least", "at most", "bridge/mast"]
    assert [(one["author"], one["site"]) for one in row["causes"]] == [("Ben", "bridge")]


def test_a_site_that_was_moved_out_of_a_subset_is_named(built: Any, add: Any) -> None:
    one = add("At least 1 by the end of 2022", replace(BY_2022, subset=Subset(category="other")))
    actions.edit_site(
        built.project, built.ben, "arch", {"category": "mast"}, base_version=1, reason="looked again"
    )
    row = row_of(built, one)
    assert row["status"] == "contradicted"
    assert ("Ben", "changed the site “Arch”: category from “other” to “mast”", "looked again") in said(row)


def test_what_a_reader_must_not_see_yet_is_left_out(built: Any, add: Any) -> None:
    one = add()
    first = built.say(built.cho, "uncertain")
    actions.ask_second_reading(built.project, built.lead, first.id)
    assert [author for author, _, _ in said(row_of(built, one))] == ["Cho"]
    assert said(row_of(built, one, reader="Dan")) == []
    assert [author for author, _, _ in said(row_of(built, one, reader="Cho"))] == ["Cho"]


# -- the ledger ----------------------------------------------------------------------------------------------


def test_rivals_stand_beside_each_other_and_withdrawn_ones_do_not(built: Any, add: Any) -> None:
    ours = add(topic="first")
    theirs = add(
        "In 2014.", Published(when=published_span("in 2014")), topic="first", source="Report", page="p. 2"
    )
    add("Elsewhere.", topic="other")
    rows = {row["id"]: row for row in claims.ledger(built.project)}
    assert (rows[ours.id]["rivals"], rows[theirs.id]["rivals"]) == ([theirs.id], [ours.id])
    assert rows["claim-3"]["rivals"] == rows["claim-3"]["clashes"] == []
    assert (
        rows[ours.id]["clashes"]
        == ["claim-1 (mid 2020 or early or mid 2021) and p. 2 (in 2014) share no day."]
        or "share no day" in rows[ours.id]["clashes"][0]
    )
    actions.withdraw_claim(built.project, built.lead, theirs.id, "misread")
    assert [row["rivals"] for row in claims.ledger(built.project)] == [[], []]
    assert row_of(built, theirs)["withdrawn"] == "misread"
    assert row_of(built, theirs)["rivals"] == [ours.id]
    (old,) = [row for row in claims.ledger(built.project, withdrawn=True) if row["status"] == "withdrawn"]
    assert (old["stands"], old["author"]) == (None, "Anna")


def test_a_claim_whose_query_cannot_be_read_does_not_stand(desk: Any) -> None:
    with desk.project.record.write(desk.anna, "by a later version") as transaction:
        transaction.put(Claim("c1", "Odd.", {"kind": "odd"}, {}, "2026-01-01", 3), 0)
    (row,) = claims.ledger(desk.project)
    assert (row["status"], row["stands"], row["kind"]) == ("unreadable", False, "odd")
    assert (row_of(desk, Claim("c1", "", {}, {}, "", 0))["changes"], row["present"]) == ([], None)


def test_a_claim_on_rendered_scenes_says_so(built: Any, add: Any) -> None:
    change_capture(built, B, "rendered", synthetic=True)
    one = add()
    assert row_of(built, one)["synthetic"] is True


def test_marks_are_published_numbers_with_a_date_and_not_withdrawn(desk: Any, add: Any) -> None:
    when = published_span("by the end of 2019")
    add("At least 42.", Published(42, "crossings", when), source="Report")
    add("Undated: 7.", Published(7, "crossings"), source="Report")
    add("In 2014.", Published(when=when), source="Report")
    gone = add("9 there.", Published(9, "crossings", when), source="Report")
    add()
    actions.withdraw_claim(desk.project, desk.anna, gone.id, "a slip")
    assert claims.published_marks(desk.project) == [
        {
            "day_first": None,
            "day_last": "2019-12-31",
            "number": 42,
            "label": "42 crossings, by the end of 2019",
            "source": "Report",
            "id": "claim-1",
        }
    ]


def test_the_ledger_asks_the_record_as_often_however_many_claims_there_are(built: Any, add: Any) -> None:
    from sqlalchemy import event

    def statements() -> int:
        sent: list[str] = []
        engine = built.project.record._backend._engine

        def note(*arguments: Any) -> None:
            sent.append(str(arguments[2]))

        event.listen(engine, "before_cursor_execute", note)
        try:
            claims.ledger(built.project)
        finally:
            event.remove(engine, "before_cursor_execute", note)
        return len(sent)

    add()
    add("At least 1 by the end of 2022", BY_2022)
    few = statements()
    for _ in range(4):
        add()
        add("At least 1 by the end of 2022", BY_2022)
    assert statements() == few


# -- who may do what -----------------------------------------------------------------------------------------


def test_an_analyst_changes_own_claims_and_a_lead_any(built: Any, add: Any) -> None:
    one, two = add(), add()
    frozen = claims.freeze_again(built.project, one.id)
    for attempt in (
        lambda: actions.withdraw_claim(built.project, built.ben, one.id, "not mine"),
        lambda: actions.renew_claim(built.project, built.ben, one.id, frozen),
        lambda: actions.withdraw_claim(built.project, built.viewer, one.id, "look"),
        lambda: add(author=built.viewer),
    ):
        with pytest.raises(NotAllowed):
            attempt()
    actions.withdraw_claim(built.project, built.anna, one.id, "a slip")
    actions.withdraw_claim(built.project, built.lead, two.id, "not ours to say")
    assert claims.ledger(built.project) == []


def test_a_withdrawal_is_taken_back_by_who_may_change_the_claim(built: Any, add: Any) -> None:
    one = add()
    actions.withdraw_claim(built.project, built.lead, one.id, "not ours to say")
    with pytest.raises(NotAllowed, match="change the claim of Anna"):
        actions.undo(built.project, built.ben, "claim", one.id, base_version=2, reason="it is ours")
    actions.undo(built.project, built.anna, "claim", one.id, base_version=2, reason="it is ours")
    assert row_of(built, one)["status"] == "holds"
    assert history.object_history(built.project, "claim", one.id).title == "It appeared."


def test_what_cannot_be_taken_is_refused_in_a_sentence(built: Any, add: Any) -> None:
    with pytest.raises(InputRefused, match="Sentence: it is empty"):
        add("  ")
    with pytest.raises(InputRefused, match="Source: it is empty"):
        add("They say so.", Published(3))
    with pytest.raises(InputRefused, match="write 'first-cameras'"):
        add(topic="First cameras")
    one = add()
    with pytest.raises(InputRefused, match="Reason: it is empty"):
        actions.withdraw_claim(built.project, built.anna, one.id, " ")
    with pytest.raises(UnknownName, match="did you mean 'claim-1'"):
        actions.withdraw_claim(built.project, built.anna, "claim-2", "x")
    with pytest.raises(StaleWrite):
        actions.withdraw_claim(built.project, built.anna, one.id, "x", base_version=7)
    actions.withdraw_claim(built.project, built.anna, one.id, "x", base_version=1)
    with pytest.raises(InputRefused, match="it was withdrawn"):
        actions.withdraw_claim(built.project, built.anna, one.id, "again")
    paper = add("They say so.", Published(3), source="Report")
    with pytest.raises(InputRefused, match="nothing was derived"):
        actions.renew_claim(built.project, built.anna, paper.id, Frozen(Published(4)))
    with pytest.raises(UnknownName):
        claims.freeze_again(built.project, "claim-9")
    with pytest.raises(UnknownName):
        claims.claim(built.project, "claim-9")


def test_renewing_keeps_the_sentence_and_takes_what_is_known_now(built: Any, add: Any) -> None:
    one = add()
    built.say(built.anna, "absent", capture=B)
    assert row_of(built, one)["status"] == "contradicted"
    actions.renew_claim(
        built.project, built.anna, one.id, claims.freeze_again(built.project, one.id, date(2026, 5, 1))
    )
    row = row_of(built, one)
    assert (row["status"], row["version"], row["as_of"], row["sentence"]) == (
        "holds",
        2,
        "2026-05-01",
        "It appeared.",
    )


def test_ids_go_on_where_they_were_and_never_come_twice(desk: Any, add: Any) -> None:
    with desk.project.record.write(desk.anna, "from a file") as transaction:
        transaction.put(Claim("claim-2", "Theirs.", {"kind": "none"}, {}, "", 0, source="Report"), 0)
    assert [add().id for _ in range(2)] == ["claim-3", "claim-4"]


# -- the command line ----------------------------------------------------------------------------------------


@pytest.fixture
def run(built: Any, capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str, str]]:
    """Run ``sitetrack claims``: exit code, stdout, stderr."""

    def command(*arguments: str) -> tuple[int, str, str]:
        capsys.readouterr()
        with pytest.raises(SystemExit) as left:
            main(["claims", *arguments, "--project", str(built.project.root)])
        printed = capsys.readouterr()
        assert "Traceback" not in printed.err
        code = left.value.code
        assert isinstance(code, int)
        return code, printed.out, printed.err

    return command


KIM = ("--author", "Kim")


def test_claims_are_added_listed_and_checked(run: Any, built: Any) -> None:
    code, out, err = run(
        "add", "It appeared by 1 May 2021", "--event", "arch/gantry/appeared", *KIM, "--json"
    )
    (row,) = json.loads(out)
    assert (code, row["id"], row["status"], row["author"]) == (0, "claim-1", "holds", "Kim")
    code, out, err = run("add", "At least 5 by the end of 2022", "--growth", "2022", "--kind", "gantry", *KIM)
    assert "The sentence says “At least 5”, the evidence gives at least 1, at most 1." in err
    code, out, _ = run(
        *("add", "at least 42 crossings", "--published", "--number", "42", "--what", "crossings"),
        *(
            "--when",
            "by the end of 2019",
            "--source",
            "Report",
            "--page",
            "7",
            "--topic",
            "counts",
            *KIM,
            "--json",
        ),
    )
    (row,) = json.loads(out)
    assert (row["status"], row["latest"], row["frozen"]) == (
        "not derived",
        "2019-12-31",
        "at least 42 crossings, by the end of 2019",
    )
    assert run("check")[0] == 0
    built.say(built.anna, "absent", capture=B)
    code, out, err = run("check", "--json")
    assert (code, [row["status"] for row in json.loads(out)]) == (1, ["contradicted", "contradicted"])
    assert "No longer borne out: claim-1, claim-2." in err
    assert [row["id"] for row in json.loads(run("list", "--status", "not derived", "--json")[1])] == [
        "claim-3"
    ]
    assert [row["id"] for row in json.loads(run("list", "--topic", "counts", "--json")[1])] == ["claim-3"]


def test_a_claim_is_shown_with_what_changed_and_who_did_it(run: Any, built: Any) -> None:
    run("add", "It appeared by 1 May 2021", "--event", "arch/gantry/appeared", "--source", "Note", *KIM)
    built.say(built.anna, "absent", capture=B)
    code, out, _ = run("show", "claim-1")
    assert code == 0
    for words in (
        "claim-1: contradicted",
        "now: not seen as of 1 May 2021",
        "What differs",
        "Anna",
        "scene-b.tif",
    ):
        assert words in out
    (row,) = json.loads(run("show", "claim-1", "--json")[1])
    assert [cause["author"] for cause in row["causes"]] == ["Anna"]
    assert run("show", "claim-9")[0] == 2


def test_claims_are_renewed_and_withdrawn(run: Any, built: Any) -> None:
    run("add", "It appeared by 1 May 2021", "--event", "arch/gantry/appeared", *KIM)
    built.say(built.anna, "absent", capture=B)
    assert run("renew", "claim-1", *KIM)[0] == 0
    assert run("check")[0] == 0
    code, _, err = run("withdraw", "claim-1", "--reason", "not mine", "--author", "Ben")
    assert (code, "change the claim of Kim" in err) == (1, True)
    (row,) = json.loads(run("withdraw", "claim-1", "--reason", "a slip", *KIM, "--json")[1])
    assert (row["status"], row["withdrawn"]) == ("withdrawn", "a slip")
    assert json.loads(run("list", "--json")[1]) == []
    assert len(json.loads(run("list", "--all", "--json")[1])) == 1
    assert "claim-1: withdrawn (a slip)" in run("show", "claim-1")[1]
    assert run("list")[1].strip() == "No claims."
    assert run("check")[1].strip() == "No claim to check."


def test_claims_of_one_topic_are_listed_beside_each_other(run: Any) -> None:
    for topic, when in (("first", "2014"), ("", "2015"), ("first", "2016")):
        run(
            "add",
            f"In {when}",
            "--published",
            "--when",
            when,
            "--source",
            "R",
            "--page",
            f"p. {when}",
            "--topic",
            topic,
        )
    _, out, err = run("list")
    ids = [line.split()[0] for line in out.splitlines() if line.startswith("claim-")]
    assert ids == ["claim-1", "claim-3", "claim-2"]
    assert err.strip() == "p. 2014 (2014) and p. 2016 (2016) share no day."


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((), "give one of --event"),
        (("--published", "--growth", "2022"), "give one of --event"),
        (("--published", "--road", "Ring"), "--road does not go with --published"),
        (("--growth", "2022", "--number", "0"), "--number does not go with --growth"),
        (("--event", "arch/gantry"), "is not SITE/TARGET/EVENT"),
        (("--event", "arch/gantry/came"), "is not SITE/TARGET/EVENT"),
        (("--growth", "since 2022"), "it has no end"),
        (("--published", "--when", "31 February 2020", "--source", "R"), "31 February 2020"),
        (("--event", "arch/mast/appeared"), "No target at arch 'mast'"),
    ],
)
def test_what_does_not_fit_is_a_usage_error(run: Any, arguments: tuple[str, ...], words: str) -> None:
    code, _, err = run("add", "Said.", *arguments)
    assert (code, words in err) == (2, True), err
    assert run("list", "--status", "odd")[0] == 2


def test_an_area_comes_from_a_file_with_one_polygon(run: Any, tmp_path: Path) -> None:
    def area(*features: object) -> str:
        path = tmp_path / "area.geojson"
        path.write_text(json.dumps({"type": "FeatureCollection", "features": list(features)}), "utf-8")
        return str(path)

    ring = [[125, 38], [126, 38], [126, 39.5], [125, 39.5], [125, 38]]
    feature = {
        "type": "Feature",
        "properties": {"name": "a"},
        "geometry": {"type": "Polygon", "coordinates": [ring]},
    }
    code, out, _ = run("add", "At least 1", "--growth", "2022", "--area", area(feature), "--json")
    (row,) = json.loads(out)
    assert (code, row["frozen"]) == (0, "at least 1, at most 1 had appeared by the end of 2022")
    code, _, err = run("add", "At least 1", "--growth", "2022", "--area", area())
    assert (code, "--area" in err) == (2, True)
    code, out, _ = run("add", "At least 1", "--growth", "2022", "--area", "125,38,126,40", "--json")
    assert json.loads(out)[0]["frozen"] == "at least 1, at most 1 had appeared by the end of 2022"
