"""Review: who may take which step from where, what each step writes, second readings, decisions between readings.

Longer than others, because every step starts from the same few people and statements.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from workflow.actions import (
    adjudicate,
    annotate,
    approve,
    ask_second_reading,
    observe,
    reopen,
    return_work,
    second_read,
    submit,
    submit_site,
    undo,
)
from workflow.errors import InputRefused, NotAllowed, StaleWrite, UnknownName, WorkflowError
from workflow.model import Annotation, Author, Observation, Review, ReviewEntry, Role, State, Verdict
from workflow.readings import makers, person

# -- steps of one piece of work ------------------------------------------------------------------------------


@pytest.mark.parametrize("made", ["say", "mark"])
def test_work_goes_from_draft_to_submitted_to_approved(desk: Any, made: str) -> None:
    work = getattr(desk, made)(desk.anna)
    assert work.review is Review.DRAFT
    desk.step(submit, desk.anna, work, "please look")
    assert desk.now(work).review is Review.SUBMITTED
    desk.step(approve, desk.lead, work, "clear")
    assert desk.now(work).review is Review.APPROVED
    assert [(one.verdict, one.comment, one.subject_version) for one in desk.entries(work)] == [
        (Verdict.SUBMITTED, "please look", 1),
        (Verdict.APPROVED, "clear", 2),
    ]


def test_a_step_writes_the_object_and_its_entry_in_one_transaction(desk: Any) -> None:
    said = desk.say(desk.anna)
    before = desk.project.record.revision
    entry = desk.step(submit, desk.anna, said)
    assert desk.project.record.revision == before + 2
    work = desk.project.record.history(Observation, said.id)[-1]
    (written,) = desk.project.record.history(ReviewEntry, entry.id)
    assert (work.at, work.reason, work.seq) == (written.at, written.reason, written.seq - 1)
    assert (entry.kind, entry.subject, entry.site, entry.target, entry.capture) == (
        "observation",
        said.id,
        said.site,
        said.target,
        said.capture,
    )


def test_a_step_that_fails_half_way_writes_nothing(desk: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    said = desk.say(desk.anna)
    before = desk.project.record.revision

    def no_entry(*_: object) -> None:
        raise InputRefused("Entry", "it fails", "repeat")

    monkeypatch.setattr("workflow.actions.judging.enter", no_entry)
    with pytest.raises(InputRefused):
        desk.step(submit, desk.anna, said)
    assert desk.project.record.revision == before
    assert desk.now(said).review is Review.DRAFT


def test_returned_work_needs_a_comment(desk: Any) -> None:
    said = desk.say(desk.anna)
    desk.step(submit, desk.anna, said)
    for empty in ("", "  \n"):
        with pytest.raises(InputRefused, match="Comment: it is empty; say what is to be changed"):
            desk.step(return_work, desk.lead, said, empty)
    entry = desk.step(return_work, desk.lead, said, "look at the shadow")
    assert (entry.verdict, entry.comment) == (Verdict.RETURNED, "look at the shadow")
    assert desk.now(said).review is Review.RETURNED


def test_a_returned_observation_that_is_changed_is_a_draft_again(desk: Any) -> None:
    said = desk.say(desk.anna)
    desk.step(submit, desk.anna, said)
    desk.step(return_work, desk.lead, said, "why?")
    assert desk.say(desk.anna).review is Review.RETURNED  # the same again changes nothing
    with pytest.raises(InputRefused, match=r"it is returned; only a draft is submitted"):
        desk.step(submit, desk.anna, said)
    assert desk.say(desk.anna, note="a beam").review is Review.DRAFT
    desk.step(submit, desk.anna, said)
    assert desk.now(said).review is Review.SUBMITTED


def test_a_returned_annotation_that_is_changed_is_a_draft_again(desk: Any) -> None:
    mark = desk.mark(desk.anna)
    desk.step(submit, desk.anna, mark)
    desk.step(return_work, desk.lead, mark, "label it")
    assert desk.mark(desk.anna, kind="edit", label="").review is Review.RETURNED
    assert desk.mark(desk.anna, kind="edit", label="gantry").review is Review.DRAFT


def test_a_change_from_before_it_was_submitted_makes_it_a_draft_again(desk: Any) -> None:
    mark = desk.mark(desk.anna)
    desk.step(submit, desk.anna, mark)
    changed = desk.mark(desk.ben, kind="edit", base_version=1, label="gantry")
    assert (desk.refused, changed.label, changed.review) == ((), "gantry", Review.DRAFT)


@pytest.mark.parametrize("made", ["say", "mark"])
def test_approved_work_is_sealed_until_it_is_reopened(desk: Any, made: str) -> None:
    work = desk.approved(getattr(desk, made)(desk.anna))

    def change() -> Any:
        if made == "say":
            return desk.say(desk.anna, "absent")
        return desk.mark(desk.anna, kind="edit", label="new")

    if made == "say":
        with pytest.raises(NotAllowed, match="change the approved observation"):
            change()
    else:
        change()
        assert "change the approved annotation" in desk.refused[0][1]
    with pytest.raises(NotAllowed):
        undo(
            desk.project,
            desk.anna,
            type(work).__name__.lower(),
            work.id,
            base_version=desk.version(work),
            reason="oops",
        )
    assert desk.now(work) == work
    entry = desk.step(reopen, desk.lead, work, "a better picture came in")
    assert (entry.verdict, entry.comment) == (Verdict.REOPENED, "a better picture came in")
    assert desk.now(work).review is Review.DRAFT
    assert change().review is Review.DRAFT
    assert desk.now(work) != work


def test_superseded_work_is_sealed_and_can_be_reopened(desk: Any) -> None:
    chosen, other = desk.say(desk.anna), desk.say(desk.ben, "absent")
    adjudicate(desk.project, desk.lead, chosen.id, {chosen.id: 1, other.id: 1}, "two posts")
    with pytest.raises(NotAllowed, match="change the superseded observation"):
        desk.say(desk.ben, "uncertain")
    desk.step(reopen, desk.lead, other, "look again")
    assert desk.now(other).review is Review.DRAFT


def test_reopening_needs_a_reason(desk: Any) -> None:
    said = desk.approved(desk.say(desk.anna))
    with pytest.raises(InputRefused, match="Reason: it is empty"):
        desk.step(reopen, desk.lead, said, " ")
    assert desk.now(said).review is Review.APPROVED


STANDS = {
    Review.DRAFT: {submit},
    Review.SUBMITTED: {approve, return_work},
    Review.RETURNED: set(),
    Review.APPROVED: {reopen},
}


@pytest.mark.parametrize("review", STANDS)
@pytest.mark.parametrize("action", [submit, approve, return_work, reopen])
def test_a_step_is_taken_only_from_where_it_starts(
    desk: Any, review: Review, action: Callable[..., ReviewEntry]
) -> None:
    said = desk.say(desk.anna)
    if review is not Review.DRAFT:
        desk.step(submit, desk.anna, said)
    if review is Review.APPROVED:
        desk.step(approve, desk.lead, said)
    if review is Review.RETURNED:
        desk.step(return_work, desk.lead, said, "why?")
    author = desk.anna if action is submit else desk.lead
    before = desk.project.record.revision
    if action in STANDS[review]:
        desk.step(action, author, said, "because")
        assert desk.project.record.revision == before + 2
    else:
        with pytest.raises(InputRefused, match=f"Observation {said.id}: it is"):
            desk.step(action, author, said, "because")
        assert desk.project.record.revision == before


@pytest.mark.parametrize("action", [submit, approve, return_work, reopen])
def test_a_step_on_another_version_than_was_seen_is_refused(
    desk: Any, action: Callable[..., ReviewEntry]
) -> None:
    said = desk.say(desk.anna)
    desk.say(desk.anna, note="later")
    for seen in (1, 3):
        with pytest.raises(StaleWrite, match=f"at version 2, the change was based on version {seen}"):
            desk.step(action, desk.anna if action is submit else desk.lead, said, "because", version=seen)
    assert desk.entries() == []


def test_of_two_leads_who_judge_at_once_the_second_is_told(desk: Any) -> None:
    said = desk.say(desk.anna)
    desk.step(submit, desk.anna, said)
    desk.step(approve, desk.lead, said, version=2)
    with pytest.raises(StaleWrite):
        desk.step(return_work, desk.boss, said, "no", version=2)
    assert desk.now(said).review is Review.APPROVED


def test_what_is_not_there_or_was_taken_back_is_refused(desk: Any) -> None:
    with pytest.raises(UnknownName, match="No observation 'nothing'"):
        submit(desk.project, desk.anna, "observation", "nothing", 1)
    with pytest.raises(UnknownName, match="kind of work"):
        submit(desk.project, desk.anna, "site", "arch", 1)
    mark = desk.mark(desk.anna)
    desk.mark(desk.anna, kind="delete")
    with pytest.raises(InputRefused, match="it was taken back"):
        desk.step(submit, desk.anna, mark)


# -- whose work it is ----------------------------------------------------------------------------------------


def test_only_the_author_submits(desk: Any) -> None:
    said = desk.say(desk.anna)
    for other in (desk.ben, desk.lead):
        with pytest.raises(NotAllowed, match=r"submit the work of Anna; submit your own work\."):
            desk.step(submit, other, said)
    mark = desk.mark(desk.anna)
    desk.mark(desk.ben, kind="edit", label="gantry")
    with pytest.raises(NotAllowed, match="submit the work of Anna"):
        desk.step(submit, desk.ben, mark)


def test_who_took_past_work_in_for_its_author_submits_it_but_does_not_approve_it(desk: Any) -> None:
    past = Observation("p" * 36, "arch", "gantry", desk.SHOTS[0], "Old Hand", State.PRESENT)
    with desk.project.record.write(desk.lead, "from a table") as transaction:
        transaction.put(past, 0)
    desk.step(submit, desk.lead, past)
    with pytest.raises(NotAllowed, match="approve their own work"):
        desk.step(approve, desk.lead, past)
    desk.step(approve, desk.boss, past)


@pytest.mark.parametrize("action", [approve, return_work])
@pytest.mark.parametrize("made", ["say", "mark"])
def test_a_lead_neither_approves_nor_returns_own_work(
    desk: Any, made: str, action: Callable[..., ReviewEntry]
) -> None:
    work = getattr(desk, made)(desk.lead)
    desk.step(submit, desk.lead, work)
    with pytest.raises(NotAllowed, match=r"Lena \(lead\) may not \w+ their own work; ask somebody else"):
        desk.step(action, desk.lead, work, "because")
    desk.step(action, desk.boss, work, "because")


def test_who_last_changed_the_content_does_not_approve_it(desk: Any) -> None:
    mark = desk.mark(desk.anna)
    desk.mark(desk.lead, kind="edit", label="gantry")
    desk.step(submit, desk.anna, mark)
    with pytest.raises(NotAllowed, match="approve their own work"):
        desk.step(approve, desk.lead, mark)
    desk.step(approve, desk.boss, mark)


def test_a_step_of_review_makes_nobody_an_author(desk: Any) -> None:
    said = desk.say(desk.anna)
    desk.step(submit, desk.anna, said)
    desk.step(approve, desk.lead, said)
    desk.step(reopen, desk.lead, said, "again")
    desk.step(submit, desk.anna, said)
    desk.step(approve, desk.lead, said)
    history = desk.project.record.history(Observation, said.id)
    assert makers(desk.now(said), history) == ("Anna",)


def test_an_older_change_by_a_lead_is_not_the_latest_content(desk: Any) -> None:
    mark = desk.mark(desk.anna)
    desk.mark(desk.lead, kind="edit", label="gantry")
    desk.mark(desk.anna, kind="edit", label="the gantry")
    desk.step(submit, desk.anna, mark)
    desk.step(approve, desk.lead, mark)


@pytest.mark.parametrize("name", ["lena", " Lena", "LENA"])
def test_case_and_white_space_do_not_make_another_person(desk: Any, name: str) -> None:
    said = desk.say(desk.lead)
    desk.step(submit, Author(name), said)
    with pytest.raises(NotAllowed, match="their own work"):
        desk.step(approve, Author(name, Role.LEAD), said)


def test_names_are_compared_folded_composed_and_with_single_spaces() -> None:
    assert person("  Kim\u00a0 Min ") == person("kim min")
    assert person("STRASSE") == person("Straße")
    assert person("Jose\u0301") == person("JOSÉ")
    assert person("Anna") != person("Anne")


def test_an_undo_by_a_lead_is_the_lead_s_content(desk: Any) -> None:
    mark = desk.mark(desk.anna)
    desk.mark(desk.anna, kind="edit", label="gantry")
    undo(desk.project, desk.lead, "annotation", mark.id, base_version=2, reason="was better")
    desk.step(submit, desk.anna, mark)
    with pytest.raises(NotAllowed, match="their own work"):
        desk.step(approve, desk.lead, mark)


def test_all_own_drafts_of_a_site_are_submitted_at_once(desk: Any) -> None:
    own = [desk.say(desk.anna), desk.say(desk.anna, capture=desk.SHOTS[1]), desk.mark(desk.anna)]
    gone = desk.mark(desk.anna, "m2")
    desk.mark(desk.anna, "m2", kind="delete")
    others = [desk.say(desk.ben), desk.mark(desk.ben, "m3")]
    elsewhere = desk.say(desk.anna, site="bridge", target="mast")
    sealed = desk.approved(desk.say(desk.anna, site="arch", capture=desk.SHOTS[1]))
    before = desk.project.record.revision
    assert submit_site(desk.project, desk.anna, "arch") == [own[0].id, own[2].id]
    assert desk.project.record.revision == before + 4
    assert {desk.now(own[0]).review, desk.now(own[2]).review} == {Review.SUBMITTED}
    assert desk.now(sealed).review is Review.APPROVED
    assert {desk.now(one).review for one in (gone, *others, elsewhere)} == {Review.DRAFT}
    assert submit_site(desk.project, desk.anna, "arch") == []
    with pytest.raises(UnknownName, match="did you mean 'arch'"):
        submit_site(desk.project, desk.anna, "arhc")


# -- roles ---------------------------------------------------------------------------------------------------

ACTIONS: dict[str, tuple[Callable[[Any, Author], object], set[Role]]] = {
    "submit": (
        lambda desk, who: submit(desk.project, who, "observation", "none", 1),
        {Role.ANALYST, Role.LEAD},
    ),
    "submit_site": (lambda desk, who: submit_site(desk.project, who, "none"), {Role.ANALYST, Role.LEAD}),
    "approve": (lambda desk, who: approve(desk.project, who, "observation", "none", 1), {Role.LEAD}),
    "return_work": (
        lambda desk, who: return_work(desk.project, who, "observation", "none", 1, "why"),
        {Role.LEAD},
    ),
    "reopen": (lambda desk, who: reopen(desk.project, who, "observation", "none", 1, "why"), {Role.LEAD}),
    "ask_second_reading": (lambda desk, who: ask_second_reading(desk.project, who, "none"), {Role.LEAD}),
    "second_read": (
        lambda desk, who: second_read(
            desk.project, who, site="none", target="none", capture="none", state="present"
        ),
        {Role.ANALYST, Role.LEAD},
    ),
    "adjudicate": (lambda desk, who: adjudicate(desk.project, who, "none", {}, "why"), {Role.LEAD}),
}


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("name", ACTIONS)
def test_an_action_beyond_the_role_is_refused_before_anything_else(desk: Any, name: str, role: Role) -> None:
    act, allowed = ACTIONS[name]
    with pytest.raises(UnknownName if role in allowed else NotAllowed) as refused:
        act(desk, Author("Zoe", role))
    assert ("Zoe" in str(refused.value)) is (role not in allowed)


def test_every_action_of_review_is_in_the_table_of_roles() -> None:
    from workflow.actions import reviewing

    assert set(ACTIONS) == set(reviewing.__all__)


# -- second readings -----------------------------------------------------------------------------------------


def test_a_second_reading_is_asked_for_once_a_pair(desk: Any) -> None:
    first = desk.say(desk.anna)
    entry = ask_second_reading(desk.project, desk.lead, first.id, "hard to see")
    assert (entry.verdict, entry.comment, entry.subject, entry.subject_version) == (
        Verdict.SECOND_READING,
        "hard to see",
        first.id,
        1,
    )
    before = desk.project.record.revision
    assert ask_second_reading(desk.project, desk.boss, first.id, "again") == entry
    other = desk.say(desk.ben, "absent")
    assert ask_second_reading(desk.project, desk.lead, other.id) == entry
    assert desk.project.record.revision == before + 1  # Ben's statement
    assert desk.now(first) == first


def test_a_second_reading_is_recorded_as_blind(desk: Any) -> None:
    ask_second_reading(desk.project, desk.lead, desk.say(desk.anna).id)
    said = desk.read(desk.ben, "absent", confidence="low", note="a shadow")
    assert (said.author, said.state, said.blind, said.review) == ("Ben", State.ABSENT, True, Review.DRAFT)
    assert (said.confidence, said.note) == ("low", "a shadow")
    assert desk.now(said) == said
    assert not desk.say(desk.cho).blind


def test_a_second_reading_stays_blind_when_its_reader_changes_it(desk: Any) -> None:
    ask_second_reading(desk.project, desk.lead, desk.say(desk.anna).id)
    said = desk.read(desk.ben, "absent")
    assert desk.say(desk.ben, "absent") == said
    assert desk.version(said) == 1
    assert desk.say(desk.ben, "present").blind


def test_a_lead_may_give_a_second_reading(desk: Any) -> None:
    ask_second_reading(desk.project, desk.lead, desk.say(desk.anna).id)
    assert desk.read(desk.boss).author == "Bo"


def test_nobody_reads_own_work_a_second_time(desk: Any) -> None:
    first = desk.say(desk.anna)
    ask_second_reading(desk.project, desk.lead, first.id)
    for name in ("Anna", "anna", " ANNA "):
        with pytest.raises(NotAllowed, match="give a second reading of their own work"):
            desk.read(Author(name))
    past = Observation(
        "p" * 36, "arch", "gantry", desk.SHOTS[1], "Old Hand", State.PRESENT
    )  # taken in by Ben
    with desk.project.record.write(desk.ben, "from a table") as transaction:
        transaction.put(past, 0)
    ask_second_reading(desk.project, desk.lead, past.id)
    with pytest.raises(NotAllowed, match="their own work"):
        desk.read(desk.ben, capture=desk.SHOTS[1])


def test_a_second_reading_that_nobody_asked_for_is_refused(desk: Any) -> None:
    desk.say(desk.anna)
    with pytest.raises(InputRefused, match="none was asked for"):
        desk.read(desk.ben)
    ask_second_reading(desk.project, desk.lead, desk.say(desk.anna, capture=desk.SHOTS[1]).id)
    with pytest.raises(InputRefused, match="none was asked for"):
        desk.read(desk.ben)


def test_a_reader_who_has_stated_something_there_gives_no_second_reading(desk: Any) -> None:
    first = desk.say(desk.anna)
    said = desk.say(desk.ben, "uncertain")
    ask_second_reading(desk.project, desk.lead, first.id)
    with pytest.raises(InputRefused, match="Ben has said something there already"):
        desk.read(desk.ben)
    undo(desk.project, desk.ben, "observation", said.id, base_version=1, reason="too early")
    with pytest.raises(InputRefused, match="ben has said something there already"):
        desk.read(Author("ben"))


def test_a_second_reading_is_given_once(desk: Any) -> None:
    ask_second_reading(desk.project, desk.lead, desk.say(desk.anna).id)
    desk.read(desk.ben)
    with pytest.raises(InputRefused, match="Ben has given it"):
        desk.read(desk.cho)


def test_a_second_reading_that_was_taken_back_may_be_given_by_another(desk: Any) -> None:
    ask_second_reading(desk.project, desk.lead, desk.say(desk.anna).id)
    said = desk.read(desk.ben)
    undo(desk.project, desk.ben, "observation", said.id, base_version=1, reason="wrong tower")
    with pytest.raises(InputRefused, match="Ben has said something"):
        desk.read(desk.ben)
    assert desk.read(desk.cho).blind


def test_a_second_reading_is_checked_like_any_statement(desk: Any) -> None:
    ask_second_reading(desk.project, desk.lead, desk.say(desk.anna).id)
    with pytest.raises(InputRefused, match="'there' is not known"):
        desk.read(desk.ben, "there")
    with pytest.raises(UnknownName, match="target of site arch"):
        desk.read(desk.ben, target="mast")
    assert len(desk.project.observations()) == 1


def test_a_withdrawn_capture_is_not_read_again(desk: Any) -> None:
    first, other = desk.say(desk.anna), desk.say(desk.anna, capture=desk.SHOTS[1])
    ask_second_reading(desk.project, desk.lead, first.id)
    for key in desk.SHOTS:
        desk.withdraw(key)
    with pytest.raises(InputRefused, match="it was withdrawn"):
        ask_second_reading(desk.project, desk.lead, other.id)
    with pytest.raises(InputRefused):
        desk.read(desk.ben)


def test_a_first_reading_that_was_taken_back_is_asked_about_no_more(desk: Any) -> None:
    first = desk.say(desk.anna)
    ask_second_reading(desk.project, desk.lead, first.id)
    undo(desk.project, desk.anna, "observation", first.id, base_version=1, reason="wrong place")
    with pytest.raises(InputRefused, match="none was asked for"):
        desk.read(desk.ben)
    with pytest.raises(InputRefused, match="it was taken back"):
        ask_second_reading(desk.project, desk.lead, first.id)
    assert ask_second_reading(desk.project, desk.lead, desk.say(desk.cho).id).subject != first.id


# -- deciding between readings -------------------------------------------------------------------------------


def versions(desk: Any, *readings: Observation) -> dict[str, int]:
    return {one.id: desk.version(one) for one in readings}


def test_the_chosen_reading_is_approved_its_like_too_and_the_others_superseded(desk: Any) -> None:
    readings = [desk.say(desk.anna), desk.say(desk.ben, "absent"), desk.say(desk.cho)]
    before = desk.project.record.revision
    entries = adjudicate(desk.project, desk.lead, readings[2].id, versions(desk, *readings), "two posts")
    assert [desk.now(one).review for one in readings] == [
        Review.APPROVED,
        Review.SUPERSEDED,
        Review.APPROVED,
    ]
    assert entries[0].subject == readings[2].id
    assert {(one.subject, one.verdict, one.comment, one.subject_version) for one in entries} == {
        (readings[0].id, Verdict.APPROVED, "two posts", 1),
        (readings[1].id, Verdict.SUPERSEDED, "two posts", 1),
        (readings[2].id, Verdict.APPROVED, "two posts", 1),
    }
    assert desk.project.record.revision == before + 6
    instants = {desk.project.record.history(ReviewEntry, one.id)[0].at for one in entries}
    assert len(instants) == 1


def test_a_decision_needs_a_comment(desk: Any) -> None:
    readings = [desk.say(desk.anna), desk.say(desk.ben, "absent")]
    with pytest.raises(InputRefused, match="Comment: it is empty"):
        adjudicate(desk.project, desk.lead, readings[0].id, versions(desk, *readings), "")


def test_a_decision_on_other_versions_than_were_seen_is_refused(desk: Any) -> None:
    readings = [desk.say(desk.anna), desk.say(desk.ben, "absent")]
    seen = versions(desk, *readings)
    desk.say(desk.ben, "absent", note="more")
    with pytest.raises(StaleWrite, match=readings[1].id):
        adjudicate(desk.project, desk.lead, readings[0].id, seen, "because")
    late = desk.say(desk.cho)
    with pytest.raises(StaleWrite, match=f"{late.id} is at version 1, the change was based on version 0"):
        adjudicate(desk.project, desk.lead, readings[0].id, versions(desk, *readings), "because")
    assert desk.entries() == []


def test_a_reader_does_not_decide(desk: Any) -> None:
    readings = [desk.say(desk.lead), desk.say(desk.ben, "absent")]
    for chosen in readings:
        with pytest.raises(NotAllowed, match="decide on their own work"):
            adjudicate(
                desk.project, Author("lena", Role.LEAD), chosen.id, versions(desk, *readings), "because"
            )
    adjudicate(desk.project, desk.boss, readings[0].id, versions(desk, *readings), "because")


def test_there_is_no_decision_about_one_reader(desk: Any) -> None:
    said = desk.say(desk.anna)
    desk.say(desk.ben, "absent", capture=desk.SHOTS[1])
    desk.say(Author("anna"), "absent")
    with pytest.raises(InputRefused, match="nobody else has read this"):
        adjudicate(
            desk.project,
            desk.lead,
            said.id,
            versions(desk, *desk.project.observations()),
            "because",
        )


def test_what_does_not_count_is_not_chosen_and_not_decided_on(desk: Any) -> None:
    readings = [desk.say(desk.anna), desk.say(desk.ben, "absent"), desk.say(desk.cho)]
    desk.step(submit, desk.cho, readings[2])
    desk.step(return_work, desk.lead, readings[2], "why?")
    with pytest.raises(InputRefused, match="it is returned and does not count"):
        adjudicate(desk.project, desk.lead, readings[2].id, versions(desk, *readings), "because")
    adjudicate(desk.project, desk.lead, readings[0].id, versions(desk, *readings[:2]), "because")
    assert desk.now(readings[2]).review is Review.RETURNED


def test_a_decision_can_be_changed_after_the_superseded_reading_is_reopened(desk: Any) -> None:
    one, two = desk.say(desk.anna), desk.say(desk.ben, "absent")
    adjudicate(desk.project, desk.lead, one.id, versions(desk, one, two), "two posts")
    with pytest.raises(InputRefused, match="it is superseded and does not count"):
        adjudicate(desk.project, desk.lead, two.id, versions(desk, one, two), "no")
    desk.step(reopen, desk.lead, two, "a sharper picture came in")
    adjudicate(desk.project, desk.lead, two.id, versions(desk, one, two), "it was a shadow")
    assert (desk.now(one).review, desk.now(two).review) == (Review.SUPERSEDED, Review.APPROVED)


def test_readings_that_agree_are_approved_together_and_then_nothing_is_left(desk: Any) -> None:
    one, two = desk.say(desk.anna), desk.say(desk.ben)
    adjudicate(desk.project, desk.lead, one.id, versions(desk, one, two), "both are right")
    assert {desk.now(one).review, desk.now(two).review} == {Review.APPROVED}
    with pytest.raises(InputRefused, match="all readings agree and are approved"):
        adjudicate(desk.project, desk.lead, one.id, versions(desk, one, two), "again")


def test_a_reading_that_was_approved_before_may_be_superseded_by_a_decision(desk: Any) -> None:
    one = desk.approved(desk.say(desk.anna))
    two = desk.say(desk.ben, "absent")
    adjudicate(desk.project, desk.boss, two.id, versions(desk, one, two), "it was a shadow")
    assert (desk.now(one).review, desk.now(two).review) == (Review.SUPERSEDED, Review.APPROVED)


def test_every_refusal_is_a_sentence(desk: Any) -> None:
    said = desk.say(desk.anna)
    for refused in (
        lambda: desk.step(approve, desk.lead, said),
        lambda: desk.step(submit, desk.ben, said),
        lambda: desk.read(desk.ben),
        lambda: observe(desk.project, desk.viewer, site="arch", capture="a", state="present"),
        lambda: annotate(desk.project, desk.viewer, []),
    ):
        with pytest.raises(WorkflowError) as error:
            refused()
        assert str(error.value).endswith(".")
        assert ";" in str(error.value)


def test_work_of_both_kinds_can_be_reviewed() -> None:
    from workflow.actions.judging import REVIEWABLE

    assert set(REVIEWABLE.values()) == {Observation, Annotation}
