"""A whole picture, reduced: for captures without a place on the Earth."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rasterio.enums import ColorInterp, Resampling

from workflow.rasters.dataset import opened, validity

__all__ = ["read_whole"]


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
