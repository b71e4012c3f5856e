"""Queue and Timeline in a real browser: take a site, open its pair, come back; signs open their picture."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from workflow import actions
from workflow.model import State
from workflow.project import Project

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def read(tmp_path_factory: pytest.TempPathFactory, served_at: Any, sample: Any) -> Iterator[str]:
    """The sample with a target that is absent in 2019 and 2021 and present in 2022."""
    root = sample.make_project(tmp_path_factory.mktemp("read") / "project")
    with Project.open(root) as project:
        pictures = [one for one in project.captures() if one.footprint]
        for capture, state in zip(pictures, (State.ABSENT, State.ABSENT, State.PRESENT), strict=False):
            actions.observe(project, sample.AUTHOR, site=sample.SITE, capture=capture.id, state=state)
    with served_at(root, tmp_path_factory.mktemp("elsewhere")) as address:
        yield address


def test_a_site_is_taken_and_its_pair_opened_in_the_same_session(open_tab: Any, read: str) -> None:
    tab = open_tab()
    page, tab.address = tab.page, read
    page.goto(f"{read}/queue?queue=unassigned")
    page.get_by_role("button", name="Take: Harbour bridge").first.click()
    page.locator("[data-said=done]", has_text="is yours now").wait_for()
    page.get_by_text("Mine (1)").click()
    page.get_by_role("button", name="Drop: Harbour bridge").first.wait_for()
    page.wait_for_url("**queue=mine*")
    page.get_by_text("2 of 5 pairs decided").wait_for()
    picture = page.locator("[data-pair] img").first
    picture.wait_for()
    page.wait_for_function("one => one.complete && one.naturalWidth > 0", arg=picture.element_handle())
    page.get_by_role("link", name="Harbour bridge").first.press("Enter")
    page.wait_for_url(re.compile(r"/compare\?(?=.*site=harbour-bridge).*queue=mine"))
    page.go_back()
    page.get_by_role("button", name="Drop: Harbour bridge").first.click()
    page.locator("[data-said=done]", has_text="no longer yours").wait_for()
    assert tab.foreign == []
    assert tab.errors == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_sign_opens_its_picture(open_tab: Any, read: str, scheme: str) -> None:
    tab = open_tab(color_scheme=scheme)
    page, tab.address = tab.page, read
    page.goto(f"{read}/timeline?scale=year")
    page.locator("[data-line=harbour-bridge]").wait_for()
    sign = page.locator("[data-line=harbour-bridge] .g", has_text="●")
    assert sign.get_attribute("title") == "8 March 2022: present; by 1 June 2022: not examined"
    page.get_by_text("Quarters").click()
    page.wait_for_url("**scale=quarter*")
    page.locator(".heads.two").wait_for()
    page.locator("[data-line=harbour-bridge] .g", has_text="●").click()
    page.wait_for_url(re.compile(r"/compare\?(?=.*site=harbour-bridge).*right="))
    assert tab.foreign == []
    assert tab.errors == []
