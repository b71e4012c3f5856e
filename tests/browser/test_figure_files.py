"""Figure files that a browser shows: the SVG looks as the PNG does, the swipe page works from a disk and alone."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from figure_sheets import hostile, sheet, small
from PIL import Image
from test_figure_formats import difference

from workflow.exporters.figures import write

pytestmark = pytest.mark.browser


@pytest.fixture
def alone(launched: Any) -> Iterator[Any]:
    """A page of a browser that has no server; `asked` lists what it asked for beyond the file itself."""
    page = launched.new_page(viewport={"width": 1000, "height": 900})
    page.asked, page.faults = [], []
    page.on(
        "request",
        lambda request: (
            page.asked.append(request.url) if not request.url.startswith(("file:", "data:")) else None
        ),
    )
    page.on("console", lambda message: page.faults.append(message.text))
    page.on("dialog", lambda dialog: (page.faults.append(dialog.message), dialog.dismiss()))
    yield page
    page.close()


def test_the_svg_looks_as_the_png_does_with_its_own_face(alone: Any, tmp_path: Path) -> None:
    figure = sheet()
    (tmp_path / "a.svg").write_bytes(write(figure, ".svg"))
    width, height = figure.drawing.width_px, figure.drawing.height_px
    alone.set_viewport_size({"width": width, "height": height})
    # as an editor places it: a picture in a page
    (tmp_path / "a.html").write_text(
        f'<body style="margin:0"><img src="a.svg" width="{width}" height="{height}">'
    )
    alone.goto((tmp_path / "a.html").as_uri())
    alone.wait_for_function("document.images[0].complete && document.images[0].naturalWidth > 0")
    shot = Image.open(io.BytesIO(alone.screenshot()))
    assert difference(shot, Image.open(io.BytesIO(write(figure, ".png")))) < 35
    assert alone.asked == []


def test_the_swipe_is_moved_by_keys_and_by_hand(alone: Any, tmp_path: Path) -> None:
    (tmp_path / "a.html").write_bytes(write(sheet(), ".html"))
    alone.goto((tmp_path / "a.html").as_uri())
    assert alone.evaluate(
        "document.fonts.ready.then(() => [...document.fonts].map((face) => `${face.weight} ${face.status}`))"
    ) == ["400 loaded", "700 loaded"]
    stage, slider = alone.locator(".stage"), alone.get_by_label("Share of the earlier picture")
    assert stage.get_attribute("data-share") == "50"
    slider.focus()
    alone.keyboard.press("ArrowRight")
    assert stage.get_attribute("data-share") == "51"
    alone.keyboard.press("Home")
    assert stage.get_attribute("data-share") == "0"
    box = stage.bounding_box()
    alone.mouse.move(box["x"] + 5, box["y"] + 40)
    alone.mouse.down()
    alone.mouse.move(box["x"] + box["width"] * 0.8, box["y"] + 40)
    alone.mouse.up()
    assert stage.get_attribute("data-share") == "80"
    assert slider.input_value() == "80"
    shown = Image.open(io.BytesIO(stage.screenshot())).convert("RGB")
    alone.keyboard.press("Tab")
    slider.fill("10")
    assert difference(Image.open(io.BytesIO(stage.screenshot())), shown) > 40
    assert (alone.asked, alone.faults) == ([], [])


def test_hostile_words_are_only_words(alone: Any, tmp_path: Path) -> None:
    figure = small(hostile())
    for suffix in (".html", ".svg"):
        file = tmp_path / f"a{suffix}"
        file.write_bytes(write(figure, suffix))
        alone.goto(file.as_uri())
        assert "alert(1)" in alone.content()
        assert (alone.asked, alone.faults) == ([], [])
    alone.goto((tmp_path / "a.html").as_uri())
    assert "</script><script>alert(1)</script>" in alone.locator("figcaption").inner_text()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_swipe_is_accessible(alone: Any, tmp_path: Path, scheme: str) -> None:
    package = pytest.importorskip("axe_playwright_python", reason="axe-playwright-python is not installed")
    axe = (Path(package.__file__).parent / "axe.min.js").read_text("utf-8")
    alone.emulate_media(color_scheme=scheme)
    (tmp_path / "a.html").write_bytes(write(sheet(), ".html"))
    alone.goto((tmp_path / "a.html").as_uri())
    alone.evaluate(axe)
    found = alone.evaluate("axe.run(document, {resultTypes: ['violations']})")["violations"]
    assert [(one["id"], one["nodes"][0]["html"]) for one in found] == []
