"""The register of sites: read from GeoJSON, KML, KMZ and CSV, merged by id, written as GeoJSON.

Files are untrusted. Whatever cannot be taken is named with its file and feature, placemark or row; the rest
is read.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from pathlib import Path, PurePath

from workflow.errors import InputRefused
from workflow.model import LonLat
from workflow.register import csvfile, geojson, kml, statements
from workflow.register.assemble import Draft, Reading, assemble
from workflow.register.geojson import register_text, write_register
from workflow.register.merging import Merge, merge
from workflow.register.rewriting import as_filed, new_site, restated, rewritten
from workflow.register.statements import content, restated_claims

__all__ = [
    "SUFFIXES",
    "Merge",
    "Reading",
    "as_filed",
    "content",
    "merge",
    "new_site",
    "read_bytes",
    "read_sites",
    "register_text",
    "restated",
    "restated_claims",
    "rewritten",
    "sites_of",
    "write_register",
]

MAX_BYTES = 64 * 1024 * 1024
"""No register file is read beyond this size."""

_NOTHING: Mapping[str, Collection[LonLat]] = {}
_READERS: Mapping[str, Callable[[bytes, str], list[Draft | InputRefused]]] = {
    ".geojson": geojson.drafts,
    ".json": geojson.drafts,
    ".kml": kml.drafts,
    ".kmz": kml.drafts_of_archive,
    ".csv": csvfile.drafts,
}
SUFFIXES = tuple(_READERS)
"""File name endings that `read_sites` knows."""


def read_sites(path: Path) -> Reading:
    """Sites of the file at `path` in file order, and a refusal for everything that was not taken.

    The ending of the name chooses the format: .geojson, .json, .kml, .kmz, .csv. Never raises for what a file
    holds: a file that cannot be read at all gives no sites and one refusal.
    """
    try:
        _reader(path.name)
        return sites_of(path.name, read_bytes(path))
    except InputRefused as error:
        return Reading((), (error,))


def sites_of(name: str, body: bytes, settled: Mapping[str, Collection[LonLat]] = _NOTHING) -> Reading:
    """What `read_sites` gives, of the content of a file of that name.

    A site that stands at one of its places in `settled` is there on purpose, however far from the others.
    """
    try:
        reader = _reader(name)
        drafts = reader(_not_too_large(name, body), name)
    except InputRefused as error:
        return Reading((), (error,))
    reading = assemble(PurePath(name).stem, drafts, settled)
    if reader is not geojson.drafts or statements.MEMBER.encode() not in body:
        return reading
    said, refused = statements.read(geojson.parsed(body, name), name)
    return Reading(reading.sites, reading.refused + refused, said)


def _reader(name: str) -> Callable[[bytes, str], list[Draft | InputRefused]]:
    reader = _READERS.get(PurePath(name).suffix.lower())
    if reader is None:
        raise InputRefused(name, "is not a register file", f"give one of {', '.join(SUFFIXES)}")
    return reader


def read_bytes(path: Path) -> bytes:
    """What the file at `path` holds.

    Raises
    ------
    InputRefused
        when it cannot be opened or is larger than 64 MiB.
    """
    try:
        with path.open("rb") as file:
            body = file.read(MAX_BYTES + 1)
    except OSError as error:
        reason = error.strerror or "the system gives no reason"
        raise InputRefused(
            path.name, f"cannot be opened ({reason})", "check the name and the rights"
        ) from error
    return _not_too_large(path.name, body)


def _not_too_large(name: str, body: bytes) -> bytes:
    if len(body) > MAX_BYTES:
        raise InputRefused(name, f"is larger than {MAX_BYTES // 2**20} MiB", "split it")
    return body
