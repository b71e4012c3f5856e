"""Changes of what is there: brought together with what others changed meanwhile, and taken back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any, TypeVar

from workflow.actions.claiming import refuse_of_others
from workflow.actions.georeferencing import retire_offsets
from workflow.actions.permissions import Deed, require
from workflow.actions.text import clean_text
from workflow.changes import merge
from workflow.codec import decode, encode
from workflow.errors import EditConflict, InputRefused, NotAllowed, StaleWrite, UnknownName
from workflow.exporters.stac import write_catalogue
from workflow.model import Annotation, Author, Capture, Claim, FigureRecipe, Observation, Review, Site

if TYPE_CHECKING:
    from workflow.project import Project
    from workflow.store import Transaction, Versioned

__all__ = ["UNDOABLE", "as_it_was", "brought_together", "change_capture", "merged", "refuse_sealed", "undo"]

T = TypeVar("T")
UNDOABLE: Mapping[str, type[Any]] = {
    "site": Site,
    "capture": Capture,
    "observation": Observation,
    "annotation": Annotation,
    "claim": Claim,
    "figure": FigureRecipe,
}
"""Kinds whose changes can be taken back; what is derived is derived again, what happened stays."""

_LONGEST_REASON = 500


def as_it_was(transaction: Transaction, known: Versioned[T], key: str, version: int) -> T:
    """The object at the version that somebody's change is based on.

    Raises
    ------
    StaleWrite
        when there never was such a version.
    """
    if version == known.version:
        return known.value
    was = transaction.at(type(known.value), key, version)
    if was is None:
        raise StaleWrite(_kind(known.value), key, version, known.version)
    return was


def merged(transaction: Transaction, known: Versioned[T], key: str, base_version: int, mine: T) -> T:
    """`mine`, which was made from version `base_version`, together with what others changed since.

    Raises
    ------
    EditConflict
        when the same field was changed to something else; it carries both values.
    StaleWrite
        when there never was such a version.
    """
    if base_version == known.version:
        return mine
    was = as_it_was(transaction, known, key, base_version)
    return brought_together(transaction, known, key, base_version, was, mine)


def change_capture(
    project: Project,
    author: Author,
    key: str,
    change: Callable[[Capture], Capture],
    *,
    base_version: int | None = None,
    reason: str,
) -> Capture:
    """Make a change of the capture that the person saw, bring it together with what others changed since, record it.

    `base_version` is the version that the person saw, None the one that is there. Gives the capture as it then stands.

    Raises
    ------
    UnknownName
        when there is no such capture.
    EditConflict, StaleWrite
        as `merged`.
    InputRefused
        when it was withdrawn.
    """
    with project.record.write(author, reason) as transaction:
        known = transaction.get(Capture, key)
        if known is None:
            raise UnknownName("capture", key, [])
        project.in_use(known.value)
        base = known.version if base_version is None else base_version
        mine = change(as_it_was(transaction, known, key, base))
        both = merged(transaction, known, key, base, mine)
        if both == known.value:
            return both
        transaction.put(both, base_version=known.version)
    write_catalogue(project.imagery, project.captures())
    return both


def brought_together(
    transaction: Transaction, known: Versioned[T], key: str, base_version: int, was: T, mine: T
) -> T:
    """`mine`, which was made from `was`, together with what stands there now.

    Raises
    ------
    EditConflict
        when the same field was changed to something else; it carries both values.
    """
    both = merge(encode(was), encode(known.value), encode(mine))
    if both.conflicts:
        author = transaction.last(type(known.value), key).author
        raise EditConflict(_kind(known.value), key, base_version, known.version, both.conflicts, author)
    return decode(type(known.value), both.value)


def undo(
    project: Project,
    author: Author,
    kind: str,
    key: str,
    *,
    base_version: int,
    to: int | None = None,
    reason: str,
) -> Any:
    """Put an object back to what it was at version `to` (default: the one before), as a new revision.

    `base_version` is the version that the person saw. What was new is marked as deleted; review starts again at
    draft. Gives the object as it then stands.

    Raises
    ------
    UnknownName
        when kind, object or version are not there.
    StaleWrite
        when the object has moved on since `base_version`.
    NotAllowed
        for a viewer, for work that is sealed by approval, and for an analyst on the claim of somebody else.
    InputRefused
        when the reason is empty, a first version is of a kind that cannot be deleted, or nothing but the place in
        review has changed since.
    """
    require(author, Deed.UNDO)
    if kind not in UNDOABLE:
        raise UnknownName("kind whose changes can be taken back", kind, list(UNDOABLE))
    why = clean_text("Reason", reason, _LONGEST_REASON)
    if not why:
        raise InputRefused("Reason", "it is empty", "say why the change is taken back")
    with project.record.write(author, why) as transaction:
        known = transaction.get(UNDOABLE[kind], key)
        if known is None:
            raise UnknownName(kind, key, project.record.ids(kind))
        if known.version != base_version:
            raise StaleWrite(kind, key, base_version, known.version)
        refuse_sealed(author, kind, key, known.value)
        if kind == "claim":
            refuse_of_others(transaction, author, key)
        wanted = known.version - 1 if to is None else to
        value = _back(transaction, kind, key, known, wanted)
        transaction.put(value, base_version=known.version)
        if kind == "capture" and value.control != known.value.control:
            retire_offsets(transaction, key)
    if kind == "site":
        project.reconcile_register()
    if kind == "capture":
        write_catalogue(project.imagery, project.captures())
    return value


def refuse_sealed(author: Author, kind: str, key: str, value: object) -> None:
    """Raise `NotAllowed` for work that review has sealed."""
    review = getattr(value, "review", Review.DRAFT)
    if review.sealed:
        raise NotAllowed(
            author.name,
            author.role.value,
            f"change the {review} {kind} {key} before it is reopened",
            "have a lead reopen it",
        )


def _back(transaction: Transaction, kind: str, key: str, known: Versioned[Any], version: int) -> Any:
    if version == 0:
        if not any(field.name == "deleted" for field in fields(known.value)):
            raise InputRefused(
                f"{kind} {key}", "its first version has nothing before it", "name a later version"
            )
        return replace(known.value, deleted=True)
    was = transaction.at(UNDOABLE[kind], key, version)
    if was is None or version >= known.version:
        raise UnknownName(
            f"earlier version of {kind} {key}", str(version), [str(n) for n in range(1, known.version)]
        )
    if isinstance(was, Capture) and was.withdrawn != known.value.withdrawn:
        raise InputRefused(
            f"capture {key}",
            "its withdrawal is not changed this way",
            "a lead uses 'sitetrack captures withdraw' or 'sitetrack captures reinstate'",
        )
    if not hasattr(was, "review"):
        return was
    if replace(was, review=known.value.review) == known.value:
        raise InputRefused(
            f"{kind} {key}",
            f"from version {version} on only its place in review changed",
            "use 'sitetrack review'",
        )
    return replace(was, review=Review.DRAFT)


def _kind(value: object) -> str:
    return next(name for name, kind in UNDOABLE.items() if isinstance(value, kind))
