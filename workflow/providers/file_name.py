"""A date in the picture's own name."""

from __future__ import annotations

from workflow.metadata import Metadata, SourceFile
from workflow.timespan import span_from_name

__all__ = ["PLUGIN"]


class _FileName:
    name = "file name"
    rank = 30

    def read(self, source: SourceFile) -> Metadata | None:
        """The one date in the name; one that can be read in two ways is refused."""
        span = span_from_name(source.name)
        return Metadata(acquired=span) if span else None


PLUGIN = _FileName()
