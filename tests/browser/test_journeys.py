"""Whole ways through the comparison, as an analyst goes them: from site to site, with one key a decision."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from every_page import PAGES, visit

from workflow.project import Project

pytestmark = pytest.mark.browser

# SITETRACK_WALK=20x8 walks further
SITES, DATES = (int(part) for part in os.environ.get("SITETRACK_WALK", "5x4").split("x"))


@dataclass
class Walk:
    """A served project of many alike sites, and its folder."""

    address: str
    root: Path


@pytest.fixture
def walk(
    tmp_path: Path, sample: ModuleType, served_at: Callable[[Path, Path], Any], sites: int, dates: int
) -> Iterator[Walk]:
    root = sample.make_walk(tmp_path / "walk", sites, dates)
    with served_at(root, tmp_path) as address:
        yield Walk(address, root)


@pytest.fixture
def sites() -> int:
    return SITES


@pytest.fixture
def dates() -> int:
    return DATES


@pytest.fixture
def walker(open_tab: Any, walk: Walk) -> Any:
    tab = open_tab()
    tab.address = walk.address
    return tab


@pytest.fixture
def names(walker: Any, expect: Any) -> Callable[[str], None]:
    """Wait until the page's choice of a site names that one; after a step it stands there twice for a moment."""

    def wait(site: str) -> None:
        expect(walker.page.locator(f'input[aria-label="Site"][value="{site}"]')).to_have_count(1)

    return wait


# from a key to the attribute that says that the pictures are there, in the page's own clock
PRESS = """
async (stage, key) => {
  const host = stage.closest('.sitetrack-viewer');
  const before = host.dataset.ready;
  const start = performance.now();
  stage.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, composed: true }));
  stage.dispatchEvent(new KeyboardEvent('keyup', { key, bubbles: true, composed: true }));
  await new Promise((done) => {
    const is = () => host.dataset.ready && host.dataset.ready !== before;
    if (is()) return done();
    const watch = new MutationObserver(() => is() && (watch.disconnect(), done()));
    watch.observe(host, { attributes: true, attributeFilter: ['data-ready'] });
  });
  return performance.now() - start;
}
"""


# from the key of a decision to the next picture that is to be judged, with all its tiles
DECIDE = """
async (stage, key) => {
  const host = stage.closest('.sitetrack-viewer');
  const place = () => [host.viewer.data.site.id, host.viewer.shown[host.viewer.active]].join();
  const before = place();
  const start = performance.now();
  stage.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, composed: true }));
  stage.dispatchEvent(new KeyboardEvent('keyup', { key, bubbles: true, composed: true }));
  const is = () => !host.dataset.going && host.viewer && place() !== before && host.dataset.ready;
  while (!is()) await new Promise((next) => requestAnimationFrame(next));
  return performance.now() - start;
}
"""


def timed(tab: Any, key: str) -> float:
    """Milliseconds from a key to its pictures, inside the page."""
    return float(tab.stage.evaluate(PRESS, key))


def at(tab: Any) -> tuple[str, str]:
    """Site and capture that the next state would be said of."""
    found = tab.viewer.evaluate("host => [host.viewer.data.site.id, host.viewer.shown[host.viewer.active]]")
    return found[0], found[1]


def stored(tab: Any) -> None:
    tab.page.locator('.sitetrack-viewer[data-pending="0"]').wait_for()


def test_an_analyst_decides_every_picture_of_every_site_with_one_key_each(
    walker: Any, walk: Walk, names: Callable[[str], None]
) -> None:
    walker.open_compare("site=place-00&queue=all")
    said: dict[tuple[str, str], str] = {}
    waits = []
    for number in range(SITES * DATES):
        place = at(walker)
        assert place not in said  # it never comes back to what was said
        key, state = (("p", "present"), ("a", "absent"))[number % 2]
        waits.append(
            walker.stage.evaluate(DECIDE, key) if number + 1 < SITES * DATES else walker.stage.press(key)
        )
        said[place] = state
        walker.page.locator(".sitetrack-viewer:not([data-going])").wait_for()
    stored(walker)
    with Project.open(walk.root) as project:
        found = {(one.site, one.capture): str(one.state) for one in project.observations()}
        authors = {one.author for one in project.observations()}
    assert found == said
    spans = sorted(waits[:-1])
    print(f"1 key a decision; to the next picture: median {spans[len(spans) // 2]:.0f} ms, ", end="")  # noqa: T201
    print(f"90 % within {spans[len(spans) * 9 // 10]:.0f} ms")  # noqa: T201
    assert authors == {"ana"}
    assert "last site" in walker.page.locator(".line").inner_text()
    # the page has followed to the last site
    names(f"Place {SITES - 1:02}")
    assert f"site=place-{SITES - 1:02}" in walker.link()
    assert walker.errors == []


@pytest.mark.journey
@pytest.mark.parametrize(("sites", "dates"), [(2, 3)])
def test_an_analyst_goes_from_the_queue_to_a_state_and_a_mark_and_takes_the_mark_back(
    walker: Any, walk: Walk, sites: int, dates: int
) -> None:
    page = walker.page
    page.goto(f"{walk.address}/queue?queue=all")
    page.get_by_role("link", name="Place 0").first.press("Enter")
    page.wait_for_url("**/compare?**")
    walker.wait_ready()
    page.locator("input[data-go-on]").uncheck()
    site, capture = at(walker)
    walker.stage.press("p")
    stored(walker)
    walker.stage.press("d")
    box = walker.stage.bounding_box()
    page.mouse.move(box["x"] + 800, box["y"] + 200)
    page.mouse.down()
    page.mouse.move(box["x"] + 850, box["y"] + 250)
    page.mouse.move(box["x"] + 900, box["y"] + 300)
    page.mouse.up()
    page.locator('button[data-tool="undo"]:enabled').wait_for()
    stored(walker)
    with Project.open(walk.root) as project:
        (mark,) = project.annotations(site=site)
    assert (mark.shape, mark.capture) == ("box", capture)
    walker.stage.press("z")
    stored(walker)
    page.reload()
    walker.wait_ready()
    with Project.open(walk.root) as project:
        assert [str(one.state) for one in project.observations(site=site)] == ["present"]
        assert list(project.annotations(site=site)) == []
    assert at(walker) == (site, capture)
    assert walker.viewer.evaluate("host => host.viewer.annotate.marks.length") == 0
    assert page.locator('button[data-state="present"][aria-pressed="true"]').count() == 1
    assert walker.errors == []
    assert walker.foreign == []


def test_no_page_asks_another_host_for_anything(tab: Any) -> None:
    for page in PAGES:
        visit(tab, page)
    assert tab.foreign == []


@pytest.mark.parametrize(("sites", "dates"), [(3, 2)])
def test_the_next_site_is_there_at_once_and_the_page_follows(
    walker: Any, names: Callable[[str], None], sites: int, dates: int
) -> None:
    walker.open_compare("site=place-00")
    walker.page.locator('.frame[data-pane="1"] .label.active').wait_for()
    walker.stage.press("n")
    assert at(walker)[0] == "place-01"  # before any answer of the server
    names("Place 01")
    assert "site=place-01" in walker.link()
    # the focus is still with the pictures: the next key goes there
    walker.page.keyboard.press("b")
    assert at(walker)[0] == "place-00"
    walker.page.keyboard.press("b")
    assert walker.page.locator(".line").inner_text() == "This is the first site."
    names("Place 00")
    assert walker.errors == []


@pytest.mark.parametrize(("sites", "dates"), [(2, 2)])
def test_a_walk_stays_where_it_is_when_told_so_and_remembers_it(walker: Any, sites: int, dates: int) -> None:
    walker.open_compare("site=place-00")
    walker.page.locator("input[data-go-on]").uncheck()
    place = at(walker)
    walker.stage.press("p")
    assert at(walker) == place
    stored(walker)
    walker.page.reload()
    walker.wait_ready()
    assert not walker.page.locator("input[data-go-on]").is_checked()


@pytest.mark.parametrize(("sites", "dates"), [(2, 8)])
def test_space_looks_at_the_last_decided_picture_and_back(walker: Any, sites: int, dates: int) -> None:
    walker.open_compare("site=place-00")
    walker.page.locator("input[data-go-on]").uncheck()
    _, newest = at(walker)
    walker.stage.press("j")
    walker.stage.press("j")
    walker.stage.press("a")
    _, decided = at(walker)
    walker.stage.press("k")
    walker.stage.press("u")  # decides nothing
    walker.stage.press("k")
    assert at(walker)[1] == newest
    seen = "host => host.viewer.seen(host.viewer.active).id"
    walker.stage.press(" ")
    assert walker.viewer.evaluate(seen) == decided
    assert "Space:" in walker.page.locator(".label.active .instead").inner_text()
    walker.stage.press(" ")
    assert walker.viewer.evaluate(seen) == newest
    # with nothing decided before it, the nearest later one
    walker.stage.press("j")
    walker.stage.press("j")
    walker.stage.press("j")
    walker.stage.press(" ")
    assert walker.viewer.evaluate(seen) == decided
    # a state is said of the pane's own picture, and ends the look
    _, own = at(walker)
    walker.stage.press("p")
    stored(walker)
    assert walker.viewer.evaluate(seen) == own
    state = "(host, id) => host.viewer.stateIn(id)"
    assert walker.viewer.evaluate(state, own) == "present"
    assert walker.viewer.evaluate(state, decided) == "absent"


@pytest.mark.parametrize(("sites", "dates"), [(2, 8)])
def test_two_to_eight_pictures_lie_beside_each_other_each_another_date(
    walker: Any, sites: int, dates: int
) -> None:
    walker.open_compare("site=place-00")
    for count in range(2, 9):
        walker.page.locator("select[data-count]").select_option(str(count))
        walker.page.locator('.sitetrack-viewer[data-ready$="|side"]').wait_for()
        shown = walker.viewer.get_attribute("data-ready").split("|")[:-1]
        assert len(shown) == len(set(shown)) == count
        assert walker.page.locator(".pane:visible").count() == count
        assert walker.page.locator(".frame:visible .label").count() == count
    centres = "host => host.viewer.stage.visible.map(pane => pane.map.getView().getCenter().join())"
    assert len(set(walker.viewer.evaluate(centres))) == 1
    walker.stage.press("7")
    walker.page.locator('button[data-mode="four"][aria-pressed="true"]').wait_for()
    assert walker.page.locator(".pane:visible").count() == 4
    assert walker.errors == []


@pytest.mark.parametrize(("sites", "dates"), [(2, 8)])
@pytest.mark.parametrize("keys", ["4", "5+", "6j", "7-"])
def test_an_address_opens_the_same_view_elsewhere(walker: Any, keys: str, sites: int, dates: int) -> None:
    walker.open_compare("site=place-01")
    for key in keys:
        walker.stage.press(key)
    walker.wait_ready()
    look = """host => [host.viewer.data.site.id, host.viewer.mode, host.viewer.shown.join(), host.viewer.stage.place]"""
    other = walker.page.context.new_page()
    other.goto(walker.link())
    other.locator(".sitetrack-viewer[data-ready]").wait_for()
    assert other.locator(".sitetrack-viewer").evaluate(look) == walker.viewer.evaluate(look)


@pytest.mark.parametrize(("sites", "dates"), [(3, 8)])
def test_dates_and_modes_are_quick_and_say_nothing_to_the_server(walker: Any, sites: int, dates: int) -> None:
    walker.open_compare("site=place-00")
    walker.page.wait_for_load_state("networkidle")
    walker.sent.clear()
    new = [timed(walker, "j") for _ in range(4)]
    seen = [timed(walker, key) for key in "kjkj"]
    modes = [timed(walker, key) for key in "4254"]
    print(f"new {new}, seen {seen}, modes {modes}")  # noqa: T201
    assert walker.sent == []
