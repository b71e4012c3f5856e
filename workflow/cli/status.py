"""``sitetrack status``."""

from __future__ import annotations

from pathlib import Path

import click

from workflow.cli.options import open_project, print_rows, project_options

__all__ = ["command"]


@click.command("status")
@project_options
def command(project_dir: Path | None, as_json: bool) -> None:
    """Count what the project holds, and how many wait for what."""
    from workflow.readmodels import tables

    with open_project(project_dir) as project:
        print_rows(tables.status(project), as_json)
