"""Review: work is submitted, approved or returned, reopened; readings are repeated blind and decided between.

Each step is one write: the object where its place in review changes, and a `ReviewEntry` that says what was done at
which version. A step takes the version that the person saw, and is refused when the object has moved on.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from workflow.actions.judging import (
    REVIEWABLE,
    checked_comment,
    enter,
    is_own,
    judge,
    named,
    needed_comment,
    own_work,
    reason_of,
    refuse_withdrawn,
    seen,
    standing,
)
from workflow.actions.observing import statement
from workflow.actions.permissions import Deed, require
from workflow.errors import InputRefused, NotAllowed, StaleWrite, UnknownName
from workflow.model import Author, Confidence, Observation, Review, ReviewEntry, Verdict
from workflow.readings import SecondReading, makers, person, second_readings

if TYPE_CHECKING:
    from workflow.project import Project
    from workflow.store import Transaction, Versioned

__all__ = [
    "adjudicate",
    "approve",
    "ask_second_reading",
    "reopen",
    "return_work",
    "second_read",
    "submit",
    "submit_site",
]

_FROM = {
    Verdict.SUBMITTED: (Review.DRAFT,),
    Verdict.APPROVED: (Review.SUBMITTED,),
    Verdict.RETURNED: (Review.SUBMITTED,),
    Verdict.REOPENED: (Review.APPROVED, Review.SUPERSEDED),
}
_REMEDY = {
    Verdict.SUBMITTED: "only a draft is submitted: returned work is one again once it is changed",
    Verdict.APPROVED: "only submitted work is approved",
    Verdict.RETURNED: "only submitted work is returned",
    Verdict.REOPENED: "only approved and superseded work is reopened",
}


# -- one piece of work ---------------------------------------------------------------------------------------


def submit(
    project: Project, author: Author, kind: str, key: str, version: int, comment: str = ""
) -> ReviewEntry:
    """Hand own draft in for review. `kind` is ``observation`` or ``annotation``.

    Raises
    ------
    UnknownName
        when there is no such work.
    StaleWrite
        when it has moved on since `version`.
    NotAllowed
        for a viewer, and for work of somebody else.
    InputRefused
        when it is no draft, or was taken back.
    """
    require(author, Deed.SUBMIT)
    return _step(project, author, Verdict.SUBMITTED, kind, key, version, checked_comment(comment))


def submit_site(project: Project, author: Author, site: str) -> list[str]:
    """Hand in all own drafts at a site, observations first; their ids.

    Raises
    ------
    UnknownName
        when there is no such site.
    NotAllowed
        for a viewer.
    """
    require(author, Deed.SUBMIT)
    place = project.site(site)
    done = []
    with project.record.write(author, f"{Verdict.SUBMITTED}: all own drafts at {place.id}") as transaction:
        for kind, what in REVIEWABLE.items():
            rows: tuple[Versioned[Any], ...] = transaction.rows(what, site=place.id)
            drafts = [row for row in rows if row.value.review is Review.DRAFT and not row.value.deleted]
            histories = transaction.histories(what, [row.value.id for row in drafts])
            for row in drafts:
                if is_own(author, (row.value.author, histories[row.value.id][0].author)):
                    judge(transaction, kind, row, Verdict.SUBMITTED, "")
                    done.append(row.value.id)
    return done


def approve(
    project: Project, author: Author, kind: str, key: str, version: int, comment: str = ""
) -> ReviewEntry:
    """Approve submitted work of somebody else, which seals it.

    Raises
    ------
    UnknownName
        when there is no such work.
    StaleWrite
        when it has moved on since `version`.
    NotAllowed
        for all but leads, and for a lead's own work.
    InputRefused
        when it is not submitted, or was taken back.
    """
    require(author, Deed.REVIEW)
    return _step(project, author, Verdict.APPROVED, kind, key, version, checked_comment(comment))


def return_work(
    project: Project, author: Author, kind: str, key: str, version: int, comment: str
) -> ReviewEntry:
    """Give submitted work of somebody else back with a comment; once changed it is a draft again.

    Raises
    ------
    UnknownName, StaleWrite, NotAllowed, InputRefused
        as `approve`, and when the comment is empty.
    """
    require(author, Deed.REVIEW)
    why = needed_comment("Comment", comment, "say what is to be changed")
    return _step(project, author, Verdict.RETURNED, kind, key, version, why)


def reopen(project: Project, author: Author, kind: str, key: str, version: int, reason: str) -> ReviewEntry:
    """Make approved or superseded work a draft again.

    Raises
    ------
    UnknownName
        when there is no such work.
    StaleWrite
        when it has moved on since `version`.
    NotAllowed
        for all but leads.
    InputRefused
        when it is not sealed, was taken back, or the reason is empty.
    """
    require(author, Deed.REOPEN)
    why = needed_comment("Reason", reason, "say why it is reopened")
    return _step(project, author, Verdict.REOPENED, kind, key, version, why)


def _step(
    project: Project, author: Author, verdict: Verdict, kind: str, key: str, version: int, comment: str
) -> ReviewEntry:
    if kind not in REVIEWABLE:
        raise UnknownName("kind of work that is reviewed", kind, list(REVIEWABLE))
    with project.record.write(author, reason_of(verdict, comment)) as transaction:
        work = seen(project, transaction, kind, key, version)
        _refuse_person(transaction, author, verdict, work)
        if work.value.review not in _FROM[verdict]:
            raise InputRefused(named(kind, key), f"it is {standing(work.value.review)}", _REMEDY[verdict])
        return judge(transaction, kind, work, verdict, comment)


# -- whose work it is ----------------------------------------------------------------------------------------


def _refuse_person(transaction: Transaction, author: Author, verdict: Verdict, work: Versioned[Any]) -> None:
    """Only the author submits; nobody judges their own work. Reopening is open to every lead."""
    one = work.value
    if verdict is Verdict.REOPENED:
        return
    revisions = transaction.histories(type(one), [one.id])[one.id]
    if verdict is not Verdict.SUBMITTED:
        if is_own(author, makers(one, revisions)):
            raise own_work(author, "approve" if verdict is Verdict.APPROVED else "return")
    elif not is_own(author, (one.author, revisions[0].author)):  # or who took past work in for its author
        whose = one.author or revisions[0].author
        raise NotAllowed(
            author.name, author.role.value, f"submit the work of {whose}", "submit your own work"
        )


# -- two readings --------------------------------------------------------------------------------------------


def ask_second_reading(
    project: Project, author: Author, observation_key: str, comment: str = ""
) -> ReviewEntry:
    """Ask for a second, blind reading of what an observation is about; asking again changes nothing.

    Raises
    ------
    UnknownName
        when there is no such observation.
    NotAllowed
        for all but leads.
    InputRefused
        when the observation was taken back, or its capture withdrawn.
    """
    require(author, Deed.ASK_SECOND_READING)
    said = checked_comment(comment)
    with project.record.write(author, reason_of(Verdict.SECOND_READING, said)) as transaction:
        first = seen(project, transaction, "observation", observation_key)
        refuse_withdrawn(transaction, first.value.capture)
        asked = _asked(transaction, first.value.site, first.value.target or "", first.value.capture)
        if asked is not None:
            return asked.entry
        return enter(transaction, "observation", first, Verdict.SECOND_READING, said)


def second_read(
    project: Project,
    author: Author,
    *,
    site: str,
    target: str,
    capture: str,
    state: str,
    confidence: str = Confidence.MODERATE,
    note: str = "",
) -> Observation:
    """Give the second reading that was asked for, without sight of the first.

    What `observe` refuses is refused here too.

    Raises
    ------
    UnknownName, AmbiguousName
        when site, target or capture are not there or fit several.
    NotAllowed
        for a viewer, and for whoever made the first reading.
    InputRefused
        when none was asked for, it has been given, or `author` has said something there already.
    """
    require(author, Deed.OBSERVE)
    said = statement(
        project,
        author,
        site=site,
        target=target,
        capture=capture,
        state=state,
        confidence=confidence,
        note=note,
    )
    with project.record.write(author, f"second reading at {said.site}, {said.target}") as transaction:
        refuse_withdrawn(transaction, said.capture)
        asked = _asked(transaction, said.site, said.target, said.capture)
        _refuse_reading(transaction, author, said, asked)
        blind = replace(said, blind=True)
        transaction.put(blind, base_version=0)
    return blind


def _asked(transaction: Transaction, site: str, target: str, capture: str) -> SecondReading | None:
    """The second reading that was asked for there."""
    entries = transaction.rows(ReviewEntry, site=site, target=target, capture=capture)
    there = transaction.rows(Observation, site=site, target=target, capture=capture)
    asked = second_readings([row.value for row in entries], [row.value for row in there], {capture})
    return asked[0] if asked else None


def _refuse_reading(
    transaction: Transaction, author: Author, said: Observation, asked: SecondReading | None
) -> None:
    subject = f"Second reading of {said.target} at {said.site} in {said.capture}"
    if asked is None:
        raise InputRefused(
            subject, "none was asked for", "use 'observe', or have a lead ask for a second reading"
        )
    revisions = transaction.histories(Observation, [asked.first.id])[asked.first.id]
    if is_own(author, makers(asked.first, revisions)):
        raise own_work(author, "give a second reading of")
    if person(author.name) in asked.stated:
        raise InputRefused(
            subject, f"{author.name} has said something there already", "leave it to somebody else"
        )
    if asked.second is not None:
        raise InputRefused(subject, f"{asked.second.author} has given it", "use 'observe' to add a statement")


def adjudicate(
    project: Project, author: Author, chosen: str, versions: Mapping[str, int], comment: str
) -> tuple[ReviewEntry, ...]:
    """Decide between the readings of one target in one capture: the `chosen` one and those that say the same are
    approved, the others superseded.

    The readings are the observations there that count. `versions` has the version seen of each of them, by id.
    Gives the entries, the chosen one's first.

    Raises
    ------
    UnknownName
        when there is no such observation.
    StaleWrite
        when one of the readings has moved on or is not in `versions`.
    NotAllowed
        for all but leads, and for a lead who made one of the readings.
    InputRefused
        when there are not two readers, the chosen one does not count, all is decided already, or the comment is
        empty.
    """
    require(author, Deed.ADJUDICATE)
    why = needed_comment("Comment", comment, "say what the decision rests on")
    with project.record.write(author, f"decided between readings: {why}") as transaction:
        best = seen(project, transaction, "observation", chosen)
        one = best.value
        there = transaction.rows(Observation, site=one.site, target=one.target, capture=one.capture)
        there = tuple(row for row in there if not row.value.deleted)
        histories = transaction.histories(Observation, [row.value.id for row in there])
        for row in there:
            if is_own(author, makers(row.value, histories[row.value.id])):
                raise own_work(author, "decide on")
        readings = _readings(there, best, versions)
        return tuple(
            judge(
                transaction,
                "observation",
                row,
                Verdict.APPROVED if row.value.state is one.state else Verdict.SUPERSEDED,
                why,
            )
            for row in readings
        )


def _readings(
    there: Sequence[Versioned[Observation]], best: Versioned[Any], versions: Mapping[str, int]
) -> list[Versioned[Observation]]:
    """What counts of what is said there, the `best` first, each at the version that was seen."""
    one = best.value
    counted = [row for row in there if row.value.review.counts]
    for row in there:
        based = versions.get(row.value.id, 0 if row in counted else row.version)
        if based != row.version:
            raise StaleWrite("observation", row.value.id, based, row.version)
    subject = named("observation", one.id)
    if not one.review.counts:
        raise InputRefused(
            subject, f"it is {standing(one.review)} and does not count", "choose one that does"
        )
    if len({person(row.value.author) for row in counted}) < 2:
        raise InputRefused(subject, "nobody else has read this", "approve it, or ask for a second reading")
    if all(row.value.review is Review.APPROVED and row.value.state is one.state for row in counted):
        raise InputRefused(subject, "all readings agree and are approved", "there is nothing to decide")
    return sorted(counted, key=lambda row: row.value.id != one.id)
