"""What left the project."""

from __future__ import annotations

from dataclasses import dataclass, field

__all__ = ["Export"]


@dataclass(frozen=True, slots=True)
class Export:
    """One time that data left the project; who took it, when and why stands in its revision.

    `kind` is the format (``geopackage``, ``evidence bundle``), `file` where it was written: POSIX, relative to the
    project folder where it lies in it, else absolute. `sites` are the ids of the sites that it tells of, `counts` how
    many rows of what it holds. `id` is ``export-1``, ``export-2`` and so on.
    """

    id: str
    kind: str
    file: str
    sha256: str
    size_bytes: int
    sites: tuple[str, ...] = ()
    counts: dict[str, object] = field(default_factory=dict)
