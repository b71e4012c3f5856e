"""A capture's date, corrected: what a text says, what becomes of the old date, who may, what happens to two people."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflow.actions import STATED_BASES, set_date, understood, undo, withdraw
from workflow.cli import main
from workflow.errors import EditConflict, InputRefused, NotAllowed, UnknownName, WorkflowError
from workflow.intake import IntakeOptions
from workflow.model import Author, Basis, Capture, CaptureKind, Precision, Role
from workflow.pipeline.ingest import ingest
from workflow.project import Project, init_project
from workflow.timespan import format_span

Make = Callable[..., Path]
ANNA, BEN, EVE = Author("Anna"), Author("Ben"), Author("Eve", Role.VIEWER)
TODAY = date(2026, 1, 1)


@pytest.fixture
def project(tmp_path: Path, make_raster: Make) -> Iterator[Project]:
    """A project with one picture, whose name says 12 November 2021."""
    picture = make_raster("gate_20211112.tif", np.full((3, 20, 20), 90, "uint8"))
    with Project.open(init_project(tmp_path / "project")) as opened:
        ingest(opened, ANNA, [picture], IntakeOptions())
        yield opened


def only(project: Project) -> Capture:
    (found,) = project.captures()
    return found


def version(project: Project) -> int:
    known = project.record.get(Capture, only(project).id)
    assert known is not None
    return known.version


# -- what a text says ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "earliest", "latest", "precision"),
    [
        ("2021-11-14", date(2021, 11, 14), date(2021, 11, 14), Precision.DAY),
        ("late 2021", date(2021, 9, 1), date(2021, 12, 31), Precision.THIRD),
        ("2021년 11월", date(2021, 11, 1), date(2021, 11, 30), Precision.MONTH),
        ("2021-11/2022-02", date(2021, 11, 1), date(2022, 2, 28), Precision.RANGE),
        ("unknown", None, None, Precision.UNKNOWN),
    ],
)
def test_a_date_is_understood_in_every_form_that_the_tool_reads(
    text: str, earliest: date | None, latest: date | None, precision: Precision
) -> None:
    span = understood(text, today=TODAY).span
    assert (span.earliest, span.latest, span.precision) == (earliest, latest, precision)
    assert span.verbatim == text


def test_the_basis_opens_the_end_that_it_says_nothing_of() -> None:
    released = understood("2021-11-14", basis=Basis.RELEASED, today=TODAY).span
    assert (released.earliest, released.latest) == (None, date(2021, 11, 14))
    earth = understood("2021-11-14", basis=Basis.EARLIEST_POSSIBLE, retrieved="March 2022", today=TODAY)
    assert (earth.span.earliest, earth.span.latest) == (date(2021, 11, 14), date(2022, 3, 31))
    assert earth.notes[0].endswith("2022-03-31, the day of retrieval")
    assert understood("2021", kind=CaptureKind.BROADCAST, today=TODAY).span.basis is Basis.BROADCAST


@pytest.mark.parametrize(
    ("stated", "says"),
    [
        ({"text": ""}, "Date: it is empty"),
        ({"text": "  "}, "Date: it is empty"),
        ({"text": "yesterday-ish"}, "not in a form that is understood"),
        ({"text": "03/04/2021"}, "03/04/2021"),
        ({"text": "2027-01-01"}, "lies in the future"),
        ({"text": "2021", "basis": Basis.FILE_TAG}, "nobody states a date from a file tag"),
        ({"text": "2021", "basis": Basis.EARLIEST_POSSIBLE, "retrieved": "soon"}, "soon"),
        (
            {"text": "2021", "basis": Basis.EARLIEST_POSSIBLE, "published": "2020"},
            "lies after the day of publication",
        ),
    ],
)
def test_a_date_that_cannot_be_taken_is_refused_in_one_sentence(stated: dict[str, Any], says: str) -> None:
    with pytest.raises(InputRefused, match=says) as refused:
        understood(**stated, today=TODAY)
    assert "\n" not in str(refused.value)


@given(st.text(max_size=60), st.sampled_from([None, *Basis]))
def test_any_text_is_a_date_or_one_sentence(text: str, basis: Basis | None) -> None:
    with contextlib.suppress(WorkflowError):
        said = understood(text, basis=basis, today=TODAY)
        assert basis is None or basis in STATED_BASES
        assert format_span(said.span)


# -- what becomes of it --------------------------------------------------------------------------------------


def test_the_new_date_counts_and_the_old_one_stays_in_the_history(project: Project) -> None:
    before = only(project)
    changed = set_date(project, BEN, before.file, "14 April 2023", reason="the shadow fits")
    assert only(project) == changed
    assert (changed.acquired.earliest, changed.acquired.basis) == (date(2023, 4, 14), Basis.STATED)
    assert [one for one in changed.sources if one.attribute == "acquired"] == []
    history = project.record.history(Capture, before.id)
    assert [(one.author, one.version) for one in history] == [("Anna", 1), ("Ben", 2)]
    assert history[-1].reason == "the shadow fits"
    assert json.loads(history[0].payload)["acquired"]["earliest"] == "2021-11-12"


def test_a_date_that_the_file_name_excludes_says_so_and_no_other_warning_is_lost(project: Project) -> None:
    changed = set_date(project, BEN, only(project).id, "14 April 2023")
    assert changed.warnings == (
        "the file name (gate_20211112.tif: name) says 12 November 2021, who set the date says 14 April 2023 and counts",
    )
    # what the first correction said falls with it
    again = set_date(project, BEN, changed.id, "2022", basis=Basis.COPYRIGHT_YEAR)
    assert again.warnings == (
        "a copyright year is no date of acquisition: the picture is from its end or earlier",
    )
    assert set_date(project, BEN, changed.id, "2021").warnings == ()


def test_warnings_that_have_nothing_to_do_with_the_date_stay(project: Project) -> None:
    from dataclasses import replace

    with project.record.write(ANNA, "a note") as transaction:
        transaction.put(replace(only(project), warnings=("its bands are not named",)), base_version=1)
    assert set_date(project, BEN, only(project).id, "November 2021").warnings == ("its bands are not named",)


def test_the_catalogue_follows_the_date_and_its_undo(project: Project) -> None:
    def catalogued() -> set[str]:
        items = [path.read_text("utf-8") for path in project.imagery.rglob("*.json")]
        return {day for day in ("2021-11-12", "2023-04-14") if any(day in item for item in items)}

    assert catalogued() == {"2021-11-12"}
    set_date(project, BEN, only(project).id, "14 April 2023")
    assert "2023-04-14" in catalogued()
    undo(project, BEN, "capture", only(project).id, base_version=2, reason="was right before")
    assert catalogued() == {"2021-11-12"}
    assert only(project).acquired.earliest == date(2021, 11, 12)


def test_the_same_date_again_writes_nothing(project: Project) -> None:
    set_date(project, BEN, only(project).id, "2022")
    set_date(project, BEN, only(project).id, "2022")
    assert version(project) == 2


def test_two_people_who_state_different_dates_are_both_shown(project: Project) -> None:
    key = only(project).id
    set_date(project, ANNA, key, "2022", base_version=1)
    with pytest.raises(EditConflict) as caught:
        set_date(project, BEN, key, "2023", base_version=1)
    (field,) = caught.value.fields
    assert (field.field, caught.value.author, caught.value.current_version) == ("acquired", "Anna", 2)
    assert only(project).acquired.verbatim == "2022"
    # who has seen theirs may still decide for the own one
    assert set_date(project, BEN, key, "2023", base_version=2).acquired.verbatim == "2023"


def test_another_field_that_changed_meanwhile_is_kept(project: Project) -> None:
    from dataclasses import replace

    with project.record.write(ANNA, "credit") as transaction:
        transaction.put(replace(only(project), credit="© Somebody"), base_version=1)
    changed = set_date(project, BEN, only(project).id, "2022", base_version=1)
    assert (changed.credit, changed.acquired.verbatim) == ("© Somebody", "2022")


def test_a_viewer_and_a_withdrawn_picture_are_refused(project: Project) -> None:
    key = only(project).id
    with pytest.raises(NotAllowed, match="may not change the date of a capture"):
        set_date(project, EVE, key, "2022")
    with pytest.raises(UnknownName):
        set_date(project, BEN, "ffff", "2022")
    withdraw(project, Author("Lena", Role.LEAD), key, reason="licence ended")
    with pytest.raises(InputRefused, match="licence ended"):
        set_date(project, BEN, key, "2022")


# -- the command ---------------------------------------------------------------------------------------------


def run(*arguments: object) -> int:
    try:
        main([str(one) for one in arguments])
    except SystemExit as left:
        return int(left.code or 0)
    return 0


def test_the_command_corrects_a_date_and_names_what_it_cannot_take(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    where = ("--project", project.root, "--author", "Ben", "--json")
    stated = (
        "late 2021",
        "--basis",
        "earliest-possible",
        "--retrieved",
        "2022-03-01",
        "--reason",
        "as shown",
    )
    assert run("captures", "date", "gate_20211112.tif", *stated, *where) == 0
    (row,) = json.loads(capsys.readouterr().out)
    assert (row["earliest"], row["latest"], row["basis"]) == ("2021-09-01", "2022-03-01", "earliest possible")
    assert run("captures", "date", "gate_20211112.tif", "some day", *where) == 1
    assert "it is not in a form that is understood" in capsys.readouterr().err
    assert run("captures", "date", "gate_20211112.tif", "2021", "--role", "viewer", *where) == 1
    assert "may not change the date" in capsys.readouterr().err
