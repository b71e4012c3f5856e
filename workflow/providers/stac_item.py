"""STAC items (0.7 to 1.1) beside the picture, as archives and catalogues hand them out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from workflow.metadata import Metadata, SourceFile
from workflow.model import Basis, DateSpan, Precision
from workflow.providers.base import belongs, instant_span, json_objects, number, share

__all__ = ["PLUGIN"]

_NO_LICENCE = {"proprietary", "various", "other"}


class _StacItem:
    name = "STAC item"
    rank = 10

    def read(self, source: SourceFile) -> Metadata | None:
        """The item that lists the picture as an asset, else the one whose id begins the picture's name."""
        items = [(name, item) for name, item in json_objects(source) if _is_item(item)]
        listed = [item for _, item in items if _lists(item, source.name)]
        named = [item for _, item in items if belongs(str(item.get("id", "")), source)]
        # of ids that fit, the longest says most: S2A_1_0 rather than S2A_1
        found = listed or sorted(named, key=lambda item: -len(str(item["id"])))
        return _metadata(found[0]) if found else None


def _is_item(content: Mapping[str, Any]) -> bool:
    return (
        content.get("type") == "Feature"
        and "stac_version" in content
        and isinstance(content.get("properties"), dict)
    )


def _lists(item: Mapping[str, Any], file_name: str) -> bool:
    assets = item.get("assets")
    entries = assets.values() if isinstance(assets, dict) else ()
    hrefs = [str(entry.get("href", "")) for entry in entries if isinstance(entry, dict)]
    return any(href.replace("\\", "/").rsplit("/", 1)[-1].split("?")[0] == file_name for href in hrefs)


def _metadata(item: Mapping[str, Any]) -> Metadata:
    values = item["properties"]
    licence = str(values.get("license") or "")
    return Metadata(
        acquired=_acquired(values),
        provider=_provider(values.get("providers")),
        platform=str(values.get("platform") or values.get("eo:platform") or ""),
        licence="" if licence.lower() in _NO_LICENCE else licence,
        off_nadir_deg=number(values, "view:off_nadir", "eo:off_nadir", low=0, high=90),
        sun_azimuth_deg=number(values, "view:sun_azimuth", "eo:sun_azimuth"),
        sun_elevation_deg=number(values, "view:sun_elevation", "eo:sun_elevation", low=-90, high=90),
        cloud_share=share(number(values, "eo:cloud_cover")),
    )


def _acquired(values: Mapping[str, Any]) -> DateSpan | None:
    if values.get("datetime"):
        return instant_span(values["datetime"])
    start, end = instant_span(values.get("start_datetime")), instant_span(values.get("end_datetime"))
    if (
        start is None
        or end is None
        or start.earliest is None
        or end.latest is None
        or end.latest < start.earliest
    ):
        return None
    text = f"{start.verbatim}/{end.verbatim}"
    precision = Precision.DAY if start.earliest == end.latest else Precision.RANGE
    return DateSpan(start.earliest, end.latest, precision, Basis.PRODUCT_METADATA, text)


def _provider(providers: object) -> str:
    """Who made or licenses the picture, as the item names them."""
    listed = [entry for entry in providers if isinstance(entry, dict)] if isinstance(providers, list) else []
    for role in ("producer", "licensor"):
        for entry in listed:
            if role in (entry.get("roles") or ()):
                return str(entry.get("name") or "")
    return ""


PLUGIN = _StacItem()
