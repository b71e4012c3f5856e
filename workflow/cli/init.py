"""``sitetrack init DIR``."""

from __future__ import annotations

from pathlib import Path

import click

from workflow.cli.options import NamedPath

__all__ = ["command"]


@click.command("init")
@click.argument("folder", metavar="DIR", type=NamedPath(file_okay=False))
def command(folder: Path) -> None:
    """Make a new, empty project in DIR; an existing folder keeps what it holds."""
    from workflow.project import init_project

    made = init_project(folder)
    click.echo(
        f"Project in {made.resolve()}. Next: sitetrack sites import FILE, then sitetrack ingest PATH, "
        "then sitetrack track.",
        err=True,
    )
