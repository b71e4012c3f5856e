"""Check an evidence bundle of sitetrack: ``python verify.py [FOLDER_OR_ZIP]``.

Needs Python 3.11 or newer and nothing else: no installation, no network. It reads the bundle and writes nothing.
Exit code 0: all that can be checked holds. 1: something does not, each named in a sentence. 2: there is no such bundle.

The same file lies in every bundle and in the program that made it, so a bundle can be checked with a copy from
elsewhere; that is why all of it is one file. A bundle's zip holds files as they are, not compressed, with fixed dates
and in a fixed order; every byte of it follows from the files.
"""

from __future__ import annotations

import binascii
import hashlib
import io
import json
import os
import re
import struct
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

__all__ = ["Folder", "Report", "Unreadable", "Zip", "check", "digest_of", "main", "opened", "render_manifest"]

FORMAT = "sitetrack-bundle/1"
MANIFEST, RECORD, ANCHORS = "manifest.json", "record.jsonl", "anchors.txt"
GENESIS = "0" * 64
HASHED: tuple[str, ...] = ("kind", "id", "version", "author", "role", "declared", "at", "reason", "payload")
HASHED += ("base_version", "seq", "prev_sha256")
LINKED = ("seq", "prev_sha256", "sha256")

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,199}(/[A-Za-z0-9][A-Za-z0-9._-]{0,199}){0,3}")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_ANCHOR = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ) (\d{1,15}) ([0-9a-f]{64}) (\S.*)")
_BLOCK = 1 << 20
_MOST_FILES = 1_000_000
_LARGEST_JSON = 256 << 20
_LARGEST_LINE = 64 << 20


class Unreadable(Exception):
    """The bundle cannot be read at all, or not safely; the message is the sentence for the reader."""


class Report:
    """What holds and what does not, a sentence each; `hashes` of all revisions, and how many `files` were listed."""

    def __init__(self) -> None:
        self.holds: list[str] = []
        self.problems: list[str] = []
        self.notes: list[str] = []
        self.fingerprint = ""
        self.hashes: list[str] = []
        self.files = 0


class Hashed(NamedTuple):
    """What a file's bytes are."""

    size: int
    sha256: str
    crc: int


def canonical(value: Any) -> str:
    """The one way to write a value as JSON that hashes are taken over."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def digest_of(value: Any) -> str:
    """SHA-256 of a value as canonical JSON."""
    return hashlib.sha256(canonical(value).encode("utf-8", "surrogatepass")).hexdigest()


def render_manifest(content: Mapping[str, Any]) -> bytes:
    """The manifest as it is written: readable, with the hash of all the rest of it under ``sha256``."""
    rest = {key: value for key, value in content.items() if key != "sha256"}
    whole = rest | {"sha256": digest_of(rest)}
    return (json.dumps(whole, sort_keys=True, indent=1, ensure_ascii=False, allow_nan=False) + "\n").encode()


# -- the zip: only stored files, so that there is nothing to unpack and one way to write it ------------------------

_DATE = (0, 0x21)  # midnight, 1 January 1980: the first that a zip can say
_FULL, _FULL_COUNT = 0xFFFFFFFF, 0xFFFF
_CENTRAL = struct.Struct("<4s6H3I5H2I")
_END = struct.Struct("<4s4H2IH")
_END_64 = struct.Struct("<4sQ2H2I4Q")
_LOCATOR_64 = struct.Struct("<4sIQI")


def local_header(name: str, size: int, crc: int) -> bytes:
    """What stands before a file in the zip."""
    large = size >= _FULL
    extra = struct.pack("<2H2Q", 1, 16, size, size) if large else b""
    short = _FULL if large else size
    packed = name.encode("ascii")
    version = 45 if large else 20
    fields = (b"PK\x03\x04", version, 0, 0, *_DATE, crc, short, short, len(packed), len(extra))
    return struct.pack("<4s5H3I2H", *fields) + packed + extra


def central_header(name: str, size: int, crc: int, start: int) -> bytes:
    """What the zip's list says of a file whose local header begins at `start`."""
    wide = [*([size, size] if size >= _FULL else []), *([start] if start >= _FULL else [])]
    extra = struct.pack(f"<2H{len(wide)}Q", 1, 8 * len(wide), *wide) if wide else b""
    packed = name.encode("ascii")
    version = 45 if wide else 20
    fields = (b"PK\x01\x02", 0x300 | version, version, 0, 0, *_DATE, crc, min(size, _FULL), min(size, _FULL))
    more = (len(packed), len(extra), 0, 0, 0, 0o100644 << 16, min(start, _FULL))
    return _CENTRAL.pack(*fields, *more) + packed + extra


def zip_end(count: int, size: int, start: int) -> bytes:
    """What stands after the list of `count` files, which takes `size` bytes from `start`."""
    wide = b""
    if count >= _FULL_COUNT or size >= _FULL or start >= _FULL:
        wide = _END_64.pack(b"PK\x06\x06", 44, 0x32D, 45, 0, 0, count, count, size, start)
        wide += _LOCATOR_64.pack(b"PK\x06\x07", 0, start + size, 1)
    short = min(count, _FULL_COUNT)
    return wide + _END.pack(b"PK\x05\x06", 0, 0, short, short, min(size, _FULL), min(start, _FULL), 0)


class Zip:
    """A bundle's zip, read in place: nothing is unpacked, and no name in it is ever used as a path."""

    def __init__(self, path: Path) -> None:
        """Read its list of files.

        Raises
        ------
        Unreadable
            when a byte outside the files is not as sitetrack writes it.
        """
        self.path = path
        self.total = path.stat().st_size
        self.strays: list[str] = []
        self._starts: dict[str, int] = {}
        self.sizes: dict[str, int] = {}
        self.crcs: dict[str, int] = {}
        with path.open("rb") as file:
            self._read(file)

    def _read(self, file: BinaryIO) -> None:
        count, size, start = self._end(file)
        file.seek(start)
        listed, place, position = file.read(size), 0, 0
        for _ in range(count):
            name, entry, place = self._entry(listed, place)
            if entry[2] != position:
                raise Unreadable(
                    f"The zip does not hold {name} where it is due: it was changed or packed anew."
                )
            header = local_header(name, entry[0], entry[1])
            file.seek(position)
            if file.read(len(header)) != header:
                raise Unreadable(f"The zip was changed in front of {name}, or packed anew.")
            if name in self.sizes:
                raise Unreadable(f"The zip holds {name} twice.")
            self.sizes[name], self.crcs[name], self._starts[name] = entry[0], entry[1], position + len(header)
            position += len(header) + entry[0]
        if place != size or position != start:
            raise Unreadable("The zip holds bytes that belong to no file: it was changed or packed anew.")

    def _end(self, file: BinaryIO) -> tuple[int, int, int]:
        file.seek(max(0, self.total - 98))
        tail = file.read(98)
        cut = "The zip is cut off or damaged: its end is not there."
        if len(tail) < _END.size or not tail[-_END.size :].startswith(b"PK\x05\x06"):
            raise Unreadable(cut)
        _, _, _, _, count, size, start, _ = _END.unpack(tail[-_END.size :])
        if tail[-42:-38] == b"PK\x06\x07" and len(tail) == 98:
            *_, count, size, start = _END_64.unpack(tail[:56])
        end = zip_end(count, size, start)
        if count > _MOST_FILES or start + size + len(end) != self.total or not tail.endswith(end):
            raise Unreadable("The zip is cut off, was changed in its list of files, or packed anew.")
        return count, size, start

    def _entry(self, listed: bytes, place: int) -> tuple[str, tuple[int, int, int], int]:
        """Name, (size, crc, start) and where the next entry begins."""
        broken = "The zip was changed in its list of files, or packed anew."
        if len(listed) < place + _CENTRAL.size:
            raise Unreadable(broken)
        fields = _CENTRAL.unpack_from(listed, place)
        method, crc, size, length, extra_length, start = fields[4], *fields[7:9], *fields[10:12], fields[16]
        raw = listed[place + _CENTRAL.size : place + _CENTRAL.size + length]
        extra = listed[place + _CENTRAL.size + length : place + _CENTRAL.size + length + extra_length]
        name = raw.decode("ascii", "replace")
        if method or name.endswith("/"):
            raise Unreadable(
                f"The zip was packed anew by another program ({name!r}): unpack it and check the folder, or ask for "
                "the zip as it was made."
            )
        if not is_name(name):
            raise Unreadable(
                f"The zip holds a file of the name {name!r}, which no bundle has; it was not read."
            )
        count = max(0, len(extra) - 4) // 8
        wide = list(struct.unpack(f"<{count}Q", extra[4 : 4 + count * 8]))
        if size == _FULL and len(wide) >= 2:
            size, wide = wide[0], wide[2:]
        if start == _FULL and wide:
            start = wide[0]
        whole = central_header(name, size, crc, start)
        if listed[place : place + len(whole)] != whole:
            raise Unreadable(f"The zip was changed in what its list says of {name}, or packed anew.")
        return name, (size, crc, start), place + len(whole)

    def open(self, name: str) -> BinaryIO:
        """A file of the bundle, to be read."""
        file = self.path.open("rb")
        file.seek(self._starts[name])
        return io.BufferedReader(_Part(file, self.sizes[name]))


class _Part(io.RawIOBase):
    """So many bytes of a file from where it stands."""

    def __init__(self, file: BinaryIO, size: int) -> None:
        self._file, self._left = file, size

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        data = self._file.read(min(len(buffer), self._left))
        buffer[: len(data)] = data
        self._left -= len(data)
        return len(data)

    def close(self) -> None:
        self._file.close()
        super().close()


class Folder:
    """A bundle that was unpacked. Links are never followed, and only files that were found are opened."""

    def __init__(self, path: Path) -> None:
        """List its files.

        Raises
        ------
        Unreadable
            when there are far too many.
        """
        self.path = path
        self.sizes: dict[str, int] = {}
        self.crcs: dict[str, int] = {}
        self.strays: list[str] = []
        self._list(path, "", 0)

    def _list(self, folder: Path, prefix: str, depth: int) -> None:
        with os.scandir(folder) as entries:
            for entry in sorted(entries, key=lambda one: one.name):
                name = f"{prefix}{entry.name}"
                if len(self.sizes) + len(self.strays) > _MOST_FILES:
                    raise Unreadable("The folder holds more files than any bundle.")
                if entry.is_symlink() or getattr(entry, "is_junction", bool)():
                    self.strays.append(f"{name} is a link, which no bundle has; it was not followed.")
                elif entry.is_dir(follow_symlinks=False):
                    if depth < 4:
                        self._list(Path(entry.path), f"{name}/", depth + 1)
                    else:
                        self.strays.append(f"{name} is a folder that no bundle has.")
                elif not entry.is_file(follow_symlinks=False):
                    self.strays.append(f"{name} is neither file nor folder.")
                else:
                    self.sizes[name] = entry.stat(follow_symlinks=False).st_size

    def open(self, name: str) -> BinaryIO:
        """A file of the bundle, to be read."""
        return (self.path / name).open("rb")


def is_name(name: str) -> bool:
    """Whether a bundle's file may be called so: relative, without a way out, the same on every system."""
    return bool(_NAME.fullmatch(name)) and len(name) <= 400


# -- the manifest and the files ----------------------------------------------------------------------------------


class Manifest:
    """What is read of ``manifest.json``; a ValueError, KeyError or TypeError where it is not of that form."""

    def __init__(self, content: Any) -> None:
        if content["format"] != FORMAT:
            raise ValueError(f"its format is {content['format']!r}, this program reads {FORMAT}")
        self.count, self.head = _whole(content["chain"]["count"]), _hash(content["chain"]["sha256"])
        self.in_full = _whole(content["revisions"]["in_full"])
        self.files = {
            _name(one["path"]): (_whole(one["size_bytes"]), _hash(one["sha256"])) for one in content["files"]
        }
        self.captures = [
            (
                _text(one["id"]),
                _hash(one["sha256"]),
                *(None if one[key] is None else _name(one[key]) for key in ("original", "working")),
            )
            for one in content["captures"]
        ]
        self.attached = {
            _text(one["id"]): [_name(name) for name in one.get("attachments", [])]
            for one in content["captures"]
        }
        self.figures = [(_name(one["file"]), _name(one["sidecar"])) for one in content["figures"]]
        self.left_out = [_text(one) for one in content["left_out"]]
        self.why, self.who = _text(content["why"]), _text(content["made_by"]["name"])


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError(f"{value!r} is no text")
    return value


def _whole(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise ValueError(f"{value!r} is no count")
    return value


def _hash(value: Any) -> str:
    if not _SHA256.fullmatch(_text(value)):
        raise ValueError(f"{value!r} is no SHA-256")
    return str(value)


def _name(value: Any) -> str:
    if not is_name(_text(value)):
        raise ValueError(f"{value!r} is no name of a file in a bundle")
    return str(value)


def _loaded(text: bytes) -> Any:
    """A JSON value; a ValueError for anything else."""
    try:
        return json.loads(text.decode("utf-8"))
    except RecursionError:
        raise ValueError("it is nested too deeply") from None


def _read_manifest(source: Zip | Folder, report: Report) -> Manifest:
    if source.sizes.get(MANIFEST, 0) > _LARGEST_JSON or MANIFEST not in source.sizes:
        raise Unreadable(
            f"There is no {MANIFEST} of a sensible size: this is no bundle, or it was taken out."
        )
    with source.open(MANIFEST) as file:
        raw = file.read()
    try:
        content = _loaded(raw)
        manifest = Manifest(content)
        rendered = render_manifest(content)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise Unreadable(f"{MANIFEST} was changed or is damaged, it cannot be read: {error}.") from error
    report.fingerprint = digest_of({key: value for key, value in content.items() if key != "sha256"})
    if rendered != raw:
        report.problems.append(f"{MANIFEST} was changed: it does not have the hash that it states.")
    return manifest


def _hash_file(source: Zip | Folder, name: str) -> Hashed:
    digest, crc, size = hashlib.sha256(), 0, 0
    with source.open(name) as file:
        while block := file.read(_BLOCK):
            digest.update(block)
            crc = binascii.crc32(block, crc)
            size += len(block)
    return Hashed(size, digest.hexdigest(), crc)


def _check_files(source: Zip | Folder, manifest: Manifest, report: Report) -> dict[str, str]:
    """SHA-256 of each file of the list that is there."""
    found: dict[str, str] = {}
    good = 0
    report.problems += source.strays
    for name in sorted({RECORD, ANCHORS} - manifest.files.keys()):
        report.problems.append(f"{name} is not in the list of files, and every bundle has it.")
    for name in sorted(source.sizes.keys() - manifest.files.keys() - {MANIFEST}):
        report.problems.append(f"{name} is not in the list of files: it was added.")
    for name, (size, sha256) in manifest.files.items():
        if name not in source.sizes:
            report.problems.append(f"{name} is missing.")
            continue
        if source.sizes[name] != size:
            report.problems.append(
                f"{name} was changed: it has {source.sizes[name]} bytes, {size} were listed."
            )
            continue
        hashed = _hash_file(source, name)
        found[name] = hashed.sha256
        if hashed.sha256 != sha256:
            report.problems.append(f"{name} was changed: its SHA-256 is not the one that was listed.")
        elif source.crcs.get(name, hashed.crc) != hashed.crc:
            report.problems.append(f"The zip's own checksum of {name} was changed.")
        else:
            good += 1
    if good == len(manifest.files):
        report.holds.append(
            f"All {good} files are byte for byte as they were listed, and there are no others."
        )
    return found


# -- the record --------------------------------------------------------------------------------------------------


class Record:
    """Every revision of the chain: here in full, or by its hash alone. Memory grows with what is in full."""

    def __init__(self) -> None:
        self.count = 0
        self.in_full = 0
        self.sha256 = GENESIS
        self.hashes: list[str] = []
        self.problems: list[str] = []
        self.versions: dict[tuple[str, str], int] = {}
        self.captures: dict[str, list[tuple[int, dict[str, Any]]]] = {}
        self.offsets: dict[tuple[str, int], dict[str, Any]] = {}
        self.marks: dict[tuple[str, int], dict[str, Any]] = {}
        self.unproven = 0
        self._followed = True

    def step(self, line: bytes) -> None:
        """Take the next line."""
        self.count += 1
        try:
            row = _loaded(line)
            if not isinstance(row, dict) or set(row) not in ({*HASHED, "sha256"}, set(LINKED)):
                raise ValueError("it is no revision")
            seq, sha256 = _whole(row["seq"]), _hash(row["sha256"])
            if f"{canonical(row)}\n".encode("utf-8", "surrogatepass") != line:
                raise ValueError("it is not written as sitetrack writes it")
        except (ValueError, TypeError, RecursionError) as error:
            self._wrong(f"Line {self.count} of {RECORD} cannot be read ({error}).")
            self.hashes.append("")
            return
        name = f"{row['kind']} {row['id']} version {row['version']}" if "kind" in row else f"revision {seq}"
        if seq != self.count:
            self._wrong(
                f"The chain has revision {seq} where {self.count} is due ({name}): removed, added or reordered."
            )
        if row["prev_sha256"] != self.sha256:
            self._wrong(f"{name} does not follow the revision before it in the chain.")
        if "kind" not in row:
            self.unproven += 1
        else:
            self._full(row, name)
        self.sha256 = sha256
        self.hashes.append(sha256)

    def _wrong(self, sentence: str) -> None:
        self.problems.append(sentence)

    def _full(self, row: dict[str, Any], name: str) -> None:
        self.in_full += 1
        if digest_of({key: row[key] for key in HASHED}) != row["sha256"]:
            self._wrong(f"{name} was changed after it was written: it does not have its hash.")
        key = (str(row["kind"]), str(row["id"]))
        before = self.versions.get(key, 0)
        if row["version"] != before + 1 or row["base_version"] != before:
            self._wrong(f"{name} does not follow its version {before}.")
        self.versions[key] = row["version"] if isinstance(row["version"], int) else before + 1
        try:
            payload = _loaded(_text(row["payload"]).encode("utf-8", "surrogatepass"))
            if not isinstance(payload, dict):
                raise ValueError("it is no object")
        except ValueError:
            self._wrong(f"What {name} says cannot be read.")
            return
        if row["kind"] == "capture":
            self.captures.setdefault(key[1], []).append((row["seq"], payload))
        elif row["kind"] == "offset":
            self.offsets[key[1], self.versions[key]] = payload
        elif row["kind"] == "annotation":
            self.marks[key[1], self.versions[key]] = payload

    def at(self, count: int) -> str:
        """Hash of the chain when it had so many revisions; empty where it never had."""
        return self.hashes[count - 1] if 0 < count <= len(self.hashes) else (GENESIS if count == 0 else "")


def _read_record(source: Zip | Folder, manifest: Manifest, report: Report) -> Record:
    record = Record()
    if RECORD in source.sizes:
        with source.open(RECORD) as file:
            while line := file.readline(_LARGEST_LINE):
                record.step(line)
    report.problems += record.problems
    if (record.count, record.sha256) != (manifest.count, manifest.head):
        report.problems.append(
            f"The chain ends at revision {record.count}, the manifest's head is at {manifest.count}: "
            "revisions were removed, added or changed."
        )
    elif record.in_full != manifest.in_full:
        report.problems.append(
            f"{record.in_full} revisions are here in full, {manifest.in_full} were listed: some were taken out."
        )
    elif not record.problems:
        report.holds.append(
            f"The record is a chain of {record.count} revisions, none missing; each of the {record.in_full} that are "
            "here in full has its hash and names that of the one before."
        )
    if record.unproven:
        report.notes.append(
            f"{record.unproven} revisions of other sites are here by their hashes alone. That they name the one before "
            "them is only what the bundle says; whoever holds the project can confirm it with 'sitetrack verify'."
        )
    return record


def _check_anchors(source: Zip | Folder, record: Record, report: Report) -> None:
    if ANCHORS not in source.sizes or source.sizes[ANCHORS] > _LARGEST_JSON:
        return
    with source.open(ANCHORS) as file:
        lines = file.read().decode("utf-8", "replace").splitlines()
    before = len(report.problems)
    for number, line in enumerate(lines, 1):
        match = _ANCHOR.fullmatch(line)
        if match is None:
            report.problems.append(f"Line {number} of {ANCHORS} cannot be read.")
        elif record.at(int(match[2])) != match[3]:
            report.problems.append(
                f"The chain does not have the hash that was noted on {match[1]} for its revision {match[2]}."
            )
    if len(report.problems) == before and lines:
        report.holds.append(f"The chain fits every anchor ({len(lines)}) that was noted while it grew.")


# -- what the record says of the files -----------------------------------------------------------------------------


def _check_captures(manifest: Manifest, record: Record, hashes: Mapping[str, str], report: Report) -> None:
    before, originals = len(report.problems), 0
    for key, sha256, original, working in manifest.captures:
        if key not in record.captures:
            report.problems.append(f"Capture {key} is in the manifest and not in the record.")
            continue
        now = record.captures[key][-1][1]
        subject = f"capture {key} ({now.get('file')})"
        if now.get("sha256") != sha256:
            report.problems.append(f"The manifest's hash of {subject} is not the record's.")
        if original is not None:
            originals += 1
            if hashes.get(original, sha256) != now.get("sha256"):
                report.problems.append(f"{original} is not the original that the record knows as {subject}.")
        if (
            working is not None
            and now.get("working_sha256")
            and hashes.get(working, "") != now["working_sha256"]
        ):
            report.problems.append(f"{working} is not the working copy that the record knows of {subject}.")
        known = {str(one.get("sha256")) for one in now.get("attachments", []) if isinstance(one, dict)}
        for name in manifest.attached[key]:
            if hashes.get(name, "") not in known:
                report.problems.append(f"{name} is not what the record knows to be attached to {subject}.")
    for key in sorted(record.captures.keys() - {one[0] for one in manifest.captures}):
        report.problems.append(f"Capture {key} is in the record and not in the manifest.")
    if len(report.problems) == before and manifest.captures:
        total = len(manifest.captures)
        others = "" if originals == total else "; the others are withheld, and the manifest says why"
        report.holds.append(
            f"The record has the hash of each of {total} pictures; {originals} of the originals are here and have "
            f"it{others}."
        )


def _check_figures(
    source: Zip | Folder, manifest: Manifest, record: Record, hashes: Mapping[str, str], report: Report
) -> None:
    before = len(report.problems)
    for picture, sidecar in manifest.figures:
        if source.sizes.get(sidecar, _LARGEST_JSON) >= _LARGEST_JSON:
            continue  # it is missing or was changed, which has been said
        with source.open(sidecar) as file:
            raw = file.read()
        try:
            problems = list(_figure(_loaded(raw), record, hashes.get(picture, "")))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            problems = [f"has a sidecar that cannot be read ({type(error).__name__}: {error})"]
        report.problems += [f"Figure {picture} {problem}." for problem in problems]
    if len(report.problems) == before and manifest.figures:
        report.holds.append(
            f"Every figure ({len(manifest.figures)}) is the picture that its sidecar describes, and the record says of "
            "its captures and marks what the sidecar says."
        )


def _figure(content: Any, record: Record, sha256: str) -> Iterator[str]:
    if content["sha256"] != sha256:
        yield "is not the picture that its sidecar describes"
    count = _whole(content["chain"]["count"])
    if record.at(count) != content["chain"]["sha256"]:
        yield f"was made at revision {count} of a chain that had another hash there"
    for panel in content["panels"]:
        yield from _panel(panel, content["site"], count, record)


def _panel(panel: Any, site: Any, count: int, record: Record) -> Iterator[str]:
    key = _text(panel["capture"])
    said = [payload for seq, payload in record.captures.get(key, []) if seq <= count]
    if not said:
        yield f"shows capture {key}, which the record did not have when it was made"
        return
    wrong = [_differences(panel, payload) for payload in said]
    if all(wrong):
        yield f"says of capture {key} what the record never said: {', '.join(wrong[-1])}"
    offset = panel["offset"]
    if offset is not None:
        was = record.offsets.get((f"{site}.{key}", _whole(offset["version"])))
        if was is None or not _same({**was, "version": offset["version"]}, offset):
            yield f"says of the offset of capture {key} what the record never said"
    for mark in panel["annotations"]:
        was = record.marks.get((_text(mark["id"]), _whole(mark["version"])))
        if was is None or (was.get("site"), was.get("capture")) != (site, key):
            yield f"shows annotation {mark['id']} at version {mark['version']}, which the record does not have"


def _differences(panel: Any, capture: Mapping[str, Any]) -> list[str]:
    """Names of what a panel says otherwise than a version of a capture."""
    # as a figure prints them: on one line, the name of a free licence behind the credit
    credit = " ".join(str(capture.get("credit", "")).split()).removesuffix(".")
    licence = str(capture.get("licence", "")).strip()
    differing = {
        "SHA-256": panel["sha256"] != capture.get("sha256"),
        "file name": panel["file"] != capture.get("file"),
        "date": not _same(panel["acquired"], capture.get("acquired")),
        "credit": bool(credit) and panel["credit"] not in (credit, f"{credit}, {licence}"),
        "synthetic": bool(panel["synthetic"]) != bool(capture.get("synthetic")),
        "stretch": panel["stretch"] != capture.get("stretch", []),
    }
    return [name for name, differs in differing.items() if differs]


def _same(one: Any, other: Any) -> bool:
    """Whether two objects say the same; one may lack a field that came later and is empty in the other."""
    if not (isinstance(one, dict) and isinstance(other, dict)):
        return bool(one == other)
    return all(
        one.get(key) == other.get(key) or not (one.get(key) or other.get(key)) for key in {*one, *other}
    )


# -- the whole -----------------------------------------------------------------------------------------------------


def check(source: Zip | Folder) -> Report:
    """Hold everything in a bundle against everything else."""
    report = Report()
    manifest = _read_manifest(source, report)
    hashes = _check_files(source, manifest, report)
    record = _read_record(source, manifest, report)
    _check_anchors(source, record, report)
    _check_captures(manifest, record, hashes, report)
    _check_figures(source, manifest, record, hashes, report)
    report.notes += manifest.left_out
    report.hashes, report.files = record.hashes, len(manifest.files)
    return report


def opened(path: Path) -> Zip | Folder:
    """The bundle at a path.

    Raises
    ------
    Unreadable
        when it is neither a folder nor a zip that can be read.
    """
    try:
        return Folder(path) if path.is_dir() else Zip(path)
    except OSError as error:
        raise Unreadable(f"{path} cannot be read ({error.strerror or error}).") from error


def _printable(text: str) -> str:
    """Text of others on one line, so that it cannot steer the terminal."""
    return "".join(letter if letter.isprintable() else "?" for letter in text)


def _say(*lines: str) -> None:
    sys.stdout.write("".join(f"{_printable(line)}\n" for line in lines))


def main(arguments: list[str]) -> int:
    """Check the bundle that is named, or the one this file lies in; the exit code."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    if len(arguments) > 1 or any(one.startswith("-") for one in arguments):
        sys.stderr.write("Usage: python verify.py [FOLDER_OR_ZIP]\n")
        return 2
    path = Path(arguments[0]) if arguments else Path(__file__).parent
    if not path.exists():
        sys.stderr.write(f"{_printable(str(path))}: there is no such folder or file.\n")
        return 2
    try:
        report = check(opened(path))
    except (Unreadable, OSError) as error:
        _say(f"Bundle {path}", "", "Does not hold:", f"  - {error}", "", "The rest was not checked.")
        return 1
    _say(f"Bundle {path}", f"Hash of its manifest: {report.fingerprint}", "")
    for title, lines in (
        ("Holds:", report.holds),
        ("Does not hold:", report.problems),
        ("To know:", report.notes),
    ):
        if lines:
            _say(title, *(f"  - {line}" for line in lines), "")
    _say(*_verdict(report))
    return 1 if report.problems else 0


def _verdict(report: Report) -> list[str]:
    if report.problems:
        return [f"Result: it does not hold ({len(report.problems)} found)."]
    return [
        "Result: all that can be checked holds.",
        "This shows that nothing was changed since the bundle was made. Somebody who made it anew as a whole could",
        "write another history: compare the hash of the manifest with what its maker told you by another way, or the",
        "chain with a published figure. It does not show whether a statement is true, or its author the person named.",
    ]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
