"""Figures look as they looked: pictures kept here are compared by their structure.

A face of another FreeType may come out a shade different; a mark, a word or a panel that moved, went or came is found.
``python tests/test_figure_references.py`` draws the references anew: look at each before it is kept.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from figure_sheets import sheet
from numpy.typing import NDArray
from PIL import Image

from workflow.exporters.figures import Sheet
from workflow.exporters.png import render
from workflow.figure import Drawing, FigureSpec, HouseStyle, Locator, Polyline, Text, lay_out
from workflow.model import Layout

FOLDER = Path(__file__).parent / "references"
_BLOCK, _CORRELATED, _FAINT = 8, 0.85, 6.0


def drawn(count: int, **changes: object) -> Sheet:
    one = sheet(count, dpi=100)
    spec: FigureSpec = replace(one.spec, **changes)  # type: ignore[arg-type]
    return replace(one, spec=spec, drawing=lay_out(spec, one.fonts.measure))


_MAP = Locator(
    (((0.1, 0.2), (0.9, 0.1), (0.8, 0.9), (0.2, 0.8)),), (((0.3, 0.2), (0.5, 0.85)),), (0.45, 0.5), "여기"
)
SHEETS: dict[str, Callable[[], Sheet]] = {
    "pair": lambda: drawn(2),
    "grid": lambda: drawn(4, layout=Layout.GRID),
    "filmstrip": lambda: drawn(6, layout=Layout.FILMSTRIP),
    "house": lambda: drawn(
        1, house=HouseStyle("house", lead_alone=True, accent=(255, 0, 0)), lead="Figure 7.", locator=_MAP
    ),
}


def picture(one: Sheet, drawing: Drawing | None = None) -> Image.Image:
    return render(drawing or one.drawing, one.panels, one.fonts).convert("L")


def structure(grey: Image.Image) -> NDArray[np.float64]:
    """Length of the gradient of the picture at half its size: edges, wherever their exact shade."""
    half = grey.resize((grey.width // 2, grey.height // 2), Image.Resampling.BOX)
    down, right = np.gradient(np.asarray(half, float))
    return np.hypot(down, right)


def differing(one: Image.Image, other: Image.Image) -> list[tuple[int, int]]:
    """Blocks (row, column) of about four millimetres whose edges are not the same; all where the sizes differ."""
    if one.size != other.size:
        return [(-1, -1)]
    first, second = structure(one), structure(other)
    found = []
    for row in range(0, first.shape[0], _BLOCK):
        for column in range(0, first.shape[1], _BLOCK):
            a, b = (part[row : row + _BLOCK, column : column + _BLOCK].ravel() for part in (first, second))
            if max(a.std(), b.std()) < _FAINT:
                continue
            if a.std() == 0 or b.std() == 0 or np.corrcoef(a, b)[0, 1] < _CORRELATED:
                found.append((row, column))
    return found


@pytest.mark.parametrize("name", SHEETS)
def test_a_figure_has_the_structure_of_its_reference(name: str) -> None:
    with Image.open(FOLDER / f"{name}.png") as kept:
        assert differing(picture(SHEETS[name]()), kept.convert("L")) == []


@pytest.mark.parametrize("name", SHEETS)
def test_a_mark_or_a_word_that_is_missing_is_found(name: str) -> None:
    one = SHEETS[name]()
    whole = picture(one)
    lines = [item for item in one.drawing.items if isinstance(item, Polyline) and item.halo_px]
    words = [item for item in one.drawing.items if isinstance(item, Text) and item.text]
    for gone in (lines[0], words[0], words[-1]):
        items = tuple(item for item in one.drawing.items if item is not gone)
        assert differing(picture(one, replace(one.drawing, items=items)), whole), gone


def test_a_word_that_moved_by_a_millimetre_is_found() -> None:
    one = SHEETS["pair"]()
    moved = tuple(
        replace(item, x=item.x + 4) if isinstance(item, Text) and item.bold else item
        for item in one.drawing.items
    )
    assert differing(picture(one, replace(one.drawing, items=moved)), picture(one))


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for key, make in SHEETS.items():
        picture(make()).save(FOLDER / f"{key}.png", optimize=True)
        sys.stdout.write(f"{key}\n")
