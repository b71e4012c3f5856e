"""STAC items (0.7 to 1.1) beside the picture, as archives and catalogues hand them out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from workflow.metadata import Metadata, SourceFile
from workflow.model import DateSpan
from workflow.providers.base import (
    Fields,
    Said,
    belongs,
    hull,
    json_objects,
    json_pairs,
    one_line,
    put_together,
)

__all__ = ["PLUGIN"]

_NO_LICENCE = {"proprietary", "various", "other"}


class _StacItem:
    name = "STAC item"
    rank = 10

    def read(self, source: SourceFile) -> Metadata | None:
        """The item that lists the picture as an asset, else the one whose id begins the picture's name."""
        items = [(name, item) for name, item in json_objects(source) if _is_item(item)]
        for name, item in items:
            if (asset := _asset(item, source.name)) is not None:
                return _metadata(name, item, asset)
        named = [(name, item) for name, item in items if belongs(str(item.get("id", "")), source)]
        # of ids that fit, the longest says most: S2A_1_0 rather than S2A_1
        named.sort(key=lambda one: -len(str(one[1]["id"])))
        return _metadata(*named[0], None) if named else None


def _is_item(content: Mapping[str, Any]) -> bool:
    return (
        content.get("type") == "Feature"
        and "stac_version" in content
        and isinstance(content.get("properties"), dict)
    )


def _asset(item: Mapping[str, Any], file_name: str) -> str | None:
    """The key of the asset that is the file."""
    assets = item.get("assets")
    for key, entry in assets.items() if isinstance(assets, dict) else ():
        href = str(entry.get("href", "")) if isinstance(entry, dict) else ""
        if href.replace("\\", "/").rsplit("/", 1)[-1].split("?")[0] == file_name:
            return str(key)
    return None


def _metadata(name: str, item: Mapping[str, Any], asset: str | None) -> Metadata:
    fields = Fields(name, json_pairs(item))
    own = [f"assets.{asset}.gsd"] if asset is not None and "." not in asset else []
    return put_together(
        acquired=_acquired(fields),
        provider=_provider(fields) or _planet(fields),
        platform=fields.text("properties.platform", "properties.eo:platform"),
        licence=_licence(fields),
        gsd_m=fields.metres(*own, "properties.gsd", "properties.eo:gsd"),
        off_nadir_deg=fields.number("properties.view:off_nadir", "properties.eo:off_nadir", low=0, high=90),
        sun_azimuth_deg=fields.azimuth("properties.view:sun_azimuth", "properties.eo:sun_azimuth"),
        sun_elevation_deg=fields.elevation("properties.view:sun_elevation", "properties.eo:sun_elevation"),
        cloud_share=fields.share("properties.eo:cloud_cover"),
    )


def _licence(fields: Fields) -> Said[str] | None:
    licence = fields.text("properties.license")
    return None if licence is None or licence.value.lower() in _NO_LICENCE else licence


def _acquired(fields: Fields) -> Said[DateSpan] | None:
    """`datetime`, else the range from `start_datetime` to `end_datetime`; half of one says nothing."""
    moment = fields.moment("properties.datetime")
    start, end = fields.moment("properties.start_datetime"), fields.moment("properties.end_datetime")
    if moment is not None or start is None or end is None:
        return moment
    first, last = start.value.earliest, end.value.latest
    return hull([start, end]) if first and last and first <= last else None


def _provider(fields: Fields) -> Said[str] | None:
    """Who made or licenses the picture, as the item names them."""
    listed = next(fields.every("properties.providers"), None)
    if listed is None or not isinstance(listed.value, list):
        return None
    entries = [entry for entry in listed.value if isinstance(entry, dict)]
    for role in ("producer", "licensor"):
        for entry in entries:
            if role in _roles(entry):
                name = one_line(entry.get("name"))
                return Said(name, listed.source) if name else None
    return None


def _planet(fields: Fields) -> Said[str] | None:
    """Planet's items often name nobody; they have its own fields, or its constellations."""
    kind, group = fields.text("properties.pl:item_type"), fields.text("properties.constellation")
    own = kind or (group if group and group.value.lower() in ("planetscope", "skysat") else None)
    return own and Said("Planet", own.source)


def _roles(entry: Mapping[str, Any]) -> list[Any]:
    roles = entry.get("roles")
    return roles if isinstance(roles, list) else []


PLUGIN = _StacItem()
