"""What the program says far from the pages (refusals, findings, warnings), in the page's language.

It is made in English, as the record and the commands have it, and read back here by its template. The catalogues in
``locale/ko/told`` have English templates with fields and Korean ones with the same fields: ``{name}`` is any text,
``{name:told}`` is read in its turn, ``{name:list}`` is several of these, ``{name:date}`` is a date, ``{name:field}``
has fields of the record, ``{_}`` is an ending that Korean has not. Of several templates that fit, the one with most
text of its own counts. A refusal, ``subject: problem; remedy.``, is read by its parts. What is not read whole stays
English.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from pathlib import Path
from string import Formatter

from dashboard.language import catalogue, language
from workflow.datewords import Language
from workflow.errors import InputRefused
from workflow.timespan import format_span, parse_span

__all__ = ["FIELDS", "FOLDER", "field_name", "in_korean", "told"]

_KOREAN = Path(__file__).resolve().parent / "locale" / "ko"
FOLDER = _KOREAN / "told"
FIELDS = _KOREAN / "names" / "fields.json"
"""Names of the fields of what the record holds."""
_OBJECT = re.compile(r"(annotation|capture|claim|figure|observation|site) (.+)", re.IGNORECASE | re.DOTALL)
_FIELD = re.compile(r"\{[^{}]*\}")
_ANY = "(?:(?!; ).)*"  # never beyond its part of a refusal
_HANGUL = re.compile("[\uac00-\ud7a3]")
_LONGEST = 600  # longer ones are nothing that the program says
_MOST_CUTS = 8


def told(sentence: object, chosen: Language | None = None) -> str:
    """A sentence of the program, or that of an error, in the `chosen` language; None is the session's."""
    return in_korean(str(sentence)) if (chosen or language()) == "ko" else str(sentence)


def field_name(path: str) -> str:
    """A field of an object in the record, such as ``acquired.latest``, in the session's language."""
    return _field(path) if language() == "ko" else path


@lru_cache(maxsize=4096)
def in_korean(sentence: str) -> str:
    """`sentence` in Korean; as it is where no template fits."""
    for read in (_refusal, _read, _stopped, _listed):
        if (found := read(sentence)) is not None:
            return found
    return sentence


def _stopped(text: str) -> str | None:
    """A sentence whose full stop was taken off, as the linter does, or part of one with a stop of its own."""
    if text.endswith("."):
        found = _read(text.removesuffix("."))
        return found and f"{found}."
    found = _read(f"{text}.")
    return found and found.removesuffix(".")


@lru_cache(maxsize=4096)  # what stands in a field is asked for again and again
def _read(text: str) -> str | None:
    for one in _templates() if len(text) <= _LONGEST else ():
        if one.may_fit(text) and (match := _compiled(one.pattern).fullmatch(text)):
            values = {name: _value(one.kinds[name], value) for name, value in match.groupdict().items()}
            if None not in values.values():
                return one.korean.format(**values)
    return catalogue("ko").get(text)


def _value(kind: str, text: str) -> str | None:
    if kind == "told":
        return _read(text) if text else ""
    if kind == "list":
        read = [_read(one) for one in text.split(", ")]
        return None if None in read else ", ".join(one for one in read if one is not None)
    if kind == "field":
        return ", ".join(map(_field, text.split(", ")))
    return (_date(text) or _read(text)) if kind == "date" else text


def _field(path: str) -> str:
    names = _names()
    return " · ".join(names.get(part, part) for part in path.split("."))


@lru_cache(maxsize=1)
def _names() -> dict[str, str]:
    return dict(json.loads(FIELDS.read_text(encoding="utf-8")))


def _date(text: str) -> str | None:
    try:
        return format_span(parse_span(text), "ko")
    except InputRefused:
        return None


def _refusal(text: str) -> str | None:
    """The first way to cut it into subject, problem and remedy of which the last two are known."""
    body = text.removesuffix(".")
    for colon in islice(re.finditer(": ", body), _MOST_CUTS):
        if _is_subject(body[colon.end() :].partition(": ")[0]):
            continue
        for semicolon in islice(re.finditer("; ", body[colon.end() :]), _MOST_CUTS):
            at = colon.end() + semicolon.start()
            remedy = _read(body[at + 2 :])
            problem = _read(body[colon.end() : at]) if remedy is not None else None
            if problem is not None:
                return f"{_subject(body[: colon.start()])}: {problem}; {remedy}."
    return None


def _is_subject(text: str) -> bool:
    """Whether it is more of what a refusal is about: an object or a field, and no part of the problem."""
    return text in _names() or _OBJECT.fullmatch(text) is not None


def _subject(text: str) -> str:
    """What a refusal is about: an object by its kind, a field, one in the other; a file's name stays."""
    return ": ".join(map(_named, text.split(": ")))


def _named(text: str) -> str:
    if match := _OBJECT.fullmatch(text):
        return f"{catalogue('ko')[match[1].lower()]} {match[2]}"
    return _read(text) or _names().get(text, text)


def _listed(text: str) -> str | None:
    """Several in one line or in lines of their own; what is Korean already stays."""
    for mark in ("\n", "; "):
        parts = text.split(mark)
        if 1 < len(parts) <= _MOST_CUTS:
            read = [one if _HANGUL.search(one) else _read(one) for one in parts]
            if None not in read:
                return mark.join(one for one in read if one is not None)
    return None


@dataclass(frozen=True, slots=True)
class _Template:
    """A pattern with the kinds of its fields and the Korean. `parts` is its own text around the fields."""

    pattern: str
    parts: tuple[str, ...]
    kinds: Mapping[str, str]
    korean: str

    def may_fit(self, text: str) -> bool:
        """Whether its own text stands there in order: far cheaper to tell than whether the pattern fits."""
        if not (text.startswith(self.parts[0]) and text.endswith(self.parts[-1])):
            return False
        at = 0
        for part in self.parts:
            at = text.find(part, at)
            if at < 0:
                return False
            at += len(part)
        return True


@lru_cache(maxsize=2048)  # more than there are
def _compiled(pattern: str) -> re.Pattern[str]:
    """Made when it is asked for: most never are."""
    return re.compile(pattern, re.DOTALL)


@lru_cache(maxsize=1)
def _templates() -> tuple[_Template, ...]:
    """All templates, those with most text of their own first; each twice, with short and with long fields."""
    found = [
        (english, korean)
        for file in sorted(FOLDER.glob("*.json"))
        for english, korean in json.loads(file.read_text(encoding="utf-8")).items()
    ]
    found.sort(key=lambda one: -len(_FIELD.sub("", one[0])))
    return tuple(_template(*one, ends) for one in found for ends in ("?", ""))


def _template(english: str, korean: str, ends: str) -> _Template:
    """A field takes as little as it can where it `ends` with "?", else as much."""
    pattern, kinds = "", dict[str, str]()
    for text, name, kind, _ in Formatter().parse(english):
        pattern += re.escape(text)
        if name is not None:
            pattern += f"(?P={name})" if name in kinds else f"(?P<{name}>{_ANY}{ends})"
            kinds.setdefault(name, kind or "")
    return _Template(pattern, tuple(_FIELD.split(english)), kinds, korean)
