"""Pages in a real browser: nothing leaves the machine, nothing that people wrote runs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from workflow.project import init_project

pytestmark = pytest.mark.browser


def open_overview(tab: Any) -> Any:
    tab.page.goto(f"{tab.address}/")
    frame = tab.page.frame_locator("iframe")
    frame.locator(".site").first.wait_for()
    return frame


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_page_asks_another_host_for_anything(open_tab: Any, scheme: str) -> None:
    tab = open_tab(color_scheme=scheme)
    open_overview(tab)
    tab.page.get_by_text("Compare", exact=True).first.click()
    tab.wait_ready()
    tab.page.wait_for_load_state("networkidle")
    assert tab.foreign == []
    assert tab.errors == []


def test_names_of_sites_are_text_and_nothing_else(tab: Any, sample: Any) -> None:
    open_overview(tab)
    tab.page.get_by_text(sample.HOSTILE).locator("visible=true").first.wait_for()
    tab.page.goto(f"{tab.address}/compare?site=lost")
    tab.page.get_by_text("This site is not located").wait_for()
    assert tab.foreign == []
    assert tab.errors == []


def test_a_click_on_the_map_chooses_the_site(tab: Any) -> None:
    frame = open_overview(tab)
    frame.locator('.site[title^="North junction"]').click()
    tab.page.wait_for_url("**/*site=north-junction*")
    tab.page.get_by_text("Compare pictures of this site").click()
    tab.page.get_by_text("No picture covers this site yet").wait_for()
    tab.page.wait_for_url("**/compare?*site=north-junction*")


def test_the_buttons_of_the_maps_are_named_in_korean(tab: Any, sample: Any) -> None:
    for page, sign in (("overview", "[data-shown]"), (f"site?site={sample.SITE}", "[data-site-map=ready]")):
        tab.page.goto(f"{tab.address}/{page}{'&' if '?' in page else '?'}lang=ko")
        frame = tab.page.frame_locator("iframe")
        frame.locator(sign).first.wait_for()
        for name in ("확대", "축소"):
            button = frame.get_by_role("button", name=name, exact=True)
            assert button.get_attribute("title") == name


def shown_on(frame: Any, count: int, **more: str) -> None:
    """Wait until the map shows so many sites, and says the rest of itself too."""
    said = "".join(f"[data-{name}='{value}']" for name, value in more.items())
    frame.locator(f".leaflet-container[data-shown='{count}']{said}").wait_for()


def test_neither_a_filter_nor_another_day_draws_the_map_anew(tab: Any, sample: Any) -> None:
    page = tab.page
    page.goto(f"{tab.address}/overview?day=2022-12-31")
    frame = page.frame_locator("iframe")
    shown_on(frame, 2, day="2022-12-31")
    page.evaluate("() => { document.querySelector('iframe').ours = 1; }")
    page.frames[-1].evaluate("() => { document.querySelector('.leaflet-container').ours = 1; }")
    page.get_by_role("textbox", name="Find a site").fill("junction")
    page.keyboard.press("Enter")
    shown_on(frame, 1)
    page.wait_for_url("**q=junction*")
    page.get_by_role("switch", name="Coverage").or_(page.get_by_role("checkbox", name="Coverage")).press(
        "Space"
    )
    frame.locator(".leaflet-container:not([data-outlines='0'])").wait_for()
    page.wait_for_url("**coverage=1*")
    slider = page.get_by_role("slider", name="Day")
    slider.focus()
    slider.press("ArrowLeft")
    frame.locator(".leaflet-container:not([data-day='2022-12-31'])").wait_for()
    assert page.evaluate("() => document.querySelector('iframe').ours") == 1
    assert page.frames[-1].evaluate("() => document.querySelector('.leaflet-container').ours") == 1
    assert tab.errors == []


def test_the_map_is_saved_as_a_file_of_the_day(tab: Any, tmp_path: Any) -> None:
    page = tab.page
    page.goto(f"{tab.address}/?day=2022-12-31")
    shown_on(page.frame_locator("iframe"), 2, day="2022-12-31")
    with page.expect_download() as download:
        page.get_by_role("button", name="Save map").click()
    assert download.value.suggested_filename == "sites-2022-12-31.html"
    download.value.save_as(tmp_path / "map.html")
    page.goto((tmp_path / "map.html").as_uri())
    page.locator(".leaflet-container[data-day='2022-12-31']").wait_for()
    assert tab.foreign == [(tmp_path / "map.html").as_uri()]


def test_a_picture_without_coordinates_is_shown_beside(tab: Any) -> None:
    tab.open_compare()
    still = tab.page.locator("figure img[alt='still.png']")
    still.scroll_into_view_if_needed()
    tab.page.wait_for_function(
        "() => [...document.images].some(one => one.alt === 'still.png' && one.naturalWidth > 0)"
    )


HOSTILE = (
    "<img src=x onerror=alert(1)>",
    "${alert(1)}",
    "`back` ${`ticks`}",
    "turned \u202egnp.evil",
    "![x](http://127.0.0.1:9/x)",
    "</script><script>alert(2)</script>",
    "[a](javascript:alert(3)) **bold** $x^2$ :red[x]",
)
KOREAN = "고속도로 다리 북쪽 도로 위에 설치된 감시 카메라 구조물 및 그 주변의 가로등과 교차로 신호등 일대"
ENGLISH = "Structure with overhead cameras above the northbound carriageway of the motorway, number"


@pytest.fixture(scope="module")
def crowded(tmp_path_factory: pytest.TempPathFactory, served_at: Any) -> Iterator[str]:
    """A project of 200 sites close together, with long names and with names that would like to run."""
    root = init_project(tmp_path_factory.mktemp("crowded") / "project")
    names = [*HOSTILE, *(f"{KOREAN if i % 2 else ENGLISH} {i}" for i in range(200 - len(HOSTILE)))]
    features = [
        {
            "type": "Feature",
            "properties": {"id": f"s{i}", "name": name, "category": "mast"},
            "geometry": {"type": "Point", "coordinates": [125.5 + i % 20 * 0.04, 38.7 + i // 20 * 0.06]},
        }
        for i, name in enumerate(names)
    ]
    register = {"type": "FeatureCollection", "features": features}
    (root / "sites.geojson").write_text(json.dumps(register), encoding="utf-8")
    with served_at(root, tmp_path_factory.mktemp("elsewhere")) as address:
        yield address


_SHOWN = """() => [...document.querySelectorAll('.site-name')]
    .filter(one => getComputedStyle(one).visibility === 'visible')
    .map(one => one.getBoundingClientRect()).map(box => [box.left, box.top, box.right, box.bottom])"""


def test_names_of_many_sites_never_lie_on_each_other(tab: Any, crowded: str) -> None:
    tab.address = crowded
    frame = open_overview(tab)
    inner = tab.page.frames[-1]
    inner.wait_for_function("() => document.querySelector('[data-named]')")
    for _ in range(4):
        frame.locator(".leaflet-control-zoom-in").click()
        tab.page.wait_for_timeout(600)
    shown = inner.evaluate(_SHOWN)
    assert shown
    for i, (west, north, east, south) in enumerate(shown):
        for other in shown[:i]:
            assert west >= other[2] or other[0] >= east or north >= other[3] or other[1] >= south
    assert tab.foreign == []
    assert tab.errors == []


@pytest.mark.parametrize("number", range(len(HOSTILE)))
def test_a_hostile_name_is_text_on_both_pages(tab: Any, crowded: str, number: int) -> None:
    tab.address = crowded
    tab.page.goto(f"{crowded}/?site=s{number}")
    tab.page.get_by_text("Compare pictures of this site").click()
    tab.page.get_by_text("No picture covers this site yet").wait_for()
    assert tab.foreign == []
    assert tab.errors == []


def test_a_name_with_room_around_it_is_shown_whole(tab: Any) -> None:
    open_overview(tab)
    inner = tab.page.frames[-1]
    inner.wait_for_function("() => document.querySelector('[data-named]')")
    widths = inner.evaluate(
        """() => [...document.querySelectorAll('.site-name:not(.crowded)')].map(one => {
            const text = document.createRange();
            text.selectNodeContents(one);
            return [text.getBoundingClientRect().width, one.getBoundingClientRect().width];
        })"""
    )
    assert widths
    assert all(text <= room for text, room in widths)


def test_a_name_without_room_is_shown_while_its_site_is_pointed_at(tab: Any, crowded: str) -> None:
    tab.address = crowded
    frame = open_overview(tab)
    inner = tab.page.frames[-1]
    inner.wait_for_function("() => document.querySelector('[data-named]')")
    hidden = inner.evaluate(
        "() => [...document.querySelectorAll('.site')].findIndex(one => !one.querySelector('.site-name'))"
    )
    assert hidden >= 0
    site = frame.locator(".site").nth(hidden)
    assert site.locator(".site-name").count() == 0
    site.focus()
    name = site.locator(".site-name")
    name.wait_for()
    assert name.inner_text() == site.get_attribute("title").splitlines()[0]
    assert tab.errors == []


def test_the_document_states_the_language_it_speaks(tab: Any) -> None:
    page = tab.page
    page.goto(f"{tab.address}/settings?lang=ko")
    page.locator("html[lang=ko]").wait_for(state="attached")
    page.goto(f"{tab.address}/settings?lang=en")
    page.get_by_role("heading", name="Settings").wait_for()
    page.locator("html[lang=en]").wait_for(state="attached")
    assert tab.errors == []


def test_the_comparison_looks_for_the_server_at_one_place(tab: Any) -> None:
    asked: list[str] = []
    tab.page.on("request", lambda request: asked.append(request.url.removeprefix(tab.address)))
    tab.open_compare()
    assert [one for one in asked if "/_stcore/health" in one] == ["/_stcore/health"]
