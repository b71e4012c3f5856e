"""How things came to be: what was written lately, every revision of one object, what moved on at a site.

Instants are RFC 3339 UTC in rows, aware in dataclasses. Each function needs the same number of SQL statements however
much there is. Where a `reader` is named who may yet give a second reading, what others said there is left out.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from workflow.changes import difference
from workflow.errors import UnknownName
from workflow.model import Annotation, Observation, SiteEvidence, SiteTarget
from workflow.readings import person, place_of
from workflow.readmodels.dates import dated
from workflow.readmodels.reviews import hidden_from
from workflow.readmodels.tables import revision_rows
from workflow.store import KIND_NAMES
from workflow.timespan import Language
from workflow.words import say

if TYPE_CHECKING:
    from workflow.project import Project
    from workflow.store import Revision

__all__ = [
    "KINDS",
    "Change",
    "ObjectHistory",
    "activity_rows",
    "ago",
    "by_write",
    "changes_of",
    "last_changes",
    "meanwhile",
    "object_history",
    "site_changes",
    "statements",
]

Row = dict[str, Any]
KINDS = KIND_NAMES
"""Names of all kinds of object that have a history."""

_SAID: Mapping[str, type[Annotation] | type[Observation]] = {
    "annotation": Annotation,
    "observation": Observation,
}
_HIDEABLE = (*_SAID, "review")
_PARTS: Mapping[str, type[SiteTarget] | type[SiteEvidence]] = {
    "target": SiteTarget,
    "evidence": SiteEvidence,
}
# clocks of several servers differ; what is new is told by its place in the chain
_CLOCKS_APART = timedelta(days=1)
_LONGEST_VALUE = 60
_NOUNS = {"capture": "picture", "evidence": "published statement"}
_PINS = "parts"  # where a site's revision names its parts, which have revisions of their own


# -- what was written lately ---------------------------------------------------------------------------------


def activity_rows(
    project: Project,
    since: datetime,
    until: datetime,
    *,
    kinds: Sequence[str] = KINDS,
    author: str | None = None,
    site: str | None = None,
    limit: int | None = None,
    reader: str | None = None,
) -> list[Row]:
    """What was written from `since` (included) to `until` (excluded), the newest first; both aware.

    Keys ``at kind id version author role reason seq site capture``; `site` and `capture` are what it is about, or
    None. `author` and `site` keep what is theirs, `limit` the newest of that.

    Raises
    ------
    UnknownName
        when there is no such kind or site.
    """
    if site is not None:
        project.site(site)
    hidden = hidden_from(project, reader, site) if reader is not None else frozenset()
    pairs = {(one[0], one[2]) for one in hidden}
    rows = [
        one._asdict()
        for one in project.record.activity(since, until, kinds=kinds, site=site)
        if (author is None or person(author) == person(one.author))
        and not (one.kind in _HIDEABLE and (one.site, one.capture) in pairs)
    ]
    return rows[:limit]


def by_write(rows: Iterable[Row]) -> list[list[Row]]:
    """Rows of `activity_rows` by what was written at once: same author, instant and reason."""
    found: dict[tuple[str, str, str], list[Row]] = {}
    for row in rows:
        found.setdefault((row["author"], row["at"], row["reason"]), []).append(row)
    return list(found.values())


def ago(at: datetime, now: datetime, language: Language = "en") -> str:
    """How long ago that was, in the largest whole unit: ``just now``, ``3 hours ago``."""
    seconds = int((now - at).total_seconds())
    for unit, size in (("day", 86_400), ("hour", 3_600), ("minute", 60)):
        count = seconds // size
        if count > 0:
            return say(f"{{count}} {unit}{'' if count == 1 else 's'} ago", language, count=count)
    return say("just now", language)


# -- one object ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ObjectHistory:
    """All revisions of one object, the newest first, as rows of `tables.history`.

    `title` is what people call it, `site` and `capture` what it is about. A site has its targets and published
    statements as `parts`. `geometries` are those of versions that have one (GeoJSON), by version.
    """

    kind: str
    id: str
    title: str
    version: int
    deleted: bool
    site: str | None
    capture: str | None
    revisions: tuple[Row, ...]
    geometries: Mapping[int, Mapping[str, Any]]
    parts: tuple[ObjectHistory, ...] = ()


def object_history(
    project: Project, kind: str, object_id: str, *, reader: str | None = None, language: Language = "en"
) -> ObjectHistory:
    """How one object came to be; a capture may be named by its file or the start of its id.

    `language` is that of titles.

    Raises
    ------
    UnknownName, AmbiguousName
        when kind or object are not there, or it is what `reader` must not see yet.
    """
    revisions = project.record.history(kind, object_id)
    if not revisions and kind == "capture":
        object_id = project.capture(object_id).id
        revisions = project.record.history(kind, object_id)
    if not revisions or (reader is not None and _is_hidden(project, kind, revisions, reader)):
        raise UnknownName(kind, object_id, project.record.ids(kind) if not revisions else ())
    found = _history(kind, revisions, language)
    if kind != "site":
        return found
    return _with_parts(found, project, language)


def _history(kind: str, revisions: Sequence[Revision], language: Language) -> ObjectHistory:
    payloads = {one.version: json.loads(one.payload) for one in revisions}
    last = revisions[-1]
    now = payloads[last.version]
    return ObjectHistory(
        kind=kind,
        id=last.id,
        title=_title(kind, last.id, now, language),
        version=last.version,
        deleted=bool(now.get("deleted")),
        site=now.get("id") if kind == "site" else now.get("site"),
        capture=now.get("id") if kind == "capture" else now.get("capture"),
        revisions=tuple(reversed(revision_rows(revisions))),
        geometries={
            version: value["geometry"] for version, value in payloads.items() if value.get("geometry")
        },
    )


def _with_parts(found: ObjectHistory, project: Project, language: Language) -> ObjectHistory:
    parts: list[ObjectHistory] = []
    for name, what in _PARTS.items():
        rows = project.record.rows(what, site=found.id)
        ids = [_part_id(row.value) for row in rows]
        histories = project.record.histories(what, ids)
        parts += [_history(name, histories[key], language) for key in ids]
    return replace(found, parts=tuple(parts))


def _part_id(part: SiteTarget | SiteEvidence) -> str:
    return f"{part.site}.{part.target.id if isinstance(part, SiteTarget) else part.number}"


def _title(kind: str, key: str, value: Mapping[str, Any], language: Language) -> str:
    if kind == "annotation":
        return _mark_name(value, value.get("label", ""), language)
    if kind == "observation":
        return f"{say(value['state'], language)}: {value['target']}"
    if kind == "target":
        return str(value["target"].get("name") or value["target"]["id"])
    if kind == "evidence":
        return say("statement {number}", language, number=value["number"])
    return str(value.get("name") or value.get("file") or value.get("sentence") or key)


def _is_hidden(project: Project, kind: str, revisions: Sequence[Revision], reader: str) -> bool:
    now = json.loads(revisions[-1].payload)
    if kind not in _HIDEABLE or person(now.get("author") or revisions[0].author) == person(reader):
        return False
    place = now["site"], now.get("target") or "", now["capture"]
    return place in hidden_from(project, reader, now["site"])


# -- what moved on at a site ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Change:
    """One revision in words: `text` follows the author's name (``took back the box “gantry”``).

    `fields` are the names of the fields that differ from the version before.
    """

    kind: str
    id: str
    version: int
    author: str
    at: datetime
    seq: int
    text: str
    fields: tuple[str, ...] = ()


def site_changes(
    project: Project,
    site: str,
    after: int,
    since: datetime,
    *,
    reader: str | None = None,
    language: Language = "en",
) -> list[Change]:
    """What became of the site's marks and states after revision number `after`, the newest first.

    `since` is about when that was: what is a day older is not looked for.
    """
    rows = project.record.activity(
        since - _CLOCKS_APART, datetime.max.replace(tzinfo=UTC), kinds=tuple(_SAID), site=site
    )
    new = [one for one in rows if one.seq > after]
    if not new:
        return []
    hidden = hidden_from(project, reader, site) if reader is not None else frozenset()
    dates = {one.id: dated(one.acquired, language) for one in project.all_captures()}
    found: list[Change] = []
    for kind, what in _SAID.items():
        ids = {one.id for one in new if one.kind == kind}
        for revisions in project.record.histories(what, ids).values() if ids else ():
            found += changes_of(kind, revisions, dates, after=after, language=language)
    shown = {
        row.value.id
        for what in _SAID.values()
        for row in project.record.rows(what, site=site)
        if place_of(row.value) not in hidden or person(row.value.author) == person(reader or "")
    }
    return sorted((one for one in found if one.id in shown), key=lambda one: -one.seq)


def meanwhile(
    project: Project, kind: str, key: str, base: int, upto: int, language: Language = "en"
) -> list[Change]:
    """What was done to an object after version `base`, up to version `upto`, in its order."""
    revisions = project.record.history(kind, key)
    return [one for one in changes_of(kind, revisions, {}, language=language) if base < one.version <= upto]


def statements(
    project: Project, site: str, capture: str, target: str, *, reader: str | None = None
) -> list[Row]:
    """What was said of a target in a capture, rows ``id author state confidence note review version``."""
    if reader is not None and (site, target, capture) in hidden_from(project, reader, site):
        return []
    return [
        {
            "id": row.value.id,
            "author": row.value.author,
            "state": row.value.state.value,
            "confidence": row.value.confidence.value,
            "note": row.value.note,
            "review": row.value.review.value,
            "version": row.version,
        }
        for row in project.record.rows(Observation, site=site, target=target, capture=capture)
        if not row.value.deleted
    ]


def last_changes(project: Project, marks: Iterable[str], language: Language = "en") -> dict[str, Change]:
    """The last change of each of these marks, by its id."""
    histories = project.record.histories(Annotation, marks)
    return {
        key: changes_of("annotation", revisions[-2:], {}, language=language)[-1]
        for key, revisions in histories.items()
    }


def changes_of(
    kind: str,
    revisions: Sequence[Revision],
    dates: Mapping[str, str],
    *,
    after: int = 0,
    language: Language = "en",
) -> list[Change]:
    """The revisions of one object that stand behind number `after` of the chain, in words.

    `dates` are what captures are dated, by id; of an object other than a mark or state only fields are told.
    """
    values: list[Mapping[str, Any]] = [{}, *(json.loads(one.payload) for one in revisions)]
    return [
        _change(kind, one, was, now, dates, language)
        for one, was, now in zip(revisions, values, values[1:], strict=False)
        if one.seq > after
    ]


def _change(
    kind: str,
    one: Revision,
    was: Mapping[str, Any],
    now: Mapping[str, Any],
    dates: Mapping[str, str],
    language: Language,
) -> Change:
    fields = {str(row["field"]).partition(".")[0]: row for row in difference(was, now)}
    text = _words(kind, was, now, fields, dates, language)
    return Change(kind, one.id, one.version, one.author, one.at, one.seq, text, tuple(fields))


def _words(
    kind: str,
    was: Mapping[str, Any],
    now: Mapping[str, Any],
    fields: Mapping[str, Row],
    dates: Mapping[str, str],
    language: Language,
) -> str:
    on = dates.get(now.get("capture", ""), "")
    where = say(" in the picture of {on}", language, on=on) if on else ""
    if kind == "observation":
        parts = {"target": now["target"], "where": where}
        subject = say("state of “{target}”{where}", language, **parts)
        first = say(
            "said “{state}” of “{target}”{where}", language, state=say(now["state"], language), **parts
        )
    elif kind not in _SAID:
        noun = say(_NOUNS.get(kind, kind), language)
        subject = f"{noun} {_value(_title(kind, str(now.get('id')), now, language), language)}"
        first = say("added the {subject}", language, subject=subject)
        fields = {name: row for name, row in fields.items() if name != _PINS}
    else:
        mark = _mark_name(now, (was or now).get("label", ""), language)
        subject = say("{mark}{where}", language, mark=mark, where=where)
        first = say("drew the {subject}", language, subject=subject)
    if not was:
        return first
    fields = {name: row for name, row in fields.items() if name != "review"}
    if not fields:
        verb = _STANDING.get(now.get("review", ""), "wrote again")
        return say(f"{verb} the {{subject}}", language, subject=subject)
    if "deleted" in fields:
        verb = "took back" if now["deleted"] else "put back"
        return say(f"{verb} the {{subject}}", language, subject=subject)
    changed = ", ".join(_field(name, row, language) for name, row in fields.items())
    return say("changed the {subject}: {fields}", language, subject=subject, fields=changed)


_STANDING = {
    "draft": "reopened",
    "submitted": "handed in",
    "approved": "approved",
    "returned": "returned",
    "superseded": "set aside",
}


def _field(name: str, row: Row, language: Language) -> str:
    if name == "geometry":
        return say("outline", language)
    if name == "evidence":
        return say(f"use to {'evidence' if row['after'] else 'graphic'}", language)
    before, after = (_value(row[side], language) for side in ("before", "after"))
    return say(
        "{field} from {before} to {after}", language, field=say(name, language), before=before, after=after
    )


def _value(value: object, language: Language) -> str:
    text = say("nothing", language) if value in (None, "") else f"“{value}”"
    return text if len(text) <= _LONGEST_VALUE else f"{text[: _LONGEST_VALUE - 2]}…”"


def _mark_name(value: Mapping[str, Any], label: str, language: Language) -> str:
    shape = say(str(value.get("shape") or "mark"), language)
    if label:
        return say("{shape} {label}", language, shape=shape, label=_value(label, language))
    return say("{shape} without a label", language, shape=shape)
