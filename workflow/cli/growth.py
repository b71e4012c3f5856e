"""`sitetrack growth`: how many targets had appeared or stood, at least and at most."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from workflow.cli.options import NamedPath, open_project, print_rows, project_options

if TYPE_CHECKING:
    from datetime import date

_NOTHING = "No dates yet: record what is there with 'sitetrack observe'."


@click.command("growth")
@click.option(
    "--on", "on", metavar="DAY", help="Only the end of this day, month or year, with the sentence for it."
)
@click.option("--standing", is_flag=True, help="What stood, instead of what had ever appeared.")
@click.option("--category", default="", help="Only sites of this category.")
@click.option("--road", default="", help="Only sites on this road.")
@click.option("--kind", default="", help="Only targets of this class (gantry, camera, mast, ...).")
@click.option("--area", metavar="FILE|W,S,E,N", help="Only sites in a GeoJSON polygon or a box of degrees.")
@click.option("--by", type=click.Choice(["category", "road", "kind"]), help="One series for each of them.")
@click.option(
    "--list", "listed", is_flag=True, help="The targets behind the counts of --on, else of the last day."
)
@click.option("--turnbull", is_flag=True, help="Also the most likely number; needs the extra 'growth'.")
@click.option("--approved", is_flag=True, help="Approved observations alone; no publications.")
@click.option("-o", "--out", type=NamedPath(), help="Write a chart (.png, .svg) or the rows (.csv).")
@project_options
def command(
    on: str | None,
    standing: bool,
    category: str,
    road: str,
    kind: str,
    area: str | None,
    by: str | None,
    listed: bool,
    turnbull: bool,
    approved: bool,
    out: Path | None,
    project_dir: Path | None,
    as_json: bool,
) -> None:
    """Count the targets that had appeared by the end of a day, or stood at it, at least and at most.

    Targets that no capture shows are not counted. Of what appeared a removal takes nothing away.
    """
    from workflow.model import Subset
    from workflow.publish.growth import check_growth_output, write_growth
    from workflow.readmodels import claims, growth

    if listed and by:
        raise click.UsageError("--list has one row for every target: leave out --by")
    day = _last_day(on) if on is not None else None
    subset = Subset(category, road, kind, _area(area) if area is not None else None)
    if out is not None:
        check_growth_output(out, chart=day is None and not listed)
    series = growth.STANDING if standing else growth.APPEARED
    with open_project(project_dir) as project:
        growth.check_subset(project, subset)
        rows = growth.growth(
            project,
            None if day is None else [day],
            subset=subset,
            series=series,
            approved=approved,
            by=by,
            turnbull=turnbull,
        )
        published = claims.published_marks(project) if out is not None and subset == growth.ALL else []
        said = [growth.sentence(row, series) for row in growth.last_rows(rows)]
        if day is not None or listed or out is not None:
            click.echo("\n".join(said), err=True)
        if listed:
            rows = [
                one
                for row in growth.last_rows(rows)
                for one in growth.counted(
                    project, growth.day_of(row), subset=subset, series=series, approved=approved
                )
            ]
    if out is not None:
        from workflow.growthchart import marks_of

        write_growth(out, rows, series, marks_of(published), title=said[-1] if said else "")
        click.echo(f"{out} written.", err=as_json)
    if as_json or out is None:
        print_rows(rows if as_json else _without_empty(rows), as_json, empty=_NOTHING)


def _without_empty(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Rows for the table: without the columns that hold nothing."""
    used = [key for key in (rows[0] if rows else ()) if any(row[key] is not None for row in rows)]
    return [{key: row[key] for key in used} for row in rows]


def _last_day(text: str) -> date:
    from workflow.errors import InputRefused
    from workflow.timespan import parse_span

    try:
        last = parse_span(text).latest
    except InputRefused as error:
        raise click.BadParameter(str(error), param_hint="--on") from error
    if last is None:
        raise click.BadParameter(f"'{text}' has no end; write it like 2019-12-31 or 2019", param_hint="--on")
    return last


def _area(text: str) -> dict[str, object]:
    from workflow.errors import InputRefused
    from workflow.register.areas import area_of

    try:
        return area_of(text)
    except InputRefused as error:
        raise click.BadParameter(str(error), param_hint="--area") from error
