"""Two people at one record, each in a browser: what one does, the other sees; history and review pages."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pytest

from workflow import actions
from workflow.model import Annotation, Author
from workflow.project import Project

pytestmark = pytest.mark.browser

SITE = "harbour-bridge"
HOSTILE = "<img src=x onerror=alert(1)> ${alert(2)} ![x](http://198.51.100.7/a.png)"
CARLA = Author("Carla")
PANEL = ".st-key-marks-panel"


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
def person(introduced: Callable[..., Any], desk: Desk) -> Callable[..., Any]:
    return partial(introduced, desk.address)


def open_form(tab: Any, label: str) -> None:
    """Choose the mark in the list and wait for its form."""
    tab.choose_mark(label)
    tab.page.locator(PANEL).get_by_text("Edit without the picture").click()
    tab.page.locator(PANEL).get_by_label("Label", exact=True).wait_for()


def save(tab: Any, **fields: str) -> None:
    for name, value in fields.items():
        tab.page.locator(PANEL).get_by_label(name.capitalize(), exact=True).fill(value)
    tab.page.locator(PANEL).get_by_role("button", name="Save").click()


@pytest.mark.journey
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
    panel = ben.page.locator(PANEL)
    for text in ("first wording", "a of Anna", "b of Ben", "Anna made of it (version 2)"):
        expect(panel.get_by_text(text).first).to_be_visible()
    assert desk.mark(key).label == "a of Anna"
    expect(panel.get_by_role("button", name="Save")).to_be_disabled()
    panel.get_by_text("Use mine").click()
    panel.get_by_role("button", name="Save").click()
    expect(ben.page.get_by_text("Saved as version 3.")).to_be_visible()
    assert desk.mark(key).label == "b of Ben"
    # and Anna is told, without having done anything
    line = (
        "Ben changed the point “a of Anna” in the picture of 1 October 2023 (product metadata): "
        "label from “a of Anna” to “b of Ben”"
    )
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


def test_changes_of_different_fields_are_both_kept_and_both_people_are_told(
    person: Any, desk: Desk, expect: Any
) -> None:
    key = desk.draw("second mark")
    anna, ben = person("Anna"), person("Ben")
    open_form(anna, "second mark")
    open_form(ben, "second mark")
    save(ben, note="seen from the south")
    expect(ben.page.get_by_text("Saved as version 2.")).to_be_visible()
    save(anna, label="renamed by Anna")
    told = anna.page.locator("[data-said=done]")
    expect(told).to_contain_text(
        "Saved as version 3. Meanwhile Ben changed the point “second mark”: note from"
    )
    expect(told).to_contain_text("both are kept")
    expect(ben.page.locator("[data-live]")).to_contain_text("to “renamed by Anna” (version 3)")
    assert (desk.mark(key).label, desk.mark(key).note) == ("renamed by Anna", "seen from the south")


def test_what_is_typed_and_drawn_outlives_a_change_by_somebody_else(
    person: Any, desk: Desk, expect: Any
) -> None:
    key = desk.draw("third mark")
    anna = person("Anna")
    open_form(anna, "third mark")
    anna.stage.press("d")
    anna.page.locator(PANEL).get_by_label("Note", exact=True).fill("half a sent")
    actions.edit_annotation(desk.project, CARLA, key, {"label": "Carla's"}, 1)
    expect(anna.page.get_by_text("While this form is open: Carla changed")).to_be_visible()
    expect(anna.page.locator(PANEL).get_by_label("Note", exact=True)).to_have_value("half a sent")
    expect(anna.page.locator('button[data-tool="box"]')).to_have_attribute("aria-pressed", "true")


def test_a_change_is_taken_back_on_the_history_page_and_the_mark_is_as_it_was(
    person: Any, desk: Desk, expect: Any
) -> None:
    key = desk.draw(HOSTILE)
    actions.edit_annotation(desk.project, Author("Ben"), key, {"label": "by mistake"}, 1)
    anna = person("Anna")
    open_form(anna, "by mistake")
    anna.page.get_by_role("link", name="History of this mark").click()
    expect(anna.page.get_by_text("by mistake").first).to_be_visible()
    expect(anna.page.get_by_text(HOSTILE, exact=True).first).to_be_visible()
    anna.page.get_by_role("button", name="Put back").click()
    anna.page.get_by_label("Reason").fill("Ben slipped")
    anna.page.get_by_role("button", name="Put back to this version").click()
    expect(anna.page.get_by_text("Put back to version 1, as a new version.")).to_be_visible()
    assert desk.mark(key).label == HOSTILE
    expect(anna.page.get_by_text("Ben slipped")).to_be_visible()
    anna.page.get_by_role("link", name="Compare pictures of the site").click()
    anna.wait_ready()
    shown = f"host => host.viewer.data.annotations.find(one => one.id === '{key}').label"
    assert anna.viewer.evaluate(shown) == HOSTILE
    assert anna.errors == []
    assert anna.foreign == []


@pytest.mark.journey
def test_a_lead_returns_with_a_comment_and_approves_what_comes_back(
    person: Any, desk: Desk, expect: Any
) -> None:
    key = desk.draw("for review")
    actions.submit(desk.project, CARLA, "annotation", key, 1)
    lena = person("Lena", "review", "lead")
    expect(lena.page.locator(".st-key-review-front")).to_contain_text("for review")
    lena.page.get_by_label("What is to be changed").fill(HOSTILE)
    lena.page.locator(f".st-key-review-{key}-2-return-go button").click()
    expect(lena.page.get_by_text("Returned.")).to_be_visible()
    assert desk.mark(key).review.value == "returned"
    actions.edit_annotation(desk.project, CARLA, key, {"label": "reviewed again"}, 3)
    actions.submit(desk.project, CARLA, "annotation", key, 4)
    lena.page.reload()
    lena.page.get_by_label("Your name").fill("Lena")
    lena.page.get_by_role("combobox", name="Role").click()
    lena.page.get_by_role("option", name="lead").click()
    lena.page.get_by_role("button", name="Continue").click()
    expect(lena.page.get_by_text(f"Said in review: {HOSTILE}")).to_be_visible()
    expect(lena.page.locator(".st-key-review-front img[src^='data:image/svg']").first).to_be_visible()
    lena.page.get_by_role("button", name="Approve").click()
    expect(lena.page.get_by_text("Approved.")).to_be_visible()
    assert desk.mark(key).review.value == "approved"
    assert lena.errors == []
    assert lena.foreign == []


def test_the_first_page_asks_and_goes_on_to_the_page_that_was_asked_for(
    open_tab: Any, desk: Desk, expect: Any
) -> None:
    tab = open_tab()
    tab.address = desk.address
    tab.page.goto(f"{desk.address}/compare?site=north-junction")
    expect(tab.page.get_by_text("Name and role are declared, not proved.")).to_be_visible()
    expect(tab.page.get_by_text("No picture covers this site yet")).to_have_count(0)
    tab.page.get_by_label("Your name").fill("Only Watching")
    tab.page.get_by_role("button", name="Only look").click()
    expect(tab.page.get_by_text("No picture covers this site yet")).to_be_visible()
    tab.page.wait_for_url("**/compare?*site=north-junction*")
    corner = tab.page.get_by_role("button", name="Only Watching · viewer (declared)")
    expect(corner).to_be_visible()
    corner.click()
    expect(tab.page.get_by_label("Your name")).to_have_count(1)  # the first page's field is gone
    tab.page.get_by_label("Your name").fill(HOSTILE)
    tab.page.get_by_role("combobox", name="Role").click()
    tab.page.get_by_role("option", name="analyst").click()
    tab.page.get_by_role("button", name="Change").click()
    expect(tab.page.get_by_text("· analyst (declared)")).to_be_visible()
    assert tab.foreign == []
    assert tab.errors == []
