"""Sentinel-1 products (SAFE): ``manifest.safe``, one folder above a picture in ``measurement``.

The acquisition is the start of the acquisition period, which the format gives in UTC without saying so; the time of
processing is never taken for it. Angles stand in the annotations, which are not read.
"""

from __future__ import annotations

from workflow.metadata import Metadata, SourceFile
from workflow.providers.base import Fields, Said, put_together, xml_pairs, xml_root

__all__ = ["PLUGIN"]


class _Sentinel1:
    name = "Sentinel-1 manifest"
    rank = 10

    def read(self, source: SourceFile) -> Metadata | None:
        """The manifest that lists the picture."""
        for name, text in source.texts.items():
            if name.lower() != "manifest.safe" or (root := xml_root(text)) is None:
                continue
            fields = Fields(name, xml_pairs(root))
            family = fields.text("platform.familyName")
            if family and family.value.upper() == "SENTINEL-1" and _lists(fields, source.name):
                return put_together(
                    maker="Copernicus Sentinel-1",
                    acquired=fields.moment("acquisitionPeriod.startTime", zone="+00:00"),
                    platform=_platform(family, fields.text("platform.number")),
                )
        return None


def _lists(fields: Fields, file_name: str) -> bool:
    return any(
        str(said.value).replace("\\", "/").rpartition("/")[2] == file_name
        for said in fields.every("fileLocation.@href")
    )


def _platform(family: Said[str], number: Said[str] | None) -> Said[str]:
    """``Sentinel-1A``"""
    return Said(family.value.title() + (number.value if number else ""), family.source)


PLUGIN = _Sentinel1()
