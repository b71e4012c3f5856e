"""What each confuser costs the queue's scores: the same rendered places again with one left out, and with all.

Run ``python benchmarks/left_out.py [PLACES [CONFUSER]...]``; few places and confusers are a short run. Places, days and
gantries are those of ``scoring.py``, the first of them. Each line is printed as soon as it is known.
"""

from __future__ import annotations

import shlex
import sys
from collections.abc import Collection, Mapping

import numpy as np
from measures import heading, line, places_asked, table
from numpy.typing import NDArray
from rendered import tracked
from scoring import PLACES, RADIUS_M, SCENES, SEED, Pair, area, is_changed, recall

from workflow.demo import CONFUSERS

RESAMPLES = 2000
HEAD = ("left out", "AUC, all pairs", "from none left out", "changed pairs in the first fifth of the queue")
Key = tuple[str, str]
Found = tuple[dict[Key, Pair], dict[Key, float]]
"""Pairs by the names of their files, in the queue's order, and the scores of those that have one."""


def found(places: int, without: Collection[str]) -> Found:
    with tracked(SEED, places, SCENES, (RADIUS_M,), without=without) as measured:
        scene, pairs, scores = measured.scene, {}, {}
        for row in measured.queue:
            pair = scene[row["before"]], scene[row["after"]]
            key = pair[0].file, pair[1].file
            pairs[key] = pair
            if row["score"] is not None:
                scores[key] = row["score"]
        return pairs, scores


def difference(pairs: Mapping[Key, Pair], whole: Mapping[Key, float], less: Mapping[Key, float]) -> str:
    """AUC of `less` minus that of `whole` on the pairs scored in both, and its standard error: places drawn again with
    replacement, all pairs of a place together.
    """
    keys = [key for key in pairs if key in whole and key in less]
    changed = np.array([is_changed(pairs[key]) for key in keys], bool)
    sites, place = np.unique([pairs[key][0].site for key in keys], return_inverse=True)
    if changed.all() or not changed.any():
        return "-"
    gain = _wins(np.array([less[key] for key in keys]), changed)
    gain -= _wins(np.array([whole[key] for key in keys]), changed)
    if len(sites) < 2:
        return f"{gain.mean():+.3f}"
    drawn = np.random.default_rng(SEED).multinomial(
        len(sites), np.full(len(sites), 1 / len(sites)), RESAMPLES
    )
    ups, downs = drawn[:, place[changed]], drawn[:, place[~changed]]
    both = ups.any(axis=1) & downs.any(axis=1)
    ups, downs = ups[both], downs[both]
    means = ((ups @ gain) * downs).sum(axis=1) / (ups.sum(axis=1) * downs.sum(axis=1))
    return f"{gain.mean():+.3f} ± {means.std():.3f}"


def _wins(scores: NDArray[np.float64], changed: NDArray[np.bool_]) -> NDArray[np.float64]:
    """(changed, unchanged): 1 where the changed pair scores higher, a half where both score the same, else 0."""
    return (1 + np.sign(scores[changed][:, None] - scores[~changed])) / 2


def main() -> None:
    places, command = places_asked(PLACES)
    named = sys.argv[2:]
    if unknown := set(named) - set(CONFUSERS):
        sys.exit(f"no confuser is called {', '.join(sorted(unknown))}; there are {', '.join(CONFUSERS)}")
    left_out = [(name, (name,)) for name in named or CONFUSERS]
    print(heading(" ".join([command, *map(shlex.quote, named)]), SEED), end="\n\n")
    print(table(HEAD, []), flush=True)
    whole_pairs, whole = found(places, ())
    print(line(("none", area(whole, whole_pairs), "", recall(whole_pairs, whole_pairs))), flush=True)
    for name, without in left_out if named else [("all", CONFUSERS), *left_out]:
        pairs, scores = found(places, without)
        told = difference(pairs, whole, scores)
        print(line((name, area(scores, pairs), told, recall(pairs, pairs))), flush=True)


if __name__ == "__main__":
    main()
