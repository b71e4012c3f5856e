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
from sqlalchemy import URL, Connection, Engine, create_engine, event, insert
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import ConnectionPoolEntry, QueuePool

from workflow.errors import ProjectUnusable
from workflow.files import put_in_place, sync_folder
from workflow.store.chain import GENESIS
from workflow.store.tables import CHAIN, META, METADATA

__all__ = ["SCHEMA_VERSION", "checkpoint", "locked", "open_engine", "sentences", "sqlite_version"]

SCHEMA_VERSION = 1
APPLICATION_ID = 0x53495452  # "SITR", so that `file` and we can tell our record from another SQLite file
BUSY_SECONDS = 60.0
POLL_SECONDS = 0.005
QUEUE_POLL_SECONDS = 0.05
WAL_LIMIT_BYTES = 1000 * 4096


def sqlite_version() -> str:
    """Version of the SQLite library that the record is kept with."""
    return sqlite3.sqlite_version


def open_engine(path: Path, lock: FileLock) -> Engine:
    """Engine on the record at `path`, made with its tables where there is none.

    Raises
    ------
    ProjectUnusable
        when the file is damaged, not ours, or of a newer schema; it is left as it was.
    """
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
            _create(path, lock)
        engine = _engine(path)
        try:
            _check_schema(engine, path)
        except BaseException:
            engine.dispose()
            raise
    return engine


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


# -- the schema ----------------------------------------------------------------------------------------------


def _check_schema(engine: Engine, path: Path) -> None:
    """Refuse a file of another program or of a newer format."""
    with contextlib.closing(engine.raw_connection()) as connection:
        cursor = connection.cursor()
        version = int(cursor.execute("PRAGMA user_version").fetchone()[0])
        owner = int(cursor.execute("PRAGMA application_id").fetchone()[0])
    if owner != APPLICATION_ID:
        raise ProjectUnusable(path, "it is a database of another program", "move it away")
    if version > SCHEMA_VERSION:
        raise ProjectUnusable(
            path,
            f"it was written by a newer sitetrack (record format {version}, this one reads {SCHEMA_VERSION})",
            "install that version; nothing was changed",
        )


def _create(path: Path, lock: FileLock) -> None:
    """Make the whole file beside its place and move it there, so that an unfinished record is never found."""
    with locked(lock, path):
        if path.exists():  # another process was quicker
            return
        try:
            _make(path)
        except OSError as error:
            problem = f"it cannot be made ({error.strerror})"
            raise ProjectUnusable(path, problem, "check the disk and its free space") from error


def _make(path: Path) -> None:
    unfinished = path.with_name(f"{path.name}.new")
    unfinished.unlink(missing_ok=True)
    engine = _engine(unfinished)
    try:
        with engine.connect().execution_options(immediate=True) as connection, connection.begin():
            _fill(connection)
        with contextlib.closing(engine.raw_connection()) as raw:
            raw.cursor().execute("PRAGMA journal_mode=WAL")
    finally:
        engine.dispose()
    put_in_place(unfinished, path)
    sync_folder(path.parent.parent)  # the folder may be as new as the record


def _fill(connection: Connection) -> None:
    METADATA.create_all(connection, checkfirst=False)
    connection.execute(insert(CHAIN).values(one=1, count=0, sha256=GENESIS, derived=0))
    connection.execute(insert(META).values(name="schema", value=str(SCHEMA_VERSION)))
    connection.exec_driver_sql(f"PRAGMA application_id={APPLICATION_ID}")
    connection.exec_driver_sql(f"PRAGMA user_version={SCHEMA_VERSION}")


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
    ("append-only", "a revision would have been changed", "report this, revisions are only ever added"),
    ("locked", "another program keeps it locked", "close that program and try again"),
    ("full", "the disk is full", "free some space; nothing was half-written"),
    ("disk I/O error", "the disk reports an error", "check the disk; nothing was half-written"),
    ("readonly", "it cannot be written", "make the file and its folder writable"),
    ("unable to open", "it cannot be opened", "check the folder's permissions"),
)


@contextlib.contextmanager
def sentences(path: Path) -> Iterator[None]:
    """Turn what SQLite raises into `ProjectUnusable`."""
    try:
        yield
    except (DBAPIError, sqlite3.Error) as error:
        cause = str(error.orig) if isinstance(error, DBAPIError) else str(error)
        for word, problem, remedy in _SENTENCES:
            if word in cause:
                raise ProjectUnusable(path, problem, remedy) from error
        raise ProjectUnusable(path, f"the database says '{cause}'", "run `sitetrack verify`") from error
