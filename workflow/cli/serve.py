"""``sitetrack serve``."""

from __future__ import annotations

import importlib
from pathlib import Path

import click

from workflow.cli.options import NamedPath

__all__ = ["command", "run_server"]


@click.command("serve")
@click.option(
    "--project",
    "project_dir",
    type=NamedPath(file_okay=False),
    help="Project folder (default: the nearest one upwards).",
)
@click.option(
    "--port", type=click.IntRange(1, 65535), help="Port to listen on (default: the first free one from 8501)."
)
@click.option(
    "--address",
    default="127.0.0.1",
    show_default=True,
    help="Address of this machine to listen on; any other than loopback opens the project to the network.",
)
@click.option("--no-browser", is_flag=True, help="Do not open a browser.")
def command(project_dir: Path | None, port: int | None, address: str, no_browser: bool) -> None:
    """Open the dashboard on this machine; Ctrl-C stops it."""
    from workflow.project import find_project

    root = project_dir if project_dir is not None else find_project(Path.cwd())
    run_server(root, port=port, address=address, open_browser=not no_browser)


def run_server(root: Path, *, port: int | None, open_browser: bool, address: str = "127.0.0.1") -> None:
    """Serve the project in `root` until interrupted; `port` None takes the first free one from 8501.

    Raises
    ------
    InputRefused
        when the port is taken, or the address is none of this machine.
    ProjectUnusable
        when `root` is no project, its record cannot be read, or the dashboard's assets were not bundled.
    """
    from workflow.project import Project

    with Project.open(root) as project:  # refused here with a sentence, not on every page
        for warning in project.warnings:
            click.echo(warning, err=True)
    # the dashboard stands beside the command line, not below it: it is found by name
    importlib.import_module("dashboard.server").serve(
        root, port=port, open_browser=open_browser, address=address
    )
