"""What commands share: the project, the author, JSON or a table, progress.

A command is a click command called `command` in a module of its name. It opens the project itself::

    @click.command("offsets")
    @project_options
    def command(project_dir: Path | None, as_json: bool) -> None:
        from workflow.readmodels import tables

        with open_project(project_dir) as project:
            print_rows(tables.offsets(project), as_json)
"""

from __future__ import annotations

import getpass
import json
import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from workflow.errors import WorkflowError

if TYPE_CHECKING:
    from workflow.model import Author
    from workflow.project import Project

__all__ = [
    "NamedPath",
    "audience_options",
    "author_options",
    "declared_author",
    "open_project",
    "print_rows",
    "progress",
    "project_options",
    "project_root",
    "report",
]

F = TypeVar("F", bound=Callable[..., Any])
Progress = Callable[[str, int, int], None]


class NamedPath(click.Path):
    """A path, given as a `Path`; an empty text is refused, since `Path` takes it for ".".

    A variable that is not set (``sitetrack ingest "$SCENES"``) would else take in the folder one stands in.
    """

    def __init__(self, *, file_okay: bool = True, dir_okay: bool = True) -> None:
        """Whether it is there and may be read is found by what reads it, so that the rest of a batch is taken."""
        super().__init__(path_type=Path, readable=False, file_okay=file_okay, dir_okay=dir_okay)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """`value` as a `Path`, or a usage error where it is empty."""
        if value == "":
            self.fail("a path is empty; name a file or a folder ('.' for this one)", param, ctx)
        return super().convert(value, param, ctx)


def project_options(function: F) -> F:
    """Add ``--project DIR`` and ``--json``: parameters `project_dir` (Path or None) and `as_json`."""
    function = click.option("--json", "as_json", is_flag=True, help="One JSON array of rows on stdout.")(
        function
    )
    return click.option(
        "--project",
        "project_dir",
        type=NamedPath(file_okay=False),
        help="Project folder (default: the nearest one upwards).",
    )(function)


def audience_options(function: F) -> F:
    """Add ``--for AUDIENCE`` and ``--why TEXT``: parameters `audience` and `why`."""
    function = click.option(
        "--why", default="", metavar="TEXT", help="What it is for; stands in the record."
    )(function)
    return click.option(
        "--for",
        "audience",
        type=click.Choice(["public", "team", "restricted"]),
        default="public",
        show_default=True,
        help="Who will see it: sites of a narrower visibility are left out.",
    )(function)


def author_options(function: F) -> F:
    """Add ``--author NAME`` and ``--role ROLE``: parameters `author_name` (or None) and `role`."""
    function = click.option(
        "--role", type=click.Choice(["analyst", "lead", "viewer"]), default="analyst", help="Declared role."
    )(function)
    return click.option(
        "--author", "author_name", help="Declared name (default: SITETRACK_AUTHOR, else the login name)."
    )(function)


def declared_author(name: str | None, role: str = "analyst") -> Author:
    """Who writes, as declared: `name`, else SITETRACK_AUTHOR, else the login name."""
    from workflow.model import Author, Role

    declared = name if name is not None else os.environ.get("SITETRACK_AUTHOR") or _login_name()
    try:
        return Author(declared.strip(), Role(role))
    except ValueError as error:
        raise click.UsageError(f"{error}: give --author NAME or set SITETRACK_AUTHOR") from error


def _login_name() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):  # no account behind the process
        return ""


def project_root(project_dir: Path | None) -> Path:
    """The folder of ``--project``, else the nearest project upwards.

    Raises
    ------
    ProjectUnusable
        when there is none.
    """
    from workflow.project import checked_root, find_project

    return checked_root(project_dir if project_dir is not None else find_project(Path.cwd()))


@contextmanager
def open_project(project_dir: Path | None) -> Iterator[Project]:
    """The project of ``--project``, else the nearest upwards, closed at the end.

    Raises
    ------
    ProjectUnusable
        when there is none or its record cannot be read.
    """
    from workflow.project import Project

    with Project.open(project_root(project_dir)) as project:
        for warning in project.warnings:
            click.echo(warning, err=True)
        yield project


def print_rows(rows: Sequence[Mapping[str, Any]], as_json: bool, *, empty: str = "Nothing yet.") -> None:
    """Write `rows` to stdout: one JSON array, or a table with `empty` where there is nothing."""
    if as_json:
        click.echo(json.dumps([dict(row) for row in rows], ensure_ascii=False, indent=1, default=str))
        return
    if not rows:
        click.echo(empty)
        return
    _print_table(rows)


def _print_table(rows: Sequence[Mapping[str, Any]]) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, header_style="bold")
    for key in rows[0]:
        table.add_column(key, overflow="fold")
    for row in rows:
        table.add_row(*(Text(_cell(row.get(key))) for key in rows[0]))
    width = None if sys.stdout.isatty() else 200
    Console(width=width).print(table)


def _cell(value: object) -> str:
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.6g}" if abs(value) < 1e5 else f"{value:.2f}"
    if isinstance(value, list | tuple):
        return ", ".join(str(item) for item in value)
    return str(value)


def report(refused: Sequence[WorkflowError]) -> None:
    """Name every refusal on stderr and leave with exit code 1 if there was one."""
    for error in refused:
        click.echo(str(error), err=True)
    if refused:
        raise click.exceptions.Exit(1)


@contextmanager
def progress() -> Iterator[Progress]:
    """A callback ``(what, done, total)`` that draws bars on stderr; one line at the end where that is no terminal.

    Nothing is drawn before the first call.
    """
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bars

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    bars = Bars(*columns, console=Console(stderr=True))
    tasks: dict[str, Any] = {}

    def show(what: str, done: int, total: int) -> None:
        if what not in tasks:
            tasks[what] = bars.add_task(what, total=total)
            bars.start()
        bars.update(tasks[what], completed=done, total=total)

    try:
        yield show
    finally:
        if tasks:
            bars.stop()
