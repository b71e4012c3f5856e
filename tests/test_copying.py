"""A record copied between files and databases: the same rows, or nothing."""

from __future__ import annotations

import os
import re
import shutil
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from sqlalchemy import create_engine

from workflow.errors import ProjectUnusable
from workflow.model import (
    Annotation,
    Author,
    Capture,
    CaptureKind,
    DateSpan,
    LonLat,
    Observation,
    Offset,
    Position,
    Precision,
    Site,
    State,
    Target,
)
from workflow.store import ChipEntry, FigureEntry, Record, ScoreEntry, copying, schema
from workflow.store.engine import open_backend
from workflow.store.tables import METADATA

ANNA = Author("Anna")
AT = datetime(2024, 1, 2, tzinfo=UTC)
ENGINES = ("file", "database")


def capture(number: int, west: float = 125.6) -> Capture:
    key = f"{number:016x}"
    ring = ((west, 38.9), (west + 0.2, 38.9), (west + 0.2, 39.0), (west, 39.0), (west, 38.9))
    return Capture(
        id=key, sha256=key * 4, kind=CaptureKind.SATELLITE, file=f"{number}.tif",
        original=f"imagery/originals/{key}.tif", working=f"imagery/working/{key}.tif",
        acquired=DateSpan(date(2020, 5, 1), date(2020, 5, 1), Precision.DAY),
        width_px=10, height_px=10, bands=1,
        footprint=tuple(LonLat(lon if lon <= 180 else lon - 360, lat) for lon, lat in ring),
    )  # fmt: skip


def fill(record: Record) -> None:
    """Some of everything, edited, with names whose order differs between collations."""
    for name in ("arch", "a-b", "ab", "9"):
        place = Site(name, name, position=Position(LonLat(125.7, 39.0)), targets=(Target("gantry"),))
        with record.write(ANNA, "a test") as transaction:
            transaction.put(place, 0)
    with record.write(ANNA, "statements") as transaction:
        for number in range(4):
            transaction.put(capture(number), 0)
        transaction.put(capture(9, west=179.9), 0)
        key = capture(0).id
        transaction.put(Observation("o1", "arch", "gantry", key, "Anna", State.PRESENT), 0)
        transaction.put(Observation("o1", "arch", "gantry", key, "Anna", State.ABSENT, note="\\ ' \" 값"), 1)
        transaction.put(Annotation("m1", "arch", key, "point", {"type": "Point", "coordinates": [1, 2]}), 0)
        transaction.put(Offset("arch", key, capture(1).id, 0.1, -1 / 3, 0.9, True, "phase"), 0)
        transaction.judge("b-op")
        transaction.judge("A-op", "refused: 값")
    record.save_chip(ChipEntry("arch", capture(0).id, "k", "f", 1 / 3))
    record.save_scores(
        [ScoreEntry("arch", capture(0).id, capture(1).id, "s", "k", "1", 0.5, "there", 1.5, -2.0)]
    )
    record.save_figure(FigureEntry("figure.png", "0" * 64, "1" * 64))
    for name in ("setting", "Setting", "ärger", "a b", "ab"):
        record.set_meta(name, "값")


@pytest.fixture
def source_of(tmp_path: Path, request: pytest.FixtureRequest) -> Callable[[str], Path | str]:
    """An empty place for a record: a new file's path or a database's address."""

    def place(engine: str, name: str = "source") -> Path | str:
        return (
            tmp_path / name / "record.sqlite" if engine == "file" else request.getfixturevalue("postgres_url")
        )

    return place


@pytest.fixture
def record(tmp_path: Path) -> Iterator[Record]:
    with Record.open(tmp_path / "source" / "record.sqlite", clock=lambda: AT) as opened:
        fill(opened)
        yield opened


def contents(where: Path | str) -> dict[str, list[Any]]:
    """Every row of every table, as text in an order of Python's own."""
    backend = open_backend(where, create=False)
    with closing(backend), backend.reading() as connection:
        return {
            table.name: sorted(map(repr, connection.execute(table.select())))
            for table in METADATA.sorted_tables
        }


@pytest.mark.parametrize("made_before", [False, True], ids=["a new place", "an empty record"])
@pytest.mark.parametrize("source", ENGINES)
@pytest.mark.parametrize("target", ENGINES)
def test_a_copy_holds_every_row_of_every_table(
    source: str,
    target: str,
    made_before: bool,
    source_of: Callable[..., Path | str],
) -> None:
    origin = source_of(source)
    copy = source_of(target, "copy")
    if source == target == "database":
        copy = str(origin).replace(f"{_schema(origin)},", f"{_schema(origin)}_copy,")
        make_schema(str(origin), f"{_schema(origin)}_copy")
    if made_before:
        with Record.open(copy) as empty:
            empty.set_meta("of the empty one", "goes")
            empty.save_chip(ChipEntry("x", "y", "k", "f", 0.5))
    with Record.open(origin, clock=lambda: AT) as record:
        fill(record)
        copied = record.copy_to(copy)
        assert copied.head == record.chain_head()
        assert copied.rows["observation_revision"] == 2
    there = contents(copy)
    assert there == contents(origin)
    assert {name: len(rows) for name, rows in there.items()} == copied.rows
    with Record.open(copy) as other:
        assert other.verify().problems == ()
        assert len(other.captures_over(125.65, 38.95, 125.66, 38.96)) == 4
        assert len(other.captures_over(-179.95, 38.95, -179.92, 38.96)) == 1
        with other.write(ANNA, "goes on") as transaction:
            transaction.put(capture(20), 0)
        assert other.verify().problems == ()


def _schema(address: Path | str) -> str:
    return str(address).partition("%3D")[2].partition(",")[0]


def make_schema(address: str, name: str) -> None:
    import psycopg

    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(f"CREATE SCHEMA {name}")


@pytest.mark.parametrize("engine", ENGINES)
def test_a_place_with_a_revision_is_refused_and_left_alone(
    engine: str, record: Record, source_of: Callable[..., Path | str]
) -> None:
    other = source_of(engine, "other")
    with Record.open(other) as taken, taken.write(ANNA, "its own") as transaction:
        transaction.put(capture(77), 0)
    before = contents(other)
    with pytest.raises(ProjectUnusable, match=r"holds a record already \(1 revisions\)"):
        record.copy_to(other)
    assert contents(other) == before


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("made_before", [False, True], ids=["a new place", "an empty record"])
def test_an_interrupted_copy_leaves_what_was_there(
    engine: str, made_before: bool, record: Record, source_of: Callable[..., Path | str]
) -> None:
    target = source_of(engine, "target")
    before = None
    if made_before:
        Record.open(target).close()
        before = contents(target)

    def stop(what: str, done: int, total: int) -> None:
        if what == "compared":
            raise KeyboardInterrupt

    with record._backend.reading() as connection, pytest.raises(KeyboardInterrupt):
        copying.copy_rows(connection, target, stop)
    if made_before:
        assert contents(target) == before
    else:
        assert there_is_nothing(target)


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(
    "damage",
    [
        "INSERT INTO meta VALUES ('one', 'more')",
        "DELETE FROM chip_entry",
        "UPDATE chain SET derived = 99",
        "UPDATE observation SET site = 'other'",
        "UPDATE figure_entry SET sha256 = 'x'",
    ],
)
def test_a_copy_that_differs_in_any_table_is_not_kept(
    engine: str,
    damage: str,
    record: Record,
    source_of: Callable[..., Path | str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    target = source_of(engine, "target")
    real = copying._differences

    def after_damage(source: Any, copy: Any, show: Any) -> Iterator[str]:
        copy.exec_driver_sql(damage)
        return real(source, copy, show)

    monkeypatch.setattr(copying, "_differences", after_damage)
    table = damage.replace("INSERT INTO", "").replace("DELETE FROM", "").replace("UPDATE", "").split()[0]
    with (
        record._backend.reading() as connection,
        pytest.raises(ProjectUnusable, match=rf"not a sound record \({table} .*nothing was kept"),
    ):
        copying.copy_rows(connection, target)
    assert there_is_nothing(target)


@pytest.mark.parametrize("engine", ENGINES)
def test_a_record_that_does_not_hold_together_is_not_copied(
    engine: str, record: Record, source_of: Callable[..., Path | str]
) -> None:
    target = source_of(engine, "target")
    with closing(sqlite3.connect(record.name)) as file:
        file.execute("DROP TRIGGER observation_revision_no_update")
        file.execute("UPDATE observation_revision SET reason = 'another' WHERE version = 1")
        file.commit()
    with pytest.raises(ProjectUnusable, match="observation o1 version 1 was changed after it was written"):
        record.copy_to(target)
    assert there_is_nothing(target)


def there_is_nothing(where: Path | str) -> bool:
    if isinstance(where, Path):
        return not any(path.suffix not in (".lock", ".queue") for path in where.parent.iterdir())
    import psycopg

    with psycopg.connect(where) as connection:
        query = "SELECT count(*) FROM pg_tables WHERE schemaname = current_schema()"
        return connection.execute(query).fetchone() == (0,)


# -- moved ---------------------------------------------------------------------------------------------------


def test_a_moved_file_takes_no_changes_and_names_its_new_place(record: Record, tmp_path: Path) -> None:
    open_before = Record.open(record.name)
    before = record.chain_head()
    copied = record.copy_to(tmp_path / "elsewhere.sqlite", moving=True)
    assert copied.head == before
    sentence = f"moved to {tmp_path / 'elsewhere.sqlite'} on 2024-01-02T00:00:00.*set SITETRACK_DATABASE_URL"
    with pytest.raises(ProjectUnusable, match=sentence):
        Record.open(record.name)
    with (
        open_before,
        pytest.raises(ProjectUnusable, match="moved to"),
        open_before.write(ANNA, "too late") as transaction,
    ):
        transaction.put(capture(30), 0)
    with pytest.raises(ProjectUnusable, match="moved to"):
        open_before.set_meta("too", "late")
    with Record.open(record.name, even_moved=True) as old, Record.open(tmp_path / "elsewhere.sqlite") as new:
        assert old.chain_head() == new.chain_head() == before
        assert old.id == new.id
        assert new.meta("moved_to") is None


def test_a_copy_is_of_one_state_although_another_writes(record: Record, tmp_path: Path) -> None:
    with Record.open(record.name) as other:

        def write(what: str, done: int, total: int) -> None:
            with other.write(ANNA, "meanwhile") as transaction:
                transaction.put(capture(other.revision + 100), 0)

        (tmp_path / "copy.sqlite").parent.mkdir(exist_ok=True)
        Record.open(tmp_path / "copy.sqlite").close()  # an empty one is filled row by row
        head = record.chain_head()
        copied = record.copy_to(tmp_path / "copy.sqlite", write)
        assert copied.head == head
        assert record.revision > head.count


def test_every_record_has_an_id_of_its_own(tmp_path: Path) -> None:
    with Record.open(tmp_path / "a.sqlite") as one, Record.open(tmp_path / "b.sqlite") as other:
        assert len(one.id) == 36
        assert one.id != other.id
        made = one.id
    with Record.open(tmp_path / "a.sqlite") as again:
        assert again.id == made


def test_a_record_of_an_older_format_gets_an_id(tmp_path: Path) -> None:
    engine = create_engine(f"sqlite:///{tmp_path / 'first.sqlite'}")
    with engine.begin() as connection:
        schema.upgrade(connection, 0, 1)
    with engine.begin() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM meta").scalar() == 0
        schema.upgrade(connection, 1)
        found = connection.exec_driver_sql("SELECT value FROM meta WHERE name = 'record_id'").scalar()
    engine.dispose()
    assert len(str(found)) == 36


@pytest.mark.parametrize(
    "address",
    [
        "postgresql://anna:geheim@127.0.0.1:1/none",
        "postgresql://anna@127.0.0.1:1/none?password=geheim",
        "postgresql://anna:geheim@127.0.0.1:port/none",
        "postgresql://anna:a@geheim@127.0.0.1:1/none",
        "postgresql://anna:12/geheim@127.0.0.1:1/none",
        "mysql://anna:geheim@127.0.0.1/none",
        "geheim://",
    ],
)
def test_a_password_is_in_no_sentence(address: str) -> None:
    with pytest.raises(ProjectUnusable) as refused:
        Record.open(address)
    assert "geheim" not in str(refused.value).replace("'geheim' is not kept", "")


def test_gdal_reads_positions_and_footprints_in_the_database(
    record: Record, postgres_url: str, skip_or_fail: Callable[[str], None]
) -> None:
    program = shutil.which("ogrinfo")
    if program is None:
        skip_or_fail("no ogrinfo (Debian: gdal-bin)")
        return
    record.copy_to(postgres_url)
    address = urlsplit(postgres_url)
    source = (
        f"PG:host={address.hostname} port={address.port} user={address.username} "
        f"dbname={address.path.strip('/')} schemas={_schema(postgres_url)}"
    )
    listed = subprocess.run(
        [program, "-ro", "-al", source],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
        env={**os.environ, "PGPASSWORD": address.password or ""},
    ).stdout
    assert "Layer name: site" in listed
    assert re.search(r"  POINT \(125\.7 39(\.0)?\)", listed)
    assert re.search(r"  POLYGON \(\(125\.6 38\.9,", listed)
    assert "WGS 84" in listed
