"""When targets appeared and were removed, from what was seen in dated captures and what was published.

A capture with the span [first, last] on which a target is absent proves that it appeared after `first`,
unless it had been there before and was removed; one on which it is present, that it appeared by `last`. A
*stay* is the time between appearing and removal. Findings assume as few stays as the captures allow, give for
each event the smallest interval that holds for every order of the captures which that leaves possible, and
name what does not fit. After the first stay a target *reappears*.

The date that Google Earth shows is the earliest possible one. It orders captures as shown, since its open end
would make every order possible; as a bound its whole span counts.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import pairwise

from workflow.errors import InputRefused
from workflow.model import (
    Basis,
    Confidence,
    DateSpan,
    Doubt,
    Event,
    Evidence,
    Finding,
    Site,
    State,
    Witness,
)
from workflow.timespan import format_span, parse_span, phrase, stated_end, unseen_phrase

__all__ = [
    "DISPUTED",
    "joint_state",
    "publication_findings",
    "target_findings",
    "with_disagreements",
]

DISPUTED = "disputed"
_DAY = timedelta(days=1)
_STRENGTH = {confidence: number for number, confidence in enumerate(Confidence)}


@dataclass(frozen=True, slots=True)
class _Sighting:
    """What one capture says of the target. Open ends are `date.min` and `date.max`.

    `order_last` is the last day for putting captures in order, `last` the one that bounds.
    """

    state: State
    first: date
    last: date
    order_last: date
    span: DateSpan
    capture: str
    name: str
    reviewed: bool
    confidence: Confidence
    dated: bool = True

    @property
    def rank(self) -> tuple[bool, int, str]:
        """Which of two sightings with one bound is the witness: a reviewed one, the most confident, then by id."""
        return (not self.reviewed, -_STRENGTH[self.confidence], self.capture)

    def is_before(self, other: _Sighting) -> bool:
        """Whether this one was certainly taken on an earlier day."""
        return self.order_last < other.first


@dataclass(frozen=True, slots=True)
class _Stay:
    """Presences that belong together, and the absences that can only lie before or after them."""

    presents: tuple[_Sighting, ...]
    before: tuple[_Sighting, ...]
    after: tuple[_Sighting, ...]


def joint_state(states: Iterable[State]) -> str:
    """What several statements on one target in one capture come to, as a word.

    Present and absent together are `disputed`; one of them outweighs what decides nothing; several words that decide
    nothing come to `uncertain`.

    Raises
    ------
    ValueError
        when there is no statement.
    """
    said = set(states)
    if not said:
        raise ValueError("no statement, no state")
    decisive = {state for state in said if state.decisive}
    if len(decisive) > 1:
        return DISPUTED
    told = decisive or said
    return next(iter(told)).value if len(told) == 1 else State.UNCERTAIN.value


# -- imagery -------------------------------------------------------------------------------------------------


def target_findings(site: str, target: str, witnesses: Iterable[Witness]) -> tuple[Finding, ...]:
    """Events of one target in their order, bounded by the captures of `witnesses`; nothing where none is
    decisive.

    A target that is nowhere present gives one row with `seen` False. A capture on which present and absent
    were both said decides nothing and is named. `reviewed` is True where every witness that sets a bound is,
    `confidence` is that of the weakest of them; `synthetic` where any decisive one is.
    """
    decisive = [witness for witness in witnesses if witness.state.decisive]
    sightings, disputed = _sightings(decisive)
    presents = [one for one in sightings if one.state is State.PRESENT]
    absents = [one for one in sightings if one.state is State.ABSENT]
    stays = _stays(presents, absents)
    notes = {
        Doubt.DISPUTED: [_dispute_note(capture, decisive) for capture in disputed],
        Doubt.OPEN_ORDER: _order_notes(presents, absents, stays),
        Doubt.CAME_BACK: _return_notes(stays),
    }
    synthetic = any(witness.synthetic for witness in decisive)
    return tuple(
        replace(
            row,
            site=site,
            target=target,
            contradictions=tuple(note for said in notes.values() for note in said),
            doubts=(*(doubt for doubt, said in notes.items() if said), *row.doubts),
            remarks=tuple(_unbounded_notes(absents)) if row.event.arrives and row.after is None else (),
            synthetic=synthetic,
        )
        for row in (_stay_rows(stays) if presents else _unseen_rows(absents, disputed))
    )


def _sightings(decisive: Sequence[Witness]) -> tuple[list[_Sighting], list[str]]:
    """One sighting a capture in a fixed order, and the captures that are disputed."""
    by_capture: dict[str, list[Witness]] = {}
    for witness in sorted(decisive, key=lambda one: one.capture):
        by_capture.setdefault(witness.capture, []).append(witness)
    disputed = [capture for capture, said in by_capture.items() if len({one.state for one in said}) > 1]
    agreed = [_sighting(said) for capture, said in by_capture.items() if capture not in disputed]
    dated = {one.state for one in agreed if one.span.earliest or one.span.latest}
    # an undated capture only tells that there is such a state at all
    return [one for one in agreed if one.state not in dated or one.span.earliest or one.span.latest], disputed


def _sighting(said: Sequence[Witness]) -> _Sighting:
    span = said[0].span
    last = span.latest or date.max
    shown = stated_end(span) if span.basis is Basis.EARLIEST_POSSIBLE else None
    return _Sighting(
        state=said[0].state,
        first=span.earliest or date.min,
        last=last,
        order_last=min(shown, last) if shown else last,
        span=span,
        capture=said[0].capture,
        name=said[0].name or said[0].capture,
        reviewed=any(one.reviewed for one in said),
        confidence=max((one.confidence for one in said), key=lambda one: _STRENGTH[one]),
        dated=said[0].dated,
    )


def _stays(presents: Sequence[_Sighting], absents: Sequence[_Sighting]) -> list[_Stay]:
    """Presences split by the absences that certainly lie between two of them.

    A presence that may lie on either side of such an absence belongs to no stay: it bounds nothing.
    """
    between = [
        one
        for one in absents
        if any(other.is_before(one) for other in presents) and any(one.is_before(other) for other in presents)
    ]
    groups: dict[int, list[_Sighting]] = {}
    for present in presents:
        if all(present.is_before(one) or one.is_before(present) for one in between):
            groups.setdefault(sum(one.is_before(present) for one in between), []).append(present)
    return [_stay(groups[number], absents) for number in sorted(groups)]


def _stay(presents: Sequence[_Sighting], absents: Sequence[_Sighting]) -> _Stay:
    can_precede = {one.capture for one in absents if not any(other.is_before(one) for other in presents)}
    can_follow = {one.capture for one in absents if not any(one.is_before(other) for other in presents)}
    return _Stay(
        presents=tuple(presents),
        before=tuple(one for one in absents if one.capture in can_precede - can_follow),
        after=tuple(one for one in absents if one.capture in can_follow - can_precede),
    )


def _stay_rows(stays: Sequence[_Stay]) -> list[Finding]:
    """Appeared and, where it is certain, removed of every stay, in the order of time."""
    rows: list[Finding] = []
    limit: list[_Sighting] = []  # what the next event says of all earlier ones: they happened by then
    for number, stay in reversed(list(enumerate(stays))):
        if stay.after:
            rows.append(_row(Event.REMOVED, stay.presents, [*stay.after, *limit]))
            limit = [_first_end([*stay.after, *limit])]
        arrived = _row(Event.REAPPEARED if number else Event.APPEARED, stay.before, [*stay.presents, *limit])
        last = max(one.first for one in stay.presents)
        rows.append(replace(arrived, stood=last if last > date.min else None))
        limit = [_first_end([*stay.presents, *limit])]
    return rows[::-1]


def _first_end(sightings: Sequence[_Sighting]) -> _Sighting:
    return min(sightings, key=lambda one: (one.last, one.rank))


def _last_start(sightings: Sequence[_Sighting]) -> _Sighting:
    return min(sightings, key=lambda one: (-one.first.toordinal(), one.rank))


def _row(event: Event, earlier: Sequence[_Sighting], later: Sequence[_Sighting]) -> Finding:
    """The event that lies after every one of `earlier` and by every one of `later`."""
    upper = _first_end(later)
    bounding = [one for one in earlier if one.first > date.min]
    lower = _last_start(bounding) if bounding else None
    after = lower.first if lower else None
    by = upper.last if upper.last < date.max else None
    if after is not None and by is not None:
        after = min(after, by - _DAY)  # both states on one day: it happened on that day
    return _bounded_by([lower, upper] if lower else [upper], event, after, by, phrase(after, by))


def _bounded_by(
    sightings: Sequence[_Sighting], event: Event, after: date | None, by: date | None, words: str
) -> Finding:
    """The row that rests on these sightings, and what they leave to be desired."""
    reviewed = all(one.reviewed for one in sightings)
    weakest = min((one.confidence for one in sightings), key=lambda one: _STRENGTH[one])
    doubts = {
        Doubt.UNREVIEWED: not reviewed,
        Doubt.LOW_CONFIDENCE: weakest is Confidence.LOW,
        Doubt.UNCONFIRMED_DATE: not all(one.dated for one in sightings),
    }
    return Finding(
        site="",
        target="",
        event=event,
        after=after,
        by=by,
        phrase=words,
        witnesses=tuple(one.capture for one in sightings),
        reviewed=reviewed,
        confidence=weakest,
        doubts=tuple(doubt for doubt, holds in doubts.items() if holds),
    )


def _unseen_rows(absents: Sequence[_Sighting], disputed: Sequence[str]) -> list[Finding]:
    """The row of a target that no capture shows without dispute, if anything was said of it."""
    if absents:
        last = _last_start(absents)
        after = last.first if last.first > date.min else None
        return [replace(_bounded_by([last], Event.APPEARED, after, None, unseen_phrase(after)), seen=False)]
    if disputed:
        return [Finding("", "", Event.APPEARED, None, None, "undated", tuple(disputed), seen=False)]
    return []


# -- what does not fit ---------------------------------------------------------------------------------------


def _dispute_note(capture: str, decisive: Iterable[Witness]) -> str:
    said = {
        state: ", ".join(
            sorted({one.author or "?" for one in decisive if (one.capture, one.state) == (capture, state)})
        )
        for state in (State.PRESENT, State.ABSENT)
    }
    name = next((one.name for one in decisive if one.capture == capture and one.name), capture)
    return (
        f"Capture {name} is disputed and decides nothing: present says {said[State.PRESENT]}, "
        f"absent says {said[State.ABSENT]}."
    )


def _return_notes(stays: Sequence[_Stay]) -> list[str]:
    return [
        f"Present in {_named(gone.presents[0])}, present again in {_named(back.presents[0])}, absent between "
        f"in {_named(_first_end(gone.after))}: it was removed and came back, or one of them is wrong."
        for gone, back in pairwise(stays)
    ]


def _order_notes(
    presents: Sequence[_Sighting], absents: Sequence[_Sighting], stays: Sequence[_Stay]
) -> list[str]:
    """A sentence for every absence and presence whose spans share a day."""
    settled = {
        (absent.capture, present.capture)
        for stay in stays
        for absent in (*stay.before, *stay.after)
        for present in stay.presents
    }
    return [
        f"The order of {_named(absent)} and {_named(present)} is open: one says absent, the other present, "
        "and their dates overlap"
        + (
            "; the dates hold if it was there only once."
            if (absent.capture, present.capture) in settled
            else "."
        )
        for absent in absents
        for present in presents
        if not (absent.is_before(present) or present.is_before(absent))
    ]


def _unbounded_notes(absents: Sequence[_Sighting]) -> Iterator[str]:
    """A sentence for every absence that could have been the lower bound and has no earliest day."""
    for absent in absents:
        if absent.first == date.min and absent.last < date.max:
            yield _lacks(absent.name, absent.span)


def _lacks(name: str, span: DateSpan) -> str:
    return f"{_called(name, span)} lacks it, but has no earliest day and so sets no lower bound."


def _named(sighting: _Sighting) -> str:
    return _called(sighting.name, sighting.span)


def _called(name: str, span: DateSpan) -> str:
    """A picture with its date and what that rests on."""
    basis = "" if span.basis in (Basis.STATED, Basis.PUBLISHED, Basis.UNKNOWN) else f", {span.basis}"
    return f"{name} ({format_span(span)}{basis})"


def with_disagreements(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """`findings`, each naming those of the other source on the same event that share no day with it.

    Imagery that shows several events of a kind disagrees with a publication only where none of them shares a
    day.
    """
    rows = tuple(findings)
    return tuple(_disagreeing(row, _rivals(row, rows)) for row in rows)


def _disagreeing(row: Finding, rivals: Sequence[str]) -> Finding:
    if not rivals:
        return row
    doubts = {*row.doubts, Doubt.SOURCES_DISAGREE}
    return replace(
        row,
        contradictions=(*row.contradictions, *rivals),
        doubts=tuple(doubt for doubt in Doubt if doubt in doubts),
    )


def _rivals(row: Finding, rows: Sequence[Finding]) -> list[str]:
    key = (row.site, row.target, row.event.arrives)
    same = [one for one in rows if (one.site, one.target, one.event.arrives) == key]
    own, others = ([one for one in same if (one.source == row.source) is alike] for alike in (True, False))
    return [
        f"The {other.source} ({', '.join(other.witnesses)}) says {other.phrase}, "
        f"the {row.source} {row.phrase}: they share no day."
        for other in others
        if not any(_meet(one, other) for one in own) and not any(_meet(row, one) for one in others)
    ]


def _meet(one: Finding, two: Finding) -> bool:
    """Whether the intervals share a day."""
    last_after = max(one.after or date.min, two.after or date.min)
    return last_after < min(one.by or date.max, two.by or date.max)


# -- publications --------------------------------------------------------------------------------------------


def publication_findings(site: Site) -> tuple[Finding, ...]:
    """One row for every published statement of `site` with an event and a date, in their order.

    The statement's own words for the date are kept where they stand for it. A statement on the whole place
    has the target "", unless the site has only one. Where the publication also says that a picture lacks the
    target, that bounds its appearance from below; if the picture has no earliest day, a remark says so.
    """
    return tuple(
        _published(site, said, said.event, said.when)
        for said in site.evidence
        if said.event is not None and said.when is not None
    )


def _published(site: Site, said: Evidence, event: Event, when: DateSpan) -> Finding:
    stated = after = when.earliest - _DAY if when.earliest else None
    only = site.targets[0].id if len(site.targets) == 1 else ""
    witnesses, remarks = [_citation(said, site)], list[str]()
    for one in site.evidence if event.arrives else ():
        if one.state is not State.ABSENT or one.when is None or one.target != said.target:
            continue
        name, first = _citation(one, site), one.when.earliest
        if first is None:
            remarks.append(_lacks(name, one.when))
        elif first > (after or date.min) and first < (when.latest or date.max):
            after, witnesses = first, [name, _citation(said, site)]
    has_own_words = after == stated and _stands_for(when.verbatim, when)
    return Finding(
        site=site.id,
        target=said.target or only,
        event=event,
        after=after,
        by=when.latest,
        phrase=when.verbatim if has_own_words else phrase(after, when.latest),
        witnesses=tuple(witnesses),
        source="publication",
        remarks=tuple(remarks),
    )


def _stands_for(words: str, when: DateSpan) -> bool:
    """Whether `words` are a date with the days of `when`."""
    try:
        read = parse_span(words)
    except InputRefused:
        return False
    return (read.earliest, read.latest) == (when.earliest, when.latest)


def _citation(said: Evidence, site: Site) -> str:
    page = f"p. {said.page}" if said.page[:1].isdigit() else said.page
    return ", ".join(part for part in (said.source or site.source, page) if part) or said.wording
