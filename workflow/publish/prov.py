"""Where a figure comes from, as W3C PROV-JSON: what a sidecar says, and who did it when, in terms that others read.

A document of the W3C member submission "The PROV-JSON Serialization" (24 April 2013) on the data model PROV-DM. Names
are ``sitetrack:KIND.ID``; a version of an object is a thing of its own, and each was revised from the one before.
Instants are those of the record alone, so that the same evidence gives the same document.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from workflow.codec import canonical_json, encode
from workflow.model import Annotation, Capture, IntakeEvent, Observation, Offset

if TYPE_CHECKING:
    from workflow.project import Project
    from workflow.store import Revision

__all__ = ["NAMESPACE", "prov"]

NAMESPACE = "urn:sitetrack:"
_FIGURE, _DRAWING, _RECORD, _PROGRAM = (
    f"sitetrack:{one}" for one in ("figure", "drawing", "record", "software.sitetrack")
)

Attributes = Mapping[str, object]


def prov(project: Project, sidecar: Mapping[str, Any]) -> dict[str, Any]:
    """The PROV-JSON document of a figure with this sidecar, at the record as it is."""
    document = _Document()
    document.put(
        "entity",
        _FIGURE,
        _typed("Figure", sidecar["alt_text"], sha256=sidecar["sha256"], site=sidecar["site"]),
    )
    document.put("activity", _DRAWING, _typed("Drawing", "the figure was drawn"))
    document.relate("wasGeneratedBy", entity=_FIGURE, activity=_DRAWING)
    chain = sidecar["chain"]
    head = _typed("Record", "the record's chain", revisions=chain["count"], sha256=chain["sha256"])
    document.put("entity", _RECORD, head)
    document.relate("used", activity=_DRAWING, entity=_RECORD)
    for name, version in sidecar["software"].items():
        key = f"sitetrack:software.{name}"
        document.put(
            "agent",
            key,
            {"prov:type": _name("prov:SoftwareAgent"), "prov:label": name, "sitetrack:version": version},
        )
        document.relate("wasAssociatedWith", activity=_DRAWING, agent=key)
    for number, panel in enumerate(sidecar["panels"], 1):
        _panel(document, project, sidecar, panel, number)
    return document.content


class _Document:
    """A PROV-JSON document being filled; relations are numbered in the order in which they come."""

    def __init__(self) -> None:
        self.content: dict[str, Any] = {"prefix": {"sitetrack": NAMESPACE}}
        self._relations = 0

    def put(self, kind: str, key: str, attributes: Attributes) -> str:
        """Name a thing, once; its name."""
        given = {name: value for name, value in attributes.items() if value is not None}
        self.content.setdefault(kind, {}).setdefault(key, given)
        return key

    def relate(self, relation: str, **ends: object) -> None:
        """Say how two things hang together; `ends` by their names in PROV, ``entity=...``."""
        self._relations += 1
        fields = {f"prov:{name}": value for name, value in ends.items()}
        self.content.setdefault(relation, {})[f"_:r{self._relations}"] = fields

    def person(self, name: str, role: str = "") -> str:
        """An agent for somebody's name."""
        key = f"sitetrack:person.{hashlib.sha256(name.encode()).hexdigest()[:16]}"
        return self.put(
            "agent",
            key,
            {"prov:type": _name("prov:Person"), "prov:label": name, "sitetrack:role": role or None},
        )


def _name(qualified: str) -> dict[str, str]:
    """A qualified name as a value."""
    return {"$": qualified, "type": "prov:QUALIFIED_NAME"}


def _typed(kind: str, label: str, **said: object) -> dict[str, object]:
    return {
        "prov:type": _name(f"sitetrack:{kind}"),
        "prov:label": label,
        **{f"sitetrack:{name}": value for name, value in said.items()},
    }


def _key(kind: str, *parts: object) -> str:
    return ".".join([f"sitetrack:{kind}", *(quote(str(part), safe="") for part in parts)])


def _panel(
    document: _Document, project: Project, sidecar: Mapping[str, Any], panel: Mapping[str, Any], number: int
) -> None:
    """The part of a capture that a panel shows, and all that it rests on."""
    key = document.put(
        "entity",
        _key("chip", number),
        _typed(
            "Chip",
            f"panel {number}",
            state=panel["state"] or None,
            stretch=canonical_json(panel["stretch"]),
            frame=panel["frame"] or None,
            aligned=canonical_json(panel["aligned"]) if panel["aligned"] else None,
        ),
    )
    document.relate("wasDerivedFrom", generatedEntity=_FIGURE, usedEntity=key)
    document.relate("used", activity=_DRAWING, entity=key)
    document.relate(
        "wasDerivedFrom", generatedEntity=key, usedEntity=_picture(document, project, panel["capture"])
    )
    if panel["offset"] is not None:
        offset = _alignment(document, project, panel["offset"])
        document.relate("wasDerivedFrom", generatedEntity=key, usedEntity=offset)
    for mark in panel["annotations"]:
        known = _versions(document, project, Annotation, mark["id"], mark["version"])
        document.relate("wasDerivedFrom", generatedEntity=_FIGURE, usedEntity=known)
    for said in _statements(project, sidecar, panel["capture"]):
        row = project.record.get(Observation, said.id)
        known = _versions(document, project, Observation, said.id, row.version if row else 0)
        document.relate("wasDerivedFrom", generatedEntity=_FIGURE, usedEntity=known)


def _statements(project: Project, sidecar: Mapping[str, Any], capture: str) -> Iterator[Observation]:
    """What counts of what was said of the figure's targets in a capture."""
    targets = sidecar.get("targets") or [sidecar["target"]]
    for one in project.statements(site=sidecar["site"]):
        if one.capture == capture and one.target in targets:
            yield one


# -- pictures ------------------------------------------------------------------------------------------------------


def _picture(document: _Document, project: Project, key: str) -> str:
    """The working copy of a capture, made from the original when it was taken in; the original where there is none."""
    row = project.record.get(Capture, key)
    assert row is not None  # noqa: S101  the figure shows it
    capture, acquired = row.value, row.value.acquired
    original = document.put(
        "entity",
        _key("capture", key),
        _typed(
            "Original",
            capture.file,
            sha256=capture.sha256,
            acquired_earliest=acquired.earliest.isoformat() if acquired.earliest else None,
            acquired_latest=acquired.latest.isoformat() if acquired.latest else None,
            acquired_basis=acquired.basis.value,
            credit=capture.credit or None,
            licence=capture.licence or None,
            synthetic=capture.synthetic,
        ),
    )
    if not capture.working:
        return original
    working = _key("working", key)
    if working in document.content["entity"]:
        return working
    label = f"working copy of {capture.file}"
    document.put("entity", working, _typed("WorkingCopy", label, sha256=capture.working_sha256 or None))
    document.relate("wasDerivedFrom", generatedEntity=working, usedEntity=original)
    _intake(document, project, key, original, working)
    return working


def _intake(document: _Document, project: Project, key: str, original: str, working: str) -> None:
    """The first time that the picture was taken in."""
    for event in project.record.rows(IntakeEvent, capture=key)[:1]:
        revision = project.record.history(IntakeEvent, event.value.id)[0]
        done = _typed("Intake", f"{event.value.file} was taken in", software=event.value.software or None)
        activity = _activity(document, _key("intake", event.value.id), revision, done)
        document.relate("used", activity=activity, entity=original)
        document.relate("wasGeneratedBy", entity=working, activity=activity)


def _activity(document: _Document, key: str, revision: Revision, said: Attributes) -> str:
    """Something that somebody did at an instant, with the program."""
    at = _instant(revision)
    document.put("activity", key, {**said, "prov:startTime": at, "prov:endTime": at})
    document.relate("wasAssociatedWith", activity=key, agent=document.person(revision.author, revision.role))
    document.relate("wasAssociatedWith", activity=key, agent=_PROGRAM)
    return key


def _alignment(document: _Document, project: Project, stated: Mapping[str, Any]) -> str:
    """The offset that a chip was moved by, and how it was found."""
    key = f"{stated['site']}.{stated['capture']}"
    said = {name: stated[name] for name in ("dx_m", "dy_m", "quality", "method")}
    entity = document.put(
        "entity",
        _key("offset", key, stated["version"]),
        _typed("Offset", f"offset of capture {stated['capture']}", version=stated["version"], **said),
    )
    activity = _key("alignment", key, stated["version"])
    revision = project.record.history(Offset, key)[stated["version"] - 1]
    _activity(document, activity, revision, _typed("Alignment", f"capture {stated['capture']} was aligned"))
    document.relate("wasGeneratedBy", entity=entity, activity=activity)
    for capture in dict.fromkeys((stated["capture"], stated["reference"])):
        document.relate("used", activity=activity, entity=_picture(document, project, capture))
    return entity


# -- statements and marks ------------------------------------------------------------------------------------------


def _versions(document: _Document, project: Project, what: type[Any], key: str, version: int) -> str:
    """An object at a version, with every version before it: who wrote each, and when; the name of the last."""
    kind = what.__name__
    before = ""
    for revision in project.record.history(what, key)[:version]:
        name = _key(kind.lower(), key, revision.version)
        document.put(
            "entity",
            name,
            _typed(
                kind,
                f"{kind.lower()} {key}, version {revision.version}",
                version=revision.version,
                sha256=revision.sha256,
            )
            | {"prov:generatedAtTime": {"$": _instant(revision), "type": "xsd:dateTime"}},
        )
        document.relate("wasAttributedTo", entity=name, agent=document.person(revision.author, revision.role))
        if before:
            document.relate(
                "wasDerivedFrom", generatedEntity=name, usedEntity=before, type=_name("prov:Revision")
            )
        before = name
    return before


def _instant(revision: Revision) -> str:
    return str(encode(revision.at)).replace("+00:00", "Z")
