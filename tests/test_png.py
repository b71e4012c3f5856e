"""The drawn picture: pixels of panels, hatching, strokes, text with the built typefaces."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from workflow.exporters.png import Pixels, render
from workflow.figure import Box, Drawing, PanelImage, Polyline, Rect
from workflow.figure.typeset import Pen, Style
from workflow.fonts import Fonts, load_fonts


@pytest.fixture(scope="module")
def fonts() -> Fonts:
    return load_fonts()


def pixels(side: int = 40, level: int = 200, empty_from: int | None = None) -> Pixels:
    valid = np.ones((side, side), bool)
    rgb = np.full((3, side, side), level, np.uint8)
    if empty_from is not None:
        valid[:, empty_from:] = False
        rgb[:, :, empty_from:] = 0
    return Pixels(rgb, valid)


def drawn(
    items: tuple[object, ...], panels: list[Pixels], fonts: Fonts, side: int = 200
) -> NDArray[np.uint8]:
    drawing = Drawing(side, side, 300, items)  # type: ignore[arg-type]
    return np.array(render(drawing, panels, fonts))


def test_a_panel_fills_its_box_and_nothing_else(fonts: Fonts) -> None:
    page = drawn((PanelImage(0, Box(20, 30, 120, 130)),), [pixels()], fonts)
    assert (page[30:130, 20:120] == 200).all()
    page[30:130, 20:120] = 255
    assert (page == 255).all()


def test_what_is_not_covered_is_hatched_and_never_black_or_bleeding(fonts: Fonts) -> None:
    page = drawn((PanelImage(0, Box(0, 0, 200, 200)),), [pixels(empty_from=20)], fonts)
    assert (page[:, :100] == 200).all()  # up to the edge the covered part keeps its level
    empty = page[:, 100:]
    assert empty.min() > 150
    assert len(np.unique(empty)) == 2


def test_a_stroke_stays_inside_its_clip_and_has_a_dark_rim(fonts: Fonts) -> None:
    line = Polyline(((-50.0, 50.0), (250.0, 50.0)), 3, (255, 221, 0), Box(10, 10, 100, 100), 2)
    page = drawn((line,), [], fonts)
    changed = np.argwhere((page != 255).any(axis=2))
    assert changed.min(axis=0).tolist() == [46, 10]
    assert changed.max(axis=0).tolist()[1] == 99
    assert page[50, 50].tolist() == [255, 221, 0]
    assert page[47, 50].max() < 90


def test_a_stroke_far_outside_draws_nothing(fonts: Fonts) -> None:
    line = Polyline(((500.0, 500.0), (600.0, 600.0)), 3, (0, 0, 0), Box(0, 0, 200, 200))
    assert (drawn((line,), [], fonts) == 255).all()


def test_a_plate_lets_the_picture_through_by_its_opacity(fonts: Fonts) -> None:
    page = drawn((Rect(Box(0, 0, 10, 10), (0, 0, 0), 0.6),), [], fonts)
    assert abs(int(page[5, 5, 0]) - 102) <= 1


@pytest.mark.parametrize(
    "text", ["평양원산관광도로 꽃뷁", "39° 1'13\"N 125°44'5\"E", "© 2021 Maxar – Ågjpq|", "gjpqy()"]
)
@pytest.mark.parametrize("bold", [False, True])
@pytest.mark.parametrize("size", [29.2, 33.3, 66.7])
def test_ink_stays_in_the_room_that_the_layout_gave_it(
    text: str, bold: bool, size: float, fonts: Fonts
) -> None:
    line = Pen(fonts.measure, 72).line(text, 50, 50, Style(size, bold))
    side = int(max(line.box.right, line.box.bottom)) + 60
    inked = np.argwhere((drawn((line,), [], fonts, side) < 128).any(axis=2))
    top, left = inked.min(axis=0)
    bottom, right = inked.max(axis=0) + 1
    assert line.box.grown(1).holds(Box(left, top, right, bottom))


@pytest.mark.parametrize("char", list("가힣뷁°'\"′″©–·Az"))
def test_the_typefaces_cover_what_figures_need(char: str, fonts: Fonts) -> None:
    assert fonts.missing(char) == ""


def test_characters_without_a_picture_are_named_once(fonts: Fonts) -> None:
    assert fonts.missing("a\U0001f3a5b\U0001f3a5 \u0e01") == "\U0001f3a5\u0e01"
