"""Sites that change: in a register file that holds more than sites, and field by field.

Whatever is not ours in a file (features that did not change, properties and members of others, their order) is
written as it was read.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from workflow.coords import parse_position
from workflow.errors import InputRefused
from workflow.model import Position, Site
from workflow.register.assemble import Draft, assemble
from workflow.register.fields import PROPERTIES
from workflow.register.geojson import drafts, feature_of, parsed, register_text, text_of
from workflow.register.shapes import NOWHERE, Shape

__all__ = ["as_filed", "new_site", "restated", "rewritten"]


def as_filed(site: Site) -> Site:
    """The site as a register file gives it back: with a target at least, texts tidied.

    Raises
    ------
    InputRefused
        when a file with this site could not be read.
    """
    return _only(drafts(register_text([site]).encode(), "the record"))


def rewritten(body: bytes, name: str, sites: Sequence[Site], changed: Sequence[Site]) -> bytes:
    """The content of a register file with some sites `changed`: in their features, or as new ones at the end.

    `sites` are all that `body` states, one a feature, in file order.

    Raises
    ------
    InputRefused
        when the file holds what cannot be written as JSON.
    """
    root = dict(parsed(body, name))
    features = [root] if root["type"] == "Feature" else list(root["features"])
    waiting = {site.id: site for site in changed}
    for index, site in enumerate(sites):
        if site.id in waiting:
            features[index] = _with(features[index], waiting.pop(site.id))
    features += [feature_of(site) for site in waiting.values()]
    if root["type"] == "Feature":
        root = {"type": "FeatureCollection"}
    root.pop("bbox", None)  # it may no longer hold
    try:
        return text_of({**root, "features": features}).encode()
    except (ValueError, RecursionError) as error:
        raise InputRefused(
            name,
            f"it holds what cannot be written as JSON ({error})",
            "take that out, the record's changes wait until then",
        ) from error


def _with(feature: Mapping[str, Any], site: Site) -> dict[str, Any]:
    """The feature as it was, but stating `site`."""
    ours = feature_of(site)
    kept = {name: value for name, value in feature.items() if name != "bbox"}
    known = {*PROPERTIES, "position"} if site.footprint else set(PROPERTIES)
    stated = feature.get("properties") or {}
    others = {name: value for name, value in stated.items() if name not in known}
    return {**kept, "geometry": ours["geometry"], "properties": {**ours["properties"], **others}}


# -- field by field ------------------------------------------------------------------------------------------


def restated(site: Site, changes: Mapping[str, object]) -> Site:
    """The site with some properties changed, each checked as if a file stated it.

    `position` is text in any form, empty for not located. `targets` are objects: one whose id is there is changed
    in the fields it states, another is added.

    Raises
    ------
    InputRefused
        when a value cannot be taken.
    """
    properties: dict[str, object] = dict(feature_of(site)["properties"])
    place = site.position
    if "position" in changes:
        place = _stated_position(changes)
        for name in ("precision_m", "position_text"):
            properties.pop(name, None)
    properties |= {name: value for name, value in changes.items() if name not in ("position", "targets")}
    if "targets" in changes:
        properties["targets"] = _targets(properties.get("targets"), changes["targets"])
    shape = Shape(place.lonlat if place else None, site.footprint)
    return _only([Draft(f"Site {site.id}", properties, shape, place)])


def new_site(stated: Mapping[str, object]) -> Site:
    """The site that these properties state, as in `restated`; without an `id` it follows from the name.

    Raises
    ------
    InputRefused
        when a value cannot be taken, or there is neither id nor name.
    """
    if not (stated.get("id") or stated.get("name")):
        raise InputRefused("New site", "it has neither an id nor a name", "give it a name")
    properties = {name: value for name, value in stated.items() if name != "position"}
    return _only([Draft("New site", properties, NOWHERE, _stated_position(stated))])


def _stated_position(stated: Mapping[str, object]) -> Position | None:
    text = stated.get("position")
    if text is None or text == "":
        return None
    if not isinstance(text, str):
        raise InputRefused("position", "it is not text", "write '39.0203, 125.7347', say")
    return parse_position(text)


def _targets(there: object, stated: object) -> list[object]:
    if not isinstance(stated, list | tuple):
        raise InputRefused("targets", "they are not a list", "write a list of objects")
    found: dict[object, Any] = {one["id"]: one for one in there} if isinstance(there, list) else {}
    for one in stated:
        target = {"id": one} if isinstance(one, str) else one
        if not isinstance(target, Mapping) or not isinstance(target.get("id"), str):
            raise InputRefused("targets", "one of them has no id", "give each target its id")
        found[target["id"]] = {**found.get(target["id"], {}), **target}
    return list(found.values())


def _only(read: Sequence[Draft | InputRefused]) -> Site:
    reading = assemble("site", read)
    if reading.refused:
        raise reading.refused[0]
    return reading.sites[0]
