"""`sitetrack queue`: what to look at first."""

from __future__ import annotations

from pathlib import Path

import click

from workflow.cli.options import open_project, print_rows, project_options


@click.command("queue")
@click.option("--site", "site_id", metavar="ID", help="Only this site.")
@click.option("--limit", type=click.IntRange(min=1), help="Only the first so many rows.")
@project_options
def command(site_id: str | None, limit: int | None, project_dir: Path | None, as_json: bool) -> None:
    """Show every neighbouring pair of captures of every target, the most urgent first."""
    from workflow.readmodels import work

    with open_project(project_dir) as project:
        print_rows(work.queue(project, site_id)[:limit], as_json, empty="No pairs of captures yet.")
