"""The record: revisions, versions, the chain, writers at once, damage.

One long file, because the chain, damage and concurrency are tried on the same objects of every kind.
"""

from __future__ import annotations

import contextlib
import itertools
import multiprocessing
import shutil
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from filelock import FileLock
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import event

from workflow.errors import InputRefused, NotAllowed, ProjectUnusable, StaleWrite
from workflow.model import (
    Annotation,
    Author,
    Capture,
    CaptureKind,
    DateSpan,
    IntakeEvent,
    LonLat,
    Observation,
    Offset,
    Position,
    Precision,
    Role,
    Site,
    State,
    Target,
)
from workflow.store import KIND_NAMES, ChainHead, ChipEntry, Record, ScoreEntry
from workflow.store.chain import link

ANNA = Author("Anna")
FIRST = datetime(2024, 1, 2, 3, 4, 5, tzinfo=UTC)


def ticking() -> Iterator[datetime]:
    return (FIRST + timedelta(seconds=number) for number in itertools.count())


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / ".sitetrack" / "record.sqlite"


@pytest.fixture
def record(path: Path) -> Iterator[Record]:
    with Record.open(path, clock=ticking().__next__) as opened:
        yield opened


def site(name: str = "arch", **fields: object) -> Site:
    blank = Site(name, name.title(), position=Position(LonLat(125.7, 39.0)), targets=(Target("gantry"),))
    return replace(blank, **fields)  # type: ignore[arg-type]


def capture(key: str = "a" * 16, ring: tuple[tuple[float, float], ...] = (), **fields: object) -> Capture:
    blank = Capture(
        id=key,
        sha256=key * 4,
        kind=CaptureKind.SATELLITE,
        file=f"{key}.tif",
        original=f"imagery/originals/{key}.tif",
        working=f"imagery/working/{key}.tif",
        acquired=DateSpan(date(2020, 5, 1), date(2020, 5, 1), Precision.DAY),
        width_px=10,
        height_px=10,
        bands=1,
        footprint=tuple(LonLat(lon, lat) for lon, lat in ring),
    )
    return replace(blank, **fields)  # type: ignore[arg-type]


def box(west: float, south: float, east: float, north: float) -> tuple[tuple[float, float], ...]:
    return ((west, south), (east, south), (east, north), (west, north), (west, south))


def put(record: Record, value: object, base_version: int = 0, author: Author = ANNA) -> int:
    with record.write(author, "a test") as transaction:
        return transaction.put(value, base_version).version


EVERY_KIND = (
    site(),
    capture(),
    Offset("arch", "a" * 16, "b" * 16, 0.5, -0.25, 0.9, True, "phase"),
    Observation("o1", "arch", "gantry", "a" * 16, "Anna", State.PRESENT),
    Annotation("m1", "arch", "a" * 16, "point", {"type": "Point", "coordinates": [125.7, 39.0]}),
    IntakeEvent("i1", "a" * 16, "a.tif", "0" * 64, 12),
)


def edit(value: object) -> object:
    """The same object with another content."""
    field = {"Capture": "credit", "IntakeEvent": "software", "Offset": "reason"}.get(
        type(value).__name__, "note"
    )
    return replace(value, **{field: "edited"})  # type: ignore[type-var]


def identity(value: object) -> str:
    return "arch." + "a" * 16 if isinstance(value, Offset) else str(value.id)  # type: ignore[attr-defined]


# -- revisions and versions ----------------------------------------------------------------------------------


@pytest.mark.parametrize("value", EVERY_KIND, ids=lambda value: type(value).__name__)
def test_what_is_put_comes_back_equal_after_reopening(path: Path, value: object) -> None:
    with Record.open(path) as record:
        put(record, value)
    with Record.open(path) as record:
        found = record.get(type(value), identity(value))
        assert found is not None
        assert (found.value, found.version) == (value, 1)
        assert [row.value for row in record.rows(type(value))] == [value]


@pytest.mark.parametrize("value", EVERY_KIND, ids=lambda value: type(value).__name__)
def test_a_second_write_is_a_second_revision_and_the_first_stays(record: Record, value: object) -> None:
    put(record, value)
    put(record, edit(value), 1, Author("Ben", Role.LEAD, declared=False))
    first, second = record.history(type(value), identity(value))
    assert (first.version, first.base_version, first.author, first.role, first.declared) == (
        1,
        0,
        "Anna",
        "analyst",
        True,
    )
    assert (second.version, second.base_version, second.author, second.role) == (2, 1, "Ben", "lead")
    assert not second.declared
    assert second.at == first.at + timedelta(seconds=1)
    assert second.reason == "a test"
    assert "edited" in second.payload
    assert "edited" not in first.payload
    assert (second.seq, second.prev_sha256) == (2, first.sha256)


def test_the_same_object_again_makes_no_revision(record: Record) -> None:
    put(record, site())
    assert put(record, site()) == 1
    assert put(record, site(), 1) == 1
    assert record.revision == 1


def test_a_stale_write_carries_both_versions_and_changes_nothing(record: Record) -> None:
    put(record, site())
    put(record, site(note="two"), 1)
    with pytest.raises(StaleWrite) as stale:
        put(record, site(note="mine"), 1)
    assert (stale.value.base_version, stale.value.current_version) == (1, 2)
    assert (stale.value.kind, stale.value.object_id) == ("site", "arch")
    with pytest.raises(StaleWrite):
        put(record, site(note="new?"), 0)
    with pytest.raises(StaleWrite):
        put(record, site("nowhere"), 3)
    assert record.revision == 2


def test_a_transaction_is_all_or_nothing_and_leaves_no_trace_in_what_is_read_later(record: Record) -> None:
    put(record, site())

    def half() -> None:
        with record.write(ANNA, "half") as transaction:
            transaction.put(site(note="lost"), 1)
            seen = transaction.get(Site, "arch")
            assert seen is not None
            assert seen.value.note == "lost"
            transaction.put(site("other"), 5)

    with pytest.raises(StaleWrite):
        half()
    put(record, site(note="kept"), 1)
    found = record.get(Site, "arch")
    assert found is not None
    assert (found.value.note, found.version) == ("kept", 2)
    assert [row.value.id for row in record.rows(Site)] == ["arch"]
    assert record.verify().problems == ()


def test_rows_come_in_the_order_of_their_first_write_and_by_site_target_capture(record: Record) -> None:
    said = [
        Observation(f"o{n}", place, target, shot, "Anna", State.ABSENT)
        for n, (place, target, shot) in enumerate(
            [("b", "x", "1"), ("a", "x", "1"), ("b", "y", "2"), ("b", "x", "2")]
        )
    ]
    for one in said:
        put(record, one)
    put(record, replace(said[0], note="later"), 1)

    def ids(**where: str) -> list[str]:
        return [row.value.id for row in record.rows(Observation, **where)]  # type: ignore[arg-type]

    assert ids() == ["o0", "o1", "o2", "o3"]
    assert ids(site="b") == ["o0", "o2", "o3"]
    assert ids(site="b", target="x") == ["o0", "o3"]
    assert ids(capture="2") == ["o2", "o3"]
    assert ids(site="c") == []


def test_a_viewer_an_empty_reason_and_unwritable_values_are_refused(record: Record) -> None:
    with pytest.raises(NotAllowed, match="viewer"):
        put(record, site(), author=Author("Vera", Role.VIEWER))
    with pytest.raises(InputRefused, match="reason"), record.write(ANNA, " "):
        pass
    with pytest.raises(InputRefused, match="cannot be written"):
        put(record, site(note="\ud800"))
    with pytest.raises(InputRefused, match="cannot be written"):
        put(record, capture(gsd_m=float("nan")))
    assert record.revision == 0


def test_half_a_character_names_nothing(record: Record) -> None:
    put(record, site())
    assert record.get(Site, "\ud800") is None
    assert record.rows(Site, site="\ud800") == ()
    assert record.history(Site, "\ud800") == ()


def test_a_write_inside_a_write_is_refused_instead_of_waiting_for_ever(record: Record) -> None:
    with (
        record.write(ANNA, "outer"),
        pytest.raises(RuntimeError, match="inside"),
        record.write(ANNA, "inner"),
    ):
        pass
    assert put(record, site()) == 1


# -- append-only and the chain -------------------------------------------------------------------------------


@contextlib.contextmanager
def raw(path: Path) -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(path)
    try:
        yield connection
        connection.commit()
    finally:
        connection.close()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE {table} SET author = 'Eve'",
        "DELETE FROM {table}",
        "INSERT OR REPLACE INTO {table} SELECT id, version, 'Eve', role, declared, at, reason, payload, "
        "base_version, seq, prev_sha256, sha256 FROM {table}",
    ],
)
@pytest.mark.parametrize("kind", KIND_NAMES)
def test_revisions_cannot_be_changed_or_removed_by_plain_sql(filled: Path, kind: str, statement: str) -> None:
    with raw(filled) as connection, pytest.raises(sqlite3.IntegrityError, match="append-only"):
        connection.execute(statement.format(table=f"{kind}_revision"))


COLUMNS = ["id", "version", "author", "role", "declared", "at", "reason", "payload", "base_version"]
COLUMNS += ["seq", "prev_sha256", "sha256"]


def tamper(path: Path, *statements: str) -> None:
    with raw(path) as connection:
        for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            connection.execute(f"DROP TRIGGER {name}")
        for statement in statements:
            connection.execute(statement)


def fill(record: Record, author: Author = ANNA) -> None:
    for value in EVERY_KIND:
        put(record, value, author=author)
        put(record, edit(value), 1, author)


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


@pytest.mark.parametrize("version", [1, 2])
@pytest.mark.parametrize("column", COLUMNS)
@pytest.mark.parametrize("kind", KIND_NAMES)
def test_verify_finds_a_change_in_any_column_of_any_revision(
    filled: Path, kind: str, column: str, version: int
) -> None:
    changed = (
        f"{column} + 100" if column in ("version", "declared", "base_version", "seq") else f"{column} || ' '"
    )
    statement = f"UPDATE {kind}_revision SET {column} = {changed} WHERE version = {version}"  # noqa: S608
    tamper(filled, statement)
    with Record.open(filled) as record:
        assert record.verify().problems


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_verify_finds_one_changed_byte_anywhere_in_a_revision(
    sound: Path, tmp_path: Path, data: st.DataObject
) -> None:
    path = tmp_path / "record.sqlite"
    shutil.copy(sound, path)
    kind = data.draw(st.sampled_from(KIND_NAMES))
    column = data.draw(
        st.sampled_from(["author", "role", "at", "reason", "payload", "prev_sha256", "sha256"])
    )
    with raw(path) as connection:
        (was,) = connection.execute(f"SELECT {column} FROM {kind}_revision WHERE version = 1").fetchone()  # noqa: S608
    place = data.draw(st.integers(0, len(was) - 1))
    letter = data.draw(st.characters(codec="ascii").filter(lambda one: one not in (was[place], "\0")))
    now = (was[:place] + letter + was[place + 1 :]).replace("'", "''")
    tamper(path, f"UPDATE {kind}_revision SET {column} = '{now}' WHERE version = 1")  # noqa: S608
    with Record.open(path) as record:
        assert record.verify().problems


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("DELETE FROM site_revision WHERE version = 1", "chain has"),
        ("DELETE FROM intake_event_revision WHERE version = 2", "revisions are gone"),
        ("UPDATE chain SET count = 3", "revisions are gone"),
        ("UPDATE chain SET sha256 = 'x'", "revisions are gone"),
        ("UPDATE site SET payload = replace(payload, 'Arch', 'Bridge')", "last revision"),
        ("UPDATE site SET version = 1", "last revision"),
        ("UPDATE capture SET minx = 3", "index"),
        ("UPDATE observation SET target = 'pole'", "index"),
        ("DELETE FROM observation", "is not there"),
        ("INSERT INTO site (id, version, number, payload) VALUES ('x', 1, 99, '{}')", "no revision"),
        ("UPDATE site_revision SET payload = x'00ff' WHERE version = 1", "changed after"),
        ("UPDATE site_revision SET seq = 'one' WHERE version = 1", "chain has"),
    ],
)
def test_verify_says_what_does_not_fit(filled: Path, statement: str, words: str) -> None:
    tamper(filled, statement)
    with Record.open(filled) as record:
        found = record.verify()
        assert any(words in problem for problem in found.problems), found.problems
        assert all(problem.endswith(".") for problem in found.problems)


def test_a_revision_rewritten_with_a_hash_of_its_own_breaks_the_link_of_the_next(filled: Path) -> None:
    with raw(filled) as connection:
        connection.row_factory = sqlite3.Row
        row = connection.execute("SELECT * FROM site_revision WHERE version = 1").fetchone()
    forged = link({**dict(row), "kind": "site", "author": "Eve"})
    tamper(filled, f"UPDATE site_revision SET author = 'Eve', sha256 = '{forged}' WHERE version = 1")  # noqa: S608
    with Record.open(filled) as record:
        assert record.verify().problems == ("site arch version 2 does not follow the revision before it.",)


def test_a_sound_record_verifies_and_counts_what_it_checked(filled: Path) -> None:
    with Record.open(filled) as record:
        assert record.verify().problems == ()
        assert record.verify().checked == 12 + 6


def test_an_anchor_shows_a_chain_that_was_rewritten_as_a_whole(filled: Path, tmp_path: Path) -> None:
    with Record.open(filled) as record:
        anchor = record.chain_head()
        put(record, site("second"))
        assert record.verify([anchor]).problems == ()
    forged = tmp_path / "forged.sqlite"
    with Record.open(forged) as record:
        fill(record, Author("Eve"))
        assert record.verify().problems == ()
        assert any("noted elsewhere" in problem for problem in record.verify([anchor]).problems)
        assert any(
            "noted elsewhere" in problem for problem in record.verify([ChainHead(99, "0" * 64)]).problems
        )


def test_the_same_writes_at_the_same_times_give_the_same_chain(tmp_path: Path) -> None:
    heads = set()
    for name in ("one", "two"):
        with Record.open(tmp_path / name / "record.sqlite", clock=ticking().__next__) as record:
            for value in EVERY_KIND:
                put(record, value)
            heads.add(record.chain_head())
    assert len(heads) == 1
    assert heads.pop().count == len(EVERY_KIND)


# -- what cannot be opened -----------------------------------------------------------------------------------


def test_a_newer_format_is_refused_and_left_as_it_is(filled: Path) -> None:
    with raw(filled) as connection:
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
    with raw(path) as connection:
        connection.execute("CREATE TABLE theirs (a)")
    before = path.read_bytes()
    with pytest.raises(ProjectUnusable, match="another program"):
        Record.open(path)
    assert path.read_bytes() == before


def test_a_folder_that_is_a_file_is_refused_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("x", "utf-8")
    with pytest.raises(ProjectUnusable, match="cannot be used"):
        Record.open(tmp_path / "taken" / "record.sqlite")


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


def test_a_payload_that_cannot_be_read_is_a_sentence(filled: Path) -> None:
    tamper(filled, "UPDATE site SET payload = '[]'")
    with (
        Record.open(filled) as record,
        pytest.raises(ProjectUnusable, match="site arch: its version 2 cannot be read"),
    ):
        record.rows(Site)


# -- several at once -----------------------------------------------------------------------------------------

EDITS = 25


def edit_often(path: Path, name: str) -> None:
    with Record.open(path) as record:
        for number in range(EDITS):
            key = ("one", "two")[number % 2]
            while True:
                row = record.get(Site, key)
                assert row is not None
                try:
                    put(record, replace(row.value, note=f"{row.value.note}{name}{number};"), row.version)
                    break
                except StaleWrite:
                    continue


def test_four_processes_editing_two_objects_lose_nothing(path: Path) -> None:
    with Record.open(path) as record:
        put(record, site("one"))
        put(record, site("two"))
    start = multiprocessing.get_context("spawn")
    names = ["a", "b", "c", "d"]
    workers = [start.Process(target=edit_often, args=(path, name)) for name in names]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(120)
        assert worker.exitcode == 0
    with Record.open(path) as record:
        notes = "".join(row.value.note for row in record.rows(Site))
        assert sorted(notes.split(";")[:-1]) == sorted(f"{name}{n}" for name in names for n in range(EDITS))
        assert record.revision == 2 + len(names) * EDITS
        assert record.verify().problems == ()


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


def test_threads_read_while_another_writes(record: Record) -> None:
    put(record, site())
    seen: list[str] = []
    with record.write(ANNA, "long") as transaction:
        transaction.put(site(note="not yet"), 1)
        reader = threading.Thread(target=lambda: seen.extend(row.value.note for row in record.rows(Site)))
        reader.start()
        reader.join(10)
        assert not reader.is_alive()
    assert seen == [""]
    assert [row.value.note for row in record.rows(Site)] == ["not yet"]


def test_two_threads_take_turns(record: Record) -> None:
    put(record, site())

    def often() -> None:
        for _ in range(20):
            with record.write(ANNA, "count") as transaction:
                row = transaction.get(Site, "arch")
                assert row is not None
                transaction.put(replace(row.value, note=row.value.note + "x"), row.version)

    threads = [threading.Thread(target=often) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    row = record.get(Site, "arch")
    assert row is not None
    assert len(row.value.note) == 60


# -- place ---------------------------------------------------------------------------------------------------


def test_captures_over_finds_what_touches_the_box(record: Record) -> None:
    put(record, capture("a" * 16, box(10, 40, 11, 41)))
    put(record, capture("b" * 16, box(20, 40, 21, 41)))
    put(record, capture("c" * 16))
    assert record.captures_over(10.5, 40.5, 10.6, 40.6) == ("a" * 16,)
    assert record.captures_over(11, 41, 12, 42) == ("a" * 16,)
    assert record.captures_over(11.0000001, 41, 12, 42) == ()
    assert record.captures_over(-180, -90, 180, 90) == ("a" * 16, "b" * 16)


def test_a_capture_over_the_antimeridian_is_found_on_both_sides_and_not_between(record: Record) -> None:
    put(record, capture("a" * 16, box(179, 0, -179, 1)))
    put(record, capture("b" * 16, box(0, 0, 1, 1)))
    assert record.captures_over(179.5, 0, 180, 1) == ("a" * 16,)
    assert record.captures_over(-180, 0, -179.5, 1) == ("a" * 16,)
    assert record.captures_over(-10, 0, 10, 1) == ("b" * 16,)
    assert record.captures_over(170, 0, -170, 1) == ("a" * 16,)
    assert record.captures_over(-170, 0, 170, 1) == ("b" * 16,)


def test_a_capture_that_is_georeferenced_anew_moves(record: Record) -> None:
    put(record, capture("a" * 16, box(10, 40, 11, 41)))
    put(record, capture("a" * 16, box(50, 40, 51, 41)), 1)
    assert record.captures_over(10, 40, 11, 41) == ()
    assert record.captures_over(50, 40, 51, 41) == ("a" * 16,)


@settings(max_examples=40, deadline=None)
@example(boxes=[(-1.0, -1.0, 1.0, 1.0)], asked=(0.0, -1.5699262942905903e-61, 0.0, 0.0))
@example(boxes=[(0.0, 0.0, 1.0, 1.0)], asked=(-1.5699262942905903e-61, 0.0, 0.0, 0.0))
@given(
    boxes=st.lists(
        st.tuples(st.floats(-179, 170), st.floats(-80, 80), st.floats(0.001, 9), st.floats(0.001, 9)),
        max_size=6,
    ),
    asked=st.tuples(st.floats(-180, 170), st.floats(-90, 80), st.floats(0, 10), st.floats(0, 10)),
)
def test_captures_over_agrees_with_comparing_every_box(
    boxes: list[tuple[float, float, float, float]],
    asked: tuple[float, float, float, float],
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    west, south, east, north = asked[0], asked[1], asked[0] + asked[2], asked[1] + asked[3]
    with Record.open(tmp_path_factory.mktemp("boxes") / "record.sqlite") as record:
        expected = []
        for number, (x, y, width, height) in enumerate(boxes):
            key = f"{number:016x}"
            put(record, capture(key, box(x, y, x + width, y + height)))
            if x <= east and x + width >= west and y <= north and y + height >= south:
                expected.append(key)
        assert record.captures_over(west, south, east, north) == tuple(expected)


# -- derived, meta, cost -------------------------------------------------------------------------------------


def test_chips_and_scores_replace_their_own_and_make_no_revision(record: Record) -> None:
    record.save_chip(ChipEntry("s", "c", "k1", "f1", 0.5))
    record.save_chip(ChipEntry("s", "c", "k2", "f2", 0.75), ChipEntry("t", "c", "k3", "f3", 1.0))
    assert record.chips("s") == (ChipEntry("s", "c", "k2", "f2", 0.75),)
    assert len(record.chips()) == 2
    scores = [
        ScoreEntry("s", "a", "b", "k", "m", "1", None, "no overlap"),
        ScoreEntry("t", "a", "b", "k", "m", "1", 0.5),
    ]
    record.save_scores(scores)
    record.save_scores([replace(scores[0], value=0.25, reason="")])
    assert record.scores("s") == (replace(scores[0], value=0.25, reason=""),)
    assert record.scores() == (replace(scores[0], value=0.25, reason=""), scores[1])
    assert record.revision == 0


def test_the_stamp_moves_with_revisions_and_with_what_is_derived(record: Record) -> None:
    stamps = [record.stamp]
    put(record, site())
    stamps.append(record.stamp)
    record.save_chip(ChipEntry("s", "c", "k", "f", 0.5))
    stamps.append(record.stamp)
    record.save_scores([])
    assert stamps == [(0, 0), (1, 0), (1, 1)]
    assert record.stamp == (1, 1)


def test_meta_keeps_the_last_value(record: Record) -> None:
    assert record.meta("colour") is None
    record.set_meta("colour", "red")
    record.set_meta("colour", "blue")
    assert record.meta("colour") == "blue"


@contextlib.contextmanager
def counted(record: Record) -> Iterator[list[str]]:
    statements: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if not statement.startswith("BEGIN"):
            statements.append(statement)

    event.listen(record._engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(record._engine, "before_cursor_execute", note)


def test_the_number_of_statements_does_not_grow_with_the_data(record: Record) -> None:
    counts = []
    for number in (3, 60):
        with record.write(ANNA, "many") as transaction:
            for n in range(number):
                transaction.put(site(f"s{number}-{n}"), 0)
                transaction.put(capture(f"{number:08x}{n:08x}", box(n, 0, n + 1, 1)), 0)
        with counted(record) as statements:
            record.rows(Site)
            record.rows(Capture)
            record.captures_over(0, 0, 50, 1)
            _ = record.revision
            record.verify()
        counts.append(len(statements))
        with counted(record) as statements:
            put(record, site("s3-0", note=f"{number}"), len(record.history(Site, "s3-0")))
        counts.append(len(statements))
    assert counts[0] == counts[2] <= 4 + 15
    assert counts[1] == counts[3] <= 6


def test_a_version_is_decoded_once(record: Record) -> None:
    put(record, site())
    first, second = record.rows(Site)[0], record.rows(Site)[0]
    assert first is second
    put(record, site(note="new"), 1)
    assert record.rows(Site)[0].value.note == "new"


def test_the_write_ahead_log_is_moved_into_the_file_when_it_has_grown(record: Record, path: Path) -> None:
    log = path.with_name("record.sqlite-wal")
    for number in range(12):
        put(record, site(f"s{number}", note="x" * 1_000_000))
    assert log.stat().st_size < 6_000_000
    assert path.stat().st_size > 6_000_000


def test_the_file_is_kept_durable(record: Record) -> None:
    with record._engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1
        assert connection.exec_driver_sql("PRAGMA wal_autocheckpoint").scalar() == 0
        assert connection.exec_driver_sql("PRAGMA busy_timeout").scalar() == 60_000


def test_a_writer_waits_for_the_lock_and_says_so_while_readers_go_on(
    record: Record, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(record, site())
    monkeypatch.setattr("workflow.store.engine.BUSY_SECONDS", 0.05)
    with FileLock(path.with_suffix(".lock")):
        with pytest.raises(ProjectUnusable, match="another program has been writing"):
            put(record, site(note="late"), 1)
        assert [row.value.note for row in record.rows(Site)] == [""]
    assert put(record, site(note="late"), 1) == 2


def test_a_writer_does_not_pass_the_one_who_is_next(
    record: Record, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("workflow.store.engine.BUSY_SECONDS", 0.05)
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
