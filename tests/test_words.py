"""What the program says, in two languages: nothing is missing, and what is said in Korean is Korean."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from string import Formatter

import pytest

import workflow
from workflow import advice, agreement, growthchart, interpretability, words
from workflow.advice import Gap, Open
from workflow.datewords import Language
from workflow.growth import Certainty
from workflow.interpretability import DEFAULTS
from workflow.model import (
    Basis,
    Confidence,
    DateSpan,
    Doubt,
    Event,
    Finding,
    Precision,
    Review,
    State,
    TargetClass,
)
from workflow.readmodels import dates, growth, history, pages
from workflow.words import OTHER, say

SOURCES = sorted(Path(workflow.__file__).parent.rglob("*.py"))
LANGUAGES: tuple[Language, ...] = ("en", "ko")
LATIN = re.compile(r"[A-Za-z]{3,}")
FINDING = Finding(
    "site", "gate", Event.APPEARED, date(2021, 9, 3), date(2022, 2, 2), "late 2021 or early 2022"
)


def said_in_the_code() -> set[str]:
    """Constants that are the first argument of `say`."""
    calls = (
        node
        for file in SOURCES
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "say"
    )
    return {
        one.value for call in calls for one in call.args[:1] if isinstance(one, ast.Constant) and one.value
    }


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def is_korean(texts: Iterable[str]) -> bool:
    return not any(LATIN.search(text) for text in texts)


def test_what_the_code_says_has_words_in_every_language() -> None:
    assert sorted(said_in_the_code() - set(OTHER["ko"])) == []


@pytest.mark.parametrize(("english", "other"), OTHER["ko"].items())
def test_a_translation_has_the_fields_of_its_sentence(english: str, other: str) -> None:
    assert fields(english) == fields(other)


@pytest.mark.parametrize(
    "value",
    [
        *(*State, *Event, *Doubt, *Basis, *Confidence, *Review, *Certainty),
        *(agreement.NO_PAIRS, agreement.ONE_STATE, agreement.NO_WIDTH),
    ],
)
def test_values_have_words(value: str) -> None:
    assert str(value) in OTHER["ko"]


def test_pages_and_results_call_states_alike() -> None:
    file = Path(workflow.__file__).parents[1] / "dashboard" / "locale" / "ko" / "values.json"
    values = json.loads(file.read_text(encoding="utf-8"))
    shared = values.keys() & OTHER["ko"].keys()
    assert shared
    assert {one: values[one] for one in shared} == {one: OTHER["ko"][one] for one in shared}


def test_what_has_no_translation_stays_english() -> None:
    assert say("gantry 7", "ko") == "gantry 7"
    assert say("{n} of {m}", "ko", n=1, m=2) == "1 of 2"
    assert words.say("present") == "present"


def test_a_finding_in_korean() -> None:
    assert pages.finding_words(FINDING) == "appeared late 2021 or early 2022"
    assert pages.finding_words(FINDING, "ko") == "2021년 말 또는 2022년 초 출현"


@pytest.mark.parametrize(
    ("after", "by", "seen", "said"),
    [
        (None, None, True, "출현, 날짜 미상"),
        (date(2021, 5, 4), None, False, "2021년 5월 4일 기준 미확인"),
        (None, date(2021, 5, 4), True, "2021년 5월 4일까지 출현"),
    ],
)
def test_findings_without_a_bound_in_korean(
    after: date | None, by: date | None, seen: bool, said: str
) -> None:
    one = Finding("site", "gate", Event.APPEARED, after, by, "", seen=seen)
    assert pages.finding_words(one, "ko") == said


def test_a_row_of_findings_is_all_korean() -> None:
    one = Finding(
        "s",
        "1",
        Event.REMOVED,
        None,
        date(2022, 2, 2),
        "by 2 February 2022",
        doubts=tuple(Doubt),
        witnesses=("c",),
    )
    (row,) = pages.finding_rows([one], {"s": "평양"}, {"c": "2022"}, "ko")
    assert is_korean(str(row[name]) for name in ("finding", "doubts", "after", "by", "source"))


def test_a_date_with_its_basis_in_korean() -> None:
    day = date(2023, 4, 14)
    span = DateSpan(day, day, Precision.DAY, basis=Basis.PRODUCT_METADATA)
    assert dates.dated(span, "ko") == "2023년 4월 14일 (제품 메타데이터)"
    assert dates.basis_words(Basis.UNKNOWN, "ko") == "날짜 미상"


@pytest.mark.parametrize("series", [growth.APPEARED, growth.STANDING])
@pytest.mark.parametrize("day", ["2022-12-31", "2022-05-03"])
@pytest.mark.parametrize("published", [0, 1, 3])
def test_growth_in_korean(series: str, day: str, published: int) -> None:
    row = {
        "day": day,
        "at_least": 3,
        "at_most": 7,
        "assumed": 5,
        "published_at_least": published,
        "synthetic": False,
        "group": "",
    }
    said = growth.sentence(row, series, "ko")
    assert is_korean([said])
    assert "최소 3개, 최대 7개" in said


def test_the_growth_chart_in_korean() -> None:
    counts = {
        "at_least": 1,
        "at_most": 2,
        "published": 1,
        "published_at_least": 1,
        "assumed": 1,
        "turnbull": None,
    }
    row = {"day": "2022-05-03", "synthetic": False, "group": None, **counts}
    english, korean = (
        growthchart.chart([row], "standing", language=one).to_dict(validate=False) for one in ("en", "ko")
    )
    assert "labelExpr" not in str(english)
    legend, axis = ("'at least': '최소'", "서 있던 표적 수")
    assert legend in str(korean).replace('"', "'").replace("\\", "")
    assert axis in str(korean)
    assert "%-m월" in str(korean)


@pytest.mark.parametrize("side", Open)
@pytest.mark.parametrize("event", Event)
@pytest.mark.parametrize("days", [1, 2, 700])
def test_a_gap_in_korean(side: Open, event: Event, days: int) -> None:
    first = date(2020, 1, 2)
    gap = Gap("s", "t", event, first, first + timedelta(days=days - 1), side, published=True)
    assert is_korean([advice.gap_sentence(gap, "ko")])


@pytest.mark.parametrize(
    ("minutes", "said"),
    [(0, "방금"), (1, "1분 전"), (59, "59분 전"), (60, "1시간 전"), (300, "5시간 전"), (3000, "2일 전")],
)
def test_how_long_ago_in_korean(minutes: int, said: str) -> None:
    now = datetime(2026, 1, 5, tzinfo=UTC)
    assert history.ago(now - timedelta(minutes=minutes), now, "ko") == said


@pytest.mark.parametrize("gsd_m", [None, 0.15, 0.3, 0.7])
@pytest.mark.parametrize("angle", [None, 28.0])
@pytest.mark.parametrize("kind", [TargetClass.GANTRY, TargetClass.GUARD_POST, TargetClass.CAMERA])
def test_what_a_picture_can_show_in_korean(
    gsd_m: float | None, angle: float | None, kind: TargetClass
) -> None:
    english, korean = (
        interpretability.reading(kind, DEFAULTS[kind], gsd_m, angle, language) for language in LANGUAGES
    )
    assert korean.level is english.level
    assert is_korean([korean.why.replace("NIIRS", "")])
    assert bool(korean.why) is bool(english.why)
