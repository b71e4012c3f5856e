"""A row of past work to what it says: every text checked, site, target and capture looked up."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace

from workflow.actions.lookup import Lookup, overlaps
from workflow.actions.observing import (
    LONGEST_NOTE,
    must_be_visible,
    must_show,
    observation_id,
    target_of,
    word,
)
from workflow.actions.text import clean_text
from workflow.errors import InputRefused, WorkflowError
from workflow.model import Author, Capture, Confidence, DateSpan, Observation, Site, State, Target
from workflow.pastwork import Row
from workflow.timespan import format_span, parse_span

__all__ = ["LONGEST_REASON", "ImportOptions", "RowRefused", "Statement", "checked", "statement"]

LONGEST_REASON = 300
_LONGEST_CELL = 200
_STATES: Mapping[str, State] = {
    **dict.fromkeys(("y", "yes", "1", "true"), State.PRESENT),
    **dict.fromkeys(("n", "no", "0", "false"), State.ABSENT),
    "?": State.UNCERTAIN,
}
_CONFIDENCES: Mapping[str, Confidence] = {"medium": Confidence.MODERATE}


@dataclass(frozen=True, slots=True)
class ImportOptions:
    """How past work is taken in.

    `reason`, `said_by` and `stated` are for rows that have none of their own; `said_by` None is the importer. `sheet`
    names one of an XLSX file. `replace` lets a row win over what the same author said here. `dry_run` writes nothing.
    """

    reason: str = ""
    said_by: str | None = None
    stated: str = ""
    sheet: str | None = None
    replace: bool = False
    dry_run: bool = False


@dataclass(frozen=True, slots=True)
class Statement:
    """What a row says, and why it is taken in."""

    row: Row
    said: Observation
    reason: str


class RowRefused(WorkflowError):
    """A row that cannot be taken in; the text is the sentence that says why."""

    def __init__(self, where: str, column: str, sentence: str) -> None:
        """Name file, row and column in front of what is wrong."""
        super().__init__(f"{where}, {column}: {sentence}")


@contextmanager
def _column(row: Row, name: str) -> Iterator[None]:
    try:
        yield
    except WorkflowError as error:
        raise RowRefused(row.where, name, str(error)) from error


def checked(options: ImportOptions, importer: Author) -> ImportOptions:
    """The options with their texts cleaned, the importer as who said it where nobody is named, and a day as a day.

    Raises
    ------
    InputRefused
        when one of them is not what it should be.
    """
    return replace(
        options,
        reason=_line("Reason", options.reason, LONGEST_REASON),
        said_by=importer.name if options.said_by is None else _author(options.said_by),
        stated=_day(options.stated) if options.stated.strip() else "",
    )


def statement(lookup: Lookup, row: Row, options: ImportOptions) -> Statement:
    """What `row` says of which target in which capture. `options` are checked.

    Raises
    ------
    RowRefused
        when a text is not understood, names nothing or several things, or an observation would be refused.
    """
    cells = row.cells
    with _column(row, "site"):
        site = _site(lookup, row)
    with _column(row, "target"):
        target = _target(site, cells.get("target"))
    with _column(row, "capture" if "capture" in cells else "date"):
        capture = _capture(lookup, site, cells)
    with _column(row, "author"):
        author = _author(cells["author"]) if "author" in cells else str(options.said_by)
    with _column(row, "state"):
        state = _state(cells.get("state", ""))
    with _column(row, "confidence"):
        confidence = _confidence(cells.get("confidence", ""))
    with _column(row, "note"):
        note = clean_text("the note", cells.get("note", ""), LONGEST_NOTE)
    with _column(row, "stated"):
        stated = _day(cells["stated"]) if "stated" in cells else options.stated
    with _column(row, "reason"):
        reason = _line("the reason", cells["reason"], LONGEST_REASON) if "reason" in cells else options.reason
    key = observation_id(site.id, target.id, capture.id, author)
    said = Observation(key, site.id, target.id, capture.id, author, state, confidence, note, stated=stated)
    with _column(row, "state"):
        must_be_visible(lookup.limits[target.kind], target, capture, said)
    return Statement(row, said, reason)


def _line(field: str, value: str, longest: int = _LONGEST_CELL) -> str:
    return " ".join(clean_text(field, value, longest).split())


def _site(lookup: Lookup, row: Row) -> Site:
    if "site" in row.cells:
        return lookup.site(_line("the site", row.cells["site"]))
    named = lookup.sites_named(row.name)
    if len(named) == 1:
        return named[0]
    if row.place is None:
        raise InputRefused("the site", "is not stated", "write its id or name")
    around = lookup.sites_at(row.place)
    if len(around) != 1:
        which = f"{len(around)} sites ({', '.join(site.id for site in around[:5])})" if around else "no site"
        raise InputRefused("the point", f"lies in the watch radius of {which}", "state the site")
    return around[0]


def _target(site: Site, stated: str | None) -> Target:
    if stated is None and len(site.targets) > 1:
        ids = ", ".join(target.id for target in site.targets)
        raise InputRefused("the target", f"is not stated, and site {site.id} has {ids}", "write one of them")
    return target_of(site, None if stated is None else _line("the target", stated))


def _capture(lookup: Lookup, site: Site, cells: Mapping[str, str]) -> Capture:
    when = _when(cells["date"]) if "date" in cells else None
    if "capture" not in cells:
        if when is None:
            raise InputRefused("the capture", "is not stated", "name it, or write the date of the picture")
        return lookup.capture_on(site, when)
    capture = lookup.capture(_line("the capture", cells["capture"]))
    if when is not None and not overlaps(capture.acquired, when):
        raise InputRefused(
            f"Capture {capture.id} ({capture.file})",
            f"its date is {format_span(capture.acquired)}, not '{when.verbatim}'",
            "correct the capture or the date",
        )
    must_show(site, capture, lookup.covers(site))
    return capture


def _when(text: str) -> DateSpan:
    span = parse_span(_line("the date", text))
    if span.earliest is None and span.latest is None:
        raise InputRefused(f"'{span.verbatim}'", "is no date that finds a capture", "name the capture")
    return span


def _author(text: str) -> str:
    try:
        return Author(_line("the author", text)).name
    except InputRefused:
        raise
    except ValueError as error:
        raise InputRefused(f"the author '{text.strip()[:60]}'", str(error), "write a name") from error


def _day(text: str) -> str:
    span = parse_span(_line("the day", text))
    if span.earliest is None or span.earliest != span.latest:
        raise InputRefused(
            f"date '{span.verbatim}'", "it is not one day", "write YYYY-MM-DD, or leave it out"
        )
    return span.earliest.isoformat()


def _state(text: str) -> State:
    said = _line("the state", text).lower()
    return _STATES.get(said) or word(State, "the state", said)


def _confidence(text: str) -> Confidence:
    said = _line("the confidence", text).lower() or Confidence.MODERATE.value
    return _CONFIDENCES.get(said) or word(Confidence, "the confidence", said)
