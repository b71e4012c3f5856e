"""IARPA SMART site models: one GeoJSON file a target, a ``site`` feature and an ``observation`` for each statement.

The format knows phases of construction, not states: `PHASES` says which phase stands for which state. What it has no
place for (ids, names, the state itself) stands in ``cache``, so that our own files come back as they were.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from workflow.coords import circle, format_mgrs
from workflow.exporters.extract import Extract
from workflow.model import Capture, Observation, Review, Site, State, Target

__all__ = ["PHASES", "VERSION", "site_models"]

VERSION = "2.0.0"
PHASES: Mapping[State, str] = {
    State.PRESENT: "Post Construction",
    State.ABSENT: "No Activity",
    State.UNCERTAIN: "Unknown",
    State.OBSCURED: "Unknown",
    State.INSUFFICIENT: "Unknown",
}
"""The phase that is written for a state."""

_SENSORS = {"landsat-8": "Landsat 8", "landsat 8": "Landsat 8", "sentinel-2": "Sentinel-2"} | {
    "worldview": "WorldView",
    "planet": "Planet",
}


def site_models(extract: Extract) -> dict[str, bytes]:
    """The files by their names: every target of a site whose place is told."""
    pictures = {one.id: one for one in extract.captures}
    located = [site for site in extract.sites if _area(site) is not None]
    pairs = [(site, target) for site in located for target in site.targets]
    return {
        f"{site.id}.{target.id}.geojson": _model(number, site, target, extract.observations, pictures)
        for number, (site, target) in enumerate(pairs, 1)
    }


def _area(site: Site) -> dict[str, Any] | None:
    """The polygon of a site: its outline where that is one, else the circle that is watched."""
    if site.footprint is not None and site.footprint.get("type") == "Polygon":
        return dict(site.footprint)
    if site.position is None:
        return None
    ring = circle(site.position.lonlat, site.radius_m)
    return {"type": "Polygon", "coordinates": [[[place.lon, place.lat] for place in ring]]}


def _model(
    number: int,
    site: Site,
    target: Target,
    said: Sequence[Observation],
    pictures: Mapping[str, Capture],
) -> bytes:
    area = _area(site) or {}
    mine = [one for one in said if (one.site, one.target) == (site.id, target.id) and one.capture in pictures]
    features = [_observation(one, pictures[one.capture], area) for one in mine]
    features.sort(
        key=lambda one: (one["properties"]["observation_date"] or "", one["properties"]["cache"]["id"])
    )
    days = [day for one in features if (day := one["properties"]["observation_date"])]
    properties = {
        "type": "site",
        "region_id": None,
        "site_id": f"XX_Rxxx_{number:04}",
        "version": VERSION,
        "mgrs": _mgrs(site, area),
        "status": _status(mine),
        "start_date": min(days, default=None),
        "end_date": max(days, default=None),
        "model_content": "annotation",
        "originator": "sitetrack",
        "score": 1.0,
        "validated": str(bool(mine) and all(one.review is Review.APPROVED for one in mine)),
        "cache": {"sitetrack": _register(site, target)},
    }
    head = {"type": "Feature", "geometry": area, "properties": properties}
    content = {"type": "FeatureCollection", "features": [head, *features]}
    return (json.dumps(content, ensure_ascii=False, allow_nan=False, indent=1) + "\n").encode()


def _register(site: Site, target: Target) -> dict[str, Any]:
    place = site.position.lonlat if site.position else None
    return {
        "site": site.id,
        "target": target.id,
        "name": site.name,
        "name_local": site.name_local,
        "category": site.category,
        "radius_m": site.radius_m,
        "position": [place.lon, place.lat] if place else None,
        "outlined": site.footprint is not None and site.footprint.get("type") == "Polygon",
        "targets": [dict(_target(one)) for one in site.targets],
    }


def _target(one: Target) -> Iterator[tuple[str, str]]:
    yield "id", one.id
    yield "kind", one.kind.value
    if one.name:
        yield "name", one.name
    if one.direction:
        yield "direction", one.direction.value


def _mgrs(site: Site, area: Mapping[str, Any]) -> str:
    from shapely.geometry import shape

    from workflow.model import LonLat

    place = site.position.lonlat if site.position else LonLat(*shape(area).centroid.coords[0])
    words = format_mgrs(place).replace(" ", "")
    letters = words.rstrip("0123456789")
    return letters.zfill(5) if letters[0].isdigit() else letters


def _status(said: Sequence[Observation]) -> str:
    states = {one.state for one in said if one.review.counts}
    if State.PRESENT in states:
        return "positive_annotated"
    return "negative" if State.ABSENT in states else "positive_pending"


def _observation(said: Observation, picture: Capture, area: Mapping[str, Any]) -> dict[str, Any]:
    span = picture.acquired
    day = span.earliest if span.earliest == span.latest else None
    properties = {
        "type": "observation",
        "observation_date": day.isoformat() if day else None,
        "source": picture.file.rpartition(".")[0] or picture.file,
        "sensor_name": _sensor(picture),
        "current_phase": PHASES[said.state],
        "is_occluded": str(said.state is State.OBSCURED),
        "is_site_boundary": "True",
        "score": 1.0,
        "cache": {
            "id": said.id,
            "sitetrack": {
                "capture": picture.id,
                "earliest": span.earliest.isoformat() if span.earliest else None,
                "latest": span.latest.isoformat() if span.latest else None,
                "state": said.state.value,
                "confidence": said.confidence.value,
                "author": said.author,
                "note": said.note,
                "review": said.review.value,
                "stated": said.stated,
            },
        },
    }
    geometry = {"type": "MultiPolygon", "coordinates": [area["coordinates"]]}
    return {"type": "Feature", "geometry": geometry, "properties": properties}


def _sensor(picture: Capture) -> str | None:
    known = f"{picture.platform} {picture.provider}".lower()
    return next((name for word, name in _SENSORS.items() if word in known), None)
