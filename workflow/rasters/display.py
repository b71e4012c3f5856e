"""Pictures for the eye: a stretch that is fixed a capture, and PNG and JPEG bytes."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rasterio.enums import ColorInterp

from workflow.model import Stretch
from workflow.rasters.dataset import opened, validity

__all__ = ["display_stretch", "encode_jpeg", "encode_webp", "to_colours", "to_display"]

_SAMPLE_PX = 512
_PERCENTILES = (2, 98)
# an 8-bit picture whose middle 96 % spans this much was made for the eye already
_FULL_ENOUGH = 96
_COLOURS = (ColorInterp.red, ColorInterp.green, ColorInterp.blue)
_HATCH_PX, _HATCH = 8, (222, 196)


def display_stretch(path: Path) -> tuple[Stretch, ...]:
    """One stretch a band: the 2nd and 98th percentiles of the valid pixels, in the file's units.

    Taken from a reduced picture of at most 512 px that is made from full resolution. 8-bit pictures that use
    their range keep 0 to 255; red, green and blue of others get the same limits, as their colours were made for the
    eye: a stretch a band would turn grey roads purple. A constant band gets limits one unit apart; a band without
    data 0 to 1.
    """
    with opened(path) as dataset:
        scale = max(1.0, max(dataset.width, dataset.height) / _SAMPLE_PX)
        shape = max(1, round(dataset.height / scale)), max(1, round(dataset.width / scale))
        bands = [at + 1 for at, colour in enumerate(dataset.colorinterp) if colour != ColorInterp.alpha] or [
            1
        ]
        is_coloured = tuple(dataset.colorinterp[:3]) == _COLOURS
        data = dataset.read(bands, out_shape=(len(bands), *shape))
        valid = validity(dataset, out_shape=shape)
    limits = [_limits(band[valid]) for band in data]
    if data.dtype == np.uint8 and all(high - low >= _FULL_ENOUGH for low, high in limits[:3]):
        limits = [(0.0, 255.0)] * len(limits)
    elif data.dtype == np.uint8 and is_coloured:
        lows, highs = zip(*limits[:3], strict=True)
        limits[:3] = [(min(lows), max(highs))] * 3
    return tuple(Stretch(low, high) for low, high in limits)


def _limits(values: NDArray[Any]) -> tuple[float, float]:
    values = values[np.isfinite(values)] if values.dtype.kind == "f" else values
    if values.size == 0:
        return 0.0, 1.0
    low, high = (float(value) for value in np.percentile(values.astype(np.float64), _PERCENTILES))
    if high > low:
        return low, high
    low, high = float(values.min()), float(values.max())
    return (low, high) if high > low else (low, low + 1.0)


def to_display(data: NDArray[Any], stretch: Sequence[Stretch]) -> NDArray[np.uint8]:
    """Red, green, blue (3, row, column) of `data` (band, row, column): the first three bands, or the first as
    grey.
    """
    picked = (0, 1, 2) if len(data) >= 3 else (0, 0, 0)
    return to_colours(data, picked, [stretch[index] for index in picked])


def to_colours(data: NDArray[Any], bands: Sequence[int], limits: Sequence[Stretch]) -> NDArray[np.uint8]:
    """Red, green, blue (3, row, column) of three bands of `data` (band, row, column), each between its limits."""
    pairs = list(zip(bands, limits, strict=True))
    levels = {pair: _levels(data[pair[0]], pair[1]) for pair in set(pairs)}
    return np.stack([levels[pair] for pair in pairs])


def _levels(band: NDArray[Any], stretch: Stretch) -> NDArray[np.uint8]:
    if band.dtype == np.uint8 and (stretch.low, stretch.high) == (0.0, 255.0):
        return band
    span = max(stretch.high - stretch.low, 1e-30)
    share = (band.astype(np.float64) - stretch.low) / span
    # NaN shows black; callers mark it invalid
    return np.rint(np.nan_to_num(np.clip(share, 0, 1)) * 255).astype(np.uint8)


def encode_webp(rgb: NDArray[np.uint8], valid: NDArray[np.bool_], quality: int = 85) -> bytes:
    """WebP bytes of (3, row, column); transparent where `valid` (row, column) is False. PNG takes ten times as long."""
    alpha = np.where(valid, 255, 0).astype(np.uint8)
    picture = rgb if valid.all() else np.concatenate([np.where(valid, rgb, 0).astype(np.uint8), alpha[None]])
    return _encoded(picture, "WEBP", quality=quality, method=0)


def encode_jpeg(rgb: NDArray[np.uint8], valid: NDArray[np.bool_], quality: int = 85) -> bytes:
    """JPEG bytes of (3, row, column); hatched in grey where `valid` (row, column) is False, never black."""
    if valid.all():
        return _encoded(rgb, "JPEG", quality=quality)
    diagonal = np.add.outer(np.arange(valid.shape[0]), np.arange(valid.shape[1]))
    hatch = np.where(diagonal // _HATCH_PX % 2, *_HATCH)
    return _encoded(np.where(valid, rgb, hatch).astype(np.uint8), "JPEG", quality=quality)


def _encoded(picture: NDArray[np.uint8], kind: str, **options: Any) -> bytes:
    from PIL import Image

    buffer = io.BytesIO()
    # band by band: a tenth of the time of turning the array
    bands = [Image.fromarray(band) for band in picture]
    Image.merge("RGBA"[: len(bands)], bands).save(buffer, kind, **options)
    return buffer.getvalue()
