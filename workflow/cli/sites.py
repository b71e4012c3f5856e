"""``sitetrack sites list`` and ``sitetrack sites import FILE...``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from workflow.cli.options import (
    InputPath,
    author_options,
    declared_author,
    open_project,
    print_rows,
    project_options,
    report,
)

if TYPE_CHECKING:
    from workflow.actions import ImportReport

__all__ = ["command"]


@click.group("sites")
def command() -> None:
    """List sites, or import them from GeoJSON, KML, KMZ and CSV."""


@command.command("list")
@project_options
def list_sites(project_dir: Path | None, as_json: bool) -> None:
    """List every site: id, name, category, lon, lat (none where it is not located), targets."""
    from workflow.readmodels import tables

    with open_project(project_dir) as project:
        rows = tables.sites(project)
    shown = (
        rows
        if as_json
        else [{**row, "lon": _degrees(row["lon"]), "lat": _degrees(row["lat"])} for row in rows]
    )
    print_rows(shown, as_json, empty="No sites yet: import some with 'sitetrack sites import FILE...'.")


@command.command("import")
@click.argument("files", nargs=-1, required=True, type=InputPath())
@author_options
@project_options
def import_sites(
    files: tuple[Path, ...], author_name: str | None, role: str, project_dir: Path | None, as_json: bool
) -> None:
    """Bring sites of FILES into the register, by id.

    The ending of a name says what it is: .geojson, .json, .kml, .kmz, .csv. What a file states replaces what
    the register has, nothing is removed, and importing a file twice changes nothing. Every feature that
    cannot be taken is named on stderr, the rest is taken, and the exit code is then 1.
    """
    from workflow import actions

    author = declared_author(author_name, role)
    with open_project(project_dir) as project:
        done = actions.import_sites(project, author, files)
    _print_changes(done, as_json)
    report(done.refused)


def _print_changes(done: ImportReport, as_json: bool) -> None:
    changes = (("added", done.added), ("updated", done.updated), ("unchanged", done.unchanged))
    if as_json:
        print_rows([{"id": site, "change": change} for change, ids in changes for site in ids], as_json)
        return
    counted = ", ".join(f"{len(ids)} {change}" for change, ids in changes)
    click.echo(f"Sites: {counted}, {len(done.refused)} refused.")


def _degrees(value: object) -> str | None:
    """A coordinate for the table: five decimals are about one metre."""
    return f"{value:.5f}" if isinstance(value, float) else None
