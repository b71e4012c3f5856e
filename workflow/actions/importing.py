"""Sites from files of others into the record and the register file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from workflow.actions.permissions import Deed, require
from workflow.errors import InputRefused
from workflow.model import Author, Claim, Site
from workflow.register import merge, read_sites, restated_claims

if TYPE_CHECKING:
    from workflow.project import Project
    from workflow.store import Transaction

__all__ = ["ImportReport", "import_sites"]


@dataclass(frozen=True, slots=True)
class ImportReport:
    """Ids of the sites that were added, updated and already so, in file order; and what was refused."""

    added: tuple[str, ...] = ()
    updated: tuple[str, ...] = ()
    unchanged: tuple[str, ...] = ()
    refused: tuple[InputRefused, ...] = ()


def import_sites(project: Project, author: Author, files: Iterable[Path]) -> ImportReport:
    """Merge the sites of `files` into the register by id: one write of the record, then ``sites.geojson``.

    A later file adds to an earlier one. Nothing is removed. Statements of no site become claims of the
    record. What is refused is named, the rest is taken.

    Raises
    ------
    NotAllowed
        for a viewer.
    InputRefused
        when ``sites.geojson`` itself holds what cannot be read: writing it anew would lose that.
    """
    require(author, Deed.IMPORT_SITES)
    _register_must_be_sound(project)
    paths = tuple(files)
    readings = [read_sites(path) for path in paths]
    refused = tuple(error for reading in readings for error in reading.refused)
    if not any(reading.sites or reading.statements for reading in readings):
        return ImportReport(refused=refused)
    with project.record.write(author, f"import of {', '.join(path.name for path in paths)}") as transaction:
        versions, before = _known(transaction)
        after = _merged(before, [reading.sites for reading in readings])
        for key, site in after.items():
            if before.get(key) != site:
                transaction.put(site, base_version=versions.get(key, 0))
        _put_statements(transaction, [one for reading in readings for one in reading.statements])
    project.reconcile_register()
    stated = tuple(dict.fromkeys(site.id for reading in readings for site in reading.sites))
    return _report(stated, before, after, refused)


def _put_statements(transaction: Transaction, stated: Iterable[Claim]) -> None:
    """Statements of no site, which belong to the record alone: the register file is not given them."""
    for one in stated:
        known = transaction.get(Claim, one.id)
        for claim in restated_claims([one], {one.id: known.value} if known else {}):
            transaction.put(claim, base_version=known.version if known else 0)


def _register_must_be_sound(project: Project) -> None:
    unread = project.reconcile_register().refused
    if unread:
        raise InputRefused(
            project.register_file.name,
            f"it holds what cannot be read ({unread[0].subject}: {unread[0].problem})",
            "correct that first, nothing was imported",
        )


def _known(transaction: Transaction) -> tuple[dict[str, int], dict[str, Site]]:
    rows = transaction.rows(Site)
    return {row.value.id: row.version for row in rows}, {row.value.id: row.value for row in rows}


def _merged(before: Mapping[str, Site], incoming: Sequence[Sequence[Site]]) -> dict[str, Site]:
    sites = tuple(before.values())
    for some in incoming:
        sites = merge(sites, some).sites
    return {site.id: site for site in sites}


def _report(
    stated: Sequence[str],
    before: Mapping[str, Site],
    after: Mapping[str, Site],
    refused: tuple[InputRefused, ...],
) -> ImportReport:
    return ImportReport(
        tuple(key for key in stated if key not in before),
        tuple(key for key in stated if key in before and before[key] != after[key]),
        tuple(key for key in stated if before.get(key) == after[key]),
        refused,
    )
