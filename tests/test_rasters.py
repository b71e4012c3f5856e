"""Pixels: working copies keep what the original shows, grids put it where it lies, stretches never fail."""

from __future__ import annotations

import io
import itertools
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import rasterio
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from PIL import Image
from rasterio.control import GroundControlPoint
from rasterio.enums import ColorInterp
from rasterio.errors import RasterioError
from rasterio.transform import Affine

from workflow.grid import SiteGrid
from workflow.model import Stretch
from workflow.rasters import (
    describe,
    display_stretch,
    encode_jpeg,
    encode_webp,
    read_on_grid,
    read_whole,
    to_display,
    write_working,
)
from workflow.rasters.working import _hull

Make = Callable[..., Path]
WEST, NORTH = 400_000, 4_300_000


def noise(
    bands: int = 3, rows: int = 40, columns: int = 60, dtype: str = "uint8", low: int = 1
) -> np.ndarray:
    return np.random.default_rng(7).integers(low, 250, (bands, rows, columns)).astype(dtype)


def grid_over(
    rows: int, columns: int, gsd_m: float = 0.5, west: float = WEST, north: float = NORTH
) -> SiteGrid:
    return SiteGrid("EPSG:32651", west, north, gsd_m, columns, rows)


def read(path: Path) -> tuple[np.ndarray, np.ndarray]:
    with rasterio.open(path) as file:
        return file.read(), file.dataset_mask() > 0


# -- facts ---------------------------------------------------------------------------------------------------


def test_facts_come_from_the_header(make_raster: Make) -> None:
    facts = describe(make_raster("a.tif", noise(), tags={"TIFFTAG_DATETIME": "2020:01:02 03:04:05"}), "GTiff")
    assert (facts.width, facts.height, facts.bands, facts.dtype) == (60, 40, 3, "uint8")
    assert (facts.crs, facts.gsd_m) == ("EPSG:32651", 0.5)
    assert facts.transform == (0.5, 0, WEST, 0, -0.5, NORTH)
    assert facts.tags == {"TIFFTAG_DATETIME": "2020:01:02 03:04:05"}
    assert len(facts.footprint) == 5
    assert facts.footprint[0] == facts.footprint[-1]


def test_footprint_runs_counter_clockwise_whatever_the_direction_of_rows(make_raster: Make) -> None:
    for name, transform in (
        ("north.tif", Affine(0.5, 0, WEST, 0, -0.5, NORTH)),
        ("south.tif", Affine(0.5, 0, WEST, 0, 0.5, NORTH)),
    ):
        ring = describe(make_raster(name, noise(), transform=transform), "GTiff").footprint
        area = sum(a.lon * b.lat - b.lon * a.lat for a, b in itertools.pairwise(ring))
        assert area > 0


def test_web_mercator_counts_metres_on_the_ground(make_raster: Make) -> None:
    path = make_raster("m.tif", noise(), crs="EPSG:3857", transform=Affine(1, 0, 14e6, 0, -1, 4.7e6))
    assert describe(path, "GTiff").gsd_m == pytest.approx(0.777, abs=0.005)


def test_degrees_become_metres(make_raster: Make) -> None:
    path = make_raster("d.tif", noise(), crs="EPSG:4326", transform=Affine(1e-5, 0, 125.7, 0, -1e-5, 39.0))
    assert describe(path, "GTiff").gsd_m == pytest.approx(0.98, abs=0.01)


def test_feet_become_metres(make_raster: Make) -> None:
    path = make_raster("f.tif", noise(), crs="EPSG:2264", transform=Affine(2, 0, 2_000_000, 0, -2, 600_000))
    assert describe(path, "GTiff").gsd_m == pytest.approx(0.6096, abs=0.001)


def test_a_picture_without_place_has_none(make_raster: Make) -> None:
    facts = describe(make_raster("plain.tif", noise(), crs=None), "GTiff")
    assert (facts.crs, facts.transform, facts.gsd_m, facts.footprint) == (None, None, None, ())


def test_coordinates_outside_the_world_give_no_footprint(make_raster: Make) -> None:
    path = make_raster(
        "x.tif", noise(), crs="EPSG:4326", transform=Affine(0.5, 0, 400_000, 0, -0.5, 4_300_000)
    )
    facts = describe(path, "GTiff")
    assert facts.footprint == ()
    assert facts.gsd_m is None


def test_a_ring_over_the_date_line_stays_within_180_degrees(make_raster: Make) -> None:
    path = make_raster(
        "line.tif", noise(), crs="EPSG:32660", transform=Affine(5000, 0, 650_000, 0, -5000, 5_800_000)
    )
    lons = [place.lon for place in describe(path, "GTiff").footprint]
    assert max(lons) > 170
    assert min(lons) < -170


def test_control_points_are_told_in_their_crs(make_raster: Make) -> None:
    points = [
        GroundControlPoint(row, col, 125 + col / 100, 39 - row / 100) for row in (0, 9) for col in (0, 9)
    ]
    path = make_raster("gcp.tif", noise(), crs=None, gcps=(points, rasterio.CRS.from_epsg(4326)))
    facts = describe(path, "GTiff")
    assert facts.control_points == tuple((one.col, one.row, one.x, one.y) for one in points)
    assert facts.control_crs == "EPSG:4326"


def test_another_driver_is_not_tried(make_raster: Make) -> None:
    path = make_raster("p.webp", noise(), driver="PNG", crs=None)
    with pytest.raises(RasterioError):
        describe(path, "GTiff")


# -- working copies ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", ["uint8", "int8", "uint16", "int16", "uint32", "float32", "float64"])
def test_pixels_are_kept_to_the_last_bit(make_raster: Make, tmp_path: Path, dtype: str) -> None:
    data = noise(dtype="int8" if dtype == "int8" else dtype)
    working = tmp_path / "w.tif"
    made = write_working(make_raster("a.tif", data), "GTiff", working)
    copy, valid = read(working)
    assert np.array_equal(copy, data)
    assert copy.dtype == data.dtype
    assert valid.all()
    assert (made.width, made.height, made.bands, made.gsd_m, made.valid_share) == (60, 40, 3, 0.5, 1.0)


def test_working_copy_is_tiled_with_overviews_and_nothing_else_is_left(
    make_raster: Make, tmp_path: Path
) -> None:
    working = tmp_path / "folder" / "w.tif"
    working.parent.mkdir()
    write_working(make_raster("a.tif", noise(1, 700, 900)), "GTiff", working)
    with rasterio.open(working) as file:
        assert file.block_shapes == [(256, 256)]
        assert file.overviews(1) == [2, 4]
        assert file.tags(ns="IMAGE_STRUCTURE")["LAYOUT"] == "COG"
    assert [path.name for path in working.parent.iterdir()] == ["w.tif"]


def test_same_original_gives_the_same_bytes(make_raster: Make, tmp_path: Path) -> None:
    original = make_raster("a.tif", noise(4, 300, 300))
    write_working(original, "GTiff", tmp_path / "one.tif")
    write_working(original, "GTiff", tmp_path / "two.tif")
    assert (tmp_path / "one.tif").read_bytes() == (tmp_path / "two.tif").read_bytes()


def test_embedded_overviews_that_lie_are_replaced(make_raster: Make, tmp_path: Path) -> None:
    original = make_raster(
        "liar.tif", np.full((1, 600, 600), 77, "uint8"), tiled=True, blockxsize=256, blockysize=256
    )
    with rasterio.open(original, "r+") as file:
        file.build_overviews([2, 4])
    with rasterio.open(original, "r+") as file:  # overviews stay as they were
        file.write(np.full((1, 600, 600), 7, "uint8"))
    with rasterio.open(original) as file:
        assert file.read(1, out_shape=(8, 8)).max() == 77  # the lie is there
    write_working(original, "GTiff", tmp_path / "w.tif")
    with rasterio.open(tmp_path / "w.tif") as file:
        assert file.read(1, out_shape=(8, 8)).max() == 7
    assert display_stretch(original) == (Stretch(7, 8),)
    assert read_whole(original, 8)[0].max() == 7


@pytest.mark.parametrize("gap", [(0, 10), (35, 40), (12, 20)])
def test_nodata_becomes_the_mask_wherever_it_begins(
    make_raster: Make, tmp_path: Path, gap: tuple[int, int]
) -> None:
    data = noise()
    data[:, gap[0] : gap[1], 10:30] = 0
    write_working(make_raster("n.tif", data, nodata=0, blockysize=1), "GTiff", tmp_path / "w.tif")
    copy, valid = read(tmp_path / "w.tif")
    assert np.array_equal(valid, data.any(axis=0))
    assert np.array_equal(copy[:, valid], data[:, valid])
    with rasterio.open(tmp_path / "w.tif") as file:
        assert file.nodata is None


def test_rows_before_the_first_gap_of_a_large_picture_stay_valid(make_raster: Make, tmp_path: Path) -> None:
    data = np.full((1, 5000, 4000), 9, "uint8")
    data[:, -1, -1] = 0
    write_working(make_raster("big.tif", data, nodata=0, compress="deflate"), "GTiff", tmp_path / "w.tif")
    with rasterio.open(tmp_path / "w.tif") as file:
        assert np.count_nonzero(file.dataset_mask() == 0) == 1


def test_a_pixel_with_one_band_of_nodata_is_data(make_raster: Make, tmp_path: Path) -> None:
    data = noise()
    data[0, 5, 5] = 0
    made = write_working(make_raster("n.tif", data, nodata=0), "GTiff", tmp_path / "w.tif")
    assert made.valid_share == 1.0


def test_nan_without_nodata_value_becomes_the_mask(make_raster: Make, tmp_path: Path) -> None:
    data = noise(1, dtype="float32")
    data[0, :10] = np.nan
    data[0, 39, 59] = np.inf
    made = write_working(make_raster("f.tif", data), "GTiff", tmp_path / "w.tif")
    copy, valid = read(tmp_path / "w.tif")
    assert np.array_equal(valid, np.isfinite(data[0]))
    assert np.isfinite(copy).all()
    assert made.valid_share == pytest.approx((2400 - 601) / 2400)


def test_alpha_becomes_the_mask(make_raster: Make, tmp_path: Path) -> None:
    data = noise(4)
    data[3] = 255
    data[3, :, :20] = 0
    colours = [ColorInterp.red, ColorInterp.green, ColorInterp.blue, ColorInterp.alpha]
    made = write_working(make_raster("rgba.tif", data, colorinterp=colours), "GTiff", tmp_path / "w.tif")
    copy, valid = read(tmp_path / "w.tif")
    assert (made.bands, len(copy)) == (3, 3)
    assert np.array_equal(valid, data[3] > 0)


def test_a_palette_becomes_colours(make_raster: Make, tmp_path: Path) -> None:
    index = np.zeros((1, 20, 20), "uint8")
    index[0, 10:] = 1
    colours = {0: (10, 20, 30, 255), 1: (200, 100, 50, 255)}
    made = write_working(make_raster("p.tif", index, colormap=colours), "GTiff", tmp_path / "w.tif")
    copy, _ = read(tmp_path / "w.tif")
    assert made.bands == 3
    assert tuple(copy[:, 0, 0]) == (10, 20, 30)
    assert tuple(copy[:, 19, 19]) == (200, 100, 50)


def test_south_up_rows_are_turned_exactly(make_raster: Make, tmp_path: Path) -> None:
    data = noise()
    original = make_raster("s.tif", data, transform=Affine(0.5, 0, WEST, 0, 0.5, NORTH - 20))
    made = write_working(original, "GTiff", tmp_path / "w.tif")
    copy, _ = read(tmp_path / "w.tif")
    assert np.array_equal(copy, data[:, ::-1])
    with rasterio.open(tmp_path / "w.tif") as file:
        assert tuple(file.transform)[:6] == (0.5, 0, WEST, 0, -0.5, NORTH)
    assert any("north-up" in note for note in made.notes)


def test_mirrored_columns_are_turned_exactly(make_raster: Make, tmp_path: Path) -> None:
    data = noise()
    original = make_raster("m.tif", data, transform=Affine(-0.5, 0, WEST + 30, 0, -0.5, NORTH))
    write_working(original, "GTiff", tmp_path / "w.tif")
    assert np.array_equal(read(tmp_path / "w.tif")[0], data[:, :, ::-1])


def test_a_rotated_picture_is_laid_north_up_and_its_corners_are_empty(
    make_raster: Make, tmp_path: Path
) -> None:
    cos, sin = 0.5 * np.cos(np.pi / 6), 0.5 * np.sin(np.pi / 6)
    turned = Affine(cos, -sin, WEST, -sin, -cos, NORTH)
    original = make_raster("r.tif", np.full((1, 200, 200), 90, "uint8"), transform=turned)
    made = write_working(original, "GTiff", tmp_path / "w.tif")
    copy, valid = read(tmp_path / "w.tif")
    assert not valid[0, 0]
    assert not valid[-1, -1]
    assert set(np.unique(copy[0][valid])) == {90}
    with rasterio.open(tmp_path / "w.tif") as file:
        x, y = WEST + 100 * (cos - sin), NORTH - 100 * (sin + cos)
        col, row = (x - file.transform.c) / 0.5, (file.transform.f - y) / 0.5
        assert abs(row - copy.shape[1] / 2) <= 1
        assert abs(col - copy.shape[2] / 2) <= 1
    assert made.gsd_m == pytest.approx(0.5)
    assert any("rotated" in note for note in made.notes)


def test_bands_named_blue_green_red_are_put_in_order(make_raster: Make, tmp_path: Path) -> None:
    data = noise(4, dtype="uint16")
    colours = [ColorInterp.blue, ColorInterp.green, ColorInterp.red, ColorInterp.undefined]
    made = write_working(make_raster("b.tif", data, colorinterp=colours), "GTiff", tmp_path / "w.tif")
    assert np.array_equal(read(tmp_path / "w.tif")[0], data[[2, 1, 0, 3]])
    assert any("reordered" in note for note in made.notes)


@pytest.mark.filterwarnings("ignore::rasterio.errors.NotGeoreferencedWarning")
@pytest.mark.parametrize(("name", "driver"), [("a.webp", "PNG"), ("a.jpg", "JPEG"), ("a.tif", "GTiff")])
def test_a_picture_without_place_stays_without(
    make_raster: Make, tmp_path: Path, name: str, driver: str
) -> None:
    made = write_working(make_raster(name, noise(), driver=driver, crs=None), driver, tmp_path / "w.tif")
    with rasterio.open(tmp_path / "w.tif") as file:
        assert file.crs is None
    assert (made.gsd_m, made.footprint) == (None, ())


def test_a_cut_off_file_leaves_nothing(make_raster: Make, tmp_path: Path) -> None:
    original = make_raster(
        "cut.tif", noise(3, 600, 600), compress="deflate", tiled=True, blockxsize=256, blockysize=256
    )
    original.write_bytes(original.read_bytes()[: original.stat().st_size // 2])
    out = tmp_path / "out"
    out.mkdir()
    with pytest.raises(RasterioError):
        write_working(original, "GTiff", out / "w.tif")
    assert list(out.iterdir()) == []


def test_a_copy_that_reads_back_otherwise_is_refused(
    make_raster: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from workflow.rasters import working

    def spoil(stage: Path, partial: Path) -> None:
        with rasterio.open(stage, "r+") as file:
            file.write(file.read() ^ 1)
        stage.replace(partial)

    monkeypatch.setattr(working, "_write_cog", spoil)
    out = tmp_path / "out"
    out.mkdir()
    with pytest.raises(OSError, match="read back"):
        write_working(make_raster("a.tif", noise()), "GTiff", out / "w.tif")
    assert list(out.iterdir()) == []


def test_footprint_follows_the_valid_pixels(make_raster: Make, tmp_path: Path) -> None:
    data = noise(1, 100, 100)
    data[:, :, 50:] = 0
    made = write_working(make_raster("half.tif", data, nodata=0), "GTiff", tmp_path / "w.tif")
    full = describe(tmp_path / "half.tif", "GTiff").footprint
    width = max(place.lon for place in made.footprint) - min(place.lon for place in made.footprint)
    whole = max(place.lon for place in full) - min(place.lon for place in full)
    assert width / whole == pytest.approx(0.5, abs=0.02)


@given(st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)), min_size=1, max_size=40))
def test_the_hull_holds_every_row_and_has_few_corners(rows: list[tuple[int, int]]) -> None:
    edges = np.array([(min(pair), max(pair) + 1) for pair in rows])
    hull = _hull(edges)
    assert 3 <= len(hull) <= 24
    if len(rows) <= 5:  # nothing was pruned
        corners = [(edge, row + below) for row, pair in enumerate(edges) for edge in pair for below in (0, 1)]
        for x, y in corners:
            turns = [
                (b[0] - a[0]) * (y - a[1]) - (b[1] - a[1]) * (x - a[0])
                for a, b in zip(hull, hull[1:] + hull[:1], strict=True)
            ]
            assert min(turns) >= -1e-9


# -- on a site's grid ----------------------------------------------------------------------------------------


def test_on_its_own_grid_a_capture_is_itself(make_raster: Make) -> None:
    data = noise()
    pixels, valid = read_on_grid(make_raster("a.tif", data), grid_over(40, 60))
    assert np.array_equal(pixels, data)
    assert pixels.dtype == data.dtype
    assert valid.all()


@pytest.mark.parametrize(("dx_m", "dy_m"), [(1.5, 0.0), (0.0, 2.0), (-1.0, -0.5)])
def test_an_offset_is_added_to_the_coordinates(make_raster: Make, dx_m: float, dy_m: float) -> None:
    data = noise(1)
    pixels, valid = read_on_grid(make_raster("a.tif", data), grid_over(40, 60), dx_m, dy_m)
    # one pixel is 0.5 m; moving east is to later columns, north to earlier rows
    moved = np.roll(data, (round(-dy_m / 0.5), round(dx_m / 0.5)), axis=(1, 2))
    assert np.array_equal(pixels[:, valid], moved[:, valid])
    assert np.count_nonzero(valid) == (40 - abs(dy_m) / 0.5) * (60 - abs(dx_m) / 0.5)


def test_an_offset_is_in_metres_for_captures_in_degrees(make_raster: Make) -> None:
    step = 1e-5
    data = np.zeros((1, 400, 400), "uint8") + 20
    data[0, 200:204, 200:204] = 240
    path = make_raster("d.tif", data, crs="EPSG:4326", transform=Affine(step, 0, 125.7, 0, -step, 39.0))
    lon, lat = 125.7 + 202 * step, 39.0 - 202 * step
    from workflow.grid import site_grid
    from workflow.model import LonLat

    grid = site_grid(LonLat(lon, lat), 40, 0.5)

    def centre(picture: np.ndarray) -> tuple[float, float]:
        rows, columns = np.nonzero(picture > 130)
        return float(columns.mean()), float(rows.mean())

    still, _ = read_on_grid(path, grid)
    moved, _ = read_on_grid(path, grid, dx_m=10.0, dy_m=5.0)
    (col, row), (moved_col, moved_row) = centre(still[0]), centre(moved[0])
    assert (moved_col - col) * 0.5 == pytest.approx(10, abs=0.3)
    assert (row - moved_row) * 0.5 == pytest.approx(5, abs=0.3)


def test_outside_its_coverage_a_capture_is_invalid(make_raster: Make) -> None:
    path = make_raster("a.tif", noise())
    _, valid = read_on_grid(path, grid_over(40, 60, west=WEST + 15))
    assert valid[:, :30].all()
    assert not valid[:, 30:].any()
    assert not read_on_grid(path, grid_over(40, 60, west=WEST + 5000))[1].any()


@pytest.mark.parametrize("make_working", [False, True])
def test_nodata_is_invalid_and_does_not_bleed(make_raster: Make, tmp_path: Path, make_working: bool) -> None:
    data = np.full((3, 60, 60), 100, "uint8")
    data[:, 20:40, 20:40] = 0
    path = make_raster("n.tif", data, nodata=0)
    if make_working:
        write_working(path, "GTiff", tmp_path / "w.tif")
        path = tmp_path / "w.tif"
    pixels, valid = read_on_grid(path, grid_over(50, 50, west=WEST + 0.2, north=NORTH - 0.2))
    assert not valid[25, 25]
    assert valid[5, 5]
    assert set(np.unique(pixels[:, valid])) == {100}


def test_nan_is_invalid(make_raster: Make) -> None:
    data = np.full((1, 40, 40), 3.5, "float32")
    data[0, :, 20:] = np.nan
    pixels, valid = read_on_grid(make_raster("f.tif", data), grid_over(40, 40))
    assert valid[:, :18].all()
    assert not valid[:, 20:].any()
    assert np.isfinite(pixels).all()


def test_reading_on_a_grid_opens_the_file_once(make_raster: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    path = make_raster("a.tif", noise())
    opened: list[object] = []
    whole = rasterio.open
    monkeypatch.setattr(rasterio, "open", lambda *args, **more: opened.append(args) or whole(*args, **more))
    read_on_grid(path, grid_over(40, 60))
    assert len(opened) == 1


def test_the_whole_picture_is_read_reduced(make_raster: Make) -> None:
    pixels, valid = read_whole(make_raster("a.tif", noise(3, 100, 200), crs=None), 50)
    assert pixels.shape == (3, 25, 50)
    assert valid.all()


# -- for the eye ---------------------------------------------------------------------------------------------


def test_an_eight_bit_picture_that_uses_its_range_keeps_it(make_raster: Make) -> None:
    data = np.broadcast_to(np.linspace(0, 255, 100).astype("uint8"), (3, 80, 100))
    assert display_stretch(make_raster("a.tif", data)) == (Stretch(0, 255),) * 3


def test_colours_of_eight_bits_keep_their_hue(make_raster: Make) -> None:
    rising = np.linspace(0, 60, 10_000).reshape(100, 100)
    data = np.stack((rising + 90, rising + 80, rising + 60, rising * 2)).astype("uint8")
    stretch = display_stretch(make_raster("c.tif", data, photometric="rgb"))
    assert len(set(stretch[:3])) == 1
    assert stretch[0].low == pytest.approx(61, abs=2)
    assert stretch[0].high == pytest.approx(149, abs=2)
    bands = display_stretch(make_raster("b.tif", data, photometric="minisblack"))
    assert len(set(bands)) == 4


def test_sixteen_bits_are_stretched_between_their_percentiles(make_raster: Make) -> None:
    data = np.linspace(1000, 2000, 10_000).reshape(1, 100, 100).astype("uint16")
    data[0, 0, 0] = 65_535  # one glint changes nothing
    (stretch,) = display_stretch(make_raster("a.tif", data))
    assert stretch.low == pytest.approx(1020, abs=5)
    assert stretch.high == pytest.approx(1980, abs=5)


def test_nodata_and_nan_do_not_count_for_the_stretch(make_raster: Make) -> None:
    data = np.linspace(100, 200, 10_000).reshape(1, 100, 100).astype("float32")
    with_gap = data.copy()
    with_gap[0, :50] = np.nan
    with_value = np.where(np.isnan(with_gap), -9999, with_gap).astype("float32")
    (nan,) = display_stretch(make_raster("nan.tif", with_gap))
    (value,) = display_stretch(make_raster("value.tif", with_value, nodata=-9999))
    assert nan == value
    assert 150 <= nan.low < nan.high <= 200


@pytest.mark.parametrize("value", [0, 7, 255])
def test_a_constant_picture_can_be_shown(make_raster: Make, value: int) -> None:
    data = np.full((3, 10, 10), value, "uint8")
    stretch = display_stretch(make_raster("c.tif", data))
    assert all(limits.high > limits.low for limits in stretch)
    assert to_display(data, stretch).shape == (3, 10, 10)


def test_a_picture_of_nodata_alone_has_a_stretch(make_raster: Make) -> None:
    assert display_stretch(make_raster("n.tif", np.zeros((1, 9, 9), "uint8"), nodata=0)) == (Stretch(0, 1),)


@given(
    arrays.arrays(np.float32, (2, 4, 4), elements=st.floats(width=32, allow_nan=True, allow_infinity=True)),
    st.floats(-1e6, 1e6),
    st.floats(0, 1e6),
)
def test_display_never_fails_and_stays_in_range(data: np.ndarray, low: float, span: float) -> None:
    stretch = (Stretch(low, low + span),) * 2
    with np.errstate(all="raise", under="ignore"):
        shown = to_display(data, stretch)
    assert shown.dtype == np.uint8
    assert np.array_equal(shown[0], shown[2])


def test_display_is_linear_between_the_limits() -> None:
    data = np.array([[[100, 200, 300, 400]]], "uint16")
    assert to_display(data, [Stretch(200, 400)])[0].tolist() == [[0, 0, 128, 255]]


def test_more_than_three_bands_show_the_first_three() -> None:
    data = noise(5)
    assert np.array_equal(to_display(data, [Stretch(0, 255)] * 5), data[:3])


def test_webp_is_transparent_and_jpeg_hatched_where_there_is_nothing() -> None:
    rgb = np.full((3, 32, 32), 60, "uint8")
    valid = np.ones((32, 32), bool)
    valid[:, 16:] = False
    webp = np.asarray(Image.open(io.BytesIO(encode_webp(rgb, valid))))
    jpeg = np.asarray(Image.open(io.BytesIO(encode_jpeg(rgb, valid))))
    assert webp.shape == (32, 32, 4)
    assert set(webp[:, :16, 3].flat) == {255}
    assert set(webp[:, 16:, 3].flat) == {0}
    assert jpeg[:, 20:].min() > 150
    assert np.abs(jpeg[:, :12].astype(int) - 60).max() < 12


def test_a_webp_without_gaps_has_no_alpha() -> None:
    webp = Image.open(io.BytesIO(encode_webp(noise(), np.ones((40, 60), bool))))
    assert webp.mode == "RGB"


@pytest.mark.parametrize("dtype", ["uint8", "uint16"])
@pytest.mark.parametrize("count", [1, 2, 3, 4, 5, 8])
def test_beyond_its_edge_a_picture_of_any_number_of_bands_is_invalid(
    make_raster: Make, tmp_path: Path, count: int, dtype: str
) -> None:
    original = make_raster("a.tif", np.full((count, 300, 300), 100, dtype), ALPHA="NO")
    write_working(original, "GTiff", tmp_path / "w.tif")
    with rasterio.open(tmp_path / "w.tif") as file:
        place = SiteGrid(str(file.crs), file.bounds.left - 100, file.bounds.top + 100, file.res[0], 600, 600)
    data, valid = read_on_grid(tmp_path / "w.tif", place)
    assert data.shape == (count, 600, 600)
    assert not valid[0].any()
    assert 0 < np.count_nonzero(valid) <= 302 * 302


def test_an_alpha_band_counts_whatever_the_number_of_bands(make_raster: Make, tmp_path: Path) -> None:
    pixels = np.full((5, 300, 300), 100, "uint8")
    pixels[4, :, :150] = 0
    original = make_raster("a.tif", pixels, ALPHA="NO")
    with rasterio.open(original, "r+") as file:
        file.colorinterp = [
            ColorInterp.red, ColorInterp.green, ColorInterp.blue, ColorInterp.undefined, ColorInterp.alpha
        ]  # fmt: skip
    write_working(original, "GTiff", tmp_path / "w.tif")
    with rasterio.open(tmp_path / "w.tif") as file:
        assert file.count == 4
        assert not file.dataset_mask()[:, :150].any()
        assert file.dataset_mask()[:, 150:].all()
