"""``sitetrack record``: how objects came to be, what was written lately, changes taken back, copies of it all."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from workflow.cli.options import (
    author_options,
    declared_author,
    open_project,
    print_rows,
    progress,
    project_options,
    project_root,
)
from workflow.settings import DATABASE_VARIABLE, STATE_DIR

__all__ = ["command"]

KINDS = (
    *("site", "target", "evidence", "capture", "file", "offset"),
    *("observation", "annotation", "review", "claim", "figure", "intake_event", "export"),
)


@click.group("record")
def command() -> None:
    """Show how what is recorded came to be, take changes back, copy the record or join a team's."""


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


@command.command("copy")
@click.option("--to", "where", required=True, metavar="URL|FILE", help="An empty database, or a new file.")
@click.option("--keep", is_flag=True, help="Go on with the record of this folder: a mere copy.")
@project_options
def copy(where: str, keep: bool, project_dir: Path | None, as_json: bool) -> None:
    """Copy the record to an empty database or a new file, compared row by row.

    Into a database it moves: the folder's own file takes no more changes, and the folder works with the database
    where SITETRACK_DATABASE_URL names it. A place that holds a record is never overwritten.
    """
    from workflow import ties
    from workflow.project import team_database
    from workflow.store import is_address

    root = project_root(project_dir)
    target = where if is_address(where) else Path(where)
    with progress() as show:
        copied = ties.copy_record(root / STATE_DIR, team_database(), target, show, keep=keep)
    print_rows([{"table": table, "rows": rows} for table, rows in copied.rows.items()], as_json)
    click.echo(f"{copied.head.count} revisions are in {copied.name}, the same row by row.", err=True)
    if is_address(where) and not keep:
        click.echo(f"Set {DATABASE_VARIABLE} to its address to go on.", err=True)


@command.command("join")
@project_options
def join(project_dir: Path | None, as_json: bool) -> None:
    """Let this folder work with the record that SITETRACK_DATABASE_URL names."""
    from workflow import ties
    from workflow.project import Project, team_database

    root = project_root(project_dir)
    ties.join(root / STATE_DIR, team_database()).close()
    with Project.open(root) as project:
        row = {
            "record": project.record.id,
            "where": project.record.name,
            "revisions": project.record.revision,
        }
    print_rows([row], as_json)


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
@click.argument(
    "kind", type=click.Choice(["site", "capture", "observation", "annotation", "claim", "figure"])
)
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
