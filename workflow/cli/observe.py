"""``sitetrack observe SITE CAPTURE STATE``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from workflow.cli.options import author_options, declared_author, open_project, print_rows, project_options

if TYPE_CHECKING:
    from workflow.model import Observation
    from workflow.project import Project

__all__ = ["command"]

STATES = ("present", "absent", "uncertain", "obscured", "insufficient")


@click.command("observe")
@click.argument("site")
@click.argument("capture")
@click.argument("state", type=click.Choice(STATES))
@click.option("--target", help="Target's id (may be left out where the site has one).")
@click.option(
    "--confidence", type=click.Choice(["low", "moderate", "high"]), default="moderate", show_default=True
)
@click.option("--note", default="", help="What the statement rests on.")
@author_options
@project_options
def command(
    site: str,
    capture: str,
    state: str,
    target: str | None,
    confidence: str,
    note: str,
    author_name: str | None,
    role: str,
    project_dir: Path | None,
    as_json: bool,
) -> None:
    """Say whether a target is there in a capture.

    SITE is a site's id. CAPTURE is a capture's id, the start of one, or the picture's original file name.
    What follows for the target's dates is printed.
    """
    from workflow.actions import caution_on, observe

    author = declared_author(author_name, role)
    with open_project(project_dir) as project:
        said = observe(
            project,
            author,
            site=site,
            capture=capture,
            state=state,
            target=target,
            confidence=confidence,
            note=note,
        )
        click.echo(f"{said.target} at {said.site}: {said.state} in {said.capture} ({said.author})", err=True)
        if warning := caution_on(project, said):
            click.echo(warning, err=True)
        print_rows(_timeline(project, said), as_json, empty="No date follows from it yet.")


def _timeline(project: Project, said: Observation) -> list[dict[str, Any]]:
    from workflow.readmodels import evidence

    rows = evidence.timeline(project, said.site)
    return [dict(row) for row in rows if row["target"] == said.target]
