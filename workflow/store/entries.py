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
    """How much two chips of a site differ, 0 to 1, or None with the `reason`. `key` names the inputs.

    `east_m` and `north_m` are where the likeliest change is, in metres from the middle of the site's grid; both None
    where no place is known.
    """

    site: str
    before: str
    after: str
    key: str
    scorer: str
    version: str
    value: float | None
    reason: str = ""
    east_m: float | None = None
    north_m: float | None = None

    @property
    def at(self) -> tuple[float, float] | None:
        """The place, if one is known."""
        return None if self.east_m is None or self.north_m is None else (self.east_m, self.north_m)


@dataclass(frozen=True, slots=True)
class FigureEntry:
    """A figure that was written to `file`: the hashes of its bytes and of its sidecar's.

    `file` is POSIX, relative to the project folder where it lies in it, else absolute.
    """

    file: str
    sha256: str
    sidecar_sha256: str
