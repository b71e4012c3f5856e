"""KML and KMZ in: a placemark is a row, its extended data are the columns."""

from __future__ import annotations

from collections.abc import Mapping
from xml.etree.ElementTree import Element

from workflow.errors import InputRefused
from workflow.pastwork.rows import MAX_ROWS, Reading, RefusedRow, Row, column_of, unknown_columns
from workflow.register import kmldoc
from workflow.register.kml import shape

__all__ = ["rows_of_archive", "rows_of_document"]


def rows_of_archive(body: bytes, file: str) -> Reading:
    """Placemarks of the doc.kml, else the first KML file, in a KMZ archive.

    Raises
    ------
    InputRefused
        when the archive or the document in it cannot be read.
    """
    return rows_of_document(*kmldoc.document_of_archive(body, file))


def rows_of_document(body: bytes, file: str) -> Reading:
    """Placemarks in document order. The description is the note, the time the date, where no data states them.

    Raises
    ------
    InputRefused
        when the document cannot be read, or has too many placemarks.
    """
    placemarks = kmldoc.placemarks(body, file)
    if len(placemarks) > MAX_ROWS:
        raise InputRefused(file, f"has more than {MAX_ROWS} placemarks", "split it")
    rows = tuple(_row(element, file, number) for number, (element, _) in enumerate(placemarks, 1))
    names = dict.fromkeys(name for element, _ in placemarks for name, _ in kmldoc.data(element))
    return Reading(rows, unknown_columns(file, (name for name in names if not column_of(name))))


def _row(placemark: Element, file: str, number: int) -> Row | RefusedRow:
    name = kmldoc.child_text(placemark, "name")
    where = f"{file}, placemark {number}" + (f" ({name[:60]})" if name else "")
    try:
        cells = _cells(placemark, where)
        place = None if "site" in cells else shape(placemark).place
    except InputRefused as error:
        return RefusedRow(file, number, str(error))
    return Row(file, number, where, cells, name, place)


def _cells(placemark: Element, where: str) -> Mapping[str, str]:
    cells: dict[str, str] = {}
    for name, text in kmldoc.data(placemark):
        column = column_of(name)
        if column and cells.setdefault(column, text) != text:
            raise InputRefused(f"{where}, {column}", "is stated twice", "keep one of the two")
    fallbacks = {"note": kmldoc.description(placemark)}
    if "capture" not in cells:
        fallbacks["date"] = _date(placemark)
    return {name: text for name, text in {**fallbacks, **cells}.items() if text}


def _date(placemark: Element) -> str:
    begin, end = kmldoc.time_span(placemark)
    if begin == end:
        return begin
    first, last = (text.partition("T")[0] or ".." for text in (begin, end))
    return f"{first}/{last}"
