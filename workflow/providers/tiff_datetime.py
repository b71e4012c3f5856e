"""TIFF's own tags: DateTime, when a file was written (better than nothing, and said to be no more), and
Copyright.
"""

from __future__ import annotations

from workflow.metadata import Metadata, SourceFile
from workflow.model import UNCONFIRMED_DATE, Basis
from workflow.providers.base import Fields, Said, day_span, put_together
from workflow.providers.exif import tag_moment

__all__ = ["PLUGIN"]

_WRITTEN = "TIFFTAG_DATETIME"
_WARNING = f"{UNCONFIRMED_DATE}it may be that of processing, so state the date of acquisition if you know it"


class _TiffDateTime:
    name = "TIFF tag DateTime"
    rank = 40

    def read(self, source: SourceFile) -> Metadata | None:
        """The tag's day, with a warning, and the copyright line."""
        text = source.tags.get(_WRITTEN, "").strip().rstrip("\0")
        found = tag_moment(text)
        day = day_span(found[0].date(), text, Basis.FILE_TAG) if found else None
        metadata = put_together(
            acquired=Said(day, f"{source.name}: {_WRITTEN}") if day else None,
            credit=Fields(source.name, [(("TIFFTAG_COPYRIGHT",), source.tags.get("TIFFTAG_COPYRIGHT"))]).text(
                "TIFFTAG_COPYRIGHT"
            ),
            warnings=(_WARNING,) if day else (),
        )
        return metadata if metadata.sources else None


PLUGIN = _TiffDateTime()
