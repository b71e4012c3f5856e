"""Who may do what. Every action asks here first; pages only hide what would be refused anyway."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from workflow.errors import NotAllowed
from workflow.model import Author, Role

__all__ = ["ALLOWED", "Deed", "require"]


class Deed(StrEnum):
    """What an action does, as it stands in "… may not …"."""

    OBSERVE = "record observations"
    ANNOTATE = "annotate"
    EDIT_SITES = "change sites"
    TAKE_SITES = "take sites"
    ASSIGN_SITES = "assign sites to others"
    EDIT_CAPTURES = "change the date of a capture"
    DESCRIBE = "change what is said of a capture"
    ATTACH = "attach files to a capture"
    GEOREFERENCE = "georeference a capture"
    IMPORT_SITES = "import sites"
    IMPORT_OBSERVATIONS = "import observations"
    UNDO = "undo a change"
    SUBMIT = "submit work for review"
    REVIEW = "approve or return work"
    REOPEN = "reopen approved work"
    ASK_SECOND_READING = "ask for a second reading"
    ADJUDICATE = "decide between readings"
    ALIGN = "align and compare pictures"
    WITHDRAW = "withdraw a capture"
    CLAIM = "make claims"
    CHANGE_CLAIMS = "change claims of others"
    SAVE_FIGURES = "save figures"


_ANALYST = frozenset(
    {
        Deed.OBSERVE,
        Deed.ANNOTATE,
        Deed.EDIT_SITES,
        Deed.TAKE_SITES,
        Deed.EDIT_CAPTURES,
        Deed.DESCRIBE,
        Deed.ATTACH,
        Deed.GEOREFERENCE,
        Deed.ALIGN,
        Deed.IMPORT_SITES,
        Deed.IMPORT_OBSERVATIONS,
        Deed.UNDO,
        Deed.SUBMIT,
        Deed.CLAIM,
        Deed.SAVE_FIGURES,
    }
)
ALLOWED: Mapping[Role, frozenset[Deed]] = {
    Role.VIEWER: frozenset(),
    Role.ANALYST: _ANALYST,
    Role.LEAD: frozenset(Deed),
}


def require(author: Author, deed: Deed) -> None:
    """Go on only where the author's role may do it.

    Raises
    ------
    NotAllowed
        otherwise.
    """
    if deed not in ALLOWED[author.role]:
        raise NotAllowed(author.name, author.role.value, deed.value)
