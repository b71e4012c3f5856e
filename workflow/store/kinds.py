"""The kinds of object the record keeps: their names, ids, indexed columns, and the way to text and back."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from workflow.codec import canonical_json, decode, encode
from workflow.errors import InputRefused, UnknownName
from workflow.model import Annotation, Capture, IntakeEvent, Observation, Offset, Site
from workflow.store.geometry import capture_place, site_place

__all__ = ["KINDS", "KIND_NAMES", "Kind", "Versioned", "kind_named", "kind_of"]

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Versioned(Generic[T]):
    """An object and the version it is at, counted from 1. Shared between callers: never changed in place."""

    value: T
    version: int


def _no_place(_: object) -> dict[str, Any]:
    return {}


@dataclass(frozen=True, slots=True)
class Kind:
    """How one dataclass is kept: `indexed` maps column to attribute, `place` gives bounds and WKB."""

    name: str
    type: type[Any]
    indexed: Mapping[str, str]
    place: Callable[[Any], dict[str, Any]] = _no_place

    @property
    def has_place(self) -> bool:
        """Whether the head table carries bounds and a geometry."""
        return self.place is not _no_place

    def key(self, value: Any) -> str:
        """Id of an object; an offset's is ``site.capture``."""
        return f"{value.site}.{value.capture}" if self.type is Offset else str(value.id)

    def columns(self, value: Any) -> dict[str, Any]:
        """Columns of the head row that follow from the object."""
        named = {column: getattr(value, self.indexed[column]) for column in self.indexed}
        return {"site": None, "target": None, "capture": None, **named, **self.place(value)}

    def payload(self, value: Any) -> str:
        """The object as canonical JSON.

        Raises
        ------
        InputRefused
            when a number is not finite or a text is not valid Unicode.
        """
        try:
            text = canonical_json(encode(value))
            text.encode()
        except ValueError as error:
            raise InputRefused(
                f"{self.name} {self.key(value)!r}",
                f"it cannot be written as text ({error})",
                "correct the value",
            ) from error
        return text

    def read(self, payload: str) -> Any:
        """The object of a payload.

        Raises
        ------
        ValueError, TypeError, KeyError, cattrs.BaseValidationError
            when the payload is not one that `payload` gave.
        """
        return decode(self.type, json.loads(payload))


KINDS: Mapping[str, Kind] = {
    kind.name: kind
    for kind in (
        Kind("site", Site, {"site": "id"}, site_place),
        Kind("capture", Capture, {"site": "site", "capture": "id"}, capture_place),
        Kind("offset", Offset, {"site": "site", "capture": "capture"}),
        Kind("observation", Observation, {"site": "site", "target": "target", "capture": "capture"}),
        Kind("annotation", Annotation, {"site": "site", "target": "target", "capture": "capture"}),
        Kind("intake_event", IntakeEvent, {"capture": "capture"}),
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
