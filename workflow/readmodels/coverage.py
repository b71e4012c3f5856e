"""Which sites have no usable picture of late."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable, Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

from workflow.chips import covering_each
from workflow.interpretability import Legible, Limits, reading
from workflow.model import Capture, Observation, Site, TargetClass

if TYPE_CHECKING:
    from workflow.project import Project

__all__ = ["unseen_since"]

Row = dict[str, Any]


def unseen_since(project: Project, months: int, today: date) -> list[Row]:
    """Sites without a usable capture from the last `months` months up to `today`, the longest unseen first.

    Rows ``site name last capture``: the day and the capture that were usable last, None for never. A capture is
    usable that is dated, was not withdrawn, lies over the site or was assigned to it, and shows it: some statement
    on one of its targets in it decides; or none was made yet, and its pixels are fine enough for one of the targets
    (no size stated, or no target yet: they are taken for that). Its day is the earliest possible.
    """
    since, limits = _months_before(today, months), project.limits()
    with project.record.snapshot():
        sites, captures, said = project.sites(), project.captures(), project.statements()
    over = covering_each(sites, captures)
    stated: dict[tuple[str, str], list[Observation]] = {}
    for one in said:
        stated.setdefault((one.site, one.capture), []).append(one)
    tied: dict[str | None, list[Capture]] = {}
    for capture in captures:
        tied.setdefault(capture.site, []).append(capture)
    rows = []
    for site in sites:
        pictures = {one.id: one for one in (*over[site.id], *tied.get(site.id, ()))}.values()
        usable = [one for one in pictures if _is_usable(site, one, stated.get((site.id, one.id), ()), limits)]
        last = max(usable, key=_day_of, default=None)
        if last is None or _day_of(last) < since:
            rows.append(_row(site, last))
    return sorted(rows, key=lambda row: (row["last"] or "", row["site"]))


def _months_before(today: date, months: int) -> date:
    year, month = divmod(today.year * 12 + today.month - 1 - months, 12)
    if year < 1:
        return date.min
    return date(year, month + 1, min(today.day, monthrange(year, month + 1)[1]))


def _day_of(capture: Capture) -> date:
    return capture.acquired.earliest or date.min


def _is_usable(
    site: Site, capture: Capture, said: Iterable[Observation], limits: Mapping[TargetClass, Limits]
) -> bool:
    if capture.acquired.earliest is None:
        return False
    told = [one.state.decisive for one in said]
    if told:
        return any(told)
    shown = {
        reading(target.kind, limits[target.kind], capture.gsd_m, capture.off_nadir_deg).level
        for target in site.targets
    }
    return shown != {Legible.TOO_COARSE}


def _row(site: Site, last: Capture | None) -> Row:
    return {
        "site": site.id,
        "name": site.name,
        "last": _day_of(last).isoformat() if last else None,
        "capture": last.id if last else None,
    }
