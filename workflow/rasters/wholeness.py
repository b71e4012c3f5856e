"""Files that GDAL reads without a word although a part of them is missing: told by their own structure."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path
from typing import BinaryIO

__all__ = ["missing_part"]

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_STEP_BYTES = 2**20


def missing_part(path: Path, driver: str, decoded_bytes: int) -> str:
    """What of a file is missing or damaged, "" where nothing is; `decoded_bytes` is the size of all its pixels.

    Bare pixels (ENVI) beyond the end of the file read as zeros, and so do the rows of a PNG that is cut off.
    """
    if driver == "ENVI" and decoded_bytes > path.stat().st_size:
        return f"its header promises {decoded_bytes} bytes, it has {path.stat().st_size}"
    if driver == "PNG":
        with path.open("rb") as file:
            return _png_fault(file)
    return ""


def _png_fault(file: BinaryIO) -> str:
    """Walk the chunks of a PNG up to its end, and hold each against its checksum."""
    if file.read(len(_SIGNATURE)) != _SIGNATURE:
        return "it has no PNG signature"
    while True:
        head = file.read(8)
        if len(head) < 8:
            return "it ends before its last part"
        length, name = struct.unpack(">I4s", head)
        checksum = zlib.crc32(name)
        while length > 0:
            content = file.read(min(length, _STEP_BYTES))
            if not content:
                return "it ends before its last part"
            checksum, length = zlib.crc32(content, checksum), length - len(content)
        stated = file.read(4)
        if len(stated) < 4:
            return "it ends before its last part"
        if struct.unpack(">I", stated)[0] != checksum:
            return "the checksum of a part does not fit"
        if name == b"IEND":
            return ""
