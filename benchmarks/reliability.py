"""What the record survives: one command for the campaigns of docs/reliability.md.

Run ``python benchmarks/reliability.py CAMPAIGN [OPTIONS]``: power-cuts, kills, faults or contention. Each prints
a table row under a line that says how to repeat it, and exits with 1 when anything was lost.
"""

from __future__ import annotations

import argparse
import sqlite3
import sys
import tempfile
from pathlib import Path

import contention
import faults
import kills
import power_cuts
from measures import heading, table

Row = dict[str, object]


def run_power_cuts(asked: argparse.Namespace) -> tuple[Row, bool]:
    found = power_cuts.power_cuts(asked.cuts, asked.seed)
    row: Row = {
        "power cuts": found.cuts,
        "steps recorded": found.steps,
        "writes acknowledged": found.acknowledged,
        "lost": found.lost,
        "half": found.half,
        "unsound": found.unsound,
        "not opened": found.unopened,
    }
    return row, found.is_clean


def run_kills(asked: argparse.Namespace) -> tuple[Row, bool]:
    found = kills.kills(asked.rounds, asked.seed)
    row: Row = {
        "rounds": found.rounds,
        "of them before the first write": found.idle,
        "transactions acknowledged": found.acknowledged,
        "lost": found.lost,
        "half": found.half,
        "unsound": found.unsound,
        "not opened": found.unopened,
    }
    return row, found.is_clean


def run_faults(_: argparse.Namespace) -> tuple[Row, bool]:
    found = faults.faults()
    report(found.problems)
    row: Row = {
        "places": found.places,
        "faults": found.faults,
        "writes refused": found.refused,
        "writes acknowledged": found.acknowledged,
        "problems": len(found.problems),
    }
    return row, not found.problems


def run_contention(asked: argparse.Namespace) -> tuple[Row, bool]:
    with tempfile.TemporaryDirectory() as scratch:
        where = asked.record or str(Path(scratch) / "record.sqlite")
        found = contention.contention(contention.place(where), asked.processes, asked.edits, asked.objects)
    report(found.problems)
    row: Row = {
        "edits acknowledged": found.edits,
        "conflicts reported": found.stale,
        "edits/s": f"{found.edits / found.seconds:.0f}",
        "p50, p99 ms": f"{found.wait_ms(0.5):.0f}, {found.wait_ms(0.99):.0f}",
        "problems": len(found.problems),
    }
    return row, not found.problems


def report(problems: list[str]) -> None:
    for problem in problems:
        sys.stderr.write(f"{problem}\n")


def options() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    campaigns = parser.add_subparsers(dest="campaign", required=True)
    cuts = campaigns.add_parser("power-cuts", help="rebuild the files as a power cut leaves them")
    cuts.add_argument("--cuts", type=int, default=10_000)
    cuts.add_argument("--seed", type=int, default=1)
    cuts.set_defaults(run=run_power_cuts)
    killed = campaigns.add_parser("kills", help="kill writers in the middle of their work")
    killed.add_argument("--rounds", type=int, default=1000)
    killed.add_argument("--seed", type=int, default=1)
    killed.set_defaults(run=run_kills)
    campaigns.add_parser("faults", help="a full or broken disk at every write").set_defaults(run=run_faults)
    many = campaigns.add_parser("contention", help="many processes edit few objects")
    for name, usual in (("--processes", 50), ("--edits", 200), ("--objects", 10)):
        many.add_argument(name, type=int, default=usual)
    many.add_argument("--record", metavar="WHERE", help="path or database address; a new file without it")
    many.set_defaults(run=run_contention)
    return parser


def main() -> None:
    asked = options().parse_args()
    row, is_clean = asked.run(asked)
    command = " ".join(["python benchmarks/reliability.py", *sys.argv[1:]])
    library = f"SQLite {sqlite3.sqlite_version}"
    if getattr(asked, "record", None) and "://" in asked.record:
        command, library = command.replace(asked.record, "URL"), asked.record.split(":", 1)[0]
    seed = getattr(asked, "seed", None)
    sys.stdout.write(f"{heading(command, seed)}, {library}\n\n{table(tuple(row), [tuple(row.values())])}\n")
    sys.exit(0 if is_clean else 1)


if __name__ == "__main__":
    main()
