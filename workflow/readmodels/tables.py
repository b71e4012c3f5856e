"""Rows of listings, as plain JSON-able dicts with stable keys: what ``--json`` prints and tables show.

Days are ``YYYY-MM-DD``, an open side is None; instants are RFC 3339 UTC; longitude and latitude are WGS 84
degrees.
"""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workflow.changes import difference
from workflow.coords import format_decimal
from workflow.datewords import Language
from workflow.errors import UnknownName
from workflow.georef import control_words
from workflow.interpretability import DEFAULTS, KEYS, Limits, as_stated, niirs
from workflow.localtime import local_day, zone_of
from workflow.model import (
    Annotation,
    Capture,
    Georeference,
    Observation,
    Offset,
    Origin,
    Site,
    Standpoint,
    TargetClass,
)
from workflow.readmodels.archive import proposal_rows
from workflow.settings import is_in_library
from workflow.stills import standpoint_words, stills_of, view_words
from workflow.timespan import format_span
from workflow.words import say

if TYPE_CHECKING:
    from workflow.project import Project
    from workflow.store import Revision

__all__ = [
    "capture_facts",
    "captures",
    "classes",
    "conflicts",
    "history",
    "observations",
    "revision_rows",
    "sites",
    "status",
]

Row = dict[str, Any]


def sites(project: Project) -> list[Row]:
    """Rows ``id name category lon lat targets``, ``name_local located place assigned``, as they were registered.

    A site that is not located has None for lon and lat, and its `place` says so; else `place` is lat, lon as
    text.
    """
    return [_site(site) for site in project.sites()]


def _site(site: Site) -> Row:
    place = site.position.lonlat if site.position else None
    return {
        "id": site.id,
        "name": site.name,
        "category": site.category,
        "lon": place.lon if place else None,
        "lat": place.lat if place else None,
        "targets": [target.id for target in site.targets],
        "name_local": site.name_local,
        "located": place is not None,
        "place": format_decimal(place) if place else "not located",
        "assigned": list(site.assigned),
    }


def conflicts(project: Project) -> list[Row]:
    """Rows ``site field base file record`` of what register file and record both changed, values as JSON."""
    return [
        {
            "site": conflict.site,
            "field": one.field,
            "base": one.base,
            "file": one.mine,
            "record": one.theirs,
        }
        for conflict in project.reconciled.conflicts
        for one in conflict.fields
    ]


def captures(project: Project, *, withdrawn: bool = False) -> list[Row]:
    """Rows of all captures by date, the undated last; those that were withdrawn only where it is asked for.

    Keys ``id kind file stored earliest latest precision basis provider gsd_m crs sha256 synthetic warnings``,
    then ``working georeference control_points residual_m left_out_m site credit licence stated withdrawn``, then
    ``instant local_day timezone platform stated_gsd_m off_nadir_deg sun_azimuth_deg sun_elevation_deg cloud_share
    sources parts position_error_m
    in_place niirs aligned_to aligned_px standpoint frames``, then ``url viewer shot_at shot_by shot_how`` (how a
    screenshot came about), ``proposals`` (rows of `proposal_rows`), ``attachments`` (their number) and ``likeness``
    (its perceptual hash).
    `stored` and `working` are absolute paths, `stated` the date as it was written, `withdrawn` why it
    is not used, empty where it is.
    `local_day` is the day of the `instant` in `timezone`; all three are None without an instant. `sources` maps an
    attribute (``acquired``) to the ``file: field`` that it was read from. `niirs` is an estimate.
    """
    some = project.all_captures() if withdrawn else project.captures()
    places = {site.id: site for site in project.sites()}
    return [_capture(project.root, capture, places.get(capture.site or "")) for capture in some]


def _capture(root: Path, capture: Capture, site: Site | None) -> Row:
    span = capture.acquired
    zone = zone_of(capture, site) if span.instant else ""
    local = local_day(span.instant, zone) if span.instant else None
    return {
        "id": capture.id,
        "kind": capture.kind.value,
        "file": capture.file,
        "stored": str(root / capture.original),
        "earliest": span.earliest.isoformat() if span.earliest else None,
        "latest": span.latest.isoformat() if span.latest else None,
        "precision": span.precision.value,
        "basis": span.basis.value,
        "provider": capture.provider,
        "gsd_m": capture.gsd_m,
        "crs": capture.crs,
        "sha256": capture.sha256,
        "synthetic": capture.synthetic,
        "warnings": list(capture.warnings),
        "working": str(root / capture.working),
        "georeference": capture.georeference.value,
        "control_points": sum(one.used for one in capture.control.points) if capture.control else None,
        "residual_m": round(capture.control.rms_m, 3) if capture.control else None,
        "left_out_m": round(capture.control.loo_m, 3) if capture.control and capture.control.loo_m else None,
        "site": capture.site,
        "credit": capture.credit,
        "licence": capture.licence,
        "stated": span.verbatim,
        "withdrawn": capture.withdrawn.reason if capture.withdrawn else "",
        "instant": span.instant.isoformat().replace("+00:00", "Z") if span.instant else None,
        "local_day": local.isoformat() if local else None,
        "timezone": zone or None,
        "platform": capture.platform,
        "stated_gsd_m": capture.stated_gsd_m,
        "off_nadir_deg": capture.off_nadir_deg,
        "sun_azimuth_deg": capture.sun_azimuth_deg,
        "sun_elevation_deg": capture.sun_elevation_deg,
        "cloud_share": capture.cloud_share,
        "sources": {one.attribute: one.source for one in capture.sources},
        "parts": [
            {"name": one.name, "stored": str(root / one.path), "sha256": one.sha256} for one in capture.parts
        ],
        "position_error_m": capture.position_error_m,
        "in_place": not is_in_library(capture.parts[0].path if capture.parts else capture.original),
        "niirs": round(niirs(capture.gsd_m, capture.off_nadir_deg), 1) if capture.gsd_m else None,
        "aligned_to": capture.view.to if capture.view else None,
        "aligned_px": capture.view.error_px if capture.view else None,
        "standpoint": _standpoint(capture.standpoint),
        "frames": [
            {
                "at": one.code,
                "name": frame.name,
                "working": str(root / frame.working),
                "aligned_to": one.view.to if one.view else None,
                "aligned_px": one.view.error_px if one.view else None,
            }
            for one, frame in zip(stills_of([capture]), capture.frames, strict=False)
        ],
        "url": capture.origin.url if capture.origin else "",
        "viewer": capture.origin.viewer if capture.origin else "",
        "shot_at": capture.origin.at if capture.origin else "",
        "shot_by": capture.origin.by if capture.origin else "",
        "shot_how": capture.origin.how if capture.origin else "",
        "proposals": proposal_rows(capture),
        "attachments": len(capture.attachments),
        "likeness": capture.likeness,
    }


def _standpoint(where: Standpoint | None) -> Row | None:
    if where is None:
        return None
    return {
        "lat": where.lonlat.lat,
        "lon": where.lonlat.lon,
        "azimuth_deg": where.azimuth_deg,
        "field_deg": where.field_deg,
    }


def classes(project: Project) -> list[Row]:
    """Rows of all classes of targets: class, the four limits, overridden, basis, targets.

    `overridden` names the limits that the project sets to something else than the default, `basis` says what the
    defaults rest on, `targets` counts those of the class. A GSD without limit is None, a NIIRS without limit 0.

    Raises
    ------
    InputRefused
        when the project's file of limits is bad.
    """
    counts = Counter(target.kind for site in project.sites() for target in site.targets)
    return [_class(kind, limits, counts[kind]) for kind, limits in project.limits().items()]


def _class(kind: TargetClass, limits: Limits, targets: int) -> Row:
    stated, default = as_stated(limits), as_stated(DEFAULTS[kind])
    return {
        "class": kind.value,
        **{key: None if math.isinf(value) else value for key, value in stated.items()},
        "overridden": [key for key in KEYS if stated[key] != default[key]],
        "basis": limits.basis,
        "targets": targets,
    }


def capture_facts(capture: Capture, language: Language = "en") -> list[Row]:
    """Rows ``fact value source`` of what is known of a capture, for people; `source` is ``file: field``, or empty.
    Sentences among the values are in `language`.

    A fact that nothing states is left out.
    """
    said = {one.attribute: one.source for one in capture.sources}
    origin = capture.origin or Origin()
    pixel_is_stated = not capture.is_georeferenced
    facts = (
        ("date", f"{format_span(capture.acquired)} ({capture.acquired.basis.value})", "acquired"),
        ("provider", capture.provider, "provider"),
        ("platform", capture.platform, "platform"),
        ("control points", control_words(capture.control, language), ""),
        ("laid on another still", view_words(capture.view, language) if capture.view else "", ""),
        ("frames", _frames(capture, language), ""),
        ("camera", _camera(capture.standpoint, language), ""),
        ("pixel", _unit(capture.gsd_m, "m"), "gsd_m" if pixel_is_stated else ""),
        ("bands", ", ".join(say(role, language) or "?" for role in capture.band_roles), ""),
        ("stated ground sample distance", _unit(capture.stated_gsd_m, "m"), "gsd_m"),
        ("off-nadir angle", _unit(capture.off_nadir_deg, "°"), "off_nadir_deg"),
        ("sun azimuth", _unit(capture.sun_azimuth_deg, "°"), "sun_azimuth_deg"),
        ("sun elevation", _unit(capture.sun_elevation_deg, "°"), "sun_elevation_deg"),
        ("cloud", None if capture.cloud_share is None else f"{capture.cloud_share:.1%}", "cloud_share"),
        ("credit", capture.credit, "credit"),
        ("terms", capture.licence, "licence"),
        ("source URL", origin.url, ""),
        ("viewer", origin.viewer, ""),
        ("screenshot made", ", ".join(part for part in (origin.at, origin.by, origin.how) if part), ""),
    )
    return [
        {"fact": fact, "value": value, "source": said.get(name, "")} for fact, value, name in facts if value
    ]


def _frames(capture: Capture, language: Language) -> str:
    """Time codes of a clip; the later ones with what they were laid on: the first frame's has a row of its own."""
    if not capture.frames:
        return ""
    return ", ".join(
        f"{one.code} ({view_words(one.view, language)})" if one.number and one.view else one.code
        for one in stills_of([capture])
    )


def _camera(where: Standpoint | None, language: Language) -> str:
    return f"{format_decimal(where.lonlat)}, {standpoint_words(where, language)}" if where else ""


def _unit(value: float | None, unit: str) -> str | None:
    return None if value is None else f"{value:.4g}{'' if unit == '°' else ' '}{unit}"


def observations(project: Project, site: str | None = None) -> list[Row]:
    """Rows of statements that were not taken back, all or of one site, in the order in which they came in.

    Keys ``id site target capture file earliest latest state confidence note author review stated blind version``
    and ``basis``: `file`, `earliest`, `latest` and `basis` are the capture's, `stated` is the day on which past
    work said it, None where it was said here.

    Raises
    ------
    UnknownName
        when there is no such site.
    """
    if site is not None:
        project.site(site)
    pictures = {capture.id: capture for capture in project.all_captures()}
    rows = project.record.rows(Observation, site=site)
    return [
        _observation(row.value, pictures.get(row.value.capture), row.version)
        for row in rows
        if not row.value.deleted
    ]


def _observation(said: Observation, picture: Capture | None, version: int) -> Row:
    span = picture.acquired if picture else None
    return {
        "id": said.id,
        "site": said.site,
        "target": said.target,
        "capture": said.capture,
        "file": picture.file if picture else None,
        "earliest": span.earliest.isoformat() if span and span.earliest else None,
        "latest": span.latest.isoformat() if span and span.latest else None,
        "state": said.state.value,
        "confidence": said.confidence.value,
        "note": said.note,
        "author": said.author,
        "review": said.review.value,
        "stated": said.stated or None,
        "blind": said.blind,
        "version": version,
        "basis": span.basis.value if span else None,
    }


# -- what there is, what is to be done -----------------------------------------------------------------------


def status(project: Project) -> list[Row]:
    """Rows ``kind count pending what``: how many there are, and how many wait for `what`."""
    record = project.record
    places = [row.value for row in record.rows(Site)]
    pictures = project.captures()
    said, counted = project.observations(), project.statements()
    marks = [row.value for row in record.rows(Annotation) if not row.value.deleted]
    shifts = [row.value for row in record.rows(Offset)]
    chips, scores = record.chips(), record.scores()
    seen = {(one.site, one.target) for one in counted if one.state.decisive}
    targets = [(site.id, target.id) for site in places for target in site.targets]
    tracked = {chip.capture for chip in chips}
    mapped = [one for one in pictures if one.georeference is not Georeference.NONE]
    open_reviews = sum(not one.review.sealed for one in said)
    return [
        _count("site", len(places), sum(site.position is None for site in places), "a position"),
        _count("target", len(targets), sum(one not in seen for one in targets), "a decisive observation"),
        _count("capture", len(pictures), sum(one.id not in tracked for one in mapped), "tracking"),
        _count("observation", len(said), open_reviews, "review"),
        _count("annotation", len(marks), 0, ""),
        _count("offset", len(shifts), sum(not one.applied for one in shifts), "a better alignment"),
        _count("chip", len(chips), 0, ""),
        _count("score", len(scores), sum(one.value is None for one in scores), "an overlap to compare"),
    ]


def _count(kind: str, count: int, pending: int, what: str) -> Row:
    return {"kind": kind, "count": count, "pending": pending, "what": what}


# -- how an object came to be --------------------------------------------------------------------------------


def history(project: Project, kind: str, object_id: str) -> list[Row]:
    """Rows ``version author role declared at reason changed seq sha256``, the first revision first.

    `changed` lists ``{field, before, after}``: nested fields with a dot (``position.lonlat.lon``), lists as a
    whole. A capture may be named by its file or the start of its id.

    Raises
    ------
    UnknownName, AmbiguousName
        when kind or object are not there.
    """
    revisions = project.record.history(kind, object_id)
    if not revisions and kind == "capture":
        revisions = project.record.history(kind, project.capture(object_id, withdrawn=True).id)
    if not revisions:
        raise UnknownName(kind, object_id, project.record.ids(kind))
    return revision_rows(revisions)


def revision_rows(revisions: Sequence[Revision]) -> list[Row]:
    """All revisions of one object as rows of `history`, in their order, which is from the first one on."""
    before: Sequence[Mapping[str, Any]] = [{}, *(json.loads(revision.payload) for revision in revisions)]
    return [_revision(revision, was) for revision, was in zip(revisions, before, strict=False)]


def _revision(revision: Revision, before: Mapping[str, Any]) -> Row:
    return {
        "version": revision.version,
        "author": revision.author,
        "role": revision.role,
        "declared": revision.declared,
        "at": revision.at.isoformat().replace("+00:00", "Z"),
        "reason": revision.reason,
        "changed": difference(before, json.loads(revision.payload)),
        "seq": revision.seq,
        "sha256": revision.sha256,
    }
