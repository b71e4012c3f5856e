"""Projects to measure the dashboard on: one site with many real pictures, and many sites that share a few."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import rasterio
from numpy.typing import NDArray
from record_speed import ANNA, Clock, fill

from workflow import rasters
from workflow.grid import SiteGrid, site_grid
from workflow.model import (
    Basis,
    Capture,
    CaptureKind,
    DateSpan,
    LonLat,
    Observation,
    Precision,
    State,
    Stretch,
)
from workflow.project import Project, init_project

PLACE = LonLat(125.7412, 39.0204)
FIRST_DAY = date(2009, 3, 1)
SHARED = 4  # working files behind the many sites
SHARED_PX = 2000
STEP_M = 340  # between neighbouring sites
SITE = "s0"


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture that lies in a project: the hash of its original, and the grid that it fills."""

    sha256: str
    grid: SiteGrid


_Chosen = Callable[[int, int], tuple[Picture, SiteGrid]]


def one_site(root: Path, captures: int, side_px: int, seed: int) -> Path:
    """A site with `captures` dated pictures of `side_px` pixels of 0.5 m, and states for every other one."""
    init_project(root)
    _register(root, [PLACE])
    grid = site_grid(PLACE, side_px * 0.25, 0.5)
    pictures = [_picture(root, grid, np.random.default_rng([seed, n])) for n in range(captures)]
    _fill(root, [PLACE], captures, lambda _, n: (pictures[n], pictures[n].grid))
    return root


def many_sites(root: Path, sites: int, captures: int, seed: int) -> Path:
    """`sites` in a lattice with `captures` each; all their pictures are parts of a few large ones."""
    init_project(root)
    side = math.isqrt(sites - 1) + 1
    grid = site_grid(PLACE, side * STEP_M / 2, side * STEP_M / SHARED_PX)
    pictures = [_picture(root, grid, np.random.default_rng([seed, n])) for n in range(SHARED)]
    west, south, *_ = grid.bounds
    middles = [(west + (n % side + 0.5) * STEP_M, south + (n // side + 0.5) * STEP_M) for n in range(sites)]
    places = [grid.to_lonlat(*middle) for middle in middles]
    _register(root, places)
    parts = [site_grid(place, STEP_M * 0.45, grid.gsd_m) for place in places]
    _fill(root, places, captures, lambda site, n: (pictures[n % SHARED], parts[site]))
    return root


def _register(root: Path, places: list[LonLat]) -> None:
    features = [
        {
            "type": "Feature",
            "properties": {"id": f"s{n}", "name": f"Site number {n}", "category": ("gantry", "mast")[n % 2]},
            "geometry": {"type": "Point", "coordinates": [place.lon, place.lat]},
        }
        for n, place in enumerate(places)
    ]
    register = {"type": "FeatureCollection", "features": features}
    (root / "sites.geojson").write_text(json.dumps(register), encoding="utf-8")


def _picture(root: Path, grid: SiteGrid, chance: np.random.Generator) -> Picture:
    """A picture with large and small detail, stored as the program stores one."""
    folder = root / "imagery"
    for name in ("originals", "working"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    source = root / "picture.tif"
    profile = {"driver": "GTiff", "width": grid.width, "height": grid.height, "count": 3, "dtype": "uint8"}
    with rasterio.open(
        source, "w", crs=grid.crs, transform=rasterio.Affine(*grid.transform), **profile
    ) as file:
        file.write(_pixels(grid, chance))
    sha256 = hashlib.sha256(source.read_bytes()).hexdigest()
    rasters.write_working(source, "GTiff", folder / "working" / f"{sha256}.tif")
    source.rename(folder / "originals" / f"{sha256}.tif")
    return Picture(sha256, grid)


def _pixels(grid: SiteGrid, chance: np.random.Generator) -> NDArray[np.uint8]:
    made = np.zeros((3, grid.height, grid.width), np.float32)
    for block, depth in ((256, 90), (32, 50), (4, 30), (1, 8)):
        shape = (3, -(-grid.height // block), -(-grid.width // block))
        rough = chance.normal(0, depth / 2, shape).astype(np.float32)
        made += np.kron(rough, np.ones((1, block, block), np.float32))[:, : grid.height, : grid.width]
    return np.clip(made + 110, 0, 255).astype(np.uint8)


def _fill(root: Path, places: list[LonLat], captures: int, picture: _Chosen) -> None:
    with Project.open(root) as project:
        made = _objects(project, len(places), captures, picture)
        fill(project.record, made, Clock(len(places)), batch=captures + 2)


def _objects(project: Project, sites: int, captures: int, picture: _Chosen) -> Iterator[object]:
    for number in range(sites):
        site = project.site(f"s{number}")
        ids = []
        for n in range(captures):
            shot, part = picture(number, n)
            sha256 = shot.sha256 if sites == 1 else hashlib.sha256(f"{number}.{n}".encode()).hexdigest()
            day = FIRST_DAY + timedelta(days=n * 140 + number % 90)
            yield _capture(sha256, shot, part, day)
            ids.append(sha256[:16])
        turn = captures // 2 + number % 3 - 1
        target = site.targets[0].id
        for n, state in ((turn - 1, State.ABSENT), (turn, State.PRESENT)):
            if 0 <= n < captures:
                yield Observation(f"o{number}-{n}", site.id, target, ids[n], ANNA.name, state)


def _capture(sha256: str, picture: Picture, part: SiteGrid, day: date) -> Capture:
    west, south, east, north = part.bounds
    corners = ((west, south), (east, south), (east, north), (west, north), (west, south))
    return Capture(
        id=sha256[:16],
        sha256=sha256,
        kind=CaptureKind.SATELLITE,
        file=f"scene-{day}.tif",
        original=f"imagery/originals/{picture.sha256}.tif",
        working=f"imagery/working/{picture.sha256}.tif",
        acquired=DateSpan(day, day, Precision.DAY, Basis.PRODUCT_METADATA),
        width_px=picture.grid.width,
        height_px=picture.grid.height,
        bands=3,
        crs=picture.grid.crs,
        gsd_m=picture.grid.gsd_m,
        footprint=tuple(part.to_lonlat(*corner) for corner in corners),
        stretch=(Stretch(0, 255),) * 3,
        provider="Example Imaging",
        credit="© Example Imaging",
        synthetic=True,
    )
