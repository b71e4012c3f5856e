"""The words of the program as frozen dataclasses, checked when made.

Positions are WGS 84 in decimal degrees, longitude first. Days are proleptic Gregorian; instants are UTC and aware.
Arrays are (band, row, column). Nothing here reads a file, a clock or the environment.
"""

from __future__ import annotations

from workflow.model.captures import (
    LEAST_POINTS,
    Capture,
    CaptureKind,
    Chip,
    ControlModel,
    ControlPoint,
    ControlPoints,
    FileRole,
    Georeference,
    IntakeEvent,
    Offset,
    Part,
    Score,
    Stated,
    StoredFile,
    Stretch,
    Withdrawal,
)
from workflow.model.dates import Basis, DateSpan, Precision
from workflow.model.exports import Export
from workflow.model.figures import (
    MOST_PANELS,
    Allowance,
    CoordinateForm,
    FigureOptions,
    FigureRecipe,
    Layout,
)
from workflow.model.findings import Doubt, Finding, GrowthPoint, Subset, Witness
from workflow.model.places import SLUG, LonLat, Position, slug
from workflow.model.sites import (
    Direction,
    Event,
    Evidence,
    Site,
    SiteEvidence,
    SiteTarget,
    Target,
    TargetClass,
)
from workflow.model.statements import (
    Annotation,
    Author,
    Claim,
    Confidence,
    Observation,
    Review,
    ReviewEntry,
    Role,
    State,
    Verdict,
)

__all__ = [
    "LEAST_POINTS",
    "MOST_PANELS",
    "SLUG",
    "Allowance",
    "Annotation",
    "Author",
    "Basis",
    "Capture",
    "CaptureKind",
    "Chip",
    "Claim",
    "Confidence",
    "ControlModel",
    "ControlPoint",
    "ControlPoints",
    "CoordinateForm",
    "DateSpan",
    "Direction",
    "Doubt",
    "Event",
    "Evidence",
    "Export",
    "FigureOptions",
    "FigureRecipe",
    "FileRole",
    "Finding",
    "Georeference",
    "GrowthPoint",
    "IntakeEvent",
    "Layout",
    "LonLat",
    "Observation",
    "Offset",
    "Part",
    "Position",
    "Precision",
    "Review",
    "ReviewEntry",
    "Role",
    "Score",
    "Site",
    "SiteEvidence",
    "SiteTarget",
    "State",
    "Stated",
    "StoredFile",
    "Stretch",
    "Subset",
    "Target",
    "TargetClass",
    "Verdict",
    "Withdrawal",
    "Witness",
    "slug",
]
