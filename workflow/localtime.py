"""The day at the place of a picture: an instant is UTC, and an evening there is the next day in the east.

Zones are names of the IANA data base, which knows that Asia/Pyongyang kept UTC+08:30 from 15 August 2015 until
4 May 2018. A zone that is not known is an empty text.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from workflow.dateforms import format_day
from workflow.datewords import Language
from workflow.model import Capture, LonLat, Site
from workflow.words import say

if TYPE_CHECKING:
    from timezonefinder import TimezoneFinder

__all__ = ["local_day", "local_note", "zone_at", "zone_of"]


def local_day(instant: datetime, zone: str) -> date | None:
    """The calendar day of an aware `instant` in `zone`; None where the zone is not known."""
    local = _local(instant, zone)
    return local.date() if local else None


def local_note(instant: datetime | None, zone: str, language: Language = "en") -> str:
    """``15 April in Pyongyang, UTC+09:00`` where the day in `zone` is another than that in UTC; else empty.

    The year is named where it is another as well.
    """
    local = _local(instant, zone) if instant else None
    if instant is None or local is None:
        return ""
    utc_day = instant.astimezone(UTC).date()
    if local.date() == utc_day:
        return ""
    day = (
        format_day(local.date(), language).removesuffix(f" {utc_day.year}").removeprefix(f"{utc_day.year}년 ")
    )
    area, _, place = zone.rpartition("/")
    offset = _offset(local.utcoffset() or timedelta())
    if area in ("", "Etc"):
        return say("{day} there, {offset}", language, day=day, offset=offset)
    return say("{day} in {place}, {offset}", language, day=day, place=place.replace("_", " "), offset=offset)


def zone_of(capture: Capture, site: Site | None) -> str:
    """The zone that `site` states, else that of the middle of the picture, else that of the site's position."""
    if site is not None and site.timezone:
        return site.timezone
    if capture.footprint:
        return zone_at(_middle(capture.footprint))
    return zone_at(site.position.lonlat) if site is not None and site.position else ""


@lru_cache(maxsize=4096)
def zone_at(place: LonLat) -> str:
    """The zone of a position on WGS 84; at sea the nautical one (``Etc/GMT-9``, which is UTC+9)."""
    return _finder().timezone_at(lng=place.lon, lat=place.lat) or ""


@lru_cache(maxsize=1)
def _finder() -> TimezoneFinder:
    from timezonefinder import TimezoneFinder  # takes a fifth of a second, and few commands need it

    return TimezoneFinder(in_memory=True)  # keeps no file open


def _local(instant: datetime, zone: str) -> datetime | None:
    try:
        return instant.astimezone(ZoneInfo(zone)) if zone else None
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def _offset(offset: timedelta) -> str:
    minutes = round(offset.total_seconds() / 60)
    return f"UTC{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02d}:{abs(minutes) % 60:02d}"


def _middle(ring: tuple[LonLat, ...]) -> LonLat:
    """The middle of the bounds of a ring, which may lie across the antimeridian."""
    lons, lats = [corner.lon for corner in ring], [corner.lat for corner in ring]
    if max(lons) - min(lons) > 180:
        lons = [lon % 360 for lon in lons]
    lon = (min(lons) + max(lons)) / 2
    return LonLat((lon + 180) % 360 - 180, (min(lats) + max(lats)) / 2)
