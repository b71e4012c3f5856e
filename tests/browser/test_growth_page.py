"""The growth page in a real browser: a click on the chart chooses the day, and the chart can be taken away."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from workflow import actions
from workflow.model import State
from workflow.project import Project

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def grown(tmp_path_factory: pytest.TempPathFactory, served_at: Any, sample: Any) -> Iterator[str]:
    """The sample with a target that is absent in 2019 and 2021 and present in 2022 and 2023."""
    root = sample.make_project(tmp_path_factory.mktemp("grown") / "project")
    states = (State.ABSENT, State.ABSENT, State.PRESENT, State.PRESENT)
    with Project.open(root) as project:
        pictures = [one for one in project.captures() if one.footprint]
        for capture, state in zip(pictures, states, strict=True):
            actions.observe(
                project,
                sample.AUTHOR,
                site=sample.SITE,
                capture=capture.id,
                state=state,
                target=sample.TARGET,
            )
    with served_at(root, tmp_path_factory.mktemp("elsewhere")) as address:
        yield address


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_click_on_the_chart_chooses_the_day(open_tab: Any, grown: str, scheme: str, tmp_path: Path) -> None:
    tab = open_tab(color_scheme=scheme)
    page, tab.address = tab.page, grown
    page.goto(f"{grown}/growth")
    page.locator(
        "[data-sentence]", has_text="At least 1 target had appeared by 8 March 2022, at most 1."
    ).wait_for()
    chart = page.locator(".vega-embed canvas, .vega-embed svg").first
    chart.wait_for()
    page.wait_for_load_state("networkidle")
    box = chart.bounding_box()
    page.mouse.click(box["x"] + 80, box["y"] + box["height"] * 0.4)  # the first days of the axis
    page.locator("[data-sentence]", has_text="At least 0 targets had appeared by 13 November 2021").wait_for()
    page.wait_for_url("**day=2021-11-13*")
    page.locator("[data-target]", has_text="possibly").wait_for()
    page.wait_for_load_state("networkidle")
    with page.expect_download() as download:
        page.get_by_role("button", name="Chart as PNG").click()
    download.value.save_as(tmp_path / "growth.png")
    assert (tmp_path / "growth.png").read_bytes().startswith(b"\x89PNG")
    page.get_by_role("link", name="Compare", exact=True).last.click()
    page.wait_for_url("**/compare?site=harbour-bridge*")
    assert tab.foreign == []
    assert tab.errors == []
