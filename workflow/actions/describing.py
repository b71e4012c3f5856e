"""What is said of a capture besides its date: whose it is, how it was fetched; and what it proposes itself, taken."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from workflow.actions.dating import Understood, dated
from workflow.actions.editing import change_capture
from workflow.actions.permissions import Deed, require
from workflow.actions.text import clean_text
from workflow.errors import InputRefused, UnknownName
from workflow.intake.dates import check_span, closed, stated_day
from workflow.model import Author, Capture, DateSpan, Origin, Proposal, Stated, TextReading
from workflow.origins import ORIGIN_FIELDS, stated_origin

if TYPE_CHECKING:
    from workflow.project import Project

__all__ = ["DESCRIBED", "describe_capture", "take_proposal", "take_reading"]

DESCRIBED = ("provider", "platform", "credit", "licence")
"""What can be said of a capture besides how it was fetched (``origin.url`` and so on)."""

_LONGEST = 500


def describe_capture(
    project: Project,
    author: Author,
    capture: str,
    said: Mapping[str, str],
    *,
    base_version: int | None = None,
    reason: str = "",
) -> Capture:
    """Put what is `said` in the place of what was: names of `DESCRIBED`, and of an `Origin` as ``origin.url``.

    Empty text takes it away. `base_version` is the version that the person saw, None the one that is there.

    Raises
    ------
    NotAllowed
        for a viewer.
    UnknownName, AmbiguousName
        when no capture or several fit.
    EditConflict
        when somebody else changed the same to something else since.
    StaleWrite
        when there never was such a version.
    InputRefused
        when a text cannot be taken, or the capture was withdrawn.
    """
    texts = {name: _line(name, text) for name, text in said.items() if name in DESCRIBED}
    of_origin = {
        name.removeprefix("origin."): text for name, text in said.items() if name.startswith("origin.")
    }
    unknown = [
        name for name in said if name not in texts and name.removeprefix("origin.") not in ORIGIN_FIELDS
    ]
    if unknown:
        raise UnknownName("statement on a capture", unknown[0], DESCRIBED)

    def change(was: Capture) -> Capture:
        origin = was.origin
        if of_origin:
            origin = stated_origin(**asdict(was.origin or Origin()) | of_origin)
        kept = tuple(
            one
            for one in was.sources
            if one.attribute not in texts or texts[one.attribute] == getattr(was, one.attribute)
        )
        changes: dict[str, Any] = {**texts, "origin": origin, "sources": kept}
        return replace(was, **changes)

    return _changed(project, author, capture, change, base_version, reason or "what is said of it changed")


def take_proposal(
    project: Project,
    author: Author,
    capture: str,
    proposal: Proposal,
    *,
    base_version: int | None = None,
    reason: str = "",
) -> Capture:
    """Take as true what the file proposes of itself; its date then rests on the file's tag.

    Raises
    ------
    As `describe_capture`, and InputRefused
        when it is not among the capture's proposals, or only placed on the map by hand.
    """

    def change(was: Capture) -> Capture:
        if proposal not in was.proposals:
            raise InputRefused(
                f"Proposal '{proposal.value}'", "the file says no such thing", "choose one that is listed"
            )
        if proposal.attribute == "acquired" and proposal.span is not None:
            return _dated(was, proposal.span, proposal.source)
        if proposal.attribute not in DESCRIBED:
            raise InputRefused(
                f"Proposal '{proposal.value}'",
                "it is about the camera and no statement on the picture",
                "set the camera with it",
            )
        return _said(was, proposal.attribute, proposal.value, proposal.source)

    return _changed(
        project, author, capture, change, base_version, reason or f"taken from the file: {proposal.source}"
    )


def take_reading(
    project: Project,
    author: Author,
    capture: str,
    reading: TextReading,
    value: DateSpan | str,
    *,
    base_version: int | None = None,
    reason: str = "",
) -> Capture:
    """Take a text that was read in the picture as its date (`value` a span) or its credit; the crop is recorded.

    Raises
    ------
    As `describe_capture`.
    """

    def change(was: Capture) -> Capture:
        kept = tuple(one for one in was.readings if one.attribute != reading.attribute)
        noted = replace(was, readings=(*kept, reading))
        source = f"read in the picture: {reading.text}"
        if isinstance(value, DateSpan):
            return _dated(noted, value, source)
        return _said(noted, reading.attribute, value, source)

    return _changed(
        project,
        author,
        capture,
        change,
        base_version,
        reason or f"read in the picture: {reading.text}"[:_LONGEST],
    )


def _dated(was: Capture, span: DateSpan, source: str) -> Capture:
    """The capture with the date of a proposal, which the day of the screenshot closes."""
    today = datetime.now(UTC).date()
    check_span(was.file, span, today)
    retrieved = stated_day(was.origin.at[:10] or None) if was.origin else None
    span, notes = closed(was.file, span, retrieved, None, today)
    return dated(was, Understood(span, notes), source)


def _said(was: Capture, attribute: str, text: str, source: str) -> Capture:
    """The capture with a text that was proposed."""
    sources = tuple(one for one in was.sources if one.attribute != attribute)
    changes: dict[str, Any] = {attribute: _line(attribute, text)}
    return replace(was, sources=(*sources, Stated(attribute, source)), **changes)


def _line(name: str, text: str) -> str:
    return " ".join(clean_text(name.capitalize(), text, _LONGEST).split())


def _changed(
    project: Project,
    author: Author,
    capture: str,
    change: Callable[[Capture], Capture],
    base_version: int | None,
    reason: str,
) -> Capture:
    require(author, Deed.DESCRIBE)
    key, why = project.capture(capture).id, clean_text("Reason", reason, _LONGEST)
    return change_capture(project, author, key, change, base_version=base_version, reason=why)
