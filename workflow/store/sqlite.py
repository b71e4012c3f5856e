"""The SQLite file: opened, checked, made; its lock; database errors as sentences.

WAL with ``synchronous=FULL``: what was acknowledged survives a power cut; readers wait for no writer. Every
write transaction and every checkpoint holds one file lock, which also closes the window of SQLite's WAL-reset
bug (3.7.0 to 3.51.2: two connections that write and checkpoint at once). ``mmap_size`` is never set;
``trusted_schema`` stays on because triggers of an R-tree need it.
"""

from __future__ import annotations

import contextlib
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path

from filelock import FileLock, Timeout
from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import ConnectionPoolEntry, QueuePool

from workflow.errors import ProjectUnusable
from workflow.files import put_in_place, sync_folder
from workflow.store import schema
from workflow.store.engine import SCHEMA_VERSION

__all__ = ["SqliteBackend", "copy_file", "filling"]

APPLICATION_ID = 0x53495452  # "SITR", so that `file` and we can tell our record from another SQLite file
BUSY_SECONDS = 60.0
POLL_SECONDS = 0.005
QUEUE_POLL_SECONDS = 0.05
WAL_LIMIT_BYTES = 1000 * 4096


class SqliteBackend:
    """A record in one SQLite file, with a lock file beside it."""

    def __init__(self, path: Path, *, create: bool = True) -> None:
        """Open the file at `path`; made with its tables where there is none and `create` allows.

        Raises
        ------
        ProjectUnusable
            when the file is damaged, not ours, or of a newer format; it is left as it was.
        """
        self.path = path.absolute()
        self._lock = FileLock(self.path.with_suffix(".lock"))
        self._engine = self._open(create)

    @property
    def name(self) -> str:
        """The file's path."""
        return str(self.path)

    def close(self) -> None:
        """Give back the connections."""
        self._engine.dispose()

    @contextlib.contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection in a read transaction: the first read fixes what is seen."""
        with sentences(self.path), self._engine.connect() as connection:
            yield connection

    @contextlib.contextmanager
    def writing(self) -> Iterator[Connection]:
        """The write transaction, under the lock; a log that has grown is moved into the file afterwards."""
        with sentences(self.path), locked(self._lock, self.path):
            with _immediate(self._engine) as connection:
                yield connection
            checkpoint(self._engine, self.path)

    # -- opened, made, brought up to date --------------------------------------------------------------------

    def _open(self, create: bool) -> Engine:
        path = self.path
        if not create and not path.exists():
            raise ProjectUnusable(path, "there is no record", "check the path")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            is_empty = path.exists() and path.stat().st_size == 0
        except OSError as error:
            problem = f"its folder cannot be used ({error.strerror})"
            raise ProjectUnusable(path, problem, "check the folder") from error
        if is_empty:
            raise ProjectUnusable(
                path, "it is empty", "restore it from a backup, or delete it to start a new record"
            )
        with sentences(path):
            if not path.exists():
                self._create()
            engine = _engine(path)
            try:
                if _format(engine, path) < SCHEMA_VERSION:
                    self._upgrade(engine)
            except BaseException:
                engine.dispose()
                raise
        return engine

    def _create(self) -> None:
        with locked(self._lock, self.path):
            if self.path.exists():  # another process was quicker
                return
            try:
                with _making(self.path):
                    pass
                sync_folder(self.path.parent.parent)  # the folder may be as new as the record
            except OSError as error:
                problem = f"it cannot be made ({error.strerror})"
                raise ProjectUnusable(self.path, problem, "check the disk and its free space") from error

    def _upgrade(self, engine: Engine) -> None:
        """Bring an older format up to date in one transaction, after a copy of the file was put beside it."""
        with locked(self._lock, self.path):
            old = _format(engine, self.path)
            if old >= SCHEMA_VERSION:  # another process was quicker
                return
            snapshot = self.path.with_name(f"{self.path.stem}-format-{old}{self.path.suffix}")
            if not snapshot.exists():
                copy_file(self.path, snapshot)
            # batch operations remake tables, which must not fire or break references
            with engine.connect() as connection:
                connection.exec_driver_sql("ROLLBACK")
                connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
                connection.exec_driver_sql("BEGIN IMMEDIATE")
                schema.upgrade(connection, old)
                _note_format(connection)
                connection.commit()
                connection.invalidate()  # its references are not looked after


@contextlib.contextmanager
def filling(path: Path) -> Iterator[Connection]:
    """The connection of `workflow.store.engine.filling`, for a file; a new one appears whole or not at all."""
    path = path.absolute()
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.exists():
        backend = SqliteBackend(path, create=False)
        try:
            with backend.writing() as connection:
                schema.clear(connection, path)
                yield connection
        finally:
            backend.close()
        return
    with sentences(path), locked(FileLock(path.with_suffix(".lock")), path), _making(path) as connection:
        schema.clear(connection, path)
        yield connection


@contextlib.contextmanager
def _making(path: Path) -> Iterator[Connection]:
    """Make the whole file beside its place and move it there, so that an unfinished record is never found."""
    unfinished = path.with_name(f"{path.name}.new")
    unfinished.unlink(missing_ok=True)
    engine = _engine(unfinished)
    try:
        with _immediate(engine) as connection:
            schema.create(connection)
            connection.exec_driver_sql(f"PRAGMA application_id={APPLICATION_ID}")
            _note_format(connection)
            yield connection
        with contextlib.closing(engine.raw_connection()) as raw:
            raw.cursor().execute("PRAGMA journal_mode=WAL")
        engine.dispose()
        put_in_place(unfinished, path)
    finally:
        engine.dispose()
        unfinished.unlink(missing_ok=True)


def _engine(path: Path) -> Engine:
    engine = create_engine(
        URL.create("sqlite", database=str(path)),
        connect_args={"timeout": BUSY_SECONDS, "isolation_level": None, "check_same_thread": False},
        poolclass=QueuePool,
        max_overflow=-1,
    )
    event.listen(engine, "connect", _set_up)
    event.listen(engine, "begin", _begin)
    return engine


def _set_up(connection: sqlite3.Connection, _: ConnectionPoolEntry) -> None:
    for pragma in ("synchronous=FULL", "foreign_keys=ON", "wal_autocheckpoint=0"):
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: Connection) -> None:
    immediate = connection.get_execution_options().get("immediate", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")


@contextlib.contextmanager
def _immediate(engine: Engine) -> Iterator[Connection]:
    with engine.connect().execution_options(immediate=True) as connection, connection.begin():
        yield connection


def _format(engine: Engine, path: Path) -> int:
    """Number of the file's format; refuses a file of another program or of a newer format."""
    with contextlib.closing(engine.raw_connection()) as connection:
        cursor = connection.cursor()
        version = int(cursor.execute("PRAGMA user_version").fetchone()[0])
        owner = int(cursor.execute("PRAGMA application_id").fetchone()[0])
    if owner != APPLICATION_ID:
        raise ProjectUnusable(path, "it is a database of another program", "move it away")
    schema.refuse_newer(path, version)
    return version


def _note_format(connection: Connection) -> None:
    # where every version of the program looks first, also one that knows no migrations
    connection.exec_driver_sql(f"PRAGMA user_version={SCHEMA_VERSION}")


def copy_file(source: Path, target: Path) -> None:
    """A consistent copy of the record at `source`, also under a writer; `target` appears whole or not at all.

    Raises
    ------
    ProjectUnusable
        when `source` cannot be read or `target` not be written.
    """
    unfinished = target.with_name(f"{target.name}.new")
    unfinished.unlink(missing_ok=True)
    with sentences(source):
        try:
            with (
                contextlib.closing(sqlite3.connect(source, timeout=BUSY_SECONDS)) as live,
                contextlib.closing(sqlite3.connect(unfinished)) as copy,
            ):
                live.backup(copy)  # all pages in one step: it would start again after every foreign write
            put_in_place(unfinished, target)
        finally:
            unfinished.unlink(missing_ok=True)


# -- the lock ------------------------------------------------------------------------------------------------


@contextlib.contextmanager
def locked(lock: FileLock, path: Path) -> Iterator[None]:
    """Hold the record's lock; a writer that keeps it for a minute is reported.

    Writers line up: the next one holds a second lock and looks for the first often, the others look for the
    second seldom. Many of them would otherwise keep the processor busy with looking, and whoever has just
    written would pass those who wait.
    """
    queue = FileLock(Path(lock.lock_file).with_suffix(".queue"))
    deadline = time.monotonic() + BUSY_SECONDS
    try:
        with queue.acquire(timeout=BUSY_SECONDS, poll_interval=QUEUE_POLL_SECONDS):
            lock.acquire(timeout=max(0.0, deadline - time.monotonic()), poll_interval=POLL_SECONDS)
    except Timeout as error:
        raise ProjectUnusable(
            path,
            f"another program has been writing for {BUSY_SECONDS:.0f} s",
            "wait for it or end it, then try again",
        ) from error
    except OSError as error:
        raise ProjectUnusable(path, f"it cannot be locked ({error})", "make its folder writable") from error
    try:
        yield
    finally:
        lock.release()


def checkpoint(engine: Engine, path: Path) -> None:
    """Move a write-ahead log that has grown into the file; the caller holds the lock. Waits for no reader.

    An error is not raised: what was committed is durable in the log, and the next write tries again.
    """
    log = path.with_name(f"{path.name}-wal")
    if not log.exists() or log.stat().st_size < WAL_LIMIT_BYTES:
        return
    with contextlib.closing(engine.raw_connection()) as connection:
        cursor = connection.cursor()
        cursor.execute("PRAGMA busy_timeout=0")
        try:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        except sqlite3.OperationalError:
            pass
        finally:
            cursor.execute(f"PRAGMA busy_timeout={BUSY_SECONDS * 1000:.0f}")


# -- errors --------------------------------------------------------------------------------------------------

_SENTENCES = (
    ("not a database", "it is not a database", "restore it from a backup or move it away"),
    ("malformed", "it is damaged", "restore it from a backup"),
    ("decode", "it is damaged", "restore it from a backup"),
    ("append-only", "a revision would have been changed", "report this, revisions are only ever added"),
    ("locked", "another program keeps it locked", "close that program and try again"),
    ("full", "the disk is full", "free some space; nothing was half-written"),
    (
        "disk I/O error",
        "the disk reports an error",
        "check the disk and its free space; nothing was half-written",
    ),
    ("readonly", "it cannot be written", "make the file and its folder writable"),
    ("unable to open", "it cannot be opened", "check the folder's permissions"),
)


@contextlib.contextmanager
def sentences(path: Path) -> Iterator[None]:
    """Turn what SQLite raises into `ProjectUnusable`."""
    try:
        yield
    except (
        DBAPIError,
        sqlite3.Error,
        UnicodeDecodeError,
    ) as error:  # the last: text whose bytes were changed
        cause = str(error.orig) if isinstance(error, DBAPIError) else str(error)
        for word, problem, remedy in _SENTENCES:
            if word in cause:
                raise ProjectUnusable(path, problem, remedy) from error
        raise ProjectUnusable(path, f"the database says '{cause}'", "run `sitetrack verify`") from error
