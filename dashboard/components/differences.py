"""What differs between two versions of an object, as HTML: a table of fields, long values folded, outlines drawn."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping
from typing import Any

from dashboard.language import t, tn
from dashboard.safetext import safe
from dashboard.told import field_name, told
from workflow.readmodels.history import ObjectHistory

__all__ = ["differences", "drawn", "lines_of"]

PICTURE_PX = 44
_INK = "#7f8a99"  # seen on white and on black
_LONG = 90
# fields of which a value is one of the program's words
_WORDS = {
    *("basis", "confidence", "event", "georeference", "kind", "review"),
    *("shape", "state", "verdict", "visibility"),
}
_SMALL = "font-size:.85rem;opacity:.75"
_CELL = (
    "vertical-align:top;padding:.12rem .5rem .12rem 0;overflow-wrap:anywhere;"
    "border-top:1px solid rgba(127,127,127,.25)"
)


def differences(found: ObjectHistory, row: Mapping[str, Any]) -> str:
    """A table of fields, their values before and after; what is long is folded."""
    version = row["version"]
    changed = [one for one in row["changed"] if not _is_plumbing(one)]
    lines = [_difference(one) for one in changed if not one["field"].startswith("geometry.")]
    if len(lines) < len(changed):
        before = found.geometries.get(version - 1)
        lines.append(_cells(t("geometry"), _outline(before), _outline(found.geometries.get(version))))
    if not lines:
        return f"<div style='{_SMALL}'>{safe(t('Its targets or statements changed: see below.'))}</div>"
    body = (
        "<table style='border-collapse:collapse;width:100%;font-size:.88rem;table-layout:fixed;margin:.3rem 0'>"
        f"<tr style='{_SMALL};text-align:left'><td style='width:22%'>{safe(t('Field'))}</td>"
        f"<td>{safe(t('Was'))}</td><td>{safe(t('Became'))}</td></tr>"
        f"{''.join(lines)}</table>"
    )
    if version > 1:
        return body
    return (
        f"<details><summary style='{_SMALL};cursor:pointer'>"
        f"{safe(tn(len(lines), 'First written: {n} field', 'First written: {n} fields'))}</summary>"
        f"{body}</details>"
    )


def _is_plumbing(one: Mapping[str, Any]) -> bool:
    """Which versions of its parts a site names is told by the parts; empty stays empty in a first version."""
    return str(one["field"]).startswith("parts.") or (
        one["before"] is None and one["after"] in (None, "", [])
    )


def _difference(one: Mapping[str, Any]) -> str:
    return _cells(
        field_name(str(one["field"])), *(_value(one["field"], one[side]) for side in ("before", "after"))
    )


def _cells(field: str, before: str, after: str) -> str:
    cells = "".join(f"<td style='{_CELL}'>{one}</td>" for one in (safe(field), before, after))
    return f"<tr>{cells}</tr>"


def _value(field: str, value: object) -> str:
    """Words of the program in the page's language, what people wrote as it is."""
    if isinstance(value, bool):
        return safe(t("True") if value else t("False"))
    return _folded(told(value) if field.rpartition(".")[2] in _WORDS and isinstance(value, str) else value)


def _folded(value: object) -> str:
    if value is None or value == "":
        return "<span style='opacity:.5'>–</span>"
    text = str(value)
    if len(text) <= _LONG:
        return safe(text)
    return f"<details><summary style='cursor:pointer'>{safe(text[:_LONG])}…</summary>{safe(text)}</details>"


def _outline(geometry: Mapping[str, Any] | None) -> str:
    """A small picture of a geometry, and how many positions it has."""
    if not geometry:
        return "<span style='opacity:.5'>–</span>"
    parts = lines_of(geometry["coordinates"])
    count = sum(len(part) for part in parts)
    xs, ys = [x for part in parts for x, _ in part], [y for part in parts for _, y in part]
    west, north, size = min(xs), max(ys), max(max(xs) - min(xs), max(ys) - min(ys)) or 1.0
    inner = PICTURE_PX - 8
    paths = "".join(
        f"<polyline fill='none' stroke='{_INK}' stroke-width='1.5' points='"
        + " ".join(
            f"{4 + (x - west) / size * inner:.1f},{4 + (north - y) / size * inner:.1f}" for x, y in part
        )
        + "'/>"
        for part in parts
    )
    dot = f"<circle cx='22' cy='22' r='4' fill='{_INK}'/>" if count == 1 else paths
    place = f"{ys[0]:.6f}, {xs[0]:.6f}" if count == 1 else t("{n} positions", n=count)
    return (
        f"{drawn(dot, PICTURE_PX, PICTURE_PX, f'width:{PICTURE_PX}px;vertical-align:middle')} "
        f"{safe(t(geometry['type']))}, {safe(place)}"
    )


def drawn(shapes: str, width: float, height: float, style: str) -> str:
    """Shapes of SVG as a picture (HTML): `st.html` takes SVG away, and a picture of it stays."""
    svg = f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {width} {height}'>{shapes}</svg>"
    return f"<img alt='' style='{style}' src='data:image/svg+xml;base64,{b64encode(svg.encode()).decode()}'>"


def lines_of(coordinates: Any) -> list[list[tuple[float, float]]]:
    """The lines and rings of GeoJSON coordinates; a position is a line of one."""
    if isinstance(coordinates[0], int | float):
        return [[(float(coordinates[0]), float(coordinates[1]))]]
    if isinstance(coordinates[0][0], int | float):
        return [[(float(x), float(y)) for x, y, *_ in coordinates]]
    return [line for part in coordinates for line in lines_of(part)]
