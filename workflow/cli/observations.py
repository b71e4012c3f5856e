"""``sitetrack observations list`` and ``sitetrack observations import FILE...``."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from workflow.cli.options import (
    NamedPath,
    author_options,
    declared_author,
    open_project,
    print_rows,
    project_options,
)

if TYPE_CHECKING:
    from workflow.actions import PastWorkReport

__all__ = ["command"]

_SHOWN = ("site", "target", "file", "earliest", "latest", "state", "confidence", "author", "review", "stated")
_COLUMNS = ("row", "id", "change", "site", "target", "capture", "state", "reason", "file")


@click.group("observations")
def command() -> None:
    """List observations, or import past work from CSV, XLSX, KML, KMZ and SMART site models."""


@command.command("list")
@click.option("--site", help="Only those of the site with this id.")
@project_options
def list_observations(site: str | None, project_dir: Path | None, as_json: bool) -> None:
    """List what was said of targets in captures, in the order in which it came in."""
    from workflow.readmodels import tables

    with open_project(project_dir) as project:
        rows = tables.observations(project, site)
    shown = rows if as_json else [{name: row[name] for name in _SHOWN} for row in rows]
    print_rows(shown, as_json, empty="No observations yet: make one with 'sitetrack observe'.")


@command.command("import")
@click.argument("files", nargs=-1, required=True, type=NamedPath())
@click.option("--reason", default="", help="Why the work is brought in, for rows without a reason.")
@click.option("--said-by", help="Who said it then, for rows without an author (default: who imports).")
@click.option("--stated", default="", metavar="DATE", help="Day on which it was said, for rows without one.")
@click.option("--sheet", metavar="NAME", help="Sheet of an XLSX file (default: the first).")
@click.option("--replace", is_flag=True, help="Let rows win over what the same author said here or later.")
@click.option("--dry-run", is_flag=True, help="Say what would be done and write nothing.")
@author_options
@project_options
def import_observations(
    files: tuple[Path, ...],
    reason: str,
    said_by: str | None,
    stated: str,
    sheet: str | None,
    replace: bool,
    dry_run: bool,
    author_name: str | None,
    role: str,
    project_dir: Path | None,
    as_json: bool,
) -> None:
    """Bring past work in FILES into the record, as drafts.

    The ending of a name says what it is: .csv, .xlsx, .kml, .kmz, .geojson (a SMART site model). A row says of a
    site's target in a capture whether it is there. Importing a file twice changes nothing. Every row that
    cannot be taken is named on stderr, the rest is taken, and the exit code is then 1.
    """
    from workflow import actions

    author = declared_author(author_name, role)
    options = actions.ImportOptions(reason, said_by, stated, sheet, replace, dry_run)
    with open_project(project_dir) as project:
        done = actions.import_observations(project, author, files, options)
    _print(done, as_json, dry_run)
    if done.refused:
        raise click.exceptions.Exit(1)


def _print(done: PastWorkReport, as_json: bool, dry_run: bool) -> None:
    for sentence in (*done.warnings, *done.refused):
        click.echo(sentence, err=True)
    if as_json:
        print_rows([_row(asdict(row)) for row in done.rows], as_json)
        return
    counted = ", ".join(
        f"{done.count(change)} {change}" for change in ("added", "updated", "unchanged", "refused")
    )
    click.echo(f"Observations: {counted}{' (nothing was written)' if dry_run else ''}.")


def _row(row: dict[str, Any]) -> dict[str, Any]:
    return {name: row[name] for name in _COLUMNS}
