"""The record in an SQLite file: what cannot be opened, damage, the lock, the log."""

from __future__ import annotations

import contextlib
import itertools
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from filelock import FileLock
from store_sample import fill, put, site, ticking

from workflow.errors import ProjectUnusable
from workflow.model import Site
from workflow.store import Record


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / ".sitetrack" / "record.sqlite"


@pytest.fixture
def record(path: Path) -> Iterator[Record]:
    with Record.open(path, clock=ticking().__next__) as opened:
        yield opened


# -- what cannot be opened -----------------------------------------------------------------------------------


def test_a_newer_format_is_refused_and_left_as_it_is(filled: Path) -> None:
    with contextlib.closing(sqlite3.connect(filled)) as connection:
        connection.execute("PRAGMA user_version = 99")
    before = filled.read_bytes()
    with pytest.raises(ProjectUnusable, match="newer sitetrack") as refused:
        Record.open(filled)
    assert refused.value.exit_code == 3
    assert filled.read_bytes() == before


@pytest.mark.parametrize(
    "content", [b"not a database at all" * 100, b"\x00" * 4096, b"SQLite format 3\x00" + b"\xff" * 4000]
)
def test_a_file_that_is_no_database_is_refused_and_left_as_it_is(path: Path, content: bytes) -> None:
    path.parent.mkdir()
    path.write_bytes(content)
    with pytest.raises(ProjectUnusable, match=r"record\.sqlite: .*; .*\."):
        Record.open(path)
    assert path.read_bytes() == content


def test_the_database_of_another_program_is_refused_and_left_as_it_is(path: Path) -> None:
    path.parent.mkdir()
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE theirs (a)")
    before = path.read_bytes()
    with pytest.raises(ProjectUnusable, match="another program"):
        Record.open(path)
    assert path.read_bytes() == before


def test_a_folder_that_is_a_file_is_refused_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("x", "utf-8")
    with pytest.raises(ProjectUnusable, match="cannot be used"):
        Record.open(tmp_path / "taken" / "record.sqlite")


@pytest.fixture(scope="session")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A closed record with two revisions of one object of every kind; to be copied."""
    path = tmp_path_factory.mktemp("sound") / "record.sqlite"
    with Record.open(path) as record:
        fill(record)
    return path


@pytest.fixture
def filled(sound: Path, path: Path) -> Path:
    path.parent.mkdir()
    shutil.copy(sound, path)
    return path


def test_damage_inside_the_file_is_a_sentence_or_a_problem(sound: Path, tmp_path: Path) -> None:
    whole = sound.read_bytes()
    pages = range(4096, len(whole), 4096)
    for page in pages:
        path = tmp_path / f"{page}.sqlite"
        path.write_bytes(whole[:page] + b"\xa5" * 4096 + whole[page + 4096 :])
        assert damage_found(path), page
    assert len(pages) > 20


def damage_found(path: Path) -> str:
    try:
        with Record.open(path) as record:
            return " ".join(record.verify().problems)
    except ProjectUnusable as refused:
        return str(refused)


WRITER = """
import sys
from pathlib import Path
from workflow.model import Author, Site
from workflow.store import Record
with Record.open(Path(sys.argv[1])) as record:
    number = 0
    while True:
        with record.write(Author("Anna"), "before the crash") as transaction:
            for part in ("a", "b"):
                transaction.put(Site(f"s{number}-{part}", "S"), 0)
        print(number, flush=True)
        number += 1
"""


def test_a_writer_that_is_killed_loses_nothing_it_acknowledged(path: Path) -> None:
    for _ in range(3):
        path.unlink(missing_ok=True)
        acknowledged = killed_after(path, 8)
        with Record.open(path) as record:
            ids = [row.value.id for row in record.rows(Site)]
            assert len(ids) % 2 == 0
            assert len(ids) >= 2 * acknowledged
            assert record.verify().problems == ()
            assert put(record, site()) == 1


def killed_after(path: Path, commits: int) -> int:
    """Start a writer, kill it while it writes; how many commits it acknowledged."""
    with subprocess.Popen(
        [sys.executable, "-c", WRITER, str(path)], stdout=subprocess.PIPE, text=True
    ) as writer:
        assert writer.stdout is not None
        lines = list(itertools.islice(writer.stdout, commits))
        writer.kill()
        return len(lines + writer.stdout.readlines())


def test_the_write_ahead_log_is_moved_into_the_file_when_it_has_grown(record: Record, path: Path) -> None:
    log = path.with_name("record.sqlite-wal")
    for number in range(12):
        put(record, site(f"s{number}", note="x" * 1_000_000))
    assert log.stat().st_size < 6_000_000
    assert path.stat().st_size > 6_000_000


def test_the_file_is_kept_durable(record: Record) -> None:
    with record._backend._engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1
        assert connection.exec_driver_sql("PRAGMA wal_autocheckpoint").scalar() == 0
        assert connection.exec_driver_sql("PRAGMA busy_timeout").scalar() == 60_000


def test_a_writer_waits_for_the_lock_and_says_so_while_readers_go_on(
    record: Record, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(record, site())
    monkeypatch.setattr("workflow.store.sqlite.BUSY_SECONDS", 0.05)
    with FileLock(path.with_suffix(".lock")):
        with pytest.raises(ProjectUnusable, match="another program has been writing"):
            put(record, site(note="late"), 1)
        assert [row.value.note for row in record.rows(Site)] == [""]
    assert put(record, site(note="late"), 1) == 2


def test_a_writer_does_not_pass_the_one_who_is_next(
    record: Record, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("workflow.store.sqlite.BUSY_SECONDS", 0.05)
    with (
        FileLock(path.with_suffix(".queue")),
        pytest.raises(ProjectUnusable, match="another program has been writing"),
    ):
        put(record, site())
    assert put(record, site()) == 1


def test_an_emptied_record_is_not_taken_for_a_new_one(tmp_path: Path) -> None:
    path = tmp_path / "record.sqlite"
    Record.open(path).close()
    path.write_bytes(b"")
    with pytest.raises(ProjectUnusable, match="it is empty; restore it from a backup"):
        Record.open(path)
    assert path.read_bytes() == b""


def test_a_new_record_leaves_nothing_beside_it_but_its_locks(tmp_path: Path) -> None:
    (tmp_path / "record.sqlite.new").write_bytes(b"left by a crash")
    Record.open(tmp_path / "record.sqlite").close()
    assert {path.name for path in tmp_path.iterdir()} <= {"record.sqlite", "record.lock", "record.queue"}
