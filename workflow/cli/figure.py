"""`sitetrack figure`: an annotated before/after picture of a site, ready to print."""

from __future__ import annotations

from pathlib import Path

import click

from workflow.cli.options import open_project, print_rows, project_options

__all__ = ["command"]


@click.command("figure")
@click.argument("site")
@click.option("-o", "--out", required=True, type=click.Path(path_type=Path), help="PNG file to write.")
@click.option("--before", help="Capture on the left: id, unique prefix or file name.")
@click.option("--after", help="Capture on the right.")
@click.option("--target", help="Target whose states and caption are shown.")
@click.option(
    "--width",
    "width_mm",
    type=click.FloatRange(100, 400),
    default=170.0,
    show_default=True,
    help="Millimetres.",
)
@click.option("--dpi", type=click.IntRange(72, 1200), default=300, show_default=True, help="Pixels an inch.")
@click.option("--caption", help="Caption instead of the generated one.")
@click.option("--no-caption", is_flag=True, help="Keep the caption out of the picture; the sidecar has it.")
@click.option("--credit", default="", help="Credit of captures that have none stored.")
@click.option("--no-credit-reason", default="", help="Why the figure goes without a credit.")
@click.option("--annotation-by", default="", help="Who drew the marks (default: their authors).")
@project_options
def command(
    site: str,
    out: Path,
    before: str | None,
    after: str | None,
    target: str | None,
    width_mm: float,
    dpi: int,
    caption: str | None,
    no_caption: bool,
    credit: str,
    no_credit_reason: str,
    annotation_by: str,
    project_dir: Path | None,
    as_json: bool,
) -> None:
    """Write an annotated before/after figure of SITE.

    Without --before and --after it shows the two captures between which the target appeared, else the
    earliest and the latest that show the site. FILE.json beside it says what the figure rests on.
    """
    from workflow.publish import FigureOptions, before_after, check_output

    check_output(out)
    options = FigureOptions(
        target=target,
        before=before,
        after=after,
        width_mm=width_mm,
        dpi=dpi,
        caption=caption,
        draw_caption=not no_caption,
        credit=credit,
        no_credit_reason=no_credit_reason,
        annotated_by=annotation_by,
    )
    with open_project(project_dir) as project:
        made = before_after(project, site, out, options)
    for warning in (*made.figure.warnings, made.not_noted):
        if warning:
            click.echo(warning, err=True)
    captures = [panel["capture"] for panel in made.figure.sidecar["panels"]]
    row = {
        "file": str(made.file),
        "sidecar": str(made.sidecar),
        "captures": captures,
        "caption": made.figure.sidecar["caption"],
        "alt_text": made.figure.alt_text,
    }
    if as_json:
        print_rows([row], as_json=True)
    else:
        click.echo(f"{made.file} and {made.sidecar.name} written.\n{row['caption']}")
