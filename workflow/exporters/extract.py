"""What is written out: the part of a project that an audience may see, as objects and as flat layers of rows."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any

from workflow.codec import canonical_json
from workflow.exporters.stac import footprint_geometry
from workflow.model import Annotation, Capture, Finding, Observation, Offset, Position, Site
from workflow.stills import timecode

__all__ = ["FIELDS", "Extract", "Layer", "layers"]

Geometry = dict[str, Any]
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Extract:
    """The part of a project that `audience` may see.

    Positions of `sites` are as they are told. `captures` are those that show a site or are tied to one, and those
    that something was said on, the withdrawn too; their cameras are as they are told. `left_out` counts
    sites that the audience may not see.
    """

    sites: tuple[Site, ...] = ()
    captures: tuple[Capture, ...] = ()
    observations: tuple[Observation, ...] = ()
    annotations: tuple[Annotation, ...] = ()
    offsets: tuple[Offset, ...] = ()
    findings: tuple[Finding, ...] = ()
    audience: str = "public"
    left_out: int = 0

    @property
    def in_use(self) -> tuple[Capture, ...]:
        """Its captures that were not withdrawn."""
        return tuple(one for one in self.captures if one.withdrawn is None)


@dataclass(frozen=True, slots=True)
class Layer:
    """Rows of one sort: `fields` by name with their types, a GeoJSON geometry on WGS 84, or None, for each row.

    `shape` is the geometry's type, "" where it may be any.
    """

    name: str
    fields: Mapping[str, type]
    shape: str
    rows: tuple[Row, ...]
    geometries: tuple[Geometry | None, ...]


FIELDS: Mapping[str, tuple[str, Mapping[str, type]]] = {
    "sites": (
        "Point",
        {
            **dict.fromkeys(("id", "name", "name_local", "aliases", "category", "road"), str),
            "bearing_deg": float,
            "traffic": str,
            "radius_m": float,
            "precision_m": float,
            **dict.fromkeys(("timezone", "source", "note", "visibility"), str),
        },
    ),
    "outlines": ("", {"site": str}),
    "targets": ("Point", dict.fromkeys(("site", "id", "name", "class", "direction", "note"), str)),
    "captures": (
        "",
        {
            **dict.fromkeys(("id", "kind", "file", "site"), str),
            **dict.fromkeys(("earliest", "latest"), date),
            **dict.fromkeys(("precision", "basis", "stated"), str),
            **dict.fromkeys(("provider", "platform", "credit", "licence"), str),
            **dict.fromkeys(("gsd_m", "off_nadir_deg", "sun_azimuth_deg", "sun_elevation_deg"), float),
            "cloud_share": float,
            **dict.fromkeys(("width_px", "height_px", "bands"), int),
            **dict.fromkeys(("georeference", "crs", "sha256", "withdrawn"), str),
            "synthetic": bool,
        },
    ),
    "observations": (
        "Point",
        {
            **dict.fromkeys(("id", "site", "target", "capture", "file"), str),
            **dict.fromkeys(("earliest", "latest"), date),
            **dict.fromkeys(("state", "confidence", "note", "author", "review"), str),
            "blind": bool,
            "stated": str,
        },
    ),
    "annotations": (
        "",
        {
            **dict.fromkeys(("id", "site", "target", "capture", "time_code", "shape", "label", "note"), str),
            "evidence": bool,
            **dict.fromkeys(("author", "review"), str),
            "pixels": str,
        },
    ),
    "intervals": (
        "Point",
        {
            **dict.fromkeys(("site", "target", "event"), str),
            **dict.fromkeys(("after", "by", "stood"), date),
            **dict.fromkeys(("phrase", "witnesses", "source"), str),
            **dict.fromkeys(("seen", "reviewed", "synthetic"), bool),
            **dict.fromkeys(("confidence", "doubts", "contradictions"), str),
        },
    ),
}
"""Layers in their order: type of the geometry, and the fields with their types."""


def layers(extract: Extract) -> tuple[Layer, ...]:
    """The layers of what is written out, the empty ones too."""
    places = {site.id: _point(site.position) for site in extract.sites}
    pictures = {capture.id: capture for capture in extract.captures}
    found: Mapping[str, Callable[[], Iterator[tuple[Row, Geometry | None]]]] = {
        "sites": partial(_sites, extract.sites),
        "outlines": partial(_outlines, extract.sites),
        "targets": partial(_targets, extract.sites),
        "captures": partial(_captures, extract.captures),
        "observations": partial(_observations, extract.observations, pictures, places),
        "annotations": partial(_annotations, extract.annotations),
        "intervals": partial(_intervals, extract.findings, places),
    }
    return tuple(_layer(name, tuple(rows())) for name, rows in found.items())


def _layer(name: str, rows: Sequence[tuple[Row, Geometry | None]]) -> Layer:
    shape, fields = FIELDS[name]
    return Layer(name, fields, shape, tuple(row for row, _ in rows), tuple(place for _, place in rows))


def _point(position: Position | None) -> Geometry | None:
    if position is None:
        return None
    return {"type": "Point", "coordinates": [position.lonlat.lon, position.lonlat.lat]}


def _sites(sites: Sequence[Site]) -> Iterator[tuple[Row, Geometry | None]]:
    for one in sites:
        row = {
            **_plain(one, ("id", "name", "name_local", "category", "road", "bearing_deg", "radius_m")),
            **_plain(one, ("timezone", "source", "note", "visibility")),
            "aliases": "; ".join(one.aliases),
            "traffic": one.traffic.value if one.traffic else "",
            "precision_m": one.position.precision_m if one.position else None,
        }
        yield row, _point(one.position)


def _outlines(sites: Sequence[Site]) -> Iterator[tuple[Row, Geometry | None]]:
    return (({"site": one.id}, dict(one.footprint)) for one in sites if one.footprint is not None)


def _targets(sites: Sequence[Site]) -> Iterator[tuple[Row, Geometry | None]]:
    for site in sites:
        for one in site.targets:
            direction = one.direction.value if one.direction else ""
            row = {"site": site.id, "class": one.kind.value, "direction": direction}
            yield row | _plain(one, ("id", "name", "note")), _point(site.position)


def _captures(captures: Sequence[Capture]) -> Iterator[tuple[Row, Geometry | None]]:
    for one in captures:
        span = one.acquired
        row = {
            **_plain(one, ("id", "file", "provider", "platform", "credit", "licence", "gsd_m")),
            **_plain(one, ("off_nadir_deg", "sun_azimuth_deg", "sun_elevation_deg", "cloud_share")),
            **_plain(one, ("width_px", "height_px", "bands", "sha256", "synthetic")),
            "kind": one.kind.value,
            "site": one.site or "",
            "earliest": span.earliest,
            "latest": span.latest,
            "precision": span.precision.value,
            "basis": span.basis.value,
            "stated": span.verbatim,
            "georeference": one.georeference.value,
            "crs": one.crs or "",
            "withdrawn": one.withdrawn.reason if one.withdrawn else "",
        }
        yield row, footprint_geometry(one.footprint)


def _observations(
    said: Sequence[Observation], pictures: Mapping[str, Capture], places: Mapping[str, Geometry | None]
) -> Iterator[tuple[Row, Geometry | None]]:
    for one in said:
        picture = pictures.get(one.capture)
        row = {
            **_plain(one, ("id", "site", "target", "capture", "note", "author", "blind", "stated")),
            "file": picture.file if picture else "",
            "earliest": picture.acquired.earliest if picture else None,
            "latest": picture.acquired.latest if picture else None,
            "state": one.state.value,
            "confidence": one.confidence.value,
            "review": one.review.value,
        }
        yield row, places.get(one.site)


def _annotations(marks: Sequence[Annotation]) -> Iterator[tuple[Row, Geometry | None]]:
    for one in marks:
        row = {
            **_plain(one, ("id", "site", "capture", "shape", "label", "note", "evidence", "author")),
            "target": one.target or "",
            "time_code": "" if one.at_s is None else timecode(one.at_s),
            "review": one.review.value,
            "pixels": canonical_json(one.geometry) if one.in_pixels else "",
        }
        yield row, None if one.in_pixels else dict(one.geometry)


def _intervals(
    findings: Sequence[Finding], places: Mapping[str, Geometry | None]
) -> Iterator[tuple[Row, Geometry | None]]:
    for one in findings:
        row = {
            **_plain(one, ("site", "target", "after", "by", "stood", "phrase", "source", "seen")),
            **_plain(one, ("reviewed", "synthetic")),
            "event": one.event.value,
            "witnesses": "; ".join(one.witnesses),
            "confidence": one.confidence.value if one.confidence else "",
            "doubts": "; ".join(doubt.value for doubt in one.doubts),
            "contradictions": " ".join(one.contradictions),
        }
        yield row, places.get(one.site)


def _plain(one: object, names: Sequence[str]) -> Row:
    return {name: getattr(one, name) for name in names}
