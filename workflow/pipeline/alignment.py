"""The work of tracking one site on pixels: calls that take picklable values, so that any worker can run them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from math import hypot, isfinite
from statistics import median

import numpy as np
from numpy.typing import NDArray

from workflow import chips, compare
from workflow.chips import Cut
from workflow.grid import SiteGrid, grid_gsd
from workflow.model import Capture, LonLat, Offset, Score
from workflow.scoring.base import Facts, Scorer, SeriesScorer

__all__ = [
    "LEAST_SIDE_PX",
    "LEAST_SITES",
    "PLAUSIBLE_SHIFT_M",
    "QUALITY_BAR",
    "REFERENCE_METHOD",
    "Look",
    "align",
    "alignment_grid",
    "by_other_sites",
    "covered_share",
    "is_own",
    "look",
    "reference_offset",
    "score",
    "score_series",
    "told",
]

# below it an offset is kept but not applied
QUALITY_BAR = compare.ENOUGH_QUALITY
PLAUSIBLE_SHIFT_M = 25.0
# smaller pictures hold too little texture: the surroundings are taken in
LEAST_SIDE_PX = 320
REFERENCE_METHOD = "reference"
# as many other sites have to say how a capture lies before it is moved where it cannot be seen
LEAST_SITES = 3
_LEAST_OVERLAP = 0.05


@dataclass(frozen=True, slots=True)
class Look:
    """What the choice of the reference needs of a chip: the covered share and the mean gradient of its grey
    picture.
    """

    share: float
    sharpness: float


def look(what: Cut) -> Look:
    """Cut the chip (into the cache) and measure it."""
    chip = chips.cut(what)
    gradient, inner = compare.gradient_magnitude(compare.to_grey(chip.data, chip.stretch), chip.valid)
    return Look(chips.share(chip), float(gradient[inner].mean()) if inner.any() else 0.0)


def covered_share(what: Cut) -> float:
    """Cut the chip (into the cache); the part of it that the capture covers."""
    return chips.share(chips.cut(what))


def alignment_grid(
    site: SiteGrid, centre: LonLat, radius_m: float, reference: Capture, moving: Capture
) -> SiteGrid:
    """The grid on which two captures are laid on each other: the site's, but as coarse as the coarser of the
    two.

    At least 320 pixels a side, so that there is something to hold on to.
    """
    gsd_m = max(site.gsd_m, *(grid_gsd(one.gsd_m) for one in (reference, moving) if one.gsd_m is not None))
    if gsd_m == site.gsd_m and site.width >= LEAST_SIDE_PX:
        return site
    return chips.window_grid(centre, max(radius_m, gsd_m * LEAST_SIDE_PX / 2), gsd_m)


def align(reference: Cut, moving: Cut, keep: bool) -> Offset:
    """The offset of `moving`: both cuts lie on one grid and carry no offset. `keep` leaves the moving chip
    cached.
    """
    fixed, other = chips.cut(reference), chips.cut(moving) if keep else chips.read(moving)
    shift = compare.estimate_shift(
        compare.to_grey(fixed.data, fixed.stretch),
        compare.to_grey(other.data, other.stretch),
        fixed.valid,
        other.valid,
        _limit_m(moving.grid) / moving.grid.gsd_m,
    )
    dx_m, dy_m = shift.metres(moving.grid.gsd_m)
    reason = _objection(shift, dx_m, dy_m, moving.grid)
    return Offset(
        moving.site,
        moving.capture,
        reference.capture,
        round(dx_m, 3) + 0.0,
        round(dy_m, 3) + 0.0,
        round(shift.quality, 3),
        not reason,
        compare.METHOD,
        reason,
        None if reason else round(shift.error_px * moving.grid.gsd_m, 3),
    )


def by_other_sites(offset: Offset, elsewhere: Iterable[Offset]) -> Offset | None:
    """The offset of a capture that could not be laid on the reference here, from how both lie at other sites.

    `elsewhere` are offsets, applied, that were estimated at other sites, those of references among them. What counts at
    each is how much further the capture was moved than this site's reference, and the median of that is taken. None
    where fewer than three sites tell.

    The error is the largest distance of a site from the median, never less than the largest error of one.
    """
    placed = {(one.site, one.capture): one for one in elsewhere if one.site != offset.site}
    both = [
        (one, placed[one.site, offset.reference])
        for one in placed.values()
        if one.capture == offset.capture and (one.site, offset.reference) in placed
    ]
    if len(both) < LEAST_SITES:
        return None
    moves = [(one.dx_m - other.dx_m, one.dy_m - other.dy_m) for one, other in both]
    dx_m, dy_m = median(x for x, _ in moves), median(y for _, y in moves)
    errors = [hypot(one.error_m or 0.0, other.error_m or 0.0) for one, other in both]
    spread = max(hypot(x - dx_m, y - dy_m) for x, y in moves)
    return replace(
        offset,
        dx_m=round(dx_m, 3) + 0.0,
        dy_m=round(dy_m, 3) + 0.0,
        applied=True,
        method=compare.MEDIAN_METHOD,
        reason="",
        error_m=round(max(spread, *errors), 3),
    )


def told(offsets: Iterable[Offset]) -> dict[str, list[Offset]]:
    """By capture, the offsets that say how it lies at its sites: applied, and found by the program or a reference's."""
    found: dict[str, list[Offset]] = {}
    for one in offsets:
        if one.applied and one.method in (compare.METHOD, REFERENCE_METHOD):
            found.setdefault(one.capture, []).append(one)
    return found


def is_own(method: str) -> bool:
    """Whether the program gives offsets by this method, or did in an earlier version; else somebody set them."""
    named = (compare.METHOD, compare.MEDIAN_METHOD, REFERENCE_METHOD)
    return method.rstrip(" 0123456789") in {one.rstrip(" 0123456789") for one in named}


def _limit_m(grid: SiteGrid) -> float:
    """How far a capture may be moved: further is not plausible, or leaves too little in common."""
    return min(max(PLAUSIBLE_SHIFT_M, 3 * grid.gsd_m), grid.width * grid.gsd_m / 4)


def _objection(shift: compare.Shift, dx_m: float, dy_m: float, grid: SiteGrid) -> str:
    """Why an offset is not applied; empty where it is."""
    if shift.quality < QUALITY_BAR:
        return (
            f"quality {shift.quality:.2f} is below {QUALITY_BAR:.2f}: too little in common with the reference"
        )
    limit_m = _limit_m(grid)
    if hypot(dx_m, dy_m) > limit_m:
        return f"{hypot(dx_m, dy_m):.1f} m is further than plausible ({limit_m:.1f} m)"
    return ""


def reference_offset(site: str, capture: str) -> Offset:
    """The row of the capture on which the others are laid."""
    return Offset(site, capture, capture, 0.0, 0.0, 1.0, True, REFERENCE_METHOD, error_m=0.0)


def score(before: Cut, after: Cut, scorers: Sequence[Scorer]) -> tuple[Score, ...]:
    """One score a scorer of two chips on one grid, over the part that both cover."""
    first, second = chips.cut(before), chips.cut(after)
    common = first.valid & second.valid
    if np.count_nonzero(common) < _LEAST_OVERLAP * common.size:
        return tuple(Score(one.name, one.version, None, "no overlap at this site") for one in scorers)
    first, second = replace(first, valid=common), replace(second, valid=common)
    return tuple(_checked(one.score(first, second)) for one in scorers)


def score_series(cuts: Sequence[Cut], facts: Sequence[Facts], scorer: SeriesScorer) -> tuple[Score, ...]:
    """The scores of all neighbouring pairs of a site's chips in date order; one chip in memory at a time.

    What a chip has to say is kept beside it: when a capture comes, the others are not looked at again.
    """
    evidence = [_evidence(one, about, scorer) for one, about in zip(cuts, facts, strict=True)]
    return tuple(_checked(one) for one in scorer.judge(evidence))


def _evidence(what: Cut, about: Facts, scorer: SeriesScorer) -> NDArray[np.floating]:
    name = chips.digest([scorer.name, scorer.version, about.identity])
    return chips.drawn_from(what, name, lambda chip: scorer.evidence(chip, about))


def _checked(made: Score) -> Score:
    """The score, with a value that is no number between 0 and 1 taken out, or a place that is nowhere."""
    if made.value is not None and not (isfinite(made.value) and 0 <= made.value <= 1):
        return replace(made, value=None, reason=f"the scorer gave {made.value}", at=None)
    return replace(made, at=None) if made.at and not all(map(isfinite, made.at)) else made
