"""Originals that stay where they are: hashed, read there, referred to; one sentence when one moved or changed."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import numpy as np
import pytest

from workflow.actions.withdrawing import withdraw
from workflow.backup import back_up, restore
from workflow.bundle import BundleOptions, make_bundle
from workflow.chips import chip
from workflow.cli import main
from workflow.errors import InputRefused, ProjectUnusable
from workflow.intake import IntakeOptions
from workflow.model import Author, Capture, LonLat, Position, Role, Site, Target
from workflow.pipeline.ingest import ingest
from workflow.project import Project, init_project
from workflow.readmodels.custody import verify

Make = Callable[..., Path]
ANNA, LENA = Author("Anna"), Author("Lena", Role.LEAD)
LEFT = IntakeOptions(acquired="5 April 2018", licence="CC0-1.0", in_place=True)
PLACE = LonLat(121.848295, 38.842790)  # the middle of the picture
NOW = datetime(2026, 11, 26, tzinfo=UTC)


@pytest.fixture
def archive(tmp_path: Path, make_raster: Make) -> Path:
    """A picture in a folder of somebody's own."""
    folder = tmp_path / "archive"
    folder.mkdir()
    data = np.random.default_rng(4).integers(1, 250, (3, 200, 200)).astype("uint8")
    return make_raster("scene.tif", data).rename(folder / "scene.tif")


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    with Project.open(init_project(tmp_path / "project")) as opened:
        with opened.record.write(ANNA, "a place") as transaction:
            site = Site("gate", "Gate", position=Position(PLACE), radius_m=20, targets=(Target("gantry"),))
            transaction.put(site, 0)
        yield opened


@pytest.fixture
def capture(project: Project, archive: Path) -> Capture:
    (taken,) = ingest(project, ANNA, [archive], LEFT).captures
    return taken


def problems(project: Project) -> list[str]:
    found: list[str] = verify(project)[0]["problems"]
    return found


def test_nothing_is_copied_and_nothing_of_the_archive_is_touched(
    project: Project, archive: Path, make_raster: Make
) -> None:
    before = {path.name: (path.stat().st_mtime_ns, path.stat().st_mode) for path in archive.parent.iterdir()}
    (capture,) = ingest(project, ANNA, [archive], LEFT).captures
    assert capture.original == archive.as_posix()
    assert not (project.imagery / "originals").exists()
    assert (project.root / capture.working).is_file()
    assert {
        path.name: (path.stat().st_mtime_ns, path.stat().st_mode) for path in archive.parent.iterdir()
    } == before
    assert problems(project) == []
    assert ingest(project, ANNA, [archive], LEFT).new == 0


def test_listing_and_catalogue_say_where_it_is(
    project: Project, archive: Path, capture: Capture, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        main(["captures", "list", "--json", "--project", str(project.root)])
    (row,) = json.loads(capsys.readouterr().out)
    assert (row["stored"], row["in_place"]) == (str(archive), True)
    item = json.loads((project.imagery / "items" / f"{capture.id}.json").read_text())
    assert item["assets"]["original"]["href"] == archive.as_uri()


def test_a_picture_within_the_project_is_named_from_its_root(project: Project, archive: Path) -> None:
    inside = project.root / "inbox"
    inside.mkdir()
    (capture,) = ingest(project, ANNA, [archive.rename(inside / "scene.tif")], LEFT).captures
    assert capture.original == "inbox/scene.tif"
    item = json.loads((project.imagery / "items" / f"{capture.id}.json").read_text())
    assert item["assets"]["original"]["href"] == "../../inbox/scene.tif"
    assert problems(project) == []


def test_one_that_moved_is_one_sentence_until_it_is_taken_in_from_its_new_place(
    project: Project, archive: Path, capture: Capture
) -> None:
    moved = archive.rename(archive.with_name("elsewhere.tif"))
    (sentence,) = problems(project)
    assert sentence.startswith(
        f"The original of capture {capture.id} (scene.tif) is missing: {archive.as_posix()}"
    )
    assert "sitetrack ingest --in-place" in sentence
    assert chip(project, project.site("gate"), capture).valid.all()
    report = ingest(project, ANNA, [moved], LEFT)
    assert report.new == 0
    assert project.capture(capture.id).original == moved.as_posix()
    assert project.capture(capture.id).file == "scene.tif"
    assert problems(project) == []


def test_one_that_changed_is_one_sentence(project: Project, archive: Path, capture: Capture) -> None:
    content = bytearray(archive.read_bytes())
    content[-1] ^= 1
    archive.write_bytes(content)
    (sentence,) = problems(project)
    assert f"The original of capture {capture.id} (scene.tif) was changed" in sentence
    assert ingest(project, ANNA, [archive], LEFT).new == 1  # other bytes are another capture


def test_one_that_changes_while_it_is_read_is_refused(
    project: Project, archive: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from workflow import intake

    read = intake.read_apart

    def reading(*arguments: Any) -> dict[str, Any]:
        answer = read(*arguments)
        with archive.open("ab") as file:
            file.write(b"x")
        return answer

    monkeypatch.setattr(intake, "read_apart", reading)
    report = ingest(project, ANNA, [archive], LEFT)
    assert "changed while it was read (scene.tif)" in str(report.refused[0])
    assert list(project.imagery.rglob("*.tif")) == []


def test_what_lies_beside_it_is_not_read(project: Project, archive: Path, make_raster: Make) -> None:
    """GDAL would take overviews, masks and coordinates from these names."""
    other = make_raster("other.tif", np.full((3, 100, 100), 77, "uint8"))
    archive.with_name("scene.tif.ovr").write_bytes(other.read_bytes())
    archive.with_name("scene.tif.msk").write_bytes(other.read_bytes())
    archive.with_name("scene.tfw").write_text("1\n0\n0\n-1\n0\n0\n")
    archive.with_name("scene.tif.points").write_text("mapX,mapY,sourceX,sourceY\n1,1,1,1\n")
    archive.with_name("scene.tif.aux.xml").write_text(
        "<PAMDataset><SRS>EPSG:32652</SRS><GeoTransform>0,9,0,0,0,-9</GeoTransform></PAMDataset>"
    )
    (capture,) = ingest(project, ANNA, [archive], LEFT).captures
    assert (capture.crs, capture.gsd_m) == ("EPSG:32651", 0.5)
    assert chip(project, project.site("gate"), capture).valid.all()


def test_tiles_may_stay_where_they_are(project: Project, archive: Path, make_raster: Make) -> None:
    data = np.full((1, 20, 20), 9, "uint8")
    tiles = [make_raster(f"a_R1C{col}.tif", data) for col in (1, 2)]
    (capture,) = ingest(project, ANNA, tiles, LEFT).captures
    assert [one.path for one in capture.parts] == [path.as_posix() for path in tiles]
    assert [path.name for path in (project.imagery / "originals").iterdir()] == [f"{capture.sha256}.txt"]
    tiles[1].unlink()
    (sentence,) = problems(project)
    assert tiles[1].as_posix() in sentence
    assert (
        ingest(project, ANNA, [tiles[0]], LEFT).new == 1
    )  # a tile by itself is another picture, of the same file
    assert len(problems(project)) == 1


def test_a_backup_leaves_it_and_says_so(
    project: Project, archive: Path, capture: Capture, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as left:
        main(["backup", str(tmp_path / "backup"), "--project", str(project.root)])
    assert left.value.code == 0
    assert "not in the backup: 1." in capsys.readouterr().err
    assert not (tmp_path / "backup" / "imagery" / "originals").exists()
    archive.rename(archive.with_name("gone.tif"))
    with Project.open(tmp_path / "backup") as backup:
        (row,) = verify(backup)
    assert row["problems"] == []
    assert "Originals that were left in their place and are not in the backup: 1." in row["warnings"]
    archive.with_name("gone.tif").rename(archive)
    restore(tmp_path / "backup", tmp_path / "again", NOW)
    with Project.open(tmp_path / "again") as again:
        assert problems(again) == []
    assert back_up(project, tmp_path / "second", NOW).missing == ()


def seen(project: Project, capture: Capture) -> None:
    """A bundle holds the captures that something was said of."""
    from workflow.actions import observe

    observe(project, ANNA, site="gate", target="gantry", capture=capture.id, state="present")


def test_a_bundle_takes_it_along(project: Project, archive: Path, capture: Capture, tmp_path: Path) -> None:
    seen(project, capture)
    made = make_bundle(project, ANNA, tmp_path / "b.zip", BundleOptions("a case", with_positions=True))
    with ZipFile(made.file) as bundle:
        names = [name for name in bundle.namelist() if "originals/" in name]
        assert bundle.read(names[0]) == archive.read_bytes()


def test_a_bundle_of_one_that_moved_is_refused_in_a_sentence(
    project: Project, archive: Path, capture: Capture, tmp_path: Path
) -> None:
    seen(project, capture)
    archive.unlink()
    with pytest.raises(ProjectUnusable, match="cannot be read"):
        make_bundle(project, ANNA, tmp_path / "b.zip", BundleOptions("a case"))
    assert not (tmp_path / "b.zip").exists()


def test_a_bundle_holds_every_tile(project: Project, make_raster: Make, tmp_path: Path) -> None:
    tiles = [make_raster(f"a_R1C{col}.tif", np.full((1, 200, 200), col, "uint8")) for col in (1, 2)]
    (capture,) = ingest(project, ANNA, tiles, LEFT).captures
    seen(project, capture)
    made = make_bundle(project, ANNA, tmp_path / "b.zip", BundleOptions("a case", with_positions=True))
    with ZipFile(made.file) as bundle:
        inside = {
            name.rpartition("/")[2]: bundle.read(name) for name in bundle.namelist() if "originals/" in name
        }
    assert set(inside) == {f"{capture.id}{end}" for end in (".txt", ".1.tif", ".2.tif")}
    assert inside[f"{capture.id}.2.tif"] == tiles[1].read_bytes()


def test_a_withdrawal_never_removes_what_is_not_the_project_s(
    project: Project, archive: Path, capture: Capture
) -> None:
    withdraw(project, LENA, capture.id, reason="licence ended", remove_files=True)
    assert archive.is_file()
    assert not (project.root / capture.working).exists()
    assert problems(project) == []
    archive.unlink()
    assert problems(project) == []


def test_what_is_in_the_library_stays_there(project: Project, archive: Path) -> None:
    (first,) = ingest(project, ANNA, [archive], IntakeOptions(acquired="2018")).captures
    (again,) = ingest(project, ANNA, [archive], LEFT).captures
    assert again == first
    assert problems(project) == []


def test_one_that_is_gone_can_come_into_the_library(
    project: Project, archive: Path, capture: Capture
) -> None:
    copy = archive.rename(archive.with_name("copy.tif"))
    ingest(project, ANNA, [copy], IntakeOptions(acquired="2018"))
    assert project.capture(capture.id).original == f"imagery/originals/{capture.sha256}.tif"
    assert project.capture(capture.id).acquired == capture.acquired
    assert problems(project) == []


@pytest.mark.skipif(sys.platform == "win32", reason="Windows links by hand where it may not by symbol")
def test_where_no_symbolic_link_may_be_made_a_hard_one_does(
    project: Project, archive: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refusing(*_: object, **__: object) -> None:
        raise OSError(1, "not permitted")

    monkeypatch.setattr(Path, "symlink_to", refusing)
    assert ingest(project, ANNA, [archive], LEFT).new == 1
    assert archive.stat().st_nlink == 1
    monkeypatch.setattr(Path, "hardlink_to", refusing)
    archive.write_bytes(archive.read_bytes() + b"x")
    report = ingest(project, ANNA, [archive], LEFT)
    assert "take it in without --in-place" in str(report.refused[0])
    assert isinstance(report.refused[0], InputRefused)


def test_status_counts_it_like_any_other(project: Project, archive: Path, capture: Capture) -> None:
    from workflow.readmodels import tables

    archive.unlink()
    assert next(row["count"] for row in tables.status(project) if row["kind"] == "capture") == 1
