"""`sitetrack figure`: an annotated figure of a site, ready to print."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from workflow.cli.options import (
    NamedPath,
    author_options,
    declared_author,
    open_project,
    print_rows,
    project_options,
)

if TYPE_CHECKING:
    from workflow.model import Allowance, FigureOptions
    from workflow.project import Project

__all__ = ["allowances", "chosen", "command"]

# what may be said beside --recipe: where the file goes, not what is in it
_BESIDE_RECIPE = ("outs", "recipe_name", "version", "twin", "project_dir", "as_json")


@click.command("figure")
@click.argument("site", required=False)
@click.option(
    "-o",
    "--out",
    "outs",
    multiple=True,
    type=NamedPath(),
    help="File to write; its suffix names the format; repeatable.",
)
@click.option(
    "--captures", default="", metavar="A,B,…", help="One to eight captures, as panels in this order."
)
@click.option("--before", help="Capture on the left: id, unique prefix or file name.")
@click.option("--after", help="Capture on the right.")
@click.option(
    "--layout", default="auto", help="auto, row, grid, before-after or filmstrip.", show_default=True
)
@click.option("--target", metavar="A,B,…", help="Target whose states and caption are shown, or several.")
@click.option(
    "--extent", "extent_m", type=click.FloatRange(min=1), help="Side of a panel on the ground in metres."
)
@click.option(
    "--style", default="source-report", show_default=True, help="House style, or a TOML file of one's own."
)
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
@click.option("--number", default="", help="Number of the figure in its publication.")
@click.option("--alt", default="", help="Alternative text instead of the generated one.")
@click.option("--name-provider", is_flag=True, help="Say in the caption's sentence whose picture it is.")
@click.option("--credit", default="", help="Credit of captures that have none stored.")
@click.option("--annotation-by", default="", help="Who drew the marks (default: their authors).")
@click.option("--coordinates", default="dms", show_default=True, help="dms, decimal, mgrs or none.")
@click.option("--inset", is_flag=True, help="A small map of where the site is.")
@click.option(
    "--one-stretch", is_flag=True, help="The same limits of brightness for all pictures on the map."
)
@click.option("--no-marks", is_flag=True, help="Leave the annotations out.")
@click.option("--twin", is_flag=True, help="Write the figure without marks beside it, as FILE-plain.")
@click.option(
    "--allow", multiple=True, metavar="CODE=REASON", help="Let a finding of the linter pass; repeatable."
)
@click.option("--save", "save_name", metavar="NAME", help="Keep the recipe in the record under this name.")
@click.option(
    "--recipe", "recipe_name", metavar="NAME", help="Make the figure that was saved under this name."
)
@click.option("--version", type=click.IntRange(min=1), help="With --recipe: an earlier version of it.")
@author_options
@project_options
@click.pass_context
def command(
    ctx: click.Context, /, outs: tuple[Path, ...], project_dir: Path | None, as_json: bool, **said: Any
) -> None:
    """Write an annotated figure of SITE.

    Without captures it shows the two between which the target appeared, else the earliest and the latest that show
    the site. FILE.json beside it says what the figure rests on.
    """
    from workflow.publish import check_output

    _check_usage(ctx, outs, said)
    for out in outs:
        check_output(out)
    with open_project(project_dir) as project:
        rows = (
            _from_recipe(project, outs, said) if said["recipe_name"] else _from_options(project, outs, said)
        )
    if as_json:
        print_rows(rows, as_json=True)
        return
    said_of = ""
    for row in rows:
        if row["file"]:
            click.echo(f"{row['file']} and {Path(row['sidecar']).name} written.")
        if row["file"] and row["caption"] != said_of:
            click.echo(said_of := row["caption"])
        if row["recipe"] and not said["recipe_name"]:
            click.echo(f"Saved as {row['recipe']}, version {row['version']}.")


def _check_usage(ctx: click.Context, outs: tuple[Path, ...], said: dict[str, Any]) -> None:
    if said["recipe_name"]:
        given = [
            one.opts[0] if isinstance(one, click.Option) else "SITE"
            for one in ctx.command.params
            if one.name not in _BESIDE_RECIPE
            and ctx.get_parameter_source(one.name or "") is ParameterSource.COMMANDLINE
        ]
        if given and given != ["SITE"]:
            raise click.UsageError(f"{given[-1]} does not go with --recipe: save the figure anew with it")
        if given:
            raise click.UsageError("SITE does not go with --recipe, which names it")
    elif said["site"] is None:
        raise click.UsageError("name a SITE, or a saved figure with --recipe NAME")
    elif said["version"] is not None:
        raise click.UsageError("--version goes with --recipe")
    if not outs and not said["save_name"]:
        raise click.UsageError("name a file with -o FILE, or keep the recipe with --save NAME")
    if not outs and said["twin"]:
        raise click.UsageError("--twin goes with -o FILE")


def _from_recipe(project: Project, outs: tuple[Path, ...], said: dict[str, Any]) -> list[dict[str, Any]]:
    from workflow.readmodels.figures import recipe

    kept, version = recipe(project, said["recipe_name"], said["version"])
    return _written(project, kept.site, outs, kept.options, (kept.id, version), twin=said["twin"])


def _from_options(project: Project, outs: tuple[Path, ...], said: dict[str, Any]) -> list[dict[str, Any]]:
    from workflow.actions import save_figure
    from workflow.fonts import load_fonts
    from workflow.publish import compose, evidence_of

    options = _options(said)
    kept = None
    if said["save_name"]:
        author = declared_author(said["author_name"], said["role"])
        figure = compose(project, said["site"], options, load_fonts())
        version = save_figure(
            project, author, said["save_name"], said["site"], figure.options, evidence_of(figure)
        )
        kept, options = (said["save_name"], version), figure.options
        if not outs:
            _warn(figure.warnings)
            row = _row(figure.sidecar)
            return [{"file": None, "sidecar": None, **row, "recipe": kept[0], "version": version}]
    return _written(project, said["site"], outs, options, kept, twin=said["twin"])


def _written(
    project: Project,
    site: str,
    outs: tuple[Path, ...],
    options: FigureOptions,
    recipe: tuple[str, int] | None,
    *,
    twin: bool,
) -> list[dict[str, Any]]:
    from dataclasses import replace

    from workflow.publish import plain_name, write_all

    made = list(write_all(project, site, outs, options, recipe))
    if twin:
        plain = tuple(plain_name(out) for out in outs)
        made += write_all(project, site, plain, replace(options, marks=False), recipe)
    _warn(dict.fromkeys(text for one in made for text in (*one.figure.warnings, one.not_noted)))
    name, version = recipe or (None, None)
    return [
        {
            "file": str(one.file),
            "sidecar": str(one.sidecar),
            **_row(one.figure.sidecar),
            "recipe": name,
            "version": version,
        }
        for one in made
    ]


def _warn(sentences: Any) -> None:
    for sentence in sentences:
        if sentence:
            click.echo(sentence, err=True)


def _row(sidecar: dict[str, Any]) -> dict[str, Any]:
    return {
        "captures": [panel["capture"] for panel in sidecar["panels"]],
        "caption": sidecar["caption"],
        "alt_text": sidecar["alt_text"],
        "findings": sidecar["findings"],
        "allowed": sidecar["allowed"],
    }


def _options(said: dict[str, Any]) -> FigureOptions:
    from workflow.model import CoordinateForm, FigureOptions, Layout

    return FigureOptions(
        target=said["target"],
        before=said["before"],
        after=said["after"],
        captures=tuple(name.strip() for name in said["captures"].split(",") if name.strip()),
        layout=chosen(Layout, said["layout"], "--layout"),
        extent_m=said["extent_m"],
        width_mm=said["width_mm"],
        dpi=said["dpi"],
        style=said["style"],
        caption=said["caption"],
        draw_caption=not said["no_caption"],
        number=" ".join(said["number"].split()).removesuffix("."),
        alt=said["alt"],
        name_provider=said["name_provider"],
        credit=said["credit"],
        annotated_by=said["annotation_by"],
        coordinates=chosen(CoordinateForm, said["coordinates"], "--coordinates"),
        inset=said["inset"],
        marks=not said["no_marks"],
        one_stretch=said["one_stretch"],
        allow=allowances(said["allow"]),
    )


def allowances(texts: tuple[str, ...]) -> tuple[Allowance, ...]:
    """What ``--allow CODE=REASON`` says.

    Raises
    ------
    BadParameter
        when one has no reason.
    """
    from workflow.model import Allowance

    found = []
    for text in texts:
        code, equals, reason = text.partition("=")
        if not equals or not reason.strip():
            raise click.BadParameter(f"'{text}' is not CODE=REASON", param_hint="--allow")
        found.append(Allowance(code.strip(), reason.strip()))
    return tuple(found)


def chosen(kind: Any, text: str, option: str) -> Any:
    """The member of an enumeration that an option names.

    Raises
    ------
    BadParameter
        when there is none.
    """
    names = [one.value for one in kind]
    if text not in names:
        raise click.BadParameter(f"'{text}' is none of {', '.join(names)}", param_hint=option)
    return kind(text)
