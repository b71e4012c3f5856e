"""CSV in: one site a row, columns found by name, positions in any form."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from workflow.coords import distance_m, parse_position
from workflow.errors import InputRefused
from workflow.model import Position
from workflow.register.assemble import Draft, refused_at
from workflow.register.csvrows import csv_rows
from workflow.register.fields import PROPERTIES, line
from workflow.register.shapes import Shape

__all__ = ["drafts"]

_SYNONYMS = {
    "latitude": "lat",
    "y": "lat",
    "longitude": "lon",
    "lng": "lon",
    "long": "lon",
    "x": "lon",
    "coordinates": "position",
    "coords": "position",
    "pluscode": "plus_code",
    "bearing": "bearing_deg",
    "radius": "radius_m",
    "precision": "precision_m",
    "local_name": "name_local",
    "alias": "aliases",
    "notes": "note",
    "direction": "traffic",
}
_POSITIONS = ("position", "mgrs", "utm", "plus_code")
_NOT_IN_A_CELL = frozenset({"evidence"})
_COLUMNS = frozenset({*PROPERTIES, *_POSITIONS, "lat", "lon"} - _NOT_IN_A_CELL)
_LEAST_TOLERANCE_M = 100


def drafts(body: bytes, file: str) -> list[Draft | InputRefused]:
    """One draft or refusal a row; row 1 is the heading, empty rows are left out but counted.

    Raises
    ------
    InputRefused
        when the text cannot be read or the heading names nothing that is known, or one thing twice.
    """
    rows = csv_rows(body, file)
    _, heading = next(rows, (1, []))
    if isinstance(heading, InputRefused):
        raise InputRefused(
            file, f"has a heading that cannot be read ({heading.problem})", heading.remedy
        ) from heading
    return list(_drafts(rows, _columns(heading, file), file))


def _columns(heading: list[str], file: str) -> list[str]:
    """Property of each column, "" for one that is not known."""
    plain = ("_".join(cell.strip().lower().split()).replace("-", "_") for cell in heading)
    named = [_SYNONYMS.get(name, name) for name in plain]
    columns = [name if name in _COLUMNS else "" for name in named]
    doubled = {name for name in columns if name and columns.count(name) > 1}
    if doubled:
        raise InputRefused(file, f"has the column {', '.join(sorted(doubled))} twice", "keep one of the two")
    if not {"id", "name"} & set(columns):
        raise InputRefused(
            file, "has neither a column id nor a column name", "name the columns in the first row"
        )
    return columns


def _drafts(
    rows: Iterator[tuple[int, list[str] | InputRefused]], columns: list[str], file: str
) -> Iterator[Draft | InputRefused]:
    for number, cells in rows:
        if isinstance(cells, InputRefused):
            yield cells
        elif any(cell.strip() for cell in cells):
            yield _draft(cells, columns, f"{file}, row {number}")


def _draft(cells: list[str], columns: list[str], where: str) -> Draft | InputRefused:
    if len(cells) > len(columns) and any(cell.strip() for cell in cells[len(columns) :]):
        return InputRefused(
            where,
            f"has {len(cells)} cells under {len(columns)} columns",
            "put text with delimiters in quotation marks",
        )
    stated = {name: cell for name, cell in zip(columns, cells, strict=False) if name and cell.strip()}
    try:
        position = _position(stated)
    except InputRefused as error:
        return refused_at(where, error)
    return Draft(where, stated, Shape(position.lonlat) if position else Shape(), position)


def _position(stated: Mapping[str, str]) -> Position | None:
    """The position of a row: latitude and longitude, else any text form; those that are there must agree."""
    found = [parse_position(line(name, stated[name])) for name in _POSITIONS if name in stated]
    lat, lon = stated.get("lat", "").strip(), stated.get("lon", "").strip()
    if bool(lat) != bool(lon):
        raise InputRefused("position", "has only one of latitude and longitude", "give both or neither")
    if lat and lon:
        found.insert(0, parse_position(f"{line('lat', lat)}, {line('lon', lon)}"))
    for other in found[1:]:
        _refuse_apart(found[0], other)
    return found[0] if found else None


def _refuse_apart(first: Position, other: Position) -> None:
    apart = distance_m(first.lonlat, other.lonlat)
    if apart > max(_LEAST_TOLERANCE_M, 2 * (first.precision_m or 0), 2 * (other.precision_m or 0)):
        raise InputRefused(
            "position",
            f"'{first.text}' and '{other.text}' lie {apart:.0f} m apart",
            "keep the one that is right",
        )
