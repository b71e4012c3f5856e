"""What a report of many sites tells: chapters, the timeline's rows, growth, and how it was come by."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING

from workflow.exporters.extract import Extract
from workflow.exporters.reports import Chapter, Contents
from workflow.figure import Moment, Row, Stretch
from workflow.findings import joint_state
from workflow.growthchart import marks_of
from workflow.model import Capture, Finding, Observation, Review, Site, State
from workflow.readings import Place, place_of
from workflow.readmodels import claims, evidence, growth
from workflow.readmodels.exports import extract
from workflow.readmodels.matrix import STOOD, UNSEEN, Line, bars_of, matrix
from workflow.timespan import format_day

if TYPE_CHECKING:
    from workflow.project import Project

__all__ = ["contents"]

_TITLE = "Sites and their dated pictures"


def contents(
    project: Project,
    sites: Sequence[str] = (),
    audience: str = "public",
    *,
    unreviewed: bool = False,
    title: str = "",
) -> Contents:
    """What is told of these sites, of all where none is named, to an audience.

    Only sites of which something was approved; with `unreviewed` the others too, and then what nobody approved counts.

    Raises
    ------
    UnknownName
        when there is no such site.
    """
    with project.record.snapshot():
        told = extract(project, sites, audience)
        found = evidence.findings(project, approved=not unreviewed)
        lines = matrix(project).lines
        rows = growth.growth(project, approved=not unreviewed)
        published = claims.published_marks(project)
    approved = {one.site for one in found if one.reviewed}
    chosen = [one for one in told.sites if unreviewed or one.id in approved]
    chapters = tuple(
        Chapter(
            number, site.id, _named(site), site.position.lonlat if site.position else None, _says(site, found)
        )
        for number, site in enumerate(chosen, 1)
    )
    known = {one.id: one for one in chosen}
    said: dict[Place, set[State]] = {}
    for one in told.observations:
        if unreviewed or one.review is Review.APPROVED:
            said.setdefault(place_of(one), set()).add(one.state)
    series = tuple(_row(line, known[line.site], found, said) for line in lines if line.site in known)
    is_whole = len(told.sites) == len(project.sites())
    last = growth.last_rows(rows)
    return Contents(
        title=" ".join(title.split()) or _TITLE,
        chapters=chapters,
        series=series,
        edges=_edges(series),
        growth=tuple(rows) if is_whole else (),
        marks=tuple(marks_of(published)) if is_whole else (),
        growth_says=" ".join(growth.sentence(row) for row in last) if is_whole else "",
        methods=_methods(told, chosen, unreviewed=unreviewed),
        synthetic=any(one.synthetic for one in told.captures),
        audience=audience,
        left_out=told.left_out,
        unreviewed=len(told.sites) - len(chosen),
    )


def _named(site: Site) -> str:
    return f"{site.name} ({site.name_local})" if site.name_local else site.name


# -- what was found ------------------------------------------------------------------------------------------


def _says(site: Site, found: Iterable[Finding]) -> tuple[str, ...]:
    """A sentence for each event: what, when, on what it rests, and what speaks against it."""
    names = {one.id: one.name or one.id for one in site.targets}
    return tuple(
        _sentence(names.get(one.target, one.target), one) for one in found if one.site == site.id
    ) or ("Nothing is dated yet.",)


def _sentence(name: str, one: Finding) -> str:
    event = f"{one.event.value} {one.phrase}" if one.seen else one.phrase
    parts = [f"{name[:1].upper()}{name[1:]}: {event}"]
    if one.source == "publication":
        parts.append(f"published: {', '.join(one.witnesses)}")
    else:
        count = len(one.witnesses)
        parts.append(f"{count} picture{'' if count == 1 else 's'}")
    if one.contradictions:
        parts.append(f"{len(one.contradictions)} against it")
    parts += [doubt.value for doubt in one.doubts]
    return f"{parts[0]} ({'; '.join(parts[1:])})."


def _row(line: Line, site: Site, found: Iterable[Finding], said: Mapping[Place, set[State]]) -> Row:
    events = [one for one in found if (one.site, one.target) == (line.site, line.target)]
    looks = [(look, said.get((line.site, line.target, look.capture), set())) for look in line.looks]
    return Row(
        f"{site.name}: {line.target_name}" if len(site.targets) > 1 else site.name,
        tuple(Moment(look.day, joint_state(states) if states else UNSEEN) for look, states in looks),
        tuple(Stretch(bar.first, bar.last, bar.kind == STOOD) for one in events for bar in bars_of(one)),
    )


def _edges(rows: Iterable[Row]) -> tuple[date, date] | None:
    """Whole years around all that is drawn."""
    days = [moment.day for row in rows for moment in row.moments]
    days += [day for row in rows for one in row.stretches for day in (one.first, one.last) if day]
    return (date(min(days).year, 1, 1), date(max(days).year, 12, 31)) if days else None


# -- how it was come by --------------------------------------------------------------------------------------


def _methods(told: Extract, chosen: Sequence[Site], *, unreviewed: bool) -> tuple[tuple[str, str], ...]:
    names = {one.id for one in chosen}
    said = [one for one in told.observations if one.site in names]
    applied = sum(one.applied for one in told.offsets if one.site in names)
    offsets = sum(1 for one in told.offsets if one.site in names)
    return (
        ("Pictures", _pictures(told.in_use)),
        (
            "Statements",
            f"An analyst says of each target in a picture whether it is present, absent, uncertain, obscured, or the "
            f"picture insufficient; {_count(len(said), 'statement')} count here, {_approved(said)}. "
            + (
                "What nobody has approved counts too."
                if unreviewed
                else "Dates, states and counts rest on approved statements alone."
            ),
        ),
        (
            "Dates",
            "A target appeared after the last picture that shows it absent and no later than the first that shows it "
            "present; the first of these days is not part of the interval, the second is. A picture whose date is "
            "known to a month or a year bounds by the last or the first of its days. Pictures that are obscured, "
            "uncertain or insufficient bound nothing. An interval is called by the third of a year that holds it, or "
            "the two that follow each other, else by the year, else by its two days.",
        ),
        (
            "Counts",
            "At least: the targets that had certainly appeared by a day. At most: those that may have. A target that "
            "no picture shows is not counted; of what appeared, a removal takes nothing away.",
        ),
        (
            "Pictures on each other",
            f"All pictures of a site are drawn on one grid. {_count(offsets, 'shift')} between pictures "
            f"{'was' if offsets == 1 else 'were'} measured, {applied} of them applied; a shift whose quality is below "
            "the bar is not. Brightness is stretched by fixed limits of each picture, which its figure declares "
            "where they differ.",
        ),
        (
            "The record",
            "Every statement, mark and date is a revision with its author and time, each chained to the one before. "
            "The file beside this report names, for each figure, its pictures with their hashes, its statements and "
            "marks with their versions, and where the chain stood; 'sitetrack verify' holds them against the record.",
        ),
    )


def _pictures(captures: Sequence[Capture]) -> str:
    kinds = Counter(one.kind.value for one in captures)
    days = [day for one in captures for day in (one.acquired.earliest, one.acquired.latest) if day]
    many = ", ".join(f"{number} {kind}" for kind, number in sorted(kinds.items()))
    between = f", from {format_day(min(days))} to {format_day(max(days))}" if days else ""
    undated = sum(not one.is_dated for one in captures)
    loose = f" {undated} of them {'has' if undated == 1 else 'have'} no date." if undated else ""
    return f"{_count(len(captures), 'picture')} ({many}){between}.{loose}" if captures else "There are none."


def _approved(said: Sequence[Observation]) -> str:
    return f"{sum(one.review is Review.APPROVED for one in said)} of them approved"


def _count(number: int, name: str) -> str:
    return f"{number} {name}{'' if number == 1 else 's'}"
