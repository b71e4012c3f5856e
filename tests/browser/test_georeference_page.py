"""Georeference by hand, the whole way: a first-time user lays a screenshot on the map, refines it, and compares."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio
from PIL import Image

from workflow.chips import site_grid_of
from workflow.intake import IntakeOptions
from workflow.model import Author, Capture, CaptureKind, ControlModel, Georeference
from workflow.pipeline.ingest import ingest
from workflow.project import Project

pytestmark = pytest.mark.browser

SITE, FILE = "harbour-bridge", "screenshot.png"
WIDTH, HEIGHT, PIXEL_M = 480, 360, 0.4
PLACES = ((40, 50), (430, 60), (250, 190), (60, 320), (440, 310))


@pytest.fixture
def shot(tmp_path: Path, sample: Any, served_at: Any) -> Iterator[tuple[str, Path, str, Callable[..., Any]]]:
    """The sample project with a screenshot of its site, served; and where a place of it really lies."""
    root = sample.make_project(tmp_path / "project")
    pixels = np.full((HEIGHT, WIDTH, 3), (120, 110, 60), "uint8")
    pixels[HEIGHT // 2 - 9 : HEIGHT // 2 + 9] = 130
    Image.fromarray(pixels).save(tmp_path / FILE)
    with Project.open(root) as project:
        options = IntakeOptions(acquired="April 2023", kind=CaptureKind.SATELLITE, site=SITE)
        [capture] = ingest(project, Author("test"), [tmp_path / FILE], options).captures
        grid = site_grid_of(project, project.site(SITE))
        middle = grid.from_lonlat(sample.PLACE)

    def truth(column: float, row: float) -> tuple[float, float]:
        return middle[0] + (column - WIDTH / 2) * PIXEL_M, middle[1] - (row - HEIGHT / 2) * PIXEL_M

    (tmp_path / "log").mkdir()
    with served_at(root, tmp_path / "log") as address:
        yield address, root, capture.id, truth


@pytest.fixture
def placing(open_tab: Callable[..., Any], shot: Any) -> Callable[..., Any]:
    def opened(query: str = "", **options: Any) -> Placing:
        tab = open_tab(**options)
        tab.address = shot[0]
        tab.page.goto(f"{tab.address}/imagery?georeference={shot[2]}{query}")
        made = Placing(tab, shot[3])
        made.wait()
        return made

    return opened


class Placing:
    """The page that places a picture, and hands on it."""

    def __init__(self, tab: Any, truth: Callable[..., Any]) -> None:
        self.tab, self.page, self.truth = tab, tab.page, truth
        self.host = self.page.locator(".sitetrack-georef")

    def wait(self, **said: str) -> None:
        attributes = "".join(f'[data-{name}="{value}"]' for name, value in said.items())
        self.page.locator(f".sitetrack-georef[data-ready]{attributes}").wait_for()

    def at(self, side: str, x: float, y: float) -> tuple[float, float]:
        """Where coordinates of a pane are on the screen."""
        left, top = self.host.evaluate(
            """(host, [side, place]) => {
                const pane = host.georef[side];
                const box = pane.element.getBoundingClientRect();
                const [x, y] = pane.map.getPixelFromCoordinate(place);
                return [box.left + x, box.top + y];
            }""",
            [side, [x, y]],
        )
        return left, top

    def pair(self, column: float, row: float, miss: tuple[float, float] = (0, 0)) -> None:
        """Click a place in the picture and on the map, `miss` metres beside the right one."""
        x, y = self.truth(column, row)
        self.page.mouse.click(*self.at("picture", column, -row))
        self.page.mouse.click(*self.at("ground", x + miss[0], y + miss[1]))

    def drag(self, side: str, start: tuple[float, float], end: tuple[float, float]) -> None:
        self.page.mouse.move(*self.at(side, *start))
        self.page.mouse.down()
        self.page.mouse.move(*self.at(side, *end), steps=4)
        self.page.mouse.up()

    def residual(self) -> float:
        return float(self.host.get_attribute("data-rms") or "nan")

    def until(self, expression: str) -> None:
        """Wait until an expression of `host` is true."""
        self.page.wait_for_function(f"() => {{ const host = document.querySelector('.sitetrack-georef') ?? "
                                    f"[...document.querySelectorAll('*')].map((one) => one.shadowRoot?.querySelector("
                                    f"'.sitetrack-georef')).find(Boolean); return {expression}; }}")  # fmt: skip

    def save(self) -> None:
        self.page.locator("[data-save]:enabled").click()
        self.wait(dirty="no")
        self.tab.settle()


def the_capture(root: Path, key: str) -> Capture:
    with Project.open(root) as project:
        return project.capture(key)


@pytest.mark.journey
def test_a_first_time_user_lays_a_screenshot_on_the_map_refines_it_and_compares(
    open_tab: Callable[..., Any], shot: Any
) -> None:
    address, root, key, truth = shot
    tab = open_tab()
    tab.address = address
    page = tab.page
    page.goto(f"{address}/imagery?capture={FILE}")
    page.get_by_role("button", name="Georeference by hand").click()
    placing = Placing(tab, truth)
    placing.wait(pairs="0")
    page.get_by_text("Click a place in the picture, then the same place on the map").wait_for()
    for number, place in enumerate(PLACES, 1):
        placing.pair(*place, miss=(12, 0) if number == 3 else (0, 0))
        placing.wait(pairs=str(number))
    # the worst pair stands first; it is dragged to where it belongs
    page.locator('tbody tr:first-child[data-pair="3"]').wait_for()
    placing.until("host.dataset.rms > 3")
    x, y = truth(*PLACES[2])
    placing.drag("ground", (x + 12, y), (x, y))
    placing.until("host.dataset.rms < 1")
    placing.save()
    placed = the_capture(root, key)
    assert placed.georeference is Georeference.CONTROL_POINTS
    assert placed.control is not None
    assert (placed.control.model, len(placed.control.points)) == (ControlModel.AFFINE, 5)
    assert placed.gsd_m == pytest.approx(PIXEL_M, rel=0.02)
    # it is opened again and refined: a pair more, the reason with it
    page.reload()
    placing.wait(pairs="5", dirty="no")
    placing.pair(250, 60)
    placing.wait(pairs="6", dirty="yes")
    page.locator("[data-reason]").fill("a roof more")
    placing.save()
    assert len(the_capture(root, key).control.points) == 6  # type: ignore[union-attr]
    with Project.open(root) as project:
        history = project.record.history(Capture, placed.id)
    assert [one.reason for one in history[1:]] == ["georeferenced by control points", "a roof more"]
    page.get_by_role("link", name="Compare:").click()
    tab.wait_ready()
    assert f"right={placed.id}" in tab.link()
    page.get_by_text("placed by 6 pairs of points (affine)").first.wait_for()
    assert tab.errors == []
    assert tab.foreign == []


def test_pairs_are_set_by_keys_alone(placing: Any) -> None:
    made = placing()
    picture, ground = (made.page.locator(".sitetrack-georef .map").nth(number) for number in (0, 1))
    for keys in ((), ("ArrowRight", "ArrowRight"), ("ArrowDown", "ArrowDown")):
        for pane in (picture, ground):
            pane.focus()
            for key in keys:
                pane.press(key)
            pane.press("Enter")
    made.wait(pairs="3")
    made.until("host.dataset.rms !== ''")
    before = made.host.evaluate("host => host.georef.pairs[2].x")
    ground.press("Alt+ArrowRight")
    made.until(f"host.georef.pairs[2].x > {before}")
    made.page.keyboard.press("Delete")
    made.wait(pairs="2")
    made.page.keyboard.press("Control+z")
    made.wait(pairs="3")
    assert made.tab.errors == []


def test_pairs_are_switched_off_models_chosen_and_what_cannot_be_is_said(placing: Any) -> None:
    made = placing()
    for place in PLACES:
        made.pair(*place, miss=(9, 0) if place == PLACES[4] else (0, 0))
    made.wait(pairs="5")
    made.until("host.dataset.rms > 1")
    made.page.get_by_role("checkbox", name="Pair 5 counts").click()
    made.until("host.dataset.rms < 0.8")
    made.page.locator("[data-model]").select_option("thin-plate")
    made.until("host.dataset.rms < 0.001 && host.dataset.loo === ''")
    assert "model=thin-plate" in made.page.url
    made.page.get_by_role("checkbox", name="Pair 1 counts").click()
    made.page.get_by_text("3 of 4 pairs. Click the next place in the picture.").wait_for()
    assert made.page.locator("[data-save]").is_disabled()
    made.page.locator("[data-model]").select_option("affine")
    made.page.get_by_text("they lie on one line in the picture; add some to the sides of it").wait_for()
    made.page.get_by_role("checkbox", name="Pair 1 counts").click()
    made.until("host.dataset.rms !== ''")
    # two places exchanged would lay the picture mirrored: a sentence, and nothing to save
    made.host.evaluate(
        """host => {
            const { georef } = host;
            const [one, two, three] = georef.pairs;
            georef.toggle(three.id);
            const [first, second] = [one, two].map(({ x, y }) => ({ x, y, used: true }));
            georef.place(one.id, second);
            georef.place(two.id, first);
        }"""
    )
    made.until("host.dataset.problem.includes('the picture would lie mirrored')")
    made.page.get_by_text("check whether two pairs are exchanged").wait_for()
    assert made.page.locator("[data-save]").is_disabled()


def test_a_position_can_be_typed_and_a_page_that_was_left_has_its_pairs_again(
    placing: Any, sample: Any
) -> None:
    made = placing()
    made.page.mouse.click(*made.at("picture", WIDTH / 2, -HEIGHT / 2))
    typed = made.page.locator('[data-typed="position"]')
    typed.fill("nowhere")
    typed.press("Enter")
    made.page.locator('[data-typed="position"][aria-invalid="true"]').wait_for()
    typed.fill(f"{sample.PLACE.lat}, {sample.PLACE.lon}")
    typed.press("Enter")
    made.wait(pairs="1")
    x, y = made.host.evaluate("host => [host.georef.pairs[0].x, host.georef.pairs[0].y]")
    assert (x, y) == pytest.approx(made.truth(WIDTH / 2, HEIGHT / 2), abs=0.01)
    made.page.reload()
    made.wait(pairs="1", dirty="yes")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_is_accessible_in_light_and_dark(placing: Any, scheme: str) -> None:
    package = pytest.importorskip("axe_playwright_python", reason="axe-playwright-python is not installed")
    made = placing(color_scheme=scheme)
    for place in PLACES[:4]:
        made.pair(*place)
    made.wait(pairs="4")
    made.until("host.dataset.rms !== ''")
    made.page.evaluate((Path(package.__file__).parent / "axe.min.js").read_text("utf-8"))
    found = made.page.evaluate(
        "rules => axe.run(document, {runOnly: rules, resultTypes: ['violations']})",
        ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"],
    )
    assert [(one["id"], [node["html"] for node in one["nodes"]]) for one in found["violations"]] == []


def test_a_viewer_looks_and_changes_nothing(
    introduced: Any, shot: Any, tmp_path: Path, served_at: Any
) -> None:
    _, root, key, truth = shot
    (tmp_path / "other").mkdir()
    with served_at(root, tmp_path / "other", author="") as address:
        tab = introduced(address, "Vera", f"imagery?georeference={key}", role="viewer")
        placing = Placing(tab, truth)
        placing.wait(pairs="0")
        placing.page.mouse.click(*placing.at("picture", 50, -50))
        placing.page.get_by_text("You look as a viewer: nothing is recorded.").wait_for()
        placing.wait(pairs="0")
        assert placing.page.locator("[data-save]").count() == 0


# -- points proposed by matching --------------------------------------------------------------------------------------


@pytest.fixture
def matching(watched: Any, tmp_path: Path, served_at: Any, open_tab: Any) -> Iterator[Any]:
    """A site with a picture of its ground and one of other ground, and the page with a screenshot of the first."""
    watched.add_site(SITE)
    known, strange = watched.add_capture("2019-05-03"), watched.add_capture("2022-05-03", seed=2)
    with rasterio.open(watched.project.root / known.working) as file:
        ground, west, north = file.read(), file.transform.c, file.transform.f

    def truth(column: float, row: float) -> tuple[float, float]:
        x, y = (column - WIDTH / 2) * PIXEL_M, (row - HEIGHT / 2) * PIXEL_M
        return west + 200 + 0.8 * x + 0.6 * y, north - 200 + 0.6 * x - 0.8 * y

    columns, rows = np.meshgrid(np.arange(WIDTH) + 0.5, np.arange(HEIGHT) + 0.5)
    xs, ys = truth(columns, rows)  # type: ignore[arg-type]
    pixels = ground[:, ((north - ys) / 0.5).astype(int), ((xs - west) / 0.5).astype(int)]
    Image.fromarray(np.moveaxis(pixels, 0, -1)).save(tmp_path / FILE)
    options = IntakeOptions(acquired="April 2023", kind=CaptureKind.SATELLITE, site=SITE)
    [capture] = ingest(watched.project, Author("test"), [tmp_path / FILE], options).captures
    (tmp_path / "log").mkdir()
    with served_at(watched.project.root, tmp_path / "log") as address:

        def opened(reference: str, **options: Any) -> Placing:
            tab = open_tab(**options)
            tab.address = address
            tab.page.goto(f"{address}/imagery?georeference={capture.id}&reference={reference}")
            made = Placing(tab, truth)
            made.wait(pairs="0")
            return made

        yield opened, watched.project.root, capture.id, known.id, strange.id


def proposed(made: Placing) -> None:
    made.page.get_by_role("button", name="Propose points").click()
    made.page.locator(".sitetrack-georef[data-proposed]").wait_for(timeout=240_000)


def test_points_are_proposed_looked_at_and_saved_as_matched(matching: Any) -> None:
    opened, root, key, known, _ = matching
    made = opened(known)
    proposed(made)
    made.page.get_by_text("pairs proposed:").wait_for()
    made.until("host.dataset.rms !== '' && host.dataset.rms < 0.4")
    made.save()
    placed = the_capture(root, key)
    assert placed.georeference is Georeference.MATCHED
    assert placed.control is not None
    assert placed.control.reference == known
    assert placed.gsd_m == pytest.approx(PIXEL_M, rel=0.01)
    for point in placed.control.points:
        assert (point.x, point.y) == pytest.approx(made.truth(point.col, point.row), abs=PIXEL_M)
    # a point that is moved is no longer the program's
    made.page.reload()
    made.wait(dirty="no")
    column, row = placed.control.points[0].col, placed.control.points[0].row
    made.drag("picture", (column, -row), (column + 6, -row))
    made.save()
    assert the_capture(root, key).georeference is Georeference.CONTROL_POINTS


def test_a_picture_that_does_not_match_is_told_so_and_keeps_its_pairs(matching: Any) -> None:
    opened, _, _, _, strange = matching
    made = opened(strange)
    made.pair(*PLACES[2])
    made.wait(pairs="1")
    proposed(made)
    told = made.page.get_by_text("It could not be matched: ")
    told.wait_for()
    assert "Another picture to look places up on may do better" in told.inner_text()
    made.wait(pairs="1")
