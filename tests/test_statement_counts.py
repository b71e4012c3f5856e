"""How many SQL statements a use case takes: the same for a small project as for a larger one."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import event
from store_sample import box, capture

from workflow.actions import annotate, assign, observe
from workflow.model import (
    Author,
    DateSpan,
    LonLat,
    Observation,
    Offset,
    Position,
    Precision,
    Site,
    State,
    Target,
)
from workflow.project import Project, init_project
from workflow.readmodels import coverage, evidence, growth, matrix, pages, tables, work

ANNA = Author("Anna")


@contextlib.contextmanager
def counted(project: Project) -> Iterator[list[str]]:
    """The statements that are sent in the block; transactions' own are left out."""
    statements: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if not statement.startswith("BEGIN"):
            statements.append(statement)

    engine = project.record._backend._engine  # type: ignore[attr-defined]
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(engine, "before_cursor_execute", note)


def made(root: Path, sites: int, captures: int) -> Path:
    """A project whose captures each show all of its sites, and everything is said about each."""
    with Project.open(init_project(root)) as project, project.record.write(ANNA, "sample") as transaction:
        shots = [shot(number) for number in range(captures)]
        for one in shots:
            transaction.put(one, 0)
        for number in range(sites):
            place = Position(LonLat(125.5 + number / 1000, 38.5))
            site = Site(f"s{number}", f"Site {number}", position=place, targets=(Target("gantry"),))
            transaction.put(site, 0)
            for place_number, one in enumerate(shots):
                state = State.ABSENT if place_number < captures / 2 else State.PRESENT
                said = Observation(f"{site.id}-{one.id}", site.id, "gantry", one.id, "Anna", state)
                transaction.put(said, 0)
                transaction.put(Offset(site.id, one.id, shots[0].id, 0.0, 0.0, 1.0, True, "phase"), 0)
        still = replace(shot(99), site="s0", footprint=(), crs=None)
        transaction.put(still, 0)
    return root


def shot(number: int):
    day = date(2020, 1, 1) + timedelta(days=30 * number)
    return replace(
        capture(f"{number:016x}", box(125, 38, 126, 39)),
        acquired=DateSpan(day, day, Precision.DAY),
        crs="EPSG:32651",
        gsd_m=0.5,
    )


USE_CASES: dict[str, tuple[Callable[[Project], object], int]] = {
    "sites list": (tables.sites, 3),
    "captures list": (tables.captures, 4),
    "status": (tables.status, 11),
    "history": (lambda project: tables.history(project, "site", "s0"), 1),
    "offsets": (work.offsets, 6),
    "queue": (work.queue, 8),
    "queue page": (work.queue_page, 11),
    "sites in the order of the queue": (lambda project: work.site_order(project, "Anna", "all"), 14),
    "matrix": (matrix.matrix, 9),
    "assign": (lambda project: assign(project, ANNA, ["s0"], add=["Anna"]), 20),
    "timeline": (evidence.timeline, 5),
    "timeline of a site": (lambda project: evidence.timeline(project, "s0"), 5),
    "growth": (growth.growth, 6),
    "unseen": (lambda project: coverage.unseen_since(project, 12, date(2024, 1, 1)), 6),
    "overview": (pages.overview, 14),
    "compare": (lambda project: pages.compare(project, "s0"), 5),
    "observe": (
        lambda project: observe(project, ANNA, site="s0", capture=f"{0:016x}", state="uncertain"),
        14,
    ),
    "draw": (
        lambda project: annotate(project, ANNA, [drawn()]),
        15,
    ),
    "activity": (
        lambda project: project.record.activity(
            datetime(2020, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)
        ),
        1,
    ),
    "stamp": (lambda project: project.record.stamp, 1),
}


def drawn() -> dict[str, object]:
    point = {"type": "Point", "coordinates": [125.5, 38.5]}
    mark = {"id": "m1", "site": "s0", "capture": f"{0:016x}", "shape": "point", "geometry": point}
    return {"op": "op1", "seq": 1, "type": "add", "annotation": mark}


@pytest.fixture(scope="module")
def counts(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[int]]:
    """Statements of each use case in a small and a larger project, nothing read before."""
    found: dict[str, list[int]] = {name: [] for name in USE_CASES}
    for sites, captures in ((2, 3), (15, 12)):
        root = made(tmp_path_factory.mktemp("counted") / "project", sites, captures)
        for name, (use, _) in USE_CASES.items():
            with Project.open(root) as project, counted(project) as statements:
                use(project)
            found[name].append(len(statements))
    return found


@pytest.mark.parametrize("name", USE_CASES)
def test_a_use_case_takes_as_many_statements_in_a_larger_project(
    counts: dict[str, list[int]], name: str
) -> None:
    small, large = counts[name]
    assert large == small
    assert small <= USE_CASES[name][1]
