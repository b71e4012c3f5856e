"""Places on WGS 84, in decimal degrees, longitude first; and ids."""

from __future__ import annotations

import math
import re
import unicodedata
from dataclasses import dataclass

__all__ = ["SLUG", "LonLat", "Position", "slug"]

SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


def slug(text: str) -> str:
    """Lower-case ASCII id made of `text`: letters and digits, runs of anything else become one hyphen.

    Letters outside ASCII (Hangul) are dropped after decomposition, so the result may be empty.
    """
    ascii_text = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return "-".join(re.findall(r"[a-z0-9]+", ascii_text.lower()))


@dataclass(frozen=True, slots=True, order=True)
class LonLat:
    """A place on WGS 84: longitude then latitude, decimal degrees, finite, within ±180 and ±90."""

    lon: float
    lat: float

    def __post_init__(self) -> None:
        """Refuse what is not finite or out of range."""
        if not (math.isfinite(self.lon) and math.isfinite(self.lat)):
            raise ValueError(f"position ({self.lon}, {self.lat}) is not finite")
        if not (-180 <= self.lon <= 180 and -90 <= self.lat <= 90):
            raise ValueError(f"position lon {self.lon}, lat {self.lat} is outside ±180, ±90")


@dataclass(frozen=True, slots=True)
class Position:
    """A place, how finely it was stated, and the text it was read from."""

    lonlat: LonLat
    precision_m: float | None = None
    text: str = ""
