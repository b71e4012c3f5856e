"""KML and KMZ in, as Google Earth writes them: placemarks wherever they stand, whatever the namespace.

No document type, no entity, no link is followed, nothing is unpacked to disk.
"""

from __future__ import annotations

import io
import lzma
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import PurePosixPath
from xml.etree.ElementTree import Element, ParseError, TreeBuilder

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import XMLParser

from workflow.errors import InputRefused
from workflow.model import LonLat, slug
from workflow.register.assemble import Draft, refused_at
from workflow.register.fields import PROPERTIES
from workflow.register.shapes import NOWHERE, Shape, line_string, multi_polygon, point, polygon

__all__ = ["drafts", "drafts_of_archive"]

_MAX_BYTES = 64 * 1024 * 1024
_MAX_RATIO = 100
_MAX_DEPTH = 200
_MAX_MEMBERS = 10_000
_EARTH_FOLDERS = frozenset({"my places", "temporary places", "sightseeing tour"})


# -- the archive ---------------------------------------------------------------------------------------------


def drafts_of_archive(body: bytes, file: str) -> list[Draft | InputRefused]:
    """Placemarks of the doc.kml, else the first KML file, in a KMZ archive; read in memory only.

    Raises
    ------
    InputRefused
        when it is no archive, unpacks to more than 64 MiB or 100 times its size, or holds no KML.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            member = _member(archive, file)
            with archive.open(member) as stream:
                text = stream.read(_MAX_BYTES + 1)
    except (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, OSError, ValueError) as error:
        if isinstance(error, InputRefused):
            raise
        raise InputRefused(file, "is not a sound KMZ archive", "save it again as KMZ or KML") from error
    except (RuntimeError, NotImplementedError) as error:
        raise InputRefused(
            file, "is encrypted or packed in an unusual way", "save it again as KMZ or KML"
        ) from error
    if len(text) > _MAX_BYTES:
        raise InputRefused(file, "unpacks to more than 64 MiB", "split it")
    return drafts(text, f"{file}/{member.filename}")


def _member(archive: zipfile.ZipFile, file: str) -> zipfile.ZipInfo:
    members = archive.infolist()
    packed = sum(member.compress_size for member in members)
    unpacked = sum(member.file_size for member in members)
    worst = max((member.file_size / max(member.compress_size, 1) for member in members), default=0)
    if len(members) > _MAX_MEMBERS or unpacked > _MAX_BYTES:
        raise InputRefused(
            file, f"unpacks to {unpacked} bytes in {len(members)} files", "64 MiB are the limit: split it"
        )
    if unpacked > _MAX_RATIO * max(packed, 1) or worst > _MAX_RATIO:
        raise InputRefused(file, f"unpacks to more than {_MAX_RATIO} times its size", "save it again as KML")
    inside = [member for member in members if _stays_inside(member.filename)]
    documents = [member for member in inside if member.filename.lower().endswith(".kml")]
    documents.sort(key=lambda member: member.filename.lower() != "doc.kml")
    if not documents:
        raise InputRefused(file, "holds no KML file", "save it again as KMZ from Google Earth")
    return documents[0]


def _stays_inside(name: str) -> bool:
    path = PurePosixPath(name.replace("\\", "/"))
    return not path.is_absolute() and ".." not in path.parts and ":" not in name


# -- the document --------------------------------------------------------------------------------------------


class _Shallow(TreeBuilder):
    """Builds the tree and refuses to go deeper than any real document."""

    depth = 0

    def start(self, tag: str, attrs: dict[str, str], /) -> Element:
        self.depth += 1
        if self.depth > _MAX_DEPTH:
            raise RecursionError
        return super().start(tag, attrs)

    def end(self, tag: str, /) -> Element:
        self.depth -= 1
        return super().end(tag)


def drafts(body: bytes, file: str) -> list[Draft | InputRefused]:
    """One draft or refusal a placemark, in document order, those of updates included.

    Raises
    ------
    InputRefused
        when it is not sound XML, declares a document type, or holds nothing but links.
    """
    root = _parsed(body, file)
    if _tag(root) not in ("kml", "Document", "Folder", "Placemark"):
        raise InputRefused(file, f"is XML, but its root is '{_tag(root)[:40]}'", "give a KML file")
    found = [
        _draft(element, folders, f"{file}, placemark {number}")
        for number, (element, folders) in enumerate(_placemarks(root), 1)
    ]
    if not found and any(_tag(element) == "NetworkLink" for element in root.iter()):
        raise InputRefused(
            file, "holds nothing but links, which are not followed", "save what they show as KML or KMZ"
        )
    return found


def _parsed(body: bytes, file: str) -> Element:
    parser = XMLParser(target=_Shallow(), forbid_dtd=True, forbid_entities=True, forbid_external=True)
    try:
        parser.feed(body)
        root: Element = parser.close()
    except DefusedXmlException as error:
        raise InputRefused(
            file, "declares a document type or entities", "remove the DOCTYPE: KML needs none"
        ) from error
    except ParseError as error:
        raise InputRefused(file, f"is not sound XML ({error})", "mend it or save it again") from error
    except RecursionError as error:
        raise InputRefused(file, f"is nested deeper than {_MAX_DEPTH} elements", "save it again") from error
    except (ValueError, LookupError) as error:  # an encoding that the parser has not
        raise InputRefused(file, "is in an encoding that cannot be read", "save it as UTF-8") from error
    return root


def _tag(element: Element) -> str:
    """Name without namespace."""
    return str(element.tag).rpartition("}")[2]


def _placemarks(root: Element) -> Iterator[tuple[Element, tuple[str, ...]]]:
    """Placemarks in document order with the names of the folders around them."""
    waiting: list[tuple[Element, tuple[str, ...]]] = [(root, ())]
    while waiting:
        element, folders = waiting.pop()
        if _tag(element) == "Placemark":
            yield element, folders
            continue
        name = _child_text(element, "name") if _tag(element) == "Folder" else ""
        if name and name.lower() not in _EARTH_FOLDERS:
            folders = (*folders, name)
        waiting.extend((child, folders) for child in reversed(element))


def _child(element: Element, name: str) -> Element | None:
    return next((child for child in element if _tag(child) == name), None)


def _child_text(element: Element, name: str) -> str:
    child = _child(element, name)
    return " ".join("".join(child.itertext()).split()) if child is not None else ""


# -- one placemark -------------------------------------------------------------------------------------------


def _draft(placemark: Element, folders: tuple[str, ...], where: str) -> Draft | InputRefused:
    stated = _extended_data(placemark)
    stated.setdefault("name", _child_text(placemark, "name"))
    stated.setdefault("category", slug(folders[-1]) if folders else "")
    stated["note"] = _note(placemark, folders, str(stated.get("note", "")))
    if stated["name"]:
        where = f"{where} ({str(stated['name'])[:60]})"
    try:
        return Draft(where, stated, _shape(placemark), key=placemark.get("id") or "")
    except InputRefused as error:
        return refused_at(where, error)


def _extended_data(placemark: Element) -> dict[str, object]:
    """Known properties among Data and SchemaData, by name in any case."""
    found: dict[str, object] = {}
    for element in placemark.iter():
        if _tag(element) not in ("Data", "SimpleData"):
            continue
        name = (element.get("name") or "").strip().lower()
        value = _child(element, "value") if _tag(element) == "Data" else element
        text = "".join(value.itertext()).strip() if value is not None else ""
        if name in PROPERTIES and text:
            found[name] = text
    return found


def _note(placemark: Element, folders: tuple[str, ...], stated: str) -> str:
    """Own note, description without markup, the time shown, and folders that the category does not say."""
    parts = [stated, _plain(_description(placemark)), _time(placemark)]
    if len(folders) > 1 or (folders and not slug(folders[-1])):
        parts.append(f"folder {' / '.join(folders)}")
    return "\n".join(dict.fromkeys(part for part in parts if part))


def _description(placemark: Element) -> str:
    element = _child(placemark, "description")
    return "".join(element.itertext()).strip() if element is not None else ""


def _time(placemark: Element) -> str:
    """What a TimeStamp or TimeSpan says, as text: it need not be when anything was seen."""
    if (stamp := _child(placemark, "TimeStamp")) is not None and (when := _child_text(stamp, "when")):
        return f"time span {when}"
    span = _child(placemark, "TimeSpan")
    if span is None:
        return ""
    begin, end = _child_text(span, "begin"), _child_text(span, "end")
    return f"time span {begin or 'open'} to {end or 'open'}" if begin or end else ""


class _Words(HTMLParser):
    """Collects the text of a description, line breaks for blocks."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.words: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002
        if tag in ("br", "p", "tr", "div", "li", "table"):
            self.words.append("\n")

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def _plain(text: str) -> str:
    if "<" not in text and "&" not in text:
        return text
    words = _Words()
    words.feed(text)
    words.close()
    lines = (" ".join(line.split()) for line in "".join(words.words).split("\n"))
    return "\n".join(line for line in lines if line)


# -- geometry ------------------------------------------------------------------------------------------------


def _shape(placemark: Element) -> Shape:
    """Footprint from polygons, else the longest line; position from a point or model, else on it."""
    areas, lines, points = [], [], []
    for element in placemark.iter():
        kind = _tag(element)
        if kind == "Polygon":
            areas.append(_rings(element))
        elif kind in ("LineString", "Track") or (kind == "LinearRing" and not areas):
            lines.append(_coordinates(element))
        elif kind == "Point":
            points.extend(_coordinates(element)[:1])
        elif kind == "Model":
            points.extend(_location(element))
    shape = _footprint([rings for rings in areas if rings], [line for line in lines if line])
    return replace(shape, place=_first(points)) if points else shape


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
    outer = [ring for side in area if _tag(side) == "outerBoundaryIs" for ring in _boundary(side)]
    inner = [ring for side in area if _tag(side) == "innerBoundaryIs" for ring in _boundary(side)]
    return [*outer[:1], *inner] if outer else []


def _boundary(side: Element) -> list[list[list[float]]]:
    rings = (_coordinates(ring) for ring in side if _tag(ring) == "LinearRing")
    return [ring for ring in rings if ring]


def _coordinates(element: Element) -> list[list[float]]:
    """Tuples "lon,lat,height" of `coordinates`, or "lon lat height" of a track's `coord`."""
    found: list[list[float]] = []
    for child in element:
        if _tag(child) == "coordinates":
            found.extend(_numbers(text, ",") for text in (child.text or "").split())
        elif _tag(child) == "coord":
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
    location = _child(model, "Location")
    if location is None:
        return []
    texts = _child_text(location, "longitude"), _child_text(location, "latitude")
    return [_numbers(",".join(texts), ",")] if all(texts) else []
