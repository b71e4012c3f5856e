"""Whether scores tell pairs in which a gantry appears from pairs in which none does: rendered series, with truth.

Run ``python benchmarks/scoring.py [PLACES]``; fewer places are a short run. The scenes are full of what can be taken
for a gantry or hides one (`workflow.demo.CONFUSERS`). What was tuned, and on which seeds: docs/evaluation.md.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Iterable, Mapping

import numpy as np
from measures import auc, heading, places_asked, table
from rendered import Measured, tracked

from workflow.demo import Change, ChangeKind, Scene

# tuned on 7000 to 7171, 7300 to 7349 and 7400 to 7449 only
SEED, PLACES, SCENES, RADIUS_M = 52_000, 24, 8, 60.0
NEAR_M, TOP = 50.0, 0.2
# the ring that the viewer draws around a suggested change
RING_M = 9.0
DRAWN = 2000
Pair = tuple[Scene, Scene]


def is_changed(pair: Pair) -> bool:
    return pair[0].truth != pair[1].truth


def is_clear(pair: Pair) -> bool:
    """By truth: no cloud over the site, no thick haze."""
    return not any(one.view.cloud_over_site or one.view.haze > 0.28 for one in pair)


def came(*kinds: ChangeKind) -> Callable[[Pair], bool]:
    def test(pair: Pair) -> bool:
        return any(
            change.kind in kinds
            and abs(change.along_m) < NEAR_M
            and change.holds_on(pair[0].day) != change.holds_on(pair[1].day)
            for change in pair[0].history
        )

    return test


def seen(what: Callable[[Scene], bool]) -> Callable[[Pair], bool]:
    return lambda pair: any(what(one) for one in pair)


CONFUSED: Mapping[str, Callable[[Pair], bool]] = {
    "a stop line came": came(ChangeKind.MARKING),
    "the road was repaved": came(ChangeKind.PAVING),
    "a row of lamps came": came(ChangeKind.LAMP),
    "trees came or went": came(ChangeKind.PLANTING, ChangeKind.FELLING),
    "a building came": came(ChangeKind.BUILDING),
    "the beam is dull": seen(lambda one: any(change.dull for change in one.history)),
    "a lorry stands there": seen(lambda one: one.view.lorry is not None),
    "dense traffic": seen(lambda one: one.view.traffic > 0.5),
    "clouds in a picture": seen(lambda one: one.view.cloud > 0),
    "thick haze in a picture": seen(lambda one: one.view.haze > 0.28),
    "snow in a picture": seen(lambda one: one.view.snow > 0),
}


STAYING: Mapping[str, Callable[[Pair], bool]] = {
    "a gantry": came(ChangeKind.GANTRY),
    "a building": CONFUSED["a building came"],
    "a row of lamp posts": CONFUSED["a row of lamps came"],
    "trees": CONFUSED["trees came or went"],
    "the road's surface": came(ChangeKind.PAVING, ChangeKind.MARKING),
    "any of these": came(*ChangeKind),
}
# what orders the queue of classes that have no scorer of their own, or orders it with two pictures
GENERAL = ("lasting", "structure", "construction")


PLACES_TOLD = (
    "scorer",
    "places named where something came or went",
    f"within {RING_M:g} m of it",
    "median, m",
    "places drawn at random within",
    "named where nothing did",
)
LOOKED_FOR = (("crossing", frozenset({ChangeKind.GANTRY})), ("lasting", frozenset(ChangeKind)))


def area(
    scores: Mapping[tuple[str, str], float],
    pairs: Mapping[tuple[str, str], Pair],
    changed: Callable[[Pair], bool] = is_changed,
) -> str:
    """AUC of the scored pairs, and how many changed and did not."""
    found: tuple[list[float], list[float]] = [], []
    for key, pair in pairs.items():
        if key in scores:
            found[not changed(pair)].append(scores[key])
    counts = f"{len(found[0])} / {len(found[1])}"
    if not all(found):
        return f"- ({counts})"
    value, error = auc(*found)
    return f"{value:.3f} ± {error:.3f} ({counts})"


def recall(ordered: Iterable[tuple[str, str]], pairs: Mapping[tuple[str, str], Pair]) -> str:
    """Share of the changed pairs in the first fifth."""
    first = list(ordered)[: round(TOP * len(pairs))]
    changed = [key for key, pair in pairs.items() if is_changed(pair)]
    hits = sum(key in changed for key in first)
    return f"{hits} of {len(changed)}"


def scores_of(measured: Measured, scorer: str) -> dict[tuple[str, str], float]:
    return {
        (one.before, one.after): one.value
        for one in measured.scores
        if one.scorer == scorer and one.value is not None
    }


def by_what_came(measured: Measured, pairs: Mapping[tuple[str, str], Pair]) -> list[tuple[str, ...]]:
    """Whether general scorers rank pairs in which something came or went near the site, and stayed so, before pairs in
    which nothing did.
    """
    scores = {name: scores_of(measured, name) for name in GENERAL}
    lines = []
    for what, changed in STAYING.items():
        told = {
            key: pair for key, pair in pairs.items() if changed(pair) or not STAYING["any of these"](pair)
        }
        lines.append((what, *(area(scores[name], told, changed) for name in GENERAL)))
    return lines


def obscured(measured: Measured, pairs: Mapping[tuple[str, str], Pair], scorer: str) -> str:
    proposed = {
        (one.before, one.after)
        for one in measured.scores
        if one.scorer == scorer and "obscured" in one.reason
    }
    hidden = {key for key, pair in pairs.items() if seen(lambda one: one.view.cloud_over_site)(pair)}
    return (
        f"Pairs with cloud over the site: {len(hidden)}, proposed as obscured by {scorer} {len(proposed & hidden)}; "
        f"other pairs proposed {len(proposed - hidden)}."
    )


def far_m(at: tuple[float, float], bearing_deg: float, changes: Iterable[Change]) -> float:
    """Metres from a place (east, north of the site) to the nearest of the rectangles that `changes` fill."""
    sin, cos = math.sin(math.radians(bearing_deg)), math.cos(math.radians(bearing_deg))
    along, across = at[0] * sin + at[1] * cos, at[0] * cos - at[1] * sin
    return min(
        math.hypot(
            max(abs(along - one.along_m) - one.length_m / 2, 0.0),
            max(abs(across - one.across_m) - one.width_m / 2, 0.0),
        )
        for one in changes
    )


def places_told(
    measured: Measured, pairs: Mapping[tuple[str, str], Pair], scorer: str, kinds: frozenset[ChangeKind]
) -> tuple[str, ...]:
    """How far the places that a scorer names lie from what came or went, and places drawn at random beside them."""
    rng = np.random.default_rng(SEED)
    drawn = [(float(east), float(north)) for east, north in rng.uniform(-RADIUS_M, RADIUS_M, (DRAWN, 2))]
    far, by_chance, idle = [], [], 0
    for one in measured.scores:
        if one.scorer != scorer or one.at is None or (one.before, one.after) not in pairs:
            continue
        before, after = pairs[one.before, one.after]
        made = [
            each
            for each in before.history
            if each.kind in kinds and each.holds_on(before.day) != each.holds_on(after.day)
        ]
        if not made:
            idle += 1
            continue
        far.append(far_m(one.at, before.bearing_deg, made))
        by_chance += [far_m(place, before.bearing_deg, made) <= RING_M for place in drawn]
    if not far:
        return scorer, "0", "-", "-", "-", str(idle)
    near = sum(one <= RING_M for one in far)
    return (
        scorer,
        str(len(far)),
        f"{near} ({100 * near / len(far):.0f} %)",
        f"{np.median(far):.1f}",
        f"{100 * np.mean(by_chance):.0f} %",
        str(idle),
    )


def by_scorer(seen_: Measured, pairs: Mapping[tuple[str, str], Pair]) -> list[tuple[str, ...]]:
    clear = {key: pair for key, pair in pairs.items() if is_clear(pair)}
    lines = []
    for name in sorted({one.scorer for one in seen_.scores}):
        scores = scores_of(seen_, name)
        order = sorted(scores, key=lambda key: -scores[key])
        lines.append((name, area(scores, pairs), area(scores, clear), recall(order, pairs)))
    return lines


def body(places: int) -> str:
    with tracked(SEED, places, SCENES, (RADIUS_M,), without=()) as measured:
        pairs = {
            (row["before"], row["after"]): (measured.scene[row["before"]], measured.scene[row["after"]])
            for row in measured.queue
        }
        scores = {
            (row["before"], row["after"]): row["score"] for row in measured.queue if row["score"] is not None
        }
        confused = [
            (
                name,
                area(scores, {key: pair for key, pair in pairs.items() if test(pair)}),
                area(scores, {key: pair for key, pair in pairs.items() if not test(pair)}),
            )
            for name, test in CONFUSED.items()
        ]
        queue = recall(((row["before"], row["after"]) for row in measured.queue), pairs)
        return "\n\n".join(
            [
                table(
                    ("scorer", "AUC, all pairs", "AUC, clear pairs", "changed pairs in its first fifth"),
                    by_scorer(measured, pairs),
                ),
                f"Changed pairs in the first fifth of the queue: {queue}.",
                *(obscured(measured, pairs, scorer) for scorer in ("crossing", "lasting")),
                table(("confuser", "AUC of pairs with it", "without it"), confused),
                table(("came or went", *GENERAL), by_what_came(measured, pairs)),
                table(PLACES_TOLD, [places_told(measured, pairs, *each) for each in LOOKED_FOR]),
            ]
        )


if __name__ == "__main__":
    asked, command = places_asked(PLACES)
    made = body(asked)
    sys.stdout.write(f"{heading(command, SEED)}\n\n{made}\n")
