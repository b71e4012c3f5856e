"""Marks in a real browser: drawn, changed, taken back, copied, and never lost on the way to the record.

Longer than others, because all of it happens at one desk: the same server, pictures, and ways to draw and to look.
"""

from __future__ import annotations

import math
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.browser import test_access
from workflow import actions
from workflow.model import Annotation, Author
from workflow.project import Project

pytestmark = pytest.mark.browser

SITE = "harbour-bridge"
CARLA = Author("Carla")
axe = test_access.axe  # the fixture
# until the server has a mark at a version
AT_VERSION = """(host, [key, version]) => new Promise((done) => {
  const look = () => host.viewer.data.annotations.find((one) => one.id === key)?.version === version
    ? done() : requestAnimationFrame(look);
  look();
})"""
RING = "(host, id) => host.viewer.annotate.byId.get(id).geometry.coordinates[0]"
KEPT = "() => Object.keys(localStorage).filter(key => key.startsWith('sitetrack.operation')).length"
SHOWN = """(host, id) => {
  const { type, coordinates } = host.viewer.data.annotations.find((one) => one.id === id).geometry;
  return type === "Point" ? [coordinates] : type === "LineString" ? coordinates : coordinates[0];
}"""
VIEW = """(host, pane) => {
  const { view, panes } = host.viewer.stage;
  const [own, stage] = [panes[pane].element, host.querySelector(".stage")].map((one) => one.getBoundingClientRect());
  return {
    center: view.getCenter(), resolution: view.getResolution(), size: panes[pane].map.getSize(),
    left: own.left - stage.left, top: own.top - stage.top, width: own.width, height: own.height,
  };
}"""


class Desk:
    """A served project of this module, and a tab at it."""

    def __init__(self, address: str, root: Any, open_tab: Callable[..., Any]) -> None:
        self.address, self.root, self._open_tab = address, root, open_tab
        self.tab = self.open()

    def open(self) -> Any:
        tab = self._open_tab()
        tab.address = self.address
        tab.open_compare(f"site={SITE}")
        return tab

    def marks(self) -> dict[str, Annotation]:
        with Project.open(self.root) as project:
            return {one.id: one for one in project.annotations(site=SITE)}

    def versions(self, key: str) -> int:
        with Project.open(self.root) as project:
            return len(project.record.history(Annotation, key))

    def states(self) -> list[tuple[str, str]]:
        with Project.open(self.root) as project:
            return sorted((one.capture, one.state.value) for one in project.observations(site=SITE))


@pytest.fixture
def root(tmp_path: Any, sample: Any) -> Any:
    """A project of a test's own."""
    return sample.make_project(tmp_path / "project")


@pytest.fixture(scope="module")
def shared(
    tmp_path_factory: pytest.TempPathFactory, sample: Any, served_at: Any
) -> Iterator[tuple[str, Any]]:
    root = sample.make_project(tmp_path_factory.mktemp("marks") / "project")
    with served_at(root, tmp_path_factory.mktemp("elsewhere")) as address:
        yield address, root


@pytest.fixture
def desk(shared: tuple[str, Any], open_tab: Callable[..., Any]) -> Desk:
    """A tab at the module's server, where nothing is drawn or said."""
    address, root = shared
    with Project.open(root) as project:
        gone = [
            {"op": str(uuid.uuid4()), "seq": 1, "type": "delete", "annotation": {"id": mark.id}}
            for mark in project.annotations()
        ]
        assert actions.annotate(project, CARLA, gone).refused == ()
        for one in project.observations():
            place = {"site": one.site, "capture": one.capture, "target": one.target}
            assert not actions.observe_once(
                project, Author(one.author), str(uuid.uuid4()), state=None, **place
            )
    return Desk(address, root, open_tab)


def saved(tab: Any) -> None:
    """Wait until the server has confirmed everything."""
    tab.page.locator('.sitetrack-viewer[data-saving="saved"][data-pending="0"]').wait_for()


def at(tab: Any, x: float, y: float) -> tuple[float, float]:
    """A place of the stage on the page."""
    box = tab.stage.bounding_box()
    return box["x"] + x, box["y"] + y


def drag(tab: Any, start: tuple[float, float], end: tuple[float, float]) -> None:
    tab.page.mouse.move(*at(tab, *start))
    tab.page.mouse.down()
    tab.page.mouse.move(*at(tab, (start[0] + end[0]) / 2, (start[1] + end[1]) / 2))
    tab.page.mouse.move(*at(tab, *end))
    tab.page.mouse.up()


def click(tab: Any, *places: tuple[float, float]) -> None:
    for place in places:
        tab.page.mouse.click(*at(tab, *place))


def draw(tab: Any, shape: str) -> None:
    key = {"point": "m", "line": "l", "arrow": "y", "box": "d", "circle": "e", "polygon": "g", "text": "t"}[
        shape
    ]
    tab.stage.press(key)
    tab.page.locator(f'button[data-tool="{shape}"][aria-pressed="true"]').wait_for()


def draw_box(
    tab: Any, desk: Desk, start: tuple[float, float] = (900, 260), end: tuple[float, float] = (980, 320)
) -> str:
    """A box on the right picture; its id, once it is recorded."""
    before = set(desk.marks())
    draw(tab, "box")
    drag(tab, start, end)
    saved(tab)
    (key,) = set(desk.marks()) - before
    return key


def chosen(tab: Any) -> Any:
    return tab.page.locator(".markpanel:visible")


def metres(tab: Any, *pixels: tuple[float, float], pane: int = 0) -> list[tuple[float, float]]:
    """Places of the stage in the grid's metres, from the view's centre and scale alone."""
    view = tab.viewer.evaluate(VIEW, pane)
    (x, y), scale, (width, height) = view["center"], view["resolution"], view["size"]
    across = [(px - view["left"]) * width / view["width"] - width / 2 for px, _ in pixels]
    down = [(py - view["top"]) * height / view["height"] - height / 2 for _, py in pixels]
    return [(x + dx * scale, y - dy * scale) for dx, dy in zip(across, down, strict=True)]


def in_grid(desk: Desk, mark: Annotation) -> list[tuple[float, float]]:
    """The corners of a stored mark in its picture's metres, by pyproj."""
    from pyproj import Transformer

    with Project.open(desk.root) as project:
        transformer = Transformer.from_crs("EPSG:4326", project.capture(mark.capture).crs, always_xy=True)
    return [transformer.transform(lon, lat) for lon, lat in positions(mark.geometry)]


def distance(some: list[tuple[float, float]], wanted: list[tuple[float, float]]) -> float:
    """How far the wanted corners are from the nearest of some, in metres."""
    return max(min(math.dist(one, place) for one in some) for place in wanted)


def positions(geometry: Any) -> list[tuple[float, float]]:
    coordinates = geometry["coordinates"]
    return {"Point": [coordinates], "LineString": coordinates}.get(geometry["type"]) or coordinates[0]


# -- tools -----------------------------------------------------------------------------------------------------

PLACES = [(820.0, 260.0), (900.0, 330.0), (860.0, 390.0)]


@pytest.mark.parametrize("shape", ["point", "text", "line", "arrow", "polygon", "circle", "box"])
def test_a_shape_is_stored_where_it_was_drawn(desk: Desk, shape: str) -> None:
    tab = desk.tab
    right = draw_shape(desk, shape, PLACES, pane=0)  # in the swipe the first map has both pictures
    tab.stage.press("2")
    closer = """host => {
      const { view, panes } = host.viewer.stage;
      view.setResolution(view.getResolution() / 3.7);
      panes.slice(0, 2).forEach(({ map }) => map.renderSync());
    }"""
    tab.viewer.evaluate(closer)
    left = draw_shape(desk, shape, [(x - 640, y) for x, y in PLACES], pane=0)
    beside = draw_shape(desk, shape, [(x + 60, y + 20) for x, y in PLACES], pane=1)
    assert right.capture == beside.capture != left.capture
    assert desk.states() == []
    assert tab.errors == []


def draw_shape(desk: Desk, shape: str, places: list[tuple[float, float]], pane: int) -> Annotation:
    """Draw it, and see that it is stored and shown within a tenth of a pixel; `pane` is the map's number."""
    tab = desk.tab
    tenth = tab.viewer.evaluate("host => host.viewer.stage.view.getResolution()") / 10
    first, second, _ = corners = metres(tab, *places, pane=pane)
    before = desk.marks()
    draw(tab, shape)
    wanted = corners
    if shape in ("point", "text"):
        click(tab, places[0])
        wanted = [first]
        if shape == "text":  # what is typed next is its text, and no key
            tab.page.keyboard.type("gate pa")
            tab.page.keyboard.press("Enter")
    elif shape == "arrow":
        click(tab, *places[:2])
        wanted = [first, second]
    elif shape in ("line", "polygon"):
        click(tab, places[0], places[1], (places[1][0] + 60, places[1][1] - 80))
        tab.stage.press("Backspace")  # takes the third one back
        click(tab, places[2])
        tab.stage.press("Enter")
    else:
        drag(tab, places[0], places[1])
        (x, y), (u, v), radius = first, second, math.dist(first, second)
        turns = [2 * math.pi * turn / 64 for turn in range(64)]
        box = [(x, y), (u, y), (u, v), (x, v)]
        wanted = (
            box if shape == "box" else [(x + radius * math.cos(a), y + radius * math.sin(a)) for a in turns]
        )
    saved(tab)
    after = desk.marks()
    (key,) = after.keys() - before.keys()
    mark = after[key]
    assert (mark.shape, mark.label) == (shape, "gate pa" if shape == "text" else "")
    there = in_grid(desk, mark)
    count = {"line": 3, "polygon": 4, "box": 5, "arrow": 2, "circle": 65}.get(shape, 1)
    assert len(there) == count
    assert distance(there, wanted) < tenth
    assert distance(wanted, there) < tenth
    shown = tab.viewer.evaluate(SHOWN, key)  # what came back from the server
    assert distance([tuple(one) for one in shown], there) < tenth
    tab.stage.press("Escape")
    chosen(tab).wait_for(state="hidden")
    return mark


def test_escape_ends_a_tool_without_a_mark(desk: Desk) -> None:
    draw(desk.tab, "line")
    click(desk.tab, *PLACES[:2])
    desk.tab.stage.press("Escape")
    desk.tab.page.locator('button[data-tool="line"][aria-pressed="false"]').wait_for()
    assert desk.tab.viewer.evaluate("host => host.viewer.annotate.marks.length") == 0


# -- changing ----------------------------------------------------------------------------------------------------


def test_a_box_is_moved_reshaped_nudged_deleted_and_all_of_it_is_taken_back(desk: Desk) -> None:
    tab = desk.tab
    key = draw_box(tab, desk)
    chosen(tab).wait_for()
    shape = f"(host, id) => ({RING})(host, id).map(([x, y]) => [Math.round(x * 100), Math.round(y * 100)])"
    steps = [tab.viewer.evaluate(shape, key)]

    def step() -> None:
        saved(tab)
        steps.append(tab.viewer.evaluate(shape, key))

    drag(tab, (915, 275), (945, 285))  # by its inside
    step()
    drag(tab, (1010, 330), (1040, 350))  # by the corner that lies there now
    step()
    ring = desk.marks()[key].geometry["coordinates"][0]
    assert len({round(x, 3) for x, _ in tab.viewer.evaluate(RING, key)}) == 2  # still a box
    assert len(ring) == 5
    tab.stage.press("ArrowLeft")
    tab.stage.press("ArrowLeft")
    tab.viewer.evaluate(AT_VERSION, [key, 4])  # both nudges are one change
    step()
    assert len({str(one) for one in steps}) == 4
    assert desk.versions(key) == 4
    tab.stage.press("Delete")
    saved(tab)
    assert desk.marks() == {}
    tab.page.reload()
    tab.wait_ready()
    tab.stage.press("z")
    saved(tab)
    assert desk.versions(key) == 6  # with its history
    for wanted in reversed(steps[:-1]):
        tab.stage.press("Control+z")
        saved(tab)
        assert is_same(tab.viewer.evaluate(shape, key), wanted)
    tab.stage.press("z")
    saved(tab)
    assert desk.marks() == {}
    for _ in range(4):
        tab.stage.press("Shift+Z")
        saved(tab)
    assert is_same(tab.viewer.evaluate(shape, key), steps[-1])
    tab.stage.press("Control+y")
    saved(tab)
    assert desk.marks() == {}
    assert tab.errors == []


def is_same(ring: list[list[int]], other: list[list[int]]) -> bool:
    """Whether two rings in centimetres have the same corners, but for how they were rounded."""
    return [pytest.approx(corner, abs=1) for corner in other] == ring


def test_a_circle_stays_a_circle(desk: Desk) -> None:
    tab = desk.tab
    draw(tab, "circle")
    drag(tab, (900, 300), (940, 300))
    saved(tab)
    (key,) = desk.marks()
    centre, edge = metres(tab, (900, 300), (970, 300))
    drag(tab, (940, 300), (970, 300))  # by the handle east of it
    saved(tab)
    ring = tab.viewer.evaluate(RING, key)
    radii = [math.dist(corner, centre) for corner in ring]
    assert len(ring) == 65
    assert radii == pytest.approx([math.dist(centre, edge)] * 65, rel=1e-3)
    assert desk.versions(key) == 2


def test_handles_end_at_the_swipe_line(desk: Desk) -> None:
    tab = desk.tab
    key = draw_box(tab, desk)  # on the right picture
    chosen(tab).wait_for()
    takes = tab.page.locator(".pane.takes")
    tab.page.mouse.move(*at(tab, 900, 260))
    takes.wait_for()
    tab.viewer.evaluate("host => host.viewer.slideTo(940 / host.querySelector('.stage').clientWidth)")
    tab.page.mouse.move(*at(tab, 902, 261))  # the left picture lies there now
    takes.wait_for(state="detached")
    tab.page.mouse.move(*at(tab, 980, 260))
    takes.wait_for()
    drag(tab, (980, 260), (1000, 250))
    saved(tab)
    assert desk.versions(key) == 2


def test_a_state_is_taken_back_and_said_again(desk: Desk) -> None:
    tab = desk.tab
    tab.page.locator("[data-go-on]").uncheck()
    tab.stage.press("w")
    tab.page.keyboard.type("clear view")
    tab.page.keyboard.press("Enter")
    tab.stage.press("p")
    saved(tab)
    tab.stage.press("u")
    saved(tab)
    assert [state for _, state in desk.states()] == ["uncertain"]
    tab.stage.press("z")
    saved(tab)
    with Project.open(desk.root) as project:
        (said,) = project.observations(site=SITE)
    assert (said.state.value, said.note) == ("present", "clear view")
    tab.stage.press("z")
    saved(tab)
    assert desk.states() == []
    tab.stage.press("Shift+Z")
    saved(tab)
    assert [state for _, state in desk.states()] == ["present"]


def test_marks_are_chosen_and_described_by_keyboard(desk: Desk) -> None:
    tab = desk.tab
    first = draw_box(tab, desk)
    second = draw_box(tab, desk, (1060, 260), (1120, 320))
    tab.stage.press("Escape")
    chosen(tab).wait_for(state="hidden")
    tab.stage.press("Tab")
    tab.page.locator(f'.markpanel[data-mark="{first}"]').wait_for()
    tab.stage.press("Tab")
    tab.page.locator(f'.markpanel[data-mark="{second}"]').wait_for()
    tab.stage.press("Enter")
    tab.page.keyboard.type("gantry <b>north</b>")
    tab.page.keyboard.press("Enter")
    saved(tab)
    tab.page.locator('.markpanel [data-field="note"]').fill("seen from the road")
    tab.page.locator('.markpanel [data-field="evidence"]').uncheck()
    saved(tab)
    mark = desk.marks()[second]
    assert (mark.label, mark.note, mark.evidence) == ("gantry <b>north</b>", "seen from the road", False)
    assert desk.marks()[first].label == ""
    tab.stage.press("Tab")  # after the last one the focus goes on
    chosen(tab).wait_for(state="hidden")


# -- somebody else -------------------------------------------------------------------------------------------------


def edit(desk: Desk, key: str, **fields: Any) -> None:
    with Project.open(desk.root) as project:
        known = project.record.get(Annotation, key)
        assert known is not None
        actions.edit_annotation(project, CARLA, key, fields, known.version)


def test_what_two_people_changed_is_shown_twice_and_one_is_chosen(desk: Desk) -> None:
    tab = desk.tab
    key = draw_box(tab, desk)
    tab.stage.press("Enter")
    tab.page.keyboard.type("mine")
    edit(desk, key, label="of Carla")
    tab.page.keyboard.press("Enter")
    conflict = tab.page.locator(f'[data-conflict="{key}"]')
    for text in ("of Carla", "mine", "version 2"):
        conflict.get_by_text(text).first.wait_for()
    assert desk.marks()[key].label == "of Carla"
    tab.page.reload()  # what was refused is not lost with the page
    tab.wait_ready()
    conflict.get_by_role("button", name="Use mine").click()
    saved(tab)
    assert desk.marks()[key].label == "mine"
    conflict.wait_for(state="detached")
    assert tab.errors == []


def test_two_outlines_are_drawn_where_both_moved_a_mark(desk: Desk) -> None:
    tab = desk.tab
    key = draw_box(tab, desk)
    chosen(tab).wait_for()
    moved = {
        "type": "Polygon",
        "coordinates": [[[lon + 1e-5, lat] for lon, lat in desk.marks()[key].geometry["coordinates"][0]]],
    }
    tab.page.mouse.move(*at(tab, 915, 275))
    tab.page.mouse.down()
    tab.page.mouse.move(*at(tab, 940, 300))
    edit(desk, key, geometry=moved)
    # what Carla did has come in, and the mark is still in the hand
    tab.page.locator("[data-live]", has_text="Carla").wait_for()
    tab.page.mouse.move(*at(tab, 960, 330))
    tab.page.mouse.up()
    conflict = tab.page.locator(f'[data-conflict="{key}"]')
    conflict.get_by_text("dashed pink line").wait_for()
    outlines = """host => host.viewer.annotate.extras[1].getSource()
      .getFeatures().filter(one => one.get('mine')).length"""
    assert tab.viewer.evaluate(outlines) == 1
    conflict.get_by_role("button", name="Keep theirs").click()
    conflict.wait_for(state="detached")
    assert desk.marks()[key].geometry["coordinates"][0][0][0] == pytest.approx(
        moved["coordinates"][0][0][0], abs=1e-9
    )
    # taking back the drawing would take back Carla's work: refused
    tab.stage.press("z")
    tab.page.locator("[data-refusal]").wait_for()
    assert key in desk.marks()


# -- other dates -----------------------------------------------------------------------------------------------------


def test_a_mark_is_copied_to_other_dates_only_where_somebody_has_seen_it(desk: Desk) -> None:
    tab = desk.tab
    tab.stage.press("j")
    tab.stage.press("j")
    tab.stage.press("j")  # the oldest picture on the right
    tab.wait_ready()
    key = draw_box(tab, desk)
    chosen(tab).wait_for()
    tab.stage.press("f")
    tab.page.locator('[data-copy="go"]').click()
    question = tab.page.locator(".question")
    question.get_by_text("3 left").wait_for()
    assert set(desk.marks()) == {key}
    tab.page.reload()
    tab.wait_ready()
    question.get_by_text("3 left").wait_for()
    tab.stage.press("p")
    question.get_by_text("2 left").wait_for()
    tab.stage.press("a")
    question.get_by_text("1 left").wait_for()
    tab.stage.press("k")
    question.wait_for(state="hidden")
    saved(tab)
    copies = [mark for mark in desk.marks().values() if mark.copied_from]
    assert [mark.copied_from for mark in copies] == [key]
    with Project.open(desk.root) as project:
        order = [capture.id for capture in project.captures()]
    said = dict(desk.states())
    assert said[copies[0].capture] == "present"
    assert sorted(said.values()) == ["absent", "present"]
    assert order.index(copies[0].capture) > order.index(desk.marks()[key].capture)
    tab.stage.press("z")  # the absence
    tab.stage.press("z")  # the copy and its presence
    saved(tab)
    assert set(desk.marks()) == {key}
    assert desk.states() == []


def test_of_several_copies_those_that_are_gone_are_unticked(desk: Desk) -> None:
    tab = desk.tab
    for _ in range(3):
        tab.stage.press("j")  # the oldest picture on the right
    tab.wait_ready()
    first = draw_box(tab, desk)
    second = draw_box(tab, desk, (1060, 380), (1120, 440))
    tab.stage.press("Escape")
    click(tab, (940, 290))
    tab.page.keyboard.down("Shift")
    click(tab, (1090, 410))
    tab.page.keyboard.up("Shift")
    tab.stage.press("f")
    tab.page.locator('[data-copy="go"]').click()
    question = tab.page.locator(".question")
    ticks = question.locator("input[type=checkbox]")
    ticks.nth(1).focus()
    tab.page.keyboard.press("Space")
    assert [ticks.nth(n).is_checked() for n in (0, 1)] == [True, False]
    tab.page.keyboard.press("p")  # the state keys act from there too
    question.get_by_text("4 left").wait_for()
    tab.stage.press("Escape")
    saved(tab)
    copies = [mark for mark in desk.marks().values() if mark.copied_from]
    assert [mark.copied_from for mark in copies] == [first]
    assert second in desk.marks()
    assert [state for _, state in desk.states()] == ["present"]
    assert tab.errors == []


# -- access ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_drawing_parts_are_accessible(
    shared: tuple[str, Any], desk: Desk, open_tab: Callable[..., Any], axe: str, scheme: str
) -> None:
    tab = desk.tab
    tab.page.emulate_media(color_scheme=scheme)
    key = draw_box(tab, desk)
    chosen(tab).wait_for()
    assert list(test_access.found(tab, axe)) == []  # the panel, and no tool disabled
    tab.stage.press("f")
    tab.page.locator('[data-copy="go"]').wait_for()
    assert list(test_access.found(tab, axe)) == []
    tab.stage.press("Escape")
    tab.stage.press("Escape")
    tab.stage.press("d")
    assert list(test_access.found(tab, axe)) == []
    tab.stage.press("Escape")
    tab.stage.press("Tab")
    tab.stage.press("Enter")
    tab.page.keyboard.type("mine")
    edit(desk, key, label="of Carla")
    tab.page.keyboard.press("Enter")
    tab.page.locator(f'[data-conflict="{key}"]').wait_for()
    assert list(test_access.found(tab, axe)) == []


def test_tab_reaches_the_panel_and_everything_in_it(desk: Desk) -> None:
    tab = desk.tab
    draw_box(tab, desk)
    chosen(tab).wait_for()
    tab.stage.press("Enter")
    focused = "host => { const at = host.getRootNode().activeElement; return at.dataset.field ?? at.dataset.panel; }"
    order = [tab.viewer.evaluate(focused)]
    for _ in range(5):
        tab.page.keyboard.press("Tab")
        order.append(tab.viewer.evaluate(focused))
    assert order == ["label", "target", "note", "evidence", "copy", "delete"]


# -- the log -----------------------------------------------------------------------------------------------------------

BURST = """(host, count) => {
  const { annotate, data, capture } = host.viewer;
  const [x, y] = data.center;
  const made = [];
  for (let n = 0; n < count; n += 1) {
    const id = crypto.randomUUID();
    made.push(id);
    const mark = { id, site: data.site.id, capture: host.viewer.capture(1).id, target: data.target.id, shape: "point",
      geometry: { type: "Point", coordinates: [x + n / 10, y] }, label: `number ${n}`, note: "", evidence: true };
    host.viewer.log.add({ kind: "annotate", annotation: id, ...mark, id: undefined });
  }
  return made;
}"""


def test_two_hundred_operations_at_once_arrive_two_hundred_times_each_once(desk: Desk) -> None:
    tab = desk.tab
    with Project.open(desk.root) as project:
        before = project.record.revision
    made = tab.viewer.evaluate(BURST, 200)
    saved(tab)
    marks = desk.marks()
    assert set(made) == set(marks)
    assert [marks[key].label for key in made] == [f"number {n}" for n in range(200)]
    with Project.open(desk.root) as project:
        assert project.record.revision - before == 200
    # and two hundred changes of one of them, each on top of the one before
    changes = """(host, id) => {
      const site = host.viewer.data.site.id;
      for (let n = 1; n <= 200; n += 1) {
        const was = { label: host.viewer.annotate.byId.get(id).label };
        host.viewer.log.add({ kind: "edit", site, annotation: id, label: `edit ${n}`, was, base_version: 1 });
      }
    }"""
    tab.viewer.evaluate(changes, made[0])
    saved(tab)
    assert desk.marks()[made[0]].label == "edit 200"
    assert desk.versions(made[0]) == 201
    assert tab.page.evaluate(KEPT) == 0
    assert tab.errors == []


def test_a_reload_while_operations_are_under_way_loses_and_doubles_none(desk: Desk) -> None:
    tab = desk.tab
    made = tab.viewer.evaluate(BURST, 40)
    tab.page.reload()
    tab.wait_ready()
    made += tab.viewer.evaluate(BURST, 40)
    tab.page.reload()
    tab.wait_ready()
    saved(tab)
    assert set(desk.marks()) == set(made)
    assert {desk.versions(key) for key in made} == {1}
    assert tab.page.evaluate(KEPT) == 0


def test_a_tab_that_was_killed_without_a_connection_loses_nothing(
    root: Any, tmp_path: Any, served_at: Any, open_tab: Callable[..., Any]
) -> None:
    from tests.browser.relay import Relay

    (tmp_path / "elsewhere").mkdir()
    with served_at(root, tmp_path / "elsewhere") as address:
        line = Relay(int(address.rsplit(":", 1)[1]))
        desk = Desk(line.address, root, open_tab)
        tab = desk.tab
        tab.page.locator("[data-go-on]").uncheck()
        tab.page.wait_for_load_state("networkidle")
        line.cut()
        made = tab.viewer.evaluate(BURST, 5)
        tab.viewer.evaluate("host => host.viewer.observe('uncertain')")
        tab.page.locator('.sitetrack-viewer[data-saving="offline"]').wait_for()
        assert "6 kept here" in tab.page.locator(".pending").inner_text()
        assert desk.marks() == {}
        context = tab.page.context
        tab.page.close()
        line.mend()
        tab.page = context.new_page()
        tab.page.goto(f"{line.address}/compare?site=north-junction")
        tab.page.goto(f"{line.address}/compare?site={SITE}")
        tab.wait_ready()
        saved(tab)
        assert set(desk.marks()) == set(made)
        assert [state for _, state in desk.states()] == ["uncertain"]
        assert [desk.versions(key) for key in made] == [1] * 5
        line.cut()


def test_a_server_that_was_killed_and_comes_back_gets_the_rest(
    root: Any, tmp_path: Any, served_at: Any, open_tab: Callable[..., Any]
) -> None:
    (tmp_path / "elsewhere").mkdir()
    first = served_at(root, tmp_path / "elsewhere")
    with first as address:
        desk = Desk(address, root, open_tab)
        tab = desk.tab
        made = tab.viewer.evaluate(BURST, 3)
        saved(tab)
        first.kill()
        made += tab.viewer.evaluate(BURST, 4)
        tab.page.locator('.sitetrack-viewer[data-saving="offline"]').wait_for()
        with served_at(root, tmp_path / "elsewhere", port=int(address.rsplit(":", 1)[1])):
            saved(tab)  # the same page, without a reload
            assert set(desk.marks()) == set(made)
            assert {desk.versions(key) for key in made} == {1}


def test_a_spoilt_entry_is_dropped_and_a_full_storage_is_told(desk: Desk) -> None:
    tab = desk.tab
    tab.viewer.evaluate(
        """host => {
          const bad = ['{"kind"', "null", '{"kind":"format","id":"b2","seq":1}', '{"kind":"edit","id":"b9","seq":1}'];
          const { data } = host.viewer;
          const name = n => `sitetrack.operation|${data.project}|${data.who}|b${n}`;
          bad.forEach((text, n) => localStorage.setItem(name(n), text));
        }"""
    )
    tab.page.reload()
    tab.wait_ready()
    saved(tab)
    assert tab.page.evaluate(KEPT) == 0
    tab.viewer.evaluate(
        """host => {
          Storage.prototype.setItem = () => { throw new DOMException("full", "QuotaExceededError"); };
          window.told = [];
          const line = host.querySelector(".pending");
          new MutationObserver(() => window.told.push(line.textContent)).observe(line, { childList: true });
        }"""
    )
    made = tab.viewer.evaluate(BURST, 1)
    saved(tab)
    assert set(desk.marks()) == set(made)
    assert any("this browser keeps nothing" in text for text in tab.page.evaluate("() => window.told"))
