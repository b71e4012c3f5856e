"""The comparison in a real browser: pictures, modes, keys, drawing, states."""

from __future__ import annotations

import io
import math
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from PIL import Image

from workflow.project import Project
from workflow.store import ScoreEntry

pytestmark = pytest.mark.browser

RED, GREEN, BLUE, YELLOW = range(4)


def colour_at(tab: Any, across: float, down: float = 0.75) -> tuple[int, int, int]:
    """Colour of the stage at shares of its width and height; below the labels, beside the road."""
    picture = Image.open(io.BytesIO(tab.stage.screenshot())).convert("RGB")
    found = picture.getpixel((int(across * picture.width), int(down * picture.height)))
    assert isinstance(found, tuple)
    return found


def is_colour(found: tuple[int, int, int], wanted: tuple[int, int, int]) -> bool:
    return max(abs(one - other) for one, other in zip(found, wanted, strict=True)) < 25


def drag(tab: Any, start: tuple[float, float], end: tuple[float, float]) -> None:
    tab.page.mouse.move(*start)
    tab.page.mouse.down()
    tab.page.mouse.move((start[0] + end[0]) / 2, (start[1] + end[1]) / 2)
    tab.page.mouse.move(*end)
    tab.page.mouse.up()


def stored(tab: Any) -> None:
    """Wait until the server has confirmed everything."""
    tab.page.locator('.sitetrack-viewer[data-pending="0"]').wait_for()


def test_swipe_shows_each_picture_on_its_side_of_the_handle(tab: Any, sample: Any) -> None:
    tab.open_compare()
    assert is_colour(colour_at(tab, 0.25), sample.COLOURS[RED])
    assert is_colour(colour_at(tab, 0.75), sample.COLOURS[YELLOW])
    assert tab.errors == []
    assert tab.foreign == []


def test_dragging_the_handle_moves_the_edge_between_the_pictures(tab: Any, sample: Any) -> None:
    tab.open_compare()
    handle = tab.page.locator(".handle").bounding_box()
    middle = (handle["x"] + handle["width"] / 2, handle["y"] + handle["height"] / 2)
    drag(tab, middle, (middle[0] - 400, middle[1]))
    assert tab.page.locator(".handle").get_attribute("aria-valuenow") in {"17", "18", "19"}
    assert is_colour(colour_at(tab, 0.1), sample.COLOURS[RED])
    assert is_colour(colour_at(tab, 0.3), sample.COLOURS[YELLOW])


def test_the_handle_moves_with_the_arrow_keys(tab: Any) -> None:
    tab.open_compare()
    handle = tab.page.locator(".handle")
    handle.focus()
    handle.press("ArrowLeft")
    assert handle.get_attribute("aria-valuenow") == "48"
    handle.press("End")
    assert handle.get_attribute("aria-valuenow") == "100"


def test_side_by_side_shows_two_pictures_that_pan_together(tab: Any, sample: Any) -> None:
    tab.open_compare()
    tab.stage.press("2")
    tab.page.locator('.sitetrack-viewer[data-ready$="|side"]').wait_for()
    assert is_colour(colour_at(tab, 0.25), sample.COLOURS[RED])
    assert is_colour(colour_at(tab, 0.75), sample.COLOURS[YELLOW])
    centres = "host => host.viewer.stage.panes.map(pane => pane.map.getView().getCenter())"
    before = tab.viewer.evaluate(centres)
    box = tab.stage.bounding_box()
    drag(tab, (box["x"] + 300, box["y"] + 500), (box["x"] + 200, box["y"] + 450))
    after = tab.viewer.evaluate(centres)
    assert after[0] == after[1]
    assert after[0] != before[0]


@pytest.mark.parametrize(("key", "mode"), [("3", "blink"), ("4", "fade"), ("5", "difference")])
def test_other_modes_are_reached_by_keys_and_show_pictures(tab: Any, key: str, mode: str) -> None:
    tab.open_compare()
    tab.stage.press(key)
    tab.page.locator(f'.sitetrack-viewer[data-mode="{mode}"][data-ready$="|{mode}"]').wait_for()
    assert tab.errors == []


def test_all_that_is_drawn_on_the_pictures_shares_a_canvas(tab: Any) -> None:
    tab.open_compare()
    canvases = tab.viewer.evaluate(
        "host => [...host.querySelectorAll('.pane[data-pane=\"0\"] .ol-layers > *')].map(one => one.className)"
    )
    assert canvases == ["picture", "over", "drawn"]


@pytest.fixture
def suggested(served: Any) -> Iterator[list[str]]:
    """A change between the second and the third date, 15 m east and 20 m north of the site; the ids of all dates."""
    with Project.open(served.root) as project:
        ids = [one.id for one in project.captures() if one.is_georeferenced]
        place = ScoreEntry("harbour-bridge", ids[1], ids[2], "key", "lasting", "2", 0.875, "", 15.0, 20.0)
        project.record.save_scores([place])
        yield ids
        project.record.save_scores([replace(place, value=None, east_m=None, north_m=None)])


def test_a_ring_is_drawn_where_a_scorer_suggests_a_change_between_the_dates_shown(
    tab: Any, suggested: list[str]
) -> None:
    rings = """host => host.viewer.stage.suggested.getFeatures().map(one => {
      const [x, y] = host.viewer.data.center;
      const [east, north] = one.getGeometry().getCoordinates();
      return [one.get('label'), Math.round(east - x), Math.round(north - y)];
    })"""
    tab.open_compare()
    assert tab.viewer.evaluate(rings) == [["change? 0.88", 15, 20]]
    layer = "host => host.viewer.stage.panes.map(one => [one.rings.getVisible(), one.rings.getOpacity()])"
    assert tab.viewer.evaluate(layer)[:2] == [[True, 1], [True, 1]]
    tab.stage.press("h")
    assert tab.viewer.evaluate(layer)[0] == [True, 0]
    tab.viewer.evaluate("(host, id) => host.viewer.show(0, id)", suggested[2])
    assert tab.viewer.evaluate(rings) == []
    tab.viewer.evaluate("(host, id) => host.viewer.show(1, id)", suggested[1])
    assert tab.viewer.evaluate(rings) == [["change? 0.88", 15, 20]]
    decide = """(host, id) => {
      host.viewer.data.captures.find(one => one.id === id).state = 'present';
      host.viewer.redraw();
    }"""
    tab.viewer.evaluate(decide, suggested[1])
    assert len(tab.viewer.evaluate(rings)) == 1
    tab.viewer.evaluate(decide, suggested[2])
    assert tab.viewer.evaluate(rings) == []
    assert tab.errors == []


def test_the_queue_rings_the_place_in_its_small_pictures(tab: Any, served: Any, suggested: list[str]) -> None:
    tab.page.goto(f"{served.address}/queue")
    row = tab.page.locator(".queue tr[data-pair='harbour-bridge']", has_text="0.88")
    rings = row.locator(".chip i")
    rings.first.wait_for()
    boxes = [one.bounding_box() for one in rings.all()]
    chips = [one.bounding_box() for one in row.locator(".chip").all()]
    # 15 m right of the middle and 20 m above it, of pictures of 200 m on 86 pixels, 60 of them shown
    for axis, side, wanted in (("x", "width", 43 + 6.5), ("y", "height", 30 - 8.6)):
        middles = [box[axis] + box[side] / 2 - chip[axis] for box, chip in zip(boxes, chips, strict=True)]
        assert middles == pytest.approx([wanted] * 2, abs=1)
    assert tab.page.locator(".chip i").count() == 2


def test_dates_modes_and_zoom_do_not_reach_the_server(tab: Any, sample: Any) -> None:
    tab.open_compare()
    tab.page.wait_for_load_state("networkidle")
    tab.sent.clear()
    tab.stage.press("j")
    tab.page.locator('.frame[data-pane="1"] select:has(option:checked:has-text("8 March 2022"))').wait_for()
    tab.wait_ready()
    assert is_colour(colour_at(tab, 0.75), sample.COLOURS[BLUE])
    for key in ("2", "1", "+", "x", "s", "k"):
        tab.stage.press(key)
    tab.wait_ready()
    assert tab.sent == []


def looked_ahead(tab: Any, capture: str) -> None:
    """Wait until all tiles of a picture have come that nobody has looked at yet."""
    tab.viewer.evaluate(
        """async ({ viewer }, capture) => {
          const wanted = viewer.stage.tiles(capture).length;
          const come = () =>
            performance.getEntriesByType("resource").filter((one) => one.name.includes(`/${capture}/`)).length;
          while (come() < wanted) await new Promise((next) => requestAnimationFrame(next));
        }""",
        capture,
    )


def beside(tab: Any) -> str:
    """The capture that `j` shows next on the right."""
    found: str = tab.viewer.evaluate(
        "({ viewer }) => viewer.data.captures.map(one => one.id).at(viewer.data.captures.findIndex("
        "one => one.id === viewer.shown[1]) - 1)"
    )
    return found


def test_a_picture_that_was_looked_ahead_for_is_shown_without_asking_again(tab: Any, sample: Any) -> None:
    tab.open_compare()
    capture = beside(tab)
    looked_ahead(tab, capture)
    asked: list[str] = []
    tab.page.on("request", lambda request: asked.append(request.url))
    tab.stage.press("j")
    tab.wait_ready()
    assert is_colour(colour_at(tab, 0.75), sample.COLOURS[BLUE])
    assert [url for url in asked if f"/{capture}/" in url] == []


def test_a_picture_that_could_not_be_had_ahead_is_asked_for_when_it_is_looked_at(
    tab: Any, sample: Any
) -> None:
    def ahead_only(route: Any) -> None:
        route.abort() if route.request.resource_type == "fetch" else route.continue_()

    tab.page.route("**/api/tile/**", ahead_only)
    with tab.page.expect_event("requestfailed") as failed:
        tab.open_compare()
    with tab.page.expect_request(failed.value.url):
        tab.stage.press("j")
    tab.wait_ready()
    assert is_colour(colour_at(tab, 0.75), sample.COLOURS[BLUE])


def test_the_address_carries_both_pictures_through_a_reload(tab: Any, sample: Any) -> None:
    tab.open_compare()
    tab.stage.press("j")
    tab.wait_ready()
    link = tab.link()
    assert "left=" in link
    assert "right=" in link
    other = tab.page.context.new_page()
    other.goto(link)
    other.locator(".sitetrack-viewer[data-ready]").wait_for()
    assert other.locator('.frame[data-pane="1"] select option:checked').inner_text().endswith("8 March 2022")


def test_a_box_is_stored_where_it_was_drawn_and_comes_back_after_a_reload(tab: Any, served: Any) -> None:
    tab.open_compare()
    tab.stage.press("d")
    box = tab.stage.bounding_box()
    start, end = (900.0, 300.0), (1010.0, 390.0)
    corners = tab.viewer.evaluate(
        "(host, pixels) => pixels.map(pixel => host.viewer.stage.panes[0].map.getCoordinateFromPixel(pixel))",
        [start, end],
    )
    resolution = tab.viewer.evaluate("host => host.viewer.stage.view.getResolution()")
    drag(tab, *((box["x"] + x, box["y"] + y) for x, y in (start, end)))
    stored(tab)
    marks = "host => host.viewer.stage.panes[1].marks.getFeatures().filter(one => !one.get('pending')).length"
    with Project.open(served.root) as project:
        (mark,) = (one for one in project.annotations(site="harbour-bridge") if one.shape == "box")
        grid_crs = project.capture(mark.capture).crs
        day = project.capture(mark.capture).acquired.earliest
    assert str(day) == "2023-10-01"  # drawn right of the handle
    assert _distance(mark.geometry, corners, grid_crs) < 0.1 * resolution
    tab.page.reload()
    tab.wait_ready()
    assert tab.viewer.evaluate(marks) == 1
    # chosen by a click, deleted by a key, gone for good
    tab.page.mouse.click(box["x"] + 950, box["y"] + 340)
    tab.page.locator('button[data-tool="delete"]:enabled').wait_for()
    tab.stage.press("Delete")
    stored(tab)
    with Project.open(served.root) as project:
        assert mark.id not in {one.id for one in project.annotations()}
    assert tab.errors == []


def _distance(geometry: dict[str, Any], corners: list[list[float]], crs: str) -> float:
    """Largest distance in metres between the stored box's corners and those that were drawn."""
    from pyproj import Transformer

    transformer = Transformer.from_crs("EPSG:4326", crs, always_xy=True)
    ring = [transformer.transform(lon, lat) for lon, lat in geometry["coordinates"][0]]
    xs, ys = [corner[0] for corner in corners], [corner[1] for corner in corners]
    wanted = [(x, y) for x in (min(xs), max(xs)) for y in (min(ys), max(ys))]
    return max(min(math.dist(place, one) for one in ring) for place in wanted)


def test_states_set_by_keys_update_the_sentence_beside_the_pictures(tab: Any, served: Any) -> None:
    tab.open_compare()
    tab.stage.press("p")
    tab.page.locator("[data-finding=some]").wait_for()
    # it goes on to the first picture that nothing was said of, which lies on the left
    tab.page.locator('.frame[data-pane="0"] .label.active').wait_for()
    tab.stage.press("a")
    stored(tab)
    # absent in May 2019, present in October 2023
    tab.page.locator("[data-finding=some]", has_text="2019").wait_for()
    with Project.open(served.root) as project:
        said = {
            project.capture(one.capture).acquired.earliest.year: str(one.state)
            for one in project.observations()
        }
        authors = {one.author for one in project.observations()}
    assert said[2019] == "absent"
    assert said[2023] == "present"
    assert authors == {"ana"}
    assert tab.errors == []


def test_keys_write_no_states_while_somebody_types_a_note(tab: Any, served: Any) -> None:
    tab.open_compare()
    with Project.open(served.root) as project:
        before = project.record.revision
    tab.stage.press("w")
    tab.page.keyboard.type("paper")
    assert tab.page.locator("input.note").input_value() == "paper"
    assert tab.viewer.get_attribute("data-pending") == "0"
    with Project.open(served.root) as project:
        assert project.record.revision == before


def luminance(colour: str) -> float:
    """Relative luminance (WCAG) of a CSS colour ``rgb(r, g, b)``."""
    parts = [int(part) / 255 for part in colour[4:-1].split(",")]
    linear = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return sum(share * part for share, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_pressed_button_can_be_read_under_the_mouse(open_tab: Any, scheme: str) -> None:
    tab = open_tab(color_scheme=scheme)
    tab.open_compare()
    button = tab.page.locator('button[data-mode="swipe"][aria-pressed="true"]')
    button.hover()
    colours = button.evaluate("one => [getComputedStyle(one).color, getComputedStyle(one).backgroundColor]")
    dark, light = sorted(luminance(colour) for colour in colours)
    assert (light + 0.05) / (dark + 0.05) >= 4.5


@pytest.mark.parametrize("width", [1280, 1920])
def test_what_a_state_is_said_of_is_not_cut_off(tab: Any, width: int) -> None:
    tab.page.set_viewport_size({"width": width, "height": 1000})
    tab.open_compare()
    subject = tab.page.locator(".subject")
    assert subject.inner_text().endswith("· 1 October 2023 (right)")
    assert subject.evaluate("one => one.scrollWidth <= one.clientWidth")
    assert subject.evaluate("one => getComputedStyle(one).overflow") == "visible"


WHOLE = """host => {
  const { stage, data } = host.viewer;
  const [west, south, east, north] = data.home;
  const [w, s, e, n] = stage.view.calculateExtent(stage.panes[0].map.getSize());
  return [w <= west && s <= south && e >= east && n >= north, stage.view.getResolution()];
}"""


@pytest.mark.parametrize("key", ["1", "2", "8"])
def test_pictures_that_follow_the_page_of_all_dates_show_the_whole_site(tab: Any, key: str) -> None:
    tab.open_compare("site=harbour-bridge&mode=all")
    assert "view=" not in tab.link()
    tab.stage.press(key)
    tab.page.locator('.sitetrack-viewer:not([data-mode="all"])[data-ready$="|swipe"]').or_(
        tab.page.locator('.sitetrack-viewer[data-ready$="|side"]')
    ).wait_for()
    is_whole, resolution = tab.viewer.evaluate(WHOLE)
    assert is_whole
    assert resolution < 5
    tab.stage.press("+")
    tab.page.wait_for_url("**view=**")


@pytest.mark.parametrize("lang", ["en", "ko"])
@pytest.mark.parametrize(("width", "height"), [(1280, 1000), (1920, 1080)])
def test_tools_pictures_states_and_the_interval_fit_the_window(
    tab: Any, width: int, height: int, lang: str
) -> None:
    tab.page.set_viewport_size({"width": width, "height": height})
    tab.open_compare(f"site=harbour-bridge&lang={lang}")
    box = {
        part: tab.page.locator(f".sitetrack-viewer {part}").bounding_box() for part in (".tools", ".findings")
    }
    assert box[".tools"]["height"] < 40
    assert box[".findings"]["y"] + box[".findings"]["height"] <= height
    small = tab.page.locator(".sitetrack-viewer button:visible").evaluate_all(
        "all => all.map(one => one.getBoundingClientRect()).filter(b => b.width < 24 || b.height < 24).length"
    )
    assert small == 0
