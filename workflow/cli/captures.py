"""`sitetrack captures`: list captures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from workflow.cli.options import open_project, print_rows, project_options

__all__ = ["brief", "command"]

_COLUMNS = ("id", "kind", "file", "earliest", "latest", "basis", "provider", "gsd_m", "crs", "warnings")


@click.group("captures")
def command() -> None:
    """List captures."""


@command.command("list")
@project_options
def list_captures(project_dir: Path | None, as_json: bool) -> None:
    """All captures by date, the undated last."""
    from workflow.readmodels import tables

    with open_project(project_dir) as project:
        rows = tables.captures(project)
    empty = "No captures yet: take some with 'sitetrack ingest'."
    print_rows(rows if as_json else brief(rows), as_json, empty=empty)


def brief(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The columns of capture rows that a terminal has room for; ``--json`` has them all."""
    return [{name: row[name] for name in _COLUMNS} for row in rows]
