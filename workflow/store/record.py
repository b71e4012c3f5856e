"""The record: heads, their revisions, the chain, and what tracking derived, in a file or in a team's database.

Safe to use from several threads and processes at once: readers see the last commit and never wait; writers
take turns.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

from sqlalchemy import Connection, Table, and_, bindparam, delete, insert, select, update

from workflow.anchors import Anchor
from workflow.errors import InputRefused, NotAllowed, ProjectUnusable
from workflow.model import Author, Capture, Export, Role
from workflow.settings import DATABASE_VARIABLE
from workflow.store import reading
from workflow.store.audit import audit
from workflow.store.chain import Activity, ChainHead, Revision, Verification
from workflow.store.copying import MOVED, Copied, Progress, copy_pages, copy_rows
from workflow.store.engine import Backend, is_address, open_backend
from workflow.store.entries import ChipEntry, FigureEntry, ScoreEntry
from workflow.store.kinds import KIND_NAMES, Kind, Versioned, kind_named, kind_of
from workflow.store.schema import RECORD_ID
from workflow.store.tables import CHAIN, CHIPS, FIGURES, HEADS, META, SCORES
from workflow.store.transaction import Transaction, utc_text

__all__ = ["Record"]

K = TypeVar("K")


def _utc_now() -> datetime:
    return datetime.now(UTC)


class Record:
    """An open record; a context manager. Objects it gives are shared: they are never changed in place."""

    def __init__(self, backend: Backend, clock: Callable[[], datetime]) -> None:
        """Use `Record.open`."""
        self._backend = backend
        self._clock = clock
        self._cache: dict[tuple[str, str], Versioned[Any]] = {}
        self._whole: dict[
            str, tuple[int, tuple[Versioned[Any], ...]]
        ] = {}  # by kind: at which count, all of it
        self._thread = threading.local()

    @classmethod
    def open(
        cls,
        where: Path | str,
        *,
        clock: Callable[[], datetime] = _utc_now,
        create: bool = True,
        even_moved: bool = False,
    ) -> Self:
        """The record in a file, or in the database at a ``postgresql://`` address; made where there is none.

        An older format is brought up to date, after a copy was put beside it. `clock` gives the aware instants of
        revisions; without `create` nothing is made; `even_moved` opens a file to read that was moved away.

        Raises
        ------
        ProjectUnusable
            when it cannot be reached, is damaged, belongs to another program, was written by a newer version, was
            moved elsewhere, or is not there and not to be made.
        """
        record = cls(open_backend(where, create=create), clock)
        try:
            if not even_moved:
                with record._backend.reading() as connection:
                    _refuse_moved(connection, record.name)
        except BaseException:
            record.close()
            raise
        return record

    @property
    def name(self) -> str:
        """Where the record is, for sentences: a path, or an address without its password."""
        return self._backend.name

    @property
    def id(self) -> str:
        """The record's own id, the same in every copy of it."""
        return self.meta(RECORD_ID) or ""

    def close(self) -> None:
        """Give back the connections."""
        self._backend.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    # -- reading ---------------------------------------------------------------------------------------------

    @contextmanager
    def snapshot(self, site: str | None = None) -> Iterator[None]:
        """All that this thread reads in the block is from one state of the record, whoever writes meanwhile.

        What is kept of `site` is fetched with one statement, and not asked for again.
        """
        with self._reading() as connection:
            outer = getattr(self._thread, "connection", None), self._held
            self._thread.connection = connection
            if outer[0] is None:
                self._thread.count = None  # of revisions, asked for when it is needed
            if site is not None:
                self._thread.held = reading.of_site(connection, site)
            try:
                yield
            finally:
                self._thread.connection, self._thread.held = outer

    @property
    def _held(self) -> reading.OfSite | None:
        return getattr(self._thread, "held", None)

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        held = getattr(self._thread, "connection", None)
        if held is not None:
            yield held
            return
        with self._backend.reading() as connection:
            yield connection

    def get(self, what: type[K], key: str) -> Versioned[K] | None:
        """The object of that id as it is now; an offset's id is ``site.capture``."""
        with self._reading() as connection:
            return reading.head(connection, kind_of(what), key, self._cache, self._held)

    def rows(
        self, what: type[K], *, site: str | None = None, target: str | None = None, capture: str | None = None
    ) -> tuple[Versioned[K], ...]:
        """All objects of a kind in the order they first came in, or those of a site, target or capture."""
        where = {"site": site, "target": target, "capture": capture}
        with self._reading() as connection:
            if site is target is capture is None and getattr(self._thread, "connection", None) is not None:
                return self._all(connection, kind_of(what))
            return reading.heads(connection, kind_of(what), self._cache, where, self._held)

    def _all(self, connection: Connection, kind: Kind) -> tuple[Versioned[Any], ...]:
        """A whole kind in a snapshot; it is read again only when something was written since."""
        if self._thread.count is None:
            self._thread.count = reading.chain_row(connection)[0].count
        known = self._whole.get(kind.name)
        if known is None or known[0] != self._thread.count:
            found = reading.heads(connection, kind, self._cache, {})
            known = self._whole[kind.name] = self._thread.count, found
        return known[1]

    def many(self, what: type[K], keys: Iterable[str]) -> tuple[Versioned[K], ...]:
        """Those of these objects that are there, in the order they first came in; one statement however many."""
        with self._reading() as connection:
            return reading.heads_of(connection, kind_of(what), tuple(keys), self._cache)

    def ids(self, name: str) -> tuple[str, ...]:
        """Ids of all objects of the kind of that name, in the order they first came in."""
        table = HEADS[kind_named(name).name]
        with self._reading() as connection:
            return tuple(connection.scalars(select(table.c.id).order_by(table.c.number)))

    def history(self, what: type[Any] | str, key: str) -> tuple[Revision, ...]:
        """All revisions of an object, the first one first, or none. `what`: the class or the kind's name."""
        kind = kind_named(what) if isinstance(what, str) else kind_of(what)
        with self._reading() as connection:
            return reading.revisions(connection, kind, key)

    def histories(self, what: type[Any], keys: Iterable[str]) -> dict[str, tuple[Revision, ...]]:
        """All revisions of each of these objects, by id; one statement, whatever their number."""
        with self._reading() as connection:
            return reading.revisions_of(connection, kind_of(what), keys)

    def newest_seq(self, what: type[Any]) -> int:
        """Place in the chain of the newest revision of a kind; 0 where there is none."""
        with self._reading() as connection:
            return reading.newest_seq(connection, kind_of(what))

    @property
    def revision(self) -> int:
        """How many revisions there are: grows by one with each, and says whether anything changed."""
        return self.chain_head().count

    @property
    def stamp(self) -> tuple[int, int]:
        """Revisions, and writes to chips and scores: a key for what rests on both."""
        with self._reading() as connection:
            head, derived = reading.chain_row(connection)
        return head.count, derived

    def chain_head(self) -> ChainHead:
        """Count and hash that stand in every sidecar and backup; `verify` compares the chain with them."""
        with self._reading() as connection:
            return reading.chain_row(connection)[0]

    def at(self, what: type[K], key: str, version: int) -> K | None:
        """The object as it was at that version."""
        with self._reading() as connection:
            found: K | None = reading.at_version(connection, kind_of(what), key, version)
        return found

    def activity(
        self,
        since: datetime,
        until: datetime,
        *,
        kinds: Sequence[str] = KIND_NAMES,
        site: str | None = None,
        limit: int | None = None,
    ) -> tuple[Activity, ...]:
        """What was written from `since` (included) to `until` (excluded), the newest first; both aware.

        `site` keeps what is that site's, `limit` the newest of it.
        """
        for kind in kinds:
            kind_named(kind)
        begin, end = utc_text(since), utc_text(until)
        with self._reading() as connection:
            return tuple(reading.activity(connection, begin, end, kinds, site=site, limit=limit))

    def revision_rows(self) -> Generator[dict[str, Any]]:
        """Every revision as the row that is kept of it, ``kind`` first, in the order of the chain; a few at a time."""
        with self._reading() as connection:
            yield from reading.in_order(connection)

    def captures_over(
        self, west: float, south: float, east: float, north: float
    ) -> tuple[Versioned[Capture], ...]:
        """Captures whose bounds touch this box (degrees); west > east crosses the antimeridian."""
        with self._reading() as connection:
            return reading.captures_over(connection, (west, south, east, north), self._cache)

    def judged_operations(self, operations: Sequence[str]) -> dict[str, str]:
        """Those of these operation ids that were judged: why each was refused, "" where it was applied."""
        with self._reading() as connection:
            return reading.judged(connection, operations)

    def verify(self, anchors: Sequence[ChainHead | Anchor] = ()) -> Verification:
        """Walk the chain, compare heads with last revisions, decode all; `anchors` are heads seen earlier."""
        with self._reading() as connection:
            return audit(connection, anchors)

    # -- copies ----------------------------------------------------------------------------------------------

    def copy_to(self, where: Path | str, progress: Progress | None = None, *, moving: bool = False) -> Copied:
        """Copy one state of the record to a file or a database without a record, also under writers.

        The copy is compared with the original row by row and its chain walked before it is kept. With `moving`
        writers wait meanwhile, and this record takes no changes afterwards: its place is the new one.

        Raises
        ------
        ProjectUnusable
            when there are revisions already, or the copy is not what was copied: then nothing is kept of it.
        """
        if moving:
            with self._writing() as connection:
                copied = copy_rows(connection, where, progress)
                note = f"{copied.name} {utc_text(self._clock())}"
                connection.execute(insert(META).values(name=MOVED, value=note))
            return copied
        if is_address(self.name) or is_address(where) or Path(where).exists():
            with self._backend.reading() as connection:
                return copy_rows(connection, where, progress)
        return copy_pages(Path(self.name), Path(where))

    # -- writing ---------------------------------------------------------------------------------------------

    @contextmanager
    def write(self, author: Author, reason: str) -> Iterator[Transaction]:
        """A transaction in which all is put or nothing; `reason` stands in each of its revisions.

        Raises
        ------
        NotAllowed
            when the author's role is viewer.
        """
        if author.role is Role.VIEWER:
            raise NotAllowed(author.name, author.role.value, "change the record")
        if not reason.strip():
            raise InputRefused("The reason of a change", "it is empty", "say what the change is for")
        with self._writing() as connection:
            transaction = Transaction(connection, author, reason, self._clock(), self._cache)
            yield transaction
            transaction.finish()

    def log_export(self, author: Author, reason: str, export: Export) -> Export:
        """Note that data left the project; gives `export` with the id that it got. A viewer may do so too.

        Raises
        ------
        InputRefused
            when the reason is empty.
        """
        if not reason.strip():
            raise InputRefused("The reason of an export", "it is empty", "say what it is for")
        with self._writing() as connection:
            transaction = Transaction(connection, author, reason, self._clock(), self._cache)
            noted = replace(export, id=f"export-{len(transaction.rows(Export)) + 1}")
            transaction.put(noted, base_version=0)
            transaction.finish()
        return noted

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        if getattr(self._thread, "is_writing", False):
            raise RuntimeError("a write inside a write of the same thread would wait for itself")
        self._thread.is_writing = True
        try:
            with self._backend.writing() as connection:
                _refuse_moved(connection, self.name)
                yield connection
        finally:
            self._thread.is_writing = False

    # -- derived, without revisions --------------------------------------------------------------------------

    def save_chip(self, *entries: ChipEntry) -> None:
        """Keep index entries of chips; one of the same site and capture is replaced."""
        self._replace(CHIPS, ("site", "capture"), entries)

    def chips(self, site: str | None = None) -> tuple[ChipEntry, ...]:
        """Chips of a site, or all, by site and capture."""
        return tuple(ChipEntry(**row) for row in self._derived(CHIPS, site))

    def save_scores(self, entries: Sequence[ScoreEntry]) -> None:
        """Keep scores; one of the same site, pair and scorer is replaced."""
        self._replace(SCORES, ("site", "before", "after", "scorer"), entries)

    def scores(self, site: str | None = None) -> tuple[ScoreEntry, ...]:
        """Scores of a site, or all, by site, pair and scorer."""
        return tuple(ScoreEntry(**row) for row in self._derived(SCORES, site))

    def save_figure(self, entry: FigureEntry) -> None:
        """Note that a figure was written; one of the same file is replaced."""
        self._replace(FIGURES, ("file",), [entry])

    def figures(self) -> tuple[FigureEntry, ...]:
        """Figures that were written, by file."""
        return tuple(FigureEntry(**row) for row in self._derived(FIGURES, None))

    def _derived(self, table: Table, site: str | None) -> list[Any]:
        query = select(table).order_by(*table.primary_key.columns)
        if site is not None:
            query = query.where(table.c.site == site)
        with self._reading() as connection:
            return list(connection.execute(query).mappings())

    def _replace(
        self, table: Table, keys: tuple[str, ...], entries: Sequence[ChipEntry | ScoreEntry | FigureEntry]
    ) -> None:
        # the last of equal keys wins, as if they had been saved one after the other
        rows = {tuple(getattr(entry, key) for key in keys): asdict(entry) for entry in entries}
        if not rows:
            return
        match = and_(*(table.c[key] == bindparam(f"old_{key}") for key in keys))
        with self._writing() as connection:
            old = [{f"old_{key}": row[key] for key in keys} for row in rows.values()]
            connection.execute(delete(table).where(match), old)
            connection.execute(insert(table), list(rows.values()))
            connection.execute(update(CHAIN).values(derived=CHAIN.c.derived + 1))

    def meta(self, name: str) -> str | None:
        """A setting that the program keeps about the project."""
        with self._reading() as connection:
            return connection.scalar(select(META.c.value).where(META.c.name == name))

    def set_meta(self, name: str, value: str) -> None:
        """Keep a setting; no revision is made."""
        with self._writing() as connection:
            connection.execute(delete(META).where(META.c.name == name))
            connection.execute(insert(META).values(name=name, value=value))


def _refuse_moved(connection: Connection, name: str) -> None:
    """Raise for a file whose record is kept elsewhere by now; also for one that was open when it was moved."""
    if connection.dialect.name != "sqlite":
        return
    moved = connection.scalar(select(META.c.value).where(META.c.name == MOVED))
    if moved:
        address, _, at = moved.rpartition(" ")
        raise ProjectUnusable(name, f"moved to {address} on {at}", f"set {DATABASE_VARIABLE} to its address")
