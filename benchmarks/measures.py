"""What the measurements share: the command line in this process, tables, and the few numbers they report."""

from __future__ import annotations

import contextlib
import io
import json
import math
import os
import subprocess
import sys
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from workflow.cli import main

ROOT = Path(__file__).resolve().parents[1]


def run(*arguments: object) -> str:
    """What a command writes to stdout; its messages are shown only where it fails."""
    out, messages = io.StringIO(), io.StringIO()
    try:
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(messages):
            main([str(argument) for argument in arguments])
    except SystemExit as end:
        if end.code:
            sys.exit(f"sitetrack {arguments[0]} left with {end.code}: {messages.getvalue()}")
    return out.getvalue()


def rows(*arguments: object) -> list[dict[str, Any]]:
    """The rows of a listing."""
    parsed: list[dict[str, Any]] = json.loads(run(*arguments, "--json"))
    return parsed


def places_asked(usual: int) -> tuple[int, str]:
    """How many rendered places the command line asks for, and the command that repeats it."""
    script = f"python benchmarks/{Path(sys.argv[0]).name}"
    if len(sys.argv) == 1:
        return usual, script
    if not sys.argv[1].isdecimal() or int(sys.argv[1]) < 1:
        sys.exit(f"usage: {script} [PLACES], a whole number from 1")
    return int(sys.argv[1]), f"{script} {sys.argv[1]}"


def real_data(name: str) -> Path:
    """The folder of a set of real pictures below SITETRACK_TEST_DATA, else where the tests look too."""
    folder = Path(os.environ.get("SITETRACK_TEST_DATA") or ROOT.parent / "shared" / "data") / name
    if not folder.is_dir():
        sys.exit(f"set SITETRACK_TEST_DATA to the folder that holds {name}")
    return folder


def auc(changed: Sequence[float], unchanged: Sequence[float]) -> tuple[float, float]:
    """Chance that a changed pair scores above an unchanged one, and its standard error (Hanley and McNeil
    1982).
    """
    wins = sum((one > other) + 0.5 * (one == other) for one in changed for other in unchanged)
    area = wins / (len(changed) * len(unchanged))
    above, below = area / (2 - area), 2 * area**2 / (1 + area)
    spread = area * (1 - area) + (len(changed) - 1) * (above - area**2)
    spread += (len(unchanged) - 1) * (below - area**2)
    return area, math.sqrt(spread / (len(changed) * len(unchanged)))


def percentile(values: Iterable[float], share: float) -> float:
    """Linear between neighbours; `share` 0.5 is the median."""
    ordered = sorted(values)
    place = share * (len(ordered) - 1)
    low = math.floor(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)


def heading(command: str, seed: int | None) -> str:
    """The line that lets a reader repeat a table."""
    commit = _git("rev-parse", "--short", "HEAD") or "unknown"
    state = commit + (" with changes in workflow/" if _git("status", "--porcelain", "workflow") else "")
    seeded = "" if seed is None else f", seed {seed}"
    return f"`{command}`, commit {state}{seeded}, {datetime.now(UTC):%Y-%m-%d}"


def _git(*arguments: str) -> str:
    command = ["git", "-C", str(ROOT), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()  # noqa: S603


def table(head: Sequence[str], body: Iterable[Sequence[object]]) -> str:
    """Markdown."""
    return "\n".join(line(cells) for cells in (head, ["---"] * len(head), *body))


def line(cells: Iterable[object]) -> str:
    """One line of a table."""
    return "| " + " | ".join(str(cell) for cell in cells) + " |"
