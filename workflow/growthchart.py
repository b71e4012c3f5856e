"""The growth chart: a band in steps between at least and at most, and what stands beside it.

One picture for the dashboard and for files. It is made of rows of `workflow.readmodels.growth`; published numbers
are marks beside the band and never part of it.
"""

from __future__ import annotations

import json
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from textwrap import wrap
from typing import Any

import altair as alt

from workflow.datewords import Language
from workflow.words import say

__all__ = [
    "HEIGHT_PX",
    "PICK",
    "WIDTH_PX",
    "Mark",
    "chart",
    "edges_of",
    "marks_of",
    "small_multiples",
]

WIDTH_PX, HEIGHT_PX = 820, 340
PICK = "picked"
"""Parameter in which a chart tells the field ``on``: the day of the row that was clicked."""

_AT_LEAST, _AT_MOST, _ASSUMED = "at least", "at most", "assumed to stay"
_LIKELY, _PUBLISHED, _MARK = "most likely (Turnbull)", "of these on publications alone", "published number"
# readable on white and on black; lines differ in their dashes too
_INK = {
    _AT_LEAST: ("#2f6fdb", (1, 0)),
    _AT_MOST: ("#5b95ee", (5, 3)),
    _ASSUMED: ("#18937a", (2, 2)),
    _LIKELY: ("#a05bd0", (8, 3)),
    _PUBLISHED: ("#d08400", (1, 0)),
    _MARK: ("#d0472f", (1, 0)),
}
_SYNTHETIC = "#b3261e"
_STROKES, _LINE = 160, 110
_DAY, _ROOM = timedelta(days=1), timedelta(days=30)
# what the axis of days says, where it is not in English
_MONTHS = {"ko": "utcFormat(datum.value, utcmonth(datum.value) ? '%-m월' : '%Y년')"}
_AXIS = {"appeared": "targets that had appeared", "standing": "targets that stood"}

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Mark:
    """A number that was published, for a day between `first` and `last`; `first` None: by `last`.

    `label` says it in words, the number among them.
    """

    first: date | None
    last: date
    number: int
    label: str


def marks_of(rows: Iterable[Row]) -> list[Mark]:
    """The marks of published numbers with a last day, as `workflow.readmodels.claims.published_marks` gives them."""
    return [
        Mark(
            date.fromisoformat(row["day_first"]) if row["day_first"] else None,
            date.fromisoformat(row["day_last"]),
            row["number"],
            row["label"],
        )
        for row in rows
        if row["day_last"]
    ]


def chart(
    rows: Sequence[Row],
    series: str = "appeared",
    marks: Sequence[Mark] = (),
    *,
    title: str = "",
    pick: bool = False,
    edges: tuple[date, date] | None = None,
    language: Language = "en",
) -> Any:
    """The band of `rows`, one at least, on to the end of their last year or over the days between `edges`, with `marks`
    over it.

    What counts on publications alone is hatched. `pick` lets a click choose the nearest day of `rows`. `language` is
    that of axes, legend and what is told of a day.
    """
    drawn = _layered(rows, series, marks, title=title, pick=pick, edges=edges, language=language)
    drawn.config = _quiet()
    return drawn


def small_multiples(groups: Mapping[str, Sequence[Row]], series: str = "appeared") -> Any:
    """A chart for each group, below each other, over the same years."""
    return alt.vconcat(
        *(
            _layered(rows, series, title=name).properties(width=WIDTH_PX, height=HEIGHT_PX // 2)
            for name, rows in groups.items()
        ),
        config=_quiet(),
    )


def _quiet() -> alt.Config:
    """A screen reader reads the sentence and the list beside a chart, not its hundreds of unnamed strokes."""
    return alt.Config(mark=alt.MarkConfig(aria=False))


def _layered(
    rows: Sequence[Row],
    series: str,
    marks: Sequence[Mark] = (),
    *,
    title: str,
    pick: bool = False,
    edges: tuple[date, date] | None = None,
    language: Language = "en",
) -> Any:
    """What `chart` shows, without what holds for the whole picture."""
    edges = edges or edges_of(rows, marks)
    drawn = [*rows, {**rows[-1], "day": edges[1].isoformat()}]
    found = _lines(drawn)
    hatches = _hatches(drawn, *edges)
    used = {
        name: say(name, language)
        for name in _INK
        if name in {one["what"] for one in (*found, *hatches)} or (marks and name == _MARK)
    }
    x = alt.X(
        "day:T",
        title=None,
        scale=alt.Scale(type="utc", domain=[_iso(edge) for edge in edges]),
        axis=alt.Undefined if language == "en" else alt.Axis(labelExpr=_MONTHS[language]),
    )
    top = max(*(row["at_most"] for row in drawn), *(mark.number for mark in marks), 1)
    y = alt.Y(
        "count:Q",
        title=say(_AXIS[series], language),
        scale=alt.Scale(domain=[0, top * 1.08], nice=False),
        axis=alt.Axis(tickMinStep=1, format="d"),
    )
    layers = [
        _band(drawn, x, top),
        *([_strokes(hatches, x, used)] if hatches else []),
        _steps(found, x, y, used),
        *_marked(marks, edges, x, used),
        _points(rows, x, pick, language),
    ]
    return alt.layer(*layers, title=_title(title, rows))


def edges_of(rows: Sequence[Row], marks: Iterable[Mark] = (), on: date | None = None) -> tuple[date, date]:
    """First and last day of a chart that has the day `on` too: whole years."""
    days = [*(date.fromisoformat(row["day"]) for row in rows), *([on] if on else [])]
    days += [day for mark in marks for day in (mark.first, mark.last) if day]
    return date(min(days).year, 1, 1), date((max(days) + _ROOM).year, 12, 31)


def _iso(day: date) -> str:
    return day.isoformat()


def _lines(rows: Iterable[Row]) -> list[dict[str, Any]]:
    """One point a row and line; lines that have no value are left out."""
    values = {_AT_LEAST: "at_least", _AT_MOST: "at_most", _ASSUMED: "assumed", _LIKELY: "turnbull"}
    return [
        {"day": row["day"], "what": name, "count": row[key]}
        for row in rows
        for name, key in values.items()
        if row[key] is not None
    ]


def _hatches(rows: Sequence[Row], first: date, last: date) -> list[dict[str, Any]]:
    """Upright strokes under *at least* as high as what counts on publications alone."""
    days = [row["day"] for row in rows]
    step = max(1, (last - first).days // _STROKES)
    found = []
    for number in range(0, (last - first).days + 1, step):
        day = _iso(first + number * _DAY)
        place = bisect_right(days, day) - 1
        if place >= 0 and rows[place]["published_at_least"]:
            count = rows[place]["at_least"]
            low = count - rows[place]["published_at_least"]
            found.append({"day": day, "low": low, "count": count, "what": _PUBLISHED})
    return found


def _colour(used: Mapping[str, str]) -> alt.Color:
    scale = alt.Scale(domain=list(used), range=[_INK[name][0] for name in used])
    return alt.Color(
        "what:N",
        scale=scale,
        title=None,
        legend=alt.Legend(orient="bottom", symbolType="stroke", labelLimit=0, labelExpr=_labels(used)),
    )


def _dash(used: Mapping[str, str]) -> alt.StrokeDash:
    scale = alt.Scale(domain=list(used), range=[list(_INK[name][1]) for name in used])
    legend = alt.Legend(orient="bottom", labelLimit=0, labelExpr=_labels(used))
    return alt.StrokeDash("what:N", scale=scale, title=None, legend=legend)


def _labels(used: Mapping[str, str]) -> Any:
    """An expression for what the legend calls its lines; none in English, where they are named so."""
    if all(name == label for name, label in used.items()):
        return alt.Undefined
    return f"{json.dumps(dict(used), ensure_ascii=False)}[datum.label]"


def _band(rows: Sequence[Row], x: alt.X, top: int) -> Any:
    return (
        alt.Chart(_data(rows))
        .mark_area(interpolate="step-after", opacity=0.18, color=_INK[_AT_LEAST][0])
        .encode(
            x=x, y=alt.Y("at_least:Q", scale=alt.Scale(domain=[0, top * 1.08], nice=False)), y2="at_most:Q"
        )
    )


def _strokes(hatches: Sequence[Row], x: alt.X, used: Mapping[str, str]) -> Any:
    return (
        alt.Chart(_data(hatches))
        .mark_rule(opacity=0.75, strokeWidth=1.2)
        .encode(x=x, y="low:Q", y2="count:Q", color=_colour(used))
    )


def _steps(found: Sequence[Row], x: alt.X, y: alt.Y, used: Mapping[str, str]) -> Any:
    return (
        alt.Chart(_data(found))
        .mark_line(interpolate="step-after", strokeWidth=2)
        .encode(x=x, y=y, color=_colour(used), strokeDash=_dash(used))
    )


def _points(rows: Sequence[Row], x: alt.X, pick: bool, language: Language) -> Any:
    """What tells the counts of a day under the pointer."""
    told = [{**row, "on": row["day"]} for row in rows]
    tips = [
        alt.Tooltip("on:N", title=say("day", language)),
        *(
            alt.Tooltip(f"{key}:Q", title=say(key.replace("_", " "), language))
            for key in ("at_least", "at_most")
        ),
        *(
            alt.Tooltip(f"{key}:Q", title=say(key, language))
            for key in ("assumed", "turnbull")
            if rows[-1][key] is not None
        ),
        alt.Tooltip("published:Q", title=say("of these on publications", language)),
    ]
    points = alt.Chart(_data(told)).mark_rule(strokeWidth=9, opacity=0.001).encode(x=x, tooltip=tips)
    if not pick:
        return points
    chosen = alt.selection_point(PICK, fields=["on"], on="click", nearest=True, empty=False)
    return points.encode(opacity=alt.condition(chosen, alt.value(0.35), alt.value(0.001))).add_params(chosen)


def _marked(marks: Sequence[Mark], edges: tuple[date, date], x: alt.X, used: Mapping[str, str]) -> list[Any]:
    middle = edges[0] + (edges[1] - edges[0]) / 2
    layers = []
    for side in ("left", "right"):  # the label lies on the side of its diamond where there is room
        some = [one for one in marks if (one.last > middle) is (side == "right")]
        told = [_mark(one, edges[0]) for one in some]
        base = alt.Chart(_data(told))
        ends = base.encode(x=alt.X("last:T"), y="count:Q", tooltip=["label:N"])
        away = -8 if side == "right" else 8
        layers += [
            base.mark_rule(strokeWidth=1.5).encode(x=x, x2="last:T", y="count:Q", color=_colour(used)),
            ends.mark_point(shape="diamond", filled=True, size=70, opacity=1).encode(color=_colour(used)),
            ends.mark_text(align=side, dx=away, dy=-9, limit=330).encode(text="label:N", color=_colour(used)),
        ]
    return layers


def _mark(mark: Mark, first: date) -> Row:
    return {
        "day": _iso(mark.first or first),
        "last": _iso(mark.last),
        "count": mark.number,
        "what": _MARK,
        "label": mark.label,
    }


def _title(title: str, rows: Sequence[Row]) -> alt.TitleParams:
    rendered = any(row["synthetic"] for row in rows)
    note = "SYNTHETIC: some of this rests on rendered scenes" if rendered else ""
    return alt.TitleParams(
        text=wrap(title, _LINE) or "",
        subtitle=note,
        subtitleColor=_SYNTHETIC,
        subtitleFontWeight="bold",
        anchor="start",
    )


def _data(rows: Iterable[Row]) -> Any:
    return alt.InlineData(values=[dict(row) for row in rows])
