"""Opening a file for reading: one named driver, no neighbours, no overviews unless asked for, no warning
escapes.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import rasterio
from numpy.typing import NDArray
from rasterio._err import CPLE_BaseError
from rasterio.enums import ColorInterp
from rasterio.errors import NotGeoreferencedWarning, RasterioError

__all__ = ["ENVIRONMENT", "GDAL_ERRORS", "band_names", "opened", "quiet", "validity"]

# rasterio lets some of GDAL's own errors through under their own names
GDAL_ERRORS = (RasterioError, CPLE_BaseError)

ENVIRONMENT: dict[str, Any] = {
    "GDAL_DISABLE_READDIR_ON_OPEN": "EMPTY_DIR",
    "GDAL_PAM_ENABLED": "NO",
    "GDAL_VRT_ENABLE_PYTHON": "NO",
    "CPL_VSIL_CURL_ALLOWED_EXTENSIONS": "{none}",
    # bytes of decoded tiles in a process, else a twentieth of the memory: sites are taken in the order of the tiles
    "GDAL_CACHEMAX": 128 * 2**20,
}
# the ENVI driver finds its header by looking for it; without it there is no picture
_LOOKS_FOR_ITS_HEADER = {"ENVI": {"GDAL_DISABLE_READDIR_ON_OPEN": "TRUE"}}


def quiet() -> None:
    """Silence rasterio on pictures without coordinates, for good: that is a fact to report, not a warning.

    Not for a while only: putting the filters back is not safe between threads.
    """
    warnings.simplefilter("ignore", NotGeoreferencedWarning)


@contextmanager
def opened(path: Path, driver: str = "GTiff", *, overviews: bool = False, **options: Any) -> Iterator[Any]:
    """The dataset in `path`, read by `driver` alone and closed at the end.

    `overviews` may be used of working copies only: those that a stranger's file brings may show something
    else than its full resolution does.
    """
    quiet()
    if not overviews:
        options["OVERVIEW_LEVEL"] = "NONE"
    environment = ENVIRONMENT | _LOOKS_FOR_ITS_HEADER.get(driver, {})
    with rasterio.Env(**environment), rasterio.open(path, driver=driver, **options) as dataset:
        yield dataset


def band_names(path: Path, driver: str) -> tuple[str | None, ...]:
    """What the file calls its bands, one by one: GDAL tells no names where a file is opened without its overviews.

    Names stand in the header; no overview is looked for, as none is asked for. None at all where they cannot be read:
    they are no reason to refuse a picture.
    """
    try:
        with opened(path, driver, overviews=True) as dataset:
            return tuple(dataset.descriptions)
    except (*GDAL_ERRORS, UnicodeDecodeError):
        return ()


def validity(dataset: Any, **where: Any) -> NDArray[np.bool_]:
    """Where a dataset has data: (row, column). `where` is ``window`` or ``out_shape`` as rasterio reads them.

    GDAL heeds an alpha band in its masks only in pictures of two or four bands; here it counts in all.
    """
    valid = dataset.dataset_mask(**where) > 0
    for index, colour in enumerate(dataset.colorinterp, 1):
        if colour == ColorInterp.alpha:
            valid &= dataset.read(index, **where) > 0
    return np.asarray(valid, np.bool_)
