"""Growth as a small picture: the band between at least and at most, and the day that is looked at.

An SVG of our own where it stands beside other things: the chart of the page Growth tells more, and brings a library of
its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from dashboard.language import language, t
from dashboard.safetext import safe
from workflow.words import say

__all__ = ["drawn"]

_WIDTH, _HEIGHT, _LEFT, _TOP, _FOOT = 820.0, 200.0, 34.0, 10.0, 22.0
_LINES = 4
_YEAR_ROOM = 46.0
_STYLE = """<style>
.band, .band + div { color: var(--st-text-color); font-family: var(--st-font, sans-serif); }
.band text { font-size: 12px; fill: currentColor; opacity: .85; }
.band .grid { stroke: currentColor; opacity: .14; }
.band .between { fill: #2f6fdb; opacity: .18; }
.band .least { fill: none; stroke: #2f6fdb; stroke-width: 2; }
.band .most { fill: none; stroke: #5b95ee; stroke-width: 2; stroke-dasharray: 5 3; }
.band .day { stroke: #c76a00; stroke-width: 2; }
</style>"""


def drawn(rows: Sequence[Mapping[str, Any]], edges: tuple[date, date], day: date, says: str) -> str:
    """HTML of the band of `rows` (``day at_least at_most``, in time) over the days between `edges`; `says` in words."""
    top = max(1, *(row["at_most"] for row in rows))
    days = [(date.fromisoformat(row["day"]), row["at_least"], row["at_most"]) for row in rows]
    least = [(_x(on, edges), _y(low, top)) for on, low, _ in days]
    most = [(_x(on, edges), _y(high, top)) for on, _, high in days]
    end = _x(edges[1], edges)
    lower, upper = list(_steps(least, end)), list(_steps(most, end))
    x = _x(day, edges)
    key = " · ".join((f"━ {say('at least', language())}", f"┅ {say('at most', language())}", f"│ {t('Day')}"))
    return (
        f"{_STYLE}<svg class='band' viewBox='0 0 {_WIDTH:g} {_HEIGHT:g}' role='img' aria-label='{safe(says)}' "
        f"style='width:100%;height:auto'>{''.join(_grid(top))}{''.join(_years(edges))}"
        f"<polygon class='between' points='{_points([*upper, *reversed(lower)])}'/>"
        f"<polyline class='most' points='{_points(upper)}'/><polyline class='least' points='{_points(lower)}'/>"
        f"<line class='day' x1='{x:.1f}' x2='{x:.1f}' y1='{_TOP:g}' y2='{_HEIGHT - _FOOT:g}'/></svg>"
        f"<div style='font-size:.82rem;opacity:.85'>{safe(key)}</div>"
    )


def _x(day: date, edges: tuple[date, date]) -> float:
    share = (day - edges[0]).days / max((edges[1] - edges[0]).days, 1)
    return _LEFT + min(max(share, 0.0), 1.0) * (_WIDTH - _LEFT - 4)


def _y(count: float, top: int) -> float:
    return _HEIGHT - _FOOT - count / top * (_HEIGHT - _FOOT - _TOP)


def _steps(points: Sequence[tuple[float, float]], end: float) -> Iterator[tuple[float, float]]:
    """A count holds until the next one."""
    before = None
    for x, y in points:
        if before is not None:
            yield x, before
        yield x, y
        before = y
    if before is not None:
        yield end, before


def _points(points: Sequence[tuple[float, float]]) -> str:
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in points)


def _grid(top: int) -> Iterator[str]:
    """Whole counts at about even heights."""
    step = max(1, -(-top // _LINES))
    for count in range(0, top + 1, step):
        y = _y(count, top)
        yield f"<line class='grid' x1='{_LEFT:g}' x2='{_WIDTH:g}' y1='{y:.1f}' y2='{y:.1f}'/>"
        yield f"<text x='{_LEFT - 6:g}' y='{y + 4:.1f}' text-anchor='end'>{count}</text>"


def _years(edges: tuple[date, date]) -> Iterator[str]:
    """New years, with their numbers where there is room."""
    free = 0.0
    for year in range(edges[0].year, edges[1].year + 1):
        x = _x(date(year, 1, 1), edges)
        yield f"<line class='grid' x1='{x:.1f}' x2='{x:.1f}' y1='{_TOP:g}' y2='{_HEIGHT - _FOOT:g}'/>"
        if x >= free and x + _YEAR_ROOM / 2 <= _WIDTH:
            yield f"<text x='{x:.1f}' y='{_HEIGHT - 5:g}' text-anchor='middle'>{year}</text>"
            free = x + _YEAR_ROOM
