"""`sitetrack ingest`: take pictures into the imagery library."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from workflow.cli.capture_archive import shot_options
from workflow.cli.captures import BASES, brief
from workflow.cli.options import (
    NamedPath,
    author_options,
    declared_author,
    open_project,
    print_rows,
    progress,
    project_options,
    report,
)

if TYPE_CHECKING:
    from workflow.model import Capture

__all__ = ["command"]

_KINDS = ("satellite", "aerial", "ground", "broadcast")


@click.command("ingest")
@click.argument("paths", metavar="PATH...", nargs=-1, required=True, type=NamedPath())
@click.option("--acquired", metavar="TEXT", help="When it was taken: '2021-11-14', 'late 2021', 'unknown'.")
@click.option(
    "--basis", type=click.Choice(BASES), help="What that date rests on (default: what fits the provider)."
)
@click.option("--retrieved", metavar="DATE", help="When it was downloaded: an open end closes there.")
@click.option("--published", metavar="DATE", help="When it was published, where that is all that is known.")
@click.option("--provider", default="", help="Who it comes from; a known one brings credit and licence.")
@click.option("--credit", default="", help="Credit line for figures.")
@click.option("--licence", default="", help="Terms that it comes with.")
@click.option("--kind", type=click.Choice(_KINDS), help="How it was taken (default: what fits the provider).")
@click.option("--site", metavar="ID", help="With --kind: take pictures without coordinates, for this site.")
@click.option("--clip", metavar="NAME", help="With --at: the PATHs are stills of one clip, and one capture.")
@click.option("--at", "codes", multiple=True, metavar="TIME", help="Of each still of the clip, as 00:01:12.")
@shot_options
@click.option(
    "--reinstate", is_flag=True, help="Bring back withdrawn captures whose files were removed (leads)."
)
@click.option(
    "--in-place", is_flag=True, help="Leave originals where they are: hash, read and refer to them there."
)
@click.option("--synthetic", is_flag=True, hidden=True, help="The pictures are rendered, not taken.")
@author_options
@project_options
def command(
    paths: tuple[Path, ...],
    acquired: str | None,
    basis: str | None,
    retrieved: str | None,
    published: str | None,
    provider: str,
    credit: str,
    licence: str,
    kind: str | None,
    site: str | None,
    clip: str | None,
    codes: tuple[str, ...],
    synthetic: bool,
    reinstate: bool,
    in_place: bool,
    url: str | None,
    viewer: str | None,
    shot_at: str | None,
    shot_by: str | None,
    shot_how: str | None,
    author_name: str | None,
    role: str,
    project_dir: Path | None,
    as_json: bool,
) -> None:
    """Take pictures and folders of pictures into the project; originals are kept as they came.

    GeoTIFF, JPEG 2000, JPEG, PNG, NITF and ENVI; the tiles of one order are one picture, and with --clip the stills of
    one clip. The date comes from
    --acquired, else from product metadata beside the file or in the product's folder (STAC, Planet, Landsat, Maxar,
    Sentinel, NAIP and others), its tags, or its name.
    """
    from workflow.intake import IntakeOptions, clip_of
    from workflow.model import Basis, CaptureKind
    from workflow.origins import stated_origin
    from workflow.pipeline.ingest import ingest
    from workflow.readmodels import tables

    _check_dates(acquired, retrieved, published)
    if codes and clip is None:
        raise click.UsageError("--at goes with --clip")
    if clip is not None and (kind is None or site is None):
        raise click.UsageError("--clip goes with --kind and --site")
    stills = clip_of(clip, paths, codes) if clip is not None else None
    options = IntakeOptions(
        acquired,
        provider,
        credit,
        licence,
        CaptureKind(kind) if kind else None,
        site,
        synthetic,
        Basis(basis.replace("-", " ")) if basis else None,
        retrieved,
        published,
        in_place=in_place,
        origin=stated_origin(
            url=url or "", viewer=viewer or "", at=shot_at or "", by=shot_by or "", how=shot_how or ""
        ),
    )
    with open_project(project_dir) as project:
        with progress() as show:
            author = declared_author(author_name, role)
            outcome = ingest(project, author, paths, options, show, reinstate=reinstate, clip=stills)
        taken = {capture.id for capture in outcome.captures}
        rows = [row for row in tables.captures(project) if row["id"] in taken]
    print_rows(rows if as_json else brief(rows), as_json, empty="Nothing was taken.")
    click.echo(_summary(outcome.new, len(taken), len(outcome.refused)), err=True)
    for capture in outcome.captures:
        if not capture.date_is_confirmed:
            click.echo(_unconfirmed(capture), err=True)
    report(outcome.refused)


def _check_dates(acquired: str | None, retrieved: str | None, published: str | None) -> None:
    """Dates that are stated hold for all pictures: one that is none is said once."""
    from workflow.errors import InputRefused
    from workflow.intake.dates import stated_day, stated_span

    given = {"--acquired": acquired, "--retrieved": retrieved, "--published": published}
    for option, text in given.items():
        try:
            (stated_span if option == "--acquired" else stated_day)(text)
        except InputRefused as error:
            raise click.BadParameter(str(error), param_hint=f"'{option}'") from error


def _unconfirmed(capture: Capture) -> str:
    from workflow.timespan import format_span

    return (
        f"{capture.file}: its date, {format_span(capture.acquired)}, is a tag of the file and not confirmed; "
        "look at it with 'sitetrack captures proposals', or state one with 'sitetrack captures date'."
    )


def _summary(new: int, taken: int, refused: int) -> str:
    parts = [f"{new} new"]
    if taken > new:
        parts.append(f"{taken - new} there already and kept as they were")
    if refused:
        parts.append(f"{refused} refused")
    return ", ".join(parts) + "."
