"""The figures of a project: recipes that the record keeps and files that were written, and which of them went stale."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from workflow.errors import UnknownName
from workflow.model import FigureRecipe
from workflow.readmodels import figurecheck

if TYPE_CHECKING:
    from workflow.project import Project

__all__ = ["figures", "recipe"]

Row = dict[str, Any]


def recipe(project: Project, name: str, version: int | None = None) -> tuple[FigureRecipe, int]:
    """A stored recipe and its version: the newest, or an earlier one.

    Raises
    ------
    UnknownName
        when there is none of that name or version.
    """
    known = project.record.get(FigureRecipe, name)
    if known is None or (known.value.deleted and version is None):
        rows = project.record.rows(FigureRecipe)
        raise UnknownName("figure", name, [row.value.id for row in rows if not row.value.deleted])
    if version is None:
        return known.value, known.version
    was = project.record.at(FigureRecipe, name, version)
    if was is None:
        raise UnknownName(f"version of figure {name}", str(version), [str(known.version)])
    return was, version


def figures(project: Project, site: str | None = None) -> list[Row]:
    """Rows ``name kind site version captures author at standing changed``: saved recipes, then files that were written.

    `standing` is ``current``, ``stale`` (the record moved on since: `changed` has the sentences), ``wrong`` (it says
    what the record never said, or was changed), ``gone`` for a file that is no longer there. Recipes carry `version`,
    and `author` and `at` of it; a file carries the name of its recipe in `recipe`.

    Raises
    ------
    UnknownName
        when there is no such site.
    """
    if site is not None:
        project.site(site)
    with project.record.snapshot():
        kept = [row for row in project.record.rows(FigureRecipe) if not row.value.deleted]
        histories = project.record.histories(FigureRecipe, [row.value.id for row in kept])
        rows: list[Row] = []
        for one in kept:
            check = figurecheck.recipe_check(one.value)
            check.compare(project)
            last = histories[one.value.id][-1]
            rows.append(
                {
                    "name": one.value.id,
                    "kind": "recipe",
                    "recipe": one.value.id,
                    "site": one.value.site,
                    "version": one.version,
                    "captures": list(one.value.options.captures),
                    "author": last.author,
                    "at": last.at.isoformat(timespec="seconds").replace("+00:00", "Z"),
                    **_standing(check),
                }
            )
        for check in figurecheck.known_figures(project):
            check.compare(project)
            content = check.content
            named = content.recipe if content else None
            rows.append(
                {
                    "name": check.name,
                    "kind": "file",
                    "recipe": named.name if named else None,
                    "site": content.site if content else None,
                    "version": named.version if named else None,
                    "captures": [panel.capture for panel in content.panels] if content else [],
                    "author": None,
                    "at": None,
                    **_standing(check),
                }
            )
    return [row for row in rows if site in (None, row["site"])]


def _standing(check: figurecheck.FigureCheck) -> Row:
    lines = [
        line.removeprefix(f"stale: figure {check.name}: ") for line in (*check.problems, *check.warnings)
    ]
    if check.is_gone:
        return {"standing": "gone", "changed": []}
    word = "wrong" if check.problems else "stale" if lines else "current"
    return {"standing": word, "changed": lines}
