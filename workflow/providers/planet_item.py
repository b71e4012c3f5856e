"""Planet's item JSON: ``<scene>_metadata.json`` of an order, or the answer of the data API."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from workflow.metadata import Metadata, SourceFile
from workflow.providers.base import belongs, instant_span, json_objects, number, share

__all__ = ["PLUGIN"]


class _PlanetItem:
    name = "Planet item"
    rank = 10

    def read(self, source: SourceFile) -> Metadata | None:
        """The item whose id begins the picture's name; of several the longest id."""
        items = [
            item for _, item in json_objects(source) if _is_item(item) and belongs(str(item["id"]), source)
        ]
        return _metadata(max(items, key=lambda item: len(str(item["id"])))["properties"]) if items else None


def _is_item(content: Mapping[str, Any]) -> bool:
    values = content.get("properties")
    return (
        "id" in content
        and "stac_version" not in content
        and isinstance(values, dict)
        and "acquired" in values
    )


def _metadata(values: Mapping[str, Any]) -> Metadata:
    return Metadata(
        acquired=instant_span(values["acquired"]),
        provider="Planet",
        platform=" ".join(str(values[name]) for name in ("provider", "satellite_id") if values.get(name)),
        off_nadir_deg=_off_nadir(values),
        sun_azimuth_deg=number(values, "sun_azimuth"),
        sun_elevation_deg=number(values, "sun_elevation", low=-90, high=90),
        cloud_share=_cloud_share(values),
    )


def _off_nadir(values: Mapping[str, Any]) -> float | None:
    """Planet signs the view angle by its side."""
    angle = number(values, "view_angle", low=-90, high=90)
    return None if angle is None else abs(angle)


def _cloud_share(values: Mapping[str, Any]) -> float | None:
    """`cloud_percent` is out of 100, `cloud_cover` out of 1."""
    percent = share(number(values, "cloud_percent", low=0, high=100))
    return percent if percent is not None else number(values, "cloud_cover", low=0, high=1)


PLUGIN = _PlanetItem()
