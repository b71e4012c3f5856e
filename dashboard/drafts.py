"""An open form on a mark: what stood there, what was typed, and what follows from a choice. No drawing here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from dashboard.components.conflict import mine_of
from workflow.errors import EditConflict
from workflow.model import Annotation
from workflow.readmodels.pages import MarkCard

__all__ = ["FIELDS", "Draft", "draft_of"]

FIELDS = ("label", "note", "target", "evidence")


@dataclass(frozen=True, slots=True)
class Draft:
    """An open form: the version it was opened with, its fields then (`was`), what was typed (`mine`).

    `number` is new with each opening, so that no field keeps what another form held. `conflict` is what was refused
    last.
    """

    mark: str
    base: int
    was: Mapping[str, Any]
    mine: Mapping[str, Any]
    number: int = 0
    conflict: EditConflict | None = None

    @property
    def changes(self) -> dict[str, Any]:
        """Fields that were changed here."""
        return {name: self.mine[name] for name in FIELDS if self.mine[name] != self.was[name]}

    def decided(self, picks: Mapping[str, str | None], base: int, now: Annotation) -> Draft:
        """The form on the newer version `base`, with what was changed here but for fields that were given up."""
        was = _fields(now)
        return replace(self, base=base, was=was, mine={**was, **mine_of(self.changes, picks)}, conflict=None)


def draft_of(card: MarkCard, number: int = 0) -> Draft:
    """A form on the mark as it is now."""
    fields = _fields(card.mark)
    return Draft(card.mark.id, card.version, fields, fields, number)


def _fields(mark: Annotation) -> dict[str, Any]:
    return {name: getattr(mark, name) for name in FIELDS}
