"""Heads and revisions out of the database, decoded once a version."""

from __future__ import annotations

import functools
import heapq
from collections.abc import Generator, Iterable, Iterator, Mapping, MutableMapping, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter
from typing import Any

from sqlalchemy import (
    JSON,
    BindParameter,
    ColumnElement,
    CompoundSelect,
    Connection,
    Float,
    Integer,
    Select,
    and_,
    bindparam,
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
from workflow.store.chain import Activity, ChainHead, Revision
from workflow.store.geometry import Box, flat_boxes
from workflow.store.kinds import KINDS, PARTS, Kind, Versioned
from workflow.store.parts import Parts, assembled, parts_of_sites
from workflow.store.tables import BOX_TABLE, CHAIN, HEADS, OPERATIONS, REVISIONS

__all__ = [
    "Cache",
    "OfSite",
    "activity",
    "as_revision",
    "at_version",
    "captures_over",
    "chain_row",
    "head",
    "heads",
    "heads_of",
    "in_order",
    "judged",
    "newest_seq",
    "of_site",
    "revision",
    "revisions",
    "revisions_of",
]

Number = BindParameter[float]
Cache = MutableMapping[tuple[str, str], Versioned[Any]]
IN_LIST = 500  # names in one IN (...): SQLite before 3.32 took 999


@dataclass(frozen=True, slots=True)
class OfSite:
    """The head rows of everything that is a site's, by kind, each in the order they came in."""

    site: str
    rows: Mapping[str, Sequence[Any]]

    @property
    def parts(self) -> Parts:
        """The site's parts at the versions that they are at, which are those that it names."""
        return {
            (name, row.id, row.version): KINDS[name].read(row.payload)
            for name in PARTS
            for row in self.rows.get(name, ())
        }


def of_site(connection: Connection, site: str) -> OfSite:
    """All of a site in one statement, for whoever will ask for most of it."""
    rows: dict[str, list[Any]] = {}
    if is_text(site):
        for row in connection.execute(_of_site(), {"site": site}):
            rows.setdefault(row.kind, []).append(row)
    return OfSite(site, rows)


@functools.cache
def _of_site() -> Select[Any]:
    queries = [
        select(
            literal(name).label("kind"), table.c.id, table.c.version, table.c.payload, table.c.number
        ).where(table.c.site == bindparam("site"))
        for name, table in HEADS.items()
        if "site" in KINDS[name].indexed
    ]
    whole = union_all(*queries).subquery()
    return select(whole).order_by(whole.c.number)


def heads(
    connection: Connection,
    kind: Kind,
    cache: Cache,
    where: Mapping[str, str | None],
    held: OfSite | None = None,
) -> tuple[Any, ...]:
    """`Versioned` objects of a kind in the order they came in; `where`: column to value, None is any.

    What is `held` already is not asked for again.
    """
    asked = {column: value for column, value in where.items() if value is not None}
    if not all(map(is_text, asked.values())):
        return ()
    if held is not None and asked == {"site": held.site}:
        return _decoded_all(connection, kind, held.rows.get(kind.name, ()), cache, held)
    rows = connection.execute(_heads_where(kind.name, tuple(asked)), asked).all()
    return _decoded_all(connection, kind, rows, cache)


@functools.cache  # making a statement takes longer than running it
def _heads_where(kind: str, columns: tuple[str, ...]) -> Select[Any]:
    table = HEADS[kind].c
    query = select(table.id, table.version, table.payload).order_by(table.number)
    return query.where(*(table[column] == bindparam(column) for column in columns))


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


def head(
    connection: Connection, kind: Kind, key: str, cache: Cache, held: OfSite | None = None
) -> Versioned[Any] | None:
    """The object of that id as it is now."""
    if not is_text(key):
        return None
    if held is not None and (kind.name, key) == ("site", held.site):
        found = heads(connection, kind, cache, {"site": key}, held)
        return found[0] if found else None
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
    connection: Connection, kind: Kind, rows: Sequence[Any], cache: Cache, held: OfSite | None = None
) -> tuple[Versioned[Any], ...]:
    # the payload of a version never changes, so a version that is in the cache is not decoded again
    new = [row for row in rows if not _is_known(kind, row, cache)]
    parts: Parts = {}
    if kind.name == "site" and new:
        few = [row.id for row in new] if len(new) <= IN_LIST else None
        parts = held.parts if held is not None else parts_of_sites(connection, few)
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


def in_order(connection: Connection) -> Generator[dict[str, Any]]:
    """Every revision of every kind as its row, ``kind`` first, in the order of the chain; never all in memory.

    Who stops before the end closes what was given, which closes the cursors in the database.
    """
    with ExitStack() as cursors:
        yield from heapq.merge(*(_in_order(connection, name, cursors) for name in KINDS), key=_place)


def _in_order(connection: Connection, name: str, cursors: ExitStack) -> Iterator[dict[str, Any]]:
    table = REVISIONS[name]
    query = select(table).order_by(table.c.seq)
    rows = cursors.enter_context(closing(connection.execute(query, execution_options={"yield_per": 500})))
    return ({"kind": name, **row} for row in rows.mappings())


def _place(row: Mapping[str, Any]) -> float:
    # somebody may have written anything into the column; what is no number comes last and is reported
    return row["seq"] if isinstance(row["seq"], int | float) else float("inf")


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
    parts = flat_boxes(box)
    sides = ("west", "south", "east", "north")
    values = {
        f"{side}{i}": value for i, part in enumerate(parts) for side, value in zip(sides, part, strict=True)
    }
    query = _captures_over(connection.dialect.name, len(parts))
    return _decoded_all(connection, KINDS["capture"], connection.execute(query, values).all(), cache)


@functools.cache
def _captures_over(dialect: str, boxes: int) -> Select[Any]:
    """Asks with ``west0 south0 east0 north0 west1 ...`` of so many boxes."""
    table = HEADS["capture"].c
    asked = [
        [bindparam(f"{side}{i}", type_=Float) for side in ("west", "south", "east", "north")]
        for i in range(boxes)
    ]
    query = select(table.id, table.version, table.payload).order_by(table.number)
    query = query.where(or_(*(_touches(*one) for one in asked)))
    if dialect == "postgresql":
        return query.where(or_(*(table.geometry.op("&&")(func.ST_MakeEnvelope(*one, 4326)) for one in asked)))
    # outwards fails for what a 32-bit float cannot tell from zero, so the question is a little wider
    inside = " OR ".join(
        f"(minx <= :east{i} + {_MARGIN_DEG} AND maxx >= :west{i} - {_MARGIN_DEG} "
        f"AND miny <= :north{i} + {_MARGIN_DEG} AND maxy >= :south{i} - {_MARGIN_DEG})"
        for i in range(boxes)
    )
    return query.where(text(f"number IN (SELECT key / 2 FROM {BOX_TABLE} WHERE {inside})"))  # noqa: S608


def _touches(west: Number, south: Number, east: Number, north: Number) -> ColumnElement[bool]:
    table = HEADS["capture"].c
    plain = and_(table.minx <= table.maxx, table.minx <= east, table.maxx >= west)
    over_antimeridian = and_(table.minx > table.maxx, or_(table.minx <= east, table.maxx >= west))
    return and_(table.miny <= north, table.maxy >= south, or_(plain, over_antimeridian))


def activity(
    connection: Connection,
    since: str,
    until: str,
    kinds: Iterable[str],
    *,
    site: str | None = None,
    limit: int | None = None,
) -> list[Activity]:
    """Writes of these kinds, by when they were made and then by their place in the chain, the newest first.

    `since` is included, `until` excluded, both RFC 3339 UTC as `at` is written. One statement.
    """
    if site is not None and not is_text(site):
        return []
    asked = {"since": since, "until": until, "site": site, "limit": limit}
    query = _activity(tuple(kinds), site is not None, limit is not None)
    if query is None:
        return []
    # each kind is bounded through its own index; sorting them as a whole in the database takes longer than here
    found = [Activity._make(row) for row in connection.execute(query, asked).all()]
    found.sort(key=attrgetter("seq"), reverse=True)
    found.sort(key=attrgetter("at"), reverse=True)  # stable, and they mostly are in that order
    return found[:limit]


@functools.cache
def _activity(kinds: tuple[str, ...], of_site: bool, limited: bool) -> CompoundSelect[Any] | None:
    """Asks with ``since until site limit``."""
    return union_all(*(_activity_of(name, of_site, limited) for name in kinds)) if kinds else None


def _activity_of(kind: str, of_site: bool, limited: bool) -> Select[Any]:
    table = REVISIONS[kind].c
    query: Select[Any] = select(literal(kind).label("kind"), *(table[name] for name in Activity._fields[1:]))
    query = query.where(table.at >= bindparam("since"), table.at < bindparam("until"))
    if of_site:
        query = query.where(table.site == bindparam("site"))
    if not limited:
        return query
    newest = query.order_by(table.at.desc(), table.seq.desc()).limit(bindparam("limit", type_=Integer))
    return select(newest.subquery())
