"""`sitetrack offsets`: how captures were aligned at sites."""

from __future__ import annotations

from pathlib import Path

import click

from workflow.cli.options import open_project, print_rows, project_options


@click.command("offsets")
@click.option("--site", "site_id", metavar="ID", help="Only this site.")
@project_options
def command(site_id: str | None, project_dir: Path | None, as_json: bool) -> None:
    """Show how captures were aligned: metres east and north that are added to a capture's coordinates."""
    from workflow.readmodels import work

    with open_project(project_dir) as project:
        if site_id is not None:
            project.site(site_id)
        print_rows(
            work.offsets(project, site_id), as_json, empty="Nothing aligned yet: run 'sitetrack track'."
        )
