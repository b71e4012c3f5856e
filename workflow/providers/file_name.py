"""A date in the picture's own name."""

from __future__ import annotations

from workflow.metadata import Metadata, SourceFile
from workflow.providers.base import Said, name_span, put_together

__all__ = ["PLUGIN"]


class _FileName:
    name = "file name"
    rank = 30

    def read(self, source: SourceFile) -> Metadata | None:
        """The one date in the name; one that can be read in two ways is refused."""
        span = name_span(source.name)
        return put_together(acquired=Said(span, f"{source.name}: name")) if span else None


PLUGIN = _FileName()
