"""``sitetrack restore BACKUP DIR``."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click

from workflow.cli.options import NamedPath, print_rows, progress

__all__ = ["command"]


@click.command("restore")
@click.argument("backup", metavar="BACKUP", type=NamedPath())
@click.argument("target", metavar="DIR", type=NamedPath())
@click.option("--database", default="", metavar="URL", help="Put the record into this empty database.")
@click.option("--json", "as_json", is_flag=True, help="One JSON array of rows on stdout.")
def command(backup: Path, target: Path, database: str, as_json: bool) -> None:
    """Make a project of BACKUP in DIR, a folder that is not there or is empty.

    The backup is checked before and the project afterwards. Nothing is ever overwritten: neither a folder that holds
    something nor a database that holds a record.
    """
    from workflow.backup import restore

    with progress() as show:
        manifest = restore(backup, target, datetime.now(UTC), database=database.strip(), progress=show)
    for sentence in manifest.missing:
        click.echo(sentence, err=True)
    row = {
        "project": str(target.absolute()),
        "revisions": manifest.chain.count,
        "sha256": manifest.chain.sha256,
        "files": len(manifest.files),
        "missing": len(manifest.missing),
    }
    print_rows([row], as_json)
