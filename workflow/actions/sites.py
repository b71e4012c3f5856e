"""Sites made and changed, and disagreements of the register file and the record decided."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from workflow.actions.editing import as_it_was, merged
from workflow.actions.permissions import Deed, require
from workflow.actions.text import clean_text
from workflow.changes import taken
from workflow.codec import decode, encode
from workflow.errors import InputRefused, UnknownName
from workflow.model import Author, Site
from workflow.reconcile import settle
from workflow.register import as_filed, new_site, restated
from workflow.threeway import SiteConflict

if TYPE_CHECKING:
    from workflow.project import Project

__all__ = ["CHANGEABLE", "SIDES", "add_site", "edit_site", "resolve_conflict"]

CHANGEABLE = (
    *("name", "name_local", "aliases", "category", "position", "radius_m", "road", "bearing_deg", "traffic"),
    *("timezone", "note", "source", "visibility", "targets"),
)
"""Fields of a site that `edit_site` changes and `add_site` takes."""
SIDES = ("file", "record")
"""The two sides of a disagreement."""

_LONGEST_REASON = 500


def add_site(project: Project, author: Author, stated: Mapping[str, Any], *, reason: str) -> Site:
    """Make a site of the fields `stated`, as `edit_site` takes them; the `id`, if not given, follows from the name.

    The register file is written too. Gives the site.

    Raises
    ------
    NotAllowed
        for a viewer.
    UnknownName
        when there is no such field.
    InputRefused
        when a value cannot be taken, or a site of that id is there.
    """
    require(author, Deed.EDIT_SITES)
    _known_fields(stated, ("id", *CHANGEABLE))
    site = new_site(stated)
    with project.record.write(author, _reason(reason, "why the site is added")) as transaction:
        if transaction.get(Site, site.id) is not None:
            raise InputRefused(f"Site {site.id}", "it is there already", "give the new one its own id")
        transaction.put(site, base_version=0)
    project.reconcile_register()
    return project.site(site.id)


def edit_site(
    project: Project,
    author: Author,
    site_id: str,
    changes: Mapping[str, Any],
    *,
    base_version: int,
    reason: str,
) -> Site:
    """Change fields of a site that was seen at `base_version`, together with what others changed since.

    A `position` is text in any form, empty for not located. `targets` are objects ``id name kind direction note``:
    one whose id is there is changed in the fields it states, another is added; none is removed. Other values are as
    in a register file. The register file is written too. Gives the site as it then stands.

    Raises
    ------
    NotAllowed
        for a viewer.
    UnknownName
        when there is no such site or field.
    EditConflict
        when somebody else changed the same field to something else since.
    StaleWrite
        when there never was such a version.
    InputRefused
        when a value cannot be taken.
    """
    require(author, Deed.EDIT_SITES)
    _known_fields(changes, CHANGEABLE)
    with project.record.write(author, _reason(reason, "why the site is changed")) as transaction:
        known = transaction.get(Site, site_id)
        if known is None:
            raise UnknownName("site", site_id, project.record.ids("site"))
        mine = restated(as_it_was(transaction, known, site_id, base_version), changes)
        both = as_filed(merged(transaction, known, site_id, base_version, mine))
        transaction.put(both, base_version=known.version)
    project.reconcile_register()
    return project.site(site_id)


def resolve_conflict(
    project: Project, author: Author, site_id: str, *, take: str, field: str | None = None, reason: str
) -> Site:
    """Decide what the register file and the record of `project.reconciled.conflicts` disagree on.

    `take` is ``file`` or ``record``: whose value counts, of one `field` or of all that differ. The file's values
    become a revision, the record's are written to the file; once nothing differs, so are the other changes of both.
    A site that is gone from the file stays out of it with ``file``. Gives the site as it then stands.

    Raises
    ------
    NotAllowed
        for a viewer.
    UnknownName
        when the site is not in conflict, or not in that field; or for another side.
    InputRefused
        when the reason is empty, the values taken do not fit the rest, or the record changed meanwhile.
    """
    require(author, Deed.EDIT_SITES)
    if take not in SIDES:
        raise UnknownName("side", take, SIDES)
    why = _reason(reason, "why this side counts")
    conflict = _conflict(project, site_id)
    names = [one.field for one in conflict.fields]
    if field is not None and field not in names:
        raise UnknownName(f"conflict of site {site_id} in", field, names)
    chosen = names if field is None else [field]
    if take == "file" and conflict.file is not None:
        _take_file(project, author, conflict, chosen, why)
    else:
        settle(project.root, conflict, chosen, take_record=take == "record")
    project.reconcile_register()
    return project.site(site_id)


def _conflict(project: Project, site_id: str) -> SiteConflict:
    found = {one.site: one for one in project.reconcile_register().conflicts}
    if site_id not in found:
        raise UnknownName("conflict of site", site_id, list(found))
    return found[site_id]


def _take_file(
    project: Project, author: Author, conflict: SiteConflict, names: list[str], reason: str
) -> None:
    with project.record.write(author, reason) as transaction:
        known = transaction.get(Site, conflict.site)
        if known is None or encode(as_filed(known.value)) != conflict.record:
            raise InputRefused(
                f"Site {conflict.site}", "the record changed it meanwhile", "look again and repeat"
            )
        value = taken(conflict.record, conflict.file or {}, names)
        transaction.put(as_filed(decode(Site, value)), base_version=known.version)


def _known_fields(stated: Mapping[str, Any], known: tuple[str, ...]) -> None:
    for name in stated:
        if name not in known:
            raise UnknownName("field of a site", str(name)[:80], known)


def _reason(reason: str, remedy: str) -> str:
    why = clean_text("Reason", reason, _LONGEST_REASON)
    if not why:
        raise InputRefused("Reason", "it is empty", f"say {remedy}")
    return why
