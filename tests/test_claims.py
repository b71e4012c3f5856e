"""How a claim stands, what differs, and what its sentence says otherwise than its result."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflow.claims import (
    Bound,
    EventQuery,
    GrowthQuery,
    Published,
    Query,
    Standing,
    bound_of,
    clashes,
    counted_by,
    days_of,
    differences,
    differing_targets,
    published_span,
    query_json,
    read_query,
    standing,
    warnings_of,
    words,
)
from workflow.errors import InputRefused
from workflow.model import Basis, Event, Subset
from workflow.timespan import phrase

DAY_ONE = date(2020, 1, 1)
EVENT = EventQuery("arch", "gantry", Event.APPEARED)
COUNT = GrowthQuery(date(2022, 12, 31))


def event(after: str | None = None, by: str | None = None, **changed: Any) -> dict[str, Any]:
    days = [date.fromisoformat(day) if day else None for day in (after, by)]
    return {
        "found": True,
        "earliest": after,
        "latest": by,
        "phrase": phrase(*days),
        "seen": True,
        "source": "imagery",
        "witnesses": [],
        "contradictions": [],
        "doubts": [],
        "remarks": [],
        "reviewed": False,
        "synthetic": False,
        **changed,
    }


def count(at_least: int, at_most: int, *targets: dict[str, Any]) -> dict[str, Any]:
    return {"at_least": at_least, "at_most": at_most, "targets": list(targets), "synthetic": False}


def part(site: str = "arch", **changed: Any) -> dict[str, Any]:
    return {
        "site": site,
        "target": "gantry",
        "counts": "certainly",
        "earliest": None,
        "latest": "2020-05-01",
        "phrase": "appeared by 1 May 2020",
        "witnesses": ["a"],
        "source": "imagery",
        **changed,
    }


NOTHING = event(found=False, phrase="undated")
FROZEN = event("2021-01-01", "2021-06-30")

# -- queries -------------------------------------------------------------------------------------------------

AREA = {"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1], [0, 0]]]}


@pytest.mark.parametrize(
    "query",
    [
        EVENT,
        EventQuery("arch", "gantry", Event.REMOVED, "publication", approved=True),
        COUNT,
        GrowthQuery(date(2019, 1, 1), subset=Subset("mast", "Ring", "camera", AREA), approved=True),
        Published(),
        Published(42, "crossings", published_span("by the end of 2019"), Bound.LEAST),
    ],
)
def test_a_query_comes_back_from_json_as_it_was(query: Query) -> None:
    assert read_query(json.loads(json.dumps(query_json(query)))) == query


@pytest.mark.parametrize(
    "stated", [{}, {"kind": "odd"}, {"kind": "event", "site": "arch"}, {"growth": "2021-12-31"}]
)
def test_a_query_that_is_none_is_refused(stated: dict[str, object]) -> None:
    with pytest.raises(InputRefused, match="cannot be read"):
        read_query(stated)


def test_a_count_is_of_the_last_day_that_was_named() -> None:
    assert counted_by("2022") == counted_by("by the end of 2022") == date(2022, 12, 31)
    with pytest.raises(InputRefused, match="no end"):
        counted_by("since 2022")
    with pytest.raises(InputRefused, match="31 February"):
        counted_by("31 February 2022")


def test_a_published_date_keeps_both_of_its_ends() -> None:
    span = published_span("in 2014")
    assert (span.earliest, span.latest, span.basis) == (date(2014, 1, 1), date(2014, 12, 31), Basis.PUBLISHED)


# -- how a claim stands --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("present", "status"),
    [
        (FROZEN, Standing.HOLDS),
        (event("2021-02-01", "2021-06-30"), Standing.NARROWED),
        (event("2020-12-01", "2021-06-30"), Standing.WIDENED),
        (event(None, "2021-06-30"), Standing.WIDENED),
        (NOTHING, Standing.WIDENED),
        (event("2021-02-01", "2021-08-01"), Standing.CHANGED),
        (event("2021-06-30", "2021-08-01"), Standing.CONTRADICTED),
        (event(None, "2021-01-01"), Standing.CONTRADICTED),
        (event("2021-06-29", None), Standing.CHANGED),
        (event("2021-01-01", "2021-06-30", doubts=["sources disagree"]), Standing.CONTRADICTED),
    ],
)
def test_an_event_stands_by_its_days(present: dict[str, Any], status: Standing) -> None:
    assert standing("It appeared.", EVENT, FROZEN, present) is status


def test_a_disagreement_that_was_there_before_contradicts_nothing() -> None:
    torn = event("2021-01-01", "2021-06-30", doubts=["sources disagree"])
    assert standing("It appeared.", EVENT, torn, torn) is Standing.HOLDS


def test_a_sentence_that_says_less_than_the_evidence_is_held_to_what_it_says() -> None:
    wider = event("2020-06-01", "2021-06-30")
    assert standing("It appeared by the end of 2022.", EVENT, FROZEN, wider) is Standing.HOLDS
    assert (
        standing("It appeared in early 2021.", EVENT, FROZEN, wider) is Standing.WIDENED
    )  # sharper: the evidence counts


@pytest.mark.parametrize(
    ("sentence", "now", "status"),
    [
        ("At least 3 stood.", (3, 5), Standing.HOLDS),
        ("At least 3 stood.", (3, 9), Standing.HOLDS),
        ("At least 3 stood.", (4, 9), Standing.NARROWED),
        ("At least 3 stood.", (2, 9), Standing.WIDENED),
        ("At least 3 stood.", (1, 2), Standing.CONTRADICTED),
        ("At least 2 stood.", (2, 5), Standing.HOLDS),
        ("At least 2 stood.", (1, 5), Standing.WIDENED),
        ("At least 7 stood.", (3, 9), Standing.HOLDS),
        ("At most 5 stood.", (1, 5), Standing.HOLDS),
        ("At most 5 stood.", (3, 4), Standing.NARROWED),
        ("At most 5 stood.", (3, 6), Standing.WIDENED),
        ("At most 5 stood.", (6, 7), Standing.CONTRADICTED),
        ("Some stood.", (3, 5), Standing.HOLDS),
        ("Some stood.", (4, 5), Standing.NARROWED),
        ("Some stood.", (4, 6), Standing.CHANGED),
        ("At least 3 and at most 5 stood.", (2, 6), Standing.WIDENED),
        ("Some stood.", (6, 7), Standing.CONTRADICTED),
    ],
)
def test_a_count_stands_by_the_numbers_that_its_sentence_says(
    sentence: str, now: tuple[int, int], status: Standing
) -> None:
    assert standing(sentence, COUNT, count(3, 5), count(*now)) is status


def test_what_somebody_else_says_is_not_judged() -> None:
    assert standing("They say 42.", Published(42), {}, {}) is Standing.NOT_DERIVED
    assert Standing.NOT_DERIVED.stands is None
    assert Standing.WITHDRAWN.stands is None
    assert [one for one in Standing if one.stands] == [Standing.HOLDS, Standing.NARROWED]


days = st.one_of(st.none(), st.integers(0, 12))


@st.composite
def intervals(draw: st.DrawFn) -> dict[str, Any]:
    after, length = draw(days), draw(days)
    by = None if length is None else (after or 0) + length + 1
    return event(*(None if day is None else (DAY_ONE + timedelta(day)).isoformat() for day in (after, by)))


def possible(result: dict[str, Any]) -> set[int]:
    first, last = days_of(EVENT, result) or (0, 0)
    start = DAY_ONE.toordinal()
    return {day for day in range(-2, 40) if first <= start + day <= last}


@given(intervals(), intervals())
def test_the_words_for_two_intervals_are_those_of_sets_of_days(
    then: dict[str, Any], now: dict[str, Any]
) -> None:
    old, new = possible(then), possible(now)
    status = standing("It appeared.", EVENT, then, now)
    assert {
        Standing.HOLDS: old == new,
        Standing.NARROWED: new < old,
        Standing.WIDENED: new > old,
        Standing.CHANGED: bool(old & new) and not (old <= new or new <= old),
        Standing.CONTRADICTED: not old & new,
    }[status]


@given(*(st.tuples(st.integers(0, 6), st.integers(0, 6)) for _ in range(2)))
def test_at_least_stands_as_long_as_the_number_is_reached(
    then: tuple[int, int], now: tuple[int, int]
) -> None:
    frozen, present = (count(least, least + more) for least, more in (then, now))
    status = standing(f"At least {then[0]} stood.", COUNT, frozen, present)
    assert bool(status.stands) is (now[0] >= then[0])


# -- what differs --------------------------------------------------------------------------------------------


def test_differences_of_an_event_name_days_witnesses_and_what_does_not_fit() -> None:
    seen = {"capture": "a", "sha256": "a" * 64, "file": "a.tif", "state": "present", "date": "1 May 2021"}
    paper = {"publication": "Report, p. 3"}
    before = event("2021-01-01", "2021-06-30", witnesses=[seen])
    after = event(
        None,
        "2021-08-01",
        witnesses=[{**seen, "state": "absent"}, paper],
        reviewed=True,
        contradictions=["No.", "Yes."],
        remarks=["Lacks it."],
    )
    assert differences(EVENT, before, after) == [
        {
            "what": "when",
            "before": "early or mid 2021 (after 1 January 2021, by 30 June 2021)",
            "after": "by 1 August 2021",
        },
        {
            "what": "witness a.tif",
            "before": "present, 1 May 2021, SHA-256 aaaaaaaaaaaa…",
            "after": "absent, 1 May 2021, SHA-256 aaaaaaaaaaaa…",
        },
        {"what": "witness Report, p. 3", "before": "bounds nothing", "after": "bounds it"},
        {"what": "reviewed", "before": "no", "after": "yes"},
        {"what": "does not fit", "before": "nothing", "after": "No. Yes."},
        {"what": "bounds nothing", "before": "nothing", "after": "Lacks it."},
    ]
    assert differences(EVENT, before, before) == []


def test_differences_of_a_count_name_its_targets() -> None:
    before = count(2, 3, part("a"), part("b"), part("c", witnesses=["x"]))
    after = count(
        1, 3, part("b"), part("c", witnesses=["y"]), part("d", counts="possibly", source="publication")
    )
    said = "certainly, appeared by 1 May 2020 (imagery)"
    assert differences(COUNT, before, after) == [
        {"what": "at least", "before": 2, "after": 1},
        {"what": "a/gantry", "before": said, "after": "not counted"},
        {"what": "c/gantry", "before": f"{said}, bounded by x", "after": f"{said}, bounded by y"},
        {
            "what": "d/gantry",
            "before": "not counted",
            "after": "possibly, appeared by 1 May 2020 (publication)",
        },
    ]
    assert differing_targets(before, after) == (("a", "gantry"), ("c", "gantry"), ("d", "gantry"))


def test_a_publication_differs_in_nothing() -> None:
    assert differences(Published(3), {}, {}) == []


# -- in words ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "result", "said"),
    [
        (EVENT, FROZEN, "early or mid 2021 (after 1 January 2021, by 30 June 2021), by imagery"),
        (EVENT, event("2019-05-03", "2022-02-02"), "between 3 May 2019 and 2 February 2022, by imagery"),
        (EVENT, event(None, "2021-02-16"), "by 16 February 2021, by imagery"),
        (EVENT, NOTHING, "nothing dates it"),
        (
            EVENT,
            event("2021-11-03", None, seen=False, phrase="not seen as of 3 November 2021"),
            "not seen as of 3 November 2021",
        ),
        (COUNT, count(3, 5), "at least 3, at most 5 had appeared by the end of 2022"),
        (
            GrowthQuery(date(2022, 5, 3), series="standing"),
            count(1, 2),
            "at least 1, at most 2 stood by 3 May 2022",
        ),
        (Published(5, "crossings", published_span("2014")), {}, "5 crossings, 2014"),
        (Published(42, "crossings", bound=Bound.LEAST), {}, "at least 42 crossings"),
        (Published(when=published_span("2014")), {}, "2014"),
        (Published(), {}, "no number, no date"),
    ],
)
def test_results_in_words(query: Query, result: dict[str, Any], said: str) -> None:
    assert words(query, result) == said


def test_days_that_a_claim_speaks_of() -> None:
    ordinals = [date(2021, 1, 2).toordinal(), date(2021, 6, 30).toordinal()]
    assert list(days_of(EVENT, FROZEN) or ()) == ordinals
    assert days_of(EVENT, NOTHING) is None
    assert (days_of(COUNT, count(1, 2)) or ())[1] == date(2022, 12, 31).toordinal()
    assert days_of(Published(3), {}) is None
    assert (days_of(Published(when=published_span("by 2019")), {}) or ())[0] == float("-inf")


def test_rivals_that_share_no_day_are_told_apart_pair_by_pair() -> None:
    one, two, three = (
        (name, name, days_of(Published(when=published_span(name)), {}))
        for name in ("2014", "2016", "about 2015")
    )
    assert clashes([one, two, three, ("x", "undated", None)]) == (
        "2014 (2014) and 2016 (2016) share no day.",
    )


# -- what a sentence says ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sentence", "bound"),
    [
        ("At least 3 gantries", Bound.LEAST),
        ("no more than five of them", Bound.MOST),
        ("at least three and at most 5", Bound.BOTH),
        ("3 gantries", Bound.BOTH),
        ("more than 40", Bound.LEAST),
    ],
)
def test_which_number_a_sentence_says(sentence: str, bound: Bound) -> None:
    assert bound_of(sentence) is bound


@pytest.mark.parametrize(
    ("sentence", "said"),
    [
        ("At least 3 stood by the end of 2022", []),
        ("At least 2 stood", []),
        ("At least 5 stood by the end of 2022", ["“At least 5”"]),
        ("At least five stood", ["“At least five”"]),
        ("More than 3 stood", ["“More than 3”"]),
        ("More than 2 stood", []),
        ("no more than 3 stood", ["“no more than 3”"]),
        ("Fewer than 5 stood", ["“Fewer than 5”"]),
        ("Fewer than 6 stood", []),
        ("At least 1,000 stood", ["“At least 1,000”"]),
        ("At least 2022 stood", ["“At least 2022”"]),
        ("7 gantries stood by the end of 2022", ["“7”"]),
        ("4 gantries stood by the end of 2022", []),
        ("At least 3 stood by the end of 2021", ["“by the end of 2021”"]),
        ("At least 9 stood in May 2020.", ["“At least 9”", "“in May 2020”"]),
        ("Gantries stood", []),
    ],
)
def test_a_number_or_day_that_the_count_does_not_bear_is_named(sentence: str, said: list[str]) -> None:
    found = warnings_of(sentence, COUNT, count(3, 5))
    assert len(found) == len(said)
    assert all(part in sentence for part, sentence in zip(said, found, strict=True))


@pytest.mark.parametrize(
    ("sentence", "said"),
    [
        ("It appeared in 2021.", None),
        ("It appeared.", None),
        ("It appeared in late 2021.", "they share no day"),
        ("It appeared by May 2021", "sharper than the evidence"),
        ("It appeared in early 2021 (unreviewed)", "sharper than the evidence"),
        ("It appeared between 1 March 2021 and 2 May 2021.", "sharper than the evidence"),
        ("It appeared after 2019.", None),
    ],
)
def test_a_date_that_the_evidence_does_not_bear_is_named(sentence: str, said: str | None) -> None:
    found = warnings_of(sentence, EVENT, FROZEN)
    assert [said in one for one in found] == ([True] if said else [])


def test_a_sentence_on_an_event_that_nothing_dates_is_named() -> None:
    assert "rests on nothing" in warnings_of("It appeared in 2021.", EVENT, NOTHING)[0]


def test_nobody_judges_the_words_of_a_publication() -> None:
    assert warnings_of("At least 42", Published(7), {}) == ()
