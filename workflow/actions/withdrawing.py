"""Captures that are no longer used: the wrong picture, or one whose licence ended. What is known of them stays."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from workflow.actions.permissions import Deed, require
from workflow.actions.text import clean_text
from workflow.chips import CHIP_DIR, touching
from workflow.errors import InputRefused, UnknownName
from workflow.exporters.stac import forget_item, write_catalogue
from workflow.files import remove_below
from workflow.model import Author, Capture, StoredFile, Withdrawal
from workflow.settings import is_in_library

if TYPE_CHECKING:
    from workflow.project import Project
    from workflow.store import Transaction, Versioned

__all__ = ["reinstate", "withdraw"]

_LONGEST_REASON = 500


def withdraw(
    project: Project,
    author: Author,
    capture: str,
    *,
    reason: str,
    void: bool = False,
    remove_files: bool = False,
) -> Capture:
    """Take a capture out of use and give it as it then stands; its hash, revisions and statements stay.

    `void` says that it was the wrong picture: statements on it count no more. With `remove_files` the original, the
    working copy and cached chips go, after the record has said so. Called again it goes on where it was stopped: what
    was void or removed stays so. `capture` is an id, a unique prefix of one, or the original file name.

    Raises
    ------
    NotAllowed
        for anybody but a lead.
    UnknownName, AmbiguousName
        when no capture or several fit.
    InputRefused
        when there is no reason, or a file cannot be removed.
    """
    require(author, Deed.WITHDRAW)
    why = _reason(reason, "say why the capture is withdrawn")
    key = project.capture(capture, withdrawn=True).id
    with project.record.write(author, why) as transaction:
        known = _known(transaction, key)
        before = known.value.withdrawn or Withdrawal(why)
        after = Withdrawal(why, void or before.void, remove_files or before.files_removed)
        changed = replace(known.value, withdrawn=after)
        transaction.put(changed, base_version=known.version)
        if after.files_removed:
            _mark_removed(transaction, changed)
    if after.files_removed:
        _remove(project, changed)
    write_catalogue(project.imagery, project.captures())
    forget_item(project.imagery, changed)
    return changed


def reinstate(project: Project, author: Author, capture: str, *, reason: str) -> Capture:
    """Take a withdrawal back, where the files were kept; gives the capture as it then stands.

    Raises
    ------
    NotAllowed
        for anybody but a lead.
    UnknownName, AmbiguousName
        when no capture or several fit.
    InputRefused
        when there is no reason, the capture is in use, or its files were removed.
    """
    require(author, Deed.WITHDRAW)
    why = _reason(reason, "say why the capture is used again")
    key = project.capture(capture, withdrawn=True).id
    with project.record.write(author, why) as transaction:
        known = _known(transaction, key)
        name = f"Capture {key} ({known.value.file})"
        if known.value.withdrawn is None:
            raise InputRefused(name, "it is in use", "there is nothing to take back")
        if known.value.withdrawn.files_removed:
            raise InputRefused(
                name,
                "its files were removed",
                "take the picture in again: 'sitetrack ingest FILE --reinstate'",
            )
        changed = replace(known.value, withdrawn=None)
        transaction.put(changed, base_version=known.version)
    write_catalogue(project.imagery, project.captures())
    return changed


def _reason(text: str, remedy: str) -> str:
    why = clean_text("Reason", text, _LONGEST_REASON)
    if not why:
        raise InputRefused("Reason", "it is empty", remedy)
    return why


def _known(transaction: Transaction, key: str) -> Versioned[Capture]:
    known = transaction.get(Capture, key)
    if known is None:
        raise UnknownName("capture", key, [])
    return known


# -- the files -----------------------------------------------------------------------------------------------


def _mark_removed(transaction: Transaction, capture: Capture) -> None:
    """Say of the capture's files that they are gone; of those that nobody noted too."""
    noted = {row.value.path: row for row in transaction.rows(StoredFile, capture=capture.id)}
    for role, path, sha256 in capture.files:
        if path not in noted and is_in_library(path):
            transaction.put(StoredFile(path, sha256, None, role, capture.id, removed=True), base_version=0)
    for row in noted.values():
        if is_in_library(row.value.path):
            transaction.put(replace(row.value, removed=True), base_version=row.version)


def _remove(project: Project, capture: Capture) -> None:
    """Take the files away; what is not there is done already.

    Raises
    ------
    InputRefused
        when the system does not let one go; the rest is gone.
    """
    failed: list[tuple[Path, str]] = []
    noted = project.record.rows(StoredFile, capture=capture.id)
    files = [(project.imagery, project.root / row.value.path) for row in noted if row.value.removed]
    chips = [(project.state_dir, path) for path in _cached_chips(project, capture)]
    # a path that somebody wrote into the record by hand must not make us delete anything else
    for folder, path in (*files, *chips):
        try:
            remove_below(folder, path)
        except OSError as error:
            failed.append((path, error.strerror or type(error).__name__))
    if failed:
        raise InputRefused(
            str(failed[0][0]),
            f"cannot be removed ({failed[0][1]})",
            "close what has it open and run 'sitetrack captures withdraw' again",
        )


def _cached_chips(project: Project, capture: Capture) -> Iterator[Path]:
    """Every chip in the cache of the sites that it shows: names of chips do not tell whose they are."""
    shown = {entry.site for entry in project.record.chips() if entry.capture == capture.id}
    for site in project.sites():
        if site.id in shown or capture.id in {one.id for one in touching(project, site)}:
            yield from (project.state_dir / CHIP_DIR / site.id).glob("*.npz")
