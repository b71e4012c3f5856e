"""What publications say that belongs to no site: the member `statements` of a register's FeatureCollection.

They become claims of the query `none`: held, never derived.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from workflow.claims import Published, bound_of, query_json
from workflow.codec import canonical_json, encode
from workflow.errors import InputRefused
from workflow.model import Claim
from workflow.register.assemble import refused_at
from workflow.register.fields import identifier, line, number, paragraph, published_when

__all__ = ["MEMBER", "content", "read", "restated_claims"]

MEMBER = "statements"
_PROPERTIES = "id topic wording number what when source page note"
_MOST = 10_000


def read(root: Mapping[str, Any], file: str) -> tuple[tuple[Claim, ...], tuple[InputRefused, ...]]:
    """The statements of a register in file order, and a refusal for each that was not taken."""
    stated = root.get(MEMBER, [])
    if not isinstance(stated, list) or len(stated) > _MOST:
        remedy = f"write a list of objects, {_MOST} at most"
        return (), (InputRefused(f"{file}, {MEMBER}", "is no list of statements", remedy),)
    found: dict[str, Claim] = {}
    refused = []
    for count, item in enumerate(stated, 1):
        where = f"{file}, statement {count}"
        try:
            claim = _statement(item)
            if claim.id in found:
                raise InputRefused("id", f"'{claim.id}' is that of an earlier statement", "give each its own")
            found[claim.id] = claim
        except InputRefused as error:
            refused.append(refused_at(where, error))
    return tuple(found.values()), tuple(refused)


def _statement(item: object) -> Claim:
    if not isinstance(item, Mapping):
        raise InputRefused("statement", "is no object", f"write one with {_PROPERTIES}")
    wording, source = paragraph("wording", item.get("wording")), line("source", item.get("source"))
    for name, text in (("wording", wording), ("source", source)):
        if not text:
            raise InputRefused(name, "is empty", "a statement has its wording and its source")
    query = Published(
        number=_whole(item.get("number")),
        what=line("what", item.get("what")),
        when=published_when("when", item.get("when")),
        bound=bound_of(wording),
    )
    claim = Claim(
        id=identifier("id", item.get("id")),
        sentence=wording,
        query=query_json(query),
        result={},
        as_of="",
        chain=0,
        source=source,
        note=paragraph("note", item.get("note")),
        topic=identifier("topic", item.get("topic")),
        page=line("page", item.get("page")),
    )
    return claim if claim.id else replace(claim, id=_derived_id(claim))


def _whole(value: object) -> int | None:
    found = number("number", value)
    if found is not None and (found != int(found) or found < 0):
        raise InputRefused("number", f"{value} is no count", "write a whole number")
    return None if found is None else int(found)


def _derived_id(claim: Claim) -> str:
    """The same statement gives the same id every time; one that is worded anew is another."""
    text = "\n".join((claim.sentence, claim.source, claim.page))
    return f"statement-{hashlib.sha256(text.encode()).hexdigest()[:10]}"


def content(claim: Claim) -> str:
    """What a register states of a claim, to compare; whether it was withdrawn is not for the file to say."""
    return canonical_json(encode(replace(claim, withdrawn=False)))


def restated_claims(stated: Iterable[Claim], known: Mapping[str, Claim]) -> tuple[Claim, ...]:
    """Those of the statements that are new to the record or worded otherwise there, as they are to stand.

    A claim that was derived here keeps its id to itself. What was withdrawn stays so.
    """
    found = []
    for one in stated:
        there = known.get(one.id)
        if there is None:
            found.append(one)
        elif there.query.get("kind") == one.query["kind"] and content(there) != content(one):
            found.append(replace(one, withdrawn=there.withdrawn))
    return tuple(found)
