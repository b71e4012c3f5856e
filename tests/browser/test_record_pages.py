"""Two people at one record, each in a browser: what one does, the other sees; history and review pages."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from workflow import actions
from workflow.model import Annotation, Author
from workflow.project import Project

pytestmark = pytest.mark.browser

SITE = "harbour-bridge"
HOSTILE = "<img src=x onerror=alert(1)> ${alert(2)} ![x](http://198.51.100.7/a.png)"
CARLA = Author("Carla")


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory, sample: Any, served_at: Any) -> Iterator[Any]:
    """A server that knows nobody, and its project."""
    root = sample.make_project(tmp_path_factory.mktemp("desk") / "project")
    with (
        served_at(root, tmp_path_factory.mktemp("elsewhere"), author="") as address,
        Project.open(root) as project,
    ):
        yield Desk(address, project)


class Desk:
    """A served project that tests write to as somebody else."""

    def __init__(self, address: str, project: Project) -> None:
        self.address, self.project, self._drawn = address, project, 0

    def draw(self, label: str, **fields: Any) -> str:
        """A new mark by Carla on the newest picture; its id."""
        self._drawn += 1
        key = f"mark-{self._drawn}"
        stated = {
            "id": key,
            "site": SITE,
            "capture": self.project.captures()[-1].id,
            "shape": "point",
            "target": "gantry",
            "geometry": {"type": "Point", "coordinates": [125.7412 + self._drawn * 1e-5, 39.0204]},
            "label": label,
        }
        operation = {"op": key, "seq": 1, "type": "add", "annotation": stated | fields}
        assert actions.annotate(self.project, CARLA, [operation]).refused == ()
        return key

    def mark(self, key: str) -> Annotation:
        """The mark as it is now."""
        known = self.project.record.get(Annotation, key)
        assert known is not None
        return known.value


@pytest.fixture
def expect() -> Any:
    api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    api.expect.set_options(timeout=30_000)
    return api.expect


@pytest.fixture
def person(open_tab: Callable[..., Any], desk: Desk) -> Callable[..., Any]:
    """A browser of its own in which somebody has said who they are."""

    def opened(name: str, page: str = f"compare?site={SITE}", role: str = "analyst") -> Any:
        tab = open_tab()
        tab.address = desk.address
        tab.page.goto(f"{desk.address}/{page}")
        tab.page.get_by_label("Your name").fill(name)
        if role != "analyst":
            tab.page.get_by_role("combobox", name="Role").click()
            tab.page.get_by_role("option", name=role).click()
        tab.page.get_by_role("button", name="Continue").click()
        tab.page.get_by_text(f"{name} · {role} (declared)").first.wait_for()
        return tab

    return opened


def open_form(tab: Any, label: str) -> None:
    """Choose the mark in the list and wait for its form."""
    tab.wait_ready()
    box = tab.page.get_by_role("combobox", name="Mark", exact=False).first
    box.click()
    tab.page.get_by_role("option", name=label).click()
    tab.page.get_by_label("Label", exact=True).wait_for()


def save(tab: Any, **fields: str) -> None:
    for name, value in fields.items():
        tab.page.get_by_label(name.capitalize(), exact=True).fill(value)
    tab.page.locator(".st-key-marks-panel").get_by_role("button", name="Save").click()


def test_two_people_who_change_the_same_label_each_see_what_happened(
    person: Any, desk: Desk, expect: Any
) -> None:
    key = desk.draw("first wording")
    anna, ben = person("Anna"), person("Ben")
    open_form(anna, "first wording")
    open_form(ben, "first wording")
    save(anna, label="a of Anna")
    expect(anna.page.get_by_text("Saved as version 2.")).to_be_visible()
    # above Ben's open form, before he saves
    expect(ben.page.get_by_text("While this form is open: Anna changed")).to_be_visible()
    save(ben, label="b of Ben")
    panel = ben.page.locator(".st-key-marks-panel")
    for text in ("first wording", "a of Anna", "b of Ben", "Anna (", "version 2"):
        expect(panel.get_by_text(text).first).to_be_visible()
    assert desk.mark(key).label == "a of Anna"
    expect(panel.get_by_role("button", name="Save")).to_be_disabled()
    panel.get_by_text("Use mine").click()
    panel.get_by_role("button", name="Save").click()
    expect(ben.page.get_by_text("Saved as version 3.")).to_be_visible()
    assert desk.mark(key).label == "b of Ben"
    # and Anna is told, without having done anything
    line = "Ben changed the point “a of Anna” in the picture of 1 October 2023: label from “a of Anna” to “b of Ben”"
    expect(anna.page.locator("[data-live]")).to_contain_text(f"{line} (version 3)")
    # her viewer shows the newer mark
    shown = f"""host => host.viewer.data.annotations.find(one => one.id === '{key}').label"""
    anna.page.wait_for_function(
        f"() => ({shown})(document.querySelector('.sitetrack-viewer')"
        " ?? [...document.querySelectorAll('*')].map(one => one.shadowRoot?.querySelector('.sitetrack-viewer'))"
        ".find(Boolean)) === 'b of Ben'"
    )
    assert anna.errors == ben.errors == []
    assert anna.foreign == ben.foreign == []
