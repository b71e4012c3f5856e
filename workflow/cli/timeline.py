"""`sitetrack timeline`: when targets appeared and were removed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from workflow.cli.options import open_project, print_rows, project_options

if TYPE_CHECKING:
    from workflow.timespan import Language

_SHOWN = (
    "site",
    "target",
    "event",
    "phrase",
    "earliest",
    "latest",
    "doubts",
    "synthetic",
    "source",
    "witnesses",
)


@click.command("timeline")
@click.argument("site", required=False)
@click.option("--approved", is_flag=True, help="Approved observations alone; no publications.")
@click.option("--language", type=click.Choice(["en", "ko"]), default="en", help="Of the phrases.")
@project_options
def command(
    site: str | None, approved: bool, language: Language, project_dir: Path | None, as_json: bool
) -> None:
    """Show when targets appeared and were removed: after EARLIEST (excluded) and by LATEST (included).

    The witnesses are the captures that set the bounds, or the publication that says so. What does not fit
    together, and what bounds nothing, is told below the table.
    """
    from workflow.readmodels import evidence

    with open_project(project_dir) as project:
        rows = evidence.timeline(project, site, approved, language)
        shown = rows if as_json else [{name: row[name] for name in _SHOWN} for row in rows]
        print_rows(shown, as_json, empty="No dates yet: record what is there with 'sitetrack observe'.")
        if not as_json:
            notes = (
                f"{row['site']}, {row['target'] or 'the place'}: {sentence}"
                for row in rows
                for sentence in (*row["contradictions"], *row["remarks"])
            )
            for line in dict.fromkeys(notes):
                click.echo(line, err=True)
