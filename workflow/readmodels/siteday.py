"""In which state a site is known to have been at the end of a day.

The rule: a picture counts from the last day on which it may have been taken. One that may be from before or after the
day does not count on it, nor one without a last day, which counts today alone: it was taken by now, and no earlier day
is known. Of the pictures that count, the newest that decides says the state of a target (see `site_state`). Where none
of them shows the place it is `not covered`, where nobody looked at one of them `not examined`: what later pictures show
says nothing of an earlier day. Today all pictures count.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from workflow.findings import DISPUTED, joint_state
from workflow.model import Capture, Observation, State

__all__ = ["NO_IMAGERY", "STATES", "UNSEEN", "Known", "Past", "Step", "past_of", "site_state"]

UNSEEN = "not examined"
NO_IMAGERY = "not covered"
_TOLD = (DISPUTED, State.PRESENT.value, State.ABSENT.value, State.UNCERTAIN.value)
STATES = (
    State.PRESENT.value,
    State.ABSENT.value,
    State.UNCERTAIN.value,
    DISPUTED,
    UNSEEN,
    NO_IMAGERY,
)
"""Every word that a site's state can be, in the order in which a legend has them."""

_Order = tuple[bool, tuple[bool, str, str, str]]


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a site: its state, the id of the capture that decides it (empty where none does), pictures that
    count, and pictures that may be from before or after that day.
    """

    state: str
    seen: str
    pictures: int
    either: int = 0


@dataclass(frozen=True, slots=True)
class Step:
    """From the end of `day` on the state is known to be `state`, decided by the capture `seen`."""

    day: date
    state: str
    seen: str


@dataclass(frozen=True, slots=True)
class Past:
    """What was known of a site by day: `steps` in order of days, and first and last days of its pictures, sorted.

    An open end is `date.min` or `date.max`.
    """

    steps: tuple[Step, ...] = ()
    firsts: tuple[date, ...] = ()
    lasts: tuple[date, ...] = ()
    now: Known = Known(NO_IMAGERY, "", 0)

    def on(self, day: date, today: date) -> Known:
        """What is known at the end of `day`; from `today` on all pictures count."""
        if day >= today:
            return self.now
        place = bisect_right(self.steps, day, key=lambda step: step.day) - 1
        step = self.steps[place] if place >= 0 else Step(day, NO_IMAGERY, "")
        counted = bisect_right(self.lasts, day)
        return Known(step.state, step.seen, counted, bisect_right(self.firsts, day) - counted)


def past_of(
    said: Iterable[Observation], captures: Mapping[str, Capture], pictures: Iterable[Capture]
) -> Past:
    """The past of a site from the statements on it, the captures they are on, and the pictures that show it."""
    spans = [one.acquired for one in pictures]
    lasts = sorted(span.latest or date.max for span in spans)
    told = _by_target(said)
    by_day: dict[date, list[tuple[str, str, set[State]]]] = {day: [] for day in lasts}
    for target, on in told.items():
        for capture, states in on.items():
            if capture in captures:
                last = captures[capture].acquired.latest or date.max
                by_day.setdefault(last, []).append((target, capture, states))
    newest: dict[str, tuple[_Order | None, str, str]] = {}
    steps: list[Step] = []
    for day in sorted(day for day in by_day if day < date.max):
        for target, capture, states in by_day[day]:
            newest[target] = _newer(newest.get(target), _reading(captures[capture], states))
        known = _decided(newest.values(), UNSEEN)
        if not steps or known != (steps[-1].state, steps[-1].seen):
            steps.append(Step(day, *known))
    return Past(
        tuple(steps),
        tuple(sorted(span.earliest or date.min for span in spans)),
        tuple(lasts),
        Known(*_now(told, captures, len(spans)), len(spans)),
    )


def site_state(said: Iterable[Observation], captures: Mapping[str, Capture], pictures: int) -> str:
    """One word for a site: what its targets are on the newest capture that decides.

    `present` where any target is, `disputed` where two statements on one capture differ, `absent` where all
    that were decided are not there, `uncertain` where nothing decides; `not examined` and `not covered`
    where nobody looked or could look.
    """
    return _now(_by_target(said), captures, pictures)[0]


_Told = dict[str, dict[str, set[State]]]
_Reading = tuple[_Order | None, str, str]
"""How a target reads: order and id of the capture that decides, None and empty where none does, and the word."""


def _by_target(said: Iterable[Observation]) -> _Told:
    """The states that were said of each target, by capture."""
    found: _Told = {}
    for one in said:
        found.setdefault(one.target, {}).setdefault(one.capture, set()).add(one.state)
    return found


def _now(told: _Told, captures: Mapping[str, Capture], pictures: int) -> tuple[str, str]:
    newest: list[_Reading] = []
    for states in told.values():
        best: _Reading | None = None
        for capture, some in states.items():
            if capture in captures:
                best = _newer(best, _reading(captures[capture], some))
        newest.append(best or (None, "", State.UNCERTAIN.value))
    return _decided(newest, UNSEEN if pictures else NO_IMAGERY)


def _reading(capture: Capture, states: set[State]) -> _Reading:
    decisive = {state for state in states if state.decisive}
    if not decisive:
        return None, "", State.UNCERTAIN.value
    order = capture.date_order
    return (not order[0], order), capture.id, joint_state(decisive)


def _newer(one: _Reading | None, other: _Reading) -> _Reading:
    """Of two readings of a target that of the newer capture; one that decides nothing never wins."""
    if one is None or one[0] is None:
        return other
    return other if other[0] is not None and other[0] > one[0] else one


def _decided(newest: Iterable[_Reading], unsaid: str) -> tuple[str, str]:
    """The site's word and the newest of the captures that say it; `unsaid` where there is no statement."""
    readings = list(newest)
    for word in _TOLD:
        saying = [one for one in readings if one[2] == word]
        if saying:
            deciding = [one for one in saying if one[0] is not None]
            return word, max(deciding, key=lambda one: one[0] or (False, (False, "", "", "")))[
                1
            ] if deciding else ""
    return unsaid, ""
