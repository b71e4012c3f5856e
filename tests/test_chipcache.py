"""The bound of the cache: what goes, what stays, and two processes at once."""

from __future__ import annotations

import multiprocessing
import os
import time
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from workflow.chipcache import in_use, limit_bytes, make_room, size
from workflow.cli import cli
from workflow.errors import InputRefused

HOUR_S = 3600


def put(folder: Path, name: str, hours_ago: float, count: int = 100) -> Path:
    path = folder / "gate" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"x" * count)
    when = time.time() - hours_ago * HOUR_S
    os.utime(path, (when, when))
    return path


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.glob("*/*") if path.suffix in (".npz", ".part"))


def test_what_was_not_used_for_longest_goes_first_and_no_more_than_must(tmp_path: Path) -> None:
    for name, hours in (("a.npz", 1), ("b.npz", 3), ("c.npz", 2), ("d.npz", 4)):
        put(tmp_path, name, hours)
    left = make_room(tmp_path, 250)
    assert names(tmp_path) == ["a.npz", "c.npz"]
    assert (left.chips, left.bytes) == (2, 200)
    assert make_room(tmp_path, 250) == left


def test_what_was_drawn_from_a_chip_takes_room_and_is_no_chip(tmp_path: Path) -> None:
    for name in ("a.npz", "a.0f.npz", "a.1e.npz"):
        put(tmp_path, name, 1)
    assert (size(tmp_path).chips, size(tmp_path).bytes) == (1, 300)
    assert make_room(tmp_path, 0).bytes == 0


def test_an_empty_or_missing_cache_has_room(tmp_path: Path) -> None:
    assert make_room(tmp_path / "nowhere", 0).chips == 0
    assert size(tmp_path).bytes == 0


def test_what_a_run_uses_is_not_evicted(tmp_path: Path) -> None:
    put(tmp_path, "old.npz", 1)
    with in_use(tmp_path):
        put(tmp_path, "new.npz", 0)
        make_room(tmp_path, 0)
        assert names(tmp_path) == ["new.npz"]
        with in_use(tmp_path):
            pass
        make_room(tmp_path, 0)
        assert names(tmp_path) == ["new.npz"]
    make_room(tmp_path, 0)
    assert names(tmp_path) == []


def hold(folder: Path, ready: Any, end: Any) -> None:
    with in_use(folder):
        ready.set()
        end.wait(60)


@pytest.mark.parametrize("is_killed", [False, True])
def test_another_process_protects_what_it_uses_until_it_ends_or_dies(tmp_path: Path, is_killed: bool) -> None:
    context = multiprocessing.get_context("spawn")
    ready, end = context.Event(), context.Event()
    other = context.Process(target=hold, args=(tmp_path, ready, end))
    other.start()
    assert ready.wait(60)
    put(tmp_path, "new.npz", 0)
    make_room(tmp_path, 0)
    assert names(tmp_path) == ["new.npz"]
    other.kill() if is_killed else end.set()
    other.join(60)
    make_room(tmp_path, 0)
    assert names(tmp_path) == []
    assert not list((tmp_path / "runs").glob("*-*.lock"))


def test_several_that_make_room_at_once_remove_no_more_than_one(tmp_path: Path, run_together: Any) -> None:
    for number in range(40):
        put(tmp_path, f"{number}.npz", number + 1)
    run_together(make_room, tmp_path, 2000, times=6)
    assert size(tmp_path).chips == 20


def test_what_cannot_be_removed_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(tmp_path, "open.npz", 2)
    put(tmp_path, "other.npz", 1)
    unlink = Path.unlink

    def refused(path: Path, missing_ok: bool = False) -> None:
        if path.name == "open.npz":
            raise PermissionError(path)
        unlink(path, missing_ok)

    monkeypatch.setattr(Path, "unlink", refused)
    assert make_room(tmp_path, 100).chips == 1
    assert names(tmp_path) == ["open.npz"]


def test_halves_that_were_left_a_day_ago_go_too(tmp_path: Path) -> None:
    put(tmp_path, "old.part", 25)
    put(tmp_path, "new.part", 1)
    put(tmp_path, "a.npz", 1)
    make_room(tmp_path, 0)
    assert names(tmp_path) == ["new.part"]


def test_a_folder_that_cannot_be_made_needs_no_room(tmp_path: Path) -> None:
    (tmp_path / "chips").write_text("in the way")
    with in_use(tmp_path / "chips"):
        assert make_room(tmp_path / "chips", 0).chips == 0


@pytest.mark.parametrize(
    ("text", "wanted"), [("", 10 * 10**9), ("0.5", 5 * 10**8), ("0", 0), (" 2 ", 2 * 10**9)]
)
def test_the_bound_is_a_setting(monkeypatch: pytest.MonkeyPatch, text: str, wanted: int) -> None:
    monkeypatch.setenv("SITETRACK_CHIP_CACHE_GB", text)
    assert limit_bytes() == wanted


@pytest.mark.parametrize("text", ["much", "-1", "nan", "inf", "1e30"])
def test_a_bound_that_is_no_size_is_refused(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv("SITETRACK_CHIP_CACHE_GB", text)
    with pytest.raises(InputRefused, match="not a number of gigabytes"):
        limit_bytes()


def test_doctor_tells_the_size_of_the_cache(watched: Any) -> None:
    put(watched.project.state_dir / "chips", "a.npz", 1, 20_000_000)
    made = CliRunner().invoke(cli, ["doctor", "--project", str(watched.project.root), "--json"])
    assert '"1 chips, 0.02 GB of at most 10 GB"' in made.output
