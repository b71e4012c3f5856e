"""Zip files that libraries wrote, again: their bytes depend on their content alone."""

from __future__ import annotations

import io
import zipfile

from workflow.exporters.zipped import zipped

__all__ = ["repacked"]

_TYPES = "[Content_Types].xml"


def repacked(content: bytes) -> bytes:
    """The same files with one fixed date and no trace of the machine: the list of content types first, then by name."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        names = sorted(set(archive.namelist()), key=lambda name: (name != _TYPES, name))
        return zipped({name: archive.read(name) for name in names})
