"""Drawing: the viewer's operation log taken into the record, each operation once."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from workflow.actions.editing import as_it_was, brought_together, merged, refuse_sealed
from workflow.actions.geometry import SHAPES, Range, checked_geometry, is_same_place
from workflow.actions.permissions import Deed, require
from workflow.actions.text import clean_text
from workflow.errors import InputRefused, NotAllowed, StaleWrite, UnknownName
from workflow.model import Annotation, Author, Capture, Georeference, Review, Site
from workflow.stills import Still, frame_of, timecode
from workflow.store import Versioned

if TYPE_CHECKING:
    from workflow.project import Project
    from workflow.store import Transaction

__all__ = ["Acknowledgement", "annotate", "edit_annotation"]

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_NAMELESS = str(InputRefused("Operation", "it has no id to acknowledge", "send one as 'op'"))
_LONGEST_LABEL, _LONGEST_NOTE = 200, 4000
_FIELDS = ("shape", "geometry", "target", "label", "note", "evidence")
_DAY_S = 24 * 3600
_DEGREES: Range = (-180.0, 180.0, -90.0, 90.0)


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """What became of an operation log: ids that are applied by now, and (id, sentence) of the refused.

    Both in the order in which the operations were applied. The viewer drops both kinds: sent again, an
    operation is not judged again. What has no id is refused with the id "".
    """

    acked: tuple[str, ...]
    refused: tuple[tuple[str, str], ...] = ()


def annotate(project: Project, author: Author, operations: Sequence[Mapping[str, Any]]) -> Acknowledgement:
    """Apply operations ``{op, seq, type, annotation, base_version?, was?}`` in the order of `seq`, each `op` once.

    `type` is ``add``, ``edit``, ``delete`` or ``restore``, which takes a deletion back; an edit states the fields
    that change. What a change was based on is said as a `base_version`, or as `was`: fields as they were seen. A log
    whose earlier operations are still under way knows no version, but what it will find. An edit is brought together
    with what others changed since; where both changed the same field it is refused with both values. A deletion is
    refused when the mark has moved on, all three when review has sealed it. Coordinates are degrees (lon, lat), or
    column and row of the original where the capture has no georeference; of a clip `at_s` says of which frame, which
    cannot change. What cannot be taken is refused by itself,
    the rest is applied.

    Raises
    ------
    NotAllowed
        for a viewer.
    """
    require(author, Deed.ANNOTATE)
    named = _named(operations)
    judged = project.record.judged_operations(list(named))
    if named.keys() - judged.keys():
        with project.record.write(author, _reason(named.values())) as transaction:
            judged = transaction.judged_operations(list(named))
            for op in named:
                if op not in judged:
                    judged[op] = _judged(transaction, author, named[op])
    nameless = [("", _NAMELESS)] * (len(operations) - sum(_op(one) is not None for one in operations))
    refused = [(op, judged[op]) for op in named if judged[op]]
    return Acknowledgement(tuple(op for op in named if not judged[op]), (*refused, *nameless))


def edit_annotation(
    project: Project, author: Author, key: str, changes: Mapping[str, Any], base_version: int
) -> Versioned[Annotation]:
    """Change fields of a mark that was seen at `base_version`; the mark as it then stands.

    What others changed since is kept. Where both changed the same field nothing is written.

    Raises
    ------
    EditConflict
        when a field was changed to something else since; it carries both values.
    StaleWrite
        when there never was such a version.
    NotAllowed
        for a viewer, and for a mark that review has sealed.
    InputRefused, UnknownName
        when the mark is not there, or a field cannot be taken.
    """
    require(author, Deed.ANNOTATE)
    stated = {**changes, "id": key}
    with project.record.write(author, f"changed {', '.join(sorted(changes)) or 'nothing'}") as transaction:
        known = transaction.get(Annotation, key)
        return _edit(_Step(transaction, author, stated, known, {"base_version": base_version}))


def _judged(transaction: Transaction, author: Author, operation: Mapping[str, Any]) -> str:
    """Apply one operation and remember it; why it was refused, "" when it was applied."""
    refused = ""
    try:
        _apply(transaction, author, operation)
    except (InputRefused, NotAllowed, StaleWrite, UnknownName) as error:
        refused = str(error)
    transaction.judge(operation["op"], refused)
    return refused


def _named(operations: Sequence[Mapping[str, Any]]) -> dict[str, Mapping[str, Any]]:
    """Operations that have an id, by it, in the order of `seq`; the first of equal ids counts."""
    found: dict[str, Mapping[str, Any]] = {}
    for operation in sorted((one for one in operations if _op(one) is not None), key=_sequence):
        found.setdefault(operation["op"], operation)
    return found


def _op(operation: object) -> str | None:
    name = operation.get("op") if isinstance(operation, Mapping) else None
    return name if isinstance(name, str) and _NAME.fullmatch(name) else None


def _sequence(operation: Mapping[str, Any]) -> float:
    place = operation.get("seq")
    return float(place) if isinstance(place, int) and abs(place) < 2**53 else float("inf")


def _reason(operations: Iterable[Mapping[str, Any]]) -> str:
    types = sorted({str(operation.get("type")) for operation in operations} & set(_APPLY))
    return f"drawing: {', '.join(types) or 'nothing known'}"


# -- one operation -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Step:
    """One operation: what it states of a mark, and the mark as it is known, in the write that it belongs to."""

    transaction: Transaction
    author: Author
    stated: Mapping[str, Any]
    known: Versioned[Annotation] | None
    operation: Mapping[str, Any]


def _apply(transaction: Transaction, author: Author, operation: Mapping[str, Any]) -> None:
    kind, stated = operation.get("type"), operation.get("annotation")
    if not isinstance(kind, str) or kind not in _APPLY:
        raise InputRefused(
            "Operation", f"type {str(kind)[:40]!r} is not known", f"use one of {', '.join(_APPLY)}"
        )
    if not isinstance(stated, Mapping):
        raise InputRefused("Operation", "its annotation is not an object", "send one")
    key = stated.get("id")
    if not (isinstance(key, str) and _NAME.fullmatch(key)):
        raise InputRefused("Annotation", "it has no sound id", "send letters, digits and hyphens, 64 at most")
    known = transaction.get(Annotation, key)
    was = operation.get("was")
    if was is not None and not isinstance(was, Mapping):
        raise InputRefused("Operation", "what it was based on is not an object", "send one as 'was'")
    _APPLY[kind](_Step(transaction, author, stated, known, operation))


def _add(step: _Step) -> None:
    if step.known is not None:
        raise InputRefused(
            f"Annotation {step.stated['id']}", "it is there already", "give the new one its own id"
        )
    missing = [name for name in ("site", "capture", "shape", "geometry") if step.stated.get(name) is None]
    if missing:
        raise InputRefused(
            f"Annotation {step.stated['id']}", f"it has no {' and no '.join(missing)}", "send it whole"
        )
    origin = _origin(step.transaction, step.stated.get("copied_from"))
    blank = Annotation(step.stated["id"], "", "", "", {}, author=step.author.name, copied_from=origin)
    blank = replace(blank, at_s=_time(step.transaction, step.stated))
    step.transaction.put(_checked(step.transaction, blank, step.stated), base_version=0)


def _edit(step: _Step) -> Versioned[Annotation]:
    there = _present(step.stated, step.known)
    refuse_sealed(step.author, "annotation", step.stated["id"], there.value)
    moved = [
        name
        for name in ("site", "capture", "at_s")
        if step.stated.get(name) not in (None, getattr(there.value, name))
    ]
    if moved:
        raise InputRefused(
            f"Annotation {step.stated['id']}",
            f"its {moved[0].replace('at_s', 'frame')} cannot change",
            "draw a new one there",
        )
    both = _together(step, there)
    if both != there.value:  # reviewed is what stood there, not what stands now
        both = replace(both, review=Review.DRAFT)
    return Versioned(both, step.transaction.put(both, base_version=there.version).version)


def _together(step: _Step, there: Versioned[Annotation]) -> Annotation:
    """The edited mark with what others changed since it was seen."""
    key, seen, base_version = there.value.id, step.operation.get("was"), step.operation.get("base_version")
    if seen is not None:
        was, base = replace(there.value, **_seen(there.value, seen)), _version(base_version)
        said = _checked(step.transaction, was, step.stated)
        return brought_together(step.transaction, there, key, base, was, said)
    base = there.version if base_version is None else _version(base_version)
    was = as_it_was(step.transaction, there, key, base)
    return merged(step.transaction, there, key, base, _checked(step.transaction, was, step.stated))


def _seen(there: Annotation, was: Mapping[str, Any]) -> dict[str, Any]:
    """Fields that are not any more what they were seen to be."""
    return {
        name: was[name]
        for name in _FIELDS
        if name in was and not is_same_place(was[name], getattr(there, name))
    }


def _delete(step: _Step) -> None:
    if step.known is not None and step.known.value.deleted:
        return
    there = _present(step.stated, step.known)
    refuse_sealed(step.author, "annotation", step.stated["id"], there.value)
    _refuse_unseen(there, step.operation)
    step.transaction.put(replace(there.value, deleted=True), base_version=there.version)


def _restore(step: _Step) -> None:
    """Take a deletion back: the mark as it was, with its history, a draft again."""
    if step.known is None:
        raise InputRefused(f"Annotation {step.stated['id']}", "it never was there", "add it")
    refuse_sealed(step.author, "annotation", step.stated["id"], step.known.value)
    _refuse_unseen(step.known, step.operation)
    if step.known.value.deleted:
        back = replace(step.known.value, deleted=False, review=Review.DRAFT)
        step.transaction.put(back, base_version=step.known.version)


def _refuse_unseen(there: Versioned[Annotation], operation: Mapping[str, Any]) -> None:
    """What is deleted or put back must have been seen as it is."""
    base_version, was = operation.get("base_version"), operation.get("was")
    moved_on = base_version not in (None, there.version) if was is None else bool(_seen(there.value, was))
    if moved_on:
        raise StaleWrite("annotation", there.value.id, _version(base_version), there.version)


_APPLY = {"add": _add, "edit": _edit, "delete": _delete, "restore": _restore}


def _present(stated: Mapping[str, Any], known: Versioned[Annotation] | None) -> Versioned[Annotation]:
    if known is None or known.value.deleted:
        raise InputRefused(f"Annotation {stated['id']}", "it is not there", "add it first")
    return known


def _version(stated: object) -> int:
    return stated if isinstance(stated, int) else 0


# -- its fields ----------------------------------------------------------------------------------------------


def _checked(transaction: Transaction, was: Annotation, stated: Mapping[str, Any]) -> Annotation:
    """`was` with the fields that are stated, each one checked."""
    site = _site(transaction, was.site or stated["site"])
    capture = _capture(transaction, was.capture or stated["capture"])
    shape = stated.get("shape", was.shape)
    if not (isinstance(shape, str) and shape in SHAPES):
        raise InputRefused("Shape", f"{str(shape)[:40]!r} is not known", f"use one of {', '.join(SHAPES)}")
    return replace(
        was,
        site=site.id,
        capture=capture.id,
        shape=shape,
        geometry=checked_geometry(shape, stated.get("geometry", was.geometry), _allowed(capture, was)),
        in_pixels=capture.georeference is Georeference.NONE,
        target=_target(site, stated.get("target", was.target)),
        label=clean_text("Label", stated.get("label", was.label), _LONGEST_LABEL),
        note=clean_text("Note", stated.get("note", was.note), _LONGEST_NOTE),
        evidence=_truth("evidence", stated.get("evidence", was.evidence)),
    )


def _site(transaction: Transaction, key: object) -> Site:
    found = transaction.get(Site, key) if isinstance(key, str) else None
    if found is None:
        raise UnknownName("site", str(key)[:80], [row.value.id for row in transaction.rows(Site)])
    return found.value


def _capture(transaction: Transaction, key: object) -> Capture:
    found = transaction.get(Capture, key) if isinstance(key, str) else None
    if found is None:
        raise UnknownName("capture", str(key)[:80], [row.value.id for row in transaction.rows(Capture)])
    if found.value.withdrawn is not None:
        why = f"it was withdrawn: {found.value.withdrawn.reason}"
        raise InputRefused(f"Capture {key} ({found.value.file})", why, "draw on another")
    return found.value


def _target(site: Site, key: object) -> str | None:
    ids = [target.id for target in site.targets]
    if key is None:
        return None
    if not isinstance(key, str) or key not in ids:
        raise UnknownName(f"target of site {site.id}", str(key)[:80], ids)
    return key


def _origin(transaction: Transaction, key: object) -> str:
    """The id of the mark that another one was copied from; "" where none is said."""
    if not key:
        return ""
    if not (isinstance(key, str) and _NAME.fullmatch(key)) or transaction.get(Annotation, key) is None:
        raise InputRefused(
            "Copy", f"there is no mark {str(key)[:64]!r} to copy from", "leave 'copied_from' out"
        )
    return key


def _time(transaction: Transaction, stated: Mapping[str, Any]) -> float | None:
    """The time of the frame that a mark is drawn on: the first where none is said, None for what is no clip."""
    capture, at_s = _capture(transaction, stated["capture"]), stated.get("at_s")
    times = [one.at_s for one in capture.frames]
    if at_s is None:
        return times[0] if times else None
    if at_s not in times:
        named = timecode(at_s) if isinstance(at_s, int | float) and 0 <= at_s < _DAY_S else str(at_s)[:40]
        raise UnknownName(f"frame of {capture.file}", named, [timecode(time) for time in times])
    return float(at_s)


def _allowed(capture: Capture, mark: Annotation) -> Range:
    if capture.georeference is Georeference.NONE:
        width, height = Still(capture, frame_of(capture, mark)).size
        return (0.0, float(width), 0.0, float(height))
    return _DEGREES


def _truth(field: str, value: object) -> bool:
    if not isinstance(value, bool):
        raise InputRefused(field.capitalize(), "it is neither true nor false", "send one of them")
    return value
