"""Whether the perceptual hash finds the same picture saved again, and tells other dates and other places apart.

Run ``SITETRACK_TEST_DATA=FOLDER python benchmarks/likeness.py [SIDE]``: the ten dates of `naip_nd_2009_2020` are cut
into places of SIDE pixels (default 220) that do not overlap; without the variable rendered pictures stand in for them.
Every picture is saved again in the ways of the table. Prints one Markdown table.
"""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Callable, Iterator
from itertools import combinations
from pathlib import Path

import numpy as np
import rasterio
from PIL import Image, ImageDraw, ImageEnhance

from workflow.likeness import MOST_BITS, bits_apart, likeness

SEED = 20261126
BARS = (6, MOST_BITS, 10, 12, 14)


def jpeg(picture: Image.Image, quality: int) -> Image.Image:
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG", quality=quality)
    return Image.open(io.BytesIO(buffer.getvalue()))


def resized(picture: Image.Image, share: float) -> Image.Image:
    return picture.resize((round(picture.width * share), round(picture.height * share)))


def cut(picture: Image.Image, share: float) -> Image.Image:
    """`share` of its width and height taken off, more of it at one side."""
    x, y = round(picture.width * share), round(picture.height * share)
    return picture.crop((x // 4, y // 4, picture.width - x + x // 4, picture.height - y + y // 4))


def with_bars(picture: Image.Image) -> Image.Image:
    """A date bar above and a credit below, as a viewer prints them."""
    made = picture.copy()
    draw = ImageDraw.Draw(made)
    height = max(12, made.height // 30)
    draw.rectangle((0, 0, made.width // 3, height), fill="black")
    draw.rectangle((made.width // 2, made.height - height, made.width, made.height), fill="white")
    return made


EDITS: dict[str, Callable[[Image.Image], Image.Image]] = {
    "JPEG, quality 70": lambda one: jpeg(one, 70),
    "JPEG, quality 25": lambda one: jpeg(one, 25),
    "half as wide": lambda one: resized(one, 0.5),
    "a fifth as wide, JPEG 50": lambda one: jpeg(resized(one, 0.2), 50),
    "twice as wide": lambda one: resized(one, 2),
    "brighter by a fifth, more contrast": lambda one: ImageEnhance.Contrast(
        ImageEnhance.Brightness(one).enhance(1.2)
    ).enhance(1.2),
    "date bar and credit printed on it": with_bars,
    "2 % cut off": lambda one: cut(one, 0.02),
    "5 % cut off": lambda one: cut(one, 0.05),
    "10 % cut off": lambda one: cut(one, 0.10),
}


def places(side: int) -> Iterator[list[Image.Image]]:
    """Pictures of one place at all dates, place by place."""
    folder = os.environ.get("SITETRACK_TEST_DATA")
    if not folder:
        yield from _rendered(side)
        return
    whole = []
    for file in sorted((Path(folder) / "naip_nd_2009_2020").glob("*.tif")):
        with rasterio.open(file) as dataset:
            whole.append(dataset.read([1, 2, 3]))
    height, width = (min(one.shape[axis] for one in whole) for axis in (1, 2))
    for row in range(0, height - side + 1, side):
        for column in range(0, width - side + 1, side):
            cuts = [one[:, row : row + side, column : column + side] for one in whole]
            yield [Image.fromarray(np.moveaxis(one, 0, -1)) for one in cuts]


def _rendered(side: int) -> Iterator[list[Image.Image]]:
    """Fields of blurred noise; a date is the same field with other noise over it."""
    random = np.random.default_rng(SEED)
    for _ in range(12):
        field = random.normal(128, 60, (12, 12, 3))
        yield [
            Image.fromarray(
                np.clip(field + random.normal(0, 25, field.shape), 0, 255).astype("uint8")
            ).resize((side, side), Image.Resampling.BICUBIC)
            for _ in range(4)
        ]


def hash_of(picture: Image.Image) -> str:
    rgb = np.moveaxis(np.asarray(picture.convert("RGB")), -1, 0)
    return likeness(rgb, np.ones(rgb.shape[1:], bool))


def line(name: str, bits: list[int]) -> str:
    shares = " | ".join(f"{np.mean([one <= bar for one in bits]):.1%}" for bar in BARS)
    low, middle, high = np.percentile(bits, [5, 50, 95])
    return f"| {name} | {len(bits)} | {low:.0f}, {middle:.0f}, {high:.0f} | {shares} |"


def main(side: int) -> None:
    edited: dict[str, list[int]] = {name: [] for name in EDITS}
    dates: list[int] = []
    hashes: list[list[str]] = []
    for pictures in places(side):
        hashes.append([one for one in map(hash_of, pictures) if one])
        dates += [bits_apart(one, two) for one, two in combinations(hashes[-1], 2)]
        for name, edit in EDITS.items():
            edited[name] += [
                bits_apart(hash_of(one), hash_of(edit(one))) for one in pictures[::3] if hash_of(one)
            ]
    others = [
        bits_apart(one, two)
        for here, there in combinations(hashes, 2)
        for one, two in zip(here, there, strict=False)
    ]
    print(f"python benchmarks/likeness.py {side}\n")
    heads = " | ".join(f"within {bar}" for bar in BARS)
    print(f"| pairs | number | bits apart (5, 50, 95 %) | {heads} |")
    print("|---|---|---|" + "---|" * len(BARS))
    for name, bits in edited.items():
        print(line(f"the same picture, {name}", bits))
    print(line("the same place at two dates", dates))
    print(line("two places on one day", others))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 220)
