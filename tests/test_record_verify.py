"""What verify finds: any changed column of any revision, heads, the chain, anchors, indexes.

Each change is made on a raw connection with the triggers switched off, looked at by the audit within the same
transaction, and rolled back.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, Engine, create_engine, text
from sqlalchemy.exc import DBAPIError
from store_sample import EVERY_KIND, edit, fill, identity, put, site, ticking

from workflow.errors import ProjectUnusable
from workflow.model import Author, Site
from workflow.store import KIND_NAMES, ChainHead, Record
from workflow.store.audit import audit
from workflow.store.chain import link
from workflow.store.kinds import kind_of

COLUMNS = ["id", "version", "author", "role", "declared", "at", "reason", "payload", "base_version"]
COLUMNS += ["seq", "prev_sha256", "sha256", "site", "capture"]
NUMBERS = {"version", "declared", "base_version", "seq"}


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def address(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
) -> Path | str:
    """A record with two revisions of one object of every kind."""
    if request.param == "postgresql":
        where: Path | str = request.getfixturevalue("postgres_schema")()
    else:
        where = tmp_path_factory.mktemp("v") / "record.sqlite"
    with Record.open(where) as record:
        fill(record)
    return where


@pytest.fixture(scope="module")
def engine(address: Path | str) -> Iterator[Engine]:
    """Raw access to it."""
    if isinstance(address, Path):
        made = create_engine(f"sqlite:///{address}")
    else:
        made = create_engine(address.replace("postgresql://", "postgresql+psycopg://"))
    yield made
    made.dispose()


@contextlib.contextmanager
def tampering(engine: Engine) -> Iterator[Connection]:
    """A transaction in which nothing is guarded; nothing of it stays."""
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            names = connection.scalars(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).all()
            for name in names:
                connection.exec_driver_sql(f"DROP TRIGGER {name}")
        else:
            connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
        yield connection
        connection.rollback()


def problems(engine: Engine, *statements: str) -> tuple[str, ...]:
    with tampering(engine) as connection:
        for statement in statements:
            connection.execute(text(statement))
        return audit(connection).problems


# -- append-only ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("statement", ["UPDATE {table} SET author = 'Eve'", "DELETE FROM {table}"])
@pytest.mark.parametrize("kind", KIND_NAMES)
def test_revisions_cannot_be_changed_or_removed_by_plain_sql(
    engine: Engine, kind: str, statement: str
) -> None:
    with engine.connect() as connection, pytest.raises(DBAPIError, match="append-only"):
        connection.execute(text(statement.format(table=f"{kind}_revision")))


@pytest.mark.parametrize("kind", KIND_NAMES)
def test_revisions_cannot_be_replaced_or_emptied_at_once(engine: Engine, kind: str) -> None:
    statement = f"TRUNCATE {kind}_revision"
    if engine.dialect.name == "sqlite":
        columns = ", ".join(column for column in COLUMNS if column != "author")
        statement = (
            f"INSERT OR REPLACE INTO {kind}_revision (author, {columns}) "  # noqa: S608
            f"SELECT 'Eve', {columns} FROM {kind}_revision"
        )
    with engine.connect() as connection, pytest.raises(DBAPIError, match="append-only"):
        connection.execute(text(statement))


# -- what is found -------------------------------------------------------------------------------------------


def test_a_sound_record_verifies_and_counts_what_it_checked(address: Path | str, engine: Engine) -> None:
    with Record.open(address) as record:
        found, revisions = record.verify(), record.revision
        objects = sum(len(record.ids(kind)) for kind in KIND_NAMES)
    assert found.problems == ()
    assert found.checked == revisions + objects
    assert problems(engine) == ()


@pytest.mark.parametrize("kind", KIND_NAMES)
def test_a_change_in_any_column_of_any_revision_is_found(engine: Engine, kind: str) -> None:
    with tampering(engine) as connection:
        places = connection.scalars(text(f"SELECT seq FROM {kind}_revision")).all()  # noqa: S608
        for place in places:
            for column in COLUMNS:
                changed = f"{column} + 100" if column in NUMBERS else f"coalesce({column}, '') || ' '"
                change = text(f"UPDATE {kind}_revision SET {column} = {changed} WHERE seq = :seq")  # noqa: S608
                with connection.begin_nested() as step:
                    connection.execute(change, {"seq": place})
                    assert audit(connection).problems, (place, column)
                    step.rollback()
        assert audit(connection).problems == ()
    assert len(places) >= 2


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_one_changed_character_anywhere_in_a_revision_is_found(engine: Engine, data: st.DataObject) -> None:
    kind = data.draw(st.sampled_from(KIND_NAMES))
    texts = ["author", "role", "at", "reason", "payload", "prev_sha256", "sha256"]
    column = data.draw(st.sampled_from(texts))
    with engine.connect() as connection:
        query = text(f"SELECT {column}, seq FROM {kind}_revision WHERE version = 1")  # noqa: S608
        was, seq = connection.execute(query).first() or ("", 0)
    place = data.draw(st.integers(0, len(was) - 1))
    letter = data.draw(st.characters(codec="ascii").filter(lambda one: one not in (was[place], "\0")))
    change = text(f"UPDATE {kind}_revision SET {column} = :now WHERE seq = :seq")  # noqa: S608
    with tampering(engine) as connection:
        connection.execute(change, {"now": was[:place] + letter + was[place + 1 :], "seq": seq})
        assert audit(connection).problems


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("DELETE FROM capture_revision WHERE version = 1", "chain has"),
        ("DELETE FROM export_revision WHERE version = 2", "revisions are gone"),
        ("UPDATE chain SET count = 3", "revisions are gone"),
        ("UPDATE chain SET sha256 = 'x'", "revisions are gone"),
        ("UPDATE site SET payload = replace(payload, 'Arch', 'Bridge')", "last revision"),
        ("UPDATE target SET payload = replace(payload, 'inbound', 'outbound')", "last revision"),
        ("UPDATE site SET version = 1", "last revision"),
        ("UPDATE capture SET minx = 3", "index"),
        ("UPDATE observation SET target = 'pole'", "index"),
        ("UPDATE target SET site = 'elsewhere'", "index"),
        ("DELETE FROM observation", "is not there"),
        (
            "INSERT INTO site (id, version, number, payload) VALUES ('x', 1, 999, '{\"id\": 1}')",
            "no revision",
        ),
    ],
)
def test_verify_says_what_does_not_fit(engine: Engine, statement: str, words: str) -> None:
    statement = statement.replace(": 1}", "\\: 1}")
    found = problems(engine, statement)
    assert any(words in problem for problem in found), found
    assert all(problem.endswith(".") for problem in found)


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("UPDATE site_revision SET payload = x'00ff' WHERE version = 1", "changed after"),
        ("UPDATE site_revision SET seq = 'one' WHERE version = 1", "chain has"),
        ("UPDATE capture_box SET minx = 3", "spatial index"),
        ("DELETE FROM capture_box", "spatial index"),
        ("INSERT INTO capture_box VALUES (999, 1, 2, 1, 2)", "belongs to no capture"),
    ],
)
def test_what_only_sqlite_lets_into_a_column_is_found_as_well(
    tmp_path: Path, statement: str, words: str
) -> None:
    where = tmp_path / "record.sqlite"
    with Record.open(where) as record:
        fill(record)
    raw = create_engine(f"sqlite:///{where}")
    found = problems(raw, statement)
    raw.dispose()
    assert any(words in problem for problem in found), found


def test_a_revision_rewritten_with_a_hash_of_its_own_breaks_the_link_of_the_next(engine: Engine) -> None:
    with engine.connect() as connection:
        row = connection.execute(text("SELECT * FROM claim_revision WHERE version = 1")).mappings().one()
    forged = link({**row, "kind": "claim", "author": "Eve"})
    statement = f"UPDATE claim_revision SET author = 'Eve', sha256 = '{forged}' WHERE version = 1"  # noqa: S608
    assert problems(engine, statement) == ("claim c1 version 2 does not follow the revision before it.",)


def test_a_site_that_names_a_part_at_another_version_is_found(tmp_path: Path) -> None:
    where = tmp_path / "record.sqlite"
    with Record.open(where, clock=ticking().__next__) as record:
        put(record, site(targets=()))
        with record.write(Author("Eve"), "forged") as transaction:
            payload = kind_of(Site).payload(site(), {"target": (("arch.gantry", 7),), "evidence": ()})
            transaction._put(kind_of(Site), site(), 1, payload)
        assert record.verify().problems == (
            "site arch version 2 names target arch.gantry at version 7, which was not its last.",
        )


def test_an_anchor_shows_a_chain_that_was_rewritten_as_a_whole(tmp_path: Path) -> None:
    with Record.open(tmp_path / "true" / "record.sqlite") as record:
        fill(record)
        anchor = record.chain_head()
        put(record, site("second"))
        assert record.verify([anchor]).problems == ()
    with Record.open(tmp_path / "forged" / "record.sqlite") as record:
        fill(record, Author("Eve"))
        assert record.verify().problems == ()
        assert any("noted elsewhere" in problem for problem in record.verify([anchor]).problems)
        late = ChainHead(999, "0" * 64)
        assert any("noted elsewhere" in problem for problem in record.verify([late]).problems)


def test_a_payload_that_cannot_be_read_is_a_sentence(tmp_path: Path) -> None:
    where = tmp_path / "record.sqlite"
    with Record.open(where) as record:
        fill(record)
    raw = create_engine(f"sqlite:///{where}")
    with raw.begin() as connection:
        connection.execute(text("UPDATE site SET payload = '[]'"))
    raw.dispose()
    with (
        Record.open(where) as record,
        pytest.raises(ProjectUnusable, match="site arch: its version 2 cannot be read"),
    ):
        record.rows(Site)


def test_the_same_writes_at_the_same_times_give_the_same_chain_on_every_engine(
    tmp_path: Path, postgres_schema: Callable[[], str]
) -> None:
    heads = set()
    for where in (tmp_path / "one.sqlite", tmp_path / "two.sqlite", postgres_schema()):
        with Record.open(where, clock=ticking().__next__) as record:
            for value in EVERY_KIND:
                put(record, value)
                put(record, edit(value), 1)
            assert all(record.history(type(value), identity(value)) for value in EVERY_KIND)
            heads.add(record.chain_head())
    assert len(heads) == 1


def test_rows_of_all_kinds_come_in_the_order_of_the_chain_with_what_is_hashed(address: Path | str) -> None:
    with Record.open(address) as record, record.snapshot():
        rows = list(record.revision_rows())
        assert [row["seq"] for row in rows] == list(range(1, record.revision + 1))
        assert {row["kind"] for row in rows} == set(KIND_NAMES)
        assert all(link(row) == row["sha256"] for row in rows)
        assert rows[-1]["sha256"] == record.chain_head().sha256
