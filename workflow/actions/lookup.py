"""Sites and captures by what people call them: everything is read once, for imports of many rows."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable
from functools import cached_property
from typing import TYPE_CHECKING

from workflow.chips import covering, covers
from workflow.coords import distance_m
from workflow.errors import AmbiguousName, InputRefused
from workflow.model import Capture, DateSpan, LonLat, Site
from workflow.timespan import format_span

if TYPE_CHECKING:
    from workflow.project import Project

__all__ = ["Lookup", "overlaps"]

_SHORTEST_PREFIX = 4
_LARGEST_RADIUS_DEG = 0.19  # 20 km, the largest watch radius, at any latitude


def overlaps(one: DateSpan, other: DateSpan) -> bool:
    """Whether a day lies in both; an open end reaches everywhere."""
    return _reaches(one, other) and _reaches(other, one)


def _reaches(one: DateSpan, other: DateSpan) -> bool:
    return one.earliest is None or other.latest is None or one.earliest <= other.latest


class Lookup:
    """The sites and the captures in use of a project, and the `limits` of classes, as they are now."""

    def __init__(self, project: Project) -> None:
        """Read them; nothing is asked of the record again, but once a site which captures cover it."""
        self._project = project
        self.limits = project.limits()
        self._sites = {site.id: site for site in project.sites()}
        self._captures = {capture.id: capture for capture in project.captures()}
        self._covers: dict[str, Callable[[Capture], bool]] = {}
        self._shown: dict[str, tuple[Capture, ...]] = {}

    # -- sites -----------------------------------------------------------------------------------------------

    def site(self, name: str) -> Site:
        """The site of that id, name, local name or alias.

        Raises
        ------
        InputRefused, AmbiguousName
            when none or several fit.
        """
        fits = self.sites_named(name)
        if not fits:
            raise InputRefused(
                f"'{name}'",
                "no site has that id or name",
                "'sitetrack sites list' shows those that are there",
            )
        if len(fits) > 1:
            raise AmbiguousName("site", name, [site.id for site in fits])
        return fits[0]

    def sites_named(self, name: str) -> list[Site]:
        """The site of that id, else those of that name, local name or alias."""
        return [self._sites[name]] if name in self._sites else self._by_name.get(name, [])

    def sites_at(self, place: LonLat) -> list[Site]:
        """Located sites whose watch radius holds the place."""
        rows = self._by_latitude
        low = bisect_left(rows, place.lat - _LARGEST_RADIUS_DEG, key=lambda row: row[0])
        high = bisect_right(rows, place.lat + _LARGEST_RADIUS_DEG, key=lambda row: row[0])
        return [site for _, at, site in rows[low:high] if distance_m(at, place) <= site.radius_m]

    @cached_property
    def _by_name(self) -> defaultdict[str, list[Site]]:
        found: defaultdict[str, list[Site]] = defaultdict(list)
        for site in self._sites.values():
            for name in {site.name, site.name_local, *site.aliases} - {""}:
                found[name].append(site)
        return found

    @cached_property
    def _by_latitude(self) -> list[tuple[float, LonLat, Site]]:
        located = [(site.position.lonlat, site) for site in self._sites.values() if site.position]
        return sorted(((at.lat, at, site) for at, site in located), key=lambda row: row[0])

    # -- captures --------------------------------------------------------------------------------------------

    def capture(self, name: str) -> Capture:
        """The capture of that id, original file name, or unique prefix of an id (4 characters or more).

        Raises
        ------
        InputRefused, AmbiguousName
            when none or several fit.
        """
        if name in self._captures:
            return self._captures[name]
        fits = self._by_file.get(name) or self._with_prefix(name.lower())
        if not fits:
            raise InputRefused(
                f"'{name}'",
                "no capture in use has that id or file name",
                "'sitetrack captures list' shows those that are there",
            )
        if len(fits) > 1:
            raise AmbiguousName("capture", name, _described(fits))
        return fits[0]

    def _with_prefix(self, prefix: str) -> list[Capture]:
        if len(prefix) < _SHORTEST_PREFIX:
            return []
        rows = self._by_sha256
        start = bisect_left(rows, prefix, key=lambda capture: capture.sha256)
        end = bisect_right(rows, prefix, key=lambda capture: capture.sha256[: len(prefix)])
        return rows[start:end]

    @cached_property
    def _by_file(self) -> defaultdict[str, list[Capture]]:
        found: defaultdict[str, list[Capture]] = defaultdict(list)
        for capture in self._captures.values():
            found[capture.file].append(capture)
        return found

    @cached_property
    def _by_sha256(self) -> list[Capture]:
        return sorted(self._captures.values(), key=lambda capture: capture.sha256)

    def covers(self, site: Site) -> Callable[[Capture], bool]:
        """Whether a capture covers the site."""
        if site.id not in self._covers:
            self._covers[site.id] = covers(site)
        return self._covers[site.id]

    def showing(self, site: Site) -> tuple[Capture, ...]:
        """Captures in use that cover the site or are its own, in date order."""
        if site.id not in self._shown:
            known = {one.id: one for one in covering(self._project, site) if one.id in self._captures}
            known |= {one.id: one for one in self._own.get(site.id, ())}
            self._shown[site.id] = tuple(sorted(known.values(), key=lambda one: one.date_order))
        return self._shown[site.id]

    @cached_property
    def _own(self) -> defaultdict[str, list[Capture]]:
        found: defaultdict[str, list[Capture]] = defaultdict(list)
        for capture in self._captures.values():
            if capture.site is not None:
                found[capture.site].append(capture)
        return found

    def capture_on(self, site: Site, when: DateSpan) -> Capture:
        """The capture that shows the site and has just that date, else the one whose date overlaps it.

        Raises
        ------
        InputRefused
            when it is none or several, which are named.
        """
        subject = f"'{when.verbatim}'"
        touches = self.covers(site)
        fits = [one for one in self._by_date.get(_ends(when), ()) if one.site == site.id or touches(one)]
        if not fits:
            dated = [one for one in self.showing(site) if one.is_dated]
            fits = [one for one in dated if overlaps(one.acquired, when)]
        if len(fits) == 1:
            return fits[0]
        if fits:
            problem = f"{len(fits)} captures of site {site.id} have that date ({_some(fits)})"
            raise InputRefused(subject, problem, "name one of them in the column capture")
        known = f"those that show it are {_some(dated)}" if dated else "no dated capture shows it"
        problem = f"no capture of site {site.id} has that date ({known})"
        raise InputRefused(subject, problem, "correct the date, or take the picture in")

    @cached_property
    def _by_date(self) -> defaultdict[tuple[object, object], list[Capture]]:
        found: defaultdict[tuple[object, object], list[Capture]] = defaultdict(list)
        for capture in self._captures.values():
            found[_ends(capture.acquired)].append(capture)
        return found


def _ends(span: DateSpan) -> tuple[object, object]:
    return span.earliest, span.latest


def _some(captures: Iterable[Capture]) -> str:
    described = _described(captures)
    return ", ".join(described[:5]) + (", …" if len(described) > 5 else "")


def _described(captures: Iterable[Capture]) -> list[str]:
    return [f"{one.id} {one.file} {format_span(one.acquired)}" for one in captures]
