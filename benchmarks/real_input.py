"""The whole job on ten real aerial captures of one quadrangle: USDA NAIP m_4709963_se_14, 2009 to 2020.

Run ``SITETRACK_TEST_DATA=FOLDER python benchmarks/real_input.py``; what is measured: docs/real-input.md.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from measures import auc, heading, percentile, real_data, rows, run, table

PIXEL_M = 5.0
STATES = {"W": "present", "D": "absent"}
Row = dict[str, Any]


def name_of(number: int, point: Row) -> str:
    return f"{point['kind']}-{number:02}"


def points_of(folder: Path) -> list[Row]:
    truth = json.loads((folder / "naip_nd_water_events.geojson").read_text())
    return [{**point["properties"], "geometry": point["geometry"]} for point in truth["features"]]


def register_of(points: list[Row]) -> Row:
    def feature(number: int, point: Row) -> Row:
        properties = {
            "id": name_of(number, point),
            "targets": [{"id": "water", "name": "open water"}],
            "radius_m": 100,
        }
        return {"type": "Feature", "geometry": point["geometry"], "properties": properties}

    return {"type": "FeatureCollection", "features": [feature(*one) for one in enumerate(points)]}


def iso(compact: str) -> str:
    return f"{compact[:4]}-{compact[4:6]}-{compact[6:]}"


def brackets_met(points: list[Row], timeline: list[Row]) -> int:
    """Single changes whose row in the timeline has the two days of the truth."""
    found = {(row["site"], row["event"]): (row["earliest"], row["latest"]) for row in timeline}
    met = 0
    for number, point in enumerate(points):
        event = "appeared" if point.get("direction") == "dry_to_wet" else "removed"
        if point["kind"] == "single":
            wanted = (iso(point["last_before"]), iso(point["first_after"]))
            met += found.get((name_of(number, point), event)) == wanted
    return met


def separation(points: list[Row], queue: list[Row], order: list[str]) -> tuple[list[float], list[float]]:
    """Scores of neighbouring pairs, of those whose state changed and of the others."""
    changed: list[float] = []
    unchanged: list[float] = []
    states = {name_of(number, point): point["states"] for number, point in enumerate(points)}
    for row in queue:
        before, after = (states[row["site"]][order.index(row[end])] for end in ("before", "after"))
        if row["score"] is not None:
            (changed if before != after else unchanged).append(row["score"])
    return changed, unchanged


def shifts(offsets: list[Row]) -> str:
    if not offsets:
        return "none"
    parts = []
    for key, name in (("dx_m", "dx"), ("dy_m", "dy")):
        sizes = [abs(row[key]) for row in offsets]
        parts.append(f"{name} {percentile(sizes, 0.5):.2f} m, {max(sizes):.2f} m")
    return f"{len(offsets)}: " + "; ".join(parts)


def aligned(offsets: list[Row]) -> list[tuple[str, object]]:
    others = [row for row in offsets if row["capture"] != row["reference"]]
    applied = [row for row in others if row["applied"]]
    far = sum(max(abs(row["dx_m"]), abs(row["dy_m"])) > PIXEL_M for row in applied)
    size = "size of the median, of the largest"
    return [
        ("offsets beside the references", len(others)),
        (f"applied; {size}", shifts(applied)),
        ("applied, and longer than a pixel in dx or dy", far),
        (f"flagged, not applied; {size}", shifts([row for row in others if not row["applied"]])),
    ]


def timed_track(where: tuple[object, ...]) -> tuple[list[Row], str]:
    """Rows of the first run, and how long a run with nothing to do takes beside it."""

    def once() -> tuple[list[Row], float]:
        started = time.perf_counter()
        made = rows("track", *where)
        return made, time.perf_counter() - started

    first, seconds = once()
    again = [once() for _ in range(3)]
    assert all(row["unchanged"] for made, _ in again for row in made)
    return first, f"{percentile([took for _, took in again], 0.5) / seconds:.3f}"


def observe_as_told(points: list[Row], scenes: list[Path], where: tuple[object, ...]) -> None:
    for number, point in enumerate(points):
        for scene, letter in zip(scenes, point["states"], strict=True):
            run("observe", name_of(number, point), scene.name, STATES[letter], *where)


def measure(folder: Path, scratch: Path) -> list[tuple[str, object]]:
    points, scenes = points_of(folder), sorted(folder.glob("*.tif"))
    where = ("--project", scratch / "project")
    run("init", scratch / "project")
    register = scratch / "points.geojson"
    register.write_text(json.dumps(register_of(points)))
    run("sites", "import", register, *where)
    taken = rows("ingest", *scenes, "--provider", "USDA NAIP", "--kind", "aerial", *where)
    tracked, ratio = timed_track(where)
    captures = rows("captures", "list", *where)
    scores = separation(points, rows("queue", *where), [row["id"] for row in captures])
    area, error = auc(*scores)
    observe_as_told(points, scenes, where)
    timeline = rows("timeline", *where)
    bounded = [row for row in timeline if row["earliest"] and row["latest"]]
    single = next(name_of(*one) for one in enumerate(points) if one[1]["kind"] == "single")
    figure = rows("figure", single, "-o", scratch / "figure.png", *where)[0]
    verified = rows("verify", *where)[0]
    return [
        ("captures taken / offered", f"{len(taken)} / {len(scenes)}"),
        ("date rests on", "; ".join(sorted({f"{row['basis']} ({row['precision']})" for row in captures}))),
        ("CRS, pixel", "; ".join(sorted({f"{row['crs']}, {row['gsd_m']:g} m" for row in captures}))),
        ("sites", len(points)),
        ("chips cut", sum(row["chips"] for row in tracked)),
        ("pairs scored", sum(row["scored"] for row in tracked)),
        *aligned(rows("offsets", *where)),
        ("single changes bracketed as in the truth", f"{brackets_met(points, timeline)} / 20"),
        ("stable points with a bounded event", sum(row["site"].startswith("stable") for row in bounded)),
        ("pairs with a change, pairs without", f"{len(scores[0])}, {len(scores[1])}"),
        ("AUC of the queue's score on them", f"{area:.3f} ± {error:.3f}"),
        ("`track` with nothing to do (median of 3) / first run", ratio),
        (
            "revisions, objects and files checked / problems",
            f"{verified['checked']} / {len(verified['problems'])}",
        ),
        ("caption of a figure", figure["caption"]),
    ]


if __name__ == "__main__":
    source = real_data("naip_nd_2009_2020")
    with tempfile.TemporaryDirectory() as folder:
        body = measure(source, Path(folder))
    sys.stdout.write(heading("python benchmarks/real_input.py", None) + "\n\n")
    sys.stdout.write(table(("what", "seen"), body) + "\n")
