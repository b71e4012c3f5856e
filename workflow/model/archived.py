"""What comes with a picture and says something of it: where it was fetched, what it says itself, what is attached."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from workflow.model.dates import DateSpan
from workflow.model.places import LonLat

__all__ = ["Attachment", "AttachmentKind", "Origin", "Proposal", "Stamp", "TextReading"]


@dataclass(frozen=True, slots=True)
class Proposal:
    """What a picture says of itself, offered and never taken by itself: a camera's clock proves nothing.

    `attribute` is what it would be of the capture (``acquired``, ``platform``, ``credit``, ``licence``,
    ``camera_position``, ``camera_azimuth_deg``), `value` how it reads, `source` is ``file: field`` and `basis` what it
    rests on. `span` is the date of ``acquired``, `place` the position of ``camera_position``.
    """

    attribute: str
    value: str
    source: str
    basis: str
    span: DateSpan | None = None
    place: LonLat | None = None


@dataclass(frozen=True, slots=True)
class Origin:
    """How a screenshot or a download came about: the page, the program it was shown in, when, by whom and how.

    `url` begins with http:// or https:// and is never fetched. `at` is a day or an instant (RFC 3339, UTC).
    """

    url: str = ""
    viewer: str = ""
    at: str = ""
    by: str = ""
    how: str = ""


@dataclass(frozen=True, slots=True)
class TextReading:
    """A text that was read in the picture and taken by somebody as its `attribute`.

    `box` is left, top, width and height of the crop in pixels of the picture as it came, `crop_sha256` the hash of
    its pixels (red, green and blue of each, row by row), `reader` the program and its version, `confidence` what that
    gave (0 to 100).
    """

    attribute: str
    text: str
    box: tuple[int, int, int, int]
    crop_sha256: str
    reader: str
    confidence: float


class AttachmentKind(StrEnum):
    """What is kept beside a capture."""

    PAGE = "page"
    SCREENSHOT = "screenshot"
    TIMESTAMP = "timestamp"
    OPENTIMESTAMPS = "opentimestamps"


@dataclass(frozen=True, slots=True)
class Stamp:
    """What a proof of time says, as it was read when it was attached.

    It is `of` the original ("original") or another attachment (its file name), whose `algorithm` hash it holds. RFC
    3161: the instant `at`, the `authority` by its certificate's name, the `policy`, and what became of the
    `signature`. OpenTimestamps: Bitcoin `blocks` by number with the Merkle `roots` that the proof leads to ("" where it
    takes a hash that is not known here), and the calendars at which it is `pending`.
    """

    of: str
    algorithm: str
    at: datetime | None = None
    authority: str = ""
    policy: str = ""
    signature: str = ""
    blocks: tuple[int, ...] = ()
    roots: tuple[str, ...] = ()
    pending: tuple[str, ...] = ()

    @property
    def hash_name(self) -> str:
        """``SHA-256`` as people write it."""
        return self.algorithm.upper().replace("SHA", "SHA-")


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file kept beside a capture as it came, never shown: its `name`, where it lies, the SHA-256 of its bytes."""

    kind: AttachmentKind
    name: str
    path: str
    sha256: str
    size_bytes: int
    note: str = ""
    stamp: Stamp | None = None
