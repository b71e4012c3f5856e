"""When a picture was taken, corrected: what a text says of it, and the new date with what it rests on."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from workflow.actions.editing import as_it_was, merged
from workflow.actions.permissions import Deed, require
from workflow.actions.text import clean_text
from workflow.errors import InputRefused, UnknownName
from workflow.exporters.stac import write_catalogue
from workflow.intake.dates import (
    about_the_date,
    as_understood,
    check_span,
    closed,
    contradicted,
    stated_day,
    stated_span,
)
from workflow.model import Author, Basis, Capture, CaptureKind, DateSpan, Stated

if TYPE_CHECKING:
    from workflow.project import Project

__all__ = ["STATED_BASES", "Understood", "dated", "set_date", "understood"]

STATED_BASES = (
    Basis.STATED,
    Basis.EARLIEST_POSSIBLE,
    Basis.RELEASED,
    Basis.BROADCAST,
    Basis.PUBLISHED,
    Basis.COPYRIGHT_YEAR,
)
"""What a date that a person states may rest on."""

_LONGEST_REASON = 500


@dataclass(frozen=True, slots=True)
class Understood:
    """What a text says of a picture's date: the days, and sentences on what was made of it."""

    span: DateSpan
    notes: tuple[str, ...]


def understood(
    text: str,
    *,
    kind: CaptureKind = CaptureKind.SATELLITE,
    subject: str = "Date",
    basis: Basis | None = None,
    retrieved: str = "",
    published: str = "",
    today: date | None = None,
) -> Understood:
    """What `text` would say of the day on which a picture of that `kind` was taken; nothing is written.

    `subject` is what refusals begin with. `basis` None is that of a date which is stated. `retrieved` and `published`
    are the days by which the picture must have been taken; `today` (UTC) is what dates are held against.

    Raises
    ------
    InputRefused
        when a text is no date, can be read in two ways, or lies in the future or before photography.
    """
    day = today or datetime.now(UTC).date()
    stated = stated_span(text.strip() or None)
    if stated is None:
        raise InputRefused("Date", "it is empty", "write one, or 'unknown'")
    if basis is not None and basis not in STATED_BASES:
        words = ", ".join(STATED_BASES)
        raise InputRefused("Basis", f"nobody states a date from a {basis}", f"use one of {words}")
    span = as_understood(stated, kind, basis)
    check_span(subject, span, day)
    span, notes = closed(subject, span, stated_day(retrieved or None), stated_day(published or None), day)
    return Understood(span, notes)


def set_date(
    project: Project,
    author: Author,
    capture: str,
    text: str,
    *,
    basis: Basis | None = None,
    retrieved: str = "",
    published: str = "",
    base_version: int | None = None,
    reason: str = "",
) -> Capture:
    """Give a capture another date, as `understood` reads it, and give the capture as it then stands.

    The date before stays in its history. `base_version` is the version that the person saw, None the one that is
    there. `capture` is an id, a unique prefix of one, or the original file name.

    Raises
    ------
    NotAllowed
        for a viewer.
    UnknownName, AmbiguousName
        when no capture or several fit.
    EditConflict
        when somebody else changed the date to something else since.
    StaleWrite
        when there never was such a version.
    InputRefused
        when the date cannot be taken, or the capture was withdrawn.
    """
    require(author, Deed.EDIT_CAPTURES)
    key = project.capture(capture).id
    why = clean_text("Reason", reason, _LONGEST_REASON)
    with project.record.write(author, why or "date changed") as transaction:
        known = transaction.get(Capture, key)
        if known is None:
            raise UnknownName("capture", key, [])
        base = known.version if base_version is None else base_version
        was = as_it_was(transaction, known, key, base)
        said = understood(
            text, kind=was.kind, subject=was.file, basis=basis, retrieved=retrieved, published=published
        )
        now = project.in_use(known.value)
        both = merged(transaction, known, key, base, replace(was, acquired=said.span))
        if both.acquired == now.acquired:
            return now
        changed = dated(now, said)
        transaction.put(changed, base_version=known.version)
    write_catalogue(project.imagery, project.captures())
    return changed


def dated(capture: Capture, said: Understood, source: str = "") -> Capture:
    """The capture with the new date and its source; what intake had to say of the old one is no longer true."""
    kept = [one for one in capture.warnings if not about_the_date(one)]
    sources = [one for one in capture.sources if one.attribute != "acquired"]
    return replace(
        capture,
        acquired=said.span,
        warnings=(*kept, *said.notes, *contradicted(capture, said.span)),
        sources=(*sources, Stated("acquired", source)) if source else tuple(sources),
    )
