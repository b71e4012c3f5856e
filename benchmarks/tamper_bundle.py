"""Whether the verifier in an evidence bundle finds what somebody changed.

Run ``python benchmarks/tamper_bundle.py [--flips N] [--seed S]``. A small project is made by the program itself, and a
bundle of the whole of it. Changed are bytes of its files, bytes of the zip, and the record: every column of every
revision, every revision taken out, every two neighbours exchanged; the record's changes with a list of files that
was made to fit, as somebody would who knows how a bundle is made. Exit 1 when one is missed.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import random
import sys
import tempfile
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import tamper
from measures import heading, table

from workflow.bundle import BundleOptions, make_bundle, verify
from workflow.project import Project

SEED, FLIPS = 20261126, 2_000
Rows = list[dict[str, Any]]
Missed = list[str]


def build(folder: Path) -> tuple[Path, Path]:
    """A bundle as a zip and unpacked."""
    with Project.open(tamper.build(folder)) as project:
        made = make_bundle(project, tamper.AUTHOR, folder / "bundle.zip", BundleOptions("campaign"))
    with zipfile.ZipFile(made.file) as file:
        file.extractall(folder / "bundle")  # our own file
    return made.file, folder / "bundle"


def found(path: Path) -> list[str]:
    """What the verifier says does not hold."""
    try:
        return verify.check(verify.opened(path)).problems
    except verify.Unreadable as error:
        return [str(error)]


def flip_files(folder: Path, flips: int, rng: random.Random) -> tuple[str, Missed]:
    """Change one byte of one file at a time; the verifier has to name that file."""
    names = sorted(path for path in folder.rglob("*") if path.is_file())
    missed: Missed = []
    for _ in range(flips):
        path = rng.choice(names)
        before = path.read_bytes()
        at, pattern = rng.randrange(len(before)), rng.randrange(1, 256)
        path.write_bytes(before[:at] + bytes([before[at] ^ pattern]) + before[at + 1 :])
        name = path.relative_to(folder).as_posix()
        if not any(name in sentence for sentence in found(folder)):
            missed.append(f"{name}, byte {at} xor {pattern:#04x}")
        path.write_bytes(before)
    return f"{flips} byte flips in {len(names)} files", [*missed, *found(folder)]


def flip_zip(path: Path, flips: int, rng: random.Random) -> tuple[str, Missed]:
    """Change one byte of the zip at a time, every second one outside the files."""
    before, missed = path.read_bytes(), Missed()
    source = verify.Zip(path)
    inside = sum(source.sizes.values())
    ends = len(before) - (len(before) - inside) // 2
    for number in range(flips):
        at = rng.randrange(len(before)) if number % 2 else rng.randrange(ends, len(before))
        pattern = rng.randrange(1, 256)
        path.write_bytes(before[:at] + bytes([before[at] ^ pattern]) + before[at + 1 :])
        if not found(path):
            missed.append(f"the zip, byte {at} xor {pattern:#04x}")
    path.write_bytes(before)
    return f"{flips} byte flips in the zip", [*missed, *found(path)]


def change_record(folder: Path) -> tuple[str, Missed]:
    """Change every column, take every revision out, exchange every two neighbours; the list is made to fit."""
    before = (folder / verify.RECORD).read_bytes(), (folder / verify.MANIFEST).read_bytes()
    rows: Rows = [json.loads(line) for line in before[0].splitlines()]
    missed: Missed = []
    changes = 0
    for number, row in enumerate(rows):
        trials = [
            (f"column {key}", [*rows[:number], row | {key: other(value)}, *rows[number + 1 :]])
            for key, value in row.items()
        ]
        trials.append(("taken out", rows[:number] + rows[number + 1 :]))
        if number:
            trials.append(("exchanged", [*rows[: number - 1], row, rows[number - 1], *rows[number + 1 :]]))
        for what, trial in trials:
            changes += 1
            write_record(folder, trial)
            if not found(folder):
                missed.append(f"revision {number + 1}, {what}")
    (folder / verify.RECORD).write_bytes(before[0])
    (folder / verify.MANIFEST).write_bytes(before[1])
    return f"{changes} changes of {len(rows)} revisions, listed anew", [*missed, *found(folder)]


def other(value: Any) -> Any:
    return value + 1_000_000 if isinstance(value, int) else tamper.changed_text(value)


def write_record(folder: Path, rows: Rows) -> None:
    """The record with these rows, and a manifest that lists it and has its own hash."""
    data = "".join(f"{verify.canonical(row)}\n" for row in rows).encode()
    (folder / verify.RECORD).write_bytes(data)
    content = json.loads((folder / verify.MANIFEST).read_bytes())
    for entry in content["files"]:
        if entry["path"] == verify.RECORD:
            entry |= {"sha256": hashlib.sha256(data).hexdigest(), "size_bytes": len(data)}
    content["revisions"]["in_full"] = len(rows)
    content["chain"]["count"] = len(rows)
    (folder / verify.MANIFEST).write_bytes(verify.render_manifest(content))


def campaign(flips: int, seed: int) -> tuple[list[tuple[object, ...]], Missed]:
    """One line a part, and what was missed."""
    rng = random.Random(seed)  # noqa: S311  no secret
    with tempfile.TemporaryDirectory() as name:
        path, folder = build(Path(name))
        parts = {
            "files": flip_files(folder, flips, rng),
            "the zip": flip_zip(path, flips, rng),
            "the record": change_record(folder),
        }
    lines: list[tuple[object, ...]] = [
        (part, done, f"{len(missed)} missed") for part, (done, missed) in parts.items()
    ]
    return lines, [line for _, missed in parts.values() for line in missed]


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument(
        "--flips", type=int, default=FLIPS, help="bytes changed in files, and as many in the zip"
    )
    parser.add_argument("--seed", type=int, default=SEED)
    asked = parser.parse_args(arguments)
    lines, missed = campaign(asked.flips, asked.seed)
    command = f"python benchmarks/tamper_bundle.py --flips {asked.flips}"
    sys.stdout.write(heading(command, asked.seed) + "\n\n" + table(("part", "done", "outcome"), lines) + "\n")
    for line in missed[:20]:
        sys.stderr.write(f"missed: {line}\n")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
