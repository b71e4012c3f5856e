"""`sitetrack next`: which capture would narrow the dates most."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from workflow.cli.options import NamedPath, open_project, print_rows, project_options, report

if TYPE_CHECKING:
    from datetime import date

__all__ = ["command"]


@click.command("next")
@click.argument("site", required=False)
@click.option(
    "--catalogue",
    "catalogues",
    multiple=True,
    type=NamedPath(),
    metavar="PATH",
    help="Captures that can be had: a .tsv or STAC .json file, or a folder of them. May be repeated.",
)
@click.option(
    "--max-cloud", type=click.FloatRange(0, 100), metavar="PERCENT", help="Leave out cloudier tiles."
)
@click.option("--limit", type=click.IntRange(min=1), help="Only the first so many rows.")
@project_options
def command(
    site: str | None,
    catalogues: tuple[Path, ...],
    max_cloud: float | None,
    limit: int | None,
    project_dir: Path | None,
    as_json: bool,
) -> None:
    """Show which capture would narrow the dates of targets most, or those of SITE.

    Without a catalogue: for every event the days to look for. With one: which of its captures to get, ranked by the
    days that are expected to be taken away at all sites together. Files alone are read, nothing is fetched.
    """
    from workflow.catalogue import read_catalogues
    from workflow.readmodels import nextcapture

    with open_project(project_dir) as project:
        if not catalogues:
            rows = nextcapture.next_captures(project, _today(), site)[:limit]
            print_rows(rows if as_json else [_window(row) for row in rows], as_json, empty="No targets yet.")
            return
        tiles, refused = read_catalogues(catalogues)
        cloud = 100.0 if max_cloud is None else max_cloud
        rows = nextcapture.from_catalogue(project, tiles, _today(), site, most_cloud_percent=cloud)[:limit]
    empty = f"None of the {len(tiles)} tiles would narrow anything."
    print_rows(rows if as_json else [_capture(row) for row in rows], as_json, empty=empty)
    report(refused)


def _today() -> date:
    from datetime import UTC, datetime

    return datetime.now(UTC).date()


def _window(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "target": row["targets"][0],
        **{key: row[key] for key in ("first", "last", "best", "days", "gain")},
        "synthetic": row["synthetic"],
        "why": row["sentence"],
    }


def _capture(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        **{key: row[key] for key in ("capture", "best", "platform", "gsd_m", "cloud_percent", "gain")},
        "sites": len(row["sites"]),
        "synthetic": row["synthetic"],
        "why": row["sentence"],
    }
