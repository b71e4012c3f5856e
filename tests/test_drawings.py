"""The drawings of the documents are what the engine says today."""

from __future__ import annotations

import importlib.util
import re
import sys
import xml.etree.ElementTree as ET
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def drawings() -> ModuleType:
    spec = importlib.util.spec_from_file_location("drawings", ROOT / "docs" / "drawings.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["drawings"] = module
    spec.loader.exec_module(module)
    return module


def test_the_drawings_are_up_to_date_and_shown(drawings: ModuleType) -> None:
    page = (ROOT / "docs" / "time.md").read_text("utf-8")
    made = drawings.drawings()
    assert made
    for name, svg in made.items():
        assert (ROOT / "docs" / "images" / name).read_text("utf-8") == svg, "run python docs/drawings.py"
        assert f"(images/{name})" in page
        ET.fromstring(svg)  # noqa: S314  our own text


def test_a_drawing_says_what_the_engine_finds(drawings: ModuleType) -> None:
    for story in drawings.STORIES:
        svg = drawings.timeline(story)
        found = drawings.findings_of(story)
        assert found
        assert re.findall("“(.+?)”</text>", svg) == [row.phrase for row in found]
