"""Sites as KML for Google Earth: places, targets with the time that they are known to stand, states, marks, pictures.

The file names nothing outside itself: no icon, style or link is fetched. Text that people wrote is escaped once for
XML and once more where Google Earth reads HTML.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from html import escape
from typing import Any

from workflow.coords import circle, format_dms, format_mgrs
from workflow.exporters.extract import Extract
from workflow.exporters.xmltext import escaped
from workflow.model import Annotation, Capture, DateSpan, Finding, LonLat, Observation, Site, Target
from workflow.stills import cone_features, standpoint_words
from workflow.timespan import format_span

__all__ = ["project_kml", "when"]

_STYLES = (
    '<Style id="place"><LineStyle><color>ff00a5ff</color><width>2</width></LineStyle>'
    "<PolyStyle><fill>0</fill></PolyStyle></Style>"
    '<Style id="camera"><LineStyle><color>ff8f33a1</color><width>1.5</width></LineStyle>'
    "<PolyStyle><color>308f33a1</color></PolyStyle></Style>"
    '<Style id="picture"><LineStyle><color>ffdb6f2f</color><width>1.5</width></LineStyle>'
    "<PolyStyle><fill>0</fill></PolyStyle></Style>"
)


def project_kml(extract: Extract) -> str:
    """The KML document of all that is written out: a folder a site with targets, states, marks and cameras, and the
    pictures.

    A target has the days from which and until which it certainly stood, as far as they are known; states, marks and
    outlines have the days on which their picture may have been taken. A site without a place has no point, and what is
    drawn on pictures without coordinates is left out. Coordinates are WGS 84, longitude first.
    """
    pictures = {one.id: one for one in extract.captures}
    shown = _folder("Pictures", [_picture(one) for one in extract.in_use if one.footprint])
    sites = [(site.name, _site_parts(site, extract, pictures)) for site in extract.sites]
    if len(sites) == 1:
        return _document(sites[0][0], [*sites[0][1], shown])
    return _document("Sites", [*(_folder(name, parts) for name, parts in sites), shown])


def _document(name: str, parts: Iterable[str]) -> str:
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<kml xmlns="http://www.opengis.net/kml/2.2"><Document>'
        f"<name>{escaped(name)}</name><open>1</open>{_STYLES}{''.join(parts)}</Document></kml>\n"
    )


def _site_parts(site: Site, extract: Extract, pictures: Mapping[str, Capture]) -> list[str]:
    place = site.position.lonlat if site.position else None
    parts = [_placemark(site.name, _site_lines(site), _point(place))]
    if place is not None:
        ring = _polygon(circle(place, site.radius_m))
        parts.append(_placemark(f"{site.radius_m:g} m around it", [], ring, style="place"))
    if site.footprint is not None:
        parts.append(_placemark("Outline", [], _shape(site.footprint), style="place"))
    said = (one for one in extract.observations if one.site == site.id and one.capture in pictures)
    drawn = (one for one in extract.annotations if one.site == site.id and one.capture in pictures)
    return [
        *parts,
        _folder("Targets", [_target(site, one, place, extract.findings) for one in site.targets]),
        _folder("States", [_state(one, place, pictures[one.capture]) for one in said]),
        _folder("Marks", [_mark(one, pictures[one.capture]) for one in drawn if not one.in_pixels]),
        _folder(
            "Cameras",
            [_camera(one, place) for one in extract.in_use if one.site == site.id and one.standpoint],
        ),
    ]


def _camera(capture: Capture, place: LonLat | None) -> str:
    """What a still shows, from where it was taken."""
    [cone] = cone_features([capture], place)
    ring = [LonLat(*corner) for corner in cone["geometry"]["coordinates"][0]]
    lines = [
        standpoint_words(capture.standpoint) if capture.standpoint else "",
        capture.credit,
        "SYNTHETIC" if capture.synthetic else "",
    ]
    name, days = f"{format_span(capture.acquired)} {capture.file}", when(capture.acquired)
    return _placemark(name, [one for one in lines if one], _polygon(ring), days, style="camera")


def _state(said: Observation, place: LonLat | None, picture: Capture) -> str:
    lines = [
        f"{format_span(picture.acquired)} ({picture.acquired.basis.value}), {picture.file}",
        f"confidence {said.confidence.value}, {said.review.value}, {said.author}",
        said.note,
        "SYNTHETIC" if picture.synthetic else "",
    ]
    kept = [line for line in lines if line]
    return _placemark(f"{said.target}: {said.state.value}", kept, _point(place), when(picture.acquired))


def _mark(mark: Annotation, picture: Capture) -> str:
    lines = [mark.target or "", mark.note, f"{format_span(picture.acquired)}, {picture.file}", mark.author]
    kept = [line for line in lines if line]
    return _placemark(mark.label or mark.shape, kept, _shape(mark.geometry), when(picture.acquired))


def _site_lines(site: Site) -> list[str]:
    place, precise = (site.position.lonlat, site.position.precision_m) if site.position else (None, None)
    lines = (
        site.name_local,
        "; ".join(site.aliases),
        site.category,
        format_dms(place) if place else "not located",
        format_mgrs(place) if place else "",
        f"known within {precise:g} m" if precise else "",
        site.note,
        f"Source: {site.source}" if site.source else "",
        *(_said(one.wording, one.source, one.page) for one in site.evidence),
    )
    return [line for line in lines if line]


def _said(wording: str, source: str, page: str) -> str:
    where = ", ".join(part for part in (source, f"p. {page}" if page else "") if part)
    return f"{wording} ({where})" if where else wording


def _target(site: Site, target: Target, place: LonLat | None, findings: Sequence[Finding]) -> str:
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
    return _placemark(name, [one for one in lines if one], ring, when(capture.acquired), style="picture")


# -- elements ------------------------------------------------------------------------------------------------


def _folder(name: str, parts: Sequence[str]) -> str:
    return f"<Folder><name>{escaped(name)}</name>{''.join(parts)}</Folder>" if parts else ""


def _placemark(name: str, lines: Iterable[str], geometry: str, when: str = "", *, style: str = "") -> str:
    html = "<br>".join(escape(line) for line in lines)
    description = f"<description>{escaped(html)}</description>" if html else ""
    look = f"<styleUrl>#{style}</styleUrl>" if style else ""
    return f"<Placemark><name>{escaped(name)}</name>{description}{when}{look}{geometry}</Placemark>"


def when(span: DateSpan) -> str:
    """The element that says on which days something is, empty where none is known."""
    if span.earliest is not None and span.earliest == span.latest:
        return f"<TimeStamp><when>{span.earliest}</when></TimeStamp>"
    return _span(span.earliest, span.latest)


def _span(begin: date | None, end: date | None) -> str:
    if (begin is None and end is None) or (begin and end and end < begin):
        return ""
    first = f"<begin>{begin}</begin>" if begin else ""
    last = f"<end>{end}</end>" if end else ""
    return f"<TimeSpan>{first}{last}</TimeSpan>"


def _point(place: LonLat | None) -> str:
    return f"<Point><coordinates>{_pair(place)}</coordinates></Point>" if place else ""


def _shape(geometry: Mapping[str, Any]) -> str:
    """A GeoJSON geometry; of several polygons each."""
    kind, coordinates = geometry["type"], geometry["coordinates"]
    if kind == "MultiPolygon":
        shapes = "".join(_shape({"type": "Polygon", "coordinates": one}) for one in coordinates)
        return f"<MultiGeometry>{shapes}</MultiGeometry>"
    if kind == "Polygon":
        return _polygon(*([LonLat(*corner[:2]) for corner in ring] for ring in coordinates))
    if kind == "Point":
        return _point(LonLat(*coordinates[:2]))
    line = " ".join(_pair(LonLat(*corner[:2])) for corner in coordinates)
    return f"<LineString><tessellate>1</tessellate><coordinates>{line}</coordinates></LineString>"


def _polygon(outer: Iterable[LonLat], *holes: Iterable[LonLat]) -> str:
    inner = "".join(f"<innerBoundaryIs>{_ring(hole)}</innerBoundaryIs>" for hole in holes)
    return f"<Polygon><tessellate>1</tessellate><outerBoundaryIs>{_ring(outer)}</outerBoundaryIs>{inner}</Polygon>"


def _ring(corners: Iterable[LonLat]) -> str:
    return f"<LinearRing><coordinates>{' '.join(map(_pair, corners))}</coordinates></LinearRing>"


def _pair(place: LonLat) -> str:
    return f"{place.lon:.8f},{place.lat:.8f}"
