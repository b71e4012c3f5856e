"""`sitetrack export`: data of the project in the formats that others read."""

from __future__ import annotations

from pathlib import Path

import click

from workflow.cli.options import (
    NamedPath,
    audience_options,
    author_options,
    declared_author,
    open_project,
    print_rows,
    project_options,
)

__all__ = ["command"]

KINDS = ("coco", "csv", "geojson", "geopackage", "geoparquet", "json", "kml", "kmz", "smart", "stac")
LAYERS = ("sites", "outlines", "targets", "captures", "observations", "annotations", "intervals")


@click.command("export")
@click.argument("kind", type=click.Choice(KINDS))
@click.option("-o", "--out", required=True, type=NamedPath(), help="File to write.")
@click.option("--site", "sites", multiple=True, help="Only this site; may be repeated.")
@click.option(
    "--layer", type=click.Choice(LAYERS), help="Only this layer (csv, geojson, geopackage, geoparquet)."
)
@audience_options
@author_options
@project_options
def command(
    kind: str,
    out: Path,
    sites: tuple[str, ...],
    layer: str | None,
    audience: str,
    why: str,
    author_name: str | None,
    role: str,
    project_dir: Path | None,
    as_json: bool,
) -> None:
    """Write data of the project as KIND to a file, and note in the record who took it and why.

    Sites that are not for everybody are left out with all that was said of them, unless --for says who will see the
    file. The fields of each format are in docs/exports.md.
    """
    from workflow.publish.data import check_export, write_export
    from workflow.readmodels import exports

    author = declared_author(author_name, role)
    with open_project(project_dir) as project:
        check_export(project, kind, out, layer or "")
        extract = exports.extract(project, sites, audience)
        done, lacks = write_export(project, author, extract, kind, out, layer=layer or "", why=why)
        revision = project.record.history("export", done.id)[0]
    if extract.left_out:
        lacks = (
            f"Sites that are not for this audience ({audience}) and left out: {extract.left_out}.",
            *lacks,
        )
    for line in lacks:
        click.echo(line, err=True)
    row = {
        "id": done.id,
        "kind": done.kind,
        "file": str(out),
        "sha256": done.sha256,
        "size_bytes": done.size_bytes,
        "audience": done.audience,
        "sites": list(done.sites),
        "left_out": extract.left_out,
        "lacks": list(lacks),
        "counts": dict(done.counts),
        "author": revision.author,
        "at": revision.at.isoformat().replace("+00:00", "Z"),
        "why": revision.reason,
    }
    if as_json:
        print_rows([row], as_json=True)
    else:
        counted = ", ".join(f"{number} {name}" for name, number in done.counts.items())
        click.echo(f"{out} written: {counted}. Noted as {done.id}.")
