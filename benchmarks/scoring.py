"""Whether scores tell pairs in which a target appears from pairs in which none does: rendered series, with truth.

Run ``python benchmarks/scoring.py [PLACES]``; fewer places are a short run. Confusers, weather and seasons change
in both kinds of pairs. Nothing was tuned on these seeds.
"""

from __future__ import annotations

import sys

from measures import auc, heading, percentile, places_asked, table
from rendered import tracked

SEED, PLACES, SCENES, RADII_M = 4052, 24, 8, (150.0, 50.0)


def body(places: int) -> list[tuple[object, ...]]:
    lines: list[tuple[object, ...]] = []
    with tracked(SEED, places, SCENES, RADII_M) as seen:
        for radius_m in RADII_M:
            changed: list[float] = []
            unchanged: list[float] = []
            unscored = 0
            for row in seen.queue:
                if not row["site"].endswith(f"-{radius_m:g}"):
                    continue
                before, after = seen.scene[row["before"]], seen.scene[row["after"]]
                if row["score"] is None:
                    unscored += 1
                else:
                    (changed if before.truth != after.truth else unchanged).append(row["score"])
            area, error = auc(changed, unchanged)
            medians = " / ".join(f"{percentile(one, 0.5):.2f}" for one in (changed, unchanged))
            lines.append(
                (
                    f"{radius_m:g} m",
                    len(changed),
                    len(unchanged),
                    unscored,
                    f"{area:.3f} ± {error:.3f}",
                    medians,
                )
            )
    return lines


if __name__ == "__main__":
    head = ("watch radius", "changed pairs", "unchanged", "unscored", "AUC ± standard error", "median scores")
    places, command = places_asked(PLACES)
    sys.stdout.write(heading(command, SEED) + "\n\n" + table(head, body(places)) + "\n")
