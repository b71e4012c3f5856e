"""How many targets had appeared and how many stood, at least and at most."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from itertools import pairwise
from random import Random

import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import mapping

from workflow.findings import target_findings
from workflow.growth import APPEARED, STANDING, appearances, certainty, growth, in_subset, stays
from workflow.model import (
    DateSpan,
    Event,
    Finding,
    GrowthPoint,
    LonLat,
    Position,
    Precision,
    Site,
    State,
    Subset,
    Target,
    TargetClass,
    Witness,
)
from workflow.timespan import parse_span

DAY = timedelta(days=1)
START = date(2015, 1, 1)
PRESENT, ABSENT = State.PRESENT, State.ABSENT
REMOVED, REAPPEARED = Event.REMOVED, Event.REAPPEARED
SERIES = [APPEARED, STANDING]


def find(*said: tuple[State, str], target: str = "gantry") -> tuple[Finding, ...]:
    """What captures on these days come to."""
    shots = [Witness(state, parse_span(when), f"{state} {when}") for state, when in said]
    return target_findings("gate", target, shots)


def row(
    target: str, after: str | None, by: str | None, event: Event = Event.APPEARED, **more: object
) -> Finding:
    first, last = (date.fromisoformat(day) if day else None for day in (after, by))
    return Finding("gate", target, event, first, last, "words", **more)  # type: ignore[arg-type]


def paper(after: str | None, by: str | None, event: Event = Event.APPEARED, said: str = "Report") -> Finding:
    return row("gantry", after, by, event, source="publication", witnesses=(said,))


def points(
    findings: Iterable[Finding], series: str = APPEARED, days: Sequence[str] | None = None
) -> tuple[GrowthPoint, ...]:
    chosen = None if days is None else [date.fromisoformat(day) for day in days]
    return growth(stays(findings, series).values(), chosen)


def counts(*findings: Finding, days: Sequence[str] | None = None) -> list[tuple[str, int, int]]:
    return [(one.day.isoformat(), one.at_least, one.at_most) for one in points(findings, days=days)]


def standing(*findings: Finding, days: Sequence[str]) -> list[tuple[int, int, int]]:
    """At least, assumed, at most."""
    return [(one.at_least, one.assumed, one.at_most) for one in points(findings, STANDING, days)]


# -- appeared ------------------------------------------------------------------------------------------------


def test_counts_are_given_where_they_change_and_at_the_ends_of_years() -> None:
    assert counts(row("a", None, "2019-03-01"), row("b", "2019-06-01", "2021-02-01")) == [
        ("2019-03-01", 1, 1),
        ("2019-06-02", 1, 2),
        ("2019-12-31", 1, 2),
        ("2020-12-31", 1, 2),
        ("2021-02-01", 2, 2),
    ]


def test_counts_are_given_on_the_days_asked_for() -> None:
    found = counts(row("a", "2018-12-31", "2019-12-31"), days=["2019-12-31", "2018-12-31", "2019-01-01"])
    assert found == [("2018-12-31", 0, 0), ("2019-01-01", 0, 1), ("2019-12-31", 1, 1)]


def test_without_findings_there_is_no_growth() -> None:
    assert counts() == []
    assert counts(row("a", None, None)) == []
    assert counts(row("a", None, None), days=["2020-01-01"]) == [("2020-01-01", 0, 1)]


def test_a_target_that_is_not_seen_counts_in_neither() -> None:
    assert counts(*find((ABSENT, "2019")), days=["2030-01-01"]) == [("2030-01-01", 0, 0)]


def test_a_removal_takes_nothing_away() -> None:
    rows = find((PRESENT, "2019"), (ABSENT, "2021"))
    assert counts(*rows, days=["2022-01-01"]) == [("2022-01-01", 1, 1)]


def test_a_target_that_came_back_counts_once_from_its_first_appearance() -> None:
    rows = find((PRESENT, "2018"), (ABSENT, "2020"), (PRESENT, "2022"))
    assert counts(*rows, days=["2018-12-31", "2023-01-01"]) == [("2018-12-31", 1, 1), ("2023-01-01", 1, 1)]


def test_bounded_imagery_comes_before_a_publication_and_that_before_unbounded_imagery() -> None:
    said = row("a", "2014-01-01", "2015-01-01", source="publication")
    bounded, unbounded = row("a", None, "2019-01-01"), row("a", None, None)
    assert appearances([said, bounded]) == (bounded,)
    assert appearances([unbounded, said]) == (said,)
    assert appearances([unbounded]) == (unbounded,)


def test_a_statement_on_a_whole_place_counts_where_its_targets_have_none() -> None:
    whole = row("", None, "2015-01-01", source="publication")
    assert appearances([whole]) == (whole,)
    assert appearances([whole, row("a", None, "2019-01-01")]) == (row("a", None, "2019-01-01"),)


def test_publications_that_differ_leave_all_their_days_open() -> None:
    (both,) = appearances([paper("2017-12-31", "2018-12-31"), paper("2014-12-31", "2015-12-31", said="News")])
    assert (both.after, both.by) == (date(2014, 12, 31), date(2018, 12, 31))
    assert both.witnesses == ("News", "Report")
    assert both.phrase == "between 31 December 2014 and 31 December 2018"
    (open_end,) = appearances([paper("2017-12-31", None), paper(None, "2015-12-31")])
    assert (open_end.after, open_end.by) == (None, None)


def test_publications_that_agree_are_the_first_of_them() -> None:
    (one,) = appearances([paper("2014-12-31", "2015-12-31"), paper("2014-12-31", "2015-12-31", said="News")])
    assert one.witnesses == ("News",)


# -- standing ------------------------------------------------------------------------------------------------


def test_what_was_seen_stands_between_its_pictures_and_is_assumed_to_stay() -> None:
    rows = find((ABSENT, "2018-05-01"), (PRESENT, "2019-05-01"), (PRESENT, "2020-05-01"))
    days = ["2018-05-01", "2018-05-02", "2019-05-01", "2020-05-01", "2020-05-02"]
    assert standing(*rows, days=days) == [(0, 0, 0), (0, 0, 1), (1, 1, 1), (1, 1, 1), (0, 1, 1)]


def test_what_was_removed_can_stand_until_the_picture_that_shows_it_gone() -> None:
    rows = find((PRESENT, "2019-05-01"), (ABSENT, "2021-05-01"))
    days = ["2019-05-01", "2021-04-30", "2021-05-01"]
    assert standing(*rows, days=days) == [(1, 1, 1), (0, 1, 1), (0, 0, 0)]


def test_what_came_back_stands_twice_and_counts_once() -> None:
    rows = find((PRESENT, "2018"), (ABSENT, "2020"), (PRESENT, "2022-05-01"))
    days = ["2018-12-31", "2020-06-01", "2021-06-01", "2022-05-01"]
    assert standing(*rows, days=days) == [(0, 1, 1), (0, 1, 1), (0, 0, 1), (1, 1, 1)]


def test_both_states_on_one_day_leave_it_not_standing_at_its_end() -> None:
    seen = [
        Witness(PRESENT, parse_span("2019-05-01"), "a"),
        Witness(PRESENT, parse_span("2020-05-01"), "b"),
        Witness(ABSENT, DateSpan(date(2020, 5, 1), date(2020, 6, 1), Precision.RANGE), "c"),
        Witness(ABSENT, parse_span("2020-07-01"), "d"),
    ]
    rows = target_findings("gate", "gantry", seen)
    for point in growth(stays(rows, STANDING).values()):
        assert point.at_least <= point.assumed <= point.at_most


def test_a_publication_alone_bounds_a_stay_by_what_it_says() -> None:
    rows = [paper("2014-12-31", "2015-12-31"), paper("2017-12-31", "2018-12-31", REMOVED)]
    days = ["2014-12-31", "2015-06-01", "2015-12-31", "2017-12-31", "2018-01-01", "2018-12-31"]
    assert standing(*rows, days=days) == [(0, 0, 0), (0, 0, 1), (1, 1, 1), (1, 1, 1), (0, 1, 1), (0, 0, 0)]


def test_a_published_removal_alone_says_that_it_had_stood() -> None:
    gone = paper("2023-12-31", "2024-01-31", REMOVED)
    assert standing(gone, days=["2020-01-01", "2024-01-30", "2024-01-31"]) == [
        (0, 0, 1),
        (0, 0, 1),
        (0, 0, 0),
    ]
    assert counts(gone, days=["2024-01-31"]) == [("2024-01-31", 0, 0)]
    ((stay,),) = stays([gone], STANDING).values()
    assert (stay.arrival.event, stay.arrival.phrase) == (Event.APPEARED, "by 31 January 2024")


def test_a_published_removal_ends_what_imagery_last_saw_standing() -> None:
    seen = find((PRESENT, "2019-05-01"))
    gone = paper("2020-12-31", "2021-12-31", REMOVED)
    assert standing(*seen, gone, days=["2020-12-31", "2021-06-01", "2021-12-31"]) == [
        (1, 1, 1),
        (0, 1, 1),
        (0, 0, 0),
    ]
    (stay,) = stays([*seen, gone], STANDING)["gate", "gantry"]
    assert stay.published
    assert [one.published for one in stays(seen, STANDING)["gate", "gantry"]] == [False]


@pytest.mark.parametrize("removed_by", ["2021-12-31", "2023-05-01"])
def test_a_published_removal_before_a_later_picture_of_it_ends_nothing(removed_by: str) -> None:
    rows = [*find((ABSENT, "2018-05-01"), (PRESENT, "2023-05-01")), paper("2020-12-31", removed_by, REMOVED)]
    assert standing(*rows, days=["2023-05-01"]) == [(1, 1, 1)]


def test_a_published_removal_that_can_be_the_earlier_one_ends_no_later_stay() -> None:
    seen = find((PRESENT, "2018-05-01"), (ABSENT, "2020-05-01"), (PRESENT, "2022-05-01"))
    vague = paper("2017-12-31", "2023-12-31", REMOVED)
    assert standing(*seen, vague, days=["2024-01-01"]) == [(0, 1, 1)]
    later = paper("2021-12-31", "2023-12-31", REMOVED)
    assert standing(*seen, later, days=["2024-01-01"]) == [(0, 0, 0)]


def test_a_published_return_begins_a_stay() -> None:
    seen = find((PRESENT, "2018-05-01"), (ABSENT, "2020-05-01"))
    back = paper(None, "2023-12-31", REAPPEARED)
    days = ["2017-01-01", "2018-05-01", "2018-05-02", "2020-05-01", "2023-12-31"]
    assert standing(*seen, back, days=days) == [(0, 0, 1), (1, 1, 1), (0, 1, 1), (0, 0, 1), (0, 1, 1)]


def test_a_published_return_that_imagery_shows_is_no_further_stay() -> None:
    seen = find(
        (PRESENT, "2018-05-01"), (ABSENT, "2020-05-01"), (PRESENT, "2022-05-01"), (ABSENT, "2023-05-01")
    )
    back = paper("2020-12-31", "2021-12-31", REAPPEARED)
    assert len(stays([*seen, back], STANDING)["gate", "gantry"]) == 2


def test_a_picture_without_a_date_stands_at_no_known_day() -> None:
    assert standing(*find((PRESENT, "unknown")), days=["2020-01-01"]) == [(0, 0, 1)]


def test_the_last_day_there_is_can_be_counted() -> None:
    rows = [row("a", "2019-01-01", "2019-02-01"), row("b", "9999-12-30", "9999-12-31")]
    assert counts(*rows, days=["9999-12-31"]) == [("9999-12-31", 2, 2)]
    assert points(rows)[-1].day == date.max


# -- laws ----------------------------------------------------------------------------------------------------

History = list[tuple[int, int | None]]
LAST = 80


@st.composite
def histories(draw: st.DrawFn) -> History:
    """Days on which one target appears and is removed, in turn."""
    edges = sorted(draw(st.sets(st.integers(0, LAST), min_size=1, max_size=5)))
    ends: list[int | None] = [*edges[1::2], None]
    return list(zip(edges[::2], ends, strict=False))


def stands(history: History, day: int) -> bool:
    return any(first <= day and (gone is None or day < gone) for first, gone in history)


@st.composite
def true_statements(draw: st.DrawFn, target: str, history: History) -> list[Finding]:
    """Findings of true pictures that show every stay and every gap between two, and of true publications.

    With one stay, pictures have any spans that hold their day; with more they are dated to the day.
    """
    days = draw(st.lists(st.integers(0, LAST), min_size=1, max_size=6))
    width = 12
    if len(history) > 1:
        width = 0
        days += [first for first, _ in history] + [gone for _, gone in history if gone is not None]
    shots = [
        Witness(
            PRESENT if stands(history, day) else ABSENT,
            DateSpan(
                START + (day - draw(st.integers(0, width))) * DAY,
                START + (day + draw(st.integers(0, width))) * DAY,
                Precision.RANGE,
            ),
            f"c{number}",
        )
        for number, day in enumerate(days)
    ]
    events = [(Event.APPEARED, history[0][0]), (REMOVED, history[-1][1])]
    said = [
        row(
            target,
            str(START + (day - 1 - draw(st.integers(0, 9))) * DAY) if draw(st.booleans()) else None,
            str(START + (day + draw(st.integers(0, 9))) * DAY) if draw(st.booleans()) else None,
            event,
            source="publication",
        )
        for event, day in events
        if day is not None and draw(st.booleans())
    ]
    return [*target_findings("gate", target, shots), *said]


@st.composite
def networks(draw: st.DrawFn) -> list[tuple[History, list[Finding]]]:
    """Targets with what happened to them and what is told of it."""
    found = []
    for number in range(draw(st.integers(1, 4))):
        history = draw(histories())
        found.append((history, draw(true_statements(f"t{number}", history))))
    return found


@pytest.mark.laws
@settings(deadline=None)
@given(networks())
def test_growth_contains_the_truth_and_only_grows(network: list[tuple[History, list[Finding]]]) -> None:
    told = [(history, rows) for history, rows in network if appearances(rows)]  # others count nowhere
    for point in points([one for _, rows in told for one in rows]):
        day = (point.day - START).days
        assert point.at_least <= sum(history[0][0] <= day for history, _ in told) <= point.at_most
    grown = points([one for _, rows in told for one in rows])
    for one, two in pairwise(grown):
        assert one.day < two.day
        assert one.at_least <= two.at_least
        assert one.at_most <= two.at_most


@pytest.mark.laws
@settings(deadline=None)
@given(networks())
def test_what_stands_lies_within_its_bounds_on_every_day(
    network: list[tuple[History, list[Finding]]],
) -> None:
    told = [(history, rows) for history, rows in network if stays(rows, STANDING)]
    rows = [one for _, some in told for one in some]
    all_appeared = all(appearances(some) for _, some in told)
    days = [str(START + number * DAY) for number in range(-2, LAST + 30)]
    pairs = zip(points(rows, STANDING, days), points(rows, APPEARED, days), strict=True)
    for point, ever in pairs:
        day = (point.day - START).days
        assert point.at_least <= sum(stands(history, day) for history, _ in told) <= point.at_most
        assert point.at_least <= point.assumed <= point.at_most
        if all_appeared:
            assert point.at_most <= ever.at_most
            assert point.at_least <= ever.at_least == ever.assumed


@pytest.mark.laws
@settings(deadline=None)
@given(networks(), st.sampled_from(SERIES), st.randoms(use_true_random=False))
def test_the_order_of_targets_does_not_matter(
    network: list[tuple[History, list[Finding]]], series: str, random: Random
) -> None:
    blocks = [rows for _, rows in network]
    ordered = points([one for rows in blocks for one in rows], series)
    random.shuffle(blocks)
    assert points([one for rows in blocks for one in rows], series) == ordered


@pytest.mark.laws
@settings(deadline=None)
@given(networks(), st.sampled_from(SERIES))
def test_counts_are_those_of_the_targets_behind_them(
    network: list[tuple[History, list[Finding]]], series: str
) -> None:
    known = stays([one for _, rows in network for one in rows], series)
    for point in growth(known.values()):
        ways = [found[0] for some in known.values() if (found := certainty(some, point.day))]
        assert point.at_least == ways.count("certainly")
        assert point.assumed == point.at_least + ways.count("assumed")
        assert point.at_most == len(ways)


@pytest.mark.laws
@settings(deadline=None)
@given(networks(), st.sampled_from(SERIES), st.data())
def test_subsets_that_share_nothing_add_up_to_the_whole(
    network: list[tuple[History, list[Finding]]], series: str, data: st.DataObject
) -> None:
    kinds = {f"t{number}": data.draw(st.sampled_from(TargetClass)) for number in range(len(network))}
    site = Site("gate", "Gate", targets=tuple(Target(key, kind=kind) for key, kind in kinds.items()))
    known = stays([one for _, rows in network for one in rows], series)
    whole = growth(known.values())
    parts = []
    for kind in set(kinds.values()):
        belongs = in_subset(Subset(kind=kind.value), [site])
        part = [some for key, some in known.items() if belongs(key)]
        parts.append(growth(part, [point.day for point in whole]))
    for point, *some in zip(whole, *parts, strict=True):
        assert point.at_least == sum(one.at_least for one in some)
        assert point.assumed == sum(one.assumed for one in some)
        assert point.at_most == sum(one.at_most for one in some)


# -- subsets -------------------------------------------------------------------------------------------------

BOX = mapping(shapely.box(125, 38, 126, 39))
SITES = (
    Site("inside", "Inside", category="mast", road="Road A", position=Position(LonLat(125.5, 38.5))),
    Site("edge", "Edge", category="Mast", road="", position=Position(LonLat(125, 38.5))),
    Site("outside", "Outside", category="gantry", road="road a", position=Position(LonLat(127, 38.5))),
    Site("lost", "Lost", category="mast", targets=(Target("eye", kind=TargetClass.CAMERA),)),
)


@pytest.mark.parametrize(
    ("subset", "kept"),
    [
        (Subset(), "inside edge outside lost"),
        (Subset(category="MAST"), "inside edge lost"),
        (Subset(road="ROAD A"), "inside outside"),
        (Subset(area=BOX), "inside edge"),
        (Subset(area=BOX, road="road a"), "inside"),
        (Subset(category="bridge"), ""),
    ],
)
def test_a_subset_keeps_the_targets_of_its_sites(subset: Subset, kept: str) -> None:
    belongs = in_subset(subset, SITES)
    assert [site.id for site in SITES if belongs((site.id, ""))] == kept.split()


def test_a_subset_of_a_class_keeps_its_targets_and_no_whole_place() -> None:
    belongs = in_subset(Subset(kind="camera"), SITES)
    keys = [("lost", "eye"), ("lost", ""), ("lost", "forgotten"), ("inside", "eye"), ("gone", "eye")]
    assert [belongs(key) for key in keys] == [True, False, False, False, False]
