"""``sitetrack verify``."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import click

from workflow.cli.options import open_project, print_rows, progress, project_options

if TYPE_CHECKING:
    from workflow.store import ChainHead

__all__ = ["command"]


@click.command("verify")
@click.option(
    "--anchor",
    "anchors",
    multiple=True,
    metavar="COUNT:SHA256",
    help="A chain head noted elsewhere (a figure's sidecar, a backup) that the record must still hold.",
)
@project_options
def command(anchors: tuple[str, ...], project_dir: Path | None, as_json: bool) -> None:
    """Check the chain of revisions, the objects and every picture on disk; exit 1 on a problem."""
    from workflow.readmodels import tables

    heads = [_head(text) for text in anchors]
    with open_project(project_dir) as project, progress() as show:
        rows = tables.verify(project, heads, show)
    if as_json:
        print_rows(rows, as_json)
    else:
        click.echo(f"{rows[0]['checked']} checked, {len(rows[0]['problems'])} problems.")
        for problem in rows[0]["problems"]:
            click.echo(problem)
    if not rows[0]["ok"]:
        raise click.exceptions.Exit(1)


def _head(text: str) -> ChainHead:
    from workflow.store import ChainHead

    match = re.fullmatch(r"(\d{1,15}):([0-9a-f]{64})", text.strip().lower())
    if match is None:
        raise click.BadParameter(f"'{text}' is not COUNT:SHA256", param_hint="--anchor")
    return ChainHead(int(match[1]), match[2])
