"""What changed between two states of an object, and how two people's changes fit together. Pure.

An object is its JSON: a mapping of fields. A *field* is what is changed as one: a place, a geometry or a date span
is a field of its own, because half of one person's and half of another's is nobody's. Of a list whose items have
ids (the targets of a site) each item is a field.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from workflow.errors import FieldConflict

__all__ = ["Merged", "apart", "difference", "merge", "taken"]

Fields = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Merged:
    """Both changes in one `value`; where they do not fit, it has theirs, and `conflicts` has both."""

    value: dict[str, Any]
    conflicts: tuple[FieldConflict, ...] = ()


def difference(before: Fields, after: Fields) -> list[dict[str, Any]]:
    """Rows ``field before after`` of what differs, by name; nested fields have a dot, None is a missing one."""
    old, new = dict(_leaves(before)), dict(_leaves(after))
    return [
        {"field": name, "before": old.get(name), "after": new.get(name)}
        for name in sorted(old.keys() | new.keys())
        if old.get(name) != new.get(name)
    ]


def _leaves(value: Fields, prefix: str = "") -> Iterator[tuple[str, Any]]:
    for name, inner in value.items():
        if isinstance(inner, Mapping):
            yield from _leaves(inner, f"{prefix}{name}.")
        elif _has_ids(inner):
            yield from _leaves({one["id"]: one for one in inner}, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", inner


def merge(base: Fields, theirs: Fields, mine: Fields) -> Merged:
    """What `theirs` and `mine`, both made from `base`, are together.

    A field that one of them changed is taken from that one; one that both changed alike is no conflict.
    """
    old, their, my = _fields(base), _fields(theirs), _fields(mine)
    taken: dict[tuple[str, ...], Any] = {}
    conflicts = []
    for name in dict.fromkeys((*their, *my)):
        before, there, here = old.get(name), their.get(name), my.get(name)
        if here in (before, there):
            taken[name] = there
        elif there == before:
            taken[name] = here
        else:
            taken[name] = there
            conflicts.append(FieldConflict(".".join(name), before, there, here))
    lists = {name for one in (base, theirs, mine) for name, value in one.items() if _has_ids(value)}
    return Merged(_whole(taken, lists), tuple(conflicts))


def apart(theirs: Fields, mine: Fields) -> tuple[FieldConflict, ...]:
    """Every field that differs, as a conflict of which nobody knows what it was before."""
    their, my = _fields(theirs), _fields(mine)
    return tuple(
        FieldConflict(".".join(name), None, their.get(name), my.get(name))
        for name in dict.fromkeys((*their, *my))
        if their.get(name) != my.get(name)
    )


def taken(value: Fields, source: Fields, names: Iterable[str]) -> dict[str, Any]:
    """`value` with the fields of these names as `source` has them; named as in a `FieldConflict`."""
    wanted = set(names)
    there = {name: inner for name, inner in _fields(source).items() if ".".join(name) in wanted}
    missing = {name: None for name in _fields(value) if ".".join(name) in wanted and name not in there}
    lists = {name for one in (value, source) for name, inner in one.items() if _has_ids(inner)}
    return _whole({**_fields(value), **missing, **there}, lists)


def _has_ids(value: object) -> bool:
    return (
        isinstance(value, Sequence)
        and not isinstance(value, str)
        and len(value) > 0
        and all(isinstance(one, Mapping) and isinstance(one.get("id"), str) for one in value)
    )


def _fields(value: Fields) -> dict[tuple[str, ...], Any]:
    found: dict[tuple[str, ...], Any] = {}
    for name, inner in value.items():
        if _has_ids(inner):
            found.update({(name, one["id"]): one for one in inner})
        else:
            found[(name,)] = inner
    return found


def _whole(fields: Mapping[tuple[str, ...], Any], lists: set[str]) -> dict[str, Any]:
    """Fields as the object they are of; an item that is None was taken out of its list."""
    value: dict[str, Any] = {}
    for name, inner in fields.items():
        if len(name) == 2:
            items = value.get(name[0])
            value[name[0]] = [*(items or []), *([] if inner is None else [inner])]
        elif name[0] not in lists:
            value[name[0]] = inner
        else:  # an empty list in one of the three
            value.setdefault(name[0], [])
    return value
