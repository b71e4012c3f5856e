"""EXIF where GDAL does not look: the eXIf chunk of a PNG, the directories of a TIFF."""

from __future__ import annotations

import io
import math
import struct
import warnings
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, BinaryIO

__all__ = ["exif_tags"]

_LARGEST = 1 << 20
_PNG = b"\x89PNG\r\n\x1a\n"
_BIG = b"+"  # the version of a BigTIFF, 43
_EXIF, _GPS = 0x8769, 0x8825
_ORIENTATION = 0x0112
_NAMES = {0x010F: "Make", 0x0110: "Model", 0x013B: "Artist", 0x8298: "Copyright"}
_OF_EXIF = {
    0x9003: "DateTimeOriginal",
    0x9004: "DateTimeDigitized",
    0x9011: "OffsetTimeOriginal",
    0x9012: "OffsetTimeDigitized",
}
_OF_GPS = {
    0x01: "GPSLatitudeRef",
    0x02: "GPSLatitude",
    0x03: "GPSLongitudeRef",
    0x04: "GPSLongitude",
    0x07: "GPSTimeStamp",
    0x10: "GPSImgDirectionRef",
    0x11: "GPSImgDirection",
    0x1D: "GPSDateStamp",
}


def exif_tags(path: Path, driver: str) -> dict[str, str]:
    """Tags as GDAL names and writes those of a JPEG: ``EXIF_GPSLatitude``, ``(39) (1) (13.23)``.

    `driver` is GDAL's of the file; none where it is no PNG and no TIFF, has no EXIF, or one that cannot be read. How a
    picture is to be turned is told of a PNG alone: a TIFF's own tag of that is hardly ever meant.
    """
    if driver not in ("PNG", "GTiff"):
        return {}
    try:
        with path.open("rb") as file, warnings.catch_warnings():
            warnings.simplefilter("ignore")
            source: BinaryIO = io.BytesIO(_chunk(file)) if driver == "PNG" else file
            names = _NAMES | {_ORIENTATION: "Orientation"} if driver == "PNG" else _NAMES
            return {f"EXIF_{name}": text for name, value in _read(source, names) if (text := _text(value))}
    except (OSError, ValueError, TypeError, LookupError, SyntaxError, ArithmeticError, struct.error):
        return {}  # somebody's broken tags are no reason to refuse a picture


def _chunk(file: BinaryIO) -> bytes:
    """The eXIf chunk of a PNG, empty where there is none."""
    if file.read(len(_PNG)) != _PNG:
        return b""
    while len(head := file.read(8)) == 8:
        (length,), kind = struct.unpack(">I", head[:4]), head[4:]
        if kind == b"eXIf":
            return file.read(length) if length <= _LARGEST else b""
        file.seek(length + 4, io.SEEK_CUR)  # what it holds, and its checksum
    return b""


def _read(source: BinaryIO, own: Mapping[int, str]) -> Iterator[tuple[str, Any]]:
    """Names and values of the first directory, and of those of EXIF and GPS that it points at."""
    head = source.read(8)
    head += source.read(8) if head[2:3] == _BIG or head[3:4] == _BIG else b""
    first = _directory(source, head)
    yield from _named(own, first)
    for number, names in ((_EXIF, _OF_EXIF), (_GPS, _OF_GPS)):
        if number in first:
            yield from _named(names, _directory(source, head, number, int(first[number])))


def _directory(
    source: BinaryIO, head: bytes, group: int | None = None, at: int | None = None
) -> Mapping[int, Any]:
    """The directory at a place of the file, else its first; `group` is the tag that points at it."""
    from PIL.TiffImagePlugin import ImageFileDirectory_v2

    directory = ImageFileDirectory_v2(head, group=group)
    source.seek(directory.next if at is None else at)
    directory.load(source)
    return directory


def _named(names: Mapping[int, str], tags: Mapping[int, Any]) -> Iterator[tuple[str, Any]]:
    for number, name in names.items():
        if (value := tags.get(number)) is not None:
            yield name, value[0] if isinstance(value, tuple) and len(value) == 1 else value


def _text(value: object) -> str:
    """A text as it is, numbers as GDAL writes them; empty of anything else."""
    if isinstance(value, str | int):
        return str(value)
    numbers = [float(one) for one in value] if isinstance(value, tuple) else [float(value)]  # type: ignore[arg-type]
    return " ".join(f"({one:.10g})" for one in numbers) if all(map(math.isfinite, numbers)) else ""
