"""Every released format of the record is brought up to date, on both engines, and nothing of it is lost.

`formats/record-N.json` holds a record that the program of that format wrote: its statements and all its rows.
"""

from __future__ import annotations

import contextlib
import json
import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, create_engine, text
from store_sample import SHOT, box, capture, put

from workflow.errors import ProjectUnusable
from workflow.model import Annotation, FileRole, Observation, Site, SiteTarget, StoredFile, Target
from workflow.store import SCHEMA_VERSION, ChainHead, Record, schema
from workflow.store.migrations import tools
from workflow.store.migrations.tools import changeable

ALWAYS = (datetime(1900, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC))
FORMATS = sorted((Path(__file__).parent / "formats").glob("record-*.json"))


@pytest.fixture(params=FORMATS, ids=lambda path: path.stem)
def released(request: pytest.FixtureRequest) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(request.param.read_text("utf-8"))
    return found


def as_file(released: dict[str, Any], path: Path) -> Path:
    """The record as a file, as the program of that format made it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with contextlib.closing(sqlite3.connect(path)) as connection:
        tables = [one for one in released["sqlite"] if not one.startswith("CREATE TRIGGER")]
        for statement in tables:
            connection.execute(statement)
        for table, rows in released["rows"].items():
            for row in rows:
                values = [as_bytes(name, value) for name, value in row.items()]
                places = ", ".join("?" * len(values))
                connection.execute(f'INSERT INTO "{table}" ({", ".join(row)}) VALUES ({places})', values)  # noqa: S608
        for statement in released["sqlite"]:
            if statement not in tables:
                connection.execute(statement)
        for name, value in released["pragmas"].items():
            connection.execute(f"PRAGMA {name} = {value}")
        connection.commit()
        connection.execute("PRAGMA journal_mode = WAL")
    return path


def as_bytes(column: str, value: Any) -> Any:
    return bytes.fromhex(value) if column == "geometry" and value else value


def in_database(released: dict[str, Any], address: str) -> str:
    """The record in a database, its tables made by the first migrations."""
    engine = create_engine(address.replace("postgresql://", "postgresql+psycopg://"))
    with engine.begin() as connection:
        schema.upgrade(connection, 0, released["pragmas"]["user_version"])
        for made in ("chain", "meta"):
            connection.execute(text(f"DELETE FROM {made}"))  # noqa: S608  our own names
        for table, rows in released["rows"].items():
            for row in rows if table not in ("capture_box", "alembic_version") else ():
                values = ", ".join(
                    f"ST_GeomFromWKB(:{name}, 4326)" if name == "geometry" else f":{name}" for name in row
                )
                names = ", ".join(row)
                statement = text(f'INSERT INTO "{table}" ({names}) VALUES ({values})')  # noqa: S608
                connection.execute(statement, {n: as_bytes(n, value) for n, value in row.items()})
    engine.dispose()
    return address


@pytest.fixture
def old(where: Path | str, released: dict[str, Any]) -> Path | str:
    """A record of that format on either engine."""
    return as_file(released, where) if isinstance(where, Path) else in_database(released, where)


def revisions(record: Record, kind: str, key: str) -> list[tuple[int, str, str]]:
    return [(one.version, one.author, one.sha256) for one in record.history(kind, key)]


def test_an_older_record_opens_whole_and_verifies(old: Path | str, released: dict[str, Any]) -> None:
    (chain,) = released["rows"]["chain"]
    with Record.open(old) as record:
        assert record.verify([ChainHead(chain["count"], chain["sha256"])]).problems == ()
        for kind in ("site", "capture", "offset", "observation", "annotation", "intake_event"):
            for row in released["rows"][f"{kind}_revision"]:
                assert (row["version"], row["author"], row["sha256"]) in revisions(record, kind, row["id"])
        assert [row.value.note for row in record.rows(Observation)] == ["edited"]
        assert [row.value.note for row in record.rows(Annotation)] == ["edited"]
        assert len(record.chips()) == 1
        assert [one.at for one in record.scores()] == [None]
        assert record.meta("register_sha256") == "f" * 64
        assert record.judged_operations(["op1"]) == {"op1": ""}
        about = {(one.kind, one.site, one.capture) for one in record.activity(*ALWAYS)}
        assert {("site", "arch", None), ("observation", "arch", SHOT), ("capture", None, SHOT)} <= about
        assert put(record, capture("d" * 16, box(1, 1, 2, 2))) == 1


def test_its_sites_are_taken_apart_by_the_program_and_stay_what_they_were(old: Path | str) -> None:
    with Record.open(old) as record:
        arch, bridge = record.rows(Site)
        assert (arch.value.note, arch.version) == ("edited", 3)
        assert arch.value.targets == (Target("gantry"),)
        assert [one.id for one in bridge.value.targets] == ["gantry", "pole"]
        assert bridge.value.evidence[0].wording == "first seen in 2021"
        assert record.at(Site, "arch", 1) == record.at(Site, "arch", 1)
        first = record.at(Site, "arch", 1)
        assert first is not None
        assert (first.note, first.targets) == ("", (Target("gantry"),))
        last = record.history(Site, "arch")[-1]
        assert (last.author, last.role, last.declared) == ("sitetrack", "program", False)
        assert "record format 2" in last.reason
        assert [row.value for row in record.rows(SiteTarget, site="arch")] == [
            SiteTarget("arch", Target("gantry"))
        ]


def test_its_files_become_known_with_the_hashes_that_were_noted(old: Path | str) -> None:
    with Record.open(old) as record:
        files = {row.value.path: row.value for row in record.rows(StoredFile, capture=SHOT)}
        assert {one.role for one in files.values()} == {FileRole.ORIGINAL, FileRole.WORKING}
        original = files[f"imagery/originals/{SHOT}.tif"]
        assert (original.sha256, original.size_bytes) == (SHOT * 4, None)
        late = {row.value.role: row.value.sha256 for row in record.rows(StoredFile, capture="c" * 16)}
        assert late[FileRole.WORKING] == "e" * 64


def test_a_picture_over_the_antimeridian_is_cut_there(old: Path | str) -> None:
    with Record.open(old) as record:
        assert [row.value.id for row in record.captures_over(179.2, 0, 179.5, 1)] == ["c" * 16]
        assert record.captures_over(10, 0, 20, 1) == ()
        assert record.verify().problems == ()


def test_the_tables_are_those_of_a_new_record(
    old: Path | str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    Record.open(old).close()
    engine = raw_engine(old)
    with engine.connect() as connection:
        assert schema.version_of(connection) == SCHEMA_VERSION
        upgraded = shape(connection)
    engine.dispose()
    new = tmp_path / "new.sqlite" if isinstance(old, Path) else request.getfixturevalue("postgres_schema")()
    Record.open(new).close()
    engine = raw_engine(new)
    with engine.connect() as connection:
        assert shape(connection) == upgraded
    engine.dispose()


def raw_engine(where: Path | str) -> Any:
    if isinstance(where, Path):
        return create_engine(f"sqlite:///{where}")
    return create_engine(where.replace("postgresql://", "postgresql+psycopg://"))


COLUMNS = {
    "sqlite": """SELECT m.name, c.name, lower(c.type), c."notnull", c.pk
        FROM sqlite_master m JOIN pragma_table_info(m.name) c WHERE m.type = 'table'""",
    "postgresql": """SELECT table_name, column_name, udt_name, is_nullable, coalesce(collation_name, '')
        FROM information_schema.columns WHERE table_schema = current_schema()""",
}
INDEXES = {
    "sqlite": "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL",
    "postgresql": """SELECT indexname, regexp_replace(indexdef, 'ON \\S+', 'ON')
        FROM pg_indexes WHERE schemaname = current_schema()""",
}
TRIGGERS = {
    "sqlite": "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'",
    "postgresql": """SELECT tgname, tgtype FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid
        WHERE NOT tgisinternal AND relnamespace = current_schema()::regnamespace""",
}


def shape(connection: Connection) -> dict[str, list[tuple[Any, ...]]]:
    """Columns, indexes and triggers as the engine lists them."""
    engine = connection.dialect.name
    found = {"columns": COLUMNS, "indexes": INDEXES, "triggers": TRIGGERS}
    return {
        name: sorted(tuple(row) for row in connection.execute(text(query[engine])))
        for name, query in found.items()
    }


def test_a_copy_of_the_old_record_is_kept(
    old: Path | str, released: dict[str, Any], request: pytest.FixtureRequest
) -> None:
    Record.open(old).close()
    number = released["pragmas"]["user_version"]
    count = len(released["rows"]["site_revision"])
    if isinstance(old, Path):
        with contextlib.closing(sqlite3.connect(old.with_name(f"record-format-{number}.sqlite"))) as copy:
            assert copy.execute("SELECT count(*) FROM site_revision").fetchone() == (count,)
            assert copy.execute("PRAGMA user_version").fetchone() == (number,)
        return
    engine = raw_engine(old)
    with engine.connect() as connection:
        here = connection.scalar(text("SELECT current_schema()"))
        kept = text(f"SELECT count(*) FROM {here}_format_{number}.site_revision")  # noqa: S608
        assert connection.scalar(kept) == count
    engine.dispose()


def test_a_migration_that_fails_leaves_the_record_as_it_was(
    old: Path | str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(table: str) -> contextlib.AbstractContextManager[None]:
        if table == "offset_revision":
            raise ProjectUnusable("here", "the migration stopped half way", "try again")
        return changeable(table)

    engine = raw_engine(old)
    with engine.connect() as connection:
        before = shape(connection)
    with monkeypatch.context() as patched:
        patched.setattr(tools, "changeable", failing)
        with pytest.raises(ProjectUnusable, match="half way"):
            Record.open(old)
    with engine.connect() as connection:
        assert shape(connection) == before
    engine.dispose()
    with Record.open(old) as record:
        assert record.verify().problems == ()


def test_a_newer_format_is_refused_and_left_as_it_is(where: Path | str) -> None:
    Record.open(where).close()
    engine = raw_engine(where)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0099'"))
        if isinstance(where, Path):
            connection.execute(text("PRAGMA user_version = 99"))
    with pytest.raises(ProjectUnusable, match=r"newer sitetrack \(record format 99") as refused:
        Record.open(where)
    assert refused.value.exit_code == 3
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT version_num FROM alembic_version")) == "0099"
    engine.dispose()


def test_two_programs_that_open_an_older_record_at_once_upgrade_it_once(
    old: Path | str, run_together: Callable[..., None]
) -> None:
    run_together(open_and_close, old, times=3)
    with Record.open(old) as record:
        assert record.verify().problems == ()
        assert len(record.history(Site, "arch")) == 3


def open_and_close(where: Path | str) -> None:
    Record.open(where).close()
