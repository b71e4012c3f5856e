"""Sites and their parts: taken apart when written, put together when read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import count
from typing import Any

from sqlalchemy import Connection, select

from workflow.model import Evidence, Site, SiteEvidence
from workflow.store.kinds import KINDS, PARTS, pins_of
from workflow.store.tables import HEADS, REVISIONS

__all__ = ["Parts", "assembled", "numbered", "parts_of_sites"]

Parts = Mapping[tuple[str, str, int], Any]
"""(kind, id, version) to the part as it was at that version."""


def parts_of_sites(connection: Connection, sites: Sequence[str] | None) -> Parts:
    """Every version of every part of these sites, or of all: what a version was never changes."""
    found: dict[tuple[str, str, int], Any] = {}
    for name in PARTS:
        revision, head = REVISIONS[name].c, HEADS[name].c
        query = select(revision.id, revision.version, revision.payload).join(
            HEADS[name], head.id == revision.id
        )
        if sites is not None:
            query = query.where(head.site.in_(sites))
        for key, version, payload in connection.execute(query):
            found[name, key, version] = KINDS[name].read(payload)
    return found


def assembled(payload: str, parts: Parts) -> Site:
    """The whole site of a payload.

    Raises
    ------
    ValueError, TypeError, KeyError, cattrs.BaseValidationError
        when the payload is not one of a site, or a part that it names is not there.
    """
    site: Site = KINDS["site"].read(payload)
    pins = pins_of(payload)
    if pins is None:
        return site
    return replace(
        site,
        targets=tuple(parts["target", key, version].target for key, version in pins["target"]),
        evidence=tuple(parts["evidence", key, version].evidence for key, version in pins["evidence"]),
    )


def numbered(
    site: str, wanted: Iterable[Evidence], there: Sequence[SiteEvidence], used: Iterable[int]
) -> list[SiteEvidence]:
    """What publications say of a site, with numbers: the same statement, or one of the same source on the same
    thing, keeps its number; others get the next that is not `used`.
    """
    wanted = list(wanted)
    kept = _claimed(wanted, there, lambda one: one)
    kept |= _claimed(
        [one for one in wanted if id(one) not in kept],
        [one for one in there if one not in kept.values()],
        lambda one: (one.target, one.event, one.source, one.page),
    )
    numbers = count(max(used, default=0) + 1)
    return [
        SiteEvidence(site, kept[id(one)].number if id(one) in kept else next(numbers), one) for one in wanted
    ]


def _claimed(
    wanted: Iterable[Evidence], there: Iterable[SiteEvidence], alike: Callable[[Evidence], object]
) -> dict[int, SiteEvidence]:
    """By identity of the wanted statement, the kept one that is `alike`; each is claimed once."""
    left = list(there)
    found = {}
    for one in wanted:
        same = next((kept for kept in left if alike(kept.evidence) == alike(one)), None)
        if same is not None:
            left.remove(same)
            found[id(one)] = same
    return found
