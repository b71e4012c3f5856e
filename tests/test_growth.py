"""How many targets had appeared and how many stood, at least and at most."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from workflow.findings import target_findings
from workflow.growth import APPEARED, STANDING, appearances, growth, stays
from workflow.model import (
    Event,
    Finding,
    GrowthPoint,
    State,
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
