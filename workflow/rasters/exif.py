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
_EXIF, _GPS = 0x8769, 0x8825
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

    `driver` is GDAL's of the file; none where it is no PNG and no TIFF, has no EXIF, or one that cannot be read, as in
    a BigTIFF.
    """
    if driver not in ("PNG", "GTiff"):
        return {}
    try:
        with path.open("rb") as file, warnings.catch_warnings():
            warnings.simplefilter("ignore")
            source: BinaryIO = io.BytesIO(_chunk(file)) if driver == "PNG" else file
            return {f"EXIF_{name}": text for name, value in _read(source) if (text := _text(value))}
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


def _read(source: BinaryIO) -> Iterator[tuple[str, Any]]:
    from PIL import Image

    exif = Image.Exif()
    exif.load_from_fp(source)
    for names, tags in ((_NAMES, exif), (_OF_EXIF, exif.get_ifd(_EXIF)), (_OF_GPS, exif.get_ifd(_GPS))):
        yield from _named(names, tags)


def _named(names: Mapping[int, str], tags: Mapping[int, Any]) -> Iterator[tuple[str, Any]]:
    for number, name in names.items():
        if (value := tags.get(number)) is not None:
            yield name, value


def _text(value: object) -> str:
    """A text as it is, numbers as GDAL writes them; empty of anything else."""
    if isinstance(value, str):
        return value
    numbers = [float(one) for one in value] if isinstance(value, tuple) else [float(value)]  # type: ignore[arg-type]
    return " ".join(f"({one:.10g})" for one in numbers) if all(map(math.isfinite, numbers)) else ""
