"""What a picture says of itself and what is kept beside it, in rows and words; pictures that look like each other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workflow import rasters
from workflow.errors import InputRefused, UnknownName
from workflow.likeness import MOST_BITS, bits_apart
from workflow.model import Attachment, Capture, Proposal, Stamp
from workflow.timespan import format_span

if TYPE_CHECKING:
    from workflow.project import Project

__all__ = [
    "ATTRIBUTE_WORDS",
    "attached_file",
    "attachment_rows",
    "attachments",
    "duplicates",
    "is_taken",
    "likes",
    "proposal_rows",
    "stamp_words",
]

Row = dict[str, Any]
ATTRIBUTE_WORDS = {
    "acquired": "date taken",
    "platform": "platform",
    "credit": "credit",
    "licence": "terms",
    "camera_position": "camera position",
    "camera_azimuth_deg": "camera azimuth (°)",
}
"""What a proposal is about, for people."""
NOT_JUDGED = "whether the authority can be trusted is not judged"
NOT_LOOKED_UP = "not looked up"


def proposal_rows(capture: Capture) -> list[Row]:
    """Rows ``number attribute value source basis taken`` of what the file of a capture says of itself.

    `number` counts from 1, `taken` says that the capture has it so.
    """
    return [
        {
            "number": number,
            "attribute": one.attribute,
            "value": format_span(one.span) if one.span else one.value,
            "source": one.source,
            "basis": one.basis,
            "taken": is_taken(capture, one),
        }
        for number, one in enumerate(capture.proposals, 1)
    ]


def is_taken(capture: Capture, one: Proposal) -> bool:
    """Whether the capture has what its file proposes."""
    if one.span is not None:
        return capture.date_is_confirmed and (capture.acquired.earliest, capture.acquired.latest) == (
            one.span.earliest,
            one.span.latest,
        )
    return bool(getattr(capture, one.attribute, None) == one.value)


# -- what is attached ----------------------------------------------------------------------------------------


def attachments(project: Project, capture: Capture | None = None) -> list[Row]:
    """Rows of `attachment_rows` of one capture, or of all in use."""
    some = project.captures() if capture is None else (capture,)
    return [row for one in some for row in attachment_rows(project.root, one)]


def attachment_rows(root: Path, capture: Capture) -> list[Row]:
    """Rows ``capture kind file stored sha256 size_bytes note`` and, of proofs of time, ``of algorithm at authority
    policy signature blocks roots pending says``.

    `says` is all of it in words, with what was not checked; what does not apply is empty or None.
    """
    return [_row(root, capture, one) for one in capture.attachments]


def _row(root: Path, capture: Capture, one: Attachment) -> Row:
    stamp = one.stamp or Stamp("", "")
    return {
        "capture": capture.id,
        "kind": one.kind.value,
        "file": one.name,
        "stored": str(root / one.path),
        "sha256": one.sha256,
        "size_bytes": one.size_bytes,
        "note": one.note,
        "of": stamp.of,
        "algorithm": stamp.algorithm,
        "at": stamp.at.isoformat().replace("+00:00", "Z") if stamp.at else None,
        "authority": stamp.authority,
        "policy": stamp.policy,
        "signature": stamp.signature,
        "blocks": list(stamp.blocks),
        "roots": list(stamp.roots),
        "pending": list(stamp.pending),
        "says": stamp_words(one.stamp) if one.stamp else "",
    }


def attached_file(project: Project, capture: str, sha256: str) -> tuple[str, Path]:
    """Name and path of what is attached to a capture in use under that hash.

    Raises
    ------
    UnknownName
        when there is no such capture or file.
    InputRefused
        when the capture was withdrawn, or the file is not there.
    """
    known = project.record.get(Capture, capture)
    if known is None:
        raise UnknownName("capture", capture, [])
    held = project.in_use(known.value).attachments
    found = next((one for one in held if one.sha256 == sha256), None)
    if found is None:
        raise UnknownName("attached file", sha256, [one.sha256 for one in held])
    path = project.root / found.path
    if not path.is_file():
        raise InputRefused(found.name, "is missing", "run 'sitetrack verify'")
    return found.name, path


def stamp_words(stamp: Stamp) -> str:
    """What a proof of time says, and what of it was not checked."""
    return "; ".join(_stamp_parts(stamp))


def _stamp_parts(stamp: Stamp) -> Iterator[str]:
    yield f"holds the {stamp.hash_name} of {'the' if stamp.of == 'original' else 'the file'} {stamp.of}"
    if stamp.at is not None:
        when = stamp.at.isoformat().replace("+00:00", "Z")
        yield f"stamped {when} by {stamp.authority or 'an authority without name'} (policy {stamp.policy})"
        yield (
            f"its signature {stamp.signature}" if " " in stamp.signature else "its signature was not checked"
        )
        yield NOT_JUDGED
    for block, root in zip(stamp.blocks, stamp.roots, strict=True):
        leads = f" with Merkle root {root}" if root else ""
        yield f"Bitcoin block {block}{leads} ({NOT_LOOKED_UP})"
    if stamp.at is None and not stamp.blocks:
        yield "pending: no block yet"
    for where in stamp.pending:
        yield f"calendar {where}"


# -- pictures that look alike --------------------------------------------------------------------------------


def likes(
    capture: Capture, captures: Sequence[Capture], most_bits: int = MOST_BITS
) -> list[tuple[Capture, int]]:
    """Other captures that look like one, and how many bits apart, the nearest first; of those with a hash."""
    if not capture.likeness:
        return []
    found = [
        (other, bits)
        for other in captures
        if other.id != capture.id
        and other.likeness
        and (bits := bits_apart(capture.likeness, other.likeness)) <= most_bits
    ]
    return sorted(found, key=lambda pair: (pair[1], pair[0].date_order))


def duplicates(project: Project, most_bits: int = MOST_BITS) -> list[Row]:
    """Rows ``capture file like like_file bits earliest like_earliest`` of pairs in use that look alike, nearest first.

    The hash of a picture that was taken in before hashes were kept is worked out now.
    """
    captures = project.captures()
    hashes = {one.id: one.likeness or _hash_now(project, one) for one in captures}
    rows = [
        {
            "capture": one.id,
            "file": one.file,
            "like": other.id,
            "like_file": other.file,
            "bits": bits,
            "earliest": _day(one),
            "like_earliest": _day(other),
        }
        for at, one in enumerate(captures)
        for other in captures[at + 1 :]
        if hashes[one.id]
        and hashes[other.id]
        and (bits := bits_apart(hashes[one.id], hashes[other.id])) <= most_bits
    ]
    return sorted(rows, key=lambda row: row["bits"])


def _day(capture: Capture) -> str | None:
    return capture.acquired.earliest.isoformat() if capture.acquired.earliest else None


def _hash_now(project: Project, capture: Capture) -> str:
    """The hash of its working copy; "" where that cannot be read, which 'verify' tells."""
    try:
        return rasters.likeness_of(project.root / capture.picture, capture.stretch)
    except (*rasters.GDAL_ERRORS, OSError, ValueError):
        return ""
