"""The tables, in types that SQLite and PostgreSQL share: a head and an append-only revision table a kind.

A head row is the object as it is now; it could be rebuilt from the revisions. `number` is the place in the
chain of the object's first revision: an order that never changes. Days and instants are text inside the
payload, instants of revisions RFC 3339 UTC.
"""

from __future__ import annotations

from sqlalchemy import (
    DDL,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    event,
)
from sqlalchemy.schema import ExecutableDDLElement

from workflow.store.kinds import KINDS, Kind

__all__ = ["BOX_TABLE", "CHAIN", "CHIPS", "HEADS", "META", "METADATA", "OPERATIONS", "REVISIONS", "SCORES"]

METADATA = MetaData()
BOX_TABLE = "capture_box"


def _head_table(kind: Kind) -> Table:
    place = [Column(name, Float) for name in ("minx", "miny", "maxx", "maxy")] if kind.has_place else []
    geometry = [Column("geometry", LargeBinary)] if kind.has_place else []
    return Table(
        kind.name,
        METADATA,
        Column("id", Text, primary_key=True),
        Column("version", Integer, nullable=False),
        Column("number", Integer, nullable=False, unique=True),
        Column("payload", Text, nullable=False),
        Column("site", Text),
        Column("target", Text),
        Column("capture", Text),
        *place,
        *geometry,
        Index(f"{kind.name}_by_site", "site", "target"),
        Index(f"{kind.name}_by_capture", "capture"),
    )


def _revision_table(kind: Kind) -> Table:
    table = Table(
        f"{kind.name}_revision",
        METADATA,
        Column("id", Text, ForeignKey(f"{kind.name}.id"), primary_key=True),
        Column("version", Integer, primary_key=True, autoincrement=False),
        Column("author", Text, nullable=False),
        Column("role", Text, nullable=False),
        Column("declared", Integer, nullable=False),
        Column("at", Text, nullable=False),
        Column("reason", Text, nullable=False),
        Column("payload", Text, nullable=False),
        Column("base_version", Integer, nullable=False),
        Column("seq", Integer, nullable=False, unique=True),
        Column("prev_sha256", Text, nullable=False),
        Column("sha256", Text, nullable=False),
    )
    for statement in _append_only(table.name):
        event.listen(table, "after_create", _for_sqlite(statement))
    return table


def _for_sqlite(statement: str) -> ExecutableDDLElement:
    return DDL(statement).execute_if(dialect="sqlite")  # type: ignore[no-untyped-call]


def _append_only(table: str) -> tuple[str, ...]:
    refused = f"SELECT RAISE(ABORT, '{table} is append-only')"
    # INSERT OR REPLACE deletes without firing DELETE triggers, so a taken place is refused before it
    taken = f"EXISTS (SELECT 1 FROM {table} WHERE (id = NEW.id AND version = NEW.version) OR seq = NEW.seq)"  # noqa: S608  our own names
    return (
        f"CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table} BEGIN {refused}; END",
        f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} BEGIN {refused}; END",
        f"CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table} WHEN {taken} BEGIN {refused}; END",
    )


HEADS = {name: _head_table(kind) for name, kind in KINDS.items()}
REVISIONS = {name: _revision_table(kind) for name, kind in KINDS.items()}

# two boxes at most for one capture (see geometry.flat_boxes): keys 2 * number and 2 * number + 1
_BOXES = f"CREATE VIRTUAL TABLE {BOX_TABLE} USING rtree(key, minx, maxx, miny, maxy)"
event.listen(HEADS["capture"], "after_create", _for_sqlite(_BOXES))

# one row: count of revisions, hash of the last; `derived` counts writes to what has no revisions
CHAIN = Table(
    "chain",
    METADATA,
    Column("one", Integer, primary_key=True, autoincrement=False),
    Column("count", Integer, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("derived", Integer, nullable=False),
)
META = Table("meta", METADATA, Column("name", Text, primary_key=True), Column("value", Text, nullable=False))
# operations of the viewer that were judged, once each; `refused` is the sentence, empty for what was applied
OPERATIONS = Table(
    "operation",
    METADATA,
    Column("op", Text, primary_key=True),
    Column("refused", Text, nullable=False),
    Column("at", Text, nullable=False),
    Column("author", Text, nullable=False),
)
CHIPS = Table(
    "chip_entry",
    METADATA,
    Column("site", Text, primary_key=True),
    Column("capture", Text, primary_key=True),
    Column("key", Text, nullable=False),
    Column("file", Text, nullable=False),
    Column("share", Float, nullable=False),
)
SCORES = Table(
    "score_entry",
    METADATA,
    Column("site", Text, primary_key=True),
    Column("before", Text, primary_key=True),
    Column("after", Text, primary_key=True),
    Column("scorer", Text, primary_key=True),
    Column("key", Text, nullable=False),
    Column("version", Text, nullable=False),
    Column("value", Float),
    Column("reason", Text, nullable=False),
)
