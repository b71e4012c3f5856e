"""Backups and the way back: whole under writers, any changed byte named, nothing overwritten."""

from __future__ import annotations

import hashlib
import json
import multiprocessing
import random
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from workflow.backup import back_up, check_manifest, read_manifest, restore
from workflow.backup.manifest import render
from workflow.cli import main
from workflow.errors import InputRefused, ProjectUnusable
from workflow.model import (
    Author,
    Capture,
    CaptureKind,
    DateSpan,
    LonLat,
    Position,
    Precision,
    Site,
    Target,
    Withdrawal,
)
from workflow.project import Project, init_project
from workflow.store import Record

ANNA = Author("Anna")
AT = datetime(2024, 5, 6, 7, 8, 9, tzinfo=UTC)


def add_site(project: Project, name: str) -> None:
    with project.record.write(ANNA, "a site") as transaction:
        transaction.put(
            Site(name, name, position=Position(LonLat(125.7, 39.0)), targets=(Target("gantry"),)), 0
        )


def add_capture(project: Project, number: int, size_bytes: int = 5000) -> Capture:
    """A capture whose files are there, the original read-only as intake leaves it."""
    content = random.Random(number).randbytes(size_bytes)  # noqa: S311
    sha256 = hashlib.sha256(content).hexdigest()
    original, working = f"imagery/originals/{sha256}.tif", f"imagery/working/{sha256}.tif"
    for path, body in ((original, content), (working, content[::-1])):
        (project.root / path).parent.mkdir(exist_ok=True)
        (project.root / path).write_bytes(body)
    (project.root / original).chmod(0o444)
    capture = Capture(
        id=sha256[:16], sha256=sha256, kind=CaptureKind.SATELLITE, file=f"{number}.tif", original=original,
        working=working, acquired=DateSpan(date(2020, 5, 1), date(2020, 5, 1), Precision.DAY), width_px=10,
        height_px=10, bands=1, working_sha256=hashlib.sha256(content[::-1]).hexdigest(),
    )  # fmt: skip
    with project.record.write(ANNA, "a capture") as transaction:
        transaction.put(capture, 0)
    return capture


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    with Project.open(init_project(tmp_path / "project")) as made:
        add_site(made, "arch")
        made.reconcile_register()
        for number in range(3):
            add_capture(made, number)
        yield made


@pytest.fixture
def backup(project: Project, tmp_path: Path) -> Path:
    back_up(project, tmp_path / "backup", AT)
    return tmp_path / "backup"


def run(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str, str]:
    capsys.readouterr()
    with pytest.raises(SystemExit) as left:
        main([str(one) for one in arguments])
    printed = capsys.readouterr()
    assert "Traceback" not in printed.err
    return int(left.value.code or 0), printed.out, printed.err


def tree(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }


# -- what is in a backup -------------------------------------------------------------------------------------


def test_a_backup_holds_every_picture_and_says_so(project: Project, tmp_path: Path) -> None:
    target = tmp_path / "backup"
    manifest = back_up(project, target, AT)
    assert read_manifest(target) == manifest
    assert (manifest.at, manifest.chain) == (AT, project.record.chain_head())
    assert manifest.record == project.record.id
    there = tree(target)
    assert {file.path for file in manifest.files} | {"backup.json"} == set(there)
    for file in manifest.files:
        body = there[file.path]
        assert (file.size_bytes, file.sha256) == (len(body), hashlib.sha256(body).hexdigest())
    assert sum(path.startswith("imagery/") for path in there) == 6
    assert there["sites.geojson"] == project.register_file.read_bytes()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["backup", "project"]


def test_what_the_project_asks_of_a_picture_is_backed_up_and_restored(
    project: Project, tmp_path: Path
) -> None:
    project.limits_file.write_text("[gantry]\ndetect_gsd_m = 0.5\n", "utf-8")
    back_up(project, tmp_path / "backup", AT)
    restore(tmp_path / "backup", tmp_path / "again", AT)
    assert (tmp_path / "again" / "interpretability.toml").read_bytes() == project.limits_file.read_bytes()


def test_originals_stay_read_only(backup: Path) -> None:
    originals = list((backup / "imagery" / "originals").iterdir())
    assert originals
    assert not any(path.stat().st_mode & 0o222 for path in originals)


def test_verify_passes_on_a_backup_and_leaves_it_as_it_is(
    backup: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    before = tree(backup)
    monkeypatch.setenv("SITETRACK_DATABASE_URL", "postgresql://nobody@127.0.0.1:1/none")
    code, out, err = run(capsys, "verify", "--project", backup, "--json")
    assert (code, json.loads(out)[0]["problems"]) == (0, []), err
    assert tree(backup) == before


def test_a_register_that_moved_on_is_backed_up_as_the_record_has_it(
    project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site, copy_to = project.site("arch"), Record.copy_to

    def and_then_somebody_edits(record: Record, *arguments: Any) -> Any:
        copied = copy_to(record, *arguments)
        with record.write(ANNA, "renamed meanwhile") as transaction:
            transaction.put(replace(site, name="New name"), 1)
        project.reconcile_register()
        return copied

    with monkeypatch.context() as patch:
        patch.setattr(Record, "copy_to", and_then_somebody_edits)
        manifest = back_up(project, tmp_path / "backup", AT)
    restore(tmp_path / "backup", tmp_path / "again", AT)
    with Project.open(tmp_path / "again") as again:
        assert again.site("arch").name == "arch"
        assert again.record.chain_head() == manifest.chain


def test_pictures_that_were_taken_away_on_purpose_are_not_missed(project: Project, tmp_path: Path) -> None:
    gone = add_capture(project, 9)
    for path in (gone.original, gone.working):
        (project.root / path).chmod(0o644)
        (project.root / path).unlink()
    with project.record.write(ANNA, "licence ended") as transaction:
        transaction.put(replace(gone, withdrawn=Withdrawal("licence ended", files_removed=True)), 1)
    assert back_up(project, tmp_path / "backup", AT).missing == ()


# -- refused -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("change", ["removed", "changed", "shorter"])
@pytest.mark.parametrize("which", ["originals", "working"])
def test_a_missing_or_changed_picture_refuses_the_backup_and_is_named(
    project: Project, tmp_path: Path, capsys: pytest.CaptureFixture[str], which: str, change: str
) -> None:
    path = next((project.imagery / which).iterdir())
    path.chmod(0o644)
    body = path.read_bytes()
    if change == "removed":
        path.unlink()
    else:
        path.write_bytes(body[:-1] if change == "shorter" else bytes([body[0] ^ 1]) + body[1:])
    target = tmp_path / "backup"
    code, _, err = run(capsys, "backup", target, "--project", project.root)
    assert code == 3
    assert path.name in err.replace("\n", "")
    assert sorted(one.name for one in tmp_path.iterdir()) == ["project"]
    code, out, err = run(capsys, "backup", target, "--incomplete", "--project", project.root, "--json")
    assert code == 0
    assert json.loads(out)[0]["missing"] == 1
    (sentence,) = read_manifest(target).missing
    assert path.name in sentence
    assert not (target / "imagery" / which / path.name).exists()
    assert check_manifest(target) == []


def test_a_folder_that_holds_something_is_not_touched(
    project: Project, backup: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    taken = tmp_path / "taken"
    taken.mkdir()
    (taken / "letter.txt").write_text("mine")
    for arguments in (("backup", taken, "--project", project.root), ("restore", backup, taken)):
        code, _, err = run(capsys, *arguments)
        assert code == 1
        assert "there is something already" in err
        assert tree(taken) == {"letter.txt": b"mine"}


def test_an_empty_folder_is_used(project: Project, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    back_up(project, tmp_path / "empty", AT)
    assert check_manifest(tmp_path / "empty") == []


def test_a_full_disk_is_a_sentence_beforehand(
    project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=1000))
    with pytest.raises(InputRefused, match=r"1[78] MB are needed there and 0 MB are free"):
        back_up(project, tmp_path / "backup", AT)
    assert sorted(one.name for one in tmp_path.iterdir()) == ["project"]


@pytest.mark.parametrize("step", ["files", "backup"])
def test_a_stopped_backup_leaves_nothing(project: Project, tmp_path: Path, step: str) -> None:
    def stop(what: str, done: int, total: int) -> None:
        if what == step and done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        back_up(project, tmp_path / "backup", AT, progress=stop)
    assert sorted(one.name for one in tmp_path.iterdir()) == ["project"]


# -- under a writer ------------------------------------------------------------------------------------------


def keep_writing(root: Path, started: Any, stop: Any) -> None:
    with Project.open(root) as project:
        number = 1000
        while not stop.is_set():
            add_capture(project, number, 300)
            number += 1
            if number == 1005:
                started.set()


def test_a_backup_under_a_writer_is_one_state_that_verifies(
    project: Project, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    context = multiprocessing.get_context("spawn")
    started, stop = context.Event(), context.Event()
    writer = context.Process(target=keep_writing, args=(project.root, started, stop))
    writer.start()
    try:
        assert started.wait(60)
        before = project.record.chain_head().count
        for number in range(3):
            back_up(project, tmp_path / f"backup{number}", AT)
        after = project.record.chain_head().count
    finally:
        stop.set()
        writer.join(60)
    assert after > before
    for number in range(3):
        folder = tmp_path / f"backup{number}"
        code, out, _ = run(capsys, "verify", "--project", folder, "--json")
        assert (code, json.loads(out)[0]["problems"]) == (0, [])
        head = read_manifest(folder).chain
        assert before <= head.count <= after
        assert project.record.verify([head]).problems == ()


# -- damage --------------------------------------------------------------------------------------------------


def test_a_flipped_byte_in_any_file_is_named_and_not_restored(backup: Path, tmp_path: Path) -> None:
    rng = random.Random(1)  # noqa: S311
    files = [path for path in backup.rglob("*") if path.is_file()]
    assert len(files) == 9
    for path in files:
        path.chmod(0o644)
        body = path.read_bytes()
        for place in (0, len(body) - 1, *(rng.randrange(len(body)) for _ in range(20))):
            path.write_bytes(flipped(body, place, 1 << rng.randrange(8)))
            (problem,) = check_manifest(backup)
            assert path.relative_to(backup).as_posix() in problem
        with pytest.raises(ProjectUnusable, match="damaged"):
            restore(backup, tmp_path / "again", AT)
        assert sorted(one.name for one in tmp_path.iterdir()) == ["backup", "project"]
        path.write_bytes(body)
    assert check_manifest(backup) == []


def flipped(body: bytes, place: int, bit: int) -> bytes:
    return body[:place] + bytes([body[place] ^ bit]) + body[place + 1 :]


def test_verify_names_what_was_changed_in_a_backup(backup: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with (backup / "sites.geojson").open("ab") as file:
        file.write(b" ")
    code, out, _ = run(capsys, "verify", "--project", backup, "--json")
    assert code == 1
    assert json.loads(out)[0]["problems"] == ["sites.geojson was changed after the backup was made."]


def test_a_write_into_the_record_of_a_backup_is_named(backup: Path) -> None:
    with Record.open(backup / ".sitetrack" / "record.sqlite") as record:
        assert check_manifest(backup) == []
        with record.write(ANNA, "not meant for a backup") as transaction:
            transaction.put(Site("more", "more"), 0)
        (problem,) = check_manifest(backup)  # the write is in SQLite's log, the file is as it was
        assert "record.sqlite was written to" in problem
    (problem,) = check_manifest(backup)
    assert "record.sqlite was changed" in problem


def test_a_history_rewritten_with_its_manifest_is_not_restored(backup: Path, tmp_path: Path) -> None:
    """Whoever changes a revision and writes a manifest that fits is found by the chain."""
    path = backup / ".sitetrack" / "record.sqlite"
    with closing(sqlite3.connect(path)) as file:
        file.execute("DROP TRIGGER capture_revision_no_update")
        file.execute("UPDATE capture_revision SET author = 'Ben'")
        file.commit()
    manifest = read_manifest(backup)
    body = path.read_bytes()
    forged = tuple(
        replace(one, sha256=hashlib.sha256(body).hexdigest(), size_bytes=len(body))
        if one.path.endswith("record.sqlite")
        else one
        for one in manifest.files
    )
    (backup / "backup.json").write_bytes(render(replace(manifest, files=forged)))
    assert check_manifest(backup) == []
    with pytest.raises(ProjectUnusable, match="was changed after it was written"):
        restore(backup, tmp_path / "again", AT)
    assert not (tmp_path / "again").exists()


def test_a_manifest_names_no_file_outside(backup: Path, tmp_path: Path) -> None:
    manifest = read_manifest(backup)
    for path in ("../out", "/etc/out", "a/../../out", "C:/out", "a\\..\\out"):
        forged = (*manifest.files, replace(manifest.files[0], path=path))
        (backup / "backup.json").write_bytes(render(replace(manifest, files=forged)))
        with pytest.raises(ProjectUnusable, match="list of files was changed"):
            read_manifest(backup)


# -- restored ------------------------------------------------------------------------------------------------


def test_a_restored_project_goes_on(
    project: Project, backup: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    again = tmp_path / "again"
    code, out, _ = run(capsys, "restore", backup, again, "--json")
    (row,) = json.loads(out)
    assert (code, row["revisions"]) == (0, project.record.revision)
    assert list(row) == ["project", "revisions", "sha256", "files", "missing"]
    expected = tree(backup)
    del expected["backup.json"]
    found = tree(again)
    head = project.record.chain_head()
    line = found.pop(".sitetrack/anchors.txt").decode().split()
    assert line[1:] == [str(head.count), head.sha256, "restore"]
    assert datetime.fromisoformat(line[0]).tzinfo is not None
    assert found == expected
    assert run(capsys, "verify", "--project", again)[0] == 0
    with Project.open(again) as restored:
        add_site(restored, "gate")
        restored.reconcile_register()
    assert run(capsys, "verify", "--project", again)[0] == 0
    assert run(capsys, "backup", tmp_path / "second", "--project", again)[0] == 0
    assert not any(path.stat().st_mode & 0o222 for path in (again / "imagery" / "originals").iterdir())


def test_what_is_no_backup_is_a_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, _, err = run(capsys, "restore", tmp_path / "nothing", tmp_path / "again")
    assert code == 3
    assert "it is no backup" in err
    assert list(tmp_path.iterdir()) == []


def test_a_backup_made_from_a_database_is_restored_into_another(
    project: Project, tmp_path: Path, postgres_url: str, capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    import psycopg

    head = project.record.chain_head()
    assert run(capsys, "record", "copy", "--to", postgres_url, "--project", project.root)[0] == 0
    monkeypatch.setenv("SITETRACK_DATABASE_URL", postgres_url)
    backup, again = tmp_path / "backup", tmp_path / "again"
    assert run(capsys, "backup", backup, "--project", project.root)[0] == 0
    assert read_manifest(backup).chain == head
    assert run(capsys, "verify", "--project", backup)[0] == 0
    code, _, err = run(capsys, "restore", backup, again, "--database", postgres_url)
    assert code == 3
    assert "holds a record already" in err
    assert not again.exists()
    schema = postgres_url.partition("%3D")[2].partition(",")[0]
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute(f"CREATE SCHEMA {schema}b")
    url = postgres_url.replace(f"{schema},", f"{schema}b,").replace("postgres@", "postgres:geheim@")
    code, out, err = run(capsys, "restore", backup, again, "--database", url)
    assert code == 0
    assert not (again / ".sitetrack" / "record.sqlite").exists()
    assert "geheim" not in out + err + (again / ".sitetrack" / "record.json").read_text()
    monkeypatch.setenv("SITETRACK_DATABASE_URL", url)
    with Project.open(again) as restored:
        assert restored.record.chain_head() == head
    assert run(capsys, "verify", "--project", again)[0] == 0


@pytest.mark.parametrize("database", ["geheim", "postgresql://x:geheim@127.0.0.1:1/none"])
def test_a_database_that_cannot_be_reached_leaves_nothing(
    backup: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], database: str
) -> None:
    code, out, err = run(capsys, "restore", backup, tmp_path / "again", "--database", database)
    assert code == 3
    assert "geheim" not in out + err
    assert sorted(one.name for one in tmp_path.iterdir()) == ["backup", "project"]
