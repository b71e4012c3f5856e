"""What has no revisions: chips and scores, which can be derived again, and a list of the figures that were written."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["ChipEntry", "FigureEntry", "ScoreEntry"]


@dataclass(frozen=True, slots=True)
class ChipEntry:
    """A chip in the disk cache. `key` names its content, `file` is relative to the project folder (POSIX).

    `share` is the part of the chip that the capture covers, 0 to 1.
    """

    site: str
    capture: str
    key: str
    file: str
    share: float


@dataclass(frozen=True, slots=True)
class ScoreEntry:
    """How much two chips of a site differ, 0 to 1, or None with the `reason`. `key` names the inputs."""

    site: str
    before: str
    after: str
    key: str
    scorer: str
    version: str
    value: float | None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class FigureEntry:
    """A figure that was written to `file`: the hashes of its bytes and of its sidecar's.

    `file` is POSIX, relative to the project folder where it lies in it, else absolute.
    """

    file: str
    sha256: str
    sidecar_sha256: str
