"""What waits for review, what was done in it, and how far readers agree.

Rows are dicts with stable keys, instants RFC 3339 UTC. Each function needs the same number of SQL statements however
much there is.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from workflow.agreement import Agreement, decisiveness
from workflow.agreement import agreement as agreement_of
from workflow.errors import AmbiguousName, UnknownName
from workflow.model import Annotation, Capture, Observation, Review, ReviewEntry, State, Verdict
from workflow.readings import (
    Place,
    SecondReading,
    by_place,
    makers,
    person,
    place_of,
    states_as_given,
)
from workflow.readings import second_readings as readings_of
from workflow.timespan import Language, format_span
from workflow.words import say

if TYPE_CHECKING:
    from workflow.project import Project
    from workflow.store import Revision, Versioned

__all__ = [
    "OPEN_WORK",
    "agreement",
    "disagreements",
    "hidden_from",
    "review_log",
    "review_queue",
    "reviewable",
    "second_readings",
]

Row = dict[str, Any]
OPEN_WORK = (Review.SUBMITTED, Review.RETURNED, Review.DRAFT)
"""What is not decided, in the order of `review_queue`."""
_ORDER = (*OPEN_WORK, Review.APPROVED, Review.SUPERSEDED)

_KINDS: Mapping[str, type[Observation] | type[Annotation]] = {
    "observation": Observation,
    "annotation": Annotation,
}
_SHORTEST_PREFIX = 6


# -- work ----------------------------------------------------------------------------------------------------


def review_queue(
    project: Project,
    site: str | None = None,
    reviews: Collection[Review] = OPEN_WORK,
    *,
    reader: str | None = None,
    language: Language = "en",
) -> list[Row]:
    """Work that stands so in review: what is submitted first, the longest waiting first, then returned work, drafts.

    Keys ``kind id version site target capture file date what author review submitted_at comment
    may_not_review``. `what` is the state of an observation, or the shape and label of a mark; `comment` the last
    one that was made; `may_not_review` names whose work it is. `what` is None where `reader` may yet give a second
    reading. `date` and `what` are in `language`.

    Raises
    ------
    UnknownName
        when there is no such site.
    """
    if site is not None:
        project.site(site)
    captures = {one.id: one for one in project.all_captures()}
    steps = _steps(project, site)
    hidden = hidden_from(project, reader, site) if reader is not None else frozenset()
    rows = [
        _queue_row(
            kind, work, history, captures.get(work.value.capture), steps.get(work.value.id, ()), language
        )
        | ({"what": None} if place_of(work.value) in hidden else {})
        for kind, what in _KINDS.items()
        for work, history in _work(project, what, site, reviews)
    ]
    return sorted(rows, key=lambda row: (_ORDER.index(row["review"]), row["submitted_at"] or ""))


def _work(
    project: Project, what: type[Any], site: str | None, reviews: Collection[Review]
) -> Iterable[tuple[Versioned[Any], Sequence[Revision]]]:
    rows = [
        row
        for row in project.record.rows(what, site=site)
        if row.value.review in reviews and not row.value.deleted
    ]
    histories = project.record.histories(what, [row.value.id for row in rows])
    return [(row, histories[row.value.id]) for row in rows]


def _queue_row(
    kind: str,
    work: Versioned[Any],
    history: Sequence[Revision],
    capture: Capture | None,
    steps: Sequence[Row],
    language: Language,
) -> Row:
    one = work.value
    handed_in = [step["at"] for step in steps if step["verdict"] == Verdict.SUBMITTED]
    comments = [step["comment"] for step in steps if step["comment"]]
    return {
        "kind": kind,
        "id": one.id,
        "version": work.version,
        "site": one.site,
        "target": one.target,
        "capture": one.capture,
        "file": capture.file if capture else None,
        "date": format_span(capture.acquired, language) if capture else None,
        "basis": capture.acquired.basis.value if capture else None,
        "what": say(one.state.value, language) if kind == "observation" else _mark(one, language),
        "author": one.author,
        "review": one.review.value,
        "submitted_at": handed_in[-1] if handed_in else None,
        "comment": comments[-1] if comments else "",
        "may_not_review": list(makers(one, history)),
    }


def _mark(one: Annotation, language: Language) -> str:
    return " ".join(filter(None, (say(one.shape, language), one.label)))


def _steps(project: Project, site: str | None = None, **where: str | None) -> dict[str, list[Row]]:
    """Steps of review by the id of their subject, each subject's in order."""
    entries = [row.value for row in project.record.rows(ReviewEntry, site=site, **where)]
    histories = project.record.histories(ReviewEntry, [one.id for one in entries])
    found: dict[str, list[Row]] = {}
    for one in entries:
        found.setdefault(one.subject, []).append(_step(one, histories[one.id][-1]))
    return found


def _step(entry: ReviewEntry, revision: Revision) -> Row:
    return {
        "at": revision.at.isoformat().replace("+00:00", "Z"),
        "author": revision.author,
        "role": revision.role,
        "verdict": entry.verdict.value,
        "version": entry.subject_version,
        "comment": entry.comment,
        "id": entry.id,
    }


def review_log(project: Project, kind: str, key: str) -> list[Row]:
    """What was done in review to an observation or annotation, the first step first.

    Keys ``at author role verdict version comment id``. `version` is the one that was judged.

    Raises
    ------
    UnknownName
        when there is no such kind or work.
    """
    if kind not in _KINDS:
        raise UnknownName("kind of work that is reviewed", kind, list(_KINDS))
    known: Versioned[Any] | None = project.record.get(_KINDS[kind], key)
    if known is None:
        raise UnknownName(kind, key, project.record.ids(kind))
    one = known.value
    return _steps(project, one.site, capture=one.capture).get(key, [])


def reviewable(project: Project, reference: str) -> tuple[str, str, int]:
    """Kind, id and version of the observation or annotation of that id, or of a start of one (6 characters).

    Raises
    ------
    UnknownName, AmbiguousName
        when none or several fit.
    """
    rows: list[tuple[str, Versioned[Any]]] = []
    for kind, what in _KINDS.items():
        rows += [(kind, row) for row in project.record.rows(what)]
    fits = [(kind, row) for kind, row in rows if row.value.id == reference]
    if not fits and len(reference) >= _SHORTEST_PREFIX:
        fits = [(kind, row) for kind, row in rows if row.value.id.startswith(reference)]
    if not fits:
        raise UnknownName("observation or annotation", reference, [row.value.id for _, row in rows])
    if len(fits) > 1:
        raise AmbiguousName("observation or annotation", reference, [row.value.id for _, row in fits])
    kind, work = fits[0]
    return kind, work.value.id, work.version


# -- second readings -----------------------------------------------------------------------------------------


def hidden_from(project: Project, reader_name: str, site: str | None = None) -> frozenset[Place]:
    """(site, target, capture) of which `reader_name` may yet give the second reading, at a site or anywhere.

    What others said there is not to be shown to that reader.
    """
    asked = _asked(project, project.record.rows(Observation, site=site), site)
    return frozenset(one.place for one in asked if one.is_hidden_from(reader_name))


def second_readings(project: Project, reader: str | None = None) -> list[Row]:
    """Second readings that were asked for, in the order of asking.

    Keys ``site target capture first second open agree``. `first` and `second` have ``id author version state``,
    `second` is None until it is given. `state` and `agree` are None where `reader` may yet give the second
    reading, and while it is open where no `reader` is named.
    """
    said = project.record.rows(Observation)
    versions = {row.value.id: row.version for row in said}
    return [_second_row(one, versions, reader) for one in _asked(project, said)]


def _asked(
    project: Project, said: Iterable[Versioned[Observation]], site: str | None = None
) -> tuple[SecondReading, ...]:
    entries = [row.value for row in project.record.rows(ReviewEntry, site=site)]
    statements = [row.value for row in said]
    named = {one.capture for one in statements if one.capture}
    found = project.record.many(Capture, named)
    in_use = {row.value.id for row in found if row.value.withdrawn is None}
    return readings_of(entries, statements, in_use)


def _second_row(one: SecondReading, versions: Mapping[str, int], reader: str | None) -> Row:
    hidden = one.is_open if reader is None else one.is_hidden_from(reader)
    site, target, capture = one.place
    return {
        "site": site,
        "target": target,
        "capture": capture,
        "first": _reading(one.first, versions, hidden),
        "second": _reading(one.second, versions, hidden) if one.second else None,
        "open": one.is_open,
        "agree": None if hidden or one.second is None else one.first.state is one.second.state,
    }


def _reading(one: Observation, versions: Mapping[str, int], hidden: bool = False) -> Row:
    return {
        "id": one.id,
        "author": one.author,
        "version": versions[one.id],
        "state": None if hidden else one.state.value,
    }


def disagreements(project: Project, language: Language = "en") -> list[Row]:
    """Where readings of one target in one capture differ and nobody has decided between them.

    Keys ``site target capture file date disputed readings``. `disputed` says that one reader states present and
    another absent. `readings` have ``id author version state confidence note review blind``, in the order in which
    they came; those that do not count are left out. `date` is in `language`.
    """
    captures = {one.id: one for one in project.all_captures()}
    rows = project.record.rows(Observation)
    versions = {row.value.id: row.version for row in rows}
    counted = _on_right_pictures([row.value for row in rows if row.value.review.counts], captures)
    return [
        _disagreement(place, said, versions, captures[place[2]], language)
        for place, said in by_place(counted).items()
        if len({one.state for one in said}) > 1
    ]


def _on_right_pictures(said: Iterable[Observation], captures: Mapping[str, Capture]) -> list[Observation]:
    """What was not taken back, on captures that were not the wrong picture."""
    void = {one.id for one in captures.values() if one.withdrawn is not None and one.withdrawn.void}
    return [one for one in said if not one.deleted and one.capture in captures and one.capture not in void]


def _disagreement(
    place: Place,
    said: Sequence[Observation],
    versions: Mapping[str, int],
    capture: Capture,
    language: Language,
) -> Row:
    return {
        "site": place[0],
        "target": place[1],
        "capture": place[2],
        "file": capture.file,
        "date": format_span(capture.acquired, language),
        "basis": capture.acquired.basis.value,
        "disputed": {State.PRESENT, State.ABSENT} <= {one.state for one in said},
        "readings": [
            {
                **_reading(one, versions),
                "confidence": one.confidence.value,
                "note": one.note,
                "review": one.review.value,
                "blind": one.blind,
            }
            for one in said
        ],
    }


# -- agreement -----------------------------------------------------------------------------------------------


def agreement(project: Project) -> list[Row]:
    """How far first and second readings agree: blind second readings first, then the others.

    Keys ``blind targets question n agreed percent kappa standard_error low high reason table``. `targets` is
    ``all`` or a class of target; `question` is ``state``, or ``decisive``: whether the picture decides at all.
    States are taken as they were given, before either reader could learn of the other's (`states_as_given`).
    """
    captures = {one.id: one for one in project.all_captures()}
    classes = {(site.id, target.id): target.kind.value for site in project.sites() for target in site.targets}
    rows = project.record.rows(Observation)
    asked = _asked(project, rows)
    said = _on_right_pictures([row.value for row in rows], captures)
    right = {one.id for one in said}
    blind = [(one.first, one.second) for one in asked if one.second and one.first.id in right]
    other = _seen_pairs(said, {one.place for one in asked if one.second})
    ids = [one.id for pair in (*blind, *other) for one in pair]
    histories = project.record.histories(Observation, ids)
    return [
        row
        for is_blind, pairs in ((True, blind), (False, other))
        for row in _agreement_rows(is_blind, pairs, classes, histories)
    ]


def _seen_pairs(
    said: Iterable[Observation], without: Collection[Place]
) -> list[tuple[Observation, Observation]]:
    """The first readings of two persons wherever there are such and no blind one."""
    pairs = []
    for place, there in by_place(said).items():
        other = next((one for one in there if person(one.author) != person(there[0].author)), None)
        if other is not None and place not in without:
            pairs.append((there[0], other))
    return pairs


def _agreement_rows(
    blind: bool,
    pairs: Sequence[tuple[Observation, Observation]],
    classes: Mapping[tuple[str, str], str],
    histories: Mapping[str, Sequence[Revision]],
) -> list[Row]:
    groups: dict[str, list[tuple[State, State]]] = {"all": []}
    for first, second in pairs:
        states = states_as_given(first, second, histories)
        groups["all"].append(states)
        groups.setdefault(classes.get((first.site, first.target), "other"), []).append(states)
    return [
        _agreement_row(blind, targets, question, agreement_of(words))
        for targets, states in sorted(groups.items(), key=lambda one: (one[0] != "all", one[0]))
        for question, words in (("state", states), ("decisive", decisiveness(states)))
    ]


def _agreement_row(blind: bool, targets: str, question: str, found: Agreement) -> Row:
    return {
        "blind": blind,
        "targets": targets,
        "question": question,
        "n": found.n,
        "agreed": found.agreed,
        "percent": found.percent,
        "kappa": found.kappa,
        "standard_error": found.standard_error,
        "low": found.low,
        "high": found.high,
        "reason": found.reason,
        "table": {first: dict(seconds) for first, seconds in found.table.items()},
    }
