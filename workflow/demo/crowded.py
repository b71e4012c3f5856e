"""Random series of a place full of what can be taken for a gantry, for measuring; each kind can be left out.

Every kind has random numbers of its own, so that leaving one out changes nothing else, but that a parked lorry
looks otherwise where no vehicles are.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from datetime import date, timedelta

import numpy as np

from workflow.demo.place import stream
from workflow.demo.scene import Change, ChangeKind, Scene, View
from workflow.demo.series import FIRST_DAY, SPAN_DAYS, series
from workflow.demo.styles import STYLES, Style
from workflow.model import LonLat

__all__ = ["CONFUSERS", "crowded"]

Rng = np.random.Generator
_NEAR_M = 40.0


def crowded(
    site: str,
    position: LonLat,
    seed: int,
    *,
    count: int = 8,
    gantries: int = 1,
    without: Collection[str] = (),
) -> tuple[Scene, ...]:
    """`count` scenes as of `series`, with all of `CONFUSERS` but those in `without`, near the gantries.

    Raises
    ------
    ValueError
        when `without` names no confuser.
    """
    if unknown := set(without) - set(CONFUSERS):
        raise ValueError(f"no confuser is called {', '.join(sorted(unknown))}")
    scenes = series(site, position, seed, count=count, gantries=gantries, confusers=0)
    style, history = STYLES[scenes[0].style], list(scenes[0].history)
    there = [name for name in CONFUSERS if name not in without]
    for name in there:
        if name in _HISTORIES:
            history = _HISTORIES[name](stream(seed, site, name), style, history)
    return tuple(replace(scene, history=tuple(history), view=_view(scene, style, there)) for scene in scenes)


def _view(scene: Scene, style: Style, there: Collection[str]) -> View:
    """The picture's own weather and traffic, drawn again, so that each can be left out."""
    view = replace(scene.view, traffic=0.0, lorry=None, cloud=0.0, cloud_over_site=False, haze=0.05, snow=0.0)
    for name in there:
        if name in _VIEWS:
            view = _VIEWS[name](stream(scene.seed, scene.file, name), style, view, scene.day)
    return view


# -- what comes and stays ------------------------------------------------------------------------------------

_History = list[Change]


def _some_day(rng: Rng) -> date:
    return FIRST_DAY + timedelta(int(rng.integers(0, SPAN_DAYS)))


def _side(rng: Rng) -> float:
    return float(rng.choice([-1, 1]))


def _near(rng: Rng) -> float:
    return float(rng.uniform(-_NEAR_M, _NEAR_M))


def _lanes(style: Style, side: float) -> tuple[float, float]:
    """Middle and width of a carriageway's lanes."""
    width = style.lanes * style.lane_m
    return side * (style.median_m / 2 + width / 2), width


def _stop_lines(rng: Rng, style: Style, history: _History) -> _History:
    """Two bars of fresh paint across a carriageway's lanes."""
    made = []
    for _ in range(2):
        middle, width = _lanes(style, _side(rng))
        made.append(Change(ChangeKind.MARKING, _some_day(rng), None, _near(rng), middle, 0.5, width - 0.3))
    return [*history, *made]


def _repaving(rng: Rng, style: Style, history: _History) -> _History:
    """A long piece of new asphalt, and a trench across that was filled up."""
    middle, width = _lanes(style, _side(rng))
    long = Change(
        ChangeKind.PAVING, _some_day(rng), None, _near(rng), middle, float(rng.uniform(30, 120)), width
    )
    middle, width = _lanes(style, _side(rng))
    trench = Change(
        ChangeKind.PAVING, _some_day(rng), None, _near(rng), middle, float(rng.uniform(1, 2.5)), width
    )
    return [*history, long, trench]


def _lamps(rng: Rng, style: Style, history: _History) -> _History:
    """A row of lamp posts on each kerb; one row comes later."""
    made, gap = [], float(rng.uniform(24, 38))
    for side, since in ((-1.0, None), (1.0, _some_day(rng))):
        first = float(rng.uniform(0, gap)) - 3 * gap
        made += [
            Change(ChangeKind.LAMP, since, None, first + gap * number, side * (style.kerb_m + 0.8))
            for number in range(7)
        ]
    return [*history, *made]


def _trees(rng: Rng, style: Style, history: _History) -> _History:
    made = []
    for kind in (ChangeKind.PLANTING, ChangeKind.FELLING):
        across, length = _side(rng) * (style.kerb_m + 0.6 * style.verge_m), float(rng.uniform(30, 90))
        made.append(Change(kind, _some_day(rng), None, _near(rng), across, length, style.verge_m + 4))
    return [*history, *made]


def _buildings(rng: Rng, style: Style, history: _History) -> _History:
    """A tall and a low building close to the road, whose shadows fall on it."""
    made = []
    for height in (float(rng.uniform(14, 32)), float(rng.uniform(5, 9))):
        across = _side(rng) * (style.kerb_m + float(rng.uniform(10, 20)))
        made.append(
            Change(
                ChangeKind.BUILDING,
                _some_day(rng),
                None,
                _near(rng),
                across,
                float(rng.uniform(8, 30)),
                11.0,
                height,
            )
        )
    return [*history, *made]


def _dull_beams(rng: Rng, _style: Style, history: _History) -> _History:
    """Two gantries in five are of weathered steel."""
    return [replace(one, dull=bool(rng.random() < 0.4)) if one.target else one for one in history]


# -- what is of one picture ----------------------------------------------------------------------------------


def _vehicles(rng: Rng, _style: Style, view: View, _day: date) -> View:
    return replace(view, traffic=round(float(rng.uniform(0.05, 0.7)), 2))


def _lorries(rng: Rng, style: Style, view: View, _day: date) -> View:
    """In two pictures of five one stands near, on some lane or on the shoulder."""
    if rng.random() > 0.4:
        return view
    lane = float(rng.uniform(0.5, style.lanes + 0.3))
    return replace(view, lorry=(_near(rng), _side(rng) * (style.median_m / 2 + lane * style.lane_m)))


def _clouds(rng: Rng, _style: Style, view: View, _day: date) -> View:
    if rng.random() > 0.2:
        return view
    over = bool(rng.random() < 0.4)
    return replace(view, cloud=round(float(rng.uniform(0.05, 0.5)), 2), cloud_over_site=over)


def _haze(rng: Rng, _style: Style, view: View, _day: date) -> View:
    """Thin in most pictures, thick in one of seven."""
    thick = rng.random() < 1 / 7
    return replace(view, haze=round(float(rng.uniform(0.3, 0.55) if thick else rng.uniform(0, 0.25)), 3))


def _snow(rng: Rng, _style: Style, view: View, day: date) -> View:
    wintry = day.month in (12, 1, 2) and rng.random() < 0.4
    return replace(view, snow=round(float(rng.uniform(0.3, 0.95)), 2)) if wintry else view


_HISTORIES: Mapping[str, Callable[[Rng, Style, _History], _History]] = {
    "stop lines": _stop_lines,
    "repaving": _repaving,
    "lamps": _lamps,
    "trees": _trees,
    "buildings": _buildings,
    "dull beams": _dull_beams,
}
_VIEWS: Mapping[str, Callable[[Rng, Style, View, date], View]] = {
    "vehicles": _vehicles,
    "lorries": _lorries,
    "clouds": _clouds,
    "haze": _haze,
    "snow": _snow,
}
CONFUSERS = (*_HISTORIES, *_VIEWS)
"""What can be taken for a gantry, or hides one."""
