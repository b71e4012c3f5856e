"""Intervals of events from what captures show and what is published.

One long file, because the laws and the single cases are told with the same few captures and analysts.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from workflow.findings import (
    joint_state,
    publication_findings,
    target_findings,
    with_disagreements,
)
from workflow.model import (
    Basis,
    Confidence,
    DateSpan,
    Doubt,
    Event,
    Evidence,
    Finding,
    Precision,
    Site,
    State,
    Target,
    Witness,
)
from workflow.timespan import parse_span

DAY = timedelta(days=1)
START = date(2015, 1, 1)
PRESENT, ABSENT = State.PRESENT, State.ABSENT


def seen(state: State, when: str, capture: str = "", author: str = "kim", **more: object) -> Witness:
    return Witness(state, parse_span(when), capture or f"{state} {when}", author, **more)  # type: ignore[arg-type]


def shown(state: State, when: str, capture: str = "") -> Witness:
    """Seen in a picture that carries the date Google Earth shows."""
    return Witness(state, parse_span(when, basis=Basis.EARLIEST_POSSIBLE), capture or f"{state} {when}")


def find(*witnesses: Witness) -> tuple[Finding, ...]:
    return target_findings("gate", "gantry", witnesses)


def events(*witnesses: Witness) -> list[tuple[str, str | None, str | None]]:
    return [(one.event.value, iso(one.after), iso(one.by)) for one in find(*witnesses)]


def iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


# -- clear orders --------------------------------------------------------------------------------------------


def test_absent_then_present_gives_a_half_open_interval() -> None:
    (row,) = find(seen(ABSENT, "2021-11-03", "a"), seen(PRESENT, "2022-02-20", "b"))
    assert row == Finding(
        site="gate",
        target="gantry",
        event=Event.APPEARED,
        after=date(2021, 11, 3),
        by=date(2022, 2, 20),
        phrase="late 2021 or early 2022",
        witnesses=("a", "b"),
        stood=date(2022, 2, 20),
        confidence=Confidence.MODERATE,
        doubts=(Doubt.UNREVIEWED,),
    )


def test_the_nearest_captures_are_the_witnesses() -> None:
    (row,) = find(
        seen(ABSENT, "2014", "a"),
        seen(ABSENT, "2021-11-03", "b"),
        seen(PRESENT, "2022-02-20", "c"),
        seen(PRESENT, "2023", "d"),
    )
    assert (iso(row.after), iso(row.by), row.witnesses) == ("2021-11-03", "2022-02-20", ("b", "c"))


def test_a_capture_with_a_span_bounds_with_its_far_ends() -> None:
    assert events(seen(ABSENT, "2019"), seen(PRESENT, "April 2023")) == [
        ("appeared", "2019-01-01", "2023-04-30")
    ]


def test_never_absent_is_already_present() -> None:
    (row,) = find(seen(PRESENT, "2021-02-16", "a"), seen(PRESENT, "2023-10-10", "b"))
    assert (row.after, iso(row.by), row.phrase, row.witnesses) == (
        None,
        "2021-02-16",
        "by 16 February 2021",
        ("a",),
    )


def test_never_present_is_not_seen_as_of_the_last_absence() -> None:
    (row,) = find(seen(ABSENT, "2019", "a"), seen(ABSENT, "2021-11-03", "b"))
    assert (iso(row.after), row.by, row.phrase) == ("2021-11-03", None, "not seen as of 3 November 2021")
    assert (row.event, row.witnesses, row.seen) == (Event.APPEARED, ("b",), False)


def test_present_then_absent_is_a_removal() -> None:
    rows = find(
        seen(PRESENT, "2019-05-03", "a"), seen(PRESENT, "2020-05-03", "b"), seen(ABSENT, "January 2024", "c")
    )
    appeared, removed = rows
    assert (appeared.after, iso(appeared.by), appeared.witnesses) == (None, "2019-05-03", ("a",))
    assert (iso(removed.after), iso(removed.by), removed.witnesses) == (
        "2020-05-03",
        "2024-01-31",
        ("b", "c"),
    )
    assert removed.event is Event.REMOVED
    assert removed.contradictions == ()


def test_absent_present_absent_gives_both_events() -> None:
    found = events(seen(ABSENT, "2018"), seen(PRESENT, "2019"), seen(ABSENT, "2021"), seen(ABSENT, "2023"))
    assert found == [("appeared", "2018-01-01", "2019-12-31"), ("removed", "2019-01-01", "2021-12-31")]


def test_what_comes_back_reappears_and_says_so() -> None:
    rows = find(
        seen(ABSENT, "2017", "a"),
        seen(PRESENT, "2018", "b"),
        seen(ABSENT, "2019", "c"),
        seen(ABSENT, "2020", "d"),
        seen(PRESENT, "2022", "e"),
        seen(ABSENT, "2024", "f"),
    )
    assert [(one.event.value, one.witnesses) for one in rows] == [
        ("appeared", ("a", "b")),
        ("removed", ("b", "c")),
        ("reappeared", ("d", "e")),
        ("removed", ("e", "f")),
    ]
    for row in rows:
        (note,) = row.contradictions
        assert "came back" in note
        assert all(f"{capture} (" in note for capture in "bce")


def test_nothing_follows_from_nothing() -> None:
    assert find() == ()
    assert find(seen(State.OBSCURED, "2020")) == ()


# -- open ends and undated captures --------------------------------------------------------------------------


def test_a_broadcast_gives_no_lower_bound() -> None:
    rows = find(seen(ABSENT, "by 2021-02-16", "a"), seen(PRESENT, "2023-10-10", "b"))
    assert [(one.after, iso(one.by), one.witnesses) for one in rows] == [(None, "2023-10-10", ("b",))]
    assert find(seen(ABSENT, "by 2021-02-16", "a"))[0].phrase == "undated"


def test_a_capture_without_latest_day_gives_no_upper_bound() -> None:
    assert events(seen(ABSENT, "2019"), seen(PRESENT, "2021 or later")) == [("appeared", "2019-01-01", None)]


def test_dates_shown_by_google_earth_order_captures_as_shown() -> None:
    rows = find(
        shown(ABSENT, "2019-05-03"), shown(PRESENT, "February 2022"), seen(PRESENT, "2023-04-14", "b")
    )
    assert [(iso(one.after), iso(one.by)) for one in rows] == [("2019-05-03", "2023-04-14")]
    assert rows[0].contradictions == ()
    assert events(shown(ABSENT, "2019-05-03"), shown(PRESENT, "2022-02-02")) == [
        ("appeared", "2019-05-03", None)
    ]


def test_dates_shown_by_google_earth_within_one_month_leave_the_order_open() -> None:
    (row,) = find(shown(ABSENT, "May 2019"), seen(PRESENT, "2019-05-10"))
    assert row.after is None
    assert "is open" in row.contradictions[0]


def test_an_event_bounds_those_before_it_where_a_date_is_the_earliest_possible() -> None:
    assert events(shown(PRESENT, "2018-01-01"), seen(ABSENT, "2020-01-01"), seen(PRESENT, "2022-01-01")) == [
        ("appeared", None, "2020-01-01"),
        ("removed", "2018-01-01", "2020-01-01"),
        ("reappeared", "2020-01-01", "2022-01-01"),
    ]


def test_a_return_bounds_the_removal_before_it_where_a_date_is_the_earliest_possible() -> None:
    assert events(seen(PRESENT, "2018-01-01"), shown(ABSENT, "2020-01-01"), seen(PRESENT, "2022-01-01")) == [
        ("appeared", None, "2018-01-01"),
        ("removed", "2018-01-01", "2022-01-01"),
        ("reappeared", "2020-01-01", "2022-01-01"),
    ]


def test_a_free_text_range_that_is_the_earliest_possible_orders_by_its_whole_span() -> None:
    span = parse_span("between 2 May 2019 and 5 July 2020", basis=Basis.EARLIEST_POSSIBLE)
    (row,) = find(Witness(ABSENT, span, "a"), seen(PRESENT, "2022"))
    assert row.after is None


def test_an_undated_capture_bounds_nothing() -> None:
    dated = (seen(ABSENT, "2019"), seen(PRESENT, "2021"))
    assert find(*dated, seen(PRESENT, "unknown", "x"), seen(ABSENT, "unknown", "y")) == find(*dated)


def test_an_undated_presence_alone_is_seen_without_date() -> None:
    (row,) = find(seen(ABSENT, "2019", "a"), seen(PRESENT, "unknown", "x"))
    assert (row.after, row.by, row.phrase, row.witnesses, row.seen) == (None, None, "undated", ("x",), True)
    assert "order of a (2019) and x (undated) is open" in row.contradictions[0]


# -- what does not fit ---------------------------------------------------------------------------------------


def test_overlapping_spans_leave_the_order_open() -> None:
    (row,) = find(
        seen(ABSENT, "2019-05-03", "a"), seen(ABSENT, "2021", "b"), seen(PRESENT, "2021-06-15", "c")
    )
    # c may lie before b: then b is after a removal, and only a bounds the appearance
    assert (iso(row.after), iso(row.by), row.witnesses) == ("2019-05-03", "2021-06-15", ("a", "c"))
    assert row.contradictions == (
        "The order of b (2021) and c (15 June 2021) is open: one says absent, the other present, and their "
        "dates overlap.",
    )


def test_an_order_that_only_one_stay_settles_is_named_as_such() -> None:
    (row,) = find(seen(ABSENT, "2021", "b"), seen(PRESENT, "2021-06-15", "c"), seen(PRESENT, "2023", "d"))
    assert (iso(row.after), iso(row.by)) == ("2021-01-01", "2021-06-15")
    assert row.contradictions[0].endswith("the dates hold if it was there only once.")


def test_both_states_on_one_day_leave_the_order_open() -> None:
    (row,) = find(seen(ABSENT, "2021-06-15", "a"), seen(PRESENT, "2021-06-15", "b"))
    assert (row.after, iso(row.by)) == (None, "2021-06-15")
    assert "is open" in row.contradictions[0]


def test_absent_and_present_on_one_day_and_present_later_is_that_day() -> None:
    rows = events(seen(ABSENT, "2021-06-15", "a"), seen(PRESENT, "2021-06-15", "b"), seen(PRESENT, "2022"))
    assert rows == [("appeared", "2021-06-14", "2021-06-15")]


def test_a_presence_on_either_side_of_a_certain_absence_bounds_nothing() -> None:
    rows = find(
        seen(PRESENT, "2018-01-01", "a"),
        seen(ABSENT, "2020-06-01", "b"),
        seen(PRESENT, "2020", "c"),
        seen(PRESENT, "2022-01-01", "d"),
    )
    assert [(one.event.value, iso(one.after), iso(one.by)) for one in rows] == [
        ("appeared", None, "2018-01-01"),
        ("removed", "2018-01-01", "2020-06-01"),
        ("reappeared", "2020-06-01", "2022-01-01"),
    ]
    assert any("order of b" in note for note in rows[0].contradictions)


def test_a_disputed_capture_decides_nothing_and_is_named() -> None:
    rows = find(
        seen(ABSENT, "2018", "a"),
        seen(PRESENT, "2020", "b", author="kim"),
        seen(ABSENT, "2020", "b", author="lee"),
        seen(PRESENT, "2022", "c"),
    )
    assert [(iso(one.after), iso(one.by), one.witnesses) for one in rows] == [
        ("2018-01-01", "2022-12-31", ("a", "c"))
    ]
    assert rows[0].contradictions == (
        "Capture b is disputed and decides nothing: present says kim, absent says lee.",
    )


def test_sentences_call_a_capture_by_its_name() -> None:
    disputed = [
        Witness(state, parse_span("2020"), "b1", author, name="bridge.tif")
        for state, author in ((PRESENT, "kim"), (ABSENT, "lee"))
    ]
    overlapping = Witness(ABSENT, parse_span("by 2021"), "c1", name="still.png")
    rows = find(*disputed, overlapping, seen(PRESENT, "2021", "d1"))
    sentences = " ".join((*rows[0].contradictions, *rows[0].remarks))
    assert "Capture bridge.tif is disputed" in sentences
    assert "The order of still.png (by 31 December 2021)" in sentences
    assert "b1" not in sentences
    assert rows[0].witnesses == ("d1",)


def test_a_dispute_alone_is_reported() -> None:
    (row,) = find(seen(PRESENT, "2020", "b", author="kim"), seen(ABSENT, "2020", "b", author=""))
    assert (row.after, row.by, row.phrase, row.witnesses, row.seen) == (None, None, "undated", ("b",), False)
    assert row.contradictions == (
        "Capture b is disputed and decides nothing: present says kim, absent says ?.",
    )


# -- review and origin ---------------------------------------------------------------------------------------


def test_a_finding_is_reviewed_when_all_its_witnesses_are() -> None:
    absent, present = seen(ABSENT, "2019", "a", reviewed=True), seen(PRESENT, "2021", "b", reviewed=True)
    assert find(absent, present)[0].reviewed
    assert find(absent, present, seen(PRESENT, "2023", "c"))[0].reviewed
    assert not find(absent, replace(present, reviewed=False))[0].reviewed
    assert not find(replace(absent, reviewed=False), present)[0].reviewed
    assert find(absent)[0].reviewed


def test_two_analysts_who_agree_are_one_witness() -> None:
    absent = seen(ABSENT, "2019", "a", reviewed=True)
    (row,) = find(
        absent,
        seen(PRESENT, "2021", "b", author="kim"),
        seen(PRESENT, "2021", "b", author="lee", reviewed=True),
    )
    assert row.witnesses == ("a", "b")
    assert row.reviewed
    assert row.contradictions == ()


def test_a_reviewed_capture_is_the_witness_among_equals() -> None:
    (row,) = find(seen(PRESENT, "2021", "a"), seen(PRESENT, "2021", "b", reviewed=True))
    assert (row.witnesses, row.reviewed) == (("b",), True)


def test_what_rests_on_rendered_scenes_is_synthetic() -> None:
    assert find(seen(ABSENT, "2019", synthetic=True), seen(PRESENT, "2021"))[0].synthetic
    assert not find(seen(ABSENT, "2019"), seen(PRESENT, "2021"))[0].synthetic


# -- doubts --------------------------------------------------------------------------------------------------


def doubts(*said: Witness) -> set[tuple[Doubt, ...]]:
    return {row.doubts for row in find(*said)}


def test_what_weakens_a_finding_is_named() -> None:
    absent, present = seen(ABSENT, "2019", "a", reviewed=True), seen(PRESENT, "2021", "b", reviewed=True)
    assert doubts(absent, present) == {()}
    assert doubts(absent, replace(present, reviewed=False)) == {(Doubt.UNREVIEWED,)}
    assert doubts(absent, replace(present, confidence=Confidence.LOW)) == {(Doubt.LOW_CONFIDENCE,)}
    assert doubts(absent, replace(present, dated=False)) == {(Doubt.UNCONFIRMED_DATE,)}
    assert doubts(absent, present, seen(PRESENT, "2023", "c", confidence=Confidence.LOW)) == {()}
    assert doubts(absent, seen(PRESENT, "2019", "c", reviewed=True)) == {(Doubt.OPEN_ORDER,)}
    assert doubts(absent, present, replace(absent, capture="b")) == {(Doubt.DISPUTED,)}
    assert doubts(absent, seen(PRESENT, "2017", "c", reviewed=True), present) == {(Doubt.CAME_BACK,)}


def test_the_confidence_is_that_of_the_weakest_witness_and_of_its_surest_statement() -> None:
    absent = seen(ABSENT, "2019", "a", confidence=Confidence.HIGH)
    unsure, sure = (
        seen(PRESENT, "2021", "b", author=said.value, confidence=said)
        for said in (Confidence.LOW, Confidence.HIGH)
    )
    assert find(absent, unsure)[0].confidence is Confidence.LOW
    assert find(absent, unsure, sure)[0].confidence is Confidence.HIGH
    assert find(absent, unsure, replace(sure, capture="c"))[0].witnesses == ("a", "c")
    assert find(absent)[0].confidence is Confidence.HIGH


def test_it_is_known_to_stand_until_the_last_presence() -> None:
    (row,) = find(seen(PRESENT, "2018", "a"), seen(PRESENT, "2021", "b"))
    assert (row.by, row.stood) == (date(2018, 12, 31), date(2021, 1, 1))
    (row,) = find(seen(PRESENT, "by 2018", "a"))
    assert row.stood is None


def test_an_absence_without_earliest_day_is_remarked_on() -> None:
    (row,) = find(seen(PRESENT, "2023", "b"), seen(ABSENT, "by 16 February 2021", "a"))
    assert row.after is None
    assert row.remarks == (
        "a (by 16 February 2021) lacks it, but has no earliest day and so sets no lower bound.",
    )
    (row,) = find(seen(ABSENT, "2019", "z"), seen(PRESENT, "2023", "b"), seen(ABSENT, "by May 2020", "a"))
    assert row.remarks == ()
    assert find(seen(ABSENT, "unknown", "a"), seen(PRESENT, "2023", "b"))[0].remarks == ()


def test_a_published_absence_bounds_or_is_remarked_on() -> None:
    shown = published("by 10 October 2023", page="figure 33", target="gantry")
    lacking = replace(shown, event=None, state=ABSENT, page="figure 27")
    bounding = replace(lacking, when=parse_span("3 May 2020"))
    (row,) = publication_findings(place(shown, bounding))
    assert (row.after, row.phrase) == (date(2020, 5, 3), "between 3 May 2020 and 10 October 2023")
    assert row.witnesses == ("Register, figure 27", "Register, figure 33")
    (row,) = publication_findings(place(shown, replace(lacking, when=parse_span("by 16 February 2021"))))
    assert (row.phrase, len(row.remarks)) == ("by 10 October 2023", 1)
    assert "figure 27 (by 16 February 2021) lacks it" in row.remarks[0]
    for other in (
        replace(bounding, target="pole"),
        replace(bounding, state=PRESENT),
        replace(bounding, when=None),
        replace(bounding, when=parse_span("2024")),
    ):
        (row,) = publication_findings(place(shown, other, targets=("gantry", "pole")))
        assert (row.after, row.remarks) == (None, ())
    (row,) = publication_findings(place(replace(shown, event=Event.REMOVED), bounding))
    assert row.after is None


def test_sources_that_disagree_are_a_doubt_in_its_place() -> None:
    imagery = find(seen(ABSENT, "2019", "a", confidence=Confidence.LOW), seen(PRESENT, "2021", "b"))
    said = publication_findings(replace(place(published("2016")), id="gate"))
    one, two = with_disagreements([*imagery, *said])
    assert one.doubts == (Doubt.SOURCES_DISAGREE, Doubt.UNREVIEWED, Doubt.LOW_CONFIDENCE)
    assert two.doubts == (Doubt.SOURCES_DISAGREE,)


def test_a_published_appearance_that_fits_a_return_agrees() -> None:
    imagery = find(seen(PRESENT, "2016"), seen(ABSENT, "2018"), seen(PRESENT, "2021"))
    rows = with_disagreements([*imagery, *publication_findings(place(published("2020")))])
    assert not any(Doubt.SOURCES_DISAGREE in row.doubts for row in rows)


# -- laws ----------------------------------------------------------------------------------------------------

offsets = st.integers(0, 60)


# lists of tuples, since a strategy that draws one by one takes many times as long and the laws run often
def witnesses(states: Sequence[State] = tuple(State)) -> st.SearchStrategy[list[Witness]]:
    """Any statements of one analyst or two on captures numbered from 0; one capture has one span."""
    said = st.sampled_from(states)
    capture = st.tuples(offsets, st.integers(0, 20), st.integers(0, 249), said, st.none() | said)
    return st.lists(capture, max_size=7).map(_statements)


def _statements(captures: Iterable[tuple[int, int, int, State, State | None]]) -> list[Witness]:
    return [
        Witness(state, any_span(first, length, form), f"c{number}", author)
        for number, (first, length, form, kim, lee) in enumerate(captures)
        for author, state in (("kim", kim), ("lee", lee))
        if state is not None
    ]


def any_span(first: int, length: int, form: int) -> DateSpan:
    """`form` from 0 to 249: in a fifth of them each the start is open, the end is open, the basis is Google Earth's."""
    return DateSpan(
        None if form % 5 == 4 else START + first * DAY,
        None if form // 5 % 5 == 4 else START + (first + length) * DAY,
        Precision.RANGE if form // 25 % 2 else Precision.DAY,
        Basis.EARLIEST_POSSIBLE if form // 50 == 4 else Basis.STATED,
    )


def true_witnesses(
    appeared: int, removed: int | None, days: int = 60, width: int = 12
) -> st.SearchStrategy[list[Witness]]:
    """True statements on a target that stands from day `appeared` until the day before `removed`."""

    def statement(number: int, day: int, before: int, behind: int, form: int) -> Witness:
        stands = day >= appeared and (removed is None or day < removed)
        span = DateSpan(
            None if form % 6 == 5 else START + (day - before) * DAY,
            None if form // 6 == 5 else START + (day + behind) * DAY,
            Precision.RANGE,
        )
        return Witness(PRESENT if stands else ABSENT, span, f"c{number}")

    capture = st.tuples(
        st.integers(0, days), st.integers(0, width), st.integers(0, width), st.integers(0, 35)
    )
    return st.lists(capture, min_size=1, max_size=8).map(
        lambda found: [statement(number, *one) for number, one in enumerate(found)]
    )


def contains(row: Finding, day: date) -> bool:
    return (row.after is None or row.after < day) and (row.by is None or day <= row.by)


@pytest.mark.laws
@settings(deadline=None)
@given(witnesses(), st.randoms())
def test_the_order_of_statements_does_not_matter(said: list[Witness], random: object) -> None:
    shuffled = list(said)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert find(*said) == find(*shuffled)


@pytest.mark.laws
@settings(deadline=None)
@given(witnesses(), witnesses(states=[State.UNCERTAIN, State.OBSCURED, State.INSUFFICIENT]))
def test_a_statement_that_decides_nothing_changes_nothing(said: list[Witness], idle: list[Witness]) -> None:
    assert find(*said, *idle) == find(*said)


@pytest.mark.laws
@settings(deadline=None)
@given(witnesses())
def test_every_interval_holds_a_day_and_its_phrase_contains_it(said: list[Witness]) -> None:
    for row in find(*said):
        assert row.after is None or row.by is None or row.after < row.by
        read = parse_span(row.phrase)
        assert read.earliest is None or (row.after is not None and read.earliest <= row.after + DAY)
        assert read.latest is None or (row.by is not None and read.latest >= row.by)
        assert row.witnesses


@pytest.mark.laws
@settings(deadline=None)
@given(witnesses())
def test_events_alternate_and_do_not_run_backwards(said: list[Witness]) -> None:
    rows = [row for row in find(*said) if row.seen]
    turns = [row.event if row.event is Event.APPEARED else row.event.arrives for row in rows]
    assert turns == [Event.APPEARED, *[False, True] * (len(rows) // 2)][: len(rows)]
    ends = [row.by or date.max for row in rows]
    assert ends == sorted(ends)


@pytest.mark.laws
@settings(deadline=None)
@given(st.data())
def test_the_truth_lies_inside(data: st.DataObject) -> None:
    appeared = data.draw(offsets)
    removed = data.draw(st.none() | st.integers(appeared + 1, 70))
    rows = [row for row in find(*data.draw(true_witnesses(appeared, removed))) if row.seen]
    assert len(rows) <= 2
    for row in rows:
        true_day = appeared if row.event is Event.APPEARED else removed
        assert true_day is not None
        assert contains(row, START + true_day * DAY)


@pytest.mark.laws
@settings(deadline=None)
@given(st.data())
def test_it_stands_when_it_is_known_to_stand(data: st.DataObject) -> None:
    appeared = data.draw(offsets)
    removed = data.draw(st.none() | st.integers(appeared + 1, 70))
    for row in find(*data.draw(true_witnesses(appeared, removed))):
        if row.by is not None and row.stood is not None and row.by <= row.stood:
            assert START + appeared * DAY <= row.by
            assert removed is None or row.stood < START + removed * DAY


@pytest.mark.laws
@settings(deadline=None)
@given(st.data())
def test_one_stay_gives_the_hull_of_all_histories_that_fit(data: st.DataObject) -> None:
    appeared = data.draw(st.integers(0, 12))
    said = data.draw(
        true_witnesses(appeared, data.draw(st.none() | st.integers(appeared + 1, 14)), days=12, width=4)
    )
    rows = [row for row in find(*said) if row.seen and row.event is Event.APPEARED]
    assume(rows)
    (row,) = rows
    moments = [_half_days(one) for one in said]
    # two moments a day, so that a day can have both states
    fits = [
        start // 2
        for start in range(-12, 50)
        if any(_fits(moments, start, end) for end in range(start + 1, 54))
    ]
    assert row.by is None or row.by == START + fits[-1] * DAY
    # `after` is the day of the picture without it, from whose moment on it can have appeared
    assert row.after is None or row.after == min(START + fits[0] * DAY, (row.by or date.max) - DAY)
    assert (row.after is None) == (fits[0] == -6)
    assert (row.by is None) == (fits[-1] == 24)


def _half_days(one: Witness) -> tuple[State, int, int]:
    first = (one.span.earliest - START).days * 2 if one.span.earliest else -1000
    last = (one.span.latest - START).days * 2 + 1 if one.span.latest else 1000
    return one.state, first, last


def _fits(moments: Iterable[tuple[State, int, int]], start: int, end: int) -> bool:
    """Whether a target that stands on the moments [start, end) can have been seen like that."""
    return all(
        (last >= start and first < end) if state is PRESENT else (first < start or last >= end)
        for state, first, last in moments
    )


@pytest.mark.laws
@settings(deadline=None)
@given(st.data())
def test_a_decisive_statement_that_fits_one_appearance_never_widens(data: st.DataObject) -> None:
    said = data.draw(true_witnesses(data.draw(offsets), None))
    earlier, (later,) = find(*said[:-1]), find(*said)
    assume(earlier and earlier[0].seen)
    # also where the order is open, so that the target may have been removed
    (row,) = [one for one in earlier if one.event is Event.APPEARED]
    assert later.seen
    assert row.after is None or (later.after is not None and later.after >= row.after)
    assert row.by is None or (later.by is not None and later.by <= row.by)


@pytest.mark.laws
@settings(deadline=None)
@given(st.lists(st.booleans(), min_size=2, max_size=30))
def test_with_days_alone_every_row_holds_an_event_of_its_kind(stands: list[bool]) -> None:
    said = [
        Witness(
            PRESENT if there else ABSENT,
            DateSpan(START + day * DAY, START + day * DAY, Precision.DAY),
            f"c{day:02}",
        )
        for day, there in enumerate(stands)
    ]
    changes = [(day, stands[day]) for day in range(1, len(stands)) if stands[day] != stands[day - 1]]
    rows = [row for row in find(*said) if row.seen and row.after is not None]
    assert [(row.event.arrives, row.by) for row in rows] == [
        (there, START + day * DAY) for day, there in changes
    ]


# -- publications --------------------------------------------------------------------------------------------


def place(*said: Evidence, targets: Sequence[str] = ("gantry",)) -> Site:
    return Site(
        "gate", "Gate", targets=tuple(Target(one) for one in targets), evidence=said, source="Register"
    )


def published(when: str | None, **more: object) -> Evidence:
    more.setdefault("event", Event.APPEARED)
    return Evidence("wording", parse_span(when) if when else None, **more)  # type: ignore[arg-type]


def test_a_published_date_is_a_row_of_its_own() -> None:
    (row,) = publication_findings(place(published("in late 2021 or early 2022", source="Report", page="27")))
    assert row == Finding(
        site="gate",
        target="gantry",
        event=Event.APPEARED,
        after=date(2021, 8, 31),
        by=date(2022, 4, 30),
        phrase="in late 2021 or early 2022",
        witnesses=("Report, p. 27",),
        source="publication",
    )


def test_a_published_open_date_and_a_removal() -> None:
    rows = publication_findings(
        place(published("by 16 February 2021"), published("January 2024", event=Event.REMOVED))
    )
    assert [(one.event.value, iso(one.after), iso(one.by), one.phrase) for one in rows] == [
        ("appeared", None, "2021-02-16", "by 16 February 2021"),
        ("removed", "2023-12-31", "2024-01-31", "January 2024"),
    ]


def test_a_statement_without_event_or_date_is_no_event() -> None:
    assert publication_findings(place(published("2020", event=None), published(None))) == ()


@pytest.mark.parametrize("verbatim", ["", "when the road was built", "2019"])
def test_words_that_do_not_stand_for_the_dates_are_replaced(verbatim: str) -> None:
    said = published("2020")
    assert said.when is not None
    said = replace(said, when=replace(said.when, verbatim=verbatim))
    assert publication_findings(place(said))[0].phrase == "in 2020"


@pytest.mark.parametrize(
    ("said", "cited"),
    [
        (published("2020", source="Report", page="figure 31"), "Report, figure 31"),
        (published("2020", page="12"), "Register, p. 12"),
        (published("2020"), "Register"),
    ],
)
def test_the_witness_of_a_publication_is_its_citation(said: Evidence, cited: str) -> None:
    assert publication_findings(place(said))[0].witnesses == (cited,)


def test_a_statement_without_source_is_cited_by_its_wording() -> None:
    site = replace(place(published("2020")), source="")
    assert publication_findings(site)[0].witnesses == ("wording",)


def test_a_statement_on_a_place_with_several_targets_names_none() -> None:
    rows = publication_findings(place(published("2020"), published("2021", target="b"), targets=("a", "b")))
    assert [one.target for one in rows] == ["", "b"]


def test_imagery_and_publication_that_share_no_day_name_each_other() -> None:
    imagery = find(seen(ABSENT, "2021-11-03", "a"), seen(PRESENT, "2022-02-20", "b"))
    paper = publication_findings(place(published("in 2020", source="Report")))
    one, two = with_disagreements([*imagery, *paper])
    assert one.contradictions == (
        "The publication (Report) says in 2020, the imagery late 2021 or early 2022: they share no day.",
    )
    assert two.contradictions == (
        "The imagery (a, b) says late 2021 or early 2022, the publication in 2020: they share no day.",
    )


def test_imagery_and_publication_that_share_a_day_agree() -> None:
    imagery = find(seen(ABSENT, "2021-11-03"), seen(PRESENT, "2022-02-20"))
    for when in ("2022", "by May 2022", "after 2019", "unknown"):
        paper = publication_findings(place(published(when)))
        assert all(not one.contradictions for one in with_disagreements([*imagery, *paper]))


def test_intervals_that_only_touch_share_no_day() -> None:
    imagery = find(seen(ABSENT, "2020-12-31"), seen(PRESENT, "2022-02-20"))
    touching, sharing = (
        publication_findings(place(published(when))) for when in ("2020", "by 1 January 2021")
    )
    assert all(one.contradictions for one in with_disagreements([*imagery, *touching]))
    assert not any(one.contradictions for one in with_disagreements([*imagery, *sharing]))


def test_a_publication_that_fits_one_of_two_appearances_agrees() -> None:
    imagery = find(seen(ABSENT, "2017"), seen(PRESENT, "2018"), seen(ABSENT, "2020"), seen(PRESENT, "2022"))
    paper = publication_findings(place(published("2021")))
    assert with_disagreements(paper + imagery)[0].contradictions == ()
    assert all(len(one.contradictions) == 1 for one in with_disagreements(imagery + paper)[:-1])


@pytest.mark.parametrize(
    ("states", "word"),
    [
        ("present", "present"),
        ("present present", "present"),
        ("present absent", "disputed"),
        ("present absent uncertain", "disputed"),
        ("present uncertain", "present"),
        ("absent obscured insufficient", "absent"),
        ("obscured obscured", "obscured"),
        ("obscured insufficient", "uncertain"),
    ],
)
def test_statements_on_one_capture_come_to_one_word(states: str, word: str) -> None:
    assert joint_state(State(state) for state in states.split()) == word


def test_no_statement_comes_to_nothing() -> None:
    with pytest.raises(ValueError, match="no statement"):
        joint_state(())
