"""The marks that the sample's analysts draw: a box along the road around what they call present."""

from __future__ import annotations

from uuid import NAMESPACE_URL, uuid5

import numpy as np

from workflow.demo.frame import Road, metres_per_degree
from workflow.demo.scene import Change, Scene
from workflow.model import State

__all__ = ["marks"]

_MARGIN_M = 6.0


def marks(scene: Scene, capture: str) -> list[tuple[str, dict[str, object]]]:
    """(analyst, operation for `actions.annotate`) for each thing stated to be present in a scene from above.

    `capture` is the id under which the scene was taken in. The same scene and capture give the same ids, so
    that doing it again draws nothing twice.
    """
    if scene.gsd_m is None:
        return []
    standing = {change.target: change for change in scene.standing if change.target}
    present = [one for one in scene.observations if one.state is State.PRESENT and one.target in standing]
    first = {one.target: one for one in reversed(present)}
    return [
        (one.analyst, _operation(scene, capture, target, _ring(scene, standing[target])))
        for target, one in first.items()
    ]


def _operation(scene: Scene, capture: str, target: str, ring: list[list[float]]) -> dict[str, object]:
    key = str(uuid5(NAMESPACE_URL, f"sitetrack:demo:{scene.site}:{target}:{capture}"))
    annotation = {
        "id": key,
        "site": scene.site,
        "capture": capture,
        "target": target,
        "shape": "polygon",
        "geometry": {"type": "Polygon", "coordinates": [ring]},
    }
    return {"op": key, "seq": 0, "type": "add", "annotation": annotation}


def _ring(scene: Scene, thing: Change) -> list[list[float]]:
    """Closed ring (lon, lat), counter-clockwise: the thing's rectangle and a margin, turned with the road."""
    along, across = thing.length_m / 2 + _MARGIN_M, thing.width_m / 2 + _MARGIN_M
    corners = np.array([[-1, -1], [-1, 1], [1, 1], [1, -1], [-1, -1]]) * [along, across]
    local = Road(scene.bearing_deg).to_local(corners + np.array([thing.along_m, thing.across_m]))
    degrees = local / metres_per_degree(scene.position)
    degrees += scene.position.lon, scene.position.lat
    return [[round(lon, 7), round(lat, 7)] for lon, lat in degrees.tolist()]
