"""IARPA SMART site models in: an ``observation`` feature is a row, its phase says the state.

"No Activity" is absent and "Post Construction" is present; what is under way is neither and is taken as uncertain, with
the phase in the note. An observation of several polygons counts where they agree.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from workflow.errors import InputRefused
from workflow.model import State
from workflow.pastwork.rows import Reading, RefusedRow, Row
from workflow.register import geojson, smart

__all__ = ["rows_of_model"]

_STATES: Mapping[str, State] = {
    "No Activity": State.ABSENT,
    "Site Preparation": State.UNCERTAIN,
    "Active Construction": State.UNCERTAIN,
    "Post Construction": State.PRESENT,
    "Unknown": State.UNCERTAIN,
}
_OURS = ("capture", "state", "confidence", "author", "note", "stated")


def rows_of_model(body: bytes, file: str) -> Reading:
    """Rows of the observations of a site model.

    Raises
    ------
    InputRefused
        when the file is none.
    """
    features = geojson.parsed(body, file).get("features")
    if not isinstance(features, list) or not smart.is_model(features):
        raise InputRefused(file, "is GeoJSON but no SMART site model", "give one, or a table")
    heads = [one for one in features if smart.kind_of(one) == "site"]
    if len(heads) != 1:
        raise InputRefused(file, f"has {len(heads)} site features", "give one site model a file")
    numbered = enumerate(features, 1)
    return Reading(
        tuple(
            _row(heads[0], one, file, number)
            for number, one in numbered
            if smart.kind_of(one) == "observation"
        )
    )


def _row(head: object, feature: object, file: str, number: int) -> Row | RefusedRow:
    where = f"{file}, feature {number}"
    try:
        return Row(file, number, where, _cells(head, feature, where))
    except InputRefused as error:
        return RefusedRow(file, number, str(error))


def _cells(head: object, feature: object, where: str) -> dict[str, str]:
    stated, ours = smart.properties(feature), smart.cached(feature)
    target = smart.cached(head).get("target")
    cells: dict[str, Any] = {"site": smart.site_id(head), "target": target}
    if ours:
        cells |= {name: ours.get(name) for name in _OURS}
    else:
        phases = _list(stated.get("current_phase"), f"{where}, current_phase", "write a phase")
        state = _state(phases, stated.get("is_occluded"), where)
        day = stated.get("observation_date")
        if not day:
            raise InputRefused(f"{where}, observation_date", "is not stated", "leave the observation out")
        cells |= {
            "date": day,
            "state": state.value,
            "author": smart.properties(head).get("originator"),
            "note": _note(stated, phases),
        }
    return {name: value.strip() for name, value in cells.items() if isinstance(value, str) and value.strip()}


def _list(value: object, subject: str, remedy: str) -> list[str]:
    if not isinstance(value, str) or not value.strip():
        raise InputRefused(subject, "is not stated", remedy)
    return [part.strip() for part in value.split(",")]


def _state(phases: list[str], occluded: object, where: str) -> State:
    unknown = [phase for phase in phases if phase not in _STATES]
    if unknown:
        raise InputRefused(
            f"{where}, current_phase",
            f"'{unknown[0][:60]}' is no phase",
            f"write one of {', '.join(_STATES)}",
        )
    states = {_STATES[phase] for phase in phases}
    state = states.pop() if len(states) == 1 else State.UNCERTAIN
    is_hidden = isinstance(occluded, str) and {part.strip() for part in occluded.split(",")} == {"True"}
    return State.OBSCURED if state is State.UNCERTAIN and is_hidden else state


def _note(stated: Mapping[str, Any], phases: list[str]) -> str:
    parts = [f"phase {', '.join(dict.fromkeys(phases))}"]
    parts += [
        f"{what} {stated[name]}"
        for what, name in (("on", "source"), ("by", "sensor_name"))
        if stated.get(name)
    ]
    return "; ".join(parts)
