"""Reading printed text at the edges of a picture with tesseract, a program of its own, as a child with a time limit.

It is an extra: ``sitetrack[ocr]`` and the program. Strips are enlarged and read as they are, and once more with only
their lightest and only their darkest pixels, since viewers print white or black letters on the imagery itself.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from workflow.errors import InputRefused
from workflow.printed import Line

__all__ = ["edges", "read_lines", "reader_name"]

Box = tuple[int, int, int, int]
_LEAST_PX, _MOST_PX, _SHARE = 44, 140, 0.06
_WIDEST_PX, _OVERLAP_PX = 3_000, 300
_LETTERS_PX = 3  # times as large: letters of a viewer are about ten pixels high
_STROKE_PX = 11
_INK = 170
_SECONDS = 8
_LEAST_CONFIDENCE = 25.0
_MISSING = (
    "Text in the picture",
    "there is no reader of text here (tesseract)",
    "install the program (Debian: apt install tesseract-ocr; macOS: brew install tesseract; Windows: the installer of "
    "UB Mannheim) and pip install 'sitetrack[ocr]'",
)


@cache
def reader_name() -> str:
    """Name and version of the reader.

    Raises
    ------
    InputRefused
        when there is none; it says what to install.
    """
    try:
        import pytesseract

        return f"tesseract {pytesseract.get_tesseract_version()}"
    except (ImportError, SystemExit, OSError) as error:
        raise InputRefused(*_MISSING) from error


def edges(width: int, height: int) -> tuple[Box, ...]:
    """The strips along the upper and the lower edge (left, top, width, height), cut into pieces of one overlap."""
    tall = min(height, max(_LEAST_PX, min(_MOST_PX, round(height * _SHARE))))
    tall, tops = (height, (0,)) if 2 * tall > height else (tall, (0, height - tall))
    pieces = range(0, max(1, width - _OVERLAP_PX), _WIDEST_PX - _OVERLAP_PX)
    return tuple((left, top, min(_WIDEST_PX, width - left), tall) for top in tops for left in pieces)


def read_lines(rgb: NDArray[np.uint8], at: tuple[int, int] = (0, 0)) -> tuple[Line, ...]:
    """The lines of a strip (3, row, column) whose upper left corner is `at` (column, row) of the picture.

    Raises
    ------
    InputRefused
        when there is no reader, or it fails. What takes longer than its time gives no lines.
    """
    reader_name()
    return tuple(line for picture in _looks(rgb) for line in _lines(picture, at))


def _looks(rgb: NDArray[np.uint8]) -> Iterator[Any]:
    """The strip enlarged, as the reader gets it: dark letters on a light ground.

    First as it is; then what is lighter, and what is darker, than all around it within the width of a stroke: that
    leaves letters of the imagery's fields and roofs.
    """
    from PIL import Image, ImageChops, ImageFilter, ImageOps

    grey = np.rint(np.tensordot((0.299, 0.587, 0.114), rgb.astype(np.float64), 1)).astype(np.uint8)
    small = Image.fromarray(grey)
    size = (small.width * _LETTERS_PX, small.height * _LETTERS_PX)
    large = small.resize(size, Image.Resampling.LANCZOS)
    yield large
    least, most = ImageFilter.MinFilter(_STROKE_PX), ImageFilter.MaxFilter(_STROKE_PX)
    lighter = ImageChops.subtract(large, large.filter(least).filter(most))
    darker = ImageChops.subtract(large.filter(most).filter(least), large)
    for strokes, ink in ((lighter, large), (darker, ImageOps.invert(large))):
        plain = ink.point(lambda value: 255 if value > _INK else 0)
        yield ImageOps.invert(ImageChops.darker(ImageOps.autocontrast(strokes), plain))


def _lines(picture: Any, at: tuple[int, int]) -> Iterator[Line]:
    import pytesseract

    os.environ.setdefault("OMP_THREAD_LIMIT", "1")  # more threads make it slower on small pictures
    try:
        words = pytesseract.image_to_data(
            picture, lang="eng", config="--psm 11", timeout=_SECONDS, output_type=pytesseract.Output.DICT
        )
    except pytesseract.TesseractError as error:
        raise InputRefused(_MISSING[0], f"it cannot be read ({_short(error)})", _MISSING[2]) from error
    except RuntimeError:  # it took too long: a busy ground without letters does that
        return
    rows: dict[tuple[int, int, int], list[int]] = {}
    for number, text in enumerate(words["text"]):
        if text.strip() and float(words["conf"][number]) >= _LEAST_CONFIDENCE:
            key = tuple(words[name][number] for name in ("block_num", "par_num", "line_num"))
            rows.setdefault(key, []).append(number)
    for numbers in rows.values():
        yield _line(words, numbers, at)


def _line(words: dict[str, list[Any]], numbers: list[int], at: tuple[int, int]) -> Line:
    left = min(words["left"][one] for one in numbers)
    top = min(words["top"][one] for one in numbers)
    right = max(words["left"][one] + words["width"][one] for one in numbers)
    bottom = max(words["top"][one] + words["height"][one] for one in numbers)
    box = (
        at[0] + left // _LETTERS_PX,
        at[1] + top // _LETTERS_PX,
        -(-(right - left) // _LETTERS_PX) + 1,
        -(-(bottom - top) // _LETTERS_PX) + 1,
    )
    text = "".join(one for one in " ".join(words["text"][one] for one in numbers) if one.isprintable())
    confidence = sum(float(words["conf"][one]) for one in numbers) / len(numbers)
    return Line(text[:300], box, round(confidence, 1))


def _short(error: BaseException) -> str:
    return str(error).splitlines()[0][:120] if str(error) else type(error).__name__
