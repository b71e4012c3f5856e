"""Figures to write in every format, without a project: two panels on a grid, marks, Hangul, hostile words."""

from __future__ import annotations

import hashlib
import sys
from dataclasses import replace
from datetime import UTC, date, datetime

import numpy as np

from workflow.exporters.figures import SUFFIXES, Sheet, Words, write
from workflow.exporters.png import Pixels
from workflow.figure import FigureSpec, Mark, Panel, lay_out
from workflow.fonts import load_fonts
from workflow.grid import site_grid
from workflow.model import DateSpan, LonLat, Precision

PLACE = LonLat(125.7392, 39.1078)
CAPTION = "A gantry at kilometre 7 (칠킬로미터), absent in 2021 and seen in 2023. (Source: Test Imagery)"
HOSTILE = (
    '<b>&amp;"\'</b> </script><script>alert(1)</script> ]]> =HYPERLINK("x") {{7*7}} ${x} \x00\x01\ufffe'
    " \u202eright to left\u202c שלום end"
)


def days(*years: int) -> tuple[DateSpan, ...]:
    return tuple(DateSpan(date(year, 5, 1), date(year, 5, 1), Precision.DAY) for year in years)


def pixels(seed: int, side: int) -> Pixels:
    """Soft blobs, a third of one corner without data."""
    rng = np.random.default_rng(seed)
    coarse = rng.integers(40, 220, (3, 8, 8), dtype=np.uint8)
    rgb = coarse.repeat(side // 8 + 1, axis=1).repeat(side // 8 + 1, axis=2)[:, :side, :side].copy()
    valid = np.ones((side, side), bool)
    if seed % 2:
        valid[: side // 3, : side // 3] = False
        rgb[:, ~valid] = 0
    return Pixels(rgb, valid)


def sheet(
    count: int = 2,
    *,
    dpi: int = 150,
    caption: str = CAPTION,
    label: str = "outbound gantry 문",
    title: str = "Kilometre 7",
    credit: str = "Source: Test Imagery",
    alt: str = "Two pictures side by side of kilometre 7.",
    on_grid: bool = True,
) -> Sheet:
    grid = site_grid(PLACE, 60.0, 1.0)
    fonts = load_fonts()
    side = grid.width
    shapes = (
        Mark("area", ((20, 30), (60, 30), (60, 50), (20, 50)), label),
        Mark("arrow", ((90, 90), (side + 40, 70)), "leaves the picture"),
        Mark("point", ((30, 95),), "pole"),
    )
    panels = tuple(
        Panel(
            f"capture{n}",
            side,
            side,
            f"1 May {2019 + 2 * n}",
            "present" if n else "absent",
            n == 1,
            shapes if n else (),
        )
        for n in range(count)
    )
    spec = FigureSpec(
        panels,
        caption,
        credit,
        "39° 6'28\"N 125°44'21\"E",
        1.0,
        2.0,
        ("Display stretch set for each picture.",),
        dpi=dpi,
    )
    words = Words(
        title,
        caption,
        alt,
        credit,
        "A. Drawer",
        "scene.tif (abc)",
        ("recipe sha256:1234", "original sha256:5678"),
        datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC),
    )
    return Sheet(
        spec,
        lay_out(spec, fonts.measure),
        tuple(pixels(n + 1, side) for n in range(count)),
        fonts,
        words,
        days(*(2019 + 2 * n for n in range(count))),
        tuple(grid if on_grid else None for _ in range(count)),
    )


def hostile() -> Sheet:
    """The same words everywhere that a user can write some."""
    return sheet(caption=HOSTILE, label=HOSTILE, title=HOSTILE, credit=HOSTILE, alt=HOSTILE)


def small(one: Sheet) -> Sheet:
    """With fewer dots: quick to write."""
    spec = replace(one.spec, dpi=72)
    return replace(one, spec=spec, drawing=lay_out(spec, one.fonts.measure))


if __name__ == "__main__":  # the hash of every format, one a line
    figure = sheet(dpi=100)
    for suffix in SUFFIXES:
        sys.stdout.write(f"{suffix} {hashlib.sha256(write(figure, suffix)).hexdigest()}\n")
