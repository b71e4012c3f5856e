"""Anchors: how many revisions the record had at a moment, and the hash of the last, noted outside the record.

``.sitetrack/anchors.txt`` has one a line, ``2026-11-25T22:40:00Z 1204 <sha256> figure arch.png``: instant, count,
hash, and what it was noted for. Lines are only ever added, each with one write, so that programs may add at once.
A record that was cut, exchanged for an older copy, or written anew does not fit them.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from workflow.errors import InputRefused

__all__ = ["Anchor", "append_anchor", "format_anchor", "parse_anchors", "read_anchors"]

_LINE = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ) (\d{1,15}) ([0-9a-f]{64}) (\S.*)")


@dataclass(frozen=True, slots=True)
class Anchor:
    """A chain head that was noted: `at` is RFC 3339 UTC, `purpose` what for; both empty where nobody said."""

    count: int
    sha256: str
    at: str = ""
    purpose: str = ""

    @property
    def origin(self) -> str:
        """Where it stands, for a sentence: ``elsewhere (figure arch.png, 2026-11-25T22:40:00Z)``."""
        said = ", ".join(part for part in (self.purpose, self.at) if part)
        return f"elsewhere ({said})" if said else "elsewhere"


def format_anchor(anchor: Anchor) -> str:
    """The line of an anchor, without its end; a `purpose` of several lines becomes one."""
    purpose = " ".join(anchor.purpose.split()) or "unknown"
    return f"{anchor.at} {anchor.count} {anchor.sha256} {purpose}"


def parse_anchors(text: str) -> tuple[tuple[Anchor, ...], tuple[int, ...]]:
    """The anchors of a text in their order, and the numbers of lines that are none; empty lines are passed over."""
    anchors, broken = [], []
    for number, line in enumerate(text.split("\n"), 1):
        match = _LINE.fullmatch(line.rstrip("\r"))
        if match:
            anchors.append(Anchor(int(match[2]), match[3], match[1], match[4]))
        elif line.strip():
            broken.append(number)
    return tuple(anchors), tuple(broken)


def read_anchors(file: Path) -> tuple[tuple[Anchor, ...], tuple[int, ...]]:
    """What `parse_anchors` gives for a file; nothing where there is none.

    Raises
    ------
    InputRefused
        when it is there and cannot be read.
    """
    try:
        data = file.read_bytes()
    except FileNotFoundError:
        return (), ()
    except OSError as error:
        raise InputRefused(
            str(file), f"cannot be read ({error.strerror})", "check its permissions"
        ) from error
    return parse_anchors(data.decode("utf-8", "replace"))


def append_anchor(file: Path, count: int, sha256: str, at: datetime, purpose: str) -> None:
    """Add a line to `file`, durably; `at` is aware. A line that was broken off before it stays by itself.

    Raises
    ------
    OSError
        when the file cannot be written.
    """
    stamp = at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    line = format_anchor(Anchor(count, sha256, stamp, purpose)) + "\n"
    flags = os.O_RDWR | os.O_CREAT | os.O_APPEND | getattr(os, "O_BINARY", 0)
    handle = os.open(file, flags, 0o644)
    try:
        start = "" if _ends_a_line(handle) else "\n"
        os.write(handle, (start + line).encode("utf-8", "backslashreplace"))
        os.fsync(handle)
    finally:
        os.close(handle)


def _ends_a_line(handle: int) -> bool:
    if os.lseek(handle, 0, os.SEEK_END) == 0:
        return True
    os.lseek(handle, -1, os.SEEK_END)
    return os.read(handle, 1) == b"\n"
