"""What is recorded of a still: the still of the same view that it is laid on, and where it was taken from."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from workflow.actions.editing import change_capture
from workflow.actions.permissions import Deed, require
from workflow.actions.text import clean_text
from workflow.coords import parse_position
from workflow.errors import InputRefused
from workflow.model import (
    Author,
    Capture,
    CaptureKind,
    ControlPoint,
    Georeference,
    LonLat,
    Standpoint,
    ViewAlignment,
)
from workflow.stills import Still, fit_view, lying

if TYPE_CHECKING:
    from workflow.project import Project

__all__ = ["align_still", "pair_of_stills", "set_standpoint", "standpoint"]

_LONGEST_REASON = 500
_FROM_THE_GROUND = (CaptureKind.GROUND, CaptureKind.BROADCAST)


def align_still(
    project: Project,
    author: Author,
    capture: str,
    to: str,
    points: Sequence[ControlPoint],
    *,
    matched: bool = False,
    base_version: int | None = None,
    reason: str = "",
) -> Capture:
    """Lay a still on another still of the same view by pairs of points, and give its capture as it then stands.

    A pair has column and row in the still, and as `x` and `y` those in the other. No picture is warped or written; what
    lay otherwise before stays in the capture's history, and ``undo`` goes back to it. `capture` and `to` are ids,
    unique prefixes of ids, or original file names, of a clip's frame with ``@00:02:40`` behind them; `base_version`
    is the version that the person saw.

    Raises
    ------
    NotAllowed
        for a viewer.
    UnknownName, AmbiguousName
        when no capture or several fit.
    EditConflict
        when somebody else laid it otherwise since.
    StaleWrite
        when there never was such a version.
    InputRefused
        when the two are no stills of one site, the other one is laid on this one, or the pairs cannot be used (see
        `workflow.stills.fit_view`).
    """
    require(author, Deed.GEOREFERENCE)
    still, other = pair_of_stills(project, capture, to)
    fitted = fit_view(points, still.size, other.size)
    view = ViewAlignment(
        other.key,
        tuple(points),
        *still.size,
        *other.size,
        fitted.rms_px,
        fitted.loo_px,
        matched,
    )
    how = "matched features" if matched else "pairs of points"
    why = clean_text("Reason", reason, _LONGEST_REASON) or f"laid on still {other.key} by {how}"
    if still.number:
        why = f"frame at {still.code}: {why}"
    laid = partial(_laid, number=still.number, view=view)
    return change_capture(project, author, still.capture.id, laid, base_version=base_version, reason=why)


def _laid(capture: Capture, number: int, view: ViewAlignment) -> Capture:
    """The capture with the view of one of its frames."""
    if not number:
        return replace(capture, view=view)
    frames = list(capture.frames)
    frames[number] = replace(frames[number], view=view)
    return replace(capture, frames=tuple(frames))


def pair_of_stills(project: Project, capture: str, to: str) -> tuple[Still, Still]:
    """The still and the other one that it can be laid on.

    Raises
    ------
    UnknownName, AmbiguousName
        when no capture or several fit.
    InputRefused
        when one of them lies on the map or has no site, they are of two sites or the same, or the other one is laid on
        this one.
    """
    still, other = project.still(capture), project.still(to)
    for one in (still, other):
        if one.capture.georeference is not Georeference.NONE:
            raise InputRefused(_called(one), "lies on the map", "align pictures without coordinates only")
        if one.capture.site is None:
            raise InputRefused(_called(one), "belongs to no site", "take it in again with --site")
    if still.key == other.key:
        raise InputRefused(_called(still), "would be laid on itself", "name another still")
    if still.capture.site != other.capture.site:
        raise InputRefused(
            _called(other),
            f"is of site {other.capture.site}, not of {still.capture.site}",
            "name a still of the same site",
        )
    if still.view is None or still.view.to != other.key:
        _refuse_round(project, still, other)
    return still, other


def _called(still: Still) -> str:
    return f"Capture {still.key} ({still.name})"


def _refuse_round(project: Project, still: Still, other: Still) -> None:
    if lying(project.stills(still.capture.site or ""))[other.key].to == still.key:
        raise InputRefused(
            _called(other),
            f"is laid on {still.name} itself",
            "align that one anew, or take its alignment back first",
        )


# -- where it was taken from -----------------------------------------------------------------------------------------


def standpoint(position: str, azimuth: float, field: float) -> Standpoint:
    """A standpoint from what somebody typed: a position in any form that sites have, and degrees.

    Raises
    ------
    InputRefused
        when one of them cannot be.
    """
    lonlat: LonLat = parse_position(position).lonlat
    _in_range("Azimuth", azimuth, 0, 360, "give degrees clockwise from true north")
    _in_range("Field of view", field, 1, 180, "give the whole horizontal angle in degrees")
    return Standpoint(lonlat, azimuth % 360, field)


def _in_range(name: str, value: float, least: float, most: float, remedy: str) -> None:
    if not (math.isfinite(value) and least <= value <= most):
        raise InputRefused(name, f"{value:g} is not between {least:g} and {most:g}", remedy)


def set_standpoint(
    project: Project,
    author: Author,
    capture: str,
    where: Standpoint | None,
    *,
    base_version: int | None = None,
    reason: str = "",
) -> Capture:
    """Say where a still was taken from, None for not known; gives the capture as it then stands.

    `capture` is an id, a unique prefix of one, or the original file name.

    Raises
    ------
    NotAllowed
        for a viewer.
    UnknownName, AmbiguousName
        when no capture or several fit.
    EditConflict
        when somebody else said otherwise since.
    StaleWrite
        when there never was such a version.
    InputRefused
        when it is no picture from the ground, or was withdrawn.
    """
    require(author, Deed.EDIT_CAPTURES)
    known = project.capture(capture)
    if known.kind not in _FROM_THE_GROUND:
        raise InputRefused(
            f"Capture {known.id} ({known.file})",
            f"is a {known.kind} picture",
            "say it of a ground or broadcast picture",
        )
    why = clean_text("Reason", reason, _LONGEST_REASON) or "standpoint changed"
    moved = partial(replace, standpoint=where)
    return change_capture(project, author, known.id, moved, base_version=base_version, reason=why)
