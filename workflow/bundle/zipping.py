"""A zip written in one way: files as they are, in the order given, all with the same date."""

from __future__ import annotations

import binascii
import hashlib
from typing import BinaryIO

from workflow.bundle.verify import central_header, local_header, zip_end

__all__ = ["Zipping"]

_BLOCK = 1 << 20


class Zipping:
    """Writes to a file that can be sought in; the same files give the same bytes. `close` leaves the file open."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._listed: list[bytes] = []

    def add(self, name: str, content: BinaryIO, size: int) -> str:
        """Add a file of `size` bytes; its SHA-256.

        Raises
        ------
        ValueError
            when `content` has another size.
        """
        start = self._file.tell()
        self._file.write(local_header(name, size, 0))
        digest, crc, left = hashlib.sha256(), 0, size
        while block := content.read(min(_BLOCK, left + 1)):
            left -= len(block)
            if left < 0:
                break
            digest.update(block)
            crc = binascii.crc32(block, crc)
            self._file.write(block)
        if left:
            raise ValueError(f"{name} is not of {size} bytes")
        end = self._file.tell()
        self._file.seek(start)
        self._file.write(local_header(name, size, crc))
        self._file.seek(end)
        self._listed.append(central_header(name, size, crc, start))
        return digest.hexdigest()

    def close(self) -> None:
        """Write the list of files."""
        start, listed = self._file.tell(), b"".join(self._listed)
        self._file.write(listed + zip_end(len(self._listed), len(listed), start))
