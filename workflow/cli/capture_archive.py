"""`sitetrack captures`: what is said of a picture, what it says itself, what is attached to it, what looks like it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from workflow.cli.options import (
    NamedPath,
    author_options,
    declared_author,
    open_project,
    print_rows,
    project_options,
)
from workflow.errors import InputRefused

__all__ = ["COMMANDS", "SHOT_OPTIONS", "shot_options"]

KINDS = ("page", "screenshot", "timestamp", "opentimestamps")
SHOT_OPTIONS = (
    ("url", "--url", "URL", "Where the picture stood; kept as text, never fetched."),
    ("viewer", "--viewer", "TEXT", "The program it was shown in, with its version."),
    (
        "shot_at",
        "--shot-at",
        "TIME",
        "When the screenshot was made: 2023-04-14, or 2023-04-14T09:30:00+09:00.",
    ),
    ("shot_by", "--shot-by", "TEXT", "Who made it."),
    ("shot_how", "--shot-how", "TEXT", "How it was made."),
)
"""Name, option, placeholder and help of what is said of a screenshot."""


def shot_options(function: Any) -> Any:
    """Add the options of `SHOT_OPTIONS`; one that is not given is None."""
    for name, option, metavar, words in reversed(SHOT_OPTIONS):
        function = click.option(option, name, metavar=metavar, default=None, help=words)(function)
    return function


@click.command("describe")
@click.argument("capture")
@click.option("--provider", default=None, metavar="TEXT", help="Who it comes from.")
@click.option("--platform", default=None, metavar="TEXT", help="Satellite or camera.")
@click.option("--credit", default=None, metavar="TEXT", help="Credit line for figures.")
@click.option("--licence", default=None, metavar="TEXT", help="Terms that it comes with.")
@click.option("--profile", default=None, metavar="NAME", help="Credit and terms as they are usual for NAME.")
@shot_options
@click.option("--reason", default="", metavar="TEXT", help="Why; it stands in the record.")
@author_options
@project_options
def describe(
    capture: str,
    provider: str | None,
    platform: str | None,
    credit: str | None,
    licence: str | None,
    profile: str | None,
    url: str | None,
    viewer: str | None,
    shot_at: str | None,
    shot_by: str | None,
    shot_how: str | None,
    reason: str,
    author_name: str | None,
    role: str,
    project_dir: Path | None,
    as_json: bool,
) -> None:
    """Change what is said of CAPTURE: provider, credit, terms, and how a screenshot came about; '' takes it away."""
    from workflow.actions import describe_capture
    from workflow.providers.profiles import usual_for

    said = {
        "provider": provider,
        "platform": platform,
        "credit": credit,
        "licence": licence,
        "origin.url": url,
        "origin.viewer": viewer,
        "origin.at": shot_at,
        "origin.by": shot_by,
        "origin.how": shot_how,
    }
    stated = {name: text for name, text in said.items() if text is not None}
    with open_project(project_dir) as project:
        if profile is not None:
            stated = usual_for(profile, project.capture(capture)) | stated
        if not stated:
            raise InputRefused("Nothing", "was said of the capture", "give --credit, --url or another option")
        author = declared_author(author_name, role)
        changed = describe_capture(project, author, capture, stated, reason=reason)
        _print(project, changed.id, as_json)


@click.command("proposals")
@click.argument("capture")
@click.option(
    "--take", "numbers", multiple=True, type=int, metavar="NUMBER", help="Take the one of that number."
)
@click.option("--reason", default="", metavar="TEXT", help="Why; it stands in the record.")
@author_options
@project_options
def proposals(
    capture: str,
    numbers: tuple[int, ...],
    reason: str,
    author_name: str | None,
    role: str,
    project_dir: Path | None,
    as_json: bool,
) -> None:
    """What the file of CAPTURE says of itself in EXIF and XMP; nothing of it counts until it is taken."""
    from workflow.actions import take_proposal
    from workflow.readmodels.archive import proposal_rows

    with open_project(project_dir) as project:
        found = project.capture(capture)
        for number in numbers:
            chosen = _numbered(found.proposals, number, "Proposal")
            author = declared_author(author_name, role)
            found = take_proposal(project, author, found.id, chosen, reason=reason)
        print_rows(proposal_rows(found), as_json, empty="The file says nothing of itself.")


def _numbered(some: Any, number: int, what: str) -> Any:
    if not 1 <= number <= len(some):
        raise InputRefused(
            f"{what} {number}", "there is none of that number", f"choose from 1 to {len(some)}"
        )
    return some[number - 1]


@click.command("read")
@click.argument("capture")
@click.option(
    "--take", "numbers", multiple=True, type=int, metavar="NUMBER", help="Take the one of that number."
)
@click.option(
    "-o",
    "folder",
    metavar="DIR",
    type=NamedPath(file_okay=False),
    help="Also write the crops there, as NUMBER.png.",
)
@click.option("--reason", default="", metavar="TEXT", help="Why; it stands in the record.")
@author_options
@project_options
def read_printed(
    capture: str,
    numbers: tuple[int, ...],
    folder: Path | None,
    reason: str,
    author_name: str | None,
    role: str,
    project_dir: Path | None,
    as_json: bool,
) -> None:
    """Read the date and the credit that are printed at the edges of CAPTURE; needs tesseract and sitetrack[ocr].

    Nothing counts until it is taken. What is taken is recorded with the place and the hash of the crop.
    """
    from workflow.actions import take_reading
    from workflow.readmodels.screentext import found_rows, read_text

    with open_project(project_dir) as project:
        shown = project.capture(capture)
        found = read_text(project, shown)
        if folder is not None:
            _write_crops(folder, [one.crop_png for one in found])
        for number in numbers:
            chosen = _numbered(found, number, "Reading")
            if chosen.value is None:
                raise InputRefused(f"Reading {number}", "it can be read in two ways", "use 'captures date'")
            author = declared_author(author_name, role)
            take_reading(project, author, shown.id, chosen.reading, chosen.value, reason=reason)
        rows = found_rows(found)
        brief = [{name: row[name] for name in _READ} for row in rows]
        print_rows(rows if as_json else brief, as_json, empty="No date and no credit was read in it.")


_READ = ("number", "attribute", "value", "text", "confidence", "problem")


def _write_crops(folder: Path, crops: list[bytes]) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for number, crop in enumerate(crops, 1):
            (folder / f"{number}.png").write_bytes(crop)
    except OSError as error:
        raise InputRefused(
            str(folder), f"cannot be written ({error.strerror})", "name another folder"
        ) from error


@click.command("attach")
@click.argument("capture")
@click.argument("file", type=NamedPath(dir_okay=False))
@click.option("--kind", type=click.Choice(KINDS), help="What it is (default: told by its content).")
@click.option("--note", default="", metavar="TEXT", help="Where it comes from.")
@author_options
@project_options
def attach_file(
    capture: str,
    file: Path,
    kind: str | None,
    note: str,
    author_name: str | None,
    role: str,
    project_dir: Path | None,
    as_json: bool,
) -> None:
    """Keep FILE beside CAPTURE: the page it stood on, a screenshot of it, an RFC 3161 token or OpenTimestamps proof.

    It is kept as it came and never shown. A proof must be of the original, or of a file that was attached before.
    """
    from workflow.actions import attach
    from workflow.model import AttachmentKind
    from workflow.readmodels.archive import attachments

    content = _read(file)
    with open_project(project_dir) as project:
        author = declared_author(author_name, role)
        chosen = AttachmentKind(kind) if kind else None
        changed = attach(project, author, capture, file.name, content, chosen, note=note)
        print_rows(_brief(attachments(project, changed), as_json), as_json)


def _read(file: Path) -> bytes:
    from workflow.actions.attaching import LARGEST

    most = max(LARGEST.values())
    try:
        size = file.stat().st_size
        if size > most:
            raise InputRefused(file.name, f"has {size} bytes, the limit is {most}", "attach a smaller one")
        return file.read_bytes()
    except OSError as error:
        raise InputRefused(
            file.name, f"cannot be read ({error.strerror})", "check the path and its permissions"
        ) from error


@click.command("attachments")
@click.argument("capture", required=False)
@project_options
def list_attachments(capture: str | None, project_dir: Path | None, as_json: bool) -> None:
    """What is attached to CAPTURE, or to all captures; of proofs of time what they say and what was not checked."""
    from workflow.readmodels.archive import attachments

    with open_project(project_dir) as project:
        rows = attachments(project, project.capture(capture) if capture else None)
        print_rows(_brief(rows, as_json), as_json, empty="Nothing is attached.")


def _brief(rows: list[dict[str, Any]], as_json: bool) -> list[dict[str, Any]]:
    shown = ("capture", "kind", "file", "size_bytes", "note", "says")
    return rows if as_json else [{name: row[name] for name in shown} for row in rows]


@click.command("duplicates")
@click.option("--bits", type=click.IntRange(0, 20), default=None, help="How many of 63 bits may differ (8).")
@project_options
def list_duplicates(bits: int | None, project_dir: Path | None, as_json: bool) -> None:
    """Pairs of captures that look like each other; a hint, nothing is done with them."""
    from workflow.likeness import MOST_BITS
    from workflow.readmodels.archive import duplicates

    with open_project(project_dir) as project:
        rows = duplicates(project, MOST_BITS if bits is None else bits)
        print_rows(rows, as_json, empty="No two captures look alike.")


def _print(project: Any, key: str, as_json: bool) -> None:
    from workflow.readmodels import tables

    found = project.capture(key)
    if as_json:
        print_rows([row for row in tables.captures(project) if row["id"] == key], as_json)
        return
    click.echo(f"{found.file} (capture {found.id})")
    print_rows(tables.capture_facts(found), as_json)


COMMANDS = (describe, proposals, read_printed, attach_file, list_attachments, list_duplicates)
