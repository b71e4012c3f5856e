"""A working copy's perceptual hash, read from its overviews."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from rasterio.enums import Resampling

from workflow.likeness import likeness
from workflow.model import Stretch
from workflow.rasters.dataset import opened, validity
from workflow.rasters.display import to_display

__all__ = ["likeness_of"]

_PX = 128


def likeness_of(path: Path, stretch: Sequence[Stretch]) -> str:
    """The hash of the working copy in `path` as it is displayed; "" of a picture without contrast.

    Raises
    ------
    rasterio.errors.RasterioError
        when the file cannot be read.
    """
    with opened(path, overviews=True) as dataset:
        scale = max(1.0, max(dataset.width, dataset.height) / _PX)
        shape = max(1, round(dataset.height / scale)), max(1, round(dataset.width / scale))
        bands = [1, 2, 3] if dataset.count >= 3 else [1]
        data = dataset.read(bands, out_shape=(len(bands), *shape), resampling=Resampling.average)
        valid = validity(dataset, out_shape=shape)
    return likeness(to_display(data, stretch), valid)
