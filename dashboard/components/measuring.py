"""What the viewer measures and shows pictures with: positions of the grid, the sun, the view, bands and limits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dashboard import routes
from dashboard.language import t
from workflow import pictures
from workflow.codec import encode
from workflow.gridfit import fit_lonlat
from workflow.readmodels.optics import Optics
from workflow.readmodels.pages import CaptureCard, ComparePage
from workflow.shadows import Sunlight, SunSource

__all__ = ["measuring", "seeing"]


def measuring(page: ComparePage) -> dict[str, Any]:
    """Part of the viewer's data: ``places`` (see `LonLatFit`; None where there is no fit), ``histogram`` (address
    of a route) and ``optics`` by the capture's id.
    """
    fit = fit_lonlat(pictures.picture_extent(page.grid)) if page.grid else None
    return {
        "places": encode(fit) if fit else None,
        **_looks(page.site.id, page.captures),
    }


def seeing(page: ComparePage, cards: Sequence[CaptureCard]) -> dict[str, Any]:
    """The same for pictures on which nothing is measured, as they have no coordinates."""
    return {"places": None, **_looks(page.site.id, cards)}


def _looks(site: str, cards: Sequence[CaptureCard]) -> dict[str, Any]:
    return {
        "histogram": routes.HISTOGRAM_PATH.replace("{site}", site),
        "optics": {card.id: _optics(card) for card in cards},
    }


def _optics(card: CaptureCard) -> dict[str, Any]:
    found: Optics = card.optics
    return {
        "gsd_m": card.gsd_m,
        "off_nadir_deg": found.off_nadir_deg,
        "sun": _sun(found.sun) if found.sun else None,
        "roles": list(found.plan.roles),
        "natural": found.plan.natural,
        "infrared": found.plan.infrared,
        "assumed": found.plan.assumed,
        "stretch": [[one.low, one.high] for one in found.stretch],
    }


def _sun(sun: Sunlight) -> Mapping[str, Any]:
    return {**encode(sun), "words": _words(sun)}


def _words(sun: Sunlight) -> str:
    """Where the sun's place comes from, or why it is not known."""
    if sun.source is SunSource.STATED:
        return t("sun as the metadata state it")
    if sun.source is SunSource.COMPUTED:
        return t("sun computed from the exact time and the place")
    if sun.source is SunSource.NO_TIME:
        return t("The sun is not known: the metadata state neither its elevation nor an exact time.")
    if sun.source is SunSource.UNSURE_TIME:
        return t("The sun is not known: the only exact time is that of a file or a clock, which may be off.")
    return t("The sun is not known: it was below the horizon at the stated time, so time or place is wrong.")
