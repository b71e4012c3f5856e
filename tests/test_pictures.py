from __future__ import annotations

import io
from itertools import pairwise

import numpy as np
import pytest
from PIL import Image

from workflow import pictures, rasters
from workflow.chips import chip, site_grid_of
from workflow.errors import InputRefused, UnknownName
from workflow.grid import SiteGrid
from workflow.model import Author, LonLat, Offset, Site
from workflow.pictures import TILE_PX, levels, picture_extent, still, thumbnail, tile

RADIUS_M = 120  # the middle tile of the deepest zoom lies within the ground


def opened(picture) -> Image.Image:
    image = Image.open(io.BytesIO(picture.body))
    assert f"image/{image.format.lower()}" == picture.media_type
    return image


def array(picture) -> np.ndarray:
    return np.asarray(opened(picture).convert("RGB")).astype(float)


@pytest.fixture(autouse=True)
def no_tiles_of_other_tests():
    pictures._render.cache_clear()
    pictures._whole.cache_clear()


@pytest.mark.parametrize(("side", "zooms"), [(1, 1), (170, 1), (171, 2), (603, 3), (4096, 6)])
def test_levels_halve_and_the_coarsest_shows_all_in_one_tile(side, zooms):
    grid = SiteGrid("EPSG:32651", 0.0, 0.0, 0.5, side, side)
    resolutions = levels(grid)
    assert len(resolutions) == zooms
    assert resolutions[-1] == grid.gsd_m
    assert all(coarse == 2 * fine for coarse, fine in pairwise(resolutions))
    assert picture_extent(grid).width * grid.gsd_m <= TILE_PX * resolutions[0]
    assert zooms == 1 or picture_extent(grid).width * grid.gsd_m > TILE_PX * resolutions[1]


@pytest.mark.parametrize("side", [7, 8, 603])
def test_the_extent_is_three_watch_boxes_in_the_same_pixels(side):
    grid = SiteGrid("EPSG:32651", 1000.0, 2000.0, 0.5, side, side)
    extent = picture_extent(grid)
    assert (extent.width, extent.height, extent.gsd_m) == (3 * side, 3 * side, 0.5)
    assert grid.to_pixel(extent.west, extent.north) == (-side, -side)


def test_tiles_of_the_deepest_zoom_are_the_pixels_of_the_chip(watched):
    site, capture = watched.add_site(radius_m=RADIUS_M), watched.add_capture("2020-01-01")
    made = chip(watched.project, site, capture)
    grid = site_grid_of(watched.project, site)
    deepest = len(levels(grid)) - 1
    # the second tile begins 512 px into the extent: the watch box begins at its `width`
    found = array(tile(watched.project, site.id, capture.id, deepest, 1, 1))
    start = grid.width - TILE_PX
    assert start < 0
    expected = made.data.transpose(1, 2, 0)[-start:, -start:].astype(float)
    rows, cols = min(TILE_PX, expected.shape[0]), min(TILE_PX, expected.shape[1])
    assert rows > 150
    shown = found[:rows, :cols]
    expected = expected[:rows, :cols]
    # JPEG is not exact, but much nearer to the pixel itself than to its neighbours
    error = np.abs(shown - expected).mean()
    assert error < 0.6 * np.abs(shown[:, 1:] - expected[:, :-1]).mean()
    assert error < 0.6 * np.abs(shown[:-1] - expected[1:]).mean()


def test_four_tiles_make_the_one_above_them(watched):
    site, capture = watched.add_site(radius_m=RADIUS_M), watched.add_capture("2020-01-01")
    whole = array(tile(watched.project, site.id, capture.id, 0, 0, 0))
    quarter = array(tile(watched.project, site.id, capture.id, 1, 1, 0))
    reduced = quarter.reshape(256, 2, 256, 2, 3).mean(axis=(1, 3))
    inner = np.s_[40:200, 0:120]
    assert np.abs(reduced[inner] - whole[:256, 256:][inner]).mean() < 8


def test_only_an_applied_offset_moves_the_tile(watched):
    site, capture = watched.add_site(radius_m=RADIUS_M), watched.add_capture("2020-01-01")
    deepest = len(levels(site_grid_of(watched.project, site))) - 1
    plain = tile(watched.project, site.id, capture.id, deepest, 1, 1)
    offset = Offset(site.id, capture.id, capture.id, 8.0, -4.0, 0.1, False, "test", "weak")
    with watched.project.record.write(Author("tester"), "offset") as transaction:
        transaction.put(offset, base_version=0)
    assert tile(watched.project, site.id, capture.id, deepest, 1, 1) == plain
    with watched.project.record.write(Author("tester"), "offset") as transaction:
        applied = Offset(site.id, capture.id, capture.id, 8.0, -4.0, 0.9, True, "test")
        transaction.put(applied, base_version=1)
    moved = array(tile(watched.project, site.id, capture.id, deepest, 1, 1))
    # 16 columns to the east and 8 rows to the south
    difference = np.abs(moved[8:, 16:] - array(plain)[:-8, :-16])
    assert difference[40:180, 40:180].mean() < 6


def test_full_tiles_are_jpeg_edges_webp_with_alpha_and_nothing_is_transparent(watched):
    site, capture = (
        watched.add_site(radius_m=RADIUS_M),
        watched.add_capture("2020-01-01", crop=(0.5, 0, 1, 1)),
    )
    deepest = len(levels(site_grid_of(watched.project, site))) - 1
    kinds = {
        (x, y): tile(watched.project, site.id, capture.id, deepest, x, y) for x in range(3) for y in range(3)
    }
    assert kinds[0, 1].media_type == "image/webp"
    assert opened(kinds[0, 1]).convert("RGBA").getextrema()[3] == (0, 0)
    alpha = opened(kinds[1, 1]).convert("RGBA").getextrema()[3]
    assert (kinds[1, 1].media_type, alpha) == ("image/webp", (0, 255))
    whole = watched.add_capture("2020-01-02")
    assert tile(watched.project, site.id, whole.id, deepest, 1, 1).media_type == "image/jpeg"


@pytest.mark.parametrize(("x", "y"), [(-1, 0), (0, -1), (99, 0), (0, 99), (10**9, 0)])
def test_tiles_outside_the_extent_are_transparent_and_read_nothing(watched, monkeypatch, x, y):
    site, capture = watched.add_site(), watched.add_capture("2020-01-01")
    monkeypatch.setattr(rasters, "read_on_grid", None)
    assert opened(tile(watched.project, site.id, capture.id, 1, x, y)).convert("RGBA").getextrema()[3] == (
        0,
        0,
    )


def test_unknown_names_and_zooms_are_refused(watched):
    site, capture = watched.add_site(), watched.add_capture("2020-01-01")
    for arguments in (
        ("nowhere", capture.id, 0),
        (site.id, "0" * 16, 0),
        (site.id, capture.id[:8], 0),
        (site.id, capture.file, 0),
        (site.id, "../../etc/passwd", 0),
        (site.id, capture.id, -1),
        (site.id, capture.id, 99),
    ):
        with pytest.raises(UnknownName):
            tile(watched.project, *arguments, 0, 0)


def test_a_tile_is_rendered_once(watched, monkeypatch):
    site, capture = watched.add_site(), watched.add_capture("2020-01-01")
    calls = []
    read = rasters.cut_on_grid
    monkeypatch.setattr(
        rasters, "cut_on_grid", lambda *given, **more: calls.append(given) or read(*given, **more)
    )
    first, second = (tile(watched.project, site.id, capture.id, 1, 0, 0) for _ in range(2))
    assert first == second
    assert len(calls) == 1


def test_a_picture_without_georeference_is_shown_whole(watched):
    site = watched.add_site()
    capture = watched.add_capture("2020-01-01", located=False, crop=(0, 0, 1, 0.5), site=site.id)
    picture = still(watched.project, capture.id, 200)
    assert opened(picture).size == (200, 100)
    assert picture.media_type == "image/jpeg"
    assert opened(still(watched.project, capture.id, 5000)).size == (capture.width_px, capture.height_px)
    assert opened(thumbnail(watched.project, site, capture, 100)).size == (100, 50)
    assert opened(tile(watched.project, site.id, capture.id, 0, 0, 0)).size == (512, 512)
    with pytest.raises(UnknownName):
        still(watched.project, "0" * 16)


@pytest.mark.parametrize("px", [16, 100, 241, 500])
def test_a_thumbnail_shows_the_watch_box(watched, px):
    site, capture = watched.add_site(), watched.add_capture("2020-01-01")
    made = chip(watched.project, site, capture)
    picture = opened(thumbnail(watched.project, site, capture, px))
    assert px / 2 < max(picture.size) <= px or picture.size == made.valid.shape
    assert abs(np.asarray(picture).mean() - made.data.mean()) < 4


def test_a_site_that_is_not_located_has_no_tiles(watched):
    capture = watched.add_capture("2020-01-01")
    with watched.project.record.write(Author("tester"), "site") as transaction:
        transaction.put(Site("lost", "lost"), base_version=0)
    with pytest.raises(InputRefused, match="not located"):
        tile(watched.project, "lost", capture.id, 0, 0, 0)


def test_a_missing_working_copy_is_one_sentence(watched):
    site, capture = watched.add_site(), watched.add_capture("2020-01-01")
    (watched.project.root / capture.working).unlink()
    for picture in (
        lambda: tile(watched.project, site.id, capture.id, 0, 0, 0),
        lambda: still(watched.project, capture.id),
    ):
        with pytest.raises(InputRefused, match="cannot be read"):
            picture()


def test_tiles_lie_around_the_site(watched):
    site = watched.add_site()
    extent = picture_extent(site_grid_of(watched.project, site))
    west, south, east, north = extent.bounds
    middle = extent.to_lonlat((west + east) / 2, (south + north) / 2)
    assert (middle.lon, middle.lat) == pytest.approx(watched.PLACE, abs=1e-5)
    assert isinstance(middle, LonLat)
