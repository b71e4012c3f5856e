"""What was done in the viewer, taken into the record: each operation once, whichever page or tab brings it.

An operation says what it is (`kind`), of which `site`, and has an id. ``annotate`` draws a mark whose id is the
operation's own unless it names one, ``edit``, ``delete`` and ``restore`` name a mark and what was seen of it (`was`),
``observe`` says a state. Geometry is in metres of the site's grid; where it names a
`frame`, in pixels of the space of the site's stills; `number` is then that of the frame of a clip.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any

import numpy as np

from dashboard import cache
from dashboard.gridjson import from_grid, from_space
from dashboard.language import t
from dashboard.projects import current_project
from dashboard.told import told
from workflow import actions
from workflow.errors import InputRefused, ProjectUnusable, WorkflowError
from workflow.grid import SiteGrid
from workflow.model import Annotation, Author
from workflow.stills import Space, Still

__all__ = ["apply_operations"]

Operation = Mapping[str, Any]
Refusals = list[dict[str, str]]
_HAIR_PX = 1e-3
_TYPES = {"annotate": "add", "edit": "edit", "delete": "delete", "restore": "restore"}
_MISSHAPEN = (AttributeError, KeyError, TypeError, ValueError, IndexError)  # not made by our viewer


def apply_operations(author: Author | None, operations: Sequence[Operation]) -> tuple[list[str], Refusals]:
    """Apply operations of the viewer in their order: ids that are done with, and refusals as sentences.

    A refused operation is done with as well. What could not be judged, because nobody has said who writes or the
    record cannot be written now, is not: the viewer keeps it and sends it again.
    """
    if author is None:
        sentence = t("Nothing was stored: give your name first; reload the page.")
        return [], [{"id": str(one.get("id", "")), "sentence": sentence} for one in operations]
    done: list[str] = []
    refusals: Refusals = []
    for is_drawn, group in groupby(sorted(operations, key=_place), key=lambda one: one.get("kind") in _TYPES):
        some = list(group)
        apply = _draw if is_drawn else _observe
        try:
            refused = apply(author, some)
        except ProjectUnusable as error:
            return done, [*refusals, {"id": "", "sentence": told(error)}]
        refusals += refused
        done += [str(one.get("id", "")) for one in some]
    return done, refusals


def _place(operation: Operation) -> float:
    place = operation.get("seq")
    return float(place) if isinstance(place, int | float) else 0.0


def _observe(author: Author, operations: list[Operation]) -> Refusals:
    refusals = []
    for operation in operations:
        try:
            if operation["kind"] != "observe":
                raise ValueError(operation["kind"])
            refused = actions.observe_once(
                current_project(),
                author,
                operation["id"],
                site=operation["site"],
                capture=operation["capture"],
                state=operation["state"],
                target=operation["target"],
                confidence=operation["confidence"],
                note=operation["note"],
                seen=operation.get("seen"),
            )
        except ProjectUnusable:
            raise
        except WorkflowError as error:
            refused = str(error)
        except _MISSHAPEN:
            refused = _unreadable()
        if refused:
            refusals.append({"id": str(operation.get("id", "")), "sentence": told(refused)})
    return refusals


def _draw(author: Author, operations: list[Operation]) -> Refusals:
    """Neighbouring operations on marks, in one write."""
    spaces: dict[tuple[str, str], SiteGrid | Space] = {}
    refusals, readable = [], []
    for operation in operations:
        try:
            readable.append(_drawing(author, operation, spaces))
        except ProjectUnusable:
            raise
        except WorkflowError as error:
            refusals.append({"id": str(operation.get("id", "")), "sentence": told(error)})
        except _MISSHAPEN:
            refusals.append({"id": str(operation.get("id", "")), "sentence": _unreadable()})
    if not readable:
        return refusals
    try:
        refused = actions.annotate(current_project(), author, readable).refused
    except ProjectUnusable:
        raise
    except WorkflowError as error:  # whoever may not draw at all
        refused = tuple((one["op"], str(error)) for one in readable)
    return refusals + [{"id": op, "sentence": told(sentence)} for op, sentence in refused]


def _unreadable() -> str:
    return t("An operation could not be read; reload the page and repeat it.")


def _drawing(
    author: Author, operation: Operation, spaces: dict[tuple[str, str], SiteGrid | Space]
) -> dict[str, Any]:
    """An operation of the viewer as `actions.annotate` takes it."""
    site, frame = operation["site"], str(operation.get("frame") or "")
    if (site, frame) not in spaces:
        spaces[site, frame] = _space(author, site, frame)
    space = spaces[site, frame]
    stated = {"id": operation.get("annotation", operation["id"])} | _fields(operation, operation, space)
    if operation["kind"] == "annotate":
        stated |= {"site": site, "capture": operation["capture"], "shape": operation["shape"]}
        stated |= {"copied_from": operation.get("copied_from", "")}
        if isinstance(space, Space):
            stated |= {"at_s": _still(operation).at_s}
    taken = {"op": operation["id"], "seq": operation["seq"], "type": _TYPES[operation["kind"]]}
    if "was" in operation:
        taken["was"] = _as_stored(_fields(operation["was"], operation, space), stated["id"], frame)
    if "base_version" in operation:
        taken["base_version"] = operation["base_version"]
    return taken | {"annotation": stated}


def _space(author: Author, site: str, frame: str) -> SiteGrid | Space:
    """What the viewer drew in: the site's grid, or the space of its stills that has the key `frame`."""
    page = cache.compare(site, current_project().record.stamp, author.name)
    if not frame and page.grid is not None:
        return page.grid
    if not frame or page.space is None:
        raise ValueError(site)
    if page.space.key != frame:
        raise InputRefused(
            t("Mark"),
            t("the stills were aligned otherwise meanwhile"),
            t("reload the page and draw it again"),
        )
    return page.space


def _fields(source: Operation, operation: Operation, space: SiteGrid | Space) -> dict[str, Any]:
    found = {name: source[name] for name in ("label", "note", "target", "evidence") if name in source}
    if "geometry" in source:
        geometry = source["geometry"]
        found["geometry"] = (
            from_space(geometry, space, _still(operation).key)
            if isinstance(space, Space)
            else from_grid(geometry, space)
        )
    return found


def _still(operation: Operation) -> Still:
    """The still that a mark is drawn on, of a clip its frame."""
    return Still(current_project().capture(operation["capture"]), int(operation.get("number") or 0))


def _as_stored(was: dict[str, Any], mark: str, frame: str) -> dict[str, Any]:
    """What was seen of a mark; of one in a still its place as it is stored, where that differs by the way back only."""
    known = current_project().record.get(Annotation, mark) if frame and "geometry" in was else None
    if known is None:
        return was
    seen, stored = (
        np.array([xy for ring in _rings(one) for xy in ring])
        for one in (was["geometry"], known.value.geometry)
    )
    is_same = seen.shape == stored.shape and bool(np.allclose(seen, stored, rtol=0, atol=_HAIR_PX))
    return was | ({"geometry": known.value.geometry} if is_same else {})


def _rings(geometry: Mapping[str, Any]) -> list[Any]:
    """The positions of a geometry, in lists."""
    places = geometry["coordinates"]
    depth = {"Point": 0, "LineString": 1}.get(geometry["type"], 2)
    return [[places]] if depth == 0 else [places] if depth == 1 else list(places)
