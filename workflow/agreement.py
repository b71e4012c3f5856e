"""How far two readers agree beyond chance: percent agreement and Cohen's kappa. Pure.

Kappa is ``(po - pe) / (1 - pe)``: `po` is the share of pairs that agree, `pe` the share that would agree by chance if
each reader had used the states as often as they did, but independently (J. Cohen 1960, A coefficient of agreement for
nominal scales, Educational and Psychological Measurement 20, 37-46). Its standard error is the large-sample one of
J. L. Fleiss, J. Cohen and B. S. Everitt 1969, Large sample standard errors of kappa and weighted kappa,
Psychological Bulletin 72, 323-327. Sums are exact fractions, so the order of the pairs never shows in a result.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from workflow.model import State

__all__ = ["Agreement", "Table", "agreement", "decisiveness"]

Table = Mapping[str, Mapping[str, int]]
"""How many pairs: first reading, then second reading, to their count; every word that was used is in both."""

_Z95 = 1.959963984540054  # 97.5 % of the standard normal distribution lie below
_ORDER = {word: number for number, word in enumerate((*State, "decisive", "not decisive"))}

NO_PAIRS = "no pair was read twice"
ONE_STATE = "both readers used one state alone, so chance alone would agree"
NO_WIDTH = "so few or so alike pairs give the interval no width"


@dataclass(frozen=True, slots=True)
class Agreement:
    """Agreement of `n` pairs of readings.

    `percent` is 0 to 100, `kappa` -1 to 1, `low` and `high` end its 95 % interval, kept within -1 to 1. What is not
    defined is None, and `reason` says why; it is empty otherwise.
    """

    n: int
    agreed: int
    percent: float | None
    kappa: float | None
    standard_error: float | None
    low: float | None
    high: float | None
    reason: str
    table: Table


def agreement(pairs: Iterable[tuple[str, str]]) -> Agreement:
    """How far first and second readings agree, from pairs of words (states)."""
    counts = Counter((str(first), str(second)) for first, second in pairs)
    n = counts.total()
    agreed = sum(count for (first, second), count in counts.items() if first == second)
    words = sorted({word for pair in counts for word in pair}, key=lambda one: (_ORDER.get(one, 99), one))
    table = {first: {second: counts[first, second] for second in words} for first in words}
    if n == 0:
        return Agreement(0, 0, None, None, None, None, None, NO_PAIRS, table)
    percent = 100 * agreed / n
    if len(words) == 1:
        return Agreement(n, agreed, percent, None, None, None, None, ONE_STATE, table)
    kappa, variance = _kappa(counts, words)
    error = math.sqrt(variance)
    if error == 0:
        return Agreement(n, agreed, percent, float(kappa), 0.0, None, None, NO_WIDTH, table)
    low, high = max(-1.0, float(kappa) - _Z95 * error), min(1.0, float(kappa) + _Z95 * error)
    return Agreement(n, agreed, percent, float(kappa), error, low, high, "", table)


def decisiveness(pairs: Iterable[tuple[State, State]]) -> list[tuple[str, str]]:
    """The pairs with each state taken as `decisive` (present, absent) or `not decisive`."""
    return [(_decides(first), _decides(second)) for first, second in pairs]


def _decides(state: State) -> str:
    return "decisive" if state.decisive else "not decisive"


def _kappa(counts: Mapping[tuple[str, str], int], words: Iterable[str]) -> tuple[Fraction, Fraction]:
    """Kappa and its variance; two words at least were used, so chance cannot agree on all."""
    n = sum(counts.values())
    share = {pair: Fraction(count, n) for pair, count in counts.items()}
    first = {word: _total(part for (a, _), part in share.items() if a == word) for word in words}
    second = {word: _total(part for (_, b), part in share.items() if b == word) for word in words}
    po = _total(part for (a, b), part in share.items() if a == b)
    pe = _total(first[word] * second[word] for word in words)
    kappa = (po - pe) / (1 - pe)
    alike = _total(
        part * (1 - (first[a] + second[a]) * (1 - kappa)) ** 2 for (a, b), part in share.items() if a == b
    )
    apart = _total(part * (second[a] + first[b]) ** 2 for (a, b), part in share.items() if a != b)
    spread = alike + (1 - kappa) ** 2 * apart - (kappa - pe * (1 - kappa)) ** 2
    return kappa, spread / (n * (1 - pe) ** 2)


def _total(parts: Iterable[Fraction]) -> Fraction:
    return sum(parts, Fraction(0))
