"""The matrix of sites and time: each dated picture in one cell, what decides before what does not, bars where they
belong.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflow import actions
from workflow.findings import DISPUTED
from workflow.model import Author, Basis, DateSpan, Event, Finding, Precision, Role
from workflow.readmodels import matrix as matrices
from workflow.readmodels.matrix import (
    CHANGED,
    STOOD,
    UNSEEN,
    Line,
    Look,
    Scale,
    cells,
    columns,
    mark_of,
    place_in,
)
from workflow.readmodels.reviews import hidden_from

STATES = ("present", "absent", "uncertain", "obscured", "insufficient", DISPUTED, UNSEEN)
days = st.dates(date(2015, 1, 1), date(2024, 12, 31))
scales = st.sampled_from(Scale)


@st.composite
def spans(draw: st.DrawFn) -> DateSpan:
    first, length = draw(days), draw(st.integers(0, 800))
    last = first + timedelta(days=length)
    side = draw(st.sampled_from(["both", "both", "first", "last"]))
    return DateSpan(
        None if side == "last" else first, None if side == "first" else last, Precision.RANGE, Basis.STATED
    )


looks = st.lists(st.tuples(spans(), st.sampled_from(STATES)), max_size=12).map(
    lambda some: [Look(f"c{number}", span, state) for number, (span, state) in enumerate(some)]
)


# -- columns -------------------------------------------------------------------------------------------------


@given(st.integers(1990, 2030), st.integers(0, 12), scales)
def test_columns_are_the_years_without_a_gap(first: int, more: int, scale: Scale) -> None:
    some = columns(first, first + more, scale)
    assert (some[0].first, some[-1].last) == (date(first, 1, 1), date(first + more, 12, 31))
    assert all(one.last + timedelta(days=1) == two.first for one, two in pairwise(some))
    assert len(some) == (more + 1) * 12 // scale.months
    assert all(one.year == one.first.year == one.last.year for one in some)


def test_columns_have_short_names() -> None:
    assert [one.name for one in columns(2020, 2021, Scale.YEAR)] == ["2020", "2021"]
    assert [one.name for one in columns(2020, 2020, Scale.QUARTER)] == ["Q1", "Q2", "Q3", "Q4"]
    assert [one.name for one in columns(2020, 2020, Scale.MONTH)] == [str(number) for number in range(1, 13)]


@given(days, days, scales)
def test_places_follow_time_and_fill_their_column(one: date, two: date, scale: Scale) -> None:
    some = columns(2015, 2024, scale)
    number = matrices.column_of(one, some)
    assert number is not None
    assert number <= place_in(one, some) < place_in(one, some, end=True) <= number + 1
    if one < two:
        assert place_in(one, some, end=True) <= place_in(two, some)


def test_a_day_outside_of_the_columns_is_held_at_their_edge_and_in_none() -> None:
    some = columns(2020, 2021, Scale.YEAR)
    before, after = date(2019, 12, 31), date(2022, 1, 1)
    assert (place_in(before, some), place_in(after, some)) == (0, 2)
    assert (matrices.column_of(before, some), matrices.column_of(after, some)) == (None, None)
    assert place_in(date(2021, 12, 31), some, end=True) == 2


# -- cells ---------------------------------------------------------------------------------------------------


@given(looks, scales)
def test_each_picture_within_the_columns_stands_in_one_cell_and_no_other_does(
    some: list[Look], scale: Scale
) -> None:
    among = columns(2016, 2023, scale)
    found = cells(some, among)
    shown = [look for cell in found for look in cell.looks]
    assert sorted(look.capture for look in shown) == sorted(
        look.capture for look in some if 2016 <= look.day.year <= 2023
    )
    assert [cell.column for cell in found] == sorted({cell.column for cell in found})
    for cell in found:
        column = among[cell.column]
        assert all(column.first <= look.day <= column.last for look in cell.looks)
        assert cell.mark == mark_of(look.state for look in cell.looks)


@given(st.sets(st.sampled_from(STATES), min_size=1))
def test_what_decides_beats_what_does_not(states: set[str]) -> None:
    mark = mark_of(states)
    decisive = states & {"present", "absent", DISPUTED}
    assert (mark in ("present", "absent", CHANGED, DISPUTED)) == bool(decisive)
    if len(states) == 1:
        assert mark in states
    assert (mark == UNSEEN) == (states == {UNSEEN})


@pytest.mark.parametrize(
    ("states", "mark"),
    [
        (["absent", "present"], CHANGED),
        (["absent", "present", DISPUTED], DISPUTED),
        (["insufficient", "obscured"], "obscured"),
        (["obscured", "uncertain"], "uncertain"),
        ([UNSEEN, "insufficient"], "insufficient"),
        (["obscured", "absent"], "absent"),
        ([], UNSEEN),
    ],
)
def test_marks_in_their_order(states: list[str], mark: str) -> None:
    assert mark_of(states) == mark


def span(first: date | None, last: date | None) -> DateSpan:
    return DateSpan(first, last, Precision.RANGE, Basis.STATED)


@pytest.mark.parametrize(
    ("first", "last", "loose"),
    [
        (date(2020, 4, 1), date(2020, 6, 30), False),
        (date(2020, 4, 1), date(2020, 7, 1), True),
        (None, date(2020, 5, 1), True),
        (date(2020, 5, 1), None, True),
    ],
)
def test_a_date_that_reaches_beyond_its_cell_makes_it_loose(
    first: date | None, last: date | None, loose: bool
) -> None:
    (cell,) = cells([Look("c", span(first, last), UNSEEN)], columns(2020, 2020, Scale.QUARTER))
    assert (cell.column, cell.loose) == (1, loose)


def test_a_picture_without_a_date_has_no_day() -> None:
    with pytest.raises(ValueError, match="not dated"):
        _ = Look("c", span(None, None), UNSEEN).day


# -- bars ----------------------------------------------------------------------------------------------------


def finding(**stated: Any) -> Finding:
    known = {"site": "a", "target": "t", "event": Event.APPEARED, "after": None, "by": None, "phrase": ""}
    return Finding(**{**known, **stated})


def test_an_event_is_after_its_excluded_bound_and_the_target_then_stood() -> None:
    one = finding(after=date(2020, 1, 1), by=date(2020, 3, 1), stood=date(2021, 5, 5))
    assert [(bar.kind, bar.first, bar.last) for bar in matrices.bars_of(one)] == [
        ("appeared", date(2020, 1, 2), date(2020, 3, 1)),
        (STOOD, date(2020, 3, 1), date(2021, 5, 5)),
    ]


def test_what_was_never_seen_and_what_did_not_stand_for_certain_has_no_such_bar() -> None:
    assert matrices.bars_of(finding(seen=False, after=date(2020, 1, 1))) == []
    early = finding(by=date(2020, 3, 1), stood=date(2020, 2, 1))
    assert [(bar.kind, bar.first) for bar in matrices.bars_of(early)] == [("appeared", None)]
    assert matrices.bars_of(finding(source="publication", by=date(2020, 1, 1)))[0].published


# -- lines ---------------------------------------------------------------------------------------------------


def line(site: str, seen: date | None = None, unknown: int = 0) -> Line:
    some = tuple(
        Look(f"c{number}", span(date(2020, 1, 1), date(2020, 1, 1)), UNSEEN) for number in range(unknown)
    )
    bars = tuple(matrices.bars_of(finding(by=seen))) if seen else ()
    return Line(site, "t", "t", some, bars, 0)


def test_lines_come_in_the_order_that_was_asked_for() -> None:
    some = [line("b", date(2022, 1, 1), 1), line("c", None, 3), line("a", date(2021, 1, 1))]
    names = {"a": "Zoo", "b": "abc", "c": "ABD"}
    ids = {order: [one.site for one in matrices.ordered(some, order, names)] for order in matrices.ORDERS}
    assert ids == {"name": ["b", "c", "a"], "first seen": ["a", "b", "c"], "most unknown": ["c", "b", "a"]}


def test_a_publication_alone_is_no_first_sight() -> None:
    said = replace(
        line("a"), bars=tuple(matrices.bars_of(finding(by=date(2019, 1, 1), source="publication")))
    )
    assert said.first_seen is None


def test_the_extent_is_that_of_pictures_and_bars() -> None:
    assert matrices.extent([line("a")]) is None
    assert matrices.extent([line("a", date(2017, 5, 1), 1), line("b")]) == (2017, 2020)


def test_rows_name_each_picture_within_the_years() -> None:
    some = replace(line("a"), looks=(Look("c", span(date(2020, 1, 1), None), "present"),))
    (row,) = matrices.cell_rows([some], {"a": "Arch"}, 2020, 2020)
    assert (row["site"], row["id"], row["picture"], row["state"]) == ("Arch", "a", "c", "present")
    assert (row["earliest"], row["latest"]) == ("2020-01-01", "")
    assert matrices.cell_rows([some], {"a": "Arch"}, 2021, 2022) == []
    by = replace(line("a"), looks=(Look("c", span(None, date(2020, 1, 1)), "present"),))
    assert matrices.cell_rows([by], {}, 2020, 2020)[0]["earliest"] == ""


# -- of a project --------------------------------------------------------------------------------------------


def test_a_line_has_every_dated_picture_of_its_site_once(watched: Any) -> None:
    watched.add_site("gate")
    first, second = watched.add_capture("2019-05-03"), watched.add_capture("2020-06-01")
    for capture, state in ((first, "absent"), (second, "present")):
        actions.observe(watched.project, Author("Anna"), site="gate", capture=capture.id, state=state)
    found = matrices.matrix(watched.project)
    (one,) = found.lines
    assert [(look.capture, look.state) for look in one.looks] == [
        (first.id, "absent"),
        (second.id, "present"),
    ]
    assert [(bar.kind, bar.first, bar.last) for bar in one.bars] == [
        ("appeared", date(2019, 5, 4), date(2020, 6, 1)),
        (STOOD, date(2020, 6, 1), date(2020, 6, 1)),
    ]
    assert (one.undated, one.unknown, one.first_seen) == (0, 0, date(2020, 6, 1))


def test_what_a_second_reader_may_not_see_is_not_shown(watched: Any) -> None:
    watched.add_site("gate")
    capture = watched.add_capture("2019-05-03")
    anna, lena = Author("Anna"), Author("Lena", Role.LEAD)
    said = actions.observe(watched.project, anna, site="gate", capture=capture.id, state="present")
    actions.ask_second_reading(watched.project, lena, said.id)
    (shown,) = matrices.matrix(watched.project, hidden_from(watched.project, "Anna")).lines
    (hidden,) = matrices.matrix(watched.project, hidden_from(watched.project, "Ben")).lines
    assert ([look.state for look in shown.looks], len(shown.bars)) == (["present"], 2)
    assert ([look.state for look in hidden.looks], len(hidden.bars)) == ([UNSEEN], 0)
