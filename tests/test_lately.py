"""What changed of late, and outlines of pictures."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from workflow import actions
from workflow.model import Author, LonLat
from workflow.readmodels import evidence
from workflow.readmodels.footprints import footprints
from workflow.readmodels.lately import SiteNews, lately

ANNA, BEN = Author("Anna"), Author("Ben")
START = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def desk(watched: Any) -> Any:
    """A project whose clock moves by a minute a write; two sites, of which one picture shows both."""
    ticks = iter(range(10_000))
    watched.project.record._clock = lambda: START + timedelta(minutes=next(ticks))
    watched.add_site("gate")
    watched.add_site("far", east_m=40_000)
    return watched


def news(desk: Any, days: float = 1, reader: str | None = None) -> dict[str | None, SiteNews]:
    found = evidence.findings(desk.project)
    return {
        one.site: one
        for one in lately(desk.project, START, START + timedelta(days=days), found, reader=reader)
    }


def test_what_was_written_stands_by_site_the_newest_first(desk: Any) -> None:
    first = desk.add_capture("2019-05-03")
    actions.observe(desk.project, ANNA, site="gate", target="gantry", capture=first.id, state="absent")
    told = lately(desk.project, START, START + timedelta(days=1), evidence.findings(desk.project))
    assert [one.site for one in told] == ["gate", "far"]
    assert [(one.author, one.counts) for one in told[0].work] == [
        ("Anna", (("observation", 1),)),
        ("tester", (("capture", 1), ("site", 1), ("target", 1))),
    ]


def test_a_new_picture_is_news_of_the_sites_that_it_shows_once(desk: Any) -> None:
    shown = desk.add_capture("2019-05-03")
    assert news(desk)["gate"].captures == (shown.id,)
    assert news(desk)["far"].captures == ()


def test_an_event_is_news_where_a_statement_that_bounds_it_was_written(desk: Any) -> None:
    before, after = desk.add_capture("2019-05-03"), desk.add_capture("2020-05-03", seed=2)
    actions.observe(desk.project, ANNA, site="gate", target="gantry", capture=before.id, state="absent")
    actions.observe(desk.project, BEN, site="gate", target="gantry", capture=after.id, state="present")
    (event,) = news(desk)["gate"].findings
    assert event.by == date(2020, 5, 3)
    later = START + timedelta(days=2)
    assert lately(desk.project, later, later + timedelta(days=1), evidence.findings(desk.project)) == ()


def test_what_touches_no_site_stands_apart(desk: Any) -> None:
    lost = desk.add_capture("2019-05-03", crop=(0.0, 0.0, 0.05, 0.05))
    told = news(desk)[None]
    assert told.captures == (lost.id,)
    assert told.at == told.work[0].at


def test_outlines_of_one_place_are_one_with_the_days_of_all(desk: Any) -> None:
    first, second = desk.add_capture("2019-05-03"), desk.add_capture("2020-05-03", seed=2)
    near = replace(second, id="f" * 16, footprint=tuple(LonLat(p.lon + 1e-7, p.lat) for p in first.footprint))
    other = replace(
        second, id="e" * 16, footprint=tuple(LonLat(p.lon + 0.01, p.lat) for p in first.footprint)
    )
    still = replace(second, id="d" * 16, footprint=())
    found = footprints([near, other, still, first])
    assert [len(one.shots) for one in found] == [2, 1]
    assert [shot.label for shot in found[0].shots] == ["3 May 2019 (stated)", "3 May 2020 (stated)"]
    assert found[0].ring[0] == found[0].ring[-1]
    assert [len(one.by(date(2019, 12, 31))) for one in found] == [1, 0]
    assert len(found[0].by(None)) == 2


def test_a_picture_without_a_last_day_has_no_outline_on_an_earlier_day(desk: Any) -> None:
    undated = desk.add_capture(None)
    (found,) = footprints([undated])
    assert found.by(date(2025, 1, 1)) == ()
    assert len(found.by(None)) == 1
