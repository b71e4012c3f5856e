"""Does the record hold together: the chain, the heads, the payloads, SQLite's own structure.

What this cannot see: a chain rewritten from the start by somebody who holds the file and every anchor (the
heads that stand in sidecars and backups).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, select, text

from workflow.anchors import Anchor
from workflow.store.chain import GENESIS, ChainHead, Verification, link
from workflow.store.geometry import flat_boxes
from workflow.store.kinds import KINDS, about, pins_of
from workflow.store.reading import chain_row, in_order
from workflow.store.tables import BOX_TABLE, HEADS

__all__ = ["audit"]

# 180 degrees as a 32-bit float, rounded outwards
_ROUNDING_DEG = 4e-5

Last = dict[tuple[str, str], Mapping[str, Any]]


def audit(connection: Connection, anchors: Sequence[ChainHead | Anchor] = ()) -> Verification:
    """Check all in one read transaction; memory grows with the number of objects, not of revisions."""
    last: Last = {}
    problems = [*_structure(connection)]
    walk = _Walk(anchors)
    for row in in_order(connection):
        problems += walk.step(row, last)
    head, _ = chain_row(connection)
    problems += walk.end(head)
    problems += _heads(connection, last)
    problems += _boxes(connection)
    return Verification(walk.steps + len(last), tuple(problems), head)


def _structure(connection: Connection) -> Iterator[str]:
    if connection.dialect.name == "sqlite":
        for (line,) in connection.exec_driver_sql("PRAGMA integrity_check(20)"):
            if line != "ok":
                yield f"The database file is damaged: {line}."


class _Walk:
    """Follows the chain row by row."""

    def __init__(self, anchors: Sequence[ChainHead | Anchor]) -> None:
        self.count = 0
        self.steps = 0
        self.sha256 = GENESIS
        # one for each head, the first that was given: many figures are made at the same one
        self._anchors: dict[int, dict[str, str]] = {}
        for anchor in anchors:
            origin = anchor.origin if isinstance(anchor, Anchor) else "elsewhere"
            self._anchors.setdefault(anchor.count, {}).setdefault(anchor.sha256, origin)

    def step(self, row: dict[str, Any], last: Last) -> Iterator[str]:
        """Problems of the next row."""
        name = f"{row['kind']} {row['id']} version {row['version']}"
        self.count += 1
        self.steps += 1
        if row["seq"] != self.count:
            yield f"The chain has {row['seq']} where {self.count} is due ({name})."
            self.count = row["seq"] if isinstance(row["seq"], int) else self.count
        if row["prev_sha256"] != self.sha256:
            yield f"{name} does not follow the revision before it."
        if _link_or_none(row) != row["sha256"]:
            yield f"{name} was changed after it was written."
        self.sha256 = row["sha256"]
        for noted, origin in self._anchors.get(self.count, {}).items():
            if noted != self.sha256:
                yield f"{name} is not what was noted {origin} for place {self.count} of the chain."
        yield from _sequel(row, name, last)

    def end(self, head: ChainHead) -> Iterator[str]:
        """Problems of the chain as a whole."""
        if (head.count, head.sha256) != (self.count, self.sha256):
            yield f"The chain ends at {self.count}, its head at {head.count}: revisions are gone or changed."
        for count in sorted(self._anchors):
            if count > self.count:
                for origin in self._anchors[count].values():
                    yield f"The chain ends at {self.count}, but {count} revisions were noted {origin}."


def _link_or_none(row: Mapping[str, Any]) -> str | None:
    try:
        return link(row)
    except (TypeError, ValueError):  # a column holds bytes or NaN, which we never write
        return None


def _sequel(row: dict[str, Any], name: str, last: Last) -> Iterator[str]:
    key = (row["kind"], row["id"])
    before = last[key]["version"] if key in last else 0
    if row["base_version"] != before or row["version"] != before + 1:
        yield f"{name} does not follow its version {before}."
    last[key] = {"version": row["version"], "payload": row["payload"], "seq": row["seq"]}
    try:
        kind = KINDS[row["kind"]]
        expected = about(kind.columns(kind.read(row["payload"])))
        pins = pins_of(row["payload"]) if row["kind"] == "site" else None
    except Exception:  # noqa: BLE001  cattrs raises groups of anything
        yield f"{name} cannot be read."
        return
    if wrong := sorted(column for column in expected if row[column] != expected[column]):
        yield f"{name}: its index ({', '.join(wrong)}) does not follow from its content."
    for part, pinned in (pins or {}).items():
        for part_key, version in pinned:
            there = last.get((part, part_key))
            if there is None or there["version"] != version:
                yield f"{name} names {part} {part_key} at version {version}, which was not its last."


def _heads(connection: Connection, last: Last) -> Iterator[str]:
    found = set()
    for name, table in HEADS.items():
        for row in connection.execute(select(table).order_by(table.c.number)).mappings():
            key = (name, row["id"])
            found.add(key)
            yield from _head(name, row, last.get(key))
    for name, object_id in last.keys() - found:
        yield f"{name} {object_id} has revisions but is not there."


def _boxes(connection: Connection) -> Iterator[str]:
    """Captures whose boxes in SQLite's R-tree are not those of their rows; it keeps 32-bit floats."""
    if connection.dialect.name != "sqlite":
        return
    query = text(f"SELECT key, minx, miny, maxx, maxy FROM {BOX_TABLE}")  # noqa: S608  our own name
    there = {row[0]: row[1:] for row in connection.execute(query)}
    head = HEADS["capture"].c
    places = select(head.id, head.number, head.minx, head.miny, head.maxx, head.maxy)
    for key, number, *box in connection.execute(places.where(head.minx.is_not(None))):
        if None in box:
            continue  # named with the row that does not follow from its content
        for place, part in enumerate(flat_boxes((box[0], box[1], box[2], box[3])), start=2 * number):
            found = there.pop(place, None)
            if found is None or any(abs(a - b) > _ROUNDING_DEG for a, b in zip(found, part, strict=True)):
                yield f"capture {key}: its place in the spatial index does not follow from its content."
    for place in there:
        yield f"The spatial index has an entry {place} that belongs to no capture."


def _head(name: str, row: Any, revision: Mapping[str, Any] | None) -> Iterator[str]:
    subject = f"{name} {row['id']}"
    if revision is None:
        yield f"{subject} has no revision."
    elif (row["version"], row["payload"]) != (revision["version"], revision["payload"]):
        yield f"{subject} is not what its last revision says."
    else:
        try:
            value = KINDS[name].read(row["payload"])
            expected = {"id": KINDS[name].key(value), **KINDS[name].columns(value)}
        except Exception:  # noqa: BLE001  reported with its revision
            return
        wrong = sorted(column for column in expected if row[column] != expected[column])
        if wrong:
            yield f"{subject}: its index ({', '.join(wrong)}) does not follow from its content."
