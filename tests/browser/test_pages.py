"""Pages in a real browser: nothing leaves the machine, nothing that people wrote runs."""

from __future__ import annotations

from typing import Any

import pytest

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
    tab.page.get_by_text(sample.HOSTILE).first.wait_for()
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
