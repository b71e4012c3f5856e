"""Which one driver may read a file, told by its first bytes and never by its name."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["ENVI", "HEAD_BYTES", "Kind", "kind_of", "what_else"]

HEAD_BYTES = 512


@dataclass(frozen=True, slots=True)
class Kind:
    """A format that is taken: GDAL's driver, and the suffixes its files may have, the usual one first."""

    driver: str
    suffixes: tuple[str, ...]


_TIFF = Kind("GTiff", (".tif", ".tiff"))
_JP2 = Kind("JP2OpenJPEG", (".jp2", ".j2k"))
_NITF = Kind("NITF", (".ntf", ".nitf", ".nsf"))
ENVI = Kind("ENVI", (".img", ".dat", ".bsq", ".bil", ".bip", ".raw"))
"""Bare pixels: a file without a signature whose header lies beside it."""
_TAKEN: tuple[tuple[bytes, Kind], ...] = (
    (b"II*\0", _TIFF),
    (b"MM\0*", _TIFF),
    (b"II+\0", _TIFF),
    (b"MM\0+", _TIFF),
    (b"\xff\xd8\xff", Kind("JPEG", (".jpg", ".jpeg"))),
    (b"\x89PNG\r\n\x1a\n", Kind("PNG", (".png",))),
    (b"\0\0\0\x0cjP  \r\n\x87\n", _JP2),
    (b"\xff\x4f\xff\x51", _JP2),
    (b"NITF0", _NITF),
    (b"NSIF0", _NITF),
)
# what it is instead, and what to do
_KNOWN: tuple[tuple[bytes, str, str], ...] = (
    (b"PK\x03\x04", "a ZIP archive", "unpack it first"),
    (b"\x1f\x8b", "a gzip archive", "unpack it first"),
    (b"\x89HDF", "an HDF5 or netCDF file", "save the band that shows the site as a GeoTIFF"),
    (b"CDF", "a netCDF file", "save the band that shows the site as a GeoTIFF"),
    (b"GIF8", "a GIF", "save it as PNG"),
    (b"BM", "a BMP", "save it as PNG"),
    (b"RIFF", "a WebP or another RIFF file", "save it as PNG or JPEG"),
    (b"ENVI", "an ENVI header", "give the data file that it describes"),
    (b"%PDF", "a PDF", "save the page's picture as PNG"),
)
_TEXTS: tuple[tuple[bytes, str, str], ...] = (
    (
        b"<vrtdataset",
        "a virtual raster (VRT) that points to other files",
        "save it as a GeoTIFF (gdal_translate)",
    ),
    (b"<gdal_wms", "the description of a web service", "save what it shows as a GeoTIFF"),
    (b"<!doctype html", "a web page", "download the picture itself"),
    (b"<html", "a web page", "download the picture itself"),
    (b"<kml", "KML", "import it with 'sitetrack sites import'"),
    (b"<", "an XML document", "give the picture it describes"),
    (b"{", "JSON", "give the picture it describes, or import a register with 'sitetrack sites import'"),
)
_ASK = "save it as GeoTIFF, JPEG 2000, JPEG or PNG"


def kind_of(head: bytes) -> Kind | None:
    """The format whose signature stands at the start of the file, None where it is none that is taken."""
    return next((kind for magic, kind in _TAKEN if head.startswith(magic)), None)


def what_else(head: bytes) -> tuple[str, str]:
    """What a file is that is not taken, and what to do, as the two halves of a sentence."""
    found = next(((what, remedy) for magic, what, remedy in _KNOWN if head.startswith(magic)), None)
    if found is None and b"\0" not in head:
        text = head.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
        found = next(
            ((what, remedy) for magic, what, remedy in _TEXTS if text.startswith(magic)), ("text", _ASK)
        )
    what, remedy = found or ("no picture of a known format", _ASK)
    return f"is {what}", remedy
