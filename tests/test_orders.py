"""Files that are one picture: tiles of an order, pixels with an ENVI header; one capture with every hash."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio
from rasterio.transform import Affine

from dashboard.told import in_korean
from workflow.cli import main
from workflow.errors import InputRefused
from workflow.intake import IntakeOptions, Order, data_of_header, orders_of
from workflow.intake.orders import envi_header, listed_tiles
from workflow.model import Author, Capture, IntakeEvent
from workflow.pipeline.ingest import IngestReport, Outcome, ingest, pictures_in
from workflow.pipeline.uploads import Became, take_uploads
from workflow.project import Project, init_project
from workflow.rasters.facts import joined_corners, joined_size

Make = Callable[..., Path]
ANNA = Author("Anna")
DATED = IntakeOptions(acquired="5 April 2018")
WHOLE = np.random.default_rng(5).integers(1, 250, (3, 300, 400)).astype("uint8")
NAME = "18APR05-P2AS_R{row}C{col}-0580_P001.TIF"


def tile(make_raster: Make, row: int, col: int, name: str = NAME, **profile: Any) -> Path:
    """A quarter of WHOLE on its place."""
    part = WHOLE[:, (row - 1) * 150 : row * 150, (col - 1) * 200 : col * 200]
    place = Affine(0.5, 0, 400_000 + (col - 1) * 100, 0, -0.5, 4_300_000 - (row - 1) * 75)
    return make_raster(name.format(row=row, col=col), part, **{"transform": place, **profile})


@pytest.fixture
def project(tmp_path: Path) -> Any:
    with Project.open(init_project(tmp_path / "project")) as opened:
        yield opened


def take(project: Project, *paths: Path, **more: Any) -> IngestReport:
    return ingest(project, ANNA, paths, DATED, **more)


def pixels(project: Project, capture: Capture) -> tuple[np.ndarray, np.ndarray]:
    with rasterio.open(project.root / capture.working) as file:
        return file.read(), file.dataset_mask()


def test_tiles_of_one_order_are_one_capture_with_every_hash(project: Project, make_raster: Make) -> None:
    tiles = [tile(make_raster, row, col) for row in (1, 2) for col in (1, 2)]
    report = take(project, *tiles)
    (capture,) = report.captures
    data, mask = pixels(project, capture)
    assert np.array_equal(data, WHOLE)
    assert mask.all()
    assert capture.file == "18APR05-P2AS-0580_P001.TIF"
    assert [one.name for one in capture.parts] == [path.name for path in tiles]
    assert [one.sha256 for one in capture.parts] == [
        hashlib.sha256(one.read_bytes()).hexdigest() for one in tiles
    ]
    listing = (project.root / capture.original).read_text()
    assert listing == "".join(f"{one.sha256}  {one.name}\n" for one in capture.parts)
    assert capture.sha256 == hashlib.sha256(listing.encode()).hexdigest()
    assert not any(
        (project.root / path).stat().st_mode & 0o222 for path in [capture.original, capture.parts[0].path]
    )
    (event,) = (row.value for row in project.record.rows(IntakeEvent))
    assert event.size_bytes == sum(path.stat().st_size for path in tiles)
    assert "4 tiles of one order were put together" in capture.warnings
    again = take(project, *reversed(tiles))
    assert (again.captures, again.new) == (report.captures, 0)


def test_a_tile_that_is_not_there_leaves_nothing_where_it_would_be(
    project: Project, make_raster: Make
) -> None:
    (capture,) = take(project, *(tile(make_raster, *at) for at in ((1, 1), (1, 2), (2, 1)))).captures
    data, mask = pixels(project, capture)
    assert (capture.width_px, capture.height_px) == (400, 300)
    assert not mask[150:, 200:].any()
    assert mask[:150].all()
    assert np.array_equal(data[:, :150], WHOLE[:, :150])


def test_a_later_tile_counts_where_it_is_valid(project: Project, make_raster: Make) -> None:
    first = make_raster("a_R1C1.tif", np.full((1, 40, 40), 10, "uint8"), nodata=0)
    lower = np.zeros((1, 40, 40), "uint8")
    lower[:, 20:] = 20
    place = Affine(0.5, 0, 400_000, 0, -0.5, 4_300_000 - 10)
    (capture,) = take(project, first, make_raster("a_R2C1.tif", lower, transform=place, nodata=0)).captures
    data, mask = pixels(project, capture)
    assert data.shape == (1, 60, 40)
    assert (data[0, :40] == 10).all()
    assert (data[0, 40:] == 20).all()
    assert mask.all()


@pytest.mark.parametrize(
    ("profile", "says"),
    [
        ({"crs": "EPSG:32652"}, "differ in their CRS"),
        ({"nodata": 7}, "differ in their nodata value"),
        ({"crs": None}, "no coordinates"),
        ({"transform": Affine(0.5, 0, 400_000.2, 0, -0.5, 4_300_000)}, "one north-up grid"),
        ({"transform": Affine(0.4, 0, 400_000, 0, -0.4, 4_300_000)}, "one north-up grid"),
        ({"transform": Affine(0.5, 0.1, 400_000, 0.1, -0.5, 4_300_000)}, "one north-up grid"),
        ({"transform": Affine(0.5, 0, 90_400_000, 0, -0.5, 4_300_000)}, "outside the world"),
        ({"transform": Affine(0.5, 0, 439_000, 0, -0.5, 4_260_000)}, "pixels together"),
    ],
)
def test_tiles_that_do_not_fit_are_refused_in_one_sentence(
    project: Project, make_raster: Make, profile: dict[str, Any], says: str
) -> None:
    report = take(project, tile(make_raster, 1, 1), tile(make_raster, 1, 2, **profile))
    assert report.captures == ()
    (refused,) = report.refused
    assert says in str(refused)
    assert str(refused).startswith("18APR05-P2AS-0580_P001.TIF")
    assert not list((project.imagery).glob("originals/*"))


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (lambda content: content[:20_000] + bytes(500) + content[20_500:], "is damaged or cut off: not all"),
        (lambda _: b"II*\0" + b"\xff" * 500, "cannot be read as GeoTIFF: its header"),
    ],
)
def test_a_bad_tile_among_good_ones_is_named(
    project: Project, make_raster: Make, spoil: Callable[[bytes], bytes], says: str
) -> None:
    tiles = [tile(make_raster, row, col, compress="deflate") for row in (1, 2) for col in (1, 2)]
    tiles[2].write_bytes(spoil(tiles[2].read_bytes()))
    (refused,) = take(project, *tiles).refused
    assert str(refused).startswith(f"18APR05-P2AS-0580_P001.TIF: its file {tiles[2].name}: {says}")


def test_a_tile_list_says_which_tiles_there_are(project: Project, make_raster: Make, tmp_path: Path) -> None:
    one, two = (tile(make_raster, 1, col, "part{col}.tif") for col in (1, 2))
    listing = tmp_path / "order.TIL"
    listing.write_text(
        'numTiles = 2;\nBEGIN_GROUP = TILE_1\n\tfilename = "part1.tif";\n filename = "PART2.tif";'
    )
    (capture,) = take(project, one, two).captures
    assert capture.file == "order.tif"
    assert take(project, listing).new == 0
    listing.write_text(
        'filename = "part1.tif";\nfilename = "part2.tif";\nfilename = "part3.tif"; filename = "../x"'
    )
    report = take(project, one, two)
    (refused,) = report.refused
    assert "its list names a tile that is not there (part3.tif)" in str(refused)
    assert "목록에 있는 타일이 없음(part3.tif)" in in_korean(str(refused))
    assert take(project, one).new == 1


def test_a_tile_that_lies_alone_is_taken_with_a_warning_that_names_the_missing_ones(
    project: Project, make_raster: Make, tmp_path: Path
) -> None:
    tile(make_raster, 1, 1)
    names = [NAME.format(row=row, col=col) for row in (1, 2) for col in (1, 2, 3, 4)]
    listing = tmp_path / "18APR05-P2AS-0580_P001.TIL"
    listing.write_text("".join(f'filename = "{name}";\n' for name in (*names, "\x1b[31m.tif")))
    other = tmp_path / "OTHER.TIL"
    other.write_text('filename = "something.tif";\n')
    lone = tmp_path / "LONE.TIL"
    lone.write_text(f'filename = "{names[0]}";\nfilename = "far.tif";\n')
    (capture,) = take(project, tmp_path).captures
    warning, single = (one for one in capture.warnings if "not there" in one)
    assert single == "LONE.TIL names a tile that is not there (far.tif)"
    assert in_korean(single) == "LONE.TIL에 있는 타일이 없음(far.tif)"
    shown = ", ".join(names[1:6])
    assert warning == f"18APR05-P2AS-0580_P001.TIL names 8 tiles that are not there ({shown}, …)"
    assert "18APR05-P2AS-0580_P001.TIL에 있는 타일 8개가 없음" in in_korean(warning)


def test_a_tile_that_is_taken_alone_of_those_that_are_there_has_no_warning(
    project: Project, make_raster: Make, tmp_path: Path
) -> None:
    one, two = (tile(make_raster, 1, col) for col in (1, 2))
    (tmp_path / "x.TIL").write_text(f'filename = "{one.name}";\nfilename = "{two.name.lower()}";\n')
    assert take(project, one).captures[0].warnings == ()


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('filename = "a_R1C1.tif";\nfilename = "a_R1C2.tif";\n', "names 2 tiles and none of them is there (a_R1C1.tif"),
        ("numTiles = 0;\n", "names no tiles"),
    ],
)  # fmt: skip
def test_a_tile_list_without_its_tiles_says_which_are_missing(
    project: Project, tmp_path: Path, text: str, says: str
) -> None:
    listing = tmp_path / "order.TIL"
    listing.write_text(text)
    (refused,) = take(project, listing).refused
    assert str(refused).startswith(f"order.TIL: {says}")


def test_tiles_that_call_their_bands_differently_are_no_picture(project: Project, make_raster: Make) -> None:
    tiles = [tile(make_raster, 1, col, photometric="minisblack") for col in (1, 2)]
    for path, names in zip(tiles, (("Red", "Green", "Blue"), ("Blue", "Green", "Red")), strict=True):
        with rasterio.open(path, "r+") as file:
            file.descriptions = names
    (refused,) = take(project, *tiles).refused
    assert "differ in the names of their bands" in str(refused)
    with rasterio.open(tiles[1], "r+") as file:
        file.descriptions = ("Red", "Green", "Blue")
    assert take(project, *tiles).captures[0].band_roles == ("red", "green", "blue")


@pytest.mark.parametrize("name", ["../secret.tif", "/etc/passwd", "a\\b.tif", ".."])
def test_a_tile_list_reaches_nothing_outside_its_folder(tmp_path: Path, name: str) -> None:
    folder = tmp_path / "order"
    folder.mkdir()
    (tmp_path / "secret.tif").write_bytes(b"II*\0")
    listing = folder / "x.TIL"
    listing.write_text(f'filename = "{name}";\n')
    assert listed_tiles(listing) == []


def test_only_row_and_column_make_an_order(tmp_path: Path) -> None:
    names = ["a_R1C1_b.tif", "a_R1C2_b.tif", "a_R1C1_c.tif", "AR1C1.tif", "AR1C2.tif", "x.tif"]
    files = tuple(tmp_path / name for name in names)
    orders, left, refused = orders_of(files)
    assert orders == {files[0]: Order("a_b.tif", files[:2])}
    assert left == (files[0], *files[2:])
    assert refused == {}


def test_tiles_are_put_in_the_order_of_rows_and_columns(tmp_path: Path) -> None:
    files = tuple(tmp_path / f"a-R{row}C{col}.tif" for row, col in ((10, 1), (2, 11), (2, 2), (1, 1)))
    ((first, order),) = orders_of(files)[0].items()
    assert first == files[0]
    assert order.tiles == tuple(reversed(files))


def test_too_many_tiles_are_refused(tmp_path: Path) -> None:
    files = tuple(tmp_path / f"a_R{row}C1.tif" for row in range(401))
    orders, left, refused = orders_of(files)
    assert (orders, left) == ({}, ())
    assert "401 tiles, the limit is 400" in str(refused[files[0]])


def test_where_tiles_lie_in_the_whole() -> None:
    one, two = (0.5, 0, 100.0, 0, -0.5, 200.0), (0.5, 0, 110.0, 0, -0.5, 190.0)
    assert joined_corners([(one, 20, 20), (two, 10, 10)]) == [(0, 0), (20, 20)]
    assert joined_size([(one, 20, 20), (two, 10, 10)]) == (30, 30)
    assert joined_size([((0.5, 0, 100, 0, 0.5, 200), 5, 5)]) is None


def test_an_upload_tells_what_became_of_each_tile_and_of_the_list(
    project: Project, make_raster: Make
) -> None:
    tiles = [tile(make_raster, 1, col) for col in (1, 2)]
    listing = tiles[0].with_name("18APR05-P2AS-0580_P001.TIL")
    listing.write_text("".join(f'filename = "{path.name}";\n' for path in tiles))
    files = [(path.name, path.open("rb")) for path in (*tiles, listing)]
    became = [one.became for one in take_uploads(project, ANNA, files, DATED)]
    for _, handle in files:
        handle.close()
    assert became == [Became.NEW, Became.NEW, Became.METADATA]
    listing.write_text('filename = "gone.tif";\n' + "".join(f'filename = "{path.name}";\n' for path in tiles))
    heard: list[Outcome] = []
    take(project, *tiles, told=heard.append)
    assert [one.path for one in heard if one.refused] == tiles


# -- ENVI ----------------------------------------------------------------------------------------------------------


def test_envi_pixels_are_taken_with_their_header(project: Project, make_raster: Make, tmp_path: Path) -> None:
    path = make_raster("scene.img", WHOLE, driver="ENVI")
    (capture,) = take(project, path).captures
    assert np.array_equal(pixels(project, capture)[0], WHOLE)
    assert (capture.crs, capture.gsd_m) == ("EPSG:32651", 0.5)
    assert [one.name for one in capture.parts] == ["scene.img", "scene.hdr"]
    assert take(project, path.with_suffix(".hdr")).new == 0
    assert pictures_in([tmp_path], leave_out=[project.root])[0] == (path,)


def test_a_header_of_something_else_makes_no_picture(tmp_path: Path) -> None:
    data = tmp_path / "scene.bil"
    data.write_bytes(bytes(range(100)))
    (tmp_path / "scene.hdr").write_text("BYTEORDER I\nNROWS 10\n")
    assert envi_header(data) is None
    assert data_of_header(tmp_path / "scene.hdr") is None
    (tmp_path / "scene.hdr").write_text("ENVI\nsamples = 10\n")
    assert envi_header(data) == tmp_path / "scene.hdr"
    assert data_of_header(tmp_path / "scene.hdr") == data
    data.unlink()
    assert data_of_header(tmp_path / "scene.hdr") is None


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("lines = 100000\nsamples = 100000", "cannot be read as ENVI"),
        ("lines = 400", "cut off (its header promises 480000 bytes, it has 360000)"),
        ("lines = -3", "cannot be read as ENVI"),
    ],
)
def test_a_header_that_promises_more_than_there_is_is_refused(
    project: Project, make_raster: Make, line: str, says: str
) -> None:
    path = make_raster("scene.img", WHOLE, driver="ENVI")
    header = path.with_suffix(".hdr")
    header.write_text(header.read_text() + f"\n{line}\n")
    report = take(project, path)
    assert report.captures == ()
    assert says in str(report.refused[0])


@pytest.mark.data
def test_real_envi_scenes_carry_the_day_of_their_bands(project: Project, test_data: Path) -> None:
    report = take_undated(project, test_data / "landsat_taizhou_2000_2003")
    assert {str(one.acquired.earliest) for one in report.captures} == {"2000-03-17", "2003-02-06"}
    assert {one.bands for one in report.captures} == {6}


def take_undated(project: Project, folder: Path) -> IngestReport:
    return ingest(project, ANNA, [folder], IntakeOptions())


def test_the_parts_are_listed(
    project: Project, make_raster: Make, capsys: pytest.CaptureFixture[str]
) -> None:
    take(project, *(tile(make_raster, 1, col) for col in (1, 2)))
    with pytest.raises(SystemExit):
        main(["captures", "list", "--json", "--project", str(project.root)])
    (row,) = json.loads(capsys.readouterr().out)
    assert [Path(one["stored"]).is_file() for one in row["parts"]] == [True, True]
    assert row["in_place"] is False


def test_a_missing_tile_of_a_capture_is_named_by_verify(project: Project, make_raster: Make) -> None:
    from workflow.readmodels.custody import verify

    (capture,) = take(project, *(tile(make_raster, 1, col) for col in (1, 2))).captures
    assert verify(project)[0]["problems"] == []
    part = project.root / capture.parts[1].path
    part.chmod(0o644)
    part.write_bytes(b"x" * part.stat().st_size)
    (problem,) = verify(project)[0]["problems"]
    assert "was changed" in problem
    assert capture.parts[1].path in problem


def test_a_listed_picture_may_not_be_its_own_header(tmp_path: Path, project: Project) -> None:
    (tmp_path / "x.hdr").write_text("ENVI\nsamples = 1\n")
    report = take(project, tmp_path / "x.hdr")
    assert isinstance(report.refused[0], InputRefused)
    assert "ENVI header" in str(report.refused[0])
