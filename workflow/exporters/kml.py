"""A site as KML for Google Earth: its place, its targets with the time that they are known to stand, its pictures.

The file names nothing outside itself: no icon, style or link is fetched. Text that people wrote is escaped once for
XML and once more where Google Earth reads HTML.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from datetime import date
from html import escape

from workflow.coords import METRES_PER_DEGREE, format_dms, format_mgrs
from workflow.model import Capture, DateSpan, Finding, LonLat, Site, Target
from workflow.timespan import format_span

__all__ = ["site_kml"]

_STYLES = (
    '<Style id="place"><LineStyle><color>ff00a5ff</color><width>2</width></LineStyle>'
    "<PolyStyle><fill>0</fill></PolyStyle></Style>"
    '<Style id="picture"><LineStyle><color>ffdb6f2f</color><width>1.5</width></LineStyle>'
    "<PolyStyle><fill>0</fill></PolyStyle></Style>"
)
_CORNERS = 72
# what XML 1.0 has no way to write
_UNWRITABLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def site_kml(site: Site, captures: Iterable[Capture], findings: Sequence[Finding]) -> str:
    """The KML document of a located site, with the footprints of `captures` and what `findings` say of its targets.

    A target has the days from which and until which it certainly stood, as far as they are known; a footprint the days
    on which the picture may have been taken. Coordinates are WGS 84, longitude first.

    Raises
    ------
    ValueError
        when the site is not located.
    """
    if site.position is None:
        raise ValueError(f"site {site.id} is not located")
    place = site.position.lonlat
    parts = [
        _placemark(site.name, _site_lines(site), _point(place)),
        _placemark(
            f"{site.radius_m:g} m around it", [], _polygon(_circle(place, site.radius_m)), style="place"
        ),
        _folder("Targets", [_target(site, one, place, findings) for one in site.targets]),
        _folder("Pictures", [_picture(one) for one in captures if one.footprint]),
    ]
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<kml xmlns="http://www.opengis.net/kml/2.2"><Document>'
        f"<name>{_text(site.name)}</name><open>1</open>{_STYLES}{''.join(parts)}</Document></kml>\n"
    )


def _site_lines(site: Site) -> list[str]:
    if site.position is None:
        return []
    place, precise = site.position.lonlat, site.position.precision_m
    lines = (
        site.name_local,
        "; ".join(site.aliases),
        site.category,
        format_dms(place),
        format_mgrs(place),
        f"known within {precise:g} m" if precise else "",
        site.note,
        f"Source: {site.source}" if site.source else "",
        *(_said(one.wording, one.source, one.page) for one in site.evidence),
    )
    return [line for line in lines if line]


def _said(wording: str, source: str, page: str) -> str:
    where = ", ".join(part for part in (source, f"p. {page}" if page else "") if part)
    return f"{wording} ({where})" if where else wording


def _target(site: Site, target: Target, place: LonLat, findings: Sequence[Finding]) -> str:
    mine = [one for one in findings if one.site == site.id and one.target == target.id]
    lines = [target.kind.value, *(_sentence(one) for one in mine), target.note]
    begins = [one.by for one in mine if one.seen and one.event.arrives and one.by]
    ends = [one.after for one in mine if not one.event.arrives and one.after]
    stays_once = len(begins) <= 1 and len(ends) <= 1
    span = _span(begins[0] if begins and stays_once else None, ends[0] if ends and stays_once else None)
    return _placemark(target.name or target.id, [one for one in lines if one], _point(place), span)


def _sentence(one: Finding) -> str:
    words = one.phrase if not one.seen else f"{one.event} {one.phrase}"
    marks = (one.source if one.source != "imagery" else "", "SYNTHETIC" if one.synthetic else "")
    behind = ", ".join(mark for mark in marks if mark)
    return f"{words} ({behind})" if behind else words


def _picture(capture: Capture) -> str:
    lines = [
        f"{format_span(capture.acquired)} ({capture.acquired.basis.value})",
        capture.provider,
        f"{capture.gsd_m:.3g} m" if capture.gsd_m else "",
        capture.credit,
        "SYNTHETIC" if capture.synthetic else "",
    ]
    name = f"{format_span(capture.acquired)} {capture.file}"
    ring = _polygon(capture.footprint)
    return _placemark(name, [one for one in lines if one], ring, _days(capture.acquired), style="picture")


# -- elements ------------------------------------------------------------------------------------------------


def _folder(name: str, parts: Sequence[str]) -> str:
    return f"<Folder><name>{_text(name)}</name>{''.join(parts)}</Folder>" if parts else ""


def _placemark(name: str, lines: Iterable[str], geometry: str, when: str = "", *, style: str = "") -> str:
    html = "<br>".join(escape(line) for line in lines)
    description = f"<description>{_text(html)}</description>" if html else ""
    look = f"<styleUrl>#{style}</styleUrl>" if style else ""
    return f"<Placemark><name>{_text(name)}</name>{description}{when}{look}{geometry}</Placemark>"


def _days(span: DateSpan) -> str:
    if span.earliest is not None and span.earliest == span.latest:
        return f"<TimeStamp><when>{span.earliest}</when></TimeStamp>"
    return _span(span.earliest, span.latest)


def _span(begin: date | None, end: date | None) -> str:
    if (begin is None and end is None) or (begin and end and end < begin):
        return ""
    first = f"<begin>{begin}</begin>" if begin else ""
    last = f"<end>{end}</end>" if end else ""
    return f"<TimeSpan>{first}{last}</TimeSpan>"


def _point(place: LonLat) -> str:
    return f"<Point><coordinates>{_pair(place)}</coordinates></Point>"


def _polygon(ring: Iterable[LonLat]) -> str:
    corners = " ".join(_pair(place) for place in ring)
    return (
        "<Polygon><tessellate>1</tessellate><outerBoundaryIs><LinearRing><coordinates>"
        f"{corners}</coordinates></LinearRing></outerBoundaryIs></Polygon>"
    )


def _pair(place: LonLat) -> str:
    return f"{place.lon:.8f},{place.lat:.8f}"


def _circle(centre: LonLat, radius_m: float) -> list[LonLat]:
    """A closed ring around the centre, counter-clockwise, within the map."""
    north = radius_m / METRES_PER_DEGREE
    east = north / max(math.cos(math.radians(centre.lat)), 0.01)
    turns = [2 * math.pi * (number % _CORNERS) / _CORNERS for number in range(_CORNERS + 1)]
    return [
        LonLat(
            (centre.lon + east * math.cos(turn) + 180) % 360 - 180,
            min(max(centre.lat + north * math.sin(turn), -90), 90),
        )
        for turn in turns
    ]


def _text(text: str) -> str:
    return escape(_UNWRITABLE.sub("", text))
