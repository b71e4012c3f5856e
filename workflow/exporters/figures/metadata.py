"""What every picture says of itself: an XMP packet and the sRGB profile, without the time of day."""

from __future__ import annotations

import struct
from functools import lru_cache

from workflow.exporters.figures.sheet import Words
from workflow.exporters.xmltext import escaped

__all__ = ["srgb_profile", "xmp", "xmp_packet"]

_PACKET = '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>\n{}\n<?xpacket end="w"?>'
_SPACES = (
    'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:dc="http://purl.org/dc/elements/1.1/" '
    'xmlns:photoshop="http://ns.adobe.com/photoshop/1.0/" xmlns:xmpRights="http://ns.adobe.com/xap/1.0/rights/" '
    'xmlns:Iptc4xmpCore="http://iptc.org/std/Iptc4xmpCore/1.0/xmlns/"'
)
_PROFILE_DATE = slice(24, 36)  # of an ICC header: six 16-bit numbers


def xmp(words: Words) -> str:
    """The `x:xmpmeta` element: title, caption, creator, credit, source, identifiers, alternative text."""
    identifiers = ", ".join(words.identifiers)
    parts = [
        _worded("dc:title", words.title),
        _worded("dc:description", words.caption),
        f"<dc:creator><rdf:Seq><rdf:li>{escaped(words.creator)}</rdf:li></rdf:Seq></dc:creator>"
        if words.creator
        else "",
        _worded("dc:rights", words.credit),
        _worded("xmpRights:UsageTerms", words.credit),
        _plain("photoshop:Credit", words.credit),
        _plain("dc:source", words.source),
        _plain("dc:identifier", identifiers),
        _worded("Iptc4xmpCore:AltTextAccessibility", words.alt),
    ]
    return (
        f'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF {_SPACES}><rdf:Description rdf:about="">'
        f"{''.join(parts)}</rdf:Description></rdf:RDF></x:xmpmeta>"
    )


def xmp_packet(words: Words) -> bytes:
    """`xmp` with the wrapper that programs look for in files."""
    return _PACKET.format(xmp(words)).encode()


def _worded(name: str, text: str) -> str:
    said = f'<rdf:Alt><rdf:li xml:lang="x-default">{escaped(text)}</rdf:li></rdf:Alt>'
    return f"<{name}>{said}</{name}>" if text else ""


def _plain(name: str, text: str) -> str:
    return f"<{name}>{escaped(text)}</{name}>" if text else ""


@lru_cache(maxsize=1)
def srgb_profile() -> bytes:
    """The sRGB profile of the colour library, with its date (the moment it was made) set to a fixed one."""
    from PIL import ImageCms

    made = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    made[_PROFILE_DATE] = struct.pack(">6H", 2000, 1, 1, 0, 0, 0)
    return bytes(made)
