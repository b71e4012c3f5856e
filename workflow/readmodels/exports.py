"""The part of a project that an audience may see, gathered to be written out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from workflow.chips import covering_each
from workflow.exporters.extract import Extract
from workflow.model import Capture, Observation, Site
from workflow.readmodels import evidence
from workflow.visibility import is_told, told_site

if TYPE_CHECKING:
    from workflow.project import Project

__all__ = ["extract"]


def extract(project: Project, sites: Sequence[str] = (), audience: str = "public") -> Extract:
    """What `audience` may see of these sites, of all where none is named: one state of the record.

    A site that it may not see is left out with all that was said of it, and so is a picture that shows no site of those
    that are told. Where nothing is left out, pictures that show no site are there too.

    Raises
    ------
    UnknownName
        when there is no such site.
    """
    with project.record.snapshot():
        asked = [project.site(name) for name in dict.fromkeys(sites)] or list(project.sites())
        told = [site for site in asked if is_told(site, audience)]
        names = {site.id for site in told}
        said = [one for one in project.observations() if one.site in names]
        marks = [one for one in project.annotations() if one.site in names]
        captures = _captures(project, told, said, {one.capture for one in marks})
        if not sites and len(told) == len(asked):
            captures = project.all_captures()
        shown = {one.id for one in captures}
        return Extract(
            sites=tuple(told_site(site, audience) for site in told),
            captures=tuple(replace(one, site=one.site if one.site in names else None) for one in captures),
            observations=tuple(said),
            annotations=tuple(marks),
            offsets=tuple(one for one in project.offsets() if one.site in names and one.capture in shown),
            findings=tuple(one for one in evidence.findings(project) if one.site in names),
            audience=audience,
            left_out=len(asked) - len(told),
        )


def _captures(
    project: Project, sites: Iterable[Site], said: Iterable[Observation], marked: set[str]
) -> tuple[Capture, ...]:
    """Those that show one of the sites, are tied to one, or were spoken of; withdrawn ones only where they were."""
    every, places = project.all_captures(), list(sites)
    used = [one for one in every if one.withdrawn is None]
    wanted = {one.id for some in covering_each(places, used).values() for one in some}
    names = {site.id for site in places}
    wanted |= {one.id for one in used if one.site in names} | {one.capture for one in said} | marked
    return tuple(one for one in every if one.id in wanted)
