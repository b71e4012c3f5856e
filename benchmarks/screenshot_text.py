"""Whether dates and credits that are printed in screenshots are read right.

Run ``python benchmarks/screenshot_text.py [N]``: N screenshots (default 60) are rendered, each with a date and a credit
at its edges, in two or three faces, sizes from 10 to 20 px, dark on light bars, light on dark bars, and white or black
on the imagery itself. Prints one Markdown table. Needs tesseract; exit 1 without it.
"""

from __future__ import annotations

import sys
from collections import defaultdict
from datetime import date, timedelta
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from workflow.errors import InputRefused
from workflow.model import DateSpan
from workflow.printed import printed
from workflow.textreader import edges, read_lines, reader_name

SEED = 20261126
SIZES = (10, 12, 14, 16, 20)
GROUNDS = ("dark on a light bar", "light on a dark bar", "white on the imagery", "black on the imagery")
FACES = (
    "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf",
    "/usr/share/fonts/truetype/liberation/LiberationSans-Regular.ttf",
    "/usr/share/fonts/truetype/liberation2/LiberationSans-Regular.ttf",
)
CREDITS = (
    ("Image © {year} Maxar Technologies", "© {year} Maxar Technologies"),
    ("Image © {year} CNES / Airbus", "© {year} CNES / Airbus"),
    ("Image Landsat / Copernicus", "Landsat / Copernicus"),
    ("Imagery ©{year} Airbus", "© {year} Airbus"),
)
FORMS = ("Imagery Date: {us}", "Imagery date: {iso}", "{words}", "{month}")


def ground(random: np.random.Generator, width: int, height: int) -> Image.Image:
    """Fields, roads and roofs, seen from above: blocks of colour with noise."""
    small = random.integers(40, 190, (height // 24, width // 24, 3)).astype("uint8")
    picture = Image.fromarray(small).resize((width, height), Image.Resampling.BICUBIC)
    draw = ImageDraw.Draw(picture)
    for _ in range(120):
        x, y = (int(random.integers(0, most)) for most in (width, height))
        w, h = (int(one) for one in random.integers(6, 60, 2))
        draw.rectangle((x, y, x + w, y + h), fill=tuple(int(one) for one in random.integers(50, 235, 3)))
    noise = random.normal(0, 12, (height, width, 1))
    return Image.fromarray(np.clip(np.asarray(picture) + noise, 0, 255).astype("uint8"))


def stated(form: str, day: date) -> str:
    return form.format(
        us=f"{day.month}/{day.day}/{day.year}",
        iso=day.isoformat(),
        words=f"{day:%b} {day.day}, {day.year}",
        month=f"{day:%B} {day.year}",
    )


def screenshot(
    random: np.random.Generator, face: str, size: int, where: str, upper: str, lower: str
) -> Image.Image:
    width, height = 1280, 760
    picture = ground(random, width, height)
    draw, font = ImageDraw.Draw(picture), ImageFont.truetype(face, size)
    bar = size + 10
    if "bar" in where:
        light = where.startswith("dark")
        for top in (0, height - bar):
            draw.rectangle((0, top, width, top + bar), fill=(240,) * 3 if light else (32,) * 3)
    letters = (20, 20, 20) if where.startswith(("dark", "black")) else (255, 255, 255)
    edge = {} if "bar" in where else {"stroke_width": 1, "stroke_fill": tuple(255 - one for one in letters)}
    draw.text((14, 4), upper, font=font, fill=letters, **edge)
    wide = draw.textlength(lower, font=font)
    draw.text((width - wide - 14, height - bar + 3), lower, font=font, fill=letters, **edge)
    return picture


def read(picture: Image.Image) -> tuple[set[DateSpan], set[str], int]:
    """Dates and credits that are proposed, and how many dates can be read in two ways."""
    rgb = np.moveaxis(np.asarray(picture), -1, 0)
    lines = []
    for left, top, width, height in edges(picture.width, picture.height):
        lines += read_lines(rgb[:, top : top + height, left : left + width], (left, top))
    found = printed(lines)
    dates = {one.value for one in found if isinstance(one.value, DateSpan)}
    credits = {one.value for one in found if isinstance(one.value, str)}
    return dates, credits, sum(one.value is None for one in found)


def main(count: int) -> int:
    try:
        reader = reader_name()
    except InputRefused as error:
        print(error)
        return 1
    random = np.random.default_rng(SEED)
    faces = [face for face in FACES if Path(face).is_file()]
    tally: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for number in range(count):
        face, size = faces[number % len(faces)], SIZES[number % len(SIZES)]
        where = GROUNDS[number // len(SIZES) % len(GROUNDS)]
        day = date(2005, 1, 1) + timedelta(days=int(random.integers(0, 7_300)))
        form, (credit, owner) = (some[int(random.integers(len(some)))] for some in (FORMS, CREDITS))
        picture = screenshot(
            random, face, size, where, stated(form, day), "Google Earth   " + credit.format(year=day.year)
        )
        dates, credits, doubtful = read(picture)
        is_month, is_us = "month" in form, "us" in form
        ambiguous = is_us and day.day <= 12
        wanted = day.replace(day=1) if is_month else day
        right = [one for one in dates if one.earliest == wanted]
        outcome = (
            "right"
            if right and len(dates) == 1
            else "told to be ambiguous"
            if ambiguous and doubtful and not dates
            else "wrong"
            if dates
            else "not read"
        )
        named = f"Image: Google Earth, {owner.format(year=day.year)}"
        told = "right" if credits == {named} else "wrong" if credits else "not read"
        for group in ("all", where, f"{size} px", Path(face).stem):
            tally[group].append((outcome, told))
    print(f"python benchmarks/screenshot_text.py {count}, {reader}\n")
    print(
        "| screenshots | number | date right | told to be ambiguous | not read | wrong "
        "| credit right | not read | wrong or partly |"
    )
    print("|---|---|---|---|---|---|---|---|---|")
    for group, rows in tally.items():
        dates_, credits_ = zip(*rows, strict=True)
        cells = [dates_.count(one) for one in ("right", "told to be ambiguous", "not read", "wrong")]
        cells += [credits_.count(one) for one in ("right", "not read", "wrong")]
        print(f"| {group} | {len(rows)} | " + " | ".join(map(str, cells)) + " |")
    return 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 60))
