"""Where stills were taken from and what they show, as GeoJSON to be drawn on a map."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from workflow.coords import distance_m, sector
from workflow.datewords import Language
from workflow.model import Capture, LonLat, Site, Standpoint
from workflow.timespan import format_span
from workflow.visibility import AUDIENCES, is_told
from workflow.words import say

__all__ = ["cone_features", "standpoint_words", "told_cameras"]

_ALONE_M, _LEAST_M, _MOST_M = 200.0, 60.0, 5_000.0
_BEYOND = 1.2
# decimals of a degree that the public is told, and how well its site must be known for that
_TOLD_DIGITS, _TOLD_M = 4, 100.0
_OF_CAMERA = ("camera_position", "camera_azimuth_deg")
_COMPASS = ("N", "NE", "E", "SE", "S", "SW", "W", "NW")


def cone_features(
    captures: Iterable[Capture], site: LonLat | None, language: Language = "en"
) -> list[dict[str, Any]]:
    """A GeoJSON feature for each capture whose standpoint is known: the sector that it shows, on WGS 84.

    A cone reaches a little beyond the site, 200 m where that is not located; how far one could see is not known.
    Properties: ``capture file date number azimuth_deg field_deg lon lat words``; `number` counts from 1, `words` name
    the cone for those who do not see it.
    """
    known = [(one, one.standpoint) for one in captures if one.standpoint is not None]
    return [_feature(number, one, where, site, language) for number, (one, where) in enumerate(known, 1)]


def _feature(
    number: int, capture: Capture, where: Standpoint, site: LonLat | None, language: Language
) -> dict[str, Any]:
    date = format_span(capture.acquired, language)
    ring = sector(where.lonlat, _reach_m(where, site), where.azimuth_deg, where.field_deg)
    return {
        "type": "Feature",
        "id": f"cone.{capture.id}",
        "geometry": {"type": "Polygon", "coordinates": [[[place.lon, place.lat] for place in ring]]},
        "properties": {
            "capture": capture.id,
            "file": capture.file,
            "date": date,
            "number": number,
            "azimuth_deg": where.azimuth_deg,
            "field_deg": where.field_deg,
            "lon": where.lonlat.lon,
            "lat": where.lonlat.lat,
            "words": say(
                "camera of {file}, {date}: {where}",
                language,
                file=capture.file,
                date=date,
                where=standpoint_words(where, language),
            ),
        },
    }


def _reach_m(where: Standpoint, site: LonLat | None) -> float:
    if site is None:
        return _ALONE_M
    return min(max(_BEYOND * distance_m(where.lonlat, site), _LEAST_M), _MOST_M)


def told_cameras(
    captures: Iterable[Capture], sites: Sequence[Site], audience: str = "public"
) -> list[Capture]:
    """The captures with where they were taken from as the audience may know it; `sites` are all of the project.

    A camera is told where the place of its site is, unless it stands within the radius of a site that is withheld. The
    public is told it to about 11 m, never what a file alone says of it, and nothing where the site is known no better
    than to 100 m: how a camera looks at it would tell more.
    """
    if audience == AUDIENCES[-1]:
        return list(captures)
    hidden = [site for site in sites if not is_told(site, audience)]
    shown = {site.id for site in sites if is_told(site, audience)}
    if audience == "public":
        shown &= {site.id for site in sites if (at := site.position) and (at.precision_m or 0) <= _TOLD_M}
    return [_told(one, audience, is_told=one.site in shown and not _is_in(hidden, one)) for one in captures]


def _told(capture: Capture, audience: str, *, is_told: bool) -> Capture:
    where = capture.standpoint if is_told else None
    if audience != "public" and is_told:
        return capture
    if where is not None:
        place = where.lonlat
        place = LonLat(round(place.lon, _TOLD_DIGITS), round(place.lat, _TOLD_DIGITS))
        where = replace(where, lonlat=place)
    proposals = tuple(one for one in capture.proposals if one.attribute not in _OF_CAMERA)
    return replace(capture, standpoint=where, proposals=proposals)


def _is_in(hidden: Iterable[Site], capture: Capture) -> bool:
    """Whether a camera stands within the radius of one of some sites, as somebody or the file says."""
    said = [one.place for one in capture.proposals if one.place is not None]
    said += [capture.standpoint.lonlat] if capture.standpoint else []
    at = [(site.position.lonlat, site.radius_m) for site in hidden if site.position is not None]
    return any(distance_m(place, where) <= radius_m for place in said for where, radius_m in at)


def standpoint_words(where: Standpoint, language: Language = "en") -> str:
    """``looks E (92°), 55° wide``."""
    point = _COMPASS[round(where.azimuth_deg / 45) % 8]
    return say(
        "looks {point} ({azimuth}°), {field}° wide",
        language,
        point=say(point, language),
        azimuth=f"{where.azimuth_deg:.0f}",
        field=f"{where.field_deg:.0f}",
    )
