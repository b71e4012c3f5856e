"""XMP: the few properties of its packet that say when, where and by whom a picture was taken. Text in, text out."""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree.ElementTree import Element

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import ParseError, fromstring

__all__ = ["LONGEST_PACKET", "xmp_fields"]

LONGEST_PACKET = 256 * 2**10
"""Characters; a packet that is longer is not read."""
_LONGEST = 1000
_RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_SPACES = {
    "http://purl.org/dc/elements/1.1/": "dc",
    "http://ns.adobe.com/photoshop/1.0/": "photoshop",
    "http://ns.adobe.com/xap/1.0/": "xmp",
    "http://ns.adobe.com/xap/1.0/rights/": "xmpRights",
    "http://ns.adobe.com/exif/1.0/": "exif",
    "http://ns.adobe.com/tiff/1.0/": "tiff",
    "http://creativecommons.org/ns#": "cc",
    "http://iptc.org/std/Iptc4xmpCore/1.0/xmlns/": "Iptc4xmpCore",
}


def xmp_fields(packet: str) -> dict[str, str]:
    """Properties by their usual names (``dc:rights``), of a list the first, of languages the default.

    What is no XMP, or has a document type, gives nothing.
    """
    text = packet.strip().strip("\0")
    if len(text) > LONGEST_PACKET:
        return {}
    try:
        root: Element = fromstring(text.encode("utf-8", "replace"), forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError, LookupError):  # an encoding that nobody knows
        return {}
    found: dict[str, str] = {}
    for name, value in _properties(root):
        words = " ".join(value.split())
        if words and len(words) <= _LONGEST:
            found.setdefault(name, words)
    return found


def _properties(root: Element) -> Iterator[tuple[str, str]]:
    for about in root.iter(f"{_RDF}Description"):
        for tag, value in about.attrib.items():
            if name := _name(tag):
                yield name, value
        for one in about:
            if name := _name(one.tag):
                yield name, _value(one)


def _name(tag: object) -> str:
    """``dc:rights`` of its tag; "" in a name space that is not read."""
    space, _, local = str(tag).removeprefix("{").rpartition("}")
    return f"{_SPACES[space]}:{local}" if space in _SPACES else ""


def _value(one: Element) -> str:
    """Its text; else that of the default language, or the first of a list, or what it refers to."""
    items = [item for item in one.iter(f"{_RDF}li") if item.text]
    default = next((item for item in items if item.get(_LANG) == "x-default"), None)
    first = items[0] if items else None
    chosen = default if default is not None else first
    if chosen is not None:
        return chosen.text or ""
    return one.get(f"{_RDF}resource") or one.text or ""
