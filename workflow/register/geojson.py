"""GeoJSON (RFC 7946) in and out; the register's own format.

Written files are stable: features in the order given, properties in the order of `fields.PROPERTIES`, what
equals its default left out.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from workflow.codec import encode
from workflow.errors import InputRefused
from workflow.files import write_if_changed
from workflow.model import Basis, Evidence, LonLat, Position, Site, Target
from workflow.register import smart
from workflow.register.assemble import Draft, refused_at
from workflow.register.fields import line, statement_span
from workflow.register.shapes import Shape, shape_of

__all__ = ["drafts", "feature_of", "parsed", "register_text", "text_of", "write_register"]

_WGS84 = ("CRS84", "OGC:1.3:CRS84", "EPSG:4326", "EPSG::4326", "WGS84", "OGC::CRS84")


class _Object(dict[str, Any]):
    """A JSON object that remembers which of its keys came twice."""

    doubled: tuple[str, ...] = ()


# -- reading -------------------------------------------------------------------------------------------------


def drafts(body: bytes, file: str) -> list[Draft | InputRefused]:
    """One draft or refusal a feature of a FeatureCollection, or of a single Feature; of a SMART model each site.

    Raises
    ------
    InputRefused
        when the file as a whole cannot be taken: not JSON, not GeoJSON, another CRS.
    """
    root = parsed(body, file)
    _refuse_doubled(root, file)
    _refuse_other_crs(root.get("crs"), file)
    if root.get("type") == "Feature":
        return [_draft(root, f"{file}, feature 1")]
    features = root.get("features")
    if root.get("type") != "FeatureCollection" or not isinstance(features, list):
        raise InputRefused(file, "is JSON but holds no features", "give a GeoJSON FeatureCollection")
    numbered = smart.site_features(features) if smart.is_model(features) else enumerate(features, 1)
    return [_draft(feature, f"{file}, feature {number}") for number, feature in numbered]


def parsed(body: bytes, file: str) -> _Object:
    """The JSON object that a file holds.

    Raises
    ------
    InputRefused
        when it holds none.
    """
    try:
        root = json.loads(body.decode("utf-8-sig"), object_pairs_hook=_object)
    except UnicodeDecodeError as error:
        raise InputRefused(file, f"is not UTF-8 (byte {error.start})", "save it as UTF-8") from error
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise InputRefused(
            file, f"is not JSON ({error.msg} at {where})", "mend or export it again"
        ) from error
    except RecursionError as error:
        raise InputRefused(
            file, "is nested too deeply", "no register nests like that: export it again"
        ) from error
    except ValueError as error:  # a number of thousands of digits
        raise InputRefused(file, "holds a number too long to read", "write long ids as text") from error
    if not isinstance(root, _Object):
        raise InputRefused(file, "is JSON but holds no features", "give a GeoJSON FeatureCollection")
    return root


def _object(pairs: list[tuple[str, Any]]) -> _Object:
    found = _Object(pairs)
    if len(found) < len(pairs):
        keys = [key for key, _ in pairs]
        found.doubled = tuple(dict.fromkeys(key for key in keys if keys.count(key) > 1))
    return found


def _refuse_doubled(value: _Object, subject: str) -> None:
    if value.doubled:
        shown = ", ".join(f"'{key[:40]}'" for key in value.doubled[:3])
        raise InputRefused(subject, f"has the key {shown} twice", "keep one of the two")


def _refuse_other_crs(crs: object, file: str) -> None:
    if crs is None:
        return
    properties = crs.get("properties") if isinstance(crs, Mapping) else None
    name = properties.get("name") if isinstance(properties, Mapping) else None
    if not isinstance(name, str) or not name.upper().endswith(_WGS84):
        shown = name[:60] if isinstance(name, str) else "(without name)"
        raise InputRefused(
            file, f"is in the CRS {shown}", "export it as WGS 84, longitude and latitude (EPSG:4326)"
        )


def _draft(feature: object, where: str) -> Draft | InputRefused:
    try:
        return _sound_draft(feature, where)
    except InputRefused as error:
        return error


def _sound_draft(feature: object, where: str) -> Draft:
    if not isinstance(feature, _Object) or feature.get("type") != "Feature":
        raise InputRefused(where, "is not a Feature", "write an object with type, geometry and properties")
    for part in _objects_in(feature):
        _refuse_doubled(part, where)
    properties = feature.get("properties")
    if properties is not None and not isinstance(properties, _Object):
        raise InputRefused(where, "properties are neither an object nor null", "write an object")
    stated = dict(properties or {})
    if stated.get("id") is None:
        stated["id"] = feature.get("id")
    where = f"{where}{_called(stated)}"
    try:
        shape = shape_of(feature.get("geometry"))
        return Draft(where, stated, *_placed(shape, stated))
    except InputRefused as error:
        raise refused_at(where, error) from error


def _called(stated: Mapping[str, object]) -> str:
    """What to call the feature in a sentence: its name or id, "" where it has neither."""
    for name in ("name", "id"):
        value = stated.get(name)
        if isinstance(value, str | int) and str(value).isprintable() and str(value):
            return f" ({str(value)[:60]})"
    return ""


def _objects_in(root: _Object) -> Iterable[_Object]:
    """Every object within, without recursion."""
    waiting: list[Any] = [root]
    while waiting:
        value = waiting.pop()
        if isinstance(value, _Object):
            yield value
            waiting.extend(value.values())
        elif isinstance(value, list):
            waiting.extend(value)


def _placed(shape: Shape, stated: Mapping[str, object]) -> tuple[Shape, Position | None]:
    """A site with a footprint may state its position apart: [lon, lat], or null for one not known."""
    if shape.footprint is None or "position" not in stated:
        return shape, None
    place = (
        shape_of({"type": "Point", "coordinates": stated["position"]}).place if stated["position"] else None
    )
    return Shape(place, shape.footprint), None


# -- writing -------------------------------------------------------------------------------------------------


def write_register(path: Path, sites: Sequence[Site]) -> None:
    """Write `sites` in the order given as GeoJSON to `path`: whole or not at all.

    `read_sites` gives the same sites back, provided that each has a target.
    """
    write_if_changed(path, register_text(sites).encode())


def register_text(sites: Sequence[Site]) -> str:
    """The register as text: what `write_register` writes."""
    return text_of({"type": "FeatureCollection", "features": [feature_of(site) for site in sites]})


def text_of(collection: Mapping[str, Any]) -> str:
    """The text of a FeatureCollection, the way every register is written; ValueError for what JSON has not."""
    return json.dumps(collection, ensure_ascii=False, allow_nan=False, indent=2) + "\n"


def feature_of(site: Site) -> dict[str, Any]:
    """The feature that states the site."""
    geometry = site.footprint
    if geometry is None and site.position is not None:
        geometry = {"type": "Point", "coordinates": _pair(site.position.lonlat)}
    return {"type": "Feature", "geometry": geometry, "properties": _properties(site)}


def _properties(site: Site) -> dict[str, object]:
    place = site.position
    stated: dict[str, object] = {
        "id": site.id,
        "name": site.name,
        "name_local": site.name_local,
        "aliases": list(site.aliases),
        "category": site.category,
        "targets": [_target(target) for target in site.targets],
        "road": site.road,
        "bearing_deg": site.bearing_deg,
        "traffic": site.traffic,
        "radius_m": None if site.radius_m == 150 else site.radius_m,
        "precision_m": place.precision_m if place else None,
        "position_text": place.text if place else "",
        "timezone": site.timezone,
        "source": site.source,
        "note": site.note,
        "visibility": "" if site.visibility == "public" else site.visibility,
        "assigned": list(site.assigned),
        "evidence": [_statement(statement) for statement in site.evidence],
    }
    kept = _without_empty(stated)
    if site.footprint is not None and shape_of(site.footprint).place != (place.lonlat if place else None):
        kept["position"] = _pair(place.lonlat) if place else None
    return kept


def _pair(place: LonLat) -> list[float]:
    return [place.lon, place.lat]


def _target(target: Target) -> dict[str, object]:
    return _without_empty(
        {
            "id": target.id,
            "name": target.name,
            "kind": target.kind,
            "direction": target.direction,
            "note": target.note,
        }
    )


def _statement(statement: Evidence) -> dict[str, object]:
    """The date is its text, another basis than `published` beside it; in full only where no text gives it."""
    when = statement.when
    stated: dict[str, object] = {
        "target": statement.target,
        "event": statement.event,
        "state": statement.state,
    }
    if when is not None and _reads_back(statement):
        stated |= {"when": when.verbatim, "basis": "" if when.basis is Basis.PUBLISHED else when.basis}
    elif when is not None:
        stated["when"] = encode(when)
    stated |= {"wording": statement.wording, "source": statement.source, "page": statement.page}
    return _without_empty(stated)


def _reads_back(statement: Evidence) -> bool:
    when = statement.when
    try:
        return when is not None and statement_span(line("when", when.verbatim), when.basis) == when
    except InputRefused:
        return False


def _without_empty(stated: Mapping[str, object]) -> dict[str, object]:
    return {
        name: value for name, value in stated.items() if value is not None and value != "" and value != []
    }
