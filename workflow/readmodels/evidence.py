"""What follows from a project's observations and publications: intervals, their witnesses, and growth."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

from workflow.findings import appearances, publication_findings, target_findings, with_disagreements
from workflow.findings import growth as growth_of
from workflow.model import Capture, Finding, GrowthPoint, Observation, Review, Site, Witness
from workflow.readings import Place
from workflow.timespan import format_day

if TYPE_CHECKING:
    from workflow.project import Project

__all__ = ["findings", "growth", "growth_rows", "growth_sentence", "timeline", "witness"]

Row = dict[str, Any]


def timeline(project: Project, site: str | None = None, approved: bool = False) -> list[Row]:
    """Rows of all events, or those of one site: sites and targets in their order, events in time.

    Keys ``site target event earliest latest phrase witnesses contradictions reviewed synthetic``, then ``source
    seen confidence doubts remarks``. `earliest` is the excluded bound, `latest` the included one. `witnesses` are
    capture ids, or the citation where `source` is ``publication``. `seen` is False for a target that no capture
    shows. See `findings` for `approved`.

    Raises
    ------
    UnknownName
        when there is no such site.
    """
    return [_timeline_row(one) for one in findings(project, site=site, approved=approved)]


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
    )


def _timeline_row(finding: Finding) -> Row:
    return {
        "site": finding.site,
        "target": finding.target,
        "event": finding.event.value,
        "earliest": _iso(finding.after),
        "latest": _iso(finding.by),
        "phrase": finding.phrase,
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


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


# -- growth --------------------------------------------------------------------------------------------------


def growth(project: Project, days: Iterable[date] | None = None) -> list[Row]:
    """Rows ``day at_least at_most``, then ``synthetic published``, on `days`, else on every day of change and
    year's end.

    `synthetic` says whether a count rests on rendered scenes, `published` how many of `at_most` rest on a
    publication.
    """
    return growth_rows(findings(project), days)


def growth_rows(known: Iterable[Finding], days: Iterable[date] | None = None) -> list[Row]:
    """`growth` of findings that the caller has."""
    known = tuple(known)
    counted = appearances(known)
    return [_growth_row(point, counted) for point in growth_of(known, days)]


def _growth_row(point: GrowthPoint, counted: Iterable[Finding]) -> Row:
    possible = [one for one in counted if one.after is None or one.after < point.day]
    return {
        "day": point.day.isoformat(),
        "at_least": point.at_least,
        "at_most": point.at_most,
        "synthetic": any(one.synthetic for one in possible),
        "published": sum(one.source == "publication" for one in possible),
    }


def growth_sentence(row: Mapping[str, Any]) -> str:
    """``At least 42 targets had appeared by the end of 2019, at most 60.`` of a row of `growth`."""
    day = date.fromisoformat(row["day"])
    when = f"the end of {day.year}" if (day.month, day.day) == (12, 31) else format_day(day)
    noun = "target" if row["at_least"] == 1 else "targets"
    rendered = " Some of this rests on rendered scenes (SYNTHETIC)." if row["synthetic"] else ""
    return f"At least {row['at_least']} {noun} had appeared by {when}, at most {row['at_most']}.{rendered}"
