"""PostgreSQL with PostGIS: the record of a team.

A write transaction first locks the chain's only row, so writers take turns, and each sees what the one before it
committed. Reading fixes what is seen (REPEATABLE READ). ``synchronous_commit`` is set on, whatever the server's
default: what was acknowledged survives a crash.
"""

from __future__ import annotations

import contextlib
import functools
import math
import time
from collections.abc import Iterator

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url, select, text
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import ArgumentError, DBAPIError, DisconnectionError, NoSuchModuleError
from sqlalchemy.pool import ConnectionPoolEntry

from workflow.errors import ProjectUnusable
from workflow.store import schema
from workflow.store.engine import SCHEMA_VERSION
from workflow.store.tables import CHAIN

__all__ = ["PostgresBackend", "filling", "public"]

RESTED_S = 5.0  # from then on a connection is asked whether it still stands
_SETTING_UP = (
    0x53495452  # key of the advisory lock that one process holds while it makes or upgrades the tables
)


class PostgresBackend:
    """A record in the first schema of the search path of a PostgreSQL database."""

    def __init__(self, address: str, *, create: bool = True) -> None:
        """Connect to ``postgresql://user:password@host:port/database``; tables are made where there are none.

        Raises
        ------
        ProjectUnusable
            when the address cannot be read or reached, PostGIS is missing, or the record is of a newer format.
        """
        url = _checked(address)
        self.name = _shown(url)
        self._engine = _engine(url, self.name)
        try:
            with sentences(self.name), self._engine.begin() as connection:
                _set_up(connection, self.name, create)
        except BaseException:
            self._engine.dispose()
            raise

    def close(self) -> None:
        """Give back the connections."""
        self._engine.dispose()

    @contextlib.contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection that sees one state of the record throughout."""
        with (
            sentences(self.name),
            self._engine.connect().execution_options(isolation_level="REPEATABLE READ") as connection,
        ):
            yield connection

    @contextlib.contextmanager
    def writing(self) -> Iterator[Connection]:
        """The write transaction: it holds the chain's row."""
        with sentences(self.name), self._engine.begin() as connection:
            connection.execute(select(CHAIN.c.one).with_for_update())
            yield connection


@contextlib.contextmanager
def filling(address: str) -> Iterator[Connection]:
    """The connection of `workflow.store.engine.filling`, for a database."""
    url = _checked(address)
    name = _shown(url)
    engine = _engine(url, name)
    try:
        with sentences(name), engine.begin() as connection:
            _set_up(connection, name, create=True)
            connection.execute(select(CHAIN.c.one).with_for_update())
            schema.clear(connection, name)
            yield connection
    finally:
        engine.dispose()


def _set_up(connection: Connection, name: str, create: bool) -> None:
    # released with the transaction
    connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _SETTING_UP})
    there = schema.version_of(connection)
    if there is None and not create:
        raise ProjectUnusable(
            name,
            "there is no record in it",
            "check the address, or move one there with 'sitetrack record copy --to'",
        )
    if there is None:
        _require_postgis(connection, name)
        schema.create(connection)
    else:
        schema.refuse_newer(name, there)
        if there < SCHEMA_VERSION:
            schema.keep_copy(connection, there)
            schema.upgrade(connection, there)


@contextlib.contextmanager
def sentences(name: str) -> Iterator[None]:
    """Turn what PostgreSQL raises into `ProjectUnusable`."""
    try:
        yield
    except DBAPIError as error:
        problem, remedy = _in_words(str(error.orig).strip())
        raise ProjectUnusable(name, problem, remedy) from error


def _checked(address: str) -> URL:
    try:
        url = make_url(address)
        is_read = "@" not in f"{url.host}{url.database}"  # else a part of the password, which is never shown
    except (ArgumentError, ValueError):
        is_read = False
    if not is_read:
        raise ProjectUnusable(
            "SITETRACK_DATABASE_URL",
            "it is no address",
            "write postgresql://user:password@host:port/database, and %40, %3A, %2F for @ : / in a password",
        )
    if url.get_backend_name() != "postgresql":
        raise ProjectUnusable(
            "SITETRACK_DATABASE_URL",
            f"'{url.drivername}' is not kept here",
            "use a postgresql:// address",
        )
    return url.set(drivername="postgresql+psycopg")


def public(address: str) -> str:
    """The address as it may be shown and noted: without any password.

    Raises
    ------
    ProjectUnusable
        when it cannot be read.
    """
    return _shown(_checked(address))


def _shown(url: URL) -> str:
    secret = [name for name in url.query if "password" in name.lower()]
    shown = url.set(drivername="postgresql").difference_update_query(secret)
    return shown._replace(password=None).render_as_string()


def _engine(url: URL, name: str) -> Engine:
    try:
        engine = create_engine(url, max_overflow=-1)
    except (ModuleNotFoundError, NoSuchModuleError) as error:
        raise ProjectUnusable(
            name, "the PostgreSQL driver is not installed", "pip install 'sitetrack[team]'"
        ) from error
    event.listen(engine, "connect", _connected)
    event.listen(engine, "checkin", _given_back)
    event.listen(engine, "checkout", functools.partial(_taken_up, engine))
    return engine


def _given_back(_: object, entry: ConnectionPoolEntry) -> None:
    entry.info["rests_since"] = time.monotonic()


def _taken_up(engine: Engine, connection: DBAPIConnection, entry: ConnectionPoolEntry, _: object) -> None:
    """Ask a connection that has rested whether it still stands; asking each time is one more way there and back."""
    if time.monotonic() - entry.info.get("rests_since", math.inf) < RESTED_S:
        return
    try:
        engine.dialect.do_ping(connection)
    except engine.dialect.loaded_dbapi.Error as error:
        raise DisconnectionError from error  # the pool makes another


def _connected(connection: object, _: ConnectionPoolEntry) -> None:
    cursor = connection.cursor()  # type: ignore[attr-defined]
    cursor.execute("SET synchronous_commit TO on")
    cursor.execute("SET timezone TO 'UTC'")
    connection.commit()  # type: ignore[attr-defined]


def _require_postgis(connection: Connection, name: str) -> None:
    there = connection.scalar(text("SELECT count(*) FROM pg_extension WHERE extname = 'postgis'"))
    if there:
        return
    try:
        with connection.begin_nested():
            connection.execute(text("CREATE EXTENSION postgis"))
    except DBAPIError as error:
        raise ProjectUnusable(
            name,
            "PostGIS is not there and could not be added",
            "have its administrator run 'CREATE EXTENSION postgis'",
        ) from error


_SENTENCES = (
    ("append-only", "a revision would have been changed", "report this, revisions are only ever added"),
    ("password authentication failed", "name or password are wrong", "check the address"),
    ("does not exist", "something in it does not exist", "check the address, or run 'sitetrack verify'"),
    ("permission denied", "this account may not do that", "ask its administrator for the right"),
    ("No space left", "the server's disk is full", "free some space there; nothing was half-written"),
    ("could not extend", "the server's disk is full", "free some space there; nothing was half-written"),
    ("read-only transaction", "it takes no changes now", "write to the primary server"),
    ("connection failed", "it cannot be reached", "check the address, and that the server runs"),
    ("connection", "the connection was lost", "try again; what was acknowledged is kept"),
    ("terminating", "the server is going down", "try again; what was acknowledged is kept"),
)


def _in_words(cause: str) -> tuple[str, str]:
    first = cause.splitlines()[0] if cause else "nothing"
    for word, problem, remedy in _SENTENCES:
        if word in cause:
            return f"{problem} ({first})", remedy
    return f"the database says '{first}'", "run `sitetrack verify`"
