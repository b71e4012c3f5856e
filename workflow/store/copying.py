"""A record copied from one engine to the other, or to its own: all rows of one state, compared before it is kept.

The copy is one transaction on the target: what is interrupted, or turns out to differ, leaves nothing behind.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from typing import Any

from sqlalchemy import (
    Connection,
    CursorResult,
    Select,
    Table,
    Text,
    collate,
    delete,
    func,
    insert,
    select,
    update,
)

from workflow.errors import ProjectUnusable
from workflow.store.audit import audit
from workflow.store.chain import ChainHead
from workflow.store.engine import filling, name_of, open_backend
from workflow.store.reading import chain_row
from workflow.store.spatial import write_boxes
from workflow.store.sqlite import copy_file
from workflow.store.tables import CHAIN, HEADS, META, METADATA

__all__ = ["MOVED", "Copied", "Progress", "copy_pages", "copy_rows"]

Progress = Callable[[str, int, int], None]

MOVED = "moved_to"
"""Setting of a file whose record was moved: the address that it went to, a blank, the instant. Never copied."""
_BATCH = 1000


@dataclass(frozen=True, slots=True)
class Copied:
    """What was copied: `name` of the place it went to, the chain's `head`, and `rows` by table."""

    name: str
    head: ChainHead
    rows: Mapping[str, int]


def copy_rows(source: Connection, where: Path | str, progress: Progress | None = None) -> Copied:
    """Copy what `source` sees to a file or database without revisions, in batches; heads come before revisions.

    Raises
    ------
    ProjectUnusable
        when there are revisions already, or the copy is not what was copied: then nothing is kept of it.
    """
    rows = _counts(source)
    show = _Steps(progress, sum(rows.values()))
    with filling(where) as target:
        for table in METADATA.sorted_tables:
            with _rows(source, table) as found:
                for batch in found.mappings().partitions(_BATCH):
                    _insert(target, table, [dict(row) for row in batch])
                    show.step("copied", len(batch))
        _refuse_unlike(name_of(where), (*_differences(source, target, show), *audit(target).problems))
        return Copied(name_of(where), chain_row(target)[0], rows)


def copy_pages(source: Path, target: Path) -> Copied:
    """Copy a record's file to one that is not there, page by page as SQLite itself does, and walk the copy's chain.

    Raises
    ------
    ProjectUnusable
        when the copy does not hold together: then it is not kept.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    copy_file(source, target)
    try:
        backend = open_backend(target, create=False)
        try:
            with backend.writing() as connection:
                connection.execute(delete(META).where(META.c.name == MOVED))
                _refuse_unlike(str(target), audit(connection).problems)
                return Copied(str(target), chain_row(connection)[0], _counts(connection))
        finally:
            backend.close()
    except BaseException:
        target.unlink(missing_ok=True)
        raise


def _refuse_unlike(name: str, problems: tuple[str, ...]) -> None:
    if problems:
        more = f" and {len(problems) - 1} more" if len(problems) > 1 else ""
        raise ProjectUnusable(
            name,
            f"the copy is not a sound record ({problems[0].rstrip('.')}{more}), nothing was kept of it",
            "run 'sitetrack verify' on the original",
        )


def _counts(connection: Connection) -> dict[str, int]:
    return {
        table.name: connection.scalar(select(func.count()).select_from(_query(table).subquery())) or 0
        for table in METADATA.sorted_tables
    }


def _query(table: Table) -> Select[Any]:
    query = select(table)
    return query.where(META.c.name != MOVED) if table is META else query


def _rows(connection: Connection, table: Table) -> CursorResult[Any]:
    """All rows in the order of their keys, which is that of code points on every engine; never all in memory."""
    keys = list(table.primary_key.columns)
    if connection.dialect.name == "postgresql":
        query = _query(table).order_by(
            *(collate(key, "C") if isinstance(key.type, Text) else key for key in keys)
        )
    else:
        query = _query(table).order_by(*keys)
    return connection.execute(query, execution_options={"yield_per": _BATCH})


def _insert(target: Connection, table: Table, rows: list[dict[str, Any]]) -> None:
    if table is CHAIN:  # its row is there, and others may wait for it
        target.execute(update(CHAIN), rows[0])
        return
    target.execute(insert(table), rows)
    if table is HEADS["capture"] and target.dialect.name == "sqlite":
        for row in rows:
            write_boxes(target, row["number"], row)


def _differences(source: Connection, target: Connection, show: _Steps) -> Iterator[str]:
    """A sentence for the first row of each table that is not the same in both."""
    for table in METADATA.sorted_tables:
        with _rows(source, table) as ours, _rows(target, table) as theirs:
            for one, other in zip_longest(ours, theirs):
                show.step("compared", 1)
                if one != other:
                    key = ", ".join(str(value) for value in (one or other)[: len(table.primary_key.columns)])
                    yield f"{table.name} {key} differs"
                    break


class _Steps:
    """Counts rows, and says how many there are every so often."""

    def __init__(self, progress: Progress | None, total: int) -> None:
        self._progress, self._total = progress, total
        self._done: dict[str, int] = {}

    def step(self, what: str, rows: int) -> None:
        """So many more were done."""
        before = self._done.get(what, 0)
        done = self._done[what] = before + rows
        if self._progress is not None and (done // _BATCH > before // _BATCH or done == self._total):
            self._progress(what, done, self._total)
