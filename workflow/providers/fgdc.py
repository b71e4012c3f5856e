"""FGDC metadata (CSDGM) as XML and as indented text, above all NAIP's.

The acquisition is the time period of the content, unless the currentness reference calls that a publication. The
dates of publication, processing and of the metadata themselves are never taken for it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from workflow.metadata import Metadata, SourceFile
from workflow.model import DateSpan
from workflow.providers._naip import PROVIDER, belongs_to, flown, is_naip
from workflow.providers.base import (
    Fields,
    Pairs,
    Path,
    Said,
    compact_span,
    hull,
    put_together,
    xml_pairs,
    xml_root,
)

__all__ = ["PLUGIN"]

_KEY = re.compile(r"(\s*)([A-Z][A-Za-z_]*(?:[-/][A-Za-z_]+)*):(?:\s+(.*))?", re.ASCII)
# the short names of the XML, then the long ones of the text
_PERIODS = (
    "idinfo.timeperd.timeinfo.sngdate.caldate",
    "idinfo.timeperd.timeinfo.mdattim.sngdate.caldate",
    "idinfo.timeperd.timeinfo.rngdates.begdate",
    "idinfo.timeperd.timeinfo.rngdates.enddate",
    "Identification_Information.Time_Period_of_Content.Time_Period_Information.Single_Date/Time.Calendar_Date",
    "Identification_Information.Time_Period_of_Content.Time_Period_Information.Multiple_Dates/Times"
    ".Single_Date/Time.Calendar_Date",
    "Identification_Information.Time_Period_of_Content.Time_Period_Information.Range_of_Dates/Times"
    ".Beginning_Date",
    "Identification_Information.Time_Period_of_Content.Time_Period_Information.Range_of_Dates/Times"
    ".Ending_Date",
)
_CURRENTNESS = ("idinfo.timeperd.current", "Time_Period_of_Content.Currentness_Reference")
_UNITS = ("plandu", "Planar_Distance_Units")


class _Fgdc:
    name = "FGDC metadata"
    rank = 10

    def read(self, source: SourceFile) -> Metadata | None:
        """The metadata whose file name, title or resource is the picture's."""
        for name, text in source.texts.items():
            fields = Fields(name, _pairs(name, text))
            names = [Said(name.rpartition(".")[0], f"{name}: name")]
            for part in ("idinfo.citation.citeinfo.title", "Identification_Information.Citation."
                         "Citation_Information.Title", "distinfo.resdesc", "Resource_Description"):  # fmt: skip
                said = fields.text(part)
                names += [said] if said else []
            if fields and belongs_to(source, *(said.value for said in names)):
                return _metadata(fields, names)
        return None


def _pairs(name: str, text: str) -> Pairs:
    if name.lower().endswith(".xml") and "<idinfo>" in text:
        root = xml_root(text)
        return () if root is None else xml_pairs(root)
    if name.lower().endswith(".txt") and "Identification_Information:" in text:
        return _outline(text)
    return ()


def _outline(text: str) -> Iterator[tuple[Path, object]]:
    """Path and value of ``Name: value`` nested by indentation; a value may stand on the line below."""
    above: list[tuple[int, str]] = []
    waiting = False
    for line in text.splitlines():
        match = _KEY.fullmatch(line.rstrip())
        if match is None:
            if waiting and line.strip():
                yield tuple(name for _, name in above), line.strip()
                waiting = False
            continue
        depth = len(match[1].expandtabs())
        above = [(indent, name) for indent, name in above if indent < depth] + [(depth, match[2])]
        waiting = not match[3]
        if match[3]:
            yield tuple(name for _, name in above), match[3]


def _metadata(fields: Fields, names: list[Said[str]]) -> Metadata:
    acquired, warnings = flown(_content(fields), names)
    naip = is_naip(*(said.value for said in names))
    return put_together(
        maker=PROVIDER if naip else "",
        acquired=acquired,
        credit=fields.text("idinfo.datacred", "Identification_Information.Data_Set_Credit"),
        gsd_m=_gsd(fields),
        warnings=warnings,
    )


def _content(fields: Fields) -> Said[DateSpan] | None:
    current = fields.text(*_CURRENTNESS)
    if current and "publication" in current.value.lower():
        return None
    said = [one for name in _PERIODS for one in fields.every(name)]
    return hull([Said(span, one.source) for one in said if (span := compact_span(one.value))])


def _gsd(fields: Fields) -> Said[float] | None:
    units = fields.text(*_UNITS)
    metric = units is not None and units.value.lower().startswith(("meter", "metre"))
    return (
        fields.metres("coordrep.absres", "Coordinate_Representation.Abscissa_Resolution") if metric else None
    )


PLUGIN = _Fgdc()
