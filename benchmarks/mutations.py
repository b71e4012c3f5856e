"""Whether spoiled files can harm: rasters, GeoJSON, KML and KMZ that were changed by chance, each read once.

Run ``python benchmarks/mutations.py [--rasters N] [--geojson N] [--kml N] [--kmz N] [--seed S] [--short]``. Sound files
are made in memory and spoiled: bits, missing parts, parts put elsewhere, fields of headers, words of texts. Each must
be read or refused in a sentence, within 10 s of the processor's work and 512 MiB, and nothing may be asked of the
server whose address stands in many of them. Exit 1 when one does not hold; ``--keep DIR`` saves those files.

A process for each file would take most of the time to start, so one process reads many files, behind the walls of the
child but for the network, and is started anew after each that breaks it, is too slow or takes too much memory. Every
fiftieth raster, and every raster that broke it, goes through the door itself too, with a child of its own.
"""

# ruff: noqa: S311, S603  seeded draws, no secrets; our own interpreter

from __future__ import annotations

import argparse
import json
import multiprocessing
import queue
import random
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import mutation_seeds as seeds
from measures import ROOT, heading, table

from workflow.errors import InputRefused
from workflow.intake import IntakeOptions, Limits, take_in
from workflow.intake.copies import find
from workflow.intake.sandbox import child_environment
from workflow.model import CaptureKind

SEED = 20261126
FULL = {"rasters": 10_000, "geojson": 10_000, "kml": 10_000, "kmz": 1_000}
SHORT = {"rasters": 400, "geojson": 1_000, "kml": 1_000, "kmz": 100}
MOST_S, MOST_BYTES = 10.0, 512 * 2**20
_DOOR_EVERY = 50
# others may use the machine: what is judged is the work of the processor, this is only for what never ends
_PATIENCE_S = 180.0
_OPTIONS = IntakeOptions(acquired="2020", kind=CaptureKind.GROUND, site="x")
_SUFFIX = {"geojson": ".geojson", "kml": ".kml", "kmz": ".kmz"}


@dataclass
class Tally:
    """What became of the files of one kind."""

    files: int = 0
    read: int = 0
    refused: int = 0
    escaped: int = 0
    child_died: int = 0
    slowest_s: float = 0.0
    most_work_s: float = 0.0
    most_bytes: int = 0
    door: int = 0
    faults: list[str] = field(default_factory=list)


# -- a server that nobody may ask ------------------------------------------------------------------------------


@contextmanager
def listening() -> Iterator[tuple[str, Any]]:
    """An address on this machine, and the number of times that somebody connected to it, in a process of its own."""
    asked = multiprocessing.Value("i", 0)
    with socket.create_server(("127.0.0.1", 0)) as server:
        process = multiprocessing.Process(target=_count, args=(server, asked), daemon=True)
        process.start()
        try:
            yield f"http://127.0.0.1:{server.getsockname()[1]}/", asked
        finally:
            process.terminate()
            process.join()


def _count(server: socket.socket, asked: Any) -> None:
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    while True:
        connection, _ = server.accept()
        with asked.get_lock():
            asked.value += 1
        connection.close()


# -- the process that reads ------------------------------------------------------------------------------------


class Reader:
    """One process that reads many files; it is started anew when it breaks."""

    def __init__(self, patience_s: float = _PATIENCE_S) -> None:
        self._patience_s = patience_s
        self._process: subprocess.Popen[str] | None = None
        self._lines: queue.Queue[str] = queue.Queue()

    def ask(self, request: dict[str, Any]) -> dict[str, Any]:
        """What became of one request: the answer, `died` or `slow`."""
        process = self._started()
        assert process.stdin is not None
        try:
            process.stdin.write(json.dumps(request) + "\n")
            process.stdin.flush()
            row: dict[str, Any] = json.loads(self._lines.get(timeout=self._patience_s))
        except queue.Empty:
            self.stop()
            return {"slow": True, "took_s": self._patience_s}
        except (OSError, ValueError):
            code = process.wait(10)
            self.stop()
            return {"died": code}
        if row["memory"] > MOST_BYTES:
            self.stop()  # the most memory of a process never falls: the next file shall have its own
        return row

    def _started(self) -> subprocess.Popen[str]:
        if self._process is None:
            environment = child_environment()
            process = subprocess.Popen(
                [sys.executable, str(Path(__file__).with_name("mutation_worker.py"))],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
                env={**environment, "PYTHONPATH": str(ROOT)},
            )  # fmt: skip
            self._process, self._lines = process, queue.Queue()
            threading.Thread(target=_forward, args=(process, self._lines), daemon=True).start()
            assert process.stdin is not None
            limits = {**Limits().for_child(), "cpu_s": 3600 * 24}
            process.stdin.write(json.dumps(limits) + "\n")
            process.stdin.flush()
            self._lines.get(timeout=120)
        return self._process

    def stop(self) -> None:
        """End the process, if there is one."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            for pipe in (self._process.stdin, self._process.stdout):
                if pipe is not None:
                    with suppress(OSError):
                        pipe.close()
            self._process = None


def _forward(process: subprocess.Popen[str], lines: queue.Queue[str]) -> None:
    assert process.stdout is not None
    with suppress(ValueError):  # closed meanwhile
        for line in process.stdout:
            lines.put(line)
    lines.put("")


# -- one file --------------------------------------------------------------------------------------------------


def spoiled(content: bytes, kind: str, chance: random.Random, address: str) -> bytes:
    """The bytes after one or two of the ways of that kind; never empty."""
    for _ in range(chance.choice((1, 1, 2))):
        if len(content) > 1:
            content = chance.choice(seeds.WAYS[kind])(content, chance, address) or content
    return content


def raster_request(folder: Path, sound: seeds.Files, chance: random.Random, address: str) -> tuple[Path, Any]:
    """A spoiled raster laid in `folder`, and what the child would be asked; a sentence where it gets no further."""
    for old in folder.iterdir():
        old.unlink()
    which = chance.choice(list(sound))
    paths = [folder / f"picture{suffix}" for suffix in sound]
    for path, (suffix, content) in zip(paths, sound.items(), strict=True):
        path.write_bytes(spoiled(content, "rasters", chance, address) if suffix == which else content)
    try:
        found = find(paths[0], Limits())
    except InputRefused as error:
        return paths[0], str(error)
    source = {"path": str(paths[0]), "driver": found.kind.driver, "size_bytes": paths[0].stat().st_size}
    return paths[0], {
        "sources": [source], "working": str(folder / "working.tif"), "without_place": True,
        "limits": Limits().for_child(),
    }  # fmt: skip


def note(tally: Tally, row: dict[str, Any], what: str) -> bool:
    """Count what became of a file; whether it was as it must be."""
    tally.files += 1
    tally.slowest_s = max(tally.slowest_s, row.get("took_s", 0.0))
    tally.most_work_s = max(tally.most_work_s, row.get("cpu_s", 0.0))
    tally.most_bytes = max(tally.most_bytes, row.get("memory", 0))
    fault = ""
    if "escaped" in row:
        tally.escaped += 1
        fault = f"{row['escaped']}\n{row['trace']}"
    elif "died" in row:
        tally.child_died += (
            1  # a wall held, or a decoder broke: intake makes a sentence of it, see `through_the_door`
        )
    elif "slow" in row or row.get("cpu_s", 0.0) > MOST_S:
        fault = f"took longer than {MOST_S:.0f} s"
    elif row.get("memory", 0) > MOST_BYTES:
        fault = f"took {row['memory'] / 2**20:.0f} MiB"
    elif row.get("sites") or ("problem" not in row):
        tally.read += 1
    else:
        tally.refused += 1
        fault = "a sentence of several lines" if "\n" in row["problem"] else ""
    if fault:
        tally.faults.append(f"{what}: {fault}")
    return not fault


def through_the_door(path: Path, tally: Tally) -> None:
    """The same file through intake itself; anything but a capture or a refusal is an escape."""
    tally.door += 1
    with tempfile.TemporaryDirectory() as folder:
        try:
            take_in(path, Path(folder) / "imagery", _OPTIONS, (), today=date(2026, 1, 1))
        except InputRefused:
            pass
        except Exception as error:  # noqa: BLE001  that is what is looked for
            tally.escaped += 1
            tally.faults.append(f"{path.name} through the door: {type(error).__name__}: {error}")


# -- the campaign ----------------------------------------------------------------------------------------------


def read_rasters(count: int, seed: int, address: str, keep: Path | None, tally: Tally) -> None:
    """Spoil and read so many rasters."""
    reader, sound = Reader(), seeds.rasters(address)
    names = list(sound)
    with tempfile.TemporaryDirectory() as folder:
        for number in range(count):
            chance = random.Random(f"{seed} raster {number}")
            name = names[number % len(names)]
            path, request = raster_request(Path(folder), sound[name], chance, address)
            row = {"problem": request} if isinstance(request, str) else reader.ask(request)
            if not note(tally, row, f"raster {number} ({name})") or "died" in row:
                _keep(path, keep, f"raster-{number}")
            if number % _DOOR_EVERY == 0 or "died" in row or "slow" in row:
                through_the_door(path, tally)
    reader.stop()


def read_registers(kind: str, count: int, seed: int, address: str, keep: Path | None, tally: Tally) -> None:
    """Spoil and read so many registers of one kind."""
    reader = Reader()
    sound = seeds.geojson(address) if kind == "geojson" else seeds.kml(address)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"register{_SUFFIX[kind]}"
        for number in range(count):
            chance = random.Random(f"{seed} {kind} {number}")
            content = chance.choice(sound)
            if kind == "kmz":
                inside = spoiled(content, "kml", chance, address) if chance.random() < 0.5 else content
                content = seeds.zipped(inside, chance)
                content = spoiled(content, "kmz", chance, address) if chance.random() < 0.7 else content
            else:
                content = spoiled(content, kind, chance, address)
            path.write_bytes(content)
            row = reader.ask({"register": str(path)})
            if "died" in row:  # a register is read in the program itself: that is a crash of it
                row = {"escaped": f"the reading process ended ({row['died']})", "trace": ""}
            if not note(tally, row, f"{kind} {number}"):
                _keep(path, keep, f"{kind}-{number}")
    reader.stop()


def _keep(path: Path, keep: Path | None, name: str) -> None:
    if keep is not None:
        keep.mkdir(parents=True, exist_ok=True)
        for one in path.parent.glob(f"{path.stem}.*"):
            if not one.name.startswith("working"):
                (keep / f"{name}{one.suffix}").write_bytes(one.read_bytes())


def campaign(counts: dict[str, int], seed: int, keep: Path | None = None) -> tuple[dict[str, Tally], int]:
    """What became of so many files of each kind, and how often the server was asked; of fewer where it is stopped."""
    found = {kind: Tally() for kind, count in counts.items() if count}
    with listening() as (address, asked):
        try:
            for kind, tally in found.items():
                if kind == "rasters":
                    read_rasters(counts[kind], seed, address, keep, tally)
                else:
                    read_registers(kind, counts[kind], seed, address, keep, tally)
        except KeyboardInterrupt:
            print("stopped before its end", file=sys.stderr)
        return found, int(asked.value)


def main() -> int:
    """Print the table, of what was read so far where it is stopped; 1 when a file did what it must not."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    parser = argparse.ArgumentParser(description="Read spoiled files.")
    for kind, count in FULL.items():
        parser.add_argument(f"--{kind}", type=int, default=None, help=f"how many ({count})")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--short", action="store_true")
    parser.add_argument("--keep", type=Path)
    asked_for = parser.parse_args()
    usual = SHORT if asked_for.short else FULL
    counts = {kind: usual[kind] if (given := getattr(asked_for, kind)) is None else given for kind in FULL}
    found, asked = campaign(counts, asked_for.seed, asked_for.keep)
    print(
        heading(f"python {' '.join(['benchmarks/mutations.py', *sys.argv[1:]])}", asked_for.seed), end="\n\n"
    )
    rows = [
        [kind, one.files, one.read, one.refused, one.escaped, one.child_died, one.door, f"{one.most_work_s:.2f}",
         f"{one.slowest_s:.2f}", f"{one.most_bytes / 2**20:.0f}"]
        for kind, one in found.items()
    ]  # fmt: skip
    columns = ["what", "files", "read", "refused", "errors that escaped", "children that were stopped",
               "through the door", "most work (s)", "slowest (s)", "most memory (MiB)"]  # fmt: skip
    print(table(columns, rows))
    print(f"\nRequests to the address in the files: {asked}")
    faults = [fault for one in found.values() for fault in one.faults]
    for fault in faults[:20]:
        print(fault, file=sys.stderr)
    return 1 if faults or asked else 0


if __name__ == "__main__":
    sys.exit(main())
