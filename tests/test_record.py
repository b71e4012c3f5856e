"""The record on every engine: revisions, versions, the chain, places, statements, writers at once."""

from __future__ import annotations

import contextlib
import json
import multiprocessing
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from sqlalchemy import event, text
from store_sample import (
    ANNA,
    EVERY_KIND,
    FIRST,
    PARTED,
    SHOT,
    box,
    capture,
    edit,
    fill,
    identity,
    put,
    site,
    ticking,
)

from workflow.errors import InputRefused, NotAllowed, StaleWrite
from workflow.model import (
    Author,
    Capture,
    Evidence,
    Export,
    Observation,
    Role,
    Site,
    SiteEvidence,
    SiteTarget,
    State,
    Target,
)
from workflow.store import ChipEntry, FigureEntry, Record, ScoreEntry
from workflow.store.kinds import kind_of


@pytest.fixture
def record(where: Path | str) -> Iterator[Record]:
    with Record.open(where, clock=ticking().__next__) as opened:
        yield opened


# -- revisions and versions ----------------------------------------------------------------------------------


@pytest.mark.parametrize("value", EVERY_KIND, ids=lambda value: type(value).__name__)
def test_what_is_put_comes_back_equal_after_reopening(where: Path | str, value: object) -> None:
    with Record.open(where) as record:
        put(record, value)
    with Record.open(where) as record:
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
    assert second.seq == record.revision


def test_the_same_object_again_makes_no_revision(record: Record) -> None:
    put(record, site())
    assert put(record, site()) == 1
    assert put(record, site(), 1) == 1
    assert record.revision == 2  # the site and its target


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
    assert record.revision == 3


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


def test_a_snapshot_sees_one_state_whoever_writes_meanwhile(record: Record) -> None:
    put(record, site())
    with record.snapshot():
        before = record.revision
        writer = threading.Thread(target=put, args=(record, site("second")))
        writer.start()
        writer.join(30)
        assert [row.value.id for row in record.rows(Site)] == ["arch"]
        with record.snapshot():
            assert record.revision == before
        assert record.history(Site, "second") == ()
    assert [row.value.id for row in record.rows(Site)] == ["arch", "second"]


def test_a_payload_from_before_a_field_was_added_is_still_the_same_object(record: Record) -> None:
    said = Observation("o1", "arch", "inbound", SHOT, "Anna", State.PRESENT)
    put(record, said)
    kind = kind_of(Observation)
    older = json.dumps(
        {name: value for name, value in json.loads(kind.payload(said)).items() if name != "blind"}
    )
    with record._backend.writing() as connection:
        connection.execute(text("UPDATE observation SET payload = :older"), {"older": older})
    record._cache.clear()
    assert put(record, said, 1) == 1
    assert put(record, replace(said, note="edited"), 1) == 2
    with record._backend.writing() as connection:
        connection.execute(text("UPDATE observation SET payload = 'x'"))
    assert put(record, said, 2) == 3


def test_a_snapshot_of_a_site_has_all_of_it(record: Record) -> None:
    fill(record)
    put(record, site("other"))
    kinds = [kind for kind in map(type, EVERY_KIND) if kind is not Site]
    for key in ("arch", "nowhere", "\ud800"):
        plain = record.get(Site, key), [record.rows(kind, site=key) for kind in kinds]
        record._cache.clear()
        with record.snapshot(key):
            assert (record.get(Site, key), [record.rows(kind, site=key) for kind in kinds]) == plain
            assert record.rows(Observation, site=key, target="x") == ()
            assert [row.value.id for row in record.rows(Site)] == ["arch", "other"]
    with record.snapshot("other"):
        assert len(record.rows(Observation, site="arch")) == 1
    put(record, edit(site("other")), 1)
    found = record.get(Site, "other")
    assert found is not None
    assert found.value.note == "edited"


def test_many_gives_those_that_are_there_in_the_order_they_came_in(record: Record) -> None:
    for key in ("c", "a", "b"):
        put(record, site(key))
    asked = ["b", "c", "nowhere", "b", "\ud800", "it's"]
    assert [row.value.id for row in record.many(Site, asked)] == ["c", "b"]
    assert record.many(Site, []) == ()


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


# -- a site and its parts ------------------------------------------------------------------------------------


def versions(record: Record, kind: str) -> dict[str, int]:
    return {key: len(record.history(kind, key)) for key in record.ids(kind)}


def test_targets_and_published_statements_are_objects_with_histories_of_their_own(record: Record) -> None:
    put(record, PARTED)
    outbound = replace(PARTED.targets[1], note="moved")
    put(record, replace(PARTED, targets=(PARTED.targets[0], outbound)), 1)
    assert versions(record, "target") == {"arch.inbound": 1, "arch.outbound": 2}
    assert versions(record, "evidence") == {"arch.1": 1, "arch.2": 1}
    assert versions(record, "site") == {"arch": 2}
    found = record.get(SiteTarget, "arch.outbound")
    assert found is not None
    assert found.value == SiteTarget("arch", outbound)
    assert record.rows(SiteEvidence, site="arch")[0].value == SiteEvidence("arch", 1, PARTED.evidence[0])


def test_a_change_of_a_part_is_a_new_version_of_its_site(record: Record) -> None:
    put(record, PARTED)
    assert put(record, replace(PARTED, targets=PARTED.targets[:1]), 1) == 2
    with pytest.raises(StaleWrite):
        put(record, replace(PARTED, note="did not see it"), 1)


def test_every_version_of_a_site_is_whole_again(record: Record) -> None:
    said = Evidence("another", source="paper")
    series = [
        PARTED,
        replace(PARTED, targets=(), evidence=()),
        replace(PARTED, evidence=(said, *PARTED.evidence)),
        replace(PARTED, targets=tuple(reversed(PARTED.targets)), evidence=(replace(said, wording="w"),)),
        edit(PARTED),
    ]
    for number, value in enumerate(series):
        put(record, value, number)
    assert [record.at(Site, "arch", number + 1) for number in range(len(series))] == series
    assert record.at(Site, "arch", 9) is None
    assert record.verify().problems == ()


def test_a_target_that_was_taken_away_goes_on_where_it_left_off_when_it_comes_back(record: Record) -> None:
    put(record, PARTED)
    put(record, replace(PARTED, targets=()), 1)
    put(record, PARTED, 2)
    assert versions(record, "target") == {"arch.inbound": 1, "arch.outbound": 1}
    put(record, replace(PARTED, targets=(Target("inbound", note="new"),)), 3)
    assert versions(record, "target")["arch.inbound"] == 2


def test_a_published_statement_keeps_its_number_when_only_its_wording_changes(record: Record) -> None:
    first, second = PARTED.evidence
    put(record, PARTED)
    put(record, replace(PARTED, evidence=(second, replace(first, wording="seen"))), 1)
    assert versions(record, "evidence") == {"arch.1": 2, "arch.2": 1}
    put(record, replace(PARTED, evidence=(Evidence("else", source="x"),)), 2)
    assert versions(record, "evidence") == {"arch.1": 2, "arch.2": 1, "arch.3": 1}


def test_parts_are_put_with_their_site_alone(record: Record) -> None:
    with record.write(ANNA, "a part") as transaction, pytest.raises(TypeError, match="with their site"):
        transaction.put(SiteTarget("arch", Target("x")), 0)


# -- what was done when --------------------------------------------------------------------------------------


def test_activity_is_what_was_written_in_a_time_the_newest_first(record: Record) -> None:
    put(record, PARTED)
    for number in range(3):
        put(record, Observation(f"o{number}", "arch", "inbound", SHOT, "Anna", State.PRESENT))
    done = record.activity(FIRST + timedelta(seconds=1), FIRST + timedelta(seconds=3))
    assert [(one.kind, one.id, one.site, one.capture) for one in done] == [
        ("observation", "o1", "arch", SHOT),
        ("observation", "o0", "arch", SHOT),
    ]
    everything = record.activity(FIRST, FIRST + timedelta(days=1))
    assert [one.seq for one in everything] == list(range(record.revision, 0, -1))
    assert len(record.activity(FIRST, FIRST + timedelta(days=1), kinds=("target",))) == 2
    assert record.activity(FIRST, FIRST + timedelta(days=1), limit=1) == everything[:1]
    assert record.activity(FIRST, FIRST + timedelta(days=1), kinds=()) == ()
    assert record.activity(FIRST, FIRST + timedelta(days=1), site="arch", limit=3) == everything[:3]
    assert record.activity(FIRST, FIRST + timedelta(days=1), site="other") == ()
    assert record.activity(FIRST, FIRST + timedelta(days=1), site="\udcff") == ()


# -- several at once -----------------------------------------------------------------------------------------

EDITS = 25


def edit_often(where: Path | str, name: str) -> None:
    with Record.open(where) as record:
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


def test_four_processes_editing_two_objects_lose_nothing(where: Path | str) -> None:
    with Record.open(where) as record:
        put(record, site("one"))
        put(record, site("two"))
    start = multiprocessing.get_context("spawn")
    names = ["a", "b", "c", "d"]
    workers = [start.Process(target=edit_often, args=(where, name)) for name in names]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(120)
        assert worker.exitcode == 0
    with Record.open(where) as record:
        notes = "".join(row.value.note for row in record.rows(Site))
        assert sorted(notes.split(";")[:-1]) == sorted(f"{name}{n}" for name in names for n in range(EDITS))
        assert record.revision == 4 + len(names) * EDITS
        assert record.verify().problems == ()


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


def over(record: Record, *asked: float) -> tuple[str, ...]:
    west, south, east, north = asked
    return tuple(row.value.id for row in record.captures_over(west, south, east, north))


def test_captures_over_finds_what_touches_the_box(record: Record) -> None:
    put(record, capture("a" * 16, box(10, 40, 11, 41)))
    put(record, capture("b" * 16, box(20, 40, 21, 41)))
    put(record, capture("c" * 16))
    assert over(record, 10.5, 40.5, 10.6, 40.6) == ("a" * 16,)
    assert over(record, 11, 41, 12, 42) == ("a" * 16,)
    assert over(record, 11.0000001, 41, 12, 42) == ()
    assert over(record, -180, -90, 180, 90) == ("a" * 16, "b" * 16)


def test_a_capture_over_the_antimeridian_is_found_on_both_sides_and_not_between(record: Record) -> None:
    put(record, capture("a" * 16, box(179, 0, -179, 1)))
    put(record, capture("b" * 16, box(0, 0, 1, 1)))
    assert over(record, 179.5, 0, 180, 1) == ("a" * 16,)
    assert over(record, -180, 0, -179.5, 1) == ("a" * 16,)
    assert over(record, -10, 0, 10, 1) == ("b" * 16,)
    assert over(record, 170, 0, -170, 1) == ("a" * 16,)
    assert over(record, -170, 0, 170, 1) == ("b" * 16,)


def test_a_capture_that_is_georeferenced_anew_moves(record: Record) -> None:
    put(record, capture("a" * 16, box(10, 40, 11, 41)))
    put(record, capture("a" * 16, box(50, 40, 51, 41)), 1)
    assert over(record, 10, 40, 11, 41) == ()
    assert over(record, 50, 40, 51, 41) == ("a" * 16,)


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
        assert over(record, west, south, east, north) == tuple(expected)


# -- derived, meta, cost -------------------------------------------------------------------------------------


def test_chips_and_scores_replace_their_own_and_make_no_revision(record: Record) -> None:
    record.save_chip(ChipEntry("s", "c", "k1", "f1", 0.5))
    record.save_chip(ChipEntry("s", "c", "k2", "f2", 0.75), ChipEntry("t", "c", "k3", "f3", 1.0))
    assert record.chips("s") == (ChipEntry("s", "c", "k2", "f2", 0.75),)
    assert len(record.chips()) == 2
    scores = [
        ScoreEntry("s", "a", "b", "k", "m", "1", None, "no overlap"),
        ScoreEntry("t", "a", "b", "k", "m", "1", 0.5, "there", -3.5, 20.0),
    ]
    record.save_scores(scores)
    record.save_scores([replace(scores[0], value=0.25, reason="")])
    assert record.scores("s") == (replace(scores[0], value=0.25, reason=""),)
    assert record.scores() == (replace(scores[0], value=0.25, reason=""), scores[1])
    assert [one.at for one in record.scores()] == [None, (-3.5, 20.0)]
    assert record.revision == 0


def test_a_figure_that_was_written_is_listed_once(record: Record) -> None:
    record.save_figure(FigureEntry("b.png", "1", "2"))
    record.save_figure(FigureEntry("a.png", "1", "2"))
    record.save_figure(FigureEntry("b.png", "3", "4"))
    assert record.figures() == (FigureEntry("a.png", "1", "2"), FigureEntry("b.png", "3", "4"))
    assert record.revision == 0


def test_the_stamp_moves_with_revisions_and_with_what_is_derived(record: Record) -> None:
    stamps = [record.stamp]
    put(record, site())
    stamps.append(record.stamp)
    record.save_chip(ChipEntry("s", "c", "k", "f", 0.5))
    stamps.append(record.stamp)
    record.save_scores([])
    assert stamps == [(0, 0), (2, 0), (2, 1)]
    assert record.stamp == (2, 1)


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

    event.listen(record._backend._engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(record._backend._engine, "before_cursor_execute", note)


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
    assert counts[0] == counts[2] <= 6 + 30  # reads, and the walk over the revisions and heads of 13 kinds
    assert counts[1] == counts[3] <= 13


def test_a_whole_kind_is_read_once_a_revision_and_a_snapshot_keeps_its_own(record: Record) -> None:
    put(record, site())
    with record.snapshot():
        first = record.rows(Site)
    with counted(record) as statements, record.snapshot():
        assert record.rows(Site) is first
        assert record.rows(Site) is first
    assert not [one for one in statements if "payload" in one]
    with record.snapshot():
        writer = threading.Thread(target=put, args=(record, site(note="new"), 1))
        assert record.rows(Site) is first
        writer.start()
        writer.join()
        assert record.rows(Site) is first
    with record.snapshot():
        assert record.rows(Site)[0].value.note == "new"


def test_a_version_is_decoded_once(record: Record) -> None:
    put(record, site())
    first, second = record.rows(Site)[0], record.rows(Site)[0]
    assert first is second
    put(record, site(note="new"), 1)
    assert record.rows(Site)[0].value.note == "new"


# -- what left the project -----------------------------------------------------------------------------------


SENT = Export("", "csv", "/sent/sites.csv", "0" * 64, 12, ("arch",), {"sites": 1})


def test_an_export_is_noted_with_who_when_and_why_and_a_viewer_may_take_one(record: Record) -> None:
    first = record.log_export(ANNA, "for the editor", SENT)
    second = record.log_export(Author("Vera", Role.VIEWER), "for the lawyer", replace(SENT, kind="kml"))
    assert (first.id, second.id) == ("export-1", "export-2")
    assert [row.value for row in record.rows(Export)] == [first, second]
    noted = record.history("export", "export-2")[0]
    assert (noted.author, noted.role, noted.reason) == ("Vera", "viewer", "for the lawyer")
    assert record.verify().problems == ()


def test_an_export_without_a_reason_is_not_noted(record: Record) -> None:
    with pytest.raises(InputRefused, match="reason of an export"):
        record.log_export(ANNA, " ", SENT)
    assert record.revision == 0
