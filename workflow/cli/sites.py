"""``sitetrack sites list``, ``assign SITE``, ``unseen``, ``import FILE...``, ``conflicts`` and ``resolve SITE``."""

from __future__ import annotations

from datetime import UTC, datetime
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
    report,
)

if TYPE_CHECKING:
    from workflow.actions import ImportReport

__all__ = ["command"]

_LONGEST_CELL = 60


@click.group("sites")
def command() -> None:
    """List sites, import them, and decide where register file and record differ."""


@command.command("list")
@project_options
def list_sites(project_dir: Path | None, as_json: bool) -> None:
    """List every site: id, name, category, lon, lat (none where it is not located), targets, and who works on it."""
    from workflow.readmodels import tables

    with open_project(project_dir) as project:
        rows = tables.sites(project)
    shown = (
        rows
        if as_json
        else [{**row, "lon": _degrees(row["lon"]), "lat": _degrees(row["lat"])} for row in rows]
    )
    print_rows(shown, as_json, empty="No sites yet: import some with 'sitetrack sites import FILE...'.")


@command.command("assign")
@click.argument("site")
@click.argument("names", metavar="[NAME]...", nargs=-1)
@author_options
@project_options
def assign(
    site: str,
    names: tuple[str, ...],
    author_name: str | None,
    role: str,
    project_dir: Path | None,
    as_json: bool,
) -> None:
    """Say who works on SITE: these people and nobody else; without a name, nobody.

    An analyst may put in or leave out his own name, a lead anybody's.
    """
    from workflow import actions
    from workflow.readings import person

    author, kept = declared_author(author_name, role), {person(name) for name in names}
    with open_project(project_dir) as project:
        others = [one for one in project.site(site).assigned if person(one) not in kept]
        actions.assign(project, author, [site], add=names, remove=others)
        rows = [{"site": site, "assigned": list(project.site(site).assigned)}]
    print_rows(rows, as_json)


@command.command("unseen")
@click.option(
    "--months", type=click.IntRange(1, 1200), default=12, show_default=True, help="How far back to look."
)
@project_options
def unseen(months: int, project_dir: Path | None, as_json: bool) -> None:
    """List sites without a usable capture from the last months, the longest unseen first.

    Usable: dated, in use, over the site or assigned to it, and some statement on it decides; or none was made and
    it is fine enough for one of the site's targets.
    """
    from workflow.readmodels import coverage

    with open_project(project_dir) as project:
        rows = coverage.unseen_since(project, months, datetime.now(UTC).date())
    print_rows(rows, as_json, empty=f"Every site has a usable capture from the last {months} months.")


@command.command("import")
@click.argument("files", nargs=-1, required=True, type=NamedPath())
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


@command.command("conflicts")
@project_options
def conflicts(project_dir: Path | None, as_json: bool) -> None:
    """List what sites.geojson and the record both changed: site, field, base, file, record.

    Base is what they agreed on last. The field "site" stands for a whole site that is gone from the file while the
    record changed it.
    """
    from workflow.readmodels import tables

    with open_project(project_dir) as project:
        rows = tables.conflicts(project)
    _print_conflicts(rows, as_json)


@command.command("resolve")
@click.argument("site")
@click.option("--take", type=click.Choice(["file", "record"]), required=True, help="Whose value counts.")
@click.option("--field", help="Only this field (default: all that differ).")
@click.option("--reason", required=True, help="Why; stands in the revision where there is one.")
@author_options
@project_options
def resolve(
    site: str,
    take: str,
    field: str | None,
    reason: str,
    author_name: str | None,
    role: str,
    project_dir: Path | None,
    as_json: bool,
) -> None:
    """Decide where sites.geojson and the record differ on SITE.

    What the file has becomes a revision, what the record has is written to the file. A site that is gone from the
    file stays out of it with "--take file" and is written to it again with "--take record". What still differs is
    listed.
    """
    from workflow import actions
    from workflow.readmodels import tables

    author = declared_author(author_name, role)
    with open_project(project_dir) as project:
        actions.resolve_conflict(project, author, site, take=take, field=field, reason=reason)
        rows = tables.conflicts(project)
    _print_conflicts(rows, as_json)


def _print_conflicts(rows: list[dict[str, Any]], as_json: bool) -> None:
    shown = rows if as_json else [{name: _short(value) for name, value in row.items()} for row in rows]
    print_rows(shown, as_json, empty="sites.geojson and the record agree.")


def _short(value: object) -> object:
    """A value for the table: texts and numbers as they are, others as JSON, cut."""
    from workflow.codec import canonical_json

    if value is None or isinstance(value, str | int | float):
        return value
    text = canonical_json(value)
    return text if len(text) <= _LONGEST_CELL else f"{text[: _LONGEST_CELL - 1]}…"


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
