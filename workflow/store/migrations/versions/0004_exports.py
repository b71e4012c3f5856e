"""Format 4: what left the project is noted, a kind of its own."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from workflow.store.migrations.tools import add_kind

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Add the tables, with the columns and indexes that every kind has since format 3."""
    add_kind("export")
    table = "export_revision"
    for column in ("site", "capture"):
        op.add_column(table, sa.Column(column, sa.Text))
    op.create_index(f"{table}_by_time", table, ["at"])
    op.create_index(f"{table}_by_site", table, ["site", "at"])
