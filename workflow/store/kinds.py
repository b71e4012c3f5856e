"""The kinds of object the record keeps: their names, ids, indexed columns, and the way to text and back.

A site is kept in parts: its targets and what publications say of it are objects of their own kinds, with histories
of their own. The site's text names each part with its version (`pins`), so that a version of a site stands for the
whole of it, and a change of a part is a new version of the site.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Generic, TypeVar

from workflow.codec import canonical_json, decode, encode
from workflow.errors import InputRefused, UnknownName
from workflow.model import (
    Annotation,
    Capture,
    Claim,
    Export,
    FigureRecipe,
    IntakeEvent,
    Observation,
    Offset,
    ReviewEntry,
    Site,
    SiteEvidence,
    SiteTarget,
    StoredFile,
)
from workflow.store.geometry import capture_place, site_place

__all__ = [
    "KINDS",
    "KIND_NAMES",
    "PARTS",
    "Kind",
    "Pins",
    "Versioned",
    "about",
    "kind_named",
    "kind_of",
    "pins_of",
]

T = TypeVar("T")
Pins = Mapping[str, tuple[tuple[str, int], ...]]
"""Kind of a part to the ids and versions of a site's parts, in their order."""

PARTS = ("target", "evidence")
_PINS = "parts"


@dataclass(frozen=True, slots=True)
class Versioned(Generic[T]):
    """An object and the version it is at, counted from 1. Shared between callers: never changed in place."""

    value: T
    version: int


def _no_place(_: object) -> dict[str, Any]:
    return {}


def _own_id(value: Any) -> str:
    return str(value.id)


@dataclass(frozen=True, slots=True)
class Kind:
    """How one dataclass is kept: `indexed` maps column to attribute, `place` gives bounds and WKB."""

    name: str
    type: type[Any]
    indexed: Mapping[str, str]
    place: Callable[[Any], dict[str, Any]] = _no_place
    key: Callable[[Any], str] = _own_id

    @property
    def has_place(self) -> bool:
        """Whether the head table carries bounds and a geometry."""
        return self.place is not _no_place

    def columns(self, value: Any) -> dict[str, Any]:
        """Columns of the head row that follow from the object."""
        named = {column: getattr(value, self.indexed[column]) for column in self.indexed}
        return {"site": None, "target": None, "capture": None, **named, **self.place(value)}

    def payload(self, value: Any, pins: Pins | None = None) -> str:
        """The object as canonical JSON; a site without its parts, with their `pins` instead.

        Raises
        ------
        InputRefused
            when a number is not finite or a text is not valid Unicode.
        """
        try:
            content = encode(replace(value, targets=(), evidence=()) if pins is not None else value)
            text = canonical_json(content if pins is None else content | {_PINS: encode(pins)})
            text.encode()
        except ValueError as error:
            raise InputRefused(
                f"{self.name} {self.key(value)!r}",
                f"it cannot be written as text ({error})",
                "correct the value",
            ) from error
        return text

    def read(self, payload: str) -> Any:
        """The object of a payload; a site without its parts.

        Raises
        ------
        ValueError, TypeError, KeyError, cattrs.BaseValidationError
            when the payload is not one that `payload` gave.
        """
        return decode(self.type, json.loads(payload))


def about(columns: Mapping[str, Any]) -> dict[str, str | None]:
    """What a revision is about, out of the columns of its object's head."""
    return {name: columns[name] for name in ("site", "capture")}


def pins_of(payload: str) -> Pins | None:
    """Which parts at which versions a site's payload names; None where it holds them itself (record format 1)."""
    stated = json.loads(payload).get(_PINS)
    if stated is None:
        return None
    return {kind: tuple((str(key), int(version)) for key, version in stated.get(kind, ())) for kind in PARTS}


KINDS: Mapping[str, Kind] = {
    kind.name: kind
    for kind in (
        Kind("site", Site, {"site": "id"}, site_place),
        Kind("target", SiteTarget, {"site": "site"}, key=lambda one: f"{one.site}.{one.target.id}"),
        Kind("evidence", SiteEvidence, {"site": "site"}, key=lambda one: f"{one.site}.{one.number}"),
        Kind("capture", Capture, {"site": "site", "capture": "id"}, capture_place),
        Kind("file", StoredFile, {"capture": "capture"}, key=lambda one: str(one.path)),
        Kind(
            "offset",
            Offset,
            {"site": "site", "capture": "capture"},
            key=lambda one: f"{one.site}.{one.capture}",
        ),
        Kind("observation", Observation, {"site": "site", "target": "target", "capture": "capture"}),
        Kind("annotation", Annotation, {"site": "site", "target": "target", "capture": "capture"}),
        Kind("review", ReviewEntry, {"site": "site", "target": "target", "capture": "capture"}),
        Kind("claim", Claim, {}),
        Kind("figure", FigureRecipe, {"site": "site"}),
        Kind("intake_event", IntakeEvent, {"capture": "capture"}),
        Kind("export", Export, {}),
    )
}
KIND_NAMES = tuple(KINDS)
_BY_TYPE = {kind.type: kind for kind in KINDS.values()}


def kind_of(what: type[Any]) -> Kind:
    """The kind that keeps the dataclass `what`; TypeError for a class that is not kept."""
    try:
        return _BY_TYPE[what]
    except KeyError:
        raise TypeError(f"the record keeps no {what.__name__}") from None


def kind_named(name: str) -> Kind:
    """The kind called `name`.

    Raises
    ------
    UnknownName
        when there is none.
    """
    if name not in KINDS:
        raise UnknownName("kind", name, KIND_NAMES)
    return KINDS[name]
