"""Every page against WCAG 2.2 AA, with axe-core, in light and dark."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from every_page import PAGES, visit

pytestmark = pytest.mark.browser

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


# what is excused: rule, part of the element's selector, and why
EXCUSED: tuple[tuple[str, str, str], ...] = ()


@pytest.fixture(scope="session")
def axe() -> str:
    package = pytest.importorskip("axe_playwright_python", reason="axe-playwright-python is not installed")
    return (Path(package.__file__).parent / "axe.min.js").read_text("utf-8")


def found(tab: Any, axe: str) -> Iterator[str]:
    """What axe finds, one line for each rule and element."""
    tab.page.evaluate(axe)
    for frame in tab.page.frames[1:]:
        frame.evaluate(axe)
    result = tab.page.evaluate(
        "rules => axe.run(document, {runOnly: rules, resultTypes: ['violations']})", RULES
    )
    for rule in result["violations"]:
        for node in rule["nodes"]:
            if any(rule["id"] == name and part in str(node["target"]) for name, part, _ in EXCUSED):
                continue
            yield f"{rule['id']}: {node['target']} {node['html'][:200]} {node['failureSummary'][:300]}"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("page", PAGES)
def test_a_page_is_accessible(open_tab: Any, axe: str, page: str, scheme: str) -> None:
    tab = open_tab(color_scheme=scheme)
    visit(tab, page)
    assert list(found(tab, axe)) == []


# what opens a panel of the viewer, and what tells that it is open
PANELS = {
    "keys": ("?", ".help:not([hidden])"),
    "measure": ("v", ".panel.measure:not([hidden])"),
    "display": ("q", ".panel.display:not([hidden]) .bars polyline"),
    "all dates": ("6", ".all-dates:not([hidden])"),
    "eight pictures": ("8", 'button[data-mode="eight"][aria-pressed="true"]'),
    "mark": ("m", ".markpanel:not([hidden])"),
}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("panel", PANELS)
def test_a_panel_of_the_viewer_is_accessible(open_tab: Any, axe: str, panel: str, scheme: str) -> None:
    tab = open_tab(color_scheme=scheme)
    tab.open_compare()
    key, there = PANELS[panel]
    tab.stage.press(key)
    if panel == "mark":
        box = tab.stage.bounding_box()
        tab.page.mouse.click(box["x"] + 0.7 * box["width"], box["y"] + 0.4 * box["height"])
    tab.viewer.locator(there).first.wait_for()
    assert list(found(tab, axe)) == []
    if panel == "mark":  # others count marks
        tab.stage.press("Delete")
        tab.page.locator('.sitetrack-viewer[data-pending="0"]').wait_for()
