"""ISO 19115 and 19115-2 metadata (``gmd:MD_Metadata``, ``gmi:MI_Metadata``), above all NAIP's.

The acquisition is the temporal extent of the data. The dates of citations (publication, creation, revision) and the
date stamp of the metadata are never taken for it.
"""

from __future__ import annotations

import re

from workflow.metadata import Metadata, SourceFile
from workflow.model import DateSpan
from workflow.providers._naip import PROVIDER, belongs_to, flown, is_naip
from workflow.providers.base import (
    Fields,
    Said,
    compact_span,
    hull,
    instant_span,
    put_together,
    xml_pairs,
    xml_root,
)

__all__ = ["PLUGIN"]

_ROOT = re.compile(r"<(?:\w+:)?M[DI]_Metadata\b")
_EXTENT = "EX_Extent.temporalElement.EX_TemporalExtent.extent"
_TIMES = ("TimeInstant.timePosition", "TimePeriod.beginPosition", "TimePeriod.endPosition")
_CLOUD = "MD_ImageDescription.cloudCoverPercentage.Real"


class _Iso:
    name = "ISO 19115 metadata"
    rank = 10

    def read(self, source: SourceFile) -> Metadata | None:
        """The metadata whose file name or identifier is the picture's."""
        for name, text in source.texts.items():
            if not name.lower().endswith(".xml") or not _ROOT.search(text[:2000]):
                continue
            root = xml_root(text)
            if root is None:
                continue
            fields = Fields(name, xml_pairs(root))
            known = fields.text("fileIdentifier.CharacterString")
            names = [*([known] if known else []), Said(name.rpartition(".")[0], f"{name}: name")]
            if belongs_to(source, *(said.value for said in names)):
                return _metadata(fields, names)
        return None


def _metadata(fields: Fields, names: list[Said[str]]) -> Metadata:
    acquired, warnings = flown(_content(fields), names)
    return put_together(
        maker=PROVIDER if is_naip(*(said.value for said in names)) else "",
        acquired=acquired,
        credit=fields.text("MD_DataIdentification.credit.CharacterString"),
        gsd_m=_gsd(fields),
        cloud_share=fields.share(_CLOUD),
        warnings=warnings,
    )


def _content(fields: Fields) -> Said[DateSpan] | None:
    said = [one for name in _TIMES for one in fields.every(f"{_EXTENT}.{name}")]
    spans = [Said(span, one.source) for one in said if (span := _span(one.value))]
    return hull(spans)


def _span(value: object) -> DateSpan | None:
    return compact_span(value) or instant_span(value)


def _gsd(fields: Fields) -> Said[float] | None:
    """In metres alone: the resolution of an axis, else that of the data."""
    for name in ("MD_Dimension.resolution.Length", "MD_Resolution.distance.Distance"):
        unit = fields.text(f"{name}.@uom")
        if unit and unit.value.lower() in ("m", "meter", "meters", "metre", "metres"):
            return fields.metres(name)
    return None


PLUGIN = _Iso()
