"""Where stills were taken from and what they show, as GeoJSON to be drawn on a map."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from workflow.coords import distance_m, sector
from workflow.datewords import Language
from workflow.model import Capture, LonLat, Standpoint
from workflow.timespan import format_span
from workflow.words import say

__all__ = ["cone_features", "standpoint_words"]

_ALONE_M, _LEAST_M, _MOST_M = 200.0, 60.0, 5_000.0
_BEYOND = 1.2
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
