"""What a register file and the record are to agree on, site by site. Pure.

Each site is judged by three states: what both agreed on last (`base`), what the file states, what the record has. A
change of one side goes to the other; changes of both are brought together field by field; where both changed the
same field to something else, both stay as they are and the conflict has both values.

The base is kept as the JSON of sites. A field that it lacks is one of which nobody knows who changed it, so an empty
base (a project that is opened for the first time) makes every difference a conflict.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from cattrs import BaseValidationError

from workflow.changes import apart, merge
from workflow.codec import decode, encode
from workflow.errors import FieldConflict, InputRefused
from workflow.model import Site
from workflow.register import as_filed

__all__ = ["WHOLE", "Agreement", "Sides", "SiteConflict", "agree", "was_before"]

WHOLE = "site"
"""Stands for the field where the conflict is whether the file has the site at all."""
_UNKNOWN = object()

Fields = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class SiteConflict:
    """A site that file and record changed apart, as `record` and `file` have it in JSON; None where it is gone.

    In each of `fields`, `theirs` is the record's value and `mine` the file's.
    """

    site: str
    fields: tuple[FieldConflict, ...]
    record: Fields
    file: Fields | None

    @property
    def is_gone(self) -> bool:
        """Whether the file no longer has the site, which the record changed since."""
        return self.file is None


@dataclass(frozen=True, slots=True)
class Sides:
    """The three states by site id, and what is known beside them.

    `earlier` gives the states in which the record had a site before. `is_whole` says that all of the file could be
    read, so that a site which is not there is gone.
    """

    base: Mapping[str, Fields]
    file: Mapping[str, Site]
    record: Mapping[str, Site]
    earlier: Callable[[str], Iterable[Site]]
    is_whole: bool = True


@dataclass(slots=True)
class Agreement:
    """What is to be written where. `base` is the next base once it is."""

    to_record: dict[str, Site] = field(default_factory=dict)
    to_file: dict[str, Site] = field(default_factory=dict)
    conflicts: list[SiteConflict] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)
    unfit: list[InputRefused] = field(default_factory=list)
    base: dict[str, Fields] = field(default_factory=dict)


def agree(sides: Sides) -> Agreement:
    """What file and record are to be: the sites of the file first, in its order."""
    found = Agreement()
    for key in dict.fromkeys((*sides.file, *sides.record)):
        if key in sides.base:
            found.base[key] = sides.base[key]
        try:
            if key in sides.file:
                _judge(sides, key, found)
            else:
                _judge_missing(sides, key, found)
        except InputRefused as error:
            problem = f"no register file can state it ({error.problem})"
            found.unfit.append(InputRefused(f"Site {key} of the record", problem, error.remedy))
    return found


def _judge(sides: Sides, key: str, found: Agreement) -> None:
    stated, kept = sides.file[key], sides.record.get(key)
    if kept is None:
        _take(found, stated, to_record=True)
        return
    if kept == stated or (there := as_filed(kept)) == stated:
        _take(found, stated)
        return
    base, here = sides.base.get(key, {}), encode(stated)
    if here == base or (not base and was_before(stated, sides.earlier)):
        _take(found, there, to_file=True)
    elif encode(there) == base:
        _take(found, stated, to_record=True)
    else:
        _bring_together(found, base, stated, there)


def _judge_missing(sides: Sides, key: str, found: Agreement) -> None:
    """A site that only the record has: new there, or gone from the file."""
    if not sides.is_whole:  # it may be among what could not be read
        return
    there = as_filed(sides.record[key])
    base = sides.base.get(key)
    if base is None:
        _take(found, there, to_file=True)
    elif encode(there) == base:
        found.gone.append(key)
    else:
        gone = FieldConflict(WHOLE, base, encode(there), None)
        found.conflicts.append(SiteConflict(key, (gone,), encode(there), None))


def _take(found: Agreement, site: Site, *, to_record: bool = False, to_file: bool = False) -> None:
    if to_record:
        found.to_record[site.id] = site
    if to_file:
        found.to_file[site.id] = site
    found.base[site.id] = encode(site)


def was_before(stated: Site, earlier: Callable[[str], Iterable[Site]]) -> bool:
    """Whether the record had the site before as the file states it: then the record is newer."""
    return any(one == stated or _filed(one) == stated for one in earlier(stated.id))


def _filed(site: Site) -> Site | None:
    try:
        return as_filed(site)
    except InputRefused:
        return None


def _bring_together(found: Agreement, base: Fields, stated: Site, there: Site) -> None:
    here, theirs = encode(stated), encode(there)
    known = {name: base.get(name, _UNKNOWN) for name in here}
    both = merge(known, theirs, here)
    conflicts = tuple(
        FieldConflict(one.field, None if one.base is _UNKNOWN else one.base, one.theirs, one.mine)
        for one in both.conflicts
    )
    if not conflicts:
        site = _sound(both.value)
        if site is not None:
            _take(found, site, to_record=site != there, to_file=site != stated)
            return
        # the fields fit one by one and not as a whole: a statement on a target that the other side took out
        conflicts = apart(theirs, here)
    found.conflicts.append(SiteConflict(stated.id, conflicts, theirs, here))


def _sound(value: Fields) -> Site | None:
    try:
        site = decode(Site, value)
        return site if as_filed(site) == site else None
    except (BaseValidationError, InputRefused, ValueError):
        return None
