"""Who works on which sites."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from workflow.actions.permissions import Deed, require
from workflow.errors import InputRefused, UnknownName
from workflow.model import Author, Site
from workflow.readings import person
from workflow.register import as_filed

if TYPE_CHECKING:
    from workflow.project import Project

__all__ = ["assign"]

_LONGEST_NAME = 200


def assign(
    project: Project,
    author: Author,
    sites: Iterable[str],
    *,
    add: Sequence[str] = (),
    remove: Sequence[str] = (),
) -> list[str]:
    """Have the people `add` work on these sites, and those of `remove` no more; others stay. Gives the ids of
    sites that changed.

    An analyst takes and drops sites for himself alone, a lead for anybody. All is done or nothing. The register file
    is written too.

    Raises
    ------
    NotAllowed
        for a viewer, and for an analyst who assigns somebody else.
    UnknownName
        when there is no such site.
    InputRefused
        when a name is empty, of several lines, too long or holds a semicolon, which the register puts between names.
    """
    new = tuple(_name(one) for one in add)
    require(author, Deed.TAKE_SITES)
    changed: list[str] = []
    with project.record.write(author, _reason(new, remove)) as transaction:
        for key in dict.fromkeys(sites):
            known = transaction.get(Site, key)
            if known is None:
                raise UnknownName("site", key, project.record.ids("site"))
            before = known.value.assigned
            after = _together(before, new, remove)
            if not {*map(person, before)} ^ {*map(person, after)} <= {person(author.name)}:
                require(author, Deed.ASSIGN_SITES)
            if after != before:
                transaction.put(as_filed(replace(known.value, assigned=after)), base_version=known.version)
                changed.append(key)
    if changed:
        project.reconcile_register()
    return changed


def _together(before: Sequence[str], add: Sequence[str], remove: Sequence[str]) -> tuple[str, ...]:
    """Names as they were written first, each person once."""
    gone = {person(name) for name in remove}
    found: dict[str, str] = {}
    for name in (*(one for one in before if person(one) not in gone), *add):
        found.setdefault(person(name), name)
    return tuple(found.values())


def _name(name: str) -> str:
    text = " ".join(name.split())
    if not text or not text.isprintable() or len(text) > _LONGEST_NAME or ";" in text:
        raise InputRefused(
            f"Name '{name[:60]}'",
            f"it is not one line of 1 to {_LONGEST_NAME} printable characters without a semicolon",
            "write the name as that person declares it",
        )
    return text


def _reason(add: Sequence[str], remove: Sequence[str]) -> str:
    parts = [
        f"assigned to {', '.join(add)}" if add else "",
        f"no more to {', '.join(remove)}" if remove else "",
    ]
    return "; ".join(part for part in parts if part) or "assigned as before"
