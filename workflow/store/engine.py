"""Where a record is kept: an SQLite file, or a PostgreSQL database with PostGIS. What both must be able to do.

An engine hands out connections: for reading, with one state of the record for as long as it is held; for writing,
one writer at a time, all or nothing. It makes the tables where there are none, brings an older format up to date,
and turns what the database says into sentences.
"""

from __future__ import annotations

from contextlib import AbstractContextManager, suppress
from pathlib import Path
from typing import Protocol

from sqlalchemy import Connection

__all__ = [
    "SCHEMA_VERSION",
    "Backend",
    "filling",
    "is_address",
    "name_of",
    "open_backend",
    "refuse_taken",
    "sqlite_version",
]

SCHEMA_VERSION = 6
"""Number of the record's format; it goes up with every migration."""


class Backend(Protocol):
    """One place where a record is kept."""

    @property
    def name(self) -> str:
        """What the place is called in sentences; no password in it."""

    def reading(self) -> AbstractContextManager[Connection]:
        """A connection that sees one state of the record throughout."""

    def writing(self) -> AbstractContextManager[Connection]:
        """A connection in the only write transaction at the time; committed at the end, rolled back on an error."""

    def close(self) -> None:
        """Give back the connections."""


def open_backend(where: Path | str, *, create: bool = True) -> Backend:
    """The engine for a file's path, or for a database's address (``postgresql://…``).

    Raises
    ------
    ProjectUnusable
        when it cannot be opened, is damaged, not ours, or of a newer format (it is left as it was); or when there is
        none and none is to be made.
    """
    if is_address(where):
        from workflow.store.postgres import PostgresBackend

        return PostgresBackend(str(where), create=create)
    from workflow.store.sqlite import SqliteBackend

    return SqliteBackend(Path(where), create=create)


def is_address(where: Path | str) -> bool:
    """Whether that is a database's address, not a file's path."""
    return isinstance(where, str) and "://" in where


def name_of(where: Path | str) -> str:
    """What a place is called in sentences: an absolute path, or an address without any password.

    Raises
    ------
    ProjectUnusable
        when the address cannot be read.
    """
    if is_address(where):
        from workflow.store import postgres

        return postgres.public(str(where))
    return str(Path(where).absolute())


def filling(where: Path | str) -> AbstractContextManager[Connection]:
    """A connection to a record to be copied into, in one transaction: tables without rows, but for the chain's.

    On an error the place is left as it was: without a record, or with the one without revisions that it had.

    Raises
    ------
    ProjectUnusable
        when it cannot be reached, is not ours, or holds a revision.
    """
    if is_address(where):
        from workflow.store import postgres

        return postgres.filling(str(where))
    from workflow.store import sqlite

    return sqlite.filling(Path(where))


class _EnoughSeen(Exception):
    """Leaves a transaction without keeping it."""


def refuse_taken(where: Path | str) -> None:
    """Find out whether a record can be copied there; nothing is kept of the trial.

    Raises
    ------
    ProjectUnusable
        when it cannot be reached, is not ours, or holds a revision.
    """
    with suppress(_EnoughSeen), filling(where):
        raise _EnoughSeen


def sqlite_version() -> str:
    """Version of the SQLite library that a record in a file is kept with."""
    import sqlite3

    return sqlite3.sqlite_version
