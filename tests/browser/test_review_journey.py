"""A lead's way in a browser: keys judge what stands in front; what was returned is amended and approved."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pytest

from workflow import actions
from workflow.model import Annotation, Author
from workflow.project import Project

pytestmark = [pytest.mark.browser, pytest.mark.journey]

CARLA = Author("Carla")
FRONT = ".st-key-review-front"


@pytest.fixture
def desk(
    tmp_path_factory: pytest.TempPathFactory, sample: Any, served_at: Any
) -> Iterator[tuple[str, Project]]:
    """A server that knows nobody, and its project with two marks that wait for review."""
    root = sample.make_project(tmp_path_factory.mktemp("lead") / "project")
    with (
        served_at(root, tmp_path_factory.mktemp("elsewhere"), author="") as address,
        Project.open(root) as project,
    ):
        for number, label in enumerate(("first mark", "second mark"), 1):
            stated = {
                "id": f"mark-{number}",
                "site": sample.SITE,
                "capture": project.captures()[-1].id,
                "shape": "point",
                "target": sample.TARGET,
                "geometry": {"type": "Point", "coordinates": [125.7412 + number * 1e-5, 39.0204]},
                "label": label,
            }
            operation = {"op": f"mark-{number}", "seq": number, "type": "add", "annotation": stated}
            assert actions.annotate(project, CARLA, [operation]).refused == ()
            actions.submit(project, CARLA, "annotation", f"mark-{number}", 1)
        yield address, project


@pytest.fixture
def person(introduced: Callable[..., Any], desk: tuple[str, Project]) -> Callable[..., Any]:
    return partial(introduced, desk[0])


def test_a_lead_returns_an_analyst_amends_and_the_lead_approves(
    person: Any, desk: tuple[str, Project], expect: Any
) -> None:
    _, project = desk

    def mark(key: str) -> Annotation:
        known = project.record.get(Annotation, key)
        assert known is not None
        return known.value

    lena = person("Lena", "review", "lead")
    front = lena.page.locator(FRONT)

    def in_front(key: str, version: int, label: str) -> None:
        """Wait until it is drawn to its end: a key works once its button stands there, and while no field has focus."""
        expect(front).to_contain_text(label)
        # for a moment the buttons of before and of now stand there: they are waited for by their number first
        buttons = [
            front.locator("[class*='-approve'] button"),
            front.locator(f".st-key-review-{key}-{version}-approve button"),
            front.locator(f".st-key-review-{key}-{version}-return-go button"),
        ]
        for button in buttons:
            expect(button).to_have_count(1)
        lena.settle()
        for button in buttons:
            expect(button).to_have_count(1)
            expect(button.first).to_be_visible()

    in_front("mark-1", 2, "first mark")
    lena.page.keyboard.press("s")  # put off
    in_front("mark-2", 2, "second mark")
    lena.page.keyboard.press("s")
    in_front("mark-1", 2, "first mark")
    words = lena.page.get_by_label("What is to be changed").first
    words.fill("a part of it is missing: ")
    words.press_sequentially("at as")  # keys type here
    expect(front).to_contain_text("first mark")
    words.press("Tab")
    lena.page.keyboard.press("t")  # return
    expect(lena.page.get_by_text("Returned.")).to_be_visible()
    in_front("mark-2", 2, "second mark")
    assert (mark("mark-1").review.value, mark("mark-2").review.value) == ("returned", "submitted")
    lena.page.keyboard.press("a")  # approve
    expect(lena.page.get_by_text("Approved.")).to_be_visible()
    assert mark("mark-2").review.value == "approved"

    carla = person("Carla", "compare?site=harbour-bridge&mark=mark-1")
    panel = carla.page.locator(".st-key-marks-panel")
    carla.choose_mark("first mark")
    panel.get_by_text("Edit without the picture").click()
    panel.get_by_label("Label", exact=True).fill("the whole gantry")
    panel.get_by_label("Label", exact=True).press("Tab")  # then the page is drawn anew
    carla.settle()
    panel.get_by_role("button", name="Save").click()
    expect(carla.page.get_by_text("Saved as version")).to_be_visible()
    carla.page.get_by_role("link", name="Review").first.click()
    carla.page.get_by_role("button", name="Hand in").first.click()
    expect(carla.page.get_by_text("Handed in.")).to_be_visible()

    lena.page.get_by_role("link", name="Queue").first.click()
    lena.page.get_by_role("link", name="Review").first.click()
    in_front("mark-1", 5, "the whole gantry")
    expect(front).to_contain_text("Said in review: a part of it is missing: at as")
    lena.page.keyboard.press("a")
    expect(lena.page.get_by_text("Approved.")).to_be_visible()
    assert (mark("mark-1").label, mark("mark-1").review.value) == ("the whole gantry", "approved")
    for tab in (lena, carla):
        assert (tab.errors, tab.foreign) == ([], [])
