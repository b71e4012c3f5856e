"""When a picture was taken: the strongest statement counts, and weaker ones that disagree are named."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta

from workflow.errors import InputRefused
from workflow.metadata import Dialect, Metadata, SourceFile
from workflow.model import UNCONFIRMED_DATE, Basis, Capture, CaptureKind, DateSpan, Precision
from workflow.timespan import format_span, parse_span, with_basis

__all__ = [
    "about_the_date",
    "as_understood",
    "check_span",
    "closed",
    "contradicted",
    "readings",
    "settle",
    "stated_day",
    "stated_span",
]

# photography from the air is younger than that
_EARLIEST_YEAR = 1850
_COUNTS = " and counts"
_COPYRIGHT = "a copyright year is no date of acquisition: the picture is from its end or earlier"
_EARLIEST = "the date shown is the earliest possible one; the latest is "
Reading = tuple[Dialect, Metadata]


def stated_span(text: str | None) -> DateSpan | None:
    """What ``--acquired`` says, None where it was not given; "unknown" is a date that bounds nothing.

    Raises
    ------
    InputRefused
        when the text is no date, or one that can be read in two ways.
    """
    if text is None:
        return None
    span = parse_span(text, basis=Basis.STATED)
    return with_basis(span, Basis.UNKNOWN) if span.precision is Precision.UNKNOWN else span


def readings(
    source: SourceFile, dialects: Iterable[Dialect]
) -> tuple[tuple[Reading, ...], InputRefused | None]:
    """What every dialect finds, the strongest first, and the refusal of the strongest that could not tell."""
    found: list[Reading] = []
    refused: InputRefused | None = None
    for dialect in sorted(dialects, key=lambda one: (one.rank, one.name)):
        try:
            metadata = dialect.read(source)
        except InputRefused as error:
            refused = refused or (None if _dated(found) else error)
            continue
        if metadata is not None:
            found.append((dialect, metadata))
    return tuple(found), refused


def settle(
    name: str, stated: DateSpan | None, found: Iterable[Reading], refused: InputRefused | None
) -> tuple[DateSpan, tuple[str, ...]]:
    """The span that counts, and sentences on weaker ones that exclude it.

    Raises
    ------
    InputRefused
        when there is none, or the strongest there is can be read in two ways.
    """
    dated = _dated(found)
    if stated is None and refused is not None:
        raise refused
    if stated is None and not dated:
        raise InputRefused(
            name,
            "no date of acquisition beside it, inside it or in its name",
            "give one with --acquired ('2021-11-14', 'November 2021', 'late 2021'), or --acquired unknown",
        )
    span, counts = (stated, "--acquired") if stated else (dated[0][1], _who(*dated[0]))
    return span, tuple(
        f"{_who(dialect, other, source)} says {format_span(other)}, {counts} says {format_span(span)}{_COUNTS}"
        for dialect, other, source in dated
        if _exclude(span, other)
    )


def _dated(found: Iterable[Reading]) -> list[tuple[Dialect, DateSpan, str]]:
    return [
        (dialect, metadata.acquired, metadata.sources.get("acquired", ""))
        for dialect, metadata in found
        if metadata.acquired is not None
    ]


def _who(dialect: Dialect, _: DateSpan, source: str) -> str:
    return f"the {dialect.name} ({source})" if source else f"the {dialect.name}"


def _exclude(one: DateSpan, two: DateSpan) -> bool:
    """Whether the spans share no day."""
    starts = [span.earliest for span in (one, two) if span.earliest]
    ends = [span.latest for span in (one, two) if span.latest]
    return bool(starts and ends) and max(starts) > min(ends)


def check_span(name: str, span: DateSpan, today: date) -> None:
    """Refuse what lies in the future or before photography.

    Raises
    ------
    InputRefused
        when no day of the span can be right.
    """
    first = span.earliest or span.latest
    if first is not None and first > today + timedelta(days=1):
        raise InputRefused(name, f"its date {first} lies in the future", "give the right one with --acquired")
    if first is not None and first.year < _EARLIEST_YEAR:
        raise InputRefused(
            name, f"its date {first} lies before {_EARLIEST_YEAR}", "give the right one with --acquired"
        )


def as_understood(span: DateSpan, kind: CaptureKind, basis: Basis | None) -> DateSpan:
    """A span that was stated or named, on the basis that was stated or is the provider's.

    Without one, a broadcast shows what was there at the latest then.
    """
    if span.basis not in (Basis.STATED, Basis.FILE_NAME):
        return span
    if basis is None and kind is CaptureKind.BROADCAST:
        basis = Basis.BROADCAST
    return with_basis(span, basis) if basis else span


def closed(
    name: str, span: DateSpan, retrieved: date | None, published: date | None, today: date
) -> tuple[DateSpan, tuple[str, ...]]:
    """A span that was read as more than it says, and sentences on what was made of it.

    What is of earliest possible basis ends on the day of retrieval, else of publication, else of intake. A copyright
    year says only that the picture is not younger.

    Raises
    ------
    InputRefused
        when it ends before it begins.
    """
    if span.basis is Basis.COPYRIGHT_YEAR:
        return span, (_COPYRIGHT,)
    if span.basis is not Basis.EARLIEST_POSSIBLE or span.latest is not None:
        return span, ()
    known = ((retrieved, "retrieval"), (published, "publication"), (today, "intake"))
    last, what = next((day, word) for day, word in known if day is not None)
    if span.earliest is not None and last < span.earliest:
        raise InputRefused(
            name, f"its date {span.earliest} lies after the day of {what}, {last}", "correct one of them"
        )
    note = f"{_EARLIEST}{last}, the day of {what}"
    return replace(span, latest=last), (note,)


def about_the_date(warning: str) -> bool:
    """Whether a warning says how the date came about, so that it falls with the date."""
    return (
        warning == _COPYRIGHT
        or warning.startswith((_EARLIEST, UNCONFIRMED_DATE))
        or warning.endswith(_COUNTS)
    )


def contradicted(capture: Capture, span: DateSpan) -> tuple[str, ...]:
    """A sentence where the picture's metadata, tags or name gave it a date that `span` excludes."""
    was = capture.acquired
    if was.basis not in (Basis.PRODUCT_METADATA, Basis.FILE_TAG, Basis.FILE_NAME) or not _exclude(span, was):
        return ()
    source = next((f" ({one.source})" for one in capture.sources if one.attribute == "acquired"), "")
    return (
        f"the {was.basis}{source} says {format_span(was)}, who set the date says {format_span(span)}{_COUNTS}",
    )


def stated_day(text: str | None) -> date | None:
    """The last day of a date that is said of a picture's way here, such as ``--retrieved``.

    Raises
    ------
    InputRefused
        when the text is no date, or one without end.
    """
    if text is None:
        return None
    last = parse_span(text).latest
    if last is None:
        raise InputRefused(f"date '{text}'", "it has no end", "write it like 2023-04-14 or April 2023")
    return last
