"""``sitetrack classes list`` and ``set CLASS``."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from workflow.cli.options import open_project, print_rows, project_options

__all__ = ["command"]


@click.group("classes", invoke_without_command=True)
@click.pass_context
def command(context: click.Context) -> None:
    """List how fine a picture must be to show each class of target, or set it."""
    if context.invoked_subcommand is None:
        context.invoke(list_classes)


@command.command("list")
@project_options
def list_classes(project_dir: Path | None = None, as_json: bool = False) -> None:
    """All classes: what detecting and identifying them takes, and what of it the project sets."""
    from workflow.readmodels import tables

    with open_project(project_dir) as project:
        rows = tables.classes(project)
    print_rows(rows if as_json else [_brief(row) for row in rows], as_json)


@command.command("set")
@click.argument("kind", metavar="CLASS")
@click.option("--detect-gsd", type=float, metavar="METRES", help="Coarsest pixel to detect it; inf: any.")
@click.option("--detect-niirs", type=float, metavar="LEVEL", help="Least NIIRS to detect it; 0: any.")
@click.option("--identify-gsd", type=float, metavar="METRES", help="Coarsest pixel to identify it; inf: any.")
@click.option("--identify-niirs", type=float, metavar="LEVEL", help="Least NIIRS to identify it; 0: any.")
@project_options
def set_class(
    kind: str,
    detect_gsd: float | None,
    detect_niirs: float | None,
    identify_gsd: float | None,
    identify_niirs: float | None,
    project_dir: Path | None,
    as_json: bool,
) -> None:
    """Set limits of CLASS in the project's interpretability.toml; comments and other lines of it stay."""
    from workflow.actions import set_limits
    from workflow.interpretability import KEYS
    from workflow.readmodels import tables

    given = zip(KEYS, (detect_gsd, detect_niirs, identify_gsd, identify_niirs), strict=True)
    with open_project(project_dir) as project:
        set_limits(project, kind, {key: value for key, value in given if value is not None})
        rows = [row for row in tables.classes(project) if row["class"] == kind]
    print_rows(rows if as_json else [_brief(row) for row in rows], as_json)


def _brief(row: Mapping[str, Any]) -> dict[str, Any]:
    """A class in a few words for the table."""
    tasks = {
        task: f"{row[f'{task}_gsd_m'] or 'any'} m, NIIRS {row[f'{task}_niirs']:g}"
        for task in ("detect", "identify")
    }
    own = "the project" if row["overridden"] else "default"
    return {"class": row["class"], **tasks, "set by": own, "targets": row["targets"], "basis": row["basis"]}
