"""A full and a broken disk: every write, truncation and sync of a workload fails once, and from then on.

Each fault is tried on a fresh copy of one record. What fails must be refused in a sentence (`ProjectUnusable`),
leave the record as it was, and succeed on the same open record once the fault is over. A second look is taken at
the files as they lie at the moment of the refusal, as if the machine had gone down right then: the refused action
may be there as a whole, since its last write can have reached the disk before the disk reported failure; half of
it never. An error after an action was committed (while the log is moved into the file) refuses nothing.

The creation of a record is tried in the same way. The faults come from tests/recording_vfs.py and are those of
writes, truncations and syncs; reading, and the shared memory beside the file, do not fail here.
"""

# ruff: noqa: S311  seeded draws, no secrets

from __future__ import annotations

import errno
import random
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from unittest import mock

from power_cuts import ANNA, NAME, derive, edit_sites, note, put_new, state_of
from recording_vfs import Disk, Fault, recording

from workflow.errors import ProjectUnusable
from workflow.model import Site
from workflow.store import Record

Act = Callable[[Record, int, random.Random], None]

LOG_LIMIT_BYTES = 20 * 4096
KINDS = tuple((reason, lasts) for reason in (errno.ENOSPC, errno.EIO) for lasts in (False, True))
NOW = datetime(2024, 1, 2, tzinfo=UTC)  # a clock that stands, so that equal actions give equal chains


def put_few(record: Record, number: int, _: random.Random) -> None:
    """Two objects, which take fewer steps than a choice of every kind."""
    with record.write(ANNA, "two objects") as transaction:
        for part in ("a", "b"):
            transaction.put(Site(f"few-{number}-{part}", "few"), 0)


ACTS: tuple[Act, ...] = (put_few, note, edit_sites, derive, put_new, put_few)


@dataclass(slots=True)
class Outcome:
    """What the faults gave; `problems` should be empty."""

    places: int = 0
    faults: int = 0
    refused: int = 0
    acknowledged: int = 0
    sentences: set[str] = field(default_factory=set)
    problems: list[str] = field(default_factory=list)


def opened(path: Path) -> Record:
    return Record.open(path, clock=lambda: NOW)


@contextmanager
def faulty(folder: Path) -> Iterator[tuple[Path, Disk]]:
    with recording(folder) as disk, mock.patch("workflow.store.sqlite.WAL_LIMIT_BYTES", LOG_LIMIT_BYTES):
        yield disk.folder / NAME, disk


@dataclass(slots=True)
class Trial:
    """One fault in one folder. `states`: the record before the first action, and after each."""

    fault: Fault
    folder: Path
    acts: Sequence[Act]
    states: Sequence[object]
    outcome: Outcome

    def expect(self, claim: bool, problem: str) -> None:
        if not claim:
            kind = f"{errno.errorcode[self.fault.reason]} {'from' if self.fault.lasts else 'at'}"
            what = "writing" if self.acts else "creating"
            self.outcome.problems.append(f"{what}, {kind} place {self.fault.number}: {problem}")

    def refused(self, deed: Callable[[], None]) -> bool:
        """Whether it was refused in a sentence; anything else that it raises is a problem."""
        try:
            deed()
        except ProjectUnusable as error:
            self.outcome.refused += 1
            self.outcome.sentences.add(str(error).split(": ", 1)[1])
            return True
        except Exception as error:  # noqa: BLE001  what must not be
            self.expect(False, f"{type(error).__name__} was raised: {error}")
            return True
        return False

    def creating(self) -> None:
        with faulty(self.folder) as (path, disk):
            disk.fault = self.fault
            self.refused(lambda: opened(path).close())
            if self.fault.lasts and not path.exists():
                again = self.refused(lambda: opened(path).close())
                self.expect(again, "a record was made while the disk failed")
            disk.fault = None
            self._look(path, self.states, "made again")
            left = {one.name for one in disk.folder.iterdir()} - {NAME, "record.lock", "record.queue"}
            self.expect(not left, f"{sorted(left)} lie beside the record")

    def writing(self) -> None:
        with faulty(self.folder) as (path, disk):
            with opened(path) as record:
                disk.fault = self.fault
                for number in range(len(self.acts)):
                    self._step(record, disk, number)
            disk.fault = None
            self._look(path, self.states[-1:], "reopened")

    def _step(self, record: Record, disk: Disk, number: int) -> None:
        def deed() -> None:
            self.acts[number](record, number, random.Random(number))

        if self.refused(deed):
            self.expect(state_of(record) == self.states[number], "something of a refused action is there")
            self._crash(Path(record.name), number)
            if self.fault.lasts:
                self.expect(self.refused(deed), "an action was acknowledged while the disk failed")
            disk.fault = None
            self.expect(not self.refused(deed), "the record does not work when the fault is over")
        self.outcome.acknowledged += 1
        self.expect(state_of(record) == self.states[number + 1], "an acknowledged action is not there")

    def _crash(self, path: Path, number: int) -> None:
        """Open a copy of the files as they lie; the index of the log would not survive."""
        with tempfile.TemporaryDirectory() as folder:
            for name in (NAME, f"{NAME}-wal"):
                shutil.copy(path.with_name(name), folder)
            self._look(Path(folder) / NAME, self.states[number : number + 2], "after a crash")

    def _look(self, path: Path, expected: Sequence[object], when: str) -> None:
        try:
            with opened(path) as record:
                self.expect(state_of(record) in expected, f"{when}, the record is in another state")
                self.expect(not record.verify().problems, f"{when}, the record does not verify")
        except ProjectUnusable as error:
            self.expect(False, f"{when}, it does not open: {error}")


def baseline(template: Path, folder: Path, acts: Sequence[Act]) -> tuple[list[object], tuple[int, int]]:
    """On a disk that works: the states that the actions lead to; places of a creation, and of the actions."""
    with faulty(folder) as (path, disk):
        disk.fault = making = Fault(0, errno.EIO)
        opened(path).close()
        shutil.copy(template, path)
        with opened(path) as record:
            disk.fault = writing = Fault(0, errno.EIO)
            states = [state_of(record)]
            for number, act in enumerate(acts):
                act(record, number, random.Random(number))
                states.append(state_of(record))
    return states, (making.seen, writing.seen)


def faults(acts: Sequence[Act] = ACTS, every: int = 1) -> Outcome:
    """The campaign: creation, then the actions, with a fault at every place, or at each `every`-th."""
    outcome = Outcome()
    with tempfile.TemporaryDirectory() as scratch:
        template = Path(scratch) / NAME
        with opened(template) as record:
            empty = [state_of(record)]
            put_new(record, 99, random.Random(99))
        states, places = baseline(template, made(scratch), acts)
        outcome.places = sum(places)
        for reason, lasts in KINDS:
            for number in range(1, places[0] + 1, every):
                trial = Trial(Fault(number, reason, lasts), made(scratch), (), empty, outcome)
                trial.creating()
                outcome.faults += trial.fault.failed > 0
            for number in range(1, places[1] + 1, every):
                trial = Trial(Fault(number, reason, lasts), made(scratch), acts, states, outcome)
                shutil.copy(template, trial.folder)
                trial.writing()
                outcome.faults += trial.fault.failed > 0
    return outcome


def made(scratch: str) -> Path:
    return Path(tempfile.mkdtemp(dir=scratch))
