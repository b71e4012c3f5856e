"""``sitetrack record``: how objects came to be, what was written lately, changes taken back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from workflow.cli.options import author_options, declared_author, open_project, print_rows, project_options

__all__ = ["command"]

KINDS = (
    *("site", "target", "evidence", "capture", "file", "offset"),
    *("observation", "annotation", "review", "claim", "intake_event"),
)


@click.group("record")
def command() -> None:
    """Show how what is recorded came to be, and take changes back."""


@command.command("history")
@click.argument("kind", type=click.Choice(KINDS))
@click.argument("object_id", metavar="ID")
@project_options
def history(kind: str, object_id: str, project_dir: Path | None, as_json: bool) -> None:
    """Show every revision of one object: who, when, why, and which fields changed.

    An offset's ID is SITE.CAPTURE, a target's SITE.TARGET; a capture may be named by its file or the start of its id.
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


@command.command("activity")
@click.option("--days", type=click.IntRange(1, 36_500), default=30, show_default=True, help="How far back.")
@click.option("--kind", "kinds", type=click.Choice(KINDS), multiple=True, help="Only this kind; repeatable.")
@click.option("--by", "by", metavar="NAME", help="Only what NAME wrote.")
@project_options
def activity(
    days: int, kinds: tuple[str, ...], by: str | None, project_dir: Path | None, as_json: bool
) -> None:
    """List what was written lately, the newest first: when, what, who, why."""
    from datetime import UTC, datetime, timedelta

    from workflow.readmodels.history import activity_rows

    until = datetime.now(UTC) + timedelta(minutes=5)  # clocks of a team differ a little
    with open_project(project_dir) as project:
        rows = activity_rows(
            project, until - timedelta(days=days, minutes=5), until, kinds=kinds or KINDS, author=by
        )
    shown = ("at", "kind", "id", "version", "author", "role", "reason")
    print_rows(rows if as_json else [{name: row[name] for name in shown} for row in rows], as_json)


@command.command("undo")
@click.argument("kind", type=click.Choice(["site", "capture", "observation", "annotation", "claim"]))
@click.argument("object_id", metavar="ID")
@click.option("--to", type=click.IntRange(min=0), help="Version to go back to (default: the one before).")
@click.option("--reason", required=True, help="Why the change is taken back.")
@author_options
@project_options
def undo(
    kind: str,
    object_id: str,
    to: int | None,
    reason: str,
    author_name: str | None,
    role: str,
    project_dir: Path | None,
    as_json: bool,
) -> None:
    """Put an object back to what it was, as a new revision; nothing is removed from its history."""
    from workflow import actions
    from workflow.readmodels import tables

    author = declared_author(author_name, role)
    with open_project(project_dir) as project:
        key = project.capture(object_id).id if kind == "capture" else object_id
        seen = tables.history(project, kind, key)[-1]["version"]
        actions.undo(project, author, kind, key, base_version=seen, to=to, reason=reason)
        row = tables.history(project, kind, key)[-1]
    print_rows([row if as_json else _line(row)], as_json)
