"""What a bundle says to whoever opens it. Pure: it follows from the manifest."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

__all__ = ["readme"]

_FILES = """\
manifest.json   what is here, why it was made and by whom, why a picture is not here, SHA-256 of every file
record.jsonl    the record, one revision a line in the order they were written: who, when, why, and under
                "payload" the object as it was then; a line with three keys is a revision of another site, by hash
anchors.txt     hashes of the chain that were noted while it grew: instant, revision, hash
originals/      pictures as they were taken in, never changed, under the capture's id
working/        the same pictures made ready for display (Cloud Optimized GeoTIFF)
attachments/    what was kept beside pictures: proofs of time (RFC 3161, OpenTimestamps), and, where the terms let the
                picture be passed on, the page it stood on
chips/          parts of pictures around a site (NumPy arrays)
figures/        figures, each with the file that says what it shows
verify.py       checks all of this

Each revision names the hash of the one before it, and its own hash covers all that it says. So nothing of the
past can be changed, taken out or put between without a trace, as long as one later hash is known from elsewhere."""


def readme(manifest: Mapping[str, Any]) -> bytes:
    """README.txt of the bundle with this manifest."""
    return "".join(f"{line}\n" for line in _lines(manifest)).encode()


def _lines(manifest: Mapping[str, Any]) -> Iterator[str]:
    maker, chain, revisions = manifest["made_by"], manifest["chain"], manifest["revisions"]
    yield "EVIDENCE BUNDLE"
    yield ""
    yield f"Why: {_line(manifest['why'])}"
    yield f"Made by: {_line(maker['name'])} ({maker['role']}{', declared' if maker['declared'] else ''})"
    yield f"With: {manifest['software']}"
    yield f"State of the record: {manifest['state_of'] or 'empty'}, revision {chain['count']}, {chain['sha256']}"
    yield f"Revisions: {revisions['in_full']} in full, {revisions['by_hash']} by hash alone"
    yield ""
    yield "TO CHECK IT"
    yield ""
    yield "    python verify.py             in the folder where this lies, or"
    yield "    python verify.py FILE.zip    without unpacking"
    yield ""
    yield "It needs Python 3.11 or newer and nothing else, and says in plain sentences what holds and what does not."
    yield ""
    yield "WHAT IS HERE"
    yield ""
    yield _FILES
    yield ""
    yield f"SITES ({len(manifest['sites'])})"
    yield ""
    yield from (f"{one['id']}: {_line(one['name'])} ({one['visibility']})" for one in manifest["sites"])
    yield ""
    if manifest["with_positions"]:
        yield "Sites that are not public are told with their positions: handle this bundle accordingly."
    yield from manifest["left_out"]
    yield ""
    yield f"PICTURES ({len(manifest['captures'])})"
    for one in manifest["captures"]:
        yield ""
        yield from _picture(one)


def _picture(one: Mapping[str, Any]) -> Iterator[str]:
    yield f"{one['id']}  {_line(one['file'])}{'  SYNTHETIC' if one['synthetic'] else ''}"
    yield f"    credit: {_line(one['credit']) or 'none known'}"
    yield f"    licence: {_line(one['licence']) or 'none known'}{'; ' + one['condition'] if one['condition'] else ''}"
    if one["original_withheld"]:
        yield f"    the original is not here ({_line(one['original_withheld'])}); its SHA-256 is {one['sha256']}"
    if one["derived_withheld"] and one["derived_withheld"] != one["original_withheld"]:
        yield f"    files made of it are not here ({_line(one['derived_withheld'])})"


def _line(text: str) -> str:
    return " ".join(text.split())
