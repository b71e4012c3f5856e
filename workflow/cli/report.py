"""`sitetrack report`: all approved sites, as a folder of figures or as one document."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from workflow.cli.options import (
    NamedPath,
    audience_options,
    author_options,
    declared_author,
    open_project,
    print_rows,
    progress,
    project_options,
)

if TYPE_CHECKING:
    from workflow.publish.report import Made

__all__ = ["command"]


@click.command("report")
@click.option("-o", "--out", required=True, type=NamedPath(), help="FILE.pdf, FILE.docx, or a folder.")
@click.option("--site", "sites", multiple=True, help="Only this site; may be repeated.")
@click.option("--unreviewed", is_flag=True, help="Also what nobody has approved.")
@click.option(
    "--format",
    "suffixes",
    multiple=True,
    metavar="SUFFIX",
    help="Of figures in a folder; may be repeated (.png).",
)
@click.option("--title", default="", help="Title of the report.")
@click.option(
    "--layout", default="auto", help="auto, row, grid, before-after or filmstrip.", show_default=True
)
@click.option(
    "--style", default="source-report", show_default=True, help="House style, or a TOML file of one's own."
)
@click.option("--dpi", type=click.IntRange(72, 1200), default=300, show_default=True, help="Pixels an inch.")
@click.option("--credit", default="", help="Credit of captures that have none stored.")
@click.option(
    "--one-stretch", is_flag=True, help="The same limits of brightness for all pictures of a figure."
)
@click.option("--inset", is_flag=True, help="In each figure a small map of where the site is.")
@click.option(
    "--allow", multiple=True, metavar="CODE=REASON", help="Let a finding of the linter pass; repeatable."
)
@audience_options
@click.option("--executor", metavar="KIND[:N]", help="serial, threads[:N] or processes[:N].")
@author_options
@project_options
def command(
    out: Path,
    sites: tuple[str, ...],
    unreviewed: bool,
    suffixes: tuple[str, ...],
    title: str,
    audience: str,
    why: str,
    executor: str | None,
    author_name: str | None,
    role: str,
    project_dir: Path | None,
    as_json: bool,
    **said: Any,
) -> None:
    """Write figures of all sites of which something is approved, to a folder or as one report.

    A report has contents, a map, the growth chart, a timeline, a figure for each site, methods and credits. What was
    interrupted goes on where it was. A figure that the linter refuses is named, with what to do.
    """
    from workflow.cli.figure import allowances, chosen
    from workflow.model import FigureOptions, Layout
    from workflow.publish.report import check_report, is_report, write_folder, write_report
    from workflow.readmodels.reporting import contents

    if suffixes and is_report(out):
        raise click.UsageError("--format goes with a folder")
    endings = tuple(dict.fromkeys(_suffix(one) for one in suffixes)) or (".png",)
    options = FigureOptions(
        layout=chosen(Layout, said["layout"], "--layout"),
        style=said["style"],
        dpi=said["dpi"],
        credit=said["credit"],
        inset=said["inset"],
        one_stretch=said["one_stretch"],
        allow=allowances(said["allow"]),
    )
    author = declared_author(author_name, role)
    with open_project(project_dir) as project, progress() as show:
        told = contents(project, sites, audience, unreviewed=unreviewed, title=title)
        check_report(project, out, told)
        if is_report(out):
            made = write_report(
                project, author, told, out, options, why=why, progress=show, executor=executor
            )
        else:
            made = write_folder(
                project,
                author,
                told,
                out,
                options,
                suffixes=endings,
                why=why,
                progress=show,
                executor=executor,
            )
    _print(made, told.unreviewed, told.left_out, as_json=as_json)


def _print(made: Made, unreviewed: int, left_out: int, *, as_json: bool) -> None:
    refused = [row for row in made.rows if row["refused"]]
    for row in refused:
        click.echo(f"{row['site']}: {row['refused']}", err=True)
    if unreviewed:
        click.echo(f"Sites of which nothing is approved, left out: {unreviewed}.", err=True)
    if left_out:
        click.echo(f"Sites that are not for this audience, left out: {left_out}.", err=True)
    if as_json:
        row = {
            "id": made.export.id,
            "out": str(made.out),
            "sha256": made.export.sha256,
            "sites": len(made.rows),
            "figures": len(made.rows) - len(refused),
            "reused": made.reused,
            "refused": {row["site"]: row["refused"] for row in refused},
            "unreviewed": unreviewed,
            "left_out": left_out,
        }
        print_rows([row], as_json=True)
        return
    there = f", {made.reused} of them from before" if made.reused else ""
    click.echo(
        f"{made.out} written: {len(made.rows) - len(refused)} figures of {len(made.rows)} sites{there}. "
        f"Noted as {made.export.id}."
    )


def _suffix(text: str) -> str:
    """A suffix as figures are named: "png" is ".png".

    Raises
    ------
    BadParameter
        when figures are not written so.
    """
    from workflow.publish import SUFFIXES

    found = f".{text.strip().lower().removeprefix('.')}"
    if found not in SUFFIXES:
        raise click.BadParameter(f"'{text}' is none of {', '.join(SUFFIXES)}", param_hint="--format")
    return found
