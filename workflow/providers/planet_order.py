"""The manifest of a Planet order: which item each file is of, and the day in that item's id.

``manifest.json`` of the order, or ``<file>_manifest.json`` beside a picture. It states no date of its own: an
item's own metadata count more.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from workflow.metadata import Metadata, SourceFile
from workflow.providers.base import Said, compact_span, json_objects, put_together

__all__ = ["PLUGIN"]

_ID = re.compile(r"(\d{8})_\w+", re.ASCII)


class _PlanetOrder:
    name = "Planet order manifest"
    rank = 15

    def read(self, source: SourceFile) -> Metadata | None:
        """The item id of the file that has the picture's name, and the day that it begins with (UTC)."""
        for name, content in json_objects(source):
            for entry in _entries(content):
                notes = entry["annotations"]
                match = _ID.fullmatch(str(notes.get("planet/item_id", "")))
                if match is None or _last(entry["path"]) != source.name:
                    continue
                day = compact_span(match[1])
                where = f"{name}: annotations.planet/item_id"
                return put_together(maker="Planet", acquired=Said(day, where)) if day else None
        return None


def _entries(content: dict[str, Any]) -> Iterator[dict[str, Any]]:
    listed = content.get("files", [content])
    for entry in listed if isinstance(listed, list) else ():
        if (
            isinstance(entry, dict)
            and isinstance(entry.get("path"), str)
            and isinstance(entry.get("annotations"), dict)
        ):
            yield entry


def _last(path: str) -> str:
    return path.replace("\\", "/").rpartition("/")[2]


PLUGIN = _PlanetOrder()
