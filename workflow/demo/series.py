"""Random series of a place, for measuring: the same renderer, other seeds, no story."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import numpy as np

from workflow.demo.place import stream
from workflow.demo.scene import Change, ChangeKind, Encoding, Scene, View
from workflow.demo.script import across_of
from workflow.demo.styles import STYLES, Style
from workflow.model import Direction, LonLat

__all__ = ["FIRST_DAY", "SPAN_DAYS", "series"]

FIRST_DAY, SPAN_DAYS = date(2016, 1, 1), 3285


def series(
    site: str,
    position: LonLat,
    seed: int,
    *,
    count: int = 8,
    bearing_deg: float | None = None,
    style: str | None = None,
    gantries: int = 1,
    confusers: int = 5,
    finest_gsd_m: float = 0.3,
    coarsest_gsd_m: float = 0.75,
) -> tuple[Scene, ...]:
    """`count` scenes of a made-up place around `position`, oldest first, with targets `gantry-1`,
    `gantry-2`, ….

    Each gantry appears on a day drawn over the whole time, so it may stand in all scenes or in none.
    Bearing, style, sun, season, cloud, haze, snow, angle, bands, CRS, georeferencing error (normal, 2.5 m
    each way) and what else changes are drawn from `seed`.
    """
    rng = stream(seed, site, "series")
    chosen = style or str(rng.choice(sorted(STYLES)))
    bearing = float(rng.uniform(0, 360)) if bearing_deg is None else bearing_deg
    history = (
        *(_gantry(rng, STYLES[chosen], number) for number in range(1, gantries + 1)),
        *(_confuser(rng, STYLES[chosen]) for _ in range(confusers)),
    )
    days = sorted(int(day) for day in rng.choice(SPAN_DAYS, count, replace=False))
    return tuple(
        Scene(
            file=f"{site}-{seed}_{FIRST_DAY + timedelta(day):%Y%m%d}.tif",
            site=site,
            position=position,
            bearing_deg=bearing,
            when=_instant(rng, FIRST_DAY + timedelta(day), position),
            seed=seed,
            style=chosen,
            history=history,
            view=_view(rng, FIRST_DAY + timedelta(day), position, finest_gsd_m, coarsest_gsd_m),
        )
        for day in days
    )


def _instant(rng: np.random.Generator, day: date, position: LonLat) -> datetime:
    """Between ten and half past eleven, sun time, moved into `day` in UTC."""
    minutes = float(rng.uniform(600, 690)) - position.lon * 4.0
    return datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(minutes=round(minutes % 1440))


def _some_day(rng: np.random.Generator) -> date:
    return FIRST_DAY + timedelta(int(rng.integers(0, SPAN_DAYS)))


def _gantry(rng: np.random.Generator, style: Style, number: int) -> Change:
    across, width = across_of(style, Direction(str(rng.choice([one.value for one in Direction]))))
    along, top = float(rng.uniform(-25, 25)), float(rng.uniform(6, 7.2))
    return Change(ChangeKind.GANTRY, _some_day(rng), None, along, across, 0.8, width, top, f"gantry-{number}")


def _confuser(rng: np.random.Generator, style: Style) -> Change:
    """A change that is not a gantry, near the site."""
    kinds = (
        ChangeKind.PAVING,
        ChangeKind.MARKING,
        ChangeKind.BUILDING,
        ChangeKind.FELLING,
        ChangeKind.PLANTING,
    )
    kind, side = kinds[int(rng.integers(0, len(kinds)))], float(rng.choice([-1, 1]))
    lanes = style.lanes * style.lane_m
    middle, beside = side * (style.median_m / 2 + lanes / 2), side * (style.kerb_m + style.verge_m * 0.6)
    length = float(rng.uniform(40, 130))
    shape = {
        ChangeKind.PAVING: (middle, length, lanes, 0.0),
        ChangeKind.MARKING: (middle, 0.5, lanes - 0.6, 0.0),
        ChangeKind.BUILDING: (
            side * (style.kerb_m + rng.uniform(25, 90)),
            length / 3,
            11.0,
            float(rng.uniform(4, 20)),
        ),
        ChangeKind.FELLING: (beside, length, style.verge_m + 6, 0.0),
        ChangeKind.PLANTING: (beside, length, 5.0, 0.0),
    }[kind]
    across, along_m, width, height = shape
    return Change(
        kind, _some_day(rng), None, float(rng.uniform(-70, 70)), float(across), along_m, width, height
    )


def _view(rng: np.random.Generator, day: date, position: LonLat, finest: float, coarsest: float) -> View:
    zone = int((position.lon + 180) // 6) % 60 + 1
    utm = (32600 if position.lat >= 0 else 32700) + zone
    epsg = int(rng.choice([utm, utm, 3857, 4326]))
    encodings = (Encoding.RGB8, Encoding.RGB8, Encoding.JPEG8, Encoding.MULTI16, Encoding.PAN16)
    cloudy, wintry = rng.random() < 0.2, day.month in (12, 1, 2)
    east, north = (round(float(value), 2) for value in rng.normal(0, 2.5, 2).clip(-7, 7))
    view = View(
        gsd_m=round(float(rng.uniform(finest, coarsest)), 2),
        width_m=float(rng.uniform(400, 480)),
        epsg=epsg,
        encoding=encodings[int(rng.integers(0, len(encodings)))],
        offset_m=(east, north),
        off_nadir_deg=round(float(rng.uniform(1, 28)), 1),
        lean_azimuth_deg=round(float(rng.uniform(0, 360)), 1),
        haze=round(float(rng.uniform(0, 0.25)), 3),
        gain=round(float(rng.uniform(0.85, 1.15)), 3),
        blur_px=round(float(rng.uniform(0.4, 0.9)), 2),
        noise=round(float(rng.uniform(0.006, 0.02)), 4),
        traffic=round(float(rng.uniform(0.05, 0.7)), 2),
    )
    clouded = replace(
        view, cloud=round(float(rng.uniform(0.05, 0.5)), 2), cloud_over_site=bool(rng.random() < 0.4)
    )
    view = clouded if cloudy else view
    return (
        replace(view, snow=round(float(rng.uniform(0.3, 0.95)), 2)) if wintry and rng.random() < 0.4 else view
    )
