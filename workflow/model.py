"""The words of the program as frozen dataclasses, checked when made.

Positions are WGS 84 in decimal degrees, longitude first. Days are proleptic Gregorian; instants are UTC and aware.
Arrays are (band, row, column). Nothing here reads a file, a clock or the environment.
"""

from __future__ import annotations

import math
import re
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = [
    "Annotation",
    "Author",
    "Basis",
    "Capture",
    "CaptureKind",
    "Chip",
    "Confidence",
    "DateSpan",
    "Direction",
    "Event",
    "Evidence",
    "Finding",
    "Georeference",
    "GrowthPoint",
    "IntakeEvent",
    "LonLat",
    "Observation",
    "Offset",
    "Position",
    "Precision",
    "Review",
    "Role",
    "Score",
    "Site",
    "State",
    "Stretch",
    "Target",
    "TargetClass",
    "Witness",
    "slug",
]

_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


def slug(text: str) -> str:
    """Lower-case ASCII id made of `text`: letters and digits, runs of anything else become one hyphen.

    Letters outside ASCII (Hangul) are dropped after decomposition, so the result may be empty.
    """
    ascii_text = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return "-".join(re.findall(r"[a-z0-9]+", ascii_text.lower()))


# -- place -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, order=True)
class LonLat:
    """A place on WGS 84: longitude then latitude, decimal degrees, finite, within ±180 and ±90."""

    lon: float
    lat: float

    def __post_init__(self) -> None:
        """Refuse what is not finite or out of range."""
        if not (math.isfinite(self.lon) and math.isfinite(self.lat)):
            raise ValueError(f"position ({self.lon}, {self.lat}) is not finite")
        if not (-180 <= self.lon <= 180 and -90 <= self.lat <= 90):
            raise ValueError(f"position lon {self.lon}, lat {self.lat} is outside ±180, ±90")


@dataclass(frozen=True, slots=True)
class Position:
    """A place, how finely it was stated, and the text it was read from."""

    lonlat: LonLat
    precision_m: float | None = None
    text: str = ""


# -- time ------------------------------------------------------------------------------------------------------------


class Precision(StrEnum):
    """The unit in which a date was stated; never finer than the source."""

    INSTANT = "instant"
    DAY = "day"
    MONTH = "month"
    THIRD = "third of a year"
    QUARTER = "quarter"
    SEASON = "season"
    YEAR = "year"
    DECADE = "decade"
    RANGE = "range"
    UNKNOWN = "unknown"


class Basis(StrEnum):
    """What a capture's date rests on."""

    PRODUCT_METADATA = "product metadata"
    FILE_TAG = "file tag"
    FILE_NAME = "file name"
    STATED = "stated"
    EARLIEST_POSSIBLE = "earliest possible"
    RELEASED = "released"
    BROADCAST = "broadcast"
    PUBLISHED = "published"
    COPYRIGHT_YEAR = "copyright year"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class DateSpan:
    """Days between which something happened, both included; None is an open end.

    `verbatim` is the text as written. `instant` is the aware UTC time where the source gives one; the days are then
    the UTC day.
    """

    earliest: date | None
    latest: date | None
    precision: Precision
    basis: Basis = Basis.STATED
    verbatim: str = ""
    instant: datetime | None = None

    def __post_init__(self) -> None:
        """Refuse an end before the start and an instant without zone."""
        if self.earliest and self.latest and self.latest < self.earliest:
            raise ValueError(f"date span ends ({self.latest}) before it starts ({self.earliest})")
        if self.instant is not None and self.instant.utcoffset() is None:
            raise ValueError(f"instant {self.instant} has no time zone")


# -- what is watched -------------------------------------------------------------------------------------------------


class Event(StrEnum):
    """What can happen to a target."""

    APPEARED = "appeared"
    REMOVED = "removed"


class Direction(StrEnum):
    """Which traffic a target stands over."""

    INBOUND = "inbound"
    OUTBOUND = "outbound"
    BOTH = "both"


class TargetClass(StrEnum):
    """What a target is; decides how coarse a capture may be and still show its absence."""

    GANTRY = "gantry"
    CAMERA = "camera"
    POLE = "pole"
    MAST = "mast"
    CHECKPOINT = "checkpoint"
    GUARD_POST = "guard-post"
    FENCE = "fence"
    BUILDING = "building"
    LANDMARK = "landmark"
    OTHER = "other"

    @property
    def coarsest_gsd_m(self) -> float | None:
        """Ground sample distance in metres beyond which the class cannot be detected; None has no limit.

        From the NIIRS ground-resolved distances: a bar across a road is a level 6 task (0.4-0.75 m), a pole or
        a guard post level 5-6, a building level 4 (1.2-2.5 m), a camera head level 8-9 (0.1-0.2 m).
        """
        return _COARSEST_GSD_M.get(self)


_COARSEST_GSD_M = {
    TargetClass.CAMERA: 0.15,
    TargetClass.POLE: 0.4,
    TargetClass.GANTRY: 0.75,
    TargetClass.MAST: 1.0,
    TargetClass.FENCE: 0.75,
    TargetClass.GUARD_POST: 1.0,
    TargetClass.CHECKPOINT: 1.2,
    TargetClass.BUILDING: 2.5,
    TargetClass.LANDMARK: 2.5,
}


@dataclass(frozen=True, slots=True)
class Target:
    """One thing at a site whose presence is tracked. `id` is unique within its site."""

    id: str
    name: str = ""
    kind: TargetClass = TargetClass.OTHER
    direction: Direction | None = None
    note: str = ""

    def __post_init__(self) -> None:
        """Refuse an id that is not a slug."""
        if not _SLUG.fullmatch(self.id):
            raise ValueError(f"target id '{self.id}' is not lower-case letters, digits and hyphens")


@dataclass(frozen=True, slots=True)
class Evidence:
    """A publication's statement without imagery. `target` and `event` None: a statement on the whole place."""

    wording: str
    when: DateSpan | None = None
    target: str | None = None
    event: Event | None = None
    source: str = ""
    page: str = ""


@dataclass(frozen=True, slots=True)
class Site:
    """A place under watch. `position` None is a site that is not located.

    `bearing_deg` is the road's, clockwise from true north, 0 up to 360. `radius_m` is
    the watch radius. `footprint` is a GeoJSON geometry on WGS 84. `visibility` is `public`, `team` or `restricted`.
    """

    id: str
    name: str
    name_local: str = ""
    aliases: tuple[str, ...] = ()
    category: str = "other"
    position: Position | None = None
    footprint: dict[str, object] | None = None
    targets: tuple[Target, ...] = ()
    road: str = ""
    bearing_deg: float | None = None
    traffic: Direction | None = None
    radius_m: float = 150.0
    timezone: str = ""
    source: str = ""
    note: str = ""
    visibility: str = "public"
    evidence: tuple[Evidence, ...] = ()

    def __post_init__(self) -> None:
        """Refuse a bad id, bearing, radius and doubled targets."""
        if not _SLUG.fullmatch(self.id):
            raise ValueError(f"site id '{self.id}' is not lower-case letters, digits and hyphens")
        if self.bearing_deg is not None and not 0 <= self.bearing_deg < 360:
            raise ValueError(f"bearing {self.bearing_deg} is not within 0 and 360 degrees")
        if not (math.isfinite(self.radius_m) and 0 < self.radius_m <= 20_000):
            raise ValueError(f"radius {self.radius_m} m is not within 0 and 20 km")
        ids = [target.id for target in self.targets]
        if len(set(ids)) != len(ids):
            raise ValueError(f"target ids of site '{self.id}' are not distinct: {', '.join(ids)}")


# -- pictures --------------------------------------------------------------------------------------------------------


class CaptureKind(StrEnum):
    """How a picture was taken."""

    SATELLITE = "satellite"
    AERIAL = "aerial"
    GROUND = "ground"
    BROADCAST = "broadcast"


class Georeference(StrEnum):
    """Where a capture's map coordinates come from."""

    NATIVE = "native"
    CONTROL_POINTS = "control points"
    MATCHED = "matched"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Stretch:
    """Display limits of one band, in the file's units: `low` shows black, `high` shows white."""

    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Capture:
    """One dated picture. `id` is the first 16 hex digits of `sha256`, the hash of the original's bytes.

    `original` and `working` are POSIX paths relative to the project folder; `working` is a Cloud Optimized GeoTIFF
    (256 px tiles, overviews rebuilt from full resolution). `footprint` is the ring of the valid picture's corners on
    WGS 84, closed, counter-clockwise; empty without georeference. `stretch` has one entry a band and never changes.
    `working_sha256` is the hash of the working copy's bytes as intake wrote them; empty where nobody took it.
    """

    id: str
    sha256: str
    kind: CaptureKind
    file: str
    original: str
    working: str
    acquired: DateSpan
    width_px: int
    height_px: int
    bands: int
    georeference: Georeference = Georeference.NATIVE
    crs: str | None = None
    gsd_m: float | None = None
    footprint: tuple[LonLat, ...] = ()
    stretch: tuple[Stretch, ...] = ()
    site: str | None = None
    provider: str = ""
    platform: str = ""
    credit: str = ""
    licence: str = ""
    off_nadir_deg: float | None = None
    sun_azimuth_deg: float | None = None
    sun_elevation_deg: float | None = None
    cloud_share: float | None = None
    synthetic: bool = False
    warnings: tuple[str, ...] = ()
    working_sha256: str = ""

    @property
    def is_dated(self) -> bool:
        """Whether its date bounds anything."""
        return self.acquired.earliest is not None or self.acquired.latest is not None

    @property
    def is_georeferenced(self) -> bool:
        """Whether it lies on the map."""
        return self.crs is not None and self.georeference is not Georeference.NONE

    @property
    def date_order(self) -> tuple[bool, str, str, str]:
        """Sort key: earliest day, then latest, then id; an undated capture comes last."""
        span = self.acquired
        first, last = span.earliest or span.latest, span.latest or span.earliest
        return first is None, str(first), str(last), self.id


@dataclass(frozen=True, slots=True)
class IntakeEvent:
    """One time that a file came in: two intakes of one file are one capture and two events."""

    id: str
    capture: str
    file: str
    sha256: str
    size_bytes: int
    software: str = ""


@dataclass(frozen=True, slots=True)
class Offset:
    """Metres east and north *to add to the capture's coordinates* at a site so that it lies on the reference.

    `quality` runs from 0 to 1. Below the bar the offset is kept, not `applied`, and `reason` says why.
    """

    site: str
    capture: str
    reference: str
    dx_m: float
    dy_m: float
    quality: float
    applied: bool
    method: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Chip:
    """The part of a capture around a site, on the site's grid.

    `data` is (band, row, column) in the capture's own units and dtype; `valid` is (row, column), False where the
    capture has nothing. `gsd_m` is the grid's.
    """

    site: str
    capture: str
    data: NDArray[np.generic]
    valid: NDArray[np.bool_]
    stretch: tuple[Stretch, ...]
    gsd_m: float


@dataclass(frozen=True, slots=True)
class Score:
    """How much two chips of a site differ, 0 (alike) to 1; a hint that orders work, never evidence.

    `value` None has a `reason` (no overlap).
    """

    scorer: str
    version: str
    value: float | None
    reason: str = ""


# -- statements ------------------------------------------------------------------------------------------------------


class State(StrEnum):
    """What an analyst says of a target in a capture. Only `present` and `absent` decide anything."""

    PRESENT = "present"
    ABSENT = "absent"
    UNCERTAIN = "uncertain"
    OBSCURED = "obscured"
    INSUFFICIENT = "insufficient"

    @property
    def decisive(self) -> bool:
        """Whether the state bounds an interval."""
        return self in (State.PRESENT, State.ABSENT)


class Confidence(StrEnum):
    """Strength of the basis of a statement; says nothing of likelihood."""

    LOW = "low"
    MODERATE = "moderate"
    HIGH = "high"


class Review(StrEnum):
    """Where a statement stands in review."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    APPROVED = "approved"


class Role(StrEnum):
    """What somebody may do."""

    ANALYST = "analyst"
    LEAD = "lead"
    VIEWER = "viewer"


@dataclass(frozen=True, slots=True)
class Author:
    """Who writes. Without login, name and role are declared and recorded as such."""

    name: str
    role: Role = Role.ANALYST
    declared: bool = True

    def __post_init__(self) -> None:
        """Refuse a name that is empty, of several lines or longer than 200 characters."""
        if not self.name.strip() or not self.name.isprintable() or len(self.name) > 200:
            raise ValueError("an author's name is one line of 1 to 200 printable characters")


@dataclass(frozen=True, slots=True)
class Observation:
    """One analyst's statement on one target in one capture. `id` follows from the four."""

    id: str
    site: str
    target: str
    capture: str
    author: str
    state: State
    confidence: Confidence = Confidence.MODERATE
    note: str = ""
    review: Review = Review.DRAFT


@dataclass(frozen=True, slots=True)
class Annotation:
    """A mark on one capture.

    `geometry` is GeoJSON: on WGS 84 (lon, lat) where `in_pixels` is False, else column and row of the original's
    pixels. `shape` is how it was drawn (`box`, `point`, `line`, `polygon`). `evidence` tells a mark that states
    something from mere graphics.
    """

    id: str
    site: str
    capture: str
    shape: str
    geometry: dict[str, object]
    in_pixels: bool = False
    target: str | None = None
    label: str = ""
    note: str = ""
    evidence: bool = True
    author: str = ""
    deleted: bool = False


# -- what follows ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Witness:
    """One decisive statement as the interval engine sees it: a state, the span of its capture, and its origin."""

    state: State
    span: DateSpan
    capture: str
    author: str = ""
    reviewed: bool = False
    synthetic: bool = False


@dataclass(frozen=True, slots=True)
class Finding:
    """An event of a target, bounded: it happened after `after` (excluded) and by `by` (included); None is open.

    `witnesses` are the captures that set the bounds, `contradictions` sentences on what does not fit. `source` is
    `imagery`, or `publication` for a row that rests on a published statement alone. `seen` False: no capture shows the
    target yet, and `after` is the day on which it was last known not to be there.
    """

    site: str
    target: str
    event: Event
    after: date | None
    by: date | None
    phrase: str
    witnesses: tuple[str, ...] = ()
    contradictions: tuple[str, ...] = ()
    reviewed: bool = False
    synthetic: bool = False
    source: str = "imagery"
    seen: bool = True


@dataclass(frozen=True, slots=True)
class GrowthPoint:
    """Counts of targets that had appeared by the end of `day`: certainly, and at the very most."""

    day: date
    at_least: int
    at_most: int
