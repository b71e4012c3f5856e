"""Who may be told where a site is.

A site's visibility names those who may see it: everybody (``public``), the team, or those who are let in
(``restricted``). What leaves the project is for an audience of one of these names: places of sites that it may not
see are withheld. For the public a place is told no finer than it is known.
"""

from __future__ import annotations

import math
from dataclasses import replace

from workflow.model import LonLat, Position, Site

__all__ = ["AUDIENCES", "is_told", "told_position", "told_site"]

AUDIENCES = ("public", "team", "restricted")
"""From everybody to those who may see all."""

# decimals of a degree: a metre, or eleven where the precision is not known
_FINEST, _UNKNOWN = 5, 4


def is_told(site: Site, audience: str = "public") -> bool:
    """Whether the audience may know where the site is."""
    return AUDIENCES.index(site.visibility) <= AUDIENCES.index(audience)


def told_position(site: Site, audience: str = "public") -> Position | None:
    """The position as the audience is told it; None where it is withheld or not known.

    The public is told as many decimals as the precision bears, and not the text it was read from, which may be finer.
    """
    if site.position is None or not is_told(site, audience):
        return None
    if audience != "public":
        return site.position
    place, stated = site.position.lonlat, site.position.precision_m
    digits = _UNKNOWN if stated is None else min(max(math.ceil(5 - math.log10(max(stated, 1.0))), 0), _FINEST)
    return Position(LonLat(round(place.lon, digits), round(place.lat, digits)), stated)


def told_site(site: Site, audience: str = "public") -> Site:
    """The site with its position as it is told, and its outline where the place may be known.

    The public is told an outline to a metre.
    """
    outline = site.footprint if is_told(site, audience) else None
    if outline is not None and audience == "public":
        outline = {**outline, "coordinates": _rounded(outline["coordinates"])}
    return replace(site, position=told_position(site, audience), footprint=outline)


def _rounded(value: object) -> object:
    if isinstance(value, list | tuple):
        return [_rounded(one) for one in value]
    return round(value, _FINEST) if isinstance(value, float) else value
