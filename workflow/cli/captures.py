"""`sitetrack captures`: list captures, correct their dates, place them, take them out of use and back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from workflow.cli.capture_archive import COMMANDS
from workflow.cli.options import (
    NamedPath,
    author_options,
    declared_author,
    open_project,
    print_rows,
    project_options,
)
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
    metavar="FILE",
    type=NamedPath(dir_okay=False),
    help="A .points file, as QGIS's georeferencer saves it.",
)
@click.option(
    "--match",
    "reference",
    is_flag=False,
    flag_value="",
    metavar="[REFERENCE]",
    help="In place of points: match with a capture that lies at the site, the nearest in time unless named.",
)
@click.option("--dry-run", is_flag=True, help="Show the pairs that matching proposes, save nothing.")
@click.option(
    "--model",
    type=click.Choice(MODELS),
    help="How they place the picture: affine, or what foretells matched pairs best.",
)
@click.option("--crs", metavar="CRS", help="Of the file's map coordinates, where it names none: EPSG:4326.")
@click.option("--reason", default="", metavar="TEXT", help="Why; it stands in the record.")
@author_options
@project_options
def georeference_capture(
    capture: str,
    file: Path | None,
    reference: str | None,
    dry_run: bool,
    model: str | None,
    crs: str | None,
    reason: str,
    author_name: str | None,
    role: str,
    project_dir: Path | None,
    as_json: bool,
) -> None:
    """Place CAPTURE, a picture without coordinates, by pairs of points; it is then tracked like any other.

    They are read from a file, or proposed by matching. The place before stays in its history, and 'record undo' goes
    back to it.
    """
    from workflow.model import ControlModel
    from workflow.pipeline.georeference import georeference
    from workflow.readmodels.georeference import pair_rows

    if (file is None) == (reference is None):
        raise click.UsageError("Give either --points FILE or --match.")
    if dry_run and file is not None:
        raise click.UsageError("--dry-run goes with --match.")
    with open_project(project_dir) as project:
        found = _read(file, crs) if file is not None else _matched(project, capture, reference or None)
        chosen = ControlModel(model or found.model)
        if dry_run:
            print_rows(pair_rows(chosen, found.points, project.capture(capture).picture_size), as_json)
            return
        placed = georeference(
            project,
            declared_author(author_name, role),
            capture,
            found.points,
            model=chosen,
            crs=found.crs,
            reference=found.reference,
            reason=reason,
        )
        _print(project, placed.id, as_json)


def _read(file: Path, crs: str | None) -> Any:
    from workflow.georef import parse_points
    from workflow.model import ControlModel
    from workflow.pipeline.matching import Proposal

    said = parse_points(_text(file), file.name)
    if not (crs or said.crs):
        raise InputRefused(file.name, "it names no coordinate reference system", "name it with --crs")
    return Proposal("", "", crs or said.crs, ControlModel.AFFINE, said.points)


def _matched(project: Any, capture: str, reference: str | None) -> Any:
    """The proposal, told of on stderr."""
    from rich.console import Console
    from rich.progress import Progress

    from workflow.pipeline.matching import propose

    with Progress(console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("Matching", total=1.0)
        found = propose(
            project, capture, reference, tell=lambda share: progress.update(task, completed=share)
        )
    names = {one.id: one.file for one in project.captures()}
    if found.refused:
        raise InputRefused(
            f"Capture {found.capture} ({names[found.capture]})",
            f"could not be matched with {names[found.reference]}: {found.refused}",
            "name another picture with --match, or place it by points",
        )
    click.echo(
        f"Matched with {names[found.reference]}: {found.agreeing} of {found.looked} parts agree, "
        f"{len(found.points)} pairs, off by about {found.loo_m or found.rms_m:.2g} m.",
        err=True,
    )
    return found


@command.command("points")
@click.argument("capture")
@click.option(
    "-o",
    "target",
    metavar="FILE",
    type=NamedPath(dir_okay=False),
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


@command.command("align-still")
@click.argument("capture")
@click.option("--to", "other", required=True, metavar="OTHER", help="The still that it is laid on.")
@click.option(
    "--points",
    "file",
    metavar="FILE",
    type=NamedPath(dir_okay=False),
    help="Pairs of points: a .points file, mapX and mapY being column and minus row in OTHER.",
)
@click.option("--match", "matched", is_flag=True, help="Find the pairs: features that look alike in both.")
@click.option("--reason", default="", metavar="TEXT", help="Why; it stands in the record.")
@author_options
@project_options
def align_still_capture(
    capture: str,
    other: str,
    file: Path | None,
    matched: bool,
    reason: str,
    author_name: str | None,
    role: str,
    project_dir: Path | None,
    as_json: bool,
) -> None:
    """Lay the still CAPTURE on the still OTHER of the same view, so that the two can be swiped.

    How it lay before stays in its history, and 'record undo' goes back to it.
    """
    from workflow.actions import align_still
    from workflow.pipeline.stills import align_by_matching
    from workflow.readmodels.stills import still_rows

    if (file is None) is not matched:
        raise click.UsageError("give --points FILE or --match")
    with open_project(project_dir) as project:
        author = declared_author(author_name, role)
        if file is None:
            done = align_by_matching(project, author, capture, other, reason=reason)
        else:
            points = _in_pixels(_text(file), file.name)
            done = align_still(project, author, capture, other, points, reason=reason)
        print_rows(still_rows(project, done), as_json)


@command.command("standpoint")
@click.argument("capture")
@click.option(
    "--at", "position", metavar="POSITION", help="Where the camera stood: '39.0210, 125.7399', MGRS, ..."
)
@click.option("--azimuth", type=float, help="Where it looked: degrees clockwise from true north.")
@click.option("--field", type=float, help="How wide it saw: the horizontal angle in degrees.")
@click.option("--unknown", is_flag=True, help="Take back what was said: it is not known.")
@click.option("--reason", default="", metavar="TEXT", help="Why; it stands in the record.")
@author_options
@project_options
def standpoint_of_capture(
    capture: str,
    position: str | None,
    azimuth: float | None,
    field: float | None,
    unknown: bool,
    reason: str,
    author_name: str | None,
    role: str,
    project_dir: Path | None,
    as_json: bool,
) -> None:
    """Say where CAPTURE, a ground or broadcast picture, was taken from: a cone on the map.

    What was said before stays in its history, and 'record undo' goes back to it.
    """
    from workflow.actions import set_standpoint, standpoint

    where = None
    if not unknown:
        if position is None or azimuth is None or field is None:
            raise click.UsageError("Give --at, --azimuth and --field, or --unknown.")
        where = standpoint(position, azimuth, field)
    with open_project(project_dir) as project:
        done = set_standpoint(project, declared_author(author_name, role), capture, where, reason=reason)
        _print(project, done.id, as_json)


def _in_pixels(text: str, name: str) -> list[Any]:
    """The points of a file, with rows that run down in both stills."""
    from dataclasses import replace

    from workflow.georef import parse_points

    return [replace(point, y=-point.y) for point in parse_points(text, name).points]


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
