"""TIFF's DateTime tag: when a file was written. Better than nothing, and said to be no more."""

from __future__ import annotations

from workflow.metadata import Metadata, SourceFile
from workflow.model import Basis
from workflow.providers.base import day_span
from workflow.providers.exif import tag_moment

__all__ = ["PLUGIN"]

_WARNING = (
    "the date is the TIFF tag's and may be that of processing: state the date of acquisition if you know it"
)


class _TiffDateTime:
    name = "TIFF tag DateTime"
    rank = 40

    def read(self, source: SourceFile) -> Metadata | None:
        """The tag's day, with a warning."""
        text = source.tags.get("TIFFTAG_DATETIME", "")
        found = tag_moment(text)
        if found is None:
            return None
        return Metadata(acquired=day_span(found[0].date(), text, Basis.FILE_TAG), warnings=(_WARNING,))


PLUGIN = _TiffDateTime()
