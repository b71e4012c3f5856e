"""One logical change: objects put as revisions, all of them or none."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, TypeVar

from sqlalchemy import Connection, insert, select, update

from workflow.errors import StaleWrite
from workflow.model import Author, Site, SiteEvidence, SiteTarget
from workflow.store import reading
from workflow.store.chain import ChainHead, Revision, link
from workflow.store.kinds import KINDS, PARTS, Kind, Pins, Versioned, about, kind_of, pins_of
from workflow.store.parts import numbered
from workflow.store.spatial import write_boxes
from workflow.store.tables import CHAIN, HEADS, OPERATIONS, REVISIONS

__all__ = ["Transaction", "utc_text"]

K = TypeVar("K")


def utc_text(at: datetime) -> str:
    """RFC 3339 with microseconds and ``Z``, so that equal instants are equal texts."""
    if at.utcoffset() is None:
        raise ValueError(f"instant {at} has no time zone")
    return at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


class Transaction:
    """What `Record.write` gives: reads see what was put. Not to be used once the ``with`` block has ended."""

    def __init__(
        self, connection: Connection, author: Author, reason: str, at: datetime, cache: reading.Cache
    ) -> None:
        """Stand on an open write transaction; `cache` is the record's and is only read."""
        self._connection = connection
        self._author = author
        self._reason = reason
        self._at = utc_text(at)
        self._chain, _ = reading.chain_row(connection)
        self._started = self._chain
        # what is decoded here stays here: a version that is rolled back must not be remembered
        self._cache: reading.Cache = ChainMap({}, cache)

    @property
    def author(self) -> Author:
        """Who writes."""
        return self._author

    def get(self, what: type[K], key: str) -> Versioned[K] | None:
        """The object of that id, as this transaction sees it."""
        return reading.head(self._connection, kind_of(what), key, self._cache)

    def rows(
        self, what: type[K], *, site: str | None = None, target: str | None = None, capture: str | None = None
    ) -> tuple[Versioned[K], ...]:
        """All objects of a kind, as this transaction sees them, in the order they first came in."""
        where = {"site": site, "target": target, "capture": capture}
        return reading.heads(self._connection, kind_of(what), self._cache, where)

    def put(self, value: object, base_version: int) -> Revision:
        """Write an object that was read at `base_version`; 0 says that it must be new.

        An object equal to the one that is there makes no revision, whatever the base: the last one is given
        back.

        Raises
        ------
        StaleWrite
            when the object is at another version than `base_version`.
        InputRefused
            when a field cannot be written as text.
        """
        kind = kind_of(type(value))
        if kind.name in PARTS:
            raise TypeError(f"{kind.name}s are put with their site")
        if isinstance(value, Site):
            return self._put_site(value, base_version)
        return self._put(kind, value, base_version, kind.payload(value))

    def at(self, what: type[K], key: str, version: int) -> K | None:
        """The object as it was at that version."""
        found: K | None = reading.at_version(self._connection, kind_of(what), key, version)
        return found

    def last(self, what: type[Any], key: str) -> Revision:
        """The newest revision of an object that is there: who made it what it is."""
        return reading.revisions(self._connection, kind_of(what), key)[-1]

    def histories(self, what: type[Any], keys: Iterable[str]) -> dict[str, tuple[Revision, ...]]:
        """All revisions of each of these objects, by id; one statement, whatever their number."""
        return reading.revisions_of(self._connection, kind_of(what), keys)

    def _put_site(self, site: Site, base_version: int) -> Revision:
        """The parts that differ, then the site, which names each part at its version."""
        kind = KINDS["site"]
        kind.payload(site)  # refuses what cannot be written before anything is
        now = self.get(Site, site.id)
        if now is not None and now.value == site:
            return reading.revision(self._connection, kind, site.id, now.version)
        version = now.version if now else 0
        if version != base_version:
            raise StaleWrite(kind.name, site.id, base_version, version)
        kept = {name: self._parts_there(name, site.id) for name in PARTS}
        pinned = self._pinned(kind, site.id)
        statements = numbered(
            site.id,
            site.evidence,
            [kept["evidence"][key].value for key, _ in pinned["evidence"]],
            [row.value.number for row in kept["evidence"].values()],
        )
        parts: Mapping[str, Sequence[SiteTarget | SiteEvidence]] = {
            "target": [SiteTarget(site.id, target) for target in site.targets],
            "evidence": statements,
        }
        pins = {
            name: tuple(self._put_part(KINDS[name], one, kept[name]) for one in some)
            for name, some in parts.items()
        }
        return self._put(kind, site, base_version, kind.payload(site, pins))

    def _parts_there(self, name: str, site: str) -> dict[str, Versioned[Any]]:
        found = reading.heads(self._connection, KINDS[name], {}, {"site": site})
        return {KINDS[name].key(row.value): row for row in found}

    def _pinned(self, kind: Kind, site: str) -> Pins:
        table = HEADS[kind.name]
        payload = self._connection.scalar(select(table.c.payload).where(table.c.id == site))
        return (pins_of(payload) if payload else None) or dict.fromkeys(PARTS, ())

    def _put_part(
        self, kind: Kind, value: SiteTarget | SiteEvidence, there: Mapping[str, Versioned[Any]]
    ) -> tuple[str, int]:
        key = kind.key(value)
        version = there[key].version if key in there else 0
        return key, self._put(kind, value, version, kind.payload(value)).version

    def _put(self, kind: Kind, value: object, base_version: int, payload: str) -> Revision:
        key, table = kind.key(value), HEADS[kind.name]
        now = self._connection.execute(
            select(table.c.version, table.c.payload, table.c.number).where(table.c.id == key)
        ).one_or_none()
        if now is not None and (now.payload == payload or _says_the_same(kind, now.payload, value)):
            return reading.revision(self._connection, kind, key, now.version)
        version = 0 if now is None else now.version
        if version != base_version:
            raise StaleWrite(kind.name, key, base_version, version)
        row = self._chained(kind, value, version, payload)
        self._write_head(kind, value, row, None if now is None else now.number)
        self._connection.execute(insert(REVISIONS[kind.name]), {n: row[n] for n in row if n != "kind"})
        return Revision(**{**row, "declared": bool(row["declared"]), "at": datetime.fromisoformat(row["at"])})

    def _chained(self, kind: Kind, value: object, base_version: int, payload: str) -> dict[str, Any]:
        """The revision's row with its place in the chain, which moves on by one."""
        row = {
            "kind": kind.name,
            "id": kind.key(value),
            "version": base_version + 1,
            "author": self._author.name,
            "role": self._author.role.value,
            "declared": int(self._author.declared),
            "at": self._at,
            "reason": self._reason,
            "payload": payload,
            "base_version": base_version,
            "seq": self._chain.count + 1,
            "prev_sha256": self._chain.sha256,
        }
        row["sha256"] = link(row)
        row |= about(kind.columns(value))
        self._chain = ChainHead(self._chain.count + 1, str(row["sha256"]))
        return row

    def _write_head(self, kind: Kind, value: object, row: Mapping[str, Any], number: int | None) -> None:
        table = HEADS[kind.name]
        columns = {"version": row["version"], "payload": row["payload"], **kind.columns(value)}
        if number is None:
            number = int(row["seq"])
            self._connection.execute(insert(table), {"id": row["id"], "number": number, **columns})
        else:
            moved = self._connection.execute(
                update(table).where(table.c.id == row["id"], table.c.version == row["base_version"]), columns
            )
            if moved.rowcount != 1:
                raise StaleWrite(kind.name, row["id"], row["base_version"], row["version"])
        if kind.name == "capture" and self._connection.dialect.name == "sqlite":
            write_boxes(self._connection, number, columns)

    def judged_operations(self, operations: Sequence[str]) -> dict[str, str]:
        """Those of these operation ids that were judged: why each was refused, "" where it was applied."""
        return reading.judged(self._connection, operations)

    def judge(self, operation: str, refused: str = "") -> None:
        """Remember that an operation was applied, or why it was refused: it is judged once."""
        sentence = refused.encode("utf-8", "replace").decode()
        row = {"op": operation, "refused": sentence, "at": self._at, "author": self._author.name}
        self._connection.execute(insert(OPERATIONS), row)

    def finish(self) -> None:
        """Move the chain's head to the last revision that was put; called by the record before it commits."""
        if self._chain != self._started:
            head = {"count": self._chain.count, "sha256": self._chain.sha256}
            self._connection.execute(update(CHAIN), head)


def _says_the_same(kind: Kind, payload: str, value: object) -> bool:
    """Whether an older payload, from before a field was added, is the same object; a site is more than its payload."""
    if kind.name == "site":
        return False
    try:
        return bool(kind.read(payload) == value)
    except Exception:  # noqa: BLE001  what cannot be read is replaced
        return False
