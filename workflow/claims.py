"""Claims: what a published sentence rests on, what that gave, and how what it gives now differs. Pure.

A claim's query asks for an *event* of a target, for a *growth* count, or for nothing: then somebody else says it.
Results are JSON objects, frozen with the claim::

    event   found earliest latest phrase seen source witnesses contradictions doubts remarks reviewed
            synthetic
    growth  at_least at_most targets synthetic

`earliest` is excluded and `latest` included, None is open, as in a timeline. A witness has ``capture sha256 file state
date``, or ``publication``; a target of a count ``site target counts earliest latest phrase witnesses source``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from itertools import combinations
from math import inf
from typing import Any

from cattrs import BaseValidationError

from workflow.codec import decode, encode
from workflow.errors import InputRefused
from workflow.model import Basis, DateSpan, Event, Subset
from workflow.timespan import Language, format_day, format_span, parse_span, unseen_phrase
from workflow.words import say

__all__ = [
    "IMAGERY",
    "PUBLICATION",
    "Bound",
    "EventQuery",
    "Frozen",
    "GrowthQuery",
    "Published",
    "Query",
    "Series",
    "Standing",
    "arrival_in",
    "bound_of",
    "by_day",
    "clashes",
    "counted_by",
    "dated_in",
    "days_of",
    "differences",
    "differing_targets",
    "published_span",
    "query_json",
    "read_query",
    "said_words",
    "standing",
    "warnings_of",
    "words",
]

IMAGERY, PUBLICATION = "imagery", "publication"
Result = Mapping[str, Any]
Row = dict[str, Any]


class Series(StrEnum):
    """What is counted: targets that had ever appeared, or those that stood on the day."""

    APPEARED = "appeared"
    STANDING = "standing"


class Bound(StrEnum):
    """Which number of a count a sentence says, and is held to."""

    LEAST = "at least"
    MOST = "at most"
    BOTH = "both"


@dataclass(frozen=True, slots=True)
class EventQuery:
    """When something happened to a target, by imagery or by publication; of several such events the first."""

    site: str
    target: str
    event: Event
    source: str = IMAGERY
    approved: bool = False


@dataclass(frozen=True, slots=True)
class GrowthQuery:
    """How many targets of a subset there were by the end of a day."""

    day: date
    series: Series = Series.APPEARED
    subset: Subset = field(default_factory=Subset)
    approved: bool = False


@dataclass(frozen=True, slots=True)
class Published:
    """Somebody else's statement, which is held and not derived: its number, of what, and when.

    `bound` is whether the statement says at least or at most that number; both where it says neither.
    """

    number: int | None = None
    what: str = ""
    when: DateSpan | None = None
    bound: Bound = Bound.BOTH


Query = EventQuery | GrowthQuery | Published
_KINDS: Mapping[str, type[EventQuery] | type[GrowthQuery] | type[Published]] = {
    "event": EventQuery,
    "growth": GrowthQuery,
    "none": Published,
}


@dataclass(frozen=True, slots=True)
class Frozen:
    """What a query gave on a day (YYYY-MM-DD), from so many revisions; "" and 0 where nothing was derived."""

    query: Query
    result: dict[str, object] = field(default_factory=dict)
    as_of: str = ""
    chain: int = 0


def query_json(query: Query) -> dict[str, object]:
    """The query as a claim keeps it."""
    kind = next(name for name, known in _KINDS.items() if isinstance(query, known))
    return {"kind": kind, **encode(query)}


def read_query(stated: Mapping[str, Any]) -> Query:
    """What `query_json` gave.

    Raises
    ------
    InputRefused
        when it is none: written by hand, or by a later version of the program.
    """
    kind = _KINDS.get(str(stated.get("kind")))
    try:
        if kind is not None:
            return decode(kind, {name: value for name, value in stated.items() if name != "kind"})
    except (BaseValidationError, ValueError):
        pass
    raise InputRefused("Query of a claim", "it cannot be read", "freeze the claim anew with a later version")


def counted_by(text: str) -> date:
    """The last day of a day, month or year as text: the day at whose end is counted.

    Raises
    ------
    InputRefused
        when it is no date, or has no end.
    """
    last = parse_span(text).latest
    if last is None:
        raise InputRefused(f"date '{text}'", "it has no end", "write it like 2019-12-31 or 2019")
    return last


def published_span(text: str) -> DateSpan:
    """The days that a publication gives: it dates what happened, so both ends hold.

    Raises
    ------
    InputRefused
        when it is no date.
    """
    return replace(parse_span(text), basis=Basis.PUBLISHED)


# -- how a claim stands --------------------------------------------------------------------------------------


class Standing(StrEnum):
    """How the present result is to what was claimed, both as intervals of days or numbers.

    What is claimed is the frozen result, or what the sentence says where that is weaker: "by 2022" where the evidence
    gave 2021, "at least 3" where it gave 4. The present result lies within it (`HOLDS`), and is smaller than the
    frozen one (`NARROWED`); or it does not: it holds the frozen one and more (`WIDENED`), shares a part with what is
    claimed (`CHANGED`), or nothing (`CONTRADICTED`), as also where imagery and a publication disagree since.
    """

    HOLDS = "holds"
    NARROWED = "narrowed"
    WIDENED = "widened"
    CHANGED = "changed"
    CONTRADICTED = "contradicted"
    NOT_DERIVED = "not derived"
    UNREADABLE = "unreadable"
    WITHDRAWN = "withdrawn"

    @property
    def stands(self) -> bool | None:
        """Whether the sentence is still borne out; None where that is not for us to say."""
        if self in (Standing.NOT_DERIVED, Standing.WITHDRAWN):
            return None
        return self in (Standing.HOLDS, Standing.NARROWED)


Ends = tuple[float, float]


def standing(sentence: str, query: Query, frozen: Result, present: Result) -> Standing:
    """How the claim stands, by its sentence, its query and both results."""
    if isinstance(query, Published):
        return Standing.NOT_DERIVED
    if isinstance(query, GrowthQuery):
        bounds = _said_bounds(sentence)
        then, now = (_cut(result, bounds) for result in (frozen, present))
        claimed = (
            min(then[0], *(number for bound, number, _ in bounds if bound is Bound.LEAST), inf),
            max(then[1], *(number for bound, number, _ in bounds if bound is Bound.MOST), -inf),
        )
        return _judged(claimed, then, now, _apart(claimed, (present["at_least"], present["at_most"])))
    then, now, said = _days(frozen), _days(present), _date_in(sentence)
    claimed = _span_ends(said) if said and _within(then, _span_ends(said)) else then
    torn = "sources disagree" in present["doubts"] and "sources disagree" not in frozen["doubts"]
    return _judged(claimed, then, now, torn or _apart(claimed, now))


def _cut(result: Result, bounds: Sequence[tuple[Bound, int, str]]) -> Ends:
    """Of both numbers of a count those that the sentence speaks of, the other end open."""
    spoken = {bound for bound, _, _ in bounds} or set(Bound)
    return (
        result["at_least"] if Bound.LEAST in spoken else -inf,
        result["at_most"] if Bound.MOST in spoken else inf,
    )


def _judged(claimed: Ends, then: Ends, now: Ends, is_contradicted: bool) -> Standing:
    if is_contradicted:
        return Standing.CONTRADICTED
    if _within(now, claimed):
        return Standing.NARROWED if now != then and _within(now, then) else Standing.HOLDS
    return Standing.WIDENED if _within(then, now) else Standing.CHANGED


def _within(inner: Ends, outer: Ends) -> bool:
    return outer[0] <= inner[0] and inner[1] <= outer[1]


def _apart(one: Ends, other: Ends) -> bool:
    return one[0] > other[1] or other[0] > one[1]


def _days(result: Result) -> Ends:
    """First and last possible day, as ordinals."""
    after, by = result["earliest"], result["latest"]
    return (
        date.fromisoformat(after).toordinal() + 1 if after else -inf,
        date.fromisoformat(by).toordinal() if by else inf,
    )


# -- what differs --------------------------------------------------------------------------------------------


def differences(query: Query, frozen: Result, present: Result, language: Language = "en") -> list[Row]:
    """Rows ``what before after`` of what the present result has otherwise than the frozen one, in words."""
    if isinstance(query, Published):
        return []
    if isinstance(query, GrowthQuery):
        numbers = [
            _difference(say(name.replace("_", " "), language), frozen[name], present[name])
            for name in _NUMBERS
        ]
        return [row for row in numbers if row] + _target_differences(frozen, present, language)
    pairs = [
        (say("when", language), _spelt(frozen, language), _spelt(present, language)),
        *_witness_pairs(frozen, present, language),
        *(
            (say(what, language), _told(frozen[name], language), _told(present[name], language))
            for what, name in _TOLD.items()
        ),
    ]
    return [row for row in (_difference(*pair) for pair in pairs) if row]


_NUMBERS = ("at_least", "at_most")
_TOLD = {"reviewed": "reviewed", "does not fit": "contradictions", "bounds nothing": "remarks"}


def _difference(what: str, before: Any, after: Any) -> Row | None:
    return None if before == after else {"what": what, "before": before, "after": after}


def _spelt(result: Result, language: Language = "en") -> str:
    """The phrase, and its two days where it does not name them."""
    if not result["found"]:
        return say("nothing dates it", language)
    after, by = (result[end] and date.fromisoformat(result[end]) for end in ("earliest", "latest"))
    if not (after and by) or result["phrase"].startswith("between"):
        return dated_in(str(result["phrase"]), language)
    return say(
        "{phrase} (after {after}, by {by})",
        language,
        phrase=dated_in(result["phrase"], language),
        after=format_day(after, language),
        by=format_day(by, language),
    )


def dated_in(text: str, language: Language) -> str:
    """A date in the words in which a result was frozen, in a language; what is none stays as it is."""
    if language == "en":
        return text
    unseen = text.removeprefix(_UNSEEN)
    try:
        span = parse_span(unseen)
    except InputRefused:
        return text
    if unseen != text:
        return unseen_phrase(span.latest, language)
    return format_span(span, language)


_UNSEEN = "not seen as of "


def _told(value: bool | Sequence[str], language: Language) -> str:
    if isinstance(value, bool):
        return say("yes" if value else "no", language)
    return " ".join(value) or say("nothing", language)


def _witness_pairs(frozen: Result, present: Result, language: Language) -> Iterator[tuple[str, str, str]]:
    before, after = ({_witness_key(one): one for one in result["witnesses"]} for result in (frozen, present))
    for key in dict.fromkeys((*before, *after)):
        name = say("witness {name}", language, name=key)
        yield name, _witness_words(before.get(key), language), _witness_words(after.get(key), language)


def _witness_key(witness: Mapping[str, Any]) -> str:
    return str(witness.get("file") or witness.get("capture") or witness["publication"])


def _witness_words(witness: Mapping[str, Any] | None, language: Language) -> str:
    if witness is None:
        return say("bounds nothing", language)
    if "publication" in witness:
        return say("bounds it", language)
    state, day = say(witness["state"], language), dated_in(witness["date"], language)
    return f"{state}, {day}, SHA-256 {witness['sha256'][:12]}…"


Place = tuple[str, str]


def differing_targets(frozen: Result, present: Result) -> tuple[Place, ...]:
    """Site and target of each part of a count that is otherwise now."""
    before, after = _parts(frozen), _parts(present)
    return tuple(key for key in sorted(before.keys() | after.keys()) if before.get(key) != after.get(key))


def _parts(result: Result) -> dict[Place, Mapping[str, Any]]:
    return {(one["site"], one["target"]): one for one in result["targets"]}


def _target_differences(frozen: Result, present: Result, language: Language) -> list[Row]:
    before, after = _parts(frozen), _parts(present)
    rows = []
    for key in differing_targets(frozen, present):
        was, now = (_target_words(parts.get(key), language) for parts in (before, after))
        if was == now:  # the same days from other witnesses
            was, now = (
                say(_BOUNDED, language, words=was, witnesses=", ".join(parts[key]["witnesses"]))
                for parts in (before, after)
            )
        rows.append({"what": "/".join(key), "before": was, "after": now})
    return rows


_BOUNDED = "{words}, bounded by {witnesses}"


def _target_words(part: Mapping[str, Any] | None, language: Language) -> str:
    if part is None:
        return say("not counted", language)
    phrase = arrival_in(part["phrase"], language)
    return f"{say(part['counts'], language)}, {phrase} ({say(part['source'], language)})"


def arrival_in(text: str, language: Language) -> str:
    """``appeared late 2021; removed by 3 May 2022`` as a count froze it, in a language."""
    if language == "en":
        return text
    pairs = (one.partition(" ") for one in text.split("; "))
    return "; ".join(
        say("{event} {phrase}", language, event=say(event, language), phrase=dated_in(phrase, language))
        for event, _, phrase in pairs
    )


# -- in words ------------------------------------------------------------------------------------------------


def by_day(day: date) -> str:
    """``by the end of 2022``, or ``by 3 May 2022``."""
    return f"by {_end(day)}"


def _end(day: date, language: Language = "en") -> str:
    if (day.month, day.day) == (12, 31):
        return say("the end of {year}", language, year=day.year)
    return format_day(day, language)


def words(query: Query, result: Result, language: Language = "en") -> str:
    """A result in a few words; of somebody else's statement, its date and number."""
    if isinstance(query, Published):
        when = query.when and (query.when.verbatim or format_span(query.when))
        parts = (said_words(query, language), when and dated_in(when, language))
        return ", ".join(str(part) for part in parts if part) or say("no number, no date", language)
    if isinstance(query, GrowthQuery):
        verb = "had appeared" if query.series is Series.APPEARED else "stood"
        return say(
            f"at least {{least}}, at most {{most}} {verb} by {{when}}",
            language,
            least=result["at_least"],
            most=result["at_most"],
            when=_end(query.day, language),
        )
    spelt = _spelt(result, language)
    if not (result["found"] and result["seen"]):
        return spelt
    return say("{spelt}, by {source}", language, spelt=spelt, source=say(result["source"], language))


def said_words(query: Published, language: Language = "en") -> str:
    """``at least 42 crossings``: number and what it counts, or "" where there is no number."""
    if query.number is None:
        return ""
    bound = "" if query.bound is Bound.BOTH else say(query.bound.value, language)
    return f"{bound} {query.number} {query.what}".strip()


# -- what a sentence says ------------------------------------------------------------------------------------

_WORDS = (
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"),
    *("eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"),
    "twenty",
)
_NUMBER = rf"(\d{{1,3}}(?:[,\u202f]\d{{3}})+|\d{{1,9}}|{'|'.join(_WORDS)})\b"
_SAYS = tuple(
    (bound, step, re.compile(rf"\b(?:{pattern})\s+{_NUMBER}", re.IGNORECASE))
    for bound, step, pattern in (
        (Bound.LEAST, 0, "at least|no fewer than|not fewer than|no less than|a minimum of"),
        (Bound.LEAST, 1, "(?<!no )(?<!not )more than"),
        (Bound.MOST, 0, "at most|no more than|not more than|a maximum of"),
        (Bound.MOST, -1, "(?<!no )(?<!not )(?:fewer|less) than"),
    )
)
_PLAIN = re.compile(rf"\b{_NUMBER}", re.IGNORECASE)
_YEAR = re.compile(r"\b(?:1[89]|20|21)\d\d")
_LONGEST_DATE = 9  # words


def bound_of(sentence: str) -> Bound:
    """Which number the sentence says: both where it says neither "at least" nor "at most"."""
    said = {bound for bound, _, _ in _said_bounds(sentence)}
    return said.pop() if len(said) == 1 else Bound.BOTH


def _said_bounds(sentence: str) -> list[tuple[Bound, int, str]]:
    """Bound, number and the words of each."""
    return [
        (bound, _value(match[1]) + step, match[0])
        for bound, step, pattern in _SAYS
        for match in pattern.finditer(sentence)
    ]


def _value(number: str) -> int:
    lower = number.lower()
    return _WORDS.index(lower) if lower in _WORDS else int(re.sub(r"\D", "", number))


def warnings_of(sentence: str, query: Query, result: Result, language: Language = "en") -> tuple[str, ...]:
    """Sentences on what the claim says otherwise than its result: a number, a date that is sharper, another day."""
    if isinstance(query, Published):
        return ()
    bounds = _said_bounds(sentence)
    rest = sentence
    for _, _, said in bounds:
        rest = rest.replace(said, " ")
    when = _date_in(rest)
    if isinstance(query, EventQuery):
        return tuple(_date_warnings(when, result, language))
    if when is not None:
        rest = rest.replace(when.verbatim, " ")
    return (*_number_warnings(bounds, rest, result, language), *_day_warnings(when, query, language))


def _number_warnings(
    bounds: Sequence[tuple[Bound, int, str]], rest: str, result: Result, language: Language
) -> Iterator[str]:
    least, most = result["at_least"], result["at_most"]
    for bound, number, said in bounds:
        if (bound is Bound.LEAST and number > least) or (bound is Bound.MOST and number < most):
            yield say(_GIVES, language, said=said, least=least, most=most)
    plain = None if bounds else _PLAIN.search(rest)
    if plain and not least <= _value(plain[1]) <= most:
        yield say(_GIVES, language, said=plain[1], least=least, most=most)


_GIVES = "The sentence says “{said}”, the evidence gives at least {least}, at most {most}."


def _day_warnings(when: DateSpan | None, query: GrowthQuery, language: Language) -> Iterator[str]:
    if when is not None and when.latest != query.day:
        yield say(
            "The sentence says “{said}”, the count is of the end of {day}.",
            language,
            said=when.verbatim,
            day=format_day(query.day, language),
        )


def _date_warnings(when: DateSpan | None, result: Result, language: Language) -> Iterator[str]:
    if not result["found"]:
        yield say("Nothing dates this event yet: the sentence rests on nothing here.", language)
    elif when is not None:
        said, known = _span_ends(when), _days(result)
        texts = {"said": when.verbatim, "phrase": dated_in(result["phrase"], language)}
        if _apart(said, known):
            yield say(
                "The sentence says “{said}”, the evidence {phrase}: they share no day.", language, **texts
            )
        elif not _within(known, said):
            yield say(
                "The sentence says “{said}”, which is sharper than the evidence: {phrase}.", language, **texts
            )


def _span_ends(span: DateSpan) -> Ends:
    return (
        span.earliest.toordinal() if span.earliest else -inf,
        span.latest.toordinal() if span.latest else inf,
    )


def _date_in(sentence: str) -> DateSpan | None:
    """The longest run of words that is a date with a year."""
    tokens = sentence.split()
    for size in range(min(_LONGEST_DATE, len(tokens)), 0, -1):
        for start in range(len(tokens) - size + 1):
            text = " ".join(tokens[start : start + size]).strip(" ,.;:()“”\"'")
            if _YEAR.search(text):
                try:
                    return parse_span(text)
                except InputRefused:
                    continue
    return None


# -- statements on one topic ---------------------------------------------------------------------------------


def days_of(query: Query, result: Result) -> Ends | None:
    """First and last day that a claim speaks of, as ordinals; None where it names none."""
    if isinstance(query, EventQuery):
        return _days(result) if result["found"] else None
    if isinstance(query, GrowthQuery):
        return (-inf, query.day.toordinal())
    return _span_ends(query.when) if query.when else None


def clashes(rivals: Sequence[tuple[str, str, Ends | None]], language: Language = "en") -> tuple[str, ...]:
    """A sentence for every two statements on one topic that share no day; each is given by name, date, days.

    They are told apart, and never averaged.
    """
    return tuple(
        say(
            "{one} ({when}) and {other} ({then}) share no day.",
            language,
            one=one[0],
            when=one[1],
            other=other[0],
            then=other[1],
        )
        for one, other in combinations([rival for rival in rivals if rival[2] is not None], 2)
        if one[2] and other[2] and _apart(one[2], other[2])
    )
