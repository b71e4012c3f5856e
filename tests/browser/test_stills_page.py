"""Stills of one view: clicked onto each other, swiped, drawn on; a frame of a clip; the camera on the map."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from still_sample import CORNERS, SHIFT, SIZE, pair_of_stills, scenery, take_clip

from workflow import actions
from workflow.model import Author, Capture
from workflow.project import Project

pytestmark = pytest.mark.browser

SITE = "harbour-bridge"


@pytest.fixture
def stills(
    tmp_path: Path, sample: Any, open_tab: Callable[..., Any], served_at: Any
) -> Iterator[tuple[Any, Path, Capture, Capture]]:
    """The sample project with two stills of one view, served to a tab."""
    root = sample.make_project(tmp_path / "project")
    with Project.open(root) as project:
        before, after = pair_of_stills(project, tmp_path, SITE)
        actions.set_standpoint(
            project, Author("test"), before.id, actions.standpoint("39.0203, 125.7405", 90, 58)
        )
    (tmp_path / "log").mkdir()
    with served_at(root, tmp_path / "log") as address:
        tab = open_tab()
        tab.address = address
        yield tab, root, before, after


def click(tab: Any, side: str, column: float, row: float) -> None:
    """On a place of one of the two panes."""
    x, y = tab.page.locator(".sitetrack-georef").evaluate(
        """(host, [side, place]) => {
            const pane = host.georef[side];
            const box = pane.element.getBoundingClientRect();
            const [x, y] = pane.map.getPixelFromCoordinate(place);
            return [box.left + x, box.top + y];
        }""",
        [side, [column, -row]],
    )
    tab.page.mouse.click(x, y)


def stored(root: Path, key: str) -> Capture:
    with Project.open(root) as project:
        return project.capture(key)


def draw_box(tab: Any, corners: list[list[float]]) -> None:
    """Drag from the first to the second corner, in the stills' space, over the right picture."""
    for at, place in enumerate(corners):
        x, y = tab.viewer.evaluate(
            """(host, place) => {
                const { map, element } = host.viewer.stage.panes[1];
                const box = element.getBoundingClientRect();
                const [x, y] = map.getPixelFromCoordinate(place);
                return [box.left + x, box.top + y];
            }""",
            place,
        )
        tab.page.mouse.move(x, y)
        tab.page.mouse.down() if at == 0 else tab.page.mouse.up()


def test_two_stills_are_clicked_onto_each_other_swiped_and_drawn_on(stills: Any) -> None:
    tab, root, before, after = stills
    page = tab.page
    tab.open_compare(f"site={SITE}&pictures=stills")
    assert page.locator(".frame .aligned.not").count() == 2
    page.get_by_role("link", name="Align with another still").last.click()
    host = page.locator(".sitetrack-georef[data-ready]")
    host.wait_for()
    # of the sample's three stills, the one that it is laid on is chosen
    page.get_by_role("combobox", name="Laid on").click()
    page.get_by_role("option", name="before.png").click()
    page.locator(".sitetrack-georef .pane .detail", has_text="before.png").wait_for()
    for number, (column, row) in enumerate(CORNERS, 1):
        click(tab, "picture", column, row)
        page.locator(
            f".sitetrack-georef .how:has-text('in the other still'), .sitetrack-georef[data-pairs='{number}']"
        ).first.wait_for()
        click(tab, "ground", column + SHIFT[0], row + SHIFT[1])
        page.locator(f".sitetrack-georef[data-pairs='{number}']").wait_for()
    page.locator(".sitetrack-georef:not([data-loo=''])").wait_for()
    page.locator(".sitetrack-georef [data-reason]").fill("kerbs and lamps")
    page.locator(".sitetrack-georef [data-save]").click()
    page.locator(".sitetrack-georef[data-dirty=no][data-answered]").wait_for()
    laid = stored(root, after.id)
    assert laid.view is not None
    assert laid.view.to == before.id
    assert laid.view.error_px is not None
    assert laid.view.error_px < 4
    # swiped in Compare, with the error on the picture
    tab.open_compare(f"site={SITE}&pictures=stills&left={before.id}&right={after.id}&mode=swipe")
    assert page.locator(".frame .aligned").all_inner_texts()[0] == "alignment reference"
    assert page.locator(".frame .aligned").all_inner_texts()[1].startswith("aligned ±")
    assert page.locator(".ol-scale-line, .north").count() == 0
    # a box drawn on the laid still is kept in its own pixels
    tab.stage.press("2")
    tab.wait_ready()
    tab.stage.press("d")
    corners = [(200.0, 100.0), (300.0, 180.0)]
    matrix = np.array([[1, 0, SHIFT[0]], [0, 1, SHIFT[1]]])
    draw_box(tab, [(matrix @ (*corner, 1) * (1, -1)).tolist() for corner in corners])
    page.locator(".sitetrack-viewer[data-pending='0'][data-saving=saved]").wait_for()
    page.get_by_text("Marks of this site (1)").wait_for()
    with Project.open(root) as project:
        [mark] = project.annotations()
    assert (mark.capture, mark.in_pixels) == (after.id, True)
    places = np.array(mark.geometry["coordinates"][0])
    assert places.min(axis=0) == pytest.approx(corners[0], abs=4)
    assert places.max(axis=0) == pytest.approx(corners[1], abs=4)
    assert tab.errors == []
    assert tab.foreign == []


def test_the_address_opens_the_stills_again_and_the_map_shows_the_camera(stills: Any) -> None:
    tab, _, before, after = stills
    tab.open_compare(f"site={SITE}")
    tab.page.get_by_role("radio", name="stills (3)").click()
    tab.page.locator(f".sitetrack-viewer .cell[data-capture='{before.id}']").first.wait_for()
    tab.wait_ready()
    tab.page.wait_for_url("**pictures=stills**")
    address = tab.link()
    tab.page.goto(address)
    tab.wait_ready()
    assert tab.page.locator(f".sitetrack-viewer .cell[data-capture='{after.id}']").count() >= 1
    tab.page.goto(f"{tab.address}/site?site={SITE}")
    cone = tab.page.frame_locator("iframe").locator("[data-cone='1']")
    cone.wait_for()
    assert cone.get_attribute("aria-label") == (
        "camera of before.png, by 16 February 2021: looks E (90°), 58° wide"
    )
    assert tab.page.locator("[data-cone-line]").count() == 1
    assert SIZE == (640, 400)


def test_a_frame_of_a_clip_is_chosen_drawn_on_and_opened_again_by_the_address(
    stills: Any, tmp_path: Path
) -> None:
    tab, root, before, _ = stills
    whole = scenery()
    frames = [(72.0, whole[:, :120, :160]), (160.5, whole[:, : SIZE[1], : SIZE[0]])]
    with Project.open(root) as project:
        clip = take_clip(project, tmp_path, "news", frames, "5 January 2024", SITE)
    tab.open_compare(
        f"site={SITE}&pictures=stills&left={before.id}&right={clip.id}&mode=side&frames={clip.id}:1"
    )
    chooser = tab.page.locator("select.frame-of")
    assert chooser.input_value() == "1"
    tab.stage.press("d")
    draw_box(tab, [[200.0, -100.0], [300.0, -180.0]])
    tab.page.locator(".sitetrack-viewer[data-pending='0'][data-saving=saved]").wait_for()
    tab.page.get_by_text("Marks of this site (1)").wait_for()
    with Project.open(root) as project:
        [mark] = project.annotations()
    assert (mark.capture, mark.at_s) == (clip.id, 160.5)
    shown = "host => host.viewer.stage.panes[1].marks.getFeatures().length"
    assert tab.viewer.evaluate(shown) == 1
    chooser.select_option("0")
    tab.wait_ready()
    assert tab.viewer.evaluate(shown) == 0
    assert f"frames={clip.id}" not in tab.link()
    assert tab.errors == []


def test_a_clip_is_taken_in_on_the_page_and_what_is_missing_is_said(stills: Any, tmp_path: Path) -> None:
    tab, root, _, _ = stills
    page = tab.page
    for number in (1, 2):
        pixels = np.moveaxis(scenery()[:, :90, : 120 + number], 0, -1)
        Image.fromarray(pixels).save(tmp_path / f"still {number}.png")
    page.goto(f"{tab.address}/imagery")
    page.get_by_text("Take pictures in").first.click()
    page.locator("input[type=file]").set_input_files([tmp_path / "still 1.png", tmp_path / "still 2.png"])
    page.get_by_role("button", name="Take in 2 files").wait_for()
    page.get_by_text("They are stills of one clip").click()
    page.get_by_text("Give the clip a name.").wait_for()

    def fill(label: str, text: str) -> None:
        page.get_by_role("textbox", name=label).fill(text)
        page.get_by_role("textbox", name=label).press("Tab")

    fill("Name of the clip", "evening news")
    page.get_by_text("Give each still its time in the clip").wait_for()
    fill("still 1.png: time in the clip", "1:12")
    fill("still 2.png: time in the clip", "72")
    page.get_by_text("Choose the kind and the site").wait_for()
    for label, option in (
        ("Kind", "broadcast"),
        ("Site, for pictures without coordinates", "Harbour bridge"),
    ):
        page.get_by_role("combobox", name=label).first.click()
        page.get_by_role("option", name=option).first.click()
    page.get_by_text("are both at 00:01:12").wait_for()
    fill("still 2.png: time in the clip", "80")
    fill("Date taken", "5 January 2024")
    page.get_by_role("button", name="Take in 2 files").click()
    page.get_by_text("1 picture taken in").wait_for(timeout=60_000)
    with Project.open(root) as project:
        clip = project.capture("evening news")
    assert [one.at_s for one in clip.frames] == [72, 80]
    assert tab.errors == []
