"""What follows from a project's observations and publications: intervals and their witnesses."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from workflow.findings import publication_findings, target_findings, with_disagreements
from workflow.model import Capture, DateSpan, Finding, Observation, Precision, Review, Site, Witness
from workflow.readings import Place
from workflow.timespan import Language, format_span, phrase, unseen_phrase

if TYPE_CHECKING:
    from workflow.project import Project

__all__ = ["findings", "phrase_in", "timeline", "witness"]

Row = dict[str, Any]


def timeline(
    project: Project, site: str | None = None, approved: bool = False, language: Language = "en"
) -> list[Row]:
    """Rows of all events, or those of one site: sites and targets in their order, events in time.

    Keys ``site target event earliest latest phrase witnesses contradictions reviewed synthetic``, then ``source
    seen confidence doubts remarks``. `earliest` is the excluded bound, `latest` the included one. `witnesses` are
    capture ids, or the citation where `source` is ``publication``. `seen` is False for a target that no capture
    shows. See `findings` for `approved`; `language` is that of the phrases.

    Raises
    ------
    UnknownName
        when there is no such site.
    """
    return [_timeline_row(one, language) for one in findings(project, site=site, approved=approved)]


def findings(
    project: Project,
    site: str | None = None,
    approved: bool = False,
    without: Collection[Place] = frozenset(),
) -> tuple[Finding, ...]:
    """All events, or those of one site; imagery first, then publications, target by target.

    Draft and submitted observations count and leave a finding unreviewed; returned and superseded ones do not
    count, nor does one on a capture that was the wrong picture. `approved` takes approved observations alone,
    and no publications, which nobody here has reviewed. What was said of a place in `without` is left out.

    Raises
    ------
    UnknownName
        when there is no such site.
    """
    sites = project.sites() if site is None else (project.site(site),)
    statements, captures = project.witnesses(site=site)
    said: dict[str, list[Observation]] = {}
    for one in statements:
        is_hidden = (one.site, one.target, one.capture) in without
        if not is_hidden and (one.review is Review.APPROVED or not approved):
            said.setdefault(one.site, []).append(one)
    return tuple(
        finding
        for place in sites
        for finding in _site_findings(place, said.get(place.id, []), captures, published=not approved)
    )


def _site_findings(
    site: Site, said: Iterable[Observation], captures: Mapping[str, Capture], *, published: bool
) -> tuple[Finding, ...]:
    seen: dict[str, list[Witness]] = {target.id: [] for target in site.targets}
    for one in said:
        if one.capture in captures:
            seen.setdefault(one.target, []).append(witness(one, captures[one.capture]))
    rows = [row for target, witnesses in seen.items() for row in target_findings(site.id, target, witnesses)]
    rows += publication_findings(site) if published else ()
    order = {target: number for number, target in enumerate(seen)}
    return with_disagreements(sorted(rows, key=lambda row: order.get(row.target, len(order))))


def witness(said: Observation, capture: Capture) -> Witness:
    """The statement `said` on `capture` as `workflow.findings` takes it."""
    return Witness(
        state=said.state,
        span=capture.acquired,
        capture=capture.id,
        author=said.author,
        reviewed=said.review is Review.APPROVED,
        synthetic=capture.synthetic,
        confidence=said.confidence,
        name=capture.file,
        dated=capture.date_is_confirmed,
    )


def _timeline_row(finding: Finding, language: Language) -> Row:
    return {
        "site": finding.site,
        "target": finding.target,
        "event": finding.event.value,
        "earliest": _iso(finding.after),
        "latest": _iso(finding.by),
        "phrase": phrase_in(finding, language),
        "witnesses": list(finding.witnesses),
        "contradictions": list(finding.contradictions),
        "reviewed": finding.reviewed,
        "synthetic": finding.synthetic,
        "source": finding.source,
        "seen": finding.seen,
        "confidence": finding.confidence.value if finding.confidence else None,
        "doubts": [doubt.value for doubt in finding.doubts],
        "remarks": list(finding.remarks),
    }


def phrase_in(finding: Finding, language: Language = "en") -> str:
    """The finding's phrase for its days, in a language."""
    if language == "en":
        return finding.phrase
    if not finding.seen:
        return unseen_phrase(finding.after, language)
    if finding.source == "publication":  # its own words, which may be finer than a third of a year
        first = finding.after + timedelta(days=1) if finding.after else None
        return format_span(DateSpan(first, finding.by, Precision.RANGE), language)
    return phrase(finding.after, finding.by, language)


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None
