"""How things came to be: what was written lately, one object's revisions, what moved on at a site."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from workflow.actions import ask_second_reading
from workflow.errors import UnknownName
from workflow.model import (
    Annotation,
    Author,
    Capture,
    CaptureKind,
    DateSpan,
    LonLat,
    Observation,
    Position,
    Precision,
    Role,
    Site,
    State,
    Target,
)
from workflow.project import Project, init_project
from workflow.readmodels import history

ANNA, BEN, LENA = Author("Anna"), Author("Ben"), Author("Lena", Role.LEAD)
START = datetime(2026, 3, 1, 12, tzinfo=UTC)
ALWAYS = (datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC))
PICTURE = "a" * 16
MARK = Annotation(
    "m1", "arch", PICTURE, "box", {"type": "Point", "coordinates": [1, 2]}, label="bar", author="Anna"
)
SAID = Observation("o1", "arch", "gantry", PICTURE, "Anna", State.PRESENT)


class Desk:
    """A project, written to by several people a minute apart."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self.now = START
        project.record._clock = self._tick

    def _tick(self) -> datetime:
        self.now += timedelta(minutes=1)
        return self.now

    def write(self, author: Author, *values: Any, reason: str = "work") -> None:
        """Put objects in one write."""
        with self.project.record.write(author, reason) as transaction:
            for value in values:
                known = transaction.get(type(value), value.id)
                transaction.put(value, known.version if known else 0)

    @contextlib.contextmanager
    def counted(self) -> Iterator[list[str]]:
        """SQL statements that are sent meanwhile."""
        sent: list[str] = []

        def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
            if not statement.startswith("BEGIN"):
                sent.append(statement)

        engine = self.project.record._backend._engine
        event.listen(engine, "before_cursor_execute", note)
        try:
            yield sent
        finally:
            event.remove(engine, "before_cursor_execute", note)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with Project.open(init_project(tmp_path / "project")) as project:
        made = Desk(project)
        day = date(2020, 5, 1)
        picture = Capture(
            PICTURE,
            "a" * 64,
            CaptureKind.SATELLITE,
            "scene.tif",
            "imagery/originals/a.tif",
            "imagery/working/a.tif",
            DateSpan(day, day, Precision.DAY),
            10,
            10,
            3,
        )
        place = Site("arch", "Arch", position=Position(LonLat(125.7, 38.9)), targets=(Target("gantry"),))
        made.write(Author("register"), place, Site("gate", "Gate"), picture, reason="set up")
        yield made


def test_activity_is_what_was_written_in_a_time_the_newest_first(desk: Desk) -> None:
    desk.write(ANNA, MARK, reason="drew")
    between = desk.now + timedelta(seconds=1)
    desk.write(BEN, SAID, reason="said")
    rows = history.activity_rows(desk.project, between, ALWAYS[1])
    assert [(row["kind"], row["author"], row["reason"], row["site"]) for row in rows] == [
        ("observation", "Ben", "said", "arch")
    ]
    assert [row["kind"] for row in history.activity_rows(desk.project, *ALWAYS, author="anna")] == [
        "annotation"
    ]
    assert history.activity_rows(desk.project, *ALWAYS, site="gate", kinds=("annotation",)) == []
    assert len(history.activity_rows(desk.project, *ALWAYS, limit=2)) == 2
    with pytest.raises(UnknownName):
        history.activity_rows(desk.project, *ALWAYS, kinds=("marks",))
    with pytest.raises(UnknownName):
        history.activity_rows(desk.project, *ALWAYS, site="nowhere")


def test_what_one_action_wrote_is_one_write(desk: Desk) -> None:
    desk.write(ANNA, MARK, SAID)
    desk.write(ANNA, replace(MARK, label="beam"))
    writes = history.by_write(history.activity_rows(desk.project, *ALWAYS))
    assert [len(write) for write in writes] == [1, 2, 4]


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (-5, "just now"),
        (59, "just now"),
        (60, "1 minute ago"),
        (7199, "1 hour ago"),
        (7200, "2 hours ago"),
        (86_400 * 3, "3 days ago"),
    ],
)
def test_how_long_ago_is_told_in_the_largest_whole_unit(seconds: int, words: str) -> None:
    assert history.ago(START - timedelta(seconds=seconds), START) == words


def test_an_object_s_history_has_every_revision_the_newest_first(desk: Desk) -> None:
    desk.write(ANNA, MARK, reason="drew")
    moved = replace(MARK, label="beam", geometry={"type": "Point", "coordinates": [3, 2]})
    desk.write(BEN, moved, reason="better")
    desk.write(BEN, replace(moved, deleted=True), reason="gone")
    found = history.object_history(desk.project, "annotation", "m1")
    assert [row["version"] for row in found.revisions] == [3, 2, 1]
    assert (found.version, found.deleted, found.site, found.capture) == (3, True, "arch", PICTURE)
    assert found.title == "box “beam”"
    changed = {row["field"]: (row["before"], row["after"]) for row in found.revisions[1]["changed"]}
    assert changed == {"label": ("bar", "beam"), "geometry.coordinates": ([1, 2], [3, 2])}
    assert [found.geometries[n]["coordinates"] for n in (1, 2, 3)] == [[1, 2], [3, 2], [3, 2]]


def test_a_site_s_history_has_those_of_its_targets_too(desk: Desk) -> None:
    site = desk.project.site("arch")
    desk.write(BEN, replace(site, targets=(Target("gantry", "The gantry"), Target("mast"))))
    found = history.object_history(desk.project, "site", "arch")
    assert [(part.kind, part.id, part.version, part.title) for part in found.parts] == [
        ("target", "arch.gantry", 2, "The gantry"),
        ("target", "arch.mast", 1, "mast"),
    ]


def test_a_capture_is_found_by_its_file_and_what_is_not_there_is_a_sentence(desk: Desk) -> None:
    assert history.object_history(desk.project, "capture", "scene.tif").id == PICTURE
    for kind, key in (("annotation", "m9"), ("marks", "m1"), ("capture", "other.tif")):
        with pytest.raises(UnknownName):
            history.object_history(desk.project, kind, key)


def test_changes_at_a_site_are_told_in_words(desk: Desk) -> None:
    desk.write(ANNA, MARK, SAID)
    seen = desk.project.record.revision
    desk.write(BEN, replace(MARK, label="beam", note="n"))
    desk.write(BEN, replace(MARK, label="beam", note="n", deleted=True))
    desk.write(BEN, replace(SAID, state=State.ABSENT))
    desk.write(BEN, replace(MARK, id="m2", label="", geometry={"type": "Point", "coordinates": [9, 9]}))
    lines = [f"{one.author} {one.text} ({one.version})" for one in _changes(desk, seen)]
    on = " in the picture of 1 May 2020 (stated)"
    assert lines == [
        f"Ben drew the box without a label{on} (1)",
        f"Ben changed the state of “gantry”{on}: state from “present” to “absent” (2)",
        f"Ben took back the box “beam”{on} (3)",
        f"Ben changed the box “bar”{on}: label from “bar” to “beam”, note from nothing to “n” (2)",
    ]
    assert _changes(desk, desk.project.record.revision) == []


def _changes(desk: Desk, after: int, **options: Any) -> list[history.Change]:
    return history.site_changes(desk.project, "arch", after, desk.now, **options)


def test_what_was_done_meanwhile_is_what_lies_between_two_versions(desk: Desk) -> None:
    for number in range(4):
        desk.write((ANNA, BEN)[number % 2], replace(MARK, label=f"l{number}"))
    found = history.meanwhile(desk.project, "annotation", "m1", 1, 3)
    assert [(one.version, one.author, one.fields) for one in found] == [
        (2, "Ben", ("label",)),
        (3, "Anna", ("label",)),
    ]
    assert history.last_changes(desk.project, ["m1"])["m1"].version == 4


def test_whoever_may_give_a_second_reading_sees_nothing_of_the_first(desk: Desk) -> None:
    seen = desk.project.record.revision
    desk.write(ANNA, SAID, MARK.__class__(**{**_fields(MARK), "target": "gantry"}))
    ask_second_reading(desk.project, LENA, "o1")
    kinds = {row["kind"] for row in history.activity_rows(desk.project, *ALWAYS, reader="Ben")}
    assert kinds == {"site", "target", "capture"}
    assert _changes(desk, seen, reader="Ben") == []
    assert history.statements(desk.project, "arch", PICTURE, "gantry", reader="Ben") == []
    with pytest.raises(UnknownName):
        history.object_history(desk.project, "observation", "o1", reader="Ben")
    # its author sees all
    assert len(_changes(desk, seen, reader="Anna")) == 2
    assert history.object_history(desk.project, "observation", "o1", reader="Anna").version == 1
    assert history.statements(desk.project, "arch", PICTURE, "gantry", reader="Anna")[0]["state"] == "present"


def _fields(mark: Annotation) -> dict[str, Any]:
    return {name: getattr(mark, name) for name in mark.__slots__}


def test_statements_do_not_grow_with_what_there_is(desk: Desk) -> None:
    counts = []
    for number in (2, 40):
        before = desk.project.record.revision
        for n in range(number):
            desk.write(ANNA, replace(MARK, id=f"n{number}-{n}"), replace(SAID, id=f"s{number}-{n}"))
            desk.write(BEN, replace(MARK, id="m1", label=f"{number} {n}"))
            site = desk.project.site("arch")
            desk.write(BEN, replace(site, targets=(*site.targets, Target(f"t{number}-{n}"))))
        with desk.counted() as sent:
            history.activity_rows(desk.project, *ALWAYS, reader="Ben")
            history.object_history(desk.project, "annotation", "m1", reader="Ben")
            history.object_history(desk.project, "site", "arch")
            _changes(desk, before, reader="Ben")
            history.meanwhile(desk.project, "annotation", "m1", 1, 2)
            history.last_changes(desk.project, ["m1", f"n{number}-0"])
        counts.append(len(sent))
    assert counts[0] == counts[1] <= 32
