"""Dataclasses of the model to JSON-able values and back, and the one canonical way to write JSON.

Dates are ISO days, instants RFC 3339 UTC. Canonical JSON (sorted keys, no spaces, UTF-8, no NaN) is what hashes are
taken over: same value, same bytes.
"""

from __future__ import annotations

import json
from functools import cache
from typing import Any, TypeVar

from cattrs.preconf.json import JsonConverter, make_converter

__all__ = ["canonical_json", "decode", "encode"]

T = TypeVar("T")


def encode(value: object) -> Any:
    """JSON-able dicts, lists and scalars of a model dataclass."""
    return _converter().unstructure(value)


def decode(kind: type[T], payload: Any) -> T:
    """The dataclass `kind` of what `encode` gave; fields that are missing take their defaults.

    Raises
    ------
    cattrs.BaseValidationError
        when the payload does not fit the dataclass.
    """
    return _converter().structure(payload, kind)


def canonical_json(value: Any) -> str:
    """JSON text of an encoded value: sorted keys, no white space, non-ASCII kept, NaN refused."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


@cache
def _converter() -> JsonConverter:
    converter = make_converter()
    # JSON geometry is free-form; it passes through as it is
    converter.register_structure_hook_func(
        lambda kind: kind == dict[str, object], lambda value, _: dict(value)
    )
    converter.register_unstructure_hook_func(lambda kind: kind == dict[str, object], dict)
    return converter
