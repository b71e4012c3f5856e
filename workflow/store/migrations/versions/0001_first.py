"""Format 1: sites, captures, offsets, observations, annotations, intake events; what tracking derives."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from workflow.store.chain import GENESIS
from workflow.store.migrations.tools import add_kind, name_type

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make the tables."""
    for kind in ("site", "capture", "offset", "observation", "annotation", "intake_event"):
        add_kind(kind, has_place=kind in ("site", "capture"))
    if op.get_bind().dialect.name == "sqlite":
        op.execute("CREATE VIRTUAL TABLE capture_box USING rtree(key, minx, maxx, miny, maxy)")
    op.create_table(
        "chain",
        sa.Column("one", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("count", sa.Integer, nullable=False),
        sa.Column("sha256", sa.Text, nullable=False),
        sa.Column("derived", sa.Integer, nullable=False),
    )
    op.execute(f"INSERT INTO chain VALUES (1, 0, '{GENESIS}', 0)")  # noqa: S608
    op.create_table(
        "meta", sa.Column("name", sa.Text, primary_key=True), sa.Column("value", sa.Text, nullable=False)
    )
    op.create_table(
        "operation",
        sa.Column("op", sa.Text, primary_key=True),
        sa.Column("refused", sa.Text, nullable=False),
        sa.Column("at", sa.Text, nullable=False),
        sa.Column("author", sa.Text, nullable=False),
    )
    op.create_table(
        "chip_entry",
        sa.Column("site", name_type(), primary_key=True),
        sa.Column("capture", name_type(), primary_key=True),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("file", sa.Text, nullable=False),
        sa.Column("share", sa.Float, nullable=False),
    )
    op.create_table(
        "score_entry",
        sa.Column("site", name_type(), primary_key=True),
        sa.Column("before", name_type(), primary_key=True),
        sa.Column("after", name_type(), primary_key=True),
        sa.Column("scorer", name_type(), primary_key=True),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("version", sa.Text, nullable=False),
        sa.Column("value", sa.Float),
        sa.Column("reason", sa.Text, nullable=False),
    )
