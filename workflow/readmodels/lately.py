"""What changed of late, site by site: who wrote what, which pictures are new, which events are known anew."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from workflow.chips import covering_each
from workflow.model import Capture, Finding, Observation
from workflow.readmodels.history import activity_rows

if TYPE_CHECKING:
    from workflow.project import Project

__all__ = ["SiteNews", "Work", "lately"]

Row = Mapping[str, Any]
# what the program writes beside something else says nothing of its own
_KINDS = ("site", "target", "evidence", "capture", "observation", "annotation", "review", "claim")


@dataclass(frozen=True, slots=True)
class Work:
    """What one author wrote at a site: the newest write's time and reason, and how many objects of each kind in all,
    the most first.
    """

    at: datetime
    author: str
    reason: str
    counts: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class SiteNews:
    """What changed at a site, or, where `site` is None, at none: the author of the newest write first.

    `captures` are the ids of new pictures that show it, `findings` the events of which a bound rests on a statement
    that was written or changed in the time.
    """

    site: str | None
    work: tuple[Work, ...]
    captures: tuple[str, ...]
    findings: tuple[Finding, ...]

    @property
    def at(self) -> datetime:
        """When the newest was written."""
        return self.work[0].at


def lately(
    project: Project,
    since: datetime,
    until: datetime,
    findings: Iterable[Finding],
    *,
    reader: str | None = None,
) -> tuple[SiteNews, ...]:
    """What changed from `since` (included) to `until` (excluded), the site with the newest change first.

    `findings` are those that follow now. A new picture without a site of its own is news of every site that it shows.
    What others said where `reader` may yet give a second reading is left out.
    """
    with project.record.snapshot():
        rows = activity_rows(project, since, until, kinds=_KINDS, reader=reader)
        written = [row["id"] for row in rows if row["kind"] == "observation"]
        said = [row.value for row in project.record.many(Observation, written)]
        came = {row["id"] for row in rows if row["kind"] == "capture" and row["version"] == 1}
        new = [row.value for row in project.record.many(Capture, came) if row.value.withdrawn is None]
        sites = project.sites()
    shown = _shown_at(covering_each(sites, new), new)
    told = {(one.site, one.target, one.capture) for one in said}
    known = _by_site([one for one in findings if _rests_on(one, told)])
    return tuple(
        sorted(
            (
                SiteNews(
                    site,
                    _work(own),
                    tuple(
                        dict.fromkeys(
                            row["id"] for row in own if row["kind"] == "capture" and row["id"] in came
                        )
                    ),
                    tuple(known.get(site, ())),
                )
                for site, own in _rows_by_site(rows, shown).items()
            ),
            key=lambda one: one.at,
            reverse=True,
        )
    )


def _rests_on(finding: Finding, told: set[tuple[str, str, str]]) -> bool:
    return any((finding.site, finding.target, capture) in told for capture in finding.witnesses)


def _by_site(findings: Iterable[Finding]) -> dict[str | None, list[Finding]]:
    found: dict[str | None, list[Finding]] = {}
    for one in findings:
        found.setdefault(one.site, []).append(one)
    return found


def _shown_at(over: Mapping[str, Sequence[Capture]], new: Iterable[Capture]) -> dict[str, list[str]]:
    """By capture, the sites that it shows or was assigned to."""
    found: dict[str, list[str]] = {one.id: [one.site] if one.site else [] for one in new}
    for site, captures in over.items():
        for one in captures:
            if site not in found[one.id]:
                found[one.id].append(site)
    return found


def _rows_by_site(
    rows: Iterable[dict[str, Any]], shown: Mapping[str, Sequence[str]]
) -> dict[str | None, list[Any]]:
    """Rows of activity by the site that they are news of; a new capture may be of several."""
    found: dict[str | None, list[Any]] = {}
    for row in rows:
        where: Sequence[str | None] = [row["site"]]
        if row["kind"] == "capture":
            where = shown.get(row["id"]) or where
        for site in where:
            found.setdefault(site, []).append(row)
    return found


def _work(rows: Iterable[Row]) -> tuple[Work, ...]:
    """Rows, the newest first, by who wrote them."""
    by_author: dict[str, list[Row]] = {}
    for row in rows:
        by_author.setdefault(row["author"], []).append(row)
    return tuple(
        Work(datetime.fromisoformat(some[0]["at"]), author, some[0]["reason"], _counts(some))
        for author, some in by_author.items()
    )


def _counts(rows: Sequence[Row]) -> tuple[tuple[str, int], ...]:
    """Objects of each kind; a step of review is told by what it was about, where both were written."""
    written = {(row["kind"], row["id"]) for row in rows}
    counts = Counter(kind for kind, _ in written)
    told = {kind: count for kind, count in counts.items() if kind != "review"} or counts
    return tuple(sorted(told.items(), key=lambda one: (-one[1], one[0])))
