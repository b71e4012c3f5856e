"""The claim ledger: each claim with what it rested on, what that gives now, what changed since and by whom.

What somebody else says is held beside it and never mixed with it: published numbers are marks on the growth chart, and
claims on one topic are rivals.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any

from workflow.claims import (
    IMAGERY,
    PUBLICATION,
    EventQuery,
    Frozen,
    GrowthQuery,
    Published,
    Query,
    Standing,
    clashes,
    days_of,
    differences,
    differing_targets,
    read_query,
    standing,
    warnings_of,
    words,
)
from workflow.errors import InputRefused, UnknownName
from workflow.findings import joint_state
from workflow.growth import Certainty, in_subset
from workflow.model import (
    Capture,
    Claim,
    Finding,
    Observation,
    Review,
    Site,
    SiteEvidence,
    SiteTarget,
)
from workflow.readings import person
from workflow.readmodels import evidence, growth
from workflow.readmodels.history import Change, changes_of
from workflow.readmodels.reviews import hidden_from
from workflow.timespan import Language, format_span
from workflow.words import say

if TYPE_CHECKING:
    from workflow.project import Project
    from workflow.store import Revision, Versioned

__all__ = ["claim", "freeze", "freeze_again", "ledger", "published_marks", "resolved"]

Row = dict[str, Any]
Place = tuple[str, str]


# -- what a query gives now ----------------------------------------------------------------------------------


def freeze(project: Project, query: Query, today: date | None = None) -> Frozen:
    """What the query gives now, with the day and the count of revisions that it is taken from.

    Raises
    ------
    UnknownName, InputRefused
        when there is no such site or target, or no target fits the subset.
    """
    if isinstance(query, Published):
        return Frozen(query)
    with project.record.snapshot():
        now = _Now(project)
        _must_be_there(now, query)
        day = today or datetime.now(UTC).date()
        return Frozen(query, now.result(query), day.isoformat(), project.record.revision)


def freeze_again(project: Project, key: str, today: date | None = None) -> Frozen:
    """What the query of a claim gives now; an event may rest on imagery by now.

    Raises
    ------
    UnknownName, InputRefused
        when there is no such claim, its query cannot be read, or nothing fits it any more.
    """
    known = project.record.get(Claim, key)
    if known is None:
        raise UnknownName("claim", key, project.record.ids("claim"))
    return freeze(project, resolved(project, read_query(known.value.query)), today)


def resolved(project: Project, query: Query) -> Query:
    """The query, an event's source settled: imagery where imagery bounds it, else a publication that dates it.

    Raises
    ------
    UnknownName
        when there is no such site.
    """
    if not isinstance(query, EventQuery):
        return query
    project.site(query.site)
    rows = [one for one in _Now(project).findings(query.approved) if _is_of(one, query)]
    bounded = any(one.source == IMAGERY and one.seen and (one.after or one.by) for one in rows)
    printed = any(one.source == PUBLICATION for one in rows)
    return replace(query, source=PUBLICATION if printed and not bounded else IMAGERY)


def _must_be_there(now: _Now, query: EventQuery | GrowthQuery) -> None:
    if isinstance(query, EventQuery):
        site = now.project.site(query.site)
        targets = [one.id for one in site.targets]
        if query.target not in targets:
            raise UnknownName(f"target at {site.id}", query.target, targets)
        return
    growth.check_subset(now.project, query.subset)
    belongs = in_subset(query.subset, now.sites.values())
    if not any(belongs((site.id, one.id)) for site in now.sites.values() for one in site.targets):
        raise InputRefused("Subset", "no target of the register fits it", "take a wider one")


def _is_of(one: Finding, query: EventQuery) -> bool:
    return (one.site, one.target, one.event) == (query.site, query.target, query.event)


@dataclass
class _Now:
    """What the record gives at present, read once for any number of queries."""

    project: Project
    _findings: dict[bool, tuple[Finding, ...]] = field(default_factory=dict)

    @cached_property
    def sites(self) -> dict[str, Site]:
        return {site.id: site for site in self.project.sites()}

    @cached_property
    def _witnesses(self) -> tuple[tuple[Observation, ...], dict[str, Capture]]:
        return self.project.witnesses()

    @cached_property
    def _said(self) -> dict[tuple[str, str, str], list[Observation]]:
        found: dict[tuple[str, str, str], list[Observation]] = {}
        for one in self._witnesses[0]:
            found.setdefault((one.site, one.target, one.capture), []).append(one)
        return found

    def findings(self, approved: bool) -> tuple[Finding, ...]:
        """All findings, or those of approved statements alone."""
        if approved not in self._findings:
            self._findings[approved] = evidence.findings(self.project, approved=approved)
        return self._findings[approved]

    def result(self, query: EventQuery | GrowthQuery) -> dict[str, object]:
        """The query's result, as a claim freezes it."""
        return self._event(query) if isinstance(query, EventQuery) else _count(self, query)

    def _event(self, query: EventQuery) -> dict[str, object]:
        fits = (one for one in self.findings(query.approved) if _is_of(one, query))
        found = next((one for one in fits if one.source == query.source), None)
        return {
            "found": found is not None,
            "earliest": _iso(found.after) if found else None,
            "latest": _iso(found.by) if found else None,
            "phrase": found.phrase if found else "undated",
            "seen": found.seen if found else True,
            "source": query.source,
            "witnesses": [self._witness(found, key, query.approved) for key in found.witnesses]
            if found
            else [],
            "contradictions": list(found.contradictions) if found else [],
            "doubts": [one.value for one in found.doubts] if found else [],
            "remarks": list(found.remarks) if found else [],
            "reviewed": found.reviewed if found else False,
            "synthetic": found.synthetic if found else False,
        }

    def _witness(self, found: Finding, key: str, approved: bool) -> Row:
        if found.source == PUBLICATION:
            return {"publication": key}
        capture = self._witnesses[1][key]
        said = self._said[found.site, found.target, key]
        return {
            "capture": key,
            "sha256": capture.sha256,
            "file": capture.file,
            "state": joint_state(one.state for one in said if one.review is Review.APPROVED or not approved),
            "date": format_span(capture.acquired),
        }


_PART = ("site", "target", "counts", "earliest", "latest", "phrase", "witnesses", "source")


def _count(now: _Now, query: GrowthQuery) -> dict[str, object]:
    """The one place that counts."""
    known, sites = now.findings(query.approved), now.sites.values()
    rows = growth.counted_rows(known, sites, query.day, subset=query.subset, series=query.series)
    return {
        "at_least": sum(row["counts"] == Certainty.CERTAINLY for row in rows),
        "at_most": len(rows),
        "targets": [{name: row[name] for name in _PART} for row in rows],
        "synthetic": any(row["synthetic"] for row in rows),
    }


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


# -- the ledger ----------------------------------------------------------------------------------------------


def ledger(project: Project, *, withdrawn: bool = False, language: Language = "en") -> list[Row]:
    """A row a claim, in the order in which they came in; withdrawn ones only where they are asked for.

    Keys ``id version sentence kind status stands frozen present as_of chain author at source page topic number what
    earliest latest note withdrawn synthetic warnings rivals clashes``. `frozen` and `present` are results in words
    of `language`, `withdrawn` says why. `rivals` are ids of the other claims on its topic, `clashes` sentences on
    which of them all share no day.
    """
    with project.record.snapshot():
        rows = _all(project, _Now(project), language)
        known = [one for one in rows if withdrawn or not one.row["withdrawn"]]
        return [one.row | _rivals(one, known, language) for one in known]


def claim(project: Project, key: str, *, reader: str | None = None, language: Language = "en") -> Row:
    """The row of one claim, with ``query result now changes causes`` behind it.

    `result` is the frozen one and `now` the present one. `changes` has rows ``what before after``; `causes` rows ``at
    author role kind id version site what reason`` of what was written since the claim was frozen, the newest first,
    for the targets on which the results differ (an event: for its target). What `reader` must not see yet is left out.

    Raises
    ------
    UnknownName
        when there is no such claim.
    """
    with project.record.snapshot():
        now = _Now(project)
        known = _all(project, now, language)
        found = next((one for one in known if one.row["id"] == key), None)
        if found is None:
            raise UnknownName("claim", key, [one.row["id"] for one in known])
        query, frozen, present = found.query, found.claim.result, found.present
        derived = query is not None and present is not None
        standing_ones = [one for one in known if one is found or not one.row["withdrawn"]]
        return {
            **found.row,
            **_rivals(found, standing_ones, language),
            "query": found.claim.query,
            "result": found.claim.result,
            "now": present,
            "changes": differences(query, frozen, present, language) if query and present else [],
            "causes": _causes(now, query, found, reader, language) if derived else [],
        }


@dataclass(frozen=True)
class _Known:
    """A claim as the ledger knows it."""

    claim: Claim
    query: Query | None
    present: dict[str, object] | None
    row: Row


def _all(project: Project, now: _Now, language: Language) -> list[_Known]:
    rows = project.record.rows(Claim)
    histories = project.record.histories(Claim, [row.value.id for row in rows]) if rows else {}
    return [_known(now, row, histories[row.value.id], language) for row in rows]


def _known(now: _Now, row: Versioned[Claim], revisions: Sequence[Revision], language: Language) -> _Known:
    one = row.value
    try:
        query: Query | None = read_query(one.query)
    except InputRefused:
        query = None
    present = now.result(query) if isinstance(query, EventQuery | GrowthQuery) else None
    status = _status(one, query, present)
    when = query.when if isinstance(query, Published) else None
    return _Known(
        one,
        query,
        present,
        {
            "id": one.id,
            "version": row.version,
            "sentence": one.sentence,
            "kind": str(one.query.get("kind")),
            "status": status.value,
            "stands": status.stands,
            "frozen": words(query, one.result, language) if query else "",
            "present": words(query, present, language) if query and present else None,
            "as_of": one.as_of or None,
            "chain": one.chain or None,
            "author": revisions[0].author,
            "at": revisions[0].at.isoformat(),
            "source": one.source,
            "page": one.page,
            "topic": one.topic,
            "number": query.number if isinstance(query, Published) else None,
            "what": query.what if isinstance(query, Published) else "",
            "earliest": _iso(when.earliest) if when else None,
            "latest": _iso(when.latest) if when else None,
            "note": one.note,
            "withdrawn": _why_withdrawn(one, revisions),
            "synthetic": bool(one.result.get("synthetic")) or bool(present and present["synthetic"]),
            "warnings": list(warnings_of(one.sentence, query, one.result, language)) if query else [],
        },
    )


def _status(one: Claim, query: Query | None, present: Mapping[str, Any] | None) -> Standing:
    if one.withdrawn:
        return Standing.WITHDRAWN
    if query is None:
        return Standing.UNREADABLE
    return standing(one.sentence, query, one.result, present or {})


def _why_withdrawn(one: Claim, revisions: Sequence[Revision]) -> str:
    """The reason of the revision since which it is withdrawn, else empty."""
    why = ""
    for revision in reversed(revisions) if one.withdrawn else ():
        if not json.loads(revision.payload)["withdrawn"]:
            break
        why = revision.reason
    return why


def _rivals(one: _Known, known: Iterable[_Known], language: Language) -> Row:
    topic = one.row["topic"]
    same = [other for other in known if topic and other.row["topic"] == topic]
    return {
        "rivals": [other.row["id"] for other in same if other is not one],
        "clashes": list(clashes([_named(other) for other in same], language)),
    }


def _named(one: _Known) -> tuple[str, str, tuple[float, float] | None]:
    days = days_of(one.query, one.claim.result) if one.query else None
    return one.row["page"] or one.row["id"], one.row["frozen"], days


def published_marks(project: Project, language: Language = "en") -> list[Row]:
    """Published numbers with a date, for the growth chart: rows ``day_first day_last number label source id``.

    They are marks beside the band and count nowhere. An open side is None.
    """
    return [
        {
            "day_first": _iso(query.when.earliest),
            "day_last": _iso(query.when.latest),
            "number": query.number,
            "label": words(query, {}, language),
            "source": row.value.source,
            "id": row.value.id,
        }
        for row, query in _published(project)
        if query.number is not None and query.when is not None and not row.value.withdrawn
    ]


def _published(project: Project) -> Iterable[tuple[Versioned[Claim], Published]]:
    for row in project.record.rows(Claim):
        if row.value.query.get("kind") == "none":
            query = read_query(row.value.query)
            if isinstance(query, Published):
                yield row, query


# -- why -----------------------------------------------------------------------------------------------------

_CAPTURE_FIELDS = {"acquired", "withdrawn", "synthetic"}
_SITE_FIELDS = {"category", "road", "position", "footprint"}


def _causes(
    now: _Now, query: Query | None, found: _Known, reader: str | None, language: Language
) -> list[Row]:
    places = _places(query, found)
    if not places:
        return []
    sites = dict.fromkeys(site for site, _ in places)
    changes = [
        row for site in sites for row in _site_causes(now, site, places, found.claim, reader, language)
    ]
    return sorted(
        {(row["kind"], row["id"], row["version"]): row for row in changes}.values(), key=_newest_first
    )


def _newest_first(row: Row) -> int:
    return -int(row.pop("seq"))


def _places(query: Query | None, found: _Known) -> set[Place]:
    if isinstance(query, EventQuery):
        return {(query.site, query.target)}
    return set(differing_targets(found.claim.result, found.present or {"targets": []}))


def _site_causes(
    now: _Now, site: str, places: set[Place], one: Claim, reader: str | None, language: Language
) -> list[Row]:
    """What was written of these targets of a site since the claim was frozen."""
    record = now.project.record
    hidden = hidden_from(now.project, reader, site) if reader is not None else frozenset()
    said = [
        row.value
        for row in record.rows(Observation, site=site)
        if (site, row.value.target) in places
        and (
            (site, row.value.target, row.value.capture) not in hidden
            or person(row.value.author) == person(reader or "")
        )
    ]
    printed = [
        f"{site}.{row.value.number}"
        for row in record.rows(SiteEvidence, site=site)
        if row.value.evidence.target is None or (site, row.value.evidence.target) in places
    ]
    captures = record.many(Capture, {row.capture for row in said})
    dates = {row.value.id: format_span(row.value.acquired, language) for row in captures}
    wanted: list[tuple[str, type[Any], Iterable[str]]] = [
        ("observation", Observation, [row.id for row in said]),
        ("capture", Capture, dates),
        ("target", SiteTarget, [f"{key}.{target}" for key, target in places if key == site]),
        ("evidence", SiteEvidence, printed),
        ("site", Site, [site]),
    ]
    return [
        row
        for kind, what, keys in wanted
        for revisions in record.histories(what, keys).values()
        for row in _cause_rows(kind, site, revisions, dates, one.chain, language)
    ]


def _cause_rows(
    kind: str,
    site: str,
    revisions: Sequence[Revision],
    dates: Mapping[str, str],
    chain: int,
    language: Language,
) -> Iterable[Row]:
    written = {one.version: one for one in revisions}
    for change in changes_of(kind, revisions, dates, after=chain, language=language):
        revision = written[change.version]
        before = json.loads(written[change.version - 1].payload) if change.version > 1 else {}
        text = _cause_text(kind, change, before, json.loads(revision.payload), language)
        if text:
            yield {
                "at": revision.at.isoformat(),
                "author": revision.author,
                "role": revision.role,
                "kind": kind,
                "id": revision.id,
                "version": revision.version,
                "site": site,
                "what": text,
                "reason": revision.reason,
                "seq": revision.seq,
            }


def _cause_text(kind: str, change: Change, before: Row, after: Row, language: Language) -> str:
    """What was done, or "" for what no result rests on."""
    fields = set(change.fields)
    if kind not in ("capture", "site") or not before:
        return change.text
    if kind == "capture":
        if "withdrawn" in fields:
            done = (
                "withdrew the picture {file}"
                if after["withdrawn"]
                else "took the picture {file} back into use"
            )
            return say(done, language, file=after["file"])
        return change.text if fields & _CAPTURE_FIELDS else ""
    now = _pins(after, language)
    gone = [key for key in _pins(before, language) if key not in now]
    if gone:
        return say("took out {parts}", language, parts=", ".join(gone))
    return change.text if fields & _SITE_FIELDS else ""


def _pins(site: Mapping[str, Any], language: Language) -> list[str]:
    """Names of a site's parts as its revision has them."""
    nouns = {"target": "the target", "evidence": "the published statement"}
    return [
        f"{say(nouns[kind], language)} {key}"
        for kind, some in site.get("parts", {}).items()
        for key, _ in some
    ]
