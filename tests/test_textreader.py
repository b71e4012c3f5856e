"""The reader of text: printed dates are read with their place; without it a sentence says what to do."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageDraw, ImageFont

from workflow import textreader
from workflow.errors import InputRefused
from workflow.printed import printed
from workflow.textreader import edges, read_lines, reader_name


@pytest.fixture(autouse=True)
def fresh() -> None:
    reader_name.cache_clear()


@pytest.fixture
def reader(skip_or_fail: object) -> str:
    try:
        return reader_name()
    except InputRefused:
        skip_or_fail("tesseract is not installed")  # type: ignore[operator]
        return ""


def bar(text: str, ink: str, paper: str) -> np.ndarray:
    picture = Image.new("RGB", (700, 40), paper)
    ImageDraw.Draw(picture).text((200, 10), text, font=ImageFont.load_default(16), fill=ink)
    return np.moveaxis(np.asarray(picture), -1, 0)


@pytest.mark.parametrize(("ink", "paper"), [("black", "white"), ("white", "black"), ("white", "#406030")])
def test_a_date_is_read_where_it_stands(reader: str, ink: str, paper: str) -> None:
    lines = read_lines(bar("Imagery Date: 2023-04-14", ink, paper), (1000, 500))
    (found,) = printed(lines)
    assert found.text == "2023-04-14"
    left, top, width, height = found.line.box
    assert 1190 <= left <= 1210
    assert 500 <= top <= 520
    assert left + width <= 1450
    assert height < 30
    assert found.line.confidence > 50
    assert reader.startswith("tesseract ")


def test_a_strip_without_text_gives_no_date(reader: str) -> None:
    noise = np.random.default_rng(1).integers(0, 255, (3, 44, 200)).astype(np.uint8)
    assert printed(read_lines(noise)) == ()


def test_without_the_program_a_sentence_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    import pytesseract

    monkeypatch.setattr(pytesseract.pytesseract, "tesseract_cmd", "no-such-program")
    with pytest.raises(
        InputRefused, match=r"there is no reader of text here \(tesseract\); install the program"
    ):
        read_lines(bar("2023-04-14", "black", "white"))


def test_without_the_extra_it_says_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pytesseract", None)
    with pytest.raises(InputRefused, match=r"pip install 'sitetrack\[ocr\]'"):
        reader_name()


def test_what_takes_too_long_gives_no_lines(
    reader: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    import pytesseract

    slow = tmp_path / "slow"
    slow.write_text('#!/bin/sh\n[ "$1" = --version ] && echo tesseract 5.3.0 || exec sleep 30\n')
    slow.chmod(0o755)
    monkeypatch.setattr(pytesseract.pytesseract, "tesseract_cmd", str(slow))
    monkeypatch.setattr(textreader, "_SECONDS", 0.3)
    assert read_lines(bar("2023-04-14", "black", "white")) == ()


@given(st.integers(1, 40_000), st.integers(1, 20_000))
def test_the_strips_lie_in_the_picture_and_reach_along_both_edges(width: int, height: int) -> None:
    boxes = edges(width, height)
    assert all(left >= 0 and top >= 0 for left, top, _, _ in boxes)
    assert all(left + wide <= width and top + tall <= height for left, top, wide, tall in boxes)
    assert max(left + wide for left, _, wide, _ in boxes) == width
    assert min(top for _, top, _, _ in boxes) == 0
    assert max(top + tall for _, top, _, tall in boxes) == height
    assert all(tall * wide <= 3_000 * 140 for _, _, wide, tall in boxes)
