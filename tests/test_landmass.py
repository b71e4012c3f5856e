"""The small map of where a site is, from the base that the build brings."""

from __future__ import annotations

from pathlib import Path

import pytest
import shapely

from workflow.errors import BuildMissing
from workflow.figure import Locator
from workflow.landmass import locator
from workflow.model import LonLat


def on_land(found: Locator, x: float, y: float) -> bool:
    return any(shapely.Polygon(ring).contains(shapely.Point(x, y)) for ring in found.land)


def test_the_site_stands_in_the_middle_on_land_and_the_sea_is_where_it_is() -> None:
    found = locator(LonLat(125.75, 39.02), "Pyongyang")
    assert found.at == (0.5, 0.5)
    assert on_land(found, 0.5, 0.5)
    assert not on_land(found, 0.02, 0.55)  # the Yellow Sea
    assert found.borders
    points = [point for line in (*found.land, *found.borders) for point in line]
    assert all(-1e-6 <= x <= 1 + 1e-6 and -1e-6 <= y <= 1 + 1e-6 for x, y in points)


def test_north_is_up() -> None:
    found = locator(LonLat(125.75, 39.02), "")
    assert on_land(found, 0.5, 0.02)  # Manchuria
    assert not on_land(found, 0.05, 0.9)


@pytest.mark.parametrize("lon", [179.5, -179.5])
def test_over_the_date_line_the_world_goes_on(lon: float) -> None:
    found = locator(LonLat(lon, 67.0), "Chukotka")
    xs = [x for ring in found.land for x, _ in ring]
    assert min(xs) < 0.3
    assert max(xs) > 0.7


def test_a_missing_base_is_named(tmp_path: Path) -> None:
    with pytest.raises(BuildMissing, match="install"):
        locator(LonLat(0, 0), "", tmp_path)
