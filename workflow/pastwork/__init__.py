"""Past work as others wrote it down: CSV, XLSX, KML, KMZ and site models to rows of texts under known columns.

Files are untrusted. Whatever cannot be taken is named with its file and row or placemark; the rest is read. What the
texts mean is found by `workflow.actions`, which knows the project.
"""

from __future__ import annotations

from pathlib import Path

from workflow.errors import InputRefused
from workflow.pastwork import marks, smart
from workflow.pastwork.rows import COLUMNS, Reading, RefusedRow, Row, rows_of_table
from workflow.pastwork.sheets import sheet_rows
from workflow.register import read_bytes
from workflow.register.csvrows import csv_rows

__all__ = ["COLUMNS", "SUFFIXES", "Reading", "RefusedRow", "Row", "read_past_work"]

SUFFIXES = (".csv", ".xlsx", ".kml", ".kmz", ".geojson")
"""File name endings that `read_past_work` knows."""

_OTHER_SHEETS = (".xls", ".xlsm", ".xlsb", ".ods", ".fods", ".numbers")


def read_past_work(path: Path, sheet: str | None = None) -> Reading:
    """Rows of the file at `path` in its order; `sheet` names one of an XLSX file, else it is the first.

    The ending of the name chooses the format. Never raises for what a file holds: one that cannot be read at all
    gives one refusal.
    """
    try:
        return _read(path, sheet)
    except InputRefused as error:
        return Reading((RefusedRow(_shown(path.name), None, _shown(str(error))),))


def _shown(text: str) -> str:
    """`text` with a file's name, so that it can be printed and kept: systems allow any bytes in a name."""
    return "".join(letter if letter.isprintable() else "\ufffd" for letter in text)


def _read(path: Path, sheet: str | None) -> Reading:
    file, suffix = _shown(path.name), path.suffix.lower()
    if suffix in _OTHER_SHEETS:
        raise InputRefused(file, f"is a {suffix} file, which is not read", "save it as .xlsx or .csv")
    if suffix not in SUFFIXES:
        raise InputRefused(file, "is no table of past work", f"give one of {', '.join(SUFFIXES)}")
    body = read_bytes(path)
    if suffix == ".csv":
        return rows_of_table(file, csv_rows(body, file))
    if suffix == ".xlsx":
        return _of_sheet(body, file, sheet)
    if suffix == ".geojson":
        return smart.rows_of_model(body, file)
    return marks.rows_of_archive(body, file) if suffix == ".kmz" else marks.rows_of_document(body, file)


def _of_sheet(body: bytes, file: str, sheet: str | None) -> Reading:
    rows, others = sheet_rows(body, file, sheet)
    reading = rows_of_table(file, rows)
    if sheet is not None or not others:
        return reading
    shown = ", ".join(f"'{name}'" for name in others[:10])
    warning = f"{file}: only its first sheet was read, not {shown}; name one of them with --sheet."
    return Reading(reading.rows, (*reading.warnings, warning))
