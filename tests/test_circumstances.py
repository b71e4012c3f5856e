"""What scorers are told besides pixels: angles on the grid, and the sun as it is known."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
import store_sample

from workflow.grid import site_grid
from workflow.model import Basis, DateSpan, LonLat, Precision, Site
from workflow.pipeline.circumstances import facts_of

PLACE = LonLat(125.7, 39.0)
GRID = site_grid(PLACE, 100.0, 0.5)
SITE = Site("arch", "Arch", bearing_deg=359.5)
DAY = DateSpan(date(2021, 6, 15), date(2021, 6, 15), Precision.DAY, Basis.STATED, "2021-06-15")
CAPTURE = replace(store_sample.capture(), acquired=DAY, sun_azimuth_deg=None, sun_elevation_deg=None)


def test_angles_turn_with_the_grid() -> None:
    """East of the zone's middle true north lies to the left of the grid's."""
    turn = GRID.true_north_deg(PLACE)
    assert turn == pytest.approx(-1.7, abs=0.1)
    capture = replace(CAPTURE, sun_azimuth_deg=0.5, sun_elevation_deg=40.0, off_nadir_deg=12.0)
    facts = facts_of(SITE, PLACE, capture, GRID)
    assert facts.bearing_deg == pytest.approx(359.5 + turn)
    assert facts.sun is not None
    assert facts.sun.azimuth_deg == pytest.approx(360.5 + turn)
    assert (facts.sun.elevation_deg, facts.off_nadir_deg) == (40.0, 12.0)
    assert facts.sun_error_deg < 1


def test_a_sun_that_nobody_stated_is_a_usual_one_with_a_wide_error() -> None:
    facts = facts_of(SITE, PLACE, CAPTURE, GRID)
    assert facts.sun is not None
    assert facts.sun_error_deg == 20.0
    half = facts_of(SITE, PLACE, replace(CAPTURE, sun_elevation_deg=33.0), GRID)
    assert half.sun == facts.sun._replace(elevation_deg=33.0)


def test_without_a_bearing_and_a_day_nothing_is_made_up() -> None:
    undated = replace(DAY, earliest=None, latest=None, precision=Precision.UNKNOWN)
    facts = facts_of(replace(SITE, bearing_deg=None), PLACE, replace(CAPTURE, acquired=undated), GRID)
    assert (facts.bearing_deg, facts.sun) == (None, None)


def test_what_scores_follow_from_changes_with_the_sun_and_the_bearing() -> None:
    names = {
        str(facts_of(site, PLACE, capture, GRID).identity)
        for site in (SITE, replace(SITE, bearing_deg=10.0), replace(SITE, bearing_deg=None))
        for capture in (CAPTURE, replace(CAPTURE, sun_azimuth_deg=100.0, sun_elevation_deg=30.0))
    }
    assert len(names) == 6
