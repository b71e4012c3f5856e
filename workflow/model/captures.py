"""Dated pictures, what came of them at a site, and the files they lie in."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from workflow.model.archived import Attachment, Origin, Proposal, TextReading
from workflow.model.dates import DateSpan
from workflow.model.places import LonLat

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = [
    "LEAST_POINTS",
    "UNCONFIRMED_DATE",
    "Capture",
    "CaptureKind",
    "Chip",
    "ClipFrame",
    "ControlModel",
    "ControlPoint",
    "ControlPoints",
    "FileRole",
    "Georeference",
    "IntakeEvent",
    "Offset",
    "Part",
    "Score",
    "Standpoint",
    "Stated",
    "StoredFile",
    "Stretch",
    "ViewAlignment",
    "Withdrawal",
]


UNCONFIRMED_DATE = "the date is a tag of the file and nobody has confirmed it: "
"""How a warning begins on a capture that is dated by what its file says of itself; it falls once somebody takes it."""


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


class ControlModel(StrEnum):
    """How the pairs of points place the whole picture."""

    SIMILARITY = "similarity"
    AFFINE = "affine"
    PROJECTIVE = "projective"
    THIN_PLATE = "thin-plate"


@dataclass(frozen=True, slots=True)
class ControlPoint:
    """One place twice: column and row in the picture (pixels from its north-west corner) and x, y on the map.

    A pair that is not `used` is kept and does not count. One that was `proposed` by matching was not moved since.
    """

    col: float
    row: float
    x: float
    y: float
    used: bool = True
    proposed: bool = False


@dataclass(frozen=True, slots=True)
class ControlPoints:
    """What somebody placed a picture by: pairs of points, map coordinates in metres of `crs`.

    `width_px` and `height_px` are the picture's before it was warped. `rms_m` is the root mean square residual of the
    pairs that count, `loo_m` the same of each pair foretold by the others, None where too few are left to tell.
    `reference` is the capture that the points were looked up on, if any.
    """

    crs: str
    model: ControlModel
    points: tuple[ControlPoint, ...]
    width_px: int
    height_px: int
    rms_m: float
    loo_m: float | None = None
    reference: str | None = None

    @property
    def is_matched(self) -> bool:
        """Whether all pairs that count were proposed by matching, and none of them was moved."""
        return all(point.proposed for point in self.points if point.used)

    @property
    def error_m(self) -> float | None:
        """How far off the picture lies: foretold by the other pairs, else the residual; None where nothing tells."""
        count = sum(point.used for point in self.points)
        return (
            self.loo_m if self.loo_m is not None else self.rms_m if count > LEAST_POINTS[self.model] else None
        )


LEAST_POINTS = {
    ControlModel.SIMILARITY: 2,
    ControlModel.AFFINE: 3,
    ControlModel.PROJECTIVE: 4,
    ControlModel.THIN_PLATE: 4,
}
"""Pairs that each model needs; with no more than these nothing checks it."""


@dataclass(frozen=True, slots=True)
class ViewAlignment:
    """What a still was laid on another still of the same view by: pairs of points and the homography through them.

    `to` is the other still: the id of a capture, of a later frame of a clip with its time code, ``ID@00:02:40``. A
    point's `x`, `y` are column and row in that one, pixels from its north-west corner.
    `rms_px` is the root mean square residual of the pairs that count, in pixels of the other still; `loo_px` the same
    of each pair foretold by the others, None where too few are left to tell. `matched` says that the pairs were
    found by the program and not clicked.
    """

    to: str
    points: tuple[ControlPoint, ...]
    width_px: int
    height_px: int
    to_width_px: int
    to_height_px: int
    rms_px: float
    loo_px: float | None = None
    matched: bool = False

    @property
    def error_px(self) -> float | None:
        """How far off it lies: foretold by the other pairs, else the residual; None where nothing tells."""
        if self.loo_px is not None:
            return self.loo_px
        count = sum(point.used for point in self.points)
        return self.rms_px if count > LEAST_POINTS[ControlModel.PROJECTIVE] else None


@dataclass(frozen=True, slots=True)
class Standpoint:
    """Where a still was taken from: the camera's place, the direction it looked in, how wide it saw, in degrees.

    `azimuth_deg` runs clockwise from true north, 0 to 360; `field_deg` is the whole horizontal angle, 1 to 180.
    """

    lonlat: LonLat
    azimuth_deg: float
    field_deg: float


@dataclass(frozen=True, slots=True)
class Stretch:
    """Display limits of one band, in the file's units: `low` shows black, `high` shows white."""

    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """Why a capture is no longer used. What is known of it stays: hash, revisions, statements.

    `void` says that the picture was the wrong one, so that statements on it count no more; they do where only
    its licence ended. `files_removed` says that original and working copy are gone.
    """

    reason: str
    void: bool = False
    files_removed: bool = False


@dataclass(frozen=True, slots=True)
class Stated:
    """Where an attribute of a capture comes from: `source` is ``file: field`` of the metadata that said it."""

    attribute: str
    source: str


class FileRole(StrEnum):
    """What a file of the imagery library is."""

    ORIGINAL = "original"
    WORKING = "working copy"
    ATTACHMENT = "attachment"


@dataclass(frozen=True, slots=True)
class Part:
    """One of several files that a picture came as: its name, where it lies, and the SHA-256 of its bytes."""

    name: str
    path: str
    sha256: str


@dataclass(frozen=True, slots=True)
class ClipFrame:
    """A still of a clip: how far into the clip it is, the file that it came as, and its working copy.

    `view` is what it was laid on another still by; that of the first frame is its capture's.
    """

    at_s: float
    name: str
    working: str
    working_sha256: str
    width_px: int
    height_px: int
    view: ViewAlignment | None = None


@dataclass(frozen=True, slots=True)
class Capture:
    """One dated picture. `id` is the first 16 hex digits of `sha256`, the hash of the original's bytes.

    `original` and `working` are POSIX paths relative to the project folder; the original's may be absolute, where it
    was left in its place. `working` is a Cloud Optimized GeoTIFF (256 px tiles, overviews from full resolution). A
    picture that came as several files (the tiles of an order, data with its header) has them as `parts`; its original
    is the list of their hashes and names, and that is what its own hash is of.

    `footprint` is the ring of the valid picture's corners on WGS 84, closed, counter-clockwise; empty
    without a place. `stretch` has one entry a band and never changes.
    `working_sha256` is the hash of the working copy's bytes as intake wrote them; empty where nobody took it.

    `gsd_m` is the pixel on the ground; without georeference it is what metadata state. `stated_gsd_m` is what they
    state where that differs from the pixel by more than a tenth: the picture was resampled. `sources` says which
    field each attribute was read from, those that were stated at intake left out. `band_roles` has a word a band of
    the working copy (``red``, ``nir``, ``pan``), "" where the file does not name it; empty where it names none.
    `position_error_m` is how far off its coordinates may be, where the file itself says so.

    `control` has what a picture without coordinates was placed by; `working`, its size and its footprint are then those
    of the warped picture. `view` has what a still was laid on another still by, `standpoint` where it was taken from.

    A clip has its stills as `frames`, in the order of their times; `working`, the size and `view` are of the first.

    `proposals` is what the file says of itself and nobody has to believe, `origin` how it was fetched, `readings` are
    texts in it that somebody took as its date or credit, `attachments` the files kept beside it. `likeness` is a
    perceptual hash of 64 bits in hex, empty where none was taken.
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
    withdrawn: Withdrawal | None = None
    stated_gsd_m: float | None = None
    sources: tuple[Stated, ...] = ()
    band_roles: tuple[str, ...] = ()
    parts: tuple[Part, ...] = ()
    position_error_m: float | None = None
    control: ControlPoints | None = None
    view: ViewAlignment | None = None
    standpoint: Standpoint | None = None
    frames: tuple[ClipFrame, ...] = ()
    proposals: tuple[Proposal, ...] = ()
    origin: Origin | None = None
    readings: tuple[TextReading, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    likeness: str = ""

    @property
    def files(self) -> tuple[tuple[FileRole, str, str], ...]:
        """Role, path and SHA-256 of all its files: the original, its parts, the working copies, what is attached."""
        originals = [(self.original, self.sha256), *((one.path, one.sha256) for one in self.parts)]
        working = [(FileRole.WORKING, self.working, self.working_sha256)] if self.working else []
        working += [(FileRole.WORKING, one.working, one.working_sha256) for one in self.frames[1:]]
        attached = [(FileRole.ATTACHMENT, one.path, one.sha256) for one in self.attachments]
        return (*((FileRole.ORIGINAL, path, sha256) for path, sha256 in originals), *working, *attached)

    @property
    def is_dated(self) -> bool:
        """Whether its date bounds anything."""
        return self.acquired.earliest is not None or self.acquired.latest is not None

    @property
    def date_is_confirmed(self) -> bool:
        """False where it is dated by what its file says of itself, and nobody has said that it is so."""
        return not any(one.startswith(UNCONFIRMED_DATE) for one in self.warnings)

    @property
    def is_georeferenced(self) -> bool:
        """Whether it lies on the map."""
        return self.crs is not None and self.georeference is not Georeference.NONE

    @property
    def picture(self) -> str:
        """Path of the working copy as the picture came: not warped by control points."""
        return f"{self.working.rpartition('/')[0]}/{self.sha256}.tif" if self.control else self.working

    @property
    def picture_size(self) -> tuple[int, int]:
        """Width and height of that copy."""
        placed = self.control
        return (placed.width_px, placed.height_px) if placed else (self.width_px, self.height_px)

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
class StoredFile:
    """A file of the imagery library. `path` is POSIX, relative to the project folder, and names it.

    `sha256` is empty and `size_bytes` None where nobody noted them. `removed` says that it was taken away on purpose;
    its hash stays known.
    """

    path: str
    sha256: str
    size_bytes: int | None
    role: FileRole
    capture: str
    removed: bool = False


@dataclass(frozen=True, slots=True)
class Offset:
    """Metres east and north *to add to the capture's coordinates* at a site so that it lies on the reference.

    `quality` runs from 0 to 1. Below the bar the offset is kept, not `applied`, and `reason` says why. About 95 of 100
    applied ones leave the capture no further than `error_m` from the reference; None where that is not known.
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
    error_m: float | None = None


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

    `value` None has a `reason` (no overlap). `at` is where the likeliest change is, in metres east and north of the
    chip's middle; None where none is likely, or the scorer knows no place.
    """

    scorer: str
    version: str
    value: float | None
    reason: str = ""
    at: tuple[float, float] | None = None
