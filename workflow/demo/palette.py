"""What the materials of a place look like on a day: colour, near infrared and roughness of each label."""

from __future__ import annotations

from datetime import date
from enum import IntEnum, auto
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = ["CROPS", "PARCEL", "ROOFS", "Material", "Palette", "greenness", "palette"]

PARCEL = 96  # labels from here on belong to parcels, two each


class Material(IntEnum):
    """Labels of what a pixel of the fine canvas shows."""

    GRASS = auto()
    SOIL = auto()
    VERGE = auto()
    DIRT = auto()
    WATER = auto()
    PLAZA = auto()
    PLAZA_LINE = auto()
    YARD = auto()
    ASPHALT = auto()
    ASPHALT_WORN = auto()
    ASPHALT_NEW = auto()
    ASPHALT_PATCH = auto()
    CONCRETE = auto()
    STREET = auto()
    PAINT = auto()
    PAINT_OLD = auto()
    HEDGE = auto()
    TREE = auto()
    TREE_LIT = auto()
    CONIFER = auto()
    CONIFER_LIT = auto()
    WALL_LIT = auto()
    WALL_DARK = auto()
    STEEL = auto()
    STEEL_DARK = auto()
    STEEL_DULL = auto()
    LAMP = auto()
    GLASS = auto()
    FILM = auto()
    CAR_WHITE = auto()
    CAR_BLACK = auto()
    CAR_BLUE = auto()
    CAR_RED = auto()
    LORRY_BED = auto()
    LORRY_TARP = auto()
    DOME = auto()  # eight labels, from shade to light


ROOFS = 48  # eight roof colours, two labels each: lit, shaded
_ROOF_COLOURS = (
    (168, 104, 78),
    (150, 92, 74),
    (148, 146, 142),
    (128, 128, 128),
    (176, 172, 164),
    (98, 120, 140),
    (190, 184, 172),
    (112, 106, 98),
)
assert Material.DOME + 8 <= ROOFS  # noqa: S101  labels must not overlap

# colour, near infrared, roughness, snow that stays (0..1)
_FIXED: dict[int, tuple[tuple[int, int, int], int, float, float]] = {
    Material.SOIL: ((142, 118, 92), 150, 0.5, 1.0),
    Material.DIRT: ((164, 144, 116), 160, 0.4, 0.7),
    Material.WATER: ((62, 76, 74), 25, 0.05, 0.6),
    Material.PLAZA: ((172, 168, 160), 165, 0.15, 0.35),
    Material.PLAZA_LINE: ((150, 146, 140), 150, 0.15, 0.3),
    Material.YARD: ((152, 142, 124), 145, 0.32, 0.9),
    Material.ASPHALT: ((104, 104, 106), 100, 0.14, 0.1),
    Material.ASPHALT_WORN: ((96, 96, 98), 93, 0.14, 0.05),
    Material.ASPHALT_NEW: ((66, 66, 70), 66, 0.08, 0.05),
    Material.ASPHALT_PATCH: ((84, 84, 86), 82, 0.12, 0.08),
    Material.CONCRETE: ((158, 155, 148), 150, 0.16, 0.3),
    Material.STREET: ((124, 121, 116), 120, 0.2, 0.3),
    Material.PAINT: ((214, 214, 208), 205, 0.1, 0.1),
    Material.PAINT_OLD: ((166, 165, 160), 160, 0.15, 0.1),
    Material.WALL_LIT: ((188, 182, 170), 180, 0.1, 0.0),
    Material.WALL_DARK: ((82, 84, 88), 80, 0.1, 0.0),
    Material.STEEL: ((206, 207, 205), 195, 0.03, 0.15),
    Material.STEEL_DARK: ((132, 134, 136), 128, 0.03, 0.0),
    Material.STEEL_DULL: ((124, 124, 120), 118, 0.05, 0.15),
    Material.LAMP: ((196, 196, 192), 190, 0.0, 0.0),
    Material.GLASS: ((52, 60, 68), 50, 0.05, 0.0),
    Material.FILM: ((196, 202, 200), 190, 0.12, 0.5),
    Material.CAR_WHITE: ((220, 221, 220), 210, 0.0, 0.1),
    Material.CAR_BLACK: ((38, 38, 42), 38, 0.0, 0.1),
    Material.CAR_BLUE: ((66, 84, 118), 75, 0.0, 0.1),
    Material.CAR_RED: ((142, 56, 48), 140, 0.0, 0.1),
    Material.LORRY_BED: ((116, 108, 92), 110, 0.1, 0.1),
    Material.LORRY_TARP: ((86, 100, 74), 100, 0.08, 0.1),
}


class Palette(NamedTuple):
    """Look-up tables of 256 labels: `rgb` (256, 3) and `infrared` (256,) 0..255, `rough` (256,) 0..1."""

    rgb: NDArray[np.uint8]
    infrared: NDArray[np.uint8]
    rough: NDArray[np.float32]


def greenness(day: date) -> float:
    """How green plants are near 39° N in Korea: 0 from December to March, 1 in high summer."""
    known_days = [1, 85, 112, 140, 170, 235, 270, 295, 320, 345, 366]
    known_green = [0, 0.03, 0.32, 0.72, 1.0, 1.0, 0.8, 0.42, 0.12, 0.0, 0.0]
    return float(np.interp(day.timetuple().tm_yday, known_days, known_green))


# crop -> (day of year, colour, near infrared) between which the field changes evenly
_Stage = tuple[int, tuple[int, int, int], int]
CROPS: dict[str, tuple[_Stage, ...]] = {
    "rice": (
        (1, (150, 134, 106), 140),
        (110, (128, 110, 86), 120),
        (135, (86, 84, 76), 45),
        (165, (84, 98, 70), 110),
        (200, (70, 108, 56), 215),
        (250, (112, 124, 62), 200),
        (275, (168, 150, 88), 170),
        (290, (164, 146, 112), 150),
        (366, (150, 134, 106), 140),
    ),
    "maize": (
        (1, (140, 118, 92), 138),
        (120, (132, 106, 82), 130),
        (150, (126, 110, 80), 150),
        (190, (74, 112, 54), 220),
        (235, (82, 108, 58), 205),
        (262, (150, 134, 86), 165),
        (280, (152, 128, 98), 145),
        (366, (140, 118, 92), 138),
    ),
    "greens": (
        (1, (132, 114, 92), 130),
        (95, (122, 106, 84), 135),
        (130, (84, 112, 62), 205),
        (200, (78, 116, 60), 215),
        (310, (92, 118, 66), 200),
        (335, (136, 118, 94), 140),
        (366, (132, 114, 92), 130),
    ),
    "wheat": (
        (1, (128, 122, 90), 140),
        (80, (114, 122, 78), 170),
        (125, (76, 118, 58), 225),
        (165, (178, 160, 104), 180),
        (185, (92, 112, 64), 200),
        (240, (78, 112, 56), 215),
        (275, (150, 128, 98), 140),
        (366, (128, 122, 90), 140),
    ),
    "orchard": (
        (1, (128, 116, 96), 135),
        (110, (122, 116, 88), 150),
        (150, (86, 108, 66), 205),
        (260, (80, 104, 62), 205),
        (310, (130, 112, 82), 150),
        (366, (128, 116, 96), 135),
    ),
    "fallow": (
        (1, (150, 136, 110), 140),
        (120, (138, 128, 96), 155),
        (190, (102, 120, 74), 195),
        (270, (124, 124, 82), 180),
        (320, (154, 138, 108), 142),
        (366, (150, 136, 110), 140),
    ),
}


def palette(crops: tuple[str, ...], day: date, snow: float, rng: np.random.Generator) -> Palette:
    """Tables of `day` with parcel i growing `crops[i]`; `rng` makes parcels of one crop differ. `snow` runs
    0 to 1.
    """
    rgb, infrared = np.full((256, 3), 128.0), np.full(256, 128.0)
    rough, keeps = np.full(256, 0.2), np.zeros(256)
    for label, row in _fixed_rows(greenness(day)).items():
        rgb[label], infrared[label], rough[label], keeps[label] = row
    for number, crop in enumerate(crops):
        _parcel_rows(rgb, infrared, PARCEL + 2 * number, crop, day, rng)
    rough[PARCEL:], keeps[PARCEL:] = 0.5, 1.0
    share = (snow * keeps)[:, None]
    rgb = rgb * (1 - share) + np.array([226, 230, 236]) * share
    infrared = infrared * (1 - share[:, 0]) + 205 * share[:, 0]
    as_bytes = np.clip(rgb, 0, 255).astype(np.uint8)
    return Palette(as_bytes, np.clip(infrared, 0, 255).astype(np.uint8), rough.astype(np.float32))


_Row = tuple[tuple[float, ...], float, float, float]


def _fixed_rows(green: float) -> dict[int, _Row]:
    rows: dict[int, _Row] = {label: (c, i, r, s) for label, (c, i, r, s) in _FIXED.items()}
    rows[Material.GRASS] = _blend((146, 132, 100), (92, 112, 66), 140, 205, green, 0.55, 1.0)
    rows[Material.VERGE] = _blend((140, 126, 98), (98, 114, 70), 140, 195, green, 0.5, 0.9)
    rows[Material.HEDGE] = _blend((84, 82, 62), (58, 82, 46), 105, 190, green, 0.6, 0.4)
    rows[Material.TREE] = _blend((94, 84, 70), (42, 62, 36), 95, 150, green, 0.7, 0.25)
    rows[Material.TREE_LIT] = _blend((116, 104, 86), (74, 102, 54), 115, 215, green, 0.7, 0.35)
    rows[Material.CONIFER] = _blend((46, 56, 40), (38, 58, 36), 105, 140, green, 0.6, 0.3)
    rows[Material.CONIFER_LIT] = _blend((68, 80, 54), (62, 88, 50), 145, 190, green, 0.6, 0.4)
    for step in range(8):
        level = 120 + 15 * step
        rows[Material.DOME + step] = ((level, level, level - 4), level, 0.04, 0.3)
    for number, colour in enumerate(_ROOF_COLOURS):
        shaded = tuple(0.7 * value for value in colour)
        rows[ROOFS + 2 * number] = (colour, sum(colour) / 3, 0.12, 0.75)
        rows[ROOFS + 2 * number + 1] = (shaded, sum(shaded) / 3, 0.12, 0.85)
    return rows


def _blend(
    dry: tuple[int, int, int],
    lush: tuple[int, int, int],
    dry_nir: int,
    lush_nir: int,
    green: float,
    rough: float,
    keeps: float,
) -> _Row:
    colour = tuple(a + (b - a) * green for a, b in zip(dry, lush, strict=True))
    return colour, dry_nir + (lush_nir - dry_nir) * green, rough, keeps


def _parcel_rows(
    rgb: NDArray[np.float64],
    infrared: NDArray[np.float64],
    label: int,
    crop: str,
    day: date,
    rng: np.random.Generator,
) -> None:
    """Fill a parcel's two labels; fields of one crop are days apart and differ in tone."""
    stages = CROPS[crop]
    days = [stage[0] for stage in stages]
    today = float(np.clip(day.timetuple().tm_yday + rng.normal(0, 6), 1, 366))
    tone, tint = rng.normal(1, 0.07), rng.normal(0, 2, 3)
    colour = np.array([np.interp(today, days, [stage[1][band] for stage in stages]) for band in range(3)])
    near = float(np.interp(today, days, [stage[2] for stage in stages]))
    contrast = rng.uniform(0.9, 0.98)
    rgb[label], infrared[label] = colour * tone + tint, near * tone
    rgb[label + 1], infrared[label + 1] = rgb[label] * contrast, infrared[label] * contrast
