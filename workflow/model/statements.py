"""What people say, who they are, and how it is reviewed."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

__all__ = [
    "Annotation",
    "Author",
    "Claim",
    "Confidence",
    "Observation",
    "Review",
    "ReviewEntry",
    "Role",
    "State",
    "Verdict",
]


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
    """Where a statement or mark stands in review. What is approved or superseded is sealed."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    APPROVED = "approved"
    SUPERSEDED = "superseded"

    @property
    def sealed(self) -> bool:
        """Whether it may not be changed before it is reopened."""
        return self in (Review.APPROVED, Review.SUPERSEDED)

    @property
    def counts(self) -> bool:
        """Whether a statement that stands so bounds an interval."""
        return self not in (Review.RETURNED, Review.SUPERSEDED)


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
    """One analyst's statement on one target in one capture. `id` follows from site, target, capture, author.

    `blind` says that it was made as a second reading, without sight of the first. `stated` is the day on which
    past work said it (YYYY-MM-DD), empty where it was said here. `deleted` takes it back; it stays in the record.
    """

    id: str
    site: str
    target: str
    capture: str
    author: str
    state: State
    confidence: Confidence = Confidence.MODERATE
    note: str = ""
    review: Review = Review.DRAFT
    blind: bool = False
    stated: str = ""
    deleted: bool = False


@dataclass(frozen=True, slots=True)
class Annotation:
    """A mark on one capture.

    `geometry` is GeoJSON: on WGS 84 (lon, lat) where `in_pixels` is False, else column and row of the original's
    pixels. `shape` is how it was drawn (`box`, `point`, `line`, `polygon`). `evidence` tells a mark that states
    something from mere graphics. `copied_from` is the id of the mark on another capture that it was copied from.
    `at_s` is the time code of the frame of a clip that it is drawn on; without one it is the first.
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
    review: Review = Review.DRAFT
    copied_from: str = ""
    at_s: float | None = None


class Verdict(StrEnum):
    """What was done to a statement or mark in review."""

    SUBMITTED = "submitted"
    APPROVED = "approved"
    RETURNED = "returned"
    REOPENED = "reopened"
    SUPERSEDED = "superseded"
    SECOND_READING = "second reading asked for"


@dataclass(frozen=True, slots=True)
class ReviewEntry:
    """One step of review: what was done to an object at which version, and the comment that goes with it.

    `subject` is the id of an observation or annotation (`kind` says which); the author of the entry's revision is
    who did it. `site`, `target` and `capture` are the subject's.
    """

    id: str
    kind: str
    subject: str
    subject_version: int
    verdict: Verdict
    comment: str = ""
    site: str = ""
    target: str | None = None
    capture: str = ""


@dataclass(frozen=True, slots=True)
class Claim:
    """A published sentence or number: the query it rests on, and what that gave on the day.

    `query` and `result` are JSON objects (see `workflow.claims`); `as_of` is the day (YYYY-MM-DD) and `chain` the count
    of revisions that `result` was taken at, "" and 0 for what somebody else says. `source` says where it was published,
    `page` where in it. Claims of one `topic` stand beside each other.
    """

    id: str
    sentence: str
    query: dict[str, object]
    result: dict[str, object]
    as_of: str
    chain: int
    source: str = ""
    note: str = ""
    withdrawn: bool = False
    topic: str = ""
    page: str = ""
