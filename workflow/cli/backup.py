"""``sitetrack backup DEST``."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click

from workflow.cli.options import NamedPath, open_project, print_rows, progress, project_options

__all__ = ["command"]


@click.command("backup")
@click.argument("target", metavar="DEST", type=NamedPath())
@click.option("--incomplete", is_flag=True, help="Allow pictures to be missing; the backup says which.")
@project_options
def command(target: Path, incomplete: bool, project_dir: Path | None, as_json: bool) -> None:
    """Copy the project whole into DEST, a folder that is not there or is empty; others may write meanwhile.

    DEST holds one state of the record with every picture that it names, and a list of all files with their hashes.
    It is checked before it appears. `sitetrack verify --project DEST` checks it again at any time.
    """
    from workflow.backup import back_up, left_in_place

    with open_project(project_dir) as project, progress() as show:
        manifest = back_up(project, target, datetime.now(UTC), incomplete=incomplete, progress=show)
        left = left_in_place(project.all_captures())
    for sentence in manifest.missing:
        click.echo(sentence, err=True)
    if left:
        click.echo(f"Originals that were left in their place and are not in the backup: {left}.", err=True)
    row = {
        "backup": str(target.absolute()),
        "revisions": manifest.chain.count,
        "sha256": manifest.chain.sha256,
        "files": len(manifest.files),
        "size_bytes": sum(file.size_bytes for file in manifest.files),
        "missing": len(manifest.missing),
    }
    print_rows([row], as_json)
