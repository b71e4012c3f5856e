"""Many processes edit few objects: every edit that was acknowledged is a revision, every other was refused.

Each process reads one of the objects, puts it back with a note of its own on the version that it read, and does
so again after each `StaleWrite` until the edit is acknowledged. At the end the revisions are held against what
the processes were told.
"""

# ruff: noqa: S311  seeded draws, no secrets

from __future__ import annotations

import json
import multiprocessing
import random
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from kills import start_method
from measures import percentile

from workflow.errors import StaleWrite
from workflow.model import Author, Site
from workflow.store import Record

Where = Path | str
READY_WITHIN_S = 300


@dataclass(slots=True)
class Outcome:
    """What the processes were told, and what the record holds of it; `problems` should be empty."""

    edits: int = 0
    stale: int = 0
    seconds: float = 0.0
    waits_ms: list[float] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    def wait_ms(self, share: float) -> float:
        return percentile(self.waits_ms, share)


def place(text: str) -> Where:
    """What `Record.open` takes: a path, or the address of a database as it is."""
    return text if "://" in text else Path(text)


def opened(where: Where) -> Record:
    return Record.open(where)  # type: ignore[arg-type]


def edit(
    where: Where, process: int, edits: int, keys: Sequence[str], one_by_one: Any, gate: Any, told: Path
) -> None:
    """One process: its edits, and a file that says what it was told."""
    rng = random.Random(process)
    attempts, stale, waits = 0, 0, []
    with opened(where) as record:
        with one_by_one:
            warm_up(record, f"{keys[0]}-{process}")
        gate.wait()
        gate.wait()
        for number in range(edits):
            key, started = rng.choice(keys), time.perf_counter()
            while True:
                attempts += 1
                try:
                    put_note(record, key, f"{process}:{number}")
                except StaleWrite:
                    stale += 1
                else:
                    break
            waits.append((time.perf_counter() - started) * 1000)
    told.write_text(json.dumps({"attempts": attempts, "stale": stale, "waits": waits}), "utf-8")


def warm_up(record: Record, key: str) -> None:
    """The first writes of a process build its statements, which takes long and is not what is measured."""
    with record.write(Author("editor"), "a first write") as transaction:
        transaction.put(Site(key, "first"), 0)
    put_note(record, key, "second")


def put_note(record: Record, key: str, note: str) -> None:
    row = record.get(Site, key)
    assert row is not None
    with record.write(Author("editor"), "an edit") as transaction:
        transaction.put(replace(row.value, note=note), row.version)


def contention(where: Where, processes: int, edits: int, objects: int) -> Outcome:
    """The campaign, on objects that no earlier run has made."""
    outcome = Outcome()
    with opened(where) as record, tempfile.TemporaryDirectory() as scratch:
        run = f"{record.revision}-{time.time_ns()}"
        keys = [f"contended-{run}-{n}" for n in range(objects)]
        with record.write(Author("editor"), "to be edited") as transaction:
            for key in keys:
                transaction.put(Site(key, "contended"), 0)
        told = [Path(scratch) / f"{n}.json" for n in range(processes)]
        before, outcome.seconds = race(record, where, edits, keys, told, outcome)
        answers = [json.loads(path.read_text("utf-8")) for path in told if path.exists()]
        compare(record, before, keys, answers, (processes, edits), outcome)
    return outcome


def race(
    record: Record, where: Where, edits: int, keys: Sequence[str], told: Sequence[Path], outcome: Outcome
) -> tuple[int, float]:
    """Revisions when all processes are ready, and seconds from then to the end of the last."""
    context = multiprocessing.get_context(start_method())
    if start_method() == "forkserver":
        context.set_forkserver_preload(["workflow.store", "sqlalchemy.dialects.sqlite"])
    one_by_one = context.Lock()
    gate = context.Barrier(len(told) + 1)
    editors = [
        context.Process(target=edit, args=(where, number, edits, keys, one_by_one, gate, path))
        for number, path in enumerate(told)
    ]
    for editor in editors:
        editor.start()
    gate.wait(READY_WITHIN_S)
    before, started = record.revision, time.perf_counter()
    gate.wait(READY_WITHIN_S)
    for editor in editors:
        editor.join()
    seconds = time.perf_counter() - started
    failed = sum(editor.exitcode != 0 for editor in editors)
    if failed:
        outcome.problems.append(f"{failed} processes ended with an error")
    return before, seconds


def compare(record: Record, before: int, keys: Sequence[str], answers: Sequence[dict[str, Any]],
            asked: tuple[int, int], outcome: Outcome) -> None:  # fmt: skip
    """Hold the revisions against what the processes were told."""
    processes, edits = asked
    outcome.waits_ms = [wait for answer in answers for wait in answer["waits"]]
    outcome.edits = len(outcome.waits_ms)
    outcome.stale = sum(answer["stale"] for answer in answers)
    attempts = sum(answer["attempts"] for answer in answers)
    notes, steps = Counter[str](), 0
    for key in keys:
        first, *later = record.history(Site, key)
        notes.update(json.loads(revision.payload)["note"] for revision in later)
        steps += later[-1].version - first.version if later else 0
    expected = Counter(f"{process}:{number}" for process in range(processes) for number in range(edits))
    claims = {
        "an edit was lost": not expected - notes,
        "an edit is there twice, or was never made": not notes - expected,
        "acknowledged edits and revisions differ": outcome.edits == record.revision - before,
        "acknowledged edits and version steps differ": outcome.edits == steps,
        "a conflict was not reported": attempts == outcome.edits + outcome.stale,
        "the record does not verify": not record.verify().problems,
    }
    outcome.problems += [problem for problem, holds in claims.items() if not holds]
