"""What matching makes of the few real pairs of pictures that there are, years or sensors apart.

Run ``python benchmarks/real_matches.py [FOLDER]`` with ``SITETRACK_TEST_DATA``. Each pair is matched as a screenshot on
a picture that lies at its site (`workflow.georef`), and as two stills (`workflow.stills`), each both ways. *Error* is
measured where the two say where they lie; *there and back* is how far a place comes to lie from itself when it is laid
back and forth again; *apart* is how far the two methods put a place from each other. All are root mean squares over the
picture, in pixels of the other. Into FOLDER goes a chequerboard of each, to be looked at. Nothing was chosen on these.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import rasterio
from measures import heading, real_data, table
from numpy.typing import NDArray
from PIL import Image
from rasterio.warp import transform

from workflow.errors import InputRefused
from workflow.georef import SCALES, Ground, Matched, ground_mask, lattice, match
from workflow.georef.robust import mapped
from workflow.georef.seeking import reduced
from workflow.stills.matching import match_stills
from workflow.stills.views import fit_view

Bytes = NDArray[np.uint8]
Matrix = NDArray[np.float64]
Made = Mapping[str, tuple[Matrix | str, Matrix | str]]
LONGEST_PX, SQUARES = 1600, 10
HEAD = ("pair", "by", "laid on the other", "error", "there and back", "apart")


@dataclass(frozen=True)
class Picture:
    """Grey (row, column), where it has data, where that shows ground, and its file; `by` of its pixels are one here."""

    path: Path
    grey: Bytes
    valid: NDArray[np.bool_]
    is_ground: NDArray[np.bool_]
    by: int

    @property
    def size(self) -> tuple[int, int]:
        return self.grey.shape[1], self.grey.shape[0]


def pairs() -> Iterator[tuple[str, Path, Path]]:
    stills, placed = real_data("before_after_jpg"), real_data("rio_hist_pairs")
    yield "Dubai, 2000 and 2012", stills / "Dubai_11272000.jpg", stills / "Dubai_11122012.jpg"
    yield (
        "Elephant Butte, 1991 and 2011",
        stills / "ElephantButte_08201991.jpg",
        stills / "ElephantButte_08272011.jpg",
    )
    yield "Landsat 30 m and aerial 10 m", placed / "reference1.tif", placed / "source1.tif"
    yield "two tones of one Landsat scene", placed / "reference2.tif", placed / "source2.tif"


def read(path: Path) -> Picture:
    with rasterio.open(path) as file:
        colours, valid = file.read(), file.dataset_mask() > 0
    # as the program does: what is drawn over is only sought in pictures of 8 bits
    ground = ground_mask(np.broadcast_to(colours, (3, *valid.shape))) if colours.dtype == np.uint8 else valid
    colours = colours.astype(np.float32)
    low, high = np.percentile(colours[:, valid], (1, 99))
    grey = np.clip((colours.mean(axis=0) - low) / (high - low), 0, 1)
    by = -(-max(grey.shape) // LONGEST_PX)
    _, ground = reduced(grey, valid & ground, by)
    grey, valid = reduced(grey, valid, by)
    return Picture(path, np.rint(grey * 255).astype(np.uint8), valid, ground, by)


def as_screenshot(one: Picture, other: Picture) -> Matrix | str:
    """From places of the one to places of the other, or why there is no such mapping."""
    site = other.size[0] / 2, other.size[1] / 2
    grey, ground = one.grey.astype(np.float32) / 255, other.grey.astype(np.float32) / 255
    grounds = [
        Ground(*reduced(ground, other.valid, by), float(by), -site[0], -site[1]) for by in (1, 2, 4, 8)
    ]
    made = match(grey, one.is_ground, grounds, lambda *_: grounds[0], SCALES)
    if not isinstance(made, Matched):
        return made.obstacle.value
    return np.array([[1.0, 0.0, site[0]], [0.0, 1.0, site[1]], [0.0, 0.0, 1.0]]) @ made.matrix


def as_stills(one: Picture, other: Picture) -> Matrix | str:
    try:
        points = match_stills(one.grey, other.grey)
    except InputRefused as refused:
        return refused.problem.removeprefix("could not be matched: ")
    return fit_view(points, one.size, other.size).matrix


def truth(one: Picture, other: Picture) -> NDArray[np.float64] | None:
    """Where the files say that the lattice of the one lies in the other; None where they do not say."""
    with rasterio.open(one.path) as file, rasterio.open(other.path) as there:
        if file.crs is None or there.crs is None:
            return None
        xs, ys = file.transform * (lattice(one.size, 9) * one.by).T
        back = ~there.transform * np.array(transform(file.crs, there.crs, xs, ys))
    return np.column_stack(back) / other.by


def rms(one: NDArray[np.float64], other: NDArray[np.float64]) -> str:
    return f"{np.sqrt(np.nanmean(((one - other) ** 2).sum(axis=1))):.2f} px"


def rows(
    name: str, one: Picture, other: Picture, made: Made, folder: Path | None
) -> Iterator[tuple[str, ...]]:
    """One a method; `made` has by each the mappings from the one to the other, and back."""
    places, true = lattice(one.size, 9), truth(one, other)
    found = {by: mapped(forth, places) for by, (forth, _) in made.items() if not isinstance(forth, str)}
    for by, (forth, back) in made.items():
        if isinstance(forth, str):
            yield name, by, forth, "-", "-", "-"
            continue
        yield (
            name,
            by,
            "yes",
            "not known" if true is None else rms(found[by], true),
            "-" if isinstance(back, str) else rms(mapped(forth, mapped(back, found[by])), found[by]),
            rms(*found.values()) if len(found) == 2 else "-",
        )
        if folder is not None:
            chequered(one, other, forth).save(folder / f"{name}, {by}.png")


def chequered(one: Picture, other: Picture, matrix: Matrix) -> Image.Image:
    """The other picture with every second square of the one, laid on it; edges must run through."""
    back = np.linalg.inv(matrix)
    laid = Image.fromarray(one.grey).transform(
        other.size,
        Image.Transform.PERSPECTIVE,
        (back / back[2, 2]).ravel()[:8].tolist(),
        Image.Resampling.BILINEAR,
    )
    side = max(other.size) // SQUARES
    odd = np.add.outer(np.arange(other.size[1]) // side, np.arange(other.size[0]) // side) % 2 == 1
    return Image.fromarray(np.where(odd, np.asarray(laid), other.grey))


def main() -> int:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else None
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
    sys.stdout.write(f"{heading('python benchmarks/real_matches.py', None)}\n\n{table(HEAD, [])}\n")
    for name, *paths in pairs():
        one, other = map(read, paths)
        ways = {"screenshot": as_screenshot, "still": as_stills}
        there = {by: (way(one, other), way(other, one)) for by, way in ways.items()}
        back = {by: (second, first) for by, (first, second) in there.items()}
        for cells in (
            *rows(name, one, other, there, folder),
            *rows(f"{name}, turned about", other, one, back, folder),
        ):
            sys.stdout.write(f"| {' | '.join(cells)} |\n")
            sys.stdout.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main())
