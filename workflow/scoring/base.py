"""What a change scorer is. A scorer is a module of this package, or an entry point, that defines `PLUGIN`.

A score orders the analyst's queue; it never sets a state.
"""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from workflow.model import Chip, Score

__all__ = ["Scorer"]


@runtime_checkable
class Scorer(Protocol):
    """Two chips of one site in, a score out. Pure: the same chips give the same score.

    `name` is what listings show, `version` goes up when the same chips would score otherwise. A scorer is
    sent to worker processes, so it must pickle.
    """

    @property
    def name(self) -> str:
        """Short, lower case, unique."""
        ...

    @property
    def version(self) -> str:
        """Goes up when the same chips would score otherwise."""
        ...

    def score(self, before: Chip, after: Chip) -> Score:
        """How much the chips differ, 0 (alike) to 1; None with a reason where that cannot be said.

        Both lie on one grid, and both `valid` are already their common part. Bands, dtype and stretch may
        differ.
        """
        ...
