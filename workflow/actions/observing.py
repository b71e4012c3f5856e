"""One analyst's statement on one target in one capture."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from workflow.actions.editing import refuse_sealed
from workflow.actions.permissions import Deed, require
from workflow.actions.text import clean_text
from workflow.chips import covers
from workflow.errors import AmbiguousName, InputRefused, NotAllowed, UnknownName
from workflow.interpretability import Legible, Limits, caution, reading, words
from workflow.model import Author, Capture, Confidence, Observation, Review, Site, State, Target

if TYPE_CHECKING:
    from workflow.project import Project
    from workflow.store import Transaction, Versioned

__all__ = [
    "LONGEST_NOTE",
    "caution_on",
    "must_be_visible",
    "must_show",
    "observation_id",
    "observe",
    "observe_once",
    "statement",
    "target_of",
    "word",
]

_NAMESPACE = uuid.UUID("5f1a7a3e-0b7e-5d0c-9c55-3a1d6f0c2b14")
LONGEST_NOTE = 4000
W = TypeVar("W", State, Confidence)


def observation_id(site: str, target: str, capture: str, author: str) -> str:
    """Id of what one author says of one target in one capture: the same four give the same id."""
    return str(uuid.uuid5(_NAMESPACE, "|".join((site, target, capture, author))))


def observe(
    project: Project,
    author: Author,
    *,
    site: str,
    capture: str,
    state: str,
    target: str | None = None,
    confidence: str = Confidence.MODERATE,
    note: str = "",
) -> Observation:
    """Record what `author` says of a target in a capture, and give the observation as it then stands.

    Saying the same again changes nothing; another state, confidence or note is a new revision and a draft
    again. `capture` is an id, a unique prefix of one, or the original file name; `target` may be left out
    where the site has one.

    Raises
    ------
    UnknownName, AmbiguousName
        when site, capture or target are not there or fit several.
    InputRefused
        when the state or confidence is no such word, the capture does not show the site, or an absence on too
        coarse a capture has no note.
    NotAllowed
        for a viewer, and for an observation that review has sealed.
    """
    require(author, Deed.OBSERVE)
    said = statement(
        project,
        author,
        site=site,
        capture=capture,
        state=state,
        target=target,
        confidence=confidence,
        note=note,
    )
    return _put(project, author, said)


def observe_once(
    project: Project,
    author: Author,
    operation: str,
    *,
    site: str,
    capture: str,
    target: str,
    state: str | None,
    confidence: str = Confidence.MODERATE,
    note: str = "",
    seen: str | None = None,
) -> str:
    """`observe` as an operation with an id, which is judged once: why it was refused, "" when it was applied.

    The state None takes the author's statement back. `seen` is the state that the author's own statement had when
    this was said, "" for none: where it has another one by now, the newer one stands and this is refused. None does
    not look.

    Raises
    ------
    NotAllowed
        for a viewer.
    """
    require(author, Deed.OBSERVE)
    judged = project.record.judged_operations([operation])
    if operation in judged:
        return judged[operation]
    said, refused = None, ""
    try:
        key = observation_id(site, target, capture, author.name)
        if state is not None:
            said = statement(
                project,
                author,
                site=site,
                capture=capture,
                state=state,
                target=target,
                confidence=confidence,
                note=note,
            )
            key = said.id
    except (AmbiguousName, InputRefused, UnknownName) as error:
        refused = str(error)
    with project.record.write(author, f"{state or 'nothing'} at {site}, {target}") as transaction:
        judged = transaction.judged_operations([operation])
        if operation in judged:
            return judged[operation]
        if not refused:
            refused = _said(transaction, author, key, said, seen)
        transaction.judge(operation, refused)
    return refused


def _said(
    transaction: Transaction, author: Author, key: str, said: Observation | None, seen: str | None
) -> str:
    """Put a statement, or take it back with None; why it was refused, "" when it was not."""
    known = transaction.get(Observation, key)
    now = known.value.state.value if known is not None and not known.value.deleted else ""
    wanted = said.state.value if said is not None else ""
    if seen is not None and now not in (seen, wanted):
        return str(
            InputRefused(
                f"'{wanted or 'no state'}'",
                f"you said {now or 'nothing'!r} there meanwhile, in place of {seen or 'nothing'!r}",
                "look again, then say it again",
            )
        )
    try:
        if said is not None:
            _put_in(transaction, author, said, known)
        elif known is not None and not known.value.deleted:
            refuse_sealed(author, "observation", key, known.value)
            gone = replace(known.value, deleted=True, review=Review.DRAFT)
            transaction.put(gone, base_version=known.version)
    except NotAllowed as error:
        return str(error)
    return ""


def statement(
    project: Project,
    author: Author,
    *,
    site: str,
    capture: str,
    state: str,
    target: str | None,
    confidence: str,
    note: str,
) -> Observation:
    """What `author` says, checked but not recorded; see `observe` for what is refused."""
    place, picture = project.site(site), project.capture(capture)
    thing = target_of(place, target)
    said = Observation(
        observation_id(place.id, thing.id, picture.id, author.name),
        place.id,
        thing.id,
        picture.id,
        author.name,
        word(State, "State", state),
        word(Confidence, "Confidence", confidence),
        clean_text("Note", note, LONGEST_NOTE),
    )
    must_show(place, picture, covers(place))
    must_be_visible(project.limits()[thing.kind], thing, picture, said)
    return said


def target_of(site: Site, target: str | None) -> Target:
    """The site's target of that id, or its only one.

    Raises
    ------
    UnknownName, InputRefused
        when there is none of that id, or several and none was named.
    """
    ids = [one.id for one in site.targets]
    if target is None:
        if len(site.targets) == 1:
            return site.targets[0]
        problem = f"it has the targets {', '.join(ids)}" if ids else "it has no target"
        remedy = "name one with --target" if ids else "give it one in sites.geojson"
        raise InputRefused(f"Site {site.id}", problem, remedy)
    for one in site.targets:
        if one.id == target:
            return one
    raise UnknownName(f"target of site {site.id}", target, ids)


def word(kind: type[W], name: str, value: str) -> W:
    """The state or confidence that `value` names.

    Raises
    ------
    InputRefused
        when it is no such word; `name` says of what.
    """
    try:
        return kind(value)
    except ValueError:
        raise InputRefused(name, f"'{value}' is not known", f"use one of {', '.join(kind)}") from None


def must_show(site: Site, capture: Capture, covers: Callable[[Capture], bool]) -> None:
    """Refuse a capture that neither is the site's own nor covers it.

    Raises
    ------
    InputRefused
        when it does not show the site, or nothing is known to because the site is not located.
    """
    if capture.site == site.id:
        return
    if site.position is None and site.footprint is None:
        raise InputRefused(
            f"Site {site.id}", "it is not located, so no capture is known to show it", "give it a position"
        )
    if not covers(capture):
        raise InputRefused(
            f"Capture {capture.id} ({capture.file})",
            f"it does not show site {site.id}",
            "choose a capture that covers it, or take the picture in with --site",
        )


def must_be_visible(limits: Limits, target: Target, capture: Capture, said: Observation) -> None:
    """Refuse an absence without a note on a capture that is too coarse to show the target.

    Raises
    ------
    InputRefused
        then.
    """
    if said.state is not State.ABSENT or said.note:
        return
    seen = reading(target.kind, limits, capture.gsd_m, capture.off_nadir_deg)
    if seen.level is Legible.TOO_COARSE:
        raise InputRefused(
            f"Capture {capture.id} ({capture.file})",
            f"it is too coarse to show that a {words(target.kind)} is absent: {seen.why}",
            "say 'insufficient', or say in a note what the absence rests on",
        )


def caution_on(project: Project, said: Observation) -> str:
    """A sentence on a statement that rests on a picture which shows little of its target's class, else empty."""
    target, capture = target_of(project.site(said.site), said.target), project.capture(said.capture)
    seen = reading(target.kind, project.limits()[target.kind], capture.gsd_m, capture.off_nadir_deg)
    return caution(target.kind, seen, said.state)


def _put(project: Project, author: Author, said: Observation) -> Observation:
    reason = f"{said.state} at {said.site}, {said.target}"
    with project.record.write(author, reason) as transaction:
        return _put_in(transaction, author, said, transaction.get(Observation, said.id))


def _put_in(
    transaction: Transaction, author: Author, said: Observation, known: Versioned[Observation] | None
) -> Observation:
    if known is not None:
        said = replace(said, blind=known.value.blind)  # how it was first made stays true
        if replace(said, review=known.value.review) == known.value:
            return known.value
        refuse_sealed(author, "observation", said.id, known.value)
    transaction.put(said, base_version=known.version if known else 0)
    return said
