"""`sitetrack track`: cut, align and score chips of every site."""

from __future__ import annotations

from pathlib import Path

import click

from workflow.cli.options import (
    author_options,
    declared_author,
    open_project,
    print_rows,
    progress,
    project_options,
)


@click.command("track")
@click.option("--site", "site_ids", multiple=True, metavar="ID", help="Only this site (may be repeated).")
@click.option(
    "--executor",
    metavar="KIND[:N]",
    help="serial, threads:N, processes:N or dask:ADDRESS (default: one thread for every core).",
)
@author_options
@project_options
def command(
    site_ids: tuple[str, ...],
    executor: str | None,
    author_name: str | None,
    role: str,
    project_dir: Path | None,
    as_json: bool,
) -> None:
    """Cut, align and score chips of every site.

    Only what is not done yet is done; after Ctrl-C the same command goes on where it stopped. Pictures
    without georeference are left out: a few are named, many are counted.
    """
    from dataclasses import asdict

    from workflow.errors import InputRefused
    from workflow.executors import parse_executor
    from workflow.pipeline.track import track

    try:
        parse_executor(executor)
    except InputRefused as error:
        raise click.UsageError(str(error)) from error

    author = declared_author(author_name, role)
    with open_project(project_dir) as project, progress() as show:
        report = track(project, author, site_ids or None, executor, show)
    print_rows([asdict(one) for one in report.sites], as_json, empty="No located sites yet.")
    for sentence in (*report.skipped, *report.failed):
        click.echo(sentence, err=True)
    click.echo(
        f"{len(report.sites)} sites: {report.chips} chips cut, {report.aligned} aligned, "
        f"{report.scored} pairs scored, {report.unchanged} sites unchanged.",
        err=True,
    )
    if report.failed:
        raise click.exceptions.Exit(1)
