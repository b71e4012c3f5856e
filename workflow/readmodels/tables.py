"""Rows of listings, as plain JSON-able dicts with stable keys: what ``--json`` prints and tables show.

Days are ``YYYY-MM-DD``, an open side is None; instants are RFC 3339 UTC; longitude and latitude are WGS 84
degrees.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workflow.changes import difference
from workflow.coords import format_decimal
from workflow.errors import ProjectUnusable, UnknownName
from workflow.model import Annotation, Capture, Georeference, Offset, Site
from workflow.settings import ORIGINALS, WORKING

if TYPE_CHECKING:
    from workflow.project import Project
    from workflow.store import ChainHead, Revision

__all__ = ["captures", "history", "revision_rows", "sites", "status", "verify"]

Row = dict[str, Any]
Progress = Callable[[str, int, int], None]
_BLOCK = 1 << 20


def sites(project: Project) -> list[Row]:
    """Rows ``id name category lon lat targets``, ``name_local located place``, as they were registered.

    A site that is not located has None for lon and lat, and its `place` says so; else `place` is lat, lon as
    text.
    """
    return [_site(site) for site in project.sites()]


def _site(site: Site) -> Row:
    place = site.position.lonlat if site.position else None
    return {
        "id": site.id,
        "name": site.name,
        "category": site.category,
        "lon": place.lon if place else None,
        "lat": place.lat if place else None,
        "targets": [target.id for target in site.targets],
        "name_local": site.name_local,
        "located": place is not None,
        "place": format_decimal(place) if place else "not located",
    }


def captures(project: Project) -> list[Row]:
    """Rows of all captures by date, the undated last.

    Keys ``id kind file stored earliest latest precision basis provider gsd_m crs sha256 synthetic warnings``,
    then ``working georeference site credit licence stated``. `stored` and `working` are absolute paths,
    `stated` the date as it was written.
    """
    return [_capture(project.root, capture) for capture in project.captures()]


def _capture(root: Path, capture: Capture) -> Row:
    span = capture.acquired
    return {
        "id": capture.id,
        "kind": capture.kind.value,
        "file": capture.file,
        "stored": str(root / capture.original),
        "earliest": span.earliest.isoformat() if span.earliest else None,
        "latest": span.latest.isoformat() if span.latest else None,
        "precision": span.precision.value,
        "basis": span.basis.value,
        "provider": capture.provider,
        "gsd_m": capture.gsd_m,
        "crs": capture.crs,
        "sha256": capture.sha256,
        "synthetic": capture.synthetic,
        "warnings": list(capture.warnings),
        "working": str(root / capture.working),
        "georeference": capture.georeference.value,
        "site": capture.site,
        "credit": capture.credit,
        "licence": capture.licence,
        "stated": span.verbatim,
    }


# -- what there is, what is to be done -----------------------------------------------------------------------


def status(project: Project) -> list[Row]:
    """Rows ``kind count pending what``: how many there are, and how many wait for `what`."""
    record = project.record
    places = [row.value for row in record.rows(Site)]
    pictures = [row.value for row in record.rows(Capture)]
    said, counted = project.observations(), project.statements()
    marks = [row.value for row in record.rows(Annotation) if not row.value.deleted]
    shifts = [row.value for row in record.rows(Offset)]
    chips, scores = record.chips(), record.scores()
    seen = {(one.site, one.target) for one in counted if one.state.decisive}
    targets = [(site.id, target.id) for site in places for target in site.targets]
    tracked = {chip.capture for chip in chips}
    mapped = [one for one in pictures if one.georeference is not Georeference.NONE]
    open_reviews = sum(not one.review.sealed for one in said)
    return [
        _count("site", len(places), sum(site.position is None for site in places), "a position"),
        _count("target", len(targets), sum(one not in seen for one in targets), "a decisive observation"),
        _count("capture", len(pictures), sum(one.id not in tracked for one in mapped), "tracking"),
        _count("observation", len(said), open_reviews, "review"),
        _count("annotation", len(marks), 0, ""),
        _count("offset", len(shifts), sum(not one.applied for one in shifts), "a better alignment"),
        _count("chip", len(chips), 0, ""),
        _count("score", len(scores), sum(one.value is None for one in scores), "an overlap to compare"),
    ]


def _count(kind: str, count: int, pending: int, what: str) -> Row:
    return {"kind": kind, "count": count, "pending": pending, "what": what}


# -- how an object came to be --------------------------------------------------------------------------------


def history(project: Project, kind: str, object_id: str) -> list[Row]:
    """Rows ``version author role declared at reason changed seq sha256``, the first revision first.

    `changed` lists ``{field, before, after}``: nested fields with a dot (``position.lonlat.lon``), lists as a
    whole. A capture may be named by its file or the start of its id.

    Raises
    ------
    UnknownName, AmbiguousName
        when kind or object are not there.
    """
    revisions = project.record.history(kind, object_id)
    if not revisions and kind == "capture":
        revisions = project.record.history(kind, project.capture(object_id).id)
    if not revisions:
        raise UnknownName(kind, object_id, project.record.ids(kind))
    return revision_rows(revisions)


def revision_rows(revisions: Sequence[Revision]) -> list[Row]:
    """All revisions of one object as rows of `history`, in their order, which is from the first one on."""
    before: Sequence[Mapping[str, Any]] = [{}, *(json.loads(revision.payload) for revision in revisions)]
    return [_revision(revision, was) for revision, was in zip(revisions, before, strict=False)]


def _revision(revision: Revision, before: Mapping[str, Any]) -> Row:
    return {
        "version": revision.version,
        "author": revision.author,
        "role": revision.role,
        "declared": revision.declared,
        "at": revision.at.isoformat().replace("+00:00", "Z"),
        "reason": revision.reason,
        "changed": difference(before, json.loads(revision.payload)),
        "seq": revision.seq,
        "sha256": revision.sha256,
    }


# -- does it hold together -----------------------------------------------------------------------------------


def verify(
    project: Project, anchors: Sequence[ChainHead] = (), progress: Progress | None = None
) -> list[Row]:
    """One row ``ok checked problems``: the chain, the heads, and every original and working copy on disk.

    `anchors` are chain heads noted elsewhere (a figure's sidecar, a backup). Originals are hashed again;
    working copies too where intake noted their hash, else they must be there.

    Raises
    ------
    ProjectUnusable
        when the record cannot be read at all.
    """
    library = _library(project)  # before the captures: an intake that ends meanwhile left no stray
    found = project.record.verify(anchors)
    checked, problems = found.checked, list(found.problems)
    pictures = _readable_captures(project, problems)
    for done, capture in enumerate(pictures, 1):
        problems += _file(project.root, capture, "original", capture.original, capture.sha256)
        checked += 1
        if capture.working:
            problems += _file(project.root, capture, "working copy", capture.working, capture.working_sha256)
            checked += 1
        if progress is not None:
            progress("files", done, len(pictures))
    if not found.problems:  # else the captures may not be all
        problems += _strays(library, pictures)
    return [{"ok": not problems, "checked": checked, "problems": problems}]


def _library(project: Project) -> list[str]:
    """The files among the originals and working copies, as paths from the project's root."""
    folders = (project.imagery / ORIGINALS, project.imagery / WORKING)
    files = (path for folder in folders if folder.is_dir() for path in folder.iterdir() if path.is_file())
    return sorted(path.relative_to(project.root).as_posix() for path in files)


def _strays(library: Sequence[str], captures: Sequence[Capture]) -> Iterator[str]:
    """A sentence for each file of the library that is no capture's: an intake was killed, or somebody put it there."""
    known = {path for capture in captures for path in (capture.original, capture.working)}
    for path in library:
        if path not in known:
            yield f"{path} belongs to no capture: take its picture in again with 'sitetrack ingest', or remove it."


def _readable_captures(project: Project, problems: Sequence[str]) -> list[Capture]:
    try:
        return [row.value for row in project.record.rows(Capture)]
    except ProjectUnusable:
        if not problems:
            raise
        return []  # the walk has named the capture that cannot be read


def _file(root: Path, capture: Capture, what: str, path: str, sha256: str) -> Iterator[str]:
    subject = f"The {what} of capture {capture.id} ({capture.file})"
    try:
        if not (root / path).is_file():
            yield f"{subject} is missing: {path}."
        elif sha256 and _hash(root / path) != sha256:
            yield f"{subject} was changed: {path}."
    except OSError as error:
        yield f"{subject} cannot be read ({error.strerror}): {path}."


def _hash(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()
