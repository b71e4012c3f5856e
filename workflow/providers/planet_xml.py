"""Planet's and RapidEye's product XML: ``<scene>_metadata.xml`` in the terms of EO Profile of GML.

Its cloud cover is left alone: it is called a percentage, and real files hold shares of 1 in it.
"""

from __future__ import annotations

from workflow.metadata import Metadata, SourceFile
from workflow.providers.base import Fields, Said, belongs, put_together, xml_pairs, xml_root

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
            product = xml_root(text)
            if product is None:
                continue
            fields = Fields(name, xml_pairs(product))
            known = fields.text("EarthObservationMetaData.identifier")
            scene = name[: -len(".xml")].removesuffix("_metadata")
            if belongs(scene, source) or (known and belongs(known.value, source)):
                return _metadata(fields)
        return None


def _metadata(fields: Fields) -> Metadata:
    return put_together(
        maker="Planet",
        acquired=fields.moment("acquisitionDateTime", "validTime.TimePeriod.beginPosition"),
        platform=_platform(fields),
        gsd_m=fields.metres("Sensor.resolution"),
        off_nadir_deg=fields.tilt("spaceCraftViewAngle"),
        sun_azimuth_deg=fields.azimuth("illuminationAzimuthAngle"),
        sun_elevation_deg=fields.elevation("illuminationElevationAngle"),
    )


def _platform(fields: Fields) -> Said[str] | None:
    """The constellation and the satellite in it."""
    kind, satellite = fields.text("Platform.shortName"), fields.text("Platform.serialIdentifier")
    if kind is None or satellite is None:
        return kind or satellite
    return Said(f"{kind.value} {satellite.value}", satellite.source)


PLUGIN = _PlanetXml()
