"""What cameras on the ground saw, for a map of many sites."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from workflow.datewords import Language
from workflow.model import Capture, LonLat, Site
from workflow.readmodels.dates import dated
from workflow.stills import cone_features, standpoint_words

__all__ = ["Camera", "cameras"]


@dataclass(frozen=True, slots=True)
class Camera:
    """The sector that a still shows: a ring on WGS 84, closed, that begins at the camera; its date and direction.

    `last` is the last day on which it may have been taken, None for unknown.
    """

    ring: tuple[LonLat, ...]
    words: str
    last: date | None

    def is_by(self, day: date | None) -> bool:
        """Whether it was certainly taken by the end of `day`; None takes all."""
        return day is None or (self.last is not None and self.last <= day)


def cameras(
    captures: Iterable[Capture], sites: Iterable[Site], language: Language = "en"
) -> tuple[Camera, ...]:
    """Those of the captures whose standpoint is known, in the order of their dates."""
    places = {site.id: site.position.lonlat if site.position else None for site in sites}
    ordered = sorted((one for one in captures if one.standpoint), key=lambda one: one.date_order)
    return tuple(
        Camera(_ring(one, places.get(one.site or ""), language), _words(one, language), one.acquired.latest)
        for one in ordered
    )


def _ring(capture: Capture, site: LonLat | None, language: Language) -> tuple[LonLat, ...]:
    [feature] = cone_features([capture], site, language)
    corners: Sequence[tuple[float, float]] = feature["geometry"]["coordinates"][0]
    return tuple(LonLat(*corner) for corner in corners)


def _words(capture: Capture, language: Language) -> str:
    where = standpoint_words(capture.standpoint, language) if capture.standpoint else ""
    return f"{dated(capture.acquired, language)}: {where}"
