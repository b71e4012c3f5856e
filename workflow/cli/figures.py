"""`sitetrack figures`: saved figures and written ones, and which of them went stale."""

from __future__ import annotations

from pathlib import Path

import click

from workflow.cli.options import author_options, declared_author, open_project, print_rows, project_options

__all__ = ["command"]


@click.command("figures")
@click.option("--site", help="Only those of this site.")
@click.option("--stale", is_flag=True, help="Only those that no longer say what the record says.")
@click.option("--remove", metavar="NAME", help="Take a saved figure off the list; its versions stay.")
@click.option("--reason", default="", help="Why, with --remove.")
@author_options
@project_options
def command(
    site: str | None,
    stale: bool,
    remove: str | None,
    reason: str,
    author_name: str | None,
    role: str,
    project_dir: Path | None,
    as_json: bool,
) -> None:
    """List saved figures and written ones with what changed in the record since."""
    from workflow.actions import remove_figure
    from workflow.readmodels.figures import figures

    with open_project(project_dir) as project:
        if remove is not None:
            remove_figure(project, declared_author(author_name, role), remove, reason)
        rows = [row for row in figures(project, site) if not stale or row["standing"] in ("stale", "wrong")]
    if as_json:
        print_rows(rows, as_json=True)
        return
    short = ("name", "kind", "site", "version", "standing")
    print_rows([{key: row[key] for key in short} for row in rows], as_json=False, empty="No figures yet.")
    for row in rows:
        for sentence in row["changed"]:
            click.echo(f"{row['name']}: {sentence}", err=True)
