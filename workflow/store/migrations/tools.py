"""What migrations share: tables as a kind has them, and revisions written by the program itself.

Migrations work on rows and JSON, never on today's dataclasses: those may have changed by the time a file is opened.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from alembic import op

from workflow.codec import canonical_json
from workflow.store.chain import link
from workflow.store.geometry import Wkb
from workflow.store.tables import append_only

__all__ = ["Writer", "add_kind", "changeable", "name_type"]

AUTHOR = {"author": "sitetrack", "role": "program", "declared": 0}


def name_type() -> sa.types.TypeEngine[str]:
    """Text that is ordered by code points on every engine."""
    return sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def add_kind(name: str, *, has_place: bool = False) -> None:
    """Make head and revision table of a kind, with triggers that refuse changes of revisions."""
    box = [sa.Column(side, sa.Float) for side in ("minx", "miny", "maxx", "maxy")] if has_place else []
    geometry = [sa.Column("geometry", Wkb)] if has_place else []
    op.create_table(
        name,
        sa.Column("id", name_type(), primary_key=True),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("number", sa.Integer, nullable=False, unique=True),
        sa.Column("payload", sa.Text, nullable=False),
        sa.Column("site", sa.Text),
        sa.Column("target", sa.Text),
        sa.Column("capture", sa.Text),
        *box,
        *geometry,
    )
    op.create_index(f"{name}_by_site", name, ["site", "target"])
    op.create_index(f"{name}_by_capture", name, ["capture"])
    revision = f"{name}_revision"
    op.create_table(
        revision,
        sa.Column("id", name_type(), sa.ForeignKey(f"{name}.id"), primary_key=True),
        sa.Column("version", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("author", sa.Text, nullable=False),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("declared", sa.Integer, nullable=False),
        sa.Column("at", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("payload", sa.Text, nullable=False),
        sa.Column("base_version", sa.Integer, nullable=False),
        sa.Column("seq", sa.Integer, nullable=False, unique=True),
        sa.Column("prev_sha256", sa.Text, nullable=False),
        sa.Column("sha256", sa.Text, nullable=False),
    )
    _refuse_changes(revision)


def _refuse_changes(revision: str) -> None:
    for statement in append_only(revision, op.get_bind().dialect.name):
        op.execute(sa.text(statement.replace(":", r"\:")))


@contextlib.contextmanager
def changeable(revision: str) -> Iterator[None]:
    """Within this the revision table takes changes: only for columns that no hash covers."""
    sqlite = op.get_bind().dialect.name == "sqlite"
    for name in ("update", "delete", "replace") if sqlite else ("change", "truncate"):
        op.execute(f"DROP TRIGGER {revision}_no_{name}" + ("" if sqlite else f" ON {revision}"))
    yield
    _refuse_changes(revision)


class Writer:
    """Adds revisions at the end of the chain in the name of the program."""

    def __init__(self, connection: sa.Connection, reason: str) -> None:
        """Stand at the chain's end."""
        self._connection = connection
        self._reason = reason
        self._at = datetime.now(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
        row = connection.execute(sa.text("SELECT count, sha256 FROM chain")).one()
        self._count, self._sha256 = int(row[0]), str(row[1])

    def put(self, kind: str, key: str, content: Mapping[str, Any], **columns: str | None) -> int:
        """A new version of an object; `columns` are indexed ones of a new head. Gives the version."""
        connection, payload = self._connection, canonical_json(dict(content))
        head = sa.text(f'SELECT version FROM "{kind}" WHERE id = :id')  # noqa: S608  names of kinds
        version = int(connection.scalar(head, {"id": key}) or 0)
        self._count += 1
        row = {
            "kind": kind,
            "id": key,
            "version": version + 1,
            **AUTHOR,
            "at": self._at,
            "reason": self._reason,
            "payload": payload,
            "base_version": version,
            "seq": self._count,
            "prev_sha256": self._sha256,
        }
        row["sha256"] = self._sha256 = link(row)
        if version:
            change = f'UPDATE "{kind}" SET version = :version, payload = :payload WHERE id = :id'  # noqa: S608
            connection.execute(sa.text(change), {"id": key, "version": version + 1, "payload": payload})
        else:
            self._insert(
                kind, {"id": key, "version": 1, "number": self._count, "payload": payload, **columns}
            )
        self._insert(f"{kind}_revision", {name: row[name] for name in row if name != "kind"})
        return version + 1

    def _insert(self, table: str, row: Mapping[str, Any]) -> None:
        names = ", ".join(row)
        places = ", ".join(f":{name}" for name in row)
        self._connection.execute(sa.text(f'INSERT INTO "{table}" ({names}) VALUES ({places})'), dict(row))  # noqa: S608

    def finish(self) -> None:
        """Move the chain's head to the last revision."""
        change = sa.text("UPDATE chain SET count = :count, sha256 = :sha256")
        self._connection.execute(change, {"count": self._count, "sha256": self._sha256})
