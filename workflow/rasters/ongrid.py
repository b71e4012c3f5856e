"""A capture on a site's grid."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from rasterio.enums import ColorInterp, Resampling
from rasterio.transform import Affine
from rasterio.vrt import WarpedVRT

from workflow.rasters.dataset import opened, validity

if TYPE_CHECKING:
    from workflow.grid import SiteGrid

__all__ = ["read_on_grid"]

# a site's grid is where distances are measured: 1/50 of a pixel, GDAL's own default is 1/8
_TOLERANCE_PX = 0.02
# sides of pictures are whole pixels, so an overview of every second is not twice as coarse to the last digit
_NEARLY = 0.99


def read_on_grid(
    path: Path,
    grid: SiteGrid,
    dx_m: float = 0.0,
    dy_m: float = 0.0,
    resampling: str = "cubic",
    pixel_m: float | None = None,
) -> tuple[NDArray[Any], NDArray[np.bool_]]:
    """Data (band, row, column) in the file's dtype and validity (row, column) of a capture on `grid`.

    `path` is a working copy. `dx_m` and `dy_m` are metres east and north that are added to the capture's
    coordinates. Where `pixel_m`, the capture's pixel, is given, a coarser grid is read from the coarsest
    overview that is no coarser than the grid: quick, for the eye. Outside the capture's coverage the result is
    invalid (and zero).

    Raises
    ------
    rasterio.errors.RasterioError
        when the file cannot be read, or has no place on the Earth.
    """
    # moving the capture by an offset is reading it where the grid, moved the other way, lies
    transform = Affine(grid.gsd_m, 0.0, grid.west - dx_m, 0.0, -grid.gsd_m, grid.north - dy_m)
    with opened(path, overviews=True, **_overview(path, grid, pixel_m)) as dataset:
        has_validity = dataset.nodata is not None or ColorInterp.alpha in dataset.colorinterp
        with WarpedVRT(
            dataset,
            crs=grid.crs,
            transform=transform,
            width=grid.width,
            height=grid.height,
            resampling=Resampling[resampling],
            add_alpha=not has_validity,
            tolerance=_TOLERANCE_PX,
        ) as warped:
            return _read(warped)


def _overview(path: Path, grid: SiteGrid, pixel_m: float | None) -> dict[str, Any]:
    """The option that opens an overview in place of the full resolution; none where that is needed."""
    if pixel_m is None or grid.gsd_m < 2 * pixel_m * _NEARLY:
        return {}
    with opened(path, overviews=True) as dataset:
        factors = dataset.overviews(1)
    fine = [number for number, factor in enumerate(factors) if factor * pixel_m * _NEARLY <= grid.gsd_m]
    return {"OVERVIEW_LEVEL": fine[-1]} if fine else {}


def _read(warped: Any) -> tuple[NDArray[Any], NDArray[np.bool_]]:
    bands = [index + 1 for index, colour in enumerate(warped.colorinterp) if colour != ColorInterp.alpha]
    data = warped.read(bands)
    valid = validity(warped)
    if data.dtype.kind == "f":
        valid = valid & np.isfinite(data).all(axis=0)
    return np.where(valid, data, 0).astype(data.dtype, copy=False), valid
