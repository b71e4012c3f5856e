"""The register file and the record, brought together both ways.

`sites.geojson` is edited by hand and through git, the record by the program. What both agreed on last is kept beside
the record in `.sitetrack/register.json`, one for each project folder, since several folders may share a record. The
record is written first, then the file, then what they agree on: stopped anywhere between, the next time goes on.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from filelock import FileLock

from workflow.changes import taken
from workflow.codec import canonical_json, decode, encode
from workflow.errors import InputRefused
from workflow.files import write_if_changed
from workflow.model import Author, Claim, LonLat, Site
from workflow.register import Reading, content, restated_claims, rewritten, sites_of
from workflow.settings import REGISTER_FILE, STATE_DIR
from workflow.store import Record, Revision, Transaction, Versioned
from workflow.store.sqlite import locked
from workflow.threeway import Agreement, Sides, SiteConflict, agree, was_before

__all__ = ["Reconciled", "reconcile", "settle"]

_AUTHOR = Author("register file")
_REASON = f"{REGISTER_FILE} changed"
_OLD_SHA = "register_sha256"  # where projects kept what they had seen before there was a base
_BASE_FILE, _LOCK_FILE = "register.json", "register.lock"
_TRIES = 5
_LONGEST_VALUE = 60


Fields = Mapping[str, Any]
Rows = Sequence[Versioned[Site]]
At = Callable[[type[Site], str, int], Site | None]


@dataclass(frozen=True, slots=True)
class Reconciled:
    """How it went: what differs still, what of the file was refused, and all that is to be said in sentences."""

    conflicts: tuple[SiteConflict, ...] = ()
    refused: tuple[InputRefused, ...] = ()
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Base:
    """What file and record agreed on last.

    `sha256` is the file's then, "" where something is left to do; `chain` the place of the newest revision of a site.
    `statements` are those of no site that were taken from the file; they go one way, from the file to the record.
    """

    sha256: str = ""
    chain: int = 0
    sites: Mapping[str, Fields] = field(default_factory=dict)
    statements: Mapping[str, str] = field(default_factory=dict)


def reconcile(root: Path, record: Record) -> Reconciled:
    """Bring the register file of the project in `root` and its record together.

    Changes of one side go to the other, those of the file as revisions by "register file". Changes of both to one
    site are merged field by field; where both changed a field, neither side is touched. A file that cannot be read
    whole is not written.

    Raises
    ------
    ProjectUnusable
        when the record cannot be used, or another program holds the register for a minute.
    OSError
        when the file cannot be read.
    """
    base = _read_base(root / STATE_DIR / _BASE_FILE)
    if base is not None and _is_settled(base, (root / REGISTER_FILE).read_bytes(), record):
        return Reconciled()
    with _locked(root):
        for _ in range(_TRIES):
            done = _attempt(root, record)
            if done is not None:
                return done
    return Reconciled(
        warnings=(f"{REGISTER_FILE} changes all the time: it is taken in at the next opening.",)
    )


def _is_settled(base: _Base, body: bytes, record: Record) -> bool:
    return base.sha256 == _sha256(body) and base.chain == record.newest_seq(Site)


def settle(root: Path, conflict: SiteConflict, fields: Collection[str], *, take_record: bool) -> None:
    """Note which side was chosen in these fields of a conflict; the next `reconcile` acts on it.

    Where the record's values were chosen, those of the file count as seen. Of a site that is gone from the file, the
    record's state counts as seen, or, for one that is to be written again, none.
    """
    path = root / STATE_DIR / _BASE_FILE
    with _locked(root):
        base = _read_base(path) or _Base()
        sites = dict(base.sites)
        if conflict.file is not None:
            known = sites.get(conflict.site, {"id": conflict.site})
            sites[conflict.site] = taken(known, conflict.file, fields)
        elif take_record:
            sites.pop(conflict.site, None)
        else:
            sites[conflict.site] = conflict.record
        _write_base(path, replace(base, sha256="", sites=sites))


def _locked(root: Path) -> AbstractContextManager[None]:
    return locked(FileLock(root / STATE_DIR / _LOCK_FILE), root / REGISTER_FILE)


# -- one attempt ---------------------------------------------------------------------------------------------


def _attempt(root: Path, record: Record) -> Reconciled | None:
    """Read all three, write what is to be written; None when the file was changed while it was looked at."""
    path, base_path = root / REGISTER_FILE, root / STATE_DIR / _BASE_FILE
    body, base, chain = path.read_bytes(), _read_base(base_path), record.newest_seq(Site)
    rows = record.rows(Site)
    is_older = base is None and bool(record.meta(_OLD_SHA))
    if base is None or chain < base.chain:  # the record is another one, or was put back to an earlier state
        base = _Base()
    reading = sites_of(path.name, body, _places(rows, base))
    if is_older:
        base = _Base(sites=_older_base(reading, rows, record.at))
    found = _agreement(base, reading, rows, record.at)
    if found.to_record:
        with record.write(_AUTHOR, _REASON) as transaction:
            rows = transaction.rows(Site)
            found = _agreement(base, reading, rows, transaction.at)
            chain = max(chain, _put(transaction, rows, found))
    stated = _take_statements(record, reading, base)
    whole = _write_file(path, body, reading, found)
    is_settled = whole is not None and not (found.conflicts or found.unfit)
    _write_base(base_path, _Base(_sha256(whole) if whole and is_settled else "", chain, found.base, stated))
    if is_older:
        record.set_meta(_OLD_SHA, "")
    if whole is None and not (found.unfit or reading.refused):
        return None
    return Reconciled(tuple(found.conflicts), reading.refused, tuple(_sentences(found, reading)))


def _agreement(base: _Base, reading: Reading, rows: Rows, at: At) -> Agreement:
    return agree(
        Sides(
            base.sites,
            {site.id: site for site in reading.sites},
            {row.value.id: row.value for row in rows},
            _earlier(rows, at),
            is_whole=not reading.refused,
        )
    )


def _earlier(rows: Rows, at: At) -> Callable[[str], Iterable[Site]]:
    versions = {row.value.id: row.version for row in rows}

    def states(key: str) -> Iterable[Site]:
        found = (at(Site, key, version) for version in range(1, versions[key]))
        return (site for site in found if site is not None)

    return states


def _older_base(reading: Reading, rows: Rows, at: At) -> dict[str, Fields]:
    """A base for a project that had none: its file was only ever read, so what differs there was changed there."""
    stated = {site.id: site for site in reading.sites}
    earlier = _earlier(rows, at)
    return {
        row.value.id: encode(row.value)
        for row in rows
        if row.value.id not in stated or not was_before(stated[row.value.id], earlier)
    }


def _places(rows: Rows, base: _Base) -> dict[str, list[LonLat]]:
    """Where sites are, and were when file and record agreed."""
    found: dict[str, list[LonLat]] = {}
    for row in rows:
        if row.value.position:
            found.setdefault(row.value.id, []).append(row.value.position.lonlat)
    for key, site in base.sites.items():
        if site.get("position"):
            found.setdefault(key, []).append(decode(LonLat, site["position"]["lonlat"]))
    return found


def _put(transaction: Transaction, rows: Rows, found: Agreement) -> int:
    """Write the revisions; place in the chain of the last of them."""
    versions = {row.value.id: row.version for row in rows}
    written = [transaction.put(site, versions.get(key, 0)) for key, site in found.to_record.items()]
    return max((revision.seq for revision in written), default=0)


def _take_statements(record: Record, reading: Reading, base: _Base) -> dict[str, str]:
    """Put what the file states anew of no site; all that the file states, for the next base.

    Without a base (a clone, a record that was put back) a wording that the record had before is not taken again.
    """
    stated = {one.id: content(one) for one in reading.statements}
    rows = {row.value.id: row for row in record.many(Claim, stated)} if stated else {}
    news = restated_claims(
        [
            one
            for one in reading.statements
            if one.id not in rows or base.statements.get(one.id) != stated[one.id]
        ],
        {key: row.value for key, row in rows.items()},
    )
    before = (
        record.histories(Claim, [one.id for one in news if one.id not in base.statements]) if news else {}
    )
    news = tuple(one for one in news if not _had(before.get(one.id, ()), one))
    if news:
        with record.write(_AUTHOR, _REASON) as transaction:
            for one in news:
                transaction.put(one, rows[one.id].version if one.id in rows else 0)
    return stated


def _had(revisions: Iterable[Revision], one: Claim) -> bool:
    return any(content(decode(Claim, json.loads(revision.payload))) == content(one) for revision in revisions)


def _write_file(path: Path, body: bytes, reading: Reading, found: Agreement) -> bytes | None:
    """The content of the file, with what the record has anew; None where that was not to be written yet.

    What waits for the file then stands in the base as the file has it.
    """
    try:
        if not reading.refused and not found.to_file:
            return body
        if not reading.refused:
            content = rewritten(body, path.name, reading.sites, tuple(found.to_file.values()))
            if path.read_bytes() == body:
                write_if_changed(path, content)
                return content
    except InputRefused as error:
        found.unfit.append(error)
    except OSError as error:
        problem = f"it cannot be written ({error.strerror})"
        found.unfit.append(
            InputRefused(path.name, problem, "make it writable, the record's changes wait until then")
        )
    stated = {site.id: encode(site) for site in reading.sites if site.id in found.to_file}
    for key in found.to_file:
        del found.base[key]
    found.base |= stated
    return None


# -- what is said --------------------------------------------------------------------------------------------


def _sentences(found: Agreement, reading: Reading) -> Iterator[str]:
    yield from map(str, (*reading.refused, *found.unfit))
    if reading.refused and found.to_file:
        waiting = ", ".join(found.to_file)
        yield f"{REGISTER_FILE} is not written before that is mended: the record's changes of {waiting} wait."
    if found.gone:
        yield f"{REGISTER_FILE} no longer has {', '.join(found.gone)}; the record keeps them."
    for conflict in found.conflicts:
        yield from _both(conflict)


def _both(conflict: SiteConflict) -> Iterator[str]:
    choose = f"choose with 'sitetrack sites resolve {conflict.site} --take file' or '--take record'"
    if conflict.is_gone:
        yield (
            f"Site {conflict.site}: {REGISTER_FILE} no longer has it, and the record changed it since; {choose} "
            "(writes it to the file again)."
        )
        return
    for one in conflict.fields:
        yield (
            f"Site {conflict.site}, {one.field}: {REGISTER_FILE} has {_shown(one.mine)}, the record has "
            f"{_shown(one.theirs)}, neither was overwritten; {choose}."
        )


def _shown(value: object) -> str:
    text = "nothing" if value is None else f"'{value}'" if isinstance(value, str) else canonical_json(value)
    return text if len(text) <= _LONGEST_VALUE else f"{text[: _LONGEST_VALUE - 1]}…"


# -- the base ------------------------------------------------------------------------------------------------


# fields that sites did not have when older programs wrote down what was agreed on: it was that there is nothing
_LATER: Fields = {"assigned": []}


def _read_base(path: Path) -> _Base | None:
    """What was agreed on last; None where nothing is known, also for a damaged file."""
    try:
        stated = json.loads(path.read_bytes())
        sites = {site["id"]: {**_LATER, **site} for site in stated["sites"]}
        said = {str(key): str(text) for key, text in stated.get("statements", {}).items()}
        return _Base(str(stated["sha256"]), int(stated["chain"]), sites, said)
    except FileNotFoundError:
        return None
    except (ValueError, KeyError, TypeError, AttributeError):
        return _Base()


def _write_base(path: Path, base: _Base) -> None:
    stated = {
        "sha256": base.sha256,
        "chain": base.chain,
        "sites": list(base.sites.values()),
        "statements": dict(base.statements),
    }
    write_if_changed(path, canonical_json(stated).encode())


def _sha256(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()
