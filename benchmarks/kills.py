"""Writers killed in the middle of their work: nothing that they were told is lost, nothing is there by half.

Each round starts writers on one record and kills them, one after the other, at random moments (SIGKILL; on
Windows TerminateProcess). A writer puts two new objects in each transaction and moves a counter that all share,
checkpoints often, and notes each acknowledged transaction in a file of its own. Every `ROUNDS_PER_RECORD` rounds
the record is a new one, so that its creation is cut short as well.

A kill takes the program and leaves the system, which still writes what it was given: this is a test of locks,
recovery and half-made transactions, not of power cuts (see power_cuts.py).
"""

# ruff: noqa: S311  seeded draws, no secrets

from __future__ import annotations

import multiprocessing
import os
import random
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import count
from multiprocessing.process import BaseProcess
from pathlib import Path

from workflow.errors import ProjectUnusable
from workflow.model import Author, Site
from workflow.store import Record, sqlite

WRITERS = 2
ROUNDS_PER_RECORD = 10
LONGEST_S = 0.3
EARLY_SHARE = 0.2  # of the rounds: killed while they start, open or make the record
STARTED_WITHIN_S = 60
LOG_LIMIT_BYTES = 60 * 4096
COUNTER = "counter"


@dataclass(slots=True)
class Outcome:
    """What the rounds gave; all but the first three should be 0."""

    rounds: int = 0
    acknowledged: int = 0
    idle: int = 0
    lost: int = 0
    half: int = 0
    unsound: int = 0
    unopened: int = 0

    @property
    def is_clean(self) -> bool:
        return not (self.lost or self.half or self.unsound or self.unopened)


def key(writer: str, number: int, part: str) -> str:
    return f"{writer}-{number}-{part}"


def write_on(path: Path, writer: str, notes: Path) -> None:
    """Write until the end comes."""
    sqlite.WAL_LIMIT_BYTES = LOG_LIMIT_BYTES
    # what the system was given survives the kill, so the note need not be synchronised
    handle = os.open(notes, os.O_CREAT | os.O_WRONLY | os.O_APPEND)
    record = Record.open(path)
    for number in count():
        with record.write(Author(writer), "until killed") as transaction:
            for part in ("a", "b"):
                transaction.put(Site(key(writer, number, part), "x" * 500), 0)
            shared = transaction.get(Site, COUNTER)
            if shared is None:
                transaction.put(Site(COUNTER, "1"), 0)
            else:
                moved = replace(shared.value, name=str(int(shared.value.name) + 1))
                transaction.put(moved, shared.version)
        os.write(handle, f"{number}\n".encode())


def start_method() -> str:
    """A server that forks children with everything imported, where there is one."""
    return "forkserver" if "forkserver" in multiprocessing.get_all_start_methods() else "spawn"


def killed_round(path: Path, folder: Path, number: int, rng: random.Random) -> dict[str, int]:
    """Start the writers and kill them; how many transactions of each were acknowledged."""
    context = multiprocessing.get_context(start_method())
    names = [f"r{number}-w{n}" for n in range(WRITERS)]
    writers: list[BaseProcess] = [
        context.Process(target=write_on, args=(path, name, folder / name)) for name in names
    ]
    for writer in writers:
        writer.start()
    if rng.random() > EARLY_SHARE:
        wait_for_notes([folder / name for name in names])
    for writer in rng.sample(writers, WRITERS):
        time.sleep(rng.uniform(0, LONGEST_S / WRITERS))
        writer.kill()
    for writer in writers:
        writer.join()
        writer.close()
    return {name: noted(folder / name) for name in names}


def wait_for_notes(notes: Sequence[Path]) -> None:
    deadline = time.monotonic() + STARTED_WITHIN_S
    while not all(noted(one) for one in notes):
        if time.monotonic() > deadline:
            raise RuntimeError(f"a writer has written nothing for {STARTED_WITHIN_S} s")
        time.sleep(0.002)


def noted(notes: Path) -> int:
    """A note that was cut short counts: it was written after the acknowledgement."""
    return len(notes.read_bytes().splitlines()) if notes.exists() else 0


def look(path: Path, acknowledged: Mapping[str, int], outcome: Outcome) -> None:
    """Hold the record against all that was acknowledged since it was made."""
    try:
        with Record.open(path) as record:
            outcome.unsound += bool(record.verify().problems)
            found = {row.value.id: row.value.name for row in record.rows(Site)}
    except ProjectUnusable:
        outcome.unopened += 1
        return
    transactions = int(found.pop(COUNTER, "0"))
    whole = {name.rpartition("-")[0] for name in found}
    outcome.half += sum({f"{one}-a", f"{one}-b"} - found.keys() != set() for one in whole)
    outcome.half += transactions != len(whole)
    for writer, number in acknowledged.items():
        outcome.lost += sum(f"{writer}-{n}" not in whole for n in range(number))


def kills(rounds: int, seed: int) -> Outcome:
    """The campaign; the moments are drawn from `seed`, what happens in them is up to the machine."""
    outcome = Outcome()
    rng = random.Random(seed)
    context = multiprocessing.get_context(start_method())
    if start_method() == "forkserver":
        context.set_forkserver_preload(["workflow.store", "sqlalchemy.dialects.sqlite"])
    while outcome.rounds < rounds:
        with tempfile.TemporaryDirectory() as scratch:
            folder, acknowledged = Path(scratch), dict[str, int]()
            path = folder / "project" / "record.sqlite"
            for _ in range(min(ROUNDS_PER_RECORD, rounds - outcome.rounds)):
                told = killed_round(path, folder, outcome.rounds, rng)
                acknowledged |= told
                outcome.rounds += 1
                outcome.acknowledged += sum(told.values())
                outcome.idle += not any(told.values())
                look(path, acknowledged, outcome)
    return outcome
