"""What steps of review share: the work as it was seen, the entry that is written, whose work it is, words."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from workflow.actions.text import clean_text
from workflow.errors import InputRefused, NotAllowed, StaleWrite, UnknownName
from workflow.model import Annotation, Author, Capture, Observation, Review, ReviewEntry, Verdict
from workflow.readings import person

if TYPE_CHECKING:
    from workflow.project import Project
    from workflow.store import Transaction, Versioned

__all__ = [
    "REVIEWABLE",
    "checked_comment",
    "enter",
    "is_own",
    "judge",
    "named",
    "needed_comment",
    "own_work",
    "reason_of",
    "refuse_withdrawn",
    "seen",
    "standing",
]

REVIEWABLE: Mapping[str, type[Observation] | type[Annotation]] = {
    "observation": Observation,
    "annotation": Annotation,
}
"""Kinds of work that go through review."""

_LONGEST_COMMENT = 2000
_BECOMES = {
    Verdict.SUBMITTED: Review.SUBMITTED,
    Verdict.APPROVED: Review.APPROVED,
    Verdict.RETURNED: Review.RETURNED,
    Verdict.REOPENED: Review.DRAFT,
    Verdict.SUPERSEDED: Review.SUPERSEDED,
}


def seen(
    project: Project, transaction: Transaction, kind: str, key: str, version: int | None = None
) -> Versioned[Any]:
    """The work as it is, which must be at the version that was seen (None: any).

    Raises
    ------
    UnknownName
        when there is no such work.
    StaleWrite
        when it has moved on.
    InputRefused
        when it was taken back.
    """
    known: Versioned[Any] | None = transaction.get(REVIEWABLE[kind], key)
    if known is None:
        raise UnknownName(kind, key, project.record.ids(kind))
    if version is not None and known.version != version:
        raise StaleWrite(kind, key, version, known.version)
    if known.value.deleted:
        raise InputRefused(named(kind, key), "it was taken back", "choose one that stands")
    return known


def judge(
    transaction: Transaction, kind: str, work: Versioned[Any], verdict: Verdict, comment: str
) -> ReviewEntry:
    """Write where the work stands now, and the entry that says so."""
    transaction.put(replace(work.value, review=_BECOMES[verdict]), base_version=work.version)
    return enter(transaction, kind, work, verdict, comment)


def enter(
    transaction: Transaction, kind: str, work: Versioned[Any], verdict: Verdict, comment: str
) -> ReviewEntry:
    """Write what was done to the work at the version that it is at."""
    one = work.value
    entry = ReviewEntry(
        id=str(uuid.uuid4()),
        kind=kind,
        subject=one.id,
        subject_version=work.version,
        verdict=verdict,
        comment=comment,
        site=one.site,
        target=one.target,
        capture=one.capture,
    )
    transaction.put(entry, base_version=0)
    return entry


def is_own(author: Author, names: Iterable[str]) -> bool:
    """Whether one of these names is the author's."""
    return person(author.name) in {person(name) for name in names if name}


def own_work(author: Author, action: str) -> NotAllowed:
    """The refusal of what nobody may do to their own work."""
    return NotAllowed(
        author.name, author.role.value, f"{action} their own work", "ask somebody else to do it"
    )


def refuse_withdrawn(transaction: Transaction, capture: str) -> None:
    """Raise `InputRefused` for a capture that is no longer used."""
    known = transaction.get(Capture, capture)
    if known is not None and known.value.withdrawn is not None:
        raise InputRefused(f"Capture {capture}", "it was withdrawn", "choose one that is in use")


def checked_comment(text: str) -> str:
    """A comment that may be empty, as it is kept."""
    return clean_text("Comment", text, _LONGEST_COMMENT)


def needed_comment(field: str, text: str, remedy: str) -> str:
    """A comment that must not be empty, as it is kept."""
    said = clean_text(field, text, _LONGEST_COMMENT)
    if not said:
        raise InputRefused(field, "it is empty", remedy)
    return said


def reason_of(verdict: Verdict, comment: str) -> str:
    """Why a revision is made: what is done, and what was said with it."""
    return f"{verdict}: {comment}" if comment else verdict.value


def named(kind: str, key: str) -> str:
    """The work as a sentence begins with it."""
    return f"{kind.capitalize()} {key}"


def standing(review: Review) -> str:
    """Where work stands, as it follows "it is"."""
    return f"a {review}" if review is Review.DRAFT else review.value
