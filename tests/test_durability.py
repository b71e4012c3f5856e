"""What the record survives: short runs of the campaigns, and that they can fail."""

# ruff: noqa: S311  seeded draws, no secrets

from __future__ import annotations

import errno
import os
import random
import sqlite3
import sys
from pathlib import Path
from typing import Any

import pytest

from workflow.errors import ProjectUnusable
from workflow.model import Author, Site
from workflow.store import Record, sqlite

BENCHMARKS = Path(__file__).resolve().parents[1] / "benchmarks"
sys.path.insert(0, str(BENCHMARKS))

import contention  # noqa: E402
import faults  # noqa: E402
import kills  # noqa: E402
import power_cuts  # noqa: E402
from recording_vfs import Fault, Step, recording  # noqa: E402

SEED = 8


def put(record: Record, key: str) -> None:
    with record.write(Author("Anna"), "a test") as transaction:
        transaction.put(Site(key, key), 0)


# -- power cuts ----------------------------------------------------------------------------------------------


def test_a_power_cut_at_any_moment_loses_nothing_that_was_acknowledged() -> None:
    outcome = power_cuts.power_cuts(100, SEED)
    assert outcome.is_clean, outcome
    assert outcome.cuts == 100
    assert outcome.acknowledged > 20


def with_pragma(monkeypatch: pytest.MonkeyPatch, pragma: str) -> None:
    usual = sqlite._set_up

    def weaker(connection: sqlite3.Connection, entry: Any) -> None:
        usual(connection, entry)
        connection.execute(f"PRAGMA {pragma}")

    monkeypatch.setattr(sqlite, "_set_up", weaker)


def test_the_campaign_finds_the_writes_that_synchronous_normal_loses(monkeypatch: pytest.MonkeyPatch) -> None:
    with_pragma(monkeypatch, "synchronous=NORMAL")
    outcome = power_cuts.power_cuts(40, SEED)
    assert outcome.cuts_with_loss > 0
    assert outcome.lost > outcome.cuts_with_loss
    assert not outcome.unopened


def test_the_campaign_finds_the_files_that_synchronous_off_destroys(monkeypatch: pytest.MonkeyPatch) -> None:
    with_pragma(monkeypatch, "synchronous=OFF")
    outcome = power_cuts.power_cuts(20, SEED)
    assert outcome.unopened > 0


def test_a_new_record_is_synchronised_then_renamed_then_its_folders_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "project" / ".sitetrack" / "record.sqlite"
    done: list[tuple[str, str]] = []
    fsync, replace = os.fsync, os.replace

    def noted_fsync(handle: int) -> None:
        status = os.fstat(handle)
        known = (path.with_name("record.sqlite.new"), path, path.parent, path.parent.parent)
        done.extend(
            ("sync", one.name) for one in known if one.exists() and os.path.samestat(status, one.stat())
        )
        fsync(handle)

    def noted_replace(source: Path, target: Path) -> None:
        done.append(("rename", Path(target).name))
        replace(source, target)

    monkeypatch.setattr(os, "fsync", noted_fsync)
    monkeypatch.setattr(os, "replace", noted_replace)
    Record.open(path).close()
    folders = [("sync", ".sitetrack"), ("sync", "project")] if os.name != "nt" else []
    assert done == [("sync", "record.sqlite.new"), ("rename", "record.sqlite"), *folders]


def test_a_commit_ends_with_a_synchronised_log(tmp_path: Path) -> None:
    with recording(tmp_path) as disk, Record.open(disk.folder / "record.sqlite") as record:
        put(record, "one")
        before = len(disk.steps)
        put(record, "two")
        steps = disk.steps[before:]
    assert {step.name for step in steps} == {"record.sqlite-wal"}
    assert [step.do for step in steps].count("sync") == 1
    assert steps[-1].do == "sync"


def test_files_rebuilt_without_a_cut_are_those_on_the_disk(tmp_path: Path) -> None:
    with recording(tmp_path) as disk, Record.open(disk.folder / "record.sqlite") as record:
        put(record, "one")
        put(record, "two")
        platter = power_cuts.Platter()
        for step in (*disk.steps, Step("sync names")):
            platter.take(step)
        rebuilt = platter.after_cut(random.Random(0))
        assert set(rebuilt) == {"record.sqlite", "record.sqlite-wal"}
        assert all((tmp_path / name).read_bytes() == content for name, content in rebuilt.items())


def test_what_was_not_synchronised_is_kept_dropped_or_torn_by_sectors() -> None:
    platter = power_cuts.Platter()
    steps = [Step("create", "a"), Step("write", "a", 0, b"o" * 2048), Step("sync", "a"), Step("sync names")]
    for step in (*steps, Step("write", "a", 100, b"n" * 1500), Step("create", "b")):
        platter.take(step)
    left = [platter.after_cut(random.Random(seed)) for seed in range(200)]
    contents = {files["a"] for files in left}
    assert {b"o" * 2048, b"o" * 100 + b"n" * 1500 + b"o" * 448} < contents
    cuts = {n for content in contents for n in range(101, 1600) if content[n] != content[n - 1]}
    assert cuts == {512, 1024, 1536}
    assert {len(files) for files in left} == {1, 2}


# -- kills ---------------------------------------------------------------------------------------------------


def test_writers_that_are_killed_lose_nothing_and_leave_nothing_half() -> None:
    outcome = kills.kills(4, SEED)
    assert outcome.is_clean, outcome
    assert outcome.acknowledged > 0


def test_a_killed_writer_whose_write_is_missing_or_half_is_found(tmp_path: Path) -> None:
    with Record.open(tmp_path / "record.sqlite") as record:
        for key in ("w-0-a", "w-0-b", "w-1-a"):
            put(record, key)
    outcome = kills.Outcome()
    kills.look(tmp_path / "record.sqlite", {"w": 3}, outcome)
    assert outcome.lost == 1
    assert outcome.half > 0


# -- faults --------------------------------------------------------------------------------------------------


def test_a_disk_that_fails_at_any_place_refuses_in_a_sentence_and_nothing_is_half() -> None:
    outcome = faults.faults((faults.note, faults.put_few), every=5)
    assert outcome.problems == []
    assert outcome.faults > 40
    said = {sentence.partition(";")[0].partition(" (")[0] for sentence in outcome.sentences}
    assert said == {"it cannot be made", "the disk is full", "the disk reports an error"}
    # a full disk may be told so too: there is no room for what SQLite writes beside the record even to read it
    error = next(one for one in outcome.sentences if "reports an error" in one)
    assert "check the disk and its free space" in error


def test_a_checkpoint_that_fails_refuses_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite, "WAL_LIMIT_BYTES", 0)
    with recording(tmp_path) as disk, Record.open(disk.folder / "record.sqlite") as record:
        disk.fault = fault = Fault(0, errno.EIO)
        usual = sqlite.checkpoint

        def failing(*arguments: Any) -> None:
            fault.number, fault.lasts = fault.seen + 1, True
            usual(*arguments)

        with monkeypatch.context() as patch:
            patch.setattr("workflow.store.sqlite.checkpoint", failing)
            put(record, "one")
        assert fault.failed
        disk.fault = None
        put(record, "two")
        assert record.ids("site") == ("one", "two")
        assert (disk.folder / "record.sqlite-wal").stat().st_size == 0


def test_the_recording_is_the_sqlite_of_the_sqlite3_module_and_ends_with_its_block(tmp_path: Path) -> None:
    with recording(tmp_path) as disk:
        pass
    with Record.open(tmp_path / "record.sqlite") as record:
        put(record, "one")
    assert disk.steps == []


def test_a_refused_creation_leaves_a_folder_in_which_the_next_one_succeeds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with recording(tmp_path) as disk:
        disk.fault = Fault(40, errno.ENOSPC, lasts=True)
        with pytest.raises(ProjectUnusable, match="the disk is full"):
            Record.open(disk.folder / "record.sqlite")
    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", failing_fsync)
        with pytest.raises(ProjectUnusable, match="cannot be made"):
            Record.open(tmp_path / "record.sqlite")
    Record.open(tmp_path / "record.sqlite").close()
    assert {one.name for one in tmp_path.iterdir()} <= {"record.sqlite", "record.lock", "record.queue"}


def failing_fsync(_: int) -> None:
    raise OSError(errno.EIO, os.strerror(errno.EIO))


# -- contention ----------------------------------------------------------------------------------------------


def test_processes_that_edit_the_same_objects_lose_nothing_and_are_told_of_every_conflict(
    tmp_path: Path,
) -> None:
    outcome = contention.contention(tmp_path / "record.sqlite", 4, 10, 2)
    assert outcome.problems == []
    assert outcome.edits == 40


def test_an_edit_that_is_missing_from_the_revisions_is_found(tmp_path: Path) -> None:
    with Record.open(tmp_path / "record.sqlite") as record:
        put(record, "one")
        contention.put_note(record, "one", "0:0")
        outcome = contention.Outcome()
        told = {"attempts": 3, "stale": 0, "waits": [1.0, 1.0]}
        contention.compare(record, 1, ["one"], [told], (1, 2), outcome)
    assert outcome.problems == [
        "an edit was lost",
        "acknowledged edits and revisions differ",
        "acknowledged edits and version steps differ",
        "a conflict was not reported",
    ]
