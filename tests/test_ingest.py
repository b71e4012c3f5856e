"""Ingest: every file ends as a capture or a sentence, what is done is kept, order does not matter."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from metadata_samples import IMD, S2_PICTURE, S2_PRODUCT, S2_TILE

from workflow.cli import main
from workflow.errors import InputRefused, NotAllowed, UnknownName
from workflow.intake import IntakeOptions
from workflow.model import Author, Basis, Capture, CaptureKind, IntakeEvent, Role, Site
from workflow.pipeline import ingest as pipeline
from workflow.pipeline.ingest import Outcome, ingest, pictures_in
from workflow.project import Project, init_project

Make = Callable[..., Path]
AUTHOR = Author("tester")
DATED = IntakeOptions(acquired="14 April 2023")


def noise(seed: int) -> np.ndarray:
    return np.random.default_rng(seed).integers(1, 250, (3, 30, 40)).astype("uint8")


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    with Project.open(init_project(tmp_path / "project")) as opened:
        with opened.record.write(AUTHOR, "site") as transaction:
            transaction.put(Site("crossing", "Crossing"), base_version=0)
        yield opened


def run(*arguments: object) -> int:
    with pytest.raises(SystemExit) as left:
        main([str(argument) for argument in arguments])
    assert isinstance(left.value.code, int)
    return left.value.code


# -- the pipeline --------------------------------------------------------------------------------------------


def test_each_picture_becomes_a_capture_in_the_order_of_the_paths(
    project: Project, make_raster: Make
) -> None:
    paths = [make_raster(f"{name}.tif", noise(number)) for number, name in enumerate("cab")]
    steps: list[tuple[str, int, int]] = []
    report = ingest(project, AUTHOR, paths, DATED, lambda *step: steps.append(step))
    assert [capture.file for capture in report.captures] == ["c.tif", "a.tif", "b.tif"]
    assert (report.new, report.refused) == (3, ())
    assert {capture.id for capture in project.captures()} == {capture.id for capture in report.captures}
    assert steps == [("pictures", done, 3) for done in range(4)]
    items = json.loads((project.imagery / "catalog.json").read_text())["links"]
    assert sum(link["rel"] == "item" for link in items) == 3


def test_a_viewer_takes_nothing_in_and_leaves_nothing(project: Project, make_raster: Make) -> None:
    with pytest.raises(NotAllowed, match="may not take pictures in"):
        ingest(project, Author("Eve", Role.VIEWER), [make_raster("a.tif", noise(1))], DATED)
    assert not list(project.imagery.rglob("*.tif"))


def test_a_file_twice_is_one_capture_and_two_events(project: Project, make_raster: Make) -> None:
    path = make_raster("a.tif", noise(1))
    first = ingest(project, AUTHOR, [path], replace(DATED, credit="first"))
    again = ingest(project, AUTHOR, [path], replace(DATED, credit="second", acquired="2020"))
    assert (first.new, again.new) == (1, 0)
    assert again.captures == first.captures
    events = [row.value for row in project.record.rows(IntakeEvent)]
    assert len(events) == 2
    assert {event.capture for event in events} == {first.captures[0].id}
    assert {event.size_bytes for event in events} == {path.stat().st_size}


def test_two_names_of_the_same_bytes_in_one_run_are_one_capture(project: Project, make_raster: Make) -> None:
    one = make_raster("a.tif", noise(1))
    two = one.with_name("b.tif")
    two.write_bytes(one.read_bytes())
    report = ingest(project, AUTHOR, [one, two], DATED)
    assert report.new == 1
    assert len(report.captures) == 1
    assert len(project.record.rows(IntakeEvent)) == 2


def test_the_rest_of_a_batch_is_taken_when_one_is_refused(project: Project, make_raster: Make) -> None:
    good = make_raster("good.tif", noise(1))
    bad = good.with_name("bad.tif")
    bad.write_text("no picture")
    report = ingest(project, AUTHOR, [bad, good, good.with_name("gone.tif")], DATED)
    assert [capture.file for capture in report.captures] == ["good.tif"]
    assert [error.subject for error in report.refused] == ["bad.tif", "gone.tif"]


def test_folders_are_walked_for_pictures_and_each_is_taken_once(tmp_path: Path) -> None:
    for name in ("b/two.TIF", "a/one.jpg", "a/one.json", "a/.hidden.tif", ".cache/x.tif", "readme.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    files, refused = pictures_in([tmp_path, tmp_path / "a" / "one.jpg"])
    assert [path.relative_to(tmp_path).as_posix() for path in files] == ["a/one.jpg", "b/two.TIF"]
    assert refused == ()


def test_a_safe_folder_gives_what_its_product_and_tile_state(
    project: Project, make_raster: Make, tmp_path: Path
) -> None:
    product = tmp_path / "in" / "S2A.SAFE"
    images = product / "GRANULE" / "L2A" / "IMG_DATA" / "R10m"
    images.mkdir(parents=True)
    (product / "MTD_MSIL2A.xml").write_text(S2_PRODUCT)
    (images.parents[1] / "MTD_TL.xml").write_text(S2_TILE)
    path = make_raster("picture.tif", noise(1)).rename(images / S2_PICTURE.replace("jp2", "tif"))
    (capture,) = ingest(project, AUTHOR, [tmp_path / "in"], IntakeOptions()).captures
    assert capture.acquired.instant is not None
    assert capture.acquired.instant.isoformat() == "2021-01-19T02:14:12.345678+00:00"
    assert (capture.platform, capture.sun_elevation_deg) == ("Sentinel-2A", 27.75)
    assert capture.credit == "Contains modified Copernicus Sentinel data 2021"
    sources = {one.attribute: one.source for one in capture.sources}
    assert sources["acquired"] == "MTD_TL.xml: General_Info.SENSING_TIME"
    assert (capture.stated_gsd_m, sources["gsd_m"]) == (
        10.0,
        "MTD_MSIL2A.xml: Spectral_Information.RESOLUTION",
    )
    assert project.capture(capture.id) == capture
    other = path.with_name(path.name.replace("B04", "B03"))
    other.write_bytes(make_raster("other.tif", noise(2)).read_bytes())
    alone = ingest(project, AUTHOR, [other], IntakeOptions()).captures[
        0
    ]  # a file alone: nothing above is read
    assert (alone.acquired.basis, alone.platform) == (Basis.FILE_NAME, "")


def test_metadata_that_name_a_provider_bring_its_kind(project: Project, make_raster: Make) -> None:
    path = make_raster("m_3211605_ne_11_060_20200415.tif", noise(1))
    path.with_suffix(".xml").write_text("<metadata><idinfo></idinfo><resdesc>none</resdesc></metadata>")
    (capture,) = ingest(project, AUTHOR, [path], IntakeOptions()).captures
    assert (capture.provider, capture.kind) == ("USDA NAIP", CaptureKind.AERIAL)
    assert capture.credit == "Image: USDA NAIP"


def test_show_names_the_field_that_said_so(
    project: Project, make_raster: Make, capsys: pytest.CaptureFixture[str]
) -> None:
    path = make_raster("a.tif", noise(1))
    path.with_suffix(".IMD").write_text(IMD)
    assert run("ingest", path, "--project", project.root) == 0
    capsys.readouterr()
    assert run("captures", "show", "a.tif", "--project", project.root) == 0
    shown = " ".join(capsys.readouterr().out.split())
    assert "date 14 November 2021 (product metadata) a.IMD: IMAGE_1.firstLineTime" in shown
    assert "off-nadir angle 18.6° a.IMD: IMAGE_1.meanOffNadirViewAngle" in shown
    assert run("captures", "show", "a.tif", "--json", "--project", project.root) == 0
    (row,) = json.loads(capsys.readouterr().out)
    assert row["sources"]["platform"] == "a.IMD: IMAGE_1.satId"


def test_a_folder_without_pictures_is_named(tmp_path: Path) -> None:
    files, refused = pictures_in([tmp_path])
    assert files == ()
    assert "no pictures" in str(refused[0])


def test_a_site_that_is_not_there_is_an_error_before_anything_is_read(
    project: Project, make_raster: Make
) -> None:
    with pytest.raises(UnknownName, match="crossing"):
        ingest(project, AUTHOR, [make_raster("a.tif", noise(1))], replace(DATED, site="crosing"))
    assert not (project.imagery / "originals").exists()


def test_a_known_provider_brings_credit_terms_and_kind(project: Project, make_raster: Make) -> None:
    (capture,) = ingest(
        project, AUTHOR, [make_raster("a.tif", noise(1))], replace(DATED, provider="naip")
    ).captures
    assert (capture.credit, capture.licence, capture.kind) == (
        "Image: USDA NAIP",
        "public domain",
        CaptureKind.AERIAL,
    )


def test_the_credit_has_the_year_of_the_picture(project: Project, make_raster: Make) -> None:
    (capture,) = ingest(
        project, AUTHOR, [make_raster("a.tif", noise(1))], replace(DATED, provider="Planet")
    ).captures
    assert capture.credit == "Image © 2023 Planet Labs PBC"


def test_what_is_stated_beats_the_profile(project: Project, make_raster: Make) -> None:
    options = replace(DATED, provider="naip", credit="Mine", licence="CC0", kind=CaptureKind.SATELLITE)
    (capture,) = ingest(project, AUTHOR, [make_raster("a.tif", noise(1))], options).captures
    assert (capture.credit, capture.licence, capture.kind) == ("Mine", "CC0", CaptureKind.SATELLITE)


@pytest.mark.parametrize(
    ("provider", "stated", "basis"),
    [
        ("google earth pro", None, Basis.EARLIEST_POSSIBLE),
        ("Wayback", None, Basis.RELEASED),
        ("Google Earth", Basis.STATED, Basis.STATED),
        ("Planet", Basis.PUBLISHED, Basis.PUBLISHED),
        ("Planet", None, Basis.STATED),
    ],
)
def test_a_provider_has_a_usual_basis_of_dates(
    project: Project, make_raster: Make, provider: str, stated: Basis | None, basis: Basis
) -> None:
    options = replace(DATED, provider=provider, basis=stated)
    (capture,) = ingest(project, AUTHOR, [make_raster("a.tif", noise(1))], options).captures
    assert capture.acquired.basis is basis


def test_what_was_done_before_a_stop_is_recorded_and_catalogued(
    project: Project, make_raster: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    paths = [make_raster(f"{number}.tif", noise(number)) for number in range(4)]
    real, first_is_in = pipeline.take_in, threading.Event()

    def take(path: Path, *args: Any, **more: Any) -> Capture:
        if path is paths[0]:
            return real(path, *args, **more)
        first_is_in.wait(30)
        raise KeyboardInterrupt

    def progress(what: str, done: int, total: int) -> None:
        if done == 1:
            first_is_in.set()

    monkeypatch.setattr(pipeline, "take_in", take)
    with pytest.raises(KeyboardInterrupt):
        ingest(project, AUTHOR, paths, DATED, progress)
    assert [capture.file for capture in project.captures()] == ["0.tif"]
    assert project.captures()[0].id in (project.imagery / "catalog.json").read_text()
    monkeypatch.setattr(pipeline, "take_in", real)
    assert ingest(project, AUTHOR, paths, DATED).new == 3


def test_what_was_being_taken_when_the_run_was_stopped_is_recorded(
    project: Project, make_raster: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    paths = [make_raster(f"{number}.tif", noise(number)) for number in range(3)]
    real, stopped = pipeline.take_in, threading.Event()

    def take(path: Path, *args: Any, **more: Any) -> Capture:
        if path is not paths[0]:
            stopped.wait(30)
        return real(path, *args, **more)

    def progress(what: str, done: int, total: int) -> None:
        if done == 1:
            stopped.set()
            raise KeyboardInterrupt

    monkeypatch.setattr(pipeline, "take_in", take)
    with pytest.raises(KeyboardInterrupt):
        ingest(project, AUTHOR, paths, DATED, progress)
    recorded = {capture.working for capture in project.captures()}
    assert recorded == {f"imagery/working/{path.name}" for path in (project.imagery / "working").iterdir()}
    assert len(recorded) >= 2


def test_the_project_s_own_library_is_no_input_of_it(project: Project, make_raster: Make) -> None:
    ingest(project, AUTHOR, [make_raster("a.tif", noise(1))], DATED)
    own = project.imagery / "mine.tif"
    own.write_bytes(make_raster("b.tif", noise(2)).read_bytes())
    report = ingest(project, AUTHOR, [project.root], DATED)
    assert [capture.file for capture in report.captures] == ["mine.tif"]


# -- the commands --------------------------------------------------------------------------------------------


def test_ingest_prints_rows_and_names_each_refusal(
    project: Project, make_raster: Make, capsys: pytest.CaptureFixture[str]
) -> None:
    good = make_raster("good_20200102.tif", noise(1))
    bad = good.with_name("bad.tif")
    bad.write_text("<html></html>")
    assert run("ingest", good, bad, "--project", project.root, "--json") == 1
    printed = capsys.readouterr()
    (row,) = json.loads(printed.out)
    assert (row["file"], row["earliest"], row["basis"], row["crs"]) == (
        "good_20200102.tif",
        "2020-01-02",
        "file name",
        "EPSG:32651",
    )
    assert "bad.tif: is a web page; download the picture itself." in printed.err
    assert "1 new, 1 refused." in printed.err
    assert run("captures", "list", "--project", project.root, "--json") == 0
    assert json.loads(capsys.readouterr().out) == [row]


def test_an_empty_path_is_not_the_folder_one_stands_in(
    project: Project, make_raster: Make, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(make_raster("a.tif", noise(1)).parent)
    assert run("ingest", "", "--acquired", "2020", "--project", project.root) == 2
    assert "a path is empty" in capsys.readouterr().err
    assert project.captures() == ()


@pytest.mark.parametrize(
    ("option", "text", "says"),
    [
        ("--acquired", "foo", "'--acquired': date 'foo': it is not in a form that is understood"),
        (
            "--acquired",
            "05/09/2013",
            "'--acquired': date '05/09/2013': it can be read as 5 September 2013 or 9 May",
        ),
        ("--retrieved", "after 2019", "'--retrieved': date 'after 2019': it has no end"),
        ("--published", "foo", "'--published': date 'foo'"),
    ],
)
def test_a_date_that_is_none_is_said_once_and_not_of_each_picture(
    project: Project, make_raster: Make, capsys: pytest.CaptureFixture[str], option: str, text: str, says: str
) -> None:
    paths = [make_raster(f"{name}.tif", noise(number)) for number, name in enumerate("ab")]
    assert run("ingest", *paths, option, text, "--project", project.root) == 2
    told = capsys.readouterr().err
    assert says in " ".join(told.split())
    assert told.count(f"date '{text}'") == 1


def test_nothing_is_drawn_when_nothing_was_begun(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("ingest", "a.tif", "--kind", "ground", "--site", "x", "--project", project.root) == 2
    assert capsys.readouterr().err.startswith("No site 'x'")


def test_a_still_is_taken_for_its_site(
    project: Project, make_raster: Make, capsys: pytest.CaptureFixture[str]
) -> None:
    still = make_raster("still.png", noise(1), driver="PNG", crs=None)
    options = ("--kind", "broadcast", "--site", "crossing", "--acquired", "10 October 2021")
    assert run("ingest", still, *options, "--project", project.root, "--json") == 0
    (row,) = json.loads(capsys.readouterr().out)
    assert (row["earliest"], row["latest"], row["basis"]) == (None, "2021-10-10", "broadcast")
    assert (row["kind"], row["crs"], row["site"]) == ("broadcast", None, "crossing")


def test_tables_fit_and_an_empty_project_says_so(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("captures", "list", "--project", project.root) == 0
    assert "sitetrack ingest" in capsys.readouterr().out


def test_synthetic_is_kept(project: Project, make_raster: Make, capsys: pytest.CaptureFixture[str]) -> None:
    path = make_raster("a_20200102.tif", noise(1))
    assert run("ingest", path, "--synthetic", "--project", project.root, "--json") == 0
    assert json.loads(capsys.readouterr().out)[0]["synthetic"] is True


# -- real files ----------------------------------------------------------------------------------------------


def listed_in_the_docs(became: list[Outcome]) -> dict[str, tuple[int, int]]:
    """Rows of the table in `docs/intake.md` whose number of files is another than the one that was found."""
    text = (Path(__file__).resolve().parents[1] / "docs" / "intake.md").read_text("utf-8")
    table = text.split("## Odd and broken files")[1].split("\n## ")[0]
    rows = re.findall(r"^\| `([^`]+)` \|.*\| (\d+) \|$", table, re.MULTILINE)
    sentences = [
        f"georeference {one.capture.georeference}" if one.capture else str(one.refused) for one in became
    ]
    found = {words: sum(words in sentence for sentence in sentences) for words, _ in rows}
    assert sum(found.values()) == len(became)
    return {words: (found[words], int(count)) for words, count in rows if found[words] != int(count)}


@pytest.mark.data
def test_odd_and_corrupt_files_end_as_a_capture_or_a_sentence(project: Project, test_data: Path) -> None:
    files = sorted(path for path in (test_data / "broken_rasters").rglob("*") if path.is_file())
    options = replace(DATED, kind=CaptureKind.GROUND, site="crossing")
    became: list[Outcome] = []
    report = ingest(project, AUTHOR, files, options, told=became.append)
    assert listed_in_the_docs(became) == {}
    taken = {row.value.file for row in project.record.rows(IntakeEvent)}
    refused = {error.subject for error in report.refused}
    assert taken | refused == {path.name for path in files}
    assert all(isinstance(error, InputRefused) and "\n" not in str(error) for error in report.refused)
    assert not any("made the reader fail" in str(error) for error in report.refused)
    expected = {
        "corrupt.tif",
        "cog_hirise_mars.tif",
        "cog_nonearth.tif",
        "all-nodata.tif",
        "RGB.byte.gcp.vrt",
    }
    assert expected <= refused
    assert len(taken) > 150
    assert list(project.imagery.glob(".intake-*")) == []
    assert project.record.verify().problems == ()


@pytest.mark.data
def test_real_aerial_captures_carry_the_day_in_their_name(project: Project, test_data: Path) -> None:
    files = sorted((test_data / "naip_nd_2009_2020").glob("*.tif"))[:2]
    report = ingest(project, AUTHOR, files, IntakeOptions(provider="USDA NAIP"))
    assert [str(capture.acquired.earliest) for capture in report.captures] == ["2009-08-18", "2010-06-29"]
    assert {(capture.gsd_m, capture.crs, capture.bands) for capture in report.captures} == {
        (5.0, "EPSG:26914", 4)
    }
