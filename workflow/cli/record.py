"""``sitetrack record history KIND ID``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from workflow.cli.options import open_project, print_rows, project_options

__all__ = ["command"]

KINDS = ("site", "capture", "offset", "observation", "annotation", "intake_event")


@click.group("record")
def command() -> None:
    """Show how what is recorded came to be."""


@command.command("history")
@click.argument("kind", type=click.Choice(KINDS))
@click.argument("object_id", metavar="ID")
@project_options
def history(kind: str, object_id: str, project_dir: Path | None, as_json: bool) -> None:
    """Show every revision of one object: who, when, why, and which fields changed.

    An offset's ID is SITE.CAPTURE; a capture may be named by its file or the start of its id.
    """
    from workflow.readmodels import tables

    with open_project(project_dir) as project:
        rows = tables.history(project, kind, object_id)
    print_rows(rows if as_json else [_line(row) for row in rows], as_json)


def _line(row: dict[str, Any]) -> dict[str, Any]:
    shown = {name: row[name] for name in ("version", "author", "role", "at", "reason")}
    return {**shown, "changed": _changes(row)}


def _changes(row: dict[str, Any]) -> str:
    if row["version"] == 1:
        return "first written"
    return "; ".join(f"{one['field']}: {one['before']} -> {one['after']}" for one in row["changed"])
