"""What lines of text that were read in a screenshot say of its date and its credit. Pure.

Viewers print the date of the imagery and whose it is at the edges of their window. A reader of text makes mistakes, so
what is found is a proposal, with the line that it was found in.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from workflow.errors import InputRefused
from workflow.model import Basis, DateSpan
from workflow.timespan import parse_span, with_basis

__all__ = ["Line", "Printed", "printed"]

Box = tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class Line:
    """A line as it was read: its text, its `box` (left, top, width, height in pixels), confidence from 0 to 100."""

    text: str
    box: Box
    confidence: float


@dataclass(frozen=True, slots=True)
class Printed:
    """A date or a credit that a `line` says: `text` as it stands there, and what it would be as the `attribute`.

    `value` is a span of ``acquired``, a text of ``credit``, None where it can be read in two ways: `problem` says how.
    """

    attribute: str
    text: str
    value: DateSpan | str | None
    line: Line
    problem: str = ""


_MONTH = r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]{0,6}\.?"
_DATES = re.compile(
    rf"""(?<![\d/.-])(?:
      \d{{4}}[-/.]\d{{1,2}}[-/.]\d{{1,2}}
    | \d{{1,2}}[-/.]\d{{1,2}}[-/.]\d{{4}}
    | \d{{1,2}}\s+{_MONTH},?\s+\d{{4}}
    | {_MONTH}\s+\d{{1,2}},?\s+\d{{4}}
    | {_MONTH}\s+\d{{4}}
    )(?![\d/-])""",
    re.IGNORECASE | re.VERBOSE,
)
_NUMBERS = re.compile(r"(\d+)([-/.])(\d+)\2(\d+)")
# whose pictures viewers show: how it reads, and how a reader of text may have it
_OWNERS = (
    ("Maxar Technologies", r"ma[xk]ar(?:\s+tech\w*)?"),
    ("Vantor", r"vantor"),
    ("DigitalGlobe", r"digital\s?globe"),
    ("CNES / Airbus", r"cnes\s*[/|l1]?\s*a[il1]rbus"),
    ("Airbus", r"(?<!cnes / )(?<!cnes/)a[il1]rbus(?:\s+ds)?"),
    ("Landsat / Copernicus", r"landsat\s*[/|l1]?\s*copern[il1]cus"),
    ("Planet Labs PBC", r"planet(?:\.com|\s+labs(?:\s+pbc)?)"),
    ("TerraMetrics", r"terra\s?metr[il1]cs"),
    ("Esri", r"\besri\b"),
)
_GOOGLE = re.compile(r"\bg[o0]{2}g[l1i]e(?:\s+(?P<what>earth|maps))?", re.IGNORECASE)
_YEAR = r"(?:©|\(c\)|@|®|\be\b|&)?\s*(?P<year>(?:19|20)\d\d)\s+"


def printed(lines: Iterable[Line], basis: Basis | None = None) -> tuple[Printed, ...]:
    """Dates and credits of these lines, each once, from the line that was read with the most confidence.

    `basis` is what a date rests on that is printed there; None is the earliest possible day where Google is named, and
    else a date that is stated.
    """
    lines = sorted(lines, key=lambda line: -line.confidence)
    google = next((match for line in lines if (match := _GOOGLE.search(line.text))), None)
    found: dict[tuple[str, object], Printed] = {}
    for line in lines:
        for one in (
            *_dates(line, basis or (Basis.EARLIEST_POSSIBLE if google else Basis.STATED)),
            *_credit(line, google),
        ):
            key = one.value if one.value is not None else one.text
            found.setdefault((one.attribute, key.earliest if isinstance(key, DateSpan) else key), one)
    return tuple(_longest_credit(found.values()))


def _dates(line: Line, basis: Basis) -> Iterator[Printed]:
    for match in _DATES.finditer(line.text):
        text = match[0].strip()
        stated = re.sub(r"(?<=[a-z])\.", "", text)
        numbers = _NUMBERS.fullmatch(stated)
        if numbers and len(numbers[1]) == 4:
            stated = f"{numbers[1]}-{int(numbers[3]):02}-{int(numbers[4]):02}"
        try:
            span = parse_span(stated)
        except InputRefused as error:
            yield Printed("acquired", text, None, line, str(error))
            continue
        yield Printed("acquired", text, with_basis(span, basis), line)


def _credit(line: Line, google: re.Match[str] | None) -> Iterator[Printed]:
    words = line.text
    owners = []
    for name, pattern in _OWNERS:
        match = re.search(rf"(?:{_YEAR})?(?P<owner>{pattern})", words, re.IGNORECASE)
        if match is not None:
            owners.append((match.start("owner"), f"© {match['year']} {name}" if match["year"] else name))
            words = words[: match.start("owner")] + " " * len(match["owner"]) + words[match.end("owner") :]
    named = [text for _, text in sorted(owners)]
    if google is not None:
        named.insert(0, f"Google {(google['what'] or 'Earth').capitalize()}")
    if named and (owners or _GOOGLE.search(line.text)):
        own = " " if named[0].startswith("©") else ": "
        yield Printed("credit", line.text.strip(), f"Image{own}{', '.join(named)}", line)


def _longest_credit(found: Iterable[Printed]) -> Iterator[Printed]:
    """All of them but credits that say less than another: "Google Earth" beside "Google Earth, © 2023 Maxar"."""
    found = tuple(found)
    credits = [set(_words(one.value)) for one in found if one.attribute == "credit"]
    for one in found:
        if one.attribute != "credit" or not any(set(_words(one.value)) < other for other in credits):
            yield one


def _words(credit: object) -> list[str]:
    return re.split(r"[\s:,]+", str(credit))
