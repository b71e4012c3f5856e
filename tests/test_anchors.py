"""Anchors: lines that are only added, read whatever else stands between them, and named where the record differs."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from workflow.anchors import Anchor, append_anchor, format_anchor, parse_anchors, read_anchors
from workflow.errors import InputRefused

NOON = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
ONE, TWO = "1" * 64, "2" * 64


def test_a_line_is_read_as_it_was_written(tmp_path: Path) -> None:
    file = tmp_path / "anchors.txt"
    append_anchor(file, 1204, ONE, NOON.astimezone(timezone(timedelta(hours=9))), "figure arch.png")
    assert file.read_bytes() == f"2026-11-25T12:00:00Z 1204 {ONE} figure arch.png\n".encode()
    assert read_anchors(file) == ((Anchor(1204, ONE, "2026-11-25T12:00:00Z", "figure arch.png"),), ())


def test_what_is_no_anchor_is_numbered_and_the_rest_is_read() -> None:
    good = format_anchor(Anchor(3, ONE, "2026-11-25T12:00:00Z", "verify"))
    lines = [good, "", good[:-30], good.replace("1" * 64, "1" * 63), f"{good}\r", "nonsense"]
    anchors, broken = parse_anchors("\n".join(lines))
    assert [anchor.count for anchor in anchors] == [3, 3]
    assert broken == (3, 4, 6)


def test_a_line_that_was_broken_off_spoils_no_other(tmp_path: Path) -> None:
    file = tmp_path / "anchors.txt"
    file.write_text("2026-11-25T12:00:00Z 12 abc")
    append_anchor(file, 13, TWO, NOON, "verify")
    anchors, broken = read_anchors(file)
    assert ([anchor.count for anchor in anchors], broken) == ([13], (1,))


def test_a_purpose_stays_on_one_line_and_bytes_that_are_no_text_are_escaped(tmp_path: Path) -> None:
    file = tmp_path / "anchors.txt"
    forged = f"figure a.png\n2026-11-25T12:00:00Z 99 {TWO} verify"
    append_anchor(file, 1, ONE, NOON, forged)
    append_anchor(file, 2, ONE, NOON, "figure \udcff.png")
    anchors, broken = read_anchors(file)
    assert ([anchor.count for anchor in anchors], broken) == ([1, 2], ())


def test_many_who_add_at_once_lose_no_line(tmp_path: Path) -> None:
    file = tmp_path / "anchors.txt"

    def add(first: int) -> None:
        for number in range(first, first + 25):
            append_anchor(file, number, ONE, NOON, f"figure {'x' * (number % 90)}.png")

    threads = [threading.Thread(target=add, args=(start,)) for start in range(1, 201, 25)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    anchors, broken = read_anchors(file)
    assert sorted(anchor.count for anchor in anchors) == list(range(1, 201))
    assert broken == ()


def test_no_file_is_no_anchor_and_one_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    assert read_anchors(tmp_path / "anchors.txt") == ((), ())
    with pytest.raises(InputRefused, match="cannot be read"):
        read_anchors(tmp_path)


def test_an_anchor_says_when_and_what_for() -> None:
    assert (
        Anchor(1, ONE, "2026-11-25T12:00:00Z", "verify").origin == "elsewhere (verify, 2026-11-25T12:00:00Z)"
    )
    assert Anchor(1, ONE).origin == "elsewhere"
