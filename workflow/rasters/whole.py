"""A whole picture, reduced, or a part of it in full: for captures without a place on the Earth."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rasterio.enums import ColorInterp, Resampling
from rasterio.windows import Window

from workflow.model import Stretch
from workflow.rasters.dataset import opened, validity
from workflow.rasters.display import to_display

__all__ = ["read_box", "read_whole"]


def read_whole(path: Path, max_px: int) -> tuple[NDArray[Any], NDArray[np.bool_]]:
    """Data (band, row, column) in the file's dtype and validity (row, column) of the whole picture in `path`.

    The longer side has at most `max_px` pixels; a smaller picture keeps its size.

    Raises
    ------
    rasterio.errors.RasterioError
        when the file cannot be read.
    """
    with opened(path) as dataset:
        scale = max(1.0, max(dataset.width, dataset.height) / max_px)
        shape = max(1, round(dataset.height / scale)), max(1, round(dataset.width / scale))
        bands = [at + 1 for at, colour in enumerate(dataset.colorinterp) if colour != ColorInterp.alpha] or [
            1
        ]
        data = dataset.read(bands, out_shape=(len(bands), *shape), resampling=Resampling.average)
        valid = validity(dataset, out_shape=shape)
    if data.dtype.kind == "f":
        valid = valid & np.isfinite(data).all(axis=0)
    return np.where(valid, data, 0).astype(data.dtype, copy=False), valid


def read_box(path: Path, box: tuple[int, int, int, int], stretch: Sequence[Stretch]) -> NDArray[np.uint8]:
    """Red, green, blue (3, row, column) of a part of the working copy in `path`, at full resolution, as displayed.

    `box` is left, top, width and height in pixels.

    Raises
    ------
    rasterio.errors.RasterioError
        when the file cannot be read.
    """
    with opened(path) as dataset:
        bands = [1, 2, 3] if dataset.count >= 3 else [1]
        data = dataset.read(bands, window=Window(*box))
    return to_display(data, stretch)
