"""Files kept beside a capture, never shown: the page it stood on, a screenshot of that page, proofs of time."""

from __future__ import annotations

import hashlib
import uuid
from dataclasses import replace
from typing import TYPE_CHECKING

from workflow.actions.permissions import Deed, require
from workflow.actions.text import clean_text
from workflow.errors import InputRefused, UnknownName
from workflow.files import put_in_place, remove_below, sync_folder
from workflow.model import (
    Attachment,
    AttachmentKind,
    Author,
    Capture,
    FileRole,
    Stamp,
    StoredFile,
)
from workflow.settings import ATTACHMENTS, IMAGERY_DIR
from workflow.stamps import LARGEST_STAMP, read_proof, read_token

if TYPE_CHECKING:
    from workflow.project import Project

__all__ = ["LARGEST", "attach", "kind_of_attachment"]

LARGEST = {
    AttachmentKind.PAGE: 32 * 2**20,
    AttachmentKind.SCREENSHOT: 64 * 2**20,
    AttachmentKind.TIMESTAMP: LARGEST_STAMP,
    AttachmentKind.OPENTIMESTAMPS: LARGEST_STAMP,
}
"""Bytes that a file of each kind may have."""

_MOST = 50
_LONGEST_NOTE, _LONGEST_NAME = 500, 255
_PICTURES = ((b"\x89PNG\r\n\x1a\n", ".png"), (b"\xff\xd8\xff", ".jpg"), (b"RIFF", ".webp"), (b"%PDF", ".pdf"))
_PAGES = ((b"<!doctype html", ".html"), (b"<html", ".html"), (b"<?xml", ".html"), (b"<!--", ".html"))
_HEADERS = (
    b"from:",
    b"mime-version:",
    b"content-type:",
    b"subject:",
    b"date:",
    b"snapshot-content-location:",
)


def kind_of_attachment(name: str, content: bytes) -> tuple[AttachmentKind, str]:
    """What a file is, by its first bytes, and the ending it is kept under.

    Raises
    ------
    InputRefused
        when it is nothing that is attached.
    """
    for magic, suffix in _PICTURES:
        if content.startswith(magic):
            return AttachmentKind.SCREENSHOT, suffix
    if content.startswith(b"\x00OpenTimestamps"):
        return AttachmentKind.OPENTIMESTAMPS, ".ots"
    if content.startswith(b"\x30") and name.lower().endswith((".tsr", ".tst", ".der", ".p7s")):
        return AttachmentKind.TIMESTAMP, ".tst" if name.lower().endswith(".tst") else ".tsr"
    head = content[:4096].removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    for magic, suffix in _PAGES:
        if head.startswith(magic) and b"<html" in content[:65536].lower():
            return AttachmentKind.PAGE, suffix
    if head.startswith(_HEADERS) and b"mime-version:" in head:
        return AttachmentKind.PAGE, ".mhtml"
    raise InputRefused(
        name,
        "is neither a web page, a picture of one, nor a proof of time",
        "give HTML, MHTML, PNG, JPEG, WebP, PDF, .tsr, .tst or .ots",
    )


def attach(
    project: Project,
    author: Author,
    capture: str,
    name: str,
    content: bytes,
    kind: AttachmentKind | None = None,
    *,
    note: str = "",
) -> Capture:
    """Keep a file beside a capture, and give the capture as it then stands; the same file again changes nothing.

    `kind` None is told by the content. A proof of time must be of the original, or of a file attached before.

    Raises
    ------
    NotAllowed
        for a viewer.
    UnknownName, AmbiguousName
        when no capture or several fit.
    InputRefused
        when the file is too large, is not of that kind, a proof is of something else, or the capture was withdrawn.
    """
    require(author, Deed.ATTACH)
    name = clean_text("Name of the file", name.replace("\n", " "), _LONGEST_NAME) or "unnamed"
    said = clean_text("Note", note, _LONGEST_NOTE)
    if not content:
        raise InputRefused(name, "is empty", "give another file")
    found, suffix = kind_of_attachment(name, content)
    if kind is not None and kind is not found:
        raise InputRefused(name, f"is no {kind}, it is a {found}", f"give it with --kind {found}")
    if len(content) > LARGEST[found]:
        raise InputRefused(
            name, f"has {len(content)} bytes, the limit is {LARGEST[found]}", "attach a smaller one"
        )
    seen = project.capture(capture)
    key = seen.id
    stamp = _stamp(project, seen, found, name, content)
    sha256 = hashlib.sha256(content).hexdigest()
    path = f"{IMAGERY_DIR}/{ATTACHMENTS}/{key}-{sha256}{suffix}"
    with project.record.write(author, f"attach {name}") as transaction:
        known = transaction.get(Capture, key)
        if known is None:
            raise UnknownName("capture", key, [])
        now = project.in_use(known.value)
        if any(one.sha256 == sha256 for one in now.attachments):
            return now
        if len(now.attachments) >= _MOST:
            raise InputRefused(name, f"{_MOST} files are attached already", "attach it to another capture")
        one = Attachment(found, name, path, sha256, len(content), said, stamp)
        changed = replace(now, attachments=(*now.attachments, one))
        is_new = _write(project, path, content)
        try:
            transaction.put(changed, base_version=known.version)
            row = transaction.get(StoredFile, path)
            stored = StoredFile(path, sha256, len(content), FileRole.ATTACHMENT, key)
            transaction.put(stored, base_version=row.version if row else 0)
        except BaseException:
            if is_new:
                remove_below(project.imagery, project.root / path)
            raise
    return changed


def _write(project: Project, path: str, content: bytes) -> bool:
    """Put the file in its place, read-only; whether it was not there."""
    target = project.root / path
    if target.is_file():
        return False
    if not target.parent.is_dir():
        target.parent.mkdir(parents=True, exist_ok=True)
        sync_folder(target.parent.parent)
    partial = project.imagery / f".intake-attachment-{uuid.uuid4().hex[:8]}"
    try:
        partial.write_bytes(content)
        put_in_place(partial, target)
        target.chmod(0o444)
    finally:
        partial.unlink(missing_ok=True)
    return True


# -- proofs of time ------------------------------------------------------------------------------------------


def _stamp(
    project: Project, capture: Capture, kind: AttachmentKind, name: str, content: bytes
) -> Stamp | None:
    """What a proof of time says; None of a file that is none."""
    if kind is AttachmentKind.TIMESTAMP:
        token = read_token(name, content)
        of = _stamped(project, capture, name, token.algorithm, token.digest)
        return Stamp(of, token.algorithm, token.at, token.authority, token.policy, token.signature)
    if kind is AttachmentKind.OPENTIMESTAMPS:
        proof = read_proof(name, content)
        of = _stamped(project, capture, name, proof.algorithm, proof.digest)
        return Stamp(of, proof.algorithm, blocks=proof.blocks, roots=proof.roots, pending=proof.pending)
    return None


def _stamped(project: Project, capture: Capture, name: str, algorithm: str, digest: bytes) -> str:
    """Which file has that hash: "original", or the name of one that is attached. Hashes are taken anew.

    Raises
    ------
    InputRefused
        when none has.
    """
    files = [("original", capture.original), *((one.name, one.path) for one in capture.attachments)]
    for of, path in files:
        try:
            with (project.root / path).open("rb") as file:
                if hashlib.file_digest(file, algorithm).digest() == digest:
                    return of
        except OSError as error:
            if of == "original":
                raise InputRefused(
                    name, f"the original cannot be read ({error.strerror})", "run 'sitetrack verify'"
                ) from error
    hashing = algorithm.upper().replace("SHA", "SHA-")
    raise InputRefused(
        name,
        f"proves the time of another file: its {hashing} begins with {digest.hex()[:16]}",
        "give the proof that was made of the original, or attach first what it was made of",
    )
