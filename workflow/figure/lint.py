"""What an editor would send a figure back for, found before it is written. Pure: words and evidence in, findings out.

A finding *blocks*, or is told of. Either can be let pass by its code with a reason, which then stands in the sidecar.
The rules on words are those of ICD 203: a likelihood and a confidence do not share a sentence, and words of likelihood
of different rows do not share a text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from workflow.figure.captions import Shown
from workflow.licences import terms_of
from workflow.model import Allowance, Basis, DateSpan, Finding, Precision, State

__all__ = [
    "CODES",
    "EXTENT_NOTE",
    "ONE_STRETCH_NOTE",
    "STRETCH_NOTE",
    "Draft",
    "Lint",
    "lint",
    "passed",
]

STRETCH_NOTE = "Display stretch set for each picture."
ONE_STRETCH_NOTE = "One display stretch for all pictures on the map."
EXTENT_NOTE = "The panels differ in extent and scale."


@dataclass(frozen=True, slots=True)
class Lint:
    """One finding: its code, whether the figure is refused for it, what is wrong and what to do."""

    code: str
    blocks: bool
    what: str
    remedy: str

    @property
    def sentence(self) -> str:
        """The two as one sentence."""
        return f"{self.what}; {self.remedy}."


@dataclass(frozen=True, slots=True)
class Draft:
    """A figure that is not written yet, as far as it can be judged without its pixels.

    `notes` is what it declares in words, `finding` the interval that it speaks of, `unreviewed` the files on which
    rests what nobody approved. `same_extent` says that all panels show the same ground. `left_out` are annotations
    that do not fit their picture, `glyphless` characters without a picture in the typeface.
    """

    pictures: tuple[Shown, ...]
    caption: str = ""
    notes: tuple[str, ...] = ()
    finding: Finding | None = None
    unreviewed: tuple[str, ...] = ()
    same_extent: bool = True
    one_by_default: bool = False
    left_out: tuple[str, ...] = ()
    glyphless: str = ""
    hidden_site: str = ""


# code: whether it blocks, what to do
CODES: dict[str, tuple[bool, str]] = {
    "no-date": (True, "date it with 'sitetrack captures date'"),
    "copyright-year": (True, "date it with 'sitetrack captures date', or leave it out"),
    "over-precise-date": (True, "write the date as fine as its source has it"),
    "date-unconfirmed": (False, "confirm it with 'sitetrack captures proposals --take', or state another"),
    "date-not-in-evidence": (False, "see that another source has it"),
    "no-credit": (True, "give one with --credit TEXT"),
    "credit-unfinished": (True, "fill it in with 'sitetrack captures describe --credit TEXT'"),
    "credit-without-owner": (False, "name the owner as the terms ask"),
    "licence-forbids": (True, "choose another picture, or ask the owner"),
    "licence-terms": (False, "see that they allow the use"),
    "stretch-differs": (True, "declare it in the notes"),
    "extent-differs": (True, "declare it in the notes"),
    "contradiction": (False, "have it reviewed first"),
    "disputed": (False, "have it reviewed first"),
    "unreviewed": (False, "have it reviewed first"),
    "likelihood-with-confidence": (True, "say the two in two sentences"),
    "mixed-likelihoods": (False, "keep to one word of likelihood"),
    "confirmed": (True, "write what is seen, or show a second source"),
    "one-panel": (False, "name others with --captures"),
    "left-out": (False, "draw them anew on this picture"),
    "no-glyph": (False, "write it otherwise"),
    "not-public": (False, "leave it so"),
}

_UNFINISHED = re.compile(r"\[[^\]]*\]")
_FORBIDS = re.compile(
    r"not for (?:publication|release)|no publication|(?:do|must) not (?:be )?publish|internal use|confidential"
    r"|all uses prohibited",
    re.I,
)
_NO_DERIVATIVES = re.compile(r"\bcc[- ]by(?:[- ]nc)?[- ]nd\b|no derivatives", re.I)
_TERMS = re.compile(r"no analysis products|as licensed|\bnc\b|non-?commercial|quotation", re.I)
_ROWS = (
    ("almost no chance", "remote"),
    ("very unlikely", "highly improbable"),
    ("unlikely", "improbable"),
    ("roughly even chance", "roughly even odds"),
    ("likely", "probable", "probably"),
    ("very likely", "highly probable"),
    ("almost certain", "almost certainly", "nearly certain"),
)
_TERM_ROW = {term: row for row, terms in enumerate(_ROWS) for term in terms}
# the longer words first: "very unlikely" holds "unlikely" and "likely"
_LIKELIHOOD = re.compile(rf"\b(?:{'|'.join(sorted(_TERM_ROW, key=len, reverse=True))})\b", re.I)
_CONFIDENCE = re.compile(r"\b(?:low|moderate|medium|high)[- ]confidence\b|\bconfidence (?:is|was) \w+", re.I)
_CONFIRMED = re.compile(r"\bconfirm(?:s|ed|ation)?\b|확인(?:됐|되었|됨|했)", re.I)
_SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[^a-z])")
_MONTHS = "January|February|March|April|May|June|July|August|September|October|November|December"
_DAYS = (
    re.compile(rf"\b(?P<month>{_MONTHS}) (?P<day>\d{{1,2}}), (?P<year>\d{{4}})\b"),
    re.compile(rf"\b(?P<day>\d{{1,2}}) (?P<month>{_MONTHS}) (?P<year>\d{{4}})\b"),
    re.compile(r"\b(?P<year>\d{4})-(?P<month>\d{2})-(?P<day>\d{2})\b"),
    re.compile(r"(?P<year>\d{4})년 ?(?P<month>\d{1,2})월 ?(?P<day>\d{1,2})일"),
)
_MONTH_YEAR = re.compile(rf"\b(?P<month>{_MONTHS}) (?P<year>\d{{4}})\b")
_FINE = (Precision.INSTANT, Precision.DAY)


def lint(draft: Draft) -> tuple[Lint, ...]:
    """All that is to be said against a draft, in the order of `CODES`."""
    told = [_found(code, what) for code, what in (*_pictures(draft), *_evidence(draft), *_words(draft))]
    order = list(CODES)
    return tuple(sorted(dict.fromkeys(told), key=lambda one: order.index(one.code)))


def passed(found: Sequence[Lint], allow: Sequence[Allowance]) -> tuple[Lint, ...]:
    """What of `found` is not let pass."""
    codes = {one.code for one in allow}
    return tuple(one for one in found if one.code not in codes)


def _found(code: str, what: str) -> Lint:
    blocks, remedy = CODES[code]
    return Lint(code, blocks, what, remedy)


# -- the pictures --------------------------------------------------------------------------------------------


def _pictures(draft: Draft) -> Iterator[tuple[str, str]]:
    for one in draft.pictures:
        capture = one.capture
        name = f"Capture {capture.file}"
        if capture.acquired.basis is Basis.COPYRIGHT_YEAR:
            year = f" {capture.acquired.latest.year}" if capture.acquired.latest else ""
            yield (
                "copyright-year",
                f"{name} has a copyright year{year} alone, which is no date of the picture",
            )
        elif not capture.is_dated or capture.acquired.precision is Precision.UNKNOWN:
            yield "no-date", f"{name} has no date"
        elif not capture.date_is_confirmed:
            yield (
                "date-unconfirmed",
                f"The date of {capture.file} is a tag of its file that nobody has confirmed",
            )
        if not one.credit:
            yield "no-credit", f"{name} has no credit line"
        elif _UNFINISHED.search(one.credit):
            yield "credit-unfinished", f"The credit of {capture.file} is not filled in ({one.credit})"
        elif (terms := terms_of(capture.licence)) and not re.search(terms.owner, one.credit, re.I):
            yield (
                "credit-without-owner",
                f"The credit of {capture.file} does not name whom the terms of {terms.name} ask to be named "
                f"({one.credit})",
            )
        if _FORBIDS.search(capture.licence):
            yield "licence-forbids", f"The licence of {capture.file} forbids it ({capture.licence})"
        elif one.marked and _NO_DERIVATIVES.search(capture.licence):
            yield (
                "licence-forbids",
                f"The licence of {capture.file} forbids drawing on it ({capture.licence})",
            )
        elif _TERMS.search(capture.licence):
            yield "licence-terms", f"{capture.file} comes with terms ({capture.licence})"
    on_map = [one.capture for one in draft.pictures]
    if len({capture.stretch[:3] for capture in on_map}) > 1 and not {STRETCH_NOTE, ONE_STRETCH_NOTE} & {
        *draft.notes
    }:
        yield "stretch-differs", "The panels differ in display stretch and the figure does not say so"
    if not draft.same_extent and not any(note.startswith(EXTENT_NOTE) for note in draft.notes):
        yield "extent-differs", "The panels differ in extent and the figure does not say so"
    if draft.one_by_default:
        yield "one-panel", "One capture alone shows the site: the figure has one panel"
    for what in draft.left_out:
        yield "left-out", what
    if draft.glyphless:
        yield "no-glyph", f"The typeface has no picture for {' '.join(draft.glyphless)}"
    if draft.hidden_site:
        yield (
            "not-public",
            f"Site {draft.hidden_site} is not public: its coordinates are left out of the figure",
        )


# -- the evidence --------------------------------------------------------------------------------------------


def _evidence(draft: Draft) -> Iterator[tuple[str, str]]:
    for one in draft.pictures:
        if "disputed" in one.state:
            yield "disputed", f"Analysts disagree on {one.capture.file}"
    if draft.unreviewed:
        yield "unreviewed", f"What is said of {_listed(draft.unreviewed)} is unreviewed"
    if draft.finding is not None:
        if not draft.finding.reviewed:
            yield "unreviewed", "The interval in the caption rests on unreviewed observations"
        for sentence in draft.finding.contradictions:
            yield "contradiction", sentence.removesuffix(".")


def _listed(files: Sequence[str]) -> str:
    return ", ".join(files[:3]) + (f" and {len(files) - 3} more" if len(files) > 3 else "")


# -- the words -----------------------------------------------------------------------------------------------


def _words(draft: Draft) -> Iterator[tuple[str, str]]:
    yield from _dates(draft)
    for sentence in _SENTENCE.split(draft.caption):
        likelihood, confidence = _LIKELIHOOD.search(sentence), _CONFIDENCE.search(sentence)
        if likelihood and confidence:
            words = f"'{likelihood[0]}' and '{confidence[0]}'"
            yield "likelihood-with-confidence", f"One sentence has a likelihood and a confidence ({words})"
    rows = {_TERM_ROW[match[0].lower()]: match[0] for match in _LIKELIHOOD.finditer(draft.caption)}
    if len(rows) > 1:
        yield "mixed-likelihoods", f"The caption mixes likelihoods ({', '.join(rows.values())})"
    said = _CONFIRMED.search(draft.caption)
    sources = {
        one.capture.provider or one.credit for one in draft.pictures if one.state == State.PRESENT.value
    }
    if said and len(sources) < 2:
        yield "confirmed", f"'{said[0]}' needs two independent sources, and the figure shows {len(sources)}"


def _dates(draft: Draft) -> Iterator[tuple[str, str]]:
    """Days and months in the caption that are finer than the pictures, or stand in none of them."""
    spans = [one.capture.acquired for one in draft.pictures]
    known = {day for span in spans if _states_days(span) for day in (span.earliest, span.latest) if day}
    if draft.finding is not None:
        known |= {day for day in (draft.finding.after, draft.finding.by) if day}
    for text, day in _days_in(draft.caption):
        if day in known:
            continue
        coarse = next((span for span in spans if not _states_days(span) and _within(day, span)), None)
        if coarse is not None:
            yield "over-precise-date", f"The caption says {text}, its picture no more than {_coarse(coarse)}"
        else:
            yield "date-not-in-evidence", f"The caption says {text}, which no picture of the figure has"
    for match in _MONTH_YEAR.finditer(draft.caption):
        month, year = _month(match["month"]), int(match["year"])
        years = [
            span for span in spans if span.precision is Precision.YEAR and _within(date(year, month, 1), span)
        ]
        if years:
            yield (
                "over-precise-date",
                f"The caption says {match[0]}, its picture no more than {_coarse(years[0])}",
            )


def _states_days(span: DateSpan) -> bool:
    return span.precision in _FINE or span.precision is Precision.RANGE


def _within(day: date, span: DateSpan) -> bool:
    known = span.earliest is not None or span.latest is not None
    return known and (span.earliest or date.min) <= day <= (span.latest or date.max)


def _coarse(span: DateSpan) -> str:
    end = span.latest or span.earliest or date.max  # a span without ends holds no day
    return (
        str(end.year)
        if span.precision is Precision.YEAR
        else f"{_MONTHS.split('|')[end.month - 1]} {end.year}"
    )


def _days_in(text: str) -> Iterator[tuple[str, date]]:
    for form in _DAYS:
        for match in form.finditer(text):
            try:
                yield match[0], date(int(match["year"]), _month(match["month"]), int(match["day"]))
            except ValueError:
                continue  # 31 April: no date at all


def _month(name: str) -> int:
    return int(name) if name.isdigit() else _MONTHS.split("|").index(name) + 1
