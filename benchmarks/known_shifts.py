"""Pairs of pictures whose true shift is known, and what other methods say of them. For alignment.py."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import rasterio
from numpy.typing import NDArray

from workflow import chips, compare
from workflow.grid import SiteGrid
from workflow.model import Capture, LonLat, Site, Stretch
from workflow.pipeline import alignment
from workflow.project import Project
from workflow.rasters import read_on_grid

SIDE_PX, REACH_PX = 320, 3.0
EIGHT_BITS = (Stretch(0, 255),) * 3

Floats = NDArray[np.float32]
Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Pair:
    """Two grey pictures and the shift in pixels (right, down) that lays the second on the first.

    `ends` are the pictures' numbers at the place; `truth` None: they show different ground, and there is none.
    """

    first: Floats
    second: Floats
    first_valid: Mask
    second_valid: Mask
    truth: tuple[float, float] | None
    gsd_m: float
    place: int = 0
    ends: tuple[int, int] = (0, 1)

    def error_px(self, found: tuple[float, float]) -> float:
        if self.truth is None:
            return float("inf")
        return float(np.hypot(found[0] - self.truth[0], found[1] - self.truth[1]))


def at_places(files: list[Path], gsd_m: float, places: int, rng: np.random.Generator) -> Iterator[Pair]:
    """All pairs of the files at random places, each picture with a random shift.

    A shift is made by reading the file anew on a grid moved by it: one cubic resampling of the original pixels.
    """
    with rasterio.open(files[0]) as file:
        crs, bounds = file.crs.to_string(), file.bounds
    side = min(SIDE_PX, int(min(bounds.right - bounds.left, bounds.top - bounds.bottom) / gsd_m) - 12)
    room, wide = 6 * gsd_m, side * gsd_m
    for place in range(places):
        west = rng.uniform(bounds.left + room, bounds.right - room - wide)
        north = rng.uniform(bounds.bottom + room + wide, bounds.top - room)
        grid = SiteGrid(crs, west, north, gsd_m, side, side)
        shifts = [rng.uniform(-REACH_PX, REACH_PX, 2) for _ in files]
        # a picture read from further west shows what lies in the east further west
        pictures = [
            picture(path, grid, x * gsd_m, -y * gsd_m) for path, (x, y) in zip(files, shifts, strict=True)
        ]
        yield from _paired(pictures, shifts, gsd_m, place)


def own_shift(files: list[Path], grid: SiteGrid, first: int, second: int) -> tuple[float, float]:
    """What lays one of the files on another within the grid, right and down in its pixels, as all pairs of the files
    agree: where each file lies wrong by itself.
    """
    pictures = [picture(path, grid, 0.0, 0.0) for path in files]
    pairs = list(_paired(pictures, [np.zeros(2)] * len(files), grid.gsd_m, 0))
    found = [
        compare.estimate_shift(one.first, one.second, one.first_valid, one.second_valid, REACH_PX)
        for one in pairs
    ]
    settled = less_what_all_agree_on(pairs, [(one.dx_px, one.dy_px) for one in found])
    x, y = next(known(one) for one in settled if set(one.ends) == {first, second})
    return (x, y) if first < second else (-x, -y)


def _paired(
    pictures: list[tuple[Floats, Mask]], shifts: list[NDArray[np.float64]], gsd_m: float, place: int
) -> Iterator[Pair]:
    """All pairs of pictures of one place, each moved by its shift."""
    for i, j in itertools.combinations(range(len(pictures)), 2):
        truth = tuple(float(one) for one in shifts[i] - shifts[j])
        yield Pair(
            pictures[i][0], pictures[j][0], pictures[i][1], pictures[j][1],
            (truth[0], truth[1]), gsd_m, place, (i, j),
        )  # fmt: skip


def picture(path: Path, grid: SiteGrid, dx_m: float, dy_m: float) -> tuple[Floats, Mask]:
    data, valid = read_on_grid(path, grid, dx_m, dy_m)
    if data.dtype == np.uint8:
        return compare.to_grey(data[:3], EIGHT_BITS), valid
    limits = [Stretch(*(float(one) for one in np.percentile(band[valid], (2, 98)))) for band in data[:3]]
    return compare.to_grey(data[:3], limits), valid


def as_geotiff(path: Path, folder: Path) -> Path:
    """A copy that the program's reader takes, of a picture in another format."""
    copy = folder / f"{path.name}.tif"
    with rasterio.open(path) as file, rasterio.open(copy, "w", **{**file.profile, "driver": "GTiff"}) as made:
        made.write(file.read())
    return copy


def along_grid(grid: SiteGrid, place: LonLat, east_m: float, north_m: float) -> tuple[float, float]:
    """Metres towards true east and north in metres along the grid's rows and columns: right and up."""
    turn = math.radians(grid.true_north_deg(place))
    cos, sin = math.cos(turn), math.sin(turn)
    return east_m * cos + north_m * sin, north_m * cos - east_m * sin


def in_project(
    project: Project,
    site: Site,
    reference: Capture,
    moving: Capture,
    truth_m: tuple[float, float],
    place: int,
) -> Pair:
    """A pair as `track` compares it; `truth_m` is what the moving capture must be moved by, along the grid."""
    captures = chips.covering(project, site)
    grid = alignment.alignment_grid(
        chips.site_grid_of(project, site, captures), site.position.lonlat, site.radius_m, reference, moving
    )
    cut = [chips.read(chips.plan(project, site, one, grid)) for one in (reference, moving)]
    greys = [compare.to_grey(one.data, one.stretch) for one in cut]
    truth = truth_m[0] / grid.gsd_m, -truth_m[1] / grid.gsd_m
    return Pair(greys[0], greys[1], cut[0].valid, cut[1].valid, truth, grid.gsd_m, place)


def other_ground(pairs: list[Pair]) -> list[Pair]:
    """Each picture beside one of another place, of the same size: nothing to find."""
    made = []
    for number, one in enumerate(pairs):
        strangers = (pairs[(number + step) % len(pairs)] for step in range(len(pairs) // 3, len(pairs)))
        stranger = next((two for two in strangers if two.place != one.place), None)
        if stranger is not None:
            rows, columns = (min(one.first.shape[a], stranger.second.shape[a]) for a in (0, 1))
            window = (slice(0, rows), slice(0, columns))
            made.append(
                replace(
                    one,
                    first=one.first[window],
                    first_valid=one.first_valid[window],
                    second=stranger.second[window],
                    second_valid=stranger.second_valid[window],
                    truth=None,
                )
            )
    return made


def fogged(pairs: list[Pair], rng: np.random.Generator) -> list[Pair]:
    """The second picture under fog, half to all of its contrast gone, with noise: some can be aligned, some not."""
    made = []
    for one in pairs:
        fog, noise = rng.uniform(0.5, 1.0), rng.uniform(0.01, 0.15)
        grain = rng.normal(0, noise, one.second.shape)
        made.append(replace(one, second=(one.second * (1 - fog) + fog + grain).astype(np.float32)))
    return made


# -- what the pairs of one place agree on -------------------------------------------------------------------------


def less_what_all_agree_on(pairs: list[Pair], found: list[tuple[float, float]]) -> list[Pair]:
    """The pairs, with the pictures' own misregistration in their truth.

    It is one unknown a picture and place, found by least absolute deviations of all pairs: what is left cannot be
    explained by pictures that lie wrong.
    """
    made = list(pairs)
    for place in {one.place for one in pairs}:
        numbers = [n for n, one in enumerate(pairs) if one.place == place]
        count = 1 + max(max(pairs[n].ends) for n in numbers)
        design = np.zeros((len(numbers) + 1, count))
        errors = np.zeros((len(numbers) + 1, 2))
        for row, n in enumerate(numbers):
            design[row, pairs[n].ends[0]], design[row, pairs[n].ends[1]] = -1, 1
            errors[row] = np.subtract(found[n], known(pairs[n]))
        design[-1] = 1
        weights = np.ones(len(design))
        for _ in range(60):
            root = np.sqrt(weights)[:, None]
            solved = np.linalg.lstsq(design * root, errors * root, rcond=None)[0]
            weights = 1 / np.maximum(np.hypot(*(errors - design @ solved).T), 0.05)
        for n, own in zip(numbers, design @ solved, strict=False):
            x, y = known(pairs[n])
            made[n] = replace(pairs[n], truth=(x + float(own[0]), y + float(own[1])))
    return made


def known(pair: Pair) -> tuple[float, float]:
    if pair.truth is None:
        raise ValueError("a pair of different ground has no shift")
    return pair.truth


# -- other methods ------------------------------------------------------------------------------------------------


def plain(pair: Pair) -> tuple[float, float]:
    """Phase correlation of windowed grey values, and a parabola through the peak (Kuglin and Hines 1975)."""
    height, width = pair.first.shape
    window = np.outer(np.hanning(height), np.hanning(width))
    first, second = (
        np.fft.fft2(np.where(valid, grey - grey[valid].mean(), 0) * window)
        for grey, valid in ((pair.first, pair.first_valid), (pair.second, pair.second_valid))
    )
    cross = first * np.conj(second)
    surface = np.fft.ifft2(cross / np.maximum(np.abs(cross), 1e-12)).real
    row, column = np.unravel_index(int(surface.argmax()), surface.shape)
    x = column + _vertex(*(float(surface[row, (column + step) % width]) for step in (-1, 0, 1)))
    y = row + _vertex(*(float(surface[(row + step) % height, column]) for step in (-1, 0, 1)))
    return float(x - width if x > width / 2 else x), float(y - height if y > height / 2 else y)


def _vertex(before: float, top: float, after: float) -> float:
    bend = before - 2 * top + after
    return 0.5 * (before - after) / bend if bend < 0 else 0.0


def others() -> dict[str, Callable[[Pair], tuple[float, float]]]:
    """Name with version to method; those of libraries where they are installed."""
    found: dict[str, Callable[[Pair], tuple[float, float]]] = {"plain phase correlation": plain}
    try:
        import skimage
        from skimage.registration import phase_cross_correlation
    except ImportError:
        pass
    else:

        def skimage_pcc(pair: Pair) -> tuple[float, float]:
            shift = phase_cross_correlation(pair.first, pair.second, upsample_factor=20)[0]
            return float(shift[1]), float(shift[0])

        found[f"scikit-image {skimage.__version__} phase_cross_correlation"] = skimage_pcc
    try:
        import cv2
    except ImportError:
        return found

    def ecc(pair: Pair) -> tuple[float, float]:
        start = np.eye(2, 3, dtype=np.float32)
        stop = (cv2.TERM_CRITERIA_EPS | cv2.TERM_CRITERIA_COUNT, 50, 1e-4)
        try:
            _, warp = cv2.findTransformECC(
                pair.first, pair.second, start, cv2.MOTION_TRANSLATION, stop, None, 5
            )
        except cv2.error:
            return float("inf"), float("inf")
        return -float(warp[0, 2]), -float(warp[1, 2])

    found[f"OpenCV {cv2.__version__} ECC"] = ecc
    return found
