"""Rows as CSV that a spreadsheet opens without running anything in it."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from typing import Any

__all__ = ["csv_of"]

_FORMULAS = ("=", "+", "-", "@", "\t", "\r")


def csv_of(rows: Sequence[Mapping[str, Any]], columns: Sequence[str] = ()) -> bytes:
    """`rows` as CSV with a heading, UTF-8; lists are joined, and no cell starts as a formula does.

    `columns` are those of the heading, else the keys of the first row.
    """
    file = io.StringIO()
    heading = columns or (list(rows[0]) if rows else [])
    if heading:
        table = csv.DictWriter(file, heading, lineterminator="\n")
        table.writeheader()
        table.writerows({key: _cell(value) for key, value in row.items()} for row in rows)
    return file.getvalue().encode()


def _cell(value: object) -> object:
    if isinstance(value, list):
        value = "; ".join(str(one) for one in value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULAS) else value
