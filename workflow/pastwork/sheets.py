"""XLSX in: the rows of one sheet as texts; dates as days, numbers as they are, formulas as they were last computed."""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator, Sequence
from datetime import datetime, time
from typing import TYPE_CHECKING, Any

from workflow.errors import InputRefused
from workflow.pastwork.rows import MAX_ROWS, Broken, Cell
from workflow.register import archives

if TYPE_CHECKING:
    from openpyxl.workbook import Workbook

__all__ = ["sheet_rows"]

_LAST_ROW, _LAST_COLUMN, _HEADING_ROWS = 1_048_576, 200, 10
_KIND, _REMEDY = "XLSX file", "save it again as .xlsx or .csv, without a password"
_FORMULA = Broken(
    "holds a formula whose value is not in the file",
    "save the file in a spreadsheet program, or write the value",
)


def sheet_rows(
    body: bytes, file: str, sheet: str | None = None
) -> tuple[list[tuple[int, Sequence[Cell]]], tuple[str, ...]]:
    """Number and cells of each row that holds something, hidden ones too, and the names of sheets left out.

    The first sheet, or that of the name `sheet`; its first 200 columns. Nothing is computed, no link is followed.

    Raises
    ------
    InputRefused
        when it is no sound XLSX file, unpacks to more than 64 MiB or 100 times its size, or has no such sheet.
    """
    with archives.opened(body, file, _KIND, _REMEDY):
        pass  # measured; openpyxl opens it itself
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of styles and extensions that are not kept, which nobody needs
            return _read(body, file, sheet)
    except InputRefused:
        raise
    except Exception as error:  # openpyxl raises anything for parts that are not as they should be
        raise InputRefused(file, f"is not a sound {_KIND}", _REMEDY) from error


def _read(
    body: bytes, file: str, sheet: str | None
) -> tuple[list[tuple[int, Sequence[Cell]]], tuple[str, ...]]:
    written = _workbook(body, values=False)
    name = _sheet_name(written, file, sheet)
    others = tuple(one.title for one in written.worksheets if one.title != name)
    rows = dict(_cells(written, name, file))
    if any(cell is _FORMULA for cells in rows.values() for cell in cells):
        computed = dict(_cells(_workbook(body, values=True), name, file))
        rows = {number: _with_values(cells, computed.get(number, ())) for number, cells in rows.items()}
    texts: list[tuple[int, Sequence[Cell]]] = [
        (number, ["" if one is None else one for one in cells]) for number, cells in rows.items()
    ]
    return texts, others


def _workbook(body: bytes, *, values: bool) -> Workbook:
    from openpyxl import load_workbook

    return load_workbook(io.BytesIO(body), read_only=True, data_only=values, keep_links=False)


def _sheet_name(workbook: Workbook, file: str, sheet: str | None) -> str:
    names = [one.title for one in workbook.worksheets]
    if not names:
        raise InputRefused(file, "has no sheet with cells", _REMEDY)
    if sheet is None:
        return str(names[0])
    if sheet not in names:
        shown = ", ".join(f"'{name}'" for name in names[:10])
        raise InputRefused(file, f"has no sheet '{sheet}'", f"choose one of {shown}")
    return sheet


def _cells(workbook: Workbook, name: str, file: str) -> Iterator[tuple[int, list[Cell | None]]]:
    from openpyxl.cell.read_only import EMPTY_CELL

    sheet = workbook[name]
    blank, found = None, 0
    # both ends are given, since what the file says of its size need not be so
    for number, row in enumerate(sheet.iter_rows(max_row=_LAST_ROW, max_col=_LAST_COLUMN), 1):
        if row is blank:  # one tuple stands for all rows that are not in the file
            continue
        if all(cell is EMPTY_CELL for cell in row):
            blank = row
            continue
        cells = _without_tail([_cell(cell) for cell in row])
        if cells:
            found += 1
            yield number, cells
        if found > MAX_ROWS + _HEADING_ROWS:
            raise InputRefused(file, f"has more than {MAX_ROWS} rows", "split it")


def _without_tail(cells: list[Cell | None]) -> list[Cell | None]:
    while cells and cells[-1] is None:
        cells.pop()
    return cells


def _cell(cell: Any) -> Cell | None:
    if cell.data_type == "f":
        return _FORMULA
    if cell.data_type == "e":
        return Broken(f"holds the error {str(cell.value)[:20]}", "write the value")
    if cell.value is None:
        return (
            "" if cell.data_type == "str" else None
        )  # a formula that gives no text has a value, an empty one
    return _text(cell.value)


def _text(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat()
    return str(value)


def _with_values(cells: Sequence[Cell | None], computed: Sequence[Cell | None]) -> list[Cell | None]:
    """`cells` with the value of each formula; one that was never computed stays as it is."""
    values = [*computed, *[None] * (len(cells) - len(computed))]
    return [
        value if cell is _FORMULA and value is not None else cell
        for cell, value in zip(cells, values, strict=False)
    ]
