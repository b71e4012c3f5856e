"""What a map of the sites says that leaves the project: public sites alone, each no finer than its position is known.

As in figures, a site that is not public gives away no place: here it is left out, and so are pictures that show no
public site. How many were left out is for whoever writes the file, not for whoever reads it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, TypeVar

from workflow.chips import covering_each
from workflow.datewords import Language
from workflow.model import Capture, LonLat, Observation, Site
from workflow.readmodels.cameras import Camera, cameras
from workflow.readmodels.dates import dated
from workflow.readmodels.footprints import Footprint, footprints
from workflow.readmodels.siteday import Known, past_of
from workflow.stills import told_cameras
from workflow.visibility import is_told, told_position, told_site

if TYPE_CHECKING:
    from workflow.project import Project

__all__ = ["MapSite", "SiteMap", "site_map"]

S = TypeVar("S", Capture, Observation)


@dataclass(frozen=True, slots=True)
class MapSite:
    """A public site: `lonlat` None is not located, `seen` the date of the picture that decides its state."""

    id: str
    name: str
    category: str
    lonlat: LonLat | None
    known: Known
    seen: str


@dataclass(frozen=True, slots=True)
class SiteMap:
    """The map at the end of `day`: sites, outlines of the pictures that show them, whom the pictures are credited to.

    `cameras` are those on the ground, as the public is told them.

    `synthetic` says that some of these pictures were rendered; `left_out` counts sites that are not public.
    """

    day: date
    sites: tuple[MapSite, ...]
    outlines: tuple[Footprint, ...]
    credits: tuple[str, ...]
    pictures: int
    synthetic: bool
    left_out: int
    cameras: tuple[Camera, ...] = ()

    @property
    def states(self) -> Mapping[str, int]:
        """How many sites are in each state."""
        return Counter(one.known.state for one in self.sites)


def site_map(project: Project, day: date | None, today: date, language: Language = "en") -> SiteMap:
    """The map of a project's public sites as known at the end of `day`, None for today; `language` is that of what is
    said of cameras.
    """
    day = today if day is None else day
    with project.record.snapshot():
        said, ever = project.witnesses()
        sites = project.sites()
    public = [site for site in sites if is_told(site)]
    used = [one for one in ever.values() if one.withdrawn is None]
    over = covering_each(public, used)
    tied, told = _by_site(used), _by_site(said)
    pictures: dict[str, Capture] = {}
    shown = []
    for site in public:
        own = {one.id: one for one in (*over[site.id], *tied.get(site.id, ()))}
        shown.append(_map_site(site, told.get(site.id, ()), ever, tuple(own.values()), day, today))
        pictures |= own
    counted = [one for one in pictures.values() if day >= today or _is_by(one, day)]
    return SiteMap(
        day=day,
        sites=tuple(shown),
        outlines=footprints(counted),
        credits=tuple(sorted({one.credit for one in counted if one.credit})),
        pictures=len(counted),
        synthetic=any(one.synthetic for one in counted),
        left_out=len(sites) - len(public),
        cameras=cameras(told_cameras(counted, sites), [told_site(site) for site in public], language),
    )


def _by_site(some: Iterable[S]) -> dict[str | None, list[S]]:
    found: dict[str | None, list[S]] = {}
    for one in some:
        found.setdefault(one.site, []).append(one)
    return found


def _is_by(capture: Capture, day: date) -> bool:
    return capture.acquired.latest is not None and capture.acquired.latest <= day


def _map_site(
    site: Site,
    said: Sequence[Observation],
    ever: Mapping[str, Capture],
    pictures: Sequence[Capture],
    day: date,
    today: date,
) -> MapSite:
    known = past_of(said, ever, pictures).on(day, today)
    name = f"{site.name} · {site.name_local}" if site.name_local else site.name
    seen = dated(ever[known.seen].acquired) if known.seen else ""
    position = told_position(site)
    lonlat = position.lonlat if position is not None else None
    return MapSite(site.id, name, site.category, lonlat, known, seen)
