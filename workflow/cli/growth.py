"""`sitetrack growth`: how many targets had appeared, at least and at most."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from workflow.cli.options import open_project, print_rows, project_options

if TYPE_CHECKING:
    from datetime import date


@click.command("growth")
@click.option(
    "--on", "on", metavar="DAY", help="Only the end of this day, month or year, with the sentence for it."
)
@project_options
def command(on: str | None, project_dir: Path | None, as_json: bool) -> None:
    """Count the targets that had ever appeared by the end of a day, at least and at most.

    Targets that no capture shows are not counted; a removal takes nothing away.
    """
    from workflow.readmodels import growth

    day = _last_day(on) if on is not None else None
    with open_project(project_dir) as project:
        rows = growth.growth(project, None if day is None else [day])
        if day is not None:
            click.echo(growth.sentence(rows[0]), err=True)
        print_rows(rows, as_json, empty="No dates yet: record what is there with 'sitetrack observe'.")


def _last_day(text: str) -> date:
    from workflow.errors import InputRefused
    from workflow.timespan import parse_span

    try:
        last = parse_span(text).latest
    except InputRefused as error:
        raise click.BadParameter(str(error), param_hint="--on") from error
    if last is None:
        raise click.BadParameter(f"'{text}' has no end; write it like 2019-12-31 or 2019", param_hint="--on")
    return last
