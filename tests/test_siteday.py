"""In which state a site is known to have been at the end of a day."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflow.model import Basis, Capture, CaptureKind, DateSpan, Observation, Precision, State
from workflow.readmodels.siteday import Known, Past, past_of, site_state

TODAY = date(2026, 1, 1)


def span(first: str | None, last: str | None) -> DateSpan:
    first_day, last_day = (date.fromisoformat(text) if text else None for text in (first, last))
    return DateSpan(first_day, last_day, Precision.RANGE, Basis.STATED)


def capture(name: str, first: str | None, last: str | None = "same") -> Capture:
    return Capture(
        id=name,
        sha256=name * 64,
        kind=CaptureKind.SATELLITE,
        file=f"{name}.tif",
        original="",
        working="",
        acquired=span(first, first if last == "same" else last),
        width_px=1,
        height_px=1,
        bands=1,
    )


def says(name: str, state: str, target: str = "t", author: str = "ana") -> Observation:
    return Observation(f"{target}.{name}.{author}", "s", target, name, author, State(state))


SERIES = [capture("a", "2019-01-01"), capture("b", "2020-01-01"), capture("c", "2021-01-01")]
SAID = [says("a", "absent"), says("b", "present")]


def on(day: str, said: list[Observation], pictures: list[Capture]) -> Known:
    past = past_of(said, {one.id: one for one in pictures}, pictures)
    return past.on(date.fromisoformat(day), TODAY)


@pytest.mark.parametrize(
    ("day", "state", "seen", "pictures"),
    [
        ("2018-12-31", "not covered", "", 0),
        ("2019-01-01", "absent", "a", 1),
        ("2019-12-31", "absent", "a", 1),
        ("2020-01-01", "present", "b", 2),
        ("2025-01-01", "present", "b", 3),
        ("2030-01-01", "present", "b", 3),
    ],
)
def test_a_picture_counts_from_its_day_on(day: str, state: str, seen: str, pictures: int) -> None:
    assert on(day, SAID, SERIES) == Known(state, seen, pictures)


def test_a_place_that_nobody_looked_at_yet_is_not_examined() -> None:
    assert on("2019-06-01", [says("b", "present")], SERIES) == Known("not examined", "", 1)
    assert on("2019-06-01", [], SERIES).state == "not examined"
    assert on("2019-06-01", [says("a", "obscured")], SERIES).state == "uncertain"


def test_a_picture_that_may_be_from_either_side_of_the_day_does_not_count() -> None:
    wide = capture("w", "2020-01-01", "2020-12-31")
    assert on("2020-06-01", [says("w", "present")], [wide]) == Known("not covered", "", 0, either=1)
    assert on("2020-12-31", [says("w", "present")], [wide]) == Known("present", "w", 1)


@pytest.mark.parametrize(("first", "last"), [("2019-01-01", None), (None, None)])
def test_a_picture_without_a_last_day_counts_today_alone(first: str | None, last: str | None) -> None:
    some = [capture("o", first, last)]
    assert on("2025-12-31", [says("o", "present")], some) == Known("not covered", "", 0, either=1)
    assert on("2026-01-01", [says("o", "present")], some) == Known("present", "o", 1)


def test_two_readers_who_differ_dispute_the_state_and_one_present_target_is_enough() -> None:
    both = [says("a", "absent"), says("a", "present", author="ben")]
    assert on("2019-06-01", both, SERIES) == Known("disputed", "a", 1)
    targets = [says("a", "present"), says("b", "absent", target="u")]
    assert on("2020-06-01", targets, SERIES) == Known("present", "a", 2)


def test_a_statement_on_a_picture_that_is_not_known_decides_nothing() -> None:
    assert site_state([says("z", "present")], {}, 0) == "uncertain"
    assert past_of([says("z", "present")], {}, []) == Past(now=Known("uncertain", "", 0))


DAYS = st.dates(date(2019, 1, 1), date(2021, 12, 31))


@st.composite
def places(draw: st.DrawFn) -> tuple[list[Observation], list[Capture]]:
    spans = draw(st.lists(st.tuples(st.none() | DAYS, st.none() | DAYS), max_size=6))
    pictures = [
        replace(
            capture(chr(97 + number), None),
            acquired=DateSpan(
                min(first, last) if first and last else first,
                max(first, last) if first and last else last,
                Precision.RANGE,
            ),
        )
        for number, (first, last) in enumerate(spans)
    ]
    names = [one.id for one in pictures] or ["z"]
    said = draw(
        st.lists(
            st.builds(
                says,
                st.sampled_from(names),
                st.sampled_from([one.value for one in State]),
                st.sampled_from(["t", "u"]),
                st.sampled_from(["ana", "ben"]),
            ),
            max_size=12,
        )
    )
    return said, pictures


@given(places(), DAYS)
def test_the_state_of_a_day_is_that_of_what_was_known_by_it(
    place: tuple[list[Observation], list[Capture]], day: date
) -> None:
    said, pictures = place
    captures = {one.id: one for one in pictures}
    counted = {one.id: one for one in pictures if one.acquired.latest and one.acquired.latest <= day}
    known = past_of(said, captures, pictures).on(day, TODAY)
    assert known.state == site_state([one for one in said if one.capture in counted], counted, len(counted))
    assert known.pictures == len(counted)
    assert known.seen in {*counted, ""}
    certainly_later = [one for one in pictures if one.acquired.earliest and one.acquired.earliest > day]
    assert known.either == len(pictures) - len(counted) - len(certainly_later)


@given(places(), DAYS, DAYS)
def test_what_is_known_never_rests_on_a_later_picture(
    place: tuple[list[Observation], list[Capture]], day: date, later: date
) -> None:
    said, pictures = place
    first = min(day, later)
    early = [one for one in pictures if one.acquired.latest and one.acquired.latest <= max(day, later)]
    kept = [one for one in said if one.capture in {capture.id for capture in early}]
    whole = past_of(said, {one.id: one for one in pictures}, pictures).on(first, TODAY)
    part = past_of(kept, {one.id: one for one in early}, early).on(first, TODAY)
    assert (whole.state, whole.seen, whole.pictures) == (part.state, part.seen, part.pictures)


@given(places())
def test_today_everything_counts(place: tuple[list[Observation], list[Capture]]) -> None:
    said, pictures = place
    captures = {one.id: one for one in pictures}
    known = past_of(said, captures, pictures).on(TODAY + timedelta(days=1), TODAY)
    assert known.state == site_state(said, captures, len(pictures))
    assert (known.pictures, known.either) == (len(pictures), 0)
