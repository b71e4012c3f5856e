"""Format 5: recipes of figures are objects with revisions."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from workflow.store.migrations.tools import add_kind

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Add the kind, its revisions with what they are about as in format 3."""
    add_kind("figure")
    for column in ("site", "capture"):
        op.add_column("figure_revision", sa.Column(column, sa.Text))
    op.create_index("figure_revision_by_time", "figure_revision", ["at"])
    op.create_index("figure_revision_by_site", "figure_revision", ["site", "at"])
