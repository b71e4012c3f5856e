"""A row of past work as a file gives it: texts under known columns, nothing looked up yet."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from workflow.errors import InputRefused
from workflow.model import LonLat

__all__ = [
    "COLUMNS",
    "Broken",
    "Reading",
    "RefusedRow",
    "Row",
    "column_of",
    "rows_of_table",
    "unknown_columns",
]

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "site": ("siteid", "sitename", "place"),
    "target": ("targetid",),
    "capture": ("captureid", "image", "imagefile", "picture", "file", "filename"),
    "date": ("capturedate", "imagedate", "acquired", "acquisitiondate"),
    "state": ("status", "observation"),
    "confidence": (),
    "note": ("notes", "comment", "comments", "remark", "remarks"),
    "author": ("analyst", "observer", "saidby"),
    "stated": ("statedon", "datestated"),
    "reason": (),
}
"""Columns and their other names, without spaces and underscores."""

MAX_ROWS = 100_000
"""No file of past work may have more."""

_HEADING_WITHIN = 10
_SHOWN_COLUMNS = 20
_NAMES = {other: name for name, others in COLUMNS.items() for other in (name, *others)}


@dataclass(frozen=True, slots=True)
class Broken:
    """A cell that gives no text: what is the matter, and what to do."""

    problem: str
    remedy: str


Cell = str | Broken
"""What a cell of a table gives."""


@dataclass(frozen=True, slots=True)
class Row:
    """Texts by column, those that are empty left out. `number` is the row or placemark as a person counts it.

    `name` and `place` are a placemark's, for one that states no site.
    """

    file: str
    number: int
    where: str
    cells: Mapping[str, str]
    name: str = ""
    place: LonLat | None = None


@dataclass(frozen=True, slots=True)
class RefusedRow:
    """A row that cannot be read, or, without `number`, a file; `sentence` says why and what to do."""

    file: str
    number: int | None
    sentence: str


@dataclass(frozen=True, slots=True)
class Reading:
    """What one file gave, in its order; `warnings` name what was left out on purpose."""

    rows: tuple[Row | RefusedRow, ...]
    warnings: tuple[str, ...] = ()


def column_of(heading: str) -> str:
    """The column that a heading names, whatever its case, spaces, hyphens and underscores; "" for none."""
    return _NAMES.get("".join(letter for letter in heading.casefold() if letter.isalnum()), "")


def unknown_columns(file: str, names: Iterable[str]) -> tuple[str, ...]:
    """The warning that names what is no column, or nothing."""
    left_out = list(dict.fromkeys(" ".join(name.split())[:60] for name in names if name.strip()))
    if not left_out:
        return ()
    more = f" and {len(left_out) - _SHOWN_COLUMNS} more" if len(left_out) > _SHOWN_COLUMNS else ""
    shown = ", ".join(f"'{name}'" for name in left_out[:_SHOWN_COLUMNS])
    return (f"{file}: not read, since no such columns are known: {shown}{more}.",)


def rows_of_table(file: str, numbered: Iterable[tuple[int, Sequence[Cell] | InputRefused]]) -> Reading:
    """Rows under the heading, which is the first of ten rows that names site and state; empty ones are left out.

    Raises
    ------
    InputRefused
        when there is no such heading, it names a column twice or no capture, or there are too many rows.
    """
    rest = iter(numbered)
    heading = _heading(file, rest)
    columns = [column_of(name) for name in heading]
    rows: list[Row | RefusedRow] = []
    for number, cells in rest:
        if isinstance(cells, InputRefused):
            rows.append(RefusedRow(file, number, str(cells)))
        elif any(map(_holds_something, cells)):
            rows.append(_row(file, number, columns, cells))
        if len(rows) > MAX_ROWS:
            raise InputRefused(file, f"has more than {MAX_ROWS} rows", "split it")
    unknown = (name for name, column in zip(heading, columns, strict=True) if not column)
    return Reading(tuple(rows), unknown_columns(file, unknown))


def _heading(file: str, rest: Iterator[tuple[int, Sequence[Cell] | InputRefused]]) -> list[str]:
    for number, cells in rest:
        if isinstance(cells, InputRefused):
            raise cells
        names = [cell if isinstance(cell, str) else "" for cell in cells]
        columns = [name for name in map(column_of, names) if name]
        if {"site", "state"} <= set(columns):
            _refuse_unfit(file, columns)
            return names
        if number >= _HEADING_WITHIN:
            break
    raise InputRefused(
        file, f"has no heading with site and state in its first {_HEADING_WITHIN} rows", "name the columns"
    )


def _refuse_unfit(file: str, columns: Sequence[str]) -> None:
    doubled = sorted({name for name in columns if columns.count(name) > 1})
    if doubled:
        raise InputRefused(file, f"has the column {', '.join(doubled)} twice", "keep one of the two")
    if not {"capture", "date"} & set(columns):
        raise InputRefused(file, "has neither a column capture nor a column date", "add one of the two")


def _holds_something(cell: Cell) -> bool:
    return not isinstance(cell, str) or bool(cell.strip())


def _row(file: str, number: int, columns: Sequence[str], cells: Sequence[Cell]) -> Row | RefusedRow:
    where = f"{file}, row {number}"
    if any(map(_holds_something, cells[len(columns) :])):
        problem = f"has {len(cells)} cells under {len(columns)} columns"
        remedy = "name each column, and put text with delimiters in quotation marks"
        return RefusedRow(file, number, str(InputRefused(where, problem, remedy)))
    stated = [(name, cell) for name, cell in zip(columns, cells, strict=False) if name]
    for name, cell in stated:
        if isinstance(cell, Broken):
            return RefusedRow(file, number, str(InputRefused(f"{where}, {name}", cell.problem, cell.remedy)))
    texts = {name: cell.strip() for name, cell in stated if isinstance(cell, str) and cell.strip()}
    return Row(file, number, where, texts)
