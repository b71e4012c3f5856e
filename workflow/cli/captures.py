"""`sitetrack captures`: list captures, correct their dates, place them, take them out of use and back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from workflow.cli.capture_archive import COMMANDS
from workflow.cli.options import author_options, declared_author, open_project, print_rows, project_options
from workflow.errors import InputRefused

__all__ = ["BASES", "MODELS", "brief", "command"]

BASES = ("stated", "earliest-possible", "released", "broadcast", "published", "copyright-year")
"""What a date that somebody states may rest on."""

MODELS = ("similarity", "affine", "projective", "thin-plate")
"""How pairs of points place a picture."""

_COLUMNS = (
    "id",
    "kind",
    "file",
    "earliest",
    "latest",
    "basis",
    "local_day",
    "provider",
    "gsd_m",
    "crs",
    "warnings",
)


@click.group("captures")
def command() -> None:
    """List captures and show one, correct what is said of it, place it, attach files to it, take it out of use."""


for _one in COMMANDS:
    command.add_command(_one)


@command.command("list")
@click.option("--all", "everything", is_flag=True, help="Those that were withdrawn too.")
@project_options
def list_captures(everything: bool, project_dir: Path | None, as_json: bool) -> None:
    """All captures by date, the undated last."""
    from workflow.readmodels import tables

    with open_project(project_dir) as project:
        rows = tables.captures(project, withdrawn=everything)
    empty = "No captures yet: take some with 'sitetrack ingest'."
    shown = brief(rows, *(["withdrawn"] if everything else []))
    print_rows(rows if as_json else shown, as_json, empty=empty)


@command.command("show")
@click.argument("capture")
@project_options
def show_capture(capture: str, project_dir: Path | None, as_json: bool) -> None:
    """What is known of CAPTURE, and the field of which file said so."""
    from workflow.readmodels import tables

    with open_project(project_dir) as project:
        found = project.capture(capture, withdrawn=True)
        if as_json:
            _print(project, found.id, as_json)
            return
        click.echo(f"{found.file} (capture {found.id})")
        print_rows(tables.capture_facts(found), as_json)
    for warning in found.warnings:
        click.echo(f"Warning: {warning}.")


@command.command("date")
@click.argument("capture")
@click.argument("text")
@click.option(
    "--basis", type=click.Choice(BASES), default="stated", show_default=True, help="What it rests on."
)
@click.option(
    "--retrieved", default="", metavar="DATE", help="When it was downloaded: an open end closes there."
)
@click.option(
    "--published", default="", metavar="DATE", help="When it was published, where that is all that is known."
)
@click.option("--reason", default="", metavar="TEXT", help="Why; it stands in the record.")
@author_options
@project_options
def date_capture(
    capture: str,
    text: str,
    basis: str,
    retrieved: str,
    published: str,
    reason: str,
    author_name: str | None,
    role: str,
    project_dir: Path | None,
    as_json: bool,
) -> None:
    """Give CAPTURE another date: TEXT as 'ingest --acquired' takes it, in English, ISO, EDTF or Korean.

    The date before stays in its history, and 'record undo' puts it back.
    """
    from workflow.actions import set_date
    from workflow.model import Basis

    with open_project(project_dir) as project:
        changed = set_date(
            project,
            declared_author(author_name, role),
            capture,
            text,
            basis=Basis(basis.replace("-", " ")),
            retrieved=retrieved,
            published=published,
            reason=reason,
        )
        _print(project, changed.id, as_json)


@command.command("georeference")
@click.argument("capture")
@click.option(
    "--points",
    "file",
    required=True,
    metavar="FILE",
    type=click.Path(path_type=Path, dir_okay=False),
    help="A .points file, as QGIS's georeferencer saves it.",
)
@click.option(
    "--model",
    type=click.Choice(MODELS),
    default="affine",
    show_default=True,
    help="How they place the picture.",
)
@click.option("--crs", metavar="CRS", help="Of the file's map coordinates, where it names none: EPSG:4326.")
@click.option("--reason", default="", metavar="TEXT", help="Why; it stands in the record.")
@author_options
@project_options
def georeference_capture(
    capture: str,
    file: Path,
    model: str,
    crs: str | None,
    reason: str,
    author_name: str | None,
    role: str,
    project_dir: Path | None,
    as_json: bool,
) -> None:
    """Place CAPTURE, a picture without coordinates, by pairs of points; it is then tracked like any other.

    The place before stays in its history, and 'record undo' goes back to it.
    """
    from workflow.georef import parse_points
    from workflow.model import ControlModel
    from workflow.pipeline.georeference import georeference

    said = parse_points(_text(file), file.name)
    if not (crs or said.crs):
        raise InputRefused(file.name, "it names no coordinate reference system", "name it with --crs")
    with open_project(project_dir) as project:
        placed = georeference(
            project,
            declared_author(author_name, role),
            capture,
            said.points,
            model=ControlModel(model),
            crs=crs or said.crs,
            reason=reason,
        )
        _print(project, placed.id, as_json)


@command.command("points")
@click.argument("capture")
@click.option(
    "-o",
    "target",
    metavar="FILE",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Also write them: NAME.points for QGIS, or NAME.tif, the picture with ground control points.",
)
@project_options
def capture_points(capture: str, target: Path | None, project_dir: Path | None, as_json: bool) -> None:
    """List the control points of CAPTURE, the worst residual first."""
    from workflow.pipeline.georeference import write_points
    from workflow.readmodels.georeference import point_rows

    with open_project(project_dir) as project:
        rows = point_rows(project.capture(capture))
        if target is not None:
            write_points(project, capture, target)
        print_rows(rows, as_json, empty="It has no control points.")


def _text(file: Path) -> str:
    try:
        if file.stat().st_size > 2**20:
            raise InputRefused(file.name, "it is too long for a file of control points", "give another file")
        return file.read_bytes().decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is no text"
        raise InputRefused(file.name, f"it cannot be read ({reason})", "give another file") from error


@command.command("withdraw")
@click.argument("capture")
@click.option("--reason", required=True, metavar="TEXT", help="Why; it stands in the record.")
@click.option("--wrong-picture", "void", is_flag=True, help="Statements on it count no more.")
@click.option("--remove-files", is_flag=True, help="Delete original, working copy and cached chips.")
@author_options
@project_options
def withdraw_capture(
    capture: str,
    reason: str,
    void: bool,
    remove_files: bool,
    author_name: str | None,
    role: str,
    project_dir: Path | None,
    as_json: bool,
) -> None:
    """Take CAPTURE out of use (leads): it is no longer shown, tracked or put into figures.

    Its hash, its revisions and what was said of it stay. Run it again if it was stopped.
    """
    from workflow.actions import withdraw

    with open_project(project_dir) as project:
        author = declared_author(author_name, role)
        changed = withdraw(project, author, capture, reason=reason, void=void, remove_files=remove_files)
        _print(project, changed.id, as_json)


@command.command("reinstate")
@click.argument("capture")
@click.option("--reason", required=True, metavar="TEXT", help="Why; it stands in the record.")
@author_options
@project_options
def reinstate_capture(
    capture: str, reason: str, author_name: str | None, role: str, project_dir: Path | None, as_json: bool
) -> None:
    """Use CAPTURE again (leads). Where its files were removed, 'ingest FILE --reinstate' brings it back."""
    from workflow.actions import reinstate

    with open_project(project_dir) as project:
        changed = reinstate(project, declared_author(author_name, role), capture, reason=reason)
        _print(project, changed.id, as_json)


def _print(project: Any, key: str, as_json: bool) -> None:
    from workflow.readmodels import tables

    rows = [row for row in tables.captures(project, withdrawn=True) if row["id"] == key]
    print_rows(rows if as_json else brief(rows, "withdrawn"), as_json)


def brief(rows: Sequence[Mapping[str, Any]], *more: str) -> list[dict[str, Any]]:
    """The columns of capture rows that a terminal has room for, and `more`; ``--json`` has them all."""
    return [{name: row[name] for name in (*_COLUMNS, *more)} for row in rows]
