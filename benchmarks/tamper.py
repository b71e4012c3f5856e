"""Whether `verify` finds what somebody changed: bytes of files, columns of revisions, bytes of the record itself.

Run ``python benchmarks/tamper.py [--flips N] [--seed S] [--record-flips N]``. A small project is made by the program
itself: three pictures taken in, tracked, observed, marked, two figures. Exit 1 when a changed file or revision is
missed. The third part is a report without a bar: what in an SQLite file may change unseen, and where it lies.
"""

from __future__ import annotations

import argparse
import contextlib
import random
import sqlite3
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import rasterio
from measures import heading, table
from pyproj import Transformer
from rasterio.transform import Affine

from workflow.actions import annotate, observe, save_figure
from workflow.errors import ProjectUnusable
from workflow.intake import IntakeOptions
from workflow.model import (
    Author,
    Claim,
    DateSpan,
    Evidence,
    Export,
    LonLat,
    Observation,
    Position,
    Precision,
    ReviewEntry,
    Site,
    StoredFile,
    Target,
    Verdict,
)
from workflow.pipeline.ingest import ingest
from workflow.pipeline.track import track
from workflow.project import Project, init_project
from workflow.publish import FigureOptions, evidence_of, write_figure
from workflow.readmodels.custody import file_problem, verify
from workflow.readmodels.figurecheck import known_figures
from workflow.store import KIND_NAMES, Record

SEED, FLIPS, RECORD_FLIPS, WHOLE_EVERY = 20261125, 10_000, 1_000, 100
PLACE = LonLat(125.7, 39.0)
AUTHOR = Author("campaign")
COLUMNS = ("id", "version", "author", "role", "declared", "at", "reason", "payload", "base_version", "seq")
COLUMNS = (*COLUMNS, "prev_sha256", "sha256", "site", "capture")
Missed = list[str]
Rows = dict[str, list[tuple[object, ...]] | None]


# -- the project ---------------------------------------------------------------------------------------------


def build(folder: Path) -> Path:
    """A project in `folder` that the program made, with every kind of object and two figures; gives its root."""
    root = init_project(folder / "project")
    with Project.open(root) as project:
        with project.record.write(AUTHOR, "the place") as transaction:
            said = Evidence("The gantry stands.", day(2021, 1, 1), "gantry", source="a paper")
            position, targets = Position(PLACE), (Target("gantry"),)
            site = Site("gate", "Gate", position=position, radius_m=30.0, targets=targets, evidence=(said,))
            transaction.put(site, base_version=0)
        for number, when in enumerate(("2019-05-03", "2020-06-01", "2021-07-02")):
            picture(folder / f"scene{number}.tif", number)
            options = IntakeOptions(acquired=when, credit="Campaign")
            ingest(project, AUTHOR, [folder / f"scene{number}.tif"], options)
        track(project, AUTHOR, executor="serial")
        captures = project.captures()
        for capture, state in zip(captures, ("absent", "absent", "present"), strict=True):
            observe(project, AUTHOR, site="gate", capture=capture.id, state=state)
        annotate(project, AUTHOR, [mark(captures[2].id)])
        said_last = project.record.rows(Observation)[-1].value
        with project.record.write(AUTHOR, "what has no command here") as transaction:
            entry = ReviewEntry("r1", "observation", said_last.id, 1, Verdict.SUBMITTED, site="gate")
            transaction.put(entry, base_version=0)
            transaction.put(Claim("c1", "One gantry.", {}, {}, "2021-08-01", 1), base_version=0)
        project.record.log_export(AUTHOR, "a table", Export("", "csv", "t.csv", "0" * 64, 9, ("gate",)))
        for name in ("arch.png", "again.png"):
            made = write_figure(project, "gate", root / name, FigureOptions(dpi=72)).figure
        save_figure(project, AUTHOR, "arch", "gate", made.options, evidence_of(made))
    return root


def day(year: int, month: int, number: int) -> DateSpan:
    return DateSpan(date(year, month, number), date(year, month, number), Precision.DAY)


def picture(path: Path, seed: int, side: int = 160) -> None:
    """A small GeoTIFF around the place."""
    x, y = Transformer.from_crs("EPSG:4326", "EPSG:32651", always_xy=True).transform(*place())
    pixels = np.random.default_rng(seed).integers(1, 250, (3, side // 4, side // 4)).repeat(4, 1).repeat(4, 2)
    corner = Affine(0.5, 0, x - side / 4, 0, -0.5, y + side / 4)
    settings = {"driver": "GTiff", "width": side, "height": side, "count": 3, "dtype": "uint8"}
    with rasterio.open(path, "w", crs="EPSG:32651", transform=corner, **settings) as file:
        file.write(pixels.astype("uint8"))


def place() -> tuple[float, float]:
    return PLACE.lon, PLACE.lat


def mark(capture: str) -> dict[str, object]:
    point = {"type": "Point", "coordinates": list(place())}
    stated = {
        "id": "m1",
        "site": "gate",
        "capture": capture,
        "shape": "point",
        "geometry": point,
        "label": "gantry",
    }
    return {"op": "o1", "seq": 1, "type": "add", "annotation": stated}


# -- bytes of files ------------------------------------------------------------------------------------------


def flip_files(root: Path, flips: int, rng: random.Random) -> tuple[str, Missed]:
    """Change one byte of one file at a time; the check has to name that file and no other."""
    missed: Missed = []
    whole = 0
    with Project.open(root) as project:
        files = watched_files(project)
        names = sorted(files)
        for number in range(flips):
            name = rng.choice(names)
            with flipped(files[name], rng) as what:
                named = named_files(project)
                if named != [name]:
                    missed.append(f"{name}, {what}: named {named}")
                if number % WHOLE_EVERY == 0:
                    whole += 1
                    (row,) = verify(project)
                    if row["ok"] or len(row["problems"]) != 1 or not fits(name, row["problems"][0]):
                        missed.append(f"{name}, {what}, verify: {row['problems']}")
        if named_files(project):
            missed.append("something was changed that was not put back")
    return f"{flips} byte flips in {len(names)} files, {whole} of them before the whole of verify", missed


def watched_files(project: Project) -> dict[str, Path]:
    """Originals, working copies, figures and sidecars by the name that a problem has for them."""
    stored = [row.value.path for row in project.record.rows(StoredFile)]
    figures = [entry.file for entry in project.record.figures()]
    return {name: project.root / name for name in (*stored, *figures, *(f"{one}.json" for one in figures))}


def named_files(project: Project) -> list[str]:
    """Files that the checks of single files name, each check made anew."""
    rows = project.record.rows(StoredFile)
    named = [row.value.path for row in rows if file_problem(project.root, row.value)]
    for figure in known_figures(project):
        sidecar = any(line.startswith("The sidecar of") for line in figure.problems)
        named += [f"{figure.name}.json" if sidecar else figure.name] if figure.problems else []
    return named


def fits(name: str, problem: str) -> bool:
    """Whether a sentence of `verify` names the file."""
    if name.endswith(".json"):
        return problem.startswith(f"The sidecar of figure {name.removesuffix('.json')} was changed")
    return problem.startswith(f"Figure {name} was changed") or f"was changed: {name}." in problem


@contextlib.contextmanager
def flipped(path: Path, rng: random.Random) -> Iterator[str]:
    """The file with one byte changed, put back afterwards."""
    path.chmod(0o644)
    before = path.read_bytes()
    at, pattern = rng.randrange(len(before)), rng.randrange(1, 256)
    write_byte(path, at, before[at] ^ pattern)
    try:
        yield f"byte {at} xor {pattern:#04x}"
    finally:
        write_byte(path, at, before[at])


def write_byte(path: Path, at: int, value: int) -> None:
    with path.open("r+b") as file:
        file.seek(at)
        file.write(bytes([value]))


# -- columns of revisions ------------------------------------------------------------------------------------


def change_revisions(root: Path, folder: Path) -> tuple[str, Missed]:
    """Change every column of every revision, and take every revision out, one at a time."""
    path = copy_of_record(root, folder / "columns.sqlite")
    missed: Missed = []
    changes = removals = 0
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as raw, Record.open(path) as record:
        for (trigger,) in raw.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            if "_revision_" in trigger:
                raw.execute(f"DROP TRIGGER {trigger}")
        for kind in KIND_NAMES:
            found = raw.execute(f"SELECT rowid, {', '.join(COLUMNS)} FROM {kind}_revision").fetchall()  # noqa: S608
            if not found:
                missed.append(f"there is no {kind} to try it on")
            for rowid, *values in found:
                for column, value in zip(COLUMNS, values, strict=True):
                    changes += 1
                    other = value + 1_000_000 if isinstance(value, int) else changed_text(value or "")
                    update = f"UPDATE {kind}_revision SET {column} = ? WHERE rowid = ?"  # noqa: S608
                    raw.execute(update, (other, rowid))
                    if not problems_of(record):
                        missed.append(f"{kind} {values[:2]}, column {column}")
                    raw.execute(update, (value, rowid))
                removals += 1
                raw.execute("BEGIN")
                raw.execute(f"DELETE FROM {kind}_revision WHERE rowid = ?", (rowid,))  # noqa: S608
                raw.execute("COMMIT")
                if not problems_of(record):
                    missed.append(f"{kind} {values[:2]} taken out")
                marks = ", ".join("?" * (len(COLUMNS) + 1))
                insert = f"INSERT INTO {kind}_revision (rowid, {', '.join(COLUMNS)}) VALUES ({marks})"  # noqa: S608
                raw.execute(insert, (rowid, *values))
        if problems_of(record):
            missed.append(f"not as it was afterwards: {problems_of(record)}")
    return f"{changes} columns changed and {removals} revisions taken out, {len(KIND_NAMES)} kinds", missed


def problems_of(record: Record) -> tuple[str, ...]:
    return record.verify().problems


def changed_text(value: str) -> str:
    """Another text of the same length: its middle character is exchanged."""
    middle = len(value) // 2
    return value[:middle] + ("0" if value[middle : middle + 1] != "0" else "1") + value[middle + 1 :]


def copy_of_record(root: Path, target: Path) -> Path:
    """The record in one file, without a log beside it."""
    with (
        contextlib.closing(sqlite3.connect(root / ".sitetrack" / "record.sqlite")) as live,
        contextlib.closing(sqlite3.connect(target)) as copy,
    ):
        live.backup(copy)
        copy.execute("PRAGMA journal_mode=DELETE")
    return target


# -- bytes of the record -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one changed byte: `found` says how it showed, else it is empty and `where` says where it lies."""

    found: str
    where: str


def flip_record(root: Path, folder: Path, flips: int, rng: random.Random) -> tuple[list[Outcome], Missed]:
    """Change one byte of the record's file at a time, in a copy; traceback-worthy errors are told apart."""
    whole = copy_of_record(root, folder / "whole.sqlite")
    content = whole.read_bytes()
    before = rows_of(whole)
    outcomes, broken = [], []
    for number in range(flips):
        at, pattern = rng.randrange(len(content)), rng.randrange(1, 256)
        trial = folder / f"trial{number}.sqlite"
        trial.write_bytes(content[:at] + bytes([content[at] ^ pattern]) + content[at + 1 :])
        found = look(trial)
        outcomes.append(Outcome(found, "" if found else where(at, before, trial)))
        if found.startswith("another error"):
            broken.append(f"byte {at} xor {pattern:#04x}: {found}")
        for path in folder.glob(f"trial{number}*"):
            path.unlink()
    return outcomes, broken


def look(path: Path) -> str:
    """How the change shows: it is not opened, or `verify` says so; empty where neither."""
    try:
        with Record.open(path, create=False) as record:
            try:
                problems = problems_of(record)
            except ProjectUnusable:
                return "cannot be read"
    except ProjectUnusable:
        return "does not open"
    except Exception as error:  # noqa: BLE001  counted and reported
        return f"another error ({type(error).__name__}: {error})"
    if not problems:
        return ""
    return "structure" if problems[0].startswith("The database file") else "chain, heads or index"


def where(at: int, before: Rows, path: Path) -> str:
    """What a byte that nobody missed belongs to: the header, rows of some tables, or no row at all."""
    after = rows_of(path)
    differing = sorted(name for name in before if before[name] != after.get(name))
    if differing:
        return f"rows of {', '.join(differing)}"
    return "file header" if at < 100 else "bytes that hold no row"


def rows_of(path: Path) -> Rows:
    """Every row of every table, as bytes; what cannot be read is None."""
    found: Rows = {}
    with contextlib.closing(sqlite3.connect(path)) as raw:
        raw.text_factory = bytes
        names = raw.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND sql NOT LIKE '%VIRTUAL%'"
        )
        for (name,) in names.fetchall():
            try:
                found[name.decode()] = raw.execute(f'SELECT * FROM "{name.decode()}"').fetchall()  # noqa: S608
            except (sqlite3.Error, UnicodeDecodeError):  # the latter: a message that quotes changed bytes
                found[name.decode()] = None
    return found


def told(outcomes: Sequence[Outcome]) -> str:
    """The third part in words."""
    ways = Counter(one.found.partition(" (")[0] for one in outcomes if one.found)
    unseen = Counter(one.where for one in outcomes if not one.found)
    found = ", ".join(f"{way} {count}" for way, count in ways.most_common())
    where = ", ".join(f"{name} {count}" for name, count in unseen.most_common()) or "nowhere"
    return f"{sum(ways.values())} found ({found}); {sum(unseen.values())} not: {where}"


def campaign(flips: int, seed: int, record_flips: int) -> tuple[list[tuple[object, ...]], Missed]:
    """One line a part, and what parts one and two missed."""
    rng = random.Random(seed)  # noqa: S311  no secret
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        root = build(folder)
        files, missed_files = flip_files(root, flips, rng)
        columns, missed_columns = change_revisions(root, folder)
        outcomes, broken = flip_record(root, folder, record_flips, rng)
    lines: list[tuple[object, ...]] = [
        ("files", files, f"{len(missed_files)} missed"),
        ("revisions", columns, f"{len(missed_columns)} missed"),
        ("the record's bytes", f"{record_flips} byte flips", told(outcomes)),
    ]
    lines += [("the record's bytes", "error that is no sentence", line) for line in broken[:5]]
    return lines, [*missed_files, *missed_columns]


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--flips", type=int, default=FLIPS, help="bytes changed in files")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--record-flips", type=int, default=RECORD_FLIPS, help="bytes changed in the record")
    asked = parser.parse_args(arguments)
    lines, missed = campaign(asked.flips, asked.seed, asked.record_flips)
    command = f"python benchmarks/tamper.py --flips {asked.flips} --record-flips {asked.record_flips}"
    sys.stdout.write(heading(command, asked.seed) + "\n\n" + table(("part", "done", "outcome"), lines) + "\n")
    for line in missed[:20]:
        sys.stderr.write(f"missed: {line}\n")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
