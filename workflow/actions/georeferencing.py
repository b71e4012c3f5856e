"""Where a picture lies, as somebody placed it: one more version of its capture."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from workflow.actions.permissions import Deed, require
from workflow.actions.text import clean_text
from workflow.errors import StaleWrite, UnknownName
from workflow.exporters.stac import write_catalogue
from workflow.model import Author, Capture, FileRole, Georeference, Offset, StoredFile

if TYPE_CHECKING:
    from workflow.project import Project
    from workflow.store import Transaction

__all__ = ["record_placed", "retire_offsets"]

_LONGEST_REASON = 500
_REASONS = {
    Georeference.CONTROL_POINTS: "georeferenced by control points",
    Georeference.MATCHED: "georeferenced by matching",
}


def record_placed(
    project: Project, author: Author, placed: Capture, *, base_version: int | None = None, reason: str = ""
) -> Capture:
    """Record that a capture lies as `placed` says, whose working copy is written; gives it as it then stands.

    What else is known of the capture stays as it is now. The version before stays in its history, and ``undo`` goes
    back to it. `base_version` is the version that the person saw, None the one that is there.

    Raises
    ------
    NotAllowed
        for a viewer.
    UnknownName
        when there is no such capture.
    StaleWrite
        when somebody else placed it since.
    InputRefused
        when it was withdrawn, or the reason is too long.
    """
    require(author, Deed.GEOREFERENCE)
    why = clean_text("Reason", reason, _LONGEST_REASON)
    with project.record.write(author, why or _REASONS[placed.georeference]) as transaction:
        known = transaction.get(Capture, placed.id)
        if known is None:
            raise UnknownName("capture", placed.id, [])
        now = project.in_use(known.value)
        if base_version is not None and base_version != known.version:
            was = transaction.at(Capture, placed.id, base_version)
            if was is None or was.control != now.control:
                raise StaleWrite("capture", placed.id, base_version, known.version)
        changed = replace(
            now,
            working=placed.working,
            working_sha256=placed.working_sha256,
            width_px=placed.width_px,
            height_px=placed.height_px,
            georeference=placed.georeference,
            crs=placed.crs,
            gsd_m=placed.gsd_m,
            footprint=placed.footprint,
            control=placed.control,
        )
        if changed == now:
            return now
        transaction.put(changed, base_version=known.version)
        _note_file(project, transaction, changed)
        retire_offsets(transaction, changed.id)
    write_catalogue(project.imagery, project.captures())
    return changed


def _note_file(project: Project, transaction: Transaction, capture: Capture) -> None:
    """Note the working copy, where this one was not noted before or is another by now."""
    size = (project.root / capture.working).stat().st_size
    stored = StoredFile(capture.working, capture.working_sha256, size, FileRole.WORKING, capture.id)
    row = transaction.get(StoredFile, capture.working)
    if row is None or row.value != stored:
        transaction.put(stored, base_version=row.version if row else 0)


def retire_offsets(transaction: Transaction, capture: str) -> None:
    """Have offsets that were found for another place of the capture no longer count, until it is tracked again."""
    for row in transaction.rows(Offset, capture=capture):
        if row.value.applied:
            retired = replace(
                row.value, applied=False, reason="the picture was placed anew since: run 'sitetrack track'"
            )
            transaction.put(retired, base_version=row.version)
