"""Format 3: every revision says which site and capture it is about: a month's work is listed without its objects."""

from __future__ import annotations

import json
from collections.abc import Mapping

import sqlalchemy as sa
from alembic import op

from workflow.store.migrations.tools import changeable

revision = "0003"
down_revision = "0002"

# column of the revision: name in the payload
_ABOUT = {"site": "site", "capture": "capture"}
_KINDS: Mapping[str, Mapping[str, str]] = {
    "site": {"site": "id"},
    "target": {"site": "site"},
    "evidence": {"site": "site"},
    "capture": {"site": "site", "capture": "id"},
    "file": {"capture": "capture"},
    "offset": _ABOUT,
    "observation": _ABOUT,
    "annotation": _ABOUT,
    "review": _ABOUT,
    "claim": {},
    "intake_event": {"capture": "capture"},
}
_BATCH = 1000


def upgrade() -> None:
    """Add the columns and fill them from what each revision holds; no hash covers them."""
    for kind, named in _KINDS.items():
        table = f"{kind}_revision"
        with changeable(table):
            for column in _ABOUT:
                op.add_column(table, sa.Column(column, sa.Text))
            if named:
                _fill(op.get_bind(), table, named)
        op.create_index(f"{table}_by_site", table, ["site", "at"])


def _fill(connection: sa.Connection, table: str, named: Mapping[str, str]) -> None:
    rows = sa.text(f"SELECT seq, payload FROM {table} WHERE seq > :after ORDER BY seq LIMIT {_BATCH}")  # noqa: S608
    places = ", ".join(f"{column} = :{column}" for column in named)
    change = sa.text(f"UPDATE {table} SET {places} WHERE seq = :seq")  # noqa: S608  our own names
    after = 0
    while some := connection.execute(rows, {"after": after}).all():
        after = some[-1].seq
        contents = [(row.seq, json.loads(row.payload)) for row in some]
        connection.execute(
            change,
            [
                {"seq": seq, **{column: content.get(name) for column, name in named.items()}}
                for seq, content in contents
            ],
        )
