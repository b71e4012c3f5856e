"""Past work in: what others said of targets in captures, from tables and maps, into the record as drafts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from workflow.actions.lookup import Lookup
from workflow.actions.past_rows import ImportOptions, RowRefused, Statement, checked, statement
from workflow.actions.permissions import Deed, require
from workflow.errors import InputRefused, StaleWrite
from workflow.model import Author, Observation
from workflow.pastwork import RefusedRow, Row, read_past_work

if TYPE_CHECKING:
    from workflow.project import Project
    from workflow.store import Transaction, Versioned

__all__ = ["ImportOptions", "ImportedRow", "PastWorkReport", "import_observations"]

_CONTENT = ("state", "confidence", "note", "stated")


@dataclass(frozen=True, slots=True)
class ImportedRow:
    """What became of a row: `change` is ``added``, ``updated``, ``unchanged`` or ``refused``.

    `row` is the row or placemark as a person counts it, None for a whole file. `reason` is the sentence that says why
    it was refused, else empty; site, target, capture and state are then as written. `id` is the observation's.
    """

    file: str
    row: int | None
    change: str
    id: str | None = None
    site: str | None = None
    target: str | None = None
    capture: str | None = None
    state: str | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class PastWorkReport:
    """All rows in the order of the files, and what was left out on purpose."""

    rows: tuple[ImportedRow, ...] = ()
    warnings: tuple[str, ...] = ()

    @property
    def refused(self) -> tuple[str, ...]:
        """A sentence for each row and file that was not taken."""
        return tuple(row.reason for row in self.rows if row.change == "refused")

    def count(self, change: str) -> int:
        """How many rows were added, updated, unchanged or refused."""
        return sum(row.change == change for row in self.rows)


def import_observations(
    project: Project, author: Author, files: Iterable[Path], options: ImportOptions
) -> PastWorkReport:
    """Take the statements of `files` into the record as drafts: one write for each file and reason.

    The revisions' author is `author`; an observation's is who said it then. What is there already makes no revision.
    A row is refused where it contradicts another row, what review has sealed, or, without `replace`, what the same
    author said here or on a later day. What is refused is named, the rest is taken.

    Raises
    ------
    NotAllowed
        for a viewer.
    InputRefused
        when an option is not what it should be, or a row and the options give no reason; nothing is then written.
    """
    require(author, Deed.IMPORT_OBSERVATIONS)
    options = checked(options, author)
    readings = [read_past_work(path, options.sheet) for path in files]
    entries = [row for reading in readings for row in reading.rows]
    _every_row_needs_a_reason(entries, options)
    known = {row.value.id: row for row in project.record.rows(Observation)}
    lookup = Lookup(project)
    cases = _agreeing([_case(lookup, entry, options) for entry in entries])
    cases = _compared(cases, known, options)
    if not options.dry_run:
        cases = _written(project, author, cases, known)
    warnings = (warning for reading in readings for warning in reading.warnings)
    return PastWorkReport(tuple(_shown(case) for case in cases), tuple(warnings))


def _every_row_needs_a_reason(entries: Iterable[Row | RefusedRow], options: ImportOptions) -> None:
    without = [row for row in entries if isinstance(row, Row) and "reason" not in row.cells]
    if without and not options.reason:
        raise InputRefused(
            "Reason",
            f"{without[0].where} has none{' and others neither' if len(without) > 1 else ''}",
            "say with --reason why the work is brought in, nothing was imported",
        )


# -- what is to become of each row ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Case:
    """A row on its way: `change` is empty while nothing speaks against it."""

    entry: Row | RefusedRow
    statement: Statement | None = None
    change: str = ""
    sentence: str = ""

    def refused(self, column: str, sentence: str) -> _Case:
        where = self.statement.row.where if self.statement else self.entry.file
        return replace(self, change="refused", sentence=str(RowRefused(where, column, sentence)))


def _case(lookup: Lookup, entry: Row | RefusedRow, options: ImportOptions) -> _Case:
    if isinstance(entry, RefusedRow):
        return _Case(entry, None, "refused", entry.sentence)
    try:
        return _Case(entry, statement(lookup, entry, options))
    except RowRefused as error:
        return _Case(entry, None, "refused", str(error))


def _agreeing(cases: Sequence[_Case]) -> list[_Case]:
    """Refuse rows that say different things of one target, capture and author: none of them wins."""
    together: defaultdict[str, list[Statement]] = defaultdict(list)
    for case in cases:
        if case.statement:
            together[case.statement.said.id].append(case.statement)
    return [
        _against_others(case, together[case.statement.said.id]) if case.statement else case for case in cases
    ]


def _against_others(case: _Case, others: Sequence[Statement]) -> _Case:
    mine = case.statement
    other = next((one for one in others if mine and one.said != mine.said), None)
    if mine is None or other is None:
        return case
    column = _difference(mine.said, other.said)
    return case.refused(
        column,
        f"says {_value(mine.said, column)}, but {other.row.where} says {_value(other.said, column)} of the same "
        "target, capture and author; keep one of the two.",
    )


def _difference(one: Observation, other: Observation) -> str:
    return next((name for name in _CONTENT if getattr(one, name) != getattr(other, name)), "state")


def _value(said: Observation, column: str) -> str:
    text = str(getattr(said, column))
    return f"'{text if len(text) <= 60 else f'{text[:57]}…'}'"


def _compared(
    cases: Sequence[_Case], known: Mapping[str, Versioned[Observation]], options: ImportOptions
) -> list[_Case]:
    """Hold each row against what the record has; the second of equal rows changes nothing."""
    seen: set[str] = set()
    found = []
    for case in cases:
        if case.change or case.statement is None:
            found.append(case)
            continue
        key = case.statement.said.id
        row = known.get(key)
        if key in seen:
            found.append(replace(case, change="unchanged"))
        elif row is None:
            found.append(replace(case, change="added"))
        else:
            found.append(_against_record(case, case.statement.said, row.value, options))
        seen.add(key)
    return found


def _against_record(case: _Case, said: Observation, was: Observation, options: ImportOptions) -> _Case:
    if _already_so(said, was, options):
        return replace(case, change="unchanged")
    column = _difference(said, was)
    both = f"says {_value(said, column)}, the record has {_value(was, column)} of {was.author}"
    if was.review.sealed:
        return case.refused(column, f"{both}, which is {was.review}; have it reopened first.")
    if options.replace:
        return replace(case, change="updated")
    if was.deleted:
        return case.refused(column, f"{both}, which was taken back here; use --replace if the file is right.")
    if not was.stated:
        return case.refused(column, f"{both}, said here; use --replace if the file is right.")
    if was.stated > said.stated:
        return case.refused(
            column, f"{both}, stated later, on {was.stated}; use --replace if the file is right."
        )
    return replace(case, change="updated")


def _already_so(said: Observation, was: Observation, options: ImportOptions) -> bool:
    """Whether the record says the same. A day that only one of the two gives is no difference of its own."""
    same = (said.state, said.confidence, said.note) == (was.state, was.confidence, was.note)
    days = said.stated == was.stated or (not options.replace and not (said.stated and was.stated))
    return same and days and not was.deleted


# -- into the record -----------------------------------------------------------------------------------------


def _written(
    project: Project,
    author: Author,
    cases: Sequence[_Case],
    known: Mapping[str, Versioned[Observation]],
) -> list[_Case]:
    found = list(cases)
    together: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
    for index, case in enumerate(cases):
        if case.statement and case.change in ("added", "updated"):
            together[case.entry.file, case.statement.reason].append(index)
    for (file, reason), indices in together.items():
        with project.record.write(author, f"{reason} (import of {file})") as transaction:
            for index in indices:
                found[index] = _put(transaction, found[index], known)
    return found


def _put(transaction: Transaction, case: _Case, known: Mapping[str, Versioned[Observation]]) -> _Case:
    if case.statement is None:
        return case
    said = case.statement.said
    try:
        transaction.put(said, base_version=known[said.id].version if said.id in known else 0)
    except StaleWrite:  # written by somebody else since it was compared
        return case.refused("state", "was changed by somebody else meanwhile; import the file again.")
    return case


def _shown(case: _Case) -> ImportedRow:
    entry, reason = case.entry, case.sentence
    if case.statement is not None:
        said = case.statement.said
        texts = (said.id, said.site, said.target, said.capture, said.state.value)
        return ImportedRow(entry.file, entry.number, case.change, *texts, reason)
    cells = entry.cells if isinstance(entry, Row) else {}
    return ImportedRow(
        entry.file,
        entry.number,
        case.change,
        site=cells.get("site"),
        target=cells.get("target"),
        capture=cells.get("capture"),
        state=cells.get("state"),
        reason=reason,
    )
