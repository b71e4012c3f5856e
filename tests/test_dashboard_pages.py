"""What pages show, as values: the word for a site, the words of a finding, rows of tables."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflow.model import (
    Capture,
    CaptureKind,
    DateSpan,
    Doubt,
    Event,
    Finding,
    Observation,
    Precision,
    State,
)
from workflow.readmodels.pages import finding_rows, finding_words, note_lines, site_state

YEARS = (2019, 2020, 2021)


def capture(year: int) -> Capture:
    day = date(year, 6, 1)
    sha256 = f"{year:064d}"
    span = DateSpan(day, day, Precision.DAY)
    return Capture(sha256[:16], sha256, CaptureKind.SATELLITE, f"{year}.tif", "o", "w", span, 10, 10, 3)


CAPTURES = {f"c{year}": capture(year) for year in YEARS}


def said(year: int, state: State, author: str = "ana", target: str = "gantry") -> Observation:
    return Observation(f"{year}{author}{target}", "s", target, f"c{year}", author, state)


@pytest.mark.parametrize(
    ("statements", "word"),
    [
        ([], "not examined"),
        ([said(2019, State.ABSENT), said(2021, State.PRESENT)], "present"),
        ([said(2019, State.PRESENT), said(2021, State.ABSENT)], "absent"),
        ([said(2019, State.PRESENT), said(2021, State.OBSCURED)], "present"),
        ([said(2020, State.OBSCURED)], "uncertain"),
        ([said(2021, State.PRESENT), said(2021, State.ABSENT, "ben")], "disputed"),
        ([said(2019, State.PRESENT), said(2019, State.ABSENT, "ben"), said(2021, State.PRESENT)], "present"),
        ([said(2021, State.ABSENT), said(2021, State.PRESENT, target="mast")], "present"),
    ],
)
def test_a_site_is_called_by_its_newest_decisive_picture(statements: list[Observation], word: str) -> None:
    assert site_state(statements, CAPTURES, pictures=3) == word


def test_a_site_without_pictures_is_not_covered() -> None:
    assert site_state([], CAPTURES, pictures=0) == "not covered"


@given(st.permutations([said(year, state) for year, state in zip(YEARS, State, strict=False)]))
def test_the_word_for_a_site_does_not_hang_on_the_order_of_statements(statements: list[Observation]) -> None:
    assert site_state(statements, CAPTURES, pictures=3) == "absent"


def test_a_finding_says_what_happened_or_that_nothing_was_seen() -> None:
    appeared = Finding("s", "t", Event.APPEARED, None, date(2021, 5, 1), "by 1 May 2021")
    unseen = Finding(
        "s", "t", Event.APPEARED, date(2021, 5, 1), None, "not seen as of 1 May 2021", seen=False
    )
    undated = Finding("s", "t", Event.REMOVED, None, None, "undated")
    assert [finding_words(one) for one in (appeared, unseen, undated)] == [
        "appeared by 1 May 2021",
        "not seen as of 1 May 2021",
        "removed, date unknown",
    ]


def test_rows_name_pictures_by_date_and_keep_citations_whole() -> None:
    citation = "A long citation, p. 7"
    one = Finding("s", "t", Event.APPEARED, None, date(2021, 5, 1), "by 1 May 2021", ("c2019", citation))
    (row,) = finding_rows([one], {"s": "Bridge"}, {"c2019": "1 June 2019"})
    assert row["site"] == "Bridge"
    assert row["witnesses"] == f"1 June 2019 / {citation}"


def test_a_bound_that_is_open_is_called_open_in_the_table() -> None:
    unseen = Finding(
        "s", "t", Event.APPEARED, date(2021, 5, 1), None, "not seen as of 1 May 2021", seen=False
    )
    (row,) = finding_rows([unseen], {}, {})
    assert (row["finding"], row["after"], row["by"]) == ("not seen as of 1 May 2021", "2021-05-01", "open")


def test_doubts_are_words_in_the_table_and_sentences_stand_below() -> None:
    clean = Finding("s", "t", Event.APPEARED, None, None, "undated")
    doubts = (Doubt.DISPUTED, Doubt.LOW_CONFIDENCE)
    torn = replace(clean, target="", contradictions=("One.",), remarks=("Two.",), doubts=doubts)
    assert [row["doubts"] for row in finding_rows([clean, torn], {}, {})] == ["", "disputed, low confidence"]
    assert note_lines([clean, torn, torn], {"s": "Bridge"}) == [
        "Bridge, the place: One.",
        "Bridge, the place: Two.",
    ]
