"""Change scores on real pictures with truth: buildings, a Landsat pair, water over the years, clouds.

Run ``SITETRACK_TEST_DATA=FOLDER python benchmarks/evaluation.py [NAME]...``; what is measured, and what was chosen on
what: docs/evaluation.md. Names: levir_dsifn, landsat_taizhou_2000_2003, naip_nd_2009_2020, eolearn_s2_patch.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Mapping
from itertools import pairwise
from pathlib import Path

import numpy as np
from measures import auc, heading, real_data, table
from numpy.typing import NDArray
from PIL import Image

from workflow import plugins, rasters
from workflow.grid import site_grid
from workflow.model import Chip, LonLat, Stretch
from workflow.scoring._clearness import OBSCURED_BELOW, clearness, texture
from workflow.scoring.base import Scorer
from workflow.scoring.irmad import alteration
from workflow.scoring.surface import PLUGIN as SURFACE
from workflow.scoring.vectors import lengths

Mask = NDArray[np.bool_]
Line = tuple[object, ...]
Table = tuple[tuple[str, ...], list[Line]]
# the least at which no even-numbered stable point was suggested
SUGGESTED = 0.46


def chip(
    data: NDArray[np.generic], gsd_m: float, stretch: tuple[Stretch, ...], valid: Mask | None = None
) -> Chip:
    covered = np.ones(data.shape[1:], np.bool_) if valid is None else valid
    return Chip("site", "capture", data, covered, stretch, gsd_m)


# -- buildings -----------------------------------------------------------------------------------------------


def buildings(folder: Path) -> Table:
    """Chips of 64 pixels; one with more than 1 % of changed pixels changed."""
    scorers = {name: one for name, one in plugins.load("workflow.scoring").items() if isinstance(one, Scorer)}
    found: dict[tuple[str, str], tuple[list[float], list[float]]] = {}
    for name, gsd_m in (("LEVIR", 0.5), ("DSIFN", 2.0)):
        for before, after, is_changed in _tiles(folder / name, gsd_m):
            for scorer, one in scorers.items():
                value = one.score(before, after).value
                for group in (name, "both"):
                    sides = found.setdefault((scorer, group), ([], []))
                    sides[not is_changed].append(-1.0 if value is None else value)
    lines = [
        (name, *(_area(*found[name, group]) for group in ("LEVIR", "DSIFN", "both"))) for name in scorers
    ]
    return ("scorer", "LEVIR, 0.5 m", "DSIFN, 2 m", "both"), lines


def _tiles(folder: Path, gsd_m: float, side: int = 64) -> Iterator[tuple[Chip, Chip, bool]]:
    for label in sorted((folder / "label").glob("*.png")):
        changed = np.asarray(Image.open(label).convert("L")) > 127
        pictures = [
            np.asarray(Image.open(folder / part / label.name).convert("RGB")).transpose(2, 0, 1)
            for part in "AB"
        ]
        for row in range(0, changed.shape[0], side):
            for column in range(0, changed.shape[1], side):
                part = (slice(row, row + side), slice(column, column + side))
                one, other = (chip(each[:, *part], gsd_m, (Stretch(0, 255),) * 3) for each in pictures)
                yield one, other, bool(changed[part].mean() > 0.01)


def _area(changed: list[float], unchanged: list[float]) -> str:
    value, error = auc(changed, unchanged)
    return f"{value:.3f} ± {error:.3f} ({len(changed)} / {len(unchanged)})"


# -- a Landsat pair ------------------------------------------------------------------------------------------


def landsat(folder: Path) -> Table:
    """Maps of change against labelled pixels; the threshold is that of two means of the map itself."""
    before, after = (
        np.fromfile(folder / f"{year}TM", np.uint8).reshape(6, 400, 400) for year in (2000, 2003)
    )
    changed, unchanged = (
        np.asarray(Image.open(folder / f"{name}.bmp").convert("L")) > 0 for name in ("change", "unchanged")
    )
    everywhere = np.ones((400, 400), np.bool_)
    maps = {
        "IR-MAD": np.sqrt(alteration(before, after, everywhere).squares),
        "change vectors": lengths(before, after, everywhere).astype(np.float64),
        "mean difference": np.abs(after.astype(float).mean(axis=0) - before.astype(float).mean(axis=0)),
    }
    lines: list[Line] = []
    for name, found in maps.items():
        said = found > _two_means(found)
        area = _ranked_area(found[changed], found[unchanged])
        lines.append((name, f"{area:.4f}", f"{_kappa(said[changed], said[unchanged]):.3f}"))
    return ("map", "AUC, pixels", "kappa"), lines


def _two_means(values: NDArray[np.float64]) -> float:
    """The threshold of k-means with two classes."""
    edge = float(values.mean())
    for _ in range(100):
        moved = float(values[values <= edge].mean() + values[values > edge].mean()) / 2
        if abs(moved - edge) < 1e-9:
            break
        edge = moved
    return edge


def _ranked_area(changed: NDArray[np.float64], unchanged: NDArray[np.float64]) -> float:
    ranks = np.argsort(np.argsort(np.concatenate([changed, unchanged]))) + 1
    least = len(changed) * (len(changed) + 1) / 2
    return float(ranks[: len(changed)].sum() - least) / (len(changed) * len(unchanged))


def _kappa(hits: Mask, alarms: Mask) -> float:
    """Cohen's kappa of what was said of changed and of unchanged pixels."""
    both, size = int(hits.sum()), len(hits) + len(alarms)
    said = both + int(alarms.sum())
    agreed = (both + len(alarms) - int(alarms.sum())) / size
    chance = (said * len(hits) + (size - said) * len(alarms)) / size**2
    return (agreed - chance) / (1 - chance)


# -- water over the years ------------------------------------------------------------------------------------


def water(folder: Path) -> Table:
    """Single changes that are suggested, and whether with the right two pictures; suggestions on stable points."""
    truth = json.loads((folder / "naip_nd_water_events.geojson").read_text())["features"]
    series = [_chips(folder, LonLat(*point["geometry"]["coordinates"])) for point in truth]
    methods: Mapping[str, Callable[[list[Chip]], list[float]]] = {
        "surface (no index)": lambda chips: [
            one.value or 0.0 for one in SURFACE.judge([SURFACE.evidence(each) for each in chips])
        ],
        "NDWI, of which the truth was made": _by_ndwi,
    }
    lines: list[Line] = []
    for name, method in methods.items():
        for half, first in (("even", 0), ("odd", 1)):
            part = list(zip(truth, series, strict=True))[first::2]
            lines.append(
                (name, half, *_suggestions([(one["properties"], method(chips)) for one, chips in part]))
            )
    head = (
        "scorer",
        "points",
        "single changes",
        "highest pair right",
        "suggested",
        "bracket exact",
        "stable points",
        "suggested there",
    )
    return head, lines


def _chips(folder: Path, place: LonLat) -> list[Chip]:
    grid = site_grid(place, 100.0, 5.0)
    made = []
    for file in sorted(folder.glob("*.tif")):
        data, valid = rasters.read_on_grid(file, grid, 0.0, 0.0)
        made.append(chip(data, 5.0, _stretch(file), valid))
    return made


_known: dict[Path, tuple[Stretch, ...]] = {}


def _stretch(file: Path) -> tuple[Stretch, ...]:
    """Of the whole picture, as intake makes it: 2 to 98 %."""
    if file not in _known:
        import rasterio

        with rasterio.open(file) as source:
            bands = source.read(out_shape=(source.count, source.height // 4, source.width // 4))
        shown = bands[:, (bands > 0).any(axis=0)]
        _known[file] = tuple(Stretch(*map(float, np.percentile(band, (2, 98)))) for band in shown)
    return _known[file]


def _by_ndwi(chips: list[Chip]) -> list[float]:
    """1 for a pair with water on one side and land on the other, by the sign of the index at the place."""
    signs = []
    for one in chips:
        row, column = (size // 2 for size in one.valid.shape)
        green, infrared = (
            one.data[band, row - 1 : row + 2, column - 1 : column + 2].astype(float).mean() for band in (1, 3)
        )
        signs.append(green > infrared)
    changes = [float(before != after) for before, after in pairwise(signs)]
    return changes if sum(changes) == 1 else [0.0] * len(changes)


def _suggestions(points: list[tuple[Mapping[str, str], list[float]]]) -> Line:
    single = [one for one in points if one[0]["kind"] == "single"]
    stable = [one for one in points if one[0]["kind"] == "stable"]
    suggested = [one for one in single if max(one[1]) >= SUGGESTED]
    exact = f"{sum(map(_is_exact, suggested))} of {len(suggested)}"
    wrong = sum(max(scores) >= SUGGESTED for _, scores in stable)
    return len(single), sum(map(_is_exact, single)), len(suggested), exact, len(stable), wrong


def _is_exact(point: tuple[Mapping[str, str], list[float]]) -> bool:
    """Whether the highest score is that of the two pictures between which the state changed."""
    highest, states = int(np.argmax(point[1])), point[0]["states"]
    return states[highest] != states[highest + 1]


# -- clouds --------------------------------------------------------------------------------------------------


def clouds(folder: Path) -> Table:
    """Dates that are proposed as obscured, against those more than half under the product's own cloud mask."""
    index = np.load(folder / "data" / "NDVI.npy")[..., 0]
    covered = np.load(folder / "mask" / "CLM.npy")[..., 0].mean(axis=(1, 2)) > 0.5
    chips = [chip(np.nan_to_num(one)[None], 10.0, (Stretch(-0.1, 0.9),)) for one in index]
    clear = clearness(np.array([texture(one) for one in chips]))
    brightness = np.array([float(one.mean()) for one in index])
    rules = {
        "edges shared with the usual picture or a neighbour": clear < OBSCURED_BELOW,
        "mean NDVI below 0.3": brightness < 0.3,
    }
    lines: list[Line] = []
    for name, said in rules.items():
        for half, first in (("even", 0), ("odd", 1)):
            part = slice(first, None, 2)
            lines.append((name, half, *_f1(said[part], covered[part])))
    return ("rule", "dates", "cloudy / clear", "proposed", "right", "F1"), lines


def _f1(said: Mask, truth: Mask) -> Line:
    both = int((said & truth).sum())
    score = 2 * both / max(int(said.sum() + truth.sum()), 1)
    return f"{truth.sum()} / {(~truth).sum()}", int(said.sum()), both, f"{score:.3f}"


SETS: Mapping[str, Callable[[Path], Table]] = {
    "levir_dsifn": buildings,
    "landsat_taizhou_2000_2003": landsat,
    "naip_nd_2009_2020": water,
    "eolearn_s2_patch": clouds,
}


if __name__ == "__main__":
    asked = sys.argv[1:] or list(SETS)
    if unknown := [name for name in asked if name not in SETS]:
        sys.exit(f"no set is called {', '.join(unknown)}: {', '.join(SETS)}")
    for name in asked:
        head, lines = SETS[name](real_data(name))
        sys.stdout.write(
            heading(f"python benchmarks/evaluation.py {name}", None) + "\n\n" + table(head, lines) + "\n\n"
        )
