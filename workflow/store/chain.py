"""The chain: every revision of every kind carries the hash of the one before it. Pure, no SQL.

``sha256`` is SHA-256 over the canonical JSON of all the other columns of the revision's row together with its
kind, so a changed byte in any of them shows, and a removed or inserted row breaks the numbering or the link
to its neighbour.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from workflow.codec import canonical_json

__all__ = ["GENESIS", "HASHED", "Activity", "ChainHead", "Revision", "Verification", "link"]

GENESIS = "0" * 64
HASHED = (
    "kind",
    "id",
    "version",
    "author",
    "role",
    "declared",
    "at",
    "reason",
    "payload",
    "base_version",
    "seq",
    "prev_sha256",
)


@dataclass(frozen=True, slots=True)
class ChainHead:
    """How many revisions there are over all kinds, and the hash of the last (`GENESIS` without any)."""

    count: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Revision:
    """One write of one object: who, when (UTC, aware), why, on which version, and its place in the chain.

    `payload` is the object as canonical JSON, `site` and `capture` are what it says that it is about. `declared` says
    that nobody checked the author's name and role.
    """

    kind: str
    id: str
    version: int
    author: str
    role: str
    declared: bool
    at: datetime
    reason: str
    payload: str
    base_version: int
    seq: int
    prev_sha256: str
    sha256: str
    site: str | None = None
    capture: str | None = None


class Activity(NamedTuple):
    """One write in short: `at` is RFC 3339 UTC as the record has it, `site` and `capture` are what it is about.

    A tuple and no dataclass: a month of a large record is thousands of them.
    """

    kind: str
    id: str
    version: int
    author: str
    role: str
    at: str
    reason: str
    seq: int
    site: str | None
    capture: str | None


@dataclass(frozen=True, slots=True)
class Verification:
    """What was checked (revisions and objects), what does not fit, a sentence each, and where the chain ended."""

    checked: int
    problems: tuple[str, ...] = ()
    head: ChainHead = ChainHead(0, GENESIS)


def link(row: Mapping[str, Any]) -> str:
    """Hash of a revision's row: the columns of `HASHED`, hexadecimal.

    Raises
    ------
    TypeError, ValueError
        when a column holds what JSON cannot say (bytes, NaN); a row of ours never does.
    """
    text = canonical_json({name: row[name] for name in HASHED})
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
