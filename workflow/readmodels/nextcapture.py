"""Which capture to get next: target by target, and of a catalogue of captures that can be had."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from workflow.advice import Gap, Offer, Tile, best_window, gap_sentence, gaps, offer_sentence, offers
from workflow.chips import covering_each
from workflow.interpretability import Legible, Limits, coarsest_gsd_m, reading
from workflow.model import Capture, Finding, LonLat, Site, Target, TargetClass
from workflow.readmodels import evidence
from workflow.timespan import Language
from workflow.words import say

if TYPE_CHECKING:
    from workflow.project import Project

__all__ = ["from_catalogue", "next_captures"]

Row = dict[str, Any]


def next_captures(
    project: Project, today: date, site: str | None = None, language: Language = "en"
) -> list[Row]:
    """One row for every event that a capture would narrow, the one that takes most days away first.

    Keys ``sites targets first last best days gain sentence unread gap_first gap_last``, then ``capture
    platform gsd_m cloud_percent catalogue``, which are None here, and ``synthetic``. The event lies on one of
    the `days` from `gap_first` to `gap_last`; `first` to `last` is the window to look in. `targets` are
    written ``site/target``. `unread` are pictures within the gap that the project holds and that nobody has
    read for that target: to be looked at before any is bought. Targets for which no window follows come last,
    without days, and their sentence says why; sentences are in `language`.

    Raises
    ------
    UnknownName
        when there is no such site.
    InputRefused
        when the project's file of limits is bad.
    """
    with project.record.snapshot():
        places, findings = _sites(project, site), evidence.findings(project, site=site)
        found = gaps(findings, today, _since(project))
        held = _Held(project, places)
        rows = [_gap_row(gap, held.unread(gap), language) for gap in found]
        known = {(gap.site, gap.target) for gap in found}
        silent = [
            _silent_row(place, target, findings, language)
            for place in places
            for target in place.targets
            if (place.id, target.id) not in known
        ]
    return sorted(rows, key=lambda row: (-row["gain"], row["targets"], row["first"])) + silent


def from_catalogue(
    project: Project,
    tiles: Sequence[Tile],
    today: date,
    site: str | None = None,
    *,
    most_cloud_percent: float = 100.0,
) -> list[Row]:
    """One row for every capture of a catalogue that would narrow something, best first; keys as `next_captures`.

    `best`, `first` and `last` are its day, `days` are those in question at its sites before it is read. Captures
    whose name stands in the file name of one that the project holds are left out, and so are tiles that are too coarse
    for the target's class.
    """
    with project.record.snapshot():
        places, limits = _sites(project, site), project.limits()
        found = gaps(evidence.findings(project, site=site), today, _since(project))
        held = {name for capture in project.captures() for name in _names(capture.file)}
    coarsest = {
        (place.id, target.id): coarsest_gsd_m(limits[target.kind].detect)
        for place in places
        for target in place.targets
    }
    known = [gap for gap in found if (gap.site, gap.target) in coarsest]
    points = {place.id: point for place in places if (point := _point(place)) is not None}
    made = offers(tiles, points, known, coarsest, most_cloud_percent=most_cloud_percent, held=held)
    return [_offer_row(offer) for offer in made]


def _sites(project: Project, site: str | None) -> tuple[Site, ...]:
    return project.sites() if site is None else (project.site(site),)


def _since(project: Project) -> date | None:
    """The day of the first picture that the project holds."""
    days = [day for one in project.captures() if (day := one.acquired.earliest or one.acquired.latest)]
    return min(days, default=None)


def _names(file: str) -> set[str]:
    stem = file.rpartition(".")[0] or file
    return {stem, *re.split(r"[^A-Za-z0-9]+", stem)}


def _point(site: Site) -> LonLat | None:
    """Where a tile must lie: the site's position, else a point within its footprint."""
    if site.position is not None:
        return site.position.lonlat
    if site.footprint is None:
        return None
    import shapely.geometry

    point = shapely.geometry.shape(site.footprint).representative_point()
    return LonLat(point.x, point.y)


# -- what is held and not read -------------------------------------------------------------------------------


class _Held:
    """Dated pictures of each site, and what was said of a target in which of them."""

    def __init__(self, project: Project, places: Sequence[Site]) -> None:
        captures = project.captures()
        over = covering_each(places, captures)
        tied: dict[str, list[Capture]] = {}
        for capture in captures:
            if capture.site is not None and not capture.is_georeferenced:
                tied.setdefault(capture.site, []).append(capture)
        self._over = {place.id: (*over[place.id], *tied.get(place.id, ())) for place in places}
        self._kinds = {(place.id, one.id): one.kind for place in places for one in place.targets}
        self._limits: Mapping[TargetClass, Limits] = project.limits()
        self._read = {(one.site, one.target, one.capture) for one in project.statements()}

    def unread(self, gap: Gap) -> list[str]:
        """Ids of pictures within `gap` that can show its target and of which nothing was said."""
        kind = self._kinds.get((gap.site, gap.target), TargetClass.OTHER)
        return [
            one.id
            for one in self._over.get(gap.site, ())
            if _within(one, gap)
            and (gap.site, gap.target, one.id) not in self._read
            and reading(kind, self._limits[kind], one.gsd_m, one.off_nadir_deg).level
            is not Legible.TOO_COARSE
        ]


def _within(capture: Capture, gap: Gap) -> bool:
    """Whether all its possible days lie in the gap; one on its last day would tell nothing new."""
    first, last = capture.acquired.earliest, capture.acquired.latest
    return first is not None and last is not None and gap.first <= first and last <= gap.last


# -- rows ----------------------------------------------------------------------------------------------------


def _gap_row(gap: Gap, unread: list[str], language: Language) -> Row:
    window = best_window(gap)
    noun = "pictures" if len(unread) > 1 else "picture"
    first = f" Look first at the {{count}} {noun} from those days that nobody has read."
    look = say(first, language, count=len(unread)) if unread else ""
    return _row(
        sites=[gap.site],
        targets=[f"{gap.site}/{gap.target}"],
        first=window.first.isoformat(),
        last=window.last.isoformat(),
        best=window.best.isoformat(),
        days=gap.days,
        gain=round(window.gain, 1),
        sentence=gap_sentence(gap, language) + look,
        unread=unread,
        gap_first=gap.first.isoformat(),
        gap_last=gap.last.isoformat(),
        synthetic=gap.synthetic,
    )


def _silent_row(site: Site, target: Target, findings: Iterable[Finding], language: Language) -> Row:
    mine = [one for one in findings if (one.site, one.target) == (site.id, target.id)]
    if not mine:
        why = "Nothing is said of it yet: read the pictures that are held first."
    elif any(one.after is None and one.by is None for one in mine):
        why = "No day bounds it: its pictures are disputed or have no date."
    elif any(one.after is None for one in mine):
        why = "It was there already, and the project has no older picture: any older capture bounds when it came."
    else:
        why = "It is known to the day, or was last looked at today."
    rendered = any(one.synthetic for one in mine)
    return _row(
        sites=[site.id], targets=[f"{site.id}/{target.id}"], sentence=say(why, language), synthetic=rendered
    )


def _offer_row(offer: Offer) -> Row:
    day = offer.day.isoformat()
    return _row(
        sites=list(offer.sites),
        targets=[f"{gap.site}/{gap.target}" for gap in offer.gaps],
        first=day,
        last=day,
        best=day,
        days=sum(gap.days for gap in offer.gaps),
        gain=round(offer.gain, 1),
        sentence=offer_sentence(offer),
        capture=offer.capture,
        platform=offer.platform,
        gsd_m=None if offer.gsd_m is None else round(offer.gsd_m, 3),
        cloud_percent=offer.cloud_percent,
        catalogue=offer.file,
        synthetic=any(gap.synthetic for gap in offer.gaps),
    )


def _row(**known: Any) -> Row:
    row: Row = dict.fromkeys(("sites", "targets", "first", "last", "best", "days", "gain", "sentence"))
    row |= {"unread": []}
    row |= dict.fromkeys(
        ("gap_first", "gap_last", "capture", "platform", "gsd_m", "cloud_percent", "catalogue")
    )
    return row | known
