"""The imagery library as a static STAC catalogue: plain files that other tools read without asking us.

Relative links throughout; nothing is fetched or validated over the network. Same captures, same bytes; a file
is written only when its content changes.
"""

from __future__ import annotations

import itertools
import json
import warnings
from collections.abc import Sequence
from datetime import UTC, datetime, time
from pathlib import Path, PurePosixPath
from typing import Any

from workflow.files import write_if_changed
from workflow.model import Capture, DateSpan, LonLat, Precision
from workflow.settings import IMAGERY_DIR, is_in_library

__all__ = ["catalogue_files", "footprint_geometry", "forget_item", "item_of", "write_catalogue"]

_CATALOGUE, _ITEMS = "catalog.json", "items"
_PROJECTION = "https://stac-extensions.github.io/projection/v2.0.0/schema.json"
_FILE = "https://stac-extensions.github.io/file/v2.1.0/schema.json"
_EO = "https://stac-extensions.github.io/eo/v1.1.0/schema.json"
_VIEW = "https://stac-extensions.github.io/view/v1.0.0/schema.json"
# STAC wants both ends of a range: an open one stands as far out as can be, and `sitetrack:open` says so
_FIRST, _LAST = datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)
_MEDIA_TYPES = {".tif": "image/tiff", ".tiff": "image/tiff", ".jpg": "image/jpeg", ".jpeg": "image/jpeg"} | {
    ".png": "image/png",
    ".jp2": "image/jp2",
    ".j2k": "image/jp2",
}
_COG = "image/tiff; application=geotiff; profile=cloud-optimized"


def write_catalogue(imagery: Path, captures: Sequence[Capture]) -> None:
    """Write ``catalog.json`` and ``items/<id>.json`` for `captures` into the folder `imagery`."""
    (imagery / _ITEMS).mkdir(parents=True, exist_ok=True)
    for name, content in catalogue_files(captures).items():
        write_if_changed(imagery / name, content)


def catalogue_files(captures: Sequence[Capture]) -> dict[str, bytes]:
    """The files of the catalogue of `captures` by their paths in the folder ``imagery``, the catalogue last."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # pystac's words on its own future
        items = {f"{_ITEMS}/{one.id}.json": _bytes(item_of(one)) for one in captures}
        return items | {_CATALOGUE: _bytes(_catalogue(captures))}


def forget_item(imagery: Path, capture: Capture) -> None:
    """Remove the catalogue's page of a capture that is no longer in use."""
    (imagery / _ITEMS / f"{capture.id}.json").unlink(missing_ok=True)


def _bytes(content: dict[str, Any]) -> bytes:
    return (json.dumps(content, ensure_ascii=False, sort_keys=True, indent=1) + "\n").encode()


def _catalogue(captures: Sequence[Capture]) -> dict[str, Any]:
    import pystac

    catalogue = pystac.Catalog(
        "imagery", "Captures of this project: originals and working copies", title="Imagery"
    )
    content: dict[str, Any] = catalogue.to_dict(include_self_link=False)
    links = [
        {
            "rel": "item",
            "href": f"./{_ITEMS}/{capture.id}.json",
            "type": "application/geo+json",
            "title": capture.file,
        }
        for capture in sorted(captures, key=lambda one: one.id)
    ]
    root = {"rel": "root", "href": f"./{_CATALOGUE}", "type": "application/json"}
    return {**content, "links": [root, *links]}


def item_of(capture: Capture) -> dict[str, Any]:
    """The STAC item of a capture, with links relative to ``imagery/items/``."""
    import pystac

    item = pystac.Item(
        id=capture.id,
        geometry=footprint_geometry(capture.footprint),
        bbox=_bbox(capture.footprint),
        properties=_properties(capture),
        stac_extensions=_extensions(capture),
        **_when(capture.acquired),
    )
    for name, asset in _assets(capture).items():
        item.add_asset(name, pystac.Asset(**asset))
    content: dict[str, Any] = item.to_dict(include_self_link=False, transform_hrefs=False)
    up = f"../{_CATALOGUE}"
    content["links"] = [{"rel": rel, "href": up, "type": "application/json"} for rel in ("root", "parent")]
    return content


# -- when ----------------------------------------------------------------------------------------------------


def _when(span: DateSpan) -> dict[str, Any]:
    """`datetime` where there is an instant, else null with both ends of the days."""
    if span.instant is not None and span.precision is Precision.INSTANT:
        return {"datetime": span.instant}
    start = datetime.combine(span.earliest, time.min, UTC) if span.earliest else _FIRST
    end = datetime.combine(span.latest, time(23, 59, 59), UTC) if span.latest else _LAST
    return {"datetime": None, "start_datetime": start, "end_datetime": end}


def _open_ends(span: DateSpan) -> list[str]:
    return [name for name, day in (("start", span.earliest), ("end", span.latest)) if day is None]


# -- where ---------------------------------------------------------------------------------------------------


def footprint_geometry(ring: Sequence[LonLat]) -> dict[str, Any] | None:
    """The GeoJSON geometry of a footprint, cut at the date line as RFC 7946 asks; None of an empty one."""
    if not ring:
        return None
    if not _crosses(ring):
        return {"type": "Polygon", "coordinates": [[[place.lon, place.lat] for place in ring]]}
    from shapely import affinity, box
    from shapely.geometry import MultiPolygon, Polygon, mapping
    from shapely.geometry.polygon import orient

    whole = Polygon([(place.lon % 360, place.lat) for place in ring])
    east = whole.intersection(box(0, -90, 180, 90))
    west = affinity.translate(whole.intersection(box(180, -90, 360, 90)), -360)
    halves = [orient(half) for half in (east, west) if isinstance(half, Polygon) and not half.is_empty]
    content: dict[str, Any] = json.loads(json.dumps(mapping(MultiPolygon(halves))))
    return content


def _crosses(ring: Sequence[LonLat]) -> bool:
    return any(abs(one.lon - two.lon) > 180 for one, two in itertools.pairwise(ring))


def _bbox(ring: Sequence[LonLat]) -> list[float] | None:
    """West, south, east, north; west > east over the date line."""
    if not ring:
        return None
    lons, lats = [place.lon for place in ring], [place.lat for place in ring]
    if _crosses(ring):
        return [
            min(lon for lon in lons if lon > 0),
            min(lats),
            max(lon for lon in lons if lon <= 0),
            max(lats),
        ]
    return [min(lons), min(lats), max(lons), max(lats)]


# -- what ----------------------------------------------------------------------------------------------------


def _properties(capture: Capture) -> dict[str, Any]:
    span = capture.acquired
    known = {
        "title": capture.file,
        "platform": capture.platform,
        "gsd": capture.gsd_m,
        "license": "other" if capture.licence else "",
        "providers": [{"name": capture.provider, "roles": ["producer"]}] if capture.provider else [],
        "eo:cloud_cover": None if capture.cloud_share is None else round(100 * capture.cloud_share, 4),
        "view:off_nadir": capture.off_nadir_deg,
        "view:sun_azimuth": capture.sun_azimuth_deg,
        "view:sun_elevation": capture.sun_elevation_deg,
        "proj:code": capture.crs if capture.crs and _is_authority(capture.crs) else None,
        "proj:wkt2": capture.crs if capture.crs and not _is_authority(capture.crs) else None,
        "sitetrack:site": capture.site,
        "sitetrack:credit": capture.credit,
        "sitetrack:licence": capture.licence,
        "sitetrack:stated": span.verbatim,
        "sitetrack:open": _open_ends(span),
        "sitetrack:warnings": list(capture.warnings),
        "sitetrack:stated_gsd": capture.stated_gsd_m,
        "sitetrack:sources": {one.attribute: one.source for one in capture.sources},
    }
    always = {
        "sitetrack:kind": capture.kind.value,
        "sitetrack:georeference": capture.georeference.value,
        "sitetrack:precision": span.precision.value,
        "sitetrack:basis": span.basis.value,
        "sitetrack:synthetic": capture.synthetic,
    }
    return always | {name: value for name, value in known.items() if value not in (None, "", [], {})}


def _is_authority(crs: str) -> bool:
    return "[" not in crs and crs.count(":") == 1


def _extensions(capture: Capture) -> list[str]:
    angles = (capture.off_nadir_deg, capture.sun_azimuth_deg, capture.sun_elevation_deg)
    used = [_FILE]
    used += [_PROJECTION] if capture.crs else []
    used += [_EO] if capture.cloud_share is not None else []
    used += [_VIEW] if any(angle is not None for angle in angles) else []
    return used


def _assets(capture: Capture) -> dict[str, dict[str, Any]]:
    original = {
        "href": _href(capture.original),
        "title": "Original, as it came in",
        "media_type": _MEDIA_TYPES.get(PurePosixPath(capture.original).suffix),
        "roles": ["source"],
        "extra_fields": {"file:checksum": f"1220{capture.sha256}"},
    }
    working = {
        "href": _href(capture.working),
        "title": "Working copy",
        "media_type": _COG,
        "roles": ["data"],
        "extra_fields": {"proj:shape": [capture.height_px, capture.width_px]} if capture.crs else {},
    }
    return {"original": original, "working": working}


def _href(stored: str) -> str:
    """A path in the project as seen from ``imagery/items/``; the address of a file that was left elsewhere."""
    if is_in_library(stored):
        return f"../{PurePosixPath(stored).relative_to(IMAGERY_DIR)}"
    return Path(stored).as_uri() if Path(stored).is_absolute() else f"../../{stored}"
