"""The marks that the sample's analysts draw: a box along the road around what they call present."""

from __future__ import annotations

from uuid import NAMESPACE_URL, uuid5

import numpy as np

from workflow.demo.frame import Road, frame_of, metres_per_degree
from workflow.demo.scene import Change, ChangeKind, Encoding, Scene
from workflow.demo.still import camera_boxes
from workflow.model import State

__all__ = ["marks"]

_MARGIN_M = 6.0


def marks(scene: Scene, capture: str) -> list[tuple[str, dict[str, object]]]:
    """(analyst, operation for `actions.annotate`) for each thing stated to be present in a scene.

    `capture` is the id under which the scene was taken in. The same scene and capture give the same ids, so
    that doing it again draws nothing twice.
    """
    standing = {change.target: change for change in scene.standing if change.target}
    present = [one for one in scene.observations if one.state is State.PRESENT and one.target in standing]
    first = {one.target: one for one in reversed(present)}
    return [
        (one.analyst, _operation(scene, capture, target, ring))
        for target, one in first.items()
        if (ring := _ring(scene, standing[target]))
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
        **({} if scene.view.encoding.is_georeferenced else {"in_pixels": True}),
    }
    return {"op": key, "seq": 0, "type": "add", "annotation": annotation}


def _ring(scene: Scene, thing: Change) -> list[list[float]]:
    """Closed ring around the thing: in degrees (lon, lat), counter-clockwise, or in pixels of a picture that does not
    say where it lies; empty for what a still does not show.
    """
    if scene.view.encoding is Encoding.STILL:
        return _still_ring(scene, thing)
    along, across = thing.length_m / 2 + _MARGIN_M, thing.width_m / 2 + _MARGIN_M
    corners = np.array([[-1, -1], [-1, 1], [1, 1], [1, -1], [-1, -1]]) * [along, across]
    local = Road(scene.bearing_deg).to_local(corners + np.array([thing.along_m, thing.across_m]))
    if scene.view.encoding is Encoding.SCREENSHOT:
        pixels = frame_of(scene).to_pixel(local)
        return [[round(x, 1), round(y, 1)] for x, y in pixels.tolist()]
    degrees = local / metres_per_degree(scene.position)
    degrees += scene.position.lon, scene.position.lat
    return [[round(lon, 7), round(lat, 7)] for lon, lat in degrees.tolist()]


def _still_ring(scene: Scene, thing: Change) -> list[list[float]]:
    """A box in pixels around a camera on the arm; the pole itself needs none."""
    cameras = [change for change in scene.standing if change.kind is ChangeKind.CAMERA]
    if thing not in cameras:
        return []
    left, top, right, bottom = (round(value, 1) for value in camera_boxes(scene)[cameras.index(thing)])
    return [[left, top], [left, bottom], [right, bottom], [right, top], [left, top]]
