"""CSV text to rows: comma, semicolon or tab; UTF-8 with or without mark, or the UTF-16 that spreadsheets write as
"Unicode text".
"""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from workflow.errors import InputRefused

__all__ = ["csv_rows"]

_MAX_LINES = 2_000_000  # each takes memory, however short it is


def csv_rows(body: bytes, file: str) -> Iterator[tuple[int, list[str] | InputRefused]]:
    """Number, counted from 1 and the empty ones too, and cells of each row; a refusal is what the file ends with.

    Raises
    ------
    InputRefused
        when the text cannot be read or has more than 2 million lines.
    """
    text = _text(body, file)
    if max(text.count("\n"), text.count("\r")) > _MAX_LINES:
        raise InputRefused(file, f"has more than {_MAX_LINES} lines", "split it")
    delimiter, text = _delimiter(text)
    lines = io.StringIO(text, newline="").readlines()
    return _rows(_Source(file, lines, delimiter))


def _text(body: bytes, file: str) -> str:
    utf16 = body.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    try:
        return body.decode("utf-16" if utf16 else "utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputRefused(file, f"is not UTF-8 (byte {error.start})", "save it as CSV UTF-8") from error


def _delimiter(text: str) -> tuple[str, str]:
    """The delimiter that gives the heading most columns; a spreadsheet's first line "sep=;" states it."""
    first, _, rest = text.partition("\n")
    if first.strip().lower().startswith("sep=") and len(first.strip()) == 5:
        return first.strip()[-1], rest
    return max(",;\t", key=first.count), text


@dataclass(frozen=True, slots=True)
class _Source:
    """Where rows come from: the file's name, its lines with their ends, and the delimiter."""

    file: str
    lines: Sequence[str]
    delimiter: str

    def is_unclosed(self, start: int) -> bool:
        """Whether a quotation mark that opens from line `start` (counted from 0) on is never closed."""
        try:
            list(csv.reader(self.lines[start:], delimiter=self.delimiter, strict=True))
        except csv.Error as error:
            return "unexpected end" in str(error)
        return False


def _rows(source: _Source) -> Iterator[tuple[int, list[str] | InputRefused]]:
    rows = csv.reader(source.lines, delimiter=source.delimiter)
    number = 0
    while True:
        number += 1
        where = f"{source.file}, row {number}"
        start = rows.line_num
        try:
            cells = next(rows)
        except StopIteration:
            return
        except csv.Error as error:
            problem = f"cannot be read ({error}), nor what follows"
            yield number, InputRefused(where, problem, "save it again as CSV")
            return
        if rows.line_num == len(source.lines) and source.is_unclosed(start):
            problem = "has a quotation mark that is not closed, so what follows is lost"
            yield number, InputRefused(where, problem, "close or remove it")
            return
        yield number, cells
