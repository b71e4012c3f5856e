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
    MetaData,
    Table,
    Text,
    event,
)
from sqlalchemy.schema import ExecutableDDLElement

from workflow.store.geometry import Wkb
from workflow.store.kinds import KINDS, Kind

__all__ = [
    "BOX_TABLE",
    "CHAIN",
    "CHIPS",
    "FIGURES",
    "HEADS",
    "META",
    "METADATA",
    "OPERATIONS",
    "REVISIONS",
    "SCORES",
    "append_only",
]

METADATA = MetaData()
BOX_TABLE = "capture_box"
# ids are ordered by their code points on every engine
NAME = Text().with_variant(Text(collation="C"), "postgresql")


def _head_table(kind: Kind) -> Table:
    place = [Column(name, Float) for name in ("minx", "miny", "maxx", "maxy")] if kind.has_place else []
    geometry = [Column("geometry", Wkb)] if kind.has_place else []
    return Table(
        kind.name,
        METADATA,
        Column("id", NAME, primary_key=True),
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
        *(
            [Index(f"{kind.name}_by_place", "geometry", postgresql_using="gist").ddl_if("postgresql")]
            if kind.has_place
            else []
        ),
    )


def _revision_table(kind: Kind) -> Table:
    table = Table(
        f"{kind.name}_revision",
        METADATA,
        Column("id", NAME, ForeignKey(f"{kind.name}.id"), primary_key=True),
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
        # follow from the payload, as in the head
        Column("site", Text),
        Column("capture", Text),
        Index(f"{kind.name}_revision_by_time", "at"),
        Index(f"{kind.name}_revision_by_site", "site", "at"),
    )
    for dialect in ("sqlite", "postgresql"):
        for statement in append_only(table.name, dialect):
            event.listen(table, "after_create", _for(dialect, statement))
    return table


def _for(dialect: str, statement: str) -> ExecutableDDLElement:
    # DDL formats its text with %
    return DDL(statement.replace("%", "%%")).execute_if(dialect=dialect)  # type: ignore[no-untyped-call]


def append_only(table: str, dialect: str) -> tuple[str, ...]:
    """Statements after which the table takes new rows and nothing else, on ``sqlite`` or ``postgresql``."""
    return _append_only_postgresql(table) if dialect == "postgresql" else _append_only_sqlite(table)


def _append_only_postgresql(table: str) -> tuple[str, ...]:
    function = f"{table}_is_append_only"
    return (
        f"CREATE OR REPLACE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{table} is append-only'; END $$",
        f"CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE ON {table} "
        f"FOR EACH ROW EXECUTE FUNCTION {function}()",
        f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} "
        f"FOR EACH STATEMENT EXECUTE FUNCTION {function}()",
    )


def _append_only_sqlite(table: str) -> tuple[str, ...]:
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
event.listen(HEADS["capture"], "after_create", _for("sqlite", _BOXES))

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
    Column("site", NAME, primary_key=True),
    Column("capture", NAME, primary_key=True),
    Column("key", Text, nullable=False),
    Column("file", Text, nullable=False),
    Column("share", Float, nullable=False),
)
SCORES = Table(
    "score_entry",
    METADATA,
    Column("site", NAME, primary_key=True),
    Column("before", NAME, primary_key=True),
    Column("after", NAME, primary_key=True),
    Column("scorer", NAME, primary_key=True),
    Column("key", Text, nullable=False),
    Column("version", Text, nullable=False),
    Column("value", Float),
    Column("reason", Text, nullable=False),
    Column("east_m", Float),
    Column("north_m", Float),
)
# figures that were written: where, and what their bytes were; a list to check by, without revisions
FIGURES = Table(
    "figure_entry",
    METADATA,
    Column("file", NAME, primary_key=True),
    Column("sha256", Text, nullable=False),
    Column("sidecar_sha256", Text, nullable=False),
)
