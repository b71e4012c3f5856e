"""IARPA SMART site models in: their ``site`` features are sites; what is observed is read as past work.

A model of ours says in ``cache`` which site and target it is of. Of others the site's id follows from `site_id`, its
outline is the polygon, and it has the one target that every site without targets gets.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from workflow.model import slug

__all__ = ["cached", "is_model", "kind_of", "properties", "site_features", "site_id"]

_KEPT = ("name", "name_local", "category", "radius_m", "targets")


def is_model(features: Sequence[object]) -> bool:
    """Whether these are the features of a site model: one of them is a ``site`` with a `site_id`."""
    return any(kind_of(one) == "site" and "site_id" in properties(one) for one in features)


def site_features(features: Sequence[object]) -> list[tuple[int, object]]:
    """The features that state sites, with their numbers counted from 1, as those of a register."""
    numbered = enumerate(features, 1)
    return [(number, _registered(one)) for number, one in numbered if kind_of(one) != "observation"]


def _registered(feature: object) -> object:
    if not isinstance(feature, dict) or kind_of(feature) != "site":
        return feature
    stated, ours = properties(feature), cached(feature)
    kept: dict[str, Any] = {name: ours[name] for name in _KEPT if ours.get(name)}
    found = {"id": site_id(feature), "name": stated.get("site_id"), **kept}
    geometry = feature.get("geometry")
    if "position" in ours and not ours.get("outlined"):
        place = ours["position"]
        geometry = None if place is None else {"type": "Point", "coordinates": place}
    elif ours.get("position"):
        found["position"] = ours["position"]
    return type(feature)({"type": "Feature", "geometry": geometry, "properties": type(feature)(found)})


def properties(feature: object) -> Mapping[str, Any]:
    """The properties of a feature, or nothing."""
    found = feature.get("properties") if isinstance(feature, Mapping) else None
    return found if isinstance(found, Mapping) else {}


def kind_of(feature: object) -> object:
    """What a feature of a model says that it is: ``site`` or ``observation``."""
    return properties(feature).get("type")


def cached(feature: object) -> Mapping[str, Any]:
    """What we wrote into a feature beyond the format, or nothing."""
    cache = properties(feature).get("cache")
    ours = cache.get("sitetrack") if isinstance(cache, Mapping) else None
    return ours if isinstance(ours, Mapping) else {}


def site_id(feature: object) -> str:
    """The id of the site that a ``site`` feature states; "" where there is none."""
    ours = cached(feature).get("site")
    return ours if isinstance(ours, str) else slug(str(properties(feature).get("site_id") or ""))
