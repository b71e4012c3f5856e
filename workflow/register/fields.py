"""One property at a time: from what a file holds to a checked value of the model.

Values come as JSON gives them or as text (KML, CSV). Every function raises `InputRefused` whose subject is
the property; who calls knows file and feature and puts them in front.
"""

from __future__ import annotations

import math
import re
import unicodedata
import zoneinfo
from collections.abc import Iterable, Mapping
from dataclasses import replace
from enum import StrEnum
from typing import Any, TypeVar

from workflow.codec import decode
from workflow.errors import InputRefused
from workflow.model import Basis, DateSpan, Direction, Event, Evidence, State, Target, TargetClass, slug
from workflow.timespan import parse_span

__all__ = [
    "PROPERTIES",
    "class_of",
    "default_targets",
    "direction",
    "evidence",
    "identifier",
    "line",
    "names",
    "number",
    "one_of",
    "paragraph",
    "published_when",
    "statement_span",
    "targets",
    "timezone",
]

PROPERTIES = (
    *(
        "id",
        "name",
        "name_local",
        "aliases",
        "category",
        "targets",
        "road",
        "bearing_deg",
        "traffic",
        "radius_m",
    ),
    *("precision_m", "position_text", "timezone", "source", "note", "visibility", "assigned", "evidence"),
)
"""Names of the properties that a register file may state, in the order in which they are written."""

E = TypeVar("E", bound=StrEnum)
_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_LONGEST_LINE, _LONGEST_PARAGRAPH, _LONGEST_ID = 1_000, 20_000, 100
_MOST_ITEMS = 500


# -- text ----------------------------------------------------------------------------------------------------


def line(field: str, value: object) -> str:
    """Text on one line: NFC, white space as single spaces; "" where there is none. Numbers become text."""
    return " ".join(_text(field, value, _LONGEST_LINE).split())


def paragraph(field: str, value: object) -> str:
    """Text that may run over lines: NFC, ends stripped, line ends as newline."""
    return _text(field, value, _LONGEST_PARAGRAPH)


def _text(field: str, value: object, longest: int) -> str:
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise InputRefused(field, f"{_shown(value)} is not text", "write it in quotation marks")
    text = unicodedata.normalize("NFC", str(value)).replace("\r\n", "\n").replace("\r", "\n").strip()
    if len(text) > longest:
        raise InputRefused(field, f"has {len(text)} characters", f"keep it to {longest}")
    for letter in text:
        if letter not in "\n\t" and unicodedata.category(letter) in ("Cc", "Cs"):
            raise InputRefused(field, f"holds the control character U+{ord(letter):04X}", "take it out")
    return text


def identifier(field: str, value: object) -> str:
    """An id as stated, "" where there is none; whole numbers become text.

    Refused when it is not a slug, offering the nearest one.
    """
    if isinstance(value, float):
        raise InputRefused(field, f"{value} is not an id", "write the id as text")
    text = line(field, value)
    if text and (not _SLUG.fullmatch(text) or len(text) > _LONGEST_ID):
        near = slug(text)[:_LONGEST_ID].strip("-")
        remedy = f"write '{near}', say" if near else "use lower-case letters, digits and hyphens"
        raise InputRefused(field, f"'{text[:60]}' is not lower-case letters, digits and hyphens", remedy)
    return text


def names(field: str, value: object) -> tuple[str, ...]:
    """Several names: a list of texts, or one text with semicolons between; empty and doubled ones dropped."""
    found = (line(field, item) for item in _items(field, value))
    return tuple(dict.fromkeys(name for name in found if name))


def _items(field: str, value: object) -> list[Any]:
    if value is None:
        return []
    items = value.split(";") if isinstance(value, str) else value
    if not isinstance(items, list):
        raise InputRefused(field, f"{_shown(value)} is not a list", "write a list")
    if len(items) > _MOST_ITEMS:
        raise InputRefused(field, f"has {len(items)} entries", f"keep it to {_MOST_ITEMS}")
    return items


def _shown(value: object) -> str:
    """A short picture of a value of the wrong kind; containers only by their kind (they may be deep)."""
    if isinstance(value, Mapping):
        return "an object"
    if isinstance(value, list):
        return "a list"
    return str(value)[:60]


# -- numbers and choices -------------------------------------------------------------------------------------


def number(field: str, value: object) -> float | None:
    """A finite number, also as text; None where there is none."""
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    try:
        found = math.nan if isinstance(value, bool) else float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError):
        found = math.nan
    if not math.isfinite(found):
        raise InputRefused(
            field, f"{_shown(value)} is not a finite number", "write a number, with a point for decimals"
        )
    return found


def one_of(field: str, value: object, kinds: Iterable[str]) -> str:
    """One of the words `kinds`, in any case; "" where there is none."""
    text = line(field, value).lower()
    known = tuple(kinds)
    if text and text not in known:
        raise InputRefused(field, f"'{text[:60]}' is not known", f"use one of {', '.join(known)}")
    return text


def _member(field: str, value: object, kind: type[E]) -> E | None:
    text = one_of(field, value, [member.value for member in kind])
    return kind(text) if text else None


def direction(field: str, value: object) -> Direction | None:
    """Inbound, outbound or both; None where there is none."""
    return _member(field, value, Direction)


def timezone(field: str, value: object) -> str:
    """Name of a time zone of the IANA data base (`Asia/Pyongyang`); "" where there is none."""
    text = line(field, value)
    try:
        return zoneinfo.ZoneInfo(text).key if text else ""
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise InputRefused(
            field, f"'{text[:60]}' is not known", "write an IANA name such as Asia/Pyongyang"
        ) from error


# -- targets and evidence ------------------------------------------------------------------------------------


def class_of(words: str) -> TargetClass | None:
    """The class that a category or target id ends with (`road-camera-gantry` -> gantry); None without one."""
    text = slug(words)
    singular = re.sub(r"ies$", "y", text) if text.endswith("ies") else text.removesuffix("s")
    for kind in TargetClass:
        if any(form == kind.value or form.endswith(f"-{kind.value}") for form in (text, singular)):
            return kind
    return None


def default_targets(category: str) -> tuple[Target, ...]:
    """The one target of a site that states none: its class, as its id, follows from the category."""
    kind = class_of(category) or TargetClass.OTHER
    return (Target(kind.value, kind=kind),)


def targets(field: str, value: object, category: str) -> tuple[Target, ...]:
    """Targets from objects or ids; without any, the one of the category."""
    found = tuple(
        _target(f"{field} {index}", item, category) for index, item in enumerate(_items(field, value), 1)
    )
    if len({target.id for target in found}) < len(found):
        raise InputRefused(field, "two of them have one id", "give each target of a site its own id")
    return found or default_targets(category)


def _target(field: str, item: object, category: str) -> Target:
    stated = {"id": item} if isinstance(item, str) else item
    if not isinstance(stated, Mapping):
        raise InputRefused(
            field, f"{_shown(item)} is not a target", "write an object with id, name, kind, direction, note"
        )
    name, kind = line(f"{field} name", stated.get("name")), line(f"{field} kind", stated.get("kind"))
    key = identifier(f"{field} id", stated.get("id")) or slug(name)[:_LONGEST_ID].strip("-")
    if not key:
        raise InputRefused(field, "has no id", "give it one")
    stated_class = _member(f"{field} kind", slug(kind), TargetClass) if kind else None
    return Target(
        key,
        name,
        stated_class or class_of(key) or class_of(key.split("-")[0]) or default_targets(category)[0].kind,
        direction(f"{field} direction", stated.get("direction")),
        paragraph(f"{field} note", stated.get("note")),
    )


def evidence(field: str, value: object, known: Iterable[str]) -> tuple[Evidence, ...]:
    """Published statements on the targets `known`: objects of target, event or state, when, wording, source, page."""
    ids = set(known)
    return tuple(
        _statement(f"{field} {index}", item, ids) for index, item in enumerate(_items(field, value), 1)
    )


def _statement(field: str, item: object, known: set[str]) -> Evidence:
    if not isinstance(item, Mapping):
        raise InputRefused(
            field,
            f"{_shown(item)} is not a statement",
            "write an object with target, event or state, when, wording, source, page",
        )
    target = identifier(f"{field} target", item.get("target")) or None
    if target is not None and target not in known:
        raise InputRefused(
            f"{field} target", f"the site has no target '{target}'", f"use {', '.join(sorted(known))}"
        )
    return Evidence(
        wording=paragraph(f"{field} wording", item.get("wording")),
        when=published_when(f"{field} when", item.get("when"), item.get("basis")),
        target=target,
        event=_member(f"{field} event", item.get("event"), Event),
        source=line(f"{field} source", item.get("source")),
        page=line(f"{field} page", item.get("page")),
        state=_member(f"{field} state", item.get("state"), State),
    )


def published_when(field: str, value: object, basis: object = None) -> DateSpan | None:
    """A date as text; an object is the span in full, for one that no text gives."""
    if isinstance(value, Mapping):
        try:
            return decode(DateSpan, dict(value))
        except Exception as error:
            raise InputRefused(field, "is not a date span", "write the date as text") from error
    text = line(field, value)
    return statement_span(text, _member(f"{field} basis", basis, Basis) or Basis.PUBLISHED) if text else None


def statement_span(text: str, basis: Basis) -> DateSpan:
    """The days that a statement gives an event.

    A published statement says when the event was, so both its ends hold; only for a picture would the day of
    publication leave the beginning open.
    """
    if basis is Basis.PUBLISHED:
        return replace(parse_span(text), basis=basis)
    return parse_span(text, basis=basis)
