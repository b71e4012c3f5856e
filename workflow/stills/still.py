"""A picture: a capture, or one frame of a clip.

Each has a key: the id of its capture, of a later frame of a clip that id with the time code, ``ID@00:02:40``.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from workflow.errors import InputRefused, UnknownName
from workflow.model import Annotation, Capture, ViewAlignment
from workflow.stills.timecodes import parse_timecode, timecode

__all__ = ["Still", "frame_of", "marks_shown", "split_name", "stills_of"]


@dataclass(frozen=True, slots=True)
class Still:
    """A capture, of a clip the frame `number`, from 0."""

    capture: Capture
    number: int = 0

    def __post_init__(self) -> None:
        """Refuse a frame that the capture does not have."""
        last = max(len(self.capture.frames), 1) - 1
        if not 0 <= self.number <= last:
            raise UnknownName("frame", str(self.number), [str(known) for known in range(last + 1)])

    @property
    def key(self) -> str:
        """What it is called by: the first frame as its capture."""
        return f"{self.capture.id}@{self.code}" if self.number else self.capture.id

    @property
    def name(self) -> str:
        """What people read: the file's name, of a clip with the time code."""
        return f"{self.capture.file} at {self.code}" if self.code else self.capture.file

    @property
    def at_s(self) -> float | None:
        """How far into its clip it is, None where it is of none."""
        return self.capture.frames[self.number].at_s if self.capture.frames else None

    @property
    def code(self) -> str:
        """Its time code, empty where it is of no clip."""
        return "" if self.at_s is None else timecode(self.at_s)

    @property
    def picture(self) -> str:
        """Path of the working copy as the picture came."""
        return self.capture.frames[self.number].working if self.number else self.capture.picture

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of that copy."""
        if not self.number:
            return self.capture.picture_size
        frame = self.capture.frames[self.number]
        return frame.width_px, frame.height_px

    @property
    def working(self) -> str:
        """Path of the working copy: where control points placed the picture, the warped one."""
        return self.picture if self.number else self.capture.working

    @property
    def working_size(self) -> tuple[int, int]:
        """Width and height of `working`."""
        return self.size if self.number else (self.capture.width_px, self.capture.height_px)

    @property
    def view(self) -> ViewAlignment | None:
        """What it was laid on another still by."""
        return self.capture.frames[self.number].view if self.number else self.capture.view


def stills_of(captures: Iterable[Capture]) -> tuple[Still, ...]:
    """All frames of some captures, in their order."""
    return tuple(Still(one, number) for one in captures for number in range(max(len(one.frames), 1)))


def frame_of(capture: Capture, mark: Annotation) -> int:
    """Number of the frame that a mark was drawn on, from 0."""
    return next((number for number, one in enumerate(capture.frames) if one.at_s == mark.at_s), 0)


def marks_shown(
    capture: Capture, frame: int, marks: Iterable[Annotation], targets: Collection[str]
) -> tuple[Annotation, ...]:
    """Those of a capture's marks that a figure of `targets` shows on a frame: one of another would belie the state."""
    return tuple(
        one for one in marks if (not one.target or one.target in targets) and frame_of(capture, one) == frame
    )


def split_name(name: str) -> tuple[str, float | None]:
    """Name of a capture and the time of a frame in it: ``NAME@00:02:40``; no time where none is named."""
    capture, sign, code = name.rpartition("@")
    if not sign or not capture:
        return name, None
    try:
        return capture, parse_timecode(code)
    except InputRefused:
        return name, None
