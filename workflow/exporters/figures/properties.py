"""What office files share: their properties, with the record's date, and faces that office programs have."""

from __future__ import annotations

from datetime import UTC
from typing import Any

from workflow.exporters.figures.sheet import Words
from workflow.exporters.xmltext import writable

__all__ = ["FACES", "describe"]

# for Latin and for Hangul, where a file brings no face: those that come with Office on Windows
FACES = ("Arial", "Malgun Gothic")
_MOST = 255  # characters that the libraries let a property have


def describe(properties: Any, words: Words) -> None:
    """Set the core properties of a slide deck or document."""
    told = {
        "title": words.title,
        "subject": words.caption,
        "author": words.creator or words.credit,
        "comments": f"{words.credit} {words.source}".strip(),
        "identifier": ", ".join(words.identifiers),
        "keywords": "",
        "category": "",
        "last_modified_by": "sitetrack",
    }
    for name, text in told.items():
        setattr(properties, name, _short(writable(text)))
    stamped = words.stamped.astimezone(UTC).replace(microsecond=0, tzinfo=None)
    properties.created = properties.modified = stamped
    properties.revision = 1


def _short(text: str) -> str:
    return text if len(text) <= _MOST else f"{text[: _MOST - 1]}…"
