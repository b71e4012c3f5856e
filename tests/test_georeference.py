"""A picture without coordinates is placed by hand, and is then a capture like any other."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest
import rasterio
from PIL import Image

from workflow import actions, chips
from workflow.backup import back_up
from workflow.cli import main
from workflow.errors import InputRefused, NotAllowed, StaleWrite
from workflow.georef import control_words
from workflow.grid import grid_crs
from workflow.intake import IntakeOptions
from workflow.model import (
    Author,
    Capture,
    CaptureKind,
    ControlModel,
    ControlPoint,
    Georeference,
    LonLat,
    Offset,
    Role,
    StoredFile,
)
from workflow.pictures import still, tile
from workflow.pipeline.georeference import georeference, write_points
from workflow.pipeline.ingest import ingest
from workflow.pipeline.track import track
from workflow.readmodels import pages, tables
from workflow.readmodels.custody import verify
from workflow.readmodels.georeference import known_points, point_rows, preview, references

ANNA, LENA = Author("Anna"), Author("Lena", Role.LEAD)
CRS = "EPSG:32651"
ANGLE, PIXEL_M = 0.12, 0.6
OPTIONS = IntakeOptions(acquired="April 2023", kind=CaptureKind.SATELLITE, site="gate")


class Case:
    """A site with one picture that lies on the map, and a screenshot of it, turned and coarser, that does not."""

    def __init__(self, watched, folder) -> None:
        self.project = watched.project
        self.site = watched.add_site("gate")
        self.reference = watched.add_capture("2019-05-03")
        with rasterio.open(self.project.root / self.reference.working) as file:
            self.ground, west, north = file.read(), file.transform.c, file.transform.f
        self.middle = west + 200, north - 200
        self.size = (500, 420)
        columns, rows = np.meshgrid(np.arange(500) + 0.5, np.arange(420) + 0.5)
        xs, ys = self.to_map(columns, rows)
        at_column, at_row = (xs - west) / 0.5, (north - ys) / 0.5
        self.pixels = self.ground[:, at_row.astype(int), at_column.astype(int)]
        self.file = folder / "screenshot.png"
        Image.fromarray(np.moveaxis(self.pixels, 0, -1)).save(self.file)
        [self.capture] = ingest(self.project, ANNA, [self.file], OPTIONS).captures

    def to_map(self, column, row):
        cos, sin = PIXEL_M * np.cos(ANGLE), PIXEL_M * np.sin(ANGLE)
        x, y = column - 250, row - 210
        return self.middle[0] + cos * x + sin * y, self.middle[1] + sin * x - cos * y

    def points(self, miss: float = 0.0) -> list[ControlPoint]:
        rng = np.random.default_rng(4)
        places = [(20.0, 30.0), (480.0, 40.0), (250.0, 200.0), (30.0, 390.0), (470.0, 400.0), (260.0, 60.0)]
        return [
            ControlPoint(*one, *(float(at) + miss * float(rng.normal()) for at in self.to_map(*one)))
            for one in places
        ]

    def place(self, points=None, author=ANNA, **options) -> Capture:
        return georeference(self.project, author, self.capture.id, points or self.points(), **options)

    def version(self) -> int:
        return self.project.record.get(Capture, self.capture.id).version


@pytest.fixture
def case(watched, tmp_path) -> Case:
    return Case(watched, tmp_path)


def test_a_placed_picture_lies_where_it_was_taken(case: Case) -> None:
    placed = case.place()
    assert placed.georeference is Georeference.CONTROL_POINTS
    assert (placed.crs, placed.gsd_m) == (CRS, pytest.approx(PIXEL_M, rel=1e-3))
    assert placed.acquired == case.capture.acquired
    assert placed.control is not None
    assert placed.control.rms_m < 1e-6
    grid = chips.site_grid_of(case.project, case.site)
    made, known = (chips.chip(case.project, case.site, one) for one in (placed, case.reference))
    both = made.valid & known.valid
    assert both.mean() > 0.95
    one, other = (each.data[0][both].astype(float) for each in (made, known))
    assert np.corrcoef(one, other)[0, 1] > 0.85
    assert grid.crs == CRS


def test_a_picture_with_ground_control_points_is_laid_by_them_as_a_second_version(
    case: Case, tmp_path
) -> None:
    case.place()
    write_points(case.project, case.capture.id, tmp_path / "scan.tif")
    [taken] = ingest(case.project, ANNA, [tmp_path / "scan.tif"], OPTIONS).captures
    known = case.project.record.get(Capture, taken.id)
    assert (known.value, known.version) == (taken, 2)
    assert taken.georeference is Georeference.CONTROL_POINTS
    assert taken.control.points == tuple(case.points())
    assert case.project.record.at(Capture, taken.id, 1).control is None
    [again] = ingest(case.project, ANNA, [tmp_path / "scan.tif"], OPTIONS).captures
    assert again == taken


def test_ground_control_points_far_from_the_site_are_told_and_not_used(case: Case, tmp_path) -> None:
    points = [rasterio.control.GroundControlPoint(y, x, x, -y) for x, y in ((0, 0), (90, 0), (0, 90))]
    profile = {"driver": "GTiff", "width": 100, "height": 100, "count": 1, "dtype": "uint8"}
    with rasterio.open(tmp_path / "far.tif", "w", gcps=points, crs=CRS, **profile) as file:
        file.write(np.random.default_rng(1).integers(1, 255, (1, 100, 100), "uint8"))
    [taken] = ingest(case.project, ANNA, [tmp_path / "far.tif"], OPTIONS).captures
    assert (taken.georeference, taken.control) == (Georeference.NONE, None)
    assert "points of the file are not used: the picture would lie" in taken.warnings[-1]
    assert case.project.capture(taken.id) == taken


def test_it_takes_part_in_compare_tiles_and_tracking_with_its_error_stated(case: Case) -> None:
    assert [card.id for card in pages.compare(case.project, "gate").stills] == [case.capture.id]
    placed = case.place(case.points(miss=0.3))
    page = pages.compare(case.project, "gate")
    assert page.stills == ()
    card = next(card for card in page.captures if card.id == placed.id)
    assert card.placed == control_words(placed.control)
    assert card.placed.startswith("placed by 6 pairs of points (affine), off by about 0.")
    assert tile(case.project, "gate", placed.id, 0, 0, 0).body
    report = track(case.project, ANNA, executor="serial")
    assert report.skipped == ()
    offsets = {one.capture: one for one in case.project.offsets()}
    assert offsets[placed.id].applied
    assert offsets[placed.id].reference == case.reference.id
    assert abs(offsets[placed.id].dx_m) < 1.0
    row = next(row for row in tables.captures(case.project) if row["id"] == placed.id)
    assert (row["georeference"], row["control_points"]) == ("control points", 6)
    assert 0 < row["residual_m"] < row["left_out_m"]


def test_every_version_is_kept_and_can_be_gone_back_to(case: Case) -> None:
    first = case.place()
    points = [*case.points()[:5], replace(case.points()[5], used=False)]
    second = case.place(points, model=ControlModel.SIMILARITY, reason="the mast leans")
    assert second.working != first.working
    history = case.project.record.history(Capture, case.capture.id)
    assert [one.reason for one in history[1:]] == ["georeferenced by control points", "the mast leans"]
    back = actions.undo(
        case.project, ANNA, "capture", case.capture.id, base_version=3, reason="the first was better"
    )
    assert back == first
    assert chips.chip(case.project, case.site, back).valid.any()
    none = actions.undo(
        case.project, ANNA, "capture", case.capture.id, base_version=4, to=1, reason="none of it"
    )
    assert none == case.capture
    assert not none.is_georeferenced
    assert problems(case, none) == []


def problems(case: Case, capture: Capture) -> list[str]:
    return [one for row in verify(case.project) for one in row["problems"] if capture.sha256[:16] in one]


def test_an_offset_that_was_found_before_counts_no_more(case: Case) -> None:
    placed = case.place()
    with case.project.record.write(ANNA, "test") as transaction:
        transaction.put(
            Offset("gate", placed.id, case.reference.id, 3.0, 1.0, 0.9, True, "test"), base_version=0
        )
    case.place(case.points(miss=0.2))
    [offset] = case.project.offsets()
    assert (offset.applied, offset.reason) == (
        False,
        "the picture was placed anew since: run 'sitetrack track'",
    )
    with case.project.record.write(ANNA, "test") as transaction:
        transaction.put(replace(offset, applied=True), base_version=2)
    actions.undo(case.project, ANNA, "capture", placed.id, base_version=case.version(), reason="back")
    assert not case.project.offsets()[0].applied


def test_the_same_points_again_change_nothing(case: Case) -> None:
    case.place()
    before = case.version()
    case.place()
    assert case.version() == before


def test_points_may_be_given_in_another_crs(case: Case) -> None:
    grid = chips.site_grid_of(case.project, case.site)
    lonlats = [grid.to_lonlat(point.x, point.y) for point in case.points()]
    there = [replace(one, x=at.lon, y=at.lat) for one, at in zip(case.points(), lonlats, strict=True)]
    placed = case.place(there, crs="EPSG:4326")
    for one, other in zip(known_points(placed, CRS), case.points(), strict=True):
        assert (one.x, one.y) == pytest.approx((other.x, other.y), abs=1e-4)


def test_somebody_elses_newer_version_is_not_overwritten(case: Case) -> None:
    seen = case.version()
    case.place()
    with pytest.raises(StaleWrite):
        case.place(case.points(miss=1.0), base_version=seen)
    actions.set_date(case.project, ANNA, case.capture.id, "May 2023")
    again = case.place(case.points(miss=0.1), base_version=case.version() - 1)  # only its date moved on
    assert again.acquired.verbatim == "May 2023"


def test_a_viewer_places_nothing(case: Case) -> None:
    with pytest.raises(NotAllowed, match="georeference a capture"):
        case.place(author=Author("V", Role.VIEWER))


def test_what_has_coordinates_of_its_own_stays(case: Case) -> None:
    with pytest.raises(
        InputRefused, match=r"has coordinates of its own \(EPSG:32651\); leave it where it is"
    ):
        georeference(case.project, ANNA, case.reference.id, case.points())


def test_a_site_without_a_position_has_no_grid(case: Case) -> None:
    from workflow.model import Site

    known = case.project.record.get(Site, "gate")
    with case.project.record.write(ANNA, "lost") as transaction:
        transaction.put(replace(known.value, position=None), known.version)
    with pytest.raises(InputRefused, match="Site gate: is not located, so nobody knows its grid"):
        case.place()


def test_a_place_far_from_the_site_is_refused_and_nothing_is_left(case: Case) -> None:
    far = [replace(one, x=one.x + 5_000) for one in case.points()]
    with pytest.raises(
        InputRefused, match=r"the picture would lie 4,\d{3} m from site gate; check the points"
    ):
        case.place(far)
    assert case.version() == 1
    assert len(list((case.project.imagery / "working").iterdir())) == 2


def test_a_picture_that_reaches_far_is_made_with_coarser_pixels(case: Case) -> None:
    """In a slanting view the far edge lies kilometres away."""
    warped = np.array([[0.3, 0, 0], [0, -0.3, 0], [0, -0.0022, 1]])
    places = np.array([(20.0, 30.0), (480.0, 40.0), (250.0, 200.0), (30.0, 390.0), (470.0, 400.0)])
    made = np.column_stack([places - (250, 0), np.ones(5)]) @ warped.T
    metres = made[:, :2] / made[:, 2:] + (case.middle[0], case.middle[1] + 60)
    points = [ControlPoint(*map(float, (*one, *at))) for one, at in zip(places, metres, strict=True)]
    placed = case.place(points, model=ControlModel.PROJECTIVE)
    assert placed.width_px * placed.height_px < 1.1 * 2**20


def test_taken_in_again_it_stays_placed_and_lost_files_come_back(case: Case) -> None:
    placed = case.place()
    raw = case.project.root / case.capture.working
    raw.unlink()
    [again] = ingest(case.project, ANNA, [case.file], OPTIONS).captures
    assert again == placed
    assert raw.is_file()


def test_brought_back_after_a_withdrawal_it_lies_where_it_lay(case: Case) -> None:
    placed = case.place()
    actions.withdraw(case.project, LENA, placed.id, reason="licence", remove_files=True)
    assert not (case.project.root / placed.working).exists()
    [back] = ingest(case.project, LENA, [case.file], OPTIONS, reinstate=True).captures
    assert back == placed
    assert chips.chip(case.project, case.site, back).valid.any()
    assert problems(case, back) == []


def test_a_backup_holds_the_files_of_every_version(case: Case, tmp_path) -> None:
    first, second = case.place(), case.place(case.points(miss=0.5))
    back_up(case.project, tmp_path / "backup", datetime.now(UTC), incomplete=True)
    for path in (case.capture.working, first.working, second.working):
        assert (tmp_path / "backup" / path).is_file()
    assert {row.value.path for row in case.project.record.rows(StoredFile, capture=first.id)} == {
        case.capture.original, case.capture.working, first.working, second.working
    }  # fmt: skip


def test_a_damaged_picture_is_a_sentence(case: Case) -> None:
    (case.project.root / case.capture.working).write_bytes(b"no picture")
    with pytest.raises(InputRefused, match="its working copy cannot be read"):
        case.place()


def test_a_full_disk_is_a_sentence(case: Case, monkeypatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("workflow.rasters.write_warped", full)
    with pytest.raises(InputRefused, match="the disk is full or faulty; free some space"):
        case.place()


def test_a_mask_stays_a_mask_and_sixteen_bits_stay_sixteen(watched, tmp_path) -> None:
    watched.add_site("gate")
    values = np.full((300, 300), 40_000, np.uint16)
    Image.fromarray(values).save(tmp_path / "deep.png")
    options = IntakeOptions(acquired="2020", kind=CaptureKind.SATELLITE, site="gate")
    [deep] = ingest(watched.project, ANNA, [tmp_path / "deep.png"], options).captures
    lon, lat = watched.PLACE
    places = [(9, 9), (290, 20), (20, 280), (280, 290)]
    points = [ControlPoint(c, r, lon + (c - 150) * 5e-6, lat - (r - 150) * 4e-6) for c, r in places]
    placed = georeference(watched.project, ANNA, deep.id, points, crs="EPSG:4326")
    with rasterio.open(watched.project.root / placed.working) as file:
        data, mask = file.read(1), file.dataset_mask() > 0
    assert data.dtype == np.uint16
    assert set(np.unique(data[mask])) == {40_000}
    assert 0 < mask.mean() < 1


# -- what the page and the commands use ---------------------------------------------------------------------------


def test_the_preview_says_how_pairs_fit_or_why_they_do_not(case: Case) -> None:
    shown = preview(case.size, ControlModel.AFFINE, case.points(miss=0.2))
    assert len(shown["mesh"]) == 17 * 17
    assert len(shown["residuals"]) == 6
    assert shown["loo"] > shown["rms"] > 0
    assert preview(case.size, ControlModel.AFFINE, case.points()[:2]) == {
        "problem": "Control points: 2 pairs count, affine needs 3; add some."
    }


def test_places_are_looked_up_on_pictures_with_coordinates_of_their_own_first(case: Case, watched) -> None:
    placed = case.place()
    watched.add_capture("2024-01-01")
    found = references(case.project, replace(case.capture, id="other"), case.site)
    assert [one.georeference for one in found] == [Georeference.NATIVE] * 2 + [Georeference.CONTROL_POINTS]
    assert placed.id not in {one.id for one in references(case.project, placed, case.site)}


def test_the_whole_picture_can_be_seen_as_it_was_before(case: Case) -> None:
    placed = case.place()
    assert (
        still(case.project, placed.id, unwarped=True).body
        == still(case.project, placed.id, unwarped=True).body
    )
    assert still(case.project, placed.id, unwarped=True).body != still(case.project, placed.id).body


def test_the_command_places_a_picture_and_writes_what_qgis_reads(case: Case, tmp_path, capsys) -> None:
    project = str(case.project.root)
    case.place(case.points(miss=0.3))
    write_points(case.project, case.capture.id, tmp_path / "out.points")
    actions.undo(case.project, ANNA, "capture", case.capture.id, base_version=2, reason="for the test")
    arguments = ["captures", "georeference", "screenshot.png", "--points", str(tmp_path / "out.points")]
    with pytest.raises(SystemExit) as left:
        main([*arguments, "--model", "similarity", "--project", project, "--json"])
    assert left.value.code == 0
    [row] = json.loads(capsys.readouterr().out)
    assert row["georeference"] == "control points"
    with pytest.raises(SystemExit) as left:
        main(
            [
                "captures",
                "points",
                "screenshot.png",
                "-o",
                str(tmp_path / "out.tif"),
                "--project",
                project,
                "--json",
            ]
        )
    assert left.value.code == 0
    rows = json.loads(capsys.readouterr().out)
    lengths = [row["residual_m"] for row in rows]
    assert lengths == sorted(lengths, reverse=True)
    assert rows == point_rows(case.project.capture(case.capture.id))
    with rasterio.open(tmp_path / "out.tif") as file:
        known, crs = file.gcps
        assert (len(known), crs.to_string(), file.crs) == (6, CRS, None)
        assert np.array_equal(file.read(), case.pixels)


@pytest.mark.parametrize(
    ("content", "more", "sentence"),
    [
        (
            "mapX,mapY,sourceX,sourceY\n1,2,3,4\n",
            (),
            "it names no coordinate reference system; name it with --crs",
        ),
        ("<html></html>", ("--crs", "EPSG:4326"), "it has no columns mapX"),
        (
            "mapX,mapY,sourceX,sourceY\n1,2,3,-4\n",
            ("--crs", "nowhere"),
            "'nowhere' is no coordinate reference system",
        ),
        (None, (), "it cannot be read"),
        (b"\xff\xfe\x00", (), "it is no text"),
        ("#" * 2**20 + "##", (), "it is too long for a file of control points"),
    ],
)
def test_a_bad_file_of_points_is_a_sentence(case: Case, tmp_path, capsys, content, more, sentence) -> None:
    path = tmp_path / "bad.points"
    if content is not None:
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(SystemExit) as left:
        main(
            [
                "captures",
                "georeference",
                "screenshot.png",
                "--points",
                str(path),
                *more,
                "--project",
                str(case.project.root),
            ]
        )
    assert left.value.code == 1
    said = capsys.readouterr().err
    assert sentence in said
    assert "Traceback" not in said


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("a.csv", "it is neither a .points file nor a GeoTIFF"),
        ("no/where.tif", "it cannot be written"),
        ("no/a.points", "it cannot be written"),
    ],
)
def test_points_are_not_written_just_anywhere(case: Case, tmp_path, name, sentence) -> None:
    case.place()
    with pytest.raises(InputRefused, match=sentence):
        write_points(case.project, case.capture.id, tmp_path / name)


def test_a_picture_that_was_not_placed_has_no_points_to_write(case: Case, tmp_path) -> None:
    with pytest.raises(InputRefused, match="it has no control points; give it some with"):
        write_points(case.project, case.capture.id, tmp_path / "a.points")
    assert point_rows(case.capture) == []


def test_the_grid_is_that_of_the_site() -> None:
    assert grid_crs(LonLat(125.7, 39.0)) == CRS
