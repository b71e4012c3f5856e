"""What is watched: sites, their targets, and what publications say of them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum

from workflow.model.dates import DateSpan
from workflow.model.places import SLUG, Position
from workflow.model.statements import State

__all__ = ["Direction", "Event", "Evidence", "Site", "SiteEvidence", "SiteTarget", "Target", "TargetClass"]


class Event(StrEnum):
    """What can happen to a target."""

    APPEARED = "appeared"
    REMOVED = "removed"
    REAPPEARED = "reappeared"

    @property
    def arrives(self) -> bool:
        """Whether the target stands afterwards."""
        return self is not Event.REMOVED


class Direction(StrEnum):
    """Which traffic a target stands over."""

    INBOUND = "inbound"
    OUTBOUND = "outbound"
    BOTH = "both"


class TargetClass(StrEnum):
    """What a target is; decides how fine a capture must be to show it, see `workflow.interpretability`."""

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
        if not SLUG.fullmatch(self.id):
            raise ValueError(f"target id '{self.id}' is not lower-case letters, digits and hyphens")


@dataclass(frozen=True, slots=True)
class Evidence:
    """A publication's statement without imagery. `target` and `event` None: a statement on the whole place.

    `state` says instead of an event what a picture of `when` shows: ``absent`` where the target is not on it.
    """

    wording: str
    when: DateSpan | None = None
    target: str | None = None
    event: Event | None = None
    source: str = ""
    page: str = ""
    state: State | None = None


@dataclass(frozen=True, slots=True)
class Site:
    """A place under watch. `position` None is a site that is not located.

    `bearing_deg` is the road's, clockwise from true north, 0 up to 360. `radius_m` is
    the watch radius. `footprint` is a GeoJSON geometry on WGS 84. `visibility` is `public`, `team` or `restricted`.
    `assigned` are the names of those who work on it; they compare as `workflow.readings.person` says.
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
    assigned: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Refuse a bad id, bearing, radius and doubled targets."""
        if not SLUG.fullmatch(self.id):
            raise ValueError(f"site id '{self.id}' is not lower-case letters, digits and hyphens")
        if self.bearing_deg is not None and not 0 <= self.bearing_deg < 360:
            raise ValueError(f"bearing {self.bearing_deg} is not within 0 and 360 degrees")
        if not (math.isfinite(self.radius_m) and 0 < self.radius_m <= 20_000):
            raise ValueError(f"radius {self.radius_m} m is not within 0 and 20 km")
        ids = [target.id for target in self.targets]
        if len(set(ids)) != len(ids):
            raise ValueError(f"target ids of site '{self.id}' are not distinct: {', '.join(ids)}")


@dataclass(frozen=True, slots=True)
class SiteTarget:
    """A target as the record keeps it: with its site, an object with a history of its own."""

    site: str
    target: Target


@dataclass(frozen=True, slots=True)
class SiteEvidence:
    """A publication's statement as the record keeps it. `number` is counted within the site and never reused."""

    site: str
    number: int
    evidence: Evidence
