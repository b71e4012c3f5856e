"""The part of a project that an audience may see, gathered to be written out."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from workflow.chips import covering_each
from workflow.exporters.extract import Extract
from workflow.readmodels import evidence
from workflow.stills import told_cameras
from workflow.visibility import is_told, told_site

if TYPE_CHECKING:
    from workflow.project import Project

__all__ = ["extract", "told"]


def extract(project: Project, sites: Sequence[str] = (), audience: str = "public") -> Extract:
    """What `audience` may see of these sites, of all where none is named: one state of the record.

    Raises
    ------
    UnknownName
        when there is no such site.
    """
    with project.record.snapshot():
        names = {project.site(name).id for name in sites}
        whole = Extract(
            sites=project.sites(),
            captures=project.all_captures(),
            observations=project.observations(),
            annotations=project.annotations(),
            offsets=project.offsets(),
            findings=evidence.findings(project),
        )
    return told(whole, names, audience)


def told(whole: Extract, names: Collection[str], audience: str) -> Extract:
    """What `audience` may see of `whole`, of the sites with these `names` where there are any.

    A site that it may not see is left out with all that was said of it, and so is a picture that shows no site of those
    that are told. Where nothing is left out, pictures that show no site are there too.
    """
    asked = [site for site in whole.sites if not names or site.id in names]
    sites = {site.id: site for site in asked if is_told(site, audience)}
    said = tuple(one for one in whole.observations if one.site in sites)
    marks = tuple(one for one in whole.annotations if one.site in sites)
    shown = {one.id for some in covering_each(sites.values(), whole.in_use).values() for one in some}
    shown |= {one.id for one in whole.in_use if one.site in sites}
    shown |= {one.capture for one in said} | {one.capture for one in marks}
    is_whole = len(sites) == len(whole.sites)
    captures = told_cameras(
        [one for one in whole.captures if is_whole or one.id in shown], whole.sites, audience
    )
    return Extract(
        sites=tuple(told_site(site, audience) for site in sites.values()),
        captures=tuple(replace(one, site=one.site if one.site in sites else None) for one in captures),
        observations=said,
        annotations=marks,
        offsets=tuple(one for one in whole.offsets if one.site in sites),
        findings=tuple(one for one in whole.findings if one.site in sites),
        audience=audience,
        left_out=len(asked) - len(sites),
    )
