"""A still laid on another by features that look alike: read, matched, recorded."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from workflow import rasters
from workflow.actions.permissions import Deed, require
from workflow.actions.stills import align_still, pair_of_stills
from workflow.errors import InputRefused
from workflow.model import Author, Capture, ControlPoint
from workflow.stills import Still
from workflow.stills.matching import match_stills

if TYPE_CHECKING:
    from workflow.project import Project

__all__ = ["align_by_matching"]

_LARGEST_PX = 2048


def align_by_matching(
    project: Project,
    author: Author,
    capture: str,
    to: str,
    *,
    base_version: int | None = None,
    reason: str = "",
) -> Capture:
    """Lay a still on another still of the same view by matched features, and give its capture as it then stands.

    Raises
    ------
    NotAllowed, UnknownName, AmbiguousName, EditConflict, StaleWrite
        as `workflow.actions.align_still`.
    InputRefused
        when the two are no such stills, or could not be matched.
    """
    require(author, Deed.GEOREFERENCE)
    still, other = pair_of_stills(project, capture, to)
    (one, by), (two, by_other) = _grey(project, still), _grey(project, other)
    points = [_scaled(point, by, by_other) for point in match_stills(one, two)]
    return align_still(
        project, author, still.key, other.key, points, matched=True, base_version=base_version, reason=reason
    )


def _grey(project: Project, still: Still) -> tuple[NDArray[np.uint8], float]:
    """The picture in grey as it is shown, reduced where it is large, and how many of its pixels go on one of these."""
    from rasterio.errors import RasterioError

    try:
        data, valid = rasters.read_whole(project.root / still.picture, _LARGEST_PX)
    except (RasterioError, OSError) as error:
        raise InputRefused(
            f"Capture {still.key} ({still.name})", "cannot be read", "run 'sitetrack verify'"
        ) from error
    shown: NDArray[Any] = rasters.to_display(data, still.capture.stretch)
    grey = np.where(valid, shown.mean(axis=0), 0).round().astype(np.uint8)
    return grey, max(still.size) / max(grey.shape)


def _scaled(point: ControlPoint, by: float, by_other: float) -> ControlPoint:
    return replace(point, col=point.col * by, row=point.row * by, x=point.x * by_other, y=point.y * by_other)
