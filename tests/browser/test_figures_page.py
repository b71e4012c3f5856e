"""The page Figures in a real browser: a figure is made, worded, let pass, saved and taken away."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from pypdf import PdfReader

from workflow import actions
from workflow.fonts import load_fonts
from workflow.model import Export, State
from workflow.project import Project
from workflow.publish import compose, described
from workflow.readmodels.figures import recipe

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def dated(
    tmp_path_factory: pytest.TempPathFactory, served_at: Any, sample: Any
) -> Iterator[tuple[str, Path]]:
    """The sample with a target that is absent in 2021 and present in 2022."""
    root = sample.make_project(tmp_path_factory.mktemp("figures") / "project")
    with Project.open(root) as project:
        pictures = [one for one in project.captures() if one.footprint]
        for capture, state in zip(pictures[1:3], (State.ABSENT, State.PRESENT), strict=True):
            actions.observe(
                project,
                sample.AUTHOR,
                site=sample.SITE,
                capture=capture.id,
                state=state,
                target=sample.TARGET,
            )
    with served_at(root, tmp_path_factory.mktemp("elsewhere")) as address:
        yield address, root


def write(page: Any, label: str, text: str) -> None:
    field = page.get_by_label(label, exact=True)
    field.fill(text)
    field.press("Control+Enter")


def saved(page: Any, button: str, to: Path) -> bytes:
    with page.expect_download() as download:
        page.get_by_role("button", name=re.compile(f"{re.escape(button)}$")).click()
    download.value.save_as(to)
    return to.read_bytes()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_figure_is_made_worded_let_pass_saved_and_taken_away(
    open_tab: Any, dated: tuple[str, Path], sample: Any, scheme: str, tmp_path: Path
) -> None:
    address, root = dated
    tab = open_tab(color_scheme=scheme)
    page, tab.address = tab.page, address
    page.goto(f"{address}/figures?site={sample.SITE}&dpi=100")
    first = page.locator("[data-figure]").get_attribute("data-figure")
    picture = page.locator("[data-testid=stImage] img")
    picture.wait_for()
    assert "Two pictures side by side" in picture.get_attribute("alt")

    page.get_by_role("textbox", name="Number of the figure").fill("29")
    page.get_by_role("textbox", name="Number of the figure").press("Enter")
    page.locator(f"[data-figure]:not([data-figure='{first}'])").wait_for()
    page.wait_for_url("**number=29*")

    write(page, "Caption", "A gantry, confirmed. (Source: Example Imaging)")
    page.locator("[data-finding=confirmed]").wait_for()
    page.get_by_text("1 finding blocks this figure").wait_for()
    page.get_by_role("button", name=re.compile("Download$")).and_(page.locator(":disabled")).wait_for()
    tab.settle()
    page.get_by_test_id("stPopoverButton").filter(has_text="Let it pass").first.click()
    page.get_by_role("textbox", name="Reason").first.fill("two teams saw it on the ground")
    page.get_by_test_id("stPopoverBody").get_by_role("button", name="Let it pass").click()
    page.locator("[data-allowed=confirmed]").wait_for()
    page.get_by_text("Nothing blocks this figure").wait_for()
    page.wait_for_url(re.compile("allow=confirmed"))
    tab.settle()

    page.get_by_role("button", name="Save the recipe").click()
    page.get_by_role("textbox", name="Name", exact=True).fill(f"bridge-{scheme}")
    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_text(f"Saved as bridge-{scheme}, version 1.").wait_for()
    page.locator(f"[data-recipe='bridge-{scheme}']").wait_for()
    tab.settle()

    png = saved(page, "Download", tmp_path / "figure.png")
    sidecar = json.loads(saved(page, "What it rests on (JSON)", tmp_path / "figure.json"))
    with Project.open(root) as project:
        kept, version = recipe(project, f"bridge-{scheme}")
        again = compose(project, sample.SITE, kept.options, load_fonts(), (kept.id, version))
        told, _ = described(project, again, f"bridge-{scheme}.png", png)
    assert (kept.options.number, kept.options.dpi) == ("29", 100)
    assert png == again.content(".png")
    assert sidecar == json.loads(json.dumps(told))
    assert sidecar["allowed"] == [{"code": "confirmed", "reason": "two teams saw it on the ground"}]
    assert Image.open(io.BytesIO(png)).width == round(170 / 25.4 * 100)
    assert tab.foreign == []
    assert tab.errors == []


def test_the_address_opens_the_same_figure(open_tab: Any, dated: tuple[str, Path], sample: Any) -> None:
    address, _ = dated
    tab = open_tab()
    page = tab.page
    page.goto(f"{address}/figures?site={sample.SITE}")
    page.locator("[data-figure]").wait_for()
    page.get_by_role("combobox", name="House style").click()
    page.get_by_role("option", name="plain").click()
    page.wait_for_url("**style=plain*")
    tab.settle()
    shown = page.locator("[data-figure]").get_attribute("data-figure")
    other = open_tab().page
    other.goto(page.url)
    other.locator(f"[data-figure='{shown}']").wait_for()
    assert tab.errors == []


def test_a_report_of_all_sites_is_made_and_taken_away(
    open_tab: Any, dated: tuple[str, Path], sample: Any, tmp_path: Path
) -> None:
    address, root = dated
    tab = open_tab()
    page, tab.address = tab.page, address
    page.goto(f"{address}/figures?site={sample.SITE}")
    page.locator("[data-figure]").wait_for()
    tab.settle()
    page.get_by_text("Report of all approved sites").click()
    page.get_by_role("button", name="Make the report").click()
    page.get_by_text("no site has an approved date yet").wait_for()
    tab.settle()
    page.get_by_text("Also what nobody has approved").click()
    page.get_by_role("textbox", name="Title").fill("Bridges")
    page.get_by_role("button", name="Make the report").click()
    page.locator("[data-report='1']").wait_for(timeout=120_000)
    page.get_by_text("2 sites have no figure:").wait_for()
    tab.settle()
    with page.expect_download() as download:
        page.get_by_role("button", name="Download the report").click()
    download.value.save_as(tmp_path / "report.pdf")
    pages = [one.extract_text() for one in PdfReader(tmp_path / "report.pdf").pages]
    assert pages[0].startswith("Bridges")
    with Project.open(root) as project:
        assert [row.value.kind for row in project.record.rows(Export)] == ["report pdf"]
    assert tab.errors == []
