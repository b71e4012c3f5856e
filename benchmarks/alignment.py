"""How well captures are laid on each other: real cross-vintage pairs with known shifts, rendered scenes with
their truth.

Run ``SITETRACK_TEST_DATA=FOLDER python benchmarks/alignment.py [PLACES]``; without the variable the rendered
scenes alone. Settings of the estimator (the quality bar,
the least side) were chosen on the real set; nothing was tuned on the rendered one.
"""

from __future__ import annotations

import itertools
import math
import os
import sys
from pathlib import Path

import numpy as np
import rasterio
from measures import heading, percentile, places_asked, real_data, table
from rendered import tracked

from workflow import compare
from workflow.grid import SiteGrid
from workflow.model import Stretch
from workflow.pipeline.alignment import QUALITY_BAR
from workflow.rasters import read_on_grid

SEED, GSD_M, REACH_PX = 2026, 5.0, 3.0
PLACES, SCENES, RADIUS_M = 16, 8, 150.0
HEAD = ("set", "pairs", "accepted", "median", "95 %", "largest", "off by more than a pixel")


def picture(path: Path, grid: SiteGrid, dx_m: float = 0.0, dy_m: float = 0.0):
    data, valid = read_on_grid(path, grid, dx_m, dy_m)
    return compare.to_grey(data[:3], (Stretch(0, 255),) * 3), valid


def row(name: str, errors: list[float], offered: int, unit: str, coarse: int) -> tuple[object, ...]:
    numbers = [
        f"{value:.2f} {unit}" for value in (percentile(errors, 0.5), percentile(errors, 0.95), max(errors))
    ]
    return name, offered, f"{len(errors) / offered:.0%}", *numbers, coarse


def real(folder: Path, side: int) -> list[tuple[object, ...]]:
    """Two places a pair of vintages, each with a shift up to 3 pixels either way.

    *Applied* is the distance to the shift that was applied, in which the vintages' own misregistration stands;
    *recovered* that to what the same pair gave without it.
    """
    rng = np.random.default_rng([SEED, side])
    scenes = sorted(folder.glob("*.tif"))
    with rasterio.open(scenes[0]) as file:
        crs, bounds = file.crs.to_string(), file.bounds
    applied, recovered, offered = [], [], 0
    for fixed, moving in itertools.combinations(scenes, 2):
        for _ in range(2):
            offered += 1
            room = 40 * GSD_M
            west = rng.uniform(bounds.left + room, bounds.right - room - side * GSD_M)
            north = rng.uniform(bounds.bottom + room + side * GSD_M, bounds.top - room)
            grid = SiteGrid(crs, west, north, GSD_M, side, side)
            east_m, north_m = rng.uniform(-REACH_PX, REACH_PX, 2) * GSD_M
            reference, valid = picture(fixed, grid)
            found = []
            for dx_m, dy_m in ((0.0, 0.0), (-east_m, -north_m)):
                other, seen = picture(moving, grid, dx_m, dy_m)
                found.append(compare.estimate_shift(reference, other, valid, seen))
            if found[1].quality < QUALITY_BAR:
                continue
            (still_x, still_y), (moved_x, moved_y) = (one.metres(GSD_M) for one in found)
            applied.append(math.hypot(moved_x - east_m, moved_y - north_m) / GSD_M)
            recovered.append(math.hypot(moved_x - still_x - east_m, moved_y - still_y - north_m) / GSD_M)
    return [
        row(f"real, {side} px, to the applied shift", applied, offered, "px", sum(one > 1 for one in applied)),
        row(f"real, {side} px, to the unshifted estimate", recovered, offered, "px", sum(one > 1 for one in recovered)),
    ]  # fmt: skip


def synthetic(places: int) -> list[tuple[object, ...]]:
    """Offsets that `track` applied against those that undo the errors which the renderer put in."""
    with tracked(SEED, places, SCENES, (RADIUS_M,)) as seen:
        others = [one for one in seen.offsets if one["capture"] != one["reference"]]
        metres, before, coarse = [], [], 0
        for one in others:
            capture, reference = seen.scene[one["capture"]], seen.scene[one["reference"]]
            east_m, north_m = (a - b for a, b in zip(capture.offset_m, reference.offset_m, strict=True))
            before.append(math.hypot(east_m, north_m))
            if one["applied"]:
                metres.append(math.hypot(one["dx_m"] - east_m, one["dy_m"] - north_m))
                coarse += metres[-1] > max(capture.view.gsd_m, reference.view.gsd_m)
    return [
        row("rendered, not aligned", before, len(others), "m", "-"),
        row("rendered, offsets that were applied", metres, len(others), "m", coarse),
    ]


if __name__ == "__main__":
    places, command = places_asked(PLACES)
    body = synthetic(places)
    if "SITETRACK_TEST_DATA" in os.environ:
        source = real_data("naip_nd_2009_2020")
        body = [line for side in (128, 256, 320) for line in real(source, side)] + body
    sys.stdout.write(heading(command, SEED) + "\n\n" + table(HEAD, body) + "\n")
