"""How quick it is to find which captures show which sites, beside geopandas, on real and on generated footprints.

    python benchmarks/catalogue.py [--captures N] [--sites N] [--times N] [--one N] [--short]

Real captures are the rows of `maxar_open_data` below SITETRACK_TEST_DATA, left out where there are none; sites are
laid at random near them. Ours starts from the program's objects and ends with the captures of each site;
geopandas starts from the same objects, by the same arrays of boxes and footprints, and ends with the rows of
`sjoin`; `sjoin alone` is given finished frames whose index is there. One site is asked of a record in a file that
holds the real captures. Medians of CPU seconds and of the rounds' ratios. Pairs are compared with geopandas' and,
for some sites, with every footprint one by one. Exit 1 when they differ or a bar is missed: twice as quick as
geopandas from objects to pairs, one site in 1 ms. `--short` takes seconds and misses none.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from importlib import metadata
from pathlib import Path
from typing import Any

import geopandas
import numpy as np
import shapely
from measures import heading, table
from pyproj import Transformer

from workflow.chips import covering, covering_each
from workflow.grid import box_rings
from workflow.model import Author, Capture, CaptureKind, DateSpan, LonLat, Position, Precision, Site
from workflow.project import Project, init_project

SEED = 47
RATIO_BAR, ONE_BAR_MS = 2.0, 1.0
RADIUS_M = 150.0


def capture(number: int, day: date, corners: Sequence[tuple[float, float]]) -> Capture:
    sha256 = hashlib.sha256(str(number).encode()).hexdigest()
    return Capture(
        id=sha256[:16], sha256=sha256, kind=CaptureKind.SATELLITE, file=f"{number}.tif",
        original=f"imagery/originals/{number}.tif", working=f"imagery/working/{number}.tif",
        acquired=DateSpan(day, day, Precision.DAY), width_px=17_000, height_px=17_000, bands=3,
        crs="EPSG:32651", gsd_m=0.3, footprint=tuple(LonLat(*corner) for corner in corners),
    )  # fmt: skip


def real_captures() -> list[Capture]:
    folder = Path(os.environ.get("SITETRACK_TEST_DATA", "")) / "maxar_open_data"
    if "SITETRACK_TEST_DATA" not in os.environ or not folder.is_dir():
        print(
            "The real captures are left out: set SITETRACK_TEST_DATA to the folder that holds maxar_open_data."
        )
        return []
    found = []
    for path in sorted(folder.glob("*.tsv")):
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file, delimiter="\t"):
                code = row.get("proj:epsg") or row["proj:code"].rpartition(":")[2]
                west, south, east, north = map(float, row["proj:bbox"].split(","))
                to_wgs84 = transformer(int(float(code)))
                ring = to_wgs84.transform([west, east, east, west, west], [south, south, north, north, south])
                day = date.fromisoformat(row["datetime"][:10])
                found.append(capture(len(found), day, list(zip(*ring, strict=True))))
    return found


_transformers: dict[int, Transformer] = {}


def transformer(epsg: int) -> Transformer:
    if epsg not in _transformers:
        _transformers[epsg] = Transformer.from_crs(epsg, 4326, always_xy=True)
    return _transformers[epsg]


def generated_captures(count: int) -> list[Capture]:
    """Slanting strips of a few to a few dozen kilometres over 20 x 20 degrees."""
    rng = np.random.default_rng(SEED)
    turns, lons, lats = (
        rng.uniform(-0.3, 0.3, count),
        rng.uniform(110, 130, count),
        rng.uniform(20, 40, count),
    )
    sides = rng.uniform(0.05, 0.3, (count, 2))
    made = []
    for n in range(count):
        x, y = np.array([-1, 1, 1, -1, -1]) * sides[n, 0], np.array([-1, -1, 1, 1, -1]) * sides[n, 1]
        cos, sin = np.cos(turns[n]), np.sin(turns[n])
        ring = np.column_stack((lons[n] + x * cos - y * sin, lats[n] + x * sin + y * cos)).tolist()
        made.append(capture(n, date(2010, 1, 1) + timedelta(days=n % 5000), [(p[0], p[1]) for p in ring]))
    return made


def sites_in(captures: Sequence[Capture], count: int) -> list[Site]:
    """Sites near a corner of captures that are drawn at random: some are covered by many, some by none."""
    rng = np.random.default_rng(SEED + 1)
    made = []
    for n, number in enumerate(rng.integers(0, len(captures), count)):
        corner = captures[int(number)].footprint[0]
        east, north = rng.uniform(-0.02, 0.05, 2).tolist()
        place = LonLat((corner.lon + east + 540) % 360 - 180, min(max(corner.lat + north, -84.0), 84.0))
        made.append(Site(f"s{n}", f"s{n}", position=Position(place), radius_m=RADIUS_M))
    return made


def frames(sites: Sequence[Site], captures: Sequence[Capture]) -> tuple[Any, Any]:
    places = [site.position.lonlat for site in sites if site.position is not None]
    boxes = shapely.polygons(box_rings(places, [site.radius_m for site in sites]))
    counts = [len(one.footprint) for one in captures]
    corners = np.array([(corner.lon, corner.lat) for one in captures for corner in one.footprint])
    rings = shapely.linearrings(corners, indices=np.repeat(np.arange(len(captures)), counts))
    return (
        geopandas.GeoDataFrame({"site": [one.id for one in sites]}, geometry=boxes, crs=4326),
        geopandas.GeoDataFrame({"capture": [one.id for one in captures]}, geometry=shapely.polygons(rings), crs=4326),
    )  # fmt: skip


def seconds(work: Callable[[], object]) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start


def all_pairs(
    name: str, sites: Sequence[Site], captures: Sequence[Capture], times: int
) -> tuple[list[tuple[object, ...]], list[str]]:
    """Rows of the table, and what is wrong."""
    left, right = frames(sites, captures)
    joined = left.sjoin(right)
    theirs = set(zip(joined["site"], joined["capture"], strict=True))
    rounds = []
    for _ in range(times):
        # not the same objects: what was found before is not given again
        fresh = [Site(one.id, one.name, position=one.position, radius_m=one.radius_m) for one in sites]
        rounds.append(
            (
                seconds(lambda given=fresh: covering_each(given, captures)),
                seconds(lambda: _joined(sites, captures)),
                seconds(lambda: left.sjoin(right)),
            )
        )
    found = covering_each(sites, captures)
    ours = {(site, one.id) for site, some in found.items() for one in some}
    wrong = [] if ours == theirs else [f"{name}: {len(ours ^ theirs)} pairs differ from geopandas"]
    footprints = right.geometry.to_numpy()
    for number in range(0, len(sites), max(1, len(sites) // 20)):
        shown = np.flatnonzero(shapely.intersects(left.geometry.iloc[number], footprints))
        if {captures[one].id for one in shown} != {one.id for one in found[sites[number].id]}:
            wrong.append(f"{name}: site {sites[number].id} differs from brute force")
    own, whole, alone = (statistics.median(some) for some in zip(*rounds, strict=True))
    ratio = statistics.median(one[1] / one[0] for one in rounds)
    if ratio < RATIO_BAR:
        wrong.append(f"{name}: {ratio:.1f} times as quick as geopandas, of {RATIO_BAR:g}")
    size = f"{len(captures)} x {len(sites)}"
    return [(name, size, len(ours), f"{own:.2f}", f"{whole:.2f}", f"{ratio:.1f}", f"{alone:.2f}")], wrong


def _joined(sites: Sequence[Site], captures: Sequence[Capture]) -> Any:
    left, right = frames(sites, captures)
    return left.sjoin(right)


def one_site(captures: Sequence[Capture], sites: Sequence[Site]) -> tuple[float, float]:
    """Milliseconds of CPU to find the captures of one site in a record: median and 95th percentile."""
    with tempfile.TemporaryDirectory() as folder, Project.open(init_project(Path(folder) / "p")) as project:
        for start in range(0, len(captures), 2000):
            with project.record.write(Author("benchmark"), "captures") as transaction:
                for one in captures[start : start + 2000]:
                    transaction.put(one, base_version=0)
        for site in sites:
            covering(project, site)
        took = sorted(seconds(lambda asked=site: covering(project, asked)) * 1000 for site in sites)
    return statistics.median(took), took[int(0.95 * len(took))]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--captures", type=int, default=100_000)
    parser.add_argument("--sites", type=int, default=10_000)
    parser.add_argument("--times", type=int, default=3)
    parser.add_argument("--one", type=int, default=300)
    parser.add_argument("--short", action="store_true")
    given = parser.parse_args()
    if given.short:
        given.captures, given.sites, given.times, given.one = 2000, 200, 1, 20
    real, generated = real_captures(), generated_captures(given.captures)
    if given.short:
        real = real[:2000]
    rows, wrong = [], []
    for name, captures in (("real", real), ("generated", generated)):
        if captures:
            made, faults = all_pairs(name, sites_in(captures, given.sites), captures, given.times)
            rows += made
            wrong += faults
    stored = real or generated[:2000]
    middle, high = one_site(stored, sites_in(stored, given.one))
    if middle > ONE_BAR_MS:
        wrong.append(f"one site: {middle:.2f} ms, of {ONE_BAR_MS:g}")
    print(heading("python benchmarks/catalogue.py" + "".join(f" {one}" for one in sys.argv[1:]), SEED))
    versions = ", ".join(f"{one} {metadata.version(one)}" for one in ("geopandas", "shapely", "numpy"))
    print(f"{versions}\n")
    head = ["captures", "captures x sites", "pairs", "ours", "geopandas", "times ours", "sjoin alone"]
    print(table(head, rows))
    print(
        f"\nOne site of a record with {len(stored)} captures: median {middle:.2f} ms, 95th percentile {high:.2f} ms."
    )
    if wrong and not given.short:
        sys.exit("\n".join(wrong))


if __name__ == "__main__":
    main()
