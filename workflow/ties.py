"""Which record a project folder works with: its own file, or a team's database.

A folder that works with a database notes the record's id in ``.sitetrack/record.json``, so that an address that was
set for another project never mixes the two.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

from workflow.errors import ProjectUnusable
from workflow.files import write_if_changed
from workflow.settings import DATABASE_VARIABLE, RECORD_FILE
from workflow.store import Copied, Record, is_address

__all__ = ["Tie", "checked_address", "copy_record", "join", "open_record", "read_tie", "tie"]

Progress = Callable[[str, int, int], None]

TIE_FILE = "record.json"


@dataclass(frozen=True, slots=True)
class Tie:
    """The id of the record in a database that a folder works with, and its address without password."""

    record: str
    where: str


def read_tie(state_dir: Path) -> Tie | None:
    """What the folder noted; None where it works with its own file.

    Raises
    ------
    ProjectUnusable
        when the note cannot be read.
    """
    path = state_dir / TIE_FILE
    try:
        content = json.loads(path.read_bytes())
        return Tie(str(content["record"]), str(content["where"]))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ProjectUnusable(
            path,
            "it does not say which record the folder works with",
            "restore it from a backup, or delete it and run 'sitetrack record join'",
        ) from error


def tie(state_dir: Path, known: Tie) -> None:
    """Note which record in a database the folder works with."""
    state_dir.mkdir(parents=True, exist_ok=True)
    write_if_changed(state_dir / TIE_FILE, f"{json.dumps(asdict(known), indent=1)}\n".encode())


def open_record(state_dir: Path, database: str) -> Record:
    """The record that the folder works with: the one in `database`, or its own where that is "".

    Raises
    ------
    ProjectUnusable
        when it cannot be opened, or is not the one that the folder works with.
    """
    known = read_tie(state_dir)
    if not database:
        if known is not None:
            raise ProjectUnusable(
                state_dir.parent,
                f"its record is in {known.where}",
                f"set {DATABASE_VARIABLE} to that address, with the password",
            )
        return Record.open(state_dir / RECORD_FILE)
    expected = known or _own(state_dir)
    return _tied(state_dir, database, expected, may_join=False)


def join(state_dir: Path, database: str) -> Record:
    """The record in `database`, with which the folder works from now on.

    Raises
    ------
    ProjectUnusable
        when there is none, or the folder has another one.
    """
    if not database:
        raise ProjectUnusable(
            DATABASE_VARIABLE, "it is not set", "set it to the address of the team's record"
        )
    return _tied(state_dir, database, read_tie(state_dir) or _own(state_dir), may_join=True)


def checked_address(database: str) -> str:
    """The address of a database as it is.

    Raises
    ------
    ProjectUnusable
        when it is none; it is not shown, since whoever mistyped it may have typed a password.
    """
    if is_address(database):
        return database
    raise ProjectUnusable(
        "The database", "that is no address", "write postgresql://user:password@host:port/database"
    )


def copy_record(
    state_dir: Path, database: str, where: Path | str, progress: Progress | None = None, *, keep: bool = False
) -> Copied:
    """Copy the record that the folder works with to an empty database or a file that is not there.

    Into a database the folder's own record moves: its file takes no more changes and the folder works with the
    database; with `keep` all stays as it is. Copied to the place of its own file, the folder works with that again.

    Raises
    ------
    ProjectUnusable
        when the record cannot be opened, or the copy not be made: then nothing is kept of it.
    """
    own = state_dir / RECORD_FILE
    is_local = read_tie(state_dir) is None and (own.exists() or not database)
    with open_record(state_dir, "" if is_local else database) as record:
        moving = is_local and is_address(where) and not keep
        copied = record.copy_to(where, progress, moving=moving)
        if moving:
            tie(state_dir, Tie(record.id, copied.name))
    if not is_address(where) and Path(where).resolve() == own.resolve():
        (state_dir / TIE_FILE).unlink(missing_ok=True)
    return copied


def _own(state_dir: Path) -> Tie | None:
    """The record in the folder's own file, where that holds any revision."""
    path = state_dir / RECORD_FILE
    if not path.exists():
        return None
    with Record.open(path, even_moved=True) as record:
        return Tie(record.id, record.name) if record.revision else None


def _tied(state_dir: Path, database: str, expected: Tie | None, *, may_join: bool) -> Record:
    record = Record.open(checked_address(database), create=expected is None and not may_join)
    try:
        _refuse_other(state_dir.parent, record, expected, may_join)
        tie(state_dir, Tie(record.id, record.name))
    except BaseException:
        record.close()
        raise
    return record


def _refuse_other(root: Path, record: Record, expected: Tie | None, may_join: bool) -> None:
    if expected is not None and expected.record != record.id:
        raise ProjectUnusable(
            root,
            f"it works with the record {expected.record} ({expected.where}), and {record.name} holds {record.id}",
            f"unset {DATABASE_VARIABLE} or set it to the address of that record; to move a record into an empty "
            "database, use 'sitetrack record copy --to'",
        )
    if expected is None and not may_join and record.revision:
        raise ProjectUnusable(
            root,
            f"{record.name} holds a record already ({record.revision} revisions) and this folder none",
            f"run 'sitetrack record join' to work with it here, or unset {DATABASE_VARIABLE}",
        )
