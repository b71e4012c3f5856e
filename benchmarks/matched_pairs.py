"""Screenshots with known truth: rendered scenes and real aerial pictures, turned, scaled, drawn over. For matching."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import rasterio
from known_shifts import own_shift
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from workflow.demo import Scene, series
from workflow.demo.frame import frame_of
from workflow.demo.render import picture
from workflow.grid import SiteGrid
from workflow.model import LonLat

__all__ = ["MIRRORED", "Case", "aerial", "drawn_over", "mirrored", "rendered", "strangers"]

Bytes = NDArray[np.uint8]
Matrix = NDArray[np.float64]
SCALES = (0.5, 2.0)
WIDEST_M, REFERENCE_GSD_M = 640.0, 0.5
OWN_SIDE_PX = 256
MIRRORED = "mirrored"
_DARK = (32, 33, 36)


@dataclass(frozen=True)
class Case:
    """A screenshot (3, row, column) and the picture that it is laid on; `site` is (column, row) in the latter.

    `truth` maps places of the screenshot to places of the reference, None where there is nothing to find; it goes by
    what the files say of themselves. `own_px` is how far right and down of it, in pixels of the reference, the
    screenshot's ground is seen there, as both files lie wrong by themselves.
    """

    name: str
    shot: Bytes
    reference: Bytes
    site: tuple[float, float]
    truth: Matrix | None
    scale: float
    turn_deg: float
    ground: str = ""
    own_px: tuple[float, float] = (0.0, 0.0)


def rendered(seed: int, count: int) -> Iterator[Case]:
    """Two scenes a place, years and seasons apart: the second as a screenshot."""
    for number in range(count):
        rng = np.random.default_rng([seed, number])
        first, second = _two(seed + number, rng)
        reference, to_reference = _seen(replace(first, view=replace(first.view, gsd_m=REFERENCE_GSD_M)))
        scale = float(np.exp(rng.uniform(*np.log(SCALES))))
        wide_m = float(np.clip(rng.uniform(230, 460), 420 * scale * 0.5, 1100 * scale * 0.5))
        seen, to_seen = _seen(replace(second, view=replace(second.view, gsd_m=max(0.3, 0.5 * scale / 1.2))))
        # what lies where the reference has a place lies there in the other
        across = _whole(to_seen) @ np.linalg.inv(_whole(to_reference))
        origin = to_reference[:, 2]
        yield _case(f"rendered {number}", reference, seen, across, origin, scale, wide_m / (0.5 * scale), rng)


def aerial(folder: Path, seed: int, count: int) -> Iterator[Case]:
    """Places of the real pictures, 2009 to 2020. Each year lies wrong by a metre or two: `own_px` is what all pairs of
    years agree on around the place, found without the matcher.
    """
    files = sorted(folder.glob("*.tif"))
    for number in range(count):
        rng = np.random.default_rng([seed, number])
        one, other = rng.choice(len(files), 2, replace=False)
        (reference, at), (seen, there) = (_read(files[index]) for index in (one, other))
        scale = float(np.exp(rng.uniform(*np.log(SCALES))))
        wide_px = min(rng.uniform(420, 900), 560 / scale)
        across = np.linalg.inv(there) @ at
        room = 0.62 * wide_px * scale
        height, width = reference.shape[1:]
        origin = np.array([rng.uniform(room, width - room), rng.uniform(room, height - room)])
        case = _case(f"aerial {number}", reference, seen, across, origin, scale, wide_px, rng)
        yield replace(case, own_px=own_shift(files, _around(files[one], origin), int(one), int(other)))


def _around(path: Path, place: NDArray[np.float64]) -> SiteGrid:
    """A grid of the picture's own pixels around a place of it."""
    with rasterio.open(path) as file:
        crs, transform = file.crs.to_string(), file.transform
    west, north = transform * tuple(place - OWN_SIDE_PX / 2)
    return SiteGrid(crs, west, north, transform.a, OWN_SIDE_PX, OWN_SIDE_PX)


def strangers(cases: list[Case], others: int = 1) -> Iterator[Case]:
    """Each screenshot beside other ground: so many next places' pictures, or, where all show one ground, its own
    blacked out.
    """
    for step in range(1, others + 1):
        for number, one in enumerate(cases):
            other = cases[(number + step) % len(cases)]
            if one.ground != other.ground:
                name = f"{one.name} in {other.name}"
                yield replace(one, name=name, reference=other.reference, site=other.site, truth=None)
            elif step == 1:
                yield _blacked_out(one)


def _blacked_out(one: Case) -> Case:
    """The screenshot's ground taken out of the reference, and the site put where most is left."""
    assert one.truth is not None
    height, width = one.shot.shape[1:]
    corners = np.array([[0, 0, 1], [width, 0, 1], [width, height, 1], [0, height, 1]]) @ one.truth.T
    mask = Image.new("L", (one.reference.shape[2], one.reference.shape[1]), 255)
    ImageDraw.Draw(mask).polygon([(float(x), float(y)) for x, y, _ in corners], fill=0)
    left = np.asarray(mask) > 0
    reference = np.where(left, one.reference, 0).astype(np.uint8)
    rows, columns = np.nonzero(left)
    away = np.hypot(columns - one.site[0], rows - one.site[1])
    far = away >= np.quantile(away, 0.6)
    site = float(np.median(columns[far])), float(np.median(rows[far]))
    return replace(one, name=f"{one.name}, elsewhere", reference=reference, site=site, truth=None)


def mirrored(cases: list[Case]) -> Iterator[Case]:
    """Each screenshot as a mirror shows it."""
    for one in cases:
        yield replace(one, name=f"{one.name}, {MIRRORED}", shot=one.shot[:, :, ::-1].copy(), truth=None)


# -- how they are made --------------------------------------------------------------------------------------------


def _two(seed: int, rng: np.random.Generator) -> tuple[Scene, Scene]:
    """Two of eight scenes of a place, years apart."""
    scenes = series("place", LonLat(125.7, 39.0), seed, count=8)
    first, second = rng.choice([(0, 5), (0, 7), (1, 6), (2, 7), (7, 1), (6, 0), (5, 1)])
    there = [scenes[first], scenes[second]]
    return tuple(replace(one, view=replace(one.view, width_m=WIDEST_M, epsg=32651)) for one in there)  # type: ignore[return-value]


def _seen(scene: Scene) -> tuple[Bytes, Matrix]:
    """Colours without the watermark, and the matrix (2, 3) from metres east and north to pixels."""
    frame = frame_of(scene)
    colours = np.rint(picture(scene, frame)[:3] * 255).astype(np.uint8)
    return colours[:, : frame.height - max(13, round(frame.height / 48)) - 12], frame.matrix


def _whole(matrix: Matrix) -> Matrix:
    return np.vstack([matrix, [0.0, 0.0, 1.0]])


def _read(path: Path) -> tuple[Bytes, Matrix]:
    with rasterio.open(path) as file:
        return file.read([1, 2, 3]), np.array(file.transform).reshape(3, 3)


def _case(
    name: str, reference: Bytes, seen: Bytes, across: Matrix, origin: NDArray[np.float64], scale: float,
    wide_px: float, rng: np.random.Generator,
) -> Case:  # fmt: skip
    """A screenshot `wide_px` wide, a pixel of it `scale` of the reference's, the site somewhere in its middle half."""
    turn = float(rng.uniform(-180, 180)) if rng.random() < 0.75 else float(rng.normal(0, 2))
    size = round(wide_px), round(wide_px * float(rng.uniform(0.6, 0.8)))
    off = rng.uniform(-0.12, 0.12, 2) * size
    cos, sin = scale * np.cos(np.deg2rad(turn)), scale * np.sin(np.deg2rad(turn))
    linear = np.array([[cos, -sin], [sin, cos]])
    truth = _whole(np.column_stack([linear, origin - linear @ (np.array(size) / 2 + off)]))
    back = across @ truth
    image = Image.fromarray(np.ascontiguousarray(np.moveaxis(seen, 0, -1)))
    grown = float(np.sqrt(abs(np.linalg.det(back[:2, :2]))))
    if grown > 1.5:  # smaller pixels than are shown: averaged first
        image = image.reduce(round(grown))
        back = np.diag([1 / round(grown), 1 / round(grown), 1.0]) @ back
    shot = image.transform(
        size, Image.Transform.AFFINE, (back[:2] / back[2, 2]).ravel().tolist(), Image.Resampling.BICUBIC
    )
    over = drawn_over(shot, rng)
    return Case(
        name,
        np.ascontiguousarray(np.moveaxis(np.asarray(over), -1, 0)),
        reference,
        (float(origin[0]), float(origin[1])),
        truth,
        scale,
        turn,
        name.split()[0] if name.startswith("aerial") else name,
    )


def drawn_over(shot: Image.Image, rng: np.random.Generator) -> Image.Image:
    """The screenshot with what a viewer draws over it: bars, compass, date, credits, legend, pins."""
    image = shot.convert("RGB").copy()
    draw = ImageDraw.Draw(image, "RGBA")
    width, height = image.size
    small, large = ImageFont.load_default(12), ImageFont.load_default(20)
    if rng.random() < 0.6:
        draw.rectangle((0, 0, width, 34), fill=(*_DARK, 255))
        for at in range(12, width - 40, 46):
            draw.ellipse((at, 8, at + 18, 26), outline=(200, 200, 205, 255), width=2)
        draw.text((width / 2, 9), "Untitled map", font=small, fill=(235, 235, 235, 255))
    if rng.random() < 0.7:
        draw.rectangle((0, height - 24, width, height), fill=(*_DARK, 235))
        draw.text(
            (8, height - 20),
            "Image © 2023 Maxar Technologies   39°01'12\"N 125°44'05\"E  elev 23 m  eye alt 812 m",
            font=small,
            fill=(240, 240, 240, 255),
        )
    if rng.random() < 0.7:
        x, y = width - 52, 76
        draw.ellipse(
            (x - 32, y - 32, x + 32, y + 32), fill=(40, 40, 40, 150), outline=(230, 230, 230, 220), width=3
        )
        draw.polygon([(x, y - 22), (x - 6, y), (x + 6, y)], fill=(220, 40, 40, 255))
        draw.text((x - 5, y - 30), "N", font=small, fill=(255, 255, 255, 255))
    if rng.random() < 0.6:
        draw.rounded_rectangle((14, 48, 190, 84), 6, fill=(30, 30, 30, 190))
        draw.text((24, 54), "10/14/2021", font=large, fill=(255, 255, 255, 255))
        draw.line((120, 80, 184, 80), fill=(90, 160, 255, 255), width=3)
    if rng.random() < 0.7:
        draw.text((width - 140, height - 58), "Google Earth", font=large, fill=(255, 255, 255, 210))
    if rng.random() < 0.4:
        draw.rectangle((width - 150, height - 170, width - 12, height - 70), fill=(250, 250, 250, 255))
        for row, colour in enumerate(((220, 30, 30), (30, 120, 220), (250, 190, 0))):
            draw.rectangle(
                (width - 140, height - 160 + 28 * row, width - 122, height - 146 + 28 * row), fill=colour
            )
            draw.text(
                (width - 114, height - 162 + 28 * row), "Legend entry", font=small, fill=(20, 20, 20, 255)
            )
    for _ in range(int(rng.integers(0, 4))):
        x, y = rng.uniform(0.2, 0.8, 2) * image.size
        draw.polygon([(x, y), (x - 7, y - 18), (x + 7, y - 18)], fill=(250, 220, 0, 255))
        draw.text(
            (x + 9, y - 20),
            "Gantry 12",
            font=small,
            fill=(255, 255, 255, 255),
            stroke_width=2,
            stroke_fill=(0, 0, 0, 255),
        )
    return image
