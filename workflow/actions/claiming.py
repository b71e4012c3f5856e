"""Claims: put into the ledger, frozen anew, withdrawn. What a query gives comes from `workflow.readmodels.claims`."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from workflow.actions.judging import is_own
from workflow.actions.permissions import ALLOWED, Deed, require
from workflow.actions.text import clean_text
from workflow.claims import Frozen, Published, query_json
from workflow.errors import InputRefused, NotAllowed, StaleWrite, UnknownName
from workflow.model import Author, Claim, slug

if TYPE_CHECKING:
    from workflow.project import Project
    from workflow.store import Transaction, Versioned

__all__ = ["add_claim", "refuse_of_others", "renew_claim", "withdraw_claim"]

_LONGEST = 2000
_LONGEST_LINE = 500


def add_claim(
    project: Project,
    author: Author,
    sentence: str,
    frozen: Frozen,
    *,
    source: str = "",
    page: str = "",
    topic: str = "",
    note: str = "",
) -> Claim:
    """Put a sentence into the ledger with what its query gave; gives the claim with its new id.

    Raises
    ------
    NotAllowed
        for a viewer.
    InputRefused
        when the sentence is empty, the topic no slug, or a publication's statement names no source.
    """
    require(author, Deed.CLAIM)
    said = Claim(
        id="",
        sentence=" ".join(_needed("Sentence", sentence, "write what is claimed").split()),
        query=query_json(frozen.query),
        result=frozen.result,
        as_of=frozen.as_of,
        chain=frozen.chain,
        source=clean_text("Source", source, _LONGEST_LINE),
        note=clean_text("Note", note, _LONGEST),
        topic=_topic(topic),
        page=clean_text("Page", page, _LONGEST_LINE),
    )
    if isinstance(frozen.query, Published) and not said.source:
        raise InputRefused("Source", "it is empty", "say who published the statement")
    with project.record.write(author, "claim") as transaction:
        claim = replace(said, id=_next_id(transaction))
        transaction.put(claim, base_version=0)
    return claim


def _next_id(transaction: Transaction) -> str:
    """``claim-4`` after ``claim-3``: claims are never deleted, so no number comes twice."""
    taken = {row.value.id for row in transaction.rows(Claim)}
    number = sum(key.startswith("claim-") for key in taken) + 1
    while f"claim-{number}" in taken:
        number += 1
    return f"claim-{number}"


def _topic(text: str) -> str:
    said = clean_text("Topic", text, 100)
    if said and slug(said) != said:
        raise InputRefused(
            "Topic", f"'{said}' is not lower-case letters, digits and hyphens", f"write '{slug(said)}', say"
        )
    return said


def renew_claim(
    project: Project, author: Author, key: str, frozen: Frozen, *, base_version: int | None = None
) -> Claim:
    """Freeze a claim anew with what its query gives now, as a new revision.

    Raises
    ------
    NotAllowed
        for a viewer, and for an analyst on the claim of somebody else.
    UnknownName, StaleWrite
        when there is no such claim, or it has moved on since `base_version`.
    InputRefused
        when it was withdrawn, or it is a publication's statement: nothing was derived.
    """
    require(author, Deed.CLAIM)
    with project.record.write(author, "frozen anew") as transaction:
        known = _seen(project, transaction, author, key, base_version)
        if known.value.query.get("kind") == "none":
            raise InputRefused(
                f"Claim {key}", "a publication says it, nothing was derived", "leave it as it is"
            )
        renewed = replace(
            known.value,
            query=query_json(frozen.query),
            result=frozen.result,
            as_of=frozen.as_of,
            chain=frozen.chain,
        )
        transaction.put(renewed, base_version=known.version)
    return renewed


def withdraw_claim(
    project: Project, author: Author, key: str, reason: str, *, base_version: int | None = None
) -> Claim:
    """Take a claim back; it stays in the ledger with the reason.

    Raises
    ------
    NotAllowed
        for a viewer, and for an analyst on the claim of somebody else.
    UnknownName, StaleWrite
        when there is no such claim, or it has moved on since `base_version`.
    InputRefused
        when there is no reason, or it was withdrawn before.
    """
    require(author, Deed.CLAIM)
    why = _needed("Reason", reason, "say why the claim is withdrawn")
    with project.record.write(author, why) as transaction:
        known = _seen(project, transaction, author, key, base_version)
        withdrawn = replace(known.value, withdrawn=True)
        transaction.put(withdrawn, base_version=known.version)
    return withdrawn


def _seen(
    project: Project, transaction: Transaction, author: Author, key: str, base_version: int | None
) -> Versioned[Claim]:
    known = transaction.get(Claim, key)
    if known is None:
        raise UnknownName("claim", key, project.record.ids("claim"))
    if base_version is not None and known.version != base_version:
        raise StaleWrite("claim", key, base_version, known.version)
    refuse_of_others(transaction, author, key)
    if known.value.withdrawn:
        raise InputRefused(f"Claim {key}", "it was withdrawn", "add a new claim")
    return known


def refuse_of_others(transaction: Transaction, author: Author, key: str) -> None:
    """Raise `NotAllowed` for an analyst on the claim of somebody else."""
    made_by = transaction.histories(Claim, [key])[key][0].author
    if Deed.CHANGE_CLAIMS not in ALLOWED[author.role] and not is_own(author, [made_by]):
        raise NotAllowed(
            author.name, author.role.value, f"change the claim of {made_by}", "ask them, or have a lead do it"
        )


def _needed(field: str, text: str, remedy: str) -> str:
    said = clean_text(field, text, _LONGEST)
    if not said:
        raise InputRefused(field, "it is empty", remedy)
    return said
