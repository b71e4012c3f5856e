"""How fast a large record answers: one site's full state, a month's activity, a single durable write.

    python benchmarks/record_speed.py [--sites N] [--captures N] [--observations N] [--where ADDRESS]

Makes a record of that size in a temporary file, or in the empty database at ADDRESS, and prints medians and 90th
percentiles in milliseconds. Every reading opens nothing anew but decodes everything: what was decoded before is
forgotten. "Rows alone" are the same rows read as text, nothing decoded: the share of the time that is the engine's.
"""

from __future__ import annotations

import argparse
import math
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

from measures import heading, table
from sqlalchemy import Connection, insert, text, update

from workflow.model import (
    Annotation,
    Author,
    Capture,
    CaptureKind,
    DateSpan,
    LonLat,
    Observation,
    Offset,
    Position,
    Precision,
    ReviewEntry,
    Site,
    SiteTarget,
    State,
    Target,
)
from workflow.store import ChainHead, Record
from workflow.store.chain import link
from workflow.store.kinds import Kind, about, kind_of
from workflow.store.tables import CHAIN, HEADS, REVISIONS
from workflow.store.transaction import utc_text

SEED = 20241
ANNA = Author("Anna")
START = datetime(2023, 1, 1, tzinfo=UTC)
LARGEST_BATCH = 2000
CHECKED = 20_000  # up to so many objects the record that was filled in bulk is verified before it is measured
STEP_DEG = 0.01  # between neighbouring sites
MONTH = timedelta(days=30)


class Clock:
    """Instants spread evenly over two years."""

    def __init__(self, batches: int) -> None:
        self.step = timedelta(days=730) / max(batches, 1)
        self.now = START

    def __call__(self) -> datetime:
        self.now += self.step
        return self.now


def objects(sites: int, captures: int, observations: int) -> Iterator[object]:
    """Sites in a square lattice, captures over one site and its neighbours' edges, statements on both."""
    side = math.isqrt(sites - 1) + 1
    places = [(124 + n % side * STEP_DEG, 37 + n // side * STEP_DEG) for n in range(sites)]
    for n, (lon, lat) in enumerate(places):
        target = Target("gantry")
        yield Site(f"s{n}", f"Site {n}", position=Position(LonLat(lon, lat)), targets=(target,))
    half = STEP_DEG * 0.45
    for n in range(captures):
        lon, lat = places[n % sites]
        corners = ((-half, -half), (half, -half), (half, half), (-half, half), (-half, -half))
        day = date(2015, 1, 1) + timedelta(days=n // sites * 90 + n % 80)
        yield Capture(
            id=f"{n:016x}",
            sha256=f"{n:064x}",
            kind=CaptureKind.SATELLITE,
            file=f"{n}.tif",
            original=f"imagery/originals/{n:064x}.tif",
            working=f"imagery/working/{n:064x}.tif",
            acquired=DateSpan(day, day, Precision.DAY),
            width_px=1000,
            height_px=1000,
            bands=3,
            crs="EPSG:32651",
            gsd_m=0.5,
            footprint=tuple(LonLat(lon + x, lat + y) for x, y in corners),
        )
    for n in range(observations):
        site, capture = f"s{n % sites}", f"{n % captures:016x}"
        yield Observation(f"o{n}", site, "gantry", capture, "Anna", State.PRESENT)
        if n % 10 == 0:
            yield Offset(site, capture, capture, 0.0, 0.0, 1.0, True, "phase")
            geometry = {"type": "Point", "coordinates": [125.0, 38.0]}
            yield Annotation(f"m{n}", site, capture, "point", geometry)


def fill(record: Record, made: Iterator[object], clock: Clock, batch: int) -> int:
    """Write them all as the record would, one revision each, but many rows to a statement; how many objects."""
    done, chain = 0, record.chain_head()
    while some := list(islice(made, batch)):
        rows: dict[str, list[dict[str, Any]]] = {}
        at = utc_text(clock())
        for one in some:
            for kind, value, payload in parts(one):
                row = revision(kind, value, payload, chain, at)
                chain = ChainHead(row["seq"], row["sha256"])
                rows.setdefault(kind.name, []).append(row | {"columns": kind.columns(value)})
        with record._backend.writing() as connection:
            for name, found in rows.items():
                write(connection, name, found)
            connection.execute(update(CHAIN), {"count": chain.count, "sha256": chain.sha256})
        done += len(some)
    return done


def parts(one: object) -> Iterator[tuple[Kind, Any, str]]:
    """An object as the record keeps it: a site after its targets, which it names."""
    kind = kind_of(type(one))
    if isinstance(one, Site):
        for target in one.targets:
            part = SiteTarget(one.id, target)
            yield kind_of(SiteTarget), part, kind_of(SiteTarget).payload(part)
        pins = {"target": tuple((f"{one.id}.{target.id}", 1) for target in one.targets), "evidence": ()}
        yield kind, one, kind.payload(one, pins)
    else:
        yield kind, one, kind.payload(one)


def revision(kind: Kind, value: object, payload: str, chain: ChainHead, at: str) -> dict[str, Any]:
    row: dict[str, Any] = {
        "kind": kind.name,
        "id": kind.key(value),
        "version": 1,
        "author": ANNA.name,
        "role": ANNA.role.value,
        "declared": 1,
        "at": at,
        "reason": "benchmark",
        "payload": payload,
        "base_version": 0,
        "seq": chain.count + 1,
        "prev_sha256": chain.sha256,
    }
    return row | {"sha256": link(row)} | about(kind.columns(value))


def write(connection: Connection, kind: str, rows: list[dict[str, Any]]) -> None:
    heads = [
        {"id": row["id"], "version": 1, "number": row["seq"], "payload": row["payload"]} | row["columns"]
        for row in rows
    ]
    connection.execute(insert(HEADS[kind]), heads)
    left_out = ("kind", "columns")
    revisions = [{name: row[name] for name in row if name not in left_out} for row in rows]
    connection.execute(insert(REVISIONS[kind]), revisions)
    if kind == "capture" and connection.dialect.name == "sqlite":
        new = text("INSERT INTO capture_box VALUES (2 * :number, :minx, :maxx, :miny, :maxy)")
        connection.execute(new, heads)


def full_state(record: Record, site: str) -> int:
    """All that is known of a site: it, its pictures, statements, marks, offsets, reviews."""
    with record.snapshot(site):
        found = record.get(Site, site)
        assert found is not None
        assert found.value.position is not None
        lonlat = found.value.position.lonlat
        pictures = record.captures_over(lonlat.lon, lonlat.lat, lonlat.lon, lonlat.lat)
        kinds = (Capture, Observation, Annotation, Offset, ReviewEntry)
        rest = [record.rows(kind, site=site) for kind in kinds]
    return 1 + len(pictures) + sum(len(rows) for rows in rest)


def rows_alone(record: Record, site: str) -> int:
    """The rows of `full_state` as text."""
    count = 0
    with record._backend.reading() as connection:
        query = "SELECT payload FROM {} WHERE site = :site"
        for kind in ("site", "capture", "observation", "annotation", '"offset"', "review"):
            count += len(connection.execute(text(query.format(kind)), {"site": site}).all())
        over = text(
            "SELECT payload FROM capture WHERE id IN "
            "(SELECT capture FROM observation WHERE site = :site AND capture IS NOT NULL)"
        )
        count += len(connection.execute(over, {"site": site}).all())
    return count


def timed(work: Callable[[], object], times: int) -> str:
    """Median and 90th percentile of the milliseconds that `work` takes."""
    took = []
    for _ in range(times):
        begun = time.perf_counter()
        work()
        took.append((time.perf_counter() - begun) * 1000)
    ordered = sorted(took)
    return f"{statistics.median(took):.2f} / {ordered[int(len(ordered) * 0.9)]:.2f}"


def measured(record: Record, sites: int, times: int) -> list[tuple[object, ...]]:
    """Rows of the table."""
    chance = random.Random(SEED)  # noqa: S311  which sites are asked for

    def site() -> str:
        return f"s{chance.randrange(sites)}"

    def cold() -> int:
        record._cache.clear()
        return full_state(record, site())

    read = [record.get(Observation, f"o{number}") for number in chance.sample(range(sites), times)]
    known = [one for one in read if one is not None]

    def write() -> None:
        one = known.pop()
        with record.write(ANNA, "one change") as transaction:
            transaction.put(replace(one.value, note=f"{chance.random()}"), one.version)

    begin = START + timedelta(days=600)
    month = record.activity(begin, begin + MONTH)
    return [
        ("one site's full state", f"{full_state(record, 's1')} objects", timed(cold, times)),
        ("its rows alone", "", timed(lambda: rows_alone(record, site()), times)),
        ("the same, seen before", "", timed(lambda: full_state(record, "s1"), times)),
        (
            "a month's activity",
            f"{len(month)} revisions",
            timed(lambda: record.activity(begin, begin + MONTH), max(times // 10, 5)),
        ),
        (
            "its newest 200",
            "200 revisions",
            timed(lambda: record.activity(begin, begin + MONTH, limit=200), max(times // 10, 5)),
        ),
        ("one durable write", "1 revision", timed(write, times)),
    ]


def asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sites", type=int, default=10_000)
    parser.add_argument("--captures", type=int, default=100_000)
    parser.add_argument("--observations", type=int, default=100_000)
    parser.add_argument("--times", type=int, default=200)
    parser.add_argument("--where", help="address of an empty database; else a temporary file")
    return parser.parse_args()


def main() -> None:
    arguments = asked()
    sizes = (arguments.sites, arguments.captures, arguments.observations)
    with tempfile.TemporaryDirectory() as folder:
        where = arguments.where or Path(folder, "record.sqlite")
        batch = min(LARGEST_BATCH, sum(sizes) // 100 + 1)
        clock = Clock(sum(sizes) // batch)
        with Record.open(where, clock=clock) as record:
            begun = time.perf_counter()
            done = fill(record, objects(*sizes), clock, batch)
            rate = done / (time.perf_counter() - begun)
            if done < CHECKED:
                assert record.verify().problems == ()
            lines = measured(record, arguments.sites, arguments.times)
            engine = record._backend._engine.dialect.name
    command = f"record_speed.py --sites {sizes[0]} --captures {sizes[1]} --observations {sizes[2]}"
    sys.stdout.write(
        f"{heading(command, SEED)}\n\n{engine}, filled at {rate:.0f} objects/s\n\n"
        + table(("what", "how much", "ms, median / 90 %"), lines)
        + "\n"
    )


if __name__ == "__main__":
    main()
