"""Quick chips are the warper's to one digital number, on random grids over random pictures, parallel and askew."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numba
import numpy as np
import pytest
import rasterio
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyproj import Transformer
from rasterio.crs import CRS
from rasterio.transform import Affine

from workflow.grid import SiteGrid, site_grid
from workflow.model import LonLat
from workflow.rasters import compiled, cut_on_grid, kept_open, ongrid, read_on_grid
from workflow.rasters.compiled import Curve, askew
from workflow.rasters.ongrid import placing
from workflow.rasters.resample import DTYPES, cubic_taps, kernel_step, resample

Make = Callable[..., Path]
WEST, NORTH, SIDE_PX, PIXEL_M = 400_000.0, 4_300_000.0, 300, 0.5
TOP = {"uint8": 255, "uint16": 65_535, "int16": 30_000, "float32": 1.0, "int32": 10**6, "float64": 1.0}


def noise(dtype: str, bands: int = 2, seed: int = 0) -> np.ndarray:
    """The sharpest picture that there is; int16 also below zero."""
    values = np.random.default_rng(seed).random((bands, SIDE_PX, SIDE_PX))
    low = -TOP[dtype] if dtype == "int16" else 0
    return (low + values * (TOP[dtype] - low)).astype(dtype)


def grid(
    east: float = 30.0, south: float = 30.0, gsd_m: float = 0.5, width: int = 60, height: int = 50
) -> SiteGrid:
    return SiteGrid("EPSG:32651", WEST + east, NORTH - south, gsd_m, width, height)


def assert_alike(quick: tuple, oracle: tuple, real: float = 1e-6) -> None:
    assert quick[0].dtype == oracle[0].dtype
    assert quick[0].shape == oracle[0].shape
    assert np.array_equal(quick[1], oracle[1])
    step = 1.0 if quick[0].dtype.kind in "iu" else real
    assert np.abs(quick[0].astype(float) - oracle[0].astype(float)).max() <= step


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A file for each type, and 8-bit ones with nodata, a mask and alpha."""
    folder = tmp_path_factory.mktemp("pictures")
    found = {}
    for name in (*TOP, "nodata", "masked", "alpha"):
        data = noise(name if name in TOP else "uint8", 2)
        hole = np.ones((SIDE_PX, SIDE_PX), bool)
        hole[140:150, 100:200] = False
        found[name] = folder / f"{name}.tif"
        profile = {"driver": "GTiff", "width": SIDE_PX, "height": SIDE_PX, "count": 2, "dtype": data.dtype}
        place = {"crs": "EPSG:32651", "transform": Affine(PIXEL_M, 0, WEST, 0, -PIXEL_M, NORTH)}
        tiles = {"tiled": True, "blockxsize": 64, "blockysize": 64}
        if name == "nodata":
            data[:, ~hole] = 0
            profile["nodata"] = 0
        if name == "alpha":
            data[1] = np.where(hole, 255, 0)
            profile["alpha"] = "yes"
        with (
            rasterio.Env(GDAL_TIFF_INTERNAL_MASK=True),
            rasterio.open(found[name], "w", **profile, **place, **tiles) as file,
        ):
            file.write(data)
            if name == "masked":
                file.write_mask(hole)
    return found


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(
    name=st.sampled_from(sorted((*TOP, "nodata", "masked", "alpha"))),
    # partly or wholly beside the picture too
    east=st.floats(-40, 180),
    south=st.floats(-40, 180),
    # finer and coarser than the capture, near whole multiples, where GDAL takes the multiple
    gsd_m=st.floats(0.1, 2.2) | st.sampled_from([0.5, 0.52, 0.526, 1.0, 1.02, 1.03, 1.5]),
    width=st.integers(1, 90),
    height=st.integers(1, 90),
    dx_m=st.floats(-5, 5),
    dy_m=st.floats(-5, 5),
    is_compiled=st.booleans(),
)
def test_a_quick_chip_is_the_warpers_to_one_digital_number(
    pictures: dict[str, Path],
    name: str,
    east: float,
    south: float,
    gsd_m: float,
    width: int,
    height: int,
    dx_m: float,
    dy_m: float,
    is_compiled: bool,
) -> None:
    where = grid(east, south, gsd_m, width, height)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(compiled, "IS_COMPILED", is_compiled)
        quick = cut_on_grid(pictures[name], where, dx_m, dy_m)
    assert_alike(quick, read_on_grid(pictures[name], where, dx_m, dy_m))


@pytest.fixture
def warps(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """One entry for each time that the warper is asked."""
    calls: list[int] = []
    warped = ongrid._warped
    monkeypatch.setattr(ongrid, "_warped", lambda *given: calls.append(1) or warped(*given))
    return calls


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("gsd_m", [0.3, 0.46, 0.5, 0.51, 0.7, 1.0, 1.6])
@pytest.mark.parametrize("is_compiled", [True, False])
def test_inside_a_picture_the_warper_is_not_asked(
    pictures: dict[str, Path],
    warps: list[int],
    monkeypatch: pytest.MonkeyPatch,
    dtype: str,
    gsd_m: float,
    is_compiled: bool,
) -> None:
    monkeypatch.setattr(compiled, "IS_COMPILED", is_compiled)
    where = grid(gsd_m=gsd_m)
    quick = cut_on_grid(pictures[dtype], where, 0.21, -0.4)
    assert warps == []
    assert_alike(quick, read_on_grid(pictures[dtype], where, 0.21, -0.4))


@pytest.mark.parametrize("name", ["masked", "alpha"])
def test_beside_a_gap_but_not_in_it_the_warper_is_not_asked(
    pictures: dict[str, Path], warps: list[int], name: str
) -> None:
    cut_on_grid(pictures[name], grid(30, 30, 0.5, 60, 60))
    assert warps == []
    cut_on_grid(pictures[name], grid(30, 30, 0.5, 60, 90))
    assert warps == [1]


@pytest.mark.parametrize(
    ("name", "where"),
    [("int32", grid()), ("float64", grid()), ("uint8", grid(-1.0)), ("uint8", grid(125.0)), ("uint8", grid(30, -1)),
     ("uint8", grid(30, 126)), ("uint8", grid(10_000))],
)  # fmt: skip
def test_edges_and_unknown_types_are_left_to_the_warper(
    pictures: dict[str, Path], warps: list[int], name: str, where: SiteGrid
) -> None:
    cut_on_grid(pictures[name], where)
    assert warps == [1]


def test_on_its_own_grid_a_picture_is_itself_to_the_last_bit(
    pictures: dict[str, Path], warps: list[int]
) -> None:
    for dtype in DTYPES:
        made, valid = cut_on_grid(pictures[dtype], grid())
        assert np.array_equal(made, noise(dtype)[:, 60:110, 60:120])
        assert valid.all()
    assert warps == []


def test_a_number_that_is_not_finite_is_left_to_the_warper(make_raster: Make, warps: list[int]) -> None:
    data = np.ones((1, 200, 200), "float32")
    data[0, 100, 100] = np.inf
    path = make_raster("f.tif", data)
    made, valid = cut_on_grid(path, grid())
    assert warps == [1]
    assert not valid.all()
    assert np.isfinite(made).all()


def test_a_window_that_is_too_large_is_left_to_the_warper(
    pictures: dict[str, Path], warps: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ongrid, "_LARGEST_WINDOW_BYTES", 1000)
    cut_on_grid(pictures["uint8"], grid())
    assert warps == [1]


@pytest.mark.parametrize(
    "flip", [Affine(-0.5, 0, WEST + 150, 0, -0.5, NORTH), Affine(0.5, 0, WEST, 0, 0.5, NORTH - 150)]
)
def test_a_flipped_picture_lies_askew(make_raster: Make, warps: list[int], flip: Affine) -> None:
    path = make_raster("flip.tif", noise("uint8"), transform=flip)
    quick = cut_on_grid(path, grid())
    assert warps == []
    assert_alike(quick, read_on_grid(path, grid()))


def test_a_picture_in_a_datum_that_differs_by_less_than_matters_is_parallel(
    make_raster: Make, warps: list[int]
) -> None:
    path = make_raster("naip.tif", noise("uint8"), crs="EPSG:26914")
    where = SiteGrid("EPSG:32614", WEST + 30.2, NORTH - 30.1, 0.6, 60, 50)
    quick = cut_on_grid(path, where)
    assert warps == []
    assert_alike(quick, read_on_grid(path, where))


@pytest.fixture(scope="module")
def in_degrees(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A file of noise for each type, about a metre a pixel, around 125.7015 E 38.9985 N."""
    folder = tmp_path_factory.mktemp("degrees")
    for dtype in DTYPES:
        data = noise(dtype)
        profile = {"driver": "GTiff", "width": SIDE_PX, "height": SIDE_PX, "count": 2, "dtype": dtype}
        place = {"crs": "EPSG:4326", "transform": Affine(1e-5, 0, 125.7, 0, -1e-5, 39.0)}
        with rasterio.open(folder / f"{dtype}.tif", "w", **profile, **place) as file:
            file.write(data)
    return {dtype: folder / f"{dtype}.tif" for dtype in DTYPES}


@pytest.fixture
def exact(monkeypatch: pytest.MonkeyPatch) -> None:
    """The warper transforms every pixel: between them it is off by as much as six numbers in noise."""
    monkeypatch.setattr(ongrid, "_TOLERANCE_PX", 1e-6)


@settings(
    deadline=None,
    max_examples=60,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(
    dtype=st.sampled_from(DTYPES),
    # also partly beside the picture, and coarser than it
    lon=st.floats(125.7, 125.703),
    lat=st.floats(38.997, 39.0),
    radius_m=st.floats(1, 90),
    gsd_m=st.floats(0.2, 1.4),
)
def test_a_quick_chip_in_degrees_is_the_warpers_to_one_digital_number(
    in_degrees: dict[str, Path],
    exact: None,
    dtype: str,
    lon: float,
    lat: float,
    radius_m: float,
    gsd_m: float,
) -> None:
    where = site_grid(LonLat(lon, lat), radius_m, gsd_m)
    # sixteen products in single precision
    assert_alike(cut_on_grid(in_degrees[dtype], where), read_on_grid(in_degrees[dtype], where), 1e-5)


@pytest.mark.parametrize("dtype", DTYPES)
def test_within_a_picture_in_degrees_the_warper_is_not_asked(
    in_degrees: dict[str, Path], warps: list[int], dtype: str
) -> None:
    where = site_grid(LonLat(125.7015, 38.9985), 40, 0.5)
    cut_on_grid(in_degrees[dtype], where)
    assert warps == []


def test_askew_and_coarser_than_the_picture_is_left_to_the_warper(
    in_degrees: dict[str, Path], warps: list[int]
) -> None:
    cut_on_grid(in_degrees["uint8"], site_grid(LonLat(125.7015, 38.9985), 40, 1.4))
    assert warps == [1]


def test_without_numba_what_lies_askew_is_left_to_the_warper(
    in_degrees: dict[str, Path], warps: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ongrid, "IS_COMPILED", False)
    where = site_grid(LonLat(125.7015, 38.9985), 40, 0.5)
    assert_alike(cut_on_grid(in_degrees["uint8"], where), read_on_grid(in_degrees["uint8"], where))
    assert warps == [1, 1]


def test_kernels_that_were_made_ready_are_not_compiled_for_the_first_picture() -> None:
    compiled._compiled.cache_clear()
    compiled.make_ready()
    ready = [compiled._compiled(kernel) for kernel in (compiled._parallel, compiled._askew)]
    known = [list(one.signatures) for one in ready]
    source = noise("uint8")
    resample(source, cubic_taps(20.3, 1.0, 40), cubic_taps(20.3, 1.0, 40))
    askew(source, Curve((30.0, 1.0, 0.0, 0.0, 0.0, 0.0), (30.0, 0.0, 1.0, 0.0, 0.0, 0.0), 0.0), (40, 50))
    assert [list(one.signatures) for one in ready] == known


def test_where_no_folder_can_keep_it_the_kernel_is_compiled_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    source = noise("uint8")
    whole = Curve((30.0, 1.0, 0.02, 0.0, 0.0, 0.0), (30.0, -0.02, 1.0, 0.0, 0.0, 0.0), 0.0)
    made = askew(source, whole, (40, 50))
    njit = numba.njit

    def refusing(*given: object, **more: object) -> object:
        if more.get("cache"):
            raise RuntimeError
        return njit(*given, **more)

    monkeypatch.setattr(numba, "njit", refusing)
    compiled._compiled.cache_clear()
    try:
        assert np.array_equal(askew(source, whole, (40, 50)), made)
    finally:
        compiled._compiled.cache_clear()


def test_the_warpers_answer_does_not_depend_on_the_parts_of_its_work(make_raster: Make) -> None:
    step = 5.5e-6
    path = make_raster(
        "d.tif", noise("uint8"), crs="EPSG:4326", transform=Affine(step, 0, 125.7, 0, -step, 39.0)
    )
    whole = site_grid(LonLat(125.7 + 150 * step, 39.0 - 150 * step), 20, 0.5)
    part = SiteGrid(whole.crs, whole.west + 10 * 0.5, whole.north - 20 * 0.5, 0.5, 12, 50)
    one, other = read_on_grid(path, whole)[0], read_on_grid(path, part)[0]
    apart = np.abs(one[:, 20:70, 10:22].astype(int) - other)
    # GDAL's transformer is exact to 1/50 of a pixel, which is up to six numbers in noise
    assert apart.mean() < 0.3


@pytest.mark.parametrize("west", [180 - 150e-5, -180 - 150e-5])
@pytest.mark.parametrize("lon", [179.9994, 179.99995, 180.0, -180.0, -179.9994])
def test_a_picture_across_the_date_line_shows_both_sides(make_raster: Make, west: float, lon: float) -> None:
    step = 1e-5
    column = np.broadcast_to(np.arange(SIDE_PX, dtype="uint16") * 200, (1, SIDE_PX, SIDE_PX))
    path = make_raster(
        "line.tif", column, crs="EPSG:4326", transform=Affine(step, 0, west, 0, -step, 10.0015)
    )
    where = site_grid(LonLat(lon, 10.0), 30, 0.5)
    for made, valid in (cut_on_grid(path, where), read_on_grid(path, where)):
        assert valid.all()
        middle = where.height // 2
        x, y = where.to_map(np.arange(where.width) + 0.5, np.full(where.width, middle + 0.5))
        lons, _ = Transformer.from_crs(where.crs, "EPSG:4326", always_xy=True).transform(x, y)
        columns = (lons - west + 180) % 360 - 180
        assert np.abs(made[0, middle] / 200 - (columns / step - 0.5)).max() < 0.03


# -- where a grid lies ---------------------------------------------------------------------------------------


@given(
    st.floats(0.1, 5),
    st.floats(-1000, 1000),
    st.floats(-1000, 1000),
    st.integers(1, 4000),
    st.integers(1, 4000),
)
def test_in_one_crs_a_placing_is_exact(
    gsd_m: float, east: float, south: float, width: int, height: int
) -> None:
    where = grid(east, south, gsd_m, width, height)
    picture = Affine(PIXEL_M, 0, WEST, 0, -PIXEL_M, NORTH)
    place = placing(CRS.from_epsg(32651), picture, where, Affine(*where.transform))
    assert place is not None
    assert place.askew_px(where) < 1e-6
    for x, y in ((0, 0), (width, height), (width / 3, 0.5)):
        column, row = ongrid._apply(~picture, *where.to_map(x, y))
        assert place.columns[0] * x + place.columns[1] * y + place.columns[2] == pytest.approx(
            column, abs=1e-6
        )
        assert place.rows[0] * x + place.rows[1] * y + place.rows[2] == pytest.approx(row, abs=1e-6)
        terms = (1, x, y, x * x, x * y, y * y)
        assert np.dot(place.curve.columns, terms) == pytest.approx(column, abs=1e-6)
        assert np.dot(place.curve.rows, terms) == pytest.approx(row, abs=1e-6)


@pytest.mark.parametrize(("side_px", "most_px"), [(512, 0.01), (4096, 0.5)])
def test_the_error_of_a_placing_grows_with_the_grid_and_is_known(side_px: int, most_px: float) -> None:
    where = site_grid(LonLat(125.7, 39.0), side_px / 4, 0.5)
    picture = Affine(5e-6, 0, 125.6, 0, -5e-6, 39.1)
    place = placing(CRS.from_epsg(4326), picture, where, Affine(*where.transform))
    assert place is not None
    assert 0 < place.error_px < most_px
    assert place.curve.error_px < place.error_px / 100
    assert place.askew_px(where) > 1


def test_a_grid_that_has_no_place_in_the_picture_has_no_placing() -> None:
    where = SiteGrid("EPSG:32651", 1e9, 1e9, 0.5, 10, 10)
    picture = Affine(1, 0, 0, 0, -1, 0)
    assert placing(CRS.from_epsg(4326), picture, where, Affine(*where.transform)) is None


# -- taps ----------------------------------------------------------------------------------------------------


@given(st.floats(-50, 50), st.floats(0.05, 8), st.integers(1, 200))
def test_weights_sum_to_one_and_span_what_is_asked_for(start: float, step: float, count: int) -> None:
    taps = cubic_taps(start, step, count)
    assert taps.weights.sum(axis=1) == pytest.approx(1, abs=1e-5)
    low, high = taps.span
    assert low <= start - 0.5 <= start + step * (count - 1) - 0.5 <= high
    moved = taps.since(low)
    assert moved.span == (0, high - low)


@pytest.mark.parametrize(
    ("step", "wide"),
    [(0.2, 1), (1, 1), (1.052, 1), (1.06, 1.06), (1.96, 2), (2.04, 2), (2.06, 2.06), (3.5, 3.5)],
)
def test_the_kernel_is_as_wide_as_gdals(step: float, wide: float) -> None:
    assert kernel_step(step) == wide


@given(st.integers(0, 2**32), st.floats(0.3, 3), st.floats(0.3, 3), st.booleans())
def test_a_plane_stays_a_plane(seed: int, across: float, down: float, is_compiled: bool) -> None:
    rng = np.random.default_rng(seed)
    slope_x, slope_y = rng.uniform(-1, 1, 2)
    source = (slope_x * np.arange(150.0)[None, :] + slope_y * np.arange(140.0)[:, None])[None].astype(
        "float32"
    )
    columns, rows = cubic_taps(20.3, across, 37), cubic_taps(21.7, down, 33)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(compiled, "IS_COMPILED", is_compiled)
        made = resample(source, columns, rows)
    wanted = (
        slope_x * (19.8 + across * np.arange(37))[None, :] + slope_y * (21.2 + down * np.arange(33))[:, None]
    )
    if across < 1.05 and down < 1.05:
        assert made[0] == pytest.approx(wanted, abs=1e-3)
    else:  # a wider kernel's weights are made to sum to one, no more
        assert np.abs(made[0] - wanted).max() < 0.2


# -- handles -------------------------------------------------------------------------------------------------


def test_within_kept_open_a_file_is_opened_once_and_closed_at_the_end(
    pictures: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    files: list[object] = []
    whole = rasterio.open

    def counted(*given: object, **more: object) -> object:
        files.append(whole(*given, **more))
        return files[-1]

    monkeypatch.setattr(rasterio, "open", counted)
    with kept_open():
        for east in (30, 40, 50):
            with kept_open():  # the outer one counts
                cut_on_grid(pictures["uint8"], grid(east))
        cut_on_grid(pictures["uint16"], grid())
        assert len(files) == 2
        assert not any(one.closed for one in files)
    assert all(one.closed for one in files)
    cut_on_grid(pictures["uint8"], grid())
    assert len(files) == 3
    assert files[-1].closed


@pytest.mark.parametrize("dtype", ["uint8", "int16", "float32"])
def test_a_grid_that_lies_on_the_pixels_takes_them_as_they_are(dtype: str) -> None:
    source = np.random.default_rng(5).integers(0, 200, (2, 20, 30)).astype(dtype)
    columns, rows = cubic_taps(7.5, 1.0, 12), cubic_taps(5.5, 1.0, 9)
    assert (columns.plain, rows.plain) == (slice(7, 19), slice(5, 14))
    assert np.array_equal(resample(source, columns, rows), source[:, 5:14, 7:19])
    for start, step in ((7.5001, 1.0), (7.5, 1.001), (7.5, 2.0)):
        assert cubic_taps(start, step, 5).plain is None
    shifted = resample(source, cubic_taps(7.5, 1.0, 12), cubic_taps(5.75, 1.0, 9))
    assert not np.array_equal(shifted, source[:, 5:14, 7:19])
