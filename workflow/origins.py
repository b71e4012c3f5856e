"""How a screenshot came about, as somebody states it: checked texts, an address that is never fetched."""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from workflow.errors import InputRefused
from workflow.model import DateSpan, Origin, Precision
from workflow.timespan import parse_span

__all__ = ["ORIGIN_FIELDS", "stated_origin"]

ORIGIN_FIELDS = ("url", "viewer", "at", "by", "how")
_LONGEST = {"url": 2000, "viewer": 200, "at": 60, "by": 200, "how": 500}
_WORDS = {
    "url": "source URL",
    "viewer": "viewer",
    "at": "time of the screenshot",
    "by": "who made the screenshot",
    "how": "how the screenshot was made",
}


def stated_origin(
    *, url: str = "", viewer: str = "", at: str = "", by: str = "", how: str = "", now: datetime | None = None
) -> Origin | None:
    """The origin of these texts, None where all are empty; `now` (aware) is what the time is held against.

    Raises
    ------
    InputRefused
        when the address does not begin with http:// or https://, the time is no day or instant with its zone, or a text
        is too long or holds a control character.
    """
    said = {
        name: _line(name, text)
        for name, text in (("url", url), ("viewer", viewer), ("at", at), ("by", by), ("how", how))
    }
    if not any(said.values()):
        return None
    return Origin(
        **said | {"url": _address(said["url"]), "at": _moment(said["at"], now or datetime.now(UTC))}
    )


def _line(name: str, text: str) -> str:
    words = " ".join(unicodedata.normalize("NFC", text).split())
    if len(words) > _LONGEST[name]:
        raise InputRefused(_WORDS[name], f"it has {len(words)} characters", f"keep it to {_LONGEST[name]}")
    if not words.isprintable():
        raise InputRefused(_WORDS[name], "it holds a control character", "take it out")
    return words


def _address(text: str) -> str:
    if not text:
        return ""
    try:
        parts = urlsplit(text)
        well_formed = parts.scheme.lower() in ("http", "https") and bool(parts.hostname)
        well_formed = well_formed and parts.username is None and parts.port != 0
    except ValueError:
        well_formed = False
    if not well_formed or re.search(r"[\s<>\"'`\\]", text):
        raise InputRefused(
            f"source URL '{text[:80]}'",
            "it is no address of a page",
            "write it like https://example.org/page, without a name and a password in it",
        )
    return text


def _moment(text: str, now: datetime) -> str:
    if not text:
        return ""
    subject = f"time of the screenshot '{text}'"
    span = parse_span(text)
    if span.precision not in (Precision.DAY, Precision.INSTANT) or span.earliest is None or _has_time(span):
        raise InputRefused(
            subject,
            "it is no day, and no instant with its zone",
            "write it like 2023-04-14 or 2023-04-14T09:30:00+09:00",
        )
    # a day begins half a day earlier in the east
    if (span.instant and span.instant > now) or span.earliest > (now + timedelta(hours=14)).date():
        raise InputRefused(subject, "it lies in the future", "write when it was made")
    return span.instant.isoformat().replace("+00:00", "Z") if span.instant else span.earliest.isoformat()


def _has_time(span: DateSpan) -> bool:
    """Whether a time of day without a zone stands beside the day, which would be lost."""
    return span.instant is None and bool(re.search(r"\d:\d", span.verbatim))
