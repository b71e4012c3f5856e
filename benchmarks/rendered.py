"""Tracked projects on rendered series: places, days, errors and confusers drawn from a seed, with their truth.

The sample's story has seed 38; what is reported here has others, and nothing was tuned on them.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from measures import rows, run

from workflow.demo import SEED, Scene, render, series
from workflow.model import LonLat


@dataclass(frozen=True)
class Measured:
    """What the program said of the scenes; `scene` finds a capture's truth."""

    scene: dict[str, Scene]
    offsets: list[dict[str, Any]]
    queue: list[dict[str, Any]]


@contextmanager
def tracked(seed: int, places: int, count: int, radii_m: tuple[float, ...]) -> Iterator[Measured]:
    """`places` series of `count` scenes, two targets each; each place is a site once a radius."""
    if seed == SEED:
        raise SystemExit(f"seed {SEED} is the sample's own: take another")
    with tempfile.TemporaryDirectory() as scratch:
        folder, project = Path(scratch) / "scenes", Path(scratch) / "project"
        folder.mkdir()
        run("init", project)
        scenes: dict[str, Scene] = {}
        features = []
        for number in range(places):
            position = LonLat(round(125.2 + 0.05 * number, 4), 39.0)
            for scene in series(f"place-{number}", position, seed + number, count=count, gantries=2):
                render(scene, folder)
                scenes[scene.file] = scene
            features += [_feature(f"place-{number}-{radius:g}", position, radius) for radius in radii_m]
        register = Path(scratch) / "places.geojson"
        register.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
        where = ("--project", project)
        run("sites", "import", register, *where)
        taken = rows("ingest", folder, "--synthetic", *where)
        run("track", *where)
        yield Measured(
            {row["id"]: scenes[row["file"]] for row in taken}, rows("offsets", *where), rows("queue", *where)
        )


def _feature(name: str, position: LonLat, radius_m: float) -> dict[str, Any]:
    return {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": [position.lon, position.lat]},
        "properties": {"id": name, "category": "road-camera-gantry", "radius_m": radius_m},
    }
