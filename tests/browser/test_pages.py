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
    assert "site=north-junction" in tab.page.url


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
    inner.wait_for_function("() => document.querySelector('.site-name.crowded')")
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
    frame = open_overview(tab)
    inner = tab.page.frames[-1]
    # as wide as some and a half pixels: the browser tells whole ones
    name = "document.querySelector('.site-name')"
    inner.evaluate(
        f"() => {{ {name}.textContent = 'Pyongyang Indoor Stadium'; {name}.style.width = '1px'; }}"
    )
    frame.locator(".leaflet-control-zoom-out").click()
    inner.wait_for_function(f"() => parseFloat({name}.style.width) > 100")
    widths = inner.evaluate(
        """() => [...document.querySelectorAll('.site-name')].map(one => {
            const text = document.createRange();
            text.selectNodeContents(one);
            return [text.getBoundingClientRect().width, one.getBoundingClientRect().width];
        })"""
    )
    assert widths
    assert all(text <= room for text, room in widths)
