"""Figures whose recipe the record keeps: saved, changed as a new version, taken off the list."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from workflow.actions.permissions import Deed, require
from workflow.actions.text import clean_text
from workflow.errors import InputRefused, StaleWrite, UnknownName
from workflow.model import SLUG, Author, FigureOptions, FigureRecipe, slug

if TYPE_CHECKING:
    from workflow.project import Project

__all__ = ["remove_figure", "save_figure"]

_LONGEST_NAME = 80
_LONGEST_REASON = 500


def save_figure(
    project: Project,
    author: Author,
    name: str,
    site: str,
    options: FigureOptions,
    evidence: Mapping[str, Any],
    *,
    base_version: int | None = None,
) -> int:
    """Keep the recipe of a figure under a name, as a new version where there is one of that name; gives the version.

    `options` and `evidence` are those of a figure that `workflow.publish.compose` made; `base_version` is the version
    that a change is based on, None for the newest.

    Raises
    ------
    NotAllowed
        for a viewer.
    InputRefused
        when the name is no lower-case letters, digits and hyphens, or is of a figure of another site.
    StaleWrite
        when it has moved on since `base_version`.
    """
    require(author, Deed.SAVE_FIGURES)
    key = clean_text("Name", name, _LONGEST_NAME)
    if not SLUG.fullmatch(key):
        hint = f"write '{slug(key)}', say" if slug(key) else "write one like road-1"
        raise InputRefused("Name", f"'{key}' is not lower-case letters, digits and hyphens", hint)
    recipe = FigureRecipe(key, site, options, dict(evidence))
    with project.record.write(author, f"figure {key}") as transaction:
        known = transaction.get(FigureRecipe, key)
        version = known.version if known else 0
        if base_version is not None and base_version != version:
            raise StaleWrite("figure", key, base_version, version)
        if known is not None and known.value.site != site and not known.value.deleted:
            raise InputRefused(f"Figure {key}", f"is of site {known.value.site}", "choose another name")
        return transaction.put(recipe, base_version=version).version


def remove_figure(project: Project, author: Author, name: str, reason: str) -> None:
    """Take a figure off the list; its versions stay in the record.

    Raises
    ------
    NotAllowed
        for a viewer.
    UnknownName
        when there is none of that name.
    InputRefused
        when there is no reason.
    """
    require(author, Deed.SAVE_FIGURES)
    why = clean_text("Reason", reason, _LONGEST_REASON)
    if not why:
        raise InputRefused("Reason", "it is empty", "say why the figure is removed")
    with project.record.write(author, why) as transaction:
        known = transaction.get(FigureRecipe, name)
        if known is None or known.value.deleted:
            left = [row.value.id for row in transaction.rows(FigureRecipe) if not row.value.deleted]
            raise UnknownName("figure", name, left)
        transaction.put(replace(known.value, deleted=True), base_version=known.version)
