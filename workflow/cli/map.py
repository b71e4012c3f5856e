"""`sitetrack map`: the sites on a map at a day, as one file that opens without a server."""

from __future__ import annotations

import importlib
from datetime import datetime
from pathlib import Path

import click

from workflow.cli.options import NamedPath, open_project, print_rows, project_options

__all__ = ["command"]


@click.command("map")
@click.option("-o", "--out", required=True, type=NamedPath(), help="HTML file to write.")
@click.option(
    "--day",
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="DAY",
    help="What was known at the end of this day, as 2019-12-31 (default: today).",
)
@project_options
def command(out: Path, day: datetime | None, project_dir: Path | None, as_json: bool) -> None:
    """Write a map of the public sites in their states at a day.

    The file holds all that it needs: it opens without a server and asks nobody for anything. Sites that are not public
    are left out, and positions are rounded to what they are known to.
    """
    from workflow.errors import InputRefused
    from workflow.files import write_if_changed

    if out.suffix.lower() not in (".html", ".htm"):
        raise InputRefused(str(out), "a map is written as HTML", "name it like map.html")
    # the dashboard draws the map; it stands beside the command line, not below it, and is found by name
    map_file = importlib.import_module("dashboard.components.map_file")
    with open_project(project_dir) as project:
        made = map_file.written(project, day.date() if day else None, map_file.english)
    try:
        write_if_changed(out, made.html.encode())
    except OSError as error:
        raise InputRefused(
            str(out), f"it cannot be written ({error.strerror})", "choose another file"
        ) from error
    content = made.content
    row = {
        "file": str(out),
        "day": content.day.isoformat(),
        "sites": len(content.sites),
        "not_located": sum(one.lonlat is None for one in content.sites),
        "left_out": content.left_out,
        "states": dict(content.states),
        "pictures": content.pictures,
        "credits": list(content.credits),
        "synthetic": content.synthetic,
    }
    if content.left_out:
        click.echo(f"Left out, since they are not public: {content.left_out}.", err=True)
    if as_json:
        print_rows([row], as_json=True)
    else:
        click.echo(f"{out} written: {row['sites']} sites at the end of {row['day']}.")
