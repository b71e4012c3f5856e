"""Panels where they lie on the ground: KMZ for Google Earth and GeoTIFF for map programs, without marks."""

from __future__ import annotations

import io
import math
from html import escape
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from workflow.coords import METRES_PER_DEGREE
from workflow.errors import InputRefused
from workflow.exporters.figures.frames import lettered
from workflow.exporters.figures.sheet import Sheet
from workflow.exporters.kml import when
from workflow.exporters.png import PNG_RUNS, Pixels
from workflow.exporters.xmltext import escaped, writable
from workflow.exporters.zipped import zipped
from workflow.grid import SiteGrid

__all__ = ["to_geotiff", "to_kmz"]

_WGS84 = "EPSG:4326"
_STOPS = 8  # places along each side of the grid that its extent in degrees is found from
_GEOTIFF = {
    "driver": "GTiff",
    "count": 4,
    "dtype": "uint8",
    "photometric": "RGB",
    "alpha": "yes",
    "compress": "deflate",
    "predictor": 2,
    "tiled": True,
}


def to_kmz(sheet: Sheet) -> bytes:
    """Each panel with coordinates as a ground overlay with the days on which it may have been taken.

    The pixels are warped to degrees north up, so that a plain box says where they lie and every reader takes it.

    Raises
    ------
    InputRefused
        when no panel has coordinates that may be told.
    """
    overlays: list[str] = []
    files: dict[str, bytes] = {}
    for number, pixels, grid in _on_ground(sheet, "KMZ"):
        picture, box = _in_degrees(pixels, grid)
        name = f"panels/{number + 1}.png"
        files[name] = _png(picture)
        overlays.append(_overlay(sheet, number, name, box))
    words = sheet.words
    about = "<br><br>".join(
        escape(text, quote=False) for text in (words.caption, words.alt, words.credit) if text
    )
    text = (
        '<?xml version="1.0" encoding="UTF-8"?>\n<kml xmlns="http://www.opengis.net/kml/2.2"><Document>'
        f"<name>{escaped(words.title)}</name><open>1</open><description>{escaped(about)}</description>"
        f"{''.join(overlays)}</Document></kml>\n"
    )
    return zipped({"doc.kml": text.encode()} | files)


def _overlay(sheet: Sheet, number: int, name: str, box: tuple[float, float, float, float]) -> str:
    west, south, east, north = box
    panel = sheet.spec.panels[number]
    title = f"{lettered(sheet, number)}{panel.date_label}{' SYNTHETIC' if panel.synthetic else ''}"
    return (
        f"<GroundOverlay><name>{escaped(title)}</name>{when(sheet.days[number])}"
        f"<drawOrder>{number}</drawOrder><Icon><href>{name}</href></Icon>"
        f"<LatLonBox><north>{north:.9f}</north><south>{south:.9f}</south>"
        f"<east>{east:.9f}</east><west>{west:.9f}</west></LatLonBox></GroundOverlay>"
    )


def to_geotiff(sheet: Sheet) -> bytes:
    """Each panel with coordinates as a page of a GeoTIFF on the site's grid: red, green, blue and what is covered.

    Raises
    ------
    InputRefused
        when no panel has coordinates that may be told.
    """
    import rasterio

    with TemporaryDirectory(prefix="sitetrack-") as folder:
        file = Path(folder) / "panels.tif"
        for number, pixels, grid in _on_ground(sheet, "GeoTIFF"):
            page: dict[str, Any] = _GEOTIFF | ({"APPEND_SUBDATASET": "YES"} if file.exists() else {})
            place = {"crs": grid.crs, "transform": rasterio.Affine(*grid.transform)}
            with rasterio.open(file, "w", width=grid.width, height=grid.height, **place, **page) as image:
                image.write(_rgba(pixels))
                image.update_tags(**_tags(sheet, number))
        return file.read_bytes()


def _tags(sheet: Sheet, number: int) -> dict[str, str]:
    words, panel = sheet.words, sheet.spec.panels[number]
    told = {
        "TIFFTAG_DOCUMENTNAME": words.title,
        "TIFFTAG_IMAGEDESCRIPTION": f"{lettered(sheet, number)}{panel.date_label}. {words.caption}",
        "TIFFTAG_COPYRIGHT": words.credit,
        "TIFFTAG_ARTIST": words.creator,
        "identifier": ", ".join(words.identifiers),
        "synthetic": str(panel.synthetic).lower(),
    }
    return {key: writable(text) for key, text in told.items() if text}


def _on_ground(sheet: Sheet, kind: str) -> list[tuple[int, Pixels, SiteGrid]]:
    """Number, pixels and grid of each panel that has coordinates."""
    panels = enumerate(zip(sheet.panels, sheet.grids, strict=True))
    found = [(number, pixels, grid) for number, (pixels, grid) in panels if grid is not None]
    if not found:
        raise InputRefused(
            "Figure",
            f"shows no picture with coordinates that may be told, which {kind} needs",
            "choose captures on the map of a site that is public, or another format",
        )
    return found


def _rgba(pixels: Pixels) -> NDArray[np.uint8]:
    cover = np.where(pixels.valid, 255, 0).astype(np.uint8)
    return np.concatenate([np.where(pixels.valid, pixels.rgb, 0).astype(np.uint8), cover[None]])


def _in_degrees(
    pixels: Pixels, grid: SiteGrid
) -> tuple[NDArray[np.uint8], tuple[float, float, float, float]]:
    """The panel on a grid of degrees with about as many pixels, and its west, south, east and north."""
    from rasterio import Affine
    from rasterio.warp import Resampling, reproject

    stops = range(_STOPS + 1)
    rim = [(grid.width * x / _STOPS, grid.height * y / _STOPS) for x in stops for y in stops]
    places = [grid.to_lonlat(*grid.to_map(*one)) for one in rim]
    lons, lats = [one.lon for one in places], [one.lat for one in places]
    west, south, east, north = box = (min(lons), min(lats), max(lons), max(lats))
    metres = METRES_PER_DEGREE / grid.gsd_m
    height = math.ceil((north - south) * metres)
    width = math.ceil((east - west) * metres * math.cos(math.radians((south + north) / 2)))
    source = Affine(*grid.transform)
    transform = Affine((east - west) / width, 0, west, 0, (south - north) / height, north)
    picture = np.zeros((4, height, width), np.uint8)
    how: dict[str, Any] = {
        "src_transform": source,
        "src_crs": grid.crs,
        "dst_transform": transform,
        "dst_crs": _WGS84,
    }
    rgba = _rgba(pixels)
    reproject(rgba[3], picture[3], resampling=Resampling.nearest, **how)
    for band in range(3):
        reproject(rgba[band], picture[band], resampling=Resampling.bilinear, **how)
    return picture, box


def _png(rgba: NDArray[np.uint8]) -> bytes:
    file = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(np.moveaxis(rgba, 0, -1))).save(file, "PNG", compress_type=PNG_RUNS)
    return file.getvalue()
