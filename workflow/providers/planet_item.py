"""Planet's item JSON, of PlanetScope, RapidEye and SkySat: ``<scene>_metadata.json`` of an order, or the answer
of the data API.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from workflow.metadata import Metadata, SourceFile
from workflow.providers.base import Fields, Said, belongs, json_objects, json_pairs, put_together

__all__ = ["PLUGIN"]


class _PlanetItem:
    name = "Planet item"
    rank = 10

    def read(self, source: SourceFile) -> Metadata | None:
        """The item whose id begins the picture's name; of several the longest id."""
        items = [
            (name, item)
            for name, item in json_objects(source)
            if _is_item(item) and belongs(str(item["id"]), source)
        ]
        if not items:
            return None
        name, item = max(items, key=lambda one: len(str(one[1]["id"])))
        return _metadata(Fields(name, json_pairs(item)))


def _is_item(content: Mapping[str, Any]) -> bool:
    values = content.get("properties")
    return (
        "id" in content
        and "stac_version" not in content
        and isinstance(values, dict)
        and "acquired" in values
    )


def _metadata(fields: Fields) -> Metadata:
    return put_together(
        maker="Planet",
        acquired=fields.moment("properties.acquired"),
        platform=_platform(fields),
        gsd_m=fields.metres("properties.gsd", "properties.pixel_resolution"),
        off_nadir_deg=fields.tilt("properties.view_angle"),
        sun_azimuth_deg=fields.azimuth("properties.sun_azimuth"),
        sun_elevation_deg=fields.elevation("properties.sun_elevation"),
        cloud_share=fields.share("properties.cloud_percent")
        or fields.number("properties.cloud_cover", low=0, high=1),
    )


def _platform(fields: Fields) -> Said[str] | None:
    """The constellation and the satellite in it."""
    kind, satellite = fields.text("properties.provider"), fields.text("properties.satellite_id")
    if kind is None or satellite is None:
        return kind or satellite
    return Said(f"{kind.value} {satellite.value}", satellite.source)


PLUGIN = _PlanetItem()
