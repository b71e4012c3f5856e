"""A bundle is written: beside its place, checked there by its own verifier, then moved."""

from __future__ import annotations

import errno
import io
import tempfile
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from workflow import __version__
from workflow.anchors import Anchor, format_anchor, read_anchors
from workflow.backup.folders import refuse_full_disk
from workflow.bundle import verify
from workflow.bundle.collecting import BundleOptions, Contents, File, collect
from workflow.bundle.readme import readme
from workflow.bundle.zipping import Zipping
from workflow.codec import canonical_json
from workflow.errors import InputRefused, ProjectUnusable
from workflow.files import put_in_place, sha256_of
from workflow.model import Author, Export
from workflow.settings import ANCHORS_FILE

if TYPE_CHECKING:
    from workflow.project import Project

__all__ = ["Bundled", "make_bundle"]

Progress = Callable[[str, int, int], None]
_SHOWN_EVERY = 1000
_LINE_BYTES = 2000  # about so much of the record is one revision


@dataclass(frozen=True, slots=True)
class Bundled:
    """What was written: the file, its SHA-256 and size, and what its manifest says."""

    file: Path
    sha256: str
    size_bytes: int
    manifest: dict[str, Any]


@dataclass(frozen=True, slots=True)
class _Chain:
    """Where the record's chain ends, how many of its revisions are in full, and the instant of the last."""

    count: int
    sha256: str
    in_full: int
    last_at: str


def make_bundle(
    project: Project, author: Author, out: Path, options: BundleOptions, progress: Progress | None = None
) -> Bundled:
    """Write the bundle to `out`, a zip that is replaced in one step; the same state gives the same bytes.

    The record notes it, with who and why, before it appears.

    Raises
    ------
    UnknownName
        when a site is not known.
    InputRefused
        when `why` is empty, `out` cannot be written, or a site or figure may not go in.
    ProjectUnusable
        when a picture that should go in is missing or changed, or the record does not hold together.
    """
    if not options.why.strip():
        raise InputRefused("--why", "it is empty", "say what the bundle is for, which goes into it")
    if out.suffix.lower() != ".zip":
        raise InputRefused(str(out), "a bundle is a zip", "name it like evidence.zip")
    if out.is_dir() or not out.absolute().parent.is_dir():
        raise InputRefused(
            str(out), "it is a folder or lies in none", "name a file in a folder that is there"
        )
    with _partial(out) as partial:
        with project.record.snapshot():
            contents = collect(project, options)
            _refuse_full(project, out, contents)
            manifest = _write(project, author, partial, contents, options, progress)
        _check(project, partial)
        made = Bundled(out, sha256_of(partial), partial.stat().st_size, manifest)
        project.record.log_export(author, options.why.strip(), _export(project, made))
        put_in_place(partial, out)
    return made


def _export(project: Project, made: Bundled) -> Export:
    """What the record notes of the bundle."""
    sites = tuple(one["id"] for one in made.manifest["sites"])
    counts: dict[str, object] = {
        "files": len(made.manifest["files"]),
        "originals": sum(one["original"] is not None for one in made.manifest["captures"]),
    }
    audience = "restricted" if made.manifest["with_positions"] else "public"
    name = project.name_of(made.file)
    return Export("", "evidence bundle", name, made.sha256, made.size_bytes, sites, counts, audience)


@contextmanager
def _partial(out: Path) -> Iterator[Path]:
    """A name beside `out`, of which nothing is left but what was moved away."""
    partial = out.with_name(f".{out.name}.{uuid.uuid4().hex[:8]}.partial")
    try:
        yield partial
    except OSError as error:
        if isinstance(error, ProjectUnusable):
            raise
        full = error.errno == errno.ENOSPC
        reason = "the disk is full" if full else f"it cannot be written ({error.strerror or error})"
        remedy = "free some space or name a file on another disk" if full else "name another file"
        raise InputRefused(str(out), reason, remedy) from error
    finally:
        partial.unlink(missing_ok=True)


def _refuse_full(project: Project, out: Path, contents: Contents) -> None:
    sizes = (one.path.stat().st_size for one in contents.files if one.path.is_file())
    refuse_full_disk(out, sum(sizes) + 2 * _LINE_BYTES * project.record.chain_head().count)


def _write(
    project: Project,
    author: Author,
    partial: Path,
    contents: Contents,
    options: BundleOptions,
    progress: Progress | None,
) -> dict[str, Any]:
    """Write everything; the manifest, which comes last."""
    files: list[dict[str, Any]] = []

    with partial.open("w+b") as file, tempfile.TemporaryFile(dir=partial.parent) as record:
        zipping = Zipping(file)
        chain = _write_record(project, contents, record, progress)
        manifest = _manifest(project, author, contents, options, chain)

        def add(name: str, content: BinaryIO, size: int) -> str:
            sha256 = zipping.add(name, content, size)
            files.append({"path": name, "sha256": sha256, "size_bytes": size})
            return sha256

        for name, text in (
            ("README.txt", readme(manifest)),
            ("verify.py", Path(verify.__file__).read_bytes()),
            (verify.ANCHORS, _anchors(project, chain)),
        ):
            add(name, io.BytesIO(text), len(text))
        size = record.tell()
        record.seek(0)
        add(verify.RECORD, record, size)
        for done, one in enumerate(contents.files, 1):
            _add_file(project, one, add)
            if progress is not None:
                progress("files", done, len(contents.files))
        manifest["files"] = files
        rendered = verify.render_manifest(manifest)
        zipping.add(verify.MANIFEST, io.BytesIO(rendered), len(rendered))
        zipping.close()
    return manifest


def _write_record(project: Project, contents: Contents, file: BinaryIO, progress: Progress | None) -> _Chain:
    """Write every revision as a line: in full, or only how it hangs in the chain."""
    takes, in_full, head = contents.takes(), 0, project.record.chain_head()
    row: dict[str, Any] = {"at": ""}
    for done, row in enumerate(project.record.revision_rows(), 1):
        keys = (*verify.HASHED, "sha256") if takes(row) else verify.LINKED
        in_full += keys is not verify.LINKED
        line = canonical_json({key: row[key] for key in keys})
        file.write(f"{line}\n".encode("utf-8", "surrogatepass"))
        if progress is not None and (done % _SHOWN_EVERY == 0 or done == head.count):
            progress("revisions", done, head.count)
    return _Chain(head.count, head.sha256, in_full, row["at"])


def _anchors(project: Project, chain: _Chain) -> bytes:
    """The anchors that were noted up to this state, without what for: that may name other files and places."""
    noted, _ = read_anchors(project.state_dir / ANCHORS_FILE)
    lines = {
        format_anchor(Anchor(one.count, one.sha256, one.at, one.purpose.split(" ")[0]))
        for one in noted
        if one.count <= chain.count
    }
    return "".join(f"{line}\n" for line in sorted(lines)).encode()


def _manifest(
    project: Project, author: Author, contents: Contents, options: BundleOptions, chain: _Chain
) -> dict[str, Any]:
    """All of the manifest but its files."""
    return {
        "format": verify.FORMAT,
        "software": f"sitetrack {__version__}",
        "record": project.record.id,
        "made_by": {"name": author.name, "role": author.role.value, "declared": author.declared},
        "why": options.why.strip(),
        "state_of": chain.last_at,
        "chain": {"count": chain.count, "sha256": chain.sha256},
        "revisions": {"in_full": chain.in_full, "by_hash": chain.count - chain.in_full},
        "sites": [
            {"id": site.id, "name": site.name, "visibility": site.visibility} for site in contents.sites
        ],
        "with_positions": options.with_positions,
        "captures": list(contents.held),
        "figures": list(contents.figures),
        "left_out": list(contents.left_out),
    }


def _add_file(project: Project, one: File, add: Callable[[str, BinaryIO, int], str]) -> None:
    name = project.name_of(one.path)
    remedy = "run 'sitetrack verify', bring the file back, or ask for a bundle without originals"
    try:
        content = one.path.open("rb")
    except OSError as error:
        raise ProjectUnusable(
            project.root, f"{name} cannot be read ({error.strerror}), so there is no bundle", remedy
        ) from error
    with content:
        try:
            sha256 = add(one.name, content, one.path.stat().st_size)
        except ValueError as error:
            raise ProjectUnusable(
                project.root, f"{name} was changed while it was read", "repeat it"
            ) from error
    if one.sha256 and sha256 != one.sha256:
        raise ProjectUnusable(project.root, f"{name} was changed, so there is no bundle", remedy)


def _check(project: Project, partial: Path) -> None:
    """Have the bundle's own verifier look at it before anybody gets it."""
    try:
        problems = verify.check(verify.Zip(partial)).problems
    except verify.Unreadable as error:
        problems = [str(error)]
    if problems:
        raise ProjectUnusable(
            project.root,
            f"there is no bundle, since it would not hold ({problems[0].rstrip('.')})",
            "run 'sitetrack verify'",
        )
