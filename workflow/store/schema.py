"""The record's format: made new, its number read, an older one brought up to date by Alembic's migrations."""

from __future__ import annotations

import uuid

from sqlalchemy import Connection, delete, insert, inspect, select, text

from workflow.errors import ProjectUnusable
from workflow.store.chain import GENESIS
from workflow.store.engine import SCHEMA_VERSION
from workflow.store.tables import BOX_TABLE, CHAIN, META, METADATA, REVISIONS

__all__ = ["RECORD_ID", "clear", "create", "keep_copy", "refuse_newer", "upgrade", "version_of"]

RECORD_ID = "record_id"
"""Setting that names a record, whatever file or database it is in."""

# Alembic's own table; its only row names the newest migration that was run: the format's number in four digits
_VERSIONS = "alembic_version"


def create(connection: Connection) -> None:
    """Make all tables of the newest format, empty, and give the record its id."""
    METADATA.create_all(connection, checkfirst=False)
    connection.execute(insert(CHAIN).values(one=1, count=0, sha256=GENESIS, derived=0))
    connection.execute(insert(META).values(name=RECORD_ID, value=str(uuid.uuid4())))
    _note_version(connection, SCHEMA_VERSION)


def clear(connection: Connection, where: object) -> None:
    """Take every row but the chain's out of a record that has no revisions, so that another can be copied in.

    Raises
    ------
    ProjectUnusable
        when it has any; nothing is changed.
    """
    count = connection.scalar(select(CHAIN.c.count))
    if count:
        raise ProjectUnusable(
            where,
            f"it holds a record already ({count} revisions), which is never overwritten",
            "name an empty place",
        )
    for table in reversed(METADATA.sorted_tables):
        if table is not CHAIN and table not in REVISIONS.values():
            connection.execute(delete(table))
    if connection.dialect.name == "sqlite":
        connection.execute(text(f"DELETE FROM {BOX_TABLE}"))  # noqa: S608  our own name


def _note_version(connection: Connection, number: int) -> None:
    connection.execute(text(f"CREATE TABLE {_VERSIONS} (version_num VARCHAR(32) NOT NULL PRIMARY KEY)"))
    if number:
        statement = text(f"INSERT INTO {_VERSIONS} VALUES (:number)")  # noqa: S608  our own name
        connection.execute(statement, {"number": f"{number:04}"})


def version_of(connection: Connection) -> int | None:
    """Number of the format of the tables that are there, None where there are none of ours."""
    if not inspect(connection).has_table(_VERSIONS):
        return None
    number = connection.scalar(text(f"SELECT version_num FROM {_VERSIONS}"))  # noqa: S608
    return int(number) if number is not None else None


def refuse_newer(where: object, version: int) -> None:
    """Raise `ProjectUnusable` for a format that this program does not know; nothing is changed."""
    if version > SCHEMA_VERSION:
        raise ProjectUnusable(
            where,
            f"it was written by a newer sitetrack (record format {version}, this one reads {SCHEMA_VERSION})",
            "install that version; nothing was changed",
        )


def upgrade(connection: Connection, old: int, new: int = SCHEMA_VERSION) -> None:
    """Run the migrations from format `old` (0: nothing is there) to `new` within the caller's transaction."""
    from alembic.config import Config
    from alembic.runtime.environment import EnvironmentContext
    from alembic.script import ScriptDirectory

    if not inspect(connection).has_table(_VERSIONS):  # format 1 knew no Alembic
        _note_version(connection, old)
    config = Config()
    config.set_main_option("script_location", "workflow.store:migrations")
    scripts = ScriptDirectory.from_config(config)

    with EnvironmentContext(
        config, scripts, fn=lambda revision, _: scripts._upgrade_revs(f"{new:04}", revision)
    ) as environment:
        environment.configure(connection=connection, render_as_batch=True)
        environment.run_migrations()


def keep_copy(connection: Connection, old: int) -> None:
    """Copy every table of ours into a schema of its own beside them, before a migration (PostgreSQL)."""
    here = connection.scalar(text("SELECT current_schema()"))
    beside = f"{here}_format_{old}"
    quote = connection.dialect.identifier_preparer.quote
    if beside in inspect(connection).get_schema_names():
        return
    connection.execute(text(f"CREATE SCHEMA {quote(beside)}"))
    for name in inspect(connection).get_table_names(schema=here):
        if name in METADATA.tables or name == _VERSIONS:
            connection.execute(
                text(f"CREATE TABLE {quote(beside)}.{quote(name)} AS TABLE {quote(here)}.{quote(name)}")
            )
