"""What a file says its bands are: colours of the header, and names of the bands where they are plain words."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rasterio.enums import ColorInterp

__all__ = ["band_roles"]

_COLOURS = {
    ColorInterp.red: "red",
    ColorInterp.green: "green",
    ColorInterp.blue: "blue",
    ColorInterp.nir: "nir",
    ColorInterp.pan: "pan",
    ColorInterp.coastal: "coastal",
    ColorInterp.rededge: "red edge",
    ColorInterp.swir: "swir",
    ColorInterp.yellow: "yellow",
}
_RGB = (ColorInterp.red, ColorInterp.green, ColorInterp.blue)
# whole names only: "band 4" or "B8" mean different things to different sensors
_NAMES = {
    "r": "red",
    "red": "red",
    "g": "green",
    "green": "green",
    "b": "blue",
    "blue": "blue",
    "n": "nir",
    "nir": "nir",
    "nir1": "nir",
    "near infrared": "nir",
    "near ir": "nir",
    "pan": "pan",
    "panchromatic": "pan",
    "coastal": "coastal",
    "coastal blue": "coastal",
    "red edge": "red edge",
    "rededge": "red edge",
    "yellow": "yellow",
    "swir": "swir",
}


def band_roles(colours: Sequence[ColorInterp], names: Sequence[str | None]) -> tuple[str, ...]:
    """A word a band, "" where nothing says it. A band's own name counts before the header's colour.

    Red, green and blue of a header count only together: writers put ``gray`` or a lone colour where nobody said
    anything.
    """
    whole = all(colours.count(one) == 1 for one in _RGB)
    plain = [_named(name) for name in names]
    return tuple(
        word or (_COLOURS.get(colour, "") if whole or colour not in _RGB else "")
        for word, colour in zip(plain, colours, strict=True)
    )


def _named(name: str | None) -> str:
    words = " ".join(re.split(r"[\s_-]+", (name or "").strip().lower()))
    return _NAMES.get(words, "")
