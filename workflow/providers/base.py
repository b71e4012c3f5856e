"""What dialects share: whose metadata a text is, its fields, and values that know which field said them.

Dialects read text and touch no file. Whatever a text holds, nothing here raises; what cannot be read is
passed over.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Generic, TypeVar
from xml.etree.ElementTree import Element

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import ParseError, fromstring

from workflow.errors import InputRefused
from workflow.metadata import Dialect, Metadata, SourceFile
from workflow.model import Basis, DateSpan, Precision
from workflow.timespan import parse_span, span_from_name

__all__ = [
    "Dialect",
    "Fields",
    "Metadata",
    "Said",
    "SourceFile",
    "belongs",
    "compact_span",
    "day_span",
    "hull",
    "instant_span",
    "json_objects",
    "json_pairs",
    "name_span",
    "odl_pairs",
    "one_line",
    "put_together",
    "xml_pairs",
    "xml_root",
]

T = TypeVar("T")
Path = tuple[str, ...]
Pairs = Iterable[tuple[Path, object]]
_SEPARATORS = ("_", "-", ".")
_DEEPEST = 40
_LONGEST = 300


# -- whose metadata ------------------------------------------------------------------------------------------


def belongs(scene: str, source: SourceFile) -> bool:
    """Whether the picture is one of the scene's files: its name is the scene's id, alone or with a part after
    it.
    """
    stem, scene = source.stem.lower(), scene.lower()
    return bool(scene) and (stem == scene or stem.startswith(tuple(scene + mark for mark in _SEPARATORS)))


# -- fields of a text ----------------------------------------------------------------------------------------


def json_objects(source: SourceFile) -> Iterator[tuple[str, dict[str, Any]]]:
    """Name and content of the JSON texts beside the picture that are objects; what does not parse is passed
    over.
    """
    for name, text in source.texts.items():
        if not text.lstrip().startswith("{"):
            continue
        try:
            content = json.loads(text)
        except (ValueError, RecursionError):
            continue
        yield name, content


def json_pairs(tree: Mapping[str, Any]) -> Iterator[tuple[Path, object]]:
    """Path and value of everything in objects within objects, in their order; lists are passed over."""
    waiting: list[tuple[Path, object]] = [((), tree)]
    while waiting:
        path, value = waiting.pop()
        if not isinstance(value, dict):
            yield path, value
        elif len(path) < _DEEPEST:
            waiting.extend(((*path, str(name)), below) for name, below in reversed(value.items()))


def xml_root(text: str) -> Element | None:
    """The root of a document without DTD, None of anything else."""
    try:
        root: Element = fromstring(text.lstrip().encode("utf-8", "replace"), forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError, LookupError):  # an encoding that nobody knows
        return None
    return root


def xml_pairs(root: Element) -> Iterator[tuple[Path, object]]:
    """Path and text of every element, and of its attributes as ``@name``, in the document's order; without
    namespaces.
    """
    waiting: list[tuple[Path, Element]] = [((_local(root.tag),), root)]
    while waiting:
        path, element = waiting.pop()
        yield from (((*path, f"@{_local(name)}"), value) for name, value in element.attrib.items())
        if element.text and element.text.strip():
            yield path, element.text
        if len(path) < _DEEPEST:
            waiting.extend(((*path, _local(below.tag)), below) for below in reversed(element))


def _local(name: object) -> str:
    return str(name).rpartition("}")[2]


_LINE = re.compile(r"^[ \t]*(\w+)[ \t]*=[ \t]*(.*?)[ \t]*;?[ \t\r]*$", re.MULTILINE | re.ASCII)


def odl_pairs(text: str) -> list[tuple[Path, object]]:
    """Path and value of ``NAME = value`` in its groups, quotes removed; nothing of a text that was cut off."""
    groups: list[str] = []
    pairs: list[tuple[Path, object]] = []
    for name, value in _LINE.findall(text):
        if name in ("GROUP", "BEGIN_GROUP"):
            groups.append(value)
        elif name == "END_GROUP":
            groups = groups[:-1]
        else:
            pairs.append(((*groups[-_DEEPEST:], name), value.strip('"')))
    whole = not groups or text.rstrip().rstrip(";\0").endswith("END")
    return pairs if whole else []


# -- values that know their field ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Said(Generic[T]):
    """A value, and the place that said it as ``file: field``."""

    value: T
    source: str


class Fields:
    """The fields of one metadata file: paths and values. They are asked for by the last parts of their path
    (``sun_azimuth``, ``properties.gsd``), in any case; of several that fit the first counts.
    """

    def __init__(self, file: str, pairs: Pairs) -> None:
        self.file = file
        self._by_name: dict[str, list[tuple[Path, object]]] = {}
        for path, value in pairs:
            self._by_name.setdefault(path[-1].lower(), []).append((path, value))

    def __bool__(self) -> bool:
        """Whether there is any field."""
        return bool(self._by_name)

    def every(self, name: str) -> Iterator[Said[object]]:
        """All values of a name in the file's order, with a source of at least two parts."""
        asked = name.lower().split(".")
        for path, value in self._by_name.get(asked[-1], ()):
            if [part.lower() for part in path[-len(asked) :]] == asked:
                yield Said(value, f"{self.file}: {'.'.join(path[-max(2, len(asked)) :])}")

    def _firsts(self, names: Iterable[str]) -> Iterator[Said[object]]:
        return (said for name in names if (said := next(self.every(name), None)) is not None)

    def text(self, *names: str) -> Said[str] | None:
        """The first of `names` that holds a printable text, or a whole number; in one line."""
        for said in self._firsts(names):
            if (words := one_line(said.value)) is not None:
                return Said(words, said.source)
        return None

    def number(self, *names: str, low: float = -360.0, high: float = 360.0) -> Said[float] | None:
        """The first of `names` that holds a finite number, or the text of one, within `low` and `high`."""
        for said in self._firsts(names):
            if (found := _number(said.value)) is not None and low <= found <= high:
                return Said(found, said.source)
        return None

    def share(self, *names: str) -> Said[float] | None:
        """0 to 1 of 0 to 100; None of what is out of range (-1 stands for "not computed")."""
        percent = self.number(*names, low=0, high=100)
        return None if percent is None else Said(round(percent.value / 100, 6), percent.source)

    def azimuth(self, *names: str) -> Said[float] | None:
        """Degrees clockwise from north, 0 to 360; some write -171 for 189."""
        angle = self.number(*names)
        return None if angle is None else Said(round(angle.value % 360, 8), angle.source)

    def elevation(self, *names: str) -> Said[float] | None:
        """Degrees above the horizon, negative at night."""
        return self.number(*names, low=-90, high=90)

    def tilt(self, *names: str) -> Said[float] | None:
        """Degrees off the vertical; the sign that some give it by its side is dropped."""
        angle = self.number(*names, low=-90, high=90)
        return None if angle is None else Said(abs(angle.value), angle.source)

    def metres(self, *names: str) -> Said[float] | None:
        """A ground sample distance."""
        return self.number(*names, low=0.001, high=100_000)

    def moment(self, *names: str, zone: str = "") -> Said[DateSpan] | None:
        """The first of `names` that holds a day, or an instant with its zone; `zone` is that of texts without."""
        for said in self._firsts(names):
            if (span := instant_span(said.value, zone)) is not None:
                return Said(span, said.source)
        return None


def one_line(value: object) -> str | None:
    """The words of a printable text of moderate length, or of a whole number; None of anything else."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        return None
    words = " ".join(str(value).split())
    return words if words and len(words) <= _LONGEST and words.isprintable() else None


def _number(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        found = float(value)
    except (ValueError, OverflowError):
        return None
    return found if math.isfinite(found) else None


def put_together(
    *,
    maker: str = "",
    warnings: tuple[str, ...] = (),
    **said: Said[Any] | None,
) -> Metadata:
    """Metadata of what was said, with the sources; `maker` is the provider that the dialect itself stands for."""
    known = {name: one for name, one in said.items() if one is not None}
    values: dict[str, Any] = {"provider": maker, "warnings": warnings}
    values |= {name: one.value for name, one in known.items()}
    return Metadata(**values, sources={name: one.source for name, one in known.items()})


# -- dates ---------------------------------------------------------------------------------------------------


def instant_span(text: object, zone: str = "", basis: Basis = Basis.PRODUCT_METADATA) -> DateSpan | None:
    """The span of an ISO 8601 instant with its zone, or of a plain ISO day; None of anything else.

    An instant without zone is only good for its day, unless `zone` ("+00:00") says what it is.
    """
    if not isinstance(text, str) or not text.isascii() or not text.strip().isprintable():
        return None
    text = text.strip()
    try:
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is None and zone and len(text) > len("2020-01-01"):
            moment = datetime.fromisoformat(text + zone)
        if moment.tzinfo is None:
            return day_span(moment.date(), text, basis)
        moment = moment.astimezone(UTC)
    except (ValueError, OverflowError):  # the year 1 in a zone east of Greenwich
        return None
    return DateSpan(moment.date(), moment.date(), Precision.INSTANT, basis, text, moment)


def day_span(day: date, verbatim: str, basis: Basis = Basis.PRODUCT_METADATA) -> DateSpan:
    """The span of one day."""
    return DateSpan(day, day, Precision.DAY, basis, verbatim)


def compact_span(text: object) -> DateSpan | None:
    """The span of ``20200415``, ``202004``, ``2020`` or the same with hyphens; None of anything else."""
    if not isinstance(text, str):
        return None
    match = re.fullmatch(r"(\d{4})(?:-?(\d\d)(?:-?(\d\d))?)?", text.strip(), re.ASCII)
    if match is None:
        return None
    try:
        return parse_span("-".join(filter(None, match.groups())), basis=Basis.PRODUCT_METADATA)
    except InputRefused:
        return None


def hull(spans: list[Said[DateSpan]]) -> Said[DateSpan] | None:
    """All of them: the one day that they share, else a range over them; None of none.

    The source is the earliest one's. Only spans with both ends are counted.
    """
    closed = [said for said in spans if said.value.earliest and said.value.latest]
    if not closed:
        return None
    first = min(closed, key=lambda one: (one.value.earliest or date.max, one.value.verbatim))
    last = max(closed, key=lambda one: (one.value.latest or date.min, one.value.verbatim))
    if first.value == last.value:
        return first
    days = first.value.earliest, last.value.latest
    precision = Precision.DAY if days[0] == days[1] else Precision.RANGE
    text = f"{first.value.verbatim}/{last.value.verbatim}"
    return Said(DateSpan(*days, precision, Basis.PRODUCT_METADATA, text), first.source)


_OLD_LANDSAT = re.compile(
    r"(?<![A-Za-z0-9])L(?:[1-5]\d{6}|7\d{7})_\d{3}(?P<y>\d{4})(?P<m>\d\d)(?P<d>\d\d)(?!\d)", re.ASCII
)
_MAXAR = re.compile(r"(?P<y>\d\d)(?P<m>[A-Z]{3})(?P<d>\d\d)\d{6}-[A-Z]\d[A-Z]{2}(?=[-_])", re.ASCII)
_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")


def name_span(name: str) -> DateSpan | None:
    """The date in a name: as `span_from_name` reads it, after two forms that only their archives write.

    They are Landsat's of before 2012 (``L71119038_03820000317``) and Maxar's (``21NOV14023110-M2AS-``).

    Raises
    ------
    InputRefused
        when the name can be read in two ways.
    """
    match = _OLD_LANDSAT.search(name) or _MAXAR.match(name)
    if match is None or (day := _day_of(match)) is None:
        return span_from_name(name)
    return day_span(day, name, Basis.FILE_NAME)


def _day_of(match: re.Match[str]) -> date | None:
    year, month = match["y"], match["m"]
    try:
        number = int(month) if month.isdigit() else _MONTHS.index(month) + 1
        return date(int(year) if len(year) == 4 else 2000 + int(year), number, int(match["d"]))
    except ValueError:
        return None
