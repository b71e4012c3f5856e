"""``sitetrack verify``."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import click

from workflow.cli.options import NamedPath, open_project, print_rows, progress, project_options

if TYPE_CHECKING:
    from workflow.anchors import Anchor

__all__ = ["command"]


@click.command("verify")
@click.argument("figures", metavar="[FIGURE]...", nargs=-1, type=NamedPath())
@click.option(
    "--anchor",
    "anchors",
    multiple=True,
    metavar="COUNT:SHA256",
    help="A chain head noted elsewhere (a figure's sidecar, a backup) that the record must still hold.",
)
@project_options
def command(
    figures: tuple[Path, ...], anchors: tuple[str, ...], project_dir: Path | None, as_json: bool
) -> None:
    """Check the chain of revisions, the objects, every picture on disk and every figure; exit 1 on a problem.

    With FIGURE (a figure, report or evidence bundle, or a sidecar, wherever it lies) only these are checked, and the
    chain.
    """
    from workflow.readmodels import custody

    heads = [_anchor(text) for text in anchors]
    with open_project(project_dir) as project, progress() as show:
        some = custody.verify_figures(project, figures, heads) if figures else None
        rows = custody.verify(project, heads, show) if some is None else some
    (row,) = rows
    if as_json:
        print_rows(rows, as_json)
    else:
        counts = f"{len(row['problems'])} problems, {len(row['warnings'])} warnings"
        click.echo(f"{row['checked']} checked, {counts}.")
        for problem in row["problems"]:
            click.echo(problem)
        for warning in row["warnings"]:
            click.echo(f"Warning: {warning}")
    if not row["ok"]:
        raise click.exceptions.Exit(1)


def _anchor(text: str) -> Anchor:
    from workflow.anchors import Anchor

    match = re.fullmatch(r"(\d{1,15}):([0-9a-f]{64})", text.strip().lower())
    if match is None:
        raise click.BadParameter(f"'{text}' is not COUNT:SHA256", param_hint="--anchor")
    return Anchor(int(match[1]), match[2], purpose="--anchor")
