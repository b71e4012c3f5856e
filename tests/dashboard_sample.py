"""A small project for the dashboard's tests: two sites, four dated pictures of the first, one still, one
lost site.

The pictures are flat colours with a road, so that a test can read from a screenshot which one it sees.
"""

from __future__ import annotations

import hashlib
import json
from datetime import date
from pathlib import Path

import numpy as np
import rasterio
from PIL import Image

from workflow import rasters
from workflow.grid import SiteGrid, site_grid
from workflow.model import (
    Author,
    Basis,
    Capture,
    CaptureKind,
    DateSpan,
    Georeference,
    LonLat,
    Precision,
    Stretch,
)
from workflow.project import Project, init_project

PLACE = LonLat(125.7412, 39.0204)
DAYS = (date(2019, 5, 4), date(2021, 11, 12), date(2022, 3, 8), date(2023, 10, 1))
COLOURS = ((200, 40, 40), (40, 160, 40), (40, 60, 200), (190, 170, 30))
HOSTILE = "Lost <img src=x onerror=alert(1)> ![x](http://198.51.100.7/a.png) ${alert(2)}"
AUTHOR = Author("test")
SITE = "harbour-bridge"
TARGET = "gantry"


def make_project(root: Path) -> Path:
    """Make it in `root`."""
    init_project(root)
    (root / "sites.geojson").write_text(json.dumps(_register()), encoding="utf-8")
    for folder in ("originals", "working"):
        (root / "imagery" / folder).mkdir(parents=True, exist_ok=True)
    grid = site_grid(PLACE, 300, 0.5)
    with Project.open(root) as project:
        captures = [_scene(root, grid, day, colour) for day, colour in zip(DAYS, COLOURS, strict=True)]
        for capture in (*captures, _still(root)):
            with project.record.write(AUTHOR, "sample") as transaction:
                transaction.put(capture, base_version=0)
    return root


def make_walk(root: Path, sites: int, dates: int) -> Path:
    """A project to walk through: that many sites, each with that many pictures of its own, a month apart."""
    init_project(root)
    places = [LonLat(PLACE.lon + number * 0.01, PLACE.lat) for number in range(sites)]
    features = [
        {
            "type": "Feature",
            "properties": {
                "id": f"place-{number:02}",
                "name": f"Place {number:02}",
                "category": "road-camera-gantry",
                "radius_m": 60,
            },
            "geometry": {"type": "Point", "coordinates": [place.lon, place.lat]},
        }
        for number, place in enumerate(places)
    ]
    register = {"type": "FeatureCollection", "features": features}
    (root / "sites.geojson").write_text(json.dumps(register), encoding="utf-8")
    for folder in ("originals", "working"):
        (root / "imagery" / folder).mkdir(parents=True, exist_ok=True)
    with Project.open(root) as project, project.record.write(AUTHOR, "sample") as transaction:
        for number, place in enumerate(places):
            grid = site_grid(place, 120, 0.5)
            for month in range(dates):
                day = date(2019 + month // 12, month % 12 + 1, 1 + number % 28)
                colour = (60 + 20 * number % 190, 40 + 150 * month // dates, 90)
                transaction.put(_scene(root, grid, day, colour), base_version=0)
    return root


def _register() -> dict[str, object]:
    def site(key: str, name: str, category: str, place: LonLat | None) -> dict[str, object]:
        geometry = {"type": "Point", "coordinates": [place.lon, place.lat]} if place else None
        properties = {"id": key, "name": name, "category": category, "radius_m": 100}
        return {"type": "Feature", "properties": properties, "geometry": geometry}

    features = [
        site(SITE, "Harbour bridge 항구 다리", "road-camera-gantry", PLACE),
        site("north-junction", "North junction", "road-camera-gantry", LonLat(125.76, 39.05)),
        site("lost", HOSTILE, "mast", None),
    ]
    return {"type": "FeatureCollection", "features": features}


def _scene(root: Path, grid: SiteGrid, day: date, colour: tuple[int, ...]) -> Capture:
    data = np.broadcast_to(np.array(colour, "uint8")[:, None, None], (3, *grid.shape)).copy()
    data[:, grid.height // 2 - 12 : grid.height // 2 + 12, :] = 120
    source = root / f"scene-{day}.tif"
    profile = {"driver": "GTiff", "width": grid.width, "height": grid.height, "count": 3, "dtype": "uint8"}
    with rasterio.open(
        source, "w", crs=grid.crs, transform=rasterio.Affine(*grid.transform), **profile
    ) as file:
        file.write(data)
    sha256 = hashlib.sha256(source.read_bytes()).hexdigest()
    rasters.write_working(source, "GTiff", root / "imagery" / "working" / f"{sha256}.tif")
    source.rename(root / "imagery" / "originals" / f"{sha256}.tif")
    west, south, east, north = grid.bounds
    corners = ((west, south), (east, south), (east, north), (west, north), (west, south))
    return Capture(
        id=sha256[:16],
        sha256=sha256,
        kind=CaptureKind.SATELLITE,
        file=source.name,
        original=f"imagery/originals/{sha256}.tif",
        working=f"imagery/working/{sha256}.tif",
        acquired=DateSpan(day, day, Precision.DAY, Basis.PRODUCT_METADATA),
        width_px=grid.width,
        height_px=grid.height,
        bands=3,
        crs=grid.crs,
        gsd_m=0.5,
        footprint=tuple(grid.to_lonlat(*corner) for corner in corners),
        stretch=(Stretch(0, 255),) * 3,
        provider="Example Imaging",
        credit="© Example Imaging",
        synthetic=True,
    )


def _still(root: Path) -> Capture:
    pixels = np.full((60, 90, 3), 99, "uint8")
    source = root / "still.png"
    Image.fromarray(pixels).save(source)
    sha256 = hashlib.sha256(source.read_bytes()).hexdigest()
    rasters.write_working(source, "PNG", root / "imagery" / "working" / f"{sha256}.tif")
    source.rename(root / "imagery" / "originals" / f"{sha256}.png")
    return Capture(
        id=sha256[:16],
        sha256=sha256,
        kind=CaptureKind.BROADCAST,
        file=source.name,
        original=f"imagery/originals/{sha256}.png",
        working=f"imagery/working/{sha256}.tif",
        acquired=DateSpan(None, date(2022, 6, 1), Precision.DAY, Basis.BROADCAST),
        width_px=90,
        height_px=60,
        bands=3,
        georeference=Georeference.NONE,
        stretch=(Stretch(0, 255),) * 3,
        site=SITE,
        credit="Broadcaster",
    )
