"""``sitetrack bundle``: what is known of some sites as one zip that anybody can check."""

from __future__ import annotations

from pathlib import Path

import click

from workflow.cli.options import (
    NamedPath,
    author_options,
    declared_author,
    open_project,
    print_rows,
    progress,
    project_options,
)

__all__ = ["command"]


@click.command("bundle")
@click.option("-o", "--out", required=True, type=NamedPath(), help="Zip file to write.")
@click.option("--why", required=True, help="What it is for; stands in the bundle and in the list of exports.")
@click.option("--site", "sites", multiple=True, metavar="ID", help="A site (default: all public ones).")
@click.option(
    "--figure",
    "figures",
    multiple=True,
    type=NamedPath(),
    help="A figure, whose site goes along (default: those of the sites that the project noted).",
)
@click.option(
    "--originals",
    type=click.Choice(["allowed", "none"]),
    default="allowed",
    show_default=True,
    help="Put in the originals whose licence allows it, or only hashes.",
)
@click.option(
    "--with-positions", is_flag=True, help="Also sites that are not public; the bundle tells where they are."
)
@author_options
@project_options
def command(
    out: Path,
    why: str,
    sites: tuple[str, ...],
    figures: tuple[Path, ...],
    originals: str,
    with_positions: bool,
    author_name: str | None,
    role: str,
    project_dir: Path | None,
    as_json: bool,
) -> None:
    """Write pictures, record, chain and figures of sites to one zip, with a program that checks them.

    Whoever receives it runs `python verify.py` on it, with Python alone. Pictures whose licence does not let them be
    passed on are named by their hash, with the reason.
    """
    from workflow.bundle import BundleOptions, make_bundle

    author = declared_author(author_name, role)
    options = BundleOptions(why, sites, figures, originals == "allowed", with_positions)
    with open_project(project_dir) as project, progress() as show:
        made = make_bundle(project, author, out, options, show)
    manifest = made.manifest
    row = {
        "file": str(made.file),
        "sha256": made.sha256,
        "size_bytes": made.size_bytes,
        "sites": [one["id"] for one in manifest["sites"]],
        "captures": len(manifest["captures"]),
        "originals": sum(one["original"] is not None for one in manifest["captures"]),
        "figures": len(manifest["figures"]),
        "revisions": manifest["revisions"]["in_full"],
        "by_hash": manifest["revisions"]["by_hash"],
        "left_out": manifest["left_out"],
    }
    for sentence in manifest["left_out"]:
        click.echo(f"Left out: {sentence}", err=True)
    if as_json:
        print_rows([row], as_json=True)
    else:
        held = f"{row['originals']} of {row['captures']} originals, {row['figures']} figures"
        counts = f"{len(manifest['sites'])} sites, {held}, {row['revisions']} revisions"
        click.echo(f"{out} written: {counts}.\nSHA-256 {made.sha256}")
