"""Tracked projects on rendered series: places, days, errors and confusers drawn from a seed, with their truth.

The sample's story has seed 38; what is reported here has others, and nothing was tuned on them.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from measures import rows, run

from workflow import chips, plugins
from workflow.demo import SEED, Scene, crowded, render, series
from workflow.model import LonLat
from workflow.project import Project
from workflow.scoring.base import Scorer
from workflow.store import ScoreEntry


@dataclass(frozen=True)
class Measured:
    """What the program said of the scenes in its project at `root`; `scene` finds a capture's truth, `scores` are all
    that `track` gave.
    """

    root: Path
    scene: dict[str, Scene]
    offsets: list[dict[str, Any]]
    queue: list[dict[str, Any]]
    scores: tuple[ScoreEntry, ...] = ()


@contextmanager
def tracked(
    seed: int, places: int, count: int, radii_m: tuple[float, ...], without: Collection[str] | None = None
) -> Iterator[Measured]:
    """`places` series of `count` scenes, two targets each; each place is a site once a radius.

    With `without`, crowded series of one target each, those confusers left out; the sites know their road's
    bearing, and each picture has an item beside it that states its instant, sun and angle.
    """
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
            name, bearing_deg = f"place-{number}", None
            if without is None:
                made = series(name, position, seed + number, count=count, gantries=2)
            else:
                made = crowded(name, position, seed + number, count=count, without=without)
                bearing_deg = round(made[0].bearing_deg, 1) % 360
            for scene in made:
                path = render(scene, folder)
                scenes[scene.file] = scene
                if without is not None:
                    path.with_suffix(".json").write_text(json.dumps(_item(scene)))
            features += [_feature(f"{name}-{radius:g}", position, radius, bearing_deg) for radius in radii_m]
        register = Path(scratch) / "places.geojson"
        register.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
        where = ("--project", project)
        run("sites", "import", register, *where)
        taken = rows("ingest", folder, "--synthetic", *where)
        run("track", *where)
        yield Measured(
            project,
            {row["id"]: scenes[row["file"]] for row in taken},
            rows("offsets", *where),
            rows("queue", *where),
            _scores(project),
        )


def _scores(folder: Path) -> tuple[ScoreEntry, ...]:
    """What `track` gave, and what the scorers of pairs that it does not run for gantries say of the same chips."""
    with Project.open(folder) as project:
        made = list(project.record.scores())
        ran = {one.scorer for one in made}
        scorers = plugins.load("workflow.scoring").items()
        beside = [one for name, one in scorers if name not in ran and isinstance(one, Scorer)]
        sites, captures = ({one.id: one for one in some} for some in (project.sites(), project.captures()))
        for site, before, after in sorted({(one.site, one.before, one.after) for one in made}):
            pair = [chips.chip(project, sites[site], captures[one]) for one in (before, after)]
            common = pair[0].valid & pair[1].valid
            first, second = (replace(one, valid=common) for one in pair)
            for scorer in beside:
                score = scorer.score(first, second)
                made.append(
                    ScoreEntry(
                        site, before, after, "", scorer.name, scorer.version, score.value, score.reason
                    )
                )
    return tuple(made)


def _item(scene: Scene) -> dict[str, Any]:
    """What a catalogue would state of the picture."""
    sun = scene.sun
    return {
        "type": "Feature",
        "stac_version": "1.0.0",
        "id": Path(scene.file).stem,
        "geometry": None,
        "properties": {
            "datetime": f"{scene.when:%Y-%m-%dT%H:%M:%SZ}",
            "view:sun_azimuth": round(sun.azimuth_deg, 1),
            "view:sun_elevation": round(sun.elevation_deg, 1),
            "view:off_nadir": round(scene.view.off_nadir_deg, 1),
        },
        "links": [],
        "assets": {"visual": {"href": scene.file}},
    }


def _feature(name: str, position: LonLat, radius: float, bearing_deg: float | None) -> dict[str, Any]:
    road = {} if bearing_deg is None else {"bearing_deg": bearing_deg}
    return {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": [position.lon, position.lat]},
        "properties": {"id": name, "category": "road-camera-gantry", "radius_m": radius, **road},
    }
