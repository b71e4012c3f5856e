"""Planet's and RapidEye's product XML: ``<scene>_metadata.xml`` in the terms of EO Profile of GML."""

from __future__ import annotations

from xml.etree.ElementTree import Element

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import ParseError, fromstring

from workflow.metadata import Metadata, SourceFile
from workflow.providers.base import belongs, instant_span, number

__all__ = ["PLUGIN"]

_MARK = "schemas.planet.com"


class _PlanetXml:
    name = "Planet XML"
    rank = 10

    def read(self, source: SourceFile) -> Metadata | None:
        """The product whose file name or identifier is the picture's."""
        for name, text in source.texts.items():
            if not name.lower().endswith(".xml") or _MARK not in text[:2000]:
                continue
            try:
                product = fromstring(text.lstrip().encode(), forbid_dtd=True)
            except (ParseError, DefusedXmlException, ValueError):
                continue
            scene = name[: -len(".xml")].removesuffix("_metadata")
            if belongs(_text(product, "identifier"), source) or belongs(scene, source):
                return _metadata(product)
        return None


def _text(product: Element, *path: str) -> str:
    """Text of the first element on the way `path`, whatever its namespaces."""
    found: Element | None = product
    for name in path:
        found = found.find(f".//{{*}}{name}") if found is not None else None
    return (found.text or "").strip() if found is not None else ""


def _metadata(product: Element) -> Metadata:
    angles = {
        "azimuth": _text(product, "illuminationAzimuthAngle"),
        "elevation": _text(product, "illuminationElevationAngle"),
        "view": _text(product, "spaceCraftViewAngle").lstrip("-"),
    }
    begin = _text(product, "acquisitionDateTime") or _text(product, "validTime", "beginPosition")
    return Metadata(
        acquired=instant_span(begin),
        provider="Planet",
        platform=" ".join(
            filter(None, (_text(product, "Platform", "shortName"), _text(product, "serialIdentifier")))
        ),
        off_nadir_deg=number(angles, "view", low=0, high=90),
        sun_azimuth_deg=number(angles, "azimuth"),
        sun_elevation_deg=number(angles, "elevation", low=-90, high=90),
    )


PLUGIN = _PlanetXml()
