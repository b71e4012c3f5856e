"""Known providers: the credit and the terms that their pictures usually come with, and how they were taken.

Terms are a reminder to the author of a figure and no legal advice.
"""

from __future__ import annotations

from dataclasses import dataclass

from workflow.model import Basis, CaptureKind, slug

__all__ = ["PROFILES", "Profile", "profile_of"]


@dataclass(frozen=True, slots=True)
class Profile:
    """What goes without saying for a provider. `{year}` in `credit` is the year of the picture.

    `basis` is what a date that somebody states for its pictures rests on, None for the date itself.
    """

    provider: str
    credit: str
    licence: str
    kind: CaptureKind = CaptureKind.SATELLITE
    also: tuple[str, ...] = ()
    basis: Basis | None = None


PROFILES = (
    Profile(
        "Google Earth",
        "Image: Google Earth and its data providers",
        "Google Earth terms: attribute Google and the data providers; no analysis products",
        also=("google earth pro", "google-earth-web"),
        basis=Basis.EARLIEST_POSSIBLE,
    ),
    Profile(
        "Esri Wayback",
        "Image: Esri World Imagery Wayback and its data providers",
        "Esri terms: attribute Esri and the data providers",
        also=("wayback", "world imagery wayback", "esri world imagery wayback"),
        basis=Basis.RELEASED,
    ),
    Profile(
        "Planet",
        "Image © {year} Planet Labs PBC",
        "Planet terms: as licensed",
        also=("planet labs", "planetscope"),
    ),
    Profile(
        "Maxar",
        "Satellite image © {year} Maxar Technologies",
        "Maxar terms: as licensed",
        also=("vantor", "digitalglobe", "maxar technologies"),
    ),
    Profile(
        "Copernicus Sentinel-2",
        "Contains modified Copernicus Sentinel data {year}",
        "Copernicus Sentinel data terms: free, with attribution",
        also=("sentinel-2", "copernicus", "sentinel 2", "esa"),
    ),
    Profile(
        "Copernicus Sentinel-1",
        "Contains modified Copernicus Sentinel data {year}",
        "Copernicus Sentinel data terms: free, with attribution",
        also=("sentinel-1", "sentinel 1"),
    ),
    Profile(
        "USGS Landsat",
        "Image courtesy of the U.S. Geological Survey",
        "public domain",
        also=("landsat", "usgs", "usgs-nasa"),
    ),
    Profile("USDA NAIP", "Image: USDA NAIP", "public domain", CaptureKind.AERIAL, also=("naip", "usda")),
    Profile(
        "KCTV broadcast",
        "Image: Korean Central Television",
        "broadcast still: quotation",
        CaptureKind.BROADCAST,
        also=("kctv", "korean central television"),
    ),
)
_BY_NAME = {slug(name): profile for profile in PROFILES for name in (profile.provider, *profile.also)}


def profile_of(provider: str) -> Profile | None:
    """The profile of a provider by any of its names, None for one that is not in the table."""
    return _BY_NAME.get(slug(provider))
