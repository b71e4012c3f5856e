"""Rendered bands into GeoTIFF files that say what they are."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from workflow.demo.frame import Frame
from workflow.demo.scene import Encoding, Scene

__all__ = ["description", "write_geotiff", "write_screenshot"]

_PAN = np.array([0.28, 0.28, 0.14, 0.30], np.float32)[:, None, None]
_ELEVEN_BITS = 2047


def description(scene: Scene) -> str:
    """What the file says of itself."""
    made = f"seed {scene.seed}, site {scene.site}"
    return f"SYNTHETIC scene rendered by sitetrack, {made}; not a picture of the place"


def write_geotiff(bands: NDArray[np.float32], scene: Scene, frame: Frame, path: Path) -> None:
    """Write `bands` (4, h, w), 0..1, in the view's encoding."""
    import rasterio
    from rasterio.crs import CRS
    from rasterio.enums import ColorInterp
    from rasterio.transform import Affine

    data = _encoded(bands, scene.view.encoding)
    profile: dict[str, Any] = {
        "driver": "GTiff",
        "width": frame.width,
        "height": frame.height,
        "count": data.shape[0],
        "dtype": data.dtype.name,
        "crs": CRS.from_epsg(frame.epsg),
        "transform": Affine(*frame.transform),
        **_compression(scene.view.encoding),
    }
    tags = {"TIFFTAG_IMAGEDESCRIPTION": description(scene), "TIFFTAG_SOFTWARE": "sitetrack demo"}
    if scene.tagged:
        tags["TIFFTAG_DATETIME"] = f"{scene.when:%Y:%m:%d %H:%M:%S}"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", rasterio.errors.NotGeoreferencedWarning)
        with rasterio.open(path, "w", **profile) as file:
            file.update_tags(**tags)
            file.write(data)
            if scene.view.encoding is Encoding.MULTI16:
                file.colorinterp = (
                    ColorInterp.red,
                    ColorInterp.green,
                    ColorInterp.blue,
                    ColorInterp.undefined,
                )


def write_screenshot(bands: NDArray[np.float32], scene: Scene, path: Path) -> None:
    """Write the colours of `bands` (4, h, w), 0..1, as a PNG that does not say where it lies."""
    tags = PngInfo()
    tags.add_text("Description", description(scene))
    colours = np.moveaxis(np.rint(bands[:3] * 255).astype(np.uint8), 0, -1)
    Image.fromarray(np.ascontiguousarray(colours)).save(path, pnginfo=tags, compress_level=4)


def _compression(encoding: Encoding) -> dict[str, Any]:
    if encoding is Encoding.JPEG8:
        return {"compress": "jpeg", "jpeg_quality": 82, "photometric": "ycbcr", "tiled": True}
    photometric = {} if encoding is Encoding.PAN16 else {"photometric": "rgb"}
    return {"compress": "deflate", "zlevel": 1, "predictor": 2, **photometric}


def _encoded(bands: NDArray[np.float32], encoding: Encoding) -> NDArray[Any]:
    """Display levels for 8 bit; for 11 bit roughly linear counts over an offset, as sensors deliver."""
    if encoding in (Encoding.RGB8, Encoding.JPEG8):
        return np.rint(bands[:3] * 255).astype(np.uint8)
    chosen = (bands * _PAN).sum(axis=0, keepdims=True) if encoding is Encoding.PAN16 else bands
    counts = 90 + 1500 * chosen**1.8
    limited: NDArray[Any] = np.rint(np.clip(counts, 0, _ELEVEN_BITS)).astype(np.uint16)
    return limited
