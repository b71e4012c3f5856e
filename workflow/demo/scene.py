"""What a rendered scene is made from, as values: the history of a place, how it was looked at, and the truth.

A place's own frame has its origin at the site's position: `east, north` in metres on the local horizontal
plane, or `along, across` in metres, along the road's bearing and to the right of it. Traffic keeps right,
so the carriageway with `across` > 0 runs along the bearing; that is the outbound one.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from workflow.model import Basis, CaptureKind, Confidence, LonLat, State
from workflow.shadows import Sun, sun_at

__all__ = ["Change", "ChangeKind", "Encoding", "Scene", "Statement", "View"]


class ChangeKind(StrEnum):
    """What can come and go at a place. Cameras are never drawn in pictures from above: they are too small."""

    GANTRY = "gantry"
    POLE = "pole"
    CAMERA = "camera"
    BUILDING = "building"
    PAVING = "paving"
    MARKING = "marking"
    FELLING = "felling"
    PLANTING = "planting"
    LAMP = "lamp"


@dataclass(frozen=True, slots=True)
class Change:
    """A thing that stands (or a state that holds) from the day `since` on, up to `until` excluded; None is
    an open end.

    It fills the rectangle of `length_m` along and `width_m` across the road around (`along_m`, `across_m`).
    `target` is the id of the target that it is, None for a confuser. A `dull` gantry has weathered steel, hardly
    brighter than the road.
    """

    kind: ChangeKind
    since: date | None = None
    until: date | None = None
    along_m: float = 0.0
    across_m: float = 0.0
    length_m: float = 1.0
    width_m: float = 1.0
    height_m: float = 0.0
    target: str | None = None
    dull: bool = False

    def holds_on(self, day: date) -> bool:
        """Whether it is there on `day`."""
        return (self.since is None or self.since <= day) and (self.until is None or day < self.until)


class Encoding(StrEnum):
    """Bands and sample type of the file."""

    RGB8 = "rgb8"  # red, green, blue; uint8
    JPEG8 = "jpeg8"  # the same, JPEG-compressed inside the TIFF
    MULTI16 = "multi16"  # red, green, blue, near infrared; 11 bit in uint16
    PAN16 = "pan16"  # one panchromatic band; 11 bit in uint16
    STILL = "still"  # PNG in perspective, without georeference
    SCREENSHOT = "screenshot"  # PNG from above, without georeference

    @property
    def is_georeferenced(self) -> bool:
        """Whether the file says where it lies."""
        return self not in (Encoding.STILL, Encoding.SCREENSHOT)


@dataclass(frozen=True, slots=True)
class View:
    """How a place was looked at.

    `offset_m`: metres east and north to ADD to the file's coordinates to reach the true ones: the
    georeferencing error with its sign turned. `lean_azimuth_deg`: the direction in which tall things fall
    away from the sensor. `cloud` is the clouded share of the picture, `haze` and `snow` run 0 to 1;
    `traffic` is vehicles per lane and 100 m. `lorry` parks one at (along, across).
    """

    gsd_m: float = 0.5
    width_m: float = 440.0
    epsg: int = 32651
    encoding: Encoding = Encoding.RGB8
    offset_m: tuple[float, float] = (0.0, 0.0)
    off_nadir_deg: float = 0.0
    lean_azimuth_deg: float = 0.0
    cloud: float = 0.0
    cloud_over_site: bool = False
    haze: float = 0.05
    snow: float = 0.0
    gain: float = 1.0
    blur_px: float = 0.6
    noise: float = 0.012
    traffic: float = 0.25
    lorry: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class Statement:
    """What an analyst of the sample says of a target in a scene."""

    analyst: str
    target: str
    state: State
    confidence: Confidence = Confidence.MODERATE
    note: str = ""


@dataclass(frozen=True, slots=True)
class Scene:
    """One picture to render, the facts it is taken in with, and what is true of it.

    `acquired` None: the file's name or tag dates it. `tagged`: the instant is also written into the TIFF's
    DateTime tag. `basis` is what `acquired` rests on, None for what goes without saying. `seed` with `site` makes
    the place; with `file` it makes what differs from picture to picture (traffic, noise, clouds).
    """

    file: str
    site: str
    position: LonLat
    bearing_deg: float
    when: datetime
    seed: int
    style: str = "open"
    history: tuple[Change, ...] = ()
    view: View = field(default_factory=View)
    acquired: str | None = None
    tagged: bool = False
    kind: CaptureKind = CaptureKind.SATELLITE
    provider: str = "Rendered by sitetrack"
    credit: str = "Synthetic scene, sitetrack demo"
    licence: str = "CC0-1.0"
    observations: tuple[Statement, ...] = ()
    basis: Basis | None = None

    @property
    def day(self) -> date:
        """The UTC day of the picture."""
        return self.when.date()

    @property
    def sun(self) -> Sun:
        """The sun over the site at the instant."""
        return sun_at(self.position, self.when)

    @property
    def standing(self) -> tuple[Change, ...]:
        """What is there on the day."""
        return tuple(change for change in self.history if change.holds_on(self.day))

    @property
    def truth(self) -> dict[str, bool]:
        """Target id to whether it stands on the day, seen or not."""
        return {change.target: change.holds_on(self.day) for change in self.history if change.target}

    @property
    def gsd_m(self) -> float | None:
        """Metres a pixel; None for a file without georeference."""
        return self.view.gsd_m if self.view.encoding.is_georeferenced else None

    @property
    def cloud(self) -> float:
        """Clouded share of the picture."""
        return self.view.cloud

    @property
    def offset_m(self) -> tuple[float, float]:
        """Metres east and north to add to the file's coordinates to reach the true ones."""
        return self.view.offset_m
