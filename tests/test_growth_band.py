"""The band of growth on the Overview: steps on their days, the day chosen, words for who does not see it."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from defusedxml.ElementTree import fromstring
from hypothesis import given
from hypothesis import strategies as st

from dashboard.components.growth_band import drawn

EDGES = (date(2018, 1, 1), date(2023, 12, 31))


def row(day: str, least: int, most: int) -> dict[str, Any]:
    return {"day": day, "at_least": least, "at_most": most}


def picture(html: str) -> Any:
    return fromstring(re.search("<svg.*</svg>", html, re.S).group())  # type: ignore[union-attr]


def points(svg: Any, name: str) -> list[tuple[float, float]]:
    (found,) = (one for one in svg if one.get("class") == name)
    return [(float(x), float(y)) for x, y in (pair.split(",") for pair in found.get("points").split())]


ROWS = [row("2019-01-01", 0, 2), row("2021-01-01", 3, 4)]


def test_a_count_holds_until_the_next_and_to_the_end() -> None:
    svg = picture(drawn(ROWS, EDGES, date(2020, 6, 1), "at least 3"))
    least, most = points(svg, "least"), points(svg, "most")
    assert [x for x, _ in least] == [x for x, _ in most]
    (first, zero), (second, again), (third, three), (last, same) = least
    assert first < second == third < last
    assert zero == again > three == same
    years = {one.text: float(one.get("x")) for one in svg if one.tag == "text" and len(one.text) == 4}
    assert years["2019"] == first
    assert years["2021"] == second


def test_the_day_stands_where_it_lies() -> None:
    svg = picture(drawn(ROWS, EDGES, date(2021, 1, 1), ""))
    (line,) = (one for one in svg if one.get("class") == "day")
    assert float(line.get("x1")) == points(svg, "least")[1][0]


def test_who_does_not_see_it_is_told_and_nothing_said_is_markup() -> None:
    assert picture(drawn(ROWS, EDGES, EDGES[0], "<b>&'\"")).get("aria-label") == "<b>&'\""


@given(
    st.lists(
        st.tuples(st.integers(0, 2000), st.integers(0, 500), st.integers(0, 500)), min_size=1, max_size=30
    ),
    st.dates(date(2000, 1, 1), date(2040, 1, 1)),
)
def test_all_of_it_lies_in_the_picture(steps: list[tuple[int, int, int]], day: date) -> None:
    rows = [
        row(date.fromordinal(EDGES[0].toordinal() + at).isoformat(), min(a, b), max(a, b))
        for at, a, b in sorted(steps)
    ]
    svg = picture(drawn(rows, EDGES, day, ""))
    for name in ("least", "most", "between"):
        for x, y in points(svg, name):
            assert 0 <= x <= 820
            assert 0 <= y <= 200
