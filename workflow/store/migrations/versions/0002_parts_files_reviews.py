"""Format 2: targets, publications' statements, files, reviews and claims have histories of their own.

Revisions of format 1 stay as they are. Each site gets a new one that names its parts; each picture's files get
their first. Outlines that cross the antimeridian are cut there. The record gets an id.
"""

from __future__ import annotations

import json
import uuid

import sqlalchemy as sa
from alembic import op

from workflow.store.geometry import Wkb, over_antimeridian
from workflow.store.migrations.tools import Writer, add_kind, name_type

revision = "0002"
down_revision = "0001"

_OLD_KINDS = ("site", "capture", "offset", "observation", "annotation", "intake_event")
_NEW_KINDS = ("target", "evidence", "file", "review", "claim")
_REASON = "record format 2: parts of sites and files are kept as objects of their own"


def upgrade() -> None:
    """Add tables and indexes, then the revisions that fill them."""
    for kind in _NEW_KINDS:
        add_kind(kind)
    for kind in (*_OLD_KINDS, *_NEW_KINDS):
        op.create_index(f"{kind}_revision_by_time", f"{kind}_revision", ["at"])
    op.create_table(
        "figure_entry",
        sa.Column("file", name_type(), primary_key=True),
        sa.Column("sha256", sa.Text, nullable=False),
        sa.Column("sidecar_sha256", sa.Text, nullable=False),
    )
    connection = op.get_bind()
    if connection.dialect.name == "postgresql":
        for kind in ("site", "capture"):
            op.create_index(f"{kind}_by_place", kind, ["geometry"], postgresql_using="gist")
    writer = Writer(connection, _REASON)
    for key, payload in connection.execute(sa.text("SELECT id, payload FROM site ORDER BY number")).all():
        _take_apart(writer, key, json.loads(payload))
    for _, payload in connection.execute(sa.text("SELECT id, payload FROM capture ORDER BY number")).all():
        _add_files(writer, json.loads(payload))
    writer.finish()
    _cut_at_antimeridian(connection)
    connection.execute(sa.text("DELETE FROM meta WHERE name = 'schema'"))
    if not connection.scalar(sa.text("SELECT count(*) FROM meta WHERE name = 'record_id'")):
        statement = sa.text("INSERT INTO meta VALUES ('record_id', :id)")
        connection.execute(statement, {"id": str(uuid.uuid4())})


def _cut_at_antimeridian(connection: sa.Connection) -> None:
    capture = sa.table("capture", sa.column("id"), sa.column("geometry", Wkb))
    wide = connection.execute(sa.text("SELECT id, payload FROM capture WHERE minx > maxx")).all()
    for key, payload in wide:
        ring = [(corner["lon"], corner["lat"]) for corner in json.loads(payload)["footprint"]]
        change = sa.update(capture).where(capture.c.id == key).values(geometry=over_antimeridian(ring).wkb)
        connection.execute(change)


def _take_apart(writer: Writer, site: str, content: dict[str, object]) -> None:
    targets, evidence = content["targets"], content["evidence"]
    assert isinstance(targets, list)  # noqa: S101  our own rows
    assert isinstance(evidence, list)  # noqa: S101
    pins: dict[str, list[list[object]]] = {"target": [], "evidence": []}
    for target in targets:
        key = f"{site}.{target['id']}"
        version = writer.put("target", key, {"site": site, "target": target}, site=site)
        pins["target"].append([key, version])
    for number, statement in enumerate(evidence, 1):
        key = f"{site}.{number}"
        version = writer.put(
            "evidence", key, {"site": site, "number": number, "evidence": statement}, site=site
        )
        pins["evidence"].append([key, version])
    writer.put("site", site, content | {"targets": [], "evidence": [], "parts": pins})


def _add_files(writer: Writer, capture: dict[str, object]) -> None:
    for role, path, sha256 in (
        ("original", capture["original"], capture["sha256"]),
        ("working copy", capture["working"], capture.get("working_sha256", "")),
    ):
        if not path:
            continue
        content = {
            "path": path,
            "sha256": sha256,
            "size_bytes": None,
            "role": role,
            "capture": capture["id"],
            "removed": False,
        }
        writer.put("file", str(path), content, capture=str(capture["id"]))
