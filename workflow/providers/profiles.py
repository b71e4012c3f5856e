"""Known providers: the credit and the terms that their pictures usually come with, and how they were taken.

Terms are a reminder to the author of a figure and no legal advice.
"""

from __future__ import annotations

from dataclasses import dataclass

from workflow.errors import UnknownName
from workflow.model import Basis, Capture, CaptureKind, DateSpan, slug

__all__ = ["PROFILES", "Profile", "credit_of_profile", "profile_of", "usual_for"]


@dataclass(frozen=True, slots=True)
class Profile:
    """What goes without saying for a provider. `{year}` in `credit` is the year of the picture.

    `basis` is what a date that somebody states for its pictures rests on, None for the date itself.
    What stands in square brackets in `credit` is to be filled in; a figure is refused until it is. `terms_only` is no
    name of a provider, but terms that pictures of many come with.
    """

    provider: str
    credit: str
    licence: str
    kind: CaptureKind = CaptureKind.SATELLITE
    also: tuple[str, ...] = ()
    basis: Basis | None = None
    terms_only: bool = False


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
        "Google Maps",
        "Image: Google Maps and its data providers",
        "Google Maps terms: attribute Google and the data providers; no analysis products",
        also=("google satellite",),
        basis=Basis.EARLIEST_POSSIBLE,
    ),
    Profile(
        "Airbus",
        "Satellite image © {year} Airbus DS",
        "Airbus terms: as licensed",
        also=("cnes airbus", "airbus ds"),
    ),
    Profile(
        "Google Street View",
        "Image: Google Street View",
        "Google Maps terms: attribute Google; no analysis products",
        CaptureKind.GROUND,
        also=("street view",),
    ),
    Profile(
        "KCTV broadcast",
        "Image: Korean Central Television",
        "broadcast still: quotation",
        CaptureKind.BROADCAST,
        also=("kctv", "korean central television"),
    ),
    Profile(
        "Broadcaster",
        "Image: [broadcaster, programme]",
        "broadcast still: quotation",
        CaptureKind.BROADCAST,
        also=("broadcast", "television", "tv"),
        terms_only=True,
    ),
    *(
        Profile(
            f"Creative Commons {name}",
            "Photo: [author]",
            f"CC-{name.replace(' ', '-')}-4.0",
            CaptureKind.GROUND,
            also=(f"cc {name}",),
            terms_only=True,
        )
        for name in ("BY", "BY-SA", "BY-ND", "BY-NC", "BY-NC-SA", "BY-NC-ND")
    ),
    Profile(
        "Creative Commons Zero",
        "Photo: [author]",
        "CC0-1.0",
        CaptureKind.GROUND,
        also=("cc0",),
        terms_only=True,
    ),
)
_BY_NAME = {slug(name): profile for profile in PROFILES for name in (profile.provider, *profile.also)}


def profile_of(provider: str) -> Profile | None:
    """The profile of a provider by any of its names, None for one that is not in the table."""
    return _BY_NAME.get(slug(provider))


def credit_of_profile(profile: Profile, span: DateSpan) -> str:
    """The profile's credit for a picture of that date; without its year where none is known."""
    day = span.latest or span.earliest
    return profile.credit.format(year=day.year) if day else profile.credit.replace(" {year}", "")


def usual_for(provider: str, capture: Capture) -> dict[str, str]:
    """Credit and licence of a capture, and the provider by its usual name, as they are usual for a provider.

    Terms alone leave a credit that is there as it is.

    Raises
    ------
    UnknownName
        when nothing is known of it.
    """
    profile = profile_of(provider)
    if profile is None:
        raise UnknownName("profile of credit and terms", provider, [one.provider for one in PROFILES])
    said = {"credit": credit_of_profile(profile, capture.acquired), "licence": profile.licence}
    if not profile.terms_only:
        return {"provider": profile.provider, **said}
    return said | ({"credit": capture.credit} if capture.credit else {})
