"""Sentinel-2 products (SAFE): ``MTD_MSIL1C.xml`` or ``MTD_MSIL2A.xml`` of the product, ``MTD_TL.xml`` of a tile.

They stand one to four folders above a picture in ``GRANULE/…/IMG_DATA``. The acquisition is the tile's sensing time,
else the product's start; the generation time is never taken for it. The angles under which a tile is seen are given
at the ground, not at the satellite: they are no off-nadir angle, and left alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from xml.etree.ElementTree import Element

from workflow.metadata import Metadata, SourceFile
from workflow.providers.base import Fields, Said, belongs, put_together, xml_pairs, xml_root

__all__ = ["PLUGIN"]

_PRODUCT = re.compile(r"MTD_MSIL(?:1C|2A)\.xml", re.IGNORECASE)
_TILE = re.compile(r"MTD_TL\.xml", re.IGNORECASE)
_PICTURE = re.compile(
    r"(?:L2A_)?(T\d\d[A-Z]{3})_(\d{8}T\d{6})_(?:\w+_)?(B\w\w|TCI|AOT|WVP|SCL)(?:_\d\dm)?", re.ASCII
)
# a tile is sensed within the datatake that its name gives the start of
_DATATAKE = timedelta(hours=1)


class _Sentinel2:
    name = "Sentinel-2 metadata"
    rank = 10

    def read(self, source: SourceFile) -> Metadata | None:
        """Of the product that lists the picture or begins its name, and of the tile that the picture shows."""
        product = next((one for one in _read(source, _PRODUCT) if _is_of_product(one[0], source)), None)
        tile = next((one for one in _read(source, _TILE) if _is_of_tile(one[0], source)), None)
        if product is None and tile is None:
            return None
        whole = product[0] if product else Fields("", ())
        part = tile[0] if tile else Fields("", ())
        zenith = part.number("Mean_Sun_Angle.ZENITH_ANGLE", low=0, high=180)
        return put_together(
            maker="Copernicus Sentinel-2",
            acquired=part.moment("SENSING_TIME")
            or whole.moment("PRODUCT_START_TIME", "DATATAKE_SENSING_START"),
            platform=whole.text("SPACECRAFT_NAME"),
            gsd_m=_resolution(product[1], whole.file, source) if product else None,
            sun_azimuth_deg=part.azimuth("Mean_Sun_Angle.AZIMUTH_ANGLE"),
            sun_elevation_deg=zenith and replace(zenith, value=round(90 - zenith.value, 8)),
            cloud_share=part.share("CLOUDY_PIXEL_PERCENTAGE") or whole.share("Cloud_Coverage_Assessment"),
        )


def _read(source: SourceFile, names: re.Pattern[str]) -> Iterator[tuple[Fields, Element]]:
    for name, text in source.texts.items():
        if names.fullmatch(name) and (root := xml_root(text)) is not None:
            yield Fields(name, xml_pairs(root)), root


def _is_of_product(fields: Fields, source: SourceFile) -> bool:
    listed = (said for name in ("IMAGE_FILE", "IMAGE_FILE_2A", "IMAGE_ID") for said in fields.every(name))
    if any(str(said.value).strip().rpartition("/")[2] == source.stem for said in listed):
        return True
    known = fields.text("PRODUCT_URI", "PRODUCT_URI_1C", "PRODUCT_URI_2A")
    return known is not None and belongs(known.value.removesuffix(".SAFE"), source)


def _is_of_tile(fields: Fields, source: SourceFile) -> bool:
    """The picture's name has the tile, and a start of its datatake shortly before the sensing time."""
    match, tile = _PICTURE.fullmatch(source.stem), fields.text("TILE_ID", "TILE_ID_2A")
    sensed = fields.moment("SENSING_TIME")
    if match is None or tile is None or sensed is None or sensed.value.instant is None:
        return False
    try:
        start = datetime.strptime(match[2], "%Y%m%dT%H%M%S").replace(tzinfo=UTC)
    except ValueError:
        return False
    return f"_{match[1]}_" in tile.value and abs(sensed.value.instant - start) <= _DATATAKE


def _resolution(product: Element, file: str, source: SourceFile) -> Said[float] | None:
    """What the product says of the picture's band (``B04`` is its ``B4``)."""
    match = _PICTURE.fullmatch(source.stem)
    if match is None:
        return None
    for band in product.iter("Spectral_Information"):
        if band.get("physicalBand") == match[3].replace("B0", "B"):
            return Fields(file, xml_pairs(band)).metres("Spectral_Information.RESOLUTION")
    return None


PLUGIN = _Sentinel2()
