"""Lines of text: measured, broken, placed. Sizes in points, places in pixels of the figure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from workflow.figure.drawing import Box, Rgb, Text

__all__ = ["BLACK", "GREY", "WHITE", "Measure", "Pen", "Style", "tidy"]

Measure = Callable[[str, float, bool], float]
"""Advance in pixels of (one line of text, size in pixels, bold)."""

BLACK: Rgb = (17, 17, 17)
GREY: Rgb = (90, 90, 90)
WHITE: Rgb = (255, 255, 255)
# room above and below the baseline, and from line to line, in sizes; Hangul reaches higher than Latin
_ASCENT, _DESCENT, _LEADING = 1.02, 0.3, 1.36
_DEGREES = re.compile(r"(?<=°) (?=\d)|(?<=') (?=\d+\")")


@dataclass(frozen=True, slots=True)
class Style:
    """How a line is set: points, weight, colours; `halo_mm` is the width of the dark rim."""

    size_pt: float
    bold: bool = False
    ink: Rgb = BLACK
    halo_mm: float = 0.0
    halo: Rgb = BLACK


def tidy(text: str) -> str:
    """`text` on one line: composed (NFC), runs of white space made one, control and direction marks dropped.

    The space in a padded `39° 1'13"N` becomes one that no line breaks at.
    """
    composed = unicodedata.normalize("NFC", text)
    spaced = " ".join(re.split(r"[ \t\r\n\v\f\u2028\u2029]+", composed.strip()))
    visible = "".join(char for char in spaced if unicodedata.category(char) not in ("Cc", "Cf", "Cs"))
    return _DEGREES.sub("\u00a0", visible)


@dataclass(frozen=True, slots=True)
class Pen:
    """Sets text at `dpi` with the widths that `measure` gives."""

    measure: Measure
    dpi: int

    def mm(self, length: float) -> float:
        """Pixels of a length in millimetres."""
        return length * self.dpi / 25.4

    def size(self, style: Style) -> float:
        """Type size in pixels, to a tenth, so that faces can be shared."""
        return round(style.size_pt * self.dpi / 72, 1)

    def width(self, text: str, style: Style) -> float:
        """Room of one line in pixels, halo included."""
        return self.measure(text, self.size(style), style.bold) + 2 * self.mm(style.halo_mm)

    def leading(self, style: Style) -> float:
        """Pixels from one baseline to the next."""
        return max(self.size(style) * _LEADING, self.height(1, style))

    def height(self, lines: int, style: Style) -> float:
        """Room of a block of lines in pixels."""
        one = self.size(style) * (_ASCENT + _DESCENT) + 2 * self.mm(style.halo_mm)
        return one if lines <= 1 else (lines - 1) * self.leading(style) + one

    def line(self, text: str, left: float, top: float, style: Style) -> Text:
        """One line whose room has its upper left corner at (`left`, `top`)."""
        rim, size = self.mm(style.halo_mm), self.size(style)
        box = Box(left, top, left + self.width(text, style), top + self.height(1, style))
        shown = text.replace("\u00a0", " ")
        return Text(
            shown, left + rim, top + rim + size * _ASCENT, box, size, style.bold, style.ink, rim, style.halo
        )

    def block(self, lines: list[str], left: float, top: float, style: Style) -> list[Text]:
        """Lines under each other, the first with its upper left corner at (`left`, `top`)."""
        step = self.leading(style)
        return [self.line(text, left, top + number * step, style) for number, text in enumerate(lines)]

    def wrap(self, text: str, width: float, style: Style, *, indent: float = 0.0) -> list[str]:
        """`text` broken into lines of at most `width` pixels, the first shorter by `indent`.

        Lines break at spaces; a word wider than a line breaks between characters.
        """
        lines: list[str] = []
        line = ""
        for word, starts in self._pieces(text, width, style):
            joined = word if not line else f"{line} {word}" if starts else line + word
            room = width - (0 if lines else indent)
            if line and self.width(joined, style) > room:
                lines.append(line)
                line = word
            elif not line and not lines and self.width(joined, style) > room:
                lines.append("")  # not even the first word fits beside the indent
                line = word
            else:
                line = joined
        return [*lines, line] if line else lines

    def _pieces(self, text: str, width: float, style: Style) -> Iterator[tuple[str, bool]]:
        """Words, and characters of words too wide for a line, with whether a space comes before."""
        for word in text.split(" "):
            if self.width(word, style) <= width:
                yield word, True
            else:
                yield from ((char, place == 0) for place, char in enumerate(word))

    def shorten(self, lines: list[str], most: int, width: float, style: Style) -> list[str]:
        """At most `most` of the `lines`; where some are left out the last one ends in an ellipsis."""
        if len(lines) <= most:
            return lines
        last = lines[most - 1]
        while last and self.width(f"{last}…", style) > width:
            last = last[:-1]
        return [*lines[: most - 1], f"{last.rstrip()}…"]
