"""Timeline and growth rows of a project, and the commands that print them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from workflow import growth as counting
from workflow.cli import main
from workflow.errors import UnknownName
from workflow.model import (
    Author,
    Basis,
    Capture,
    CaptureKind,
    Event,
    Evidence,
    Observation,
    Review,
    Site,
    State,
    Target,
)
from workflow.project import Project, init_project
from workflow.readmodels import evidence, growth
from workflow.timespan import parse_span

KIM = Author("kim")
DAYS = {"a": "2019-05-03", "b": "2021-11-03", "c": "2022-02-20", "d": "2023-04-14", "u": "unknown"}


def capture(key: str, when: str, *, synthetic: bool = False) -> Capture:
    return Capture(
        id=key * 16,
        sha256=key * 64,
        kind=CaptureKind.SATELLITE,
        file=f"{key}.tif",
        original=f"imagery/originals/{key}.tif",
        working=f"imagery/working/{key}.tif",
        acquired=parse_span(when),
        width_px=10,
        height_px=10,
        bands=3,
        synthetic=synthetic,
    )


def said(
    site: str, target: str, key: str, state: State, review: Review = Review.DRAFT, author: str = "kim"
) -> Observation:
    return Observation(
        f"{site}.{target}.{key}.{author}", site, target, key * 16, author, state, review=review
    )


def put(project: Project, *things: Any) -> None:
    with project.record.write(KIM, "for a test") as transaction:
        for thing in things:
            transaction.put(thing, 0)


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    printed = Evidence(
        "appeared in 2020", parse_span("in 2020"), "gantry", Event.APPEARED, source="Report", page="31"
    )
    with Project.open(init_project(tmp_path / "project")) as opened:
        put(
            opened,
            Site("gate", "Gate", targets=(Target("gantry"), Target("mast"))),
            Site("road", "Road", targets=(Target("gantry"),), evidence=(printed,)),
            *(capture(key, when) for key, when in DAYS.items()),
        )
        yield opened


def test_a_row_has_the_documented_keys(project: Project) -> None:
    put(
        project,
        said("gate", "gantry", "b", State.ABSENT),
        said("gate", "gantry", "c", State.PRESENT),
    )
    (row,) = evidence.timeline(project, "gate")
    assert row == {
        "site": "gate",
        "target": "gantry",
        "event": "appeared",
        "earliest": "2021-11-03",
        "latest": "2022-02-20",
        "phrase": "late 2021 or early 2022",
        "witnesses": ["b" * 16, "c" * 16],
        "contradictions": [],
        "reviewed": False,
        "synthetic": False,
        "source": "imagery",
        "seen": True,
        "confidence": "moderate",
        "doubts": ["unreviewed"],
        "remarks": [],
    }
    assert json.loads(json.dumps(row)) == row


def test_a_publication_is_a_row_beside_imagery(project: Project) -> None:
    put(project, said("road", "gantry", "b", State.PRESENT))
    imagery, paper = evidence.timeline(project, "road")
    assert (imagery["source"], imagery["earliest"], imagery["latest"]) == ("imagery", None, "2021-11-03")
    assert (paper["source"], paper["earliest"], paper["latest"]) == (
        "publication",
        "2019-12-31",
        "2020-12-31",
    )
    assert (paper["phrase"], paper["witnesses"], paper["reviewed"]) == ("in 2020", ["Report, p. 31"], False)


def test_imagery_that_contradicts_a_publication_says_so(project: Project) -> None:
    put(project, said("road", "gantry", "b", State.ABSENT))
    imagery, paper = evidence.timeline(project, "road")
    assert "in 2020" in imagery["contradictions"][0]
    assert "not seen as of 3 November 2021" in paper["contradictions"][0]


def test_rows_stand_in_the_order_of_sites_targets_and_time(project: Project) -> None:
    put(
        project,
        said("road", "gantry", "c", State.PRESENT),
        said("gate", "mast", "a", State.PRESENT),
        said("gate", "mast", "c", State.ABSENT),
        said("gate", "gantry", "d", State.PRESENT),
        said("gate", "forgotten", "d", State.PRESENT),
    )
    assert [(row["site"], row["target"], row["event"]) for row in evidence.timeline(project)] == [
        ("gate", "gantry", "appeared"),
        ("gate", "mast", "appeared"),
        ("gate", "mast", "removed"),
        ("gate", "forgotten", "appeared"),
        ("road", "gantry", "appeared"),
        ("road", "gantry", "appeared"),
    ]


def test_returned_statements_do_not_count(project: Project) -> None:
    put(
        project,
        said("gate", "gantry", "a", State.PRESENT, Review.RETURNED),
        said("gate", "gantry", "c", State.PRESENT, Review.SUBMITTED),
    )
    (row,) = evidence.timeline(project, "gate")
    assert (row["latest"], row["reviewed"]) == ("2022-02-20", False)


def test_approved_takes_approved_statements_alone_and_no_publications(project: Project) -> None:
    put(
        project,
        said("gate", "gantry", "a", State.ABSENT, Review.APPROVED),
        said("gate", "gantry", "b", State.ABSENT),
        said("gate", "gantry", "c", State.PRESENT, Review.SUBMITTED),
        said("gate", "gantry", "d", State.PRESENT, Review.APPROVED),
    )
    (every,) = evidence.timeline(project, "gate")
    (row,) = evidence.timeline(project, approved=True)
    assert (every["earliest"], every["latest"], every["reviewed"]) == ("2021-11-03", "2022-02-20", False)
    assert (row["earliest"], row["latest"], row["reviewed"]) == ("2019-05-03", "2023-04-14", True)


def test_an_undated_capture_bounds_nothing(project: Project) -> None:
    put(project, said("gate", "gantry", "u", State.PRESENT), said("gate", "gantry", "c", State.PRESENT))
    (row,) = evidence.timeline(project, "gate")
    assert (row["earliest"], row["latest"], row["witnesses"]) == (None, "2022-02-20", ["c" * 16])


def test_a_statement_on_a_capture_that_is_gone_is_left_out(project: Project) -> None:
    put(project, said("gate", "gantry", "e", State.PRESENT))
    assert evidence.timeline(project, "gate") == []


def test_rendered_scenes_mark_their_rows(project: Project) -> None:
    put(project, capture("e", "2020", synthetic=True), said("gate", "gantry", "e", State.PRESENT))
    assert evidence.timeline(project, "gate")[0]["synthetic"] is True
    assert [row["synthetic"] for row in growth.growth(project)] == [True, True]


def test_an_unknown_site_is_refused(project: Project) -> None:
    with pytest.raises(UnknownName, match="gate"):
        evidence.timeline(project, "gat")


def test_growth_counts_imagery_and_publications(project: Project) -> None:
    put(
        project,
        said("gate", "gantry", "b", State.ABSENT),
        said("gate", "gantry", "c", State.PRESENT),
        said("gate", "mast", "d", State.ABSENT),
    )
    assert [
        (row["day"], row["at_least"], row["at_most"], row["published"]) for row in growth.growth(project)
    ] == [
        ("2020-01-01", 0, 1, 1),
        ("2020-12-31", 1, 1, 1),
        ("2021-11-04", 1, 2, 1),
        ("2021-12-31", 1, 2, 1),
        ("2022-02-20", 2, 2, 1),
    ]
    points = [
        (point.day.isoformat(), point.at_least)
        for point in counting.growth(counting.stays(evidence.findings(project)).values())
    ]
    assert points == [(row["day"], row["at_least"]) for row in growth.growth(project)]


def test_growth_on_a_day(project: Project) -> None:
    (row,) = growth.growth(project, [date(2020, 12, 31)])
    assert (row["at_least"], row["at_most"]) == (1, 1)
    assert growth.sentence(row) == (
        "At least 1 target had appeared by the end of 2020, at most 1. It rests on publications alone."
    )


def test_the_sentence_names_the_day_and_rendered_scenes() -> None:
    row = {
        "day": "2023-04-14",
        "at_least": 42,
        "at_most": 60,
        "synthetic": True,
        "published_at_least": 0,
        "group": None,
    }
    assert growth.sentence(row) == (
        "At least 42 targets had appeared by 14 April 2023, at most 60. "
        "Some of this rests on rendered scenes (SYNTHETIC)."
    )


def test_a_picture_dated_by_google_earth_gives_the_lower_bound(project: Project) -> None:
    dated = parse_span("2019-05-03", basis=Basis.EARLIEST_POSSIBLE)
    first = capture("e", "2019-05-03")
    put(
        project,
        Capture(**{name: getattr(first, name) for name in first.__slots__} | {"acquired": dated}),
        said("gate", "gantry", "e", State.ABSENT),
        said("gate", "gantry", "d", State.PRESENT),
    )
    (row,) = evidence.timeline(project, "gate")
    assert (row["earliest"], row["latest"], row["contradictions"]) == ("2019-05-03", "2023-04-14", [])


# -- commands ------------------------------------------------------------------------------------------------


def run(*arguments: str) -> int:
    with pytest.raises(SystemExit) as left:
        main(arguments)
    assert isinstance(left.value.code, int)
    return left.value.code


@pytest.fixture
def root(project: Project) -> str:
    put(project, said("gate", "gantry", "b", State.ABSENT), said("gate", "gantry", "c", State.PRESENT))
    return str(project.root)


def test_timeline_prints_one_array_of_rows(
    root: str, project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("timeline", "--project", root, "--json") == 0
    assert json.loads(capsys.readouterr().out) == evidence.timeline(project)
    assert run("timeline", "road", "--json", "--project", root) == 0
    assert [row["site"] for row in json.loads(capsys.readouterr().out)] == ["road"]
    assert run("timeline", "--approved", "--json", "--project", root) == 0
    assert json.loads(capsys.readouterr().out) == []


def test_timeline_prints_a_table(root: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("timeline", "--project", root) == 0
    out = capsys.readouterr().out
    assert "late 2021 or early 2022" in out
    assert "2021-11-03" in out


def test_growth_on_a_day_prints_the_row_and_says_the_sentence(
    root: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("growth", "--on", "2021", "--project", root, "--json") == 0
    printed = capsys.readouterr()
    (row,) = json.loads(printed.out)
    assert (row["day"], row["at_least"], row["at_most"]) == ("2021-12-31", 1, 2)
    assert "At least 1 target had appeared by the end of 2021, at most 2." in printed.err


def test_growth_prints_every_change(root: str, project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("growth", "--project", root, "--json") == 0
    assert json.loads(capsys.readouterr().out) == growth.growth(project)


@pytest.mark.parametrize("day", ["soon", "after 2019", "05/09/1987"])
def test_growth_on_what_is_no_day_is_a_usage_error(
    day: str, root: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("growth", "--on", day, "--project", root) == 2
    assert day in capsys.readouterr().err
