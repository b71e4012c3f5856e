"""Text that is printed in a capture, read where a reader is installed: proposals, each with the crop as proof."""

from __future__ import annotations

import hashlib
import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from workflow import rasters
from workflow.errors import InputRefused
from workflow.model import Basis, Capture, DateSpan, TextReading
from workflow.printed import Line, printed
from workflow.providers.profiles import profile_of
from workflow.textreader import edges, read_lines, reader_name
from workflow.timespan import format_span

if TYPE_CHECKING:
    from workflow.project import Project

__all__ = ["Found", "found_rows", "read_text"]

Row = dict[str, Any]
_MARGIN_PX = 4


@dataclass(frozen=True, slots=True)
class Found:
    """A date or credit that is printed in a picture: what to record of it, what it would be, the crop as a PNG.

    `value` is None where the text can be read in two ways; `problem` says how.
    """

    reading: TextReading
    value: DateSpan | str | None
    problem: str
    crop_png: bytes

    @property
    def words(self) -> str:
        """What it would be, for people."""
        return format_span(self.value) if isinstance(self.value, DateSpan) else self.value or ""


def read_text(project: Project, capture: Capture) -> tuple[Found, ...]:
    """Dates and credits at the upper and lower edge of a picture as it came; nothing is written.

    Raises
    ------
    InputRefused
        when no reader is installed, the picture cannot be read, or reading takes too long.
    """
    reader = reader_name()
    width, height = capture.picture_size
    path, stretch = project.root / capture.picture, capture.stretch
    lines: list[Line] = []
    try:
        for box in edges(width, height):
            lines += read_lines(rasters.read_box(path, box, stretch), box[:2])
        found = printed(lines, _basis(capture))
        crops = [rasters.read_box(path, _box(one.line, width, height), stretch) for one in found]
    except rasters.GDAL_ERRORS as error:
        raise InputRefused(
            f"Capture {capture.id} ({capture.file})",
            "its working copy cannot be read",
            "run 'sitetrack verify'",
        ) from error
    return tuple(
        Found(
            TextReading(
                one.attribute,
                one.text,
                _box(one.line, width, height),
                hashlib.sha256(np.moveaxis(crop, 0, -1).tobytes()).hexdigest(),
                reader,
                one.line.confidence,
            ),
            one.value,
            one.problem,
            _png(crop),
        )
        for one, crop in zip(found, crops, strict=True)
    )


def _basis(capture: Capture) -> Basis | None:
    """What a date rests on that the capture's provider prints."""
    profile = profile_of(capture.provider)
    return profile.basis if profile else None


def _box(line: Line, width: int, height: int) -> tuple[int, int, int, int]:
    """The line with a margin, within the picture."""
    left, top = max(0, line.box[0] - _MARGIN_PX), max(0, line.box[1] - _MARGIN_PX)
    right = min(width, line.box[0] + line.box[2] + _MARGIN_PX)
    bottom = min(height, line.box[1] + line.box[3] + _MARGIN_PX)
    return left, top, max(1, right - left), max(1, bottom - top)


def _png(crop: NDArray[np.uint8]) -> bytes:
    from PIL import Image

    buffer = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(np.moveaxis(crop, 0, -1))).save(buffer, "PNG")
    return buffer.getvalue()


def found_rows(found: tuple[Found, ...]) -> list[Row]:
    """Rows ``number attribute value text confidence box crop_sha256 reader problem``, numbers from 1."""
    return [
        {
            "number": number,
            "attribute": one.reading.attribute,
            "value": one.words,
            "text": one.reading.text,
            "confidence": one.reading.confidence,
            "box": list(one.reading.box),
            "crop_sha256": one.reading.crop_sha256,
            "reader": one.reading.reader,
            "problem": one.problem,
        }
        for number, one in enumerate(found, 1)
    ]
