"""Each rule of the linter finds what it is for and lets go what it is not for."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_captions import APRIL, COPYRIGHT, UNKNOWN, capture, day

from workflow.errors import FigureRefused
from workflow.figure.captions import Shown
from workflow.figure.lint import CODES, EXTENT_NOTE, STRETCH_NOTE, Draft, lint, passed
from workflow.model import UNCONFIRMED_DATE, Allowance, Basis, DateSpan, Event, Finding, Precision, Stretch

PAGE = (Path(__file__).resolve().parents[1] / "docs" / "figures.md").read_text("utf-8")
YEAR = DateSpan(date(2022, 1, 1), date(2022, 12, 31), Precision.YEAR)
OPEN = DateSpan(None, None, Precision.MONTH)
RANGE = DateSpan(date(2019, 5, 3), date(2022, 2, 2), Precision.RANGE)
INTERVAL = Finding(
    "s", "t", Event.APPEARED, date(2021, 11, 3), date(2022, 2, 20), "late 2021 or early 2022", reviewed=True
)


def shown(span: DateSpan = APRIL, state: str = "present", marked: bool = False, **changes: object) -> Shown:
    credit = str(changes.pop("shown_credit", "Google Earth"))
    return Shown(capture(span, **changes), state, credit, marked)  # type: ignore[arg-type]


def codes(*pictures: Shown, **changes: object) -> list[str]:
    return [one.code for one in lint(Draft(pictures or (shown(),), **changes))]  # type: ignore[arg-type]


def test_a_sound_figure_has_nothing_against_it() -> None:
    assert (
        codes(shown(day(2023, 4, 14)), caption="A gantry, seen in a satellite image from April 14, 2023.")
        == []
    )


@pytest.mark.parametrize(
    ("picture", "code"),
    [
        (shown(UNKNOWN), "no-date"),
        (shown(COPYRIGHT), "copyright-year"),
        (shown(replace(COPYRIGHT, latest=None)), "copyright-year"),
        (shown(shown_credit=""), "no-credit"),
        (shown(shown_credit="Photo: [author], CC-BY-4.0", licence="CC-BY-4.0"), "credit-unfinished"),
        (shown(shown_credit="Image: somebody", licence="Esri terms: attribute Esri"), "credit-without-owner"),
        (shown(licence="internal use only"), "licence-forbids"),
        (shown(licence="CC-BY-NC-ND-4.0", marked=True), "licence-forbids"),
        (shown(licence="Google Earth terms: no analysis products"), "licence-terms"),
        (shown(licence="cc-by-nc"), "licence-terms"),
        (shown(state="disputed"), "disputed"),
        (shown(warnings=(f"{UNCONFIRMED_DATE}a clock",)), "date-unconfirmed"),
    ],
)
def test_a_picture_is_found_out(picture: Shown, code: str) -> None:
    assert codes(picture) == [code]


def test_a_licence_against_derivatives_lets_the_bare_picture_be_shown() -> None:
    assert codes(shown(licence="cc-by-nd")) == []


def test_stretches_and_extents_are_declared_or_found() -> None:
    two = (shown(stretch=(Stretch(0, 255),)), shown(stretch=(Stretch(9, 90),)))
    assert codes(*two) == ["stretch-differs"]
    assert codes(*two, notes=(STRETCH_NOTE,)) == []
    assert codes(same_extent=False) == ["extent-differs"]
    assert codes(same_extent=False, notes=(EXTENT_NOTE,)) == []


def test_what_the_page_cannot_show_is_told() -> None:
    assert codes(one_by_default=True, left_out=("A mark",), glyphless="𝄞", hidden_site="gate") == [
        "one-panel",
        "left-out",
        "no-glyph",
        "not-public",
    ]


def test_evidence_that_nobody_reviewed_or_that_contradicts_is_told() -> None:
    assert codes(finding=INTERVAL) == []
    assert codes(finding=replace(INTERVAL, reviewed=False, contradictions=("It came back.",))) == [
        "contradiction",
        "unreviewed",
    ]
    (one,) = lint(Draft((shown(),), unreviewed=("a", "b", "c", "d")))
    assert one.what == "What is said of a, b, c and 1 more is unreviewed"


@pytest.mark.parametrize(
    ("span", "text", "found"),
    [
        (APRIL, "from April 14, 2023", ["over-precise-date"]),
        (APRIL, "from 14 April 2023", ["over-precise-date"]),
        (APRIL, "from 2023-04-14", ["over-precise-date"]),
        (APRIL, "2023년 4월 14일", ["over-precise-date"]),
        (APRIL, "from April 2023", []),
        (APRIL, "published on May 2, 2024", ["date-not-in-evidence"]),
        (YEAR, "from April 2022", ["over-precise-date"]),
        (YEAR, "from April 2023", []),
        (YEAR, "from April 14, 2022", ["over-precise-date"]),
        (OPEN, "from April 14, 2022", ["no-date", "date-not-in-evidence"]),
        (RANGE, "between May 3, 2019 and February 2, 2022", []),
        (day(2022, 5, 3, Basis.EARLIEST_POSSIBLE), "from May 3, 2022 at the earliest", []),
        (day(2021, 2, 16, Basis.BROADCAST), "filmed on 31 April 2020", []),
    ],
)
def test_a_date_in_the_words_is_no_finer_than_the_evidence(
    span: DateSpan, text: str, found: list[str]
) -> None:
    assert [code for code in codes(shown(span), caption=text) if "date" in code] == found


def test_the_days_of_the_interval_are_evidence_too() -> None:
    text = "between November 3, 2021 and February 20, 2022"
    assert codes(shown(APRIL), caption=text, finding=INTERVAL) == []
    assert codes(shown(APRIL), caption=text) == ["date-not-in-evidence", "date-not-in-evidence"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("It is likely, with high confidence, a gantry.", ["likelihood-with-confidence"]),
        ("We have moderate confidence. It is likely a gantry.", []),
        ("It is very unlikely a sign and probably a gantry.", ["mixed-likelihoods"]),
        ("It is probably a gantry and likely carries cameras.", []),
        ("It is very likely a gantry.", []),
        ("A confirmed gantry.", ["confirmed"]),
        ("카메라가 확인되었다.", ["confirmed"]),
        ("Unconfirmed.", []),
    ],
)
def test_words_of_judgment_are_kept_apart(text: str, found: list[str]) -> None:
    assert codes(caption=text) == found


def test_two_sources_confirm() -> None:
    two = (shown(provider="Google Earth"), shown(provider="Maxar"))
    assert codes(*two, caption="A confirmed gantry.") == []
    assert codes(*(two[0], replace(two[1], state="absent")), caption="A confirmed gantry.") == ["confirmed"]


def test_a_finding_passes_by_its_code_alone() -> None:
    found = lint(Draft((shown(UNKNOWN, shown_credit=""),)))
    assert [one.code for one in passed(found, [Allowance("no-date", "as printed")])] == ["no-credit"]


def test_a_refusal_says_what_is_wrong_what_to_do_and_how_to_let_it_pass() -> None:
    (one,) = lint(Draft((shown(shown_credit=""),)))
    assert one.sentence == "Capture a.tif has no credit line; give one with --credit TEXT."
    refused = FigureRefused([(one.code, one.what, one.remedy)])
    assert str(refused).endswith("give one with --credit TEXT, or --allow no-credit=REASON.")
    assert refused.codes == ("no-credit",)


def test_the_page_lists_every_code_and_whether_it_blocks() -> None:
    rows = re.findall(r"^\| `([\w-]+)` \| (yes)? ?\| [^|]+ \|$", PAGE, re.MULTILINE)
    assert {code: bool(blocks) for code, blocks in rows} == {
        code: blocks for code, (blocks, _) in CODES.items()
    }


WORDS = st.sampled_from(
    [
        "likely",
        "very",
        "high confidence",
        "confirmed",
        "April 14, 2023",
        "May 2022",
        "31 April 2020",
        ".",
        "is",
    ]
)


@given(st.lists(WORDS, max_size=12).map(" ".join))
def test_any_words_are_judged_once_and_in_one_order(text: str) -> None:
    found = lint(Draft((shown(),), caption=text))
    assert found == lint(Draft((shown(),), caption=text))
    assert len(set(found)) == len(found)
    order = list(CODES)
    assert [order.index(one.code) for one in found] == sorted(order.index(one.code) for one in found)
