"""How well captures are laid on each other, beside other methods: real pairs with known shifts, rendered scenes with
their truth, and pairs that cannot be aligned.

Run ``SITETRACK_TEST_DATA=FOLDER python benchmarks/alignment.py [PLACES]``; without the variable the rendered
scenes alone. Settings of the estimator and of its quality bar were chosen on other places of the aerial set (seed 1)
and other rendered places (seeds 7100 to 7113); nothing was chosen on what is printed here.
"""

from __future__ import annotations

import itertools
import os
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from known_shifts import (
    Pair,
    along_grid,
    as_geotiff,
    at_places,
    fogged,
    in_project,
    less_what_all_agree_on,
    other_ground,
    others,
)
from measures import heading, percentile, places_asked, real_data, table
from rendered import tracked

from workflow import chips, compare
from workflow.model import Offset
from workflow.pipeline import alignment
from workflow.pipeline.alignment import QUALITY_BAR
from workflow.project import Project

SEED, RENDERED_SEED = 2026, 9300
PLACES, SCENES, RADIUS_M = 16, 6, 150.0
HEAD = (
    "set", "method", "pairs", "applied", "median", "95 %", "within 1 px", "failures", "flagged", "good flagged",
    "within ±", "median ±",
)  # fmt: skip


@dataclass(frozen=True)
class Found:
    """What a method made of a pair. Errors are in pixels of the site's grid; `claimed` is its own ±."""

    error: float
    is_applied: bool
    claimed: float = float("nan")


Made = tuple[compare.Shift, Found]


def ours(pair: Pair) -> Made:
    reach = min(max(alignment.PLAUSIBLE_SHIFT_M, 3 * pair.gsd_m) / pair.gsd_m, pair.first.shape[1] / 4)
    shift = compare.estimate_shift(pair.first, pair.second, pair.first_valid, pair.second_valid, reach)
    error = pair.error_px((shift.dx_px, shift.dy_px))
    return shift, Found(error, shift.quality >= QUALITY_BAR, shift.error_px)


def row(name: str, method: str, found: Sequence[Found]) -> tuple[object, ...]:
    """Median, 95 % and within 1 px are of what is applied; a good one is at most a pixel off, others are failures."""
    used = [one for one in found if one.is_applied]
    good, failed = [one for one in found if one.error <= 1], [one for one in found if one.error > 1]
    errors, claims = [one.error for one in used], [one.claimed for one in used if np.isfinite(one.claimed)]
    return (
        name,
        method,
        len(found),
        share(len(used), len(found)),
        pixels(errors, 0.5),
        pixels(errors, 0.95),
        share(sum(one.error <= 1 for one in used), len(used)),
        len(failed),
        share(sum(not one.is_applied for one in failed), len(failed)),
        share(sum(not one.is_applied for one in good), len(good)),
        share(sum(one.error <= one.claimed for one in used), len(used)) if claims else "-",
        pixels(claims, 0.5),
    )


def pixels(values: Sequence[float], part: float) -> str:
    """A percentile; none where it lies among methods that found nothing."""
    value = percentile(values, part) if values else float("nan")
    return f"{value:.2f} px" if np.isfinite(value) else "-"


def share(part: int, whole: int) -> str:
    return f"{part / whole:.0%}" if whole else "-"


def compared(name: str, pairs: list[Pair]) -> Iterator[tuple[object, ...]]:
    """Every other method: they flag nothing."""
    for method, estimate in others().items():
        yield row(name, method, [Found(one.error_px(estimate(one)), True) for one in pairs])


# -- real pairs ---------------------------------------------------------------------------------------------------


def real(places: int) -> Iterator[tuple[object, ...]]:
    rng = np.random.default_rng(SEED)
    scenes = sorted(real_data("naip_nd_2009_2020").glob("*.tif"))
    aerial = list(at_places(scenes, 5.0, max(places // 2, 2), rng))
    made = [ours(one) for one in aerial]
    yield row("aerial, ten years", "sitetrack", [found for _, found in made])
    yield from compared("aerial, ten years", aerial)
    settled = agreed(aerial, made)
    yield row("the same, less what all pairs agree on", "sitetrack", against(settled, made))
    yield elsewhere(list(at_places(scenes, 5.0, 6, np.random.default_rng(SEED + 1))))
    yield row("aerial, other ground", "sitetrack", [ours(one)[1] for one in other_ground(aerial)[::3]])
    made = [ours(one) for one in fogged(aerial, rng)]
    yield row("aerial, under fog", "sitetrack", [found for _, found in made])
    yield row("the same, less what all pairs agree on", "sitetrack", against(settled, made))
    folder = real_data("rio_hist_pairs")
    mixed = list(at_places([folder / f"{name}1.tif" for name in ("source", "reference")], 30.0, places, rng))
    made = [ours(one) for one in mixed]
    yield row("Landsat on aerial", "sitetrack", [found for _, found in made])
    yield from compared("Landsat on aerial", mixed)
    # one shift of the whole pair: its places see the same two pictures
    settled = agreed([replace(one, place=0) for one in mixed], made)
    yield row("the same, less what all places agree on", "sitetrack", against(settled, made))
    tones = [folder / name for name in ("reference2.tif", "source2.tif")]
    toned = list(at_places(tones, 300.0, places, rng))
    yield row("two tones of one scene", "sitetrack", [ours(one)[1] for one in toned])
    yield from compared("two tones of one scene", toned)
    with tempfile.TemporaryDirectory() as scratch:
        folder = real_data("landsat_taizhou_2000_2003")
        years = [as_geotiff(folder / name, Path(scratch)) for name in ("2000TM", "2003TM")]
        landsat = list(at_places(years, 30.0, places, rng))
        yield row("Landsat, three years", "sitetrack", [ours(one)[1] for one in landsat])
        yield from compared("Landsat, three years", landsat)


def agreed(pairs: list[Pair], made: Sequence[Made]) -> list[Pair]:
    return less_what_all_agree_on(pairs, [(one.dx_px, one.dy_px) for one, _ in made])


def against(pairs: list[Pair], made: Sequence[Made]) -> list[Found]:
    """What was found, measured against the truth of these pairs."""
    return [
        replace(found, error=pair.error_px((shift.dx_px, shift.dy_px)))
        for pair, (shift, found) in zip(pairs, made, strict=True)
    ]


def elsewhere(pairs: list[Pair]) -> tuple[object, ...]:
    """What other places would say of a capture, against what is found at the place itself; metres stand for pixels."""
    offsets = []
    for one in pairs:
        if one.ends[0] == 0:
            shift, result = ours(one)
            ends = f"c{one.ends[1]}", "c0"
            dx, dy = (a - b for a, b in zip((shift.dx_px, shift.dy_px), one.truth or (0.0, 0.0), strict=True))
            offsets.append(
                Offset(
                    f"p{one.place}", *ends, dx, dy, shift.quality, result.is_applied, compare.METHOD,
                    error_m=shift.error_px,
                )
            )  # fmt: skip
    references = [alignment.reference_offset(site, "c0") for site in {one.site for one in offsets}]
    applied = [*references, *(one for one in offsets if one.applied)]
    found = []
    for one in offsets:
        told = alignment.by_other_sites(one, applied) if one.applied else None
        if told is not None and told.error_m is not None:
            found.append(
                Found(float(np.hypot(told.dx_m - one.dx_m, told.dy_m - one.dy_m)), True, told.error_m)
            )
    return row("aerial, told by other places", "sitetrack", found)


# -- rendered scenes ----------------------------------------------------------------------------------------------


def rendered(places: int) -> Iterator[tuple[object, ...]]:
    """What `track` recorded against the errors that the renderer put in, in pixels of the site's grid."""
    with tracked(RENDERED_SEED, places, SCENES, (RADIUS_M,)) as seen, Project.open(seen.root) as project:
        sites, pictures = (
            {one.id: one for one in project.sites()},
            {one.id: one for one in project.captures()},
        )
        found, pairs, in_pixels = [], [], []
        for one in seen.offsets:
            if one["capture"] == one["reference"]:
                continue
            site, ends = sites[one["site"]], [pictures[one[name]] for name in ("reference", "capture")]
            grid = chips.site_grid_of(project, site)
            first, second = (
                along_grid(grid, site.position.lonlat, *seen.scene[picture.id].offset_m) for picture in ends
            )
            truth_m = second[0] - first[0], second[1] - first[1]
            pixel_m = grid.gsd_m
            error_m = float(np.hypot(one["dx_m"] - truth_m[0], one["dy_m"] - truth_m[1]))
            claimed = float("nan") if one["error_m"] is None else one["error_m"] / pixel_m
            found.append(Found(error_m / pixel_m, one["applied"], claimed))
            pairs.append(in_project(project, site, *ends, truth_m, len(pairs)))
            in_pixels.append(pairs[-1].gsd_m / pixel_m)
        yield row("rendered", "as the files lie", [
            Found(one.error_px((0.0, 0.0)) * scale, True) for one, scale in zip(pairs, in_pixels, strict=True)
        ])  # fmt: skip
        yield row("rendered", "sitetrack", found)
        for method, estimate in others().items():
            yield row("rendered", method, [
                Found(one.error_px(estimate(one)) * scale, True) for one, scale in zip(pairs, in_pixels, strict=True)
            ])  # fmt: skip
        yield row("rendered, in the coarser picture's pixels", "sitetrack", [
            Found(one.error / scale, one.is_applied, one.claimed / scale)
            for one, scale in zip(found, in_pixels, strict=True)
        ])  # fmt: skip
        yield row("rendered, other ground", "sitetrack", [ours(one)[1] for one in other_ground(pairs)])
        fog = fogged(pairs, np.random.default_rng(RENDERED_SEED))
        yield row("rendered, under fog", "sitetrack", [ours(one)[1] for one in fog])


if __name__ == "__main__":
    places, command = places_asked(PLACES)
    sys.stdout.write(f"{heading(command, SEED)}, rendered from {RENDERED_SEED}\n\n{table(HEAD, [])}\n")
    sets = [real(places)] if "SITETRACK_TEST_DATA" in os.environ else []
    for line in itertools.chain(*sets, rendered(places)):
        sys.stdout.write("| " + " | ".join(str(cell) for cell in line) + " |\n")
        sys.stdout.flush()
