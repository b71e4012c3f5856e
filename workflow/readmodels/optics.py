"""How a picture was taken and can be shown: the sun over the site, the view, the bands and their limits."""

from __future__ import annotations

from dataclasses import dataclass

from workflow.displays import BandPlan, band_plan
from workflow.model import Capture, LonLat, Stretch
from workflow.shadows import Sunlight, sunlight

__all__ = ["Optics", "optics"]


@dataclass(frozen=True, slots=True)
class Optics:
    """`sun` is that over the site, None for a site that is not located; `stretch` has the stored limits of each
    band.
    """

    sun: Sunlight | None
    off_nadir_deg: float | None
    plan: BandPlan
    stretch: tuple[Stretch, ...]


def optics(capture: Capture, place: LonLat | None) -> Optics:
    """What a comparison says of a capture at a place."""
    return Optics(
        sunlight(capture, place) if place else None,
        capture.off_nadir_deg,
        band_plan(capture),
        capture.stretch,
    )
