"""Withdrawing a capture: what goes, what stays, who may, and what is told where it is named."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import rasterio
from rasterio.transform import Affine

from workflow import pictures
from workflow.actions import annotate, observe, reinstate, undo, withdraw
from workflow.actions import withdrawing as withdrawing_module
from workflow.chips import chip, covering
from workflow.cli import main
from workflow.errors import InputRefused, NotAllowed
from workflow.intake import IntakeOptions
from workflow.model import Author, Capture, FigureOptions, LonLat, Position, Role, Site, StoredFile, Target
from workflow.pipeline.ingest import ingest
from workflow.pipeline.track import track
from workflow.project import Project, init_project
from workflow.publish.choose import choose
from workflow.readmodels import tables
from workflow.readmodels.custody import verify

Make = Callable[..., Path]
ANNA, LENA = Author("Anna"), Author("Lena", Role.LEAD)
WITHDRAWN = r"withdrawn on \d{4}-\d\d-\d\d by Lena: licence ended"
# longitude and latitude of the middle of the rasters below
PLACE = LonLat(121.847712, 38.843134)


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with three small pictures of one place, and a project that took and tracked them."""
    folder = tmp_path_factory.mktemp("template")
    rng = np.random.default_rng(5)
    corner = Affine(0.5, 0, 400_000 - 40, 0, -0.5, 4_300_000 + 40)
    settings = {"driver": "GTiff", "width": 160, "height": 160, "count": 3, "dtype": "uint8"}
    for day in ("20200101", "20210101", "20220101"):
        with rasterio.open(
            folder / f"s{day}.tif", "w", crs="EPSG:32651", transform=corner, **settings
        ) as file:
            file.write(rng.integers(1, 250, (3, 160, 160)).astype("uint8"))
    with Project.open(init_project(folder / "project")) as made:
        with made.record.write(ANNA, "site") as transaction:
            site = Site("gate", "Gate", position=Position(PLACE), radius_m=20.0, targets=(Target("gantry"),))
            transaction.put(site, base_version=0)
        ingest(made, ANNA, sorted(folder.glob("*.tif")), IntakeOptions(credit="Somebody"))
        track(made, ANNA, executor="serial")
        for capture, state in zip(made.captures(), ("absent", "absent", "present"), strict=True):
            observe(made, ANNA, site="gate", capture=capture.id, state=state)
    return folder


@pytest.fixture
def files(template: Path) -> list[Path]:
    """The pictures that the project took in, in the order of their dates."""
    return sorted(template.glob("*.tif"))


@pytest.fixture
def project(template: Path, tmp_path: Path) -> Iterator[Project]:
    """A copy of the project: the target is absent, absent, present."""
    with Project.open(shutil.copytree(template / "project", tmp_path / "project")) as opened:
        yield opened


def library(project: Project, capture: Capture) -> list[bool]:
    return [(project.root / path).is_file() for path in (capture.original, capture.working)]


def problems(project: Project) -> list[str]:
    (row,) = verify(project)
    found: list[str] = row["problems"]
    return found


def run(project: Project, *arguments: object) -> int:
    with pytest.raises(SystemExit) as left:
        main([*map(str, arguments), "--project", str(project.root)])
    assert isinstance(left.value.code, int)
    return left.value.code


# -- the action ----------------------------------------------------------------------------------------------


def test_a_withdrawn_capture_is_out_of_use_and_what_is_known_of_it_stays(project: Project) -> None:
    capture = project.captures()[1]
    said = project.observations(site="gate")
    withdraw(project, LENA, "s20210101.tif", reason="  licence ended ")
    assert capture.id not in {one.id for one in project.captures()}
    kept = project.capture(capture.id, withdrawn=True)
    assert kept.withdrawn is not None
    assert (kept.withdrawn.reason, kept.withdrawn.void, kept.withdrawn.files_removed) == (
        "licence ended",
        False,
        False,
    )
    assert replace(kept, withdrawn=None) == capture
    assert project.observations(site="gate") == said
    assert project.record.history(Capture, capture.id)[-1].author == "Lena"
    assert library(project, capture) == [True, True]
    assert problems(project) == []


def test_only_a_lead_withdraws_and_reinstates_and_only_with_a_reason(project: Project) -> None:
    capture = project.captures()[0].id
    count = project.record.chain_head().count
    for author in (ANNA, Author("Vera", Role.VIEWER)):
        with pytest.raises(NotAllowed, match="withdraw a capture"):
            withdraw(project, author, capture, reason="licence ended")
        with pytest.raises(NotAllowed, match="withdraw a capture"):
            reinstate(project, author, capture, reason="renewed")
    with pytest.raises(InputRefused, match="Reason"):
        withdraw(project, LENA, capture, reason="  ")
    assert project.record.chain_head().count == count


def test_a_withdrawal_is_not_undone_by_the_way(project: Project) -> None:
    capture = project.captures()[0].id
    withdraw(project, LENA, capture, reason="licence ended")
    row = project.record.get(Capture, capture)
    assert row is not None
    with pytest.raises(InputRefused, match="captures reinstate"):
        undo(project, ANNA, "capture", capture, base_version=row.version, reason="I want it")


def test_reinstated_it_is_used_again(project: Project) -> None:
    capture = project.captures()[1]
    withdraw(project, LENA, capture.id, reason="licence ended")
    assert reinstate(project, LENA, capture.id, reason="renewed") == capture
    assert capture in project.captures()
    with pytest.raises(InputRefused, match="it is in use"):
        reinstate(project, LENA, capture.id, reason="again")


def test_the_sentence_is_that_of_the_last_withdrawal(project: Project) -> None:
    capture = project.captures()[1].id
    withdraw(project, LENA, capture, reason="wrong place")
    reinstate(project, LENA, capture, reason="it was right")
    withdraw(project, Author("Max", Role.LEAD), capture, reason="licence ended")
    sentence = project.withdrawal_of(project.capture(capture, withdrawn=True))
    assert sentence.endswith("by Max: licence ended")


# -- the files -----------------------------------------------------------------------------------------------


def test_chips_that_were_only_looked_at_go_too(project: Project) -> None:
    capture = project.captures()[1]
    late = Site("late", "Late", position=Position(PLACE), radius_m=20.0)
    with project.record.write(ANNA, "site") as transaction:
        transaction.put(late, base_version=0)
    chip(project, late, capture)
    assert list((project.state_dir / "chips" / "late").glob("*.npz"))
    withdraw(project, LENA, capture.id, reason="licence ended", remove_files=True)
    assert not list((project.state_dir / "chips" / "late").glob("*.npz"))


def test_files_and_chips_go_and_their_hashes_stay(project: Project) -> None:
    capture = project.captures()[1]
    chips = list((project.state_dir / "chips").rglob("*.npz"))
    assert chips
    noted = [row.value for row in project.record.rows(StoredFile, capture=capture.id)]
    withdraw(project, LENA, capture.id, reason="licence ended", remove_files=True)
    assert library(project, capture) == [False, False]
    assert not any(path.exists() for path in chips)
    assert [row.value for row in project.record.rows(StoredFile, capture=capture.id)] == [
        replace(one, removed=True) for one in noted
    ]
    assert problems(project) == []
    with pytest.raises(InputRefused, match="ingest FILE --reinstate"):
        reinstate(project, LENA, capture.id, reason="renewed")


def test_a_stop_between_record_and_disk_is_named_and_finished_by_the_same_command(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    capture = project.captures()[1]

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(withdrawing_module, "remove_below", stop)
        with pytest.raises(KeyboardInterrupt):
            withdraw(project, LENA, capture.id, reason="licence ended", remove_files=True)
    assert library(project, capture) == [True, True]
    found = problems(project)
    assert len(found) == 2
    assert all(
        "was withdrawn, to be removed (run 'sitetrack captures withdraw' again)" in one for one in found
    )
    withdraw(project, LENA, capture.id, reason="licence ended")
    assert library(project, capture) == [False, False]
    assert problems(project) == []


def test_a_file_that_cannot_be_removed_is_named_and_the_rest_goes(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    capture = project.captures()[1]
    real = withdrawing_module.remove_below

    def held(folder: Path, path: Path) -> None:
        if path == project.root / capture.original:
            raise PermissionError(13, "in use")
        real(folder, path)

    monkeypatch.setattr(withdrawing_module, "remove_below", held)
    with pytest.raises(InputRefused, match=r"cannot be removed \(in use\)"):
        withdraw(project, LENA, capture.id, reason="licence ended", remove_files=True)
    assert library(project, capture) == [True, False]


def test_a_path_in_the_record_that_leaves_the_library_is_never_removed(project: Project) -> None:
    capture = project.captures()[1]
    victim = project.root.parent / "victim.txt"
    victim.write_text("mine")
    with project.record.write(ANNA, "tampering") as transaction:
        for path in ("../victim.txt", "sites.geojson"):
            row = project.record.rows(StoredFile, capture=capture.id)[0].value
            transaction.put(replace(row, path=path), base_version=0)
    withdraw(project, LENA, capture.id, reason="licence ended", remove_files=True)
    assert victim.is_file()
    assert project.register_file.is_file()


# -- taken in again ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("removed", [True, False])
def test_a_withdrawn_picture_is_refused_with_what_can_be_done(
    project: Project, files: list[Path], removed: bool
) -> None:
    withdraw(project, LENA, project.captures()[1].id, reason="licence ended", remove_files=removed)
    report = ingest(project, ANNA, files, IntakeOptions())
    (refused,) = report.refused
    assert len(report.captures) == 2
    assert "licence ended" in str(refused)
    assert ("ingest --reinstate" in str(refused)) is removed
    assert library(project, project.all_captures()[1]) == [not removed] * 2


def test_a_lead_brings_a_removed_picture_back(project: Project, files: list[Path]) -> None:
    capture = project.captures()[1]
    withdraw(project, LENA, capture.id, reason="licence ended", void=True, remove_files=True)
    with pytest.raises(NotAllowed, match="bring a withdrawn capture back"):
        ingest(project, ANNA, files[1:2], IntakeOptions(), reinstate=True)
    report = ingest(project, LENA, files[1:2], IntakeOptions(), reinstate=True)
    assert (report.captures, report.new) == ((capture,), 0)
    assert project.captures()[1] == capture
    assert not any(row.value.removed for row in project.record.rows(StoredFile))
    assert problems(project) == []


def test_reinstating_does_not_use_what_a_removal_left(
    project: Project, files: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    capture = project.captures()[1]
    with monkeypatch.context() as patched:
        patched.setattr(withdrawing_module, "remove_below", lambda *_: None)
        withdraw(project, LENA, capture.id, reason="licence ended", remove_files=True)
    (project.root / capture.working).write_bytes(b"another picture")
    ingest(project, LENA, files[1:2], IntakeOptions(), reinstate=True)
    assert problems(project) == []


def test_reinstate_leaves_a_capture_whose_files_were_kept(project: Project, files: list[Path]) -> None:
    withdraw(project, LENA, project.captures()[1].id, reason="licence ended")
    (refused,) = ingest(project, LENA, files[1:2], IntakeOptions(), reinstate=True).refused
    assert "captures reinstate" in str(refused)


# -- everywhere else -----------------------------------------------------------------------------------------


def test_it_is_not_there_for_pictures_figures_and_statements(project: Project) -> None:
    capture = project.captures()[1]
    site = project.site("gate")
    chip(project, site, capture)
    withdraw(project, LENA, capture.id, reason="licence ended")
    gone = project.capture(capture.id, withdrawn=True)
    attempts: list[Callable[[], object]] = [
        lambda: project.capture(capture.file),
        lambda: project.capture(capture.id[:6]),
        lambda: pictures.tile(project, "gate", capture.id, 0, 0, 0),
        lambda: pictures.still(project, capture.id),
        lambda: pictures.thumbnail(project, site, gone),
        lambda: choose(project, "gate", FigureOptions(before=capture.file)),
        lambda: observe(project, ANNA, site="gate", capture=capture.file, state="absent"),
    ]
    for attempt in attempts:
        with pytest.raises(InputRefused, match=WITHDRAWN):
            attempt()
    assert capture.id not in {one.id for one in covering(project, site)}
    point = {"type": "Point", "coordinates": [PLACE.lon, PLACE.lat]}
    mark = {"id": "m1", "site": "gate", "capture": capture.id, "shape": "point", "geometry": point}
    done = annotate(project, ANNA, [{"op": "o1", "seq": 1, "type": "add", "annotation": mark}])
    assert "it was withdrawn: licence ended" in done.refused[0][1]


def test_tracking_goes_on_without_it(project: Project) -> None:
    capture = project.captures()[1]
    withdraw(project, LENA, capture.id, reason="licence ended", remove_files=True)
    report = track(project, ANNA, executor="serial")
    assert report.failed == ()
    assert report.scored == 1
    there = {one.capture: (project.root / one.file).is_file() for one in project.record.chips("gate")}
    assert there == {one.id: one.id != capture.id for one in project.all_captures()}
    again = track(project, ANNA, executor="serial")
    assert again.unchanged == 1


@pytest.mark.parametrize("void", [True, False])
def test_what_was_said_of_it_bounds_a_figure_s_interval_unless_the_picture_was_wrong(
    project: Project, void: bool
) -> None:
    first, second, third = project.captures()
    withdraw(project, LENA, second.id, reason="licence ended", void=void)
    choice = choose(project, "gate", FigureOptions())
    assert choice.finding is not None
    assert choice.finding.after == (first if void else second).acquired.earliest
    assert [one.id for one in choice.captures] == [first.id, third.id]


def test_its_page_leaves_the_catalogue_and_comes_back(project: Project) -> None:
    capture = project.captures()[1].id
    page = project.imagery / "items" / f"{capture}.json"
    assert page.is_file()
    withdraw(project, LENA, capture, reason="licence ended")
    assert not page.exists()
    assert capture not in (project.imagery / "catalog.json").read_text()
    reinstate(project, LENA, capture, reason="renewed")
    assert page.is_file()
    assert capture in (project.imagery / "catalog.json").read_text()


def test_another_file_of_the_same_name_in_use_comes_first(project: Project, make_raster: Make) -> None:
    old = project.captures()[1]
    withdraw(project, LENA, old.id, reason="licence ended")
    data = np.random.default_rng(9).integers(1, 250, (3, 40, 40)).astype("uint8")
    ingest(project, ANNA, [make_raster(old.file, data)], IntakeOptions())
    assert project.capture(old.file).id != old.id


# -- the commands --------------------------------------------------------------------------------------------


def test_the_commands_list_withdraw_and_reinstate(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    key = project.captures()[1].id
    assert run(project, "captures", "withdraw", key, "--reason", "wrong", "--wrong-picture") == 1
    assert "may not withdraw a capture" in capsys.readouterr().err
    lead = ("--role", "lead", "--author", "Lena", "--json")
    assert run(project, "captures", "withdraw", key, "--reason", "wrong", "--wrong-picture", *lead) == 0
    assert json.loads(capsys.readouterr().out)[0]["withdrawn"] == "wrong"
    assert run(project, "captures", "list", "--json") == 0
    assert key not in {row["id"] for row in json.loads(capsys.readouterr().out)}
    assert run(project, "captures", "list", "--all", "--json") == 0
    rows = json.loads(capsys.readouterr().out)
    assert {row["id"]: row["withdrawn"] for row in rows}[key] == "wrong"
    assert {row["withdrawn"] for row in rows} == {"", "wrong"}
    assert run(project, "captures", "list", "--all") == 0
    assert "wrong" in capsys.readouterr().out
    assert run(project, "record", "history", "capture", "s20210101.tif") == 0
    assert run(project, "captures", "reinstate", key, "--reason", "it was right", *lead) == 0
    assert key in {row["id"] for row in tables.captures(project)}
