"""Positions, measuring, heights from shadows and the display of pictures, in a real browser."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pyproj import Geod, Proj

from workflow.chips import site_grid_of
from workflow.coords import format_decimal, format_dms
from workflow.grid import SiteGrid
from workflow.model import Author, Stretch
from workflow.project import Project
from workflow.shadows import height_from_shadow, off_course_deg

pytestmark = pytest.mark.browser

WGS84 = Geod(ellps="WGS84")
SITE = "harbour-bridge"
SUN = (40.0, 150.0)  # elevation, azimuth


@pytest.fixture(scope="module")
def sunny(
    tmp_path_factory: pytest.TempPathFactory, sample: Any, served_at: Any
) -> Iterator[tuple[str, Path, SiteGrid]]:
    """The sample project, the sun of its last picture stated, served; with its site's grid."""
    root = sample.make_project(tmp_path_factory.mktemp("sunny") / "project")
    with Project.open(root) as project:
        grid = site_grid_of(project, project.site(SITE))
        last = project.captures()[-1]
        with project.record.write(Author("test"), "sun") as transaction:
            row = transaction.get(type(last), last.id)
            known = replace(
                row.value, sun_elevation_deg=SUN[0], sun_azimuth_deg=SUN[1], off_nadir_deg=20.0,
                stretch=(Stretch(0, 200),) * 3,
            )  # fmt: skip
            transaction.put(known, base_version=row.version)
    with served_at(root, tmp_path_factory.mktemp("log")) as address:
        yield address, root, grid


@pytest.fixture
def looking(open_tab: Callable[..., Any], sunny: tuple[str, Path, SiteGrid]) -> Callable[..., Any]:
    def opened(query: str = f"site={SITE}", **options: Any) -> Any:
        tab = open_tab(**options)
        tab.address = sunny[0]
        tab.open_compare(query)
        return tab

    return opened


def coordinate(tab: Any, x: float, y: float) -> list[float]:
    """Map coordinates of a pixel of the stage."""
    found: list[float] = tab.viewer.evaluate(
        "(host, pixel) => host.viewer.stage.panes[0].map.getCoordinateFromPixel(pixel)", [x, y]
    )
    return found


def click(tab: Any, *places: tuple[float, float]) -> None:
    box = tab.stage.bounding_box()
    for x, y in places:
        tab.page.mouse.move(box["x"] + x, box["y"] + y)
        tab.page.mouse.click(box["x"] + x, box["y"] + y)


def measured(tab: Any) -> float:
    return float(tab.page.locator(".panel.measure [data-result]").get_attribute("data-result"))


def test_the_position_under_the_pointer_is_that_of_pyproj(looking: Any, sunny: Any) -> None:
    tab, grid = looking(), sunny[2]
    box = tab.stage.bounding_box()
    resolution = tab.viewer.evaluate("host => host.viewer.stage.view.getResolution()")
    for x, y in ((300.0, 300.0), (901.0, 333.0), (640.0, 520.0)):
        tab.page.mouse.move(box["x"] + x, box["y"] + y)
        wanted = grid.to_lonlat(*coordinate(tab, x, y))
        text = tab.page.locator(".where-text").inner_text()
        assert text == f"{format_dms(wanted)} · {format_decimal(wanted, 6)}"
        lon, lat = tab.viewer.evaluate(
            "host => { const part = host.viewer.parts.find(one => one.places); return part.places.at(part.at); }"
        )
        off = WGS84.inv(lon, lat, wanted.lon, wanted.lat)[2]
        assert off < 0.1 * resolution
        assert off < 0.001
    assert tab.errors == []


def test_a_key_copies_the_position(looking: Any) -> None:
    tab = looking(permissions=["clipboard-read", "clipboard-write"])
    click(tab, (500.0, 400.0))
    tab.stage.press("c")
    tab.page.locator(".copied", has_text="copied").wait_for()
    copied = tab.page.evaluate("navigator.clipboard.readText()")
    assert re.fullmatch(r"39° 1'\d+\"N 125°44'\d+\"E · 39\.\d{6}, 125\.\d{6}", copied)


def test_a_length_and_its_direction_are_those_of_the_geodesic(looking: Any, sunny: Any) -> None:
    tab, grid = looking(), sunny[2]
    ends = ((300.0, 250.0), (820.0, 480.0))
    places = [grid.to_lonlat(*coordinate(tab, *end)) for end in ends]
    azimuth, _, length = WGS84.inv(places[0].lon, places[0].lat, places[1].lon, places[1].lat)
    tab.stage.press("v")
    click(tab, *ends)
    tab.stage.press("Enter")
    tab.page.locator(".panel.measure [data-keep]").wait_for()
    assert measured(tab) == pytest.approx(length, rel=1e-3)
    said = tab.page.locator(".panel.measure .lines").inner_text()
    bearing = float(re.search(r"bearing ([\d.]+)°", said)[1])
    assert bearing == pytest.approx(azimuth % 360, abs=0.06)
    # the grid of this zone is turned by more than a degree here: true north is not grid north
    (x1, y1), (x2, y2) = (coordinate(tab, *end) for end in ends)
    assert abs(bearing - math.degrees(math.atan2(x2 - x1, y2 - y1)) % 360) > 1
    # two pixels, of the screen where that is coarser
    pixel = max(0.5, tab.viewer.evaluate("host => host.viewer.stage.view.getResolution()"))
    assert f"± {2 * pixel:.1f} m" in tab.page.locator(".panel.measure .main").inner_text()
    assert tab.errors == []


def test_an_area_is_that_on_the_ellipsoid(looking: Any, sunny: Any) -> None:
    tab, grid = looking(), sunny[2]
    corners = ((300.0, 250.0), (820.0, 300.0), (700.0, 500.0))
    places = [grid.to_lonlat(*coordinate(tab, *corner)) for corner in corners]
    wanted = abs(WGS84.polygon_area_perimeter([one.lon for one in places], [one.lat for one in places])[0])
    tab.stage.press("v")
    tab.page.locator('[data-measure="area"]').click()
    tab.stage.focus()
    click(tab, *corners)
    tab.stage.press("Enter")
    tab.page.locator(".panel.measure [data-keep]").wait_for()
    assert measured(tab) == pytest.approx(wanted, rel=1e-3)


def test_a_measurement_is_kept_as_a_mark_with_its_value(looking: Any, sunny: Any) -> None:
    tab = looking()
    tab.stage.press("v")
    click(tab, (700.0, 300.0), (900.0, 300.0))
    tab.stage.press("Enter")
    main = tab.page.locator(".panel.measure .main").inner_text()
    tab.page.locator("[data-keep]").click()
    tab.page.locator('.sitetrack-viewer[data-saving="saved"][data-pending="0"]').wait_for()
    with Project.open(sunny[1]) as project:
        (mark,) = project.annotations(site=SITE)
        assert (mark.shape, mark.geometry["type"]) == ("measurement", "LineString")
        assert mark.label.startswith(main)
        assert str(project.capture(mark.capture).acquired.earliest) == "2023-10-01"
    assert tab.page.locator(".panel.measure").is_hidden()
    assert tab.errors == []


@pytest.mark.parametrize(
    ("length", "error", "elevation", "sun_error", "bearing"),
    [
        (20.0, 1.0, 40.0, 0.2, 330.0),
        (3.0, 5.0, 71.3, 0.11, 10.0),
        (250.0, 1.2, 12.0, 0.3, 331.0),
        (8.0, 1.0, 89.0, 2.0, 0.0),
    ],
)  # fmt: skip
def test_the_browsers_height_is_that_of_the_python_function(
    looking: Any, length: float, error: float, elevation: float, sun_error: float, bearing: float
) -> None:
    tab = looking()
    found, off = tab.viewer.evaluate(
        """(host, [length, error, elevation, sunError, bearing, azimuth]) => {
            const { formulas } = host.viewer.parts.find(one => one.formulas);
            const { height, least, most } = formulas.heightFromShadow(length, error, elevation, sunError);
            return [[height, least, most], formulas.offCourse(bearing, azimuth, sunError, length, error)];
        }""",
        [length, error, elevation, sun_error, bearing, SUN[1]],
    )
    wanted = height_from_shadow(length, error, elevation, sun_error)
    assert found == pytest.approx([wanted.height_m, wanted.least_m, wanted.most_m])
    assert off == (
        pytest.approx(turn) if (turn := off_course_deg(bearing, SUN[1], sun_error, length, error)) else None
    )


def draw_shadow(tab: Any, grid: SiteGrid, foot: tuple[float, float], px: float, bearing: float) -> None:
    """Draw `px` screen pixels from the foot towards a bearing from true north."""
    place = grid.to_lonlat(*coordinate(tab, *foot))
    turn = math.radians(bearing - Proj(grid.crs).get_factors(place.lon, place.lat).meridian_convergence)
    tip = (foot[0] + px * math.sin(turn), foot[1] - px * math.cos(turn))
    tab.stage.press("v")
    tab.page.locator('[data-measure="height"]').click()
    tab.stage.focus()
    click(tab, foot, tip)
    tab.page.locator(".panel.measure [data-result]:not(:empty)").wait_for()


def test_a_height_comes_from_a_shadow_with_its_errors_and_assumptions(looking: Any, sunny: Any) -> None:
    tab = looking()
    draw_shadow(tab, sunny[2], (800.0, 450.0), 120.0, SUN[1] + 180 + 1)
    pixel = max(0.5, tab.viewer.evaluate("host => host.viewer.stage.view.getResolution()"))
    length = 120 * tab.viewer.evaluate("host => host.viewer.stage.view.getResolution()")
    wanted = height_from_shadow(length, 2 * pixel, SUN[0], 0.1)
    assert measured(tab) == pytest.approx(wanted.height_m, rel=0.01)
    said = tab.page.locator(".panel.measure").inner_text()
    assert "sun 40.00° ±" in said
    assert "level ground" in said
    assert "20° off nadir" in said
    assert tab.page.locator(".panel.measure .warning").count() == 0


def test_a_line_that_is_not_where_the_sun_throws_shadows_is_doubted(looking: Any, sunny: Any) -> None:
    tab = looking()
    draw_shadow(tab, sunny[2], (800.0, 450.0), 120.0, 60.0)
    assert "90° away" in tab.page.locator(".panel.measure .warning").inner_text()


def test_where_the_sun_is_not_known_the_tool_says_why_and_gives_no_height(looking: Any, sunny: Any) -> None:
    tab = looking()
    draw_shadow(tab, sunny[2], (450.0, 400.0), 120.0, 330.0)  # left of the handle
    said = tab.page.locator(".panel.measure").inner_text()
    assert "height not known" in said
    assert "neither its elevation nor an exact time" in said
    assert tab.page.locator("[data-keep]").is_hidden()


# -- display -------------------------------------------------------------------------------------------------


def badges(tab: Any, pane: int) -> list[str]:
    found: list[str] = tab.page.locator(f'.frame[data-pane="{pane}"] .badge.shown-as').all_inner_texts()
    return found


def test_pictures_with_other_limits_say_so_until_they_have_the_same(looking: Any) -> None:
    tab = looking()
    assert badges(tab, 0) == badges(tab, 1) == ["stretch differs"]
    tab.page.wait_for_load_state("networkidle")
    tab.sent.clear()
    tab.stage.press("q")
    with tab.page.expect_request(lambda request: "&s=0..200" in request.url):
        tab.page.locator("[data-copy]").click()
    tab.wait_ready()
    assert badges(tab, 0) == badges(tab, 1) == ["limits changed"]
    assert tab.sent == []  # nothing runs on the server but the tiles
    tab.page.locator("[data-reset-all]").click()
    tab.wait_ready()
    assert badges(tab, 0) == ["stretch differs"]


def test_a_single_band_is_shown_in_grey_and_stands_in_the_address(looking: Any) -> None:
    tab = looking()
    tab.stage.press("q")
    tab.page.locator(".panel.display select").select_option("3")
    tab.wait_ready()
    assert badges(tab, 1) == ["band 3", "stretch differs"] or badges(tab, 1) == ["band 3"]
    other = looking(tab.link().partition("?")[2])
    assert badges(other, 1)[0] == "band 3"
    tile = other.viewer.evaluate("host => host.viewer.stage.tiles(host.viewer.shown[1])[0]")
    assert "&b=3" in tile
    assert other.page.request.get(f"{other.address}{tile}").ok


def test_brightness_is_done_by_the_browser_for_one_picture_alone(looking: Any) -> None:
    tab = looking()
    tab.stage.press("q")
    tab.page.locator('[data-look="gamma"]').fill("2")
    tab.page.locator('[data-look="brightness"]').fill("0.5")
    assert "enhanced" in badges(tab, 1)
    assert "enhanced" not in badges(tab, 0)
    filters = tab.viewer.evaluate(
        "host => ['.picture', '.over'].map(name => getComputedStyle(host.querySelector(`.pane ${name}`)).filter)"
    )
    assert filters[0] == "none"
    assert "brightness(0.5)" in filters[1]
    tab.page.locator("[data-reset]").click()
    assert "enhanced" not in badges(tab, 1)
    assert tab.errors == []


def test_limits_that_cross_are_not_taken(looking: Any) -> None:
    tab = looking()
    tab.stage.press("q")
    tab.page.locator(".panel.display .bars polyline").first.wait_for()
    tab.page.locator('.panel.display input[aria-label="Lower limit: black"]').fill("900")
    tab.page.keyboard.press("Tab")
    tab.page.locator(".panel.display [role=status]", has_text="below").wait_for()
    assert badges(tab, 1) == ["stretch differs"]


def test_a_histogram_stands_behind_the_limits(looking: Any) -> None:
    tab = looking()
    tab.stage.press("q")
    tab.page.locator(".panel.display .bars polyline").first.wait_for()
    assert tab.page.locator(".panel.display .bars polyline").count() == 3
    assert tab.errors == []
