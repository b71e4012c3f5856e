from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Geod, Proj

from workflow.grid import SiteGrid, grid_crs, grid_gsd, site_grid
from workflow.model import LonLat

PLACES = st.builds(
    LonLat,
    st.floats(-180, 180, allow_nan=False),
    st.floats(-90, 90, allow_nan=False),
)
GSDS = st.sampled_from([0.1, 0.3, 0.497, 0.5, 1.0, 5.0, 10.0, 30.0])
RADII = st.floats(10, 2000)


@given(PLACES, RADII, GSDS, st.floats(-500, 5000), st.floats(-500, 5000))
def test_pixel_to_map_and_back_is_the_identity(place, radius_m, gsd_m, col, row):
    grid = site_grid(place, radius_m, gsd_m)
    # 1e-6 px: the resolution of doubles at ten million metres and 0.1 m pixels is 2e-8 px
    assert grid.to_pixel(*grid.to_map(col, row)) == pytest.approx((col, row), abs=1e-6)


@given(PLACES, RADII, GSDS)
def test_the_transform_is_what_to_map_does(place, radius_m, gsd_m):
    grid = site_grid(place, radius_m, gsd_m)
    a, b, c, d, e, f = grid.transform
    assert grid.to_map(7.25, 3.5) == pytest.approx((a * 7.25 + b * 3.5 + c, d * 7.25 + e * 3.5 + f), abs=1e-9)


@given(PLACES, RADII, GSDS)
def test_lonlat_and_back_is_closer_than_a_millimetre(place, radius_m, gsd_m):
    grid = site_grid(place, radius_m, gsd_m)
    x, y = grid.to_map(grid.width / 3, grid.height / 4)
    assert grid.from_lonlat(grid.to_lonlat(x, y)) == pytest.approx((x, y), abs=1e-3)


@given(PLACES, RADII, GSDS)
def test_the_site_lies_in_the_middle_pixel(place, radius_m, gsd_m):
    grid = site_grid(place, radius_m, gsd_m)
    col, row = grid.to_pixel(*grid.from_lonlat(place))
    assert grid.width == grid.height
    assert abs(col - grid.width / 2) <= 0.5 + 1e-6
    assert abs(row - grid.height / 2) <= 0.5 + 1e-6


@given(st.builds(LonLat, st.floats(-180, 180), st.floats(-80, 84)), RADII, st.floats(0, 360))
def test_the_watch_circle_is_inside(place, radius_m, bearing_deg):
    grid = site_grid(place, radius_m, 0.5)
    lon, lat, _ = Geod(ellps="WGS84").fwd(place.lon, place.lat, bearing_deg, radius_m)
    col, row = grid.to_pixel(*grid.from_lonlat(LonLat(lon, lat)))
    assert 0 <= col <= grid.width
    assert 0 <= row <= grid.height


@given(st.floats(126.01, 131.99), st.floats(126.01, 131.99), st.floats(1, 80), GSDS)
def test_grids_of_one_zone_and_pixel_are_congruent(lon, other_lon, lat, gsd_m):
    one, other = (site_grid(LonLat(each, lat), 150, gsd_m) for each in (lon, other_lon))
    for distance in (other.west - one.west, other.north - one.north):
        pixels = distance / gsd_m
        assert pixels == pytest.approx(round(pixels), abs=1e-6)


@given(PLACES, GSDS)
def test_the_nearer_the_sites_the_same_the_grid(place, gsd_m):
    assert site_grid(place, 150, gsd_m) == site_grid(place, 150, gsd_m)


@pytest.mark.parametrize(
    ("lon", "lat", "crs"),
    [
        (125.7, 39.0, "EPSG:32651"),
        (-180.0, 10.0, "EPSG:32601"),
        (180.0, 10.0, "EPSG:32660"),
        (125.7, -39.0, "EPSG:32751"),
        (125.7, 0.0, "EPSG:32651"),
        (0.0, 84.0, "EPSG:32631"),
        (0.0, 84.1, "EPSG:3413"),
        (0.0, -80.1, "EPSG:3031"),
        (0.0, 90.0, "EPSG:3413"),
    ],
)
def test_the_crs_is_the_utm_zone_or_polar(lon, lat, crs):
    assert grid_crs(LonLat(lon, lat)) == crs


def test_bounds_are_the_outer_edges():
    grid = SiteGrid("EPSG:32651", 100.0, 200.0, 0.5, 10, 20)
    assert grid.bounds == (100.0, 190.0, 105.0, 200.0)
    assert grid.shape == (20, 10)
    assert grid.to_map(0, 0) == (100.0, 200.0)
    assert grid.to_map(10, 20) == (105.0, 190.0)


@pytest.mark.parametrize(
    ("finest", "gsd_m"), [(None, 0.5), (0.01, 0.1), (0.49999, 0.5), (0.3048, 0.305), (250.0, 30.0)]
)
def test_the_pixel_stays_within_limits(finest, gsd_m):
    assert grid_gsd(finest) == gsd_m


@pytest.mark.parametrize("radius_m", [0, -1, math.inf, math.nan])
def test_a_radius_that_is_no_length_is_refused(radius_m):
    with pytest.raises(ValueError, match="radius"):
        site_grid(LonLat(0, 0), radius_m, 0.5)


def test_a_grid_without_pixels_is_refused():
    with pytest.raises(ValueError, match="empty"):
        SiteGrid("EPSG:32651", 0.0, 0.0, 0.5, 0, 5)
    with pytest.raises(ValueError, match="finite"):
        SiteGrid("EPSG:32651", math.nan, 0.0, 0.5, 5, 5)


def test_a_place_beyond_the_projection_is_refused():
    grid = site_grid(LonLat(123, 0), 150, 0.5)
    with pytest.raises(ValueError, match="beyond the reach"):
        grid.from_lonlat(LonLat(123 - 90, 0))


@given(
    st.builds(LonLat, st.floats(-179.9, 179.9, allow_nan=False), st.floats(-79.9, 83.9, allow_nan=False)),
    RADII,
)
def test_true_north_is_the_convergence_of_the_meridians_that_pyproj_has(place, radius_m):
    grid = site_grid(place, radius_m, 0.5)
    convergence = Proj(grid.crs).get_factors(place.lon, place.lat).meridian_convergence
    assert grid.true_north_deg(place) == pytest.approx(-convergence, abs=0.01)


def test_true_north_points_west_of_the_grids_north_in_the_east_of_a_zone():
    place = LonLat(128.9, 39.0)  # beside the middle of its zone, 129 degrees east
    assert site_grid(place, 100, 0.5).true_north_deg(LonLat(131.5, 39.0)) < -1
    assert abs(site_grid(place, 100, 0.5).true_north_deg(place)) < 0.1
