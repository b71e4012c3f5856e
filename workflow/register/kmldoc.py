"""KML documents as Google Earth writes them: placemarks wherever they stand, whatever the namespace, and their text.

No document type, no entity, no link is followed, nothing is unpacked to disk.
"""

from __future__ import annotations

from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import PurePosixPath
from xml.etree.ElementTree import Element, ParseError, TreeBuilder
from zipfile import ZipInfo

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import XMLParser

from workflow.errors import InputRefused
from workflow.register import archives

__all__ = [
    "child",
    "child_text",
    "data",
    "description",
    "document_of_archive",
    "placemarks",
    "tag",
    "time_span",
]

_MAX_DEPTH = 200
_EARTH_FOLDERS = frozenset({"my places", "temporary places", "sightseeing tour"})


# -- the archive ---------------------------------------------------------------------------------------------


def document_of_archive(body: bytes, file: str) -> tuple[bytes, str]:
    """The doc.kml, else the first KML file, in a KMZ archive, and its name with the archive's before it.

    Raises
    ------
    InputRefused
        when it is no archive, unpacks to more than 64 MiB or 100 times its size, or holds no KML.
    """
    with archives.opened(body, file, "KMZ archive", "save it again as KMZ or KML") as archive:
        inside = [member for member in archive.infolist() if _stays_inside(member.filename)]
        member = _document(inside, file)
        return archive.read(member), f"{file}/{member.filename}"


def _document(members: list[ZipInfo], file: str) -> ZipInfo:
    documents = [member for member in members if member.filename.lower().endswith(".kml")]
    documents.sort(key=lambda member: member.filename.lower() != "doc.kml")
    if not documents:
        raise InputRefused(file, "holds no KML file", "save it again as KMZ from Google Earth")
    return documents[0]


def _stays_inside(name: str) -> bool:
    path = PurePosixPath(name.replace("\\", "/"))
    return not path.is_absolute() and ".." not in path.parts and ":" not in name


# -- the document --------------------------------------------------------------------------------------------


def placemarks(body: bytes, file: str) -> list[tuple[Element, tuple[str, ...]]]:
    """Placemarks in document order, those of updates included, with the names of the folders around them.

    Raises
    ------
    InputRefused
        when it is not sound XML, declares a document type, or holds nothing but links.
    """
    root = _parsed(body, file)
    if tag(root) not in ("kml", "Document", "Folder", "Placemark"):
        raise InputRefused(file, f"is XML, but its root is '{tag(root)[:40]}'", "give a KML file")
    found = list(_placemarks(root))
    if not found and any(tag(element) == "NetworkLink" for element in root.iter()):
        raise InputRefused(
            file, "holds nothing but links, which are not followed", "save what they show as KML or KMZ"
        )
    return found


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


def tag(element: Element) -> str:
    """Name without namespace."""
    return str(element.tag).rpartition("}")[2]


def _placemarks(root: Element) -> Iterator[tuple[Element, tuple[str, ...]]]:
    """Placemarks in document order with the names of the folders around them."""
    waiting: list[tuple[Element, tuple[str, ...]]] = [(root, ())]
    while waiting:
        element, folders = waiting.pop()
        if tag(element) == "Placemark":
            yield element, folders
            continue
        name = child_text(element, "name") if tag(element) == "Folder" else ""
        if name and name.lower() not in _EARTH_FOLDERS:
            folders = (*folders, name)
        waiting.extend((inner, folders) for inner in reversed(element))


def child(element: Element, name: str) -> Element | None:
    """The first child of that name."""
    return next((inner for inner in element if tag(inner) == name), None)


def child_text(element: Element, name: str) -> str:
    """Text of the first child of that name on one line, "" where there is none."""
    found = child(element, name)
    return " ".join("".join(found.itertext()).split()) if found is not None else ""


# -- what a placemark says -----------------------------------------------------------------------------------


def data(placemark: Element) -> Iterator[tuple[str, str]]:
    """Names, as written, and texts of Data and SchemaData that hold something."""
    for element in placemark.iter():
        if tag(element) not in ("Data", "SimpleData"):
            continue
        value = child(element, "value") if tag(element) == "Data" else element
        text = "".join(value.itertext()).strip() if value is not None else ""
        if text:
            yield (element.get("name") or "").strip(), text


def description(placemark: Element) -> str:
    """The description without markup, line breaks for blocks."""
    element = child(placemark, "description")
    return _plain("".join(element.itertext()).strip()) if element is not None else ""


def time_span(placemark: Element) -> tuple[str, str]:
    """Begin and end of a TimeSpan, or a TimeStamp twice, as written: it need not be when anything was seen."""
    if (stamp := child(placemark, "TimeStamp")) is not None and (when := child_text(stamp, "when")):
        return when, when
    span = child(placemark, "TimeSpan")
    return ("", "") if span is None else (child_text(span, "begin"), child_text(span, "end"))


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
