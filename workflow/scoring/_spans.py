"""What a gantry shows in a picture, wherever it may stand: its bar, the bar's shadow and those of its posts.

A gantry is a bar across the road between two posts, some seven metres high. Its feet and all its shadows lie on the
ground: with the sun's place known they are where they are to a pixel, in every picture. The bar itself lies aside by
how the sensor looked, which is seldom known in full, so it is sought around its place.

A *form* is a height, a post (by how far to the right of the site it stands) and how far the bar surely reaches from
it, to the right or to the left.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from workflow.scoring._road import (
    ACROSS_M,
    LEAST_NOISE,
    NOISES,
    STEP_M,
    Strip,
    between,
    bright_lines,
    dark_lines,
    moved,
    narrow_lines,
    over_level,
    taken,
    windows,
)
from workflow.scoring.base import Facts

__all__ = ["FORMS", "MARGIN_M", "REACH_M", "TERMS", "places", "terms"]

Floats = NDArray[np.float32]
REACH_M = 40.0
"""How far along the road a gantry is looked for, from the site."""
MARGIN_M = 20.0
"""What has to be seen beyond: the longest shadow."""
TERMS = ("one", "bar", "shadow", "both", "post", "post and shadow", "clear shadow")
"""What is weighed: logarithms of how far each stands out, of two things the lesser; the *clear* shadow counts as far as
it falls clear of the bar.
"""
_HEIGHTS_M = (5.8, 6.4, 7.0, 7.6)
_SPANS_M = (9.2, 16.0)
_EVERY_ROWS, _EVERY_COLUMNS, _EDGE_COLUMNS = 2, 3, 2
_BAR_DEPTH_M, _BAR_THICK_M = 0.8, 0.9
_POST_PARTS = np.linspace(0.12, 0.85, 12)
_USUAL_OFF_NADIR_DEG = 15.0
_USUAL_HEIGHT_M = 7.0
_SLACK_M = 0.6
# a sun that is surer than this throws shadows in one direction, to a row; another in one of several
_SURE_DEG = 3.0
_SURE_ROWS, _UNSURE_ROWS = 1, 3
# without a sun the bar's shadow may lie on either side, and posts say nothing
_ANYWHERE_M, _NOTHING_SAID = 9.0, -0.7
_LEAST_LOG, _MOST_LOG = -1.0, 3.0
_COLUMNS = np.arange(_EDGE_COLUMNS, 2 * round(ACROSS_M / STEP_M) + 1 - _EDGE_COLUMNS, _EVERY_COLUMNS)
FORMS = len(_HEIGHTS_M) * 2 * len(_SPANS_M) * len(_COLUMNS)
"""How many forms are looked for."""


def places() -> NDArray[np.float64]:
    """Metres along the road at which a gantry may stand."""
    count = round(REACH_M / STEP_M)
    return np.arange(-count, count + 1, _EVERY_ROWS, dtype=np.float64) * STEP_M


def terms(ground: Strip, facts: Facts) -> Floats:
    """(term, form, place): `TERMS` of every form of a gantry at every place."""
    ratio = over_level(ground)
    rows = ratio.shape[0] // 2 + np.rint(places() / STEP_M).astype(np.intp)
    lean_m = _lean_m(facts)
    bars = _logs(windows(bright_lines(ratio), _SPANS_M))
    aside = round(lean_m / STEP_M)
    bars = _highest(_highest_rows(bars, round((lean_m + _SLACK_M) / STEP_M)), -aside, aside)
    bar = _reaching(bars, rows)
    throws = list(_throws(facts))
    clear = 0.0 if not throws else min(max((abs(throws[len(throws) // 2][0]) - 0.1) / 0.4, 0.0), 1.0)
    found = []
    for shadow, post in _shadows(ratio, throws, rows):
        weighed = (np.minimum(bar, shadow), post, np.minimum(shadow, post), clear * shadow)
        found.append(np.stack([np.ones_like(bar), bar, shadow, *weighed]))
    made: Floats = np.stack(found, axis=1).reshape(len(TERMS), FORMS, len(rows))
    return made


def _lean_m(facts: Facts) -> float:
    """How far the bar may lie from its feet, the sensor's direction not being known."""
    off_nadir = _USUAL_OFF_NADIR_DEG if facts.off_nadir_deg is None else facts.off_nadir_deg
    return _USUAL_HEIGHT_M * math.tan(math.radians(min(off_nadir, 45.0)))


def _throws(facts: Facts) -> Iterator[tuple[float, float]]:
    """Where the shadow of a thing a metre high may end, metres along and to the right of its foot.

    None without a sun; the middle one is the likeliest.
    """
    if facts.sun is None or facts.bearing_deg is None:
        return
    error, bearing = facts.sun_error_deg, math.radians(facts.bearing_deg)
    for turn in (0.0,) if error <= _SURE_DEG else (-error, -error / 2, 0.0, error / 2, error):
        east, north = facts.sun._replace(azimuth_deg=facts.sun.azimuth_deg + turn).shadow_per_metre()
        yield (
            east * math.sin(bearing) + north * math.cos(bearing),
            east * math.cos(bearing) - north * math.sin(bearing),
        )


def _shadows(
    ratio: Floats, throws: Sequence[tuple[float, float]], rows: NDArray[np.intp]
) -> Iterator[tuple[Floats, Floats]]:
    """By height, shadows of the bar and of the post: each (side, span, column, row)."""
    if not throws:
        dark = _logs(windows(dark_lines(ratio, _BAR_DEPTH_M + _BAR_THICK_M), _SPANS_M))
        shadow = _reaching(_highest_rows(dark, round(_ANYWHERE_M / STEP_M)), rows)
        for _ in _HEIGHTS_M:
            yield shadow, np.full_like(shadow, _NOTHING_SAID)
        return
    within = _SURE_ROWS if len(throws) == 1 else _UNSURE_ROWS
    known = [
        (
            throw,
            windows(dark_lines(ratio, _BAR_DEPTH_M + _BAR_THICK_M * abs(throw[0])), _SPANS_M),
            narrow_lines(ratio, *throw),
        )
        for throw in throws
    ]
    for height in _HEIGHTS_M:
        middle = height - _BAR_THICK_M / 2
        dark = np.maximum.reduce(
            [moved(wide, round(middle * a / STEP_M), round(middle * b / STEP_M)) for (a, b), wide, _ in known]
        )
        shadow = _reaching(_highest_rows(_logs(dark), within), rows)
        thin = np.maximum.reduce([_posts(narrow, height * a, height * b) for (a, b), _, narrow in known])
        post = _logs(_highest(_highest_rows(thin, within)[rows], -1, 1)[:, _COLUMNS]).T
        yield shadow, np.broadcast_to(post, shadow.shape)


def _posts(narrow: Floats, along_m: float, across_m: float) -> Floats:
    """How dark the line is from each foot to where a post's shadow ends; 1 is three times what is usual there."""
    parts = [
        between(narrow, part * along_m / STEP_M, part * across_m / STEP_M) for part in _POST_PARTS.tolist()
    ]
    line = np.median(np.stack(parts), axis=0)
    line -= np.median(line, axis=0)
    off = np.abs(line)
    noise = 1.4826 * np.maximum(np.median(off), np.median(off, axis=0))
    made: Floats = (line / np.maximum(NOISES * noise, LEAST_NOISE)).astype(np.float32)
    return made


def _reaching(layers: Floats, rows: NDArray[np.intp]) -> Floats:
    """(side, span, column, row) of layers (span, row, column): the window that begins or ends at the post's column."""
    last = layers.shape[2] - 1
    made = [
        [
            layer[rows][:, np.clip(_COLUMNS + side * round(span / 2 / STEP_M), 0, last)].T
            for layer, span in zip(layers, _SPANS_M, strict=True)
        ]
        for side in (1, -1)
    ]
    return np.array(made)


def _highest_rows(layers: Floats, within: int) -> Floats:
    """The highest of the rows up to `within` to either side; rows are the last but one axis."""
    made: Floats = np.maximum.reduce([taken(layers, rows) for rows in range(-within, within + 1)])
    return made


def _highest(layers: Floats, first: int, last: int) -> Floats:
    """The highest of what lies from `first` to `last` columns to the right; ends repeated."""
    before, after, size = max(-first, 0), max(last, 0), layers.shape[-1]
    made = np.pad(layers, [*[(0, 0)] * (layers.ndim - 1), (before, after)], mode="edge")
    wide, wanted = 1, last - first + 1
    while wide < wanted:
        step = min(wide, wanted - wide)
        made, wide = np.maximum(made[..., :-step], made[..., step:]), wide + step
    within: Floats = made[..., first + before : first + before + size]
    return within


def _logs(response: Floats) -> Floats:
    logs = np.log(np.maximum(response, np.float32(1e-3)))
    limited: Floats = np.clip(logs, _LEAST_LOG, _MOST_LOG)
    return limited
