"""What dialects share: whose metadata a text is, instants, numbers. Dialects read text and touch no file."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from typing import Any

from workflow.metadata import Dialect, Metadata, SourceFile
from workflow.model import Basis, DateSpan, Precision

__all__ = [
    "Dialect",
    "Metadata",
    "SourceFile",
    "belongs",
    "day_span",
    "instant_span",
    "json_objects",
    "number",
    "share",
]

_SEPARATORS = ("_", "-", ".")


def belongs(scene: str, source: SourceFile) -> bool:
    """Whether the picture is one of the scene's files: its name is the scene's id, alone or with a part after
    it.
    """
    stem, scene = source.stem.lower(), scene.lower()
    return bool(scene) and (stem == scene or stem.startswith(tuple(scene + mark for mark in _SEPARATORS)))


def json_objects(source: SourceFile) -> Iterator[tuple[str, dict[str, Any]]]:
    """Name and content of the JSON texts beside the picture that are objects; what does not parse is passed
    over.
    """
    for name, text in source.texts.items():
        if not text.lstrip().startswith("{"):
            continue
        try:
            content = json.loads(text)
        except (ValueError, RecursionError):
            continue
        yield name, content


def instant_span(text: object) -> DateSpan | None:
    """The span of an ISO 8601 instant with its zone, or of a plain ISO day; None of anything else.

    An instant without zone is only good for its day.
    """
    if not isinstance(text, str):
        return None
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    if moment.tzinfo is None:
        return day_span(moment.date(), text)
    moment = moment.astimezone(UTC)
    return DateSpan(moment.date(), moment.date(), Precision.INSTANT, Basis.PRODUCT_METADATA, text, moment)


def day_span(day: date, verbatim: str, basis: Basis = Basis.PRODUCT_METADATA) -> DateSpan:
    """The span of one day."""
    return DateSpan(day, day, Precision.DAY, basis, verbatim)


def number(values: Mapping[str, Any], *names: str, low: float = -360.0, high: float = 360.0) -> float | None:
    """The first of `names` that holds a finite number, or the text of one, within `low` and `high`."""
    for name in names:
        value = values.get(name)
        if isinstance(value, bool) or not isinstance(value, int | float | str):
            continue
        try:
            found = float(value)
        except ValueError:
            continue
        if math.isfinite(found) and low <= found <= high:
            return found
    return None


def share(percent: float | None) -> float | None:
    """0 to 1 of 0 to 100; None of what is out of range (-1 stands for "not computed")."""
    return None if percent is None or not 0 <= percent <= 100 else round(percent / 100, 6)
