"""Longitude and latitude from two polynomials, held to pyproj."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflow.codec import encode
from workflow.grid import SiteGrid, site_grid
from workflow.gridfit import TOLERANCE_M, LonLatFit, fit_lonlat
from workflow.model import LonLat
from workflow.pictures import picture_extent

# a grid has at most 4096 pixels a side, of 30 m at most
EXTENTS = st.builds(
    lambda lon, lat, radius, gsd: picture_extent(site_grid(LonLat(lon, lat), radius * gsd, gsd)),
    st.floats(-180, 180),
    st.floats(-83, 83),
    st.floats(10, 2000),
    st.floats(0.1, 30),
)
SHARES = st.floats(0, 1)


def off_m(fit: LonLatFit, extent: SiteGrid, across: float, down: float) -> float:
    x, y = extent.to_map(across * extent.width, down * extent.height)
    lon, lat = fit.at(x, y)
    wanted = extent.to_lonlat(x, y)
    turn = (lon - wanted.lon + 180) % 360 - 180
    return math.hypot(turn * math.cos(math.radians(wanted.lat)), lat - wanted.lat) * 111_700


@given(EXTENTS, SHARES, SHARES)
def test_a_position_is_right_to_a_millimetre_everywhere_on_the_picture(
    extent: SiteGrid, across: float, down: float
) -> None:
    fit = fit_lonlat(extent)
    assert fit is not None
    assert off_m(fit, extent, across, down) < TOLERANCE_M


def test_a_site_of_the_usual_size_takes_sixteen_numbers_each() -> None:
    fit = fit_lonlat(picture_extent(site_grid(LonLat(125.74, 39.02), 300, 0.5)))
    assert fit is not None
    assert sum(len(row) for row in fit.lon) == 16
    assert set(encode(fit)) == {"bounds", "lon", "lat"}


@pytest.mark.parametrize("lon", [179.9999, -179.9999])
def test_longitudes_run_on_over_the_date_line_and_come_back_within_180(lon: float) -> None:
    extent = picture_extent(site_grid(LonLat(lon, 65), 2000, 0.5))
    fit = fit_lonlat(extent)
    assert fit is not None
    sides = {math.copysign(1, fit.at(*extent.to_map(at * extent.width, 10))[0]) for at in (0, 1)}
    assert sides == {1.0, -1.0}
    assert max(off_m(fit, extent, at, 0.3) for at in (0, 0.5, 1)) < TOLERANCE_M


def test_beyond_84_degrees_it_holds_and_at_the_pole_there_is_none() -> None:
    extent = picture_extent(site_grid(LonLat(10, 86), 1000, 1))
    fit = fit_lonlat(extent)
    assert fit is not None
    assert off_m(fit, extent, 0.1, 0.9) < TOLERANCE_M
    assert fit_lonlat(picture_extent(site_grid(LonLat(10, 89.995), 1000, 1))) is None
