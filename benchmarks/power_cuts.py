"""Simulated power cuts: what the record holds after the machine went dark at any moment.

A scripted workload runs through `Record` on a disk that remembers (tests/recording_vfs.py): creation, transactions
over every kind of object, derived entries, a transaction that is refused half-way, checkpoints, two handles that
are opened and closed in between, a reader that stays. After each acknowledged action its place in the list of
steps and the state of the record are noted. Then the folder is rebuilt as a power cut may have left it, opened
with `Record.open`, and must be in the state that was acknowledged last, or in the next one.

Modelled: a cut between any two steps. What was synchronised is there. Of what was not, any subset of the writes
and truncations of each file is there, some writes torn: any subset of their 512-byte sectors. Creations,
deletions and renames reach the disk when their folder is synchronised, by ourselves or by SQLite with the first
sync of a journal or log; before that any subset of them may have. A gap that a lost write leaves is zeros. The
index of the log (``-shm``) is never kept.

Not modelled: a disk that says "synchronised" and lies, a sector that is half written or damages its neighbours,
blocks that change later, a file system that loses what it acknowledged. On Windows a folder cannot be
synchronised; names are taken to be durable at once, as NTFS journals them.
"""

# ruff: noqa: S311  seeded draws, no secrets

from __future__ import annotations

import os
import random
import shutil
import sqlite3
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any
from unittest import mock

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

from recording_vfs import Disk, Step, recording

from workflow.errors import ProjectUnusable, StaleWrite
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
    Site,
    State,
    Target,
)
from workflow.store import ChipEntry, Record, ScoreEntry

ANNA = Author("Anna")
NAME = "record.sqlite"
ACTIONS = 40
CUTS_PER_WORKLOAD = 250
LOG_LIMIT_BYTES = 60 * 4096  # so that a workload sees several checkpoints
SECTOR_BYTES = 512


# -- the workload --------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Mark:
    """What was acknowledged when that many steps had been taken."""

    position: int
    state: object


def state_of(record: Record) -> object:
    """All that an action can change. The chain's hash stands for every revision: `verify` recomputes it."""
    return record.chain_head(), record.stamp, record.meta("action"), record.chips(), record.scores()


def objects(number: int, rng: random.Random) -> tuple[Any, ...]:
    """One object of each kind, all of one site."""
    site, capture = f"site-{number}", f"{number:016x}"
    west, south = rng.uniform(-179, 178), rng.uniform(-80, 79)
    ring = ((west, south), (west + 1, south), (west + 1, south + 1), (west, south + 1), (west, south))
    day = date(2020, 5, 1)
    return (
        Site(site, site, position=Position(LonLat(west, south)), targets=(Target("gantry"),)),
        Capture(
            id=capture, sha256=capture * 4, kind=CaptureKind.SATELLITE, file="a.tif", original="a.tif",
            working="a.tif", acquired=DateSpan(day, day, Precision.DAY), width_px=10, height_px=10, bands=1,
            footprint=tuple(LonLat(*corner) for corner in ring),
        ),
        Offset(site, capture, "b" * 16, 0.5, -0.25, 0.9, True, "phase"),
        Observation(f"o{number}", site, "gantry", capture, "Anna", State.PRESENT),
        Annotation(f"m{number}", site, capture, "point", {"type": "Point", "coordinates": [west, south]}),
        IntakeEvent(f"i{number}", capture, "a.tif", "0" * 64, 12),
    )  # fmt: skip


def put_new(record: Record, number: int, rng: random.Random) -> None:
    with record.write(ANNA, "new objects") as transaction:
        for value in rng.sample(objects(number, rng), rng.randint(2, 6)):
            transaction.put(value, 0)


def edit_sites(record: Record, number: int, rng: random.Random) -> None:
    with record.write(ANNA, "edits") as transaction:
        known = transaction.rows(Site)
        for row in rng.sample(known, min(len(known), 3)):
            note = f"{number} " + "x" * rng.choice((10, 3000, 20_000))
            transaction.put(replace(row.value, note=note), row.version)


def derive(record: Record, number: int, rng: random.Random) -> None:
    if rng.random() < 0.5:
        record.save_chip(ChipEntry("s", f"c{rng.randrange(3)}", f"k{number}", "f", 0.5))
    else:
        record.save_scores([ScoreEntry("s", "a", f"b{n}", f"k{number}", "m", "1", 0.5) for n in range(3)])


def refuse(record: Record, number: int, _: random.Random) -> None:
    with suppress(StaleWrite), record.write(ANNA, "half") as transaction:
        transaction.put(Site(f"half-{number}", "y" * 9000), 0)
        transaction.put(Site(f"stale-{number}", "y"), 5)


def note(record: Record, number: int, _: random.Random) -> None:
    record.set_meta("action", str(number))


WRITES: tuple[Callable[[Record, int, random.Random], None], ...] = (put_new, edit_sites, derive, refuse, note)
WEIGHTS = (5, 5, 2, 1, 2)


def work(path: Path, disk: Disk, rng: random.Random) -> list[Mark]:
    """Run the workload; what was acknowledged when, the empty record first."""
    with ExitStack() as readers:
        handles = [Record.open(path), Record.open(path)]
        marks = [Mark(0, state_of(handles[0]))]  # a cut before the record is made leaves none, so a new one
        for number in range(ACTIONS):
            which = rng.randrange(2)
            chance = rng.random()
            if chance < 0.1:
                handles[which].close()
                handles[which] = Record.open(path)
            elif chance < 0.15:
                readers.close()
                for handle in handles:
                    handle.close()
                handles = [Record.open(path), Record.open(path)]
            elif chance < 0.2:
                readers.close()
                readers.enter_context(reader(path))
            act = rng.choices(WRITES, WEIGHTS)[0]
            act(handles[which], number, rng)
            marks.append(Mark(len(disk.steps), state_of(handles[1 - which])))
        readers.close()
        for handle in handles:
            handle.close()
    marks.append(Mark(len(disk.steps), marks[-1].state))
    return marks


@contextmanager
def reader(path: Path) -> Iterator[None]:
    """Somebody who goes on reading what is there now, so that a checkpoint cannot finish."""
    connection = sqlite3.connect(path, isolation_level=None)
    try:
        connection.execute("BEGIN")
        connection.execute("SELECT count(*) FROM site").fetchone()
        yield
    finally:
        connection.close()


# -- the cut -------------------------------------------------------------------------------------------------


@dataclass(slots=True, eq=False)
class File:
    """The content that is durable, and what was done since."""

    content: bytearray = field(default_factory=bytearray)
    waiting: list[Step] = field(default_factory=list)

    def change(self, step: Step) -> None:
        if step.do == "truncate":
            del self.content[step.offset :]
            return
        end = step.offset + len(step.data)
        self.content.extend(bytes(max(0, end - len(self.content))))
        self.content[step.offset : end] = step.data

    def sync(self) -> None:
        for step in self.waiting:
            self.change(step)
        self.waiting.clear()

    def after_cut(self, rng: random.Random, kept: float) -> bytes:
        left = File(bytearray(self.content))
        for step in self.waiting:
            for part in surviving(step, rng, kept):
                left.change(part)
        return bytes(left.content)


def surviving(step: Step, rng: random.Random, kept: float) -> Iterator[Step]:
    """The step, nothing of it, or some of the sectors of a write."""
    if rng.random() < kept:
        yield step
    elif step.do == "write" and rng.random() < 0.5:
        start = step.offset
        while start < step.offset + len(step.data):
            end = (start // SECTOR_BYTES + 1) * SECTOR_BYTES
            if rng.random() < 0.5:
                yield replace(step, offset=start, data=step.data[start - step.offset : end - step.offset])
            start = end


Change = tuple[str | None, str | None, File]  # name that goes, name that comes, of which file


@dataclass(slots=True)
class Platter:
    """A folder: the names that are durable, and those that the programs see."""

    durable: dict[str, File] = field(default_factory=dict)
    seen: dict[str, File] = field(default_factory=dict)
    waiting: list[Change] = field(default_factory=list)

    def take(self, step: Step) -> None:
        if step.do == "sync names":
            self._settle()
        elif step.do == "create":
            self.seen[step.name] = File()
            self._rename(None, step.name, self.seen[step.name])
        elif step.do == "delete":
            self._rename(step.name, None, self.seen.pop(step.name))
        elif step.do == "rename":
            self.seen[step.target] = self.seen.pop(step.name)
            self._rename(step.name, step.target, self.seen[step.target])
        elif step.do == "sync":
            self.seen[step.name].sync()
        else:
            self.seen[step.name].waiting.append(step)

    def _rename(self, old: str | None, new: str | None, file: File) -> None:
        self.waiting.append((old, new, file))
        if os.name == "nt":
            self._settle()

    def _settle(self) -> None:
        for change in self.waiting:
            rename(self.durable, change)
        self.waiting.clear()

    def after_cut(self, rng: random.Random) -> dict[str, bytes]:
        """The files as the cut left them. How much of the unsynchronised survives differs from cut to cut."""
        kept = min(1.0, max(0.0, rng.uniform(-0.2, 1.2)))
        names = dict(self.durable)
        for change in self.waiting:
            if rng.random() < kept:
                rename(names, change)
        return {name: file.after_cut(rng, kept) for name, file in sorted(names.items())}


def rename(names: dict[str, File], change: Change) -> None:
    old, new, file = change
    if old is not None and names.get(old) is file:
        del names[old]
    if new is not None:
        names[new] = file


# -- the campaign --------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Outcome:
    """What the cuts gave; all but `cuts`, `acknowledged` and `steps` should be 0."""

    cuts: int = 0
    steps: int = 0
    acknowledged: int = 0
    unopened: int = 0
    unsound: int = 0
    half: int = 0
    cuts_with_loss: int = 0
    lost: int = 0

    @property
    def is_clean(self) -> bool:
        return not (self.unopened or self.unsound or self.half or self.cuts_with_loss)


def look(files: dict[str, bytes], folder: Path, marks: Sequence[Mark], cut: int, outcome: Outcome) -> None:
    """Open the record that the cut left and hold it against what was acknowledged."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    for name, content in files.items():
        (folder / name).write_bytes(content)
    acknowledged = max(n for n, mark in enumerate(marks) if mark.position <= cut)
    outcome.cuts += 1
    try:
        with Record.open(folder / NAME) as record:
            outcome.unsound += bool(record.verify().problems)
            state = state_of(record)
            record.set_meta("after", "the cut")
    except ProjectUnusable:
        outcome.unopened += 1
        return
    if state in (mark.state for mark in marks[acknowledged : acknowledged + 2]):
        return
    before = [n for n, mark in enumerate(marks[:acknowledged]) if mark.state == state]
    outcome.half += not before
    outcome.cuts_with_loss += bool(before)
    outcome.lost += acknowledged - max(before, default=acknowledged)


def left_behind(
    steps: Sequence[Step], cuts: int, rng: random.Random
) -> Iterator[tuple[int, dict[str, bytes]]]:
    """Random places to cut, the earlier ones first so that each step is taken once, and the files after each."""
    platter, taken = Platter(), 0
    for cut in sorted(rng.randrange(len(steps) + 1) for _ in range(cuts)):
        for step in steps[taken:cut]:
            platter.take(step)
        taken = cut
        yield cut, platter.after_cut(rng)


def power_cuts(cuts: int, seed: int) -> Outcome:
    """The campaign: a new workload every `CUTS_PER_WORKLOAD` cuts, all drawn from `seed`."""
    outcome = Outcome()
    rng = random.Random(seed)
    while outcome.cuts < cuts:
        with tempfile.TemporaryDirectory() as folder:
            scratch = Path(folder)
            (scratch / "before").mkdir()
            with (
                recording(scratch / "before") as disk,
                mock.patch("workflow.store.sqlite.WAL_LIMIT_BYTES", LOG_LIMIT_BYTES),
            ):
                marks = work(disk.folder / NAME, disk, rng)
            outcome.steps += len(disk.steps)
            outcome.acknowledged += sum(one.state != other.state for one, other in pairwise(marks))
            some = min(CUTS_PER_WORKLOAD, cuts - outcome.cuts)
            for cut, files in left_behind(disk.steps, some, rng):
                look(files, scratch / "after", marks, cut, outcome)
    return outcome
