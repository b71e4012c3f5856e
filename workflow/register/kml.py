"""KML and KMZ in: one site a placemark. What is read of a document, and how safely, stands in `kmldoc`."""

from __future__ import annotations

from dataclasses import replace
from xml.etree.ElementTree import Element

from workflow.errors import InputRefused
from workflow.model import LonLat, slug
from workflow.register import kmldoc
from workflow.register.assemble import Draft, refused_at
from workflow.register.fields import PROPERTIES
from workflow.register.shapes import NOWHERE, Shape, line_string, multi_polygon, point, polygon

__all__ = ["drafts", "drafts_of_archive", "shape"]


def drafts_of_archive(body: bytes, file: str) -> list[Draft | InputRefused]:
    """Placemarks of the doc.kml, else the first KML file, in a KMZ archive; read in memory only.

    Raises
    ------
    InputRefused
        when it is no archive, unpacks to more than 64 MiB or 100 times its size, or holds no KML.
    """
    return drafts(*kmldoc.document_of_archive(body, file))


def drafts(body: bytes, file: str) -> list[Draft | InputRefused]:
    """One draft or refusal a placemark, in document order, those of updates included.

    Raises
    ------
    InputRefused
        when it is not sound XML, declares a document type, or holds nothing but links.
    """
    return [
        _draft(element, folders, f"{file}, placemark {number}")
        for number, (element, folders) in enumerate(kmldoc.placemarks(body, file), 1)
    ]


# -- one placemark -------------------------------------------------------------------------------------------


def _draft(placemark: Element, folders: tuple[str, ...], where: str) -> Draft | InputRefused:
    stated = _extended_data(placemark)
    stated.setdefault("name", kmldoc.child_text(placemark, "name"))
    stated.setdefault("category", slug(folders[-1]) if folders else "")
    stated["note"] = _note(placemark, folders, str(stated.get("note", "")))
    if stated["name"]:
        where = f"{where} ({str(stated['name'])[:60]})"
    try:
        return Draft(where, stated, shape(placemark), key=placemark.get("id") or "")
    except InputRefused as error:
        return refused_at(where, error)


def _extended_data(placemark: Element) -> dict[str, object]:
    """Known properties among Data and SchemaData, by name in any case."""
    return {name.lower(): text for name, text in kmldoc.data(placemark) if name.lower() in PROPERTIES}


def _note(placemark: Element, folders: tuple[str, ...], stated: str) -> str:
    """Own note, description without markup, the time shown, and folders that the category does not say."""
    parts = [stated, kmldoc.description(placemark), _time(placemark)]
    if len(folders) > 1 or (folders and not slug(folders[-1])):
        parts.append(f"folder {' / '.join(folders)}")
    return "\n".join(dict.fromkeys(part for part in parts if part))


def _time(placemark: Element) -> str:
    begin, end = kmldoc.time_span(placemark)
    if begin and begin == end:
        return f"time span {begin}"
    return f"time span {begin or 'open'} to {end or 'open'}" if begin or end else ""


# -- geometry ------------------------------------------------------------------------------------------------


def shape(placemark: Element) -> Shape:
    """Footprint from polygons, else the longest line; position from a point or model, else on it."""
    areas, lines, points = [], [], []
    for element in placemark.iter():
        kind = kmldoc.tag(element)
        if kind == "Polygon":
            areas.append(_rings(element))
        elif kind in ("LineString", "Track") or (kind == "LinearRing" and not areas):
            lines.append(_coordinates(element))
        elif kind == "Point":
            points.extend(_coordinates(element)[:1])
        elif kind == "Model":
            points.extend(_location(element))
    covered = _footprint([rings for rings in areas if rings], [line for line in lines if line])
    return replace(covered, place=_first(points)) if points else covered


def _first(points: list[list[float]]) -> LonLat | None:
    return point(points[0]).place


def _footprint(areas: list[list[list[list[float]]]], lines: list[list[list[float]]]) -> Shape:
    if areas:
        return polygon(areas[0]) if len(areas) == 1 else multi_polygon(areas)
    if not lines:
        return NOWHERE
    longest = max(lines, key=len)
    return point(longest[0]) if len(longest) == 1 else line_string(longest)


def _rings(area: Element) -> list[list[list[float]]]:
    """Outer ring first; an empty one is left out, and an area without outer ring gives nothing."""
    outer = [ring for side in area if kmldoc.tag(side) == "outerBoundaryIs" for ring in _boundary(side)]
    inner = [ring for side in area if kmldoc.tag(side) == "innerBoundaryIs" for ring in _boundary(side)]
    return [*outer[:1], *inner] if outer else []


def _boundary(side: Element) -> list[list[list[float]]]:
    rings = (_coordinates(ring) for ring in side if kmldoc.tag(ring) == "LinearRing")
    return [ring for ring in rings if ring]


def _coordinates(element: Element) -> list[list[float]]:
    """Tuples "lon,lat,height" of `coordinates`, or "lon lat height" of a track's `coord`."""
    found: list[list[float]] = []
    for child in element:
        if kmldoc.tag(child) == "coordinates":
            found.extend(_numbers(text, ",") for text in (child.text or "").split())
        elif kmldoc.tag(child) == "coord":
            found.append(_numbers(child.text or "", None))
    return found


def _numbers(text: str, separator: str | None) -> list[float]:
    try:
        return [float(part) for part in text.split(separator)[:3] if part or separator is None]
    except ValueError as error:
        raise InputRefused(
            "geometry", f"'{text[:40]}' is not a coordinate", "write longitude,latitude"
        ) from error


def _location(model: Element) -> list[list[float]]:
    location = kmldoc.child(model, "Location")
    if location is None:
        return []
    texts = kmldoc.child_text(location, "longitude"), kmldoc.child_text(location, "latitude")
    return [_numbers(",".join(texts), ",")] if all(texts) else []
