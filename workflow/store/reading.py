"""Heads and revisions out of the database, decoded once a version."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, MutableMapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    JSON,
    ColumnElement,
    Connection,
    Select,
    and_,
    cast,
    func,
    literal,
    or_,
    select,
    text,
    union_all,
)

from workflow.codec import canonical_json
from workflow.errors import ProjectUnusable
from workflow.store.chain import ChainHead, Revision
from workflow.store.geometry import Box, flat_boxes
from workflow.store.kinds import KINDS, Kind, Versioned
from workflow.store.parts import Parts, assembled, parts_of_sites
from workflow.store.tables import BOX_TABLE, CHAIN, HEADS, OPERATIONS, REVISIONS

__all__ = [
    "Cache",
    "activity",
    "as_revision",
    "at_version",
    "captures_over",
    "chain_row",
    "head",
    "heads",
    "heads_of",
    "judged",
    "newest_seq",
    "revision",
    "revisions",
    "revisions_of",
]

Cache = MutableMapping[tuple[str, str], Versioned[Any]]
IN_LIST = 500  # names in one IN (...): SQLite before 3.32 took 999


def heads(
    connection: Connection, kind: Kind, cache: Cache, where: Mapping[str, str | None]
) -> tuple[Any, ...]:
    """`Versioned` objects of a kind in the order they came in; `where`: column to value, None is any."""
    table = HEADS[kind.name]
    query = select(table.c.id, table.c.version, table.c.payload).order_by(table.c.number)
    for column, value in where.items():
        if value is not None:
            if not is_text(value):
                return ()
            query = query.where(table.c[column] == value)
    return _decoded_all(connection, kind, connection.execute(query).all(), cache)


def heads_of(
    connection: Connection, kind: Kind, keys: Sequence[str], cache: Cache
) -> tuple[Versioned[Any], ...]:
    """Those of these objects that are there, in the order they came in."""
    table = HEADS[kind.name]
    query = select(table.c.id, table.c.version, table.c.payload).order_by(table.c.number)
    rows = connection.execute(query.where(_among(connection, table.c.id, keys))).all()
    return _decoded_all(connection, kind, rows, cache)


def _among(connection: Connection, column: ColumnElement[str], keys: Iterable[str]) -> ColumnElement[bool]:
    """The column's value is one of these, however many: they go in as one JSON list."""
    names = canonical_json([key for key in keys if is_text(key)])
    if connection.dialect.name == "sqlite":
        listed = func.json_each(names).table_valued("value")
    else:
        listed = func.json_array_elements_text(cast(literal(names), JSON)).table_valued("value")
    return column.in_(select(listed.c.value))


def head(connection: Connection, kind: Kind, key: str, cache: Cache) -> Versioned[Any] | None:
    """The object of that id as it is now."""
    if not is_text(key):
        return None
    table = HEADS[kind.name]
    row = connection.execute(
        select(table.c.id, table.c.version, table.c.payload).where(table.c.id == key)
    ).one_or_none()
    return None if row is None else _decoded_all(connection, kind, [row], cache)[0]


def at_version(connection: Connection, kind: Kind, key: str, version: int) -> Any | None:
    """The object as it was at that version."""
    if not is_text(key):
        return None
    table = REVISIONS[kind.name]
    query = select(table.c.id, table.c.version, table.c.payload)
    row = connection.execute(query.where(table.c.id == key, table.c.version == version)).one_or_none()
    return None if row is None else _decoded_all(connection, kind, [row], {})[0].value


def _decoded_all(
    connection: Connection, kind: Kind, rows: Sequence[Any], cache: Cache
) -> tuple[Versioned[Any], ...]:
    # the payload of a version never changes, so a version that is in the cache is not decoded again
    new = [row for row in rows if not _is_known(kind, row, cache)]
    parts: Parts = {}
    if kind.name == "site" and new:
        few = [row.id for row in new] if len(new) <= IN_LIST else None
        parts = parts_of_sites(connection, few)
    for row in new:
        cache[(kind.name, row.id)] = Versioned(_decoded(kind, row, parts), row.version)
    return tuple(cache[(kind.name, row.id)] for row in rows)


def _is_known(kind: Kind, row: Any, cache: Cache) -> bool:
    known = cache.get((kind.name, row.id))
    return known is not None and known.version == row.version


def _decoded(kind: Kind, row: Any, parts: Parts) -> Any:
    try:
        return assembled(row.payload, parts) if kind.name == "site" else kind.read(row.payload)
    except Exception as error:  # cattrs raises groups of anything
        raise ProjectUnusable(
            f"{kind.name} {row.id}", f"its version {row.version} cannot be read", "run `sitetrack verify`"
        ) from error


def is_text(key: str) -> bool:
    """Whether a name can be asked for: half a character (a lone surrogate) is no text and names nothing."""
    try:
        key.encode()
    except UnicodeEncodeError:
        return False
    return True


def revision(connection: Connection, kind: Kind, key: str, version: int) -> Revision:
    """One revision of an object; there must be one."""
    table = REVISIONS[kind.name]
    row = connection.execute(select(table).where(table.c.id == key, table.c.version == version)).one()
    return as_revision(kind, row)


def revisions(connection: Connection, kind: Kind, key: str) -> tuple[Revision, ...]:
    """All revisions of an object, the first one first."""
    if not is_text(key):
        return ()
    table = REVISIONS[kind.name]
    rows = connection.execute(select(table).where(table.c.id == key).order_by(table.c.version))
    return tuple(as_revision(kind, row) for row in rows)


def revisions_of(connection: Connection, kind: Kind, keys: Iterable[str]) -> dict[str, tuple[Revision, ...]]:
    """All revisions of each of these objects that is there, by id, the first one first. One statement."""
    table, found = REVISIONS[kind.name], dict[str, list[Revision]]()
    query = select(table).where(_among(connection, table.c.id, keys))
    for row in connection.execute(query.order_by(table.c.id, table.c.version)):
        found.setdefault(row.id, []).append(as_revision(kind, row))
    return {key: tuple(rows) for key, rows in found.items()}


def newest_seq(connection: Connection, kind: Kind) -> int:
    """Place in the chain of the newest revision of a kind; 0 where there is none."""
    return connection.scalar(select(func.max(REVISIONS[kind.name].c.seq))) or 0


def as_revision(kind: Kind, row: Any) -> Revision:
    """The row as a dataclass: `declared` as a truth value, `at` as an aware instant."""
    columns = dict(row._mapping)
    columns["declared"] = bool(columns["declared"])
    columns["at"] = datetime.fromisoformat(columns["at"])
    return Revision(kind=kind.name, **columns)


def chain_row(connection: Connection) -> tuple[ChainHead, int]:
    """The chain's head, and the counter of writes to derived tables."""
    row = connection.execute(select(CHAIN.c.count, CHAIN.c.sha256, CHAIN.c.derived)).one()
    return ChainHead(row[0], row[1]), row[2]


def judged(connection: Connection, operations: Sequence[str]) -> dict[str, str]:
    """Those of the `operations` that were judged: why each was refused, "" where it was applied."""
    found: dict[str, str] = {}
    for start in range(0, len(operations), IN_LIST):
        some = operations[start : start + IN_LIST]
        query = select(OPERATIONS.c.op, OPERATIONS.c.refused).where(OPERATIONS.c.op.in_(some))
        found.update((op, refused) for op, refused in connection.execute(query))
    return found


_MARGIN_DEG = 1e-9


def captures_over(connection: Connection, box: Box, cache: Cache) -> tuple[Versioned[Any], ...]:
    """Captures whose bounds touch the box, in the order they came in.

    The R-tree keeps 32-bit floats rounded outwards, so what it finds is compared again with the exact bounds.
    """
    table = HEADS["capture"]
    parts = flat_boxes(box)
    query = select(table.c.id, table.c.version, table.c.payload).order_by(table.c.number)
    query = query.where(or_(*(_touches(part) for part in parts)))
    through_index = _through_rtree if connection.dialect.name == "sqlite" else _through_gist
    rows = connection.execute(through_index(query, parts)).all()
    return _decoded_all(connection, KINDS["capture"], rows, cache)


def _touches(box: Box) -> ColumnElement[bool]:
    table = HEADS["capture"].c
    west, south, east, north = box
    plain = and_(table.minx <= table.maxx, table.minx <= east, table.maxx >= west)
    over_antimeridian = and_(table.minx > table.maxx, or_(table.minx <= east, table.maxx >= west))
    return and_(table.miny <= north, table.maxy >= south, or_(plain, over_antimeridian))


def _through_rtree(query: Select[Any], parts: tuple[Box, ...]) -> Select[Any]:
    inside = " OR ".join(
        f"(minx <= :east{i} AND maxx >= :west{i} AND miny <= :north{i} AND maxy >= :south{i})"
        for i in range(len(parts))
    )
    # outwards fails for what a 32-bit float cannot tell from zero, so the question is a little wider
    margins = {"west": -_MARGIN_DEG, "south": -_MARGIN_DEG, "east": _MARGIN_DEG, "north": _MARGIN_DEG}
    values = {
        f"{side}{i}": value + margin
        for i, part in enumerate(parts)
        for (side, margin), value in zip(margins.items(), part, strict=True)
    }
    numbers = text(f"number IN (SELECT key / 2 FROM {BOX_TABLE} WHERE {inside})").bindparams(**values)  # noqa: S608
    return query.where(numbers)


def _through_gist(query: Select[Any], parts: tuple[Box, ...]) -> Select[Any]:
    boxes = (func.ST_MakeEnvelope(*part, 4326) for part in parts)
    return query.where(or_(*(HEADS["capture"].c.geometry.op("&&")(box) for box in boxes)))


def activity(
    connection: Connection, since: str, until: str, kinds: Iterable[str], limit: int | None
) -> list[Any]:
    """Rows ``kind id version author role at reason seq site capture`` of revisions, the newest first.

    `since` is included, `until` excluded, both RFC 3339 UTC as `at` is written. One statement.
    """
    parts = []
    for name in kinds:
        revision, head = REVISIONS[name].c, HEADS[name].c
        parts.append(
            select(
                literal(name).label("kind"),
                revision.id,
                revision.version,
                revision.author,
                revision.role,
                revision.at,
                revision.reason,
                revision.seq,
                head.site,
                head.capture,
            )
            .join(HEADS[name], head.id == revision.id)
            .where(revision.at >= since, revision.at < until)
        )
    if not parts:
        return []
    whole = union_all(*parts).subquery()
    return list(connection.execute(select(whole).order_by(whole.c.seq.desc()).limit(limit)))
