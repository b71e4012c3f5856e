"""Two sets of sites to one: by id, what the incoming file states replaces, the rest stays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace

from workflow.model import Site
from workflow.register.fields import default_targets

__all__ = ["Merge", "merge"]

_DEFAULTS = Site(id="default", name="")


@dataclass(frozen=True, slots=True)
class Merge:
    """`sites`: the existing ones in their order, then the added. The others are ids, in the same order."""

    sites: tuple[Site, ...]
    added: tuple[str, ...]
    updated: tuple[str, ...]
    unchanged: tuple[str, ...]


def merge(existing: Sequence[Site], incoming: Sequence[Site], *, whole: bool = False) -> Merge:
    """Bring `incoming` into `existing` by id; nothing is ever removed.

    A field that equals its default is one that the file does not state, and the existing value stays; so
    do a name where only the id is given, and targets where only the one of the category is: observations hang
    on target ids. Stated aliases, targets and evidence replace the existing ones as a whole. With `whole` an
    incoming site replaces the existing one in full, so that fields can be emptied (the register's own file).

    `unchanged` are incoming sites that change nothing; an existing site that is not incoming is in no list.
    """
    merged = {site.id: site for site in existing}
    added: list[str] = []
    updated: list[str] = []
    unchanged: list[str] = []
    for site in incoming:
        before = merged.get(site.id)
        after = site if before is None or whole else _updated(before, site)
        merged[site.id] = after
        (added if before is None else unchanged if after == before else updated).append(site.id)
    return Merge(tuple(merged.values()), tuple(added), tuple(updated), tuple(unchanged))


def _updated(before: Site, stated: Site) -> Site:
    changes = {
        entry.name: getattr(stated, entry.name)
        for entry in fields(Site)
        if getattr(stated, entry.name) != getattr(_DEFAULTS, entry.name)
    }
    if stated.name == stated.id:
        changes.pop("name")
    if before.targets and stated.targets == default_targets(stated.category):
        changes.pop("targets", None)
    return replace(before, **changes)
