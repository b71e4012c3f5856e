"""How often screenshots are laid where they belong by matching, how closely, and what is accepted that should not be.

Run ``python benchmarks/matching.py [PLACES]``: that many rendered places, and as many of the real aerial pictures where
they are found (``SITETRACK_TEST_DATA``). Each is tried as it is and beside other ground, a rendered one beside so many
places that about 300 pairs are tried where nothing is to be found; twelve are tried mirrored, and by SIFT. Every case
is told on stderr. Errors of aerial ones are less what each year lies wrong by itself; a second row has them as the
files lie. Leaves with 1 where an accepted picture lies wrong, or fewer than half are accepted. Bars and
settings were chosen on seeds 100 to 111 (rendered) and 1 (aerial); nothing was chosen on what is printed here.
"""

from __future__ import annotations

import math
import os
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from matched_pairs import MIRRORED, Case, aerial, mirrored, rendered, strangers
from measures import ROOT, heading, percentile, places_asked, table

from workflow.georef import (
    SCALES,
    Ground,
    Matched,
    best_model,
    fit,
    ground_mask,
    lattice,
    match,
)
from workflow.georef.robust import mapped, robust_fit
from workflow.georef.seeking import reduced
from workflow.model import ControlModel, ControlPoint

SEED, AERIAL_SEED, PLACES = 61000, 2026, 12
GOOD_PX, WRONG_PX = 2.0, 20.0
IMPOSSIBLE, ASIDE = 300, 12
HEAD = (
    "set",
    "n",
    "accepted",
    "within 2 px",
    "wrong",
    "median RMS",
    "95 %",
    "seconds",
    "not matched because",
)


@dataclass(frozen=True)
class Found:
    """What matching said of a case: RMS error over the whole picture in its pixels, None where it was not accepted; and
    the same as the files lie, with what both lie wrong by themselves.
    """

    error_px: float | None
    why: str
    seconds: float
    as_filed_px: float | None = None


def matched(case: Case) -> Found:
    started = time.process_time()
    grey, valid = case.shot.astype(np.float32).mean(axis=0) / 255, ground_mask(case.shot)
    grounds = list(_grounds(case))
    is_there = case.truth is not None or case.name.endswith(MIRRORED)
    made = match(grey, valid, grounds, lambda *_: grounds[0], SCALES, asks_mirrored=is_there)
    if not isinstance(made, Matched):
        return Found(None, made.obstacle.value, time.process_time() - started)
    size = case.shot.shape[2], case.shot.shape[1]
    points = [
        ControlPoint(column, row, x, -y)
        for (column, row), (x, y) in zip(made.places.tolist(), made.metres.tolist(), strict=True)
    ]
    fitted = fit(best_model(points, size), points, size)
    return _accepted(
        case, fitted.mapping.to_map(lattice(size, 9)) * (1.0, -1.0), time.process_time() - started
    )


def _grounds(case: Case) -> Iterator[Ground]:
    grey, valid = case.reference.astype(np.float32).mean(axis=0) / 255, case.reference.any(axis=0)
    for by in (1, 2, 4, 8):
        yield Ground(*reduced(grey, valid, by), float(by), -case.site[0], -case.site[1])


def _accepted(case: Case, places: np.ndarray, seconds: float) -> Found:
    if case.truth is None:
        return Found(float("inf"), "", seconds, float("inf"))
    filed = mapped(case.truth, lattice((case.shot.shape[2], case.shot.shape[1]), 9)) - case.site
    error, as_filed = (
        float(np.sqrt(((places - true) ** 2).sum(axis=1).mean())) / case.scale
        for true in (filed + case.own_px, filed)
    )
    return Found(error, "", seconds, as_filed)


def sift(case: Case, gradients: bool) -> Found:
    """SIFT with the ratio test and a robust similarity, on grey pictures or their gradients; 12 inliers accept it."""
    import cv2

    started = time.process_time()
    pictures = []
    for colours in (case.shot, case.reference):
        grey = colours.mean(axis=0).astype(np.uint8)
        if gradients:
            across = [cv2.Sobel(grey, cv2.CV_32F, *way) for way in ((1, 0), (0, 1))]
            grey = np.clip(np.hypot(*across) / 3, 0, 255).astype(np.uint8)
        pictures.append(grey)
    mask = ground_mask(case.shot).astype(np.uint8) * 255
    finder = cv2.SIFT_create(4000)
    (one, first), (other, second) = (
        finder.detectAndCompute(grey, each) for grey, each in zip(pictures, (mask, None), strict=True)
    )
    if first is None or second is None or len(second) < 2:
        return Found(None, "few", time.process_time() - started)
    pairs = [
        (one[near.queryIdx].pt, other[near.trainIdx].pt)
        for near, next_one in cv2.BFMatcher().knnMatch(first, second, k=2)
        if near.distance < 0.8 * next_one.distance
    ]
    here, there = (np.array([pair[at] for pair in pairs]).reshape(-1, 2) for at in (0, 1))
    found = robust_fit(here, there, ControlModel.SIMILARITY, 4.0, 0)
    seconds = time.process_time() - started
    if found is None or found[1].sum() < 12:
        return Found(None, "few", seconds)
    size = case.shot.shape[2], case.shot.shape[1]
    return _accepted(case, mapped(found[0], lattice(size, 9)) - case.site, seconds)


def row(name: str, found: Sequence[Found]) -> tuple[object, ...]:
    errors = [one.error_px for one in found if one.error_px is not None]
    known = [error for error in errors if np.isfinite(error)]
    good = sum(error <= GOOD_PX for error in errors)
    why = ", ".join(
        f"{word} {count}" for word, count in Counter(one.why for one in found if one.why).most_common()
    )
    return (
        name,
        len(found),
        len(errors),
        f"{good} of {len(errors)}" if known else "-",
        sum(error > WRONG_PX for error in errors),
        f"{percentile(known, 0.5):.2f} px" if known else "-",
        f"{percentile(known, 0.95):.2f} px" if known else "-",
        f"{np.mean([one.seconds for one in found]):.1f}",
        why or "-",
    )


def sets(places: int) -> Iterator[tuple[str, list[Case]]]:
    yield "rendered", list(rendered(SEED, places))
    known = os.environ.get("SITETRACK_TEST_DATA")
    folder = (Path(known) if known else ROOT.parent / "shared" / "data") / "naip_nd_2009_2020"
    if folder.is_dir():
        yield "aerial, 2009 to 2020", list(aerial(folder, AERIAL_SEED, places))


def peers() -> dict[str, Callable[[Case], Found]]:
    try:
        import cv2  # noqa: F401
    except ImportError:
        return {}
    return {"SIFT": lambda case: sift(case, False), "SIFT on gradients": lambda case: sift(case, True)}


def main() -> int:
    places, command = places_asked(PLACES)
    sys.stdout.write(f"{heading(command, SEED)}, aerial {AERIAL_SEED}\n\n{table(HEAD, [])}\n")
    known = list(sets(places))
    there, elsewhere = [], []
    for name, cases in known:
        there += _tried(name, cases, matched)
    for name, cases in reversed(known):
        others = max(1, min(places, math.ceil(IMPOSSIBLE / places)) - 1)
        elsewhere += _tried(f"{name}, other ground", list(strangers(cases, others)), matched)
    for name, cases in known:
        elsewhere += _tried(f"{name}, mirrored", list(mirrored(cases[:ASIDE])), matched)
        for peer, way in peers().items():
            _tried(f"{name}: {peer}", cases[:ASIDE], way)
    sys.stdout.write(f"\n{verdict(there, elsewhere)}\n")
    accepted = [one.error_px for one in there + elsewhere if one.error_px is not None]
    is_rare = sum(one.error_px is not None for one in there) < len(there) / 2
    return int(is_rare or any(error > WRONG_PX for error in accepted))


def _tried(name: str, cases: Sequence[Case], way: Callable[[Case], Found]) -> list[Found]:
    found = []
    for case in cases:
        one = way(case)
        found.append(one)
        said = one.why if one.error_px is None else f"accepted, {one.error_px:.2f} px"
        if one.as_filed_px != one.error_px:
            said += f" ({one.as_filed_px:.2f} px as the files lie)"
        sys.stderr.write(f"{name}: {case.name}, scale {case.scale:.2f}, turn {case.turn_deg:.0f}: {said}\n")
    _told(name, found)
    if any(one.as_filed_px != one.error_px for one in found):
        _told(f"{name}, as the files lie", [replace(one, error_px=one.as_filed_px) for one in found])
    return found


def _told(name: str, found: Sequence[Found]) -> None:
    sys.stdout.write("| " + " | ".join(str(cell) for cell in row(name, found)) + " |\n")
    sys.stdout.flush()


def verdict(there: Sequence[Found], elsewhere: Sequence[Found]) -> str:
    """What the bars ask for, in two sentences."""
    errors = [one.error_px for one in there if one.error_px is not None]
    good = sum(error <= GOOD_PX for error in errors)
    false = sum(one.error_px is not None for one in elsewhere)
    return (
        f"Within {GOOD_PX:g} px: {good} of {len(errors)} accepted. Accepted where nothing is to be found: {false} of "
        f"{len(elsewhere)}, below {highest_share(false, len(elsewhere)):.1%} with 95 % confidence."
    )


def highest_share(hits: int, tries: int) -> float:
    """The share at which as few hits or fewer are seen in one of twenty: the upper end of Clopper and Pearson's
    one-sided interval.
    """
    low, high = hits / tries, 1.0
    for _ in range(50):
        share = (low + high) / 2
        seen = sum(
            math.comb(tries, number) * share**number * (1 - share) ** (tries - number)
            for number in range(hits + 1)
        )
        low, high = (share, high) if seen > 0.05 else (low, share)
    return high


if __name__ == "__main__":
    sys.exit(main())
